"""Messages are delivered at least once, in their order, with patience; no case is touched."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from both import each_service  # noqa: F401 - each test runs with both services
from ordercancel import CancellationService, InvalidValue, PartlyDelivered, StoreUnavailable
from ordercancel.domain.actors import Party
from ordercancel.domain.errors import Conflict, NotDelivered, OrderUnavailable
from ordercancel.engine.messages import Message
from ordercancel.policies import QOO10
from ordercancel.service.backoff import Backoff
from ordercancel.service.records import Claim, Start
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from ordercancel.testing.contracts.samples import (
    asked,
    cancelled_at_once,
    carried_out,
    jst,
    letter,
    posted,
    rejecting,
)

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


def test_what_fails_holds_up_nobody_else(store: MemoryStore) -> None:
    """The app message to the buyer waits; their mail, and both to the seller, arrive."""
    post = Post({APP: [OSError("down")]})
    service = service_on(store, post)
    relayed = service.relay()
    assert (relayed.delivered, relayed.failed, relayed.dead) == ((MAIL, *SELLERS), (APP,), ())
    assert service.relay(NOW + MINUTE).delivered == (APP,)


def lane(*letters: Message) -> MemoryStore:
    """A store with letters to the buyer by mail."""
    made = MemoryStore()
    posted(made, *letters)
    return made


def test_a_lane_is_delivered_in_one_go() -> None:
    """Each message as soon as the one before it has arrived; none is tried before."""
    post = Post({"letter-2": [OSError("down")]})
    service = service_on(lane(letter(1), letter(2), letter(3)), post)
    relayed = service.relay()
    assert (relayed.delivered, relayed.failed) == (("letter-1",), ("letter-2",))
    assert post.tried == ["letter-1", "letter-2"]
    assert service.relay(NOW + MINUTE).delivered == ("letter-2", "letter-3")
    assert post.arrived == ["letter-1", "letter-2", "letter-3"]


def test_a_failed_message_is_tried_once_in_a_call() -> None:
    """Even where no wait is wanted."""
    post = Post({"letter-2": [OSError("down")] * 9})
    other = letter(2, party="s-1", audience="seller")
    at_once = Backoff(first=timedelta(), most=timedelta(), tries=9)
    service = service_on(lane(letter(1), other), post, retries=at_once)
    relayed = service.relay()
    assert (relayed.delivered, relayed.failed) == (("letter-1",), ("letter-2",))
    assert post.tried == ["letter-1", "letter-2"]


def test_whether_there_may_be_more_is_told(store: MemoryStore) -> None:
    service = service_on(store, Post())
    assert service.relay(limit=3).more
    assert not service.relay(limit=3).more


def test_after_the_last_try_a_message_is_dead() -> None:
    """Its error is kept, and it holds up nobody any more."""
    post = Post({"letter-1": down()})
    service = service_on(lane(letter(1), letter(2)), post)
    fates = [service.relay(NOW + minutes * MINUTE) for minutes in range(4)]
    assert [each.failed for each in fates] == [("letter-1",), ("letter-1",), (), ()]
    assert [each.dead for each in fates] == [(), (), ("letter-1",), ()]
    assert [each.delivered for each in fates] == [(), (), ("letter-2",), ()]
    (dead,) = service.dead_letters()
    assert (dead.id, dead.attempts, dead.error) == ("letter-1", 3, "OSError: down")


def test_a_message_that_is_refused_for_good_is_dead_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged, and holds up nobody."""
    gone = NotDelivered("the mail server refused every address: 550 5.1.1", "one", permanent=True)
    service = service_on(lane(letter(1), letter(2)), Post({"letter-1": [gone]}))
    relayed = service.relay()
    assert (relayed.dead, relayed.delivered) == (("letter-1",), ("letter-2",))
    assert service.dead_letters()[0].attempts == 1
    (record,) = caplog.records
    assert (record.levelname, vars(record)["outcome"]) == ("ERROR", "dead")


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


class Fatal(BaseException):
    """Ends the process, as ``SystemExit`` or a lack of memory does."""


class Killer(Post):
    """Ends the process at each try to deliver `APP`."""

    def deliver(self, message: Message, to: Party | None) -> None:
        super().deliver(message, to)
        if message.id == APP:
            raise Fatal


def test_a_message_that_kills_who_delivers_it_is_dead_in_the_end(store: MemoryStore) -> None:
    """It alone: the others of its batch arrive by the next relay, for no try of theirs began."""
    post = Killer()
    service = service_on(store, post, retries=PATIENCE)
    for minutes in range(3):
        with pytest.raises(Fatal):
            service.relay(NOW + minutes * MINUTE, lease=MINUTE)
    assert post.arrived == [APP, MAIL, *SELLERS, APP, APP]
    assert service.relay(NOW + 3 * MINUTE).dead == (APP,)
    assert post.tried.count(APP) == 3
    (dead,) = store.dead_letters(9)
    assert dead.error == "TimeoutError: none of 3 tries came to an end"


