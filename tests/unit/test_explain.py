"""A decision is explained in words: what determined it, and what would have to be different."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import combinations, product
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ordercancel import Buyer, Command, Decision, InvalidValue, Policy, Verdict
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.evaluation import judge_rules
from ordercancel.explain.explain import explain
from ordercancel.explain.explanation import Cause, Change, Explanation, Flip, Quote
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import (
    ALWAYS,
    CANCEL,
    PERMIT,
    REFER,
    Clause,
    Condition,
    Document,
    Forbid,
    Rule,
    Silence,
    clause,
    own_rule,
)
from ordercancel.policy.describe import fact_text, value_text
from ordercancel.rules.conditions import Value
from ordercancel.rules.facts import (
    attribute_choice,
    attribute_flag,
    attribute_number,
    days_past_ship_on,
    days_since_placed,
    legal_move,
    request,
    role,
    seller_permits,
    since_paid,
    since_placed,
    status,
)
from ordercancel.verification.enumeration import Space
from samples import jst
from samples import opened as sample
from unit.tiny import BUYER, OURS, RULES, SELLER, SYSTEM, asks, opened, order, tiny, utc

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
NAME = Text("名", "name")
ASKED_JA = "内容: キャンセルの要請 (RequestCancellation): 注文 o-7、{}、2024-03-02 09:00:00+09:00"
ASKED_EN = (
    "Asked: Requesting cancellation (RequestCancellation): order o-7, by {}, "
    "2024-03-02 09:00:00+09:00"
)
REFER_BUYERS = Rule(
    "t.refer", on=RequestCancellation, effect=REFER, when=role.is_in("buyer"), cites=OURS
)


def says(effect: Any, when: Condition = ALWAYS, name: str = "t", **changes: Any) -> Rule:
    values: dict[str, Any] = {"on": RequestCancellation, "cites": OURS}
    return Rule(name, effect=effect, when=when, **values | changes)


def asked(*rules: Rule, **changes: Any) -> Decision:
    """What rules say to a buyer who asks, a day after he has ordered."""
    policy = tiny(rules=rules, **changes)
    return policy.assess(asks(), opened(policy), utc(2))


def lines(*parts: str) -> str:
    return "\n".join(parts)


# ---------------------------------------------------------------------- as a text


def test_a_referral_is_explained_in_japanese() -> None:
    """By its rule, the facts that satisfied it, the clauses, and what would change it."""
    decision = QOO10.assess(
        RequestCancellation("762544202", by=BUYER), sample(QOO10), jst(16, 9, 30)
    )
    assert str(explain(decision, "ja")) == lines(
        "内容: キャンセルの要請 (RequestCancellation): "
        "注文 762544202、buyer:b-1、2022-08-16 09:30:00+09:00",
        "結果: 販売者の判断へ",
        "理由:",
        "  qoo10.refer — 販売者の判断へ",
        "    条件: 操作者 = 購入者 かつ 注文の状態 = 配送要請 かつ 発送予定日を過ぎた暦日数 <= 0",
        "    事実: 操作者: 購入者、注文の状態: 配送要請、発送予定日を過ぎた暦日数: -1",
        "    根拠: qoo10.1.may-reject: 既に発送の手配を行っているご注文において、発送処理を行う"
        "前にお客様より入れ違いでキャンセル要請が入ってしまった場合等、キャンセルを受けることが難"
        "しいご注文に対しショップ側でキャンセルを拒否することができます。",
        "    根拠: qoo10.3.queue: お客様よりキャンセル要請が入るとJ・QSMトップのリストに"
        "表示がされます。",
        "次の場合、結果が変わる:",
        "  - 注文の状態: 配送要請 → 新規注文・配送遅延 ⇒ 即時キャンセル",
        "  - 注文の状態: 配送要請 → 配送中・配送完了・キャンセル完了 ⇒ 不可",
        "  - 最新のリクエスト: なし → キャンセル要請・撤回要請・撤回保留 ⇒ 不可",
        "  - 操作者: 購入者 → 販売者・運営者・システム ⇒ 不可",
        "  - 発送予定日を過ぎた暦日数 > 0 ⇒ 即時キャンセル",
        "  - 発送予定日を過ぎた暦日数: -1 → 不明 ⇒ 不可",
    )


def test_a_referral_is_explained_in_english() -> None:
    """With the document's own line where no reading is written down."""
    decision = QOO10.assess(
        RequestCancellation("762544202", by=BUYER), sample(QOO10), jst(16, 9, 30)
    )
    assert str(explain(decision, "en")) == lines(
        "Asked: Requesting cancellation (RequestCancellation): "
        "order 762544202, by buyer:b-1, 2022-08-16 09:30:00+09:00",
        "Verdict: refer to the seller",
        "Because:",
        "  qoo10.refer — refer to the seller",
        "    when: actor is the buyer and order status is Shipping requested "
        "and calendar days past the planned ship date <= 0",
        "    facts: actor: the buyer; order status: Shipping requested; "
        "calendar days past the planned ship date: -1",
        "    source: qoo10.1.may-reject: 既に発送の手配を行っているご注文において、発送処理を行う"
        "前にお客様より入れ違いでキャンセル要請が入ってしまった場合等、キャンセルを受けることが難"
        "しいご注文に対しショップ側でキャンセルを拒否することができます。",
        "    source: qoo10.3.queue: お客様よりキャンセル要請が入るとJ・QSMトップのリストに"
        "表示がされます。",
        "It would be otherwise with:",
        "  - order status: Shipping requested → New order, Shipping delayed ⇒ cancel at once",
        "  - order status: Shipping requested → Shipped, Delivered, Cancelled ⇒ refuse",
        "  - latest request: none → awaiting the seller's answer, withdrawal asked for, "
        "withdrawal held ⇒ refuse",
        "  - actor: the buyer → the seller, an operator, the system ⇒ refuse",
        "  - calendar days past the planned ship date > 0 ⇒ cancel at once",
        "  - calendar days past the planned ship date: -1 → not known ⇒ refuse",
    )


