"""Messages: what people are told when something happens, from the policy's notifications."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

import attrs

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.events import DeadlineFired, Event, RequestClosed
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_MESSAGE, MAX_MESSAGE_ID, MAX_REQUESTS
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import Quote
from ordercancel.domain.requests import CancellationRequest
from ordercancel.domain.texts import Lang
from ordercancel.domain.trusted import trusted
from ordercancel.engine.compilation import notifying
from ordercancel.engine.quoting import quote_in
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.words import Words
from ordercancel.rules.notifications import Medium, Notification, change_of
from ordercancel.rules.roles import HOUSE, holder_of


@attrs.frozen(kw_only=True)
class Message:
    """Something that somebody must be told.

    Args:
        id: Stable: the same message has the same id each time it is delivered.
        order_id: The order that it is about.
        on: What happened: the status that the request got, ``referred``, the code of a mark, or
            the id of a deadline.
        at: When it happened.
        audience: The role that it is for.
        party: The id of the reader; the directory knows their addresses. Of a role of the house
            the name of the role.
        medium: How it reaches them.
        locale: The language that its body is in.
        subject: One line, without any character that could end it or hide a part of it.
        body: One line or several, as plain text: escape it where it becomes HTML.
        request: The number of the request that it speaks of as open, so that it is obsolete once
            the request is closed; None where it tells of something else.
    """

    id: str
    order_id: str
    on: str
    at: datetime
    audience: str
    party: str
    medium: Medium
    locale: Lang
    subject: str = attrs.field(repr=False)
    body: str = attrs.field(repr=False)
    request: int | None = None

    def __attrs_post_init__(self) -> None:
        faults = Faults("Message")
        # Of an order of the first edition, whose ids may show less than they hold.
        faults.line("id", self.id, most=MAX_MESSAGE_ID, words=True)
        for field in ("order_id", "on", "audience", "party", "locale"):
            faults.line(field, getattr(self, field), words=True)
        faults.time("at", self.at)
        faults.instance("medium", self.medium, Medium, "a Medium")
        faults.header("subject", self.subject)
        faults.text("body", self.body, optional=False, most=MAX_MESSAGE)
        if self.request is not None:
            faults.number("request", self.request, 1, MAX_REQUESTS, "the number of a request")
        faults.settle(self)


def messages_for(
    events: Iterable[Event],
    case: Case,
    policy: RuleSet,
    parties: Mapping[str, Party | None],
) -> tuple[Message, ...]:
    """The messages that `events` call for, each in the language of its reader.

    What a deadline has marked and a later event of the same decision takes off is not told.

    Args:
        events: The events of one decision, the last that were folded into `case`.
        case: The case after them.
        policy: The policy that words them.
        parties: The readers by id; one that is missing or None is called by their id, and written
            to in the policy's first language.
    """
    messages: dict[str, Message] = {}
    happened = tuple(events)
    quote = quote_in(happened)
    for version, event, each, role in notified(happened, case, policy):
        for message in _worded(each, event, version, role, case, policy, parties, quote):
            messages.setdefault(message.id, message)
    return tuple(messages.values())


def notified(
    events: Iterable[Event], case: Case, policy: RuleSet
) -> Iterator[tuple[int, Event, Notification, str]]:
    """The notifications that `events` call for, once for each role that they are for.

    Each comes with its event, and with the version of the case that this event made.
    """
    happened = tuple(events)
    for version, event in enumerate(happened, case.version - len(happened) + 1):
        change = change_of(event)
        if change is None or _is_taken_off(event, case):
            continue
        for each in notifying(policy, change, case, event):
            for role in audiences_of(each, event.by, case, policy):
                yield version, event, each, role


def notifications_behind(
    events: Iterable[Event], case: Case, policy: RuleSet
) -> Mapping[str, Notification]:
    """The notification behind each message that `messages_for` gives, by the id of the message."""
    behind: dict[str, Notification] = {}
    for version, _, each, role in notified(events, case, policy):
        for medium in each.media:
            behind.setdefault(_id(case, version, role, medium), each)
    return behind


def _id(case: Case, version: int, role: str, medium: Medium) -> str:
    return f"{case.order.id}:{version}:{role}:{medium}"


def needs_messages(events: Iterable[Event], policy: RuleSet) -> bool:
    """Whether `events` may call for any message."""
    changes = map(change_of, events)
    return any(change is not None and policy.notifications_on(change) for change in changes)


def party_of(role: str, order: Order, policy: RuleSet) -> str | None:
    """The id of whoever has this role for an order; of a role of the house its name."""
    known = policy.roles.get(role)
    return role if known is None or known.party is None else holder_of(known, order)


def readers_of(case: Case, policy: RuleSet) -> tuple[str, ...]:
    """The ids of whoever a text about a case may name or be for, as a directory knows them.

    They are the buyer, the seller, the initiator and the answerer of the latest request, and the
    roles that notifications name.
    """
    request = case.latest
    initiator = () if request is None else (request.by.role,)
    named = (each.to for each in policy.notifications if each.to in policy.roles)
    roles = dict.fromkeys(("buyer", "seller", *initiator, *_answerer(request), *named))
    ids = (party_of(role, case.order, policy) for role in roles)
    return tuple(dict.fromkeys(each for each in ids if each is not None))


def _is_taken_off(event: Event, case: Case) -> bool:
    """Whether an event marks something that is not marked any more."""
    return (
        isinstance(event, DeadlineFired)
        and event.mark is not None
        and not any(
            (mark.deadline, mark.due_at) == (event.deadline, event.due_at) for mark in case.marks
        )
    )


def audiences_of(each: Notification, by: Actor, case: Case, policy: RuleSet) -> tuple[str, ...]:
    """The roles that a notification is for."""
    request = case.latest
    match each.to:
        case "initiator":
            return (request.by.role,) if request is not None else ()
        case "answerer":
            return tuple(_answerer(request))
        case "other_party":
            return tuple(_other_parties(request, policy))
        case "others":
            told = dict.fromkeys(("buyer", "seller", *_answerer(request)))
            return tuple(role for role in told if not _did(role, by, policy))
        case role:
            return (role,)


def _open_request(event: Event, case: Case, policy: RuleSet) -> int | None:
    """The number of the request that `event` says is open; None where it says nothing of it."""
    request = case.open_request
    match event:
        case RequestClosed():
            return None
        case DeadlineFired(mark=None, deadline=deadline):
            runs = policy.deadline(deadline).runs
            is_of_request = any(leaf.fact == "request" for leaf in runs.leaves())
            return request.number if request is not None and is_of_request else None
        case DeadlineFired(request=number):
            return number if request is not None and number == request.number else None
        case _:
            return None if request is None else request.number


def _answerer(request: CancellationRequest | None) -> Iterator[str]:
    """The role that is to answer; of a side its party."""
    if request is not None and request.answerer is not None:
        yield request.answerer.removesuffix("_side")


def _other_parties(request: CancellationRequest | None, policy: RuleSet) -> Iterator[str]:
    """The parties on the other side of the initiator; both, where the house asked."""
    role = None if request is None else policy.roles.get(request.by.role)
    side = HOUSE if role is None else role.side
    yield from (party for party in ("buyer", "seller") if party != side)


def _did(role: str, by: Actor, policy: RuleSet) -> bool:
    """Whether somebody of this role, or of its party's side, did it themselves."""
    doer = policy.roles.get(by.role)
    return role == by.role or (doer is not None and doer.side == role)


