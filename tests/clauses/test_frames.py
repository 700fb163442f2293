"""The frames of both policies: zone, channels, charts, ship dates, shipping, deadlines.

What their rules stand in, written down a second time. Each value is said as it is declared, and
again as what comes of it when an order is registered or moved on.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Case,
    Command,
    Event,
    InvalidValue,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    Text,
    Withdraw,
    decide,
    evolve,
    inbox_row,
)
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.conect.rules import conect
from ordercancel.policies.qoo10.rules import qoo10
from ordercancel.policy import Consequence, EndOfDay
from samples import BUYER, PERMITTING, SELLER, SYSTEM, jst, opened, order

ID = "762544202"
NOON = jst(15, 12)
EVENING = jst(15, 18)
SHIP_ON = date(2022, 8, 17)
LATE = jst(18)
"""The first moment after the planned ship date of the sample order."""

ASK = {
    "conect": RequestCancellation(ID, by=BUYER, reason="wrong_item"),
    "qoo10": RequestCancellation(ID, by=BUYER, reason="changed_mind"),
}
REJECT = {
    "conect": Reject(ID, by=SELLER),
    "qoo10": Reject(ID, by=SELLER, reason="made_to_order", affirmed=True),
}
APPROVE = Approve(ID, by=SELLER)
ASK_WITHDRAWAL = AskWithdrawal(ID, by=SELLER)
ACCEPT = AnswerWithdrawal(ID, by=BUYER, accept=True)
HOLD = AnswerWithdrawal(ID, by=BUYER, accept=False)
BOTH = pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])

STATES = {
    "conect": ("placed", "accepted", "shipped", "discontinued"),
    "qoo10": ("new", "shipping_requested", "delayed", "shipped", "delivered", "cancelled"),
}
FINAL = {"conect": ("shipped", "discontinued"), "qoo10": ("delivered", "cancelled")}
MOVES = {
    "conect": ("accept", "ship", "discontinue"),
    "qoo10": ("plan_shipping", "mark_delayed", "ship", "deliver", "cancel"),
}
CHARTS = {
    "conect": {
        ("placed", "accept"): "accepted",
        ("placed", "ship"): "shipped",
        ("accepted", "ship"): "shipped",
        ("placed", "discontinue"): "discontinued",
        ("accepted", "discontinue"): "discontinued",
    },
    "qoo10": {
        ("new", "plan_shipping"): "shipping_requested",
        ("shipping_requested", "mark_delayed"): "delayed",
        ("shipping_requested", "ship"): "shipped",
        ("delayed", "ship"): "shipped",
        ("shipped", "deliver"): "delivered",
        ("new", "cancel"): "cancelled",
        ("shipping_requested", "cancel"): "cancelled",
        ("delayed", "cancel"): "cancelled",
    },
}
CANCELLING = {"conect": "discontinue", "qoo10": "cancel"}

STANDARD_REFUSALS = {
    "not_permitted": Text("この操作は許可されていません。", "This is not permitted."),
    "undetermined": Text(
        "必要な情報が不足しているため、判断できません。",
        "This cannot be decided, because something that a rule needs is not known.",
    ),
    "permits_disagree": Text(
        "ルールが矛盾しているため、処理できません。",
        "The rules contradict each other here, so nothing was done.",
    ),
    "no_such_move": Text(
        "現在の状態では、この操作はできません。", "This is not possible in the present status."
    ),
    "not_a_party": Text("注文が見つかりません。", "There is no such order."),
    "wrong_actor": Text("この操作を行う権限がありません。", "This is not for this actor to do."),
    "not_due": Text("期限はまだ到来していません。", "The deadline has not come due."),
    "deadline_passed": Text(
        "回答期限を過ぎています。", "The time for an answer is over; the deadline decides."
    ),
}


def events(policy: Policy, case: Case, command: Command, at: datetime) -> tuple[Event, ...]:
    return decide(command, case, policy, at, seller=PERMITTING)


def after(policy: Policy, case: Case, *commands: Command, at: datetime = NOON) -> Case:
    """The case after these commands, all given at the same moment."""
    for command in commands:
        for event in events(policy, case, command, at):
            case = evolve(case, event)
    return case


def advance(move: str, ship_on: date | None = None) -> AdvanceOrder:
    return AdvanceOrder(ID, by=SELLER, move=move, ship_on=ship_on)


def planned(move: str) -> AdvanceOrder:
    """The move, with a planned ship date where it takes one."""
    return advance(move, SHIP_ON if move == "plan_shipping" else None)


def duties(case: Case) -> list[tuple[str, str]]:
    return [(duty.deadline, str(duty.status)) for duty in case.duties]


def combinations() -> list[Any]:
    """Every status of every policy with every move that an order makes by itself."""
    return [
        pytest.param(policy, status, move, id=f"{policy.name} {move} from {status}")
        for policy in (CONECT, QOO10)
        for status in STATES[policy.name]
        for move in MOVES[policy.name]
        if move != CANCELLING[policy.name]
    ]


class TestNames:
    def test_the_first_editions_hold_for_every_order(self) -> None:
        """Both policies are edition 1, for orders of any day."""
        assert (CONECT.name, CONECT.edition, CONECT.holds_from) == ("conect", "1", date.min)
        assert (QOO10.name, QOO10.edition, QOO10.holds_from) == ("qoo10", "1", date.min)

    @BOTH
    def test_they_ask_the_host_for_no_facts_of_his_own(self, policy: Policy) -> None:
        """Everything that their rules want to know is what every order tells."""
        assert policy.facts == ()

    @BOTH
    @pytest.mark.parametrize(
        ("code", "text"), STANDARD_REFUSALS.items(), ids=list(STANDARD_REFUSALS)
    )
    def test_what_every_marketplace_refuses_is_said_alike(
        self, policy: Policy, code: str, text: Text
    ) -> None:
        """The refusals that no document speaks of have the same sentence in both."""
        assert policy.refusal_text(code) == text

    def test_the_two_about_a_request_are_said_in_the_words_of_each(self) -> None:
        """CO-NECT calls it リクエスト, Qoo10 要請."""
        assert CONECT.refusal_text("request_open").ja == "すでにキャンセルリクエスト中です。"
        assert QOO10.refusal_text("request_open").ja == "すでにキャンセル要請中です。"
        assert CONECT.refusal_text("no_open_request") == Text(
            "回答待ちのキャンセルリクエストがありません。",
            "There is no open cancellation request that this could apply to.",
        )
        assert CONECT.refusal_text("request_open").en == "A cancellation request is already open."


class TestZone:
    @BOTH
    def test_the_days_are_those_of_japan(self, policy: Policy) -> None:
        """Calendar days count in Asia/Tokyo."""
        assert policy.zone == "Asia/Tokyo"

    @BOTH
    def test_a_row_of_the_queue_tells_the_local_time(self, policy: Policy) -> None:
        """Whoever reads the queue reads the clock of Japan: 15:30 in UTC is past midnight."""
        placed = datetime(2022, 8, 14, 15, 0, tzinfo=UTC)
        case = opened(policy, placed_at=placed)
        case = after(policy, case, ASK[policy.name], at=datetime(2022, 8, 15, 15, 30, tzinfo=UTC))
        row = inbox_row(case, policy, "ja")
        assert row is not None
        assert row.placed_at.isoformat() == "2022-08-15T00:00:00+09:00"
        assert row.requested_at.isoformat() == "2022-08-16T00:30:00+09:00"
        assert (row.completed_at, row.shipped_at) == (None, None)

    @BOTH
    def test_so_does_a_row_that_is_completed(self, policy: Policy) -> None:
        """The time of the approval is read in Japan's clock, too."""
        approved = datetime(2022, 8, 15, 16, 0, tzinfo=UTC)
        case = after(policy, opened(policy), ASK[policy.name], APPROVE, at=approved)
        row = inbox_row(case, policy, "ja")
        assert row is not None
        assert row.completed_at is not None
        assert row.completed_at.isoformat() == "2022-08-16T01:00:00+09:00"

    @BOTH
    def test_so_does_a_row_that_is_shipped(self, policy: Policy) -> None:
        """The time of the shipping is read in Japan's clock, too."""
        shipped = datetime(2022, 8, 15, 17, 0, tzinfo=UTC)
        commands = (ASK[policy.name], REJECT[policy.name], advance("ship"))
        row = inbox_row(after(policy, opened(policy), *commands, at=shipped), policy, "ja")
        assert row is not None
        assert row.shipped_at is not None
        assert row.shipped_at.isoformat() == "2022-08-16T02:00:00+09:00"


