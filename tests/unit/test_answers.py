"""What a directory, a clock and a notifier answer is looked at, and whatever is odd is refused."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import attrs
import pytest

from both import each_service  # noqa: F401
from ordercancel import CancellationService, InvalidValue, RequestCancellation
from ordercancel.domain.actors import Party
from ordercancel.notifiers.routing import Route, RoutedNotifier
from ordercancel.policies import CONECT
from ordercancel.service.records import InboxCursor
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from samples import BUYER, BUYING, PERMITTING, jst, order

ASK = RequestCancellation("762544202", by=BUYER, reason="wrong_item")


@attrs.frozen
class Lax(Party):
    """A party that checks nothing."""

    def __attrs_post_init__(self) -> None:
        pass


class Answering(MemoryDirectory):
    """A directory that answers the same, whoever is asked about."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def find(self, party_id: str) -> Any:
        return self.answer


class Notifying(MemoryNotifier):
    """A notifier that returns something."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer

    def deliver(self, *_: Any) -> Any:
        return self.answer


def service_on(store: MemoryStore | None = None, **ports: Any) -> Any:
    ports.setdefault("directory", MemoryDirectory([PERMITTING, BUYING]))
    return CancellationService(policies=[CONECT], store=store or MemoryStore(), **ports)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (SimpleNamespace(id="s-1", permits_cancellation="no"), "returned a SimpleNamespace"),
        (MagicMock(), "returned a MagicMock"),
        ({"id": "s-1", "permits_cancellation": True}, "returned a dict"),
        (BUYING, "returned another party than 's-1'"),
        (Lax("s-1", name="店", permits_cancellation="no"), "permits_cancellation: is a str"),  # type: ignore[arg-type]
    ],
)
def test_who_is_no_party_permits_nothing(answer: Any, fault: str) -> None:
    """A seller who permits "no" does not permit; nothing is carried out."""
    store = MemoryStore()
    service_on(store).register(order("conect"), at=jst(15, 9))
    service = service_on(store, directory=Answering(answer))
    for ask in (service.handle, service.assess):
        with pytest.raises(InvalidValue, match=fault):
            ask(ASK, at=jst(15, 10))
    assert store.load("762544202").version == 1  # type: ignore[union-attr]


def test_a_seller_of_any_make_permits_by_a_plain_true_alone() -> None:
    """Also where the policy is asked without a service."""
    case = CONECT.open(order("conect"))
    for permits in ("no", 1, [True]):
        seller: Any = SimpleNamespace(permits_cancellation=permits)
        assert CONECT.assess(ASK, case, jst(15, 10), seller=seller).is_refused
    assert not CONECT.assess(ASK, case, jst(15, 10), seller=PERMITTING).is_refused


def test_a_list_of_parties_is_looked_at_as_well() -> None:
    """Where a directory answers for many at once."""

    class Many(MemoryDirectory):
        answer: Any = None

        def find_many(self, ids: list[str]) -> Any:
            return self.answer

    directory = Many([PERMITTING, BUYING])
    service = service_on(directory=directory)
    service.register(order("conect"), at=jst(15, 9))
    for answer, fault in (([PERMITTING], "is a list"), ({"s-1": BUYING}, "another party")):
        directory.answer = answer
        with pytest.raises(InvalidValue, match=fault):
            service.options_many(["762544202"], by=BUYER, at=jst(15, 10))


@pytest.mark.parametrize(
    "time",
    [None, "2022-08-15", 1_660_521_600, datetime(2022, 8, 15)],  # noqa: DTZ001
)
def test_a_clock_tells_a_time_with_an_offset(time: Any) -> None:
    service = service_on(clock=SimpleNamespace(now=lambda: time))
    with pytest.raises(InvalidValue, match=r"^clock\.now"):
        service.register(order("conect"))
    with pytest.raises(InvalidValue, match=r"^clock\.now"):
        service.tick()


@pytest.mark.parametrize("answer", [False, True, "sent", MagicMock()])
def test_a_notifier_that_returns_anything_has_not_delivered(answer: Any) -> None:
    """It raises, or it has delivered; a False that nobody reads would lose a message."""
    routed = RoutedNotifier([Route(Notifying(answer))])
    for notifier in (Notifying(answer), routed):
        service = service_on(notifier=notifier)
        service.register(order("conect"), at=jst(15, 9))
        service.handle(ASK, at=jst(15, 10))
        relayed = service.relay(jst(15, 11))
        assert relayed.delivered == ()
        assert relayed.failed


def test_a_coroutine_that_nobody_runs_is_no_delivery() -> None:
    """As where a notifier for the async service is given to the plain one by mistake."""

    async def deliver() -> None:
        raise AssertionError

    store = MemoryStore()
    service = service_on(store, notifier=Notifying(deliver()))
    service.register(order("conect"), at=jst(15, 9))
    service.handle(ASK, at=jst(15, 10))
    assert service.relay(jst(15, 11), limit=1).delivered == ()


@pytest.mark.parametrize("key", ["\ud800", "a\0b", "x" * 501, "\u202e", 7])
def test_keys_that_no_store_gave_out_are_refused(key: Any) -> None:
    """Of messages, in pages of the dead and in those put back; of orders, in pages of a queue."""
    service = service_on()
    for ask in (
        lambda: service.dead_letters(after=key),
        lambda: service.revive([key]),
        lambda: InboxCursor(requested_at=jst(15), order_id=key),
    ):
        with pytest.raises(InvalidValue, match=r"given out|is an int"):
            ask()
    assert service.revive(["o-1:1:buyer:mail"]) == 0
    with pytest.raises(InvalidValue, match="given out"):
        service.inbox(BUYER, after="2022-08-15T00:00:00Z~\ud800")
