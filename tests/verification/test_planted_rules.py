"""Faults of rules, planted in good policies, are found and shown by a scenario."""

from __future__ import annotations

from datetime import timedelta

import pytest
from examples.half_hour_shop import HALF_AN_HOUR, SHOP

from ordercancel import Policy
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.texts import Text
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import CANCEL, PERMIT, REFER, Forbid, Silence
from ordercancel.rules.facts import (
    days_since_placed,
    party,
    role,
    since_paid,
    since_placed,
    status,
)
from ordercancel.verification import verify
from verification.planted import OURS, edited, fault, faults, replayed, rule

DROPPED = [
    (SHOP, "shop.only_the_buyer_asks", [RequestCancellation], "the seller"),
    (SHOP, "shop.only_the_seller_answers", [Approve, Reject], "the buyer"),
    (SHOP, "shop.no_withdrawal", [Withdraw, AskWithdrawal], "the buyer, the seller"),
    (CONECT, "conect.no_asking_to_withdraw", [AskWithdrawal], "the buyer, the seller"),
    (SHOP, "shop.seller_answers", [Approve, Reject], "the seller"),
    (CONECT, "conect.approve", [Approve], "the seller"),
    (CONECT, "conect.refer", [RequestCancellation], "the buyer"),
    (QOO10, "qoo10.instant_new", [RequestCancellation], "the buyer"),
    (QOO10, "qoo10.ask_withdrawal", [AskWithdrawal], "the seller"),
    (QOO10, "qoo10.delayed_when_late", [], ""),
]


class TestPermitsThatDisagree:
    def test_are_found_in_a_shop(self) -> None:
        """Two rules for the first half hour, one cancels and one refers: neither can be right."""
        asks_first = rule(
            "shop.ask_first",
            RequestCancellation,
            REFER,
            role.is_in("buyer") & status.is_in("placed") & (since_placed < HALF_AN_HOUR),
        )
        policy = edited(SHOP, plus=[asks_first])
        assert faults(policy) == [
            ("permits_disagree", "shop.ask_first, shop.first_half_hour"),
            ("never_decides", "shop.first_half_hour on RequestCancellation"),
            ("never_decides", "shop.ask_first on RequestCancellation"),
        ]
        found = fault(policy, "permits_disagree", "shop.ask_first, shop.first_half_hour")
        assert found.problem.en == "In one and the same case these rules grant different things."
        assert len(found.scenario) == 2
        (asked,) = replayed(policy, found)
        assert (asked["ok"], asked["codes"]) == (False, ["permits_disagree"])
        assert asked["rules"] == ["shop.ask_first", "shop.first_half_hour"]
        assert asked["order_status"] == "placed"

    def test_are_found_in_qoo10(self) -> None:
        """A 新規注文 that is both cancelled at once and referred."""
        refers = rule(
            "qoo10.new_referred",
            RequestCancellation,
            REFER,
            role.is_in("buyer") & status.is_in("new"),
        )
        policy = edited(QOO10, plus=[refers])
        found = fault(policy, "permits_disagree", "qoo10.instant_new, qoo10.new_referred")
        assert len(found.scenario) == 2
        (asked,) = replayed(policy, found)
        assert asked["codes"] == ["permits_disagree"]
        assert asked["clauses"] == ["qoo10.1.instant-new"]


class TestAPermitWithoutAMove:
    def test_is_found_where_the_order_can_not_be_cancelled(self) -> None:
        """The first half hour is granted in every status, and the chart has no way out of two."""
        whatever_status = rule(
            "shop.first_half_hour",
            RequestCancellation,
            CANCEL,
            role.is_in("buyer") & (since_placed < HALF_AN_HOUR),
        )
        policy = edited(SHOP, without=["shop.first_half_hour", "shop.closed"])
        policy = edited(policy, plus=[whatever_status])
        found = fault(policy, "permit_without_move", "shop.first_half_hour")
        assert found.problem.ja == "ルールは認めるが、状態遷移図にその操作がない。"
        assert len(found.scenario) == 2
        (asked,) = replayed(policy, found)
        assert (asked["codes"], asked["rules"]) == (["no_such_move"], ["shop.first_half_hour"])
        assert asked["order_status"] == "shipped"

    def test_is_found_where_a_request_is_open(self) -> None:
        """Without the rule of one request at a time, a second one has nowhere to go."""
        policy = edited(SHOP, without=["shop.one_at_a_time"])
        assert faults(policy) == [("permit_without_move", "shop.later")]
        found = fault(policy, "permit_without_move", "shop.later")
        assert len(found.scenario) == 3
        asked, again = replayed(policy, found)
        assert asked["request_status"] == "awaiting_seller"
        assert (again["codes"], again["rules"]) == (["no_such_move"], ["shop.later"])

    def test_is_found_where_the_order_was_shipped(self) -> None:
        """A seller who may approve in every status, and an order that shipping leaves asked."""
        policy = edited(SHOP, superseding=None, deadlines=())
        assert faults(policy) == [("permit_without_move", "shop.seller_answers")]
        found = fault(policy, "permit_without_move", "shop.seller_answers")
        assert len(found.scenario) == 4
        _, shipped, approved = replayed(policy, found)
        assert (shipped["order_status"], shipped["request_status"]) == (
            "shipped",
            "awaiting_seller",
        )
        assert (approved["codes"], approved["rules"]) == (
            ["no_such_move"],
            ["shop.seller_answers"],
        )

    def test_is_found_where_there_is_no_request(self) -> None:
        """A withdrawal of nothing, where the standard rule that bars it was dropped."""
        policy = edited(
            SHOP,
            without=["standard.withdraw_open"],
            plus=[rule("shop.withdraw", Withdraw, PERMIT, role.is_in("buyer"))],
        )
        found = fault(policy, "permit_without_move", "shop.withdraw")
        (withdrawn,) = replayed(policy, found)
        assert (withdrawn["codes"], withdrawn["request_status"]) == (["no_such_move"], None)

    def test_is_found_where_the_order_chart_has_no_such_move(self) -> None:
        """A seller who may make any move, where the standard rule that bars it was dropped."""
        policy = edited(
            SHOP,
            without=["standard.advance_move"],
            plus=[rule("shop.sends", AdvanceOrder, PERMIT, role.is_in("seller"))],
        )
        found = fault(policy, "permit_without_move", "shop.sends")
        (shipped,) = replayed(policy, found)
        assert (shipped["codes"], shipped["order_status"]) == (["no_such_move"], "shipped")


