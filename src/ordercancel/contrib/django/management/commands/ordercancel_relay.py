"""``manage.py ordercancel_relay``."""

from __future__ import annotations

from ordercancel.contrib.django.conf import service
from ordercancel.contrib.django.work import WorkCommand


class Command(WorkCommand):
    """Delivers the messages of the outbox."""

    help = "Deliver the messages that wait in the outbox."

    def batch(self, limit: int) -> bool:
        """Deliver some messages; those that failed are tried again later."""
        relayed = service().relay(limit=limit)
        parts = ("delivered", "failed", "dead")
        self.stdout.write(", ".join(f"{len(getattr(relayed, each))} {each}" for each in parts))
        return relayed.more
