"""Obligations: what the host must do when something happens, from the events of a decision.

Each has a key that follows from what it is for: the order, the request, the kind, and of a refund
the tender and the attempt. So it is the same whenever it is made, and stored before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ordercancel.domain.cases import Case
from ordercancel.domain.events import (
    Event,
    OrderCancelled,
    RefundOpened,
    RefundRetried,
    UnitsCancelled,
)
from ordercancel.domain.frozenmap import EMPTY
from ordercancel.domain.obligations import (
    Obligation,
    OwnObligation,
    RefundDue,
    Restock,
    StopShipment,
)
from ordercancel.domain.quotes import Quote
from ordercancel.domain.trusted import trusted
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.compilation import holds
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.notifications import change_of

_PLAIN = re.compile("[A-Za-z][A-Za-z0-9_-]{0,39}")


def refunds_opened(events: Iterable[Event], case: Case) -> tuple[Event, ...]:
    """The events by which refunds of a case become due because of `events`, of one decision.

    One for each tender that something goes back to; where there are no amounts, one for all.
    """
    opened: list[Event] = []
    for event in events:
        match event:
            case UnitsCancelled(quote=Quote(tenders=tenders)):
                opened += [
                    _opened(event, _name(tender, place), tender, amount, case)
                    for place, (tender, amount) in enumerate(tenders.items(), 1)
                    if amount
                ]
            case UnitsCancelled():
                opened.append(_opened(event, "all"))
            case OrderCancelled() if not case.order.lines:
                opened.append(_opened(event, "all"))
    return tuple(opened)


def _opened(
    event: UnitsCancelled | OrderCancelled,
    name: str,
    tender: str | None = None,
    amount: int | None = None,
    case: Case | None = None,
) -> Event:
    money = None if case is None else case.order.money
    return trusted(RefundOpened)(
        order_id=event.order_id,
        at=event.at,
        by=event.by,
        rules=event.rules,
        number=event.number,
        key=f"{event.order_id}:{event.number}:refund:{name}.1",
        tender=tender,
        amount=amount,
        currency=None if money is None else money.currency,
    )


def _name(tender: str, place: int) -> str:
    """What a key calls a tender: by its id, or where that is no plain word by its place."""
    return tender if _PLAIN.fullmatch(tender) else str(place)


def obligations_for(
    events: Iterable[Event], case: Case, policy: RuleSet
) -> tuple[Obligation, ...]:
    """What the host must do because of `events`, in order.

    Args:
        events: The events of one decision, the last that were folded into `case`.
        case: The case after them.
        policy: The policy, which may declare obligations of its own.
    """
    happened = tuple(events)
    return tuple(
        each
        for version, event in enumerate(happened, case.version - len(happened) + 1)
        for each in (*_of(event, case), *_own(event, version, case, policy))
    )


def still_stands(obligation: Obligation, case: Case) -> bool:
    """Whether it is still to be done: of a refund, whether its attempt has no outcome yet.

    Nor is an attempt made whose refund was settled meanwhile by an earlier one.
    """
    if not isinstance(obligation, RefundDue):
        return True
    refund, attempt = case.refund(obligation.key)
    return attempt.status == refund.status == "due"


def _of(event: Event, case: Case) -> Iterator[Obligation]:
    match event:
        case RefundOpened(key=key) | RefundRetried(next_key=key):
            refund, _ = case.refund(key)
            yield trusted(RefundDue)(
                key=key,
                order_id=event.order_id,
                at=event.at,
                request=refund.request,
                tender=refund.tender,
                amount=refund.amount,
                currency=refund.currency,
            )
        case UnitsCancelled(number=number, lines=lines):
            yield _of_lines(Restock, event, number, lines)
            yield _of_lines(StopShipment, event, number, lines)
        case OrderCancelled(number=number) if not case.order.lines:
            # What was shipped is back on the shelf when it has arrived there, and not before.
            if case.shipped_version is None:
                yield _of_lines(Restock, event, number)
            yield _of_lines(StopShipment, event, number)


def _of_lines(
    kind: Any, event: Event, number: int, lines: Mapping[str, int] = EMPTY
) -> Obligation:
    made: Obligation = trusted(kind)(
        key=f"{event.order_id}:{number}:{kind.kind}:host",
        order_id=event.order_id,
        at=event.at,
        request=number,
        lines=lines,
    )
    return made


def _own(event: Event, version: int, case: Case, policy: RuleSet) -> Iterator[Obligation]:
    """What a policy declares beside these."""
    change = change_of(event)
    for each in policy.obligations:
        facts = Facts(None, case, policy, event.at, by=event.by)
        if each.on == change and holds(policy, each.when, facts):
            yield OwnObligation(
                key=f"{event.order_id}:{version}:{each.kind}:host",
                order_id=event.order_id,
                at=event.at,
                request=len(case.requests),
                kind=each.kind,
                on=each.on,
            )
