"""The values that a service returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.cases import REFUND_OPEN, Case
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import Event
from ordercancel.domain.faults import Faults
from ordercancel.domain.obligations import Obligation
from ordercancel.domain.quotes import Quote
from ordercancel.domain.requests import OPEN
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.handling import fired_among
from ordercancel.engine.labels import QueueRow, queue_row
from ordercancel.engine.messages import Message
from ordercancel.engine.options import Option
from ordercancel.engine.quoting import quote_in
from ordercancel.policy.policy import Policy
from ordercancel.rules.roles import HOUSE
from ordercancel.rules.texts import ANY_OPEN
from ordercancel.service.records import DueOrder, InboxCursor, Page, Queue, Tally

MAX_COUNT = 10_000
"""The most that a page, a tick or a relay may ask for at once."""

A_COUNT = f"a whole number, 1 to {MAX_COUNT}"


@attrs.frozen(kw_only=True)
class Outcome:
    """What a command changed.

    Args:
        case: The case after it.
        events: What happened, in order, by the deadlines that were due and by the command.
        messages: The messages that were put into the outbox with it.
        obligations: What the host must do, put into the outbox with it.
        repeated: Whether this is the outcome of an earlier command with the same id.
    """

    case: Case
    events: tuple[Event, ...]
    messages: tuple[Message, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    repeated: bool = False

    @property
    def fired(self) -> tuple[Event, ...]:
        """Those of the events that came of deadlines."""
        return fired_among(self.events)

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of the rules and deadlines behind the events, each once."""
        return tuple(dict.fromkeys(rule for event in self.events for rule in event.rules))

    @property
    def quote(self) -> Quote | None:
        """What the units give back that were cancelled; None where there are none, or no price."""
        return quote_in(self.events)


@attrs.frozen(kw_only=True)
class Overview:
    """What a list of orders shows of one.

    Args:
        case: The case, as it is stored.
        label: What the reader reads for its state; see `label`.
        options: Every action, offered or not; see `options`.
    """

    case: Case
    label: str
    options: tuple[Option, ...]


@attrs.frozen(kw_only=True)
class Skipped:
    """An order with a deadline that was due and did not fire, with the error that says why."""

    order: DueOrder
    error: Exception


@attrs.frozen(kw_only=True)
class Ticked:
    """What a tick did.

    Args:
        outcomes: The outcome for each order of which something fired.
        skipped: The orders that were tried and of which nothing could fire.
        passed_over: The orders that were not tried, since this service lacks the edition that
            judges them or can't read their form: the first one of each kind, of 100 at most.
        more: Whether more is due than the tick's budget allowed.
    """

    outcomes: tuple[Outcome, ...]
    skipped: tuple[Skipped, ...]
    passed_over: tuple[Skipped, ...]
    more: bool


@attrs.frozen(kw_only=True)
class Reindexed:
    """What a reindexing did.

    Args:
        orders: How many orders' deadlines were reckoned anew.
        skipped: How many were left as they are: this service has no policy for them, can't read
            them, or can't write them now.
        named: The ids of these, of 100 at most.
    """

    orders: int
    skipped: int
    named: tuple[str, ...]


@attrs.frozen(kw_only=True)
class NotErased:
    """An order that a person could not be erased from, with the error that says why."""

    order_id: str
    error: Exception


@attrs.frozen(kw_only=True)
class Erased:
    """What an erasure did with the orders that it looked at.

    Args:
        orders: The ids of those that the person was erased from.
        skipped: Those that may have the person still.
        looked_at: How many orders were looked at.
        next: The id of the order to go on behind; None where all have been looked at.
    """

    orders: tuple[str, ...]
    skipped: tuple[NotErased, ...]
    looked_at: int
    next: str | None


@attrs.frozen(kw_only=True)
class Relayed:
    """What a relay did with the messages that it claimed, by their ids.

    Args:
        delivered: Those that were delivered.
        failed: Those that will be tried again.
        dead: Those that are not tried again.
        more: Whether as many as the limit were claimed, or the lease ended before all were tried,
            so that there may be more.
        obsolete: Those that were not sent because their request had been closed meanwhile.
    """

    delivered: tuple[str, ...]
    failed: tuple[str, ...]
    dead: tuple[str, ...]
    more: bool
    obsolete: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class InboxPage:
    """A page of a queue; pass `next` as `after` to read the page behind it.

    `unread` are the ids of orders on it whose cases this release can't read, which have no row.
    """

    rows: tuple[QueueRow, ...]
    next: InboxCursor | None
    unread: tuple[str, ...] = ()


Editions = Mapping[str, Sequence[Policy]]
"""The editions of policies by their name, the latest first."""


def inbox_page(page: Page, policies: Editions, lang: Lang | None, now: datetime) -> InboxPage:
    """Return a page as rows in words of `lang`, each by the edition of its case.

    A case whose edition is no longer there is worded by the latest one.
    """
    by_edition = {
        (name, policy.edition): policy
        for name, editions in policies.items()
        for policy in editions
    }
    rows: list[QueueRow | None] = []
    for case in page.cases:
        name = case.order.policy
        policy = by_edition.get((name, case.edition), policies[name][0])
        rows.append(queue_row(case, policy, lang or policy.languages[0], now))
    return InboxPage(
        rows=tuple(row for row in rows if row is not None), next=page.next, unread=page.unread
    )


