"""What a mail notifier is made of is checked at once, and its password is not shown."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

from notifiers.senders import mail_failure, mail_to
from ordercancel.domain.errors import InvalidValue
from ordercancel.notifiers.mail import MailNotifier, Security


def test_it_shows_no_password() -> None:
    shown = repr(mail_to(25, user="shop", password="geheim", password_in_clear=True))
    assert "geheim" not in shown
    assert "host='127.0.0.1', port=25" in shown
    assert "user='shop'" in shown


@pytest.mark.parametrize(
    ("security", "port"), [("starttls", 587), ("tls", 465), (Security.NONE, 25)]
)
def test_each_security_has_its_usual_port(
    monkeypatch: pytest.MonkeyPatch, security: str, port: int
) -> None:
    asked: list[tuple[str, int]] = []

    def refuse(address: tuple[str, int], *args: object, **kwargs: object) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    error = mail_failure(None, security=security)  # type: ignore[arg-type]
    assert asked == [("127.0.0.1", port)]
    assert error.problem == "the line to the mail server failed: ConnectionRefusedError"


def test_tls_trusts_whom_the_machine_trusts() -> None:
    made = MailNotifier(host="mail.example.jp", sender="a@example.jp")
    assert made._context.verify_mode is ssl.CERT_REQUIRED
    assert made._context.check_hostname


@pytest.mark.parametrize(
    ("changes", "where", "problem"),
    [
        ({"host": ""}, "host", "is no name of a machine"),
        ({"host": "a b"}, "host", "is no name of a machine"),
        ({"host": "例え.jp"}, "host", "is no name of a machine"),
        ({"host": "a..b"}, "host", "is no name of a machine"),
        ({"host": None}, "host", "is no name of a machine"),
        ({"port": 0}, "port", "is below 1"),
        ({"port": 65536}, "port", "is above 65535"),
        ({"port": "25"}, "port", "is a str"),
        ({"security": "ssl"}, "security", "is 'ssl'"),
        ({"security": None}, "security", "is missing"),
        ({"sender": "CO-NECT"}, "sender", "is no address"),
        ({"sender": ""}, "sender", "is no address"),
        ({"sender": None}, "sender", "is no address"),
        ({"sender": "a@example.jp, b@example.jp"}, "sender", "is no address"),
        ({"sender": "店@example.jp"}, "sender", "is no address"),
        ({"sender": "A\r\nBcc: x <a@example.jp>"}, "sender", "is no address"),
        ({"user": "店", "password": "x"}, "user", "is no string in ASCII"),
        ({"user": "x", "password": "店"}, "password", "is no string in ASCII"),
        ({"user": "x", "password": 1234}, "password", "is no string in ASCII"),
        ({"user": "x"}, "password", "is missing"),
        ({"password": "x"}, "user", "is missing"),
        (
            {"user": "x", "password": "y", "security": "none"},
            "security",
            "is none, with a password",
        ),
        ({"password_in_clear": "no"}, "password_in_clear", "is a str"),
        ({"timeout": 0}, "timeout", "is 0"),
        ({"timeout": -1.5}, "timeout", "is -1.5"),
        ({"timeout": 121}, "timeout", "is 121"),
        ({"timeout": float("nan")}, "timeout", "is nan"),
        ({"timeout": None}, "timeout", "is a NoneType"),
        ({"timeout": True}, "timeout", "is a bool"),
        ({"context": "tls"}, "context", "is a str"),
        ({"helo": "a b"}, "helo", "is no name of a machine"),
        ({"helo": "a\r\nQUIT"}, "helo", "is no name of a machine"),
        ({"id_domain": "a b"}, "id_domain", "is no domain"),
        ({"id_domain": "::1"}, "id_domain", "is no domain"),
        ({"id_domain": 1}, "id_domain", "is no domain"),
        ({"id_domain": "例え.jp"}, "id_domain", "is no domain"),
    ],
)
def test_a_wrong_value_is_named(changes: dict[str, Any], where: str, problem: str) -> None:
    values: dict[str, Any] = {"host": "mail.example.jp", "sender": "a@example.jp"}
    with pytest.raises(InvalidValue) as caught:
        MailNotifier(**values | changes)
    (fault,) = [each for each in caught.value.faults if each.where == f"MailNotifier.{where}"]
    assert fault.problem == problem


def test_all_wrong_values_are_named_at_once_and_no_password() -> None:
    with pytest.raises(InvalidValue) as caught:
        MailNotifier(host="", port=0, security="no", sender="", password="geheim", timeout=0)
    assert [fault.where for fault in caught.value.faults] == [
        "MailNotifier.host",
        "MailNotifier.port",
        "MailNotifier.security",
        "MailNotifier.timeout",
        "MailNotifier.user",
        "MailNotifier.sender",
    ]
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("host", ["mail.example.jp", "localhost", "127.0.0.1", "::1", "mail_1"])
def test_a_server_is_named_or_numbered(host: str) -> None:
    assert MailNotifier(host=host, sender="a@example.jp").host == host
