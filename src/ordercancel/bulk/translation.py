"""Rules become tests of columns: what depends on the actor and the moment is settled first.

That the present is before a time is a comparison of the moment or day that the time is reckoned
from with a constant, which is worked out here, once, in the policy's zone. So neither a database
nor a data frame reckons with times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

import attrs

from ordercancel.bulk.columns import column_of, may_be_missing, meaning_of_none
from ordercancel.bulk.conditions import (
    ALWAYS,
    NEVER,
    OPPOSITE,
    Absent,
    Among,
    Bounded,
    Flag,
    Outside,
    Present,
    Test,
    all_of,
    any_of,
)
from ordercancel.domain.actors import Actor, System
from ordercancel.domain.commands import Judged
from ordercancel.engine.case_facts import answers
from ordercancel.policy.policy import Policy
from ordercancel.rules.anchors import FIRST, known_anchors, least_anchor
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Leaf,
    Listed,
    Named,
    Not,
    Relation,
    Value,
)
from ordercancel.rules.facts import NO_REQUEST, Choice, Day, Fact, answerer, units_shipped
from ordercancel.rules.facts import Flag as FlagFact
from ordercancel.rules.roles import same_side
from ordercancel.rules.times import Time


class Untold(Exception):
    """Raised for a condition that needs what no column holds."""


@attrs.frozen
class Truth:
    """When a condition is true, and when it is unknown, and when it is false."""

    true: Test
    unknown: Test
    false: Test

    @classmethod
    def constant(cls, value: bool | None) -> Truth:  # noqa: FBT001 - what a condition gives
        """The same for every row."""
        return cls(*(ALWAYS if value is each else NEVER for each in (True, None, False)))

    def negated(self) -> Truth:
        """When the opposite is true, unknown and false."""
        return Truth(self.false, self.unknown, self.true)

    def or_where(self, test: Test, value: bool | None) -> Truth:  # noqa: FBT001
        """The same, and `value` where `test` holds."""
        side = {True: "true", None: "unknown", False: "false"}[value]
        return attrs.evolve(self, **{side: any_of([getattr(self, side), test])})


def settled_facts(
    policy: Policy, kind: type[Judged], role: str, at: datetime, data: Mapping[str, Value]
) -> dict[str, Value | None]:
    """The facts that are the same for every row: of a `kind` of command by `role` at `at`, in UTC.

    Of the flags that go with the command, one that `data` leaves out is false.
    """
    # No command here has a move, and what may be asked at all is asked without a reason.
    nobody = dict.fromkeys(("reason", "move", "legal_move", "accept"))
    carried: dict[str, Value | None] = {
        fact.name: data.get(fact.name, False if isinstance(fact, FlagFact) else None)
        for fact in policy.facts
        if fact.of is kind
    }
    return {
        **nobody,
        **carried,
        "now": at,
        "zone": policy.tzinfo,
        "role": role,
        "side": policy.roles[role].side,
        "is_on_behalf": False,
        "is_stale": False,  # an answer is about the latest request
    }


class Translation:
    """Translates a policy's conditions for commands of one kind, by one role, at one moment.

    `settled` are the facts that are the same for every row.
    """

    def __init__(self, policy: Policy, settled: Mapping[str, Value | None]) -> None:
        self._policy = policy
        self._settled = settled
        self._told_by = _told_by(policy, str(settled["role"]))

    def truth(self, condition: Condition) -> Truth:
        """When `condition` is true, unknown and false.

        Raises:
            Untold: It needs what no column holds.
        """
        match condition:
            case All(parts):
                return _of_all([self.truth(part) for part in parts])
            case AnyOf(parts):
                return _of_all([self.truth(part).negated() for part in parts]).negated()
            case Not(inner):
                return self.truth(inner).negated()
            case Named(condition=inner):
                return self.truth(inner)
            case Leaf(name) if name in self._settled:
                return Truth.constant(condition.test(self._settled))
            case Leaf(name) if name in self._told_by:
                column, domain = column_of(name), self._policy.domain(answerer)
                told = _of_words(column, self._told_by[name], domain)
                return told.or_where(Absent(column), value=False)
            case IsIn() | Holds() | Compare() | Known() | Listed() | Before():
                return self._of_column(condition)
            case _:
                raise Untold(f"its condition is a {type(condition).__name__}")

    def _of_column(self, leaf: IsIn | Holds | Compare | Known | Listed | Before) -> Truth:
        fact = self._policy.fact(leaf.fact)
        assert fact is not None  # the policy was checked to know what its rules speak of
        if fact == units_shipped:
            raise Untold("it hangs on `units_shipped`, which is judged in Python alone")
        column, none = column_of(leaf.fact), meaning_of_none(fact)
        if isinstance(leaf, Known) and (none is not None or not may_be_missing(fact)):
            return Truth.constant(value=True)
        told = self._where_present(leaf, fact, column)
        if not may_be_missing(fact):
            return told
        return told.or_where(Absent(column), leaf.test({**self._settled, leaf.fact: none}))

    def _where_present(
        self, leaf: IsIn | Holds | Compare | Known | Listed | Before, fact: Fact, column: str
    ) -> Truth:
        match leaf:
            case Known():
                return Truth(Present(column), NEVER, NEVER)
            case Holds():
                return Truth(Flag(column, up=True), NEVER, Flag(column, up=False))
            case Compare(_, how, bound):
                true = Bounded(column, how, bound)
                return Truth(true, NEVER, _opposite(true))
            case Before(_, time):
                return self._before(column, time, day=isinstance(fact, Day))
            case _:
                told = _of_words(column, leaf.values, self._policy.domain(cast(Choice, fact)))
                is_in = isinstance(leaf, IsIn)
                return told if is_in else Truth(told.true, told.false, NEVER)

    def _before(self, column: str, time: Time, *, day: bool) -> Truth:
        """That the present is before a time: from which anchor on, of those that are known."""
        at, zone = cast(datetime, self._settled["now"]), self._policy.tzinfo
        known = known_anchors(time, zone, day=day)
        if known is None:
            return Truth(NEVER, Present(column), NEVER)
        low, high = known
        first = least_anchor(time, at, zone, day=day, within=known)
        from_low = [] if low is None else [Bounded(column, Relation.AT_LEAST, low)]
        to_high = [] if high is None else [Bounded(column, Relation.AT_MOST, high)]
        inside = [*from_low, *to_high]
        outside = any_of(_opposite(end) for end in inside)
        if first is None:
            return Truth(NEVER, outside, all_of(inside or [Present(column)]))
        if first in (low, FIRST, FIRST.date()):
            return Truth(all_of(inside or [Present(column)]), outside, NEVER)
        ahead = Bounded(column, Relation.AT_LEAST, first)
        return Truth(all_of([ahead, *to_high]), outside, all_of([*from_low, _opposite(ahead)]))


def _told_by(policy: Policy, role: str) -> dict[str, frozenset[str]]:
    """The words in the columns of a request by which it is the actor's own, or theirs to answer.

    Of somebody of the house the columns do not say who they are: they are taken for one who has
    made no request.
    """
    actor, roles = _actor(role, "somebody"), policy.roles
    is_one = roles[role].party is not None or role == "system"
    return {
        "is_initiator": frozenset({role} if is_one else ()),
        "is_own_side": frozenset(
            each for each in roles if same_side(actor, _actor(each, "somebody else"), roles)
        ),
        "is_answerer": frozenset(
            word for word in policy.domain(answerer) if answers(actor, word, roles)
        ),
    }


def _actor(role: str, name: str) -> Actor:
    return System() if role == "system" else Actor(name, role=role)


def _opposite(bounded: Bounded) -> Bounded:
    return attrs.evolve(bounded, relation=OPPOSITE[bounded.relation])


def _of_words(column: str, words: frozenset[str], domain: Iterable[str]) -> Truth:
    """Whether a word is one of some; of the others where a policy does not say which there are."""
    known = frozenset(domain) - {NO_REQUEST}
    true = _among(column, words - {NO_REQUEST})
    return Truth(true, NEVER, _among(column, known - words) if known else Outside(column, words))


def _among(column: str, words: frozenset[str]) -> Test:
    return Among(column, words) if words else NEVER


def _of_all(parts: Iterable[Truth]) -> Truth:
    """True where all are; false where any is; unknown where none is false and any is unknown."""
    truths = list(parts)
    not_false = all_of(any_of([part.true, part.unknown]) for part in truths)
    return Truth(
        all_of(part.true for part in truths),
        all_of([not_false, any_of(part.unknown for part in truths)]),
        any_of(part.false for part in truths),
    )
