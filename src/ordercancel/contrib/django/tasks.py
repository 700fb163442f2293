"""Tasks for Django's task framework: in Django from 6.0 on, before that by ``django-tasks``.

Enqueue each of them every minute, from whatever schedules things; they work until nothing more is
due. To deliver at once, ``relay.enqueue()`` behind a command, on commit.
"""

from __future__ import annotations

try:
    from django.tasks import task
except ImportError:
    try:
        from django_tasks import task  # type: ignore[no-redef,unused-ignore]
    except ImportError as error:  # pragma: no cover - the tests have one of the two
        raise ImportError("before Django 6.0 the tasks need the package django-tasks") from error

from ordercancel.contrib.django.conf import service


@task()
def tick() -> int:
    """Fire the deadlines that have come due; return of how many orders."""
    count = 0
    while True:
        ticked = service().tick()
        count += len(ticked.outcomes)
        if not ticked.more:
            return count


@task()
def relay() -> int:
    """Deliver the messages that wait in the outbox; return how many were delivered."""
    count = 0
    while True:
        relayed = service().relay()
        count += len(relayed.delivered)
        if not relayed.more:
            return count
