"""The service: the shell around the pure core, sync or async.

The modules that end in ``_async`` are written by hand; those of the same name without it are
generated from them.
"""

from ordercancel.service.backoff import Backoff
from ordercancel.service.clock import Clock, SystemClock
from ordercancel.service.observers import Fields, LogObserver, Observed, Observer
from ordercancel.service.ports import Directory, Notifier, Store
from ordercancel.service.ports_async import AsyncDirectory, AsyncNotifier, AsyncStore
from ordercancel.service.records import (
    Backlog,
    Claim,
    Commit,
    DeadLetter,
    DueOrder,
    Erasure,
    InboxCursor,
    InboxQuery,
    Indexed,
    Kept,
    Page,
    Purged,
    Queue,
    Receipt,
    Tally,
    Window,
)
from ordercancel.service.results import (
    Count,
    Erased,
    InboxPage,
    NotErased,
    Outcome,
    Overview,
    Reindexed,
    Relayed,
    Skipped,
    Ticked,
)
from ordercancel.service.service import CancellationService
from ordercancel.service.service_async import AsyncCancellationService

__all__ = [
    "AsyncCancellationService",
    "AsyncDirectory",
    "AsyncNotifier",
    "AsyncStore",
    "Backlog",
    "Backoff",
    "CancellationService",
    "Claim",
    "Clock",
    "Commit",
    "Count",
    "DeadLetter",
    "Directory",
    "DueOrder",
    "Erased",
    "Erasure",
    "Fields",
    "InboxCursor",
    "InboxPage",
    "InboxQuery",
    "Indexed",
    "Kept",
    "LogObserver",
    "NotErased",
    "Notifier",
    "Observed",
    "Observer",
    "Outcome",
    "Overview",
    "Page",
    "Purged",
    "Queue",
    "Receipt",
    "Reindexed",
    "Relayed",
    "Skipped",
    "Store",
    "SystemClock",
    "Tally",
    "Ticked",
    "Window",
]
