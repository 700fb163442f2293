"""Who buys and sells here, and how they are told something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ordercancel import Party
from ordercancel.contrib.django.mail import DjangoMailNotifier
from ordercancel.notifiers.log import LogNotifier
from ordercancel.notifiers.routing import Route, RoutedNotifier
from ordercancel.rules.notifications import Medium

PEOPLE = {
    "b-1": Party("b-1", name="Hanako", emails=("hanako@example.jp",), locale="ja"),
    "s-1": Party("s-1", name="Saiun-do", emails=("shop@example.jp",), locale="ja"),
}
NOTIFIER = RoutedNotifier(
    [Route(DjangoMailNotifier(), medium=Medium.MAIL), Route(LogNotifier(), medium=Medium.APP)]
)


class People:
    """A directory; in a real shop this asks the table of accounts."""

    def find(self, party_id: str) -> Party | None:
        return PEOPLE.get(party_id)

    def find_many(self, party_ids: Iterable[str]) -> Mapping[str, Party]:
        return {each: PEOPLE[each] for each in party_ids if each in PEOPLE}
