"""A worker: fires the deadlines that have come due, and delivers messages, until it is stopped.

    ordercancel db create sqlite:///shop.db
    python -m examples.plain_loop sqlite:///shop.db

Start as many as you like, on any machines that reach the database: a deadline fires once.
On SIGTERM or Ctrl-C it finishes the current batch and exits. While the database does not answer,
it waits longer and longer.
"""

import logging
import signal
import sys
from contextlib import closing, suppress
from queue import Empty, SimpleQueue

from ordercancel import CancellationService, StoreUnavailable
from ordercancel.notifiers.log import LogNotifier
from ordercancel.policies import CONECT, QOO10
from ordercancel.stores.sql import SqlStore

POLICIES = (CONECT, QOO10)
IDLE = 5.0
"""Seconds to wait when nothing more is due."""
LONGEST = 60.0
"""The longest wait while the database does not answer, in seconds."""

log = logging.getLogger("shop.worker")


def work(service: CancellationService, stop: SimpleQueue[int]) -> None:
    """Tick and relay until a signal is in `stop`."""
    wait = 0.0
    while not is_stopped(stop, wait):
        try:
            ticked, relayed = service.tick(), service.relay()
        except StoreUnavailable as error:
            wait = min(max(2 * wait, 1.0), LONGEST)
            log.warning("the store does not answer, trying again in %.0f s: %s", wait, error)
        else:
            wait = 0.0 if ticked.more or relayed.more else IDLE
            for each in ticked.skipped:
                log.error("%s: nothing could fire: %r", each.order.order_id, each.error)


def is_stopped(stop: SimpleQueue[int], seconds: float) -> bool:
    """Wait for a signal for at most `seconds`; return whether there was one."""
    with suppress(Empty):
        log.info("stopped by %s", signal.Signals(stop.get(timeout=seconds)).name)
        return True
    return False


def main(url: str) -> None:
    """Work for the shop whose database is at `url`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # Not a threading.Event: the signal may interrupt the very wait for it, and SimpleQueue.put is
    # safe to call even then.
    stop: SimpleQueue[int] = SimpleQueue()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stop.put(number))
    with closing(SqlStore(url, create_tables=False)) as store:
        work(CancellationService(policies=POLICIES, store=store, notifier=LogNotifier()), stop)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
