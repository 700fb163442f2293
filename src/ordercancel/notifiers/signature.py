"""Signs webhooks and verifies them, as Standard Webhooks specifies (symmetric, ``v1``).

The signature covers the id, the time of sending and the body, joined by full stops, so that none
of them can be exchanged and a recorded request is refused after a few minutes. A receiver needs
nothing of the library but `verify`.
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

__all__ = ["Unverified", "sign", "verify"]

_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_PREFIX = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 24, 64
_SECONDS = re.compile(r"[0-9]{1,11}")


class Unverified(OrderCancelError, ValueError):
    """Raised for a request that no holder of the secret sent just now: answer 400 and drop it.

    Args:
        problem: What is wrong with the request.
        expected: What would have been right.
    """

    def __init__(self, problem: str, expected: str) -> None:
        self.problem = problem
        self.expected = expected
        super().__init__(problem, expected)

    def __str__(self) -> str:
        return f"{self.problem}; expected {self.expected}"


def sign(message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """Return the three headers that sign `body`.

    Args:
        message_id: The same every time a message is sent; ASCII without a full stop.
        body: The exact bytes that are sent.
        secrets: At least one: ``whsec_`` and base64 of 24 to 64 bytes. Each makes a signature of
            its own, so that a secret can be replaced while receivers still know the old one.
        at: The time of sending, with a UTC offset.

    Raises:
        InvalidValue: A secret is malformed, or `at` has no UTC offset.
    """
    faults = Faults("sign")
    faults.time("at", at)
    keys = read_secrets(faults, "secrets", secrets)
    faults.raise_if_any()
    seconds = str(int(at.timestamp()))
    signatures = " ".join(_signatures(message_id, seconds, body, keys))
    return dict(zip(_HEADERS, (message_id, seconds, signatures), strict=True))


def verify(
    body: bytes,
    headers: Mapping[str, str],
    *,
    secrets: Sequence[str],
    now: datetime,
    tolerance: timedelta = timedelta(minutes=5),
) -> dict[str, Any]:
    """Return the event in `body`, once it is certain who sent it and when.

    A message may be delivered twice: remember the ``id`` of the event, or the ``webhook-id``.

    Args:
        body: The exact bytes of the request's body, before anything has parsed them.
        headers: The request's headers, in upper or lower case.
        secrets: The receiver's secrets; one that the sender signs with is enough.
        now: The present time, with a UTC offset.
        tolerance: How far the time of sending may be from `now`, inclusive. Default: 5 minutes.

    Raises:
        Unverified: A header is missing or malformed, the time is too far off, no signature fits,
            or the body is no JSON object.
        InvalidValue: A secret is malformed, or another argument is of the wrong type.
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
    right = [each.encode() for each in _signatures(message_id, seconds, body, keys)]
    received = [each.encode("utf-8", "replace") for each in signatures.split(" ")]
    # Compare every pair, each in constant time: the time taken must reveal nothing of a secret.
    fits = [hmac.compare_digest(ours, theirs) for ours in right for theirs in received]
    if not any(fits):
        raise Unverified("no signature fits", "one made with a secret that is known here")
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise Unverified("the body is no JSON object", "an event")
    return event


def read_secrets(faults: Faults, field: str, secrets: object) -> list[bytes]:
    """Return the keys in `secrets`; a malformed one becomes a fault, which does not quote it."""
    if not isinstance(secrets, list | tuple) or not secrets:
        faults.add(field, "is no list with a secret", "a list of one secret or several")
        return []
    keys = [_key(secret) for secret in secrets]
    for number, key in enumerate(keys):
        if not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
            expected = f"{_PREFIX} and base64 of {_FEWEST_BYTES} to {_MOST_BYTES} bytes"
            faults.add(f"{field}[{number}]", "is no secret", expected)
    return keys


def _key(secret: object) -> bytes:
    """The bytes of a secret, whose base64 may lack padding; empty if it is malformed."""
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
    """The id, the time and the signatures of a request."""
    values = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in _HEADERS if not values.get(name)]
    if missing:
        raise Unverified(f"{', '.join(missing)} missing", "the headers of a signed webhook")
    message_id, seconds, signatures = (values[name] for name in _HEADERS)
    return message_id, seconds, signatures
