# Generated from retention_async.py by tools/async_to_sync.py: edit that, then run it.
"""How long the sync service keeps what it knows: erasing a person, purging what is old."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from ordercancel.domain.actors import Actor, System
from ordercancel.domain.cases import Case
from ordercancel.domain.errors import (
    Conflict,
    InvalidValue,
    OrderUnavailable,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.domain.events import Event, PartyErased
from ordercancel.domain.faults import Faults
from ordercancel.engine.erasure import Person, erased, reworded
from ordercancel.engine.evolve import states
from ordercancel.engine.messages import readers_of
from ordercancel.service.batches import Batches
from ordercancel.service.records import Erasure, Kept, Purged
from ordercancel.service.results import A_COUNT, MAX_COUNT, Erased, NotErased

_OF_ONE_ORDER = (InvalidValue, UnknownPolicy, Conflict, OrderUnavailable)
"""Errors that say nothing about the next order."""


class Retention(Batches):
    """The part of `CancellationService` that forgets."""

    def erase(
        self, party: Actor, *, replacement: str, after: str | None = None, limit: int = 1000
    ) -> Erased:
        """Erase a person from the next orders: their words, their name and addresses, their id.

        Go on with ``after=erased.next`` until that is None; each order is erased in a transaction
        of its own, so that it may be interrupted, run beside anything else, and be run again. Who
        decided what, when and by which rules is kept, and `PartyErased` is added to the history.
        In orders that they are or were a party to all texts go, whoever wrote them; in others
        their own. Messages to others that were not delivered are put in other words, those to the
        person are deleted.

        Args:
            party: Whom to erase, as they act: ``Buyer("b-1")``. What they did `via` is theirs.
            replacement: The id that stands for them from now on, one that nobody logs in with;
                their own id to keep it.
            after: The id of the order to go on behind. Default: begin with the first.
            limit: How many orders to look at, 1 to 10,000. Default: 1,000.
        """
        faults = Faults("erase")
        faults.instance("party", party, Actor, "a Buyer, Seller or Operator")
        if isinstance(party, System):
            faults.add("party", "is the system", "a person")
        faults.line("replacement", replacement)
        faults.line("after", after, optional=True)
        faults.number("limit", limit, 1, MAX_COUNT, A_COUNT)
        faults.raise_if_any()
        person = Person(party.role, party.id, replacement)
        window = self._store.naming(person.id, after, limit)
        done: list[str] = []
        skipped: list[NotErased] = []
        for order_id in window.order_ids:
            try:
                if self._erase(order_id, person):
                    done.append(order_id)
            except _OF_ONE_ORDER as error:
                skipped.append(NotErased(order_id=order_id, error=error))
        return Erased(
            orders=tuple(done),
            skipped=tuple(skipped),
            looked_at=window.looked_at,
            next=window.last if window.looked_at == limit else None,
        )

    def purge(
        self,
        before: datetime,
        *,
        kept: Iterable[Kept] = tuple(Kept),
        after: str | None = None,
        limit: int = 1000,
    ) -> Purged:
        """Delete what is older than `before` of the next orders, as far as it may go.

        Go on with ``after=purged.next`` until that is None. It may be interrupted, run beside
        anything else, and be run again.

        Args:
            before: What happened, or was delivered, before this moment goes.
            kept: What may go: ``messages`` that were delivered or are obsolete; ``receipts``,
                without which a command that comes again is judged anew; ``cases`` about which
                nothing is open: no request, no refund, no deadline that runs, nothing that waits
                to be delivered. An order whose case is gone is unknown. Default: all of it.
            after: The id of the order to go on behind. Default: begin with the first.
            limit: How many orders to look at, 1 to 10,000. Default: 1,000.
        """
        faults = Faults("purge")
        # None would be now: whoever has forgotten the moment must not lose all that is closed.
        faults.time("before", before)
        faults.instance("kept", kept, Iterable, "what may go")
        wanted = tuple(kept) if isinstance(kept, Iterable) else ()
        for number, each in enumerate(wanted):
            faults.member(f"kept[{number}]", each, Kept)
        faults.line("after", after, optional=True)
        faults.number("limit", limit, 1, MAX_COUNT, A_COUNT)
        faults.raise_if_any()
        moment = self._time(self._given(before))
        what = frozenset(map(Kept, wanted))
        for attempt in range(1, self._conflicts.tries + 1):
            with suppress(Conflict):
                return self._store.purge(moment, what, after, limit)
            self._wait(attempt)
        raise Conflict(after or "", self._conflicts.tries)

    def _erase(self, order_id: str, person: Person) -> bool:
        """Erase a person from one order; return whether they were in it."""
        for attempt in range(1, self._conflicts.tries + 1):
            try:
                case = self._load(order_id, System())
            except UnknownOrder:  # purged since it was looked for
                return False
            with suppress(Conflict):
                return self._erase_from(case, person)
            self._wait(attempt)
        raise Conflict(order_id, self._conflicts.tries)

    def _erase_from(self, case: Case, person: Person) -> bool:
        order_id, policy = case.order.id, self._policy(case)
        person = person.under(policy)
        history = self._store.history(order_id)
        if len(history) != case.version:
            raise Conflict(order_id)  # it has moved on since it was loaded
        events = erased(history, person, policy)
        if events is None:
            return False
        if events != history:
            now = self._time(None)
            done = PartyErased(
                order_id=order_id,
                at=max(now, case.updated_at or now),
                by=System(),
                role=person.role,
                party=person.replacement,
            )
            events = (*events, done)
        cases = states(events)
        waiting = self._store.undelivered(order_id)
        if any(version > case.version for version in waiting.values()):
            raise Conflict(order_id)  # it has moved on since its history was read
        readers = {
            each
            for version in set(waiting.values())
            for each in readers_of(cases[version - 1], policy)
        }
        parties = self._find_many(readers)
        self._store.erase(
            Erasure(
                case=cases[-1],
                expected=case.version,
                events=events,
                messages=reworded(waiting, events, cases, policy, parties),
                person=person,
                acted=_acted(history, person),
            )
        )
        return True


def _acted(history: Iterable[Event], person: Person) -> frozenset[int]:
    """Return the versions that the person's own events made, where their id goes."""
    if person.replacement == person.id:
        return frozenset()
    return frozenset(
        version for version, event in enumerate(history, 1) if person.is_actor(event.by)
    )
