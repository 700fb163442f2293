"""The life of a request, and the compiler that turns charts into tables.

A buyer's request waits for the seller. The seller approves or rejects it, or asks the buyer to
take it back; the buyer then withdraws, or holds on to his request, which stays open and may still
be approved or rejected, and the seller may ask again. A request that is overtaken by the order's
own way is superseded, one that nobody answers in time may lapse. Whatever is granted, rejected,
withdrawn, superseded or lapsed stays so for ever.

A chart says all this once, in python-statemachine's words, which also draw the diagrams. No chart
is ever instantiated while a command is handled: it is compiled at import into a table of moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from statemachine import State, StateMachine

from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import FrozenMap


class RequestChart(StateMachine):
    """The legal moves of a cancellation request."""

    awaiting_seller = State("キャンセル要請", initial=True)
    withdrawal_asked = State("撤回要請")
    withdrawal_held = State("撤回保留")
    granted = State("承認", final=True)
    rejected = State("拒否", final=True)
    withdrawn = State("撤回", final=True)
    superseded = State("無効", final=True)
    lapsed = State("期限切れ", final=True)

    approve = (
        awaiting_seller.to(granted) | withdrawal_asked.to(granted) | withdrawal_held.to(granted)
    )
    reject = (
        awaiting_seller.to(rejected) | withdrawal_asked.to(rejected) | withdrawal_held.to(rejected)
    )
    withdraw = (
        awaiting_seller.to(withdrawn)
        | withdrawal_asked.to(withdrawn)
        | withdrawal_held.to(withdrawn)
    )
    ask_withdrawal = awaiting_seller.to(withdrawal_asked) | withdrawal_held.to(withdrawal_asked)
    accept_withdrawal = withdrawal_asked.to(withdrawn) | withdrawal_held.to(withdrawn)
    hold_withdrawal = withdrawal_asked.to(withdrawal_held)
    supersede = (
        awaiting_seller.to(superseded)
        | withdrawal_asked.to(superseded)
        | withdrawal_held.to(superseded)
    )
    lapse = awaiting_seller.to(lapsed) | withdrawal_asked.to(lapsed) | withdrawal_held.to(lapsed)


@attrs.frozen
class Node:
    """A state of a compiled chart, with the name that its chart gives it."""

    id: str
    name: str
    initial: bool
    final: bool


@attrs.frozen
class Lifecycle:
    """A chart as a table: its states, and where each move leads from each state.

    >>> REQUEST.target("awaiting_seller", "approve")
    'granted'
    >>> REQUEST.target("granted", "reject") is None
    True
    """

    name: str
    states: tuple[Node, ...]
    table: Mapping[tuple[str, str], str]

    @property
    def state_ids(self) -> tuple[str, ...]:
        """The ids of all states, in the order of the chart."""
        return tuple(state.id for state in self.states)

    @property
    def moves(self) -> tuple[str, ...]:
        """The names of all moves, each once, in the order of the chart."""
        return tuple(dict.fromkeys(move for _, move in self.table))

    def target(self, state: str, move: str) -> str | None:
        """Where `move` leads from `state`; None where it is not legal."""
        return self.table.get((state, move))

    def sources(self, move: str) -> tuple[str, ...]:
        """The states from which `move` is legal, in the order of the chart."""
        return tuple(state for state in self.state_ids if (state, move) in self.table)


def compile_chart(chart: type[StateMachine]) -> Lifecycle:
    """Compile a flat chart into its table.

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
    return Lifecycle(
        name=chart.__name__,
        states=tuple(Node(s.id, s.name, bool(s.initial), bool(s.final)) for s in chart.states),
        table=FrozenMap(table),
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

REQUEST = compile_chart(RequestChart)
"""The request chart, compiled."""
