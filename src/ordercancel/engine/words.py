"""Words: the variables of texts about a case, and reasons as people read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Judged, Reject, RequestCancellation
from ordercancel.domain.money import Money
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import Amounts, Quote
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.quoting import quote_if_approved
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.standard_texts import CONSEQUENCE_TEXTS

YES, NO = Text("はい", "yes"), Text("いいえ", "no")


class Words(dict[str, str]):
    """The variables of a text about a case, each worked out when a text asks for it.

    Args:
        case: The case; its latest request is meant.
        policy: The policy that words it.
        lang: The language.
        parties: What is known of the parties, by id.
        reader: The id of the reader.
        due_at: When the deadline is or was due that it is about.
        quote: What was just given back.
    """

    __slots__ = ("case", "due_at", "lang", "parties", "policy", "quote", "reader")

    def __init__(
        self,
        case: Case,
        policy: RuleSet,
        lang: Lang,
        parties: Mapping[str, Party | None],
        *,
        reader: str = "",
        due_at: datetime | None = None,
        quote: Quote | None = None,
    ) -> None:
        super().__init__()
        self.case = case
        self.policy = policy
        self.lang = lang
        self.parties = parties
        self.reader = reader
        self.due_at = due_at
        self.quote = quote

    def __missing__(self, name: str) -> str:
        write = _WORDS.get(name)
        value = self[name] = self.fact(name) if write is None else write(self)
        return value

    def fact(self, name: str) -> str:
        """A fact of the policy's own: of the order, or of the latest request."""
        request = self.case.latest
        fact = self.case.order.facts.get(name, request and request.data.get(name))
        return "" if fact is None else self.shown(fact)

    def addressee(self) -> str:
        """The reader as the head of a letter names them."""
        role = self.policy.roles.get(self.reader)
        if role is not None and role.party is None:
            name = self.policy.role_text(self.reader)[self.lang]
        else:
            name = self.name_of(self.reader)
        if self.lang != "ja":
            return name
        party = self.parties.get(self.reader)
        return f"{name} {'御中' if party is not None and party.is_business else '様'}"

    def contact_of(self, party_id: str) -> str:
        """Where to turn to for a party; nothing where nobody said."""
        party = self.parties.get(party_id)
        return "" if party is None else party.contact or ""

    def signature(self) -> str:
        """The end of a message."""
        text = self.policy.signature
        return "" if text is None else text.fill(self.lang, self)

    def name_of(self, party_id: str) -> str:
        """What a party is called; the id of one that nobody knows."""
        party = self.parties.get(party_id)
        return party_id if party is None else party.name

    def shown(self, value: object) -> str:
        """A value of a fact; a moment on the clock of the policy's zone."""
        return shown(value, self.policy.tzinfo, self.lang)

    def shown_due(self) -> str:
        """When it is due; nothing where no deadline is meant."""
        return "" if self.due_at is None else shown_due(self.due_at, self.policy.tzinfo, self.lang)


def amount_text(amount: int, money: Money, lang: Lang) -> str:
    """An amount with its currency, as people read it: 1,500円, USD 12.34."""
    whole, rest = divmod(amount, 10**money.digits)
    number = f"{whole:,}.{rest:0{money.digits}}" if money.digits else f"{whole:,}"
    return (
        f"{number}円" if (lang, money.currency) == ("ja", "JPY") else f"{money.currency} {number}"
    )


def refund_text(quote: Quote | None, money: Money | None, lang: Lang) -> str:
    """What is given back, and the fee; empty where nothing is quoted."""
    if quote is None or money is None:
        return ""
    amounts = {name: amount_text(getattr(quote, name), money, lang) for name in ("refund", "fee")}
    return CONSEQUENCE_TEXTS["refund"].fill(lang, amounts)


