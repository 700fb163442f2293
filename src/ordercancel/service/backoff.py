"""How long to wait before something is tried again, and how often."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

import attrs

from ordercancel.domain.errors import Conflict, TransactionLost
from ordercancel.domain.faults import Faults

MAX_TRIES = 1_000
MAX_WAIT = timedelta(days=30)


@attrs.frozen(kw_only=True)
class Backoff:
    """Exponential backoff: waits that double, half of each random, so that many do not collide.

    >>> backoff = Backoff(first=timedelta(seconds=30), most=timedelta(minutes=5), tries=8)
    >>> [str(backoff.wait(tried, 1)) for tried in (1, 2, 3, 4, 5)]
    ['0:00:30', '0:01:00', '0:02:00', '0:04:00', '0:05:00']
    >>> str(backoff.wait(1, 0))
    '0:00:15'

    Args:
        first: The longest wait after the first attempt; up to `most`.
        most: The longest wait after any attempt, up to 30 days.
        tries: How many attempts there are, 1 to 1,000.

    Raises:
        InvalidValue: With every value that is out of its bounds.
    """

    first: timedelta
    most: timedelta
    tries: int

    def __attrs_post_init__(self) -> None:
        faults = Faults("Backoff")
        for field, most in (("first", self.most), ("most", MAX_WAIT)):
            value: object = getattr(self, field)
            expected = f"a length of time, 0 to {most}"
            if not isinstance(value, timedelta):
                faults.add(field, f"is {value!r:.80}", expected)
            elif isinstance(most, timedelta) and not timedelta() <= value <= most:
                faults.add(field, f"is {value}", expected)
        tries: object = self.tries
        if isinstance(tries, bool) or not isinstance(tries, int) or not 1 <= tries <= MAX_TRIES:
            faults.add("tries", f"is {tries!r:.80}", f"a whole number, 1 to {MAX_TRIES:,}")
        faults.raise_if_any()

    def wait(self, tried: int, chance: float) -> timedelta:
        """Return the wait after `tried` attempts; `chance` is a random number from 0 to 1."""
        longest = self.first
        for _ in range(1, tried):
            if longest == self.most:
                break
            longest = min(longest * 2, self.most)
        # Halved last: two halves of an odd number of microseconds may be more than the whole.
        return longest * (1 + chance) / 2


CONFLICTS = Backoff(first=timedelta(milliseconds=10), most=timedelta(milliseconds=500), tries=8)
"""How a command is decided again from fresh state: at most 1.3 seconds of waiting in all."""

RETRIES = Backoff(first=timedelta(seconds=30), most=timedelta(hours=1), tries=40)
"""How a message is delivered again: for about a day, before it is dead."""


class deciding_again(AbstractContextManager[None]):  # noqa: N801 - it reads like contextlib's
    """Suppress the loss of a race, unless it would be lost every time."""

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> bool:
        return isinstance(error, Conflict) and not isinstance(error, TransactionLost)
