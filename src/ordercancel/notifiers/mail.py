"""Sends messages by mail, through an SMTP server; `mime` composes them."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from email.utils import getaddresses
from enum import StrEnum

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.characters import unsafe_characters
from ordercancel.domain.errors import NotDelivered, PartlyDelivered
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message
from ordercancel.notifiers.mime import compose, is_address, mailbox
from ordercancel.notifiers.network import (
    check_timeout,
    hung_up_after,
    is_domain,
    is_host,
    what_failed,
)

__all__ = ["MailNotifier", "Security"]


class Security(StrEnum):
    """How the connection to a mail server is encrypted."""

    STARTTLS = "starttls"
    """Starts in the clear and is encrypted before anything is sent."""
    TLS = "tls"
    """Encrypted from the start."""
    NONE = "none"
    """Never encrypted: for a server on the same machine, and for tests."""


_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
_ASCII = re.compile(r"[\x00-\x7f]*")
_VISIBLE = re.compile(r"[!-~]+")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_NO_ADDRESS = "no mail address"
_NO_SMTPUTF8 = "not in ASCII, and the server lacks SMTPUTF8"


@attrs.frozen(kw_only=True, eq=False)
class MailNotifier:
    """Sends each message as one mail to all addresses of the party, as plain text and HTML.

    A mail has the same ``Message-ID`` every time it is sent, by which mail programs recognise one
    that arrives twice. Each delivery opens its own connection, so threads may share a notifier.

    Args:
        host: Name or IP address of the mail server.
        port: Default: 587 with STARTTLS, 465 with TLS, 25 without encryption.
        security: How the connection is encrypted. With STARTTLS (the default), nothing is sent to
            a server that does not offer it.
        sender: An address in ASCII, bare or after a name, such as
            ``CO-NECT <no-reply@example.jp>``. Replies and bounces go there.
        user: The name to log in with. Default: no log-in.
        password: The password; needed with `user`, refused without.
        password_in_clear: Allow the password on an unencrypted connection. Default: False.
        timeout: Seconds for connecting, and again for everything after that, at most 120.
            Default: 30.
        context: The certificates that TLS trusts. Default: those of this machine.
        helo: What this machine calls itself to the server. Default: its full host name.
        id_domain: The domain in the ``Message-ID``. Default: the sender's. Do not change it: a
            mail that is sent again would get another id, and be seen twice.

    Raises:
        InvalidValue: Names every fault of the arguments.
    """

    host: str
    port: int | None = None
    security: Security | str = Security.STARTTLS
    sender: str
    user: str | None = None
    password: str | None = attrs.field(default=None, repr=False)
    password_in_clear: bool = False
    timeout: float = 30.0
    context: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    helo: str | None = None
    id_domain: str | None = None
    _context: ssl.SSLContext | None = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults("MailNotifier")
        self._check_server(faults)
        self._check_login(faults)
        if not _parsed(self.sender)[1]:
            expected = "one address in ASCII, such as CO-NECT <no-reply@example.jp>"
            faults.add("sender", "is no address", expected)
        if self.id_domain is not None and not (
            is_domain(self.id_domain) and self.id_domain.isascii()
        ):
            faults.add("id_domain", "is no domain", "a domain in ASCII")
        faults.raise_if_any()
        context = self.context
        if context is None and self.security != Security.NONE:
            context = ssl.create_default_context()  # smtplib's default trusts every certificate
        object.__setattr__(self, "_context", context)

    def _check_server(self, faults: Faults) -> None:
        if not is_host(self.host):
            faults.add("host", "is no name of a machine", "a name in ASCII, or an IP address")
        if self.port is not None:
            faults.number("port", self.port, 1, 65535, "a port, 1 to 65535")
        faults.member("security", self.security, Security)
        check_timeout(faults, "timeout", self.timeout)
        faults.instance("context", self.context, ssl.SSLContext | None, "an ssl.SSLContext")
        if self.helo is not None and not _matches(_VISIBLE, self.helo):
            faults.add("helo", "is no name of a machine", "a name in ASCII, or [an IP address]")

    def _check_login(self, faults: Faults) -> None:
        for field, value in (("user", self.user), ("password", self.password)):
            if value is not None and not _matches(_ASCII, value):
                faults.add(field, "is no string in ASCII", "a string in ASCII")
        if (self.user is None) is not (self.password is None):
            missing = "user" if self.user is None else "password"
            faults.add(missing, "is missing", "user and password, or neither")
        faults.flag("password_in_clear", self.password_in_clear)
        in_clear = self.password is not None and self.security == Security.NONE
        if in_clear and not self.password_in_clear:
            faults.add("security", "is none, with a password", "TLS, or password_in_clear=True")

    def deliver(self, message: Message, to: Party | None) -> None:
        """Send `message` to all addresses of `to`.

        Raises:
            NotDelivered: No address was reached: the party is unknown or has no address, the
                server could not be reached, or it refused.
            PartlyDelivered: Some addresses were reached and others not.
        """
        addresses = tuple(dict.fromkeys(to.emails)) if to else ()
        if not addresses:
            problem = "the party is not known, or has no mail address"
            raise NotDelivered(problem, "an address to write to")
        missed = {each: _NO_ADDRESS for each in addresses if not is_address(each)}
        refused = set(missed)
        valid = [each for each in addresses if each not in missed]
        if valid:
            replies = self._send(message, valid)
            missed |= {each: reply for each, (reply, _) in replies.items()}
            refused |= {each for each, (_, is_permanent) in replies.items() if is_permanent}
        reached = tuple(each for each in addresses if each not in missed)
        if not reached:
            problem = f"no address can be written to: {'; '.join(sorted(set(missed.values())))}"
            raise NotDelivered(problem, "one that can", permanent=refused == set(missed))
        if missed:
            raise PartlyDelivered(reached, missed, refused)

    def _send(self, message: Message, addresses: Sequence[str]) -> dict[str, tuple[str, bool]]:
        """Send a mail; return whom it did not reach, why, and whether it never will."""
        try:
            with self._session() as server:
                is_utf8 = server.has_extn("smtputf8")
                fit = [each for each in addresses if is_utf8 or each.isascii()]
                refused = self._sent(server, message, fit) if fit else {}
        except smtplib.SMTPException as error:
            raise self._failure(error) from None  # its text quotes the server's words
        except OSError as error:
            problem = f"the line to the mail server failed: {what_failed(error)}"
            raise NotDelivered(problem, "a line that holds") from error
        unfit = {each: (_NO_SMTPUTF8, True) for each in addresses if each not in fit}
        return unfit | {
            each: (_answer(*reply), _is_permanent(reply[0])) for each, reply in refused.items()
        }

    def _sent(
        self, server: smtplib.SMTP, message: Message, to: Sequence[str]
    ) -> dict[str, tuple[int, bytes]]:
        """Send a mail to addresses that the server supports; return those that it refused."""
        name, address = _parsed(self.sender)
        domain = self.id_domain or address.rpartition("@")[2]
        mail = compose(message, sender=mailbox(name, address), to=to, domain=domain)
        options = () if all(each.isascii() for each in to) else ("SMTPUTF8", "BODY=8BITMIME")
        return server.sendmail(address, to, bytes(mail), options)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """A connection that is ready for a mail; it is closed in any case."""
        with ExitStack() as stack:
            port = self.port or _PORTS[Security(self.security)]
            tls = self._context if self.security == Security.TLS else None
            server = _Session(stack, tls, self.host, port, self.helo, self.timeout)
            stack.callback(server.close)
            if self.security == Security.STARTTLS:
                server.starttls(context=self._context)
            server.ehlo_or_helo_if_needed()
            if self.user is not None and self.password is not None:
                server.login(self.user, self.password)
            yield server
            with suppress(OSError):  # the server has accepted the mail, however it says goodbye
                server.quit()

    def _failure(self, error: smtplib.SMTPException) -> NotDelivered:
        """What smtplib raised, in words that quote neither the server nor the message."""
        match error:
            case smtplib.SMTPRecipientsRefused():
                replies = error.recipients.values()
                answers = sorted({_answer(*reply) for reply in replies})
                code = min(code for code, _ in replies)
                problem = f"the mail server refused every address: {'; '.join(answers)}"
                permanent = _is_permanent(code)
                return NotDelivered(problem, "at least one accepted", code, permanent=permanent)
            case smtplib.SMTPResponseException() if error.smtp_code < 0:
                return NotDelivered("the mail server does not talk SMTP", "a reply code")
            case smtplib.SMTPResponseException():
                step = {
                    smtplib.SMTPSenderRefused: "refused the sender",
                    smtplib.SMTPDataError: "refused the mail",
                    smtplib.SMTPAuthenticationError: "refused the log-in",
                }.get(type(error), "refused to talk")
                answer = _answer(error.smtp_code, error.smtp_error)
                problem = f"the mail server {step}: {answer}"
                # Of the sender, the log-in and the talk as such the next mail is refused as well.
                permanent = isinstance(error, smtplib.SMTPDataError) and _is_permanent(
                    error.smtp_code
                )
                return NotDelivered(problem, "it to accept", error.smtp_code, permanent=permanent)
            case smtplib.SMTPServerDisconnected():
                return NotDelivered("the mail server hung up", "an answer")
            case smtplib.SMTPNotSupportedError():
                problem = "the mail server lacks STARTTLS or a log-in"
                return NotDelivered(problem, "it to offer what is asked for")
            case _:
                return NotDelivered("no way to log in was found", "one that both sides know")


class _Session(smtplib.SMTP):
    """A session that is hung up on when its timeout is over, however slowly the server drips.

    Args:
        stack: Ends the session.
        tls: What TLS begins with at once; None begins in the clear.
        host, port, helo, timeout: As for `smtplib.SMTP`.
    """

    def __init__(
        self,
        stack: ExitStack,
        tls: ssl.SSLContext | None,
        host: str,
        port: int,
        helo: str | None,
        timeout: float,
    ) -> None:
        self._stack = stack
        self._tls = tls
        super().__init__(host, port, helo, timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((host, port), timeout)
        self._stack.enter_context(hung_up_after(timeout, line))
        line.settimeout(None)  # it would begin anew with every byte
        if self._tls is None:
            return line
        return self._tls.wrap_socket(line, server_hostname=host)


def _is_permanent(code: int) -> bool:
    """Whether a reply says that no later try will succeed (RFC 5321, 4.2.1)."""
    return 500 <= code <= 599


def _answer(code: int, reply: bytes | str) -> str:
    """The codes of a reply, such as ``550 5.1.1``; its words often quote addresses or texts."""
    words = reply.decode("ascii", "replace") if isinstance(reply, bytes) else reply
    enhanced = _ENHANCED.match(words)
    return f"{code} {enhanced[0]}" if enhanced else str(code)


def _parsed(sender: object) -> tuple[str, str]:
    """The name and the address of `sender`; both empty unless it is one address in ASCII."""
    if not isinstance(sender, str) or unsafe_characters(sender):
        return "", ""
    mailboxes = getaddresses([sender])
    if len(mailboxes) != 1 or not mailboxes[0][1].isascii() or not is_address(mailboxes[0][1]):
        return "", ""
    return mailboxes[0]


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
