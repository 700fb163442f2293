"""Timers: which deadlines of a case run, and when each of them is due.

They follow from the case and the policy alone. Nothing of them is stored, so that none is stale
when a fact changes: `runs` speaks neither of the present nor of a command, and so they stay what
they are from one event to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import attrs

from ordercancel.domain.cases import REFUND_OPEN, Case
from ordercancel.domain.codegen import compile_function
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.writer import Writer
from ordercancel.rules.deadlines import Deadline, Do

OVERDUE = "overdue"
"""The mark by which a row of a queue counts as overdue, as soon as its deadline is past."""

_TIMERS = "timers"
"""Under which the compiled conditions of all deadlines are kept."""


@attrs.frozen
class Timer:
    """A deadline that runs, and the moment in UTC that it is due; that moment is too late."""

    deadline: Deadline
    due_at: datetime


def running(policy: RuleSet, case: Case) -> list[Timer]:
    """The deadlines that run, the first due first, those that have fired among them.

    A deadline runs where its condition is true and its due moment is known.
    """
    run = policy.compiled.get(_TIMERS)
    if run is None:
        run = policy.compiled[_TIMERS] = _compiled(policy)
    try:
        due: list[tuple[datetime, int]] = run(None, None, case, policy, case.updated_at, None)
    except Exception:  # whatever goes wrong, it goes wrong in the deadline that is asked alone
        due = _one_by_one(policy, case)
    due.sort()
    return [Timer(policy.deadlines[number], due_at) for due_at, number in due]


def timers(policy: RuleSet, case: Case) -> tuple[Timer, ...]:
    """The deadlines that will fire, by their due moment and then as the policy declares them.

    What only marks or notifies fires once for a request and a due moment. What acts has no
    memory, but of an action that was not possible: it is not tried again in the same status.
    """
    return tuple(each for each in running(policy, case) if fires(each, case))


def fires(timer: Timer, case: Case) -> bool:
    """Whether a running deadline has still to fire."""
    deadline, due_at = timer.deadline, timer.due_at
    # A fact may be told late: what was met before the due moment is never marked as missed.
    met = deadline.met
    if met is not None:
        moment = _fact(met.name, case)
        if moment is not None and moment < due_at:
            return False
    last = case.fired.get(deadline.id)
    if last is None or last.due_at != due_at:
        return True  # a due moment that moves, later or earlier, is another one to remind of
    # What acts stops itself, since its action makes its `runs` false. Did it remember, an order
    # that comes back to the same status would wait for ever; only what was impossible must not
    # be tried again and again.
    if deadline.then.acts:
        return not (last.impossible and last.status == case.order.status)
    return deadline.then.of != "order" and last.request != len(case.requests)


def first_timer(policy: RuleSet, case: Case) -> Timer | None:
    """The deadline that will fire first; None where none will."""
    for timer in running(policy, case):
        if fires(timer, case):
            return timer
    return None


def schedule(policy: RuleSet, case: Case) -> tuple[datetime | None, Mapping[str, datetime]]:
    """What a store keeps to find a case by: when its next deadline will fire, and its marks.

    Of each mark it is the moment from which a queue counts the case as marked: when its deadline
    is due, whether or not it has fired, or was due that has marked the order or its latest
    request. As `OVERDUE` only what still runs is counted.
    """
    first: datetime | None = None
    dues = [(mark.code, mark.due_at) for mark in case.present_marks if mark.code != OVERDUE]
    for timer in running(policy, case):
        then, will_fire = timer.deadline.then, fires(timer, case)
        if will_fire and first is None:
            first = timer.due_at
        if then.do is Do.MARK and (will_fire or then.argument == OVERDUE):
            dues.append((then.argument or "", timer.due_at))
    if case.is_refund_open and case.latest is not None:
        dues.append((REFUND_OPEN, case.latest.closed_at or case.latest.at))
    since: dict[str, datetime] = {}
    for code, due_at in dues:
        since[code] = min(due_at, since.get(code, due_at))
    return first, FrozenMap(since)


def unmarked_by(policy: RuleSet, case: Case) -> tuple[str, ...]:
    """The deadlines whose marks are taken off, since what meets them was before they were due."""
    return tuple(
        dict.fromkeys(
            mark.deadline
            for mark in case.marks
            for deadline in policy.deadlines
            if deadline.id == mark.deadline
            and deadline.met is not None
            and (met := _fact(deadline.met.name, case)) is not None
            and met < mark.due_at
        )
    )


def _fact(name: str, case: Case) -> Any:
    order = case.order
    return getattr(order, name, None) if hasattr(order, name) else order.facts.get(name)


def _compiled(policy: RuleSet) -> Callable[..., Any]:
    """One function that gives the due moment and the place of each deadline that runs."""
    write = Writer(policy, None)
    body = ["    found = []"]
    for number, deadline in enumerate(policy.deadlines):
        body.append(f"    if {write.true(deadline.runs)}:")
        body.append(f"        due = {write.time(deadline.due)}")
        body.append(f"        if due is not None: found.append((due, {number}))")
    body.append("    return found")
    source = write.function("run", body)
    return compile_function("run", source, write.names)


def _one_by_one(policy: RuleSet, case: Case) -> list[tuple[datetime, int]]:
    facts = Facts(None, case, policy, case.updated_at or datetime.min.replace(tzinfo=UTC))
    found: list[tuple[datetime, int]] = []
    for number, deadline in enumerate(policy.deadlines):
        try:
            due_at = deadline.due.at(facts.__getitem__)
            if due_at is not None and deadline.runs.test(facts) is True:
                found.append((due_at, number))
        except Exception:  # noqa: S112 - one deadline must not hide the others
            continue
    return found