ONLY_BUYERS = says(
    Forbid("wrong_actor"),
    ~role.is_in("buyer"),
    "t.buyers",
    cites=own_rule("only buyers ask", ja="要請は購入者のみ"),
)
CLOSED = says(
    Forbid("closed"),
    status.is_in("sent", "stopped") & ~role.is_in("operator"),
    "t.closed",
    cites=clause("tiny.1"),
)
LATE = says(Forbid("closed"), days_past_ship_on > 0, "t.late", cites=clause("tiny.1"))
AT_ONCE = says(CANCEL, status.is_in("new"), "t.cancel", cites=clause("tiny.1"))
MEANT = Silence(
    "t.silence", on=RequestCancellation, when=~role.is_in("buyer"), cites=clause("tiny.1")
)
CASES: dict[str, tuple[Any, Any, str, str]] = {
    "all forbids, with what is ours and what is cited": (
        {"rules": (REFER_BUYERS, ONLY_BUYERS, CLOSED), "status": "sent"},
        SELLER,
        lines(
            ASKED_JA.format("seller:s-1"),
            "結果: 不可 (wrong_actor, closed)",
            "理由:",
            "  t.buyers — wrong_actor: この操作を行う権限がありません。",
            "    条件: 操作者 ≠ 購入者",
            "    事実: 操作者: 販売者",
            "    独自の定め: 要請は購入者のみ",
            "  t.closed — closed: 受付終了です。",
            "    条件: 注文の状態 = 発送済・中止 かつ 操作者 ≠ 運営者",
            "    事実: 注文の状態: 発送済、操作者: 販売者",
            "    根拠: tiny.1: Ask, and be answered.",
            "次の場合、結果が変わる:",
            "  - 注文の状態: 発送済 → 新規、かつ 操作者: 販売者 → 購入者 ⇒ 販売者の判断へ",
        ),
        lines(
            ASKED_EN.format("seller:s-1"),
            "Verdict: refuse (wrong_actor, closed)",
            "Because:",
            "  t.buyers — wrong_actor: This is not for this actor to do.",
            "    when: actor is not the buyer",
            "    facts: actor: the seller",
            "    ours: only buyers ask",
            "  t.closed — closed: It is closed.",
            "    when: order status is one of Sent, Stopped and actor is not an operator",
            "    facts: order status: Sent; actor: the seller",
            "    source: tiny.1: Ask, and be answered.",
            "It would be otherwise with:",
            "  - order status: Sent → New, and actor: the seller → the buyer "
            "⇒ refer to the seller",
        ),
    ),
    "a rule whose fact is missing": (
        {"rules": (REFER_BUYERS, LATE)},
        BUYER,
        lines(
            ASKED_JA.format("buyer:b-1"),
            "結果: 不可 (undetermined)",
            "理由:",
            "  t.late — 必要な情報が不足しているため、判断できません。",
            "    条件: 発送予定日を過ぎた暦日数 > 0",
            "    事実: 発送予定日を過ぎた暦日数: 不明",
            "    根拠: tiny.1: Ask, and be answered.",
            "次の場合、結果が変わる:",
            "  - 発送予定日を過ぎた暦日数 <= 0 ⇒ 販売者の判断へ",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refuse (undetermined)",
            "Because:",
            "  t.late — This cannot be decided, because something that a rule needs is not known.",
            "    when: calendar days past the planned ship date > 0",
            "    facts: calendar days past the planned ship date: not known",
            "    source: tiny.1: Ask, and be answered.",
            "It would be otherwise with:",
            "  - calendar days past the planned ship date <= 0 ⇒ refer to the seller",
        ),
    ),
    "a silence that is meant": (
        {"rules": (REFER_BUYERS,), "silences": (MEANT,)},
        SELLER,
        lines(
            ASKED_JA.format("seller:s-1"),
            "結果: 不可 (not_permitted)",
            "理由:",
            "  t.silence — この操作は許可されていません。",
            "    条件: 操作者 ≠ 購入者",
            "    根拠: tiny.1: Ask, and be answered.",
            "次の場合、結果が変わる:",
            "  - 操作者: 販売者 → 購入者 ⇒ 販売者の判断へ",
        ),
        lines(
            ASKED_EN.format("seller:s-1"),
            "Verdict: refuse (not_permitted)",
            "Because:",
            "  t.silence — This is not permitted.",
            "    when: actor is not the buyer",
            "    source: tiny.1: Ask, and be answered.",
            "It would be otherwise with:",
            "  - actor: the seller → the buyer ⇒ refer to the seller",
        ),
    ),
    "a silence of which nothing is said": (
        {"rules": (REFER_BUYERS,)},
        SELLER,
        lines(
            ASKED_JA.format("seller:s-1"),
            "結果: 不可 (not_permitted)",
            "理由:",
            "  - — この操作は許可されていません。",
            "次の場合、結果が変わる:",
            "  - 操作者: 販売者 → 購入者 ⇒ 販売者の判断へ",
        ),
        lines(
            ASKED_EN.format("seller:s-1"),
            "Verdict: refuse (not_permitted)",
            "Because:",
            "  - — This is not permitted.",
            "It would be otherwise with:",
            "  - actor: the seller → the buyer ⇒ refer to the seller",
        ),
    ),
    "permits that disagree": (
        {"rules": (REFER_BUYERS, AT_ONCE)},
        BUYER,
        lines(
            ASKED_JA.format("buyer:b-1"),
            "結果: 不可 (permits_disagree)",
            "理由:",
            "  t.cancel — ルールが矛盾しているため、処理できません。 (即時キャンセル)",
            "    条件: 注文の状態 = 新規",
            "    根拠: tiny.1: Ask, and be answered.",
            "  t.refer — ルールが矛盾しているため、処理できません。 (販売者の判断へ)",
            "    条件: 操作者 = 購入者",
            "    独自の定め: for tests",
            "次の場合、結果が変わる:",
            "  - 注文の状態: 新規 → 梱包済・発送済・中止 ⇒ 販売者の判断へ",
            "  - 操作者: 購入者 → 販売者・運営者・システム ⇒ 即時キャンセル",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refuse (permits_disagree)",
            "Because:",
            "  t.cancel — The rules contradict each other here, so nothing was done. "
            "(cancel at once)",
            "    when: order status is New",
            "    source: tiny.1: Ask, and be answered.",
            "  t.refer — The rules contradict each other here, so nothing was done. "
            "(refer to the seller)",
            "    when: actor is the buyer",
            "    ours: for tests",
            "It would be otherwise with:",
            "  - order status: New → Packed, Sent, Stopped ⇒ refer to the seller",
            "  - actor: the buyer → the seller, an operator, the system ⇒ cancel at once",
        ),
    ),
    "a permit where the chart has no such move": (
        {"rules": (says(CANCEL),), "status": "sent"},
        BUYER,
        lines(
            ASKED_JA.format("buyer:b-1"),
            "結果: 不可 (no_such_move)",
            "理由:",
            "  t — 現在の状態では、この操作はできません。 (即時キャンセル)",
            "    条件: 常に",
            "    独自の定め: for tests",
            "次の場合、結果が変わる:",
            "  - 注文の状態: 発送済 → 新規・梱包済 ⇒ 即時キャンセル",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refuse (no_such_move)",
            "Because:",
            "  t — This is not possible in the present status. (cancel at once)",
            "    when: always",
            "    ours: for tests",
            "It would be otherwise with:",
            "  - order status: Sent → New, Packed ⇒ cancel at once",
        ),
    ),
    "what nothing would change": (
        {"rules": ()},
        BUYER,
        lines(
            ASKED_JA.format("buyer:b-1"),
            "結果: 不可 (not_permitted)",
            "理由:",
            "  - — この操作は許可されていません。",
            "事実を3つまで変えても、結果は変わらない。",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refuse (not_permitted)",
            "Because:",
            "  - — This is not permitted.",
            "No change of up to 3 facts would make it otherwise.",
        ),
    ),
}


