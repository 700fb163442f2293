"""The frames of both policies: zone, channels, charts, ship dates, shipping, deadlines.

What their rules stand in, written down a second time. Each value is said as it is declared, and
again as what comes of it when an order is registered or moved on.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from house import EVENING, ID, NOON, House
from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    InvalidValue,
    Policy,
    Reject,
    RequestCancellation,
    Text,
    UpdateOrder,
    Withdraw,
    timers,
)
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.conect.rules import conect
from ordercancel.policies.qoo10.rules import qoo10
from ordercancel.rules.deadlines import Do
from samples import BUYER, SELLER, SYSTEM, jst, opened, order

SHIP_ON = date(2022, 8, 17)
LATE = jst(18)
"""The first moment after the planned ship date of the sample order."""

ASK = {
    "conect": RequestCancellation(ID, by=BUYER, reason="wrong_item"),
    "qoo10": RequestCancellation(ID, by=BUYER, reason="changed_mind"),
}
REJECT = {
    "conect": Reject(ID, by=SELLER, request=1),
    "qoo10": Reject(ID, by=SELLER, request=1, reason="made_to_order", data={"confirmed": True}),
}
APPROVE = Approve(ID, by=SELLER, request=1)
ASK_WITHDRAWAL = AskWithdrawal(ID, by=SELLER, request=1)
ACCEPT = AnswerWithdrawal(ID, by=BUYER, request=1, accept=True)
DECLINE = AnswerWithdrawal(ID, by=BUYER, request=1, accept=False)
BOTH = pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])

STATES = {
    "conect": ("placed", "accepted", "shipped", "discontinued"),
    "qoo10": ("new", "shipping_requested", "delayed", "shipped", "delivered", "cancelled"),
}
MOVES = {
    "conect": ("accept", "ship"),
    "qoo10": ("plan_shipping", "mark_delayed", "ship", "deliver"),
}
CHARTS = {
    "conect": {
        ("placed", "accept"): "accepted",
        ("placed", "ship"): "shipped",
        ("accepted", "ship"): "shipped",
    },
    "qoo10": {
        ("new", "plan_shipping"): "shipping_requested",
        ("shipping_requested", "mark_delayed"): "delayed",
        ("shipping_requested", "ship"): "shipped",
        ("delayed", "ship"): "shipped",
        ("shipped", "deliver"): "delivered",
    },
}
CANCELLED = {"conect": "discontinued", "qoo10": "cancelled"}
CANCELLABLE = {
    "conect": ("placed", "accepted"),
    "qoo10": ("new", "shipping_requested", "delayed"),
}

STANDARD_REFUSALS = {
    "not_permitted": Text(
        "現在、この操作を行うことはできません。", "This is not permitted at present."
    ),
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
    "wrong_actor": Text("この操作を行う権限がありません。", "This is not for this actor to do."),
    "not_due": Text("期限はまだ到来していません。", "The deadline has not come due."),
    "cancelled_is_final": Text(
        "キャンセル済みの注文の状態は変更できません。",
        "An order is cancelled by a request, and stays so.",
    ),
}


def house(policy: Policy, *commands: Command, at: datetime = NOON, **changes: Any) -> House:
    """A house in which these commands were done, all at the same moment."""
    made = House(policy).register(**changes)
    for command in commands:
        made.do(command, at)
    return made


def advance(move: str, ship_on: date | None = None) -> AdvanceOrder:
    facts = {} if ship_on is None else {"ship_on": ship_on}
    return AdvanceOrder(ID, by=SELLER, move=move, facts=facts)


def planned(move: str) -> AdvanceOrder:
    """The move, with a planned ship date where it takes one."""
    return advance(move, SHIP_ON if move == "plan_shipping" else None)


def running(made: House) -> list[str]:
    """The deadlines that will fire, the first due first."""
    return [each.deadline.id for each in timers(made.policy, made.case)]


def combinations() -> list[Any]:
    """Every status of every policy with every move that an order makes by itself."""
    return [
        pytest.param(policy, status, move, id=f"{policy.name} {move} from {status}")
        for policy in (CONECT, QOO10)
        for status in STATES[policy.name]
        for move in MOVES[policy.name]
    ]


class TestNames:
    def test_the_first_editions_hold_for_every_order(self) -> None:
        """Both policies are edition 1, for orders of any day."""
        assert (CONECT.name, CONECT.edition, CONECT.holds_from) == ("conect", "1", date.min)
        assert (QOO10.name, QOO10.edition, QOO10.holds_from) == ("qoo10", "1", date.min)

    @BOTH
    def test_they_ask_the_host_for_no_facts_of_an_order(self, policy: Policy) -> None:
        """Everything that their rules want to know of an order is what every order tells."""
        assert [fact.name for fact in policy.facts if fact.of is None] == []

    def test_one_of_them_asks_the_seller_for_a_word(self) -> None:
        """Qoo10 wants the seller to confirm what a rejection says (qoo10.3.confirm)."""
        assert CONECT.facts == ()
        assert [(fact.name, fact.of) for fact in QOO10.facts] == [("confirmed", Reject)]

    @BOTH
    @pytest.mark.parametrize(
        ("code", "text"), STANDARD_REFUSALS.items(), ids=list(STANDARD_REFUSALS)
    )
    def test_what_every_marketplace_refuses_is_said_alike(
        self, policy: Policy, code: str, text: Text
    ) -> None:
        """The refusals that no document speaks of have the same sentence in both."""
        assert policy.refusal_text(code) == text

    @pytest.mark.parametrize(
        ("code", "conect", "qoo10"),
        [
            ("request_open", "すでにキャンセルリクエスト中です。", "すでにキャンセル要請中です。"),
            (
                "no_open_request",
                "回答待ちのキャンセルリクエストがありません。",
                "回答待ちのキャンセル要請がありません。",
            ),
            ("stale_request", "このキャンセルリクエストは", "このキャンセル要請は"),
            ("own_request", "ご自身が出したキャンセルリクエスト", "ご自身が出したキャンセル要請"),
            ("not_asked", "撤回のお願いは", "撤回要請は"),
            ("asked_already", "すでに撤回をお願い", "すでに撤回要請中"),
            ("not_cancellable", "現在の状態の注文は", "現在の状態のご注文は"),
        ],
    )
    def test_those_about_a_request_are_said_in_the_words_of_each(
        self, code: str, conect: str, qoo10: str
    ) -> None:
        """CO-NECT calls it リクエスト, Qoo10 要請."""
        assert CONECT.refusal_text(code)["ja"].startswith(conect)
        assert QOO10.refusal_text(code)["ja"].startswith(qoo10)


class TestZone:
    @BOTH
    def test_the_days_are_those_of_japan(self, policy: Policy) -> None:
        """Calendar days count in Asia/Tokyo."""
        assert policy.zone == "Asia/Tokyo"

    @BOTH
    def test_a_row_of_the_queue_tells_the_local_time(self, policy: Policy) -> None:
        """Whoever reads the queue reads the clock of Japan: 15:30 in UTC is past midnight."""
        placed = datetime(2022, 8, 14, 15, 0, tzinfo=UTC)
        asked_at = datetime(2022, 8, 15, 15, 30, tzinfo=UTC)
        row = house(policy, ASK[policy.name], at=asked_at, placed_at=placed).row(asked_at)
        assert row.placed_at.isoformat() == "2022-08-15T00:00:00+09:00"
        assert row.requested_at.isoformat() == "2022-08-16T00:30:00+09:00"
        assert (row.completed_at, row.shipped_at) == (None, None)

    @BOTH
    def test_so_does_a_row_that_is_completed(self, policy: Policy) -> None:
        """The time of the approval is read in Japan's clock, too."""
        approved = datetime(2022, 8, 15, 16, 0, tzinfo=UTC)
        row = house(policy, ASK[policy.name], APPROVE, at=approved).row(approved)
        assert row.completed_at is not None
        assert row.completed_at.isoformat() == "2022-08-16T01:00:00+09:00"

    @BOTH
    def test_so_does_a_row_that_is_shipped(self, policy: Policy) -> None:
        """The time of the shipping is read in Japan's clock, too."""
        shipped = datetime(2022, 8, 15, 17, 0, tzinfo=UTC)
        commands = (ASK[policy.name], REJECT[policy.name], advance("ship"))
        row = house(policy, *commands, at=shipped).row(shipped)
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
        """Orders have these statuses, one of them the cancelled one."""
        assert set(policy.orders.statuses) == set(STATES[policy.name])
        assert policy.orders.statuses[0] == STATES[policy.name][0]
        assert policy.orders.cancelled == CANCELLED[policy.name]

    @BOTH
    def test_the_chart_has_these_moves_and_no_others(self, policy: Policy) -> None:
        """Each move leads from each status where one is written down, and nowhere else."""
        assert dict(policy.orders.table) == CHARTS[policy.name]

    @BOTH
    def test_an_order_can_be_cancelled_until_it_ships(self, policy: Policy) -> None:
        """From every status before the shipping an order may come to the cancelled one."""
        assert policy.orders.cancellable == CANCELLABLE[policy.name]

    @pytest.mark.parametrize(("policy", "status", "move"), combinations())
    def test_an_order_moves_as_its_chart_says(
        self, policy: Policy, status: str, move: str
    ) -> None:
        """A move leads where the chart says; where it says nothing, the move is refused."""
        made = house(policy, status=status, ship_on=None if status == "new" else SHIP_ON)
        target = CHARTS[policy.name].get((status, move))
        if target is None:
            assert "no_such_move" in made.refusal(planned(move), LATE).codes
        else:
            made.do(planned(move), LATE)
            assert made.status == target

    @pytest.mark.parametrize(
        ("policy", "move"), [(CONECT, "discontinue"), (QOO10, "cancel")], ids=["conect", "qoo10"]
    )
    def test_nobody_cancels_an_order_by_moving_it(self, policy: Policy, move: str) -> None:
        """Only a granted request cancels an order."""
        wrong = house(policy).wrong(advance(move))
        assert [fault.where for fault in wrong.faults] == ["AdvanceOrder.move"]

    @BOTH
    def test_nobody_cancels_an_order_by_saying_that_it_is(self, policy: Policy) -> None:
        """Not even the host does, who knows the status better."""
        saying = UpdateOrder(ID, by=SYSTEM, status=CANCELLED[policy.name])
        assert house(policy).refusal(saying).codes == ("cancelled_is_final",)

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
        given: dict[str, Command] = {"ask": ASK[policy.name], "approve": APPROVE}
        made = house(policy, *(given[name] for name in commands), status=status)
        assert made.status == cancelled


