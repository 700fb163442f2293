"""Deadlines and messages by procrastinate 3, on the database that the orders are in.

    export SHOP_DATABASE=postgresql://shop@db/shop
    ordercancel db create $SHOP_DATABASE
    procrastinate --app=examples.with_procrastinate.app schema --apply
    procrastinate --app=examples.with_procrastinate.app worker    # as many as you like

Every minute one `tick` and one `relay` are enqueued, however many workers there are. What is due
is in the tables of the orders, where the jobs look it up. So a job that fails, or is lost with its
worker, costs a minute: the next one finds what it left.
"""

import os
from contextlib import suppress
from functools import cache

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status

from ordercancel import CancellationService
from ordercancel.notifiers.log import LogNotifier
from ordercancel.policies import CONECT, QOO10
from ordercancel.stores.sql import SqlStore

POLICIES = (CONECT, QOO10)
DATABASE = os.environ.get("SHOP_DATABASE", "postgresql:///shop")
QUEUE = "ordercancel"
EVERY_MINUTE, EVERY_NIGHT = "* * * * *", "17 4 * * *"

app = App(
    connector=PsycopgConnector(conninfo=DATABASE),
    worker_defaults={"delete_jobs": "successful"},
)


@cache
def store() -> SqlStore:
    return SqlStore(DATABASE, create_tables=False)


@cache
def service() -> CancellationService:
    return CancellationService(policies=POLICIES, store=store(), notifier=LogNotifier())


# A queueing lock keeps jobs from piling up. None of these tasks has a `retry`: while another job
# with the same lock waits, a failed one can't be put back, and its row stays "doing" for ever. The
# next minute's job is the retry.


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="tick", queue=QUEUE, queueing_lock="tick")
def tick(timestamp: int = 0) -> None:
    """Fire what is due of up to a hundred orders, and the rest in another job."""
    if service().tick().more:
        with suppress(AlreadyEnqueued):
            tick.defer()


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="relay", queue=QUEUE, queueing_lock="relay", priority=1)
def relay(timestamp: int = 0) -> None:
    """Deliver up to a hundred messages, and the rest in another job."""
    if service().relay().more:
        with suppress(AlreadyEnqueued):
            relay.defer()


@app.periodic(cron=EVERY_NIGHT)
@app.task(name="clean_up", queue=QUEUE, queueing_lock="clean_up")
async def clean_up(timestamp: int = 0) -> None:
    """Delete the jobs of workers that were killed, and those that failed a week ago."""
    for job in await app.job_manager.get_stalled_jobs(queue=QUEUE):
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    await app.job_manager.delete_old_jobs(nb_hours=7 * 24, queue=QUEUE, include_failed=True)