@pytest.mark.parametrize(("changes", "by", "ja", "en"), CASES.values(), ids=CASES)
def test_a_decision_is_told_in_both_languages(
    changes: dict[str, Any], by: Any, ja: str, en: str
) -> None:
    """What was asked, what came out, why, and what would make it otherwise."""
    order_status = changes.get("status", "new")
    policy = tiny(**{name: each for name, each in changes.items() if name != "status"})
    decision = policy.assess(asks(by=by), opened(policy, status=order_status), utc(2))
    assert str(explain(decision, "ja")) == ja
    assert str(explain(decision, "en")) == en
    assert explain(decision, "ja") == explain(decision, "ja")


def test_facts_without_a_case_are_explained_by_the_kind_alone() -> None:
    """Nobody has asked, at no time and of no order; the rest is the same."""
    facts = {"status": "new", "request": "none", "role": "buyer"}
    decision = tiny(rules=(REFER_BUYERS,)).judge(RequestCancellation, facts)
    explained = explain(decision, "ja")
    assert explained.asked == "キャンセルの要請 (RequestCancellation)"
    assert explain(decision, "en").asked == "Requesting cancellation (RequestCancellation)"
    real = explain(asked(REFER_BUYERS), "ja")
    assert attrs.evolve(explained, asked=real.asked) == real