class TestChannels:
    def test_conect_has_five_channels(self) -> None:
        """An order comes by the form, by mail, phone or fax, or is entered by the seller."""
        assert CONECT.channels == ("order_form", "mail", "phone", "fax", "seller_entry")

    @pytest.mark.parametrize(
        "channel", ["order_form", "mail", "phone", "fax", "seller_entry", None]
    )
    def test_an_order_of_each_is_registered(self, channel: str | None) -> None:
        """Every channel is known, also where its orders can't be requested to be cancelled."""
        assert opened(CONECT, channel=channel).order.channel == channel

    def test_an_order_of_another_channel_is_not(self) -> None:
        """A channel that CO-NECT does not have is a mistake of the host's."""
        with pytest.raises(InvalidValue, match=r"Order\.channel: is 'app'"):
            opened(CONECT, channel="app")

    @pytest.mark.parametrize("channel", ["app", None])
    def test_qoo10_does_not_tell_channels_apart(self, channel: str | None) -> None:
        """An order of Qoo10 may have any channel or none: no rule asks for it."""
        assert QOO10.channels == ()
        assert opened(QOO10, channel=channel).order.channel == channel


class TestCharts:
    @BOTH
    def test_the_chart_has_these_statuses(self, policy: Policy) -> None:
        """Orders have these statuses, the first one at the beginning."""
        states = STATES[policy.name]
        assert policy.orders.state_ids == states
        assert [state.id for state in policy.orders.states if state.initial] == [states[0]]

    @BOTH
    def test_these_statuses_are_final(self, policy: Policy) -> None:
        """An order that was shipped, or delivered, or cancelled, moves no more."""
        final = tuple(state.id for state in policy.orders.states if state.final)
        assert final == FINAL[policy.name]

    @BOTH
    def test_the_chart_has_these_moves_and_no_others(self, policy: Policy) -> None:
        """Each move leads from each status where one is written down, and nowhere else."""
        assert dict(policy.orders.table) == CHARTS[policy.name]
        assert policy.cancel_move == CANCELLING[policy.name]

    @pytest.mark.parametrize(("policy", "status", "move"), combinations())
    def test_an_order_moves_as_its_chart_says(
        self, policy: Policy, status: str, move: str
    ) -> None:
        """A move leads where the chart says; where it says nothing, the move is refused."""
        dated = None if status == "new" else SHIP_ON
        case = opened(policy, status=status, ship_on=dated)
        target = CHARTS[policy.name].get((status, move))
        if target is None:
            with pytest.raises(Refused) as refused:
                events(policy, case, planned(move), LATE)
            assert "no_such_move" in refused.value.codes
        else:
            assert after(policy, case, planned(move), at=LATE).order.status == target

    @pytest.mark.parametrize(
        ("policy", "move"), [(CONECT, "discontinue"), (QOO10, "cancel")], ids=["conect", "qoo10"]
    )
    def test_nobody_cancels_an_order_by_moving_it(self, policy: Policy, move: str) -> None:
        """Only a granted request cancels an order."""
        with pytest.raises(InvalidValue, match=r"AdvanceOrder\.move"):
            events(policy, opened(policy), advance(move), NOON)

    @pytest.mark.parametrize(
        ("policy", "status", "commands", "cancelled"),
        [
            (CONECT, "placed", ("ask", "approve"), "discontinued"),
            (CONECT, "accepted", ("ask", "approve"), "discontinued"),
            (QOO10, "new", ("ask",), "cancelled"),
            (QOO10, "shipping_requested", ("ask", "approve"), "cancelled"),
            (QOO10, "delayed", ("ask",), "cancelled"),
        ],
    )
    def test_a_granted_request_cancels_it(
        self, policy: Policy, status: str, commands: tuple[str, ...], cancelled: str
    ) -> None:
        """From every status before the shipping an order comes to the cancelled one."""
        case = opened(policy, status=status)
        given = {"ask": ASK[policy.name], "approve": APPROVE}
        case = after(policy, case, *(given[name] for name in commands))
        assert case.order.status == cancelled


