"""Deadlines and messages by DBOS 3, on the database that the orders are in.

    export SHOP_DATABASE=postgresql://shop@db/shop
    ordercancel db create $SHOP_DATABASE
    DBOS__VMID=worker-1 python -m examples.with_dbos    # as many as you like, each with its name

Every minute one `tick` and one `relay` are enqueued, however many workers there are. What is due
is in the tables of the orders, where the steps look it up. So a workflow that is lost with its
worker costs a minute: the next one finds what it left.

A worker that restarts under its old name resumes the workflows it was running when it was killed.
"""

import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from queue import SimpleQueue

from dbos import DBOS, DBOSConfig, ScheduleInput, StepOptions

from ordercancel import CancellationService, StoreUnavailable
from ordercancel.notifiers.log import LogNotifier
from ordercancel.policies import CONECT, QOO10
from ordercancel.stores.sql import SqlStore

POLICIES = (CONECT, QOO10)
DATABASE = os.environ.get("SHOP_DATABASE", "postgresql:///shop")
EVERY_MINUTE, EVERY_NIGHT = "* * * * *", "17 4 * * *"
QUEUE = "ordercancel"
POLLING = 0.5
"""Seconds between a worker's looks into the queue."""

CONFIG: DBOSConfig = {
    "name": "shop",
    "system_database_url": DATABASE,
    # A constant, so that a new release resumes old workflows: a step that runs twice does no harm.
    "application_version": "1",
    "log_level": "WARNING",
}


@cache
def store() -> SqlStore:
    return SqlStore(DATABASE, create_tables=False)


@cache
def service() -> CancellationService:
    return CancellationService(policies=POLICIES, store=store(), notifier=LogNotifier())


PATIENT: StepOptions = {
    "retries_allowed": True,
    "max_attempts": 5,
    "should_retry": lambda error: isinstance(error, StoreUnavailable),
}


@DBOS.step(**PATIENT)
def fire_some() -> bool:
    """Fire what is due of up to a hundred orders; return whether there is more."""
    return service().tick().more


@DBOS.step(**PATIENT)
def deliver_some() -> bool:
    """Deliver up to a hundred messages; return whether there are more."""
    return service().relay().more


@DBOS.workflow()
def tick(scheduled: datetime, context: object) -> None:
    """Fire all deadlines that are due."""
    while fire_some():
        pass


@DBOS.workflow()
def relay(scheduled: datetime, context: object) -> None:
    """Deliver all messages that wait."""
    while deliver_some():
        pass


@DBOS.workflow()
def clean_up(scheduled: datetime, context: object) -> None:
    """Delete the records of workflows that ended a week ago."""
    before = (scheduled - timedelta(days=7)).isoformat()
    while done := DBOS.list_workflows(
        completed_before=before,
        queue_name=QUEUE,
        load_input=False,
        load_output=False,
        limit=1_000,
    ):
        DBOS.delete_workflows([each.workflow_id for each in done])


def schedule(name: str, cron: str, workflow: Callable[[datetime, object], None]) -> ScheduleInput:
    return {
        "schedule_name": name,
        "schedule": cron,
        "workflow_fn": workflow,
        "queue_name": QUEUE,
    }


def main() -> None:
    """Work until SIGTERM or Ctrl-C, then finish the current steps."""
    stop: SimpleQueue[int] = SimpleQueue()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stop.put(number))
    DBOS(config=CONFIG)
    DBOS.launch()  # makes its own tables, in the schema `dbos`
    DBOS.register_queue(QUEUE, worker_concurrency=2, polling_interval_sec=POLLING)
    DBOS.apply_schedules(
        [
            schedule("deadlines", EVERY_MINUTE, tick),
            schedule("messages", EVERY_MINUTE, relay),
            schedule("clean-up", EVERY_NIGHT, clean_up),
        ]
    )
    stop.get()
    DBOS.destroy(workflow_completion_timeout_sec=30)


if __name__ == "__main__":
    main()
