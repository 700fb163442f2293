"""Many orders at once: lists with their buttons, and commands that are given together.

What is read for them is read at once: one query for the cases, one for the ids of commands, and
one question to a directory that answers for many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, cast

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidValue,
    NotAll,
    OrderCancelError,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.domain.faults import Faults
from ordercancel.domain.texts import Lang
from ordercancel.engine.decide import check_edition
from ordercancel.engine.decision import Refused
from ordercancel.engine.handling import Handled, handle
from ordercancel.engine.labels import label
from ordercancel.engine.messages import readers_of
from ordercancel.engine.options import Option, options
from ordercancel.policy.policy import Policy
from ordercancel.service.answers import party_of
from ordercancel.service.backoff import deciding_again
from ordercancel.service.batch_inputs import commands_of, commands_together, ids_of
from ordercancel.service.deadlines_async import PATIENCE, AsyncDeadlines, outcome_of
from ordercancel.service.observers import Fields, Observed, log_passed_over, observing
from ordercancel.service.ports_async import AsyncDirectory, AsyncStore
from ordercancel.service.read_ahead_async import KnownParties, ReadAhead
from ordercancel.service.receipts import fingerprint_of_all, key_of
from ordercancel.service.records import Commit
from ordercancel.service.results import (
    Outcome,
    Overview,
    check_language,
    reader_of,
    wrong_kind,
)

Actors = Callable[[Case], Actor]
"""Names somebody for each case, such as whoever has to answer it."""


class AsyncBatches(AsyncDeadlines):
    """The part of `AsyncCancellationService` that is about many orders at once."""

    if TYPE_CHECKING:

        async def handle(self, command: Command, *, at: datetime | None = None) -> Outcome:
            """Carry out one command."""

    async def cases_of(
        self, order_ids: Iterable[str], *, by: Actor | Actors
    ) -> Mapping[str, Case]:
        """Return the cases of many orders by one query, each by its id, in the order of the ids.

        Those that are unknown, or of strangers, or can't be read, are left out; the last are
        logged.

        Args:
            order_ids: The orders, 10,000 at most.
            by: The reader, or a function that names one for each case.
        """
        ids = ids_of(order_ids)
        page = await self._store.load_many(ids)
        if page.unread:
            log_passed_over("cases_of", page.unread, "can't be read by this release")
        stored = {case.order.id: case for case in page.cases}
        cases = {each: stored[each] for each in ids if each in stored}
        seen: dict[str, Case] = {}
        for order_id, case in cases.items():
            with suppress(UnknownOrder):
                seen[order_id] = self._shown(case, order_id, _actor(by, case))
        return seen

    async def options_many(
        self, order_ids: Iterable[str], *, by: Actor | Actors, at: datetime | None = None
    ) -> Mapping[str, tuple[Option, ...]]:
        """Return the `options` of many orders by one query, each by its id.

        A directory of the host's is asked once more, where a rule depends on the seller and it
        has ``find_many``. Orders that are unknown, or of strangers, are left out; so are those
        that this service lacks the edition for, which are logged.
        """
        cases = self._judged("options_many", await self.cases_of(order_ids, by=by))
        sellers = {case.order.seller for case in cases.values() if self._policy(case).needs_seller}
        parties = await self._find_many(sellers)
        return {
            order_id: self._options(*self._fired(case, at), _actor(by, case), parties)
            for order_id, case in cases.items()
        }

    async def overview(
        self,
        order_ids: Iterable[str],
        *,
        by: Actor,
        lang: Lang | None = None,
        at: datetime | None = None,
    ) -> Mapping[str, Overview]:
        """Return what a list of orders shows: of each its case, its label and its options.

        One query, and one question to a directory of the host's that has ``find_many``.

        Args:
            order_ids: The orders, 10,000 at most; left out are those that `options_many` leaves.
            by: The reader, as for `label` and `options`.
            lang: One of the policies' languages. Default: of each its first one.
            at: The moment. Default: the clock's time.
        """
        cases = self._judged("overview", await self.cases_of(order_ids, by=by))
        parties = await self._find_many(
            {each for case in cases.values() for each in self._readers(case)}
        )
        shown: dict[str, Overview] = {}
        for order_id, case in cases.items():
            policy = self._policy(case)
            fired, now = self._fired(case, at)
            reader, spoken = reader_of(by, policy), check_language(lang, policy)
            shown[order_id] = Overview(
                case=case,
                label=label(fired, policy, reader, spoken, parties=parties),
                options=self._options(fired, now, by, parties),
            )
        return shown

    async def handle_many(
        self, commands: Iterable[Command], *, at: datetime | None = None
    ) -> tuple[Outcome | OrderCancelError, ...]:
        """Carry out many commands, each for itself, such as a seller's two hundred approvals.

        Each is a transaction of its own; one that is refused, or fails, stops no other. What they
        are judged by is read at once, so that the number of queries does not grow with theirs.

        Args:
            commands: The commands, 10,000 at most.
            at: When they are given, as for `handle`.

        Returns:
            For each command, in the same order, its outcome, or the error that `handle` raises.
        """
        wanted = commands_of(commands)
        page = await self._store.load_many(list({each.order_id: None for each in wanted}))
        cases = {case.order.id: case for case in page.cases}
        # Behind the cases: whatever a case says of a command, its receipt is there by now.
        keys = [each.command_id and key_of(each, each.command_id) for each in wanted]
        known = [key for key in keys if key is not None]
        receipts = await self._store.receipts(known) if known else {}
        directory = await self._ahead(cases.values())
        answers: list[Outcome | OrderCancelError] = []
        before = {*page.unread}  # whoever loads these is told what is wrong with them
        for command, key in zip(wanted, keys, strict=True):
            service = copy(self)
            service._directory = directory  # noqa: SLF001 - a copy of our own
            service._patience = PATIENCE  # noqa: SLF001 - a row that is held stops no other
            if command.order_id not in before:  # a second command meets what the first has made
                ahead = cases.get(command.order_id), receipts.get(key or "")
                service._store = cast(AsyncStore, ReadAhead(self._store, *ahead))  # noqa: SLF001
            before.add(command.order_id)
            try:
                answers.append(await service.handle(command, at=at))
            except OrderCancelError as error:
                answers.append(error)
        return tuple(answers)

    async def handle_all(
        self,
        commands: Iterable[Command],
        *,
        command_id: str | None = None,
        at: datetime | None = None,
    ) -> tuple[Outcome, ...]:
        """Carry out all commands in one transaction, or none of them: a cart.

        All are assessed first, so that every refusal is known. Where the rules cancel some at
        once and refer others, they are not alike and nothing is done: the buyer would get half
        of what they asked for. What is due fires with the commands; where they are refused, it is
        left to the next tick. A loop over `handle` would cancel half of a cart.

        Args:
            commands: The commands, 10,000 at most, each about another order, with no ids of
                their own.
            command_id: An id for all of them. Where they were committed
                under it before, their first outcomes are returned again, marked as repeated.
            at: When they are given, as for `handle`.

        Returns:
            The outcomes, in the order of the commands.

        Raises:
            NotAll: Some can't be carried out, or they are not alike; with the error of each.
            InvalidValue: An argument is wrong, the id belongs to other commands, or what was
                committed under it has been purged in part.
            Conflict: Others changed one of the orders first, each time.
        """
        wanted = commands_together(commands, command_id)
        at = self._given(at)
        with ExitStack() as observed:
            noted = {each.order_id: fields_of(each, command_id) for each in wanted}
            for fields in noted.values():
                observed.enter_context(observing(self._observers, Observed.COMMAND, fields))
            outcomes = await self._handle_all(wanted, command_id, at, noted)
            for order_id, outcome in outcomes.items():
                noted[order_id]["outcome"] = "repeated" if outcome.repeated else "done"
                noted[order_id]["rules"] = outcome.rules
        return tuple(outcomes[each.order_id] for each in wanted)

    async def _handle_all(
        self,
        wanted: Sequence[Command],
        command_id: str | None,
        at: datetime | None,
        noted: Mapping[str, Fields],
    ) -> Mapping[str, Outcome]:
        """Assess, handle and commit; from fresh state again where another was first."""
        # Whoever has two orders in common with somebody else locks them in the same order.
        ordered = sorted(wanted, key=lambda each: each.order_id)
        ids = [each.order_id for each in ordered]
        own_ids = [
            None if command_id is None else key_of(each, f"{command_id}/{number}")
            for number, each in enumerate(ordered)
        ]
        orders = dict(zip(own_ids, ids, strict=True))
        said = fingerprint_of_all(ordered)
        for attempt in range(1, self._conflicts.tries + 1):
            cases = {case.order.id: case for case in (await self._store.load_many(ids)).cases}
            earlier = await self._earlier_all(command_id, orders, said)
            if earlier is not None:
                return earlier
            service = copy(self)
            service._directory = await self._ahead(cases.values())  # noqa: SLF001
            assessed = await service._assess_all(ordered, cases, at)  # noqa: SLF001
            outcomes: dict[str, Outcome] = {}
            commits: list[Commit] = []
            for command, own_id in zip(ordered, own_ids, strict=True):
                case, policy, handled = assessed[command.order_id]
                messages = await service._messages(handled, policy)  # noqa: SLF001
                commit = self._commit_of(case, handled, policy, messages, own_id, said)
                commits.append(commit)
                outcomes[command.order_id] = outcome_of(commit)
                noted[command.order_id].update(
                    policy=policy.name, edition=case.edition, attempts=attempt
                )
            with deciding_again():
                await self._store.commit_all(commits)
                return outcomes
            await self._wait(attempt)
        raise Conflict(", ".join(ids), self._conflicts.tries)

    async def _assess_all(
        self, commands: Sequence[Command], cases: Mapping[str, Case], at: datetime | None
    ) -> Mapping[str, tuple[Case, Policy, Handled]]:
        """Judge each command, and say of all of them what is refused.

        Raises:
            NotAll: Some are, or they are not alike.
        """
        assessed: dict[str, tuple[Case, Policy, Handled]] = {}
        errors: dict[str, OrderCancelError] = {}
        verdicts: dict[str, str] = {}
        for command in commands:
            order_id = command.order_id
            try:
                if order_id in cases:
                    case = self._shown(cases[order_id], order_id, command.by)
                else:
                    case = await self._load(order_id, command.by)
                policy, now = self._policy(case), self._time(at, case)
                seller = await self._seller(case, policy)
                handled = handle(command, case, policy, now, seller=seller, obliges=self._obliges)
            except (InvalidValue, UnknownOrder, UnknownPolicy) as error:
                errors[order_id] = error
            else:
                if handled.refused is not None:
                    errors[order_id] = Refused(handled.refused.decision)
                if handled.verdict is not None:
                    verdicts[order_id] = handled.verdict
                assessed[order_id] = case, policy, handled
        if errors or {*verdicts.values()} >= {"cancel", "refer"}:
            raise NotAll(errors, verdicts)
        return assessed

    async def _earlier_all(
        self, command_id: str | None, orders: Mapping[str | None, str], said: str
    ) -> Mapping[str, Outcome] | None:
        """Return the outcomes of the same commands, where they were committed before.

        Args:
            command_id: The id for all of them.
            orders: The order of each of their own ids.
            said: Their fingerprint.
        """
        if command_id is None:
            return None
        receipts = await self._store.receipts([each for each in orders if each is not None])
        if any(
            receipt.fingerprint not in ("", said) or receipt.order_id != orders[key]
            for key, receipt in receipts.items()
        ):
            problem = f"{command_id!r} belongs to other commands"
            fault = Fault("service.command_id", problem, "an id of its own for each time")
            raise InvalidValue([fault])
        if not receipts:
            return None
        if len(receipts) < len(orders):  # they were carried out, but that can't be told any more
            problem = f"{command_id!r} is of commands whose receipts are purged in part"
            raise InvalidValue([Fault("service.command_id", problem, "a new id")])
        return {receipt.order_id: await self._repeated(receipt) for receipt in receipts.values()}

    def _fired(self, case: Case, at: datetime | None) -> tuple[Case, datetime]:
        """Return a case as if what is due had fired, and the moment by which it is."""
        now = self._time(at, case)
        return self._as_if_fired(case, self._policy(case), now), now

    def _options(
        self, fired: Case, now: datetime, by: Actor, parties: Mapping[str, Party | None]
    ) -> tuple[Option, ...]:
        seller = parties.get(fired.order.seller)
        return options(fired, self._policy(fired), by, now, seller=seller)

    def _judged(self, call: str, cases: Mapping[str, Case]) -> Mapping[str, Case]:
        """Return those of the cases that this service can judge: the others must not stop them."""
        judged: dict[str, Case] = {}
        for order_id, case in cases.items():
            with suppress(UnknownPolicy, InvalidValue):
                check_edition(self._policy(case), case.order.policy, case.edition, case.digest)
                judged[order_id] = case
        if left := [each for each in cases if each not in judged]:
            log_passed_over(call, left, "this service lacks the edition that judges them")
        return judged

    def _readers(self, case: Case) -> frozenset[str]:
        """Return the ids of whoever judging and wording a case may ask the directory about."""
        policy = self._policy(case)
        seller = {case.order.seller} if policy.needs_seller else set()
        return frozenset({*readers_of(case, policy), *seller})

    async def _ahead(self, cases: Iterable[Case]) -> AsyncDirectory | None:
        """Return the directory, with what it will be asked about these cases read ahead."""
        if self._directory is None:
            return None
        wanted: set[str] = set()
        for case in cases:
            with suppress(UnknownPolicy):  # which whoever handles it is told
                wanted |= self._readers(case)
        return KnownParties(self._directory, await self._find_many(wanted))

    async def _find_many(self, party_ids: Iterable[str]) -> Mapping[str, Party | None]:
        """Return what the directory knows of these parties; at once, where it can be asked so."""
        wanted = sorted(set(party_ids))
        if self._directory is None or not wanted:
            return {}
        find_many = getattr(self._directory, "find_many", None)
        if find_many is None:
            return {each: await self._find(each) for each in wanted}
        parties: object = await find_many(wanted)
        faults = Faults("directory")
        faults.instance("find_many", parties, Mapping, "a mapping of ids to parties")
        faults.raise_if_any()
        known = cast(Mapping[str, object], parties)
        return {each: party_of(each, known.get(each)) for each in wanted}


def _actor(by: Actor | Actors, case: Case) -> Actor:
    actor = by if isinstance(by, Actor) else by(case) if callable(by) else by
    if not isinstance(actor, Actor):
        raise wrong_kind("by", actor, "a Buyer, Seller, Operator or System")
    return actor


def fields_of(command: Command, command_id: str | None) -> Fields:
    """Return what observers see of a command as it begins."""
    fields: Fields = {
        "command": type(command).__name__,
        "order_id": command.order_id,
        "role": command.by.role,
    }
    if command_id is not None:
        fields["command_id"] = command_id
    return fields