class TestShipDates:
    def test_two_statuses_of_qoo10_are_registered_with_a_planned_ship_date(self) -> None:
        """配送要請 is what an order becomes when its date is entered, and it keeps it."""
        assert dict(CONECT.orders.needs) == {}
        assert dict(QOO10.orders.needs) == {
            "shipping_requested": ("ship_on",),
            "delayed": ("ship_on",),
        }

    @pytest.mark.parametrize("status", ["shipping_requested", "delayed"])
    def test_without_a_date_an_order_to_be_shipped_is_not_registered(self, status: str) -> None:
        """The host reads what is missing."""
        with pytest.raises(InvalidValue) as wrong:
            QOO10.open(order("qoo10", status=status, ship_on=None))
        assert [(fault.where, fault.problem) for fault in wrong.value.faults] == [
            ("Order.facts['ship_on']", "is missing")
        ]

    @pytest.mark.parametrize("status", ["new", "shipped", "delivered", "cancelled"])
    def test_every_other_status_of_qoo10_registers_without_one(self, status: str) -> None:
        """A new order has none yet, and for the others nothing depends on it."""
        assert opened(QOO10, status=status, ship_on=None).order.ship_on is None

    @pytest.mark.parametrize("status", ["placed", "accepted", "shipped", "discontinued"])
    def test_every_status_of_conect_registers_without_one(self, status: str) -> None:
        """The help article knows no planned ship date."""
        assert opened(CONECT, status=status, ship_on=None).order.ship_on is None

    def test_one_move_plans_the_shipping(self) -> None:
        """Only plan_shipping of Qoo10 sets the planned ship date."""
        assert dict(CONECT.orders.facts) == {}
        assert dict(QOO10.orders.facts) == {"plan_shipping": ("ship_on",)}

    def test_planning_needs_the_date_and_sets_it(self) -> None:
        """Planning the shipping is entering its date."""
        made = house(QOO10, status="new", ship_on=None)
        wrong = made.wrong(advance("plan_shipping"))
        assert [(fault.where, fault.problem) for fault in wrong.faults] == [
            ("AdvanceOrder.facts", "lacks 'ship_on'")
        ]
        made.do(advance("plan_shipping", date(2022, 8, 24)))
        assert made.case.order.ship_on == date(2022, 8, 24)

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
        made = house(policy, status=status)
        before = made.case.order.ship_on
        wrong = made.wrong(advance(move, date(2022, 8, 24)), LATE)
        assert [(fault.where, fault.problem) for fault in wrong.faults] == [
            ("AdvanceOrder.facts", f"has 'ship_on' with '{move}'")
        ]
        made.do(advance(move), LATE)
        assert made.case.order.ship_on == before


