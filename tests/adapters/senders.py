"""Notifiers to a port of the loopback interface, and the errors of deliveries that fail."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.samples import SHOP, message
from ordercancel.adapters.mail import MailNotifier
from ordercancel.adapters.webhook import WebhookNotifier
from ordercancel.errors import NotDelivered
from ordercancel.order import Party

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
    """A notifier by web hooks, in the clear."""
    values: dict[str, Any] = {"secrets": [SECRET], "timeout": 5}
    return WebhookNotifier(f"http://127.0.0.1:{port}{path}", **values | changes)


def webhook_failure(port: int, **changes: Any) -> NotDelivered:
    """The error of a web hook that fails."""
    with pytest.raises(NotDelivered) as caught:
        webhook_to(port, **changes).deliver(message(), SHOP)
    return caught.value
