"""Writes one log record per message, without the message's words."""

from __future__ import annotations

import logging

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message

__all__ = ["LogNotifier"]


@attrs.frozen(kw_only=True)
class LogNotifier:
    """Writes one record for each message and tells nobody.

    For trying things out, and for media that the host serves in another way. ``message_id``,
    ``order_id``, ``on``, ``audience``, ``party`` and ``medium`` are in the record's text and
    attributes; the subject, the body and addresses are not. Unprintable characters are escaped, so
    that no id can forge a second line.

    Args:
        logger: Receives the records. Default: ``ordercancel.messages``.
        level: Level of the records, as in `logging`. Default: ``logging.INFO``.

    Raises:
        InvalidValue: `logger` is no logger or `level` no integer.
    """

    logger: logging.Logger = attrs.field(factory=lambda: logging.getLogger("ordercancel.messages"))
    level: int = logging.INFO

    def __attrs_post_init__(self) -> None:
        faults = Faults("LogNotifier")
        faults.instance("logger", self.logger, logging.Logger, "a logging.Logger")
        faults.instance("level", self.level, int, "a level such as logging.INFO")
        faults.raise_if_any()

    def deliver(self, message: Message, to: Party | None) -> None:
        """Write a record about `message`; `to` is ignored."""
        fields = {
            "message_id": _on_one_line(message.id),
            "order_id": _on_one_line(message.order_id),
            "on": _on_one_line(message.on),
            "audience": _on_one_line(message.audience),
            "party": _on_one_line(message.party),
            "medium": str(message.medium),
        }
        text = "message %(message_id)s: %(on)s, to the %(audience)s %(party)s by %(medium)s"
        self.logger.log(self.level, text, fields, extra=fields)


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else repr(text)[1:-1]
