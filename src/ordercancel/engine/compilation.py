"""Rules compiled: all that speak about one kind of command, as one function of Python.

The function gives a number: a bit for each effect whose condition holds, and one for each thing
that the lifecycles demand and that holds. What follows from a number is worked out when it comes
up first, by the laws of `ordercancel.engine.evaluation`, and kept.

Nothing is decided here that the conditions do not say themselves (`Condition.test`). Where a
condition is unknown, or something goes wrong, the function gives None, and the rules are judged
one by one, so that each that could not be followed is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import NoneType
from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.codegen import compile_function
from ordercancel.domain.commands import Command, Judged, RequestCancellation
from ordercancel.domain.events import Event
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import Ruling, Satisfied, Verdict
from ordercancel.engine.evaluation import charge, conclude, judge
from ordercancel.engine.lifecycle_checks import Check, checks_after, checks_before
from ordercancel.engine.rule_index import known, relevant
from ordercancel.engine.ruleset import RuleLeaf, RuleSet
from ordercancel.engine.units import OF_UNITS, refusal
from ordercancel.engine.writer import Writer
from ordercancel.rules.conditions import ALWAYS, Condition
from ordercancel.rules.effects import Forbid, Grant
from ordercancel.rules.notifications import Notification

Judge = Callable[..., Ruling | None]
"""Judges a command, given with its case, the policy, the moment and the seller."""

MOST_RULINGS = 10_000
"""How many rulings are kept for one kind of command; of rules like ours there are some dozens."""


class Compiled(dict[Any, Callable[..., Any]]):
    """The functions of a policy by kind of command, each made when it is asked for first.

    A copy has none: functions that were written here can't be pickled, and are soon made again.
    """

    def __reduce__(self) -> tuple[type[Compiled], tuple[()]]:
        return Compiled, ()


def evaluate(
    command: Judged, case: Case, rules: RuleSet, at: datetime, seller: Party | None
) -> Ruling:
    """What `rules` say to `command`, given at the moment `at`, in UTC.

    By the compiled rules; where something is unknown or goes wrong, by judging the rules one by
    one, so that each rule that could not be followed is named. A request that is granted for an
    order with prices has the fee that holds for it.
    """
    kind, role, status = type(command), command.by.role, case.order.status
    judged = rules.compiled.get((kind, role, status))
    if judged is None:
        judged = compiled_rules(rules, kind, role, status)
    try:
        ruling: Ruling | None = judged(command, command.by, case, rules, at, seller)
    except Exception:  # whatever goes wrong, `judge` names the rules that it goes wrong in
        ruling = None
    if ruling is None:
        ruling = judge(rules, kind, Facts(command, case, rules, at, seller)).ruling
    if ruling.verdict is Verdict.REFUSE:
        return ruling
    # Units are counted here and are no facts: verification could not try every amount.
    if case.order.lines or (kind in OF_UNITS and command.lines is not None):  # type: ignore[union-attr]
        code = refusal(command, case, rules)
        if code is not None:
            return Ruling(Verdict.REFUSE, code=code)
    if case.order.money is not None and kind is RequestCancellation and rules.fees:
        return charge(ruling, rules, Facts(command, case, rules, at, seller))
    return ruling


def holds(policy: RuleSet, when: Condition, facts: Facts) -> bool:
    """Whether a condition is true of `facts`, by a function that is compiled once."""
    if when is ALWAYS:
        return True
    command = facts.command
    test = policy.compiled.get((type(command), when)) or _tests(policy, when, (when,), command)
    try:
        return bool(test(command, facts.by, facts.case, policy, facts.at, facts.seller))
    except Exception:  # whatever goes wrong, the condition says for itself
        return when.test(facts) is True


def notifying(policy: RuleSet, change: str, case: Case, event: Event) -> list[Notification]:
    """The notifications on `change` whose condition is true, by a function compiled once.

    Args:
        policy: The policy that has them.
        change: What happened, as notifications call it.
        case: The case after it.
        event: The event behind it: who did it, and when.
    """
    parts = policy.notifications_on(change)
    if not parts:
        return []
    known_as = "told of", change
    test = policy.compiled.get((NoneType, known_as)) or _tests(
        policy, known_as, [each.when for each in parts], None
    )
    try:
        return [parts[place] for place in test(None, event.by, case, policy, event.at, None)]
    except Exception:  # as above
        facts = Facts(None, case, policy, event.at, by=event.by)
        return [each for each in parts if each.when.test(facts) is True]


def _tests(
    policy: RuleSet, known_as: object, conditions: Sequence[Condition], command: Command | None
) -> Callable[..., Any]:
    """The function that gives the places of the conditions that are true; it is kept."""
    write = Writer(policy, None if command is None else type(command))
    places = (
        f"*(({place},) if {write.true(when)} else ())" for place, when in enumerate(conditions)
    )
    source = write.function("test", [f"    return ({', '.join(places)},)"])
    test = compile_function("test", source, write.names)
    policy.compiled[type(command), known_as] = test
    return test


def compiled_rules(policy: RuleSet, kind: type[Judged], role: str, status: str) -> Judge:
    """The function that judges commands of a `kind` by a `role` about orders in a `status`.

    It is made where it is asked for first. For a role or a status that the policy does not have
    it leaves out no rule.
    """
    if role not in policy.roles or status not in policy.orders.statuses:
        role = status = ""
    key = kind, role, status
    judge = policy.compiled.get(key)
    if judge is None:
        judge = policy.compiled[key] = _Compiler(policy, kind, role, status).judge()
    return judge


class _Rulings(dict[int, Ruling]):
    """What follows from each number that the function can give.

    Args:
        leaves: The effects, in the order of their bits.
        checks: What the lifecycles demand of each grant, each with its bit.
    """

    def __init__(
        self,
        leaves: tuple[RuleLeaf, ...],
        checks: Mapping[Grant | None, tuple[tuple[int, str], ...]],
    ) -> None:
        super().__init__()
        self._leaves = leaves
        self._checks = checks

    def __missing__(self, bits: int) -> Ruling:
        true = [
            Satisfied(rule, effect)
            for place, (rule, _, effect) in enumerate(self._leaves)
            if bits >> place & 1
        ]
        lifecycle = {
            effect: next((code for bit, code in checks if not bits & bit), None)
            for effect, checks in self._checks.items()
        }
        if len(self) >= MOST_RULINGS:
            self.clear()
        ruling = self[bits] = conclude(true, (), lifecycle)
        return ruling


class _Compiler:
    """Writes the function for one kind of command, of one role, in one status of the order.

    Args:
        policy: The policy.
        kind: The kind of command.
        role: The role of whoever gives it; empty where none is meant.
        status: The status of the order; empty where none is meant.
    """

    def __init__(self, policy: RuleSet, kind: type[Judged], role: str, status: str) -> None:
        self._policy = policy
        self._kind = kind
        self._write = Writer(policy, kind, known(policy, role, status))
        self._leaves = relevant(policy, kind, role, status)

    def judge(self) -> Judge:
        """The function.

        Forbids are tested first: where one holds, no grant can change the verdict, and it only
        has to be seen that none of them is unknown.
        """
        write = self._write
        forbids = [(p, when) for p, (_, when, e) in enumerate(self._leaves) if _forbids(e)]
        grants = [(p, when) for p, (_, when, e) in enumerate(self._leaves) if not _forbids(e)]
        body = [*self._before(), "    bits = 0"]
        for place, when in forbids:
            body += self._set_bit(when, place)
        if forbids:
            body.append("    if bits:")
            for _, when in grants:
                missing, true, false = write.missing(when), write.true(when), write.false(when)
                if missing and "True" not in (true, false):
                    body.append(f"        if ({missing}) and not ({true} or {false}): return None")
            body.append("        return rulings[bits]")
        for place, when in grants:
            body += self._set_bit(when, place)
        checks, lines = self._after()
        body += lines
        write.names["rulings"] = _Rulings(self._leaves, checks)
        body.append("    return rulings[bits]")
        source = write.function("judge", body)
        return compile_function("judge", source, write.names)

    def _before(self) -> Iterator[str]:
        """What is refused before any rule is asked."""
        for must_hold, code in checks_before(self._kind):
            refused = self._write.named(Ruling(Verdict.REFUSE, code=code))
            yield f"    if not {self._write.true(must_hold)}: return {refused}"

    def _after(self) -> tuple[dict[Grant | None, tuple[tuple[int, str], ...]], list[str]]:
        """What the lifecycles demand of each grant: the bits, and the lines that set them."""
        effects: dict[Grant | None, None] = {None: None}
        for _, _, effect in self._leaves:
            if not isinstance(effect, Forbid):
                effects[effect] = None
        places: dict[Check, int] = {}
        lines: list[str] = []
        checks: dict[Grant | None, tuple[tuple[int, str], ...]] = {}
        for each in effects:
            bits = []
            for check in checks_after(self._policy, self._kind, each):
                if check not in places:
                    places[check] = len(self._leaves) + len(places)
                    lines += self._set_bit(check[0], places[check])
                bits.append((1 << places[check], check[1]))
            checks[each] = tuple(bits)
        return checks, lines

    def _set_bit(self, when: Condition, place: int) -> Iterator[str]:
        """Sets the bit of what is true, and gives up where that is unknown."""
        write = self._write
        missing, true, false = write.missing(when), write.true(when), write.false(when)
        if true == "True":
            yield f"    bits |= {1 << place}"
        elif false != "True":
            yield f"    if {true}: bits |= {1 << place}"
            if missing:
                yield f"    elif ({missing}) and not {false}: return None"


def _forbids(effect: Grant | Forbid) -> bool:
    return isinstance(effect, Forbid)
