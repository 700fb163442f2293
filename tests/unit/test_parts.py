"""Parts of an order: units that are asked for, held, cancelled and shipped, one after another."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from typing import Any

import attrs
import pytest

from ordercancel import (
    AdvanceOrder,
    Approve,
    Buyer,
    CancellationService,
    Case,
    Command,
    Event,
    FireDeadline,
    InvalidValue,
    Operator,
    Order,
    Outcome,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    Seller,
    System,
    UpdateOrder,
    Verdict,
    decide,
    evolve,
    fold,
    messages_for,
    options,
    queue_row,
)
from ordercancel.domain.events import (
    CancellationRequested,
    OrderAdvanced,
    OrderCancelled,
    OrderUpdated,
    RequestClosed,
    UnitsCancelled,
    UnitsReturned,
    UnitsShipped,
)
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.money import OrderLine
from ordercancel.domain.orders import PastRequest
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import register
from ordercancel.explain import diff, explain
from ordercancel.policy import (
    CANCEL,
    Deadline,
    Forbid,
    Lifecycle,
    Reason,
    Refer,
    Rule,
    Texts,
    advance,
    approve,
    buyer,
    cancel,
    hours,
    is_open,
    placed_at,
    requested_at,
    seller,
    status,
    system,
    units_shipped,
)
from ordercancel.policy.describe import Spoken
from ordercancel.stores.memory import MemoryStore
from unit.tiny import utc

BUYER, SELLER = Buyer("b-1"), Seller("s-1")
LINES = (OrderLine(id="cup", quantity=3), OrderLine(id="pot", quantity=1))
WHOLE = {"cup": 3, "pot": 1}
MOVES = {
    "pack": ("placed", "packed"),
    "ship": (("placed", "packed"), "shipped"),
    "deliver": ("shipped", "delivered"),
}
RULES = (
    Rule("buyer_asks", on=RequestCancellation, when=buyer, effect=Refer(seller)),
    Rule("seller_cancels", on=RequestCancellation, when=seller, effect=CANCEL),
)


def shop(*, closes: tuple[str, ...] | None = None, **changes: Any) -> Policy:
    """A shop that cancels parts of orders; shipping closes a request by default."""
    orders = Lifecycle(
        moves=MOVES,
        cancellable=("placed", "packed"),
        shipped=("shipped", "delivered"),
        closes=closes,
    )
    values: dict[str, Any] = {
        "name": "shop",
        "zone": "UTC",
        "source": "our terms",
        "orders": orders,
        "rules": RULES,
        "whole_orders_only": False,
    }
    return Policy(**values | changes)


PARTS, HOLDING = shop(), shop(closes=())
PLACED = status.is_in("placed")
GONE = units_shipped.is_in("some", "all")
TEXTS = Texts(refusals={"not_late": "It is too early for that."})


class Story:
    """The story of an order: commands one after another, an hour apart, with their events."""

    def __init__(self, policy: Policy = PARTS, **fields: Any) -> None:
        values: dict[str, Any] = {
            "policy": "shop",
            "status": "placed",
            "buyer": "b-1",
            "seller": "s-1",
            "placed_at": utc(1),
            "lines": LINES,
        }
        order = Order("o-7", **values | fields)
        self.policy = policy
        self.case: Case = fold(register(order, policy, utc(1)))
        self.events: tuple[Event, ...] = ()

    @property
    def at(self) -> datetime:
        return utc(2) + hours(self.case.version)

    def does(self, command: Command) -> Story:
        self.events = decide(command, self.case, self.policy, self.at)
        self.case = reduce(evolve, self.events, self.case)
        return self

    def asks(self, **lines: int) -> Story:
        return self.does(RequestCancellation("o-7", by=BUYER, lines=lines or None))

    def cancels(self, **lines: int) -> Story:
        return self.does(RequestCancellation("o-7", by=SELLER, lines=lines or None))

    def ships(self, **lines: int) -> Story:
        return self.does(AdvanceOrder("o-7", by=SELLER, move="ship", lines=lines or None))

    def approves(self) -> Story:
        return self.does(Approve("o-7", by=SELLER, request=len(self.case.requests)))

    @property
    def kinds(self) -> list[type[Event]]:
        return [type(event) for event in self.events]

    def refusal_of(self, command: Command) -> tuple[str, ...]:
        with pytest.raises(Refused) as caught:
            decide(command, self.case, self.policy, self.at)
        return caught.value.codes


class TestCancelling:
    def test_units_that_are_asked_for_are_cancelled_when_that_is_approved(self) -> None:
        story = Story().asks(cup=2)
        (asked,) = story.events
        assert isinstance(asked, CancellationRequested)
        assert asked.lines == {"cup": 2}
        story.approves()
        assert story.kinds == [RequestClosed, UnitsCancelled]
        assert story.case.units.cancelled == {"cup": 2}
        assert story.case.open_units == {"cup": 1, "pot": 1}
        assert story.case.order.status == "placed"

    def test_without_lines_all_that_are_open_are_meant(self) -> None:
        story = Story().cancels(cup=1).asks()
        assert story.case.held_units == {"cup": 2, "pot": 1}

    def test_an_order_whose_last_units_are_cancelled_is(self) -> None:
        story = Story().cancels(cup=3).cancels(pot=1)
        assert story.kinds == [
            CancellationRequested,
            RequestClosed,
            UnitsCancelled,
            OrderCancelled,
        ]
        assert story.case.order.status == "cancelled"

    @pytest.mark.parametrize("policy", [PARTS, shop(whole_orders_only=True)])
    def test_a_whole_order_with_lines_says_both(self, policy: Policy) -> None:
        story = Story(policy).asks().approves()
        assert story.kinds == [RequestClosed, UnitsCancelled, OrderCancelled]
        assert story.case.units.cancelled == WHOLE

    def test_an_order_without_lines_is_one_whole(self) -> None:
        story = Story(lines=()).asks().approves()
        assert story.kinds == [RequestClosed, OrderCancelled]

    def test_a_cancellation_at_once_closes_a_request_for_other_units(self) -> None:
        story = Story().asks(pot=1).cancels(cup=1)
        assert [each.status for each in story.case.requests] == ["superseded", "approved"]
        assert story.case.held_units == {}

    def test_units_of_a_request_that_is_rejected_are_free_again(self) -> None:
        story = Story(HOLDING).asks(cup=3)
        story.does(Reject("o-7", by=SELLER, request=1)).ships(cup=3)
        assert story.case.units.shipped == {"cup": 3}


class TestShipping:
    def test_the_order_moves_with_its_last_open_unit(self) -> None:
        story = Story().ships(cup=2)
        assert story.kinds == [UnitsShipped]
        assert (story.case.order.status, story.case.order.shipped_at) == ("placed", None)
        story.ships()
        assert story.kinds == [UnitsShipped, OrderAdvanced]
        assert story.case.units.shipped == WHOLE
        assert (story.case.order.status, story.case.order.shipped_at) == ("shipped", utc(2, 2))

    def test_cancelling_the_last_open_unit_moves_it_as_well(self) -> None:
        """By the move that the others were shipped by."""
        story = Story().ships(cup=3).asks(pot=1).approves()
        assert story.kinds == [RequestClosed, UnitsCancelled, OrderAdvanced]
        moved = story.events[-1]
        assert isinstance(moved, OrderAdvanced)
        assert (moved.move, moved.status, moved.ships) == ("ship", "shipped", True)
        assert story.case.order.status == "shipped"

    def test_it_moves_from_whatever_status_it_was_put_in_since(self) -> None:
        orders = Lifecycle(
            moves={"ship": ("placed", "shipped"), "pack": ("placed", "packed")},
            cancellable=("placed", "packed"),
            shipped="shipped",
        )
        story = Story(shop(orders=orders)).ships(cup=3)
        story.does(AdvanceOrder("o-7", by=SELLER, move="pack")).cancels(pot=1)
        assert story.kinds[-1] is OrderAdvanced
        assert story.case.order.status == "shipped"

    def test_by_a_move_that_the_policy_no_longer_has_it_does_not(self) -> None:
        story = Story()
        gone = UnitsShipped(order_id="o-7", at=story.at, by=SELLER, lines={"cup": 3}, move="send")
        story.case = evolve(story.case, gone)
        story.cancels(pot=1)
        assert story.kinds[-1] is UnitsCancelled
        cancel_all = RequestCancellation("o-7", by=SELLER)
        assert story.refusal_of(cancel_all) == ("more_than_remains",)

    def test_a_move_that_ships_nothing_is_for_the_whole_order(self) -> None:
        story = Story().does(AdvanceOrder("o-7", by=SELLER, move="pack"))
        assert story.kinds == [OrderAdvanced]
        with pytest.raises(InvalidValue, match="lines: are given with 'pack'; expected none"):
            Story().does(AdvanceOrder("o-7", by=SELLER, move="pack", lines={"cup": 1}))

    def test_shipping_what_somebody_else_has_shipped_is_no_such_move(self) -> None:
        story = Story().ships()
        ships = AdvanceOrder("o-7", by=SELLER, move="ship", lines={"cup": 1})
        assert story.refusal_of(ships) == ("no_such_move",)
        with pytest.raises(InvalidValue, match="lines: are given with 'deliver'"):
            story.does(attrs.evolve(ships, move="deliver"))

    def test_facts_of_a_part_are_recorded_with_it(self) -> None:
        orders = attrs.evolve(PARTS.orders, facts={"ship": "cart_id"})
        ships = AdvanceOrder(
            "o-7", by=SELLER, move="ship", lines={"cup": 1}, facts={"cart_id": "parcel-1"}
        )
        story = Story(shop(orders=orders)).does(ships)
        assert story.kinds == [UnitsShipped, OrderUpdated]
        assert story.case.order.cart_id == "parcel-1"

    def test_the_order_is_not_shipped_before_its_last_unit(self) -> None:
        early = {"shipped_at": utc(1, 5)}
        ships = AdvanceOrder("o-7", by=SELLER, move="ship", lines={"cup": 1}, facts=early)
        with pytest.raises(
            InvalidValue, match="has 'shipped_at' with 'ship'; expected only: none"
        ):
            Story().does(ships)
        story = Story().does(attrs.evolve(ships, lines=WHOLE))
        assert story.case.order.shipped_at == utc(1, 5)

    def test_an_order_with_nothing_left_to_ship_may_still_be_moved(self) -> None:
        story = Story().ships().does(UpdateOrder("o-7", by=System(), status="packed"))
        story.cancels()
        assert story.case.order.status == "cancelled"


class TestHolding:
    """An open request holds its units, unless shipping closes it."""

    def test_units_that_a_request_holds_do_not_ship(self) -> None:
        story = Story(HOLDING).asks(cup=2)
        ships = AdvanceOrder("o-7", by=SELLER, move="ship", lines={"cup": 2})
        assert story.refusal_of(ships) == ("more_than_remains",)
        story.ships(cup=1)
        assert story.case.held_units == {"cup": 2}

    def test_without_lines_the_others_ship(self) -> None:
        story = Story(HOLDING).asks(cup=2).ships()
        assert story.case.units.shipped == {"cup": 1, "pot": 1}
        assert story.case.order.status == "placed"
        story.approves()
        assert story.case.order.status == "shipped"

    def test_where_all_are_held_nothing_ships(self) -> None:
        story = Story(HOLDING).asks()
        ships = AdvanceOrder("o-7", by=SELLER, move="ship")
        assert story.refusal_of(ships) == ("more_than_remains",)

    def test_shipping_some_of_them_closes_the_request_where_the_policy_says_so(self) -> None:
        story = Story().asks(cup=2).ships(pot=1)
        assert story.kinds == [UnitsShipped]
        story.ships(cup=2)
        assert story.kinds == [RequestClosed, UnitsShipped]
        assert story.case.requests[0].status == "superseded"
        assert story.case.open_units == {"cup": 1}

    def test_a_policy_of_whole_orders_ships_them_as_ever(self) -> None:
        story = Story(shop(whole_orders_only=True, closes=())).asks().ships()
        assert (story.case.order.status, story.case.units.shipped) == ("shipped", WHOLE)
        approves = Approve("o-7", by=SELLER, request=1)
        assert story.refusal_of(approves) == ("not_cancellable",)


class TestRefusals:
    def test_whole_orders_only_is_the_default(self) -> None:
        story = Story(shop(whole_orders_only=True))
        for command in (
            RequestCancellation("o-7", by=BUYER, lines={"cup": 1}),
            AdvanceOrder("o-7", by=SELLER, move="ship", lines={"cup": 1}),
            RequestCancellation("o-7", by=BUYER, lines={"vase": 9}),
        ):
            assert story.refusal_of(command) == ("whole_orders_only",)

    def test_what_is_cancelled_or_shipped_is_not_there_to_be_asked_for(self) -> None:
        story = Story().cancels(cup=1).ships(cup=1)
        asks = RequestCancellation("o-7", by=BUYER, lines={"cup": 2, "pot": 1})
        assert story.refusal_of(asks) == ("more_than_remains",)
        assert story.policy.assess(asks, story.case, story.at).codes == ("more_than_remains",)
        ships = AdvanceOrder("o-7", by=SELLER, move="ship", lines={"cup": 2})
        assert story.refusal_of(ships) == ("more_than_remains",)

    def test_what_the_rules_say_comes_first(self) -> None:
        late = Rule("late", on=RequestCancellation, when=buyer, effect=Forbid("not_late"))
        story = Story(shop(rules=(*RULES, late), texts=TEXTS)).ships(cup=3)
        asks = RequestCancellation("o-7", by=BUYER, lines={"cup": 3})
        assert story.refusal_of(asks) == ("not_late",)

    def test_lines_and_units_that_there_are_not_are_named_together(self) -> None:
        asks = RequestCancellation("o-7", by=BUYER, lines={"vase": 1, "cup": 4})
        with pytest.raises(InvalidValue) as caught:
            Story().does(asks)
        assert [(each.where, each.code, each.expected) for each in caught.value.faults] == [
            ("RequestCancellation.lines", "unknown_line", "one of: cup, pot"),
            ("RequestCancellation.lines['cup']", "more_than_ordered", "at most 3, as ordered"),
        ]
        assert [each.sentences["en"] for each in caught.value.faults] == [
            "The order has no line vase.",
            "That is more of cup than was ordered.",
        ]

    def test_an_order_without_lines_has_none_to_name(self) -> None:
        story = Story(lines=())
        asks = RequestCancellation("o-7", by=BUYER, lines={"cup": 1})
        assert story.policy.assess(asks, story.case, story.at).codes == ("more_than_remains",)
        with pytest.raises(InvalidValue, match="expected one of: none"):
            story.does(asks)

    def test_a_request_of_before_that_holds_what_has_shipped_is_not_approved(self) -> None:
        past = PastRequest(by=BUYER, at=utc(1), status=RequestStatus.PENDING)
        story = Story(HOLDING, history=(past,))
        story.does(UpdateOrder("o-7", by=System(), status="shipped"))
        assert story.refusal_of(Approve("o-7", by=SELLER, request=1)) == ("not_cancellable",)
        shipped = UnitsShipped(order_id="o-7", at=story.at, by=SELLER, lines={"cup": 1})
        case = evolve(Story(HOLDING, history=(past,)).case, shipped)
        decision = HOLDING.assess(Approve("o-7", by=SELLER, request=1), case, story.at)
        assert decision.codes == ("more_than_remains",)


class TestEditions:
    def test_whether_parts_are_cancelled_is_a_part_of_what_decides(self) -> None:
        """So that an edition that takes them up is told apart, and says so."""
        whole = shop(whole_orders_only=True)
        assert whole.digest != PARTS.digest
        changed = {each.where: (each.before, each.after) for each in diff(whole, PARTS).parts}
        assert changed["whole_orders_only"] == (True, False)


class TestUpdates:
    def test_an_order_that_another_system_ships_has_shipped_all_that_was_open(self) -> None:
        story = Story().cancels(cup=1).asks(pot=1)
        story.does(UpdateOrder("o-7", by=System(), status="shipped"))
        assert story.kinds == [RequestClosed, UnitsShipped, OrderUpdated]
        assert story.case.units.shipped == {"cup": 2, "pot": 1}
        assert story.case.units.move is None
        story.does(UpdateOrder("o-7", by=System(), status="delivered"))
        assert story.kinds == [OrderUpdated]

    def test_one_that_was_not_shipped_after_all_has_its_units_back(self) -> None:
        story = Story().ships().does(UpdateOrder("o-7", by=Operator("op"), status="packed"))
        assert story.kinds == [UnitsReturned, OrderUpdated]
        assert story.case.open_units == WHOLE
        story.does(UpdateOrder("o-7", by=System(), facts={"item": "cups"}))
        assert story.kinds == [OrderUpdated]


class TestDeadlines:
    def test_a_deadline_approves_what_is_asked_for(self) -> None:
        silent = Deadline("silent", runs=is_open, due=requested_at + hours(1), then=approve)
        story = Story(shop(deadlines=[silent])).asks(cup=1)
        story.does(FireDeadline("o-7", by=System(), deadline="silent"))
        assert story.case.units.cancelled == {"cup": 1}
        assert story.case.order.status == "placed"

    def test_a_deadline_cancels_what_is_open(self) -> None:
        """Nothing was possible where no unit is open, and that is remembered."""
        unsent = Deadline("unsent", runs=PLACED, due=placed_at + hours(1), then=cancel("unsent"))
        policy = shop(deadlines=[unsent], reasons=[Reason("unsent", when=system)])
        story = Story(policy).ships(cup=3)
        story.does(FireDeadline("o-7", by=System(), deadline="unsent"))
        assert story.case.requests[0].lines == {"pot": 1}
        assert story.case.order.status == "shipped"
        orders = Lifecycle(
            moves={"ship": ("packed", "shipped"), "pack": ("placed", "packed")},
            cancellable=("placed", "packed"),
            shipped="shipped",
        )
        story = Story(attrs.evolve(policy, orders=orders))
        gone = UnitsShipped(order_id="o-7", at=story.at, by=SELLER, lines=FrozenMap(WHOLE))
        story.case = evolve(story.case, gone)
        story.does(FireDeadline("o-7", by=System(), deadline="unsent"))
        assert story.case.fired["unsent"].impossible

    def test_a_deadline_does_not_ship_what_is_held(self) -> None:
        """It ships the others; where all are held, that was not possible."""
        auto = Deadline("auto", runs=PLACED, due=placed_at + hours(1), then=advance("ship"))
        policy = attrs.evolve(HOLDING, deadlines=[auto])
        story = Story(policy).asks(cup=1)
        story.does(FireDeadline("o-7", by=System(), deadline="auto"))
        assert story.case.units.shipped == {"cup": 2, "pot": 1}
        story = Story(policy).asks()
        story.does(FireDeadline("o-7", by=System(), deadline="auto"))
        assert story.case.fired["auto"].impossible

    def test_a_deadline_does_not_approve_what_has_gone(self) -> None:
        silent = Deadline("silent", runs=is_open, due=requested_at + hours(1), then=approve)
        story = Story(attrs.evolve(HOLDING, deadlines=[silent])).asks(cup=3)
        gone = UnitsShipped(order_id="o-7", at=story.at, by=SELLER, lines={"cup": 1})
        story.case = evolve(story.case, gone)
        story.does(FireDeadline("o-7", by=System(), deadline="silent"))
        assert story.case.fired["silent"].impossible


class TestFacts:
    """``units_shipped``: of what is asked for, or of what the open request asks for."""

    @pytest.mark.parametrize(
        ("asked", "word"),
        [
            ({"cup": 1}, "none"),
            ({"cup": 3}, "some"),
            ({"pot": 1}, "all"),
            ({"cup": 1, "pot": 1}, "some"),
            (None, "some"),
        ],
    )
    def test_of_a_request(self, asked: dict[str, int] | None, word: str) -> None:
        story = Story().cancels(cup=1).ships(pot=1, cup=1)
        asks = RequestCancellation("o-7", by=BUYER, lines=asked)
        assert Facts(asks, story.case, PARTS, story.at)["units_shipped"] == word

    def test_of_an_order_with_nothing_shipped_or_without_lines(self) -> None:
        for story in (Story(), Story(lines=())):
            asks = RequestCancellation("o-7", by=BUYER)
            assert Facts(asks, story.case, PARTS, story.at)["units_shipped"] == "none"

    def test_of_an_answer(self) -> None:
        story = Story(HOLDING).asks(cup=2)
        gone = UnitsShipped(order_id="o-7", at=story.at, by=SELLER, lines={"cup": 2})
        case = evolve(story.case, gone)
        approves = Approve("o-7", by=SELLER, request=1)
        assert Facts(approves, case, HOLDING, story.at)["units_shipped"] == "some"

    def test_rules_hang_on_it(self) -> None:
        """Compiled as well as one by one."""
        asks_back = (
            Rule("new", on=RequestCancellation, when=~GONE & buyer, effect=CANCEL),
            Rule("gone", on=RequestCancellation, when=GONE & buyer, effect=Refer(seller)),
        )
        story = Story(shop(rules=asks_back)).ships(cup=2)
        for lines, verdict in (({"cup": 1}, Verdict.CANCEL), (None, Verdict.REFER)):
            asks = RequestCancellation("o-7", by=BUYER, lines=lines)
            facts = Facts(asks, story.case, story.policy, story.at)
            assert story.policy.judge(RequestCancellation, facts).verdict is verdict
            assert story.policy.assess(asks, story.case, story.at).verdict is verdict


class TestWords:
    """What people read of units, in both languages; of whole orders there is nothing to say."""

    NAMED = (OrderLine(id="1", quantity=3, item="皿"), OrderLine(id="pot", quantity=1))

    def story(self, lang: str = "en") -> Story:
        return Story(shop(languages=(lang,)), lines=self.NAMED)

    def test_a_row_of_a_queue_says_how_many_of_what_are_asked_for(self) -> None:
        case = self.story().does(self.asking({"1": 2, "pot": 1})).case
        rows = [queue_row(case, PARTS, lang, utc(3)) for lang in ("ja", "en")]
        assert [row and row.notes[0] for row in rows] == [
            "数量：皿 2点、pot 1点",
            "Units: 2 × 皿, 1 × pot",
        ]
        whole = Story(shop(whole_orders_only=True)).asks()
        row = queue_row(whole.case, whole.policy, "en", utc(3))
        assert row is not None
        assert row.notes == ()

    def asking(self, lines: dict[str, int] | None, by: Any = BUYER) -> RequestCancellation:
        return RequestCancellation("o-7", by=by, lines=lines)

    def test_a_part_that_was_cancelled_at_once_reads_as_a_request_that_is_approved(self) -> None:
        """For the order is not cancelled; with its last units it is, and reads so."""
        story = Story().cancels(cup=1)
        states = [queue_row(story.case, PARTS, "en", utc(3))]
        states.append(queue_row(story.cancels().case, PARTS, "en", utc(3)))
        assert [row and row.state for row in states] == ["approved", "cancelled"]

    def test_a_condition_on_what_has_shipped_reads_as_a_sentence(self) -> None:
        read = {lang: Spoken(PARTS, lang).condition(GONE) for lang in ("ja", "en")}
        assert read == {
            "ja": "対象のうち発送済みの数量がすべて・一部",
            "en": "how much of what is asked for has shipped is all of it or some of it",
        }

    def test_messages_say_it_too(self) -> None:
        story = self.story("ja").does(self.asking({"1": 2}))
        bodies = [each.body for each in messages_for(story.events, story.case, story.policy, {})]
        story.approves()
        bodies += [each.body for each in messages_for(story.events, story.case, story.policy, {})]
        assert bodies == [
            "注文 o-7 のキャンセルリクエストがあります。\n数量：皿 2点",
            "注文 o-7 のキャンセルが完了しました。\n数量：皿 2点",
        ]

    def test_an_explanation_names_them_and_what_becomes_of_them(self) -> None:
        story = self.story()
        decision = story.policy.assess(self.asking({"1": 2}, SELLER), story.case, story.at)
        english, japanese = explain(decision, "en"), explain(decision, "ja")
        assert english.asked.startswith("Requesting cancellation: 2 × 皿 (order o-7")
        assert japanese.asked.startswith("キャンセルのリクエスト：皿 2点（注文 o-7")
        assert english.sentence == "The units that are named are cancelled at once."
        assert [each.sentence for each in english.follows][
            1
        ] == "Units that are cancelled: 2 × 皿."
        assert [each.sentence for each in japanese.follows][1] == "キャンセルされる数量：皿 2点"
        last = story.policy.assess(self.asking(None, SELLER), story.case, story.at)
        assert last.message("en") == "The order is cancelled at once."
        ships = AdvanceOrder("o-7", by=SELLER, move="ship", lines={"pot": 1})
        follows = explain(story.policy.assess(ships, story.case, story.at), "en").follows
        assert [each.sentence for each in follows] == ["Units that ship: 1 × pot."]

    def test_what_no_fact_changes_is_not_said_to_change_with_one(self) -> None:
        story, whole = Story().ships(cup=3), Story(shop(whole_orders_only=True))
        gone = explain(story.policy.assess(self.asking({"cup": 2}), story.case, story.at), "en")
        assert (gone.codes, gone.flips, gone.is_final) == (("more_than_remains",), (), False)
        never = explain(whole.policy.assess(self.asking({"cup": 2}), whole.case, whole.at), "en")
        assert (never.codes, never.flips, never.is_final) == (("whole_orders_only",), (), True)

    def test_nor_where_units_would_still_be_too_many(self) -> None:
        """What a rule forbids now may be permitted later, but not for units that are gone."""
        story = Story().cancels(cup=1).asks(pot=1)
        for units, flips in ((2, 1), (3, 0)):
            asked = story.policy.assess(self.asking({"cup": units}), story.case, story.at)
            said = explain(asked, "en")
            assert (said.codes, len(said.flips)) == (("request_open",), flips)

    def test_an_option_says_how_many_may_be_named(self) -> None:
        story = Story(HOLDING).cancels(cup=1).asks(cup=1)
        offered = options(story.case, HOLDING, SELLER, story.at)
        named = {each.move or each.action: dict(each.lines) for each in offered if each.lines}
        assert named == {"request": {"cup": 2, "pot": 1}, "ship": {"cup": 1, "pot": 1}}
        whole = Story(shop(whole_orders_only=True))
        assert not any(o.lines for o in options(whole.case, whole.policy, BUYER, whole.at))


def test_a_batch_of_parts_is_judged_one_after_another() -> None:
    """A third command meets what the first two have left; what is too much stops no other."""
    service = CancellationService(policies=[PARTS], store=MemoryStore())
    service.register(Story().case.order, at=utc(1))
    cancels = [
        RequestCancellation("o-7", by=SELLER, lines=each)
        for each in ({"cup": 2}, {"cup": 2}, {"cup": 1, "pot": 1})
    ]
    first, second, third = service.handle_many(cancels, at=utc(2))
    assert isinstance(first, Outcome)
    assert isinstance(third, Outcome)
    assert isinstance(second, Refused)
    assert second.codes == ("more_than_remains",)
    assert third.case.order.status == "cancelled"


def test_the_same_units_under_one_id_are_cancelled_once() -> None:
    """Other units under that id are another command, and are refused."""
    service = CancellationService(policies=[PARTS], store=MemoryStore())
    service.register(Story().case.order, at=utc(1))
    cancels = RequestCancellation("o-7", by=SELLER, lines={"cup": 1}, command_id="c-1")
    first, again = (service.handle(cancels, at=utc(2)) for _ in range(2))
    assert (first.repeated, again.repeated) == (False, True)
    assert again.case.open_units == {"cup": 2, "pot": 1}
    with pytest.raises(InvalidValue, match="command_id"):
        service.handle(attrs.evolve(cancels, lines={"cup": 2}), at=utc(2))