class TestShipDates:
    def test_one_status_of_qoo10_is_registered_with_a_planned_ship_date(self) -> None:
        """配送要請 is what an order becomes when its date is entered, so it has one."""
        assert CONECT.dated == frozenset()
        assert QOO10.dated == {"shipping_requested"}

    def test_without_a_date_an_order_to_be_shipped_is_not_registered(self) -> None:
        """The host is told what is missing."""
        with pytest.raises(InvalidValue) as wrong:
            QOO10.open(order("qoo10", status="shipping_requested", ship_on=None))
        assert [(fault.where, fault.problem) for fault in wrong.value.faults] == [
            ("Order.ship_on", "is missing")
        ]

    @pytest.mark.parametrize("status", ["new", "delayed", "shipped", "delivered", "cancelled"])
    def test_every_other_status_of_qoo10_registers_without_one(self, status: str) -> None:
        """A new order has none yet, and for the others nothing depends on it."""
        assert opened(QOO10, status=status, ship_on=None).order.ship_on is None

    @pytest.mark.parametrize("status", ["placed", "accepted", "shipped", "discontinued"])
    def test_every_status_of_conect_registers_without_one(self, status: str) -> None:
        """The help article knows no planned ship date."""
        assert opened(CONECT, status=status, ship_on=None).order.ship_on is None

    def test_one_move_plans_the_shipping(self) -> None:
        """Only plan_shipping of Qoo10 sets the planned ship date."""
        assert CONECT.planned_by == frozenset()
        assert QOO10.planned_by == {"plan_shipping"}

    def test_planning_needs_the_date_and_sets_it(self) -> None:
        """Planning the shipping is entering its date."""
        case = opened(QOO10, status="new", ship_on=None)
        with pytest.raises(InvalidValue, match=r"AdvanceOrder\.ship_on: is missing"):
            events(QOO10, case, advance("plan_shipping"), NOON)
        case = after(QOO10, case, advance("plan_shipping", date(2022, 8, 24)))
        assert case.order.ship_on == date(2022, 8, 24)

    @pytest.mark.parametrize(
        ("policy", "status", "move"),
        [
            (CONECT, "placed", "accept"),
            (CONECT, "accepted", "ship"),
            (QOO10, "shipping_requested", "mark_delayed"),
            (QOO10, "shipping_requested", "ship"),
            (QOO10, "delayed", "ship"),
            (QOO10, "shipped", "deliver"),
        ],
    )
    def test_every_other_move_refuses_a_date_and_goes_without(
        self, policy: Policy, status: str, move: str
    ) -> None:
        """A date given with another move is a mistake; without one the order keeps its own."""
        case = opened(policy, status=status)
        with pytest.raises(InvalidValue) as wrong:
            events(policy, case, advance(move, date(2022, 8, 24)), LATE)
        assert [(fault.where, fault.problem) for fault in wrong.value.faults] == [
            ("AdvanceOrder.ship_on", f"is given with '{move}'")
        ]
        assert after(policy, case, advance(move), at=LATE).order.ship_on == case.order.ship_on


