"""Queues, numbers and languages: what buyers, sellers and the house read of their orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from both import each_service  # noqa: F401 - each test runs with both services
from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Seller
from ordercancel.domain.commands import AdvanceOrder, Approve, Reject, RequestCancellation
from ordercancel.domain.errors import InvalidValue, UnknownOrder, UnknownPolicy
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import Refused
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    OTHER_SIDE,
    Choice,
    Deadline,
    Label,
    Lifecycle,
    Notification,
    Policy,
    Refer,
    Role,
    Rule,
    Texts,
    answerer,
    buyer,
    days,
    is_open,
    mark,
    operator,
    requested_at,
    seller,
)
from ordercancel.service.results import Count
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory, MemoryStore
from pytest_ordercancel import FrozenClock
from samples import jst
from samples import order as sample
from unit.tiny import BUYER, OPERATOR, OURS, SELLER, order, tiny, utc, worded

OVERDUE = Deadline(
    "overdue", runs=is_open, due=requested_at + days(1), then=mark("overdue"), source=OURS
)


def several() -> CancellationService:
    """Three orders with requests, made one day after the other; the second is rejected."""
    service = CancellationService(
        policies=[tiny(deadlines=(OVERDUE,))], store=MemoryStore(), clock=FrozenClock(utc(4))
    )
    for at, name in enumerate(("o-7", "o-8", "o-9"), 2):
        service.register(order(id=name), at=utc(1, 3))
        ask = RequestCancellation(name, by=BUYER, reason="mistake")
        service.handle(ask, at=utc(at))
    service.handle(Reject("o-8", by=SELLER, request=1), at=utc(3, 1))
    return service


def test_a_queue_has_open_requests_by_default() -> None:
    service = several()
    page = service.inbox(SELLER, policy="tiny")
    assert [(row.order_id, row.state) for row in page.rows] == [
        ("o-7", "処理要請"),
        ("o-9", "処理要請"),
    ]
    assert page.next is None
    rejected = service.inbox(SELLER, policy="tiny", statuses=[RequestStatus.REJECTED], lang="en")
    assert [(row.order_id, row.state) for row in rejected.rows] == [("o-8", "rejected")]
    plain = service.inbox(SELLER, statuses=["rejected"])  # type: ignore[list-item]
    assert plain.rows[0].order_id == "o-8"


def test_a_queue_is_paged() -> None:
    service = several()
    page = service.inbox(SELLER, policy="tiny", limit=1)
    assert [row.order_id for row in page.rows] == ["o-7"]
    rest = service.inbox(SELLER, policy="tiny", limit=1, after=page.next)
    assert ([row.order_id for row in rest.rows], rest.next) == (["o-9"], None)


def test_a_row_says_what_is_due_and_what_is_overdue() -> None:
    """By the clock, whether or not a tick has come by."""
    service = several()
    for at, overdue in ((utc(4), [True, False]), (utc(5), [True, True])):
        rows = service.inbox(SELLER, at=at).rows
        assert [row.is_overdue for row in rows] == overdue
    (first, _) = service.inbox(SELLER).rows
    assert first.deadlines == (("overdue", utc(3)),)
    assert (first.order_status, first.request, first.asked_by) == ("new", 1, BUYER)
    assert (first.answerer, first.marks) == ("seller", ())
    service.tick()
    (first, _) = service.inbox(SELLER).rows
    assert (first.marks, first.is_overdue) == (("overdue",), True)


def test_the_numbers_of_a_queue() -> None:
    """The request of the second is overdue on the third, that of the fourth on the fifth."""
    service = several()
    label = Text("要請", "Requests")

    def counted(count: int, overdue: int) -> tuple[Count, ...]:
        return (Count(policy="tiny", on="pending", label=label, count=count, overdue=overdue),)

    assert service.counters(SELLER, policy="tiny", at=utc(4)) == counted(2, 1)
    assert service.counters(SELLER, policy="tiny", at=utc(5)) == counted(2, 2)
    service.handle(Approve("o-7", by=SELLER, request=1), at=utc(4))
    assert service.counters(BUYER) == counted(1, 0)
    assert service.counters(Seller("s-2")) == counted(0, 0)


def test_marks_are_counted_where_a_policy_names_no_counters() -> None:
    service = CancellationService(
        policies=[tiny(deadlines=(OVERDUE,), texts=Texts(), languages=("en",))],
        store=MemoryStore(),
        clock=FrozenClock(utc(3)),
    )
    service.register(order(), at=utc(1, 3))
    service.handle(RequestCancellation("o-7", by=BUYER, reason="mistake"), at=utc(2))
    assert [
        (each.on, each.label["en"], each.count, each.overdue) for each in service.counters(SELLER)
    ] == [("pending", "cancellation requested", 1, 1), ("overdue", "overdue", 1, 1)]


# ---------------------------------------------------------------------- whose queue

MARKET = Policy(
    name="market",
    zone="UTC",
    source="for tests",
    orders=Lifecycle(moves={"ship": ("placed", "shipped")}, cancellable="placed"),
    facts=[Choice("carrier_id", values=("c-1", "c-2"))],
    roles=[
        Role("clerk", side="seller", party="seller"),
        Role("carrier", side="seller", party="carrier_id", answers=False),
        Role("judge", side="house"),
    ],
    rules=[
        Rule("asks", on=RequestCancellation, when=buyer | seller, effect=Refer(OTHER_SIDE)),
        Rule("office", on=RequestCancellation, when=operator, effect=Refer("judge")),
        Rule(
            "goes_on",
            on=Reject,
            when=seller & answerer.is_in("seller_side"),
            effect=Refer("judge"),
        ),
    ],
)


def market() -> CancellationService:
    """One request by the buyer, one by the seller, and one that a judge decides."""
    service = CancellationService(
        policies=[MARKET], store=MemoryStore(), clock=FrozenClock(utc(3))
    )
    for number, by in enumerate((BUYER, SELLER, BUYER), 1):
        placed = order(
            id=f"o-{number}", policy="market", status="placed", facts={"carrier_id": "c-1"}
        )
        service.register(placed, at=utc(1, 3))
        service.handle(RequestCancellation(f"o-{number}", by=by), at=utc(2))
    service.handle(Reject("o-3", by=SELLER, request=1), at=utc(2, 1))
    return service


@pytest.mark.parametrize(
    ("actor", "orders"),
    [
        (BUYER, ["o-1", "o-2", "o-3"]),
        (SELLER, ["o-1", "o-2", "o-3"]),
        (Buyer("b-2"), []),
        (Actor("s-1", role="clerk"), ["o-1", "o-2", "o-3"]),
        (OPERATOR, ["o-3"]),
        (Operator("o-2"), ["o-3"]),
        (Actor("j-1", role="judge"), ["o-3"]),
    ],
)
def test_everybody_concerned_has_a_queue(actor: Actor, orders: list[str]) -> None:
    """A party's has what they asked and what they must answer; that of the house is shared."""
    rows = market().inbox(actor).rows
    assert [row.order_id for row in rows] == orders


