"""Consequences: what follows from an action, before anybody takes it."""

from __future__ import annotations

from typing import Any

import attrs

from ordercancel import AdvanceOrder, Case, Party, RequestCancellation, options
from ordercancel.engine.consequences import Consequences, consequences
from ordercancel.engine.handling import handle
from ordercancel.engine.options import Option
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    OTHER_SIDE,
    Choice,
    Deadline,
    Forbid,
    Policy,
    Reason,
    Refer,
    Role,
    Rule,
    Text,
    days,
    mark,
    now,
    placed_at,
    ship_on,
    status,
)
from samples import BUYER, PERMITTING, SELLER, jst
from samples import opened as sample
from unit.tiny import MAIL, OURS, REFERS, RULES, asks, opened, rejects, tiny, utc


def asked(policy: Policy, reason: str) -> Case:
    """An order whose buyer has asked to cancel it."""
    ask = RequestCancellation("762544202", by=BUYER, reason=reason)
    return handle(ask, sample(policy), policy, jst(15, 10), seller=PERMITTING).case


def option(case: Case, policy: Policy, action: str, by: Any = SELLER) -> Option:
    found = options(case, policy, by, jst(15, 11), seller=PERMITTING)
    return next(each for each in found if action in (each.action, each.move))


def follows(of: Option) -> Consequences:
    found = of.follows
    assert found is not None
    return found


def sentences(of: Option, lang: str = "ja") -> list[str]:
    return [each[lang] for each in follows(of).sentences]


def test_a_rejection_tells_the_buyer_and_begins_the_sellers_duty() -> None:
    """Who is told what, what runs, and that the buyer cannot request it again (qoo10.4)."""
    reject = option(asked(QOO10, "changed_mind"), QOO10, "reject")
    found = follows(reject)
    assert (found.order_status, found.request_status) == (None, "rejected")
    assert [(each.to, each.media) for each in found.told] == [
        ("buyer", ("app", "mail")),
        ("seller", ("app",)),
    ]
    assert [each.deadline.id for each in found.starts] == ["qoo10.ship_same_day"]
    assert sentences(reject)[0] == "キャンセル要請の状態は「キャンセル拒否完了」となります。"
    assert "当日中の発送処理の期限は2022年8月15日 24:00です。" in sentences(reject)
    assert "キャンセル要請への回答の期限はなくなります。" in sentences(reject)
    assert sentences(reject)[-1] == (
        "お客様は、再度キャンセル要請を行うことができません。"
        "一度キャンセルをお断りしたご注文につきましては、再度キャンセルをご要請いただくことはできません。"
    )


def test_of_conects_rejection_it_is_said_that_the_buyer_may_ask_again() -> None:
    reject = option(asked(CONECT, "wrong_item"), CONECT, "reject")
    assert sentences(reject) == [
        "キャンセルリクエストの状態は「キャンセル却下」となります。",
        "発注側の画面の表示：「キャンセルできませんでした」",
        "受注側の画面の表示：「キャンセルのリクエストを却下しました。」",
        "発注側への通知（メール）：「【受発注システム CO-NECT】キャンセルできませんでした。」",
        "発注側は、再度キャンセルリクエストを行うことができます。",
    ]


def test_a_cancellation_changes_the_order_and_leaves_nothing_to_ask_again() -> None:
    """In the words of the reader's language, and under their names where they are known."""
    case, buyer = asked(CONECT, "wrong_item"), Party("b-1", name="テスト一号店")
    approve = option(case, CONECT, "approve")
    assert follows(approve).order_status == "discontinued"
    assert follows(approve).again is None
    assert sentences(approve, "en")[0] == "The order changes from “Placed” to “Discontinued”."
    request = option(sample(CONECT), CONECT, "request", BUYER)
    found = consequences(request.decision, {"b-1": buyer})
    assert found is not None
    assert found.told[0].subject["ja"].endswith("キャンセルリクエストがありました(テスト一号店)")


def test_a_move_that_takes_a_day_and_a_reason_that_takes_words_have_consequences() -> None:
    """What only a person can type is left to them."""
    case = sample(QOO10, status="new", ship_on=None)
    plan = option(case, QOO10, "plan_shipping")
    assert follows(plan).order_status == "shipping_requested"
    policy = tiny(reasons=(Reason("other", Text("他", "Other"), text=(5, 9), source=OURS),))
    decision = policy.assess(asks(reason="other"), opened(policy), utc(2))
    found = consequences(decision)
    assert found is not None
    assert found.request_status == "pending"


def test_shipping_says_that_the_open_request_is_closed() -> None:
    ship = option(asked(CONECT, "wrong_item"), CONECT, "ship")
    found = follows(ship)
    assert (found.order_status, found.request_status) == ("shipped", "superseded")
    assert sentences(ship)[-1].startswith(
        "発注側は、再度キャンセルリクエストを行うことができません"
    )


