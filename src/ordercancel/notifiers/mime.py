"""Composes a mail (MIME): a message as plain text and HTML, under headers nobody can inject into.

Python's own header classes decode encoded words in a text: a name such as
``=?utf-8?q?=0D=0ABcc:...?=`` would become a header of its own. So this module writes the headers
that hold what people typed, or ids of any characters, by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.charset import BASE64, Charset
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, Policy
from html import escape
from textwrap import wrap
from typing import Any

from ordercancel.engine.messages import Message
from ordercancel.notifiers.ids import ascii_id
from ordercancel.notifiers.network import is_domain

_LOCAL_PART = re.compile(r"""[^\s\x00-\x1f\x7f"(),:;<>@\[\\\]]+|"[^\s\x00-\x1f\x7f"\\]+\"""")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9'-]{1,60}(?: [A-Za-z0-9'-]{1,60})*")
_PLAIN_LINE = re.compile(r"(?!.*=\?)[!-~]{1,60}(?: [!-~]{1,60})*")
_LINE_BREAKERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LONGEST_LINE, _LONGEST_WORD = 76, 64
_UTF_8 = Charset("utf-8")
_UTF_8.header_encoding = BASE64  # explicit, as other libraries change Python's default

_HTML = """\
<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>{title}</title>
</head>
<body style="font-family: sans-serif; line-height: 1.6; overflow-wrap: anywhere">
<p>{body}</p>
</body>
</html>
"""


class _Written(BaseHeader):
    """A header that is written as it is, in lines broken at its blanks."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds |= {"decoded": value, "parse_tree": None}  # nothing is decoded

    def fold(self, *, policy: Policy) -> str:
        lines = wrap(
            str(self),
            width=_LONGEST_LINE,
            initial_indent=f"{self.name}: ",
            subsequent_indent=" ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        return policy.linesep.join([*(lines or [f"{self.name}:"]), ""])


_HEADERS = HeaderRegistry()
for _name in ("From", "To", "Subject", "Message-ID", "Content-Language"):
    _HEADERS.map_to_type(_name, _Written)
_POLICY = SMTP.clone(header_factory=_HEADERS, cte_type="7bit")


def compose(message: Message, *, sender: str, to: Sequence[str], domain: str) -> EmailMessage:
    """Return the mail for `message`; ``bytes(mail)`` is what is sent.

    All of it is 7-bit ASCII, except ``To`` where an address is not.

    Args:
        message: The message to send.
        sender: The ``From`` header, as `mailbox` writes it.
        to: The recipients, for each of which `is_address` is true.
        domain: The right side of the ``Message-ID``.
    """
    is_ascii = all(address.isascii() for address in to)
    mail = EmailMessage(policy=_POLICY.clone(utf8=not is_ascii))
    subject, body = _one_line(message.subject), _UNREADABLE.sub("\ufffd", message.body)
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Subject"] = _encoded(subject, _PLAIN_LINE)
    mail["Date"] = message.at
    mail["Message-ID"] = f"<{ascii_id(message.id)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body)
    lines = [escape(line) for line in body.splitlines()]
    html = _HTML.format(
        lang=escape(message.locale), title=escape(subject), body="<br>\n".join(lines)
    )
    mail.add_alternative(html, subtype="html")
    mail["Content-Language"] = _encoded(_one_line(message.locale), _PLAIN_LINE)
    return mail


def mailbox(name: str, address: str) -> str:
    """Write `address` as a header holds it, behind the display `name` unless that is empty.

    >>> mailbox("CO-NECT", "no-reply@example.jp")
    'CO-NECT <no-reply@example.jp>'
    """
    return f"{_encoded(_one_line(name), _PLAIN_NAME)} <{address}>" if name else address


def is_address(text: str) -> bool:
    """Whether `text` is one mail address of at most 254 characters, and nothing else.

    The left side may hold characters beyond ASCII, and dots where the standard allows none, as
    in addresses of older Japanese mobile phones.

    >>> is_address("shop..1@example.jp"), is_address("Shop <shop1@example.jp>")
    (True, False)
    """
    local, _, domain = text.rpartition("@")
    return len(text) <= 254 and bool(_LOCAL_PART.fullmatch(local)) and is_domain(domain)


def _one_line(text: str) -> str:
    return _LINE_BREAKERS.sub(" ", text).strip()


def _encoded(text: str, plain: re.Pattern[str]) -> str:
    """One line of ASCII: `text` itself if it matches `plain`, else encoded words."""
    if plain.fullmatch(text):
        return text
    return Header(text, _UTF_8, maxlinelen=_LONGEST_WORD).encode(linesep="")
