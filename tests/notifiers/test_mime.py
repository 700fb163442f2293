"""A mail says what the message says, and nothing that people typed becomes a header of it."""

from __future__ import annotations

import re
from email.header import decode_header, make_header
from html.parser import HTMLParser

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notifiers.samples import forged, message
from notifiers.servers import read
from ordercancel.notifiers.mime import compose, is_address, mailbox

SENDER = "CO-NECT <no-reply@example.jp>"
TO = ("shop1@example.jp", "shop2@example.jp")
DOT_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Language",
]


def raw(sample=None, *, sender: str = SENDER, to=TO, domain: str = "example.jp") -> bytes:
    return bytes(compose(sample or message(), sender=sender, to=to, domain=domain))


def header_lines(mail: bytes) -> list[bytes]:
    return mail.partition(b"\r\n\r\n")[0].split(b"\r\n")


class Shown(HTMLParser):
    """What a reader of a page sees: its title, and its text with line breaks."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.language: str | None = None
        self.tags: list[str] = []
        self.seen = ""
        self.feed(page.replace("\r\n", "\n"))

    def handle_starttag(self, tag, attributes) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.language = dict(attributes)["lang"]
        if tag == "br":
            self.seen += "\n"

    def handle_data(self, data) -> None:
        if "p" in self.tags:
            self.seen += data.replace("\n", "")


def test_the_headers_are_those_of_a_message_that_a_machine_sent() -> None:
    mail = read(raw())
    assert mail.keys() == HEADERS
    assert mail["From"] == "CO-NECT <no-reply@example.jp>"
    assert mail["To"] == "shop1@example.jp, shop2@example.jp"
    assert mail["Subject"] == "キャンセル拒否のお知らせ"
    assert mail["Date"] == "Tue, 16 Aug 2022 03:00:00 +0000"
    assert mail["Message-ID"] == "<o-1%3A3%3Abuyer%3Amail@example.jp>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "ja"
    assert mail.get_content_type() == "multipart/alternative"


def test_a_plain_subject_stays_readable_in_the_raw_mail() -> None:
    sample = message(subject="Your request was rejected (o-1)", locale="en")
    assert b"\r\nSubject: Your request was rejected (o-1)\r\n" in raw(sample)


def test_a_mail_is_seven_bits_wide() -> None:
    """It passes through any server, however old."""
    mail = raw(message(subject="絵文字🎁", body="長い行" * 600 + "é" * 3000))
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 78


def test_the_text_is_there_as_it_was_written() -> None:
    plain = read(raw()).get_body(("plain",))
    assert plain.get_content() == (
        "注文 o-1 のキャンセルは拒否されました。\r\n理由: 発送準備済み\r\n"
    )


def test_the_page_shows_the_same_text_in_its_language() -> None:
    shown = Shown(read(raw()).get_body(("html",)).get_content())
    assert shown.language == "ja"
    assert shown.seen == "注文 o-1 のキャンセルは拒否されました。\n理由: 発送準備済み"


@pytest.mark.parametrize(
    "locale", ["pt-BR", '"><script>', "=?utf-8?q?hi=0D=0ABcc:_evil@example.org?=", "日本語"]
)
def test_the_language_is_neither_mark_up_nor_another_header(locale: str) -> None:
    """It is a line of the host's directory."""
    mail = read(raw(message(locale=locale)))
    assert mail.keys() == HEADERS
    shown = Shown(mail.get_body(("html",)).get_content())
    assert shown.language == locale
    assert shown.tags == ["html", "head", "meta", "title", "body", "p", "br"]


def test_what_people_typed_is_text_and_no_mark_up() -> None:
    sample = message(subject="<b>&", body="<script>alert('x')</script>\n\n&amp; {title}")
    page = read(raw(sample)).get_body(("html",)).get_content()
    assert "<title>&lt;b&gt;&amp;</title>" in page
    shown = Shown(page)
    assert shown.tags == ["html", "head", "meta", "title", "body", "p", "br", "br"]
    assert shown.seen == "<script>alert('x')</script>\n\n&amp; {title}"


def test_characters_that_no_mail_can_hold_are_replaced() -> None:
    sample = message(body="a\x00b\x1bc\ud800d\te")
    assert read(raw(sample)).get_body(("plain",)).get_content() == "a\ufffdb\ufffdc\ufffdd\te\r\n"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("line\r\nBcc: evil@example.org", "line Bcc: evil@example.org"),
        ("line\nBcc: evil@example.org", "line Bcc: evil@example.org"),
        ("line\rBcc: evil@example.org", "line Bcc: evil@example.org"),
        ("line\u2028Bcc: evil@example.org", "line Bcc: evil@example.org"),
        ("line\u2029Bcc: evil@example.org", "line Bcc: evil@example.org"),
        ("line\x85Bcc: evil@example.org", "line Bcc: evil@example.org"),
        ("line\x0b\x0cBcc: evil@example.org", "line Bcc: evil@example.org"),
        ("nul\x00l", "nul l"),
        ("lone \ud800 surrogate", "lone   surrogate"),
        ("\r\n", ""),
        ("", ""),
        ("=?utf-8?q?hi=0D=0ABcc:_evil@example.org?=",) * 2,
        ("キャンセル =?utf-8?q?=0D=0ABcc:_evil@example.org?=",) * 2,
        ("two  blanks   and a tab", "two  blanks   and a tab"),
        ("長い件名🎁\u200d箱 " * 500 + "終", "長い件名🎁\u200d箱 " * 500 + "終"),
        ("x" * 5000, "x" * 5000),
        ("word " * 1000 + "end", "word " * 1000 + "end"),
    ],
)
def test_a_subject_is_one_header_whatever_is_in_it(subject: str, shown: str) -> None:
    mail = raw(forged(subject=subject))
    assert read(mail).keys() == HEADERS
    assert (read(mail)["Subject"] or "") == shown
    assert max(map(len, header_lines(mail))) <= 78


