"""A mail server that is not there, hangs up, keeps silent or refuses is an error, safe to show."""

from __future__ import annotations

import copy
import pickle
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

import pytest

from notifiers.samples import SHOP, THREE, message
from notifiers.senders import mail_failure, mail_to
from notifiers.servers import (
    ScriptedServer,
    closed_port,
    silent_port,
)
from ordercancel.domain.errors import NotDelivered


def test_a_server_that_is_not_there_is_an_error() -> None:
    error = mail_failure(closed_port())
    assert str(error) == (
        "the line to the mail server failed: Connection refused; expected a line that holds"
    )
    assert error.code is None
    assert isinstance(error.__cause__, ConnectionRefusedError)


def test_a_machine_that_does_not_exist_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert str(mail_failure(25, host="mail.example.invalid")) == (
        "the line to the mail server failed: Name or service not known; expected a line that holds"
    )


LATE = "the line to the mail server failed: it did not answer in time; expected a line that holds"


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_says_nothing_is_given_up(security: str) -> None:
    with silent_port() as port:
        assert str(mail_failure(port, timeout=0.2, security=security)) == LATE


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@pytest.mark.parametrize("drop", [b"2", b"220-still here\r\n", b"\x16\x03\x03\x40\x00" * 9])
def test_a_server_that_drips_is_hung_up_on(security: str, drop: bytes) -> None:
    """The timeout is for all of it: no answer to no step begins it anew."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripped: list[bytes] = []

        def drip() -> None:
            line, _ = listening.accept()
            with line, suppress(OSError):
                for _ in range(500):
                    line.sendall(drop)
                    dripped.append(drop)
                    time.sleep(0.01)

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        error = mail_failure(listening.getsockname()[1], timeout=0.2, security=security)
        dripping.join()
    assert len(dripped) < 500
    if security != "tls":  # which ends earlier, where what comes is no TLS
        assert str(error) == LATE


@pytest.mark.parametrize("step", ["greeting", "mail", "rcpt", "data", "."])
def test_a_server_that_hangs_up_is_an_error(step: str) -> None:
    """Even after the whole mail: whether it was kept is not known, so it is sent again."""
    with ScriptedServer({step: ""}) as server:
        assert str(mail_failure(server.port)) == ("the mail server hung up; expected an answer")


@pytest.mark.parametrize(
    ("script", "problem", "code", "permanent"),
    [
        ({"greeting": "554 go away"}, "the mail server refused to talk: 554", 554, False),
        (
            {"mail": "550 5.7.1 no-reply@example.jp may not"},
            "the mail server refused the sender: 550 5.7.1",
            550,
            False,
        ),
        (
            {"rcpt": "421 4.3.2 bye"},
            "the mail server refused every address: 421 4.3.2",
            421,
            False,
        ),
        (
            {"rcpt": "550 5.1.1 who?"},
            "the mail server refused every address: 550 5.1.1",
            550,
            True,
        ),
        ({"data": "503 nobody"}, "the mail server refused the mail: 503", 503, True),
        ({".": "451 later"}, "the mail server refused the mail: 451", 451, False),
        ({".": "552 5.3.4 too big"}, "the mail server refused the mail: 552 5.3.4", 552, True),
        ({"greeting": "220-" + "x" * 9000}, "the mail server refused to talk: 500", 500, False),
        ({"greeting": "SSH-2.0-OpenSSH_9"}, "the mail server does not talk SMTP", None, False),
    ],
)
def test_a_server_that_refuses_is_an_error(
    script: Mapping[str, str], problem: str, code: int | None, permanent: bool
) -> None:
    """For good, where it is this mail or its addresses that it refuses with a 5xx."""
    with ScriptedServer(script) as server:
        error = mail_failure(server.port)
    assert (error.problem, error.code, error.permanent) == (problem, code, permanent)


def test_a_server_that_stops_amid_the_addresses_has_told_nobody() -> None:
    with ScriptedServer({"rcpt": ["250 ok", "421 4.3.2 shutting down"]}) as server:
        assert mail_failure(server.port, THREE).problem == (
            "the mail server refused every address: 421 4.3.2"
        )
    assert server.commands == ["ehlo", "mail", "rcpt", "rcpt"]


@pytest.mark.parametrize("farewell", ["", "500 what?", "421 4.3.2 bye"])
def test_a_mail_that_was_taken_is_delivered_whatever_comes_after(farewell: str) -> None:
    """It is not sent once more."""
    with ScriptedServer({"quit": farewell}) as server:
        mail_to(server.port).deliver(message(), SHOP)
    assert server.commands == ["ehlo", "mail", "rcpt", "data", "quit"]


SECRETS = ("shop1", "example.jp", "注文", "発送準備済み", "geheim", "キャンセル")


@pytest.mark.parametrize("step", ["greeting", "mail", "rcpt", "data", "."])
def test_an_error_quotes_neither_addresses_nor_texts_nor_the_server(step: str) -> None:
    """Servers like to repeat what they refuse; an error's text is stored and logged."""
    reply = "550 5.1.1 <shop1@example.jp>: 注文 o-1: 発送準備済み geheim キャンセル拒否のお知らせ"
    with ScriptedServer({step: reply}) as server:
        error = mail_failure(server.port)
    assert not any(secret in str(error) for secret in SECRETS)
    assert error.code == 550
    assert error.__suppress_context__


def test_an_error_survives_pickle_and_copy() -> None:
    problem = "the mail server refused the mail: 554"
    error = NotDelivered(problem, "it to accept", 554, permanent=True)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert vars(again) == vars(error)
        assert str(again) == "the mail server refused the mail: 554; expected it to accept"
