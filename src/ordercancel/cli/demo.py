"""``ordercancel demo``: the walks of both documents, printed step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from importlib.resources import files

from ordercancel.cli.lines import Judged, parsed
from ordercancel.domain.actors import Buyer, Party, Seller
from ordercancel.domain.commands import AdvanceOrder, Command, Reject, RequestCancellation
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import Lang
from ordercancel.engine.decision import Refused
from ordercancel.engine.messages import Message
from ordercancel.policies import CONECT, QOO10
from ordercancel.service.ports import Store
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory

_JST = timezone(timedelta(hours=9))


_WALKS = {
    "demo_conect.jsonl": (
        "CO-NECT: request and approval; request and rejection; shipping closes the door"
    ),
    "demo_qoo10.jsonl": (
        "Qoo10: a request crosses with the shipment; a new order cancels at once"
    ),
}
"""The scenarios beside this module, with their titles."""


class _Printer:
    """A notifier that keeps messages until they are printed."""

    def __init__(self) -> None:
        self.received: list[tuple[Message, Party | None]] = []

    def deliver(self, message: Message, to: Party | None) -> None:
        self.received.append((message, to))


def tell(store: Store) -> Iterator[str]:
    """The lines of both walks, while they happen in `store`."""
    for name, title in _WALKS.items():
        yield f"═══ {title} ═══"
        yield from _walked(files(__package__).joinpath(name).read_bytes(), store)


def recall(store: Store, order_id: str) -> Iterator[str]:
    """The history of an order, as `store` has it, in Japan's time."""
    for event in store.history(order_id):
        at = event.at.astimezone(_JST)
        yield f"   {at:%Y-%m-%d %H:%M} {type(event).__name__} by {event.by}"


def _walked(scenario: bytes, store: Store) -> Iterator[str]:
    mail = _Printer()
    directory = MemoryDirectory()
    service = CancellationService(
        policies=[CONECT, QOO10], store=store, directory=directory, notifier=mail
    )
    for raw in scenario.splitlines():
        match parsed(raw):
            case Party() as party:
                directory.put(party)
            case Order() as order:
                service.register(order, at=order.placed_at)
                yield f"Order {order.id} is registered: {order.status}."
            case Judged(command, at):
                yield from _handled(service, command, at)
                service.relay(at)
                while mail.received:
                    yield from _received(*mail.received.pop(0))
    yield ""


def _handled(service: CancellationService, command: Command, at: datetime) -> Iterator[str]:
    yield ""
    yield f"── {at:%Y-%m-%d %H:%M} {_said(command)}"
    try:
        outcome = service.handle(command, at=at)
    except Refused as refused:
        yield f"   refused: {', '.join(refused.codes)} [{', '.join(refused.clauses)}]"
        yield f"            {refused.decision.message('ja')}"
        yield f"            {refused.decision.message('en')}"
    else:
        yield f"   events:  {', '.join(type(event).__name__ for event in outcome.events)}"
        yield f"   rules:   {', '.join(outcome.rules)}"
    yield from _reads(service, command.order_id)


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
