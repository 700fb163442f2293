"""``manage.py ordercancel_tick``."""

from __future__ import annotations

from ordercancel.contrib.django.conf import service
from ordercancel.contrib.django.work import WorkCommand


class Command(WorkCommand):
    """Fires the deadlines that have come due."""

    help = "Fire the deadlines that have come due: approve, cancel, remind, mark."

    def batch(self, limit: int) -> bool:
        """Fire what is due of some orders; those in trouble are named and passed over."""
        ticked = service().tick(budget=limit)
        self.stdout.write(f"{len(ticked.outcomes)} orders")
        for each in (*ticked.skipped, *ticked.passed_over):
            self.stderr.write(f"{each.order.order_id}: {each.error}")
        return ticked.more
