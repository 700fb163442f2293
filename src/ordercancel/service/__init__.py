"""The service: the shell around the pure core, sync or async.

The modules that end in ``_async`` are written by hand; those of the same name without it are
generated from them.
"""

from ordercancel.service.backoff import Backoff as Backoff
from ordercancel.service.clock import Clock as Clock
from ordercancel.service.clock import SystemClock as SystemClock
from ordercancel.service.observers import Fields as Fields
from ordercancel.service.observers import LogObserver as LogObserver
from ordercancel.service.observers import Observed as Observed
from ordercancel.service.observers import Observer as Observer
from ordercancel.service.ports import Directory as Directory
from ordercancel.service.ports import Notifier as Notifier
from ordercancel.service.ports import ObligationHandler as ObligationHandler
from ordercancel.service.ports import Store as Store
from ordercancel.service.ports_async import AsyncDirectory as AsyncDirectory
from ordercancel.service.ports_async import AsyncNotifier as AsyncNotifier
from ordercancel.service.ports_async import AsyncObligationHandler as AsyncObligationHandler
from ordercancel.service.ports_async import AsyncStore as AsyncStore
from ordercancel.service.records import Backlog as Backlog
from ordercancel.service.records import Claim as Claim
from ordercancel.service.records import Commit as Commit
from ordercancel.service.records import DeadLetter as DeadLetter
from ordercancel.service.records import DueOrder as DueOrder
from ordercancel.service.records import Erasure as Erasure
from ordercancel.service.records import InboxCursor as InboxCursor
from ordercancel.service.records import InboxQuery as InboxQuery
from ordercancel.service.records import Indexed as Indexed
from ordercancel.service.records import Kept as Kept
from ordercancel.service.records import Page as Page
from ordercancel.service.records import Purged as Purged
from ordercancel.service.records import Queue as Queue
from ordercancel.service.records import Receipt as Receipt
from ordercancel.service.records import Tally as Tally
from ordercancel.service.records import Window as Window
from ordercancel.service.results import Count as Count
from ordercancel.service.results import Erased as Erased
from ordercancel.service.results import InboxPage as InboxPage
from ordercancel.service.results import NotErased as NotErased
from ordercancel.service.results import Outcome as Outcome
from ordercancel.service.results import Overview as Overview
from ordercancel.service.results import Reindexed as Reindexed
from ordercancel.service.results import Relayed as Relayed
from ordercancel.service.results import Skipped as Skipped
from ordercancel.service.results import Ticked as Ticked
from ordercancel.service.service import CancellationService as CancellationService
from ordercancel.service.service_async import AsyncCancellationService as AsyncCancellationService
