"""Delivers messages and obligations as webhooks: signed events, posted to a URL."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import NotDelivered
from ordercancel.domain.faults import Faults
from ordercancel.domain.obligations import Obligation
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
from ordercancel.service.clock import Clock

__all__ = ["WebhookNotifier"]

_VISIBLE = re.compile(r"[!-~]+")


@attrs.frozen(eq=False)
class WebhookNotifier:
    """Posts each message as a CloudEvent in JSON, signed as Standard Webhooks specifies.

    As an obligation handler it posts obligations in the same way, under their key.

    A status from 200 to 299 means that the receiver has the message. Redirects are not followed,
    proxies are not used, and the body of the answer is not read. A message has the same
    ``webhook-id`` every time it is sent. The addresses of a party are ignored.

    Args:
        url: Where to post to: ``https``, or ``http`` to this machine. It may hold a token, so the
            repr does not show it.
        secrets: The secrets to sign with: ``whsec_`` and base64 of 24 to 64 bytes. To replace one,
            pass the new beside the old until every receiver knows the new one.
        source: The ``source`` of the events: a URI or a name. Default: ``ordercancel``.
        http_anywhere: Allow ``http`` to other machines, where anybody on the way can read the
            messages. Default: False.
        timeout: Seconds for connecting, and again for everything after that, at most 120.
            Default: 10.
        context: The certificates that TLS trusts. Default: those of this machine.
        clock: Tells the time of sending. Default: this machine's clock.

    Raises:
        InvalidValue: Names every fault of the arguments.
    """

    url: str = attrs.field(repr=False)
    secrets: Sequence[str] = attrs.field(kw_only=True, repr=False)
    source: str = attrs.field(default="ordercancel", kw_only=True)
    http_anywhere: bool = attrs.field(default=False, kw_only=True)
    timeout: float = attrs.field(default=10.0, kw_only=True)
    context: ssl.SSLContext | None = attrs.field(default=None, kw_only=True, repr=False)
    clock: Clock | None = attrs.field(default=None, kw_only=True)
    _parts: SplitResult = attrs.field(init=False, repr=False)
    _context: ssl.SSLContext | None = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults("WebhookNotifier")
        parts = _parts_of(self.url)
        if parts is None:
            expected = "https://… in ASCII, without user or fragment"
            faults.add("url", "names no web server", expected)
        elif parts.scheme == "http" and not (
            self.http_anywhere or is_loopback(parts.hostname or "")
        ):
            faults.add("url", "is in the clear", "https, or http_anywhere=True")
        read_secrets(faults, "secrets", self.secrets)
        if not isinstance(self.source, str) or not _VISIBLE.fullmatch(self.source):
            faults.add("source", "is no URI and no plain name", "visible characters in ASCII")
        faults.flag("http_anywhere", self.http_anywhere)
        check_timeout(faults, "timeout", self.timeout)
        faults.instance("context", self.context, ssl.SSLContext | None, "an ssl.SSLContext")
        faults.raise_if_any()
        context = self.context
        if context is None and parts is not None and parts.scheme == "https":
            context = ssl.create_default_context()
        for field, value in (
            ("secrets", tuple(self.secrets)),
            ("_parts", parts),
            ("_context", context),
        ):
            object.__setattr__(self, field, value)

    def deliver(self, message: Message, to: Party | None) -> None:
        """Post `message`; `to` is ignored.

        Raises:
            NotDelivered: The receiver could not be reached, or its status was not 2xx; for ever,
                where that was 410 (Gone), by which Standard Webhooks ends a subscription.
        """
        data = {
            "order_id": message.order_id,
            "on": message.on,
            "audience": message.audience,
            "party": message.party,
            "medium": message.medium,
            "locale": message.locale,
            "subject": message.subject,
            "body": message.body,
        }
        self._send(message.id, message.on, message.order_id, message.at, data)

    def fulfil(self, obligation: Obligation) -> None:
        """Post `obligation`: what it says by field, and its kind.

        Raises:
            NotDelivered: As `deliver`.
        """
        data = attrs.asdict(obligation, filter=attrs.filters.exclude("at"))
        if "lines" in data:
            data["lines"] = dict(data["lines"])
        kind, order_id = obligation.kind, obligation.order_id
        self._send(obligation.key, kind, order_id, obligation.at, {**data, "kind": kind})

    def _send(
        self, event_id: str, on: str, order_id: str, at: datetime, data: dict[str, Any]
    ) -> None:
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": self.source,
            "type": f"ordercancel.{on}",
            "subject": order_id,
            "time": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": data,
        }
        body = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
        now = self.clock.now() if self.clock else datetime.now(UTC)
        headers = sign(ascii_id(event_id), body, secrets=self.secrets, at=now) | {
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
            problem = f"the receiver answered {status}"
            raise NotDelivered(problem, "200 to 299", status, permanent=status == HTTPStatus.GONE)

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        """Post `body` and return the status; nothing else of the answer is read."""
        path = self._parts.path or "/"
        target = f"{path}?{self._parts.query}" if self._parts.query else path
        with closing(self._connection()) as connection:
            connection.connect()
            with hung_up_after(self.timeout, connection.sock):
                connection.request("POST", target, body, headers)
                with connection.getresponse() as response:
                    return response.status

    def _connection(self) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return HTTPSConnection(host, port, timeout=self.timeout, context=self._context)
        return HTTPConnection(host, port, timeout=self.timeout)


def _parts_of(url: object) -> SplitResult | None:
    """The parts of a web server's URL; None for another URL, or one with a user or a fragment."""
    if not isinstance(url, str) or not _VISIBLE.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and "@" not in parts.netloc and not parts.fragment
    return parts if is_web and is_host(host) and port != 0 else None
