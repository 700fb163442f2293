"""A mail server and a webhook that misbehave in every way, and write down what they took."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from contextlib import suppress
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import attrs
from aiosmtpd.smtp import Envelope

from notifiers.servers import MailServer

TIMEOUT = 0.5
"""How many seconds a delivery may take; who is silent is so for twice as long."""
FLAKY = "flaky@example.jp"
"""An address that is busy a third of the time."""


@attrs.frozen
class Arrival:
    """A message that was taken: when, its id, the address or None, and its text."""

    at: float
    message_id: str
    address: str | None
    body: str


class Post:
    """What arrived, and what was refused for good, in the order of time.

    Args:
        seed: What the trouble follows from.
    """

    def __init__(self, seed: int) -> None:
        self.arrivals: list[Arrival] = []
        self.refused: set[str] = set()
        self.is_healthy = False
        self._chance = random.Random(f"{seed} post")
        self._lock = threading.Lock()

    def take(self, message_id: str, address: str | None, body: str) -> None:
        """Write an arrival down."""
        with self._lock:
            self.arrivals.append(Arrival(time.time(), message_id, address, body))

    def trouble(self, message_id: str) -> str:
        """What goes wrong with a message; what is refused for good stays so."""
        with self._lock:
            kinds = ("refuse", "later", "answer lost", "hang up", "silent", "drip", "none")
            (kind,) = self._chance.choices(kinds, (0.5, 4, 2, 2, 0.5, 0.5, 90.5))
            if message_id in self.refused:
                return "refuse"
            if self.is_healthy:
                return "none"
            if kind == "refuse":
                self.refused.add(message_id)
            return kind

    def is_busy(self) -> bool:
        """Whether the flaky address is."""
        with self._lock:
            return not self.is_healthy and self._chance.random() < 0.3


class _Office:
    """The mail server's handler."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address == FLAKY and self._post.is_busy():
            return "450 4.2.1 busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content)
        message_id = unquote(mail["Message-ID"].strip("<> ").rpartition("@")[0])
        kind = self._post.trouble(message_id)
        if kind in ("none", "answer lost"):
            plain = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
            payload = plain.get_payload(decode=True)
            assert isinstance(payload, bytes)
            for address in envelope.rcpt_tos:
                self._post.take(message_id, address, payload.decode())
        if kind in ("hang up", "answer lost"):
            server.transport.abort()
        if kind in ("silent", "drip"):
            for _ in range(20):
                await asyncio.sleep(TIMEOUT / 10)
                if kind == "drip":
                    server.transport.write(b"250-wait\r\n")
        return {"refuse": "554 5.6.0 never", "none": "250 OK"}.get(kind, "451 4.3.0 later")


def _handler(post: Post) -> type[BaseHTTPRequestHandler]:
    """The webhook."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["content-length"])))
            kind = post.trouble(event["id"])
            if kind in ("none", "answer lost"):
                post.take(event["id"], None, event["data"]["body"])
            if kind in ("hang up", "answer lost"):
                return
            with suppress(OSError):
                if kind in ("silent", "drip"):
                    for _ in range(20):
                        time.sleep(TIMEOUT / 10)
                        self.wfile.write(b"H" if kind == "drip" else b"")
                self.send_response({"refuse": 410, "later": 503, "none": 204}.get(kind, 500))
                self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing is logged."""

    return Handler


class serving:  # noqa: N801 - read as a verb, as with `closing`
    """Both servers, within a block; gives their ports."""

    def __init__(self, post: Post) -> None:
        self._mail = MailServer(_Office(post))  # type: ignore[arg-type]
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _handler(post))
        self._web.daemon_threads = True

    def __enter__(self) -> tuple[int, int]:
        self._mail.start()
        threading.Thread(target=self._web.serve_forever, args=(0.01,), daemon=True).start()
        return self._mail.port, self._web.server_port

    def __exit__(self, *raised: object) -> None:
        self._web.shutdown()
        self._web.server_close()
        self._mail.stop()
