"""How the async service delivers the messages of its outbox: at least once, and in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import attrs

from ordercancel.domain.errors import Fault, InvalidValue, PartlyDelivered
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_MESSAGE_ID
from ordercancel.service.answers import without_answer
from ordercancel.service.backoff import Backoff
from ordercancel.service.observers import Fields, Observed, Observer, observing
from ordercancel.service.ports_async import AsyncNotifier
from ordercancel.service.queries_async import AsyncQueries
from ordercancel.service.records import Backlog, Claim, DeadLetter
from ordercancel.service.results import A_COUNT, MAX_COUNT, Relayed

LEASE = timedelta(minutes=5)
MAX_LEASE = timedelta(days=1)
MAX_ERROR = 500
"""The longest text of an error that is stored, in characters."""


class AsyncOutbox(AsyncQueries):
    """The part of `AsyncCancellationService` that delivers messages."""

    _notifier: AsyncNotifier | None
    _retries: Backoff
    _chance: Callable[[], float]
    _observers: Sequence[Observer]

    async def relay(
        self, now: datetime | None = None, *, limit: int = 100, lease: timedelta = LEASE
    ) -> Relayed:
        """Deliver messages of the outbox, oldest first, each at least once.

        Any scheduler will do, in any number of processes. The messages of one order go out in
        their order; one that failed holds up those to the same party alone. What a notifier
        raises is stored with the message, which is tried again later and is dead after the last
        attempt; no case changes.

        Args:
            now: The current time. Default: the clock's.
            limit: The most messages, 1 to 10,000. Default: 100.
            lease: How long no other call may deliver them, up to a day. Default: 5 minutes. What
                was not attempted before it ends is released.

        Raises:
            InvalidValue: The service has no notifier, or an argument is out of its bounds.
            StoreUnavailable: The store did not answer; claimed messages are free when the lease
                ends.
        """
        if self._notifier is None:
            fault = Fault("service.notifier", "is missing", "a notifier to deliver messages with")
            raise InvalidValue([fault])
        now = self._time(now)
        faults = Faults("relay")
        faults.number("limit", limit, 1, MAX_COUNT, A_COUNT)
        if not isinstance(lease, timedelta) or not timedelta() < lease <= MAX_LEASE:
            expected = f"a length of time, more than none and up to {MAX_LEASE}"
            faults.add("lease", f"is {lease!r:.80}", expected)
        faults.raise_if_any()
        begun = self._time(None)
        claims = await self._store.claim(now, now + lease, limit)
        ids: dict[str, list[str]] = {"delivered": [], "failed": [], "dead": []}
        held_up: set[tuple[str, str]] = set()
        untried: list[Claim] = []
        for claim in claims:
            lane = claim.message.order_id, claim.message.party
            if lane in held_up or self._time(None) - begun >= lease:
                untried.append(claim)
                continue
            outcome = await self._attempt(self._notifier, claim, now)
            ids[outcome].append(claim.message.id)
            if outcome == "failed":
                held_up.add(lane)
        if untried:
            await self._store.release(untried)
        by_outcome = {outcome: tuple(of_it) for outcome, of_it in ids.items()}
        return Relayed(**by_outcome, more=len(claims) == limit)

    async def _attempt(self, notifier: AsyncNotifier, claim: Claim, now: datetime) -> str:
        """Deliver a message and store how that ended: ``delivered``, ``failed`` or ``dead``."""
        fields: Fields = {
            "message_id": claim.message.id,
            "order_id": claim.message.order_id,
            "on": claim.message.on,
            "audience": claim.message.audience,
            "medium": claim.message.medium.value,
            "attempts": claim.attempts,
            "lag_seconds": (now - claim.message.at).total_seconds(),
        }
        with observing(self._observers, Observed.MESSAGE, fields):
            error = await self._deliver(notifier, claim)
            outcome = "delivered"
            if error is None:
                await self._store.delivered(claim.message.id, now)
            else:
                outcome = "failed" if claim.attempts < self._retries.tries else "dead"
                reached = claim.reached
                if isinstance(error, PartlyDelivered):
                    reached += error.reached
                wait = self._retries.wait(claim.attempts, self._chance())
                retry_at = now + wait if outcome == "failed" else None
                await self._store.failed(claim, error_text(error), retry_at, reached)
                fields["error"] = type(error).__name__
            fields["outcome"] = outcome
        return outcome

    async def _deliver(self, notifier: AsyncNotifier, claim: Claim) -> Exception | None:
        """Deliver a message to the addresses that lack it; return the error, if there is one."""
        if claim.attempts > self._retries.tries:
            # Each process that attempted it was killed before it could store an outcome.
            return TimeoutError(f"none of {claim.attempts - 1} tries came to an end")
        try:
            party = await self._find(claim.message.party)
            if claim.reached and party is not None:
                emails = tuple(each for each in party.emails if each not in claim.reached)
                if not emails:
                    return None  # the address that failed has left the directory
                party = attrs.evolve(party, emails=emails)
            answer: object = await cast(Any, notifier).deliver(claim.message, party)
            without_answer(answer)
        except Exception as error:  # a notifier may raise anything; the other messages go on
            return error
        return None

    async def backlog(self, now: datetime | None = None) -> Backlog:
        """Count what waits to be relayed and to be ticked; default of `now`: the clock's time."""
        now = self._time(now)
        return await self._store.backlog(now)

    async def dead_letters(
        self, *, limit: int = 100, after: str | None = None
    ) -> tuple[DeadLetter, ...]:
        """Return messages that are not tried again, oldest first.

        Args:
            limit: The most messages, 1 to 10,000. Default: 100.
            after: The id of the one to continue behind. Default: start with the first.
        """
        faults = Faults("dead_letters")
        faults.number("limit", limit, 1, MAX_COUNT, A_COUNT)
        if after is not None:
            faults.key("after", after, MAX_MESSAGE_ID)
        faults.raise_if_any()
        return await self._store.dead_letters(limit, after)

    async def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """Put dead letters back into the outbox, and return how many; default: all of them.

        They can be delivered at once, with all their attempts ahead.
        """
        faults = Faults("revive")
        faults.instance("message_ids", message_ids, list | tuple | None, "a list of ids")
        faults.raise_if_any()
        for number, message_id in enumerate(message_ids or ()):
            faults.key(f"message_ids[{number}]", message_id, MAX_MESSAGE_ID)
        faults.raise_if_any()
        return await self._store.revive(message_ids)


def error_text(error: Exception) -> str:
    """Return what is stored of an error: its kind and its text, as one printable line."""
    try:
        text = str(error)
    except Exception:  # raised by the error's own __str__
        text = "no text"
    line = " ".join(f"{type(error).__name__}: {text}".split())
    return "".join(char for char in line if char.isprintable())[:MAX_ERROR]
