"""Every error that the library raises.

::

    OrderCancelError
    ├── InvalidValue (ValueError)     an input is wrong; carries every fault of it at once
    │   └── InvalidPolicy             a policy, chart or rule is built wrongly
    ├── Refused                       the rules say no; carries the decision; in
    │                                 ``engine.decision``
    ├── NotAll                        of commands given together some can't be carried out
    ├── UnknownOrder (LookupError)    no such order, or none that this actor may know of
    ├── UnknownPolicy (LookupError)   no policy of that name or edition
    ├── Conflict                      lost the race for one order too often
    │   └── TransactionLost           within a host's transaction, which can't win it any more
    ├── StoreUnavailable              the storage behind a port did not answer
    │   ├── OrderUnavailable          it answered, and refused what is about one order
    │   └── OutdatedTables            its tables are those of an earlier release
    ├── NotDelivered                  a message did not get through
    ├── PartlyDelivered               a message reached some addresses of a party, not all
    ├── NoRoute (LookupError)         no notifier is for a message; in ``notifiers.routing``
    ├── Unverified (ValueError)       a webhook is not signed rightly; in ``notifiers.signature``
    ├── Untranslatable                a rule speaks of what no column of a table tells
    └── TooLarge                      a policy has more combinations than can be tried

Fields come first and the message is built from them: read the fields, never parse the message.
An error means that nothing was changed. Only where the connection broke in the middle of a COMMIT
nobody knows, after a `StoreUnavailable`, until the same command is given again with the same id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs


@attrs.frozen
class Fault:
    """One thing that is wrong with an input.

    Args:
        where: The path of the wrong value, such as ``Order.placed_at``.
        problem: What was found there.
        expected: What would be right.
        code: Stable, for programs, such as ``text_too_long``.
        clauses: The ids of the clauses that set the bound.
        sentences: The same for the person who typed it, by language; empty where no person did.
    """

    where: str
    problem: str
    expected: str
    code: str = attrs.field(default="invalid", kw_only=True)
    clauses: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    sentences: Mapping[str, str] = attrs.field(factory=dict, kw_only=True, eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}; expected {self.expected}"

    def message(self, lang: str) -> str:
        """The sentence for the person who typed it, in `lang` where there is one; else `str`.

        In Japanese what nobody types, such as an id, is at least called wrong.
        """
        if lang == "ja" and not self.sentences:
            return f"値に誤りがあります。（{self}）"
        return self.sentences.get(lang) or self.sentences.get("en") or str(self)


class OrderCancelError(Exception):
    """The root of all errors of this library."""


class InvalidValue(OrderCancelError, ValueError):
    """An input is wrong. `faults` names every fault of it, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable codes of all faults, each once."""
        return tuple(dict.fromkeys(fault.code for fault in self.faults))

    @property
    def clauses(self) -> tuple[str, ...]:
        """The ids of all clauses that set the bounds, each once."""
        return tuple(dict.fromkeys(each for fault in self.faults for each in fault.clauses))

    def message(self, lang: str) -> str:
        """Every fault in a sentence for the person who typed it, in `lang`."""
        return "\n".join(dict.fromkeys(fault.message(lang) for fault in self.faults))


class InvalidPolicy(InvalidValue):
    """A policy is built wrongly. Raised when it is built, before any order meets it."""


class UnknownOrder(OrderCancelError, LookupError):
    """There is no such order, or none that the actor may know of: the two look the same."""

    def __init__(self, order_id: str) -> None:
        self.order_id = order_id
        super().__init__(order_id)

    def __str__(self) -> str:
        return f"no order {self.order_id!r}; expected the id of a registered order of this actor"


NOT_ALIKE = "not_alike"
"""The code where some commands of those given together cancel, and others are referred."""

_NOT_ALIKE = {
    "ja": "すぐにキャンセルできる注文と、相手の回答が必要な注文が含まれています。",
    "en": "Some of the orders can be cancelled at once, and others need an answer first.",
}


class NotAll(OrderCancelError):
    """Of commands that were given together some can't be carried out, and none was.

    Args:
        errors: The error of each that can't, by the id of its order.
        verdicts: What the rules say of each that they judge, by the id of its order.
    """

    def __init__(
        self, errors: Mapping[str, OrderCancelError], verdicts: Mapping[str, str]
    ) -> None:
        self.errors = dict(errors)
        self.verdicts = dict(verdicts)
        super().__init__(self.errors, self.verdicts)

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable codes of all refusals and faults, each once, with `NOT_ALIKE` for all."""
        codes = [code for error in self.errors.values() for code in getattr(error, "codes", ())]
        granted = {self.verdicts[each] for each in {*self.verdicts} - {*self.errors}}
        unlike = [NOT_ALIKE] if granted >= {"cancel", "refer"} else []
        return tuple(dict.fromkeys([*codes, *unlike]))

    def message(self, lang: str) -> str:
        """The sentence for people that says that they are not alike; empty where they are."""
        words = _NOT_ALIKE.get(lang, _NOT_ALIKE["en"])
        return words if NOT_ALIKE in self.codes else ""

    def __str__(self) -> str:
        lines = [f"{order_id}: {error}" for order_id, error in self.errors.items()]
        alike = [self.message("en")] if NOT_ALIKE in self.codes else []
        return "\n".join([*lines, *alike])