@pytest.mark.parametrize(
    ("kind", "ja", "en"),
    [
        (Approve, "承認 (Approve)", "Approving (Approve)"),
        (Reject, "拒否 (Reject)", "Rejecting (Reject)"),
        (Withdraw, "要請の取り消し (Withdraw)", "Withdrawing (Withdraw)"),
        (
            AskWithdrawal,
            "撤回の要請 (AskWithdrawal)",
            "Asking for withdrawal (AskWithdrawal)",
        ),
        (
            AnswerWithdrawal,
            "撤回要請への回答 (AnswerWithdrawal)",
            "Answering the ask for withdrawal (AnswerWithdrawal)",
        ),
        (AdvanceOrder, "注文の進行 (AdvanceOrder)", "Moving the order on (AdvanceOrder)"),
        (ApplyDeadline, "期限の適用 (ApplyDeadline)", "Applying a deadline (ApplyDeadline)"),
    ],
)
def test_what_was_asked_has_a_name_in_both_languages(
    kind: type[Command], ja: str, en: str
) -> None:
    """And the name by which programs know it."""
    facts = {
        "status": "new",
        "request": "none",
        "accept": True,
        "move": "send",
        "deadline": "d",
    }
    decision = tiny(rules=()).judge(kind, facts)
    assert explain(decision, "ja").asked == ja
    assert explain(decision, "en").asked == en


def test_rules_by_themselves_are_explained_without_a_command() -> None:
    """Where no kind of command is known, nothing is said of what was asked or could be."""
    decision = judge_rules((REFER_BUYERS,), {"role": "buyer"}, tiny(rules=(REFER_BUYERS,)))
    explained = explain(decision, "en")
    assert (explained.asked, explained.flips) == ("", ())
    assert str(explained).splitlines()[:3] == [
        "Verdict: refer to the seller",
        "Because:",
        "  t.refer — refer to the seller",
    ]


def test_a_language_that_nobody_has_written_is_refused() -> None:
    """There are two."""
    with pytest.raises(InvalidValue):
        explain(asked(REFER_BUYERS), "fr")  # type: ignore[arg-type]


# ---------------------------------------------------------------------- as data


def test_an_explanation_is_data() -> None:
    """Its parts are the ones that the text is made of."""
    decision = asked(REFER_BUYERS, LATE)
    assert explain(decision, "en") == Explanation(
        lang="en",
        asked="Requesting cancellation (RequestCancellation): order o-7, by buyer:b-1, "
        "2024-03-02 09:00:00+09:00",
        verdict=Verdict.REFUSE,
        codes=("undetermined",),
        causes=(
            Cause(
                id="t.late",
                effect="This cannot be decided, because something that a rule needs is not known.",
                when="calendar days past the planned ship date > 0",
                facts=("calendar days past the planned ship date: not known",),
                source=(Quote("tiny.1", "Ask, and be answered."),),
            ),
        ),
        flips=(
            Flip(
                (
                    Change(
                        "days_past_ship_on", "calendar days past the planned ship date <= 0", (-1,)
                    ),
                ),
                Verdict.REFER,
            ),
        ),
    )


def test_an_explanation_is_told_to_programs_as_json() -> None:
    """The same as strings, lists and dictionaries."""
    policy = tiny(rules=(REFER_BUYERS, ONLY_BUYERS, CLOSED))
    decision = policy.assess(asks(by=SELLER), opened(policy, status="sent"), utc(2))
    assert json.loads(json.dumps(explain(decision, "en").as_dict())) == {
        "asked": "Requesting cancellation (RequestCancellation): order o-7, by seller:s-1, "
        "2024-03-02 09:00:00+09:00",
        "verdict": "refuse",
        "codes": ["wrong_actor", "closed"],
        "causes": [
            {
                "id": "t.buyers",
                "effect": "wrong_actor: This is not for this actor to do.",
                "when": "actor is not the buyer",
                "facts": ["actor: the seller"],
                "source": [],
                "note": "only buyers ask",
            },
            {
                "id": "t.closed",
                "effect": "closed: It is closed.",
                "when": "order status is one of Sent, Stopped and actor is not an operator",
                "facts": ["order status: Sent", "actor: the seller"],
                "source": [{"clause": "tiny.1", "line": "Ask, and be answered."}],
                "note": "",
            },
        ],
        "flips": [
            {
                "verdict": "refer",
                "changes": [
                    {"fact": "status", "told": "order status: Sent → New"},
                    {"fact": "role", "told": "actor: the seller → the buyer"},
                ],
            }
        ],
    }


def test_a_length_of_time_is_no_hindrance_to_json() -> None:
    """What programs read is words, whatever the facts are."""
    told = explain(asked(says(REFER, since_placed < HOUR)), "en").as_dict()
    assert json.loads(json.dumps(told))["flips"] == [
        {
            "verdict": "refer",
            "changes": [{"fact": "since_placed", "told": "time since the order was placed < 1 h"}],
        }
    ]


# ---------------------------------------------------------------------- why


