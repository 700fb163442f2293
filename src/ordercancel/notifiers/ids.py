"""Ids of messages, for places that hold ASCII only."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote

LONGEST_ID = 200
"""The longest escaped id, in characters; a longer one is replaced by its SHA-256."""


def ascii_id(name: str) -> str:
    """Escape `name` into letters, digits and ``%-=_~``; different names get different ids.

    The result fits the left side of a Message-ID and an HTTP header; it holds no full stop.

    >>> ascii_id("o-1:3:buyer:mail")
    'o-1%3A3%3Abuyer%3Amail'
    """
    quoted = quote(name, safe="", errors="surrogatepass").replace(".", "%2E")
    if 0 < len(quoted) <= LONGEST_ID:
        return quoted
    return f"sha256={sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
