"""What CO-NECT answers, written from its help article alone, in plain branches.

Each branch quotes or names the clause that it comes from. Nothing of the library is used here, so
that the rules and this reading can be held against each other.
"""

from __future__ import annotations

from oracle.frame import Answer, Facts, combined

OPEN = ("awaiting_seller", "withdrawal_asked", "withdrawal_held")
CHANNELS_OF_THE_ARTICLE = ("order_form", "mail")


def answer(command: str, facts: Facts) -> Answer:
    """The verdict and the refusal codes; the charts have the last word."""
    verdict, codes = ruling(command, facts)
    if verdict != "refuse" and not _charts_allow(command, facts):
        return "refuse", frozenset({"no_such_move"})
    return verdict, codes


def ruling(command: str, facts: Facts) -> Answer:
    """The verdict and the refusal codes by the article, whatever the charts say."""
    return combined(_ANSWERS[command], command, facts)


def _request(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    # The title: 発注側, the buying side, requests.
    if facts["role"] != "buyer":
        codes.add("wrong_actor")
    # conect.0.channel, conect.2-1.enable: 発注フォームからの発注およびメール発注.
    # One that is not known is none of these.
    if facts["channel"] not in CHANNELS_OF_THE_ARTICLE:
        codes.add("channel_excluded")
    # conect.0.permitted: 受注側でキャンセルリクエストを許可している場合のみ.
    # conect.2-1.enable: off until the seller permits it; of a seller not known, nothing is on.
    if not facts["seller_permits"]:
        codes.add("seller_does_not_permit")
    # conect.1-1.shipped: 出荷済ステータスに変更すると、ボタンは非表示.
    if facts["status"] == "shipped":
        codes.add("already_shipped")
    # conect.1-2.approved-label: 取引中止 is the end of an order.
    elif facts["status"] == "discontinued":
        codes.add("already_cancelled")
    # conect.1-1.not-until-approved: one open request per order; after a rejection, again.
    if facts["request"] in OPEN:
        codes.add("request_open")
    # conect.1-1.is-a-request: 受け付けるか否かは受注側の判断.
    return "refer", codes


def _approve(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    # conect.2-3.approve: the seller approves, even if he permits requests no more by now
    # (conect.0.permitted).
    if facts["role"] != "seller":
        codes.add("wrong_actor")
    if facts["request"] not in OPEN:
        codes.add("no_open_request")
    # conect.1-1.shipped: approval after the shipment is refused.
    if facts["status"] == "shipped":
        codes.add("already_shipped")
    return "permit", codes


def _reject(facts: Facts) -> tuple[str | None, set[str]]:
    codes = set()
    # conect.2-3.reject-20: 「拒否を実行」をクリックすると; the seller again.
    if facts["role"] != "seller":
        codes.add("wrong_actor")
    if facts["request"] not in OPEN:
        codes.add("no_open_request")
    return "permit", codes


def _withdraw(facts: Facts) -> tuple[str | None, set[str]]:
    # conect.1-1.not-until-approved: the article describes no withdrawal by the buyer.
    codes = {"withdrawal_not_offered"}
    if facts["role"] != "buyer":
        codes.add("wrong_actor")
    if facts["request"] not in OPEN:
        codes.add("no_open_request")
    return None, codes


def _ask_withdrawal(facts: Facts) -> tuple[str | None, set[str]]:
    # The article knows no such thing: silence.
    if facts["request"] in ("awaiting_seller", "withdrawal_held"):
        return None, set()
    return None, {"no_open_request"}


def _answer_withdrawal(facts: Facts) -> tuple[str | None, set[str]]:
    # The article knows no such thing: silence.
    if facts["request"] == "withdrawal_held" and not facts["accept"]:
        return None, {"no_such_move"}  # nor holding on twice
    if facts["request"] in ("withdrawal_asked", "withdrawal_held"):
        return None, set()
    return None, {"no_open_request"}


def _advance(facts: Facts) -> tuple[str | None, set[str]]:
    # The selling side runs the order; shipping closes an open request (conect.1-1.shipped).
    codes = set()
    if facts["role"] == "buyer":
        codes.add("wrong_actor")
    if not facts["legal_move"]:
        codes.add("no_such_move")
    return "permit", codes


def _deadline(facts: Facts) -> tuple[str | None, set[str]]:
    # conect.1-1.not-until-approved: there is no deadline, so none is ever due.
    codes = set()
    if facts["role"] != "system":
        codes.add("wrong_actor")
    if not facts["deadline_due"]:
        codes.add("not_due")
    return "permit", codes


def has_move(status: str, move: str) -> bool:
    """Whether an order of that status can be moved on so."""
    if status == "placed":
        return move in ("accept", "ship")
    if status == "accepted":
        return move == "ship"
    return False  # 出荷済 and 取引中止 are ends


def _can_be_cancelled(status: object) -> bool:
    return status in ("placed", "accepted")


def _charts_allow(command: str, facts: Facts) -> bool:
    if command == "RequestCancellation":
        return facts["request"] not in OPEN
    if command == "Approve":
        return facts["request"] in OPEN and _can_be_cancelled(facts["status"])
    if command == "Reject":
        return facts["request"] in OPEN
    if command == "AdvanceOrder":
        return has_move(str(facts["status"]), str(facts["move"]))
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