def cause(decision: Decision, lang: Lang = "en") -> Cause:
    (found,) = explain(decision, lang).causes
    return found


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (ALWAYS, ()),
        (role.is_in("buyer"), ("actor: the buyer",)),
        (~role.is_in("seller"), ("actor: the buyer",)),
        # Of alternatives, those that hold.
        (role.is_in("buyer") | status.is_in("sent"), ("actor: the buyer",)),
        (
            role.is_in("buyer") | status.is_in("new"),
            ("actor: the buyer", "order status: New"),
        ),
        (
            (status.is_in("sent") & role.is_in("buyer")) | (days_since_placed > 0),
            ("calendar days since the order was placed: 1",),
        ),
        # Of what does not hold, that by which it does not.
        (
            ~(role.is_in("seller") | status.is_in("sent")),
            ("actor: the buyer", "order status: New"),
        ),
        (~(role.is_in("buyer") & status.is_in("sent")), ("order status: New",)),
        (
            ~(role.is_in("buyer") & ~(days_since_placed > 0)),
            ("calendar days since the order was placed: 1",),
        ),
        # Each fact once, and what is missing where a rule says so.
        (
            (days_since_placed > 0) & (days_since_placed < 9),
            ("calendar days since the order was placed: 1",),
        ),
        (~since_paid.is_known, ("time since payment: not known",)),
        (
            ~since_paid.is_known | (since_paid > HOUR),
            ("time since payment: not known",),
        ),
        (since_placed > HOUR, ("time since the order was placed: 1 d",)),
        (request.is_in("none"), ("latest request: none",)),
    ],
)
def test_the_facts_that_satisfied_a_condition_are_told(
    when: Condition, told: tuple[str, ...]
) -> None:
    """And none that did not matter."""
    policy = tiny(rules=(says(REFER, when),))
    decision = policy.assess(asks(), opened(policy, placed_at=utc(1)), utc(2))
    assert decision.verdict is Verdict.REFER
    assert cause(decision).facts == told


def test_every_rule_that_determined_a_decision_is_told() -> None:
    """Permits that agree, all of them, in the order of their ids."""
    rules = (says(REFER, status.is_in("new"), "t.b"), says(REFER, name="t.a"))
    explained = explain(asked(*rules), "en")
    assert [(each.id, each.facts) for each in explained.causes] == [
        ("t.a", ()),
        ("t.b", ("order status: New",)),
    ]


def test_what_could_not_be_evaluated_is_told_before_what_forbids() -> None:
    """Both stood in the way."""
    closed = says(Forbid("closed"), name="t.a")
    explained = explain(asked(closed, LATE), "en")
    assert [(each.id, each.facts) for each in explained.causes] == [
        ("t.late", ("calendar days past the planned ship date: not known",)),
        ("t.a", ()),
    ]
    assert explained.codes == ("undetermined", "closed")


READ = Document(
    "Guide",
    (
        Clause("tiny.1", section="1", text="尋ねよ", reading="Ask, as we read it."),
        Clause("tiny.2", section="2", text="答えよ"),
    ),
)


@pytest.mark.parametrize(("lang", "first"), [("ja", "尋ねよ"), ("en", "Ask, as we read it.")])
def test_a_clause_is_quoted_by_its_line_or_its_reading(lang: Lang, first: str) -> None:
    """The document's own line in Japanese, in English how it is read, of each that is cited."""
    policy = tiny(rules=(says(REFER, cites=clause("tiny.2", "tiny.1")),), documents=(READ,))
    decision = policy.assess(asks(), opened(policy), utc(2))
    found = cause(decision, lang)
    assert found.source == (Quote("tiny.2", "答えよ"), Quote("tiny.1", first))
    assert found.note == ""


@pytest.mark.parametrize(("lang", "note"), [("ja", "要請は購入者のみ"), ("en", "only buyers ask")])
def test_what_is_ours_says_why_it_is_there(lang: Lang, note: str) -> None:
    """In the language asked for, and cites nothing."""
    policy = tiny(rules=(ONLY_BUYERS,))
    found = cause(policy.assess(asks(by=SELLER), opened(policy), utc(2)), lang)
    assert (found.note, found.source) == (note, ())


def test_a_silence_of_our_own_says_why_it_is_there() -> None:
    """As a rule does; without a condition it holds always."""
    meant = Silence("t.silence", on=RequestCancellation, cites=own_rule("none asks", ja="なし"))
    assert cause(asked(silences=(meant,)), "ja") == Cause(
        id="t.silence", effect="この操作は許可されていません。", when="常に", note="なし"
    )


# ---------------------------------------------------------------------- what would change it


def flips(decision: Decision, lang: Lang = "en") -> list[tuple[str, str]]:
    """Each flip as its changes and its verdict."""
    return [
        (" + ".join(change.text for change in flip.changes), str(flip.verdict))
        for flip in explain(decision, lang).flips
    ]


def flips_of(fact: str, *rules: Rule, lang: Lang = "en", **changes: Any) -> list[Any]:
    """What one fact alone would change, with the values that would do."""
    return [
        (change.text, change.values, str(flip.verdict))
        for flip in explain(asked(*rules, **changes), lang).flips
        for change in flip.changes
        if change.fact == fact
    ]


def test_every_word_that_would_do_is_told() -> None:
    """All that bring one verdict together, and those that bring another apart."""
    rules = (
        says(REFER, status.is_in("new", "packed"), "t.a"),
        says(CANCEL, status.is_in("sent"), "t.b"),
    )
    policy = tiny(rules=rules)
    decision = policy.assess(asks(), opened(policy, status="stopped"), utc(2))
    assert explain(decision, "ja").flips == (
        Flip(
            (Change("status", "注文の状態: 中止 → 新規・梱包済", ("new", "packed")),),
            Verdict.REFER,
        ),
    )


