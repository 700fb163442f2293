"""Handling a command: what the host tells, then what is due, then the command itself.

This is what a service does between loading a case and committing it, without any input or output.
Nobody meets an order whose time is over and that only a deadline can decide: the deadline fires
first, and the command is judged on what is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from itertools import chain

import attrs

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AdvanceOrder,
    Command,
    FailRefund,
    FireDeadline,
    Judged,
    RetryRefund,
    SettleRefund,
    UpdateOrder,
    exact_command,
)
from ordercancel.domain.errors import Fault, InvalidPolicy, InvalidValue
from ordercancel.domain.events import DeadlineFired, Event
from ordercancel.engine.decide import admit, decide_admitted
from ordercancel.engine.decision import Refused, Verdict
from ordercancel.engine.evolve import evolve
from ordercancel.engine.obligations import refunds_opened
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.timers import first_timer

MOST_FIRINGS = 1_000
"""How many deadlines may fire one after another before that is taken for a circle."""

_TELLING = (UpdateOrder, SettleRefund, FailRefund, RetryRefund)
"""The commands by which the host tells something: it is recorded before anything fires."""


@attrs.frozen
class Step:
    """The events of one decision, the case after them, and the verdict if rules judged it."""

    events: tuple[Event, ...]
    case: Case
    verdict: Verdict | None = None


@attrs.frozen(kw_only=True)
class Handled:
    """What came of a command.

    Args:
        case: The case after it.
        steps: What happened, one decision after another: those of deadlines, and the command's.
        refused: The refusal, where the rules refuse it; `steps` stand all the same.
    """

    case: Case
    steps: tuple[Step, ...]
    refused: Refused | None = None

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened, in order."""
        return tuple(chain.from_iterable([step.events for step in self.steps]))

    @property
    def verdict(self) -> Verdict | None:
        """What the rules said to the command; None where no rule judges it."""
        if self.refused is not None:
            return self.refused.decision.verdict
        return self.steps[-1].verdict if self.steps else None


def handle(
    command: Command,
    case: Case,
    policy: RuleSet,
    at: datetime,
    *,
    seller: Party | None = None,
    obliges: bool = False,
) -> Handled:
    """What `command` makes of a case, with all that is due when it is given.

    What the host tells is recorded first: an order that was paid at minute 59 is not cancelled as
    unpaid at minute 60, although that is told at minute 61. Then what is still due fires, in the
    order of the due moments. Then the command is judged.

    Args:
        command: The command. A `FireDeadline` fires nothing but its own deadline.
        case: The order with its history.
        policy: The policy and edition that the case is judged by.
        at: The moment, with a UTC offset; everything happens then.
        seller: What the directory knows of the seller.
        obliges: Whether refunds become due by what happens: the host has a handler for them.
            Default: False.

    Raises:
        UnknownOrder, InvalidValue: As `decide`; then nothing has fired either.
        InvalidPolicy: Deadlines fire in a circle that never ends.
    """
    command = exact_command(command)
    at = admit(command, case, policy, at)
    is_told = isinstance(command, _TELLING)
    before: tuple[Step, ...] = ()
    if not is_told and not isinstance(command, FireDeadline):
        before = _steps_before(command, case, policy, at, seller, obliges=obliges)
    judged = before[-1].case if before else case
    try:
        step = _step(command, judged, policy, at, seller, obliges=obliges)
    except Refused as refusal:
        if is_told:
            before = fire_due(case, policy, at, obliges=obliges)
        refusal.fired = tuple(event for step in before for event in step.events)
        return Handled(case=before[-1].case if before else case, steps=before, refused=refusal)
    steps = (*before, step) if step.events else before
    if is_told:
        steps += fire_due(step.case, policy, at, obliges=obliges)
    return Handled(case=steps[-1].case if steps else case, steps=steps)


def case_before(
    command: Judged,
    case: Case,
    policy: RuleSet,
    at: datetime,
    *,
    seller: Party | None = None,
    obliges: bool = False,
) -> Case:
    """The case that `command` would be judged on: as if what is due had fired.

    Raises:
        UnknownOrder, InvalidValue: As `handle`.
    """
    at = admit(command, case, policy, at)
    steps = _steps_before(command, case, policy, at, seller, obliges=obliges)
    return steps[-1].case if steps else case


def fire_due(
    case: Case, policy: RuleSet, at: datetime, *, obliges: bool = False
) -> tuple[Step, ...]:
    """What is due at `at` fires, the first due first, each with its true due moment.

    An action that the lifecycle refuses is recorded as impossible, and the next one follows.

    Raises:
        InvalidPolicy: Deadlines fire in a circle that never ends.
        InvalidValue: As `decide`.
    """
    steps: list[Step] = []
    while (first := first_timer(policy, case)) is not None and first.due_at <= at:
        if len(steps) == MOST_FIRINGS:
            where = f"Policy {policy.name}.deadlines[{first.deadline.id!r}]"
            problem = f"fires again, after {MOST_FIRINGS} others at one moment"
            expected = "an action that makes its own condition `runs` false"
            raise InvalidPolicy([Fault(where, problem, expected, code="deadlines_in_a_circle")])
        command = FireDeadline(case.order.id, by=System(), deadline=first.deadline.id)
        if not steps:
            at = admit(command, case, policy, at)
        steps.append(_step(command, case, policy, at, None, obliges=obliges))
        case = steps[-1].case
    return tuple(steps)


def fired_among(events: Iterable[Event]) -> tuple[Event, ...]:
    """Those of `events` that deadlines are behind, each with what followed from it."""
    fired: list[Event] = []
    cause: DeadlineFired | None = None
    for event in events:
        if isinstance(event, DeadlineFired):
            cause = event
        if cause is not None and (event.by, event.rules) == (cause.by, cause.rules):
            fired.append(event)
        else:
            cause = None
    return tuple(fired)


def _steps_before(
    command: Command,
    case: Case,
    policy: RuleSet,
    at: datetime,
    seller: Party | None,
    *,
    obliges: bool,
) -> tuple[Step, ...]:
    """What happens before a command is judged, if anything is due."""
    fired = fire_due(case, policy, at, obliges=obliges)
    if fired and isinstance(command, AdvanceOrder) and command.facts:
        return _told(command, case, policy, at, seller, obliges=obliges) or fired
    return fired


def _told(
    command: AdvanceOrder,
    case: Case,
    policy: RuleSet,
    at: datetime,
    seller: Party | None,
    *,
    obliges: bool,
) -> tuple[Step, ...]:
    """The facts of a move, recorded ahead of it since something is due, and what is due still.

    Nothing where the move is refused then: whoever may not move an order tells nothing with it.
    """
    update = UpdateOrder(command.order_id, by=System(), facts=command.facts)
    try:
        told = _step(update, case, policy, at, None, obliges=obliges)
        fired = fire_due(told.case, policy, at, obliges=obliges)
        before = fired[-1].case if fired else told.case
        moved = _step(command, before, policy, at, seller, obliges=obliges)
    except (Refused, InvalidValue):
        return ()
    events = (
        attrs.evolve(each, by=command.by, rules=moved.events[-1].rules) for each in told.events
    )
    return (Step(tuple(events), told.case), *fired)


def _step(
    command: Command,
    case: Case,
    policy: RuleSet,
    at: datetime,
    seller: Party | None,
    *,
    obliges: bool,
) -> Step:
    events, verdict = decide_admitted(command, case, policy, at, seller)
    if obliges:
        events += refunds_opened(events, case)
    return Step(events, reduce(evolve, events, case), verdict)
