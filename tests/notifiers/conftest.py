"""Servers for the tests of what delivers messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from notifiers.servers import MailServer, PostOffice, WebServer, server_context


@pytest.fixture
def serve_mail() -> Iterator[Callable[..., MailServer]]:
    """Starts a mail server, as often as it is called: ``serve_mail(office, **options)``."""
    with ExitStack() as running:

        def start(office: PostOffice | None = None, **options: Any) -> MailServer:
            server = MailServer(office or PostOffice(), **options)
            server.start()
            running.callback(server.stop)
            return server

        yield start


@pytest.fixture
def site() -> Iterator[WebServer]:
    """A web server."""
    server = WebServer()
    yield server
    server.close()


@pytest.fixture
def secure_site() -> Iterator[WebServer]:
    """A web server that talks TLS, with the certificate of the tests."""
    server = WebServer(server_context())
    yield server
    server.close()
