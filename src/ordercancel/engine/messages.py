"""What people are told and read: events become messages, a case becomes labels and queue rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.events import Event, OrderAdvanced, OrderRegistered
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_MESSAGE, MAX_MESSAGE_ID
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.domain.texts import LANGS, Lang
from ordercancel.domain.trusted import trusted
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.notifications import Audience, Medium, Occasion, occasion_of_request
from ordercancel.rules.reasons import Catalogue
from ordercancel.rules.texts import REQUEST_STATUS_TEXTS

__all__ = ["InboxRow", "Message", "inbox_row", "label", "messages_for", "needs_messages"]


@attrs.frozen(kw_only=True)
class Message:
    """Something that a party must be told.

    Args:
        id: Stable: the same message has the same id each time it is delivered.
        order_id: The order that it is about.
        occasion: What happened.
        at: When it happened.
        audience: The side that it is for.
        party: The id of the buyer or seller; the directory knows his addresses.
        medium: How it reaches him.
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


@attrs.frozen(kw_only=True)
class InboxRow:
    """A row of the seller's queue (qoo10.3.grid), worded in one language, in the policy's zone.

    Args:
        state: 処理状態: what is to be done.
        completed_at: キャンセル・返品完了日: when the order was cancelled.
        reason: キャンセル・返品理由: the buyer's reason, with his own words.
        requested_at: キャンセル・返品要請日.
        placed_at: 注文日.
        shipped_at: 発送日.
        order_id: 注文番号.
        cart_id: カート番号.
        item: 商品.
    """

    state: str
    completed_at: datetime | None
    reason: str = attrs.field(repr=False)
    requested_at: datetime
    placed_at: datetime
    shipped_at: datetime | None
    order_id: str
    cart_id: str | None
    item: str | None


def messages_for(
    events: Iterable[Event],
    case: Case,
    policy: RuleSet,
    parties: Mapping[str, Party | None],
) -> tuple[Message, ...]:
    """The messages that `events` call for, each in the language of its reader.

    Args:
        events: The events of one decision, the last that were folded into `case`.
        case: The case after them.
        policy: The policy that words them.
        parties: The buyer and the seller by id; who is missing or None is written to by his id,
            in Japanese.
    """
    told = tuple(events)
    order = case.order
    messages: list[Message] = []
    for version, event in enumerate(told, case.version - len(told) + 1):
        if isinstance(event, OrderRegistered | OrderAdvanced):
            continue  # about no request, and so an occasion of nothing
        for each in policy.notifications_for(event):
            reader = order.buyer if each.to is Audience.BUYER else order.seller
            party = parties.get(reader)
            lang = "ja" if party is None else party.locale
            values = _Values(case, case.request(event.number), policy, lang, parties)
            subject = each.subject.fill(lang, values)
            body = each.body.fill(lang, values)
            # What people wrote may be no line: then a message checks itself, and says so.
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


def label(
    case: Case,
    policy: RuleSet,
    audience: Audience | str,
    lang: Lang,
    *,
    parties: Mapping[str, Party | None] | None = None,
) -> str:
    """What one side reads for the state of a case.

    The first line is what a list of orders shows; the lines after it, if any, are what the page of
    the order adds, such as the reason. Where nobody has asked, or the order was shipped after the
    request was closed, the status of the order is read; where the policy has no words of its own,
    the plain status of an open request, and else that of the order.
    """
    request = case.latest
    if request is not None and not _shipped_since(case.order, request):
        occasion = occasion_of_request(request)
        for each in policy.wording.labels:
            if (each.on, each.to) == (occasion, audience):
                return each.text.fill(lang, _Values(case, request, policy, lang, parties or {}))
        if request.is_open:
            return REQUEST_STATUS_TEXTS[request.status][lang]
    return policy.wording.statuses[case.order.status][lang]


def inbox_row(case: Case, policy: RuleSet, lang: Lang) -> InboxRow | None:
    """The row of a case in the seller's queue; None where nobody has asked to cancel it."""
    request = case.latest
    if request is None:
        return None
    states = {counter.status: counter.state for counter in policy.wording.counters}
    state = states.get(request.status) or REQUEST_STATUS_TEXTS[request.status]
    return InboxRow(
        state=state[lang],
        completed_at=_local(
            request.closed_at if request.status is RequestStatus.GRANTED else None, policy
        ),
        reason=_worded(policy.request_reasons, request.reason, request.text, lang),
        requested_at=request.at.astimezone(policy.tzinfo),
        placed_at=case.order.placed_at.astimezone(policy.tzinfo),
        shipped_at=_local(case.order.shipped_at, policy),
        order_id=case.order.id,
        cart_id=case.order.cart_id,
        item=case.order.item,
    )


def _local(moment: datetime | None, policy: RuleSet) -> datetime | None:
    return None if moment is None else moment.astimezone(policy.tzinfo)


def _shipped_since(order: Order, request: CancellationRequest) -> bool:
    closed, shipped = request.closed_at, order.shipped_at
    return closed is not None and shipped is not None and shipped > closed


class _Values(dict[str, str]):
    """The variables of a text about `request`, each worked out when a text asks for it."""

    def __init__(
        self,
        case: Case,
        request: CancellationRequest,
        policy: RuleSet,
        lang: Lang,
        parties: Mapping[str, Party | None],
    ) -> None:
        super().__init__()
        self.order = case.order
        self.request = request
        self.policy = policy
        self.lang = lang
        self.parties = parties

    def __missing__(self, name: str) -> str:
        value = self[name] = _VALUES[name](self)
        return value


def _reason(about: _Values) -> str:
    request = about.request
    return _worded(about.policy.request_reasons, request.reason, request.text, about.lang)


def _answer(about: _Values) -> str:
    answer = about.request.answer
    if answer is None:
        return ""
    return _worded(about.policy.rejection_reasons, answer.reason, answer.text, about.lang)


_VALUES: Mapping[str, Callable[[_Values], str]] = {
    "order_id": lambda about: about.order.id,
    "item": lambda about: about.order.item or "",
    "cart_id": lambda about: about.order.cart_id or "",
    "buyer_name": lambda about: _name(about.order.buyer, about.parties),
    "seller_name": lambda about: _name(about.order.seller, about.parties),
    "reason": _reason,
    "buyer_text": lambda about: about.request.text or "",
    "answer": _answer,
    "withdrawal_text": lambda about: about.request.withdrawal_text or "",
}
"""What each variable of a text says (`ordercancel.rules.texts.PLACEHOLDERS`)."""


def _worded(catalogue: Catalogue, code: str | None, text: str | None, lang: Lang) -> str:
    """A reason as people read it: its label, its text, or both."""
    reason = catalogue.reason(code)
    named = code or "" if reason is None else reason.label[lang]
    if not named or not text:
        return named or text or ""
    return f"{named}：{text}" if lang == "ja" else f"{named}: {text}"


def _name(party_id: str, parties: Mapping[str, Party | None]) -> str:
    party = parties.get(party_id)
    return party_id if party is None else party.name
