"""A worker for Celery: ``celery -A storefront worker -B``, in the folder of ``manage.py``.

Each task works until nothing more is due. Where the database does not answer the next minute's
run is the retry: what is due is in the tables, and not in the queue.
"""

from __future__ import annotations

import os

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
django.setup()

from ordercancel.contrib.django import service  # noqa: E402

app = Celery("storefront", broker=os.environ.get("SHOP_BROKER", "memory://"))
app.conf.beat_schedule = {
    "tick": {"task": "storefront.tick", "schedule": 60.0},
    "relay": {"task": "storefront.relay", "schedule": 10.0},
}


@app.task(name="storefront.tick")
def tick() -> None:
    """Fire what has come due."""
    while service().tick().more:
        pass


@app.task(name="storefront.relay")
def relay() -> None:
    """Deliver what waits in the outbox."""
    while service().relay().more:
        pass
