"""Labels and queue rows: what each side reads for the state of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.domain.texts import Lang
from ordercancel.engine.placeholders import Placeholders, reason_text
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.notifications import Audience, occasion_of_request
from ordercancel.rules.texts import REQUEST_STATUS_TEXTS


@attrs.frozen(kw_only=True)
class InboxRow:
    """A row of the seller's queue (qoo10.3.grid), worded in one language, in the policy's zone.

    Args:
        state: 処理状態: what is to be done.
        completed_at: キャンセル・返品完了日: when the order was cancelled.
        reason: キャンセル・返品理由: the buyer's reason, with its text.
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
                return each.text.fill(
                    lang, Placeholders(case, request, policy, lang, parties or {})
                )
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
        reason=reason_text(policy.request_reasons, request.reason, request.text, lang),
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
