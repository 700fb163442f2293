"""What a mail looks like: a message as plain text and as HTML, under headers that stay whole.

Python's own headers read the encoded words that stand in a text: a name such as
``=?utf-8?q?=0D=0ABcc:...?=`` would end in a header of its own. So the headers that hold what
people typed, or ids of any characters, are written here.
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

__all__ = ["compose", "is_address", "mailbox"]

_LOCAL_PART = re.compile(r"""[^\s\x00-\x1f\x7f"(),:;<>@\[\\\]]+|"[^\s\x00-\x1f\x7f"\\]+\"""")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9'-]{1,60}(?: [A-Za-z0-9'-]{1,60})*")
_PLAIN_LINE = re.compile(r"(?!.*=\?)[!-~]{1,60}(?: [!-~]{1,60})*")
_LINE_BREAKERS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LONGEST_LINE, _LONGEST_WORD = 76, 64
_UTF_8 = Charset("utf-8")
_UTF_8.header_encoding = BASE64  # other libraries change what Python would choose

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
    """A header whose value is written as it is, in lines that break at its blanks."""

    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        kwds |= {"decoded": value, "parse_tree": None}  # there is nothing to read out of it

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
for _name in ("From", "To", "Subject", "Message-ID"):
    _HEADERS.map_to_type(_name, _Written)
_POLICY = SMTP.clone(header_factory=_HEADERS, cte_type="7bit")


def compose(message: Message, *, sender: str, to: Sequence[str], domain: str) -> EmailMessage:
    """The mail that tells of `message`; ``bytes(mail)`` is what is sent.

    It is 7 bits wide, but for the addresses in ``To`` where one is not ASCII.

    Args:
        message: What is told.
        sender: The ``From``, as `mailbox` writes it.
        to: Addresses that hold `is_address`.
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
    html = _HTML.format(lang=message.locale, title=escape(subject), body="<br>\n".join(lines))
    mail.add_alternative(html, subtype="html")
    mail["Content-Language"] = message.locale
    return mail


def mailbox(name: str, address: str) -> str:
    """An address with the name that people see before it, if any, as a header holds them.

    >>> mailbox("CO-NECT", "no-reply@example.jp")
    'CO-NECT <no-reply@example.jp>'
    """
    return f"{_encoded(_one_line(name), _PLAIN_NAME)} <{address}>" if name else address


def is_address(text: str) -> bool:
    """Whether `text` is one bare mail address: nothing before it, after it, or between.

    The left side may have dots that the standard does not allow, as older Japanese mobile phones
    have, and characters beyond ASCII.

    >>> is_address("shop..1@example.jp"), is_address("Shop <shop1@example.jp>")
    (True, False)
    """
    local, _, domain = text.rpartition("@")
    return len(text) <= 254 and bool(_LOCAL_PART.fullmatch(local)) and is_domain(domain)


def _one_line(text: str) -> str:
    return _LINE_BREAKERS.sub(" ", text).strip()


def _encoded(text: str, plain: re.Pattern[str]) -> str:
    """One line of ASCII: `text` where it is `plain`, and otherwise encoded words."""
    if plain.fullmatch(text):
        return text
    return Header(text, _UTF_8, maxlinelen=_LONGEST_WORD).encode(linesep="")
