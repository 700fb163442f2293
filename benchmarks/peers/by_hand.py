"""By hand: what a good engineer writes for this one rule set, and tunes.

The floor. It trusts what it is given, gives every rule that forbids as the policy does, and knows
nothing else: no other policy, no missing facts, no explanation. Its events are ours, which check
their values when they are built; ours built as `decide` builds them, without checks; or
dictionaries.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.util import module_from_spec
from typing import Any

from ordercancel import (
    Approve,
    Buyer,
    Case,
    Reject,
    RequestCancellation,
    RequestStatus,
    Seller,
    Verdict,
)
from ordercancel.domain.events import CancellationRequested, Event, OrderCancelled, RequestClosed
from ordercancel.domain.trusted import trusted
from ordercancel.engine.decision import NOT_PERMITTED, Ruling, Satisfied
from ordercancel.policies import QOO10
from ordercancel.policy import Decision
from peers import building, dictionaries
from peers.building import (
    INSTANT_DELAYED,
    INSTANT_NEW,
    NINE_HOURS,
    OPEN,
    Answering,
    NotAllowed,
    is_confirmed,
)

_RULES = {rule.id: Satisfied(rule, leaf) for rule in QOO10.all_rules for _, leaf in rule.leaves()}
_NEW = Ruling(Verdict.CANCEL, (_RULES["qoo10.instant_new"],))
_DELAYED = Ruling(Verdict.CANCEL, (_RULES["qoo10.instant_delayed"],))
_REFER = Ruling(Verdict.REFER, (_RULES["qoo10.refer"],), to="seller")
_CANCELLED = _RULES["qoo10.cancelled"]
_NO_SECOND_REQUEST = _RULES["qoo10.no_second_request"]
_ONE_OPEN_REQUEST = _RULES["standard.one_open_request"]
_SHIPPED = _RULES["qoo10.shipped"]
_NOT_PERMITTED = Ruling(Verdict.REFUSE, code=NOT_PERMITTED)
_NOT_CANCELLABLE = Ruling(Verdict.REFUSE, code="not_cancellable")
_REJECTED = RequestStatus.REJECTED
_GONE = frozenset(("shipped", "delivered", "cancelled"))


def assess(command: RequestCancellation, case: Case, at: datetime) -> Decision:
    """What the rules say to a request, by whomever."""
    return Decision(
        _ruling(command, case, at), QOO10, RequestCancellation, (command, case, at, None)
    )


def _ruling(command: RequestCancellation, case: Case, at: datetime) -> Ruling:
    order, requests = case.order, case.requests
    status = order.status
    if type(command.by) is not Buyer:
        return _NOT_CANCELLABLE if status in _GONE else _NOT_PERMITTED
    forbids = []
    if requests and requests[-1].status in OPEN:
        forbids.append(_ONE_OPEN_REQUEST)
    for request in requests:
        if request.status is _REJECTED:
            forbids.append(_NO_SECOND_REQUEST)
            break
    if status == "shipped" or status == "delivered":  # noqa: PLR1714 - quicker than `in`
        forbids.append(_SHIPPED)
    elif status == "cancelled":
        forbids.append(_CANCELLED)
    if forbids:
        return Ruling(Verdict.REFUSE, tuple(forbids))
    if status == "new":
        return _NEW
    if status == "delayed" or _is_past(case, at):
        return _DELAYED
    return _REFER


def decide(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """What happens when a request is made, approved or rejected.

    Raises:
        NotAllowed: The rules say no, or a reason or a text is wrong.
    """
    events: tuple[Event, ...] = _decided(command, case, at, building)
    return events


def decide_unchecked(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """The same, each event built without its checks."""
    events: tuple[Event, ...] = _decided(command, case, at, _UNCHECKED)
    return events


def decide_in_dictionaries(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[dict[str, object], ...]:
    """The same, each event a dictionary of its name and its values."""
    events: tuple[dict[str, object], ...] = _decided(command, case, at, dictionaries)
    return events


def _built_unchecked() -> Any:
    """`peers.building` once more, with constructors that do not check."""
    spec: Any = building.__spec__
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)
    for kind in (CancellationRequested, OrderCancelled, RequestClosed):
        setattr(module, kind.__name__, trusted(kind))
    module.NotAllowed = NotAllowed
    return module


_UNCHECKED = _built_unchecked()


def _decided(
    command: RequestCancellation | Answering, case: Case, at: datetime, makers: Any
) -> Any:
    by, order, requests = command.by, case.order, case.requests
    if command.order_id != order.id:
        raise NotAllowed("another order")
    status = order.status
    if isinstance(command, RequestCancellation):
        if type(by) is not Buyer or by.id != order.buyer:
            raise NotAllowed("the buyer asks")
        if requests:
            if requests[-1].status in OPEN:
                raise NotAllowed("a request is open")
            for request in requests:
                if request.status is _REJECTED:
                    raise NotAllowed("a request was rejected before")
        if status == "new":
            return makers.cancelled_at_once(command, case, at, INSTANT_NEW)
        if status == "shipping_requested":
            if _is_past(case, at):
                return makers.cancelled_at_once(command, case, at, INSTANT_DELAYED)
            return makers.referred(command, case, at)
        if status == "delayed":
            return makers.cancelled_at_once(command, case, at, INSTANT_DELAYED)
        raise NotAllowed("too late")
    if type(by) is not Seller or by.id != order.seller:
        raise NotAllowed("the seller answers")
    if not requests or requests[-1].status not in OPEN or command.request != len(requests):
        raise NotAllowed("no such request is open")
    if type(command) is Approve:
        if status == "shipped" or status == "delivered" or status == "cancelled":  # noqa: PLR1714
            raise NotAllowed("too late")
        return makers.approved(command, case, at)
    if type(command) is not Reject or not is_confirmed(command):
        raise NotAllowed("not confirmed")
    if status == "new":
        raise NotAllowed("this request can only be approved")
    return makers.rejected(command, case, at)


def _is_past(case: Case, at: datetime) -> bool:
    ship_on = case.order.ship_on
    return ship_on is not None and (at.astimezone(UTC) + NINE_HOURS).date() > ship_on
