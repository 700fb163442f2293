"""What CO-NECT answers, written from its help article alone, in plain branches.

Each branch quotes or names the clause that it comes from. Nothing of the library is used here, so
that the rules and this reading can be held against each other.
"""

from __future__ import annotations

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

CHANNELS_OF_THE_ARTICLE = ("order_form", "mail")


def answer(command: str, facts: Facts) -> Answer:
    """The verdict and the refusal codes."""
    return combined(_RULINGS, command, facts)


def timers(facts: Facts) -> dict[str, object]:
    """The deadlines that run. conect.1-1.not-until-approved: there is none."""
    return {}


def _can_be_cancelled(facts: Facts) -> bool:
    # 出荷済 and 取引中止 are ends (conect.1-1.shipped, conect.1-2.approved-label).
    return facts["status"] in ("placed", "accepted")


def _request(facts: Facts) -> Ruling:
    codes = set()
    granted = None
    # conect.1-1.not-until-approved (decided): who has a request open cannot ask again.
    if facts["request"] in OPEN and facts["is_initiator"]:
        codes.add("request_open")
    # The title: 発注側, the buying side, requests; nothing of this is offered to anybody else.
    if facts["role"] == "buyer":
        # conect.0.channel, conect.2-1.enable: 発注フォームからの発注およびメール発注.
        # One that is not known is none of these.
        if facts["channel"] not in CHANNELS_OF_THE_ARTICLE:
            codes.add("channel_excluded")
        # conect.0.permitted: 受注側でキャンセルリクエストを許可している場合のみ.
        # A seller whom nobody knows has not permitted it (conect.2-1.enable).
        if not facts["seller_permits"]:
            codes.add("seller_does_not_permit")
        # conect.1-1.shipped: 出荷済ステータスに変更すると、ボタンは非表示.
        if facts["status"] == "shipped":
            codes.add("already_shipped")
        # conect.1-2.approved-label: 取引中止 is the end of an order.
        elif facts["status"] == "discontinued":
            codes.add("already_cancelled")
        else:
            # conect.1-1.is-a-request: 受け付けるか否かは受注側の判断.
            granted = "refer"
    state = None if _can_be_cancelled(facts) else "not_cancellable"
    if granted == "refer" and facts["request"] in OPEN:
        state = "request_open"
    return granted, codes, state


def _approve(facts: Facts) -> Ruling:
    # conect.2-3.approve: the seller approves, even if they permit requests no more by now
    # (conect.0.permitted); after the shipment it is refused (conect.1-1.shipped).
    granted, codes = answered(facts)
    return granted, codes, None if _can_be_cancelled(facts) else "not_cancellable"


def _reject(facts: Facts) -> Ruling:
    # conect.2-3.reject-popup: 「拒否を実行」をクリックすると; the seller again.
    return *answered(facts), None


def _withdraw(facts: Facts) -> Ruling:
    # conect.1-1.not-until-approved (decided): the buyer cannot withdraw a request.
    return None, set(), None


def _ask_withdrawal(facts: Facts) -> Ruling:
    # The article knows no such thing.
    return None, set(), ask_state(facts)


def _answer_withdrawal(facts: Facts) -> Ruling:
    return None, set(), withdrawal_state(facts)


def _advance(facts: Facts) -> Ruling:
    # The selling side runs the order; shipping closes an open request (conect.1-1.shipped).
    granted = None if facts["side"] == "buyer" else "permit"
    moves = {"placed": ("accept", "ship"), "accepted": ("ship",)}
    known = facts["move"] in moves.get(facts["status"], ())
    return granted, set(), None if known else "no_such_move"


_RULINGS = {
    "RequestCancellation": _request,
    "Approve": _approve,
    "Reject": _reject,
    "Withdraw": _withdraw,
    "AskWithdrawal": _ask_withdrawal,
    "AnswerWithdrawal": _answer_withdrawal,
    "AdvanceOrder": _advance,
}
