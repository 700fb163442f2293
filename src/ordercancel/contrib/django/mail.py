"""A notifier on Django's own mail: ``EMAIL_BACKEND``, ``DEFAULT_FROM_EMAIL``."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused

import attrs
from django.conf import settings
from django.core.mail import EmailMessage

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import NotDelivered, PartlyDelivered
from ordercancel.engine.messages import Message
from ordercancel.notifiers.ids import ascii_id

__all__ = ["DjangoMailNotifier"]


@attrs.frozen
class DjangoMailNotifier:
    """Sends each message as plain text to every address of the party, one mail each.

    A mail has the same ``Message-ID`` every time it is sent. Set ``EMAIL_TIMEOUT``, to less than
    the relay's lease: by Django's default a server that hangs holds up the relay for ever.

    Args:
        sender: The address that mails come from. Default: ``DEFAULT_FROM_EMAIL``.
    """

    sender: str | None = None

    def deliver(self, message: Message, to: Party | None) -> None:
        """Send `message` to all addresses of `to`.

        Raises:
            NotDelivered: No address was reached.
            PartlyDelivered: Some addresses were reached and others not.
        """
        addresses = tuple(dict.fromkeys(to.emails)) if to else ()
        if not addresses:
            raise NotDelivered("the party is not known, or has no mail address", "an address")
        sender = self.sender or settings.DEFAULT_FROM_EMAIL
        domain = sender.rpartition("@")[2].rstrip(">")
        headers = {"Message-ID": f"<{ascii_id(message.id)}@{domain}>"}
        reached: list[str] = []
        missed: dict[str, str] = {}
        refused: set[str] = set()
        for each in addresses:
            mail = EmailMessage(message.subject, message.body, sender, [each], headers=headers)
            try:
                is_sent = mail.send() != 0
            except Exception as error:  # a backend may raise anything
                missed[each] = type(error).__name__
                if _is_permanent(error):
                    refused.add(each)
            else:
                if is_sent:
                    reached.append(each)
                else:
                    missed[each] = "not sent"
        if not reached:
            problems = ", ".join(sorted({*missed.values()}))
            problem = f"no address was reached: {problems}"
            raise NotDelivered(problem, "at least one", permanent=refused == set(missed))
        if missed:
            raise PartlyDelivered(reached, missed, refused)


def _is_permanent(error: Exception) -> bool:
    """Return whether a mail server has refused an address for good, with a code of 5xx."""
    replies = error.recipients.values() if isinstance(error, SMTPRecipientsRefused) else ()
    return bool(replies) and all(500 <= code <= 599 for code, _ in replies)