class TestARuleThatNeverDecides:
    def test_is_found_where_it_contradicts_itself(self) -> None:
        """Its condition can never hold; the scenario shows what is decided without it."""
        both = rule(
            "shop.both",
            RequestCancellation,
            Forbid("closed"),
            status.is_in("placed") & status.is_in("shipped"),
        )
        policy = edited(SHOP, plus=[both])
        assert faults(policy) == [("never_decides", "shop.both on RequestCancellation")]
        found = fault(policy, "never_decides", "shop.both on RequestCancellation")
        assert found.problem.en == (
            "It never decides about 'Requesting cancellation': its condition can never hold."
        )
        assert len(found.scenario) == 2
        (asked,) = replayed(policy, found)
        assert asked["rules"] == ["shop.first_half_hour"]

    def test_is_found_where_a_forbid_always_outweighs_it(self) -> None:
        """A permit to withdraw, where withdrawing is forbidden to everybody."""
        policy = edited(
            QOO10, plus=[rule("qoo10.buyer_withdraws", Withdraw, PERMIT, role.is_in("buyer"))]
        )
        assert faults(policy) == [("never_decides", "qoo10.buyer_withdraws on Withdraw")]
        found = fault(policy, "never_decides", "qoo10.buyer_withdraws on Withdraw")
        assert found.problem.en == (
            "It never decides about 'Withdrawing': whenever its condition holds, another rule "
            "says the same, or forbids."
        )
        (withdrawn,) = replayed(policy, found)
        assert withdrawn["codes"] == ["withdrawal_not_offered", "no_open_request"]
        assert "qoo10.buyer_withdraws" not in withdrawn["rules"]

    def test_is_found_where_another_says_the_same(self) -> None:
        """Two rules that say one thing: without either, nothing would change."""
        again = rule(
            "shop.twice",
            RequestCancellation,
            Forbid("closed"),
            status.is_in("cancelled", "shipped"),
        )
        policy = edited(SHOP, plus=[again])
        assert faults(policy) == [
            ("never_decides", "shop.closed on RequestCancellation"),
            ("never_decides", "shop.twice on RequestCancellation"),
        ]
        found = fault(policy, "never_decides", "shop.twice on RequestCancellation")
        (asked,) = replayed(policy, found)
        assert (asked["codes"], asked["rules"]) == (["closed"], ["shop.closed", "shop.twice"])

    def test_is_found_where_another_says_more(self) -> None:
        """Of a rule and a wider one with the same code, only the narrower is idle."""
        narrower = rule(
            "shop.narrower", RequestCancellation, Forbid("closed"), status.is_in("shipped")
        )
        assert faults(edited(SHOP, plus=[narrower])) == [
            ("never_decides", "shop.narrower on RequestCancellation")
        ]

    def test_is_shown_for_each_command_by_that_command(self) -> None:
        """A rule about two commands that is idle for both has a scenario of each."""
        again = rule("conect.again", (Approve, Reject), Forbid("wrong_actor"), role.is_in("buyer"))
        policy = edited(CONECT, plus=[again])
        assert faults(policy) == [
            ("never_decides", "conect.again on Approve"),
            ("never_decides", "conect.again on Reject"),
        ]
        approved = fault(policy, "never_decides", "conect.again on Approve")
        rejected = fault(policy, "never_decides", "conect.again on Reject")
        assert approved.scenario[-1]["do"] == "approve"
        assert rejected.scenario[-1]["do"] == "reject"

    def test_is_found_though_no_such_command_can_be_given(self) -> None:
        """A rule about applying deadlines, under a policy that has none."""
        policy = edited(
            CONECT, plus=[rule("conect.no_clock", ApplyDeadline, Forbid("wrong_actor"))]
        )
        assert faults(policy) == [("never_decides", "conect.no_clock on ApplyDeadline")]

    def test_is_not_said_of_one_that_a_case_of_three_days_needs(self) -> None:
        """Half an hour and three days apart: a bound of each does not hide the other's cases."""
        after_days = rule(
            "shop.after_days",
            RequestCancellation,
            Forbid("closed"),
            (since_placed >= HALF_AN_HOUR) & (days_since_placed >= 3),
        )
        assert faults(edited(SHOP, plus=[after_days])) == []

    def test_is_not_said_of_one_for_an_order_of_the_small_hours(self) -> None:
        """Twenty hours after it was placed and still the same day: placed before four."""
        long_day = rule(
            "shop.long_day",
            RequestCancellation,
            Forbid("closed"),
            (since_placed >= timedelta(hours=20)) & (days_since_placed <= 0),
        )
        report = verify(edited(SHOP, plus=[long_day]))
        assert report.ok
        assert "shop.long_day" not in report.text("en")

    def test_is_not_said_of_one_for_an_order_that_was_paid_later(self) -> None:
        """An hour after it was placed and not half an hour after it was paid."""
        late = rule(
            "shop.paid_late",
            RequestCancellation,
            Forbid("closed"),
            since_paid.is_known & (since_paid < HALF_AN_HOUR) & (since_placed >= 2 * HALF_AN_HOUR),
        )
        report = verify(edited(SHOP, plus=[late]))
        assert report.ok
        assert "shop.paid_late" not in report.text("en")


