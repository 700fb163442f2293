"""A service erases persons and purges what is old: order by order, beside all else, and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from both import each_service  # noqa: F401 - each test runs with both services
from ordercancel import (
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Buyer,
    CancellationService,
    Case,
    Conflict,
    Event,
    InvalidValue,
    OrderUnavailable,
    Party,
    Reject,
    RequestCancellation,
    System,
    UnknownOrder,
    UnknownPolicy,
    fold,
)
from ordercancel.domain.events import PartyErased
from ordercancel.engine.decision import Refused
from ordercancel.engine.erasure import ERASED
from ordercancel.policies import CONECT, QOO10
from ordercancel.service.backoff import Backoff
from ordercancel.service.records import Commit, Erasure, Kept, Purged
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from ordercancel.testing.contracts.samples import SELLER, cancelled_at_once, jst, order
from pytest_ordercancel import FrozenClock

NOW = jst(20)
WORDS = "ひみつの言葉"
HER = Buyer("b-1")
PARTIES = (
    Party("b-1", name="田中花子"),
    Party("s-1", name="サンプル卸", emails=("s@example.jp",)),
)


def service_on(store: MemoryStore, **ports: Any) -> CancellationService:
    given: dict[str, Any] = {
        "directory": MemoryDirectory(PARTIES[1:]),
        "clock": FrozenClock(NOW),
        "conflicts": Backoff(first=timedelta(), most=timedelta(), tries=3),
        **ports,
    }
    return CancellationService(policies=[QOO10], store=store, **given)


def worded(store: MemoryStore, order_id: str = "o-1", **fields: Any) -> Case:
    """An order whose buyer has asked with words of their own."""
    service = service_on(store, directory=MemoryDirectory(PARTIES))
    service.register(
        order("qoo10", id=order_id, ship_on=date(2022, 8, 31), **fields), at=jst(16, 9)
    )
    asker, command_id = Buyer(fields.get("buyer", "b-1")), f"c-{order_id}"
    asks = RequestCancellation(
        order_id, by=asker, reason="other", text=WORDS, command_id=command_id
    )
    return service.handle(asks, at=jst(16, 10)).case


def test_a_person_is_erased_from_all_their_orders() -> None:
    """The case is the fold of what is left, and the history says that it was done, and when."""
    store = MemoryStore()
    worded(store, "o-1")
    worded(store, "o-2", buyer="b-2")
    worded(store, "o-3")
    service = service_on(store)
    erased = service.erase(HER, replacement="gone-1")
    assert (erased.orders, erased.skipped) == (("o-1", "o-3"), ())
    assert (erased.looked_at, erased.next) == (3, None)
    history = store.history("o-1")
    assert store.load("o-1") == fold(history)
    assert history[-1] == PartyErased(
        order_id="o-1", at=NOW, by=System(), role="buyer", party="gone-1"
    )
    case = service.case("o-1", by=Buyer("gone-1"))
    assert [request.text for request in case.requests] == [ERASED]
    with pytest.raises(UnknownOrder):
        service.case("o-1", by=HER)
    assert store.load("o-2") == fold(store.history("o-2"))
    assert service.case("o-2", by=Buyer("b-2")).requests[0].text == WORDS


def test_it_goes_on_behind_an_order() -> None:
    """In batches as large as one likes."""
    store = MemoryStore()
    for number in range(3):
        worded(store, f"o-{number}")
    service = service_on(store)
    first = service.erase(HER, replacement="gone-1", limit=2)
    assert (first.orders, first.next) == (("o-0", "o-1"), "o-1")
    second = service.erase(HER, replacement="gone-1", limit=2, after=first.next)
    assert (second.orders, second.next) == (("o-2",), None)


def test_erasing_again_changes_nothing() -> None:
    """Neither for a replaced id, nor for one that is kept."""
    for replacement in ("gone-1", "b-1"):
        store = MemoryStore()
        worded(store)
        service = service_on(store)
        service.erase(HER, replacement=replacement)
        (before,) = store.claim(NOW, NOW, 10)
        events = store.history("o-1")
        service.erase(HER, replacement=replacement)
        (after,) = store.claim(NOW + timedelta(seconds=1), NOW, 10)
        assert store.history("o-1") == events
        assert store.load("o-1") == fold(events)
        assert after.message == before.message


def test_the_other_side_is_told_without_words() -> None:
    """A message that waits is worded anew, by what is left and by the directory of today."""
    store, post = MemoryStore(), MemoryNotifier()
    worded(store)
    service = service_on(store, notifier=post)
    service.erase(HER, replacement="gone-1")
    service.relay()
    ((message, party),) = post.delivered
    assert (message.id, party) == ("o-1:2:seller:app", PARTIES[1])
    assert ERASED in message.body
    assert WORDS not in message.body
    assert "田中花子" not in message.body


def test_a_command_that_comes_again_acts_once_still() -> None:
    """What it said is not known any more; the person's own are nobody's."""
    store = MemoryStore()
    worded(store)
    service = service_on(store)
    asks_back = AskWithdrawal("o-1", by=SELLER, request=1, text=WORDS, command_id="c-1")
    case = service.handle(asks_back, at=jst(17)).case
    service.erase(HER, replacement="gone-1")
    again = service.handle(attrs.evolve(asks_back, text="別の言葉"))
    assert (again.repeated, again.case.version) == (True, case.version)
    assert [request.withdrawal_text for request in again.case.requests] == [ERASED]
    asks = RequestCancellation(
        "o-1", by=Buyer("gone-1"), command_id="c-o-1", reason="other", text="別"
    )
    with pytest.raises(Refused):
        service.handle(attrs.evolve(asks, command_id="c-o-1"))
    worded(store, "o-2", buyer="b-2")
    with pytest.raises(InvalidValue, match="belongs to another command"):
        service.handle(attrs.evolve(asks_back, order_id="o-2"))


def test_whose_id_is_kept_gets_their_outcomes_again() -> None:
    store = MemoryStore()
    worded(store)
    service = service_on(store)
    service.erase(HER, replacement="b-1")
    asks = RequestCancellation("o-1", by=HER, reason="other", text=WORDS, command_id="c-o-1")
    assert service.handle(asks).repeated


class Meddled(MemoryStore):
    """Lets `meddle` happen between a load and what is written then, as often as it says."""

    def __init__(self, times: int = 1) -> None:
        super().__init__()
        self.times = times
        self.meddle: Callable[[], object] = object

    def _meddle(self) -> None:
        if self.times and self.meddle is not object:
            self.times -= 1
            self.meddle()

    def commit(self, commit: Commit) -> None:
        self._meddle()
        super().commit(commit)

    def erase(self, erasure: Erasure) -> None:
        self._meddle()
        super().erase(erasure)


def test_a_command_at_the_same_time_does_not_bring_words_back() -> None:
    """It loses the race, and is decided again from what is left."""
    store = Meddled()
    worded(store)
    service = service_on(store)
    store.meddle = lambda: service_on(store).erase(HER, replacement="gone-1")
    outcome = service.handle(Approve("o-1", by=SELLER, request=1))
    assert [request.text for request in outcome.case.requests] == [ERASED]
    assert store.load("o-1") == fold(store.history("o-1")) == outcome.case


def test_an_erasure_that_loses_a_race_is_tried_again() -> None:
    """What was decided meanwhile is in the history, and erased as well."""
    store = Meddled()
    worded(store)
    service = service_on(store)
    rejects = Reject(
        "o-1",
        by=SELLER,
        request=1,
        reason="other",
        text=WORDS * 6,
        data={"confirmed": True},
    )
    store.meddle = lambda: service_on(store).handle(rejects)
    assert service.erase(HER, replacement="gone-1").orders == ("o-1",)
    case = store.load("o-1")
    assert case is not None
    assert case == fold(store.history("o-1"))
    assert case.requests[0].answer is not None
    assert case.requests[0].answer.text == ERASED


def test_an_erasure_that_others_overtake_twice_is_tried_again() -> None:
    """Messages of two commits have come since the history was read, of which they are no part."""

    class Overtaken(Meddled):
        def undelivered(self, order_id: str) -> Mapping[str, int]:
            self._meddle()
            return super().undelivered(order_id)

    store = Overtaken()
    worded(store)
    service = service_on(store)
    asks = AskWithdrawal("o-1", by=SELLER, request=1, text=WORDS)
    stays = AnswerWithdrawal("o-1", by=HER, request=1, accept=False)

    def talk() -> None:
        for command in (asks, stays):
            service_on(store).handle(command)

    store.meddle = talk
    assert service.erase(HER, replacement="gone-1").orders == ("o-1",)
    assert WORDS not in f"{store.history('o-1')}"


@pytest.mark.parametrize("trouble", [Conflict("o-1"), OrderUnavailable("o-1", "23514")])
def test_an_order_in_trouble_holds_up_no_other(trouble: Exception) -> None:
    """Others change it all the time, or the database refuses it: it may be tried again."""

    class Troubled(MemoryStore):
        def erase(self, erasure: Erasure) -> None:
            if erasure.case.order.id == "o-1":
                raise trouble
            super().erase(erasure)

    store = Troubled()
    for number in range(3):
        worded(store, f"o-{number}")
    service = service_on(store)
    erased = service.erase(HER, replacement="gone-1")
    assert erased.orders == ("o-0", "o-2")
    ((order_id, error),) = [(each.order_id, each.error) for each in erased.skipped]
    assert order_id == "o-1"
    assert type(error) is type(trouble)


def test_a_history_that_is_ahead_of_its_case_is_read_again() -> None:
    """Somebody committed between the two."""

    class Moves(MemoryStore):
        behind = 1

        def history(self, order_id: str) -> tuple[Event, ...]:
            self.behind -= 1
            return super().history(order_id)[: -1 if self.behind == 0 else None]

    store = Moves()
    worded(store)
    store.behind = 1
    assert service_on(store).erase(HER, replacement="gone-1").orders == ("o-1",)


def test_who_is_named_and_had_no_part_is_not_erased() -> None:
    """A store finds whatever may name them."""
    store = MemoryStore()
    worded(store)
    before = store.history("o-1")
    assert service_on(store).erase(Buyer("b-2"), replacement="gone-2").orders == ()
    assert store.history("o-1") == before


def test_an_order_that_no_policy_judges_is_skipped() -> None:
    """Nobody knows what its facts are."""
    store = MemoryStore()
    worded(store)
    service = CancellationService(policies=[CONECT], store=store, clock=FrozenClock(NOW))
    ((order_id, error),) = [
        (each.order_id, each.error) for each in service.erase(HER, replacement="gone-1").skipped
    ]
    assert order_id == "o-1"
    assert isinstance(error, UnknownPolicy)


def test_an_order_that_is_purged_meanwhile_is_passed_over() -> None:
    store = MemoryStore()
    worded(store)
    store.load = lambda _: None  # type: ignore[method-assign]
    erased = service_on(store).erase(HER, replacement="gone-1")
    assert (erased.orders, erased.skipped) == ((), ())


def test_an_erasure_is_not_before_the_last_event() -> None:
    """Whose time the host may have told."""
    store = MemoryStore()
    worded(store)
    late = service_on(store, clock=FrozenClock(jst(15)))
    late.erase(HER, replacement="gone-1")
    assert store.history("o-1")[-1].at == jst(16, 10)


def test_what_is_old_is_purged() -> None:
    """All of it by default, else what one names; in batches."""
    store = MemoryStore()
    for number in range(3):
        cancelled_at_once(store, f"o-{number}")
    service = service_on(store, notifier=MemoryNotifier())
    service.relay()
    assert service.purge(jst(21) - timedelta(days=1), kept=[Kept.MESSAGES], limit=2) == Purged(
        messages=0, receipts=0, cases=0, looked_at=2, next="o-1"
    )
    assert service.purge(NOW, after="o-1") == Purged(
        messages=4, receipts=0, cases=1, looked_at=1, next=None
    )


def test_a_purge_that_loses_a_race_is_tried_again() -> None:
    """As by a deadlock; after the last attempt it says so."""
    store = MemoryStore()
    purge, lost = store.purge, [2]

    def loses(*args: Any) -> Purged:
        if lost[0]:
            lost[0] -= 1
            raise Conflict("")
        return purge(*args)

    store.purge = loses  # type: ignore[method-assign]
    assert service_on(store).purge(NOW).looked_at == 0
    lost[0] = 3
    with pytest.raises(Conflict):
        service_on(store).purge(NOW)


def test_bad_arguments_are_refused_all_at_once() -> None:
    """And nothing is changed."""
    service = service_on(MemoryStore())
    party: Any = "b-1"
    with pytest.raises(InvalidValue) as caught:
        service.erase(party, replacement="", after="\n", limit=0)
    assert [fault.where for fault in caught.value.faults] == [
        "erase.party",
        "erase.replacement",
        "erase.after",
        "erase.limit",
    ]
    with pytest.raises(InvalidValue, match="is the system; expected a person"):
        service.erase(System(), replacement="x")
    with pytest.raises(InvalidValue) as caught:
        service.purge(NOW, kept=["letters"], after="", limit=10_001)  # type: ignore[list-item]
    assert [fault.where for fault in caught.value.faults] == [
        "purge.kept[0]",
        "purge.after",
        "purge.limit",
    ]
    with pytest.raises(InvalidValue, match="at most, by the service's clock"):
        service.purge(NOW + timedelta(days=1))


def test_a_purge_without_a_moment_deletes_nothing() -> None:
    """A setting that is missing is not now."""
    store = MemoryStore()
    cancelled_at_once(store, "o-1")
    service = service_on(store, notifier=MemoryNotifier())
    service.relay()
    missing: Any = None
    with pytest.raises(InvalidValue) as caught:
        service.purge(missing, kept=missing)
    assert [fault.where for fault in caught.value.faults] == ["purge.before", "purge.kept"]
    assert store.load("o-1") is not None