def _worded(
    each: Notification,
    event: Event,
    version: int,
    audience: str,
    case: Case,
    policy: RuleSet,
    parties: Mapping[str, Party | None],
    quote: Quote | None,
) -> Iterator[Message]:
    order = case.order
    reader = party_of(audience, order, policy)
    if reader is None:
        return
    party = parties.get(reader)
    lang = policy.languages[0] if party is None or party.locale is None else party.locale
    due_at = event.due_at if isinstance(event, DeadlineFired) else None
    values = Words(case, policy, lang, parties, reader=reader, due_at=due_at, quote=quote)
    titled, words = policy.text(each.subject), policy.text(each.body)
    # Better a gap in a message than an empty one.
    subject = titled.fill(lang, values) or titled.fill(lang, values, whole=True)
    body = words.fill(lang, values) or words.fill(lang, values, whole=True)
    # What people wrote may be no line: then a message checks itself, and says so.
    plain = subject.isprintable() and len(subject) + len(body) <= MAX_MESSAGE
    message: Callable[..., Message] = trusted(Message) if plain else Message
    request, locale = _open_request(event, case, policy), words.spoken(lang)
    for medium in each.media:
        yield message(
            id=_id(case, version, audience, medium),
            order_id=order.id,
            on=str(each.on),
            at=event.at,
            audience=audience,
            party=reader,
            medium=medium,
            locale=locale,
            subject=subject,
            body=body,
            request=request,
        )
