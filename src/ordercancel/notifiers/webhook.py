"""Delivers messages as webhooks: signed events, posted to a URL."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import NotDelivered
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message
from ordercancel.notifiers.ids import ascii_id
from ordercancel.notifiers.network import (
    check_timeout,
    hung_up_after,
    is_host,
    is_loopback,
    what_failed,
)
from ordercancel.notifiers.signature import read_secrets, sign
from ordercancel.service.ports import Clock

__all__ = ["WebhookNotifier"]

_VISIBLE = re.compile(r"[!-~]+")


@attrs.frozen
class _Place:
    """A place on a web server, which has its usual port where None is given."""

    is_secure: bool
    host: str
    port: int | None
    target: str


@attrs.frozen(eq=False)
class WebhookNotifier:
    """Posts each message as a CloudEvent in JSON, signed after Standard Webhooks.

    Any status from 200 to 299 means that the receiver has it. Redirects are not followed, proxies
    are not used, and nothing is read of what the receiver writes. The same message has the same
    ``webhook-id`` whenever it is sent. A party's addresses play no role.

    Args:
        url: Where to: ``https``, or ``http`` to this very machine. It may hold a token and is not
            shown.
        secrets: What to sign with: base64 of 24 to 64 bytes, after ``whsec_``. Give the new one
            beside the old one until all receivers know it.
        source: The ``source`` of the events: who sends them, as a URI or a plain name.
        http_anywhere: Whether ``http`` may go to other machines, where anybody in between can read
            the messages.
        timeout: How long connecting may take, and then how long all the rest, in seconds, up to
            600.
        context: Whom TLS trusts; those whom the machine trusts, unless given.
        clock: Tells the time of sending; the machine's, unless given.

    Raises:
        InvalidValue: With every fault of the values given.
    """

    url: str = attrs.field(repr=False)
    secrets: Sequence[str] = attrs.field(kw_only=True, repr=False)
    source: str = attrs.field(default="ordercancel", kw_only=True)
    http_anywhere: bool = attrs.field(default=False, kw_only=True)
    timeout: float = attrs.field(default=10.0, kw_only=True)
    context: ssl.SSLContext | None = attrs.field(default=None, kw_only=True, repr=False)
    clock: Clock | None = attrs.field(default=None, kw_only=True)
    _place: _Place = attrs.field(init=False, repr=False)
    _context: ssl.SSLContext | None = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults("WebhookNotifier")
        place = _place_of(self.url)
        if place is None:
            expected = "https://… in ASCII, without user or fragment"
            faults.add("url", "names no web server", expected)
        elif not place.is_secure and not self.http_anywhere and not is_loopback(place.host):
            faults.add("url", "is in the clear", "https, or http_anywhere=True")
        read_secrets(faults, "secrets", self.secrets)
        if not isinstance(self.source, str) or not _VISIBLE.fullmatch(self.source):
            faults.add("source", "is no URI and no plain name", "visible characters in ASCII")
        faults.flag("http_anywhere", self.http_anywhere)
        check_timeout(faults, "timeout", self.timeout)
        faults.instance("context", self.context, ssl.SSLContext | None, "an ssl.SSLContext")
        faults.raise_if_any()
        context = self.context
        if context is None and place is not None and place.is_secure:
            context = ssl.create_default_context()
        settled = {"secrets": tuple(self.secrets), "_place": place, "_context": context}
        for field, value in settled.items():
            object.__setattr__(self, field, value)

    def deliver(self, message: Message, to: Party | None) -> None:
        """Post `message`; `to` is not needed.

        Raises:
            NotDelivered: The receiver was not reached, or answered anything but 2xx.
        """
        body = _event(message, self.source)
        now = self.clock.now() if self.clock else datetime.now(UTC)
        headers = sign(ascii_id(message.id), body, secrets=self.secrets, at=now)
        headers |= {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "user-agent": "ordercancel",
            "connection": "close",
        }
        try:
            status = self._post(body, headers)
        except HTTPException:  # its text may quote what the receiver wrote
            problem = "the receiver hung up, or does not talk HTTP"
            raise NotDelivered(problem, "an answer in HTTP") from None
        except OSError as error:
            problem = f"the line to the receiver failed: {what_failed(error)}"
            raise NotDelivered(problem, "a line that holds") from error
        if not 200 <= status <= 299:
            raise NotDelivered(f"the receiver answered {status}", "200 to 299", status)

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        """Post `body`; gives the status. Nothing more is read of the answer."""
        with closing(self._connection()) as connection:
            connection.connect()
            with hung_up_after(self.timeout, connection.sock):
                connection.request("POST", self._place.target, body, headers)
                with connection.getresponse() as response:
                    return response.status

    def _connection(self) -> HTTPConnection:
        host, port = self._place.host, self._place.port
        if self._place.is_secure:
            return HTTPSConnection(host, port, timeout=self.timeout, context=self._context)
        return HTTPConnection(host, port, timeout=self.timeout)


def _place_of(url: object) -> _Place | None:
    """Where a URL leads; None where it is none of a web server, or has a user or a fragment."""
    if not isinstance(url, str) or not _VISIBLE.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and "@" not in parts.netloc and not parts.fragment
    if host is None or port == 0 or not is_web or not is_host(host):
        return None
    query = f"?{parts.query}" if parts.query else ""
    return _Place(parts.scheme == "https", host, port, f"{parts.path or '/'}{query}")


def _event(message: Message, source: str) -> bytes:
    """The event that tells of `message`, with the attributes of CloudEvents 1.0."""
    event = {
        "specversion": "1.0",
        "id": message.id,
        "source": source,
        "type": f"ordercancel.{message.occasion}",
        "subject": message.order_id,
        "time": message.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {
            "order_id": message.order_id,
            "occasion": message.occasion,
            "audience": message.audience,
            "party": message.party,
            "medium": message.medium,
            "locale": message.locale,
            "subject": message.subject,
            "body": message.body,
        },
    }
    return json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