class TestShipping:
    @BOTH
    def test_one_move_ships(self, policy: Policy) -> None:
        """An order leaves the seller by the move ship, and by no other."""
        assert policy.shipped_by == {"ship"}

    @pytest.mark.parametrize(
        ("policy", "status"),
        [
            (CONECT, "placed"),
            (CONECT, "accepted"),
            (QOO10, "shipping_requested"),
            (QOO10, "delayed"),
        ],
    )
    def test_shipping_is_noted_with_its_time(self, policy: Policy, status: str) -> None:
        """From whichever status it ships, the order tells when."""
        case = after(policy, opened(policy, status=status), advance("ship"), at=EVENING)
        assert case.order.shipped_at == EVENING

    @pytest.mark.parametrize(
        ("policy", "status", "move"),
        [
            (CONECT, "placed", "accept"),
            (QOO10, "new", "plan_shipping"),
            (QOO10, "shipping_requested", "mark_delayed"),
        ],
    )
    def test_what_comes_before_is_no_shipping(
        self, policy: Policy, status: str, move: str
    ) -> None:
        """An order that was accepted, planned or marked as delayed has not left yet."""
        case = after(policy, opened(policy, status=status), planned(move), at=LATE)
        assert case.order.shipped_at is None

    def test_delivering_leaves_the_time_of_the_shipping_alone(self) -> None:
        """An order that was shipped on the 15th and delivered on the 18th was shipped then."""
        case = after(QOO10, opened(QOO10), advance("ship"), at=EVENING)
        case = after(QOO10, case, advance("deliver"), at=LATE)
        assert (case.order.status, case.order.shipped_at) == ("delivered", EVENING)

    @BOTH
    def test_cancelling_is_no_shipping(self, policy: Policy) -> None:
        """An order that was cancelled has no time of shipping."""
        case = after(policy, opened(policy), ASK[policy.name], APPROVE)
        assert case.order.shipped_at is None


