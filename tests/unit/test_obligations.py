"""What the host must do is written with the decision, and handed over until it is done."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from both import each_service  # noqa: F401 - each test runs with both services
from ordercancel import (
    CancellationService,
    Case,
    FailRefund,
    Fault,
    InvalidPolicy,
    InvalidValue,
    Outcome,
    Policy,
    RetryRefund,
    SettleRefund,
)
from ordercancel.domain.errors import NotDelivered
from ordercancel.domain.money import Money, OrderLine, Tender
from ordercancel.domain.obligations import (
    Obligation,
    OwnObligation,
    RefundDue,
    Restock,
    StopShipment,
)
from ordercancel.policy import (
    Deadline,
    Lifecycle,
    Obliges,
    Refunding,
    closed_at,
    days,
    hours,
    mark,
    notify,
    paid_at,
    placed_at,
    refund_open,
    status,
)
from ordercancel.service.backoff import Backoff
from ordercancel.stores.memory import MemoryNotifier, MemoryStore
from ordercancel.verification.conditions import facts_of_the_order
from unit.tiny import (
    OPERATOR,
    OURS,
    SELLER,
    SYSTEM,
    TEXTS,
    approves,
    asks,
    order,
    sends,
    tiny,
    utc,
)

KEY = "o-7:1:refund:all.1"
MINUTE = timedelta(minutes=1)


class Hands:
    """A clock that shows what it is set to."""

    time = utc(2)

    def now(self) -> datetime:
        return self.time


class Host:
    """Notes what it was to do, and raises what is put into `troubles`."""

    def __init__(self, *troubles: Exception | None) -> None:
        self.troubles = list(troubles)
        self.tried: list[str] = []
        self.done: list[Obligation] = []

    def fulfil(self, obligation: Obligation) -> None:
        self.tried.append(obligation.key)
        error = self.troubles.pop(0) if self.troubles else None
        if error is not None:
            raise error
        self.done.append(obligation)


def service_of(host: Host | None = None, policy: Policy | None = None, **ports: Any) -> Any:
    values = {
        "store": MemoryStore(),
        "clock": Hands(),
        "retries": Backoff(first=MINUTE, most=MINUTE, tries=2),
        "obligations": host or Host(),
    } | ports
    return CancellationService(policies=[policy or tiny()], **values)


def cancelled(service: Any, order_id: str = "o-7") -> Outcome:
    """An order that was cancelled by an approved request."""
    service.register(order(id=order_id), at=utc(1, 4))
    service.handle(attrs.evolve(asks(), order_id=order_id))
    approval = attrs.evolve(approves(), order_id=order_id, command_id=f"c-{order_id}")
    outcome: Outcome = service.handle(approval)
    return outcome


def test_a_cancellation_obliges_the_host() -> None:
    """To give back what was paid, to take the goods back, and to let no parcel go."""
    outcome = cancelled(service_of())
    common = {"order_id": "o-7", "at": utc(2), "request": 1}
    assert outcome.obligations == (
        Restock(key="o-7:1:restock:host", **common),
        StopShipment(key="o-7:1:stop_shipment:host", **common),
        RefundDue(key=KEY, **common),
    )
    assert outcome.events[-1].key == KEY


def test_without_a_handler_nothing_is_written() -> None:
    """No event, no obligation, no number of open refunds."""
    service = service_of(obligations=None, notifier=MemoryNotifier())
    outcome = cancelled(service)
    assert (outcome.obligations, outcome.case.refunds) == ((), ())
    assert [type(each).__name__ for each in outcome.events] == ["RequestClosed", "OrderCancelled"]
    assert "refund_open" not in [each.on for each in service.counters(SELLER)]


def test_an_outcome_that_is_told_again_has_its_obligations() -> None:
    service = service_of()
    outcome = cancelled(service)
    again = service.handle(approves(command_id="c-o-7"))
    assert again == attrs.evolve(outcome, repeated=True)


def test_what_was_shipped_is_not_for_sale_again() -> None:
    """It comes back on the shelf when it has arrived there."""
    late = Lifecycle(
        moves={"send": ("new", "sent")},
        cancellable=("new", "sent"),
        shipped="sent",
        closes=(),
        cancelled="stopped",
    )
    named = {each: TEXTS.statuses[each] for each in ("new", "sent", "stopped")}
    texts = attrs.evolve(TEXTS, statuses=named)
    service = service_of(policy=tiny(orders=late, texts=texts))
    service.register(order(), at=utc(1, 4))
    service.handle(sends())
    service.handle(asks())
    obligations = service.handle(approves()).obligations
    assert [type(each) for each in obligations] == [StopShipment, RefundDue]


def test_a_relay_hands_obligations_to_the_host() -> None:
    """Each kind in a lane of its own: one that fails holds up no other."""
    host = Host(None, OSError("down"))
    service = service_of(host)
    outcome = cancelled(service)
    relayed = service.relay()
    assert relayed.delivered == ("o-7:1:restock:host", KEY)
    assert relayed.failed == ("o-7:1:stop_shipment:host",)
    assert host.done == [outcome.obligations[0], outcome.obligations[2]]
    assert service.relay(utc(2) + MINUTE).delivered == ("o-7:1:stop_shipment:host",)
    assert host.tried.count("o-7:1:stop_shipment:host") == 2


def test_what_the_host_can_never_do_is_dead_and_is_put_back() -> None:
    """It is listed with its error, under the same key."""
    refused = NotDelivered("no such card", "a card that is open", permanent=True)
    host = Host(refused, OSError("down"), None, OSError("down"))
    service = service_of(host)
    cancelled(service)
    assert service.relay().dead == ("o-7:1:restock:host",)
    assert service.relay(utc(2) + MINUTE).dead == ("o-7:1:stop_shipment:host",)
    dead = service.dead_letters()
    assert [(each.id, each.message, each.error) for each in dead] == [
        ("o-7:1:restock:host", None, "NotDelivered: no such card; expected a card that is open"),
        ("o-7:1:stop_shipment:host", None, "OSError: down"),
    ]
    assert isinstance(dead[0].obligation, Restock)
    assert service.backlog().dead == 2
    assert service.revive(["o-7:1:restock:host"]) == 1
    assert service.relay().delivered == ("o-7:1:restock:host",)


def test_messages_and_obligations_are_for_whoever_delivers_them() -> None:
    """A service with a notifier alone leaves obligations to others, and the other way about."""
    store, post, host = MemoryStore(), MemoryNotifier(), Host()
    both = service_of(host, store=store, notifier=post)
    cancelled(both)
    posts = service_of(store=store, notifier=post, obligations=None)
    assert posts.relay().obsolete == ("o-7:2:seller:mail",)  # the request is closed
    assert len(service_of(host, store=store).relay().delivered) == 3
    with pytest.raises(InvalidValue, match="notifier to deliver messages with, or an obligation"):
        service_of(obligations=None).relay()


@pytest.mark.parametrize("said", ["settled", "failed"])
def test_a_refund_that_has_an_outcome_is_not_handed_over(said: str) -> None:
    """Somebody has given it back by hand, before the relay came to it."""
    host = Host()
    service = service_of(host)
    cancelled(service)
    if said == "settled":
        service.handle(SettleRefund("o-7", by=SYSTEM, key=KEY, reference="by hand"))
    else:
        service.handle(FailRefund("o-7", by=SYSTEM, key=KEY, code="no_account"))
    relayed = service.relay()
    assert relayed.obsolete == (KEY,)
    assert KEY not in host.tried
    assert service.relay().obsolete == ()


def test_an_attempt_is_not_made_whose_refund_was_paid_after_all() -> None:
    """The first one was taken for failed, and its payment is told late."""
    host = Host()
    service = service_of(host)
    cancelled(service)
    service.relay()
    service.handle(FailRefund("o-7", by=SYSTEM, key=KEY, code="timeout"))
    (due,) = service.handle(RetryRefund("o-7", by=SYSTEM, key=KEY)).obligations
    assert (type(due), due.key) == (RefundDue, "o-7:1:refund:all.2")
    service.handle(SettleRefund("o-7", by=OPERATOR, key=KEY, reference="re-1"))
    assert service.relay().obsolete == ("o-7:1:refund:all.2",)
    assert host.tried.count("o-7:1:refund:all.2") == 0
    assert service.case("o-7", by=SYSTEM).is_refund_open


def test_a_settlement_with_an_id_is_told_again() -> None:
    """It writes nothing the second time; and nothing at all where it was said without the id."""
    service = service_of()
    cancelled(service)
    said = SettleRefund("o-7", by=SYSTEM, key=KEY, reference="re-1", command_id="hook-1")
    first = service.handle(said)
    assert service.handle(said) == attrs.evolve(first, repeated=True)
    other = attrs.evolve(said, command_id="hook-2")
    assert service.handle(other) == Outcome(case=first.case, events=())
    assert len(service.history("o-7", by=SYSTEM)) == first.case.version


def test_open_refunds_stand_in_the_sellers_queue() -> None:
    """In the number of the front page, in a row, and in the page of those that are open."""
    service = service_of(policy=tiny(texts=attrs.evolve(TEXTS, counters=None)))
    cancelled(service)

    def shown() -> list[tuple[str, int]]:
        return [(each.on, each.count) for each in service.counters(SELLER)]

    assert shown() == [("pending", 0), ("refund_open", 1)]
    (row,) = service.inbox(SELLER, marked="refund_open").rows
    assert ([each.key for each in row.refunds], row.notes) == ([KEY], ("返金未完了",))
    assert service.inbox(SELLER, marked="refund_open", statuses=["pending"]).rows == ()
    assert service.inbox(SELLER).rows == ()
    service.handle(SettleRefund("o-7", by=SYSTEM, key=KEY, reference="re-1"))
    assert shown() == [("pending", 0), ("refund_open", 0)]
    assert service.inbox(SELLER, marked="refund_open").rows == ()
    service.handle(FailRefund("o-7", by=SYSTEM, key=KEY, code="returned"))
    assert shown() == [("pending", 0), ("refund_open", 1)]
    assert service.case("o-7", by=SYSTEM).order.status == "stopped"


def test_an_obligation_of_a_case_that_can_not_be_read_waits() -> None:
    """Nobody knows whether it stands; the others go on."""

    class Broken(MemoryStore):
        is_broken = False

        def load(self, order_id: str) -> Case | None:
            if self.is_broken and order_id == "o-7":
                raise InvalidValue([Fault("stored case 'o-7'", "is broken", "a case")])
            return super().load(order_id)

    host, store = Host(), Broken()
    service = service_of(host, store=store)
    for order_id in ("o-7", "o-8"):
        cancelled(service, order_id)
    store.is_broken = True
    relayed = service.relay()
    assert len(relayed.failed) == len(relayed.delivered) == 3
    assert {each.order_id for each in host.done} == {"o-8"}
    store.is_broken = False
    assert len(service.relay(utc(2) + MINUTE).delivered) == 3


def test_lines_without_prices_are_refunded_without_an_amount() -> None:
    """Each part by a refund of its own; what goes back on the shelf is told by line."""
    service = service_of(policy=tiny(whole_orders_only=False))
    lines = (OrderLine(id="l-1", quantity=3), OrderLine(id="l-2", quantity=1))
    service.register(order(lines=lines), at=utc(1, 4))
    service.handle(asks(lines={"l-1": 2}))
    shelf, stop, due = service.handle(approves()).obligations
    assert (dict(shelf.lines), dict(stop.lines)) == ({"l-1": 2}, {"l-1": 2})
    assert (due.key, due.tender, due.amount) == ("o-7:1:refund:all.1", None, None)
    service.handle(asks())
    shelf, _, due = service.handle(approves(request=2)).obligations
    assert (dict(shelf.lines), due.key) == ({"l-1": 1, "l-2": 1}, "o-7:2:refund:all.1")


def test_a_refund_by_each_tender_has_an_amount() -> None:
    """A tender whose id is no plain word is named in the key by its place."""
    service = service_of(policy=tiny(refunding=Refunding()))
    money = Money(
        currency="JPY",
        digits=0,
        lines=(OrderLine(id="l-1", quantity=1, amount=2_000),),
        tenders=(
            Tender(id="ポイント", amount=20),
            Tender(id="voucher", amount=0),
            Tender(id="card", amount=1_980),
        ),
    )
    service.register(order(money=money), at=utc(1, 4))
    service.handle(asks())
    *_, points, card = service.handle(approves()).obligations
    assert (points.key, points.tender, points.amount) == ("o-7:1:refund:1.1", "ポイント", 20)
    assert (card.key, card.tender, card.amount) == ("o-7:1:refund:card.1", "card", 1_980)
    assert card.currency == "JPY"


def test_observers_see_what_is_handed_over() -> None:
    """By its key and its kind, as for the host."""
    seen: list[dict[str, Any]] = []

    class Watching:
        def observe(self, what: Any, fields: dict[str, Any]) -> Any:
            seen.append(fields)
            return nullcontext()

    service = service_of(observers=[Watching()])
    cancelled(service)
    service.relay()
    assert seen[-1] == {
        "message_id": KEY,
        "order_id": "o-7",
        "on": "refund_due",
        "audience": "host",
        "medium": "host",
        "lag_seconds": 0.0,
        "attempts": 1,
        "outcome": "delivered",
    }


LATE = Deadline(
    "refund_late",
    runs=refund_open,
    due=closed_at + days(7),
    then=mark("refund_late"),
    source=OURS,
)


def test_a_deadline_marks_a_refund_that_is_late() -> None:
    """Not one that was settled in time, nor one whose settlement is told before the tick."""
    clock = Hands()
    service = service_of(policy=tiny(deadlines=(LATE,)), clock=clock)
    for order_id in ("o-7", "o-8"):
        cancelled(service, order_id)
    clock.time = utc(9)
    service.handle(SettleRefund("o-8", by=SYSTEM, key="o-8:1:refund:all.1", reference="re-8"))
    ticked = service.tick()
    assert [each.case.order.id for each in ticked.outcomes] == ["o-7"]
    marked = [service.case(each, by=SYSTEM).is_marked("refund_late") for each in ("o-7", "o-8")]
    assert marked == [True, False]


def test_a_policy_declares_obligations_of_its_own() -> None:
    """On what happens to a request, on a mark, and on a deadline that notifies."""
    nagging = Deadline(
        "nag", runs=status.is_in("stopped"), due=placed_at + hours(1), then=notify, source=OURS
    )
    policy = tiny(
        deadlines=(nagging,),
        obligations=(
            Obliges("revoke_coupon", on="approved"),
            Obliges("never", on="approved", when=status.is_in("sent")),
            Obliges("call", on="nag"),
        ),
    )
    service = service_of(policy=policy)
    coupon = cancelled(service).obligations[0]
    assert coupon == OwnObligation(
        key="o-7:3:revoke_coupon:host",
        order_id="o-7",
        at=utc(2),
        request=1,
        kind="revoke_coupon",
        on="approved",
    )
    (outcome,) = service.tick().outcomes
    assert [(each.kind, each.on) for each in outcome.obligations] == [("call", "nag")]


def test_verification_varies_what_an_obligation_hangs_on() -> None:
    """A fact that nothing else in the policy speaks of."""
    policy = tiny(obligations=(Obliges("call", on="approved", when=paid_at.is_known),))
    assert "paid_at" in facts_of_the_order(policy)
    assert "paid_at" not in facts_of_the_order(tiny())


def test_every_fault_of_a_policys_obligations_is_named() -> None:
    odd: Any = "revoke_coupon"
    with pytest.raises(InvalidPolicy) as wrong:
        tiny(
            obligations=(
                odd,
                Obliges("Refund it", on="approved"),
                Obliges("restock", on="approved"),
                Obliges("call", on="nag", when=placed_at.is_known),
                Obliges("call", on="approved"),
                Obliges("call", on="rejected"),
                Obliges("call", on="approved", when=status.is_in("sent")),
                Obliges(["call"], on="approved"),  # type: ignore[arg-type]
            )
        )
    assert [each.where for each in wrong.value.faults] == [
        "Policy tiny.obligations[0]",
        "Policy tiny.obligations[1].kind",
        "Policy tiny.obligations[2].kind",
        "Policy tiny.obligations[3].on",
        "Policy tiny.obligations[6]",
        "Policy tiny.obligations[7].kind",
    ]


def test_every_fault_of_an_obligation_is_named() -> None:
    odd: Any = {"key": None, "order_id": "", "at": None, "request": -1}
    common = ["key", "order_id", "at", "request"]
    for kind, more, fields in (
        (RefundDue, {"tender": "", "amount": 0, "currency": ""}, ["tender", "amount", "currency"]),
        (Restock, {"lines": {"": 0}}, ["lines id ''", "lines['']"]),
        (StopShipment, {"lines": 1}, ["lines"]),
        (OwnObligation, {"kind": "", "on": ""}, ["kind", "on"]),
    ):
        made: Any = kind
        with pytest.raises(InvalidValue) as wrong:
            made(**odd, **more)
        name = kind.__name__
        assert [each.where for each in wrong.value.faults] == [
            f"{name}.{each}" for each in (*common, *fields)
        ]
    many = {f"l-{number}": 1 for number in range(1_001)}
    with pytest.raises(InvalidValue, match="lines: has 1001 entries; expected at most 1000"):
        Restock(key="k", order_id="o-7", at=utc(1), request=1, lines=many)