class TestASilence:
    def test_that_is_never_meant_is_found(self) -> None:
        """It leaves nothing out: for every move there is a rule that speaks."""
        nobody_moves = Silence("shop.nobody_moves", on=AdvanceOrder, cites=OURS)
        policy = edited(SHOP, silences=(*SHOP.silences, nobody_moves))
        assert faults(policy) == [("never_decides", "shop.nobody_moves on AdvanceOrder")]
        found = fault(policy, "never_decides", "shop.nobody_moves on AdvanceOrder")
        (moved,) = replayed(policy, found)
        assert (moved["codes"], moved["rules"]) == (["wrong_actor"], ["standard.advance_by"])

    def test_about_every_command_may_be_idle_for_some(self) -> None:
        """Even for those that can't be given under this policy, and it is said of each."""
        nothing = Silence("conect.nothing", on=COMMANDS, when=~party.holds, cites=OURS)
        assert faults(edited(CONECT, silences=(*CONECT.silences, nothing))) == [
            ("never_decides", f"conect.nothing on {kind.__name__}") for kind in COMMANDS
        ]

    @pytest.mark.parametrize(
        ("policy", "dropped", "kinds", "actors"), DROPPED, ids=[each[1] for each in DROPPED]
    )
    def test_that_nobody_declared_is_found(
        self, policy: Policy, dropped: str, kinds: list[type[Command]], actors: str
    ) -> None:
        """Drop a declared silence, or the rule that permits: the scenario is refused by silence.

        Where rules forbid whatever is not permitted, nothing is silent, and nothing is found.
        """
        changed = edited(policy, without=[dropped])
        silent = [found for found in verify(changed).faults if found.kind == "silence"]
        assert [found.subject for found in silent] == [kind.__name__ for kind in kinds]
        for found in silent:
            assert f" to {actors}" in found.problem.en
            last = replayed(changed, found)[-1]
            assert (last["codes"], last["rules"]) == (["not_permitted"], [])

    def test_names_all_to_whom_nothing_is_said(self) -> None:
        """In both languages, and once for each kind of command."""
        policy = edited(SHOP, without=["shop.only_the_seller_answers"])
        assert fault(policy, "silence", "Approve").problem == Text(
            "購入者・運営者・システムの「承認」を認めるルールも拒むルールもなく、"
            "それを意図した旨の記載(Silence)もない場合がある。",
            "In some cases no rule permits or forbids 'Approving' to the buyer, an operator, the "
            "system, and no Silence says that this is meant.",
        )


def test_a_rule_that_stands_by_is_noted_and_no_fault() -> None:
    """Where combinations need it and no case that can be reached does, it is a note."""
    report = verify(CONECT)
    assert report.ok
    assert [note.en for note in report.notes] == [
        (
            "Rules that decide in no case that can be reached, and stand by: "
            "conect.no_asking_to_withdraw on AnswerWithdrawal"
        )
    ]


def test_a_rule_that_can_not_be_evaluated_somewhere_is_noted() -> None:
    """An order without a planned ship date can't be marked late; that is told, not blamed."""
    assert [note.ja for note in verify(QOO10).notes] == [
        "qoo10.delayed_when_late は、次が不明なとき判断できず拒否となる: 発送予定日を過ぎた暦日数"
    ]
