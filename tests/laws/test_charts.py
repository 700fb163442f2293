"""The compiled tables do what the charts do, and no chart runs while a command is handled."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from statemachine import StateMachine
from statemachine.exceptions import TransitionNotAllowed

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    CancellationService,
    Policy,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.requests import FINAL, OPEN, RequestStatus
from ordercancel.engine.charts import REQUEST, compile_chart
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.conect.rules import ConectOrderChart
from ordercancel.policies.qoo10.rules import Qoo10OrderChart
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from samples import BUYER, BUYING, PERMITTING, SELLER, jst, order

CHARTS = (ConectOrderChart, Qoo10OrderChart)
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
    """For every state and event, the table leads where the running chart goes, or nowhere."""
    running: Any = chart(start_value=state)
    assert running.current_state_value == state
    try:
        running.send(event)
    except TransitionNotAllowed:
        reached = None
    else:
        reached = running.current_state_value
    assert compile_chart(chart).target(state, event) == reached


@pytest.mark.parametrize(
    ("chart", "pairs", "legal"),
    [(ConectOrderChart, 12, 5), (Qoo10OrderChart, 30, 8)],
)
def test_all_pairs_are_compared(chart: type[StateMachine], pairs: int, legal: int) -> None:
    """The comparison covers the whole chart: every state by every event."""
    assert sum(pair.values[0] is chart for pair in PAIRS) == pairs
    assert len(compile_chart(chart).table) == legal


@pytest.mark.parametrize("chart", CHARTS)
def test_the_table_has_the_states_of_the_chart(chart: type[StateMachine]) -> None:
    """Ids, names, the initial state and the final ones are those of the chart, in its order."""
    table = compile_chart(chart)
    assert [(node.id, node.name, node.initial, node.final) for node in table.states] == [
        (state.id, state.name, state.initial, state.final) for state in chart.states
    ]
    assert table.state_ids == tuple(state.id for state in chart.states)
    assert set(table.moves) == {event.id for event in chart.events}


@pytest.mark.parametrize("chart", CHARTS)
def test_a_final_state_has_no_way_out(chart: type[StateMachine]) -> None:
    """From a final state no move is legal; from every other at least one is."""
    table = compile_chart(chart)
    for node in table.states:
        ways = [move for move in table.moves if table.target(node.id, move) is not None]
        assert (not ways) is node.final


def test_the_request_chart_and_the_statuses_of_a_request_are_the_same_words() -> None:
    """Every status is a state; the open ones are those that are not final."""
    nodes = REQUEST.states
    assert {node.id for node in nodes} == set(RequestStatus)
    assert {node.id for node in nodes if node.final} == FINAL
    assert {node.id for node in nodes if not node.final} == OPEN


def walk(service: CancellationService, policy: Policy) -> tuple[str, str]:
    """Take one order through everything; gives the statuses of its request and of itself."""
    service.register(order(policy.name, ship_on=date(2022, 8, 20)), at=jst(16, 9))
    known: dict[str, Any] = {"order_id": "762544202"}
    reason = "changed_mind" if policy is QOO10 else "wrong_item"
    service.handle(RequestCancellation(**known, by=BUYER, reason=reason), at=jst(16, 10))
    if policy is QOO10:
        service.handle(AskWithdrawal(**known, by=SELLER), at=jst(16, 11))
        service.handle(AnswerWithdrawal(**known, by=BUYER, accept=True), at=jst(16, 12))
    else:
        service.handle(Reject(**known, by=SELLER), at=jst(16, 11))
        service.handle(AdvanceOrder(**known, by=SELLER, move="accept"), at=jst(16, 12))
    service.handle(RequestCancellation(**known, by=BUYER, reason=reason), at=jst(16, 13))
    service.assess(Approve(**known, by=SELLER), at=jst(16, 13))
    service.handle(Approve(**known, by=SELLER), at=jst(16, 14))
    service.tick(jst(31))
    service.relay(jst(31))
    service.counters(SELLER, policy=policy.name, at=jst(31))
    service.inbox(SELLER, policy=policy.name)
    service.label("762544202", by=BUYER)
    case = service.case("762544202", by=BUYER)
    assert case.latest is not None
    return case.latest.status, case.order.status


@pytest.mark.parametrize(
    ("policy", "ending"),
    [(CONECT, ("granted", "discontinued")), (QOO10, ("granted", "cancelled"))],
    ids=["conect", "qoo10"],
)
def test_handling_commands_instantiates_no_chart(
    policy: Policy, ending: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole walk through the service works where no chart can be instantiated at all."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a chart was instantiated")

    monkeypatch.setattr(StateMachine, "__init__", refuse)
    with pytest.raises(AssertionError, match="a chart was instantiated"):
        ConectOrderChart()
    service = CancellationService(
        policies=[policy],
        store=MemoryStore(),
        directory=MemoryDirectory([PERMITTING, BUYING]),
        notifier=MemoryNotifier(),
    )
    assert walk(service, policy) == ending