@pytest.mark.parametrize(
    ("when", "told", "values"),
    [
        (days_since_placed > 3, "> 3", (4,)),
        (days_since_placed >= 3, ">= 3", (3,)),
        (days_since_placed < 1, "< 1", (0,)),
        (days_since_placed <= 0, "<= 0", (0,)),
        (~(days_since_placed <= 3), "> 3", (4,)),
        (~(days_since_placed > 0), "<= 0", (0,)),
        # Of several bounds the one that is passed first.
        ((days_since_placed > 3) | (days_since_placed > 7), "> 3", (4,)),
        ((days_since_placed < -3) | (days_since_placed > 9), "< -3", (-4,)),
    ],
)
def test_of_a_number_the_nearest_bound_is_told(
    when: Condition, told: str, values: tuple[int, ...]
) -> None:
    """And the nearest number beyond it."""
    label = "calendar days since the order was placed"
    assert flips_of("days_since_placed", says(REFER, when)) == [
        (f"{label} {told}", values, "refer")
    ]


@pytest.mark.parametrize(
    ("when", "ja", "en", "values"),
    [
        (since_placed < 30 * MINUTE, "< 30分", "< 30 min", (30 * MINUTE - SECOND,)),
        (since_placed >= 36 * HOUR, ">= 36時間", ">= 36 h", (36 * HOUR,)),
        (since_placed > 48 * HOUR, "> 2日", "> 2 d", (48 * HOUR + SECOND,)),
        (since_placed < 90 * SECOND, "< 90秒", "< 90 s", (89 * SECOND,)),
    ],
)
def test_of_a_length_of_time_the_nearest_bound_is_told(
    when: Condition, ja: str, en: str, values: tuple[timedelta, ...]
) -> None:
    """In its largest whole unit; a second beyond it is enough."""
    rule = says(REFER, when)
    assert flips_of("since_placed", rule, lang="ja") == [(f"注文からの時間 {ja}", values, "refer")]
    label = "time since the order was placed"
    assert flips_of("since_placed", rule) == [(f"{label} {en}", values, "refer")]


def test_a_number_that_no_bound_tells_from_the_present_one_is_no_change() -> None:
    """Five days are as good as one where only the tenth counts."""
    facts = {"status": "new", "request": "none", "days_since_placed": 5}
    decision = tiny(rules=(says(REFER, days_since_placed < 10),)).judge(RequestCancellation, facts)
    told = {change.values for flip in explain(decision, "en").flips for change in flip.changes}
    assert (10,) in told
    assert not told & {(4,), (6,), (9,)}


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"vip": True}, ("VIP: yes → no", (False,), "refuse")),
        ({"vip": False}, ("VIP: no → yes", (True,), "refer")),
        ({}, ("VIP: not known → yes", (True,), "refer")),
    ],
)
def test_a_flag_is_turned(known: dict[str, bool], told: Any) -> None:
    """From yes to no and back, or it becomes known."""
    vip = attribute_flag("vip", Text("得意客", "VIP"))
    policy = tiny(rules=(says(REFER, vip.holds),), facts=(vip,))
    decision = policy.assess(asks(), opened(policy, attributes=known), utc(2))
    assert told in [
        (change.text, change.values, str(flip.verdict))
        for flip in explain(decision, "en").flips
        for change in flip.changes
    ]


def test_a_number_that_is_missing_may_become_known() -> None:
    """The bound on either side of which it would count is told."""
    assert flips_of("days_past_ship_on", REFER_BUYERS, LATE) == [
        ("calendar days past the planned ship date <= 0", (-1,), "refer")
    ]
    weight = attribute_number("weight", Text("重さ", "weight"))
    assert flips_of("weight", says(REFER, weight.is_known), facts=(weight,)) == [
        ("weight: not known → 0", (0,), "refer")
    ]


def test_a_number_may_go_missing() -> None:
    """Where not knowing it would change the answer and another number would not."""
    weight = attribute_number("weight", Text("重さ", "weight"))
    policy = tiny(rules=(says(REFER, (weight < 5) | (weight >= 5)),), facts=(weight,))
    decision = policy.assess(asks(), opened(policy, attributes={"weight": 3}), utc(2))
    assert ("重さ: 3 → 不明", "refuse") in flips(decision, "ja")
    assert ("weight: 3 → not known", "refuse") in flips(decision)


def test_a_word_may_become_known() -> None:
    """Of a choice that is missing, every word that would do."""
    rank = attribute_choice("rank", Text("級", "rank"), ("gold", "silver", "tin"))
    rule = says(REFER, rank.is_in("gold", "silver"))
    assert flips_of("rank", rule, facts=(rank,)) == [
        ("rank: not known → gold, silver", ("gold", "silver"), "refer")
    ]


def test_facts_that_must_change_together_are_told_together() -> None:
    """Where no single one would do: the first words, and the nearest numbers."""
    decision = asked(says(REFER, status.is_in("packed", "sent") & (days_since_placed > 3)))
    assert flips(decision) == [
        (
            "order status: New → Packed + calendar days since the order was placed > 3",
            "refer",
        )
    ]
    assert "  - 注文の状態: 新規 → 梱包済、かつ 注文日からの暦日数 > 3 ⇒ 販売者の判断へ" in str(
        explain(decision, "ja")
    )


