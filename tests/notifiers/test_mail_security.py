"""Mails go over encrypted lines, to servers that are trusted, by those who know the password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from notifiers.samples import SHOP, message
from notifiers.senders import mail_failure, mail_to
from notifiers.servers import (
    MailServer,
    ScriptedServer,
    authenticator,
    server_context,
    trusting_context,
)
from ordercancel.domain.errors import NotDelivered
from ordercancel.notifiers.mail import MailNotifier, Security

ServeMail = Callable[..., MailServer]


def serve_starttls(serve_mail: ServeMail, **options: Any) -> MailServer:
    return serve_mail(tls_context=server_context(), require_starttls=True, **options)


def test_starttls_is_used_by_default(serve_mail: ServeMail) -> None:
    server = serve_starttls(serve_mail)
    MailNotifier(
        host="localhost",
        port=server.port,
        sender="a@example.jp",
        context=trusting_context(),
        helo="client.example",
    ).deliver(message(), SHOP)
    assert server.office.recipients == [["shop1@example.jp"]]


def test_tls_from_the_beginning(serve_mail: ServeMail) -> None:
    server = serve_mail(ssl_context=server_context())
    mail_to(
        server.port, host="localhost", security=Security.TLS, context=trusting_context()
    ).deliver(message(), SHOP)
    assert server.office.recipients == [["shop1@example.jp"]]


CERTIFICATE = "the line to the mail server failed: its certificate was refused: "


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve_mail: ServeMail, security: str
) -> None:
    """A server that the machine does not trust is sent nothing."""
    tls = security == "tls"
    server = serve_mail(ssl_context=server_context()) if tls else serve_starttls(serve_mail)
    error = mail_failure(server.port, host="localhost", security=security)
    assert error.problem.startswith(CERTIFICATE)
    assert "self" in error.problem
    assert server.office.envelopes == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_machine_is_refused(serve_mail: ServeMail, security: str) -> None:
    tls = security == "tls"
    server = serve_mail(ssl_context=server_context()) if tls else serve_starttls(serve_mail)
    error = mail_failure(
        server.port, host="127.0.0.1", security=security, context=trusting_context()
    )
    assert error.problem.startswith(CERTIFICATE + "IP address mismatch")
    assert server.office.envelopes == []


def test_a_server_without_starttls_is_told_nothing(serve_mail: ServeMail) -> None:
    """Nobody in between can keep the line in the clear by leaving the offer out."""
    with ScriptedServer({"ehlo": "250-hello\r\n250 AUTH PLAIN"}) as server:
        error = mail_failure(server.port, security="starttls", user="shop", password="geheim")
    assert str(error) == (
        "the mail server lacks STARTTLS or a log-in; expected it to offer what is asked for"
    )
    assert server.commands == ["ehlo"]


def test_a_server_that_does_not_talk_tls_is_an_error() -> None:
    with ScriptedServer({}) as server:
        error = mail_failure(server.port, security="tls")
    assert error.problem.startswith("the line to the mail server failed: TLS failed: ")


def login(server: MailServer, **changes: Any) -> MailNotifier:
    values = {
        "host": "localhost",
        "security": "starttls",
        "context": trusting_context(),
        "user": "shop",
        "password": "geheim",
    }
    return mail_to(server.port, **values | changes)


def serve_login(serve_mail: ServeMail) -> MailServer:
    return serve_starttls(serve_mail, auth_required=True, authenticator=authenticator)


def test_who_knows_the_password_is_let_in(serve_mail: ServeMail) -> None:
    server = serve_login(serve_mail)
    login(server).deliver(message(), SHOP)
    assert server.office.recipients == [["shop1@example.jp"]]


def test_who_does_not_know_it_is_not(serve_mail: ServeMail) -> None:
    server = serve_login(serve_mail)
    with pytest.raises(NotDelivered) as caught:
        login(server, password="falsch").deliver(message(), SHOP)
    assert str(caught.value) == (
        "the mail server refused the log-in: 535 5.7.8; expected it to accept"
    )
    assert server.office.envelopes == []


def test_who_does_not_log_in_is_not_either(serve_mail: ServeMail) -> None:
    server = serve_login(serve_mail)
    with pytest.raises(NotDelivered) as caught:
        login(server, user=None, password=None).deliver(message(), SHOP)
    assert caught.value.problem == "the mail server refused the sender: 530 5.7.0"


def test_a_server_without_a_log_in_is_told_nothing() -> None:
    with ScriptedServer({}) as server:
        error = mail_failure(server.port, user="shop", password="geheim", password_in_clear=True)
    assert error.problem == "the mail server lacks STARTTLS or a log-in"
    assert server.commands == ["ehlo"]


def test_a_log_in_that_nobody_here_knows_is_an_error() -> None:
    with ScriptedServer({"ehlo": "250-hello\r\n250 AUTH GSSAPI"}) as server:
        error = mail_failure(server.port, user="shop", password="geheim", password_in_clear=True)
    assert str(error) == "no way to log in was found; expected one that both sides know"
