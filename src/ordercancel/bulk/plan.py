"""What is answered for each order, as columns that hang on tests: independent of any engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

import attrs

from ordercancel.bulk.columns import COLUMNS, Column, column_of_fact
from ordercancel.bulk.conditions import (
    NEVER,
    Test,
    all_of,
    any_of,
    columns_of,
)
from ordercancel.bulk.translation import Translation, Truth, Untold
from ordercancel.domain.actors import Role
from ordercancel.domain.commands import Approve, Command, Reject, RequestCancellation
from ordercancel.domain.errors import Untranslatable
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.chart_conditions import chart_condition
from ordercancel.engine.decision import (
    NO_SUCH_MOVE,
    NOT_PERMITTED,
    PERMITS_DISAGREE,
    UNDETERMINED,
    Verdict,
)
from ordercancel.policy.describe import VERDICT_NAMES
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Value
from ordercancel.rules.effects import CANCEL, PERMIT, REFER, Effect, Forbid
from ordercancel.rules.rules import Rule


@attrs.frozen
class Join:
    """The words whose tests hold, joined by commas, in this order."""

    words: tuple[tuple[Test, str], ...]


Piece = Join | str | bool | None
"""What a branch gives: words, one text, a flag, or no value."""


@attrs.frozen
class Pick:
    """The first branch whose test holds, or else what is left."""

    branches: tuple[tuple[Test, Piece], ...]
    otherwise: Piece


@attrs.frozen(kw_only=True)
class Plan:
    """How each order is answered at one moment.

    Args:
        policy: The policy.
        at: The moment, in UTC.
        columns: The columns that the answers depend on.
        answers: The columns of the answer, by name.
        rules: The rules about asking, each with what it does and when it is satisfied.
        left_out: The rules that were left out, each with the reason; an answer that depends on
            one of them is missing.
    """

    policy: Policy
    at: datetime
    columns: tuple[Column, ...]
    answers: Mapping[str, Pick] = attrs.field(factory=dict)
    rules: tuple[tuple[Rule, Test], ...] = ()
    left_out: Mapping[str, str] = attrs.field(factory=dict)


def plan_for(policy: Policy, at: datetime, *, leave_out: bool = False) -> Plan:
    """The plan of what buyers may ask and sellers may answer under `policy` at the moment `at`.

    Raises:
        Untranslatable: A rule needs what no column holds, and `leave_out` is not set.
    """
    asking = _Ruling(policy, RequestCancellation, at, {"role": Role.BUYER, "party": True})
    seller: Mapping[str, Value] = {"role": Role.SELLER, "party": True, "affirmed": True}
    approving = _Ruling(policy, Approve, at, seller)
    rejecting = _Ruling(policy, Reject, at, seller)
    rulings = (asking, approving, rejecting)
    left_out = {rule: reason for ruling in rulings for rule, reason in ruling.untold.items()}
    if left_out and not leave_out:
        raise Untranslatable(policy.name, left_out)
    answers = {
        "verdict": asking.verdict(),
        "rules": asking.rules(),
        "codes": asking.codes(),
        "clauses": asking.clauses(),
        "may_approve": approving.permitted(),
        "may_reject": rejecting.permitted(),
    }
    names = {name for pick in answers.values() for name in _columns(pick)}
    return Plan(
        policy=policy,
        at=at,
        columns=tuple(_declared(policy, names)),
        answers=answers,
        rules=asking.satisfied,
        left_out=left_out,
    )


def verdict_text(verdict: str | None) -> Text:
    """What people call a verdict; without one it depends on a rule that was left out."""
    return _UNDECIDED if verdict is None else VERDICT_NAMES[Verdict(verdict)]


_UNDECIDED = Text("未定", "undecided")


def _declared(policy: Policy, names: set[str]) -> Iterator[Column]:
    words = {
        "status": policy.orders.state_ids,
        "channel": policy.channels,
        "request_status": tuple(RequestStatus),
    }
    for name, column in COLUMNS.items():
        if name in names:
            yield attrs.evolve(column, words=tuple(map(str, words.get(name, ()))))
    for fact in policy.facts:
        if fact.name in names:
            yield column_of_fact(fact, policy)


def _columns(pick: Pick) -> Iterator[str]:
    for test in tests_of(pick):
        yield from columns_of(test)


def tests_of(pick: Pick) -> Iterator[Test]:
    """The tests on which an answer depends."""
    for test, piece in pick.branches:
        yield test
        if isinstance(piece, Join):
            yield from (test for test, _ in piece.words)


class _Ruling:
    """The tests of the rules for one kind of command, and of the charts."""

    def __init__(
        self, policy: Policy, kind: type[Command], at: datetime, settled: Mapping[str, Value]
    ) -> None:
        self._policy = policy
        self._kind = kind
        self._translation = Translation(policy, at, settled)
        self.untold: dict[str, str] = {}
        truths: list[tuple[Rule, Truth]] = []
        for rule in sorted(policy.rules_for(kind), key=lambda rule: rule.id):
            try:
                truths.append((rule, self._translation.truth(rule.when)))
            except Untold as error:
                self.untold[rule.id] = str(error)
        self._forbids = _holding((rule, truth.true) for rule, truth in truths if _forbids(rule))
        self._errors = _holding((rule, truth.unknown) for rule, truth in truths)
        self._permits = _holding(
            (rule, truth.true) for rule, truth in truths if not _forbids(rule)
        )
        self.satisfied = tuple((rule, truth.true) for rule, truth in truths)
        self._blockers = (*self._forbids, *self._errors)
        self._blocked = any_of(test for _, test in self._blockers)
        self._granted = any_of(test for _, test in self._permits)

    def _grants(self, effect: object) -> Test:
        return any_of(test for rule, test in self._permits if rule.effect == effect)

    def _chart(self, effect: Effect) -> Test:
        """Whether the charts have what a command of this effect brings about."""
        return self._translation.truth(chart_condition(self._policy, self._kind, effect)).true

    def _picked(self, branches: Sequence[tuple[Test, Piece]], otherwise: Piece) -> Pick:
        """Where rules are left out, what does not hang on them alone."""
        kept = branches[:1] if self.untold else branches
        possible = tuple((test, piece) for test, piece in kept if test != NEVER)
        return Pick(possible, None if self.untold else otherwise)

    def verdict(self) -> Pick:
        """The verdict on asking."""
        return self._picked(
            [
                (self._blocked, Verdict.REFUSE.value),
                (self._disagreement(), Verdict.REFUSE.value),
                (all_of([self._grants(CANCEL), self._chart(CANCEL)]), Verdict.CANCEL.value),
                (all_of([self._grants(REFER), self._chart(REFER)]), Verdict.REFER.value),
            ],
            Verdict.REFUSE.value,
        )

    def rules(self) -> Pick:
        """The ids of the rules that determined it, in the order of a `Decision`."""
        blockers = _join((test, rule.id) for rule, test in self._blockers)
        permits = _join((test, rule.id) for rule, test in self._permits)
        return self._picked([(self._blocked, blockers), (self._granted, permits)], "")

    def codes(self) -> Pick:
        """The codes of the refusals, each once; empty where nothing is refused."""
        codes: dict[str, list[Test]] = {UNDETERMINED: [test for _, test in self._errors]}
        for rule, test in self._forbids:
            codes.setdefault(cast(Forbid, rule.effect).code, []).append(test)
        return self._picked(
            [
                (self._blocked, _joined(codes)),
                (self._disagreement(), PERMITS_DISAGREE),
                (all_of([self._grants(CANCEL), self._chart(CANCEL)]), ""),
                (all_of([self._grants(REFER), self._chart(REFER)]), ""),
                (self._granted, NO_SUCH_MOVE),
            ],
            NOT_PERMITTED,
        )

    def clauses(self) -> Pick:
        """The ids of the clauses that the rules cite, each once."""
        return self._picked(
            [
                (self._blocked, _joined(self._cited(self._blockers))),
                (self._granted, _joined(self._cited(self._permits))),
            ],
            "",
        )

    def permitted(self) -> Pick:
        """Whether the command may be given."""
        granted = all_of([self._grants(PERMIT), self._chart(PERMIT)])
        return self._picked([(self._blocked, False), (granted, True)], otherwise=False)

    def _disagreement(self) -> Test:
        return all_of([self._grants(CANCEL), self._grants(REFER)])

    def _cited(self, rules: Iterable[tuple[Rule, Test]]) -> dict[str, list[Test]]:
        cited: dict[str, list[Test]] = {}
        for rule, test in rules:
            for clause in self._policy.clauses_of((rule.id,)):
                cited.setdefault(clause, []).append(test)
        return cited


def _forbids(rule: Rule) -> bool:
    return isinstance(rule.effect, Forbid)


def _holding(rules: Iterable[tuple[Rule, Test]]) -> tuple[tuple[Rule, Test], ...]:
    return tuple((rule, test) for rule, test in rules if test != NEVER)


def _joined(words: Mapping[str, Sequence[Test]]) -> Piece:
    joined = ((any_of(tests), word) for word, tests in words.items())
    return _join((test, word) for test, word in joined if test != NEVER)


def _join(words: Iterable[tuple[Test, str]]) -> Piece:
    """The words; an empty text where there are none to begin with."""
    joined = tuple(words)
    return Join(joined) if joined else ""
