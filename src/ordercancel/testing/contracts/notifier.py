"""What every notifier promises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar

import attrs
import pytest

from ordercancel.domain.actors import Party
from ordercancel.engine.messages import Message
from ordercancel.rules.notifications import Medium
from ordercancel.service.ports import Notifier
from ordercancel.service.ports_async import AsyncNotifier
from ordercancel.testing.blocking import called, settled


@attrs.frozen
class Arrived:
    """A message as its reader got it.

    Args:
        id: The id of the message, by which they recognise one that comes twice.
        subject: Its subject.
        body: Its body.
    """

    id: str
    subject: str
    body: str


Wire = tuple[
    Notifier | AsyncNotifier, Callable[[], Iterable[Arrived] | Awaitable[Iterable[Arrived]]]
]
"""A notifier, and what has arrived at the other end; that may have to be awaited, too."""

Called = tuple[Notifier, Callable[[], Iterable[Arrived]]]
"""The same, fit to be called."""

TO = Party("b-1", name="テスト一号店", emails=("shop1@example.jp",))

BODIES = (
    "一行だけ",
    "注文 762544202\n理由: お客様のご都合\n\n以上",
    "Quotes \"' and <b>tags</b> & {braces} %s 100%",
    "a line\n.\n..\n.dots at the beginning\nFrom here on",
    "長い行" * 600,
    "絵文字🎁\u200d箱、合字ﬁ、が\u3099",
)
"""What a mail, a form or a template easily spoils."""


def message(number: int = 1, **changes: Any) -> Message:
    """A message to the buyer that their request was rejected."""
    values: dict[str, Any] = {
        "id": f"o-1:{number}:buyer:mail",
        "order_id": "o-1",
        "on": "rejected",
        "at": datetime(2022, 8, 16, 3, tzinfo=UTC),
        "audience": "buyer",
        "party": "b-1",
        "medium": Medium.MAIL,
        "locale": "ja",
        "subject": f"キャンセル拒否 {number}",
        "body": f"注文 o-1 について\n({number})",
    }
    return Message(**values | changes)


def read(arrived: Iterable[Arrived]) -> list[tuple[str, str, list[str]]]:
    """What arrived, by id; the end of a line is the same however it is written."""
    return sorted((each.id, each.subject, each.body.rstrip().splitlines()) for each in arrived)


def sent(*messages: Message) -> list[tuple[str, str, list[str]]]:
    """What must arrive of these messages."""
    return sorted((each.id, each.subject, each.body.splitlines()) for each in messages)


class NotifierContract:
    """The promises of `ordercancel.service.ports.Notifier`, for a test class to inherit.

    Each call of an async notifier is awaited. Set `media` where it is for some media only.
    """

    media: ClassVar[tuple[Medium, ...]] = tuple(Medium)
    """The media of the messages that it delivers. Default: all."""

    def make_notifier(self) -> Wire | Awaitable[Wire]:
        """A notifier, and a function that gives all that has arrived; each may be awaited."""
        raise NotImplementedError

    @pytest.fixture
    def wire(self) -> Iterator[Called]:
        """The notifier that is tested, fit to be called, and what has arrived."""
        with asyncio.Runner() as runner:
            notifier, arrived = settled(runner, self.make_notifier())
            with called(notifier, runner) as fit:
                yield fit, lambda: settled(runner, arrived())

    def test_a_message_arrives(self, wire: Called) -> None:
        """Once, with its id, its subject and its body, by each medium that it is for."""
        notifier, arrived = wire
        messages = [
            message(number, id=f"o-1:{number}:buyer:{medium}", medium=medium)
            for number, medium in enumerate(self.media, 1)
        ]
        for each in messages:
            notifier.deliver(each, TO)
        assert read(arrived()) == sent(*messages)

    def test_several_messages_arrive_one_by_one(self, wire: Called) -> None:
        """None is lost, none is mixed with another, and none comes by itself."""
        notifier, arrived = wire
        assert read(arrived()) == []
        messages = [self._message(number) for number in range(1, 6)]
        for count, each in enumerate(messages, 1):
            notifier.deliver(each, TO)
            assert read(arrived()) == sent(*messages[:count])

    @pytest.mark.parametrize("body", BODIES)
    def test_a_text_arrives_as_it_is(self, wire: Called, body: str) -> None:
        """Whatever people typed into it."""
        notifier, arrived = wire
        subject = body.splitlines()[0][:100]
        notifier.deliver(self._message(subject=subject, body=body), TO)
        assert read(arrived()) == sent(self._message(subject=subject, body=body))

    def test_a_message_that_comes_again_is_recognised(self, wire: Called) -> None:
        """It is delivered at least once, and each time by the same id."""
        notifier, arrived = wire
        for _ in range(2):
            notifier.deliver(self._message(), TO)
        messages = read(arrived())
        assert messages in (sent(self._message()), sent(self._message(), self._message()))

    @pytest.mark.parametrize(
        "to",
        [
            None,
            attrs.evolve(TO, emails=()),
            attrs.evolve(TO, emails=("shop1@example.jp", "shop2@example.jp")),
            attrs.evolve(TO, locale="en"),
        ],
        ids=["nobody", "without address", "several addresses", "english"],
    )
    def test_no_message_is_lost_in_silence(self, wire: Called, to: Party | None) -> None:
        """It arrives; or else the notifier raises, and the message is tried again later."""
        notifier, arrived = wire
        failed = True
        with suppress(Exception):
            notifier.deliver(self._message(), to)
            failed = False
        messages = read(arrived())
        assert failed or {each for each, _, _ in messages} == {self._message().id}
        assert all(each in sent(self._message()) for each in messages)

    def _message(self, number: int = 1, **changes: Any) -> Message:
        """A message by the first of the media."""
        return message(number, medium=self.media[0], **changes)
