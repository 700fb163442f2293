"""Deadlines and messages by DBOS 3, on the database that the orders are in.

    export SHOP_DATABASE=postgresql://shop@db/shop
    ordercancel db create $SHOP_DATABASE
    DBOS__VMID=worker-1 python -m examples.with_dbos    # as many as you like, each with its name

Every minute one `tick` and one `relay` are enqueued, however many workers there are. What is due
is in the tables of the orders, where the steps look it up. So a workflow that is lost with its
worker costs a minute: the next one finds what it left.

A worker that restarts under its old name resumes the workflows it was running when it was killed.

With ``SHOP_SPREAD=1`` each deadline is applied in a workflow of its own, so that the work spreads
over all workers: for shops where applying one takes long.
"""

import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from queue import SimpleQueue

from dbos import DBOS, DBOSConfig, ScheduleInput, SetWorkflowID, StepOptions

from ordercancel import ApplyDeadline, CancellationService, Refused, StoreUnavailable, System
from ordercancel.notifiers.log import LogNotifier
from ordercancel.policies import CONECT, QOO10
from ordercancel.service.records import DueDuty
from ordercancel.stores.sql import SqlStore

POLICIES = (CONECT, QOO10)
DATABASE = os.environ.get("SHOP_DATABASE", "postgresql:///shop")
SPREAD = "SHOP_SPREAD" in os.environ
EVERY_MINUTE, EVERY_NIGHT = "* * * * *", "17 4 * * *"
QUEUE, EACH = "ordercancel", "ordercancel-each"
"""The queue of the scheduled workflows, and that of single deadlines."""
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
def apply_some() -> bool:
    """Apply up to a hundred deadlines; return whether there are more."""
    return service().tick().more


@DBOS.step(**PATIENT)
def deliver_some() -> bool:
    """Deliver up to a hundred messages; return whether there are more."""
    return service().relay().more


@DBOS.step(**PATIENT)
def due(now: datetime, last: DueDuty | None) -> tuple[DueDuty, ...]:
    """A page of all that is due."""
    return store().due(now, last, 1_000)


@DBOS.step(**PATIENT)
def apply_one(order_id: str, deadline: str, request: int) -> None:
    """Apply one deadline."""
    try:
        service().handle(ApplyDeadline(order_id, by=System(), deadline=deadline, request=request))
    except Refused as refused:
        if refused.codes != ("not_due",):  # it has acted already, or the request was answered
            raise


@DBOS.workflow()
def tick(scheduled: datetime, context: object) -> None:
    """Apply all deadlines that are due."""
    while apply_some():
        pass


@DBOS.workflow()
def relay(scheduled: datetime, context: object) -> None:
    """Deliver all messages that wait."""
    while deliver_some():
        pass


@DBOS.workflow()
def spread(scheduled: datetime, context: object) -> None:
    """Enqueue a workflow for each deadline that is due, unless others are waiting.

    The hour in the id allows one per hour: if that one failed, or was lost with a worker that
    never came back, the next hour has another.
    """
    if DBOS.list_workflows(queue_name=EACH, status="ENQUEUED", limit=1):
        return
    last = None
    while page := due(scheduled, last):
        for duty in page:
            with SetWorkflowID(
                f"{scheduled:%Y-%m-%dT%H} {duty.order_id} {duty.deadline} {duty.request}"
            ):
                DBOS.enqueue_workflow(EACH, apply, duty.order_id, duty.deadline, duty.request)
        last = page[-1]


@DBOS.workflow()
def apply(order_id: str, deadline: str, request: int) -> None:
    """Apply one deadline."""
    apply_one(order_id, deadline, request)


@DBOS.workflow()
def clean_up(scheduled: datetime, context: object) -> None:
    """Delete the records of workflows that ended a week ago."""
    before = (scheduled - timedelta(days=7)).isoformat()
    while done := DBOS.list_workflows(
        completed_before=before,
        queue_name=[QUEUE, EACH],
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
    DBOS.register_queue(EACH, worker_concurrency=10, polling_interval_sec=POLLING)
    DBOS.apply_schedules(
        [
            schedule("deadlines", EVERY_MINUTE, spread if SPREAD else tick),
            schedule("messages", EVERY_MINUTE, relay),
            schedule("clean-up", EVERY_NIGHT, clean_up),
        ]
    )
    stop.get()
    DBOS.destroy(workflow_completion_timeout_sec=30)


if __name__ == "__main__":
    main()
