"""Signatures of webhooks, after the specification of Standard Webhooks, symmetric (``v1``).

What is signed is the id, the time of sending and the body, joined by full stops: none of them
can be exchanged, and what somebody overheard can't be sent once more after a while. Of the
library, a receiver needs `verify` alone.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ordercancel.domain.errors import OrderCancelError
from ordercancel.domain.faults import Faults

__all__ = ["Unverified", "read_secrets", "sign", "verify"]

_TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 24, 64
_SECONDS = re.compile(r"[0-9]{1,11}")


class Unverified(OrderCancelError, ValueError):
    """A request is not what a holder of the secret sent just now: answer 400 and forget it.

    Args:
        problem: What was found.
        expected: What would have been right.
    """

    def __init__(self, problem: str, expected: str) -> None:
        self.problem = problem
        self.expected = expected
        super().__init__(problem, expected)

    def __str__(self) -> str:
        return f"{self.problem}; expected {self.expected}"


def sign(message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """The headers that go with `body`.

    Args:
        message_id: The same for every sending of a message; in ASCII, without a full stop.
        body: What is sent, to the byte.
        secrets: Base64 of 24 to 64 bytes, after ``whsec_``. Each makes a signature of its own, so
            that receivers who know one of them can go on while it is replaced by another.
        at: The time of sending.

    Raises:
        InvalidValue: A secret is none.
    """
    faults = Faults("sign")
    faults.time("at", at)
    keys = read_secrets(faults, "secrets", secrets)
    faults.raise_if_any()
    seconds = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signatures(message_id, seconds, body, keys)),
    }


def verify(
    body: bytes,
    headers: Mapping[str, str],
    *,
    secrets: Sequence[str],
    now: datetime,
    tolerance: timedelta = _TOLERANCE,
) -> dict[str, Any]:
    """The event that a request tells of, once it is certain who sent it, and when.

    It may come more than once: whoever acts on it remembers its ``id``, or the ``webhook-id``.

    Args:
        body: The body of the request, to the byte, before anything has parsed it.
        headers: Its headers, in upper or lower case.
        secrets: One that the sender signs with is enough.
        now: The present moment, with a UTC offset.
        tolerance: How far the clocks may be apart, and how late a request may come; inclusive.

    Raises:
        Unverified: A header is missing or malformed, the time is too far off, no signature fits,
            or the body is no JSON object.
        InvalidValue: A secret is none, or another argument is wrong.
    """
    faults = Faults("verify")
    faults.instance("body", body, bytes, "the bytes of the request's body")
    faults.time("now", now)
    faults.instance("tolerance", tolerance, timedelta, "a length of time")
    keys = read_secrets(faults, "secrets", secrets)
    faults.raise_if_any()
    message_id, seconds, signatures = _signed(headers)
    if not _SECONDS.fullmatch(seconds):
        raise Unverified("webhook-timestamp is no number", "seconds since 1970")
    apart = abs(now - datetime.fromtimestamp(int(seconds), UTC))
    if apart > tolerance:
        raise Unverified(f"webhook-timestamp is {apart} off", f"at most {tolerance}")
    mine = [each.encode() for each in _signatures(message_id, seconds, body, keys)]
    theirs = [each.encode("utf-8", "replace") for each in signatures.split(" ")]
    # Every pair is compared, each in constant time, so that time tells nothing of a secret.
    fits = [hmac.compare_digest(each, given) for each in mine for given in theirs]
    if not any(fits):
        raise Unverified("no signature fits", "one made with a secret that is known here")
    try:
        event = json.loads(body)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise Unverified("the body is no JSON object", "an event")
    return event


def read_secrets(faults: Faults, field: str, secrets: object) -> list[bytes]:
    """The keys that `secrets` stand for; each that is none is a fault, which does not show it."""
    if not isinstance(secrets, list | tuple) or not secrets:
        faults.add(field, "is no list with a secret", "a list of one secret or several")
        return []
    expected = f"{_PREFIX} and base64 of {_FEWEST_BYTES} to {_MOST_BYTES} bytes"
    keys: list[bytes] = []
    for number, secret in enumerate(secrets):
        key = _key(secret)
        if _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
            keys.append(key)
        else:
            faults.add(f"{field}[{number}]", "is no secret", expected)
    return keys


def _key(secret: object) -> bytes:
    """The bytes of a secret, whose base64 may lack its padding; none where it is malformed."""
    if not isinstance(secret, str) or not secret.startswith(_PREFIX):
        return b""
    encoded = secret.removeprefix(_PREFIX).rstrip("=")
    try:
        return b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return b""


def _signatures(message_id: str, seconds: str, body: bytes, keys: Sequence[bytes]) -> list[str]:
    content = b".".join((message_id.encode("utf-8", "replace"), seconds.encode(), body))
    digests = [hmac.digest(key, content, "sha256") for key in keys]
    return [f"v1,{b64encode(digest).decode()}" for digest in digests]


def _signed(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """The id, the time and the signatures that a request comes with."""
    known = {name.lower(): value for name, value in headers.items()}
    wanted = ("webhook-id", "webhook-timestamp", "webhook-signature")
    missing = [name for name in wanted if not known.get(name)]
    if missing:
        raise Unverified(f"{', '.join(missing)} missing", "the headers of a signed webhook")
    message_id, seconds, signatures = (known[name] for name in wanted)
    return message_id, seconds, signatures
