"""What is answered for each order, as columns that depend on tests: independent of any engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations, groupby

import attrs

from ordercancel.bulk.columns import Column, columns_for
from ordercancel.bulk.conditions import ALWAYS, NEVER, Test, all_of, any_of, columns_of
from ordercancel.bulk.translation import Translation, Truth, Untold, settled_facts
from ordercancel.domain.commands import Approve, Judged, Reject, RequestCancellation
from ordercancel.domain.errors import Fault, InvalidValue, Untranslatable
from ordercancel.domain.frozenmap import as_frozen
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import NOT_PERMITTED, PERMITS_DISAGREE, UNDETERMINED, Verdict
from ordercancel.engine.lifecycle_checks import Check, checks_after, checks_before
from ordercancel.policy.describe import VERDICT_NAMES
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import All, AnyOf, Condition, Named, Not, Value
from ordercancel.rules.effects import PERMIT, Forbid, Grant
from ordercancel.rules.facts import Flag
from ordercancel.rules.rules import Rule


@attrs.frozen(kw_only=True)
class Question:
    """What is asked of each order: who asks for the cancellation, and who answers a request.

    Somebody of the house is taken for one who has made no request.

    Args:
        asked_by: The role that asks. Default: the buyer.
        answered_by: The role that approves or rejects. Default: the seller.
        data: The facts that are given with these commands. A flag that is left out is false on
            asking, and true on answering: it is what the answerer can affirm.
    """

    asked_by: str = "buyer"
    answered_by: str = "seller"
    data: Mapping[str, Value] = attrs.field(factory=dict, converter=as_frozen)


USUAL = Question()
"""The buyer asks, the seller answers."""


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
        rules: What the rules about asking do, each with when it does.
        named: The conditions of these rules that have a name, each with when it holds.
        left_out: The rules that were left out, each with the reason; an answer that depends on
            one of them is missing.
    """

    policy: Policy
    at: datetime
    columns: tuple[Column, ...]
    answers: Mapping[str, Pick] = attrs.field(factory=dict)
    rules: tuple[tuple[Rule, Grant | Forbid, Test], ...] = ()
    named: tuple[tuple[Named, Test], ...] = ()
    left_out: Mapping[str, str] = attrs.field(factory=dict)


def plan_for(
    policy: Policy, at: datetime, *, question: Question = USUAL, leave_out: bool = False
) -> Plan:
    """The plan of what may be asked and answered under `policy` at the moment `at`, in UTC.

    Raises:
        InvalidValue: The question names a role or a fact that the policy does not have.
        Untranslatable: A rule needs what no column holds, and `leave_out` is not set.
    """
    _check(question, policy)
    asking = _Ruling(policy, RequestCancellation, at, question)
    approving = _Ruling(policy, Approve, at, question)
    rejecting = _Ruling(policy, Reject, at, question)
    rulings = (asking, approving, rejecting)
    left_out = {rule: reason for ruling in rulings for rule, reason in ruling.untold.items()}
    # Fees tell no verdicts apart, but what they come to is not in any column.
    left_out |= dict.fromkeys((fee.id for fee in policy.fees), "quoted in Python alone")
    if left_out and not leave_out:
        raise Untranslatable(policy.name, left_out)
    answers = {
        "verdict": asking.answer("verdict"),
        "rules": asking.answer("rules"),
        "codes": asking.answer("codes"),
        "clauses": asking.answer("clauses"),
        "may_approve": approving.answer("is_granted"),
        "may_reject": rejecting.answer("is_granted"),
    }
    names = {column for pick in answers.values() for column in _columns(pick)}
    return Plan(
        policy=policy,
        at=at,
        columns=tuple(each for name, each in columns_for(policy).items() if name in names),
        answers=answers,
        rules=asking.satisfied,
        named=asking.named,
        left_out=left_out,
    )


def _check(question: Question, policy: Policy) -> None:
    faults = []
    for field in ("asked_by", "answered_by"):
        role = getattr(question, field)
        if role not in policy.roles:
            expected = f"one of: {', '.join(policy.roles)}"
            faults.append(Fault(f"Question.{field}", f"is {role!r:.80}", expected))
    carried = [fact.name for fact in policy.facts if fact.of is not None]
    for name in (each for each in question.data if each not in carried):
        expected = f"one of: {', '.join(carried) or 'none'}"
        faults.append(Fault("Question.data", f"has the unknown fact {name!r:.80}", expected))
    if faults:
        raise InvalidValue(faults)


def verdict_text(verdict: str | None) -> Text:
    """What people call a verdict; without one it depends on a rule that was left out."""
    return _UNDECIDED if verdict is None else VERDICT_NAMES[Verdict(verdict)]


_UNDECIDED = Text("未定", "undecided")


def tests_of(pick: Pick) -> Iterator[Test]:
    """The tests on which an answer depends."""
    for test, piece in pick.branches:
        yield test
        if isinstance(piece, Join):
            yield from (test for test, _ in piece.words)


def _columns(pick: Pick) -> Iterator[str]:
    for test in tests_of(pick):
        yield from columns_of(test)


@attrs.frozen(kw_only=True)
class _Branch:
    """What follows where its test holds and none of the tests before it does."""

    test: Test
    verdict: Verdict = Verdict.REFUSE
    rules: Piece = ""
    codes: Piece = ""
    clauses: Piece = ""

    @property
    def is_granted(self) -> bool:
        return self.verdict is not Verdict.REFUSE


_Leaf = tuple[Rule, Grant | Forbid, Test]


