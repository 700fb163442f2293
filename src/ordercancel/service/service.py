# Generated from service_async.py by tools/async_to_sync.py: edit that, then run it.
"""The sync service: commands and deadlines, from loading the case to the commit."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import copy
from datetime import datetime
from functools import reduce

from ordercancel.domain.actors import Party, System
from ordercancel.domain.commands import COMMANDS, ApplyDeadline, Command
from ordercancel.domain.errors import Conflict, Fault, InvalidValue, StoreUnavailable
from ordercancel.domain.events import Event, OrderRegistered
from ordercancel.domain.faults import Faults
from ordercancel.domain.orders import Order
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Refused
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.messages import messages_for, needs_messages
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.service.backoff import CONFLICTS, RETRIES, Backoff
from ordercancel.service.clock import Clock, SystemClock
from ordercancel.service.observers import Fields, LogObserver, Observed, Observer, observing
from ordercancel.service.outbox import Outbox
from ordercancel.service.ports import Directory, Notifier, Store
from ordercancel.service.records import Commit, DueDuty, fingerprint
from ordercancel.service.results import A_COUNT, MAX_COUNT, Outcome, Skipped, Ticked, wrong_kind


class CancellationService(Outbox):
    """Handles commands, applies deadlines, delivers messages and answers questions about orders.

    Every method raises `StoreUnavailable` where the store does not answer, and `InvalidValue`
    where an argument is out of its bounds.

    Args:
        policies: The policies, each in one edition or several.
        store: Keeps cases, history and the outbox.
        directory: Looks parties up. Default: none; then nobody has a name, and no seller is known
            to permit cancelling.
        notifier: Delivers messages; only `relay` needs one.
        clock: Tells the time where a call names none. Default: the machine's clock.
        conflicts: How a command is decided again that lost the race for its order. Default: 8
            attempts in about a second.
        retries: How a failed message is delivered again. Default: 40 attempts in about a day.
        observers: Observe commands and deliveries, beside the log. Default: none.
        chance: Returns a number from 0 to 1 that spreads the waits. Default: at random.
    """

    def __init__(
        self,
        *,
        policies: Iterable[Policy],
        store: Store,
        directory: Directory | None = None,
        notifier: Notifier | None = None,
        clock: Clock | None = None,
        conflicts: Backoff = CONFLICTS,
        retries: Backoff = RETRIES,
        observers: Iterable[Observer] = (),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._book = PolicyBook(policies)
        self._store = store
        self._directory = directory
        self._notifier = notifier
        self._clock = clock or SystemClock()
        self._conflicts = conflicts
        self._retries = retries
        self._observers = (LogObserver(), *observers)
        self._chance = chance

    def using(self, store: Store) -> CancellationService:
        """Return the same service on another store, such as one in a transaction of the host's."""
        service = copy(self)
        service._store = store  # noqa: SLF001 - a copy of our own
        return service

    def register(self, order: Order, *, at: datetime | None = None) -> Outcome:
        """Make an order known; the same order again changes nothing.

        Args:
            order: The order as it is now.
            at: When it is registered. Default: the clock's time.

        Raises:
            UnknownPolicy: No policy has the order's name, or none held when it was placed.
            InvalidValue: The policy does not know its status or channel, or another order has
                its id.
        """
        if not isinstance(order, Order):
            raise wrong_kind("order", order, "an Order")
        at = self._time(at)
        events = register(order, self._book.edition_for(order), at)
        case = fold(events)
        commit = Commit(case=case, expected=0, events=events)
        for attempt in range(1, self._conflicts.tries + 1):
            history = self._store.history(order.id)
            if history:
                return _registered_before(order, history)
            with suppress(Conflict):
                self._store.commit(commit)
                return Outcome(case=case, events=events)
            self._wait(attempt)
        raise Conflict(order.id, self._conflicts.tries)

    def handle(self, command: Command, *, at: datetime | None = None) -> Outcome:
        """Carry a command out: state, history, messages and command id in one commit.

        Args:
            command: What somebody wants done. Where its `command_id` was committed before, the
                first outcome is returned again, marked as repeated.
            at: When the command is given. Default: the clock's time.

        Raises:
            UnknownOrder: There is no such order, or the actor is no party to it.
            InvalidValue: The command's values are wrong; every fault is named.
            Refused: The policy refuses, with codes, clauses and a sentence in two languages.
            Conflict: Others changed the order first, each time.
        """
        if not isinstance(command, COMMANDS):
            raise wrong_kind("command", command, "a command")
        return self._handle(command, self._time(at))

    def _handle(self, command: Command, at: datetime, due_at: datetime | None = None) -> Outcome:
        """Carry a command out, observed; a deadline's was due at `due_at`."""
        fields: Fields = {
            "command": type(command).__name__,
            "order_id": command.order_id,
            "role": command.by.role.value,
        }
        if command.command_id is not None:
            fields["command_id"] = command.command_id
        if due_at is not None:
            fields["lag_seconds"] = (at - due_at).total_seconds()
        with observing(self._observers, Observed.COMMAND, fields):
            outcome = self._carry_out(command, at, fields)
            fields["outcome"] = "repeated" if outcome.repeated else "done"
            fields["rules"] = outcome.rules
            return outcome

    def _carry_out(self, command: Command, at: datetime, fields: Fields) -> Outcome:
        """Load, decide, evolve and commit; from fresh state again where another was first."""
        for attempt in range(1, self._conflicts.tries + 1):
            fields["attempts"] = attempt
            case = self._load(command.order_id, command.by)
            fields["policy"], fields["edition"] = case.order.policy, case.edition
            try:
                policy = self._book.get(case.order.policy, case.edition)
                seller = self._find(case.order.seller) if policy.needs_seller else None
                events = decide(command, case, policy, at, seller=seller)
                after = reduce(evolve, events, case)
                parties: Mapping[str, Party | None] = {}
                if self._directory is not None and needs_messages(events, policy):
                    parties = self._parties(case.order)
                messages = messages_for(events, after, policy, parties)
            except Exception:
                # It may be refused for no other reason than that it was carried out before.
                earlier = self._earlier(command)
                if earlier is not None:
                    return earlier
                raise
            commit = Commit(
                case=after,
                expected=case.version,
                events=events,
                messages=messages,
                command_id=command.command_id,
                fingerprint="" if command.command_id is None else fingerprint(command),
            )
            with suppress(Conflict):
                self._store.commit(commit)
                return Outcome(case=after, events=events, messages=messages)
            # Who was first may have been the same command, sent twice.
            earlier = self._earlier(command)
            if earlier is not None:
                return earlier
            self._wait(attempt)
        raise Conflict(command.order_id, self._conflicts.tries)

    def tick(self, now: datetime | None = None, *, budget: int = 100) -> Ticked:
        """Apply deadlines that have come due, earliest first, each as a command of the system.

        Any scheduler will do, in any number of processes: a deadline acts once. Where one order
        is in trouble, its deadline is reported as skipped and the next one follows.

        Args:
            now: The current time. Default: the clock's.
            budget: The most deadlines to apply, 1 to 10,000. Default: 100.
        """
        now = self._time(now)
        faults = Faults("tick")
        faults.number("budget", budget, 1, MAX_COUNT, A_COUNT)
        faults.raise_if_any()
        outcomes: list[Outcome] = []
        skipped: list[Skipped] = []
        last: DueDuty | None = None
        while duties := self._store.due(now, last, max(1, budget - len(outcomes))):
            if len(outcomes) == budget:
                break  # these were read to tell whether more is due
            for last in duties:
                try:
                    command = ApplyDeadline(
                        last.order_id, by=System(), deadline=last.deadline, request=last.request
                    )
                    outcomes.append(self._handle(command, now, last.due_at))
                except StoreUnavailable:
                    raise
                except Exception as error:  # one order's trouble must not stop the others
                    # It may have acted, or been released, since it was read.
                    if not (isinstance(error, Refused) and error.codes == ("not_due",)):
                        skipped.append(Skipped(duty=last, error=error))
        return Ticked(outcomes=tuple(outcomes), skipped=tuple(skipped), more=bool(duties))

    def _wait(self, attempt: int) -> None:
        """Wait after a lost race, unless that was the last attempt."""
        if attempt < self._conflicts.tries:
            wait = self._conflicts.wait(attempt, self._chance())
            time.sleep(wait.total_seconds())

    def _earlier(self, command: Command) -> Outcome | None:
        """Return the outcome of the same command, where its id was committed before."""
        if command.command_id is None:
            return None
        receipt = self._store.receipt(command.command_id)
        if receipt is None:
            return None
        if receipt.fingerprint != fingerprint(command):
            where = f"{type(command).__name__}.command_id"
            problem = f"{command.command_id!r} belongs to another command"
            raise InvalidValue([Fault(where, problem, "an id of its own for each command")])
        history = self._store.history(receipt.order_id)
        return Outcome(
            case=fold(history[: receipt.version]),
            events=history[receipt.expected : receipt.version],
            messages=receipt.messages,
            repeated=True,
        )


def _registered_before(order: Order, history: tuple[Event, ...]) -> Outcome:
    """Return the outcome of registering the same order before."""
    first = history[0]
    if isinstance(first, OrderRegistered) and first.order == order:
        return Outcome(case=fold(history[:1]), events=history[:1], repeated=True)
    problem = f"{order.id!r} is registered already, with other values"
    raise InvalidValue([Fault("Order.id", problem, "an id of its own for each order")])