def test_three_facts_together_are_tried_and_four_are_not() -> None:
    """More than three at once is no near miss."""
    three = status.is_in("packed") & role.is_in("seller") & (days_since_placed > 3)
    told = (
        "order status: New → Packed + actor: the buyer → the seller + "
        "calendar days since the order was placed > 3"
    )
    assert flips(asked(says(REFER, three))) == [(told, "refer")]
    assert flips(asked(says(REFER, three & since_paid.is_known))) == []


def test_fewer_changes_hide_more() -> None:
    """What a single fact changes makes pairs of facts no news."""
    rules = (
        says(REFER, status.is_in("sent"), "t.a"),
        says(CANCEL, status.is_in("packed") & role.is_in("seller"), "t.b"),
    )
    assert flips(asked(*rules)) == [("order status: New → Sent", "refer")]


def test_nobody_is_told_to_be_somebody_else() -> None:
    """To a stranger every answer is no; being a party is no fact that could be otherwise."""
    decision = QOO10.assess(
        RequestCancellation("762544202", by=Buyer("b-2")), sample(QOO10), jst(16, 9)
    )
    assert decision.codes == ("not_a_party",)
    assert explain(decision, "en").flips == ()


def test_whether_a_chart_has_a_move_follows_from_the_move_and_the_status() -> None:
    """Those are told, and not that the chart would have to be another one."""
    policy = tiny(rules=(says(PERMIT, legal_move.holds, on=AdvanceOrder),))
    decision = policy.assess(
        AdvanceOrder("o-7", by=SELLER, move="plan"), opened(policy, status="packed"), utc(2)
    )
    assert decision.codes == ("not_permitted",)
    assert explain(decision, "en").flips == (
        Flip((Change("status", "order status: Packed → New", ("new",)),), Verdict.PERMIT),
        Flip((Change("move", "move of the order: plan → send", ("send",)),), Verdict.PERMIT),
    )


def test_facts_that_contradict_each_other_are_no_way_out() -> None:
    """Without a request nothing can have been rejected: both go together."""
    decision = QOO10.judge(
        RequestCancellation,
        {
            "status": "new",
            "request": "rejected",
            "rejected_before": True,
            "role": "buyer",
            "party": True,
            "days_past_ship_on": None,
        },
    )
    assert decision.codes == ("rejected_before",)
    for flip in explain(decision, "en").flips:
        changed = {change.fact: change.values for change in flip.changes}
        assert changed["rejected_before"] == (False,)
        assert "rejected" not in changed["request"]
        assert flip.verdict is Verdict.CANCEL


def test_a_seller_who_is_not_known_may_turn_out_to_permit() -> None:
    """What the directory does not know is a fact like any other."""
    assert flips_of(
        "seller_permits", says(REFER, seller_permits.is_known & seller_permits.holds)
    ) == [("the seller permits cancellation requests: not known → yes", (True,), "refer")]


# ---------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("name", "ja", "en"),
    [
        ("status", "注文の状態", "order status"),
        ("vip", "得意客", "VIP"),
        ("gone", "gone", "gone"),
    ],
)
def test_a_fact_is_called_by_its_label(name: str, ja: str, en: str) -> None:
    """One that every policy knows, one of its own; what nobody knows by its name."""
    policy = tiny(facts=(attribute_flag("vip", Text("得意客", "VIP")),))
    assert fact_text(name, policy, "ja") == ja
    assert fact_text(name, policy, "en") == en


@pytest.mark.parametrize(
    ("name", "value", "ja", "en"),
    [
        ("vip", None, "不明", "not known"),
        ("vip", True, "はい", "yes"),
        ("vip", False, "いいえ", "no"),
        ("status", "packed", "梱包済", "Packed"),
        ("role", "operator", "運営者", "an operator"),
        ("request", "none", "なし", "none"),
        ("request", "withdrawal_held", "撤回保留", "withdrawal held"),
        ("move", "send", "send", "send"),
        ("channel", "fax", "fax", "fax"),
        ("days_since_placed", 0, "0", "0"),
        ("days_since_placed", -12, "-12", "-12"),
        ("since_placed", timedelta(), "0秒", "0 s"),
        ("since_placed", -SECOND, "-1秒", "-1 s"),
        ("since_placed", timedelta(days=14), "14日", "14 d"),
        ("since_placed", 25 * HOUR, "1日1時間", "1 d 1 h"),
        ("since_placed", 61 * MINUTE, "1時間1分", "1 h 1 min"),
        ("since_placed", timedelta(seconds=61), "1分1秒", "1 min 1 s"),
        ("since_placed", timedelta(seconds=1, microseconds=5), "1秒", "1 s"),
    ],
)
def test_a_value_is_called_as_people_call_it(
    name: str, value: Value | None, ja: str, en: str
) -> None:
    """Words by their texts or themselves, numbers as numbers, lengths of time with a unit."""
    assert value_text(name, value, tiny(), "ja") == ja
    assert value_text(name, value, tiny(), "en") == en


# ---------------------------------------------------------------------- whatever the facts

POLICIES = {
    "conect": CONECT,
    "conect, every other reading": conect(edition="2", may_ask_again=False, may_withdraw=True),
    "qoo10": QOO10,
    "qoo10, every other reading": qoo10(
        edition="2",
        delay_approves=True,
        withdrawal_bars=True,
        may_withdraw=True,
        shipping_supersedes=True,
    ),
}


