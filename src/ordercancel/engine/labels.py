"""Labels and rows: the text that a buyer or a seller reads for the state of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import REFUND_OPEN, Case
from ordercancel.domain.refunds import Refund
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.domain.texts import Lang
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.compilation import holds
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.timers import OVERDUE, Timer, running
from ordercancel.engine.words import Words, shown_due
from ordercancel.rules.deadlines import Do
from ordercancel.rules.standard_texts import DUE_TEXT, UNITS_TEXT
from ordercancel.rules.texts import Label


def label(
    case: Case,
    policy: RuleSet,
    reader: str,
    lang: Lang,
    *,
    parties: Mapping[str, Party | None] | None = None,
) -> str:
    """What somebody of the role `reader` reads for the state of a case.

    The first line is what a list of orders shows; the lines after it, if any, are what the page of
    the order adds, such as the reason. The request is read while it is open, or was closed after
    the order was last shipped; else the status of the order is read.
    """
    read = label_of(case, policy, reader)
    if read is not None:
        due_at = _due_at(read.on, case, policy)
        words = Words(case, policy, lang, parties or {}, reader=reader, due_at=due_at)
        return policy.text(read.text).fill(lang, words)
    request = case.latest
    if request is not None and request.is_open:
        return policy.request_text(request.status)[lang]
    return policy.status_text(case.order.status)[lang]


def label_of(case: Case, policy: RuleSet, reader: str) -> Label | None:
    """The label that somebody of the role `reader` reads; None where they read a status."""
    request = case.latest
    facts = Facts(None, case, policy, case.updated_at or case.order.placed_at)
    for each in policy.labels:
        if (
            each.to == reader
            and _applies(each.on, case, request)
            and holds(policy, each.when, facts)
        ):
            return each
    return None


def _due_at(on: str, case: Case, policy: RuleSet) -> datetime | None:
    """When the mark was due that a label is on; else when the first deadline that runs is due."""
    marked = (mark.due_at for mark in case.marks if mark.code == on)
    run = (timer.due_at for timer in running(policy, case))
    return next(marked, None) or next(run, None)


def _applies(on: str, case: Case, request: CancellationRequest | None) -> bool:
    """Whether a label is about the request as it is read, or about a mark."""
    if on in RequestStatus.__members__.values():
        return request is not None and request.status == on and _is_read(request, case)
    return case.is_marked(on)


def _is_read(request: CancellationRequest, case: Case) -> bool:
    """Whether the request is what people read: by versions, never by clock times."""
    if request.is_open:
        return True
    closed, shipped = request.closed_version, case.shipped_version
    return shipped is None or (closed is not None and closed > shipped)


@attrs.frozen(kw_only=True)
class QueueRow:
    """A row of a queue (qoo10.3.grid), worded in one language, in the policy's zone.

    Args:
        order_id: 注文番号.
        policy: The name of the policy that judges the order.
        order_status: The code of the order's status.
        request: The number of its latest request.
        state: 処理状態: what is to be done.
        asked_by: Who asked.
        answerer: The role or side that is to answer; None for one that nobody had to.
        reason: キャンセル/返品理由: the reason, with the initiator's own words.
        requested_at: キャンセル/返品要請日.
        completed_at: キャンセル/返品完了日: when the order was cancelled.
        placed_at: 注文日.
        shipped_at: 発送日.
        cart_id: カート番号.
        item: 商品.
        deadlines: The ids of the deadlines that run, each with its due moment, the first first.
        marks: What the order or its request is marked with.
        is_overdue: Whether a deadline that marks as overdue is past, whether or not it has fired.
        refunds: The refunds that are not settled yet; none where nobody handles them.
        notes: What must be seen beside the state, in words: the units that are asked for, where
            the policy cancels parts; what is marked, or is past without
            having fired, and what is due, with the moment.
    """

    order_id: str
    policy: str
    order_status: str
    request: int
    state: str
    asked_by: Actor
    answerer: str | None
    reason: str = attrs.field(repr=False)
    requested_at: datetime
    completed_at: datetime | None
    placed_at: datetime
    shipped_at: datetime | None
    cart_id: str | None
    item: str | None
    deadlines: tuple[tuple[str, datetime], ...]
    marks: tuple[str, ...]
    is_overdue: bool
    refunds: tuple[Refund, ...]
    notes: tuple[str, ...]


def queue_row(case: Case, policy: RuleSet, lang: Lang, now: datetime) -> QueueRow | None:
    """The row of a case in a queue; None where nobody has asked to cancel it."""
    request = case.latest
    if request is None:
        return None
    order, run = case.order, running(policy, case)

    def local(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(policy.tzinfo)

    return QueueRow(
        order_id=order.id,
        policy=order.policy,
        order_status=order.status,
        request=request.number,
        state=_state(case, request, policy, lang),
        asked_by=request.by,
        answerer=request.answerer,
        reason=Words(case, policy, lang, {})["reason"],
        requested_at=request.at.astimezone(policy.tzinfo),
        completed_at=local(
            request.closed_at if request.status is RequestStatus.APPROVED else None
        ),
        placed_at=order.placed_at.astimezone(policy.tzinfo),
        shipped_at=local(order.shipped_at),
        cart_id=order.cart_id,
        item=order.item,
        deadlines=tuple((timer.deadline.id, timer.due_at) for timer in run),
        marks=tuple(dict.fromkeys(mark.code for mark in case.present_marks)),
        is_overdue=any(is_overdue(timer, now) for timer in run),
        refunds=tuple(each for each in case.refunds if each.is_open),
        notes=tuple(dict.fromkeys(_notes(case, policy, lang, now, run))),
    )


def _notes(
    case: Case, policy: RuleSet, lang: Lang, now: datetime, run: Sequence[Timer]
) -> Iterator[str]:
    """What is marked; of what runs that it is past, or when it is due."""
    units = "" if policy.whole_orders_only else Words(case, policy, lang, {})["units"]
    if units:
        yield UNITS_TEXT.fill(lang, {"units": units})
    if case.is_refund_open:
        yield policy.mark_text(REFUND_OPEN)[lang]
    for mark in case.present_marks:  # what was overdue, and was answered then, is so no more
        if mark.code != OVERDUE:
            yield policy.mark_text(mark.code)[lang]
    for timer in run:
        deadline = timer.deadline
        if deadline.then.do is Do.MARK and timer.due_at <= now:
            yield policy.mark_text(deadline.then.argument or "")[lang]
        else:
            due = shown_due(timer.due_at, policy.tzinfo, lang)
            name = policy.deadline_text(deadline)[lang]
            yield DUE_TEXT.fill(lang, {"deadline": name, "due": due})


def is_overdue(timer: Timer, now: datetime) -> bool:
    """Whether a running deadline is past that marks something as overdue."""
    then = timer.deadline.then
    return then.do is Do.MARK and then.argument == OVERDUE and timer.due_at <= now


def _state(case: Case, request: CancellationRequest, policy: RuleSet, lang: Lang) -> str:
    """What a row reads: by the counter of the request's status, if it is an order's that waits."""
    at_once = request.status is RequestStatus.APPROVED and request.answerer is None
    if at_once and case.order.status == policy.orders.cancelled:  # and no part of it alone
        return policy.status_text(case.order.status)[lang]
    for counter in policy.counters:
        if counter.on == request.status:
            return policy.text(counter.state or counter.label)[lang]
    return policy.request_text(request.status)[lang]
