"""A solver finds the faults of policies that are too large to try, and of small ones the same."""

from __future__ import annotations

import sys

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.furniture import FURNITURE
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import (
    AdvanceOrder,
    Approve,
    Policy,
    Reject,
    RequestCancellation,
    Text,
    TooLarge,
)
from ordercancel.domain.commands import JUDGED
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    CANCEL,
    Deadline,
    Fee,
    Flag,
    Forbid,
    If,
    Moment,
    Refer,
    Refunding,
    Rule,
    advance,
    buyer,
    closed_at,
    hours,
    is_open,
    mark,
    now,
    placed_at,
    reject,
    requested_at,
    seller,
    status,
)
from ordercancel.verification import Means, _try_combinations, verify
from ordercancel.verification import large as large_walk
from ordercancel.verification.enumeration import Space
from ordercancel.verification.orders_tried import OrdersTried
from ordercancel.verification.report import Kind, Report
from ordercancel.verification.solver.dead_rules import dead_rules
from ordercancel.verification.solver.encoding import MOST_STEPS
from ordercancel.verification.time_regions import TimeRegions
from readings import READINGS
from unit.tiny import worded
from verification.large import KINDS, WORDS, is_, large, planted, traits
from verification.planted import replayed, shop

UNSHIPPED = status.is_in("placed", "packed")
CODES = ("wrong_actor", "already_shipped", "not_late")
TOLD = worded(refusals={code: Text("できません。", "It can't be done.") for code in CODES})


def left(report: Report, kind: Kind) -> list[str]:
    """What is not proved of a kind of faults."""
    (proof,) = (each for each in report.proofs if each.kind is kind)
    return [text["en"] for text in proof.left]


def same(policy: Policy) -> bool:
    """Whether the solver finds the rules that decide nothing in any combination that is tried."""
    spaces = {kind: Space.of(policy, kind) for kind in JUDGED}
    tried = _try_combinations(policy, spaces, None, 0, None)
    return dead_rules(policy, MOST_STEPS) == (tried[1], ())


class TestASmallPolicy:
    @pytest.mark.parametrize(
        "policy",
        [SHOP, FLEA_MARKET, MUST_SHIP, FURNITURE, CONECT, QOO10],
        ids=["half-hour", "flea", "must-ship", "furniture", "conect", "marketplace"],
    )
    def test_has_the_same_dead_rules(self, policy: Policy) -> None:
        assert same(policy)

    def test_has_the_same_faults_and_says_by_which_means(self) -> None:
        """And is proved; `combinations` are those that were tried."""
        recalls = Rule(
            "recalls",
            on=RequestCancellation,
            when=seller & status.is_in("shipped"),
            effect=CANCEL,
        )
        policy = shop(plus=[recalls])
        report, tried = verify(policy, by="solver"), verify(policy)
        assert report.faults == tried.faults
        assert report.notes == tried.notes
        assert report.is_proved
        assert {*report.combinations.values()} == {0}
        by = {proof.kind: proof.by for proof in report.proofs}
        assert by[Kind.NEVER_DECIDES] == (Means.SOLVER, Means.WALK)
        assert report.text("en").splitlines()[1] == (
            "Checked: 1,242 combinations of facts by a solver, 90 cases that can be reached, "
            "665 steps"
        )
        assert "ソルバーにより事実の組み合わせ 1,242 通り、到達しうる案件 90 件" in report.text(
            "ja"
        )

    @pytest.mark.slow
    @pytest.mark.parametrize("policy", READINGS.values(), ids=READINGS.keys())
    def test_has_the_same_dead_rules_in_any_reading(self, policy: Policy) -> None:
        assert same(policy)

    def test_may_say_the_same_in_both_branches(self) -> None:
        """A branch that differs from none is decided by the condition of the rule alone."""
        either = If(status.is_in("placed"), Refer(seller), Refer(seller))
        rule = Rule("either", on=RequestCancellation, when=buyer & UNSHIPPED, effect=either)
        rules = [each for each in SHOP.rules if each.id != "buyer_asks"]
        assert same(attrs.evolve(SHOP, rules=(*rules, rule)))


