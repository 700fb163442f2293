"""What Qoo10 answers, written from its guide to rejecting a cancellation alone, in plain branches.

Each branch quotes or names the clause that it comes from. Nothing of the library is used here, so
that the rules and this reading can be held against each other.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from oracle.frame import (
    OPEN,
    Answer,
    Facts,
    Ruling,
    answered,
    ask_state,
    combined,
    withdrawal_state,
)

TOKYO = ZoneInfo("Asia/Tokyo")


def answer(command: str, facts: Facts, late_while_open: str = "decidable") -> Answer:
    """The verdict and the refusal codes."""
    rulings = {
        "RequestCancellation": _request,
        "Approve": _approve,
        "Reject": partial(_reject, late_while_open),
        "Withdraw": _withdraw,
        "AskWithdrawal": partial(_ask_withdrawal, late_while_open),
        "AnswerWithdrawal": _answer_withdrawal,
        "AdvanceOrder": partial(_advance, late_while_open),
    }
    return combined(rulings, command, facts)


def timers(facts: Facts, late_while_open: str = "decidable") -> dict[str, datetime]:
    """The deadlines that run, each with its due moment."""
    found = {}
    # qoo10.1.ship-same-day: 拒否をした当日以内に発送処理がされていなかったり.
    if facts["request"] == "rejected" and facts["status"] in ("shipping_requested", "delayed"):
        found["qoo10.ship_same_day"] = _midnight_after(facts["closed_at"], 1)
    if facts["request"] in OPEN:
        # qoo10.3.counters: 受付日から4日が過ぎても, four whole days later.
        found["qoo10.overdue"] = _midnight_after(facts["requested_at"], 5)
        # qoo10.1.instant-delayed (decided, 'approved'): by itself at 00:00, or when it is marked.
        if late_while_open == "approved":
            dues = []
            if facts["ship_on"] is not None:
                dues.append(_midnight(facts["ship_on"] + timedelta(days=1)))
            if facts["status"] == "delayed":
                dues.append(facts["status_since"])
            if dues:
                found["qoo10.approved_by_delay"] = min(dues)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), TOKYO)


def _midnight_after(moment: datetime, days: int) -> datetime:
    return _midnight(moment.astimezone(TOKYO).date() + timedelta(days=days))


def _past_ship_date(facts: Facts) -> bool | None:
    """Whether the planned ship date is over, from midnight on; None where there is no date."""
    if facts["ship_on"] is None:
        return None
    today: date = facts["now"].astimezone(TOKYO).date()
    return bool(today > facts["ship_on"])


def _late(facts: Facts) -> bool | None:
    """Whether the order is 配送遅延, by its status or by the clock (qoo10.1.instant-delayed)."""
    if facts["status"] == "delayed":
        return True
    return _past_ship_date(facts) if facts["status"] == "shipping_requested" else False


def _can_be_cancelled(facts: Facts) -> bool:
    # qoo10.1.may-reject: 発送処理を行う前; 配送完了 and キャンセル完了 are ends.
    return facts["status"] in ("new", "shipping_requested", "delayed")


def _request(facts: Facts) -> Ruling:
    codes = set()
    granted = None
    # qoo10.3.queue (decided): who has a request open cannot ask again, late or not.
    if facts["request"] in OPEN and facts["is_initiator"]:
        codes.add("request_open")
    # qoo10.1.may-reject: お客様よりキャンセル要請が入る; it is offered to nobody else.
    if facts["role"] == "buyer":
        late = _late(facts)
        # qoo10.1.instant-new: 新規注文 is cancelled at once; so is 配送遅延.
        if facts["status"] == "new" or late:
            granted = "cancel"
        # Else the shop may reject (qoo10.1.may-reject).
        elif facts["status"] == "shipping_requested":
            granted = "refer"
            if late is None:
                codes.add("undetermined")
        elif facts["status"] in ("shipped", "delivered"):
            codes.add("already_shipped")
        else:
            codes.add("already_cancelled")
        # qoo10.4.no-second-request: for ever, and it outweighs the instant right.
        if facts["rejected_before"]:
            codes.add("rejected_before")
    state = None if _can_be_cancelled(facts) else "not_cancellable"
    if granted == "refer" and facts["request"] in OPEN:
        state = "request_open"
    return granted, codes, state


def _approve(facts: Facts) -> Ruling:
    # qoo10.3.shown-at-once (decided): the button キャンセル approves.
    granted, codes = answered(facts)
    return granted, codes, None if _can_be_cancelled(facts) else "not_cancellable"


def _only_approval_left(late_while_open: str, facts: Facts) -> set[str]:
    # qoo10.1.instant-delayed (decided, 'approve_only').
    late = _late(facts) if late_while_open == "approve_only" else False
    if late is None:
        return {"undetermined"}
    return {"only_approval_left"} if late else set()


def _reject(late_while_open: str, facts: Facts) -> Ruling:
    # qoo10.1.may-reject: ショップ側でキャンセルを拒否することができます.
    granted, codes = answered(facts)
    # qoo10.3.confirm: キャンセル不可状態の場合のみキャンセル拒否処理をしてください.
    if not facts["confirmed"]:
        codes.add("not_affirmed")
    # qoo10.1.instant-new: キャンセルを拒否することはできません.
    if facts["status"] == "new":
        codes.add("instant_cannot_be_rejected")
    return granted, codes | _only_approval_left(late_while_open, facts), None


def _withdraw(facts: Facts) -> Ruling:
    # qoo10.1.otherwise-ask-withdrawal (decided): not without being asked to.
    return None, set(), None


def _ask_withdrawal(late_while_open: str, facts: Facts) -> Ruling:
    # qoo10.1.otherwise-ask-withdrawal: クレームの撤回要請機能をご活用ください, to the shop.
    granted = "permit" if facts["is_answerer"] else None
    return granted, _only_approval_left(late_while_open, facts), ask_state(facts)


def _answer_withdrawal(facts: Facts) -> Ruling:
    # qoo10.1.otherwise-ask-withdrawal: the buyer accepts or declines; having declined, may accept.
    return "permit" if facts["is_initiator"] else None, set(), withdrawal_state(facts)


def _advance(late_while_open: str, facts: Facts) -> Ruling:
    codes = set()
    granted = None if facts["side"] == "buyer" else "permit"
    is_open = facts["request"] in OPEN
    # qoo10.3.back-to-shipping (decided): the seller answers before 発送処理.
    if facts["move"] == "ship" and is_open:
        codes.add("answer_first")
    if facts["move"] == "mark_delayed":
        # qoo10.1.instant-delayed (decided): not marked 配送遅延 while the request is open.
        if is_open and late_while_open != "approved":
            codes.add("answer_first")
        # qoo10.1.instant-delayed: what is in shipping is delayed from the day after the planned
        # ship date, not before.
        if facts["status"] == "shipping_requested":
            past = _past_ship_date(facts)
            if past is None:
                codes.add("undetermined")
            elif not past:
                codes.add("not_late")
    moves = {
        "new": ("plan_shipping",),
        "shipping_requested": ("ship", "mark_delayed"),
        "delayed": ("ship",),
        "shipped": ("deliver",),
    }
    known = facts["move"] in moves.get(facts["status"], ())
    return granted, codes, None if known else "no_such_move"
