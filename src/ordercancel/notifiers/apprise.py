"""Delivers messages to chats and phones through Apprise. Needs ``ordercancel[apprise]``."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import attrs

try:
    from apprise import Apprise, AppriseAsset, NotifyFormat
except ImportError as error:
    raise ImportError(f"{__name__} needs the extra ordercancel[apprise]") from error

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import NotDelivered
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message

__all__ = ["AppriseNotifier"]


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Apprise log nothing in this thread: it quotes URLs that it can't read, with tokens."""
    logger, thread = logging.getLogger("apprise"), threading.get_ident()

    def is_of_others(record: logging.LogRecord) -> bool:
        return record.thread != thread

    logger.addFilter(is_of_others)
    try:
        yield
    finally:
        logger.removeFilter(is_of_others)


@attrs.frozen(eq=False)
class AppriseNotifier:
    """Sends each message to every service of a list, as plain text.

    A service gets the subject as title and the body, but no id: a message that is sent twice is
    seen twice. If one service fails, the relay retries all of them.

    Args:
        urls: The services in Apprise's notation, such as ``slack://…``, at least one. They hold
            tokens, so the repr does not show them.

    Raises:
        InvalidValue: The list is empty, or Apprise does not know one of the URLs.
    """

    urls: Sequence[str] = attrs.field(repr=False)
    _services: Apprise = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        services = Apprise(asset=AppriseAsset(app_id="ordercancel"))
        faults = Faults("AppriseNotifier")
        if not isinstance(self.urls, list | tuple) or not self.urls:
            faults.add("urls", "is no list with a URL", "a list of one URL or several")
            faults.raise_if_any()
        for number, url in enumerate(self.urls):
            with _quiet():
                is_service = isinstance(url, str) and services.add(url)
            if not is_service:
                faults.add(f"urls[{number}]", "is no service", "a URL that Apprise knows")
        faults.raise_if_any()
        object.__setattr__(self, "urls", tuple(self.urls))
        object.__setattr__(self, "_services", services)

    def deliver(self, message: Message, to: Party | None) -> None:
        """Send `message` to every service; `to` is ignored.

        Raises:
            NotDelivered: At least one service did not accept it.
        """
        is_sent = self._services.notify(
            title=message.subject,
            body=message.body,
            body_format=NotifyFormat.TEXT,  # what people typed is escaped, never read as mark-up
            interpret_escapes=False,
        )
        if not is_sent:
            count = len(self._services)
            raise NotDelivered(f"not all of {count} services took the message", "all of them")
