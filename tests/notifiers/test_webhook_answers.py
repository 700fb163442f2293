"""What counts is the status that a receiver answers in time; nothing else of it is read."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from notifiers.samples import SHOP, message
from notifiers.senders import SECRET, webhook_failure, webhook_to
from notifiers.servers import WebServer, closed_port, silent_port, trusting_context
from ordercancel.domain.errors import NotDelivered
from ordercancel.notifiers.webhook import WebhookNotifier


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_two_hundred_and_something_means_that_it_arrived(site: WebServer, status: int) -> None:
    site.status = status
    webhook_to(site.port).deliver(message(), SHOP)
    assert len(site.posts) == 1


@pytest.mark.parametrize("status", [300, 301, 304, 307, 400, 401, 404, 410, 429, 500, 503])
def test_anything_else_does_not(site: WebServer, status: int) -> None:
    site.status = status
    site.text = "注文 geheim shop1@example.jp".encode()
    error = webhook_failure(site.port)
    assert str(error) == f"the receiver answered {status}; expected 200 to 299"
    assert error.code == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(site: WebServer, status: int) -> None:
    site.status = status
    site.headers = {"location": f"http://127.0.0.1:{site.port}/elsewhere"}
    assert webhook_failure(site.port).code == status
    assert [post.path for post in site.posts] == ["/hooks"]


def test_a_proxy_of_the_environment_is_not_used(
    site: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages go where the URL says, and nowhere else."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    webhook_to(site.port).deliver(message(), SHOP)
    assert len(site.posts) == 1


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port whose first caller gets `answer` after sending everything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            line, _ = listening.accept()
            with line, suppress(OSError):
                asked = b""
                while b"\r\n\r\n" not in asked or not asked.endswith(b"}}"):
                    asked += line.recv(65536)
                answer(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(5)


def test_an_answer_is_not_read_to_its_end() -> None:
    """Nor is it waited for: the status is enough."""

    def endless(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            line.sendall(b"x" * 65536)

    with answering(endless) as port:
        webhook_to(port).deliver(message(), SHOP)


def dripping(line: socket.socket, head: bytes, drops: list[bytes]) -> None:
    line.sendall(head)
    for drop in drops:
        time.sleep(0.1)
        line.sendall(drop)


NEVER_DONE = [
    (b"", [b"HTTP/1.1 200 OK\r\n\r\n"[i : i + 1] for i in range(19)]),
    (b"", [b"HTTP/1.1 100 Continue\r\n\r\n"] * 100),
]


@pytest.mark.parametrize(
    ("head", "drops"), NEVER_DONE, ids=["a byte at a time", "to be continued"]
)
def test_an_answer_that_does_not_come_to_an_end_is_given_up(
    head: bytes, drops: list[bytes]
) -> None:
    """However busy the receiver keeps the line, it has no more time than was said."""
    with answering(lambda line: dripping(line, head, drops)) as port:
        begun = time.monotonic()
        error = webhook_failure(port, timeout=0.5)
        assert time.monotonic() - begun < 1.5
    assert str(error) == (
        "the line to the receiver failed: it did not answer in time; expected a line that holds"
    )


def test_a_receiver_that_takes_the_message_and_then_chatters_has_it() -> None:
    """What counts is the status, and the time is up all the same."""
    head, drops = b"HTTP/1.1 200 OK\r\n", [b"x-more: and more\r\n"] * 100
    with answering(lambda line: dripping(line, head, drops)) as port:
        begun = time.monotonic()
        webhook_to(port, timeout=0.5).deliver(message(), SHOP)
        assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"shop1@example.jp geheim\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK" * 9999,
    ],
    ids=["nothing", "no HTTP", "no status", "too long"],
)
def test_what_is_no_answer_is_an_error_that_does_not_quote_it(answer: bytes) -> None:
    with answering(lambda line: line.sendall(answer)) as port:
        error = webhook_failure(port)
    assert str(error) == (
        "the receiver hung up, or does not talk HTTP; expected an answer in HTTP"
    )
    assert error.__suppress_context__


def test_a_receiver_that_is_not_there_is_an_error() -> None:
    assert str(webhook_failure(closed_port())) == (
        "the line to the receiver failed: Connection refused; expected a line that holds"
    )


def test_a_receiver_that_says_nothing_is_given_up() -> None:
    with silent_port() as port:
        begun = time.monotonic()
        error = webhook_failure(port, timeout=0.2)
        assert time.monotonic() - begun < 2
    assert "it did not answer in time" in str(error)


# ---------------------------------------------------------------------------------------- TLS


def test_https_to_a_receiver_that_is_trusted(secure_site: WebServer) -> None:
    url = f"https://localhost:{secure_site.port}/"
    WebhookNotifier(url, secrets=[SECRET], context=trusting_context()).deliver(message(), SHOP)
    assert len(secure_site.posts) == 1


@pytest.mark.parametrize("trusted", [True, False])
def test_https_to_a_receiver_that_is_not(secure_site: WebServer, trusted: bool) -> None:
    """Neither an untrusted certificate nor that of another machine is accepted."""
    host = "127.0.0.1" if trusted else "localhost"
    made = WebhookNotifier(
        f"https://{host}:{secure_site.port}/",
        secrets=[SECRET],
        context=trusting_context() if trusted else None,
    )
    with pytest.raises(NotDelivered) as caught:
        made.deliver(message(), SHOP)
    assert "its certificate was refused: " in str(caught.value)
    assert secure_site.posts == []
