"""``ordercancel demo``: the walks of both documents, told so that a person sees what happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

import attrs

from ordercancel.domain.actors import Buyer, Party, Seller
from ordercancel.domain.commands import AdvanceOrder, Approve, Command, Reject, RequestCancellation
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import Lang
from ordercancel.engine.decision import Refused
from ordercancel.engine.messages import Message
from ordercancel.policies import CONECT, QOO10
from ordercancel.service.ports import Store
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory

__all__ = ["recall", "tell"]

_JST = timezone(timedelta(hours=9))


@attrs.frozen
class _Step:
    at: datetime
    command: Command


@attrs.frozen
class _Walk:
    title: str
    parties: tuple[Party, ...]
    orders: tuple[Order, ...]
    steps: tuple[_Step, ...]


class _Printer:
    """A notifier that keeps what it is given until it is told about."""

    def __init__(self) -> None:
        self.received: list[tuple[Message, Party | None]] = []

    def deliver(self, message: Message, to: Party | None) -> None:
        self.received.append((message, to))


def tell(store: Store) -> Iterator[str]:
    """The lines of both walks, while they happen in `store`."""
    for walk in (_conect(), _qoo10()):
        yield from _told(walk, store)


def recall(store: Store, order_id: str) -> Iterator[str]:
    """The history of an order, as `store` has it, in Japan's time."""
    for event in store.history(order_id):
        at = event.at.astimezone(_JST)
        yield f"   {at:%Y-%m-%d %H:%M} {type(event).__name__} by {event.by}"


def _told(walk: _Walk, store: Store) -> Iterator[str]:
    yield f"═══ {walk.title} ═══"
    mail = _Printer()
    service = CancellationService(
        policies=[CONECT, QOO10],
        store=store,
        directory=MemoryDirectory(walk.parties),
        notifier=mail,
    )
    for order in walk.orders:
        service.register(order, at=order.placed_at)
        yield f"Order {order.id} is registered: {order.status}."
    for step in walk.steps:
        command = step.command
        yield ""
        yield f"── {step.at:%Y-%m-%d %H:%M} {_said(command)}"
        try:
            outcome = service.handle(command, at=step.at)
        except Refused as refused:
            yield f"   refused: {', '.join(refused.codes)} [{', '.join(refused.clauses)}]"
            yield f"            {refused.decision.message('ja')}"
            yield f"            {refused.decision.message('en')}"
        else:
            yield f"   events:  {', '.join(type(event).__name__ for event in outcome.events)}"
            yield f"   rules:   {', '.join(outcome.rules)}"
        yield from _reads(service, command.order_id)
        service.relay(step.at)
        while mail.received:
            yield from _received(*mail.received.pop(0))
    yield ""


def _said(command: Command) -> str:
    details = [type(command).__name__, command.order_id]
    match command:
        case RequestCancellation(reason=reason, text=text):
            details += [f"reason={reason}", f"text={text}" if text else ""]
        case Reject(reason=reason, text=text, affirmed=affirmed):
            details += [f"reason={reason}" if reason else "", f"text={text}" if text else ""]
            details += ["affirmed" if affirmed else ""]
        case AdvanceOrder(move=move):
            details += [f"move={move}"]
        case _:
            pass
    return f"{command.by}: {' '.join(part for part in details if part)}"


def _reads(service: CancellationService, order_id: str) -> Iterator[str]:
    for actor in (_BUYER, _SELLER):
        texts = (_shown(service, order_id, actor, lang) for lang in ("ja", "en"))
        yield f"   {actor.role:6} reads: {'  /  '.join(texts)}"


def _shown(service: CancellationService, order_id: str, actor: Buyer | Seller, lang: Lang) -> str:
    return " · ".join(service.label(order_id, by=actor, lang=lang).split("\n"))


def _received(message: Message, to: Party | None) -> Iterator[str]:
    addresses = ", ".join(to.emails) if to and message.medium == "mail" else message.party
    yield f"   {message.medium} to {message.audience} <{addresses}>: {message.subject}"
    yield from (f"      │ {line}" for line in message.body.split("\n") if line)


_BUYER = Buyer("b-1")
_SELLER = Seller("s-1")


def _conect() -> _Walk:
    def at(hour: int, minute: int) -> datetime:
        return datetime(2024, 5, 1, hour, minute, tzinfo=_JST)

    def order(order_id: str, status: str, placed_at: datetime) -> Order:
        return Order(
            order_id,
            policy="conect",
            status=status,
            channel="order_form",
            buyer="b-1",
            seller="s-1",
            placed_at=placed_at,
        )

    def request(order_id: str, text: str) -> Command:
        return RequestCancellation(order_id, by=_BUYER, reason="other", text=text)

    return _Walk(
        "CO-NECT: request and approval; request and rejection; shipping closes the door",
        parties=(
            Party(
                "s-1",
                name="サンプル卸",
                emails=("wholesale@example.jp", "orders@example.jp"),
                permits_cancellation=True,
            ),
            Party("b-1", name="テスト一号店", emails=("shop1@example.jp",)),
        ),
        orders=(
            order("A-1", "placed", at(9, 0)),
            order("A-2", "accepted", at(9, 5)),
            order("A-3", "accepted", at(9, 10)),
        ),
        steps=(
            _Step(at(10, 0), request("A-1", "数量を間違えました")),
            _Step(at(10, 30), Approve("A-1", by=_SELLER)),
            _Step(at(10, 40), request("A-2", "納期が合わない")),
            _Step(at(10, 50), Reject("A-2", by=_SELLER, text="製造済みのため")),
            _Step(at(11, 0), request("A-3", "重複して発注しました")),
            _Step(at(11, 10), AdvanceOrder("A-3", by=_SELLER, move="ship")),
            _Step(at(11, 20), Approve("A-3", by=_SELLER)),
        ),
    )


def _qoo10() -> _Walk:
    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2022, 8, day, hour, minute, tzinfo=_JST)

    def order(order_id: str, status: str, ship_on: date | None) -> Order:
        return Order(
            order_id,
            policy="qoo10",
            status=status,
            buyer="b-1",
            seller="s-1",
            placed_at=at(15, 9),
            ship_on=ship_on,
            cart_id="250040690",
            item="931204",
        )

    def request(order_id: str) -> Command:
        return RequestCancellation(order_id, by=_BUYER, reason="order_cancellation")

    return _Walk(
        "Qoo10: a request crosses with the shipment; a new order cancels at once",
        parties=(
            Party("s-1", name="サンプルショップ", emails=("shop@example.jp",)),
            Party("b-1", name="佐藤", emails=("sato@example.jp",)),
        ),
        orders=(
            order("762544202", "shipping_requested", date(2022, 8, 17)),
            order("762544203", "new", None),
        ),
        steps=(
            _Step(at(15, 10), request("762544202")),
            _Step(at(15, 10, 50), Reject("762544202", by=_SELLER, reason="made_to_order")),
            _Step(
                at(15, 11),
                Reject("762544202", by=_SELLER, reason="made_to_order", affirmed=True),
            ),
            _Step(at(15, 11, 30), request("762544202")),
            _Step(at(15, 18), AdvanceOrder("762544202", by=_SELLER, move="ship")),
            _Step(at(15, 19), request("762544203")),
        ),
    )
