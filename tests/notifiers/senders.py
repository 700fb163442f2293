"""Notifiers to a port of the loopback interface, and the errors of deliveries that fail."""

from __future__ import annotations

from typing import Any

import pytest

from notifiers.samples import SHOP, message
from ordercancel.domain.actors import Party
from ordercancel.domain.errors import NotDelivered
from ordercancel.notifiers.mail import MailNotifier
from ordercancel.notifiers.webhook import WebhookNotifier

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def mail_to(port: int | None, **changes: Any) -> MailNotifier:
    """A notifier by mail, in the clear."""
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "CO-NECT <no-reply@example.jp>",
        "helo": "client.example",
        "timeout": 5,
    }
    return MailNotifier(**values | changes)


def mail_failure(port: int | None, to: Party | None = SHOP, **changes: Any) -> NotDelivered:
    """The error of a mail that fails."""
    with pytest.raises(NotDelivered) as caught:
        mail_to(port, **changes).deliver(message(), to)
    return caught.value


def webhook_to(port: int, path: str = "/hooks", **changes: Any) -> WebhookNotifier:
    """A notifier by webhooks, in the clear."""
    values: dict[str, Any] = {"secrets": [SECRET], "timeout": 5}
    return WebhookNotifier(f"http://127.0.0.1:{port}{path}", **values | changes)


def webhook_failure(port: int, **changes: Any) -> NotDelivered:
    """The error of a webhook that fails."""
    with pytest.raises(NotDelivered) as caught:
        webhook_to(port, **changes).deliver(message(), SHOP)
    return caught.value
