"""What a policy leaves out on purpose is named and cited, and changes nothing."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercancel import Command, Policy
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.texts import Text
from ordercancel.engine.evaluation import judge_rules
from ordercancel.policies import QOO10
from ordercancel.policy import (
    ALWAYS,
    CANCEL,
    PERMIT,
    Forbid,
    GoingBack,
    Refusal,
    Rule,
    Silence,
    Superseding,
    Verdict,
)
from ordercancel.rules.conditions import Value
from ordercancel.rules.facts import days_past_ship_on, deadline_passed, request, role, status
from ordercancel.verification.enumeration import Space
from unit.tiny import OPERATOR, OURS, SELLER, asks, opened, tiny, utc

LATE = days_past_ship_on > 0
OF_BUYERS = Silence("s.buyers", on=Approve, when=role.is_in("buyer"), cites=OURS)
OF_STAFF = Silence("s.staff", on=(Approve, Reject), when=role.is_in("operator"), cites=OURS)
OF_ALL = Silence("s.all", on=Reject, cites=OURS)
SELLER_APPROVES = Rule(
    "r.seller", on=Approve, effect=PERMIT, when=role.is_in("seller"), cites=OURS
)
LATE_IS_CLOSED = Rule("r.late", on=Approve, effect=Forbid("closed"), when=LATE, cites=OURS)


def policy(*silences: Silence, rules: tuple[Rule, ...] = (SELLER_APPROVES,)) -> Policy:
    return tiny(rules=rules, silences=silences)


def facts(**known: Value | None) -> dict[str, Value | None]:
    values: dict[str, Value | None] = {
        "status": "new",
        "request": "awaiting_seller",
        "role": "buyer",
        "days_past_ship_on": 0,
    }
    return values | known


# ---------------------------------------------------------------------- as data


def test_a_silence_is_of_one_command_or_of_several() -> None:
    """It holds always, unless a condition is given."""
    assert OF_ALL.on == (Reject,)
    assert OF_ALL.when == ALWAYS
    assert OF_STAFF.on == (Approve, Reject)


@pytest.mark.parametrize(
    "provision",
    [
        OF_ALL,
        Superseding("tiny.sending", moves=frozenset({"send"}), cites=OURS),
        GoingBack("tiny.back", cites=OURS),
    ],
)
def test_what_follows_of_itself_is_data(provision: Any) -> None:
    """It is compared by its value, and can not be changed."""
    assert provision == attrs.evolve(provision)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        provision.id = "other"


# ---------------------------------------------------------------------- which one is meant


@pytest.mark.parametrize(
    ("kind", "known", "found"),
    [
        (Approve, {"role": "buyer"}, OF_BUYERS),
        (Approve, {"role": "operator"}, OF_STAFF),
        (Approve, {"role": "system"}, None),
        (Reject, {"role": "operator"}, OF_STAFF),
        (Reject, {"role": "buyer"}, OF_ALL),
        (Withdraw, {"role": "buyer"}, None),
    ],
)
def test_a_refusal_by_silence_finds_the_word_for_it(
    kind: type[Command], known: dict[str, Value | None], found: Silence | None
) -> None:
    """The first whose command it is and whose condition holds; none where nothing is said."""
    decision = policy(OF_BUYERS, OF_STAFF, OF_ALL).judge(kind, facts(**known))
    assert decision.is_silent
    assert decision.codes == ("not_permitted",)
    assert decision.silence == found


def test_a_silence_under_a_condition_that_is_not_known_covers_nothing() -> None:
    """Where a fact is missing, nobody has said that the silence is meant."""
    late = Silence("s.late", on=Approve, when=LATE, cites=OURS)
    judged = policy(late)
    assert judged.judge(Approve, facts(days_past_ship_on=None)).silence is None
    assert judged.judge(Approve, facts(days_past_ship_on=0)).silence is None
    assert judged.judge(Approve, facts(days_past_ship_on=1)).silence == late


@pytest.mark.parametrize(
    ("known", "verdict", "codes"),
    [
        ({"role": "seller"}, Verdict.PERMIT, ()),
        ({"role": "seller", "days_past_ship_on": 1}, Verdict.REFUSE, ("closed",)),
        ({"days_past_ship_on": 1}, Verdict.REFUSE, ("closed",)),
        ({"days_past_ship_on": None}, Verdict.REFUSE, ("undetermined",)),
        ({"role": "seller", "request": "granted"}, Verdict.REFUSE, ("no_such_move",)),
    ],
)
def test_only_silence_is_silent(
    known: dict[str, Value | None], verdict: Verdict, codes: tuple[str, ...]
) -> None:
    """What a rule or a chart has spoken about has no silence, whatever the policy declares."""
    always = Silence("s", on=Approve, cites=OURS)
    rules = (SELLER_APPROVES, attrs.evolve(LATE_IS_CLOSED, when=LATE))
    decision = policy(always, rules=rules).judge(
        Approve, facts(**{"days_past_ship_on": 0} | known)
    )
    assert (decision.verdict, decision.codes) == (verdict, codes)
    assert not decision.is_silent
    assert decision.silence is None


def test_permits_that_disagree_are_not_silent() -> None:
    """They have spoken, if against each other."""
    always = Silence("s", on=RequestCancellation, cites=OURS)
    instant = Rule("r.instant", on=RequestCancellation, effect=CANCEL, cites=OURS)
    said = tiny(rules=(*tiny().rules, instant), silences=(always,))
    decision = said.assess(asks(), opened(said), utc(2))
    assert decision.codes == ("permits_disagree",)
    assert decision.silence is None


def test_a_decision_about_no_kind_of_command_has_no_silence() -> None:
    """What rules say by themselves is covered by no word about a command."""
    decision = judge_rules((), facts(), policy(OF_ALL))
    assert decision.kind is None
    assert decision.is_silent
    assert decision.silence is None


def test_the_silence_of_a_real_case_is_found() -> None:
    """The house may advance an order, and approves nothing: on purpose."""
    meant = Silence(
        "s.house", on=(Approve, Reject), when=role.is_in("operator", "system"), cites=OURS
    )
    said = policy(meant)
    decision = said.assess(Approve("o-7", by=OPERATOR), opened(said), utc(2))
    assert decision.silence == meant
    assert said.assess(Reject("o-7", by=SELLER), opened(said), utc(2)).silence is None


# ---------------------------------------------------------------------- changes nothing


def test_a_silence_is_told_to_readers_and_not_to_the_refused() -> None:
    """Who is refused reads the same sentence, and no rule of it."""
    decision = policy(OF_BUYERS).judge(Approve, facts())
    assert decision.rules == ()
    assert decision.clauses == ()
    assert decision.refusals == (
        Refusal(
            "not_permitted",
            None,
            (),
            Text("この操作は許可されていません。", "This is not permitted."),
        ),
    )


SILENCES = (
    Silence("s.all", on=COMMANDS, cites=OURS),
    Silence("s.house", on=(Approve, Reject), when=role.is_in("operator"), cites=OURS),
    Silence("s.late", on=AdvanceOrder, when=LATE, cites=OURS),
    Silence("s.over", on=AnswerWithdrawal, when=~deadline_passed.holds, cites=OURS),
    Silence("s.asked", on=Withdraw, when=request.is_in("granted"), cites=OURS),
    Silence("s.new", on=RequestCancellation, when=~status.is_in("new") | LATE, cites=OURS),
)


@given(
    kind=st.sampled_from(COMMANDS),
    number=st.integers(0, 10**6),
    silences=st.lists(st.sampled_from(SILENCES), unique=True).map(tuple),
)
def test_silences_change_no_verdict(
    kind: type[Command], number: int, silences: tuple[Silence, ...]
) -> None:
    """Whatever a policy leaves out on purpose, it decides as it does without saying so."""
    said = attrs.evolve(QOO10, silences=silences)
    space = Space.of(said, kind)
    judged = space.at(number % space.size)
    if judged is not None:
        assert said.judge(kind, judged) == QOO10.judge(kind, judged)