def test_a_row_says_who_asked_and_who_answers() -> None:
    rows = market().inbox(BUYER).rows
    assert [(row.asked_by, row.answerer) for row in rows] == [
        (BUYER, "seller_side"),
        (SELLER, "buyer_side"),
        (BUYER, "judge"),
    ]


def test_a_carrier_sees_the_orders_that_they_carry() -> None:
    """Those of another carrier look as if they did not exist."""
    service = market()
    assert service.case("o-1", by=Actor("c-1", role="carrier")).order.id == "o-1"
    with pytest.raises(UnknownOrder):
        service.case("o-1", by=Actor("c-2", role="carrier"))
    ship = AdvanceOrder("o-3", by=Actor("c-1", role="carrier"), move="ship")
    assert service.handle(ship).case.order.status == "shipped"
    with pytest.raises(Refused) as caught:
        service.handle(Approve("o-1", by=Actor("c-1", role="carrier"), request=1))
    assert caught.value.codes == ("not_permitted",)


def test_two_roles_of_one_side_answer_for_each_other() -> None:
    """The seller and their clerk, who is nobody else's."""
    service = market()
    with pytest.raises(UnknownOrder):
        service.handle(Approve("o-1", by=Actor("s-2", role="clerk"), request=1))
    with pytest.raises(Refused) as caught:  # the seller asked: their clerk does not answer it
        service.handle(Approve("o-2", by=Actor("s-1", role="clerk"), request=1))
    assert caught.value.codes == ("own_request",)
    done = service.handle(Approve("o-1", by=Actor("s-1", role="clerk"), request=1))
    assert done.case.order.status == "cancelled"


