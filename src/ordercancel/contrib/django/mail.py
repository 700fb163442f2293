"""A notifier on Django's own mail: ``EMAIL_BACKEND``, ``DEFAULT_FROM_EMAIL``."""

from __future__ import annotations

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

    A mail has the same ``Message-ID`` every time it is sent.

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
        for each in addresses:
            mail = EmailMessage(message.subject, message.body, sender, [each], headers=headers)
            try:
                mail.send()
            except Exception as error:  # a backend may raise anything
                missed[each] = type(error).__name__
            else:
                reached.append(each)
        if not reached:
            problems = ", ".join(sorted({*missed.values()}))
            raise NotDelivered(f"no address was reached: {problems}", "at least one")
        if missed:
            raise PartlyDelivered(reached, missed)