@attrs.frozen(kw_only=True)
class Count:
    """A number of a queue, and how many of it are overdue (qoo10.3.counters).

    Args:
        policy: The name of the policy that counts so.
        on: The status of the latest request, ``open``, or the code of a mark.
        label: What the number is called.
        count: How many orders.
        overdue: How many of them have a deadline past that marks them as overdue, fired or not.
    """

    policy: str
    on: str
    label: Text
    count: int
    overdue: int


def counts(policies: Editions, tallies: Iterable[Tally], *, obliges: bool) -> tuple[Count, ...]:
    """Return the counters of each policy's latest edition in its order, 0 where there is none.

    That of open refunds is left out where nobody handles refunds: it would say that none is owed.
    """
    by_state = {(tally.policy, tally.on): tally for tally in tallies}
    numbers = []
    for name, (policy, *_) in policies.items():
        for counter in policy.counters:
            if counter.on == REFUND_OPEN and not obliges:
                continue
            states = OPEN if counter.on == ANY_OPEN else (counter.on,)
            counted = [each for on in states if (each := by_state.get((name, on)))]
            numbers.append(
                Count(
                    policy=name,
                    on=str(counter.on),
                    label=policy.text(counter.label),
                    count=sum(each.count for each in counted),
                    overdue=sum(each.overdue for each in counted),
                )
            )
    return tuple(numbers)


def queue_of(actor: object, policies: Editions) -> Queue:
    """Return whose requests an actor's queue has.

    Raises:
        InvalidValue: They are no actor, or of a role that has no queue: the requests of carriers
            and the like are in the queues of their side.
    """
    if not isinstance(actor, Actor):
        raise wrong_kind("actor", actor, "a Buyer, Seller, Operator or System")
    names = frozenset(policies)
    roles = {
        name: role
        for editions in policies.values()
        for policy in editions
        for name, role in policy.roles.items()
    }
    role = roles.get(actor.role)
    if role is not None and role.party == "buyer":
        return Queue(buyer=actor.id, policies=names)
    if role is not None and role.party == "seller":
        return Queue(seller=actor.id, policies=names)
    if role is not None and role.party is None:
        house = {name for name, each in roles.items() if each.side == HOUSE}
        return Queue(answerers=frozenset({*house, f"{HOUSE}_side"}), policies=names)
    problem = f"has the role {actor.role!r}"
    raise InvalidValue([Fault("service.actor", problem, "a buyer, a seller or one of the house")])


def reader_of(actor: Actor, policy: Policy) -> str:
    """Return the role whose labels an actor reads: their own, their side's, or the seller's."""
    if any(each.to == actor.role for each in policy.labels):
        return actor.role
    role = policy.roles.get(actor.role)
    return "seller" if role is None or role.side == HOUSE else role.side


def check_language(lang: Lang | None, policy: Policy) -> Lang:
    """Return `lang`, or the first language of the policy for None.

    Raises:
        InvalidValue: The policy has no texts in it.
    """
    if lang is None:
        return policy.languages[0]
    if not isinstance(lang, str) or lang not in policy.languages:
        expected = f"one of the languages of {policy.name}: {', '.join(policy.languages)}"
        fault = Fault("service.lang", f"is {lang!r:.80}", expected, code="unknown_language")
        raise InvalidValue([fault])
    return lang


def wrong_kind(field: str, value: object, expected: str) -> InvalidValue:
    """Return the error for an argument of a service that is a `value` of another kind."""
    return InvalidValue([Fault(f"service.{field}", f"is a {type(value).__name__}", expected)])


_ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "policies": ("__iter__", "several policies"),
    "store": ("commit", "a store, such as SqlStore(url)"),
    "directory": ("find", "a directory, which finds parties, or None"),
    "notifier": ("deliver", "a notifier, which delivers messages, or None"),
    "obligations": ("fulfil", "a handler, which fulfils obligations, or None"),
    "clock": ("now", "a clock, which tells the time now, or None"),
    "conflicts": ("wait", "a Backoff"),
    "retries": ("wait", "a Backoff"),
    "observers": ("__iter__", "several observers"),
    "chance": ("__call__", "a function that returns a number from 0 to 1"),
}
"""A method by which each argument of a service is known, and what people know it as."""


def check_arguments(**arguments: object) -> None:
    """Raise `InvalidValue` with every argument of a service that is something else."""
    faults = Faults("service")
    for name, value in arguments.items():
        method, expected = _ARGUMENTS[name]
        is_left_out = value is None and expected.endswith("or None")
        if isinstance(value, type):
            faults.add(name, f"is the class {value.__name__}", expected)
        elif not is_left_out and not hasattr(value, method):
            faults.add(name, f"is of the type {type(value).__name__}", expected)  # no URL is shown
    faults.raise_if_any()
