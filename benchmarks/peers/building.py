"""What every peer does alike: it reads facts, checks a reason and its text, makes the events.

It is written as tightly as its author knows how: whatever is spent here is spent by all of them.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

from wcwidth import iter_graphemes

from ordercancel import Approve, Buyer, Case, Reject, RequestCancellation, RequestStatus, Seller
from ordercancel.domain.characters import unsafe_characters
from ordercancel.domain.events import CancellationRequested, Event, OrderCancelled, RequestClosed

Answering = Approve | Reject
"""What a seller answers a request with."""


class NotAllowed(Exception):
    """The rules say no, or a reason or a text is wrong."""


# ---------------------------------------------------------------------- the facts

NINE_HOURS = timedelta(hours=9)
"""How far Japan is ahead of UTC, all the year: quicker added than asked of a time zone."""

OPEN = frozenset(
    (
        RequestStatus.PENDING,
        RequestStatus.WITHDRAWAL_ASKED,
        RequestStatus.WITHDRAWAL_DECLINED,
    )
)
"""Where a request waits for an answer."""


def days_past(case: Case, at: datetime) -> int:
    """How many days have passed since the planned ship date; 0 where there is none."""
    ship_on = case.order.ship_on
    return 0 if ship_on is None else ((at.astimezone(UTC) + NINE_HOURS).date() - ship_on).days


def latest_status(case: Case) -> str:
    """Where the last request stands; ``none`` where nobody has asked."""
    return case.requests[-1].status if case.requests else "none"


def was_rejected(case: Case) -> bool:
    """Whether a request was rejected before."""
    for request in case.requests:  # noqa: SIM110 - quicker than any()
        if request.status is RequestStatus.REJECTED:
            return True
    return False


def is_the_buyer(command: RequestCancellation, case: Case) -> bool:
    """Whether it is the buyer of this order who asks."""
    by, order = command.by, case.order
    return type(by) is Buyer and by.id == order.buyer and command.order_id == order.id


def is_the_seller(command: Answering, case: Case) -> bool:
    """Whether it is the seller of this order who answers its latest request."""
    by, order = command.by, case.order
    return (
        type(by) is Seller
        and by.id == order.seller
        and command.order_id == order.id
        and command.request == len(case.requests)
    )


def is_confirmed(command: Reject) -> bool:
    """Whether the seller confirms that the goods are on their way."""
    return command.data.get("confirmed") is True


# ---------------------------------------------------------------------- reasons and texts

REQUEST_REASONS = frozenset(
    ("order_cancellation", "changed_mind", "ordered_by_mistake", "late_delivery")
)
REJECTION_REASONS = frozenset(("shipped", "ready_to_ship", "made_to_order"))


class _Visible(dict[int, int | None]):
    """What `str.translate` leaves of a text: the characters that can be seen, each found once."""

    def __missing__(self, point: int) -> int | None:
        category = unicodedata.category(chr(point))
        hidden = (
            category[0] == "M"
            or category in ("Cf", "Cc")
            or chr(point) in "\u115f\u1160\u3164\uffa0\u2800"
        )
        self[point] = found = None if hidden else point
        return found


_VISIBLE = _Visible()


def _characters(text: str) -> int:
    """How many characters people see, a run of white space as one."""
    seen = (cluster.translate(_VISIBLE) for cluster in iter_graphemes(text))
    return len(" ".join("".join(each[:1] for each in seen).split()))


def _cleaned(raw: str | None, least: int, most: int) -> str | None:
    """The text in NFC with its white space folded; None where nothing of it can be seen."""
    if not raw:
        return None
    text = " ".join(unicodedata.normalize("NFC", raw).split())
    visible = len(text) if text.isascii() and text.isprintable() else _characters(text)
    if not visible:
        return None
    if not least <= visible <= most:
        raise NotAllowed(f"the text has {visible} characters")
    if not text.isprintable() and unsafe_characters(text):
        raise NotAllowed("the text has characters that are not safe to show")
    return text


def text_of_request(command: RequestCancellation) -> str | None:
    """The text that goes with a request, cleaned."""
    reason, raw = command.reason, command.text
    if reason in REQUEST_REASONS:
        if raw and raw.strip():
            raise NotAllowed("a text goes with another reason")
        return None
    if reason == "other":
        return _cleaned(raw, 1, 500)
    raise NotAllowed(f"no reason to ask: {reason}")


def text_of_rejection(command: Reject) -> str | None:
    """The text that goes with a rejection, cleaned."""
    reason, raw = command.reason, command.text
    if reason in REJECTION_REASONS:
        if raw and raw.strip():
            raise NotAllowed("a text goes with another reason")
        return None
    if reason == "other":
        text = _cleaned(raw, 30, 500)
        if text is None:
            raise NotAllowed("a text is needed")
        return text
    raise NotAllowed(f"no reason to reject: {reason}")


# ---------------------------------------------------------------------- the events

INSTANT_NEW = ("qoo10.instant_new",)
INSTANT_DELAYED = ("qoo10.instant_delayed",)
REFER = ("qoo10.refer",)
ANSWER = ("standard.answer",)
_APPROVED, _REJECTED = RequestStatus.APPROVED, RequestStatus.REJECTED


def cancelled_at_once(
    command: RequestCancellation, case: Case, at: datetime, rules: tuple[str, ...]
) -> tuple[Event, ...]:
    """The events of a request that cancels its order."""
    text = text_of_request(command)
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = len(case.requests) + 1
    return (
        CancellationRequested(
            order_id=order_id,
            at=at,
            by=by,
            rules=rules,
            number=number,
            reason=command.reason,
            text=text,
        ),
        RequestClosed(
            order_id=order_id, at=at, by=by, rules=rules, number=number, outcome=_APPROVED
        ),
        OrderCancelled(
            order_id=order_id, at=at, by=by, rules=rules, number=number, status="cancelled"
        ),
    )


def referred(command: RequestCancellation, case: Case, at: datetime) -> tuple[Event, ...]:
    """The event of a request that the seller is to answer."""
    text = text_of_request(command)
    return (
        CancellationRequested(
            order_id=command.order_id,
            at=at.astimezone(UTC),
            by=command.by,
            rules=REFER,
            number=len(case.requests) + 1,
            reason=command.reason,
            text=text,
            answerer="seller",
        ),
    )


def approved(command: Approve, case: Case, at: datetime) -> tuple[Event, ...]:
    """The events of an approval."""
    order_id, by, at = command.order_id, command.by, at.astimezone(UTC)
    number = case.requests[-1].number
    return (
        RequestClosed(
            order_id=order_id, at=at, by=by, rules=ANSWER, number=number, outcome=_APPROVED
        ),
        OrderCancelled(
            order_id=order_id, at=at, by=by, rules=ANSWER, number=number, status="cancelled"
        ),
    )


def rejected(command: Reject, case: Case, at: datetime) -> tuple[Event, ...]:
    """The event of a rejection."""
    text = text_of_rejection(command)
    return (
        RequestClosed(
            order_id=command.order_id,
            at=at.astimezone(UTC),
            by=command.by,
            rules=ANSWER,
            number=case.requests[-1].number,
            outcome=_REJECTED,
            reason=command.reason,
            text=text,
        ),
    )