WAITS = "addresses missed: a message before this one has not arrived there"
EMAILS = ("one@example.jp", "two@example.jp", "three@example.jp")


def buyers(*emails: str) -> MemoryDirectory:
    return MemoryDirectory([Party("b-1", name="店", emails=emails)])


def test_who_has_a_message_does_not_get_it_again() -> None:
    """Of three addresses one fails; the next tries are for that one alone."""
    partly = PartlyDelivered(EMAILS[:2], {EMAILS[2]: "450 busy"})
    post = Post({"letter-1": [partly, OSError("down")]})
    service = service_on(lane(letter(1)), post, directory=buyers(*EMAILS))
    assert service.relay().failed == ("letter-1",)
    assert service.relay(NOW + MINUTE).failed == ("letter-1",)
    assert service.relay(NOW + 2 * MINUTE).delivered == ("letter-1",)
    assert [to and to.emails for _, to in post.delivered] == [("three@example.jp",)]


def test_an_address_that_has_a_message_gets_the_next_at_once() -> None:
    """A dead address holds up none of the others, and gets everything in order in the end."""
    partly = PartlyDelivered(EMAILS[:1], {EMAILS[1]: "450 busy"})
    post = Post({"letter-1": [partly]})
    service = service_on(lane(letter(1), letter(2)), post, directory=buyers(*EMAILS[:2]))
    assert service.relay().failed == ("letter-1",)
    relayed = service.relay()
    assert (relayed.failed, relayed.delivered) == (("letter-2",), ())
    assert service.relay(NOW + MINUTE).delivered == ("letter-1", "letter-2")
    assert [(each.id, to and to.emails) for each, to in post.delivered] == [
        ("letter-2", ("one@example.jp",)),
        ("letter-1", ("two@example.jp",)),
        ("letter-2", ("two@example.jp",)),
    ]


@pytest.mark.parametrize(
    ("error", "missed"),
    [
        (OSError("down"), "OSError: down"),
        (NotDelivered("refused", "one", 550, permanent=True), f"2 of 2 {WAITS}; refused"),
        (PartlyDelivered(EMAILS[:1], {EMAILS[2]: "550"}, EMAILS[2:]), f"2 of 3 {WAITS}"),
    ],
    ids=["error", "refused", "partly"],
)
def test_what_fails_at_one_address_is_still_tried_at_those_that_wait(
    error: Exception, missed: str
) -> None:
    """For good, it failed at those alone that have the message before it."""
    partly = PartlyDelivered(EMAILS[:1], {EMAILS[1]: "450 busy"})
    post = Post({"letter-1": [partly], "letter-2": [error]})
    store = lane(letter(1), letter(2))
    service = service_on(store, post, directory=buyers(*EMAILS[:2]))
    service.relay()
    assert service.relay().failed == ("letter-2",)
    # No port tells what is stored of the last try, before the message is dead.
    assert missed in store._outbox["letter-2"].error.replace("550; ", "")
    assert service.relay(NOW + MINUTE).delivered == ("letter-1", "letter-2")


def test_a_message_with_nobody_open_to_it_waits() -> None:
    """The party has other addresses now than those that have the message before."""
    partly = PartlyDelivered(["old@example.jp"], {"two@example.jp": "450 busy"})
    post = Post({"letter-1": [partly]})
    directory = buyers("old@example.jp", "two@example.jp")
    service = service_on(lane(letter(1), letter(2)), post, directory=directory)
    service.relay()
    directory.put(Party("b-1", name="店", emails=("new@example.jp",)))
    assert service.relay().failed == ("letter-2",)
    assert post.tried == ["letter-1"]
    assert service.relay(NOW + MINUTE).delivered == ("letter-1", "letter-2")


def test_an_address_that_is_no_longer_there_is_waited_for_no_more() -> None:
    """Everybody who is left has it, so that it is delivered."""
    partly = PartlyDelivered(["one@example.jp"], {"two@example.jp": "450 busy"})
    post = Post({"letter-1": [partly]})
    directory = buyers("one@example.jp", "two@x.jp")
    service = service_on(lane(letter(1), letter(2)), post, directory=directory)
    assert service.relay().failed == ("letter-1",)
    directory.put(Party("b-1", name="店", emails=("one@example.jp",)))
    assert service.relay(NOW + MINUTE).delivered == ("letter-1", "letter-2")
    assert post.tried.count("letter-1") == 1


def test_refused_addresses_alone_make_a_message_dead() -> None:
    """Those that can be reached have it."""
    partly = PartlyDelivered(EMAILS[:2], {EMAILS[2]: "550"}, EMAILS[2:])
    service = service_on(lane(letter(1), letter(2)), Post({"letter-1": [partly]}))
    relayed = service.relay()
    assert (relayed.dead, relayed.delivered) == (("letter-1",), ("letter-2",))