class TestShipping:
    def test_these_statuses_are_those_of_shipped_orders(self) -> None:
        """An order has left the seller when it is shipped, and stays so when it is delivered."""
        assert CONECT.orders.shipped == ("shipped",)
        assert QOO10.orders.shipped == ("shipped", "delivered")

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
        made = house(policy, advance("ship"), at=EVENING, status=status)
        assert made.case.order.shipped_at == EVENING

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
        made = house(policy, planned(move), at=LATE, status=status)
        assert made.case.order.shipped_at is None

    def test_delivering_leaves_the_time_of_the_shipping_alone(self) -> None:
        """An order that was shipped on the 15th and delivered on the 18th was shipped then."""
        made = house(QOO10, advance("ship"), at=EVENING)
        made.do(advance("deliver"), LATE)
        assert (made.status, made.case.order.shipped_at) == ("delivered", EVENING)

    @BOTH
    def test_cancelling_is_no_shipping(self, policy: Policy) -> None:
        """An order that was cancelled has no time of shipping."""
        assert house(policy, ASK[policy.name], APPROVE).case.order.shipped_at is None


class TestSuperseding:
    @BOTH
    def test_the_shipped_statuses_close_an_open_request(self, policy: Policy) -> None:
        """However an order comes into one of them."""
        assert policy.orders.closes == policy.orders.shipped


