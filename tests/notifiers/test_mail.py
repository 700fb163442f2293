"""Mails go to real servers on the loopback interface, and reach whom they can reach."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import attrs
import pytest

from notifiers.samples import SHOP, THREE, message
from notifiers.senders import mail_failure, mail_to
from notifiers.servers import (
    MailServer,
    PostOffice,
    ScriptedServer,
    closed_port,
)
from ordercancel.domain.errors import PartlyDelivered
from ordercancel.testing import Arrived, NotifierContract

ServeMail = Callable[..., MailServer]


class TestMailNotifier(NotifierContract):
    """The promises of a notifier, kept by a real mail server."""

    @pytest.fixture(autouse=True)
    def _server(self, serve_mail: ServeMail) -> None:
        self.server = serve_mail()

    def make_notifier(self):
        def arrived() -> list[Arrived]:
            return [
                Arrived(
                    unquote(mail["Message-ID"].strip("<>").partition("@")[0]),
                    mail["Subject"],
                    mail.get_body(("plain",)).get_content(),
                )
                for mail in self.server.office.mails
            ]

        return mail_to(self.server.port), arrived


# ------------------------------------------------------------------------------ whom it reaches


def test_one_mail_goes_to_every_address_of_the_party(serve_mail: ServeMail) -> None:
    server = serve_mail()
    mail_to(server.port).deliver(message(), THREE)
    assert server.office.recipients == [["a@example.jp", "b@example.jp", "c@example.jp"]]
    (mail,) = server.office.mails
    assert mail["To"] == "a@example.jp, b@example.jp, c@example.jp"
    assert mail["From"] == "CO-NECT <no-reply@example.jp>"
    assert server.office.envelopes[0].mail_from == "no-reply@example.jp"


def test_an_address_that_is_there_twice_is_written_to_once(serve_mail: ServeMail) -> None:
    server = serve_mail()
    twice = attrs.evolve(SHOP, emails=("shop1@example.jp", "shop1@example.jp"))
    mail_to(server.port).deliver(message(), twice)
    assert server.office.recipients == [["shop1@example.jp"]]


@pytest.mark.parametrize("email", ["shop..1.@docomo.ne.jp", '"shop..1."@docomo.ne.jp'])
def test_an_old_address_of_a_mobile_phone_is_written_to_as_it_is(email: str) -> None:
    with ScriptedServer({}) as server:
        mail_to(server.port).deliver(message(), attrs.evolve(SHOP, emails=(email,)))
    assert server.lines[2].partition(":")[2] == f"<{email}>"


def test_a_mail_that_is_sent_again_has_the_same_message_id(serve_mail: ServeMail) -> None:
    server = serve_mail()
    for _ in range(2):
        mail_to(server.port).deliver(message(), SHOP)
    assert [mail["Message-ID"] for mail in server.office.mails] == [
        "<o-1%3A3%3Abuyer%3Amail@example.jp>"
    ] * 2


def test_the_domain_of_the_message_id_can_be_given(serve_mail: ServeMail) -> None:
    server = serve_mail()
    mail_to(server.port, id_domain="ids.example.org").deliver(message(), SHOP)
    (mail,) = server.office.mails
    assert mail["Message-ID"] == "<o-1%3A3%3Abuyer%3Amail@ids.example.org>"


@pytest.mark.parametrize("to", [None, attrs.evolve(SHOP, emails=())], ids=["nobody", "no address"])
def test_a_party_without_an_address_is_an_error(to) -> None:
    error = mail_failure(closed_port(), to)
    assert str(error) == (
        "the party is not known, or has no mail address; expected an address to write to"
    )


def test_what_is_no_address_is_not_written_to() -> None:
    """No server is asked at all."""
    error = mail_failure(closed_port(), attrs.evolve(SHOP, emails=("shop1", "a@b.jp> SIZE=1")))
    assert str(error) == ("no address can be written to: no mail address; expected one that can")
    assert error.permanent


def test_what_is_no_address_does_not_keep_the_others_from_theirs(serve_mail: ServeMail) -> None:
    server = serve_mail()
    with pytest.raises(PartlyDelivered) as caught:
        mail_to(server.port).deliver(
            message(), attrs.evolve(SHOP, emails=("shop1@", "shop2@example.jp"))
        )
    assert caught.value.reached == ("shop2@example.jp",)
    assert caught.value.missed == {"shop1@": "no mail address"}
    assert caught.value.refused == {"shop1@"}
    assert server.office.recipients == [["shop2@example.jp"]]


def test_an_address_that_is_refused_does_not_keep_the_others_from_theirs(
    serve_mail: ServeMail,
) -> None:
    """They get it once, and the error says who has it and who has not."""
    replies = {"b@example.jp": "550 5.1.1 <b@example.jp>: none", "c@example.jp": "450 4.2.1 busy"}
    office = PostOffice(replies)
    server = serve_mail(office)
    with pytest.raises(PartlyDelivered) as caught:
        mail_to(server.port).deliver(message(), THREE)
    assert caught.value.reached == ("a@example.jp",)
    assert caught.value.missed == {"b@example.jp": "550 5.1.1", "c@example.jp": "450 4.2.1"}
    assert caught.value.refused == {"b@example.jp"}  # the other is tried again
    assert str(caught.value) == (
        "2 of 3 addresses missed: 450 4.2.1; 550 5.1.1; expected all of them"
    )
    assert office.recipients == [["a@example.jp"]]


def test_where_all_addresses_are_refused_nobody_has_it(serve_mail: ServeMail) -> None:
    office = PostOffice(
        {
            "a@example.jp": "550 5.1.1 <a@example.jp> unknown",
            "b@example.jp": "550 5.1.1 <b@example.jp> unknown",
            "c@example.jp": "450 4.2.1 <c@example.jp> is busy",
        }
    )
    error = mail_failure(serve_mail(office).port, THREE)
    assert str(error) == (
        "the mail server refused every address: 450 4.2.1; 550 5.1.1; "
        "expected at least one accepted"
    )
    assert (error.code, error.permanent) == (450, False)
    assert office.envelopes == []


@pytest.mark.parametrize(
    ("reply", "text", "code"),
    [
        ("451 4.3.0 shop1@example.jp: try later", "451 4.3.0", 451),
        ("554 5.7.1 spam: 注文", "554 5.7.1", 554),
        ("552 too big", "552", 552),
    ],
)
def test_a_mail_that_is_refused_is_an_error(
    serve_mail: ServeMail, reply: str, text: str, code: int
) -> None:
    error = mail_failure(serve_mail(PostOffice(reply=reply)).port)
    assert str(error) == f"the mail server refused the mail: {text}; expected it to accept"
    assert error.code == code


# ------------------------------------------------------------------------ addresses beyond ASCII


def test_an_address_beyond_ascii_is_written_to_where_the_server_can(serve_mail: ServeMail) -> None:
    server = serve_mail(enable_SMTPUTF8=True)
    to = attrs.evolve(SHOP, emails=("店@例え.jp", "shop1@example.jp"))
    mail_to(server.port).deliver(message(), to)
    assert server.office.recipients == [["店@例え.jp", "shop1@example.jp"]]
    assert server.office.envelopes[0].smtp_utf8
    (mail,) = server.office.mails
    assert mail["To"] == "店@例え.jp, shop1@example.jp"
    assert mail["Subject"] == "キャンセル拒否のお知らせ"


def test_ascii_addresses_ask_for_nothing_special(serve_mail: ServeMail) -> None:
    server = serve_mail(enable_SMTPUTF8=True)
    mail_to(server.port).deliver(message(), SHOP)
    assert not server.office.envelopes[0].smtp_utf8


def test_where_the_server_can_not_the_others_have_it(serve_mail: ServeMail) -> None:
    server = serve_mail(enable_SMTPUTF8=False)
    with pytest.raises(PartlyDelivered) as caught:
        mail_to(server.port).deliver(
            message(), attrs.evolve(SHOP, emails=("店@例え.jp", "shop1@example.jp"))
        )
    assert caught.value.reached == ("shop1@example.jp",)
    assert caught.value.missed == {"店@例え.jp": "not in ASCII, and the server lacks SMTPUTF8"}
    assert caught.value.refused == {"店@例え.jp"}
    assert server.office.mails[0]["To"] == "shop1@example.jp"


def test_where_no_address_is_in_ascii_and_the_server_can_not_it_says_so(
    serve_mail: ServeMail,
) -> None:
    server = serve_mail(enable_SMTPUTF8=False)
    error = mail_failure(server.port, attrs.evolve(SHOP, emails=("店@例え.jp",)))
    assert str(error) == (
        "no address can be written to: not in ASCII, and the server lacks SMTPUTF8; "
        "expected one that can"
    )
    assert server.office.envelopes == []
