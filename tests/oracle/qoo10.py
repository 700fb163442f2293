"""What Qoo10 answers, written from its guide to rejecting a cancellation alone, in plain branches.

Each branch quotes or names the clause that it comes from. Nothing of the library is used here, so
that the rules and this reading can be held against each other.
"""

from __future__ import annotations

from oracle.frame import Answer, Facts, combined

OPEN = ("awaiting_seller", "withdrawal_asked", "withdrawal_held")


def answer(command: str, facts: Facts) -> Answer:
    """The verdict and the refusal codes; the charts have the last word."""
    verdict, codes = ruling(command, facts)
    if verdict != "refuse" and not _charts_allow(command, verdict, facts):
        return "refuse", frozenset({"no_such_move"})
    return verdict, codes


def ruling(command: str, facts: Facts) -> Answer:
    """The verdict and the refusal codes by the guide, whatever the charts say."""
    return combined(_ANSWERS[command], command, facts)


def _late(facts: Facts) -> bool | None:
    """Whether the planned ship date is over, from midnight on; None where there is no date."""
    days = facts["days_past_ship_on"]
    if days is None:
        return None
    return int(days) >= 1


def _delayed(facts: Facts) -> bool | None:
    """Whether the order is 配送遅延, by its status or by the clock (qoo10.1.instant-delayed)."""
    if facts["status"] == "delayed":
        return True
    if facts["status"] == "shipping_requested":
        return _late(facts)
    return False