class TestSuperseding:
    def test_shipping_closes_an_open_request_of_conect(self) -> None:
        """Shipping, and no other move, closes it, and says so by its name (conect.1-1.shipped)."""
        assert CONECT.superseding is not None
        assert CONECT.superseding.id == "conect.shipping_supersedes"
        assert CONECT.superseding.moves == {"ship"}
        case = after(CONECT, opened(CONECT), ASK["conect"])
        case = after(CONECT, case, advance("accept"))
        assert [request.status for request in case.requests] == ["awaiting_seller"]
        moved, closed = events(CONECT, case, advance("ship"), EVENING)
        assert closed.rules == ("standard.advance", "conect.shipping_supersedes")
        assert evolve(evolve(case, moved), closed).requests[0].status == "superseded"

    def test_nothing_closes_one_of_qoo10_but_its_answer(self) -> None:
        """The seller answers first, so no move supersedes (qoo10.3.back-to-shipping)."""
        assert QOO10.superseding is None
        case = after(QOO10, opened(QOO10), ASK["qoo10"])
        case = after(QOO10, case, advance("mark_delayed"), at=LATE)
        assert [request.status for request in case.requests] == ["awaiting_seller"]
        with pytest.raises(Refused):
            events(QOO10, case, advance("ship"), LATE)

    def test_a_shop_may_let_shipping_close_one_of_qoo10(self) -> None:
        """With the other reading, shipping alone supersedes."""
        superseding = qoo10(shipping_supersedes=True).superseding
        assert superseding is not None
        assert superseding.id == "qoo10.shipping_supersedes"
        assert superseding.moves == {"ship"}


class TestGoingBack:
    @pytest.mark.parametrize(
        "commands",
        [(REJECT["qoo10"],), (ASK_WITHDRAWAL, ACCEPT), (ASK_WITHDRAWAL, HOLD, ACCEPT)],
        ids=["rejected", "withdrawn", "withdrawn after holding"],
    )
    def test_an_order_of_qoo10_goes_back_to_what_it_was(
        self, commands: tuple[Command, ...]
    ) -> None:
        """What closes the request names the way back to 配送要請 (qoo10.3.back-to-shipping)."""
        case = after(QOO10, opened(QOO10), ASK["qoo10"])
        *first, last = commands
        case = after(QOO10, case, *first)
        closed = events(QOO10, case, last, NOON)[0]
        assert closed.rules[-1] == "qoo10.back_to_shipping"
        assert (closed.order_status, closed.ship_on) == ("shipping_requested", SHIP_ON)

    def test_it_goes_back_though_it_was_marked_as_delayed_meanwhile(self) -> None:
        """Status and date are those that the order had when the request came."""
        case = after(QOO10, opened(QOO10), ASK["qoo10"], ASK_WITHDRAWAL)
        case = after(QOO10, case, advance("mark_delayed"), at=LATE)
        assert case.order.status == "delayed"
        case = after(QOO10, case, HOLD, at=LATE)
        assert case.order.status == "delayed"
        case = after(QOO10, case, ACCEPT, at=LATE)
        assert (case.order.status, case.order.ship_on) == ("shipping_requested", SHIP_ON)

    @pytest.mark.parametrize(
        ("answer", "closed"),
        [(REJECT["conect"], "rejected"), (Withdraw(ID, by=BUYER), "withdrawn")],
    )
    def test_an_order_of_conect_stays_as_it_is(self, answer: Command, closed: str) -> None:
        """One that the seller accepted meanwhile stays accepted: no line tells of a way back."""
        assert CONECT.going_back is None
        policy = CONECT if closed == "rejected" else conect(may_withdraw=True)
        case = after(policy, opened(policy), ASK["conect"], advance("accept"), answer)
        assert case.requests[0].status == closed
        assert case.order.status == "accepted"


