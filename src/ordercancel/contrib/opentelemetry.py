"""Spans, counters and lags for OpenTelemetry. Needs the extra ``ordercancel[opentelemetry]``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

try:
    from opentelemetry import metrics, trace
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider
except ImportError as error:
    raise ImportError(f"{__name__} needs the extra ordercancel[opentelemetry]") from error

from ordercancel.service.observers import Fields, Observed

__all__ = ["OpenTelemetryObserver"]

SCOPE = "ordercancel"
TROUBLE = frozenset({"conflict", "unavailable", "unknown_policy", "error", "failed", "dead"})
"""The outcomes that make a span an error. What the rules refuse is none."""


class OpenTelemetryObserver:
    """An observer that makes a span of each command and each delivery, and counts them.

    The spans are ``ordercancel.command`` and ``ordercancel.message``, within whatever span is
    current; their attributes are the fields of `ordercancel.service.observers.Observed`, each with
    ``ordercancel.`` before its name.

    ====================================  =========  ==========================================
    metric                                kind       attributes
    ====================================  =========  ==========================================
    ``ordercancel.commands``              counter    ``command``, ``policy``, ``outcome``
    ``ordercancel.conflicts``             counter    ``command``, ``policy``
    ``ordercancel.messages``              counter    ``medium``, ``audience``, ``outcome``
    ``ordercancel.outbox.lag``, seconds   histogram  ``medium``, of each message delivered
    ``ordercancel.due.lag``, seconds      histogram  ``policy``, of each order ticked
    ====================================  =========  ==========================================

    Args:
        tracer_provider: Receives the spans. Default: the global provider.
        meter_provider: Receives the metrics. Default: the global provider.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._tracer = trace.get_tracer(SCOPE, tracer_provider=tracer_provider)
        meter = metrics.get_meter(SCOPE, meter_provider=meter_provider)
        self._commands = meter.create_counter(
            "ordercancel.commands", description="Commands by what came of them."
        )
        self._conflicts = meter.create_counter(
            "ordercancel.conflicts", description="Tries that lost the race for an order."
        )
        self._messages = meter.create_counter(
            "ordercancel.messages", description="Tries to deliver a message by what came of them."
        )
        self._outbox_lag = meter.create_histogram(
            "ordercancel.outbox.lag", unit="s", description="From what happened to its delivery."
        )
        self._due_lag = meter.create_histogram(
            "ordercancel.due.lag",
            unit="s",
            description="From when a deadline was due to its firing.",
        )

    @contextmanager
    def observe(self, what: Observed, fields: Fields) -> Iterator[None]:
        """See `ordercancel.service.observers.Observer.observe`."""
        kind = SpanKind.PRODUCER if what is Observed.MESSAGE else SpanKind.INTERNAL
        with self._tracer.start_as_current_span(
            f"{SCOPE}.{what}",
            kind=kind,
            # An error's text may hold what somebody typed.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            finally:
                _describe(span, fields)
                self._count(what, fields)

    def _count(self, what: Observed, fields: Fields) -> None:
        if what is Observed.MESSAGE:
            self._messages.add(1, _some(fields, "medium", "audience", "outcome"))
            if fields.get("outcome") == "delivered":
                lag = _number(fields, "lag_seconds")
                self._outbox_lag.record(lag, _some(fields, "medium"))
            return
        self._commands.add(1, _some(fields, "command", "policy", "outcome"))
        lost = _number(fields, "attempts") - (fields.get("outcome") != "conflict")
        if lost > 0:
            self._conflicts.add(lost, _some(fields, "command", "policy"))
        if "lag_seconds" in fields and fields.get("outcome") == "done":
            self._due_lag.record(_number(fields, "lag_seconds"), _some(fields, "policy"))


def _describe(span: Span, fields: Fields) -> None:
    for name, value in fields.items():
        span.set_attribute(f"{SCOPE}.{name}", value)
    outcome = str(fields.get("outcome"))
    if outcome in TROUBLE:
        span.set_status(Status(StatusCode.ERROR, outcome))


def _some(fields: Fields, *names: str) -> dict[str, str]:
    return {name: str(fields[name]) for name in names if name in fields}


def _number(fields: Fields, name: str) -> float:
    """The field's number; none where a command ended before there was one."""
    value = fields.get(name, 0)
    return value if isinstance(value, int | float) else 0
