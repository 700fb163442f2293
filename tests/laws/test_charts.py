"""The compiled tables do what the charts do, and no chart runs while a command is handled."""

from __future__ import annotations

from typing import Any

import pytest
from statemachine import StateMachine
from statemachine.exceptions import TransitionNotAllowed

from house import ID, House
from ordercancel import AdvanceOrder, Approve, Policy, Reject, RequestCancellation, options
from ordercancel.domain.requests import FINAL, OPEN, RequestStatus
from ordercancel.engine.charts import compile_chart
from ordercancel.engine.request_moves import REQUEST_MOVES
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.conect.rules import ConectOrderChart
from ordercancel.policies.qoo10.rules import Qoo10OrderChart
from samples import BUYER, SELLER, jst

CANCELLED = {ConectOrderChart: "discontinued", Qoo10OrderChart: "cancelled"}
CHARTS = tuple(CANCELLED)
PAIRS = [
    pytest.param(chart, state.id, event.id, id=f"{chart.__name__}-{state.id}-{event.id}")
    for chart in CHARTS
    for state in chart.states
    for event in chart.events
]


@pytest.mark.parametrize(("chart", "state", "event"), PAIRS)
def test_the_table_makes_the_moves_of_the_chart(
    chart: type[StateMachine], state: str, event: str
) -> None:
    """For every state and event, the table leads where the running chart goes, or nowhere.

    Where the chart cancels, the order can be cancelled by a request.
    """
    running: Any = chart(start_value=state)
    assert running.current_state_value == state
    try:
        running.send(event)
    except TransitionNotAllowed:
        reached = None
    else:
        reached = running.current_state_value
    orders = compile_chart(chart, cancelled=CANCELLED[chart])
    if reached == CANCELLED[chart]:
        assert state in orders.cancellable
        reached = None
    assert orders.target(state, event) == reached


@pytest.mark.parametrize(
    ("chart", "pairs", "legal"), [(ConectOrderChart, 12, 3), (Qoo10OrderChart, 30, 5)]
)
def test_all_pairs_are_compared(chart: type[StateMachine], pairs: int, legal: int) -> None:
    """The comparison covers the whole chart: every state by every event."""
    assert sum(pair.values[0] is chart for pair in PAIRS) == pairs
    assert len(compile_chart(chart, cancelled=CANCELLED[chart]).table) == legal


@pytest.mark.parametrize("chart", CHARTS)
def test_the_lifecycle_has_the_states_of_the_chart(chart: type[StateMachine]) -> None:
    """Their names are those of the chart; from a final state nothing leads, not even a request."""
    orders = compile_chart(chart, cancelled=CANCELLED[chart])
    assert dict(orders.names) == {state.id: state.name for state in chart.states}
    assert set(orders.statuses) == set(orders.names)
    left = {source for source, _ in orders.table} | set(orders.cancellable)
    assert {state.id for state in chart.states if not state.final} == left


def test_the_moves_of_a_request_lead_from_open_statuses_alone() -> None:
    """Every open status has a way out, by an approval and by a rejection."""
    assert {status for status, _ in REQUEST_MOVES} == OPEN
    assert set(REQUEST_MOVES.values()) <= set(RequestStatus)
    for status in OPEN:
        assert REQUEST_MOVES[status, "approve"] in FINAL
        assert REQUEST_MOVES[status, "reject"] in FINAL


def walk(policy: Policy) -> tuple[str | None, str]:
    """Take one order through everything; gives the statuses of its request and of itself."""
    house = House(policy).register()
    reason = "changed_mind" if policy is QOO10 else "wrong_item"
    house.do(RequestCancellation(ID, by=BUYER, reason=reason), jst(15, 10))
    if policy is CONECT:
        house.do(Reject(ID, by=SELLER, request=1), jst(15, 11))
        house.do(AdvanceOrder(ID, by=SELLER, move="accept"), jst(15, 12))
        house.do(RequestCancellation(ID, by=BUYER, reason=reason), jst(15, 13))
    options(house.case, policy, SELLER, jst(15, 13))
    house.do(Approve(ID, by=SELLER, request=len(house.case.requests)), jst(15, 14))
    house.tick(jst(31))
    house.row()
    assert house.buyer_reads
    return house.request, house.status


@pytest.mark.parametrize(
    ("policy", "ending"),
    [(CONECT, ("approved", "discontinued")), (QOO10, ("approved", "cancelled"))],
    ids=["conect", "qoo10"],
)
def test_handling_commands_instantiates_no_chart(
    policy: Policy, ending: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole walk works where no chart can be instantiated at all."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a chart was instantiated")

    monkeypatch.setattr(StateMachine, "__init__", refuse)
    with pytest.raises(AssertionError, match="a chart was instantiated"):
        ConectOrderChart()
    assert walk(policy) == ending