class TestDeadlines:
    def test_conect_has_none(self) -> None:
        """Silence answers nothing, so nothing comes due (conect.1-1.not-until-approved)."""
        assert CONECT.deadlines == ()
        for answer in (REJECT["conect"], APPROVE, advance("ship")):
            assert after(CONECT, opened(CONECT), ASK["conect"], answer).duties == ()

    def test_qoo10_has_two(self) -> None:
        """One to ship after a rejection, one to answer; neither decides a request."""
        assert [
            (each.id, each.starts, each.due, each.does, each.met_by) for each in QOO10.deadlines
        ] == [
            ("qoo10.ship_same_day", "rejected", EndOfDay(0), Consequence.BREACH, {"ship"}),
            ("qoo10.overdue", "referred", EndOfDay(4), Consequence.MARK_OVERDUE, frozenset()),
        ]

    @pytest.mark.parametrize(
        ("commands", "expected"),
        [
            ((), [("qoo10.overdue", "open")]),
            ((ASK_WITHDRAWAL,), [("qoo10.overdue", "open")]),
            ((ASK_WITHDRAWAL, HOLD), [("qoo10.overdue", "open")]),
            ((ASK_WITHDRAWAL, HOLD, ASK_WITHDRAWAL), [("qoo10.overdue", "open")]),
            ((ASK_WITHDRAWAL, ACCEPT), [("qoo10.overdue", "released")]),
            ((APPROVE,), [("qoo10.overdue", "released")]),
            (
                (REJECT["qoo10"],),
                [("qoo10.overdue", "released"), ("qoo10.ship_same_day", "open")],
            ),
            (
                (REJECT["qoo10"], advance("ship")),
                [("qoo10.overdue", "released"), ("qoo10.ship_same_day", "met")],
            ),
        ],
        ids=[
            "asked",
            "withdrawal asked for",
            "held",
            "asked for again",
            "withdrawn",
            "approved",
            "rejected",
            "shipped",
        ],
    )
    def test_each_begins_and_ends_with_its_occasion(
        self, commands: tuple[Command, ...], expected: list[tuple[str, str]]
    ) -> None:
        """The request starts the one and its end ends it; the rejection starts the other."""
        case = after(QOO10, opened(QOO10), ASK["qoo10"], *commands)
        assert duties(case) == expected

    @pytest.mark.parametrize("status", ["new", "delayed"])
    def test_what_is_cancelled_at_once_starts_none(self, status: str) -> None:
        """Where nobody has to answer, nothing comes due."""
        assert after(QOO10, opened(QOO10, status=status), ASK["qoo10"]).duties == ()

    @pytest.mark.parametrize("at", [jst(15), jst(15, 23, 59, 59)], ids=["first", "last"])
    def test_they_are_over_at_midnight_in_japan(self, at: datetime) -> None:
        """From any second of the 15th: to ship until its end, to answer until that of the 19th."""
        case = after(QOO10, opened(QOO10), ASK["qoo10"], REJECT["qoo10"], at=at)
        assert [(duty.deadline, duty.due_at) for duty in case.duties] == [
            ("qoo10.overdue", datetime(2022, 8, 19, 15, tzinfo=UTC)),
            ("qoo10.ship_same_day", datetime(2022, 8, 15, 15, tzinfo=UTC)),
        ]

    def test_marking_as_delayed_leaves_the_duty_to_ship_open(self) -> None:
        """Only shipping meets it, however late the order is called; the clock finds the breach."""
        last_evening = jst(17, 23, 59)
        case = after(QOO10, opened(QOO10), ASK["qoo10"], REJECT["qoo10"], at=last_evening)
        marked = events(QOO10, case, advance("mark_delayed"), LATE)
        assert [type(event).__name__ for event in marked] == ["OrderAdvanced"]
        case = after(QOO10, case, advance("mark_delayed"), at=LATE)
        assert duties(case)[-1] == ("qoo10.ship_same_day", "open")
        breach = ApplyDeadline(ID, by=SYSTEM, deadline="qoo10.ship_same_day", request=1)
        case = after(QOO10, case, breach, at=LATE)
        assert duties(case)[-1] == ("qoo10.ship_same_day", "missed")

    def test_the_clock_approves_only_where_a_shop_reads_it_so(self) -> None:
        """With the other reading a third deadline runs until the end of the planned ship date."""
        approving = qoo10(delay_approves=True)
        case = after(approving, opened(approving), ASK["qoo10"])
        assert [(duty.deadline, duty.due_at) for duty in case.duties] == [
            ("qoo10.overdue", datetime(2022, 8, 19, 15, tzinfo=UTC)),
            ("qoo10.approved_by_delay", datetime(2022, 8, 17, 15, tzinfo=UTC)),
        ]
