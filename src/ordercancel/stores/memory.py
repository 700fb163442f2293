"""Adapters that keep everything in memory: for tests and for trying things out.

The async ones call the plain ones, which can be shared.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Conflict
from ordercancel.domain.events import Event
from ordercancel.domain.requests import CancellationRequest
from ordercancel.domain.trusted import trusted
from ordercancel.engine.timers import OVERDUE
from ordercancel.service.records import (
    Backlog,
    Commit,
    DueOrder,
    Erasure,
    InboxCursor,
    InboxQuery,
    Indexed,
    Kept,
    Kind,
    Page,
    Purged,
    Queue,
    Receipt,
    Scanned,
    Tally,
    Window,
)
from ordercancel.stores.memory_outbox import Entry, MemoryOutbox, Outbox, State
from ordercancel.stores.memory_parties import (
    AsyncMemoryDirectory,
    AsyncMemoryNotifier,
    MemoryDirectory,
    MemoryNotifier,
    awaited,
)

__all__ = [
    "AsyncMemoryDirectory",
    "AsyncMemoryNotifier",
    "AsyncMemoryStore",
    "MemoryDirectory",
    "MemoryNotifier",
    "MemoryStore",
]


class MemoryStore(MemoryOutbox):
    """A store in memory, safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._cases: dict[str, Case] = {}
        self._events: dict[str, tuple[Event, ...]] = {}
        self._outbox = Outbox()
        self._receipts: dict[str, Receipt] = {}
        self._index: dict[str, Indexed] = {}

    def load(self, order_id: str) -> Case | None:
        with self._lock:
            return self._cases.get(order_id)

    def load_many(self, order_ids: Sequence[str]) -> Scanned:
        with self._lock:
            known = tuple(self._cases[each] for each in order_ids if each in self._cases)
        return Scanned(cases=known, unread=(), next=None)

    def commit(self, commit: Commit) -> None:
        self.commit_all([commit])

    def commit_all(self, commits: Sequence[Commit]) -> None:
        with self._lock:
            for commit in commits:
                order_id = commit.case.order.id
                stored = self._cases.get(order_id)
                if (0 if stored is None else stored.version) != commit.expected:
                    raise Conflict(order_id)
                if commit.command_id in self._receipts:
                    raise Conflict(order_id)
            for commit in commits:
                self._write(commit)

    def _write(self, commit: Commit) -> None:
        order_id = commit.case.order.id
        if commit.command_id is not None:
            self._receipts[commit.command_id] = Receipt(
                order_id=order_id,
                expected=commit.expected,
                version=commit.case.version,
                fingerprint=commit.fingerprint,
                messages=(),  # those of its version
            )
        self._cases[order_id] = commit.case
        self._index[order_id] = trusted(Indexed)(
            order_id=order_id,
            version=commit.case.version,
            next_due=commit.next_due,
            marked_from=commit.marked_from,
        )
        self._events[order_id] = (*self._events.get(order_id, ()), *commit.events)
        for sent in (*commit.messages, *commit.obligations):
            entry = Entry(sent, commit.case.version, sent.at)
            self._outbox[entry.id] = entry

    def receipt(self, command_id: str) -> Receipt | None:
        return self.receipts([command_id]).get(command_id)

    def receipts(self, command_ids: Sequence[str]) -> Mapping[str, Receipt]:
        with self._lock:
            kept = [(each, self._receipts.get(each)) for each in command_ids]
            return {
                each: self._outbox.of(receipt) for each, receipt in kept if receipt is not None
            }

    def history(self, order_id: str) -> tuple[Event, ...]:
        with self._lock:
            return self._events.get(order_id, ())

    def due(
        self,
        now: datetime,
        after: DueOrder | None,
        limit: int,
        passing_over: frozenset[Kind] = frozenset(),
    ) -> tuple[DueOrder, ...]:
        with self._lock:
            due = sorted(each for each in self._due(now) if each.kind not in passing_over)
        return tuple(islice((each for each in due if after is None or each > after), limit))

    def scan(self, after: str | None, limit: int) -> Scanned:
        with self._lock:
            ids = self._behind(after, limit + 1)
            page = tuple(self._cases[order_id] for order_id in ids[:limit])
        more = len(ids) > limit
        return Scanned(cases=page, unread=(), next=ids[limit - 1] if more else None)

    def index(self, entries: Sequence[Indexed]) -> None:
        with self._lock:
            for entry in entries:
                stored = self._cases.get(entry.order_id)
                if stored is not None and stored.version == entry.version:
                    self._index[entry.order_id] = entry

    def inbox(self, query: InboxQuery) -> Page:
        with self._lock:
            keyed_cases = [
                (InboxCursor(requested_at=latest.at, order_id=case.order.id), case)
                for case, latest in self._asked(query.queue)
                if latest.status in query.statuses and self._has(case, query.marked)
            ]
        keyed_cases.sort(key=lambda keyed: keyed[0])
        rest = [
            (key, case) for key, case in keyed_cases if query.after is None or key > query.after
        ]
        page = rest[: query.limit]
        more = len(rest) > len(page)
        return Page(cases=tuple(case for _, case in page), next=page[-1][0] if more else None)

    def _has(self, case: Case, marked: tuple[str, datetime] | None) -> bool:
        """Return whether a mark counts for a case by a moment; where none is asked for, yes."""
        if marked is None:
            return True
        since = self._index[case.order.id].marked_from.get(marked[0])
        return since is not None and since <= marked[1]

    def tally(self, queue: Queue, now: datetime) -> tuple[Tally, ...]:
        count: Counter[tuple[str, str]] = Counter()
        overdue: Counter[tuple[str, str]] = Counter()
        with self._lock:
            for case, latest in self._asked(queue):
                since = self._index[case.order.id].marked_from
                marks = {code for code, moment in since.items() if moment <= now}
                states = [(case.order.policy, on) for on in (str(latest.status), *marks)]
                count.update(states)
                overdue.update(states if OVERDUE in marks else ())
        return tuple(
            Tally(policy=policy, on=on, count=number, overdue=overdue[policy, on])
            for (policy, on), number in sorted(count.items())
        )

    def backlog(self, now: datetime) -> Backlog:
        with self._lock:
            waiting = [entry.sent.at for entry in self._outbox.values() if entry.waits]
            states = Counter(entry.state for entry in self._outbox.values())
            due = [each.due_at for each in self._due(now)]
        return Backlog(
            messages=len(waiting),
            oldest=min(waiting, default=None),
            dead=states[State.DEAD],
            due=len(due),
            earliest=min(due, default=None),
            obsolete=states[State.OBSOLETE],
        )

    def naming(self, name: str, after: str | None, limit: int) -> Window:
        ids = self._behind(after, limit)
        return Window(looked_at=len(ids), last=ids[-1] if ids else None, order_ids=ids)

    def undelivered(self, order_id: str) -> Mapping[str, int]:
        with self._lock:
            return {
                entry.id: entry.version
                for entry in self._outbox.about(order_id)
                if entry.message and entry.state is not State.DELIVERED
            }

    def erase(self, erasure: Erasure) -> None:
        case, order_id = erasure.case, erasure.case.order.id
        with self._lock:
            stored = self._cases.get(order_id)
            if stored is None or stored.version != erasure.expected:
                raise Conflict(order_id)
            self._cases[order_id] = case
            self._events[order_id] = erasure.events
            self._index[order_id] = attrs.evolve(self._index[order_id], version=case.version)
            self._outbox.erase(order_id, erasure.person, erasure.messages)
            for key, receipt in tuple(self._receipts.items()):
                if receipt.order_id != order_id:
                    continue
                if erasure.is_spent(receipt.expected, receipt.version):
                    del self._receipts[key]
                else:
                    self._receipts[key] = attrs.evolve(receipt, fingerprint="")

    def purge(
        self, before: datetime, kept: frozenset[Kept], after: str | None, limit: int
    ) -> Purged:
        with self._lock:
            ids = self._behind(after, limit)
            may_go = ids if Kept.CASES in kept else ()
            closed = [each for each in may_go if self._is_closed(each, before)]
            old = self._outbox.over(ids, before) if Kept.MESSAGES in kept else set()
            gone = old | {each.id for name in closed for each in self._outbox.about(name)}
            for message_id in gone:
                del self._outbox[message_id]
            spent = [
                command_id
                for command_id, receipt in self._receipts.items()
                if receipt.order_id in closed
                or (
                    (receipt.order_id in ids and Kept.RECEIPTS in kept)
                    and self._events[receipt.order_id][receipt.version - 1].at < before
                )
            ]
            for command_id in spent:
                del self._receipts[command_id]
            for order_id in closed:
                del self._cases[order_id], self._events[order_id], self._index[order_id]
        return Purged(
            messages=len(gone),
            receipts=len(spent),
            cases=len(closed),
            looked_at=len(ids),
            next=ids[-1] if len(ids) == limit else None,
        )

    def _behind(self, after: str | None, limit: int) -> tuple[str, ...]:
        """Return the ids of the next orders."""
        with self._lock:
            ids = sorted(each for each in self._cases if after is None or each > after)
        return tuple(ids[:limit])

    def _is_closed(self, order_id: str, before: datetime) -> bool:
        """Return whether nothing is open about an order, and all of it is older than `before`."""
        return (
            self._events[order_id][-1].at < before
            and self._cases[order_id].open_request is None
            and self._index[order_id].next_due is None
            and not self._cases[order_id].is_refund_open
            and not any(entry.waits for entry in self._outbox.about(order_id))
        )

    def _due(self, now: datetime) -> Iterator[DueOrder]:
        """Yield the orders whose next deadline is due."""
        for order_id, entry in self._index.items():
            if entry.next_due is not None and entry.next_due <= now:
                case = self._cases[order_id]
                yield DueOrder(
                    due_at=entry.next_due,
                    order_id=order_id,
                    policy=case.order.policy,
                    edition=case.edition,
                    digest=case.digest,
                )

    def _asked(self, queue: Queue) -> Iterator[tuple[Case, CancellationRequest]]:
        """Yield the cases of a queue, each with its latest request."""
        for case in self._cases.values():
            order, latest = case.order, case.latest
            if (
                latest is not None
                and queue.buyer in (None, order.buyer)
                and queue.seller in (None, order.seller)
                and (queue.answerers is None or latest.answerer in queue.answerers)
                and (queue.policies is None or order.policy in queue.policies)
            ):
                yield case, latest


