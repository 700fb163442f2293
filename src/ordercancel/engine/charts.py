"""The lifecycle of a request, as a table, and the compiler that turns charts into tables.

A request waits for the seller. They approve or reject it, or ask the buyer to take it back. The
buyer then withdraws, or holds on to the request: it stays open, can still be approved or rejected,
and the seller may ask again. A move of the order, such as shipping, supersedes an open request; a
deadline may let it lapse. Whatever is final stays so for ever.

Orders have a chart of their own in each policy, written with python-statemachine. It is compiled
once into a table, so that no chart is instantiated while a command is handled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from statemachine import State, StateMachine

from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import FINAL, RequestStatus
from ordercancel.rules.texts import REQUEST_STATUS_TEXTS


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
        InvalidPolicy: Names everything in the chart that a flat table cannot say: guards,
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

_WHILE_OPEN = {
    "approve": "granted",
    "reject": "rejected",
    "withdraw": "withdrawn",
}
_OVERTAKEN = {"supersede": "superseded", "lapse": "lapsed"}
_ACCEPT = {"accept_withdrawal": "withdrawn"}

_REQUEST_MOVES: Mapping[RequestStatus, Mapping[str, str]] = {
    RequestStatus.AWAITING_SELLER: {
        **_WHILE_OPEN,
        "ask_withdrawal": "withdrawal_asked",
        **_OVERTAKEN,
    },
    RequestStatus.WITHDRAWAL_ASKED: {
        **_WHILE_OPEN,
        **_ACCEPT,
        "hold_withdrawal": "withdrawal_held",
        **_OVERTAKEN,
    },
    # Who holds on can still give up, or be asked again, but cannot hold on twice.
    RequestStatus.WITHDRAWAL_HELD: {
        **_WHILE_OPEN,
        "ask_withdrawal": "withdrawal_asked",
        **_ACCEPT,
        **_OVERTAKEN,
    },
}

REQUEST = Lifecycle(
    name="RequestChart",
    states=tuple(
        Node(
            status.value,
            REQUEST_STATUS_TEXTS[status].ja,
            status is RequestStatus.AWAITING_SELLER,
            status in FINAL,
        )
        for status in RequestStatus
    ),
    table=FrozenMap(
        {
            (status.value, move): target
            for status, moves in _REQUEST_MOVES.items()
            for move, target in moves.items()
        }
    ),
)
"""The lifecycle of a cancellation request."""