def otherwise(
    policy: Policy, kind: type[Command], given: Mapping[str, Value | None], count: int
) -> Iterator[Verdict]:
    """Every verdict that comes of `count` other values, whatever they are."""
    space = Space.of(policy, kind)
    free = [name for name in space.values if name not in ("party", "legal_move")]
    for names in combinations(free, count):
        for values in product(*(space.values[name] for name in names)):
            changed = {**given, **dict(zip(names, values, strict=True))}
            if "legal_move" in changed:
                changed["legal_move"] = policy.can_advance(changed["status"], changed["move"])
            if space.is_possible(changed):
                yield policy.judge(kind, changed).verdict


@given(
    name=st.sampled_from(sorted(POLICIES)),
    kind=st.sampled_from(COMMANDS),
    number=st.integers(0, 10**6),
)
def test_a_flip_does_what_it_says_and_nothing_smaller_does(
    name: str, kind: type[Command], number: int
) -> None:
    """Its facts bring its verdict; fewer, whatever their values, bring only the present one."""
    policy = POLICIES[name]
    space = Space.of(policy, kind)
    assume(space.size)
    judged = space.at(number % space.size)
    assume(judged is not None)
    assert judged is not None
    decision = policy.judge(kind, judged)
    found = explain(decision, "en").flips
    fewest = len(found[0].changes) if found else 4
    for flip in found:
        assert len(flip.changes) == fewest
        assert flip.verdict is not decision.verdict
        for values in product(*(change.values for change in flip.changes)):
            names = [change.fact for change in flip.changes]
            changed = space.completed({**judged, **dict(zip(names, values, strict=True))})
            assert policy.judge(kind, changed).verdict is flip.verdict
    for count in range(1, fewest):
        assert set(otherwise(policy, kind, judged, count)) <= {decision.verdict}
    if found:
        reached = set(otherwise(policy, kind, judged, fewest)) - {decision.verdict}
        assert {flip.verdict for flip in found} == reached


@given(
    name=st.sampled_from(sorted(POLICIES)),
    kind=st.sampled_from(COMMANDS),
    number=st.integers(0, 10**6),
    lang=st.sampled_from(("ja", "en")),
)
def test_every_decision_can_be_explained(
    name: str, kind: type[Command], number: int, lang: Lang
) -> None:
    """With a cause for every rule, or for the silence, as a text and for programs."""
    policy = POLICIES[name]
    space = Space.of(policy, kind)
    assume(space.size)
    judged = space.at(number % space.size)
    assume(judged is not None)
    assert judged is not None
    decision = policy.judge(kind, judged)
    explained = explain(decision, lang)
    silent = (None if decision.silence is None else decision.silence.id,)
    assert {each.id for each in explained.causes} == set(decision.rules or silent)
    assert (explained.verdict, explained.codes) == (decision.verdict, decision.codes)
    text = str(explained)
    for each in explained.causes:
        assert each.effect in text
    told = json.loads(json.dumps(explained.as_dict()))
    assert (told["asked"], told["verdict"]) == (explained.asked, str(explained.verdict))
    assert [each["id"] for each in told["causes"]] == [each.id for each in explained.causes]
    assert [
        ([change["told"] for change in flip["changes"]], flip["verdict"]) for flip in told["flips"]
    ] == [
        ([change.text for change in flip.changes], str(flip.verdict)) for flip in explained.flips
    ]


def test_of_several_bounds_the_one_that_turns_the_answer_is_told() -> None:
    """Between the bounds the order is referred; only beyond the last one it is refused."""
    rules = (
        says(REFER, days_since_placed > 3, "t.refer"),
        says(REFER, status.is_in("new"), "t.new"),
        says(Forbid("closed"), days_since_placed > 10, "t.closed"),
    )
    decision = tiny(rules=(*RULES[:-3], *rules)).assess(asks(), opened(tiny()), utc(2))
    told = [
        (change.text, str(flip.verdict))
        for flip in explain(decision, "en").flips
        for change in flip.changes
        if change.fact == "days_since_placed"
    ]
    assert told == [("calendar days since the order was placed > 10", "refuse")]


def test_a_deadline_that_is_not_known_can_be_explained() -> None:
    """It is refused, and nothing would make it otherwise."""
    policy = tiny()
    command = ApplyDeadline("o-7", by=SYSTEM, deadline="no_such_deadline", request=1)
    told = explain(policy.assess(command, opened(policy), utc(2)), "en")
    assert (told.codes, told.flips) == (("not_due",), ())


def test_an_attribute_of_the_wrong_kind_can_be_explained() -> None:
    """A case that no policy opened may have one; the rule fails closed, and a number would do."""
    weight = attribute_number("weight", Text("重さ", "weight"))
    policy = tiny(rules=(*RULES[:-3], says(REFER, weight > 3)), facts=(weight,))
    case = attrs.evolve(opened(tiny()), order=order(attributes={"weight": "heavy"}))
    told = explain(policy.assess(asks(), case, utc(2)), "en")
    assert told.codes == ("undetermined",)
    assert [(each.text, flip.verdict) for flip in told.flips for each in flip.changes] == [
        ("weight > 3", "refer")
    ]