def shown(value: object, zone: tzinfo, lang: Lang) -> str:
    """A value of a fact as people read it; a moment on the clock of `zone`."""
    if isinstance(value, bool):
        return (YES if value else NO)[lang]
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return f"{shown(local.date(), zone, lang)} {local.hour:02}:{local.minute:02}"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日" if lang == "ja" else value.isoformat()
    return str(value)


def shown_due(due_at: datetime, zone: tzinfo, lang: Lang) -> str:
    """The moment that is too late, as people read it: what ends with a day reads 24:00 of it."""
    local = due_at.astimezone(zone)
    if local.time() == time():
        return f"{shown(local.date() - timedelta(days=1), zone, lang)} 24:00"
    return shown(local, zone, lang)


def reason_words(
    policy: RuleSet, kind: type[Judged], code: str | None, text: str | None, lang: Lang
) -> str:
    """A reason as people read it: its label, its text, or both."""
    reason = policy.reason(kind, code) if code is not None else None
    named = code or ""
    if reason is not None:
        named = policy.reason_text(reason)[lang]
    if not named or not text:
        return named or text or ""
    return f"{named}（{text}）" if lang == "ja" else f"{named}: {text}"


def _reason(about: Words) -> str:
    request = about.case.latest
    if request is None:
        return ""
    return reason_words(
        about.policy, RequestCancellation, request.reason, request.text, about.lang
    )


def _answer(about: Words) -> str:
    answer = None if about.case.latest is None else about.case.latest.answer
    if answer is None:
        return ""
    return reason_words(about.policy, Reject, answer.reason, answer.text, about.lang)


def _refund(about: Words) -> str:
    quote, money = _quote(about), about.case.order.money
    if money is None or (quote is None and not about.case.units.given):
        return ""
    refund = sum(about.case.units.given.values()) if quote is None else quote.refund
    return amount_text(refund, money, about.lang)


def _fee(about: Words) -> str:
    quote, money = _quote(about), about.case.order.money
    return "" if quote is None or money is None else amount_text(quote.fee, money, about.lang)


def _quote(about: Words) -> Quote | None:
    """What was just given back, or what approving the open request would give back."""
    return about.quote or quote_if_approved(about.case, about.policy)


def units_text(units: Amounts, order: Order, lang: Lang) -> str:
    """Units of lines as people read them: 皿 2点、鉢 1点, or 2 × plate, 1 × bowl."""
    called = {line.id: line.item or line.id for line in order.lines}
    one = Text("{item} {count}点", "{count} × {item}")
    return Text("、", ", ")[lang].join(
        one.fill(lang, {"item": called.get(name, name), "count": f"{count:,}"})
        for name, count in units.items()
    )


def _units(about: Words) -> str:
    request, order = about.case.latest, about.case.order
    return "" if request is None else units_text(request.lines, order, about.lang)


_WORDS: Mapping[str, Callable[[Words], str]] = {
    "order_id": lambda about: about.case.order.id,
    "item": lambda about: about.case.order.item or "",
    "cart_id": lambda about: about.case.order.cart_id or "",
    "placed_at": lambda about: about.shown(about.case.order.placed_at),
    "status": lambda about: about.policy.status_text(about.case.order.status)[about.lang],
    "buyer_name": lambda about: about.name_of(about.case.order.buyer),
    "seller_name": lambda about: about.name_of(about.case.order.seller),
    "reader_name": lambda about: about.name_of(about.reader),
    "addressee": Words.addressee,
    "buyer_contact": lambda about: about.contact_of(about.case.order.buyer),
    "seller_contact": lambda about: about.contact_of(about.case.order.seller),
    "signature": Words.signature,
    "reason": _reason,
    "text": lambda about: (about.case.latest and about.case.latest.text) or "",
    "answer": _answer,
    "withdrawal_text": lambda about: (
        (about.case.latest and about.case.latest.withdrawal_text) or ""
    ),
    "due_at": Words.shown_due,
    "refund": _refund,
    "fee": _fee,
    "units": _units,
}
"""What each variable of a text says (`ordercancel.rules.notifications.PLACEHOLDERS`)."""