class AsyncMemoryStore:
    """An async store in memory, on `store`. Default: an empty one of its own."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = self._shared = store or MemoryStore()

    load = awaited(MemoryStore.load)
    load_many = awaited(MemoryStore.load_many)
    commit = awaited(MemoryStore.commit)
    commit_all = awaited(MemoryStore.commit_all)
    receipt = awaited(MemoryStore.receipt)
    receipts = awaited(MemoryStore.receipts)
    history = awaited(MemoryStore.history)
    due = awaited(MemoryStore.due)
    scan = awaited(MemoryStore.scan)
    index = awaited(MemoryStore.index)
    inbox = awaited(MemoryStore.inbox)
    tally = awaited(MemoryStore.tally)
    claim = awaited(MemoryStore.claim)
    start = awaited(MemoryStore.start)
    delivered = awaited(MemoryStore.delivered)
    failed = awaited(MemoryStore.failed)
    release = awaited(MemoryStore.release)
    dead_letters = awaited(MemoryStore.dead_letters)
    revive = awaited(MemoryStore.revive)
    backlog = awaited(MemoryStore.backlog)
    naming = awaited(MemoryStore.naming)
    undelivered = awaited(MemoryStore.undelivered)
    erase = awaited(MemoryStore.erase)
    purge = awaited(MemoryStore.purge)