class TestALargePolicy:
    def test_that_is_sound_has_no_fault(self) -> None:
        """Of its 10^15 combinations nothing is left, and of its cases nothing either."""
        report = verify(large(15))
        assert report.possible == 2_734_595_429_727_834
        assert report.ok
        assert report.is_proved
        by = {proof.kind: proof.by for proof in report.proofs}
        assert by[Kind.PERMITS_DISAGREE] == (Means.SOLVER,)
        assert by[Kind.NOT_TOLD] == (Means.INDUCTION,)
        assert by[Kind.DEADLINE_NEVER_FIRES] == (Means.CASE,)

    def test_of_twelve_facts_and_sixty_rules_is_proved(self) -> None:
        """Forbids that hang on two facts each, and that nobody reaches one after the other."""
        facts = traits(12)
        kinds = (RequestCancellation, Reject, AdvanceOrder, Approve)
        bars = [
            Rule(
                f"bar.{number}",
                on=kinds[number % 4],
                effect=Forbid("barred"),
                when=is_(facts[number % 12], WORDS[number % 6])
                & is_(facts[(5 * number + 1) % 12], WORDS[(number + number // 12) % 6]),
            )
            for number in range(55)
        ]
        report = verify(large(12, *bars))
        assert len(report.policy.rules) == 60
        assert report.possible > 10**12
        assert report.ok
        assert report.is_proved

    def test_leaves_rules_that_may_be_unknown_and_held_in_no_case(self) -> None:
        """Whether somebody can tell what such a rule hangs on shows only where it holds."""
        fact = traits(10)[0]
        bare = Rule("bare", on=Approve, effect=Forbid("closed"), when=fact.is_in("b"))
        report = verify(large(10, bare))
        assert report.ok
        assert left(report, Kind.NEVER_DETERMINED) == [
            "bare on Approve: its condition was true in none of the cases that were reached."
        ]

    @pytest.mark.parametrize("number", [0, 4, 6, 7, 9], ids=lambda number: KINDS[number])
    def test_shows_a_fault_that_is_planted(self, number: int) -> None:
        shows(number)

    @pytest.mark.slow
    @pytest.mark.parametrize("number", range(100))
    def test_shows_each_of_a_hundred(self, number: int) -> None:
        shows(number)

    def test_has_rules_that_nobody_can_evaluate(self) -> None:
        """Nobody can tell when a request was closed that is still open."""
        late = Rule("late", on=Approve, when=now >= closed_at + hours(1), effect=Forbid("late"))
        report = verify(large(12, late))
        assert [fault.id for fault in report.faults] == ["never_determined:late on Approve"]

    def test_has_facts_that_must_be_told(self) -> None:
        """An order is registered with each of them, and with no other value than may be."""
        weighed = Flag("weighed", required=True)
        when = buyer & UNSHIPPED & ~weighed
        rash = Rule("rash", on=RequestCancellation, effect=CANCEL, when=when)
        policy = large(10)
        policy = attrs.evolve(policy, facts=(*policy.facts, weighed), rules=(*policy.rules, rash))
        faults = {fault.id: fault for fault in verify(policy).faults}
        disagree = faults["permits_disagree:buyer_asks, rash"]
        assert disagree.scenario[0]["order"]["facts"] == {"weighed": False}

    def test_has_deadlines_that_do_all_there_is(self) -> None:
        """Each runs in some case, and none where the lifecycle does not have its action."""
        due = requested_at + hours(1)
        several = [
            Deadline("refused", runs=is_open & UNSHIPPED, due=due, then=reject),
            Deadline(
                "packs",
                runs=status.is_in("placed"),
                due=placed_at + hours(9),
                then=advance("pack"),
            ),
            Deadline(
                "waits",
                runs=status.is_in("placed"),
                due=placed_at + hours(8),
                then=mark("waits", of="order"),
            ),
        ]
        policy = large(10, deadlines=(*SHOP.deadlines, *several))
        report = verify(policy)
        assert [fault.id for fault in report.faults if "impossible" in fault.id] == []

    @pytest.mark.slow
    def test_has_deadlines_that_run_where_much_is_told(self) -> None:
        """Of orders with other facts than usual alone, times among them; nothing is acted on."""
        seen_at = Moment("seen_at")
        runs = UNSHIPPED & is_(traits(1)[0], "b")
        seen = Deadline("seen", runs=runs, due=seen_at + hours(1), then=mark("seen", of="order"))
        policy = large(9)
        policy = attrs.evolve(
            policy, facts=(*policy.facts, seen_at), deadlines=(*policy.deadlines, seen)
        )
        report = verify(policy)
        assert report.ok
        assert left(report, Kind.DEADLINE_NEVER_RUNS) == []

    def test_may_have_few_orders_and_too_many_cases(self) -> None:
        """Few orders to register may lead to more cases than may be reached."""
        policy = large(1)
        orders = OrdersTried(policy, TimeRegions(policy)).size
        report = verify(policy, most_cases=orders)
        assert report.ok
        assert 90 <= report.cases <= orders
        assert report.combinations["RequestCancellation"] > 0

    def test_charges_a_fee_that_never_holds(self) -> None:
        """Nobody is both; where a deadline cancels, it could charge one."""
        vain = Fee(id="vain", when=buyer & seller)
        policy = large(10, refunding=Refunding(fees=(vain,)))
        assert [fault.id for fault in verify(policy).faults] == ["never_decides:vain"]

    def test_leaves_fees_that_held_in_no_case(self) -> None:
        """Whether somebody can tell what they hang on shows only where they hold."""
        few = Fee(id="few", when=buyer & is_(traits(10)[0], "b"))
        report = verify(large(10, refunding=Refunding(fees=(few,))))
        assert left(report, Kind.NEVER_DETERMINED) == [
            "few: its condition was true in none of the cases that were reached."
        ]

    @pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
    def test_has_deadlines_that_run_for_few_orders(self, *, known: bool) -> None:
        """Such orders are walked, whether or not a moment is known that the host tells."""
        graded_at = Moment("graded_at")
        is_known = graded_at.is_known
        rare = Deadline(
            "rare",
            runs=is_open & is_(traits(10)[0], "b") & (is_known if known else ~is_known),
            due=requested_at + hours(1),
            then=reject,
        )
        facts, deadlines = (*traits(10), graded_at), (*SHOP.deadlines, rare)
        report = verify(attrs.evolve(large(10), facts=facts, deadlines=deadlines))
        assert left(report, Kind.DEADLINE_NEVER_RUNS) == []
        assert left(report, Kind.DEADLINE_NEVER_FIRES) == []
        assert report.ok

    def test_tries_no_more_orders_than_there_are(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Here two: weighed or not. A combination is no case, and that is said."""
        monkeypatch.setattr(OrdersTried, "size", 10**9)
        weighed = Flag("weighed", required=True)
        never = status.is_in("shipped") & is_open & (weighed | ~weighed)
        odd = Rule("odd_one", on=RequestCancellation, effect=CANCEL, when=seller & never)
        report = verify(shop(plus=[odd], facts=(weighed,)))
        (text,) = left(report, Kind.PERMIT_WITHOUT_MOVE)
        assert "no case that shows just this was reached" in text

    def test_leaves_rules_that_may_be_unknown_where_the_solver_gives_up(self) -> None:
        """All combinations were tried, and the orders are too many."""
        fact = traits(2)[0]
        never = Rule(
            "never",
            on=AdvanceOrder,
            effect=Forbid("no"),
            when=fact.is_in("b") & ~fact.is_in("b"),
        )
        report = verify(large(2, never), most_cases=100, most_steps=1)
        assert not report.ok
        asked = "The solver did not decide whether never on AdvanceOrder can't be evaluated"
        assert any(text.startswith(asked) for text in left(report, Kind.NEVER_DETERMINED))

    def test_shows_what_is_possible_and_was_not_reached(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A combination is no case: that nobody reached one is said, and is no fault."""
        monkeypatch.setattr(large_walk, "MOST_TRIES", 1)
        never = status.is_in("shipped") & is_open
        odd = Rule("odd_one", on=RequestCancellation, effect=CANCEL, when=seller & never)
        report = verify(large(10, odd))
        (text,) = left(report, Kind.PERMIT_WITHOUT_MOVE)
        assert text == (
            "There are combinations of facts in which odd_one ever grants what the lifecycle has "
            "no move for; no case that shows just this was reached."
        )
        assert [fault.id for fault in report.faults] == [
            "never_decides:odd_one on RequestCancellation"
        ]


ANSWERS = {
    "permits_disagree": ["permits_disagree"],
    "permit_without_move": ["not_cancellable"],
    "hole": ["not_permitted"],
    "fees_disagree": ["fees_disagree"],
}
"""The codes that the last line of a scenario is refused with, by the kind of its fault."""


def shows(number: int) -> None:
    """The fault with this number is found and no other, and its scenario is replayed."""
    policy, expected = planted(number)
    report = verify(policy)
    assert 10**10 <= report.possible <= 10**18
    assert {fault.id for fault in report.faults} == expected
    for fault in report.faults:
        answers = replayed(policy, fault)
        if str(fault.kind) in ANSWERS:
            assert answers[-1]["codes"] == ANSWERS[fault.kind]


class TestWhatCannotBeDone:
    def test_too_many_cases_of_one_set_of_facts_are_too_many(self) -> None:
        """Then neither can do it; no solver is recommended."""
        with pytest.raises(TooLarge) as refused:
            verify(SHOP, most_cases=40)
        assert (refused.value.what, refused.value.solved) == ("cases", True)

    def test_a_solver_that_gives_up_proves_nothing(self) -> None:
        """No rule is said to decide nothing; what was asked is said, and it is not ok."""
        report = verify(SHOP, by="solver", most_steps=1)
        assert report.faults == ()
        assert not report.ok
        assert not report.is_proved
        asked = "did not decide whether buyer_asks (cancel) on RequestCancellation ever decides"
        assert any(asked in text["en"] for text in report.undecided)
        assert report.as_dict()["undecided"] == [text.as_dict() for text in report.undecided]

    def test_a_solver_that_gives_up_on_a_large_policy_leaves_its_questions(self) -> None:
        report = verify(large(9), most_steps=1)
        assert not report.ok
        assert left(report, Kind.HOLE)

    def test_a_large_policy_without_the_solver_is_too_large(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As before; what the solver would add is said."""
        monkeypatch.setattr("ordercancel.verification.has_solver", lambda: False)
        with pytest.raises(TooLarge, match=r"ordercancel\[prove\]") as refused:
            verify(large(9))
        assert refused.value.facts[1] == ("trait_0", 7)

    def test_a_solver_that_is_asked_for_must_be_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "z3", None)
        with pytest.raises(ImportError, match=r"ordercancel\[prove\]"):
            verify(SHOP, by="solver")
        assert verify(SHOP, by="enumeration").ok


def test_grants_of_three_rules_that_disagree_hide_none_of_two() -> None:
    """Each set of rules is a fault for itself, so that one that is meant excuses no other."""
    one, other = (is_(fact, "b") for fact in traits(9)[:2])
    report = verify(
        large(
            9,
            *(
                Rule(name, on=RequestCancellation, effect=CANCEL, when=buyer & UNSHIPPED & hidden)
                for name, hidden in (("rash", one | other), ("rasher", one))
            ),
        )
    )
    found = {fault.subject for fault in report.faults if fault.kind is Kind.PERMITS_DISAGREE}
    assert found == {"buyer_asks, rash", "buyer_asks, rash, rasher"}
