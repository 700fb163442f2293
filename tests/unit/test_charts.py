"""Charts compile to tables; what a flat table cannot say is refused, and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from statemachine import Event, State, StateChart, StateMachine
from statemachine.transition import Transition
from statemachine.transition_list import TransitionList

from ordercancel.domain.errors import Fault, InvalidPolicy
from ordercancel.engine.charts import compile_chart

MOVE = "a plain move from one state to one other"
STATE = "a plain state of a flat chart"
SILENT = "a chart without behaviour"


def chart(
    *,
    start: dict[str, Any] | None = None,
    move: dict[str, Any] | None = None,
    name: str = "go",
    **body: Any,
) -> type[StateMachine]:
    """A chart of two states and one move, with what is given besides."""
    a, b = State(initial=True, **start or {}), State(final=True)
    return type(StateMachine)(
        "Chart", (StateMachine,), {"a": a, "b": b, name: a.to(b, **move or {}), **body}
    )


def faults_of(made: type[StateMachine]) -> tuple[Fault, ...]:
    with pytest.raises(InvalidPolicy) as caught:
        compile_chart(made)
    return caught.value.faults


def test_a_good_chart_compiles_to_a_lifecycle() -> None:
    class Road(StateMachine):
        new = State("新規", initial=True)
        on_road = State("配送中")
        done = State("完了", final=True)
        cancelled = State("中止", final=True)
        ship = new.to(on_road)
        finish = new.to(done) | on_road.to(done)
        poke = on_road.to.itself()
        cancel = new.to(cancelled)
        stop = on_road.to(cancelled)

    road = compile_chart(
        Road, shipped="on_road", facts={"ship": "ship_on"}, needs={"on_road": ["ship_on"]}
    )
    assert dict(road.table) == {
        ("new", "ship"): "on_road",
        ("new", "finish"): "done",
        ("on_road", "finish"): "done",
        ("on_road", "poke"): "on_road",
    }
    assert road.cancellable == ("new", "on_road")
    assert (road.shipped, road.closes) == (("on_road",), ("on_road",))
    assert (dict(road.facts), dict(road.needs)) == (
        {"ship": ("ship_on",)},
        {"on_road": ("ship_on",)},
    )
    assert dict(road.names) == {
        "new": "新規",
        "on_road": "配送中",
        "done": "完了",
        "cancelled": "中止",
    }


def test_a_move_that_leads_to_two_statuses_is_refused() -> None:
    class Fork(StateMachine):
        a = State(initial=True)
        b = State()
        c = State(final=True)
        go = a.to(b) | b.to(c)

    assert faults_of(Fork) == (
        Fault("Fork.go", "leads to several statuses", "a move of its own for each"),
    )


def test_what_a_chart_does_not_know_is_named() -> None:
    with pytest.raises(InvalidPolicy, match=r"Lifecycle\.shipped: names 'gone'"):
        compile_chart(chart(), shipped="gone")


def idle(self: object) -> None:
    """Does nothing; its presence is what counts."""


@pytest.mark.parametrize(
    ("move", "problem"),
    [
        ({"cond": "helper"}, "has a guard (cond)"),
        ({"unless": "helper"}, "has a guard (cond)"),
        ({"validators": "helper"}, "has callbacks (validators)"),
        ({"before": "helper"}, "has callbacks (before)"),
        ({"on": "helper"}, "has callbacks (on)"),
        ({"after": "helper"}, "has callbacks (after)"),
    ],
)
def test_a_move_with_behaviour_is_refused(move: dict[str, Any], problem: str) -> None:
    assert faults_of(chart(move=move, helper=idle)) == (Fault("Chart.a.go", problem, MOVE),)


@pytest.mark.parametrize("group", ["enter", "exit", "invoke"])
def test_a_state_with_behaviour_is_refused(group: str) -> None:
    assert faults_of(chart(start={group: "helper"}, helper=idle)) == (
        Fault("Chart.a", f"has callbacks on {group}", STATE),
    )


@pytest.mark.parametrize(
    "name",
    [
        "prepare_event",
        "prepare_go",
        "before_go",
        "on_go",
        "after_go",
        "before_transition",
        "on_transition",
        "after_transition",
        "on_enter_state",
        "on_enter_b",
        "on_exit_state",
        "on_exit_a",
        "on_invoke_a",
    ],
)
def test_a_callback_by_its_name_is_refused(name: str) -> None:
    assert faults_of(chart(**{name: idle})) == (
        Fault(f"Chart.{name}", "is a callback by its name", SILENT),
    )


def test_nested_states_are_refused() -> None:
    class Nest(StateChart):
        class a(State.Compound, initial=True):  # noqa: N801
            x = State(initial=True)
            y = State(final=True)
            inner = x.to(y)

        b = State(final=True)
        go = a.to(b)

    assert Fault("Nest.a", "is nested, parallel or has a history", STATE) in faults_of(Nest)


def test_a_move_without_an_event_is_refused() -> None:
    class Eventless(StateMachine):
        a = State(initial=True)
        b = State()
        c = State(final=True)
        a.to(b)
        go = b.to(c)

    assert faults_of(Eventless) == (Fault("Eventless.a.transition", "has no event", MOVE),)


def test_an_internal_move_is_refused() -> None:
    class Internal(StateMachine):
        a = State(initial=True)
        b = State(final=True)
        stay = a.to.itself(internal=True)
        go = a.to(b)

    assert faults_of(Internal) == (
        Fault("Internal.a.stay", "is internal or has not exactly one target", MOVE),
    )


def test_a_move_to_nowhere_is_refused() -> None:
    class Nowhere(StateMachine):
        a = State(initial=True)
        b = State(final=True)
        stay = TransitionList(a.transitions.add_transitions(Transition(a, None)))
        go = a.to(b)

    assert faults_of(Nowhere) == (
        Fault("Nowhere.a.stay", "is internal or has not exactly one target", MOVE),
    )


def test_two_moves_of_one_name_out_of_one_state_are_refused() -> None:
    class Torn(StateMachine):
        a = State(initial=True)
        b = State(final=True)
        c = State(final=True)
        go = a.to(b) | a.to(c)

    assert faults_of(Torn) == (
        Fault("Torn.a.go", "leads to several states", "one move of a name out of a state"),
    )


def test_a_name_that_gains_an_alias_is_refused() -> None:
    (fault,) = faults_of(chart(name="error_go"))
    assert (fault.problem, fault.expected) == (
        "gains the alias error.go",
        "a name with no special prefix",
    )
    assert fault.where.startswith("Chart.a.error_go")


def made_by_two_events() -> type[StateMachine]:
    class Two(StateMachine):
        a = State(initial=True)
        b = State(final=True)
        go = a.to(b)
        run = go

    return Two


def made_with_a_listener() -> type[StateMachine]:
    class Observer:
        def on_go(self) -> None:
            """Listens."""

    return chart(listeners=[Observer])


def made_with_a_delay() -> type[StateMachine]:
    class Late(StateMachine):
        a = State(initial=True)
        b = State(final=True)
        go = Event(a.to(b), delay=1000)

    return Late


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (made_by_two_events, "has several events"),
        (lambda: chart(move={"event": "go run"}), "has several events"),
        (made_with_a_delay, "is delayed"),
        (made_with_a_listener, "are set"),
    ],
    ids=["two names", "two events", "delay", "listener"],
)
def test_what_else_a_table_cannot_say_is_refused(
    make: Callable[[], type[StateMachine]], problem: str
) -> None:
    assert [fault.problem for fault in faults_of(make())] == [problem]


def test_all_faults_of_a_chart_come_together() -> None:
    made = chart(start={"exit": "helper"}, move={"cond": "helper"}, helper=idle, on_go=idle)
    assert faults_of(made) == (
        Fault("Chart.a", "has callbacks on exit", STATE),
        Fault("Chart.a.go", "has a guard (cond)", MOVE),
        Fault("Chart.on_go", "is a callback by its name", SILENT),
    )
