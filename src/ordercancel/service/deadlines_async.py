"""How the async service fires deadlines, and commits what has happened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidValue,
    OrderUnavailable,
    StoreUnavailable,
    UnknownPolicy,
)
from ordercancel.domain.events import DeadlineFired, Event
from ordercancel.domain.faults import Faults, moment
from ordercancel.domain.obligations import Obligation
from ordercancel.domain.trusted import trusted
from ordercancel.engine.decide import check_edition
from ordercancel.engine.evolve import fold
from ordercancel.engine.handling import Handled, fire_due
from ordercancel.engine.messages import Message, messages_for, needs_messages
from ordercancel.engine.obligations import obligations_for
from ordercancel.engine.timers import schedule
from ordercancel.policy.policy import Policy
from ordercancel.service.backoff import Backoff, deciding_again
from ordercancel.service.observers import Fields, Observed, log_passed_over, observing
from ordercancel.service.outbox_async import AsyncOutbox
from ordercancel.service.queries_async import SKEW
from ordercancel.service.receipts import fingerprint, key_of
from ordercancel.service.records import Commit, DueOrder, Indexed, Kind, Receipt
from ordercancel.service.results import A_COUNT, MAX_COUNT, Outcome, Reindexed, Skipped, Ticked

PAGE = 100
"""How many orders are read at once to look for those that are due."""
MOST_KINDS = 100
"""How many kinds of orders that others judge are told apart in one tick."""
PATIENCE = timedelta(seconds=1)
"""How long a tick waits for the first order whose row is locked; then half of that, and so on."""
LEAST_PATIENCE = timedelta(milliseconds=10)
MOST_NAMED = 100
"""How many orders a reindexing names that it had to leave out."""


class AsyncDeadlines(AsyncOutbox):
    """The part of `AsyncCancellationService` that fires deadlines."""

    _conflicts: Backoff
    _ticked_up_to: DueOrder | None
    """Where the last tick's budget came to its end."""
    _patience: timedelta | None = None
    """How long to wait for whoever holds an order's row. Default: as the database is set up."""

    async def tick(self, now: datetime | None = None, *, budget: int = 100) -> Ticked:
        """Fire the deadlines that are due: of each order all of them, in one commit.

        Any scheduler will do, in any number of processes: a deadline fires once. The orders come
        by their next due moment. Where one of them is in trouble, it is reported as skipped and
        the next one follows; so it is where somebody holds its row for more than a second. Where
        there is more than the budget allows, this service's next tick goes on behind it, so that
        orders in trouble hold up none. A late tick fires at its own time, with the true due
        moment in the event.

        Args:
            now: The current time, at most 5 seconds ahead of the clock. Default: the clock's.
            budget: The most orders to try, 1 to 10,000. Default: 100. Orders that an edition
                judges which this service does not have, or whose form this release does not
                read, are passed over, and do not count.

        Raises:
            StoreUnavailable: The store did not answer. What has fired before stands.
        """
        faults = Faults("tick")
        faults.number("budget", budget, 1, MAX_COUNT, A_COUNT)
        faults.raise_if_any()
        at = self._given(now)
        until = self._time(at)
        outcomes: list[Outcome] = []
        skipped: list[Skipped] = []
        passed_over: dict[Kind, Skipped] = {}
        patience = PATIENCE
        last, more = self._ticked_up_to, False
        while True:
            due = await self._store.due(until, last, PAGE, frozenset(passed_over))
            for each in due:
                foreign = None if each.kind in passed_over else self._foreign(each)
                if foreign is not None and len(passed_over) < MOST_KINDS:
                    passed_over[each.kind] = Skipped(order=each, error=foreign)
                    log_passed_over("tick", (each.order_id,), foreign)
                if foreign is not None or each.kind in passed_over:
                    last = each
                    continue
                more = not budget
                if more:
                    break
                budget -= 1
                last = each
                try:
                    outcome = await self._fire(each, at, patience)
                except OrderUnavailable as error:
                    skipped.append(Skipped(order=each, error=error))
                    patience = max(patience / 2, LEAST_PATIENCE)
                except StoreUnavailable:
                    raise
                except Exception as error:  # one order's trouble must not stop the others
                    skipped.append(Skipped(order=each, error=error))
                else:
                    outcomes += [] if outcome is None else [outcome]
            if more or len(due) < PAGE:
                break
        self._ticked_up_to = last if more else None
        return Ticked(
            outcomes=tuple(outcomes),
            skipped=tuple(skipped),
            passed_over=tuple(passed_over.values()),
            more=more,
        )

    def _foreign(self, due: DueOrder) -> Exception | None:
        """Return the error where this service has no policy that judges an order, or no form."""
        if due.form is not None:
            where, problem = f"stored case {due.order_id!r:.80}", f"has form {due.form}"
            return InvalidValue([Fault(where, problem, "a form that this release reads")])
        try:
            policy = self._book.get(due.policy, due.edition)
            check_edition(policy, due.policy, due.edition, due.digest)
        except (UnknownPolicy, InvalidValue) as error:
            return error
        return None

    async def _fire(
        self, due: DueOrder, at: datetime | None, patience: timedelta
    ) -> Outcome | None:
        """Fire all that is due of an order, observed; None where nothing was."""
        fields: Fields = {
            "command": "FireDeadline",
            "order_id": due.order_id,
            "role": System().role,
            "policy": due.policy,
            "edition": due.edition,
        }
        with observing(self._observers, Observed.COMMAND, fields):
            for attempt in range(1, self._conflicts.tries + 1):
                fields["attempts"] = attempt
                case = await self._load(due.order_id, System())
                policy, now = self._policy(case), self._time(at, case)
                steps = fire_due(case, policy, now, obliges=self._obliges)
                if not steps:
                    # The order has moved on, or what was reckoned of its deadlines was stale.
                    await self._store.index([_indexed(case, policy)])
                    fields["outcome"] = "not_due"
                    return None
                handled = Handled(case=steps[-1].case, steps=steps)
                messages = await self._messages(handled, policy)
                with deciding_again():
                    outcome = await self._commit(
                        case, handled, policy, messages, patience=patience
                    )
                    fields["lag_seconds"] = _lag(handled.events)
                    fields["outcome"] = "done"
                    fields["rules"] = outcome.rules
                    return outcome
                await self._wait(attempt)
            raise Conflict(due.order_id, self._conflicts.tries)

    async def reindex(self) -> Reindexed:
        """Reckon the next due moments of all orders anew, for the store to find them by.

        For when a calendar or the time zone database has changed, and behind an upgrade of the
        tables. The answers follow by themselves; `tick` finds what is due by what the store
        keeps. Nothing else changes. Orders are read by the hundred, and it may run beside
        anything else. Those that this service can't judge or read, or whose rows somebody holds,
        are left as they are.
        """
        orders = skipped = 0
        named: list[str] = []
        after: str | None = ""
        while after is not None:
            page = await self._store.scan(after, PAGE)
            left = [*page.unread]
            entries: list[Indexed] = []
            for case in page.cases:
                try:
                    policy = self._policy(case)
                    check_edition(policy, case.order.policy, case.edition, case.digest)
                    entries.append(_indexed(case, policy))
                except Exception:  # one order's trouble must not stop the others
                    left.append(case.order.id)
            left += await self._index(entries)
            orders += len(page.cases) + len(page.unread) - len(left)
            skipped += len(left)
            named += left[: MOST_NAMED - len(named)]
            after = page.next
        if named:
            log_passed_over("reindex", named, "can't be judged, read or written")
        return Reindexed(orders=orders, skipped=skipped, named=tuple(named))

    async def _index(self, entries: list[Indexed]) -> list[str]:
        """Keep what was reckoned anew, and return the ids of orders where that can't be done."""
        try:
            await self._store.index(entries)
        except StoreUnavailable:  # perhaps for one of them
            return await self._index_singly(entries)
        return []

    async def _index_singly(self, entries: list[Indexed]) -> list[str]:
        left = []
        for entry in entries:
            try:
                await self._store.index([entry])
            except OrderUnavailable:
                left.append(entry.order_id)
        return left

    async def _messages(self, handled: Handled, policy: Policy) -> tuple[Message, ...]:
        """Return the messages of all steps, each worded by the case as it was then."""
        messages: list[Message] = []
        for step in handled.steps:
            parties: Mapping[str, Party | None] = {}
            if self._directory is not None and needs_messages(step.events, policy):
                parties = await self._parties(step.case, policy)
            messages += messages_for(step.events, step.case, policy, parties)
        return tuple(messages)

    def _owed(self, handled: Handled, policy: Policy) -> tuple[Obligation, ...]:
        """Return what the host must do because of all steps; nothing without a handler."""
        if not self._obliges:
            return ()
        steps = handled.steps
        return tuple(
            each for step in steps for each in obligations_for(step.events, step.case, policy)
        )

    async def _commit(
        self,
        case: Case,
        handled: Handled,
        policy: Policy,
        messages: tuple[Message, ...],
        command: Command | None = None,
        patience: timedelta | None = None,
    ) -> Outcome:
        """Commit all that has happened to `case`, and the command's id if it was carried out."""
        key, said = None, ""
        if command is not None and command.command_id is not None and handled.refused is None:
            key, said = key_of(command, command.command_id), fingerprint(command)
        patience = patience or self._patience
        commit = self._commit_of(case, handled, policy, messages, key, said, patience)
        await self._store.commit(commit)
        return outcome_of(commit)

    def _commit_of(
        self,
        case: Case,
        handled: Handled,
        policy: Policy,
        messages: tuple[Message, ...],
        command_id: str | None,
        fingerprint: str,
        patience: timedelta | None = None,
    ) -> Commit:
        next_due, marked_from = schedule(policy, handled.case)
        return trusted(Commit)(
            case=handled.case,
            expected=case.version,
            events=handled.events,
            messages=messages,
            obligations=self._owed(handled, policy),
            command_id=command_id,
            fingerprint=fingerprint,
            next_due=next_due,
            marked_from=marked_from,
            patience=patience,
        )

    async def _repeated(self, receipt: Receipt) -> Outcome:
        """Return the outcome of what was committed before."""
        history = await self._store.history(receipt.order_id)
        return Outcome(
            case=fold(history[: receipt.version]),
            events=history[receipt.expected : receipt.version],
            messages=receipt.messages,
            obligations=receipt.obligations,
            repeated=True,
        )

    def _given(self, at: datetime | None) -> datetime | None:
        """Return a moment that a command is given at, in UTC.

        Raises:
            InvalidValue: It is more than `SKEW` ahead of the clock: deadlines would fire that are
                not due, and later commands would be refused as too early.
        """
        if at is None:
            return None
        at = moment("service.at", at)
        now = self._time(None)
        if at > now + SKEW:
            expected = f"{(now + SKEW).isoformat()} at most, by the service's clock"
            fault = Fault("service.at", f"is {at.isoformat()}", expected, code="at_in_the_future")
            raise InvalidValue([fault])
        return at

    async def _wait(self, attempt: int) -> None:
        """Wait after a lost race, unless that was the last attempt."""
        if attempt < self._conflicts.tries:
            wait = self._conflicts.wait(attempt, self._chance())
            await asyncio.sleep(wait.total_seconds())


def _indexed(case: Case, policy: Policy) -> Indexed:
    """Return what a store keeps of the deadlines of a case, reckoned anew."""
    next_due, marked_from = schedule(policy, case)
    return Indexed(
        order_id=case.order.id,
        version=case.version,
        next_due=next_due,
        marked_from=marked_from,
    )


def outcome_of(commit: Commit) -> Outcome:
    """Return the outcome of what was committed."""
    return trusted(Outcome)(
        case=commit.case,
        events=commit.events,
        messages=commit.messages,
        obligations=commit.obligations,
    )


def _lag(events: Iterable[Event]) -> float:
    """Return how late the first deadline among `events` was, in seconds."""
    lags = (
        (event.at - event.due_at).total_seconds()
        for event in events
        if isinstance(event, DeadlineFired)
    )
    return next(lags)