def _request(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    granted = None
    # qoo10.1.may-reject: お客様よりキャンセル要請が入る, the buyer requests.
    if facts["role"] != "buyer":
        codes.add("wrong_actor")
    # qoo10.1.instant-new: 新規注文 is cancelled at once.
    elif facts["status"] == "new":
        granted = "cancel"
    # qoo10.1.instant-delayed: so is 配送遅延; else the shop may reject (qoo10.1.may-reject).
    elif facts["status"] in ("shipping_requested", "delayed"):
        delayed = _delayed(facts)
        if delayed is None:
            codes.add("undetermined")
        elif delayed:
            granted = "cancel"
        else:
            granted = "refer"
    # qoo10.1.may-reject: 発送処理を行う前, before it ships.
    if facts["status"] in ("shipped", "delivered"):
        codes.add("already_shipped")
    elif facts["status"] == "cancelled":
        codes.add("already_cancelled")
    if facts["request"] in OPEN:
        codes.add("request_open")
    # qoo10.4.no-second-request: for ever, and it outweighs the instant right.
    if facts["rejected_before"]:
        codes.add("rejected_before")
    return granted, codes


def _approve(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    if facts["role"] != "seller":
        codes.add("wrong_actor")
    if facts["request"] not in OPEN:
        codes.add("no_open_request")
    # qoo10.1.may-reject: a request is dealt with 発送処理を行う前, before the order ships.
    if facts["status"] in ("shipped", "delivered"):
        codes.add("already_shipped")
    return "permit", codes


def _reject(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    # qoo10.1.may-reject: ショップ側でキャンセルを拒否することができます.
    if facts["role"] != "seller":
        codes.add("wrong_actor")
    if facts["request"] not in OPEN:
        codes.add("no_open_request")
    # qoo10.3.confirm: キャンセル不可状態の場合のみキャンセル拒否処理をしてください.
    if not facts["affirmed"]:
        codes.add("not_affirmed")
    # qoo10.1.instant-new, qoo10.1.instant-delayed: キャンセルを拒否することはできません.
    delayed = _delayed(facts)
    if facts["status"] == "new" or delayed:
        codes.add("instant_cannot_be_rejected")
    elif delayed is None:
        codes.add("undetermined")
    return "permit", codes


def _withdraw(facts: Facts) -> tuple[str | None, set[str]]:
    # qoo10.1.otherwise-ask-withdrawal: a request is taken back only when the shop asks for it.
    codes = {"withdrawal_not_offered"}
    if facts["role"] != "buyer":
        codes.add("wrong_actor")
    if facts["request"] not in OPEN:
        codes.add("no_open_request")
    return None, codes


def _ask_withdrawal(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    # qoo10.1.otherwise-ask-withdrawal: クレームの撤回要請機能をご活用ください, to the shop.
    if facts["role"] != "seller":
        codes.add("wrong_actor")
    # Once asked, the buyer has the word; he may be asked again after he held on.
    if facts["request"] not in ("awaiting_seller", "withdrawal_held"):
        codes.add("no_open_request")
    # qoo10.1.instant-delayed: a request of a delayed order can only be approved.
    delayed = _delayed(facts)
    if delayed:
        codes.add("only_approval_left")
    elif delayed is None:
        codes.add("undetermined")
    return "permit", codes


def _answer_withdrawal(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    # qoo10.1.otherwise-ask-withdrawal: the buyer accepts or holds; having held, he may accept.
    if facts["role"] != "buyer":
        codes.add("wrong_actor")
    if facts["request"] not in ("withdrawal_asked", "withdrawal_held"):
        codes.add("no_open_request")
    if facts["request"] == "withdrawal_held" and not facts["accept"]:
        codes.add("no_such_move")
    return "permit", codes


def _advance(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    if facts["role"] == "buyer":
        codes.add("wrong_actor")
    if not facts["legal_move"]:
        codes.add("no_such_move")
    # qoo10.1.may-reject: the shop answers an open request, then ships.
    if facts["move"] == "ship" and facts["request"] in OPEN:
        codes.add("answer_first")
    # qoo10.1.instant-delayed: delayed from the day after the planned ship date, not before.
    if facts["move"] == "mark_delayed":
        late = _late(facts)
        if late is None:
            codes.add("undetermined")
        elif not late:
            codes.add("not_late")
    return "permit", codes


def _deadline(facts: Facts) -> tuple[str | None, set[str]]:
    # qoo10.1.ship-same-day, qoo10.3.counters: the clock finds what is due; nobody else does.
    codes = set()
    if facts["role"] != "system":
        codes.add("wrong_actor")
    if not facts["deadline_due"]:
        codes.add("not_due")
    return "permit", codes


def has_move(status: str, move: str) -> bool:
    """Whether an order of that status can be moved on so."""
    if status == "new":
        return move == "plan_shipping"
    if status == "shipping_requested":
        return move in ("ship", "mark_delayed")
    if status == "delayed":
        return move == "ship"
    if status == "shipped":
        return move == "deliver"
    return False  # 配送完了 and キャンセル完了 are ends


def _can_be_cancelled(status: object) -> bool:
    return status in ("new", "shipping_requested", "delayed")


def _charts_allow(command: str, verdict: str, facts: Facts) -> bool:
    if command == "RequestCancellation":
        if facts["request"] in OPEN:
            return False
        return verdict != "cancel" or _can_be_cancelled(facts["status"])
    if command == "Approve":
        return facts["request"] in OPEN and _can_be_cancelled(facts["status"])
    if command == "Reject":
        return facts["request"] in OPEN
    if command == "AskWithdrawal":
        return facts["request"] in ("awaiting_seller", "withdrawal_held")
    if command == "AnswerWithdrawal":
        if facts["accept"]:
            return facts["request"] in ("withdrawal_asked", "withdrawal_held")
        return facts["request"] == "withdrawal_asked"
    if command == "AdvanceOrder":
        return has_move(str(facts["status"]), str(facts["move"]))
    # ApplyDeadline: a breach is recorded, an overdue request is marked, neither moves anything.
    return True


_ANSWERS = {
    "RequestCancellation": _request,
    "Approve": _approve,
    "Reject": _reject,
    "Withdraw": _withdraw,
    "AskWithdrawal": _ask_withdrawal,
    "AnswerWithdrawal": _answer_withdrawal,
    "AdvanceOrder": _advance,
    "ApplyDeadline": _deadline,
}
