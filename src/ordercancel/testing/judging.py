"""What handling a command comes to, step by step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import AdvanceOrder, Command, FireDeadline, UpdateOrder
from ordercancel.domain.events import DeadlineFired, Event, OrderUpdated
from ordercancel.engine.decision import Decision
from ordercancel.engine.handling import Step as Taken
from ordercancel.engine.handling import fire_due, handle
from ordercancel.policy.policy import Policy
from ordercancel.verification.invariants import Step

__all__ = ["due_steps", "steps_of"]


def steps_of(
    command: Command, case: Case, policy: Policy, at: datetime, *, seller: Party | None = None
) -> tuple[Step, ...]:
    """The steps of handling `command`: those of deadlines that are due, and its own.

    A refused command is the last step, in which nothing happens.

    Raises:
        UnknownOrder, InvalidValue, InvalidPolicy: As `ordercancel.engine.handling.handle`.
    """
    handled = handle(command, case, policy, at, seller=seller)
    steps: list[Step] = []
    for taken in handled.steps:
        given = _given(command, taken.events[0])
        decision = None
        if given is command and not isinstance(command, UpdateOrder | FireDeadline):
            decision = policy.assess(command, case, at, seller=seller)
        steps.append(_step(policy, case, given, at, taken, decision))
        case = taken.case
    if handled.refused is not None:
        taken = Taken((), case)
        steps.append(_step(policy, case, command, at, taken, handled.refused.decision))
    return tuple(steps)


def due_steps(case: Case, policy: Policy, at: datetime) -> tuple[Step, ...]:
    """The steps of the deadlines that are due at `at`."""
    steps: list[Step] = []
    for taken in fire_due(case, policy, at):
        given = _fired(taken.events[0])
        steps.append(_step(policy, case, given, at, taken))
        case = taken.case
    return tuple(steps)


def _step(
    policy: Policy,
    before: Case,
    command: Command,
    at: datetime,
    taken: Taken,
    decision: Decision | None = None,
) -> Step:
    return Step(
        policy=policy,
        before=before,
        command=command,
        at=at,
        decision=decision,
        events=taken.events,
        after=taken.case,
    )


def _given(command: Command, first: Event) -> Command:
    """The command that a step comes from, by its first event."""
    if isinstance(first, DeadlineFired):
        return _fired(first)
    if isinstance(first, OrderUpdated) and isinstance(command, AdvanceOrder):
        # What is told with a move is recorded ahead of it, where something is due.
        return UpdateOrder(first.order_id, by=System(), facts=first.facts)
    return command


def _fired(first: Any) -> FireDeadline:
    return FireDeadline(first.order_id, by=System(), deadline=first.deadline)