class _Ruling:
    """What the rules and the lifecycles say to one kind of command, as branches.

    The branches follow `ordercancel.engine.evaluation.conclude`.
    """

    def __init__(
        self, policy: Policy, kind: type[Judged], at: datetime, question: Question
    ) -> None:
        self._policy = policy
        self._kind = kind
        asks = kind is RequestCancellation
        role = question.asked_by if asks else question.answered_by
        affirmed = {f.name: True for f in policy.facts if f.of is kind and isinstance(f, Flag)}
        data = {**({} if asks else affirmed), **question.data}
        self._translation = Translation(policy, settled_facts(policy, kind, role, at, data))
        self.untold: dict[str, str] = {}
        truths: list[tuple[Rule, Grant | Forbid, Truth]] = []
        for rule, when, effect in policy.leaves_for(kind):
            try:
                truths.append((rule, effect, self._translation.truth(when)))
            except Untold as error:
                self.untold[rule.id] = str(error)
        self.satisfied = tuple((rule, effect, truth.true) for rule, effect, truth in truths)
        possible = [each for each in self.satisfied if each[2] != NEVER]
        self._forbids = tuple((r, e, test) for r, e, test in possible if isinstance(e, Forbid))
        self._grants = tuple((r, e, test) for r, e, test in possible if not isinstance(e, Forbid))
        self._errors = tuple(
            (rule, effect, truth.unknown)
            for rule, effect, truth in truths
            if truth.unknown != NEVER
        )
        self._branches = tuple(each for each in self._all_branches() if each.test != NEVER)

    @property
    def named(self) -> tuple[tuple[Named, Test], ...]:
        """The conditions that have a name, each with when it holds."""
        found: dict[Named, Test] = {}
        for rule, when, _ in self._policy.leaves_for(self._kind):
            if rule.id not in self.untold:
                for each in _named(when):
                    found[each] = self._translation.truth(each).true
        return tuple(found.items())

    def answer(self, name: str) -> Pick:
        """A column of the answer: the branches, as far as they say different things.

        Where rules are left out, there is a value only where they make no difference.
        """
        pieces = [(each.test, getattr(each, name)) for each in self._branches]
        grouped = [
            (any_of(test for test, _ in tests), _plain(piece))
            for piece, tests in groupby(pieces, key=lambda each: each[1])
        ]
        if self.untold:
            return Pick(tuple(grouped), None)
        otherwise = _plain(getattr(_Branch(test=NEVER, codes=NOT_PERMITTED), name))
        while grouped and grouped[-1][1] == otherwise:
            grouped.pop()
        return Pick(tuple(grouped), otherwise)

    def _all_branches(self) -> Iterator[_Branch]:
        """What is refused first, then what is granted."""
        for must_hold, code in checks_before(self._kind):
            yield _Branch(test=self._fails(must_hold), codes=code)
        yield self._branch(self._forbids, self._errors, codes=self._codes())
        if self.untold:
            return
        specials = dict.fromkeys(effect for _, effect, _ in self._grants if effect != PERMIT)
        grants = {each: any_of(t for _, e, t in self._grants if e == each) for each in specials}
        disagree = any_of(all_of(pair) for pair in combinations(grants.values(), 2))
        granted = self._branch(self._grants, codes=PERMITS_DISAGREE)
        yield attrs.evolve(granted, test=disagree)
        permits = any_of(test for _, effect, test in self._grants if effect == PERMIT)
        for effect, test in (*grants.items(), (PERMIT, permits)):
            yield from self._lifecycle(effect, test)
            verdict = Verdict(str(effect))
            yield attrs.evolve(granted, test=test, verdict=verdict, codes="")
        yield from self._lifecycle(None, ALWAYS)

    def _lifecycle(self, effect: Grant | None, granted: Test) -> Iterator[_Branch]:
        """What the lifecycles refuse of what is granted."""
        checks: Iterable[Check] = checks_after(self._policy, self._kind, effect)
        for must_hold, code in checks:
            yield _Branch(test=all_of([granted, self._fails(must_hold)]), codes=code)

    def _fails(self, must_hold: Condition) -> Test:
        truth = self._translation.truth(must_hold)
        return any_of([truth.false, truth.unknown])

    def _branch(self, *sections: tuple[_Leaf, ...], codes: Piece) -> _Branch:
        """Where any of some effects comes about, with all that do.

        The effects of one rule shut each other out, so that no rule is named in two sections.
        """
        ids: dict[tuple[int, str], list[Test]] = {}
        cited: dict[str, list[Test]] = {}
        for number, leaves in enumerate(sections):
            for rule, _, test in leaves:
                ids.setdefault((number, rule.id), []).append(test)
                for clause in self._policy.clauses_of((rule.id,)):
                    cited.setdefault(clause, []).append(test)
        return _Branch(
            test=any_of(test for leaves in sections for _, _, test in leaves),
            rules=_join((word, tests) for (_, word), tests in ids.items()),
            codes=codes,
            clauses=_join(cited.items()),
        )

    def _codes(self) -> Piece:
        codes = {UNDETERMINED: [test for _, _, test in self._errors]}
        for _, effect, test in self._forbids:
            codes.setdefault(effect.code, []).append(test)
        return _join(codes.items())


def _plain(piece: Piece) -> Piece:
    return str(piece) if isinstance(piece, Verdict) else piece


def _join(words: Iterable[tuple[str, Sequence[Test]]]) -> Piece:
    """The words of the tests that hold, each once; an empty text where there are none."""
    joined = ((any_of(tests), word) for word, tests in words)
    possible = tuple((test, word) for test, word in joined if test != NEVER)
    return Join(possible) if possible else ""


def _named(condition: Condition) -> Iterator[Named]:
    """The conditions within one that have a name."""
    match condition:
        case Named(condition=inner):
            yield condition
            yield from _named(inner)
        case Not(inner):
            yield from _named(inner)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _named(part)