class TestGoingBack:
    @pytest.mark.parametrize(
        "commands",
        [(REJECT["qoo10"],), (ASK_WITHDRAWAL, ACCEPT), (ASK_WITHDRAWAL, DECLINE, ACCEPT)],
        ids=["rejected", "withdrawn", "withdrawn after declining"],
    )
    def test_an_order_of_qoo10_is_what_it_was(self, commands: tuple[Command, ...]) -> None:
        """However its request was closed, it is 配送要請 (qoo10.3.back-to-shipping)."""
        made = house(QOO10, ASK["qoo10"], *commands)
        assert made.case.open_request is None
        assert (made.status, made.case.order.ship_on) == ("shipping_requested", SHIP_ON)

    @pytest.mark.parametrize(
        ("answer", "closed"),
        [(REJECT["conect"], "rejected"), (Withdraw(ID, by=BUYER, request=1), "withdrawn")],
    )
    def test_an_order_of_conect_stays_as_it_is(self, answer: Command, closed: str) -> None:
        """One that the seller accepted meanwhile stays accepted: no line tells of a way back."""
        policy = CONECT if closed == "rejected" else conect(may_withdraw=True)
        made = house(policy, ASK["conect"], advance("accept"), answer)
        assert (made.request, made.status) == (closed, "accepted")


