"""A worker: applies the deadlines that have come due, and delivers messages, until it is stopped.

    ordercancel db create sqlite:///shop.db
    python -m examples.plain_loop sqlite:///shop.db

Start as many as you like, on any machines that reach the database: a deadline acts once, whoever
is first. SIGTERM or Ctrl-C ends it when it is through with what it is at. While the database does
not answer it waits, longer from time to time.
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
"""How long to wait when nothing more is due, in seconds."""
LONGEST = 60.0
"""How long to wait, at the most, while the database does not answer."""

log = logging.getLogger("shop.worker")


def work(service: CancellationService, stop: SimpleQueue[int]) -> None:
    """Tick and relay until a signal is in `stop`."""
    wait = 0.0
    while not told(stop, wait):
        try:
            ticked, relayed = service.tick(), service.relay()
        except StoreUnavailable as error:
            wait = min(max(2 * wait, 1.0), LONGEST)
            log.warning("the store does not answer, trying again in %.0f s: %s", wait, error)
        else:
            wait = 0.0 if ticked.more or relayed.more else IDLE
            for each in ticked.skipped:
                log.error("%s can't be applied: %r", each.duty, each.error)


def told(stop: SimpleQueue[int], seconds: float) -> bool:
    """Wait for a signal, at most so long; whether there is one."""
    with suppress(Empty):
        log.info("stopped by %s", signal.Signals(stop.get(timeout=seconds)).name)
        return True
    return False


def main(url: str) -> None:
    """Work for the shop whose database is at `url`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # A queue and no threading.Event: a signal may come at any moment, also in the midst of waiting
    # for it, and a SimpleQueue is made for being filled even then.
    stop: SimpleQueue[int] = SimpleQueue()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stop.put(number))
    with closing(SqlStore(url, create_tables=False)) as store:
        work(CancellationService(policies=POLICIES, store=store, notifier=LogNotifier()), stop)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