class UnknownPolicy(OrderCancelError, LookupError):
    """No policy of this name, or of this edition, is in the book.

    `known` lists what the book has under that heading: names, or the editions of the name.
    """

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        self.wanted = wanted
        self.known = tuple(known)
        super().__init__(wanted, self.known)

    def __str__(self) -> str:
        return f"no policy {self.wanted!r}; expected one of: {', '.join(self.known) or 'none'}"


class Conflict(OrderCancelError):
    """Somebody else changed the order first, again and again. Nothing was written; try later."""

    def __init__(self, order_id: str, attempts: int = 1) -> None:
        self.order_id = order_id
        self.attempts = attempts
        super().__init__(order_id, attempts)

    def __str__(self) -> str:
        return f"order {self.order_id!r} was changed by others during {self.attempts} attempts"


class TransactionLost(Conflict):
    """Lost a race within a transaction of the host's, and would lose it there every time.

    After a deadlock the others wait for what the transaction holds, and one that is stricter than
    READ COMMITTED does not see what others have written since it began.
    """

    def __init__(self, order_id: str) -> None:
        super().__init__(order_id)
        self.args = (order_id,)  # what a copy is built from

    def __str__(self) -> str:
        return (
            f"order {self.order_id!r} was changed by others, and this transaction can't change it "
            "any more; expected to roll all of it back, and to do it again in a new one"
        )


class StoreUnavailable(OrderCancelError):
    """The storage did not answer, or could not write. The driver's error is its ``__cause__``."""


class OrderUnavailable(StoreUnavailable):
    """The storage answered, and refused what is about one order. Others may fare better.

    Somebody holds a lock on its row for too long, or a check or a trigger of the host's says no.

    Args:
        order_id: The order.
        problem: Codes and names of what refused, and nothing that it said.
    """

    def __init__(self, order_id: str, problem: str) -> None:
        self.order_id = order_id
        self.problem = problem
        super().__init__(order_id, problem)

    def __str__(self) -> str:
        return f"order {self.order_id!r} could not be read or written: {self.problem}"


class OutdatedTables(StoreUnavailable):
    """The tables of a database are those of an earlier release.

    Args:
        found: Their form.
        wanted: The form that this release works with.
    """

    def __init__(self, found: int, wanted: int) -> None:
        self.found = found
        self.wanted = wanted
        super().__init__(found, wanted)

    def __str__(self) -> str:
        return (
            f"the tables have form {self.found}; expected form {self.wanted}: "
            "run `ordercancel db upgrade URL`"
        )


