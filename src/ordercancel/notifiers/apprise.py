"""Delivers messages to chats and phones, by Apprise. Needs the extra ``ordercancel[apprise]``."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
from apprise import Apprise, AppriseAsset, NotifyFormat

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import NotDelivered
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message

__all__ = ["AppriseNotifier"]


@attrs.frozen(eq=False)
class AppriseNotifier:
    """Sends each message to every one of some services, as plain text.

    A service gets the subject as title and the body, and no id: a message that comes twice is
    seen twice. Where one of several services fails, all of them are tried again later.

    Args:
        urls: The services, as Apprise writes them, such as ``slack://…``. They hold tokens and are
            not shown.

    Raises:
        InvalidValue: There is none, or Apprise does not know one.
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
            if not isinstance(url, str) or not services.add(url):
                faults.add(f"urls[{number}]", "is no service", "a URL that Apprise knows")
        faults.raise_if_any()
        object.__setattr__(self, "urls", tuple(self.urls))
        object.__setattr__(self, "_services", services)

    def deliver(self, message: Message, to: Party | None) -> None:
        """Send `message`; `to` is not needed.

        Raises:
            NotDelivered: Not every service took it.
        """
        taken = self._services.notify(
            title=message.subject,
            body=message.body,
            body_format=NotifyFormat.TEXT,
            interpret_escapes=False,
        )
        if not taken:
            count = len(self._services)
            raise NotDelivered(f"not all of {count} services took the message", "all of them")
