"""Messages are delivered at least once, in their order, with patience; no case is touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from both import each_service  # noqa: F401 - each test runs with both services
from ordercancel import CancellationService, InvalidValue, PartlyDelivered, StoreUnavailable
from ordercancel.domain.actors import Party
from ordercancel.engine.messages import Message
from ordercancel.policies import QOO10
from ordercancel.service.backoff import Backoff
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from ordercancel.testing.contracts.samples import asked, cancelled_at_once, jst

NOW = jst(17)
MINUTE = timedelta(minutes=1)
PATIENCE = Backoff(first=MINUTE, most=MINUTE, tries=3)
ONCE = Backoff(first=MINUTE, most=MINUTE, tries=1)
APP, MAIL = "o-1:3:buyer:app", "o-1:3:buyer:mail"
SELLERS = ("o-1:3:seller:app", "o-1:3:seller:mail")


class Post(MemoryNotifier):
    """Raises what is put into `troubles` for a message, once for each try."""

    def __init__(self, troubles: dict[str, list[Exception | None]] | None = None) -> None:
        super().__init__()
        self.troubles = troubles or {}
        self.tried: list[str] = []

    def deliver(self, message: Message, to: Party | None) -> None:
        self.tried.append(message.id)
        troubles = self.troubles.get(message.id, [])
        error = troubles.pop(0) if troubles else None
        if error is not None:
            raise error
        super().deliver(message, to)

    @property
    def arrived(self) -> list[str]:
        return [message.id for message, _ in self.delivered]


class Hands:
    """A clock whose hands move by `step` whenever somebody looks."""

    def __init__(self, step: timedelta = timedelta()) -> None:
        self.time = NOW
        self.step = step

    def now(self) -> datetime:
        self.time += self.step
        return self.time


def service_on(store: MemoryStore, post: Post, **ports: Any) -> CancellationService:
    given = {"clock": Hands(), "retries": PATIENCE, "chance": lambda: 1.0} | ports
    return CancellationService(policies=[QOO10], store=store, notifier=post, **given)


@pytest.fixture
def store() -> MemoryStore:
    """A store with an order that was cancelled at once: two messages each to both sides."""
    made = MemoryStore()
    cancelled_at_once(made)
    return made


def down() -> list[Exception | None]:
    return [OSError("down")] * 99


def test_what_fails_holds_up_what_is_behind_it_to_the_same_party(store: MemoryStore) -> None:
    """The mail to the buyer is not even tried; the seller gets both."""
    post = Post({APP: [OSError("down")]})
    service = service_on(store, post)
    relayed = service.relay()
    assert (relayed.delivered, relayed.failed, relayed.dead) == (SELLERS, (APP,), ())
    assert post.tried == [APP, *SELLERS]
    assert service.relay(NOW + MINUTE).delivered == (APP, MAIL)
    assert post.arrived == [*SELLERS, APP, MAIL]


def test_a_message_that_was_held_up_has_all_its_tries_left(store: MemoryStore) -> None:
    post = Post({APP: down()[:2]})
    service = service_on(store, post)
    for minutes in range(3):
        service.relay(NOW + minutes * MINUTE)
    assert [message.id for message, _ in post.delivered][-2:] == [APP, MAIL]
    assert store.dead_letters(9) == ()


def test_whether_there_may_be_more_is_told(store: MemoryStore) -> None:
    service = service_on(store, Post())
    assert service.relay(limit=3).more
    assert not service.relay(limit=3).more


def test_after_the_last_try_a_message_is_dead(store: MemoryStore) -> None:
    """Its error is kept, and it holds up nobody any more."""
    post = Post({APP: down()})
    service = service_on(store, post)
    fates = [service.relay(NOW + minutes * MINUTE) for minutes in range(4)]
    assert [each.failed for each in fates] == [(APP,), (APP,), (), ()]
    assert [each.dead for each in fates] == [(), (), (APP,), ()]
    assert [each.delivered for each in fates] == [SELLERS, (), (MAIL,), ()]
    (letter,) = service.dead_letters()
    assert (letter.id, letter.attempts, letter.error) == (APP, 3, "OSError: down")


def test_a_dead_message_is_put_back(store: MemoryStore) -> None:
    post = Post({APP: down()[:3]})
    service = service_on(store, post)
    for minutes in range(3):
        service.relay(NOW + minutes * MINUTE)
    assert service.revive(["o-1:9:nobody"]) == 0
    assert service.revive() == 1
    assert service.relay(NOW + 3 * MINUTE).delivered == (APP,)
    assert service.dead_letters() == ()
    assert service.backlog(NOW).messages == 0


def test_a_message_that_kills_who_delivers_it_is_dead_in_the_end(store: MemoryStore) -> None:
    """A try that never ended counts; it is not tried once more than others."""
    for minutes in range(3):
        store.claim(NOW + minutes * MINUTE, NOW + (minutes + 1) * MINUTE, 1)
    post = Post()
    relayed = service_on(store, post).relay(NOW + 3 * MINUTE, limit=1)
    assert relayed.dead == (APP,)
    assert post.tried == []
    (letter,) = store.dead_letters(9)
    assert letter.error == "TimeoutError: none of 3 tries came to an end"


def test_who_has_a_message_does_not_get_it_again(store: MemoryStore) -> None:
    """Of three addresses one fails; the next tries are for that one alone."""
    emails = ("one@example.jp", "two@example.jp", "three@example.jp")
    partly = PartlyDelivered(emails[:2], {emails[2]: "550 no such user"})
    post = Post({APP: [partly, OSError("down")]})
    directory = MemoryDirectory([Party("b-1", name="店", emails=emails)])
    service = service_on(store, post, directory=directory)
    assert service.relay().failed == (APP,)
    assert service.relay(NOW + MINUTE).failed == (APP,)
    assert service.relay(NOW + 2 * MINUTE).delivered == (APP, MAIL)
    got = {message.id: to and to.emails for message, to in post.delivered}
    assert (got[APP], got[MAIL]) == (("three@example.jp",), emails)


def test_an_address_that_is_no_longer_there_is_waited_for_no_more(store: MemoryStore) -> None:
    """Everybody who is left has it, so that it is delivered."""
    partly = PartlyDelivered(["one@example.jp"], {"two@example.jp": "550 no such user"})
    post = Post({APP: [partly]})
    directory = MemoryDirectory([Party("b-1", name="店", emails=("one@example.jp", "two@x.jp"))])
    service = service_on(store, post, directory=directory)
    assert service.relay().failed == (APP,)
    directory.put(Party("b-1", name="店", emails=("one@example.jp",)))
    assert service.relay(NOW + MINUTE).delivered == (APP, MAIL)
    assert post.tried.count(APP) == 1


def test_what_is_kept_of_partly_delivered_names_no_address(store: MemoryStore) -> None:
    partly = PartlyDelivered(["one@example.jp"], {"two@example.jp": "550 no such user"})
    service = service_on(
        store, Post({APP: [partly]}), retries=Backoff(first=MINUTE, most=MINUTE, tries=1)
    )
    service.relay()
    (letter,) = service.dead_letters()
    assert letter.error == (
        "PartlyDelivered: 1 of 2 addresses missed: 550 no such user; expected all of them"
    )


def test_a_relay_stops_when_its_lease_is_over(store: MemoryStore) -> None:
    """What it has not tried by then is given back, as if it had not been claimed."""
    post = Post()
    service = service_on(store, post, clock=Hands(MINUTE))
    relayed = service.relay(NOW, lease=3 * MINUTE)
    assert relayed.delivered == (APP, MAIL)
    claims = store.claim(NOW, NOW + MINUTE, 9)
    assert [(claim.message.id, claim.attempts) for claim in claims] == [
        (each, 1) for each in SELLERS
    ]


class Unreadable(Exception):
    def __str__(self) -> str:
        raise ValueError("not even that")


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (OSError("one\r\ntwo\x00\u2028three"), "OSError: one two three"),
        (OSError("ふ" * 600), "OSError: " + "ふ" * 491),
        (Unreadable(), "Unreadable: no text"),
        (KeyError(), "KeyError:"),
    ],
    ids=["lines", "long", "unreadable", "empty"],
)
def test_an_error_is_kept_as_one_short_line(
    store: MemoryStore, error: Exception, kept: str
) -> None:
    service = service_on(store, Post({APP: [error]}), retries=ONCE)
    service.relay(limit=1)
    assert [letter.error for letter in service.dead_letters()] == [kept]


def test_a_store_that_goes_away_stops_the_relay(store: MemoryStore) -> None:
    """It is for the caller to try again; what was leased is free when the lease is over."""

    class Away(MemoryStore):
        def delivered(self, message_id: str, now: datetime) -> None:
            raise StoreUnavailable("gone")

    away = Away()
    cancelled_at_once(away)
    service = service_on(away, Post())
    with pytest.raises(StoreUnavailable):
        service.relay()
    assert service.backlog(NOW).messages == 4


@pytest.mark.parametrize("lease", [timedelta(), -MINUTE, timedelta(days=1, seconds=1), 60])
def test_a_lease_has_its_bounds(store: MemoryStore, lease: Any) -> None:
    with pytest.raises(InvalidValue, match=r"relay\.lease: is .*; expected a length of time"):
        service_on(store, Post()).relay(lease=lease)


@pytest.mark.parametrize("limit", [0, 10_001, "9"])
def test_a_page_of_dead_letters_has_its_bounds(store: MemoryStore, limit: Any) -> None:
    with pytest.raises(InvalidValue, match=r"dead_letters\.limit"):
        service_on(store, Post()).dead_letters(limit=limit)


def test_dead_letters_are_read_page_by_page(store: MemoryStore) -> None:
    post = Post(dict.fromkeys((APP, MAIL, *SELLERS), down()))
    service = service_on(store, post, retries=ONCE)
    assert service.relay().dead == (APP, MAIL, *SELLERS)
    first = service.dead_letters(limit=3)
    rest = service.dead_letters(limit=3, after=first[-1].id)
    assert [letter.id for letter in (*first, *rest)] == [APP, MAIL, *SELLERS]


def test_the_backlog_is_what_waits() -> None:
    made = MemoryStore()
    asked(made)
    backlog = service_on(made, Post()).backlog()
    assert (backlog.messages, backlog.oldest, backlog.due) == (1, jst(16, 10), 0)
