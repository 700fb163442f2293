"""The service: the shell around the pure core, sync or async."""

from ordercancel.service.backoff import Backoff
from ordercancel.service.clock import SystemClock
from ordercancel.service.observers import Fields, LogObserver, Observed, Observer
from ordercancel.service.results import Count, InboxPage, Outcome, Relayed, Skipped, Ticked
from ordercancel.service.service import AsyncCancellationService, CancellationService

__all__ = [
    "AsyncCancellationService",
    "Backoff",
    "CancellationService",
    "Count",
    "Fields",
    "InboxPage",
    "LogObserver",
    "Observed",
    "Observer",
    "Outcome",
    "Relayed",
    "Skipped",
    "SystemClock",
    "Ticked",
]
