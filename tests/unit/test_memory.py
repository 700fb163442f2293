"""The store in memory writes whole commits or nothing, and hands messages out by lease."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import attrs
import pytest

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import Conflict
from ordercancel.engine.decide import register
from ordercancel.engine.evolve import fold
from ordercancel.engine.messages import Message
from ordercancel.service.records import Claim, Commit, InboxQuery, Indexed, Queue, Receipt, Start
from ordercancel.stores.memory import (
    AsyncMemoryStore,
    MemoryDirectory,
    MemoryNotifier,
    MemoryStore,
)
from samples import message
from unit.tiny import order, tiny, utc

TINY = tiny()


def secret(name: str) -> Message:
    return message(id=name, order_id="o-7", at=utc(2), subject="secret", body="secret")


def commit(name: str = "o-7", **changes: object) -> Commit:
    events = register(order(id=name), TINY, utc(1))
    return attrs.evolve(Commit(case=fold(events), expected=0, events=events), **changes)


def test_what_is_not_there_is_none() -> None:
    store = MemoryStore()
    assert store.load("o-7") is None
    assert store.receipt("c-1") is None
    assert store.history("o-7") == ()


def test_a_commit_writes_case_events_messages_and_receipt() -> None:
    store = MemoryStore()
    made = commit(messages=(secret("m-1"),), command_id="c-1", fingerprint="f")
    store.commit(made)
    assert store.load("o-7") == made.case
    assert store.history("o-7") == made.events
    assert store.receipt("c-1") == Receipt(
        order_id="o-7", expected=0, version=1, fingerprint="f", messages=(secret("m-1"),)
    )
    assert [claim.message for claim in store.claim(utc(2), utc(3), 9)] == [secret("m-1")]


@pytest.mark.parametrize(
    "changes",
    [
        {"expected": 7, "command_id": "c-2"},
        {"expected": 0, "command_id": "c-2"},
        {"expected": 1, "command_id": "c-1"},
    ],
)
def test_a_commit_that_lost_the_race_writes_nothing(changes: dict[str, object]) -> None:
    store = MemoryStore()
    store.commit(commit(command_id="c-1"))
    case = store.load("o-7")
    with pytest.raises(Conflict) as caught:
        store.commit(commit(messages=(secret("m-1"),), **changes))
    assert caught.value.order_id == "o-7"
    assert store.load("o-7") == case
    assert len(store.history("o-7")) == 1
    assert store.receipt("c-2") is None
    assert store.claim(utc(2), utc(3), 9) == ()


def ids(claims: Sequence[Claim]) -> list[str]:
    """The ids of the messages that were claimed."""
    return [claim.id for claim in claims]


def test_a_leased_message_is_free_again_when_its_lease_is_over() -> None:
    store = MemoryStore()
    store.commit(commit(messages=(secret("m-1"), secret("m-2"))))
    assert ids(store.claim(utc(2), utc(3), 1)) == ["m-1"]
    assert ids(store.claim(utc(2, 23), utc(3), 9)) == []
    assert ids(store.claim(utc(3), utc(4), 9)) == ["m-1"]


def test_a_delivered_message_is_done_and_a_failed_one_waits() -> None:
    store = MemoryStore()
    store.commit(commit(messages=(secret("m-1"), secret("m-2"))))
    store.delivered("m-1", utc(2))
    (second,) = store.claim(utc(2), utc(9), 9)
    store.failed(second, "down", utc(3))
    assert store.claim(utc(2, 23), utc(9), 9) == ()
    assert ids(store.claim(utc(3), utc(9), 9)) == ["m-2"]


def test_a_directory_knows_whom_it_was_given_last() -> None:
    directory = MemoryDirectory([Party("s-1", name="旧")])
    directory.put(Party("s-1", name="新"))
    found = directory.find("s-1")
    assert found is not None
    assert found.name == "新"
    assert directory.find("s-2") is None
    assert MemoryDirectory().find("s-1") is None


def test_a_notifier_keeps_what_it_delivers() -> None:
    notifier = MemoryNotifier()
    notifier.deliver(secret("m-1"), None)
    assert notifier.delivered == [(secret("m-1"), None)]


def test_the_async_twin_says_the_same() -> None:
    inner = MemoryStore()
    store = AsyncMemoryStore(inner)

    async def use() -> None:
        made = commit(messages=(secret("m-1"), secret("m-2")), command_id="c-1")
        await store.commit(made)
        assert await store.load("o-7") == made.case
        assert await store.history("o-7") == made.events
        receipt = await store.receipt("c-1")
        assert receipt is not None
        assert receipt.version == 1
        assert await store.due(utc(9), None, 9) == ()
        assert (await store.scan(None, 9)).cases == (made.case,)
        await store.index([Indexed(order_id="o-7", version=1, next_due=utc(3))])
        assert [each.order_id for each in await store.due(utc(9), None, 9)] == ["o-7"]
        assert (await store.inbox(InboxQuery(queue=Queue(seller="s-1")))).cases == ()
        assert await store.tally(Queue(seller="s-1"), utc(9)) == ()
        await store.delivered("m-1", utc(2))
        (second,) = await store.claim(utc(2), utc(3), 9)
        assert await store.start(second) is Start.BEGUN
        await store.failed(second, "down", utc(4))
        assert ids(await store.claim(utc(4), utc(5), 9)) == ["m-2"]
        (again,) = inner.claim(utc(5), utc(6), 9)
        await store.release([again])
        assert (await store.backlog(utc(5))).messages == 1
        (again,) = await store.claim(utc(5), utc(6), 9)
        await store.failed(again, "down", None)
        assert [letter.error for letter in await store.dead_letters(9)] == ["down"]
        assert await store.revive() == 1

    asyncio.run(use())
    assert inner.load("o-7") is not None
    assert ids(inner.claim(utc(6), utc(7), 9)) == ["m-2"]
    assert AsyncMemoryStore().store.load("o-7") is None


def test_reprs_of_what_is_stored_show_no_bodies() -> None:
    made = commit(messages=(secret("m-1"),), command_id="c-1")
    store = MemoryStore()
    store.commit(made)
    assert "secret" not in repr(made)
    assert "secret" not in repr(store.receipt("c-1"))
