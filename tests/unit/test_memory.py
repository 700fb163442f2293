"""The store in memory writes whole commits or nothing, and hands messages out by lease."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import attrs
import pytest

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Duty, DutyStatus
from ordercancel.domain.errors import Conflict
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.engine.decide import register
from ordercancel.engine.evolve import fold
from ordercancel.engine.messages import Message
from ordercancel.policy import Audience, Medium, Occasion
from ordercancel.service.records import (
    Claim,
    Commit,
    DueDuty,
    InboxCursor,
    InboxQuery,
    Receipt,
    Tally,
)
from ordercancel.stores.memory import (
    AsyncMemoryStore,
    MemoryDirectory,
    MemoryNotifier,
    MemoryStore,
)
from unit.tiny import BUYER, order, tiny, utc

TINY = tiny()


def message(name: str) -> Message:
    return Message(
        id=name,
        order_id="o-7",
        occasion=Occasion.REFERRED,
        at=utc(2),
        audience=Audience.SELLER,
        party="s-1",
        medium=Medium.MAIL,
        locale="ja",
        subject="secret",
        body="secret",
    )


def commit(name: str = "o-7", **changes: object) -> Commit:
    events = register(order(id=name), TINY, utc(1))
    return attrs.evolve(Commit(case=fold(events), expected=0, events=events), **changes)


def asked(
    name: str, at: int, status: str = "awaiting_seller", *duties: Duty, **changes: object
) -> Commit:
    """An order whose buyer asked on a day of March."""
    request = CancellationRequest(
        number=1,
        by=BUYER,
        at=utc(at),
        reason="mistake",
        status=RequestStatus(status),
        order_status="new",
    )
    made = commit(name)
    case = attrs.evolve(
        made.case,
        order=attrs.evolve(made.case.order, **changes),
        requests=(request,),
        duties=duties,
    )
    return attrs.evolve(made, case=case)


def duty(deadline: str, due: int, status: DutyStatus = DutyStatus.OPEN, request: int = 1) -> Duty:
    return Duty(deadline=deadline, request=request, since=utc(1), due_at=utc(due), status=status)


def test_what_is_not_there_is_none() -> None:
    store = MemoryStore()
    assert store.load("o-7") is None
    assert store.receipt("c-1") is None
    assert store.history("o-7") == ()


def test_a_commit_writes_case_events_messages_and_receipt() -> None:
    store = MemoryStore()
    made = commit(messages=(message("m-1"),), command_id="c-1", fingerprint="f")
    store.commit(made)
    assert store.load("o-7") == made.case
    assert store.history("o-7") == made.events
    assert store.receipt("c-1") == Receipt(
        order_id="o-7", expected=0, version=1, fingerprint="f", messages=(message("m-1"),)
    )
    assert [claim.message for claim in store.claim(utc(2), utc(3), 9)] == [message("m-1")]


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
        store.commit(commit(messages=(message("m-1"),), **changes))
    assert caught.value.order_id == "o-7"
    assert store.load("o-7") == case
    assert len(store.history("o-7")) == 1
    assert store.receipt("c-2") is None
    assert store.claim(utc(2), utc(3), 9) == ()


def ids(claims: Sequence[Claim]) -> list[str]:
    """The ids of the messages that were claimed."""
    return [claim.message.id for claim in claims]


def test_a_leased_message_is_free_again_when_its_lease_is_over() -> None:
    store = MemoryStore()
    store.commit(commit(messages=(message("m-1"), message("m-2"))))
    assert ids(store.claim(utc(2), utc(3), 1)) == ["m-1"]
    assert ids(store.claim(utc(2, 23), utc(3), 9)) == []
    assert ids(store.claim(utc(3), utc(4), 9)) == ["m-1", "m-2"]


def test_a_delivered_message_is_done_and_a_failed_one_waits() -> None:
    store = MemoryStore()
    store.commit(commit(messages=(message("m-1"), message("m-2"))))
    _, second = store.claim(utc(2), utc(9), 9)
    store.delivered("m-1", utc(2))
    store.failed(second, "down", utc(3))
    assert store.claim(utc(2, 23), utc(9), 9) == ()
    assert ids(store.claim(utc(3), utc(9), 9)) == ["m-2"]


def test_open_duties_come_due_earliest_first_and_page_by_page() -> None:
    store = MemoryStore()
    store.commit(asked("o-1", 1, "awaiting_seller", duty("b", 5), duty("a", 5), duty("c", 9)))
    store.commit(asked("o-2", 1, "awaiting_seller", duty("a", 4), duty("d", 3, DutyStatus.MET)))
    first = DueDuty(due_at=utc(4), order_id="o-2", deadline="a", request=1)
    second = DueDuty(due_at=utc(5), order_id="o-1", deadline="a", request=1)
    third = DueDuty(due_at=utc(5), order_id="o-1", deadline="b", request=1)
    assert store.due(utc(5), None, 2) == (first, second)
    assert store.due(utc(5), second, 2) == (third,)
    assert store.due(utc(5), third, 2) == ()
    assert store.due(utc(4) - timedelta(seconds=1), None, 9) == ()


def test_a_sellers_queue_is_his_own_by_status_and_page() -> None:
    store = MemoryStore()
    store.commit(asked("o-3", 3))
    store.commit(asked("o-1", 2))
    store.commit(asked("o-2", 2, "rejected"))
    store.commit(asked("o-4", 1, seller="s-2"))
    store.commit(asked("o-5", 1, policy="other"))
    store.commit(commit("o-6"))
    query = InboxQuery(seller="s-1", policy="tiny", limit=2)
    page = store.inbox(query)
    assert [case.order.id for case in page.cases] == ["o-1", "o-2"]
    assert page.next == InboxCursor(requested_at=utc(2), order_id="o-2")
    rest = store.inbox(attrs.evolve(query, after=page.next))
    assert [case.order.id for case in rest.cases] == ["o-3"]
    assert rest.next is None
    rejected = attrs.evolve(query, statuses=frozenset({RequestStatus.REJECTED}))
    assert [case.order.id for case in store.inbox(rejected).cases] == ["o-2"]
    assert store.inbox(attrs.evolve(query, seller="s-9")).cases == ()


def test_a_sellers_numbers_tell_what_is_overdue() -> None:
    store = MemoryStore()
    store.commit(asked("o-1", 1, "awaiting_seller", duty("late", 4)))
    store.commit(asked("o-2", 1, "awaiting_seller", duty("late", 4, DutyStatus.MISSED)))
    store.commit(asked("o-3", 1, "awaiting_seller", duty("late", 6)))
    store.commit(asked("o-4", 1, "awaiting_seller", duty("other", 4)))
    store.commit(asked("o-5", 1, "awaiting_seller", duty("late", 4, request=2)))
    store.commit(asked("o-6", 1, "awaiting_seller", duty("late", 4, DutyStatus.RELEASED)))
    store.commit(asked("o-7", 1, "rejected", duty("late", 4, DutyStatus.MISSED)))
    assert store.tally("s-1", "tiny", frozenset({"late"}), utc(5)) == (
        Tally(status=RequestStatus.AWAITING_SELLER, count=6, overdue=2),
        Tally(status=RequestStatus.REJECTED, count=1, overdue=0),
    )
    assert store.tally("s-2", "tiny", frozenset({"late"}), utc(5)) == ()


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
    notifier.deliver(message("m-1"), None)
    assert notifier.delivered == [(message("m-1"), None)]


def test_the_async_twin_says_the_same() -> None:
    inner = MemoryStore()
    store = AsyncMemoryStore(inner)

    async def use() -> None:
        made = commit(messages=(message("m-1"), message("m-2")), command_id="c-1")
        await store.commit(made)
        assert await store.load("o-7") == made.case
        assert await store.history("o-7") == made.events
        receipt = await store.receipt("c-1")
        assert receipt is not None
        assert receipt.version == 1
        assert await store.due(utc(9), None, 9) == ()
        assert (await store.inbox(InboxQuery(seller="s-1", policy="tiny"))).cases == ()
        assert await store.tally("s-1", "tiny", frozenset(), utc(9)) == ()
        _, second = await store.claim(utc(2), utc(3), 9)
        await store.delivered("m-1", utc(2))
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
    made = commit(messages=(message("m-1"),), command_id="c-1")
    store = MemoryStore()
    store.commit(made)
    assert "secret" not in repr(made)
    assert "secret" not in repr(store.receipt("c-1"))
