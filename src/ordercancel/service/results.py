"""The values that a service returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import Event
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.labels import InboxRow, inbox_row
from ordercancel.engine.messages import Message
from ordercancel.policy.policy import Policy
from ordercancel.service.records import DueDuty, InboxCursor, Page, Tally

MAX_COUNT = 10_000
"""The most that a page, a tick or a relay may ask for at once."""

A_COUNT = f"a whole number, 1 to {MAX_COUNT}"


@attrs.frozen(kw_only=True)
class Outcome:
    """What a command changed.

    Args:
        case: The case after it.
        events: What happened, in order.
        messages: The messages that were put into the outbox with it.
        repeated: Whether this is the outcome of an earlier command with the same id.
    """

    case: Case
    events: tuple[Event, ...]
    messages: tuple[Message, ...] = ()
    repeated: bool = False

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules and deadlines behind the events, each once."""
        return tuple(dict.fromkeys(rule for event in self.events for rule in event.rules))


@attrs.frozen(kw_only=True)
class Skipped:
    """A duty that was due and could not be acted on, with the error that says why."""

    duty: DueDuty
    error: Exception


@attrs.frozen(kw_only=True)
class Ticked:
    """What a tick did.

    Args:
        outcomes: The outcome of each deadline that acted.
        skipped: The duties that could not be acted on.
        more: Whether more is due than the tick's budget allowed.
    """

    outcomes: tuple[Outcome, ...]
    skipped: tuple[Skipped, ...]
    more: bool


@attrs.frozen(kw_only=True)
class Relayed:
    """What a relay did with the messages that it claimed, by their ids.

    Args:
        delivered: Those that were delivered.
        failed: Those that will be tried again.
        dead: Those that are not tried again.
        more: Whether as many as the limit were claimed, so that there may be more.
    """

    delivered: tuple[str, ...]
    failed: tuple[str, ...]
    dead: tuple[str, ...]
    more: bool


@attrs.frozen(kw_only=True)
class InboxPage:
    """A page of a seller's queue; pass `next` as `after` to read the page behind it."""

    rows: tuple[InboxRow, ...]
    next: InboxCursor | None


def inbox_page(page: Page, editions: Sequence[Policy], lang: Lang) -> InboxPage:
    """Return a page as rows in words of `lang`, each by the edition of its case.

    A case whose edition is no longer among `editions` is worded by the first, the latest one.
    """
    by_edition = {edition.edition: edition for edition in editions}
    rows = (
        inbox_row(case, by_edition.get(case.edition, editions[0]), lang) for case in page.cases
    )
    return InboxPage(rows=tuple(row for row in rows if row is not None), next=page.next)


@attrs.frozen(kw_only=True)
class Count:
    """A number on the seller's front page, and how many of it are overdue (qoo10.3.counters)."""

    status: RequestStatus
    label: Text
    count: int
    overdue: int


def counts(policy: Policy, tallies: Iterable[Tally]) -> tuple[Count, ...]:
    """Return the counters of `policy` in its order, 0 where no tally has the status."""
    by_status = {tally.status: tally for tally in tallies}
    found = []
    for counter in policy.wording.counters:
        tally = by_status.get(counter.status)
        found.append(
            Count(
                status=counter.status,
                label=counter.label,
                count=tally.count if tally else 0,
                overdue=tally.overdue if tally else 0,
            )
        )
    return tuple(found)


def wrong_kind(field: str, value: object, expected: str) -> InvalidValue:
    """Return the error for an argument of a service that is a `value` of another kind."""
    return InvalidValue([Fault(f"service.{field}", f"is a {type(value).__name__}", expected)])
