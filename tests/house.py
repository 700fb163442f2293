"""One order of a policy, what is done with it, and what both sides read: with no service."""

from __future__ import annotations

from datetime import datetime
from functools import reduce

import attrs
import pytest

from ordercancel import (
    Case,
    Command,
    Event,
    InvalidValue,
    Message,
    Order,
    Party,
    Policy,
    Refused,
    evolve,
    fold,
    label,
    messages_for,
)
from ordercancel.engine.decide import register
from ordercancel.engine.handling import Step, fire_due, handle
from ordercancel.engine.labels import QueueRow, queue_row
from samples import BUYING, PERMITTING, jst, order

ID = "762544202"
MORNING = jst(15, 9)
NOON = jst(15, 12)
EVENING = jst(15, 18)


@attrs.frozen
class Done:
    """What came of a command, or of a deadline."""

    case: Case
    events: tuple[Event, ...]
    messages: tuple[Message, ...]

    @property
    def names(self) -> list[str]:
        """The events, by their kinds."""
        return [type(event).__name__ for event in self.events]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules behind them, each once."""
        return tuple(dict.fromkeys(rule for event in self.events for rule in event.rules))

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """Who is told what, by which medium."""
        return [(each.audience, str(each.medium), each.subject) for each in self.messages]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes of the requests that closed."""
        return [str(each.outcome) for each in self.events if hasattr(each, "outcome")]


class House:
    """A case and its policy, with short words for what is done with it."""

    def __init__(
        self, policy: Policy, *, seller: Party | None = PERMITTING, buyer: Party = BUYING
    ) -> None:
        self.policy = policy
        self.seller = seller
        self.parties = {"b-1": buyer, "s-1": seller}
        self.case: Case

    def register(self, at: datetime = MORNING, **changes: object) -> House:
        """Register the sample order, with `changes`."""
        made: Order = order(self.policy.name, **changes)
        self.case = fold(register(made, self.policy, at))
        return self

    def do(self, command: Command, at: datetime = NOON) -> Done:
        """What is due fires, then the command is judged."""
        handled = handle(command, self.case, self.policy, at, seller=self.seller)
        done = self._done(handled.steps)
        self.case = handled.case
        if handled.refused is not None:
            raise handled.refused
        return done

    def tick(self, at: datetime) -> list[Done]:
        """What is due fires."""
        steps = fire_due(self.case, self.policy, at)
        found = [self._done((step,)) for step in steps]
        self.case = steps[-1].case if steps else self.case
        return found

    def _done(self, steps: tuple[Step, ...]) -> Done:
        case = steps[-1].case if steps else self.case
        messages = [
            message
            for step in steps
            for message in messages_for(step.events, step.case, self.policy, self.parties)
        ]
        events = tuple(event for step in steps for event in step.events)
        assert reduce(evolve, events, self.case) == case
        return Done(case, events, tuple(messages))

    def refusal(self, command: Command, at: datetime = NOON) -> Refused:
        """The refusal of a command; nothing but what was due has changed."""
        with pytest.raises(Refused) as refused:
            self.do(command, at)
        return refused.value

    def wrong(self, command: Command, at: datetime = NOON) -> InvalidValue:
        """What is wrong with the input; nothing at all has changed."""
        before = self.case
        with pytest.raises(InvalidValue) as wrong:
            self.do(command, at)
        assert self.case is before
        return wrong.value

    def row(self, at: datetime = NOON, lang: str = "ja") -> QueueRow:
        """The row of the queue."""
        row = queue_row(self.case, self.policy, lang, at)
        assert row is not None
        return row

    def reads(self, role: str, lang: str = "ja") -> str:
        """What somebody of a role reads."""
        return label(self.case, self.policy, role, lang, parties=self.parties)

    @property
    def status(self) -> str:
        """The status of the order."""
        return self.case.order.status

    @property
    def request(self) -> str | None:
        """The status of the latest request."""
        return None if self.case.latest is None else str(self.case.latest.status)

    @property
    def buyer_reads(self) -> str:
        return self.reads("buyer")

    @property
    def seller_reads(self) -> str:
        return self.reads("seller")