@pytest.mark.parametrize("actor", [Actor("c-1", role="carrier"), Actor("x-1", role="guest")])
def test_a_role_without_a_queue_is_told_so(actor: Actor) -> None:
    service = market()
    asks: tuple[Callable[[], object], ...] = (
        lambda: service.inbox(actor),
        lambda: service.counters(actor),
    )
    for ask in asks:
        with pytest.raises(InvalidValue, match=f"has the role '{actor.role}'; expected a buyer"):
            ask()


def both_policies(**ports: Any) -> CancellationService:
    """A request under each of the built-in policies."""
    directory = MemoryDirectory([Party("s-1", name="店", permits_cancellation=True)])
    service = CancellationService(
        policies=[CONECT, QOO10],
        store=MemoryStore(),
        directory=directory,
        clock=FrozenClock(jst(17)),
        **ports,
    )
    service.register(sample("conect", id="c-1"), at=jst(15, 9))
    service.register(sample("qoo10", id="q-1"), at=jst(15, 9))
    service.handle(RequestCancellation("c-1", by=BUYER, reason="wrong_item"), at=jst(16, 10))
    service.handle(RequestCancellation("q-1", by=BUYER, reason="changed_mind"), at=jst(16, 11))
    return service


def test_a_queue_goes_across_policies() -> None:
    """Each row in the words of its policy; or it is that of one policy alone."""
    service = both_policies()
    assert [(row.order_id, row.policy, row.reason) for row in service.inbox(SELLER).rows] == [
        ("c-1", "conect", "商品の間違い"),
        ("q-1", "qoo10", "お客様のご都合"),
    ]
    assert [row.order_id for row in service.inbox(SELLER, policy="qoo10").rows] == ["q-1"]
    assert [(each.policy, each.on, each.count) for each in service.counters(SELLER)][:2] == [
        ("conect", "pending", 1),
        ("qoo10", "open", 1),
    ]
    assert {each.policy for each in service.counters(SELLER, policy="conect")} == {"conect"}


def test_a_row_of_an_edition_that_left_is_worded_by_the_latest() -> None:
    store = MemoryStore()
    first = CancellationService(policies=[tiny()], store=store, clock=FrozenClock(utc(3)))
    first.register(order(), at=utc(1, 3))
    first.handle(RequestCancellation("o-7", by=BUYER, reason="mistake"), at=utc(2))
    later = CancellationService(
        policies=[tiny(edition="2")], store=store, clock=FrozenClock(utc(3))
    )
    assert [row.state for row in later.inbox(SELLER).rows] == ["処理要請"]


# ---------------------------------------------------------------------- languages


def test_words_are_in_the_policys_first_language_by_default() -> None:
    """Nothing is Japanese that need not be."""
    english = tiny(languages=("en", "ja"), deadlines=(OVERDUE,))
    service = CancellationService(
        policies=[english], store=MemoryStore(), clock=FrozenClock(utc(3))
    )
    service.register(order(), at=utc(1, 3))
    outcome = service.handle(RequestCancellation("o-7", by=BUYER, reason="mistake"), at=utc(2))
    assert [message.locale for message in outcome.messages] == ["en"]
    assert service.label("o-7", by=SELLER) == "Asked\nMistake"
    assert service.label("o-7", by=SELLER, lang="ja") == "要請中\n間違い"
    assert [row.state for row in service.inbox(SELLER).rows] == ["To process"]
    assert [row.state for row in service.inbox(SELLER, lang="ja").rows] == ["処理要請"]


def test_a_language_that_a_policy_does_not_have_is_refused() -> None:
    service = several()
    asks: tuple[Callable[[], object], ...] = (
        lambda: service.label("o-7", by=SELLER, lang="de"),
        lambda: service.inbox(SELLER, lang="de"),
    )
    for ask in asks:
        with pytest.raises(InvalidValue) as caught:
            ask()
        assert caught.value.codes == ("unknown_language",)
        assert str(caught.value) == (
            "service.lang: is 'de'; expected one of the languages of tiny: ja, en"
        )