def test_what_is_refused_has_none() -> None:
    """Nor has what is known by facts alone, or what is wrong for another reason."""
    request = option(asked(QOO10, "changed_mind"), QOO10, "request", BUYER)
    assert (request.is_offered, request.follows, request.done) == (False, None, None)
    assert request.sentence["ja"].startswith("すでにキャンセル要請中です。")
    facts = {"role": "buyer", "status": "new", "ship_on": None, "rejected_before": False}
    known = {**facts, "request": "none", "is_initiator": False, "now": jst(15, 11)}
    assert consequences(QOO10.judge(RequestCancellation, known)) is None
    unsaid = tiny().assess(asks(reason=None), opened(tiny()), utc(2))
    found = consequences(unsaid)  # whichever reason the buyer will choose
    assert found is not None
    assert found.request_status == "pending"
    wrong = tiny().assess(asks(reason="unheard"), opened(tiny()), utc(2))
    assert consequences(wrong) is None


def test_at_once_there_is_another_sentence_than_after_asking() -> None:
    """And a verdict says what it means: of a referral who will answer."""
    new = option(sample(QOO10, status="new", ship_on=None), QOO10, "request", BUYER)
    assert new.sentence["ja"] == "ショップの回答を待たず、即時キャンセル完了となります。"
    assert new.done == Text("ご注文のキャンセルが完了しました。", "Your order is cancelled.")
    referred = option(sample(QOO10), QOO10, "request", BUYER)
    assert referred.sentence["en"] == (
        "Whether the order is cancelled is for the seller to decide."
    )
    assert referred.done is not None
    assert referred.done["en"].endswith("wait for the seller's answer.")


def test_the_other_side_is_called_by_its_name() -> None:
    rule = attrs.evolve(REFERS, effect=Refer(OTHER_SIDE))
    policy = tiny(rules=(rule,))
    decision = policy.assess(asks(), opened(policy), utc(2))
    assert decision.message("en") == (
        "Whether it is cancelled is for the seller's side to decide."
    )
    known = policy.judge(
        RequestCancellation,
        {"role": "buyer", "request": "none", "is_initiator": False, "status": "new"},
    )
    assert known.message("ja") == "キャンセルするかどうかは、相手側が判断します。"


def test_where_no_reason_is_to_be_chosen_none_is_made_up() -> None:
    policy = tiny(rules=(REFERS,), reasons=())
    found = consequences(policy.assess(asks(reason=None), opened(policy), utc(2)))
    assert found is not None
    assert found.request_status == "pending"


def test_nobody_is_told_where_nobody_has_the_role() -> None:
    """A carrier whom the order does not name yet."""
    carrier = Role("carrier", side="seller", party="carrier_id", answers=False)
    mail = attrs.evolve(MAIL, to="carrier")
    policy = tiny(
        roles=(carrier,), facts=(Choice("carrier_id", values=("c-1",)),), notifications=(mail,)
    )
    found = consequences(policy.assess(asks(), opened(policy), utc(2)))
    assert found is not None
    assert found.told == ()


def test_a_screen_shows_the_documents_own_words() -> None:
    """Of CO-NECT's rejection: two buttons, the question between them, and what comes after."""
    reject = option(asked(CONECT, "wrong_item"), CONECT, "reject")
    assert reject.button["ja"] == "拒否する"
    assert reject.confirmation is not None
    assert reject.confirmation["ja"] == "キャンセルリクエストを拒否します"
    assert reject.confirm is not None
    assert reject.confirm["ja"] == "拒否を実行"
    assert reject.done is not None
    assert reject.done["ja"] == "キャンセルのリクエストを却下しました。"
    assert reject.notices == ()
    request = option(sample(CONECT), CONECT, "request", BUYER)
    assert [each["ja"] for each in request.notices][1] == (
        "受注側が対象の注文を出荷済ステータスに変更すると、"
        "キャンセルリクエストボタンは非表示となります。"
    )
    assert (request.button["en"], request.confirmation) == ("Request cancellation", None)


def test_a_day_that_goes_with_a_move_is_one_of_the_policys_zone() -> None:
    """Planned at 20:00 in UTC, which is tomorrow in Tokyo: due at the end of that day."""
    late = Deadline(
        "late", runs=status.is_in("packed"), due=ship_on.end(), then=mark("late", of="order")
    )
    policy = tiny(deadlines=(late,))
    plan = AdvanceOrder("o-7", by=SELLER, move="plan")
    found = consequences(policy.assess(plan, opened(policy), utc(2, 20)))
    assert found is not None
    assert [each.due_at for each in found.starts] == [utc(3, 15)]


def test_whoever_was_rejected_learns_whether_they_may_ask_again_at_that_moment() -> None:
    """A rule closes the door two days after the order was placed (1 March, 03:00)."""
    closed = Rule(
        "closed", on=RequestCancellation, when=now >= placed_at + days(2), effect=Forbid("closed")
    )
    policy = tiny(rules=(*RULES, closed))
    case = handle(asks(), opened(policy), policy, utc(2)).case
    again = []
    for at in (utc(3, 2), utc(3, 3)):
        found = consequences(policy.assess(rejects(), case, at))
        assert found is not None
        assert found.again is not None
        again.append((found.again.verdict, found.again.codes))
    assert again == [("refer", ()), ("refuse", ("closed",))]