class NotDelivered(OrderCancelError):
    """A message could not be delivered; a later try may succeed.

    Its text is stored and logged. So it tells neither addresses and secrets nor anything of the
    message, nor what the other side wrote in words, which often quotes them.

    Args:
        problem: What happened.
        expected: What would have been right.
        code: What the other side answered: a reply code of SMTP, a status of HTTP; None where it
            gave no answer. Of several replies the lowest, which is the most hopeful.
        permanent: Whether no later try can succeed, so that the message is dead at once.
            Default: False.
    """

    def __init__(
        self, problem: str, expected: str, code: int | None = None, *, permanent: bool = False
    ) -> None:
        self.problem = problem
        self.expected = expected
        self.code = code
        self.permanent = permanent
        super().__init__(problem, expected, code)

    def __str__(self) -> str:
        return f"{self.problem}; expected {self.expected}"


class PartlyDelivered(OrderCancelError):
    """A message reached some addresses of a party and not the others.

    A notifier raises it so that the next try leaves out those who have the message already.

    Args:
        reached: The addresses that have it.
        missed: The others, each with what was answered.
        refused: Those of the missed that no later try can reach. Where these are all, the message
            is dead at once. Default: none.
    """

    def __init__(
        self, reached: Iterable[str], missed: Mapping[str, str], refused: Iterable[str] = ()
    ) -> None:
        self.reached = tuple(reached)
        self.missed = dict(missed)
        self.refused = frozenset(refused)
        super().__init__(self.reached, self.missed, self.refused)

    def __repr__(self) -> str:
        return f"PartlyDelivered(reached {len(self.reached)}, missed {len(self.missed)})"

    def __str__(self) -> str:
        answers = "; ".join(sorted(set(self.missed.values())))
        every = len(self.reached) + len(self.missed)
        return f"{len(self.missed)} of {every} addresses missed: {answers}; expected all of them"


_SOLVER = "; pip install 'ordercancel[prove]' adds a solver, which need not try them"


class TooLarge(OrderCancelError):
    """A policy has more combinations of facts, or cases, than can all be tried.

    Args:
        size: How many there are; of cases, how many were reached before giving up.
        command: The kind of command with the most.
        facts: The facts that it is judged by, with the number of their values, the most first.
        what: What they are: ``"combinations of facts"`` or ``"cases"``.
        solved: Whether a solver was asked, and could not help. Default: False.
    """

    def __init__(
        self,
        size: int,
        command: str,
        facts: Iterable[tuple[str, int]],
        what: str = "combinations of facts",
        *,
        solved: bool = False,
    ) -> None:
        self.size = size
        self.command = command
        self.facts = tuple(facts)
        self.what = what
        self.solved = solved
        super().__init__(size, command, self.facts, what)

    def __str__(self) -> str:
        facts = ", ".join(f"{name} ({count})" for name, count in self.facts)
        return (
            f"{self.size:,} {self.what} are too many to try them all; the most come from the "
            f"facts that {self.command} is judged by, with the number of their values: {facts}; "
            f"expected fewer facts or bounds, or a sample of them{'' if self.solved else _SOLVER}"
        )


class Untranslatable(OrderCancelError):
    """A rule speaks of what no column of a table tells, so that a table can't be judged by it.

    Args:
        policy: The name of the policy.
        rules: The ids of these rules, each with what stands in the way.
    """

    def __init__(self, policy: str, rules: Mapping[str, str]) -> None:
        self.policy = policy
        self.rules = dict(rules)
        super().__init__(policy, self.rules)

    def __str__(self) -> str:
        told = "; ".join(f"{rule}: {reason}" for rule, reason in self.rules.items())
        return (
            f"rules of {self.policy!r} can't be told by columns: {told}; expected rules over "
            "facts that have a column, or to leave these out"
        )
