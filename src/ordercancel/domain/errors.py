"""Every error that the library raises.

::

    OrderCancelError
    ├── InvalidValue (ValueError)     an input is wrong; carries every fault of it at once
    │   └── InvalidPolicy             a policy, chart or rule is built wrongly
    ├── Refused                       the policy refuses; carries the decision; in
    │                                 ``engine.decision``
    ├── UnknownOrder (LookupError)    no such order, or none that this actor may know of
    ├── UnknownPolicy (LookupError)   no policy of that name or edition
    ├── Conflict                      lost the race for one order too often
    ├── StoreUnavailable              the storage behind a port did not answer
    │   └── OutdatedTables            its tables are those of an earlier release
    ├── NotDelivered                  a message did not get through
    ├── PartlyDelivered               a message reached some addresses of a party, not all
    ├── NoRoute (LookupError)         no notifier is for a message; in ``notifiers.routing``
    ├── Unverified (ValueError)       a webhook is not signed rightly; in ``notifiers.signature``
    ├── Untranslatable                a rule uses a fact that no column of a table has
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
        problem: What is wrong with it, such as ``is missing``.
        expected: What would be right.
    """

    where: str
    problem: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}; expected {self.expected}"


class OrderCancelError(Exception):
    """The root of all errors of this library."""


class InvalidValue(OrderCancelError, ValueError):
    """Raised when an input is wrong; `faults` names every fault of it, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class InvalidPolicy(InvalidValue):
    """Raised when a policy is built wrongly, before any order is judged by it."""


class UnknownOrder(OrderCancelError, LookupError):
    """Raised for an order that does not exist or is hidden from the actor: both look the same."""

    def __init__(self, order_id: str) -> None:
        self.order_id = order_id
        super().__init__(order_id)

    def __str__(self) -> str:
        return f"no order {self.order_id!r}; expected the id of a registered order of this actor"


class UnknownPolicy(OrderCancelError, LookupError):
    """Raised when the book has no policy of this name or edition.

    `known` lists what the book has: the names, or the editions of the name.
    """

    def __init__(self, wanted: str, known: Iterable[str]) -> None:
        self.wanted = wanted
        self.known = tuple(known)
        super().__init__(wanted, self.known)

    def __str__(self) -> str:
        return f"no policy {self.wanted!r}; expected one of: {', '.join(self.known) or 'none'}"


class Conflict(OrderCancelError):
    """Raised when others changed the order first, at every attempt. Nothing was written; retry."""

    def __init__(self, order_id: str, attempts: int = 1) -> None:
        self.order_id = order_id
        self.attempts = attempts
        super().__init__(order_id, attempts)

    def __str__(self) -> str:
        return f"order {self.order_id!r} was changed by others during {self.attempts} attempts"


class StoreUnavailable(OrderCancelError):
    """Raised when the storage cannot be read or written; ``__cause__`` is the driver's error."""


class OutdatedTables(StoreUnavailable):
    """Raised when the tables of a database are those of an earlier release.

    Args:
        found: The form of the tables.
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
    """Raised when a message could not be delivered; a retry may succeed.

    Its text is stored and logged, so it contains no address, no secret and nothing of the message,
    nor the other side's answer in words, which often quotes them.

    Args:
        problem: What happened.
        expected: What would have been right.
        code: The reply code of SMTP or the status of HTTP; None without an answer. Of several
            replies the lowest, which is the most likely to pass. Default: None.
    """

    def __init__(self, problem: str, expected: str, code: int | None = None) -> None:
        self.problem = problem
        self.expected = expected
        self.code = code
        super().__init__(problem, expected, code)

    def __str__(self) -> str:
        return f"{self.problem}; expected {self.expected}"


class PartlyDelivered(OrderCancelError):
    """Raised by a notifier when a message reached some addresses of a party, but not all.

    The next attempt leaves out those that have the message already.

    Args:
        reached: The addresses that have it.
        missed: The others, each with what was answered.
    """

    def __init__(self, reached: Iterable[str], missed: Mapping[str, str]) -> None:
        self.reached = tuple(reached)
        self.missed = dict(missed)
        super().__init__(self.reached, self.missed)

    def __repr__(self) -> str:
        return f"PartlyDelivered(reached {len(self.reached)}, missed {len(self.missed)})"

    def __str__(self) -> str:
        answers = "; ".join(sorted(set(self.missed.values())))
        every = len(self.reached) + len(self.missed)
        return f"{len(self.missed)} of {every} addresses missed: {answers}; expected all of them"


class TooLarge(OrderCancelError):
    """Raised when a policy has more combinations of facts, or cases, than can all be tried.

    Args:
        size: How many there are; of cases, how many were reached before giving up.
        command: The kind of command with the most.
        facts: The facts that it is judged by, with the number of their values, the most first.
    """

    def __init__(self, size: int, command: str, facts: Iterable[tuple[str, int]]) -> None:
        self.size = size
        self.command = command
        self.facts = tuple(facts)
        super().__init__(size, command, self.facts)

    def __str__(self) -> str:
        facts = ", ".join(f"{name} ({count})" for name, count in self.facts)
        return (
            f"{self.size:,} combinations or cases are too many to try them all; the most come "
            f"from the facts that {self.command} is judged by, with the number of their values: "
            f"{facts}; expected fewer facts or bounds, or a sample of them"
        )


class Untranslatable(OrderCancelError):
    """Raised when a rule uses a fact that no column of a table has, so SQL cannot judge by it.

    Args:
        policy: The name of the policy.
        rules: The ids of these rules, each with what stands in the way.
    """

    def __init__(self, policy: str, rules: Mapping[str, str]) -> None:
        self.policy = policy
        self.rules = dict(rules)
        super().__init__(policy, self.rules)

    def __str__(self) -> str:
        reasons = "; ".join(f"{rule}: {reason}" for rule, reason in self.rules.items())
        return (
            f"rules of {self.policy!r} can't be told by columns: {reasons}; expected rules over "
            "facts that have a column, or to leave these out"
        )