def test_a_party_without_a_language_is_written_to_in_the_policys_first() -> None:
    for locale, written in ((None, "ja"), ("en", "en"), ("ja", "ja")):
        directory = MemoryDirectory([Party("s-1", name="店", locale=locale)])
        service = CancellationService(
            policies=[tiny()], store=MemoryStore(), directory=directory, clock=FrozenClock(utc(3))
        )
        service.register(order(), at=utc(1, 3))
        ask = RequestCancellation("o-7", by=BUYER, reason="mistake")
        (message,) = service.handle(ask, at=utc(2)).messages
        assert message.locale == written


def test_labels_are_read_by_role_or_side() -> None:
    """Who has no label of their own reads that of their side; the house that of the seller."""
    service = several()
    assert service.label("o-7", by=SELLER) == "要請中\n間違い"
    assert service.label("o-7", by=OPERATOR, lang="en") == "Asked\nMistake"
    assert service.label("o-7", by=BUYER) == "キャンセルリクエスト中"
    office = Label(on="pending", to="operator", text=Text("社内", "in the house"), source=OURS)
    texts = worded(labels=(*tiny().texts.labels, office))
    own = CancellationService(
        policies=[tiny(texts=texts, roles=[Role("clerk", side="seller", party="seller")])],
        store=MemoryStore(),
        clock=FrozenClock(utc(3)),
    )
    own.register(order(), at=utc(1, 3))
    own.handle(RequestCancellation("o-7", by=BUYER, reason="mistake"), at=utc(2))
    assert own.label("o-7", by=OPERATOR) == "社内"
    assert own.label("o-7", by=Actor("s-1", role="clerk")) == "要請中\n間違い"


def test_rejected_and_then_shipped_reads_as_shipped() -> None:
    """Rejected, so that the label says so; shipped afterwards, so that it says that."""
    service = both_policies()
    reject = Reject("q-1", by=SELLER, request=1, reason="made_to_order", data={"confirmed": True})
    service.handle(reject, at=jst(16, 12))
    assert service.label("q-1", by=BUYER).startswith("キャンセル拒否")
    service.handle(AdvanceOrder("q-1", by=SELLER, move="ship"), at=jst(16, 13))
    assert [service.label("q-1", by=actor) for actor in (BUYER, SELLER)] == ["配送中", "配送中"]


# ---------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    "look",
    [
        lambda service: service.inbox(SELLER, policy="gone"),
        lambda service: service.counters(SELLER, policy="gone"),
    ],
)
def test_an_unknown_policy_is_named(look: Callable[[CancellationService], object]) -> None:
    with pytest.raises(UnknownPolicy) as caught:
        look(several())
    assert (caught.value.wanted, caught.value.known) == ("gone", ("tiny",))


def test_an_unknown_status_is_named() -> None:
    with pytest.raises(InvalidValue, match="'gone'"):
        several().inbox(SELLER, statuses=["gone"])  # type: ignore[list-item]


def test_whoever_is_written_to_is_looked_up() -> None:
    """Initiator, answerer and named roles, each by their id; a role of the house by its name."""
    telling = [
        Notification(on="pending", to=to, subject="To {reader_name}", body="{order_id}")
        for to in ("initiator", "answerer", "operator", "carrier", "others")
    ]
    market_policy = attrs.evolve(MARKET, notifications=telling)
    directory = MemoryDirectory(
        [
            Party("b-1", name="Bea"),
            Party("s-1", name="Sam"),
            Party("c-1", name="Cora"),
            Party("judge", name="The judges"),
            Party("operator", name="Our staff"),
        ]
    )
    service = CancellationService(
        policies=[market_policy],
        store=MemoryStore(),
        directory=directory,
        clock=FrozenClock(utc(3)),
    )
    placed = order(policy="market", status="placed", facts={"carrier_id": "c-1"})
    service.register(placed, at=utc(1, 3))
    asked = service.handle(RequestCancellation("o-7", by=OPERATOR), at=utc(2))
    assert [(each.audience, each.party, each.subject) for each in asked.messages] == [
        ("operator", "operator", "To Our staff"),
        ("judge", "judge", "To The judges"),
        ("carrier", "c-1", "To Cora"),
        ("buyer", "b-1", "To Bea"),
        ("seller", "s-1", "To Sam"),
    ]
