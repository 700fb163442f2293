"""What handling a command comes to, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import JUDGED, AdvanceOrder, Command, FireDeadline, UpdateOrder
from ordercancel.domain.events import DeadlineFired, Event, OrderUpdated
from ordercancel.engine.handling import Step as Taken
from ordercancel.engine.handling import fire_due, handle
from ordercancel.policy.policy import Policy
from ordercancel.verification.invariants import Step


def steps_of(
    command: Command, case: Case, policy: Policy, at: datetime, *, seller: Party | None = None
) -> tuple[Step, ...]:
    """The steps of handling `command`: those of deadlines that are due, and its own.

    A refused command is the last step, in which nothing happens.

    Raises:
        UnknownOrder, InvalidValue, InvalidPolicy: As `ordercancel.engine.handling.handle`.
    """
    handled = handle(command, case, policy, at, seller=seller)
    steps = (*_steps(handled.steps, case, policy, at, command, seller),)
    if handled.refused is None:
        return steps
    decision, after = handled.refused.decision, handled.case
    refused = Step(
        policy=policy, before=after, command=command, at=at, decision=decision, after=after
    )
    return (*steps, refused)


def due_steps(case: Case, policy: Policy, at: datetime) -> tuple[Step, ...]:
    """The steps of the deadlines that are due at `at`."""
    return (*_steps(fire_due(case, policy, at), case, policy, at),)


def _steps(
    taken: Iterable[Taken],
    case: Case,
    policy: Policy,
    at: datetime,
    command: Command | None = None,
    seller: Party | None = None,
) -> Iterator[Step]:
    """What was taken, each with the command behind it and what the rules said to it."""
    for each in taken:
        given = _given(command, each.events[0])
        decision = None
        if isinstance(given, JUDGED):
            decision = policy.assess(given, case, at, seller=seller)
        yield Step(
            policy=policy,
            before=case,
            command=given,
            at=at,
            decision=decision,
            events=each.events,
            after=each.case,
        )
        case = each.case


def _given(command: Command | None, first: Event) -> Command:
    """The command that a step comes from, by its first event."""
    if command is None or isinstance(first, DeadlineFired):
        deadline = getattr(first, "deadline", "")
        return FireDeadline(first.order_id, by=System(), deadline=deadline)
    if isinstance(first, OrderUpdated) and isinstance(command, AdvanceOrder):
        # What is told with a move is recorded ahead of it, where something is due.
        return UpdateOrder(first.order_id, by=System(), facts=first.facts)
    return command
