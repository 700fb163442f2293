"""Ids of messages, for places that take ASCII alone."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote

__all__ = ["LONGEST_ID", "ascii_id"]

LONGEST_ID = 200
"""The longest id that is written out; a longer one is told by its digest."""


def ascii_id(name: str) -> str:
    """`name` in letters, digits and ``%-=_~``: no two names have the same.

    Fit for the left side of a Message-ID and for a header of HTTP. There is no full stop in it.

    >>> ascii_id("o-1:3:buyer:mail")
    'o-1%3A3%3Abuyer%3Amail'
    """
    quoted = quote(name, safe="", errors="surrogatepass").replace(".", "%2E")
    if 0 < len(quoted) <= LONGEST_ID:
        return quoted
    return f"sha256={sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
