"""The async service: commands and deadlines, from loading the case to the commit."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from copy import copy
from datetime import datetime

from ordercancel.domain.commands import COMMANDS, Command, exact_command
from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidValue,
)
from ordercancel.domain.events import Event, OrderRegistered
from ordercancel.domain.exact import of_kind
from ordercancel.domain.orders import Order
from ordercancel.engine.decide import register
from ordercancel.engine.evolve import fold
from ordercancel.engine.handling import handle
from ordercancel.engine.timers import schedule
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.service.backoff import CONFLICTS, RETRIES, Backoff, deciding_again
from ordercancel.service.batches_async import fields_of
from ordercancel.service.clock import Clock, SystemClock
from ordercancel.service.observers import Fields, LogObserver, Observed, Observer, observing
from ordercancel.service.ports_async import (
    AsyncDirectory,
    AsyncNotifier,
    AsyncObligationHandler,
    AsyncStore,
)
from ordercancel.service.receipts import is_same, key_of
from ordercancel.service.records import Commit
from ordercancel.service.results import Outcome, check_arguments, wrong_kind
from ordercancel.service.retention_async import AsyncRetention


class AsyncCancellationService(AsyncRetention):
    """Handles commands, fires deadlines, delivers messages, answers questions, and forgets.

    Every method raises `StoreUnavailable` where the store does not answer, and `InvalidValue`
    where an argument is out of its bounds.

    Args:
        policies: The policies, each in one edition or several.
        store: Keeps cases, history and the outbox.
        directory: Looks parties up. Default: none; then nobody has a name, and no seller is known
            to permit cancelling.
        notifier: Delivers messages; only `relay` needs one.
        obligations: Does what the host must do: refunds, restocking, stopped shipments. Give it to
            every service that handles commands or ticks: without one, nothing is written of these.
        clock: Tells the time where a call names none. Default: the machine's clock.
        conflicts: How a command is decided again that lost the race for its order. Default: 8
            attempts in about a second.
        retries: How a failed message is delivered again. Default: 40 attempts in about a day.
        observers: Observe commands and deliveries, beside the log. Default: none.
        chance: Returns a number from 0 to 1 that spreads the waits. Default: at random.

    Raises:
        InvalidValue: With every argument that is something else.
        InvalidPolicy: As `PolicyBook`.
    """

    def __init__(
        self,
        *,
        policies: Iterable[Policy],
        store: AsyncStore,
        directory: AsyncDirectory | None = None,
        notifier: AsyncNotifier | None = None,
        obligations: AsyncObligationHandler | None = None,
        clock: Clock | None = None,
        conflicts: Backoff = CONFLICTS,
        retries: Backoff = RETRIES,
        observers: Iterable[Observer] = (),
        chance: Callable[[], float] = random.random,
    ) -> None:
        check_arguments(
            policies=policies,
            store=store,
            directory=directory,
            notifier=notifier,
            obligations=obligations,
            clock=clock,
            conflicts=conflicts,
            retries=retries,
            observers=observers,
            chance=chance,
        )
        self._book = PolicyBook(policies)
        self._store = store
        self._directory = directory
        self._notifier = notifier
        self._obligations = obligations
        self._clock = clock or SystemClock()
        self._conflicts = conflicts
        self._retries = retries
        self._observers = (LogObserver(), *observers)
        self._chance = chance
        self._ticked_up_to = None

    def using(self, store: AsyncStore) -> AsyncCancellationService:
        """Return the same service on another store, such as one in a transaction of the host's."""
        service = copy(self)
        service._store = store  # noqa: SLF001 - a copy of our own
        return service

    async def register(self, order: Order, *, at: datetime | None = None) -> Outcome:
        """Make an order known; the same order again changes nothing.

        Args:
            order: The order as it is now, with the requests that were made before in its
                `history`.
            at: When it is registered. Default: the clock's time.

        Raises:
            UnknownPolicy: No policy has the order's name, or none held when it was placed.
            InvalidValue: The policy does not know its status or a fact, or requires one that it
                lacks; another order has its id; or `at` is more than 5 seconds ahead of the clock.
        """
        if not isinstance(order, Order):
            raise wrong_kind("order", order, "an Order")
        order = of_kind(order, Order)
        at = self._time(self._given(at))
        policy = self._book.edition_for(order)
        events = register(order, policy, at)
        case = fold(events)
        next_due, marked_from = schedule(policy, case)
        commit = Commit(
            case=case, expected=0, events=events, next_due=next_due, marked_from=marked_from
        )
        for attempt in range(1, self._conflicts.tries + 1):
            history = await self._store.history(order.id)
            if history:
                return _registered_before(order, history)
            with deciding_again():
                await self._store.commit(commit)
                return Outcome(case=case, events=events)
            await self._wait(attempt)
        raise Conflict(order.id, self._conflicts.tries)

    async def handle(self, command: Command, *, at: datetime | None = None) -> Outcome:
        """Carry out a command: decide, and commit the case, its history and its messages.

        What the host tells is recorded first, then what is due fires, then the command is judged
        (`ordercancel.engine.handling`), all in one commit. Where the rules refuse, what has fired
        is committed all the same; in a transaction of the host's that is the host's to commit.

        Args:
            command: What somebody wants done. Where the same actor's command with this
                `command_id` was committed before, its outcome is returned again, marked as
                repeated.
            at: When the command is given; it is never moved. Default: the clock's time, or that
                of the order's last event where this is ahead by 5 seconds at most.

        Raises:
            UnknownOrder: There is no such order, or the actor is no party to it.
            InvalidValue: The command's values are wrong, with every fault named; or `at` is
                before the order's last event, or more than 5 seconds ahead of the clock.
            Refused: The policy refuses, with codes, clauses and sentences; its `fired` are the
                events of deadlines that stand.
            Conflict: Others changed the order first, each time.
        """
        if not isinstance(command, COMMANDS):
            raise wrong_kind("command", command, "a command")
        command = exact_command(command)
        at = self._given(at)
        fields = fields_of(command, command.command_id)
        with observing(self._observers, Observed.COMMAND, fields):
            outcome = await self._handle(command, at, fields)
            fields["outcome"] = "repeated" if outcome.repeated else "done"
            fields["rules"] = outcome.rules
            return outcome

    async def _handle(self, command: Command, at: datetime | None, fields: Fields) -> Outcome:
        """Load, handle and commit; from fresh state again where another was first."""
        for attempt in range(1, self._conflicts.tries + 1):
            fields["attempts"] = attempt
            case = await self._load(command.order_id, command.by)
            fields["policy"], fields["edition"] = case.order.policy, case.edition
            try:
                policy = self._policy(case)
                seller = await self._seller(case, policy)
                now = self._time(None, case) if at is None else at
                handled = handle(command, case, policy, now, seller=seller, obliges=self._obliges)
                messages = await self._messages(handled, policy)
            except Exception:
                # It may be refused for no other reason than that it was carried out before.
                earlier = await self._earlier(command)
                if earlier is not None:
                    return earlier
                raise
            if handled.refused is not None or not handled.steps:
                earlier = await self._earlier(command)
                if earlier is not None:
                    return earlier
            with deciding_again():
                if handled.steps:
                    outcome = await self._commit(case, handled, policy, messages, command)
                else:
                    outcome = Outcome(case=case, events=())
                if handled.refused is not None:
                    raise handled.refused
                return outcome
            # Who was first may have been the same command, sent twice.
            earlier = await self._earlier(command)
            if earlier is not None:
                return earlier
            await self._wait(attempt)
        raise Conflict(command.order_id, self._conflicts.tries)

    async def _earlier(self, command: Command) -> Outcome | None:
        """Return the outcome of the same command, where its id was committed before."""
        if command.command_id is None:
            return None
        receipt = await self._store.receipt(key_of(command, command.command_id))
        if receipt is None:
            return None
        is_its = receipt.order_id == command.order_id and is_same(command, receipt.fingerprint)
        if not is_its:
            where = f"{type(command).__name__}.command_id"
            problem = f"{command.command_id!r} belongs to another command"
            raise InvalidValue([Fault(where, problem, "an id of its own for each command")])
        return await self._repeated(receipt)


def _registered_before(order: Order, history: tuple[Event, ...]) -> Outcome:
    """Return the outcome of registering the same order before."""
    first = history[0]
    if isinstance(first, OrderRegistered) and first.order == order:
        return Outcome(case=fold(history[:1]), events=history[:1], repeated=True)
    problem = f"{order.id!r} is registered already, with other values"
    raise InvalidValue([Fault("Order.id", problem, "an id of its own for each order")])
