"""What OpenTelemetry is told: a span for each command and delivery, counters and lags."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from ordercancel import CancellationService, Conflict, Refused, RequestCancellation
from ordercancel.contrib.opentelemetry import OpenTelemetryObserver
from ordercancel.policies import QOO10
from ordercancel.service.backoff import Backoff
from ordercancel.service.records import Commit
from ordercancel.stores.memory import MemoryNotifier, MemoryStore
from samples import BUYER, jst, order

AT = jst(15, 10)
AT_ONCE = Backoff(first=timedelta(), most=timedelta(), tries=2)
ASKS = RequestCancellation("762544202", by=BUYER, reason="other", text="SECRET")


class Telemetry:
    """Providers of the test's own, and what has come to them."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider(metric_readers=[self.reader])

    def service(self, store: MemoryStore | None = None, **ports: Any) -> CancellationService:
        observer = OpenTelemetryObserver(tracer_provider=self.tracers, meter_provider=self.meters)
        service = CancellationService(
            policies=[QOO10],
            store=store or MemoryStore(),
            observers=[observer],
            conflicts=AT_ONCE,
            retries=AT_ONCE,
            **ports,
        )
        service.register(order(), at=jst(15, 9))
        return service

    @property
    def spans(self) -> list[Any]:
        return list(self.exporter.get_finished_spans())

    def points(self, name: str) -> list[tuple[Mapping[str, Any], float]]:
        """The attributes of each point of a metric, with its value or the sum of its values."""
        data = self.reader.get_metrics_data()
        return [
            (dict(point.attributes), getattr(point, "value", None) or getattr(point, "sum", 0))
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def test_a_command_is_a_span_with_its_fields(telemetry: Telemetry) -> None:
    """Within the span that is current, and without a word of what was typed."""
    with telemetry.tracers.get_tracer("shop").start_as_current_span("POST /cancel"):
        telemetry.service().handle(ASKS, at=AT)
    span, around = telemetry.spans
    assert (span.name, span.kind) == ("ordercancel.command", SpanKind.INTERNAL)
    assert span.parent.span_id == around.context.span_id
    assert dict(span.attributes) == {
        "ordercancel.command": "RequestCancellation",
        "ordercancel.order_id": "762544202",
        "ordercancel.role": "buyer",
        "ordercancel.attempts": 1,
        "ordercancel.policy": "qoo10",
        "ordercancel.edition": "1",
        "ordercancel.outcome": "done",
        "ordercancel.rules": ("qoo10.refer",),
    }
    assert span.status.status_code is StatusCode.UNSET
    assert telemetry.points("ordercancel.commands") == [
        ({"command": "RequestCancellation", "policy": "qoo10", "outcome": "done"}, 1)
    ]
    assert telemetry.points("ordercancel.conflicts") == []


def test_a_refusal_is_no_error(telemetry: Telemetry) -> None:
    service = telemetry.service()
    service.handle(ASKS, at=AT)
    with pytest.raises(Refused):
        service.handle(ASKS, at=AT)
    span = telemetry.spans[-1]
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["ordercancel.codes"] == ("request_open",)
    assert span.events == ()


def test_a_lost_race_is_an_error_and_is_counted(telemetry: Telemetry) -> None:
    class Racing(MemoryStore):
        losses = 3

        def commit(self, commit: Commit) -> None:
            if commit.expected and self.losses:
                self.losses -= 1
                raise Conflict(commit.case.order.id)
            super().commit(commit)

    service = telemetry.service(Racing())
    with pytest.raises(Conflict):
        service.handle(ASKS, at=AT)
    service.handle(ASKS, at=AT)
    lost, won = telemetry.spans
    assert (lost.status.status_code, lost.status.description) == (StatusCode.ERROR, "conflict")
    assert won.status.status_code is StatusCode.UNSET
    assert telemetry.points("ordercancel.conflicts") == [
        ({"command": "RequestCancellation", "policy": "qoo10"}, 3)
    ]


def test_a_delivery_is_a_span_and_tells_its_lag(telemetry: Telemetry) -> None:
    service = telemetry.service(notifier=MemoryNotifier())
    service.handle(ASKS, at=AT)
    service.relay(AT + timedelta(seconds=90))
    span = telemetry.spans[-1]
    assert (span.name, span.kind) == ("ordercancel.message", SpanKind.PRODUCER)
    assert span.attributes["ordercancel.message_id"] == "762544202:2:seller:app"
    assert telemetry.points("ordercancel.messages") == [
        ({"medium": "app", "audience": "seller", "outcome": "delivered"}, 1)
    ]
    assert telemetry.points("ordercancel.outbox.lag") == [({"medium": "app"}, 90.0)]


def test_a_delivery_that_fails_is_an_error_without_its_text(telemetry: Telemetry) -> None:
    class Down(MemoryNotifier):
        def deliver(self, *_: object) -> None:
            raise OSError("SECRET")

    service = telemetry.service(notifier=Down())
    service.handle(ASKS, at=AT)
    service.relay(AT)
    span = telemetry.spans[-1]
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "failed")
    assert span.attributes["ordercancel.error"] == "OSError"
    assert "SECRET" not in "".join(each.to_json() for each in telemetry.spans)
    assert telemetry.points("ordercancel.outbox.lag") == []


def test_a_deadline_tells_how_late_it_is(telemetry: Telemetry) -> None:
    service = telemetry.service()
    service.handle(ASKS, at=AT)
    service.tick(jst(20, 6))
    assert telemetry.points("ordercancel.due.lag") == [({"policy": "qoo10"}, 6 * 3600.0)]


def test_a_command_about_nothing_is_counted_without_a_policy(telemetry: Telemetry) -> None:
    service = telemetry.service()
    with pytest.raises(LookupError):
        service.handle(RequestCancellation("o-404", by=BUYER, reason="other"), at=AT)
    assert telemetry.points("ordercancel.commands") == [
        ({"command": "RequestCancellation", "outcome": "unknown_order"}, 1)
    ]


def test_without_providers_the_global_ones_are_taken() -> None:
    """With none set up, nothing is recorded, and nothing fails."""
    service = CancellationService(
        policies=[QOO10], store=MemoryStore(), observers=[OpenTelemetryObserver()]
    )
    service.register(order(), at=jst(15, 9))
    assert service.handle(ASKS, at=AT).case.version > 1