class TestDeadlines:
    def test_conect_has_none(self) -> None:
        """Silence answers nothing, so nothing comes due (conect.1-1.not-until-approved)."""
        assert CONECT.deadlines == ()
        for answer in (REJECT["conect"], APPROVE, advance("ship")):
            assert running(house(CONECT, ASK["conect"], answer)) == []

    def test_qoo10_has_two(self) -> None:
        """One to ship after a rejection, one to answer; neither decides a request."""
        assert [(each.id, each.then.do, each.then.argument) for each in QOO10.deadlines] == [
            ("qoo10.ship_same_day", Do.MARK, "missed"),
            ("qoo10.overdue", Do.MARK, "overdue"),
        ]
        assert [each.met and each.met.name for each in QOO10.deadlines] == ["shipped_at", None]

    @pytest.mark.parametrize(
        ("commands", "expected"),
        [
            ((), ["qoo10.overdue"]),
            ((ASK_WITHDRAWAL,), ["qoo10.overdue"]),
            ((ASK_WITHDRAWAL, DECLINE), ["qoo10.overdue"]),
            ((ASK_WITHDRAWAL, DECLINE, ASK_WITHDRAWAL), ["qoo10.overdue"]),
            ((ASK_WITHDRAWAL, ACCEPT), []),
            ((APPROVE,), []),
            ((REJECT["qoo10"],), ["qoo10.ship_same_day"]),
            ((REJECT["qoo10"], advance("ship")), []),
        ],
        ids=[
            "asked",
            "withdrawal asked for",
            "declined",
            "asked for again",
            "withdrawn",
            "approved",
            "rejected",
            "shipped",
        ],
    )
    def test_each_begins_and_ends_with_its_occasion(
        self, commands: tuple[Command, ...], expected: list[str]
    ) -> None:
        """The request starts the one and its end ends it; the rejection starts the other."""
        assert running(house(QOO10, ASK["qoo10"], *commands)) == expected

    @pytest.mark.parametrize("status", ["new", "delayed"])
    def test_what_is_cancelled_at_once_starts_none(self, status: str) -> None:
        """Where nobody has to answer, nothing comes due."""
        assert running(house(QOO10, ASK["qoo10"], status=status)) == []

    @pytest.mark.parametrize("at", [jst(15, 9), jst(15, 23, 59, 59)], ids=["first", "last"])
    def test_they_are_over_at_midnight_in_japan(self, at: datetime) -> None:
        """From any second of the 15th: to ship until its end, to answer until that of the 19th."""
        made = house(QOO10, ASK["qoo10"], at=at)
        assert [(each.deadline.id, each.due_at) for each in timers(QOO10, made.case)] == [
            ("qoo10.overdue", datetime(2022, 8, 19, 15, tzinfo=UTC)),
        ]
        made.do(REJECT["qoo10"], at)
        assert [(each.deadline.id, each.due_at) for each in timers(QOO10, made.case)] == [
            ("qoo10.ship_same_day", datetime(2022, 8, 15, 15, tzinfo=UTC)),
        ]

    def test_marking_as_delayed_does_not_meet_the_duty_to_ship(self) -> None:
        """Only shipping meets it, however late the order is called; the clock finds it missed."""
        last_evening = jst(17, 23, 59)
        made = house(QOO10, ASK["qoo10"], REJECT["qoo10"], at=last_evening)
        made.do(UpdateOrder(ID, by=SYSTEM, status="delayed"), last_evening)
        assert running(made) == ["qoo10.ship_same_day"]
        assert [fired.names for fired in made.tick(LATE)] == [["DeadlineFired"]]
        assert (made.status, [mark.code for mark in made.case.marks]) == ("delayed", ["missed"])

    def test_the_clock_approves_only_where_a_shop_reads_it_so(self) -> None:
        """With the other reading a third deadline runs until the end of the planned ship date."""
        approving = qoo10(late_while_open="approved")
        made = house(approving, ASK["qoo10"])
        assert [(each.deadline.id, each.due_at) for each in timers(approving, made.case)] == [
            ("qoo10.approved_by_delay", datetime(2022, 8, 17, 15, tzinfo=UTC)),
            ("qoo10.overdue", datetime(2022, 8, 19, 15, tzinfo=UTC)),
        ]
