"""The values of the ``{placeholders}`` in notifications and labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.requests import CancellationRequest
from ordercancel.domain.texts import Lang
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.reasons import Catalogue


class Placeholders(dict[str, str]):
    """The values for a text about `request` in one language, each computed on first use.

    Args:
        case: The case with the order.
        request: The request that the text is values.
        policy: The policy whose catalogues have the reasons.
        lang: The language.
        parties: The buyer and the seller by id. One who is missing is named by their id.
    """

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
        value = self[name] = _VALUE_OF[name](self)
        return value


def _reason(values: Placeholders) -> str:
    request = values.request
    return reason_text(values.policy.request_reasons, request.reason, request.text, values.lang)


def _answer(values: Placeholders) -> str:
    answer = values.request.answer
    if answer is None:
        return ""
    return reason_text(values.policy.rejection_reasons, answer.reason, answer.text, values.lang)


_VALUE_OF: Mapping[str, Callable[[Placeholders], str]] = {
    "order_id": lambda values: values.order.id,
    "item": lambda values: values.order.item or "",
    "cart_id": lambda values: values.order.cart_id or "",
    "buyer_name": lambda values: _name(values.order.buyer, values.parties),
    "seller_name": lambda values: _name(values.order.seller, values.parties),
    "reason": _reason,
    "buyer_text": lambda values: values.request.text or "",
    "answer": _answer,
    "withdrawal_text": lambda values: values.request.withdrawal_text or "",
}
"""The value of each placeholder (`ordercancel.rules.notifications.PLACEHOLDERS`)."""


def reason_text(catalogue: Catalogue, code: str | None, text: str | None, lang: Lang) -> str:
    """A reason as people read it: its label, its text, or both."""
    reason = catalogue.reason(code)
    named = code or "" if reason is None else reason.label[lang]
    if not named or not text:
        return named or text or ""
    return f"{named}：{text}" if lang == "ja" else f"{named}: {text}"


def _name(party_id: str, parties: Mapping[str, Party | None]) -> str:
    party = parties.get(party_id)
    return party_id if party is None else party.name