def test_a_message_of_a_closed_request_is_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    """After an outage the seller is told of the end alone, and the rest is listed and counted."""
    caplog.set_level(logging.INFO, "ordercancel.message")
    made = MemoryStore()
    case = asked(made)
    post = Post({"o-1:2:seller:app": [OSError("down")]})
    service = service_on(made, post, retries=Backoff(first=MINUTE, most=MINUTE, tries=9))
    assert service.relay().failed == ("o-1:2:seller:app",)
    made.commit(carried_out(case, rejecting(), jst(16, 12)))
    caplog.clear()
    relayed = service.relay(NOW + MINUTE)
    assert relayed.obsolete == ("o-1:2:seller:app",)
    assert "o-1:3:seller:app" in relayed.delivered
    assert post.tried.count("o-1:2:seller:app") == 1
    assert [vars(each)["outcome"] for each in caplog.records].count("obsolete") == 1
    assert service.backlog().obsolete == 1
    (ended,) = service.dead_letters(obsolete=True)
    assert (ended.id, ended.error) == ("o-1:2:seller:app", "OSError: down")


def test_a_message_that_can_not_be_read_is_dead_and_stops_no_other(store: MemoryStore) -> None:
    """Nobody can deliver it, however often they try; its error is kept."""

    class Unreadable(MemoryStore):
        def claim(self, *args: Any) -> Any:
            unread = {"message": None, "error": "stored message: can't be read"}
            claims = super().claim(*args)
            return [attrs.evolve(each, **unread) if each.id == MAIL else each for each in claims]

    unreadable, post = Unreadable(), Post()
    cancelled_at_once(unreadable)
    relayed = service_on(unreadable, post).relay()
    assert (relayed.dead, sorted(relayed.delivered)) == ((MAIL,), sorted((APP, *SELLERS)))
    assert post.arrived == list(relayed.delivered)
    (letter_,) = unreadable.dead_letters(9, None, obsolete=False)
    assert (letter_.id, letter_.error) == (MAIL, "stored message: can't be read")


def test_a_message_whose_lease_is_lost_is_left_to_who_has_it(store: MemoryStore) -> None:
    """It is not delivered by both."""

    class Slow(MemoryStore):
        def start(self, claim: Claim) -> Start:
            if claim.id == MAIL:
                super().claim(NOW + MINUTE, NOW + 2 * MINUTE, 9)
            return super().start(claim)

    slow = Slow()
    cancelled_at_once(slow)
    post = Post()
    relayed = service_on(slow, post).relay(lease=MINUTE)
    assert (relayed.delivered, post.tried) == ((APP,), [APP])
    assert slow.backlog(NOW).messages == 3


@pytest.mark.parametrize("method", ["start", "delivered", "failed"])
@pytest.mark.parametrize("error", [Conflict("o-1"), OrderUnavailable("o-1", "55P03")])
def test_a_message_that_the_store_has_trouble_with_stops_no_other(
    method: str, error: Exception
) -> None:
    """It comes again when its lease is over."""

    class Locked(MemoryStore):
        """Refuses what is about `APP` as often as there are locks."""

        locks = 1

        def start(self, claim: Claim) -> Start:
            self.refuse("start", claim.id)
            return super().start(claim)

        def delivered(self, message_id: str, now: datetime) -> None:
            self.refuse("delivered", message_id)
            super().delivered(message_id, now)

        def failed(self, claim: Claim, *args: Any) -> None:
            self.refuse("failed", claim.id)
            super().failed(claim, *args)

        def refuse(self, name: str, message_id: str) -> None:
            if (name, message_id) == (method, APP) and self.locks:
                self.locks -= 1
                raise error

    locked = Locked()
    cancelled_at_once(locked)
    service = service_on(locked, Post({APP: [OSError("down")] if method == "failed" else []}))
    relayed = service.relay(lease=MINUTE)
    assert (relayed.failed, relayed.delivered) == ((APP,), (MAIL, *SELLERS))
    assert service.relay(NOW + MINUTE, lease=MINUTE).delivered == (APP,)


class Bare(PartlyDelivered):
    """Lacks all that it should have."""

    def __init__(self) -> None:
        Exception.__init__(self)

    __str__ = Exception.__str__


@pytest.mark.parametrize(
    "error",
    [PartlyDelivered(["a\ud800@x", 7], {"b\x00": "\ud800"}), Bare()],  # type: ignore[list-item]
    ids=["surrogate", "bare"],
)
def test_noting_a_failure_never_fails(error: Exception) -> None:
    service = service_on(lane(letter(1)), Post({"letter-1": [error]}))
    assert service.relay().failed == ("letter-1",)
    assert service.relay(NOW + MINUTE).delivered == ("letter-1",)


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
    assert [(claim.id, claim.attempts) for claim in claims] == [(each, 0) for each in SELLERS]


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
