"""Messages: the mails and notices to the buyer and the seller that events give rise to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event, OrderAdvanced, OrderRegistered
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_MESSAGE, MAX_MESSAGE_ID
from ordercancel.domain.texts import LANGS, Lang
from ordercancel.domain.trusted import trusted
from ordercancel.engine.placeholders import Placeholders
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.notifications import Audience, Medium, Occasion


@attrs.frozen(kw_only=True)
class Message:
    """A message to a party, as the outbox holds it until it is delivered.

    Args:
        id: Stable: the same message has the same id each time it is delivered.
        order_id: The order that it is about.
        occasion: What happened.
        at: When it happened.
        audience: The side that it is for.
        party: The id of the buyer or seller; the directory knows their addresses.
        medium: How it reaches them.
        locale: The language that it is in.
        subject: One line, without any character that could end it or hide a part of it.
        body: One line or several, as plain text: escape it where it becomes HTML.
    """

    id: str
    order_id: str
    occasion: Occasion
    at: datetime
    audience: Audience
    party: str
    medium: Medium
    locale: Lang
    subject: str = attrs.field(repr=False)
    body: str = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Message")
        faults.line("id", self.id, most=MAX_MESSAGE_ID)
        faults.line("order_id", self.order_id)
        faults.instance("occasion", self.occasion, Occasion, "an Occasion")
        faults.time("at", self.at)
        faults.instance("audience", self.audience, Audience, "an Audience")
        faults.line("party", self.party)
        faults.instance("medium", self.medium, Medium, "a Medium")
        faults.choice("locale", self.locale, LANGS)
        faults.header("subject", self.subject)
        faults.text("body", self.body, optional=False, most=MAX_MESSAGE)
        faults.raise_if_any()


def messages_for(
    events: Iterable[Event],
    case: Case,
    policy: RuleSet,
    parties: Mapping[str, Party | None],
) -> tuple[Message, ...]:
    """Word the messages that `events` call for, each in the language of its reader.

    Args:
        events: The events of one decision, the last that were folded into `case`.
        case: The case after them.
        policy: The policy that words them.
        parties: The buyer and the seller by id; one who is missing or None is addressed by
            their id, in Japanese.
    """
    new_events = tuple(events)
    order = case.order
    messages: list[Message] = []
    for version, event in enumerate(new_events, case.version - len(new_events) + 1):
        if isinstance(event, OrderRegistered | OrderAdvanced):
            continue  # about no request, and so an occasion of nothing
        for each in policy.notifications_for(event):
            reader = order.buyer if each.to is Audience.BUYER else order.seller
            party = parties.get(reader)
            lang = "ja" if party is None else party.locale
            values = Placeholders(case, case.request(event.number), policy, lang, parties)
            subject = each.subject.fill(lang, values)
            body = each.body.fill(lang, values)
            # What people wrote may be no printable line; only then need the message check itself.
            plain = subject.isprintable() and len(subject) + len(body) <= MAX_MESSAGE
            message = trusted(Message) if plain else Message
            for medium in each.media:
                messages.append(
                    message(
                        id=f"{order.id}:{version}:{each.to}:{medium}",
                        order_id=order.id,
                        occasion=each.on,
                        at=event.at,
                        audience=each.to,
                        party=reader,
                        medium=medium,
                        locale=lang,
                        subject=subject,
                        body=body,
                    )
                )
    return tuple(messages)


def needs_messages(events: Iterable[Event], policy: RuleSet) -> bool:
    """Whether `events` call for any message."""
    return any(map(policy.notifications_for, events))
