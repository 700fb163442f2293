# Generated from outbox_async.py by tools/async_to_sync.py: edit that, then run it.
"""How the sync service delivers what is in its outbox: at least once, lane by lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import attrs

from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidValue,
    NotDelivered,
    OrderUnavailable,
    PartlyDelivered,
)
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_MESSAGE_ID
from ordercancel.domain.obligations import Obligation
from ordercancel.engine.messages import Message
from ordercancel.engine.obligations import still_stands
from ordercancel.service.answers import without_answer
from ordercancel.service.backoff import Backoff
from ordercancel.service.observers import Fields, Observed, Observer, observing
from ordercancel.service.ports import Notifier, ObligationHandler
from ordercancel.service.queries import Queries
from ordercancel.service.records import Backlog, Claim, DeadLetter, Sent, Start
from ordercancel.service.results import A_COUNT, MAX_COUNT, Relayed

LEASE = timedelta(minutes=5)
MAX_LEASE = timedelta(days=1)
MAX_ERROR = 500
"""The longest text of an error that is stored, in characters."""
_WAITS = "a message before this one has not arrived there"


class Outbox(Queries):
    """The part of `CancellationService` that delivers messages and obligations."""

    _notifier: Notifier | None
    _obligations: ObligationHandler | None
    _retries: Backoff
    _chance: Callable[[], float]
    _observers: Sequence[Observer]

    def relay(
        self, now: datetime | None = None, *, limit: int = 100, lease: timedelta = LEASE
    ) -> Relayed:
        """Deliver messages and obligations, the longest free first, each at least once.

        Any scheduler will do, in any number of processes. The messages of one order to one party
        by one medium go out in their order; one that failed holds up those alone, and only at the
        addresses that lack it. What a notifier raises is stored with the message, which is tried
        again later and is dead after the last attempt, or at once where no later one can succeed.
        A message whose request has been closed meanwhile is not sent. No case changes.

        Obligations go to the handler in the same way, those of one order of one kind in their
        order. A refund that the host has settled meanwhile is not handed over. A service that has
        no handler leaves them to others, and so it is with messages and a notifier.

        Args:
            now: The current time. Default: the clock's.
            limit: The most messages, 1 to 10,000. Default: 100.
            lease: How long no other call may deliver them, up to a day. Default: 5 minutes. What
                was not attempted before it ends is released.

        Raises:
            InvalidValue: The service has neither notifier nor handler, or an argument is out of
                its bounds.
            StoreUnavailable: The store did not answer; claimed messages are free when the lease
                ends.
        """
        ports = {Sent.MESSAGES: self._notifier, Sent.OBLIGATIONS: self._obligations}
        sent = frozenset(each for each, port in ports.items() if port is not None)
        if not sent:
            expected = "a notifier to deliver messages with, or an obligation handler"
            raise InvalidValue([Fault("service.notifier", "is missing", expected)])
        now = self._time(now)
        faults = Faults("relay")
        faults.number("limit", limit, 1, MAX_COUNT, A_COUNT)
        if not isinstance(lease, timedelta) or not timedelta() < lease <= MAX_LEASE:
            expected = f"a length of time, more than none and up to {MAX_LEASE}"
            faults.add("lease", f"is {lease!r:.80}", expected)
        faults.raise_if_any()
        begun = self._time(None)
        outcomes: dict[str, str] = {}
        untried: list[Claim] = []
        left, goes_on = limit, True
        while left and goes_on:
            claims = self._store.claim(now, now + lease, left, sent)
            left -= len(claims)
            goes_on = False
            # One whose last attempt never ended comes last: it may end this process as well.
            for claim in sorted(claims, key=lambda each: each.attempts):
                if claim.id in outcomes or self._time(None) - begun >= lease:
                    untried.append(claim)
                    continue
                outcome = outcomes[claim.id] = self._attempt(claim, now)
                goes_on |= outcome != "failed"  # what is settled may have held up others
            goes_on &= not untried
        if untried:
            self._store.release(untried)
        by_outcome = {
            name: tuple(each for each, outcome in outcomes.items() if outcome == name)
            for name in ("delivered", "failed", "dead", "obsolete")
        }
        return Relayed(**by_outcome, more=not left or bool(untried))

    def _attempt(self, claim: Claim, now: datetime) -> str:
        """Deliver it, store how that ended, and return it as `Observed` names it."""
        fields: Fields = {"message_id": claim.id, "order_id": claim.order_id}
        message, obligation = claim.message, claim.obligation
        if obligation is not None:
            fields |= {
                "on": obligation.kind,
                "audience": "host",
                "medium": "host",
                "lag_seconds": (now - obligation.at).total_seconds(),
            }
        if message is not None:
            fields |= {
                "on": message.on,
                "audience": message.audience,
                "medium": message.medium.value,
                "lag_seconds": (now - message.at).total_seconds(),
            }
        with observing(self._observers, Observed.MESSAGE, fields):
            if message is None and obligation is None:
                fields |= {"attempts": claim.attempts, "error": InvalidValue.__name__}
                self._store.failed(claim, claim.error, None, claim.reached)
                outcome = "dead"
            else:
                fields["attempts"] = claim.attempts + 1
                try:
                    outcome = self._outcome(claim, now, fields)
                except (Conflict, OrderUnavailable) as error:
                    # The store has trouble with this one alone; it is free when the lease ends.
                    fields["error"], outcome = type(error).__name__, "failed"
            fields["outcome"] = outcome
        return outcome

    def _outcome(self, claim: Claim, now: datetime, fields: Fields) -> str:
        error: Exception | None
        if claim.attempts >= self._retries.tries:
            # Each process that attempted it was killed before it could store an outcome.
            error = TimeoutError(f"none of {claim.attempts} tries came to an end")
        else:
            start = self._store.start(claim)
            if start is not Start.BEGUN:
                return start.name.lower()
            if claim.obligation is None:
                error = self._deliver(claim, cast(Message, claim.message))
            else:
                try:
                    if not self._stands(claim.obligation):
                        self._store.delivered(claim.id, now)  # it is done
                        return "obsolete"
                    error = self._fulfil(claim.obligation)
                except InvalidValue as unread:  # the case; nobody knows whether it stands
                    error = unread
        if error is None:
            self._store.delivered(claim.id, now)
            return "delivered"
        reached, is_final = _outcome_of(error)
        attempts = claim.attempts + 1
        retry_at = None
        if attempts < self._retries.tries and not is_final:
            retry_at = now + self._retries.wait(attempts, self._chance())
        fields["error"] = type(error).__name__
        self._store.failed(claim, error_text(error), retry_at, claim.reached + reached)
        return "failed" if retry_at else "dead"

    def _stands(self, obligation: Obligation) -> bool:
        """Return whether an obligation is still to be met, by the case as it is now."""
        case = self._store.load(obligation.order_id)
        return case is not None and still_stands(obligation, case)

    def _fulfil(self, obligation: Obligation) -> Exception | None:
        """Hand an obligation over; return the error, if there is one."""
        try:
            answer: object = cast(Any, self._obligations).fulfil(obligation)
            without_answer(answer)
        except Exception as error:  # as with notifiers
            return error
        return None

    def _deliver(self, claim: Claim, message: Message) -> Exception | None:
        """Deliver a message to the addresses that lack it; return the error, if there is one."""
        waiting: dict[str, str] = {}
        emails: tuple[str, ...] = ()
        try:
            party = self._find(message.party)
            if party is not None and (claim.reached or claim.open_to is not None):
                emails = tuple(each for each in party.emails if each not in claim.reached)
                if not emails and claim.reached:
                    return None  # the address that failed has left the directory
                if claim.open_to is not None:
                    waiting = {each: _WAITS for each in emails if each not in claim.open_to}
                    emails = tuple(each for each in emails if each in claim.open_to)
                party = attrs.evolve(party, emails=emails)
            if emails or not waiting:
                answer: object = cast(Any, self._notifier).deliver(message, party)
                without_answer(answer)
        except PartlyDelivered as error:
            if not waiting:
                return error
            return PartlyDelivered(error.reached, {**error.missed, **waiting}, error.refused)
        except Exception as error:  # a notifier may raise anything; the other messages go on
            if waiting and isinstance(error, NotDelivered) and error.permanent:
                return PartlyDelivered((), {**dict.fromkeys(emails, str(error)), **waiting})
            return error
        return PartlyDelivered(emails, waiting) if waiting else None

    def backlog(self, now: datetime | None = None) -> Backlog:
        """Count what waits to be relayed and to be ticked; default of `now`: the clock's time."""
        now = self._time(now)
        return self._store.backlog(now)

    def dead_letters(
        self, *, limit: int = 100, after: str | None = None, obsolete: bool = False
    ) -> tuple[DeadLetter, ...]:
        """Return messages and obligations that are not tried again, oldest first.

        Args:
            limit: The most messages, 1 to 10,000. Default: 100.
            after: The id of the one to continue behind. Default: start with the first.
            obsolete: Return those instead that were not sent because their request had been
                closed. Default: False.
        """
        faults = Faults("dead_letters")
        faults.number("limit", limit, 1, MAX_COUNT, A_COUNT)
        if after is not None:
            faults.key("after", after, MAX_MESSAGE_ID)
        faults.flag("obsolete", obsolete)
        faults.raise_if_any()
        return self._store.dead_letters(limit, after, obsolete=obsolete)

    def revive(self, message_ids: Sequence[str] | None = None) -> int:
        """Put dead letters back into the outbox, and return how many; default: all of them.

        They can be delivered at once, with all their attempts ahead.
        """
        faults = Faults("revive")
        faults.instance("message_ids", message_ids, list | tuple | None, "a list of ids")
        faults.raise_if_any()
        for number, message_id in enumerate(message_ids or ()):
            faults.key(f"message_ids[{number}]", message_id, MAX_MESSAGE_ID)
        faults.raise_if_any()
        return self._store.revive(message_ids)


def error_text(error: Exception) -> str:
    """Return what is stored of an error: its kind and its text, as one printable line."""
    try:
        text = str(error)
    except Exception:  # raised by the error's own __str__
        text = "no text"
    line = " ".join(f"{type(error).__name__}: {text}".split())
    return "".join(char for char in line if char.isprintable())[:MAX_ERROR]


def _outcome_of(error: Exception) -> tuple[tuple[str, ...], bool]:
    """Return the addresses that were reached all the same, and whether to try no more."""
    try:
        match error:
            case PartlyDelivered():
                reached = tuple(each for each in error.reached if isinstance(each, str))
                return reached, error.refused >= error.missed.keys()
            case NotDelivered():
                return (), bool(error.permanent)
    except Exception:  # an error of the host's own may lack what these have
        return (), False
    return (), False