TYPED = st.text(
    st.one_of(st.characters(), st.sampled_from('\r\n\x00\u2028 =?_"\\<>@,:;é日🎁\u200d')),
    max_size=120,
)


@given(TYPED)
@example("=?utf-8?q?=0D=0ABcc:_x?=")
@example("\n Bcc: x")
def test_no_subject_ends_its_header_or_breaks_a_line(subject: str) -> None:
    mail = raw(forged(subject=subject))
    lines = header_lines(mail)
    names = [line.partition(b":")[0].decode() for line in lines if not line.startswith(b" ")]
    assert names == HEADERS
    assert b"\r" not in b"".join(lines)
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 78


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=120))
@example("=?utf-8?b?44GC?=")
@example("日 本 =?x? é")
def test_a_line_that_people_typed_is_read_as_it_is(subject: str) -> None:
    """By Python's two readers of headers, the new one and the old one."""
    subject = subject.strip()
    mail = read(raw(message(subject=subject)))
    assert (mail["Subject"] or "") == subject
    folded = dict(mail.raw_items())["Subject"]
    assert str(make_header(decode_header(re.sub(r"\r?\n", "", folded)))).strip() == subject


def id_of(name: str) -> str:
    return dict(read(raw(forged(id=name))).raw_items())["Message-ID"]


@given(st.text(max_size=300))
@example("")
@example(".")
@example("x" * 200)
@example("\r\nBcc: x")
@example("店" * 300)
def test_a_message_id_is_valid_whatever_the_id_is(name: str) -> None:
    """``<left@right>`` with a dot-atom on either side, in one line of less than 998 characters."""
    message_id = id_of(name)
    assert message_id.startswith("<")
    assert message_id.endswith("@example.jp>")
    assert DOT_ATOM.fullmatch(message_id[1:].partition("@")[0])
    assert len(message_id) <= 220
    assert id_of(name) == message_id


@given(st.text(max_size=20), st.text(max_size=20))
@example("a.b", "a%2Eb")
@example("a", "A")
@example("が", "か\u3099")
@example("", "sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
def test_no_two_ids_have_one_message_id(one: str, other: str) -> None:
    assert (id_of(one) == id_of(other)) is (one == other)


def test_long_ids_that_differ_in_the_end_have_different_message_ids() -> None:
    assert id_of("店" * 300 + "1") != id_of("店" * 300 + "2")


@pytest.mark.parametrize(
    ("name", "written", "shown"),
    [
        ("CO-NECT", "CO-NECT <a@example.jp>", "CO-NECT"),
        ("", "a@example.jp", ""),
        ("Shop, Inc.", "=?utf-8?b?U2hvcCwgSW5jLg==?= <a@example.jp>", "Shop, Inc."),
        (
            "=?utf-8?q?x?=",
            "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?= <a@example.jp>",
            "=?utf-8?q?x?=",
        ),
        ("株式会社", "=?utf-8?b?5qCq5byP5Lya56S+?= <a@example.jp>", "株式会社"),
        ('"><x', "=?utf-8?b?Ij48eA==?= <a@example.jp>", '"><x'),
        ("a\r\nBcc: x", "=?utf-8?b?YSBCY2M6IHg=?= <a@example.jp>", "a Bcc: x"),
    ],
)
def test_a_name_before_an_address_is_read_as_it_is(name: str, written: str, shown: str) -> None:
    assert mailbox(name, "a@example.jp") == written
    (sender,) = read(raw(sender=written))["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (shown, "a@example.jp")


def test_many_addresses_are_folded_between_them() -> None:
    to = [f"someone.with.a.long.name.{number}@example.jp" for number in range(20)]
    mail = raw(to=to)
    assert max(map(len, header_lines(mail))) <= 78
    assert [each.addr_spec for each in read(mail)["To"].addresses] == to


def test_an_address_beyond_ascii_is_written_in_utf_8() -> None:
    mail = raw(to=("店@例え.jp",))
    assert "\r\nTo: 店@例え.jp\r\n".encode() in mail
    assert read(mail)["Subject"] == "キャンセル拒否のお知らせ"


@pytest.mark.parametrize(
    "text",
    [
        "shop1@example.jp",
        "shop..1.@docomo.ne.jp",
        '"shop..1."@docomo.ne.jp',
        "o'brien+tag@mail.example.co.jp",
        "root@localhost",
        "店@例え.jp",
    ],
)
def test_what_people_get_mail_at_is_an_address(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop1",
        "@example.jp",
        "shop1@",
        "shop1@example..jp",
        "shop1@example.jp.",
        "a@b@example.jp",
        "Shop <shop1@example.jp>",
        "shop1@example.jp> SIZE=1",
        "shop1@example.jp, shop2@example.jp",
        "shop 1@example.jp",
        "shop1@exa mple.jp",
        "shop\r\n1@example.jp",
        "shop\x001@example.jp",
        "(comment)shop1@example.jp",
        '"a b"@example.jp',
        "shop1@[127.0.0.1]",
        "x" * 250 + "@example.jp",
        "shop1@" + "x" * 64 + ".jp",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert not is_address(text)


def test_a_message_is_left_as_it_was() -> None:
    sample = message()
    before = attrs.asdict(sample)
    raw(sample)
    assert attrs.asdict(sample) == before
