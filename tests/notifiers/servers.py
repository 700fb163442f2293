"""Real servers on the loopback interface: mail servers, good and bad, and a web server."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

PEM = Path(__file__).parent / "localhost.pem"


def server_context() -> ssl.SSLContext:
    """A server that shows the certificate of the tests."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return context


def trusting_context() -> ssl.SSLContext:
    """A client that trusts the certificate of the tests, and no other."""
    return ssl.create_default_context(cafile=str(PEM))


class PostOffice:
    """A mail server's handler: keeps mails, except for the addresses that it refuses.

    Args:
        refused: Addresses, each with the reply to it.
        reply: What it says to a mail.
    """

    def __init__(self, refused: Mapping[str, str] | None = None, reply: str = "250 OK") -> None:
        self.refused = refused or {}
        self.reply = reply
        self.envelopes: list[Envelope] = []
        self.options: list[list[str]] = []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if self.reply.startswith("250"):
            self.envelopes.append(envelope)
        return self.reply

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails that it took, as a mail program reads them."""
        return [read(envelope.content) for envelope in self.envelopes]

    @property
    def recipients(self) -> list[list[str]]:
        """The addresses that each of them is for."""
        return [envelope.rcpt_tos for envelope in self.envelopes]


def read(raw: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


class MailServer(Controller):
    """A mail server at a free port of the loopback interface, in a thread."""

    def __init__(self, office: PostOffice, **options: Any) -> None:
        super().__init__(office, hostname="127.0.0.1", **options)
        self.office = office
        self._lines: list[SMTP] = []

    def factory(self) -> SMTP:
        """Answers one caller."""
        line = super().factory()
        self._lines.append(line)
        return line

    def stop(self, no_assert: bool = False) -> None:
        """Hang up on everybody, and stop."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(5)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        for line in self._lines:
            if line.transport is not None:
                line.transport.abort()
        await asyncio.sleep(0.01)  # the transports close in the next rounds of the loop

    def _create_server(self):
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


def authenticator(server, session, envelope, mechanism, login) -> AuthResult:
    """Accepts the user ``shop`` with the password ``geheim``."""
    right = LoginPassword(b"shop", b"geheim")
    return AuthResult(success=login == right, handled=False)


GOOD = {
    "greeting": "220 hello",
    "ehlo": "250 hello",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    ".": "250 ok",
    "rset": "250 ok",
    "quit": "221 bye",
}


class ScriptedServer:
    """A server that answers each SMTP command by a script; an empty answer hangs up.

    A list of answers is used one by one. `lines` are the commands received, without mails;
    `commands` are their first words.
    """

    def __init__(self, script: Mapping[str, str | list[str]]) -> None:
        self.answers = {**GOOD, **script}
        self.lines: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._thread.join(5)
        self._listening.close()

    @property
    def commands(self) -> list[str]:
        """The commands received."""
        return [line.partition(" ")[0].lower() for line in self.lines]

    def _serve(self) -> None:
        line, _ = self._listening.accept()
        with line, line.makefile("rb") as lines, suppress(OSError):
            if not self._answer(line, "greeting"):
                return
            for raw in lines:
                self.lines.append(raw.decode("latin-1").strip())
                command = self.commands[-1]
                if not self._answer(line, command):
                    return
                if command == "data" and self.answers["data"] == GOOD["data"]:
                    while next(lines) != b".\r\n":
                        pass
                    if not self._answer(line, "."):
                        return

    def _answer(self, line: socket.socket, command: str) -> bool:
        answer = self.answers.get(command, "")
        if isinstance(answer, list):
            answer = answer.pop(0)
        line.sendall(f"{answer}\r\n".encode() if answer else b"")
        return bool(answer)


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def closed_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


class Post:
    """A request that has come to a web server."""

    def __init__(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.path = path
        self.headers = dict(headers)
        self.body = body

    @property
    def json(self) -> Any:
        """What the body says."""
        return json.loads(self.body)


class WebServer:
    """A web server at a free port of the loopback interface, in a thread.

    It keeps what is posted, and answers with `status`, `headers` and `text`.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.posts: list[Post] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.text = b""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                site.posts.append(Post(self.path, self.headers, body))
                with suppress(OSError):
                    self.send_response(site.status)
                    for name, value in site.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(site.text)

            do_GET = do_POST  # noqa: N815

            def log_message(self, *args: object) -> None:
                """Nothing is logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def run(coroutine: Any) -> Any:
    """Run a coroutine and return its result."""
    return asyncio.run(coroutine)
