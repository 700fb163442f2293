"""The chart compiler: a python-statemachine class becomes a `Lifecycle`.

A chart says in python-statemachine's words what a `Lifecycle` says as a table. It is never
instantiated: it is read once, when a policy is built, and everything that a table cannot say is a
fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from statemachine import State, StateMachine

from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.faults import Faults
from ordercancel.rules.lifecycle import Lifecycle


def compile_chart(
    chart: type[StateMachine],
    *,
    cancelled: str = "cancelled",
    shipped: str | tuple[str, ...] = (),
    closes: str | tuple[str, ...] | None = None,
    facts: Mapping[str, Any] | None = None,
    needs: Mapping[str, Any] | None = None,
    has: str | tuple[str, ...] = (),
) -> Lifecycle:
    """Compile a flat chart into a lifecycle.

    The moves of the chart into the status `cancelled` only say which orders can be cancelled.

    Args:
        chart: The chart; its states have the names that people read, its moves plain names.
        cancelled: The status of a cancelled order. Default: ``"cancelled"``.
        shipped: As for `Lifecycle`, and so are the others.
        closes: The statuses that close an open request.
        facts: The facts that a move brings along.
        needs: The facts that an order in a status must have.
        has: The facts that every order has.

    Raises:
        InvalidPolicy: With every thing in the chart that a flat table can't say: guards,
            validators, callbacks (also methods named by convention, such as ``on_ship``),
            listeners of its own, nested, parallel or history states, moves without an event,
            several events on one transition, two moves of one name out of one state.
    """
    faults = Faults(chart.__name__)
    table: dict[tuple[str, str], str] = {}
    for state in chart.states:
        for problem in _state_problems(state):
            faults.add(state.id, problem, "a plain state of a flat chart")
        for transition in state.transitions:
            where = f"{state.id}.{transition.event or 'transition'}"
            for problem in _transition_problems(transition):
                faults.add(where, problem, "a plain move from one state to one other")
            for event in transition.events:
                if "." in str(event):
                    faults.add(where, f"gains the alias {event}", "a name with no special prefix")
                elif (state.id, str(event)) in table:
                    faults.add(
                        where, "leads to several states", "one move of a name out of a state"
                    )
                elif transition.target is not None:
                    table[state.id, str(event)] = transition.target.id
    if getattr(chart, "_class_listeners", ()):
        faults.add("listeners", "are set", "a chart without behaviour")
    for name in _convention_callbacks(chart):
        faults.add(name, "is a callback by its name", "a chart without behaviour")
    faults.raise_if_any(InvalidPolicy)
    moves: dict[str, tuple[tuple[str, ...], str]] = {}
    cancellable: list[str] = []
    for (source, move), target in table.items():
        if target == cancelled:
            cancellable.append(source)
        elif move in moves and moves[move][1] != target:
            faults.add(move, "leads to several statuses", "a move of its own for each")
        else:
            moves[move] = ((*moves.get(move, ((), ""))[0], source), target)
    faults.raise_if_any(InvalidPolicy)
    return Lifecycle(
        moves=moves,
        cancellable=cancellable,
        shipped=shipped,
        closes=closes,
        cancelled=cancelled,
        facts=facts or {},
        needs=needs or {},
        has=has,
        names={state.id: state.name for state in chart.states},
    )


def _state_problems(state: State) -> Iterator[str]:
    if state.states or state.parallel or state.history:
        yield "is nested, parallel or has a history"
    for group, specs in (("enter", state.enter), ("exit", state.exit), ("invoke", state.invoke)):
        if any(not spec.is_convention for spec in specs):
            yield f"has callbacks on {group}"


def _transition_problems(transition: Any) -> Iterator[str]:
    if transition.is_eventless:
        yield "has no event"
    if len({str(event) for event in transition.events if "." not in str(event)}) > 1:
        yield "has several events"
    if any(event.delay for event in transition.events):
        yield "is delayed"
    if len(transition.targets) != 1 or transition.internal:
        yield "is internal or has not exactly one target"
    for group in ("cond", "validators", "before", "on", "after"):
        if any(not spec.is_convention for spec in getattr(transition, group)):
            yield f"has {'a guard' if group == 'cond' else 'callbacks'} ({group})"


def _convention_callbacks(chart: type[StateMachine]) -> Iterator[str]:
    inherited = set(dir(StateMachine))
    subjects = {"event", "state", "transition"}
    for state in chart.states:
        subjects.add(state.id)
        subjects.update(str(event) for move in state.transitions for event in move.events)
    hooks = {f"{prefix}_{subject}" for prefix in _HOOKS for subject in subjects}
    return (name for name in dir(chart) if name in hooks and name not in inherited)


_HOOKS = ("prepare", "before", "on", "after", "on_enter", "on_exit", "on_invoke")
