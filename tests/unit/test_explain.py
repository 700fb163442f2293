"""A decision is explained in words: what determined it, and what would have to be different."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations, product
from typing import Any

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ordercancel import (
    AdvanceOrder,
    Approve,
    AskWithdrawal,
    Decision,
    InvalidValue,
    Policy,
    Refused,
    Reject,
    RequestCancellation,
    Text,
    UpdateOrder,
    Verdict,
    Withdraw,
    decide,
    evolve,
)
from ordercancel.domain.commands import JUDGED, AnswerWithdrawal, Judged
from ordercancel.domain.events import DeadlineFired
from ordercancel.domain.texts import Lang
from ordercancel.engine.handling import fire_due
from ordercancel.engine.inputs import check_input
from ordercancel.explain.explain import _UNCHANGEABLE, explain, explain_faults, explain_firing
from ordercancel.explain.explanation import Cause, Change, Explanation, Flip, Quote
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import (
    ALWAYS,
    CANCEL,
    PERMIT,
    Choice,
    Clause,
    Condition,
    Deadline,
    Document,
    Flag,
    Forbid,
    Gap,
    If,
    Named,
    Number,
    Refer,
    Rule,
    advance,
    answerer,
    approve,
    buyer,
    cancel,
    clause,
    days,
    decided,
    expire,
    hours,
    is_open,
    mark,
    minutes,
    notify,
    now,
    operator,
    own_rule,
    paid_at,
    placed_at,
    reading,
    refer,
    reject,
    request,
    requested_at,
    seller,
    seller_permits,
    ship_on,
    shipped_at,
    status,
)
from ordercancel.rules.conditions import Value
from ordercancel.rules.facts import legal_move
from ordercancel.verification.enumeration import Space
from samples import jst
from samples import opened as sample
from unit.tiny import BUYER, OURS, SELLER, SYSTEM, asks, opened, tiny, utc

ASKED_JA = (
    "内容: キャンセルのリクエスト (RequestCancellation): 注文 o-7、{}、2024-03-02 09:00:00+09:00"
)
ASKED_EN = (
    "Asked: Requesting cancellation (RequestCancellation): order o-7, by {}, "
    "2024-03-02 09:00:00+09:00"
)
REFER = Refer(seller)
REFER_BUYERS = Rule("t.refer", on=RequestCancellation, effect=REFER, when=buyer, source=OURS)


def says(effect: Any, when: Any = ALWAYS, name: str = "t", **changes: Any) -> Rule:
    values: dict[str, Any] = {"on": RequestCancellation, "source": OURS}
    return Rule(name, effect=effect, when=when, **values | changes)


def asked(*rules: Rule, facts: Any = (), known: Any = None, **changes: Any) -> Decision:
    """What rules say to a buyer who asks, 21 hours after they have ordered."""
    policy = tiny(rules=rules, facts=facts)
    return policy.assess(asks(), opened(policy, **{"facts": known or {}, **changes}), utc(2))


def lines(*parts: str) -> str:
    return "\n".join(parts)


# ---------------------------------------------------------------------- as a text


def test_a_referral_is_explained_in_japanese() -> None:
    """By its rule, the facts that satisfied it, the clauses, and what would change it."""
    decision = QOO10.assess(
        RequestCancellation("762544202", by=BUYER), sample(QOO10), jst(16, 9, 30)
    )
    assert str(explain(decision, "ja")) == lines(
        "内容: キャンセル要請 (RequestCancellation): "
        "注文 762544202、buyer:b-1、2022-08-16 09:30:00+09:00",
        "結果: 回答する側の判断へ",
        "理由:",
        "  qoo10.refer — ショップの判断へ",
        "    条件: 操作者がお客様 かつ 注文の状態が配送要請 かつ 発送予定日まで",
        "    事実: 操作者: お客様、注文の状態: 配送要請、発送予定日: 2022-08-17",
        "    原文 qoo10.1.may-reject: 既に発送の手配を行っているご注文において、発送処理を行う"
        "前にお客様より入れ違いでキャンセル要請が入ってしまった場合等、キャンセルを受けることが難"
        "しいご注文に対しショップ側でキャンセルを拒否することができます。",
        "    原文 qoo10.3.queue: お客様よりキャンセル要請が入るとJ・QSMトップのリストに"
        "表示がされます。",
        "次の場合、結果が変わる:",
        "  - 最新のキャンセル要請: なし → キャンセル要請中・撤回要請・撤回保留 ⇒ 不可",
        "  - 注文の状態: 配送要請 → 新規注文・配送遅延 ⇒ 即時キャンセル",
        "  - 注文の状態: 配送要請 → 配送中・配送完了・キャンセル完了 ⇒ 不可",
        "  - 発送予定日を過ぎてから ⇒ 即時キャンセル",
        "  - 発送予定日: 2022-08-17 → 不明 ⇒ 不可",
    )


def test_a_refusal_is_explained_in_english() -> None:
    """All forbids that hold; what is the library's own is told apart from the document's."""
    decision = QOO10.assess(
        RequestCancellation("762544202", by=BUYER), sample(QOO10, status="shipped"), jst(16, 9, 30)
    )
    assert str(explain(decision, "en")) == lines(
        "Asked: Requesting cancellation (RequestCancellation): "
        "order 762544202, by buyer:b-1, 2022-08-16 09:30:00+09:00",
        "Verdict: refuse (already_shipped)",
        "Because:",
        "  qoo10.shipped — already_shipped: "
        "The order has been shipped and can no longer be cancelled.",
        "    when: actor is the buyer and order status is one of Shipped, Delivered",
        "    facts: actor: the buyer; order status: Shipped",
        "    own rule: what has been shipped is returned, not cancelled; "
        "the document speaks of requests before the shipping",
        "The outcome would change if:",
        "  - order status: Shipped → New order, Shipping delayed ⇒ cancel at once",
        "  - order status: Shipped → Shipping requested ⇒ refer to the answerer",
    )


ONLY_BUYERS = says(
    Forbid("wrong_actor"),
    ~buyer,
    "t.buyers",
    source=own_rule("only buyers ask", ja="要請は購入者のみ"),
)
CLOSED = says(
    Forbid("closed"),
    status.is_in("sent", "stopped") & ~operator,
    "t.closed",
    source=clause("tiny.1"),
)
LATE = says(Forbid("closed"), now >= ship_on.end(), "t.late", source=clause("tiny.1"))
AT_ONCE = says(CANCEL, status.is_in("new"), "t.cancel", source=clause("tiny.1"))
CASES: dict[str, tuple[Any, Any, str, str]] = {
    "all forbids, with what is one's own and what is cited": (
        {"rules": (REFER_BUYERS, ONLY_BUYERS, CLOSED), "status": "sent"},
        SELLER,
        lines(
            ASKED_JA.format("seller:s-1"),
            "結果: 不可 (wrong_actor, closed)",
            "理由:",
            "  t.buyers — wrong_actor: この操作を行う権限がありません。",
            "    条件: 操作者が購入者以外",
            "    事実: 操作者: 販売者",
            "    独自の定め: 要請は購入者のみ",
            "  t.closed — closed: 受付終了です。",
            "    条件: 注文の状態が発送済・中止 かつ 操作者が運営者以外",
            "    事実: 注文の状態: 発送済、操作者: 販売者",
            "    原文 tiny.1: Ask, and be answered.",
            "事実を3つまで変えても、結果は変わらない。",
        ),
        lines(
            ASKED_EN.format("seller:s-1"),
            "Verdict: refuse (wrong_actor, closed)",
            "Because:",
            "  t.buyers — wrong_actor: This is not for this actor to do.",
            "    when: actor is not the buyer",
            "    facts: actor: the seller",
            "    own rule: only buyers ask",
            "  t.closed — closed: It is closed.",
            "    when: order status is one of Sent, Stopped and actor is not an operator",
            "    facts: order status: Sent; actor: the seller",
            "    the document says tiny.1: Ask, and be answered.",
            "No change of up to 3 facts would change the outcome.",
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
            "    条件: 発送予定日を過ぎてから",
            "    事実: 発送予定日: 不明",
            "    原文 tiny.1: Ask, and be answered.",
            "次の場合、結果が変わる:",
            "  - 発送予定日まで ⇒ 回答する側の判断へ",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refuse (undetermined)",
            "Because:",
            "  t.late — This cannot be decided, because something that a rule needs is not known.",
            "    when: from the end of the planned ship date on",
            "    facts: the planned ship date: not known",
            "    the document says tiny.1: Ask, and be answered.",
            "The outcome would change if:",
            "  - before the end of the planned ship date ⇒ refer to the answerer",
        ),
    ),
    "that no rule grants it": (
        {"rules": (says(REFER, buyer & status.is_in("packed")),)},
        BUYER,
        lines(
            ASKED_JA.format("buyer:b-1"),
            "結果: 不可 (not_permitted)",
            "理由:",
            "  - — not_permitted: 現在、この操作を行うことはできません。",
            "次の場合、結果が変わる:",
            "  - 注文の状態: 新規 → 梱包済 ⇒ 回答する側の判断へ",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refuse (not_permitted)",
            "Because:",
            "  - — not_permitted: This is not permitted at present.",
            "The outcome would change if:",
            "  - order status: New → Packed ⇒ refer to the answerer",
        ),
    ),
    "grants that disagree": (
        {"rules": (REFER_BUYERS, AT_ONCE)},
        BUYER,
        lines(
            ASKED_JA.format("buyer:b-1"),
            "結果: 不可 (permits_disagree)",
            "理由:",
            "  t.cancel — ルールが矛盾しているため、処理できません。 (即時キャンセル)",
            "    条件: 注文の状態が新規",
            "    原文 tiny.1: Ask, and be answered.",
            "  t.refer — ルールが矛盾しているため、処理できません。 (販売者の判断へ)",
            "    条件: 操作者が購入者",
            "    独自の定め: テストのため",
            "次の場合、結果が変わる:",
            "  - 注文の状態: 新規 → 梱包済 ⇒ 回答する側の判断へ",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refuse (permits_disagree)",
            "Because:",
            "  t.cancel — The rules contradict each other here, so nothing was done. "
            "(cancel at once)",
            "    when: order status is New",
            "    the document says tiny.1: Ask, and be answered.",
            "  t.refer — The rules contradict each other here, so nothing was done. "
            "(refer to the seller)",
            "    when: actor is the buyer",
            "    own rule: for tests",
            "The outcome would change if:",
            "  - order status: New → Packed ⇒ refer to the answerer",
        ),
    ),
    "a grant where the lifecycle has no such move": (
        {"rules": (says(CANCEL),), "status": "sent"},
        BUYER,
        lines(
            ASKED_JA.format("buyer:b-1"),
            "結果: 不可 (not_cancellable)",
            "理由:",
            "  - — not_cancellable: 現在の状態の注文は、キャンセルできません。",
            "次の場合、結果が変わる:",
            "  - 注文の状態: 発送済 → 新規・梱包済 ⇒ 即時キャンセル",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refuse (not_cancellable)",
            "Because:",
            "  - — not_cancellable: The order cannot be cancelled in its present status.",
            "The outcome would change if:",
            "  - order status: Sent → New, Packed ⇒ cancel at once",
        ),
    ),
    "one effect or the other, whichever it was": (
        {"rules": (says(If(now < placed_at + minutes(30), CANCEL, REFER)),)},
        BUYER,
        lines(
            ASKED_JA.format("buyer:b-1"),
            "結果: 回答する側の判断へ",
            "理由:",
            "  t — 販売者の判断へ",
            "    条件: 注文から30分以上",
            "    事実: 注文: 2024-03-01 12:00:00+09:00",
            "    独自の定め: テストのため",
            "次の場合、結果が変わる:",
            "  - 最新のリクエスト: なし → キャンセルリクエスト中・撤回要請・撤回保留 ⇒ 不可",
            "  - 注文から30分未満 ⇒ 即時キャンセル",
            "  - 注文の状態: 新規 → 発送済・中止 ⇒ 不可",
        ),
        lines(
            ASKED_EN.format("buyer:b-1"),
            "Verdict: refer to the answerer",
            "Because:",
            "  t — refer to the seller",
            "    when: 30 min or more after the order",
            "    facts: the order: 2024-03-01 12:00:00+09:00",
            "    own rule: for tests",
            "The outcome would change if:",
            "  - latest request: none → cancellation requested, withdrawal asked for, "
            "withdrawal declined ⇒ refuse",
            "  - less than 30 min after the order ⇒ cancel at once",
            "  - order status: New → Sent, Stopped ⇒ refuse",
        ),
    ),
}


@pytest.mark.parametrize(("changes", "by", "ja", "en"), CASES.values(), ids=CASES)
def test_a_decision_is_told_in_both_languages(
    changes: dict[str, Any], by: Any, ja: str, en: str
) -> None:
    """What was asked, what came out, why, and what would change it."""
    order_status = changes.get("status", "new")
    policy = tiny(**{name: each for name, each in changes.items() if name != "status"})
    decision = policy.assess(asks(by=by), opened(policy, status=order_status), utc(2))
    assert str(explain(decision, "ja")) == ja
    assert str(explain(decision, "en")) == en
    assert explain(decision, "ja") == explain(decision, "ja")


def test_facts_without_a_case_are_explained_by_the_kind_alone() -> None:
    """Nobody has asked, at no time and of no order; the rest is the same."""
    facts = {"status": "new", "request": "none", "role": "buyer", "is_initiator": False}
    decision = tiny(rules=(REFER_BUYERS,)).judge(RequestCancellation, facts)
    explained = explain(decision, "ja")
    assert explained.asked == "キャンセルのリクエスト (RequestCancellation)"
    assert explain(decision, "en").asked == "Requesting cancellation (RequestCancellation)"
    real = explain(asked(REFER_BUYERS), "ja")
    assert attrs.evolve(explained, asked=real.asked) == real


@pytest.mark.parametrize(
    ("kind", "ja", "en"),
    [
        (Approve, "承認 (Approve)", "Approving (Approve)"),
        (Reject, "拒否 (Reject)", "Rejecting (Reject)"),
        (Withdraw, "リクエストの取り消し (Withdraw)", "Withdrawing (Withdraw)"),
        (
            AskWithdrawal,
            "撤回のお願い (AskWithdrawal)",
            "Asking for withdrawal (AskWithdrawal)",
        ),
        (
            AnswerWithdrawal,
            "撤回のお願いへの返事 (AnswerWithdrawal)",
            "Answering the ask for withdrawal (AnswerWithdrawal)",
        ),
        (AdvanceOrder, "注文の進行 (AdvanceOrder)", "Moving the order on (AdvanceOrder)"),
    ],
)
def test_what_was_asked_has_a_name_in_both_languages(kind: type[Judged], ja: str, en: str) -> None:
    """And the name by which programs know it."""
    policy = tiny()
    facts = next(Space.of(policy, kind).combinations())
    decision = policy.judge(kind, facts)
    assert explain(decision, "ja").asked == ja
    assert explain(decision, "en").asked == en


def test_rules_by_themselves_are_explained_without_a_command() -> None:
    """Where no kind of command is known, nothing is said of what was asked or could be."""
    policy = tiny(rules=(REFER_BUYERS,))
    ruling = asked(REFER_BUYERS).ruling
    decision = ruling.decision(policy, None, {"role": "buyer"})
    explained = explain(decision, "en")
    assert (explained.asked, explained.flips) == ("", ())
    assert str(explained).splitlines() == [
        "Verdict: refer to the answerer",
        "Because:",
        "  t.refer — refer to the seller",
        "    when: actor is the buyer",
        "    facts: actor: the buyer",
        "    own rule: for tests",
    ]


def test_what_holds_for_all_policies_is_explained_by_its_code() -> None:
    """That an order is not brought out of cancelled by an update is no rule of the policy."""
    policy = tiny()
    update = UpdateOrder("o-7", by=SYSTEM, status="stopped")
    with pytest.raises(Refused) as refused:
        decide(update, opened(policy), policy, utc(2))
    explained = explain(refused.value.decision, "en")
    assert (explained.asked, explained.codes, explained.flips) == ("", ("cancelled_is_final",), ())
    assert [(each.id, each.effect) for each in explained.causes] == [
        (None, "cancelled_is_final: An order is cancelled by a request, and stays so.")
    ]


def test_another_language_is_explained_in_english() -> None:
    """But for what the policy says in it."""
    closed = says(Forbid("closed"), Named("late", Text(en="late", fr="tard"), ALWAYS))
    explained = explain(asked(closed), "fr")
    assert [(each.effect, each.when) for each in explained.causes] == [
        ("closed: It is closed.", "tard")
    ]
    assert str(explained).splitlines()[1] == "Verdict: refuse (closed)"


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
                when="from the end of the planned ship date on",
                facts=("the planned ship date: not known",),
                source=(Quote("tiny.1", "says", "Ask, and be answered."),),
            ),
        ),
        flips=(
            Flip(
                (
                    Change(
                        "ship_on", "before the end of the planned ship date", (date(2024, 3, 2),)
                    ),
                ),
                Verdict.REFER,
            ),
        ),
    )


def test_an_explanation_is_told_to_programs_as_json() -> None:
    """The same as strings, lists and dictionaries."""
    policy = tiny(rules=(REFER_BUYERS, ONLY_BUYERS, LATE))
    decision = policy.assess(asks(by=SELLER), opened(policy), utc(2))
    assert json.loads(json.dumps(explain(decision, "en").as_dict())) == {
        "asked": "Requesting cancellation (RequestCancellation): order o-7, by seller:s-1, "
        "2024-03-02 09:00:00+09:00",
        "verdict": "refuse",
        "codes": ["undetermined", "wrong_actor"],
        "causes": [
            {
                "id": "t.late",
                "effect": "This cannot be decided, because something that a rule needs is not "
                "known.",
                "when": "from the end of the planned ship date on",
                "facts": ["the planned ship date: not known"],
                "source": [
                    {
                        "clause": "tiny.1",
                        "basis": "says",
                        "words": "Ask, and be answered.",
                        "note": "",
                    }
                ],
                "note": "",
            },
            {
                "id": "t.buyers",
                "effect": "wrong_actor: This is not for this actor to do.",
                "when": "actor is not the buyer",
                "facts": ["actor: the seller"],
                "source": [],
                "note": "only buyers ask",
            },
        ],
        "flips": [],
    }
    told = explain(asked(says(REFER, now < placed_at + hours(1))), "en").as_dict()
    assert json.loads(json.dumps(told))["flips"] == [
        {
            "verdict": "refer",
            "changes": [{"fact": "placed_at", "told": "less than 1 h after the order"}],
        }
    ]


# ---------------------------------------------------------------------- why


def cause(decision: Decision, lang: Lang = "en") -> Cause:
    (only,) = explain(decision, lang).causes
    return only


AFTER_A_DAY = now >= placed_at + hours(24)


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (ALWAYS, ()),
        (buyer, ("actor: the buyer",)),
        (~seller, ("actor: the buyer",)),
        # Of alternatives, those that hold.
        (buyer | status.is_in("sent"), ("actor: the buyer",)),
        (buyer | status.is_in("new"), ("actor: the buyer", "order status: New")),
        (
            (status.is_in("sent") & buyer) | (now < placed_at + hours(24)),
            ("the order: 2024-03-01 12:00:00+09:00",),
        ),
        # Of what does not hold, that by which it does not.
        (~(seller | status.is_in("sent")), ("actor: the buyer", "order status: New")),
        (~(buyer & status.is_in("sent")), ("order status: New",)),
        (~(buyer & AFTER_A_DAY), ("the order: 2024-03-01 12:00:00+09:00",)),
        # Each fact once, and what is missing where a rule says so.
        (
            (now < placed_at + hours(24)) & (now >= placed_at + hours(9)),
            ("the order: 2024-03-01 12:00:00+09:00",),
        ),
        (~paid_at.is_known, ("the payment: not known",)),
        (~paid_at.is_known | (now >= paid_at + hours(1)), ("the payment: not known",)),
        (request.is_in("none"), ("latest request: none",)),
        # Of a condition with a name, what it is made of.
        (Named("theirs", "theirs", ~seller), ("actor: the buyer",)),
    ],
)
def test_the_facts_that_satisfied_a_condition_are_told(
    when: Condition, told: tuple[str, ...]
) -> None:
    """And none that did not matter."""
    decision = asked(says(REFER, when))
    assert decision.verdict is Verdict.REFER
    assert cause(decision).facts == told


def test_every_rule_that_determined_a_decision_is_told() -> None:
    """Grants that agree, all of them, in the order of their ids."""
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
        ("t.late", ("the planned ship date: not known",)),
        ("t.a", ()),
    ]
    assert explained.codes == ("undetermined", "closed")


# ---------------------------------------------------------------------- on whose word

GUIDE = Document(
    "Guide",
    (
        Clause(
            "g.1",
            section="1",
            text="尋ねよ",
            reading=Text("誰でも尋ねてよい", "Whoever ordered may ask."),
            decided=(Gap("who asks twice is not heard", "ask_twice"), Gap("by mail")),
        ),
    ),
)


@pytest.mark.parametrize(
    ("source", "quote", "ja", "en"),
    [
        (
            clause("g.1"),
            Quote("g.1", "says", "尋ねよ"),
            ["    原文 g.1: 尋ねよ"],
            ["    the document says g.1: 尋ねよ"],
        ),
        (
            reading("g.1"),
            Quote("g.1", "reads", "尋ねよ", "Whoever ordered may ask."),
            ["    原文の解釈 g.1: 尋ねよ", "      ⇒ 誰でも尋ねてよい"],
            ["    we read g.1: 尋ねよ", "      ⇒ Whoever ordered may ask."],
        ),
        (
            decided("g.1", parameter="ask_twice"),
            Quote("g.1", "decided", "尋ねよ", "who asks twice is not heard"),
            ["    原文に定めなし g.1: 尋ねよ", "      ⇒ who asks twice is not heard"],
            ["    decided; silent is g.1: 尋ねよ", "      ⇒ who asks twice is not heard"],
        ),
        (
            decided("g.1"),
            Quote("g.1", "decided", "尋ねよ", "by mail"),
            ["    原文に定めなし g.1: 尋ねよ", "      ⇒ by mail"],
            ["    decided; silent is g.1: 尋ねよ", "      ⇒ by mail"],
        ),
    ],
)
def test_the_document_a_reading_and_a_decision_are_told_apart(
    source: Any, quote: Quote, ja: list[str], en: list[str]
) -> None:
    """What it says, how we read it, and what we decided where it is silent."""
    policy = tiny(rules=(says(REFER, source=source),), documents=(GUIDE,))
    decision = policy.assess(asks(), opened(policy), utc(2))
    assert cause(decision).source == (quote,)
    assert str(explain(decision, "ja")).splitlines()[5 : 5 + len(ja)] == ja
    assert str(explain(decision, "en")).splitlines()[5 : 5 + len(en)] == en


def test_what_is_decided_cites_no_clause_in_the_answer() -> None:
    """A clause that is silent does not stand behind a refusal; it is quoted as silent."""
    policy = tiny(rules=(says(Forbid("closed"), source=decided("g.1")),), documents=(GUIDE,))
    decision = policy.assess(asks(), opened(policy), utc(2))
    assert decision.clauses == ()
    assert [each.basis for each in cause(decision).source] == ["decided"]


@pytest.mark.parametrize(("lang", "note"), [("ja", "要請は購入者のみ"), ("en", "only buyers ask")])
def test_what_is_ones_own_says_why_it_is_there(lang: Lang, note: str) -> None:
    """In the language asked for, and cites nothing."""
    policy = tiny(rules=(ONLY_BUYERS,))
    only = cause(policy.assess(asks(by=SELLER), opened(policy), utc(2)), lang)
    assert (only.note, only.source) == (note, ())


def test_what_names_no_source_rests_on_that_of_the_policy() -> None:
    """The shop's own terms stand behind all of its rules."""
    policy = tiny(rules=(says(REFER, source=None),), source="our terms of sale, §4")
    decision = policy.assess(asks(), opened(policy), utc(2))
    assert cause(decision).note == "our terms of sale, §4"


# ---------------------------------------------------------------------- what would change it


def flips(decision: Decision, lang: Lang = "en") -> list[tuple[str, str]]:
    """Each flip as its changes and its verdict."""
    return [
        (" + ".join(change.text for change in flip.changes), str(flip.verdict))
        for flip in explain(decision, lang).flips
    ]


def flips_of(decision: Decision, fact: str, lang: Lang = "en") -> list[Any]:
    """What one fact alone would change, with the values that would do."""
    return [
        (change.text, change.values, str(flip.verdict))
        for flip in explain(decision, lang).flips
        for change in flip.changes
        if change.fact == fact
    ]


def test_every_word_that_would_do_is_told() -> None:
    """All that bring one verdict together, and those that bring another apart."""
    rules = (
        says(REFER, status.is_in("new"), "t.a"),
        says(CANCEL, status.is_in("packed"), "t.b"),
        says(REFER, status.is_in("sent"), "t.c"),
    )
    decision = asked(*rules, status="stopped")
    assert explain(decision, "ja").flips == (
        Flip((Change("status", "注文の状態: 中止 → 新規", ("new",)),), Verdict.REFER),
        Flip((Change("status", "注文の状態: 中止 → 梱包済", ("packed",)),), Verdict.CANCEL),
    )


WEIGHT = Number("weight", Text("重さ", "weight"))


@pytest.mark.parametrize(
    ("when", "told", "values"),
    [
        (WEIGHT > 3, "is more than 3", (4,)),
        (WEIGHT >= 3, "is at least 3", (3,)),
        (WEIGHT < 1, "is less than 1", (0,)),
        (WEIGHT <= 0, "is at most 0", (0,)),
        (~(WEIGHT <= 3), "is more than 3", (4,)),
        (~(WEIGHT > 0), "is at most 0", (0,)),
        # Of several bounds the one that is passed first.
        ((WEIGHT > 3) | (WEIGHT > 7), "is more than 3", (4,)),
        ((WEIGHT < -3) | (WEIGHT > 9), "is less than -3", (-4,)),
    ],
)
def test_of_a_number_the_nearest_bound_is_told(
    when: Condition, told: str, values: tuple[int, ...]
) -> None:
    """And the nearest number beyond it."""
    decision = asked(says(REFER, when), facts=(WEIGHT,), known={"weight": 1})
    assert flips_of(decision, "weight") == [(f"weight {told}", values, "refer")]


@pytest.mark.parametrize(
    ("when", "ja", "en", "moved"),
    [
        (now < placed_at + minutes(30), "注文から30分未満", "less than 30 min after the order", 1),
        (now < placed_at + hours(3), "注文から3時間未満", "less than 3 h after the order", 1),
        (now >= placed_at + days(2), "注文から2日以上", "2 d or more after the order", -1),
        (
            now >= placed_at.end_of_day(2),
            "注文の2日後を過ぎてから",
            "from the end of the day 2 d after the order on",
            -1,
        ),
    ],
)
def test_of_a_time_it_is_told_on_which_side_of_it(
    when: Condition, ja: str, en: str, moved: int
) -> None:
    """As people say it, and not that the order should have been placed at another time."""
    decision = asked(says(REFER, when))
    ((text_ja, values, verdict),) = flips_of(decision, "placed_at", "ja")
    ((text_en, _, _),) = flips_of(decision, "placed_at")
    assert (text_ja, text_en, verdict) == (ja, en, "refer")
    placed = decision.facts["placed_at"]
    assert (values[0] > placed) is (moved > 0)


def test_a_number_that_no_bound_tells_from_the_present_one_is_no_change() -> None:
    """Five is as good as one where only the tenth counts."""
    decision = asked(says(REFER, WEIGHT < 10), facts=(WEIGHT,), known={"weight": 5})
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
    vip = Flag("vip", Text("得意客", "VIP"))
    assert told in flips_of(asked(says(REFER, vip), facts=(vip,), known=known), "vip")


def test_a_number_that_is_missing_may_become_known() -> None:
    """The bound on either side of which it would count is told."""
    known = asked(says(REFER, WEIGHT.is_known), facts=(WEIGHT,))
    assert flips_of(known, "weight") == [("weight: not known → 0", (0,), "refer")]


def test_a_number_may_go_missing() -> None:
    """Where not knowing it would change the answer and another number would not."""
    rule = says(REFER, (WEIGHT < 5) | (WEIGHT >= 5))
    decision = asked(rule, facts=(WEIGHT,), known={"weight": 3})
    assert ("重さ: 3 → 不明", "refuse") in flips(decision, "ja")
    assert ("weight: 3 → not known", "refuse") in flips(decision)


def test_a_word_may_become_known() -> None:
    """Of a choice that is missing, every word that would do."""
    rank = Choice("rank", Text("級", "rank"), values=("gold", "silver", "tin"))
    decision = asked(says(REFER, rank.is_in("gold", "silver")), facts=(rank,))
    assert flips_of(decision, "rank") == [
        ("rank: not known → gold, silver", ("gold", "silver"), "refer")
    ]


def test_facts_that_must_change_together_are_told_together() -> None:
    """Where no single one would do: the first words, and the nearest numbers."""
    rule = says(REFER, status.is_in("packed") & (WEIGHT > 3))
    decision = asked(rule, facts=(WEIGHT,), known={"weight": 1})
    assert flips(decision) == [("order status: New → Packed + weight is more than 3", "refer")]
    assert "  - 注文の状態: 新規 → 梱包済、かつ 重さが3を超える ⇒ 回答する側の判断へ" in str(
        explain(decision, "ja")
    )


def test_three_facts_together_are_tried_and_four_are_not() -> None:
    """More than three at once is no near miss."""
    vip = Flag("vip", "VIP")
    three = status.is_in("packed") & vip & (WEIGHT > 3)
    told = "order status: New → Packed + VIP: no → yes + weight is more than 3"
    known = {"weight": 1, "vip": False}
    facts = (WEIGHT, vip)
    assert flips(asked(says(REFER, three), facts=facts, known=known)) == [(told, "refer")]
    four = three & paid_at.is_known
    assert flips(asked(says(REFER, four), facts=facts, known=known)) == []


def test_fewer_changes_hide_more() -> None:
    """What a single fact changes makes pairs of facts no news."""
    rules = (
        says(REFER, status.is_in("packed"), "t.a"),
        says(CANCEL, status.is_in("new") & (WEIGHT > 3) & paid_at.is_known, "t.b"),
    )
    decision = asked(*rules, facts=(WEIGHT,), known={"weight": 1})
    assert flips(decision) == [("order status: New → Packed", "refer")]


def test_nobody_is_told_to_be_somebody_else() -> None:
    """Nor to ask for another reason: who one is and what one wants could not be otherwise."""
    decision = QOO10.assess(RequestCancellation("762544202", by=SELLER), sample(QOO10), jst(16, 9))
    assert decision.codes == ("not_permitted",)
    assert explain(decision, "en").flips == ()


def test_whether_a_lifecycle_has_a_move_follows_from_the_move_and_the_status() -> None:
    """Those are told, and not that the lifecycle would have to be another one."""
    policy = tiny(rules=(says(PERMIT, legal_move, on=AdvanceOrder),))
    decision = policy.assess(
        AdvanceOrder("o-7", by=BUYER, move="plan"), opened(policy, status="packed"), utc(2)
    )
    assert decision.codes == ("no_such_move",)
    assert set(flips(decision)) == {
        ("order status: Packed → New", "permit"),
        ("move of the order: plan → send", "permit"),
    }


def test_facts_that_contradict_each_other_are_no_way_out() -> None:
    """Without a request nothing can have been rejected: both go together."""
    case = sample(QOO10, status="new", ship_on=None)
    for command in (RequestCancellation("762544202", by=BUYER, reason="changed_mind"),):
        decision = QOO10.judge(
            RequestCancellation,
            {
                **{
                    name: QOO10.assess(command, case, jst(16, 9)).facts[name]
                    for name in Space.of(QOO10, RequestCancellation).values
                },
                "zone": QOO10.tzinfo,
                "request": "rejected",
                "rejected_before": True,
            },
        )
        assert decision.codes == ("rejected_before",)
        for flip in explain(decision, "en").flips:
            changed = {change.fact: change.values for change in flip.changes}
            assert changed["rejected_before"] == (False,)
            assert "rejected" not in changed["request"]
            assert flip.verdict is Verdict.CANCEL


def test_a_seller_who_is_not_known_may_turn_out_to_permit() -> None:
    """What the directory knows of the seller is a fact that can change."""
    decision = asked(says(REFER, seller_permits))
    assert flips_of(decision, "seller_permits") == [
        ("the seller permits cancellation requests: no → yes", (True,), "refer")
    ]


def test_of_several_bounds_the_one_that_turns_the_answer_is_told() -> None:
    """Between the bounds the order is referred; only beyond the last one it is refused."""
    rules = (
        says(REFER, now >= placed_at + hours(30), "t.refer"),
        says(REFER, status.is_in("new"), "t.new"),
        says(Forbid("closed"), now >= placed_at + days(10), "t.closed"),
    )
    assert [(text, verdict) for text, _, verdict in flips_of(asked(*rules), "placed_at")] == [
        ("10 d or more after the order", "refuse")
    ]


def test_a_fact_of_the_wrong_kind_can_be_explained() -> None:
    """A case that no policy opened may have one; the rule fails closed, and a number would do."""
    policy = tiny(rules=(says(REFER, WEIGHT > 3),), facts=(WEIGHT,))
    case = opened(tiny(), facts={"weight": "heavy"})
    told = explain(policy.assess(asks(), case, utc(2)), "en")
    assert told.codes == ("undetermined",)
    assert [(each.text, flip.verdict) for flip in told.flips for each in flip.changes] == [
        ("weight is more than 3", "refer")
    ]


# ---------------------------------------------------------------------- faults of input


def test_a_text_that_is_too_long_is_explained_with_its_clause() -> None:
    """In the language of the reader, with the document's own words beside it."""
    command = RequestCancellation("762544202", by=BUYER, reason="other", text="あ" * 21)
    with pytest.raises(InvalidValue) as error:
        decide(command, sample(CONECT), CONECT, jst(16, 9))
    told = explain_faults(error.value, CONECT, "ja")
    assert (told.verdict, told.codes, told.flips) == (None, ("text_too_long",), ())
    words = CONECT.clause("conect.1-1.other-20").text
    assert str(told) == lines(
        "入力の誤り: text_too_long",
        "理由:",
        "  - — 20文字以内で入力してください。（現在21文字）",
        "    事実: RequestCancellation.text: has 21 visible characters; "
        "expected 1 to 20 visible characters",
        f"    原文 conect.1-1.other-20: {words}",
    )
    assert str(explain_faults(error.value, CONECT, "en")).splitlines()[:3] == [
        "Invalid input: text_too_long",
        "Because:",
        "  - — Please enter up to 20 characters. There are 21 now.",
    ]


def test_every_fault_of_an_input_is_explained() -> None:
    """Those that nobody typed by their place, what was there, and what would be right."""
    command = Reject("762544202", by=SELLER, request=1, data={"sure": True}, reason="boredom")
    case = attrs.evolve(sample(QOO10), version=1)
    with pytest.raises(InvalidValue) as error:
        check_input(command, case, QOO10, jst(16, 9), None)
    told = explain_faults(error.value, QOO10, "en").as_dict()
    assert (told["verdict"], told["codes"]) == (None, ["unknown_fact", "reason_not_offered"])
    assert [each["effect"] for each in told["causes"]] == [
        "Reject.data: has the unknown fact 'sure'; expected one of: confirmed",
        "Please choose one of the reasons.",
    ]


# ---------------------------------------------------------------------- deadlines

SILENT: Any = {"runs": is_open, "due": requested_at + hours(24)}
UNSEEN: Any = {**SILENT, "runs": is_open & ~answerer.is_in("operator")}
DEADLINES: dict[str, tuple[Deadline, str, str]] = {
    "approves": (
        Deadline("t.d", **SILENT, then=approve, source=clause("tiny.1")),
        "リクエストを承認",
        "the request is approved",
    ),
    "rejects": (
        Deadline("t.d", **SILENT, then=reject, source=OURS),
        "リクエストを拒否",
        "the request is rejected",
    ),
    "expires": (
        Deadline("t.d", **SILENT, then=expire, source=OURS),
        "リクエストは期限切れ",
        "the request expires",
    ),
    "refers": (
        Deadline("t.d", **UNSEEN, then=refer(operator), source=OURS),
        "運営者の判断へ",
        "the request is for an operator to answer",
    ),
    "cancels": (
        Deadline("t.d", **SILENT, then=cancel("mistake"), source=OURS),
        "注文をキャンセル（理由: 間違い）",
        "the order is cancelled: Mistake",
    ),
    "moves the order on": (
        Deadline("t.d", **SILENT, then=advance("send"), source=OURS),
        "注文を進める: send",
        "the order makes the move send",
    ),
    "marks": (
        Deadline("t.d", **SILENT, then=mark("late_answer"), met=shipped_at, source=OURS),
        "「late answer」として記録（発送がそれより前の場合を除く）",
        "it is marked late answer (unless the shipment was before)",
    ),
    "notifies": (
        Deadline("t.d", **SILENT, then=notify, source=OURS),
        "通知",
        "a message goes out",
    ),
}


def fired(deadline: Deadline) -> tuple[DeadlineFired, Policy]:
    """The event of a deadline that fires an hour late, on a request of the second of March."""
    policy = tiny(deadlines=(deadline,))
    case = opened(policy)
    for event in decide(asks(), case, policy, utc(2)):
        case = evolve(case, event)
    (step, *_) = fire_due(case, policy, utc(3, 1))
    event = step.events[0]
    assert isinstance(event, DeadlineFired)
    return event, policy


@pytest.mark.parametrize(("deadline", "ja", "en"), DEADLINES.values(), ids=DEADLINES)
def test_what_a_deadline_did_is_explained(deadline: Deadline, ja: str, en: str) -> None:
    """What it did, while what it ran, and when it was due."""
    event, policy = fired(deadline)
    (told,) = explain_firing(event, policy, "en").causes
    assert (told.id, told.effect) == ("t.d", en)
    assert told.when.startswith("a request waits for an answer")
    assert told.facts == ("1 d after the request: 2024-03-03 09:00:00+09:00",)
    (told,) = explain_firing(event, policy, "ja").causes
    assert told.effect == ja
    assert told.facts == ("リクエストの1日後: 2024-03-03 09:00:00+09:00",)


def test_a_deadline_is_explained_as_a_text_with_its_source() -> None:
    """Nothing was asked, and there is no verdict."""
    event, policy = fired(DEADLINES["approves"][0])
    assert str(explain_firing(event, policy, "en")) == lines(
        "Because:",
        "  t.d — the request is approved",
        "    when: a request waits for an answer",
        "    facts: 1 d after the request: 2024-03-03 09:00:00+09:00",
        "    the document says tiny.1: Ask, and be answered.",
    )


def test_a_deadline_whose_action_was_impossible_says_so() -> None:
    """It has fired all the same, and nothing came of it."""
    event, policy = fired(DEADLINES["approves"][0])
    impossible = attrs.evolve(event, impossible=True)
    assert [each.effect for each in explain_firing(impossible, policy, "en").causes] == [
        "the request is approved (the order was in no status for it)"
    ]
    assert [each.effect for each in explain_firing(impossible, policy, "ja").causes] == [
        "リクエストを承認 (実行できない状態でした)"
    ]


# ---------------------------------------------------------------------- whatever the facts

POLICIES = {
    "conect": CONECT,
    "conect, every other reading": conect(
        edition="2", may_ask_again=False, may_withdraw=True, shipping_supersedes=False
    ),
    "qoo10": QOO10,
    "qoo10, every other reading": qoo10(
        edition="2",
        late_while_open="approve_only",
        withdrawal_bars=True,
        may_withdraw=True,
        shipping_supersedes=True,
    ),
}
SPACES = {(name, kind): Space.of(POLICIES[name], kind) for name in POLICIES for kind in JUDGED}


def otherwise(
    policy: Policy, space: Space, known: Mapping[str, Value | None], count: int
) -> Iterator[Verdict]:
    """Every verdict that comes of `count` other values, whatever they are."""
    changeable = [name for name in space.values if name not in _UNCHANGEABLE]
    for names in combinations(changeable, count):
        for values in product(*(space.values[name] for name in names)):
            changed = space.completed({**known, **dict(zip(names, values, strict=True))})
            if space.is_possible(changed):
                yield policy.judge(space.kind, changed).verdict


def drawn(name: str, kind: type[Judged], number: int) -> Decision:
    """One of the combinations of a policy, judged."""
    space = SPACES[name, kind]
    assume(space.size)
    facts = space.at(number % space.size)
    assume(facts is not None)
    assert facts is not None
    return POLICIES[name].judge(kind, facts)


@given(
    name=st.sampled_from(sorted(POLICIES)),
    kind=st.sampled_from(JUDGED),
    number=st.integers(0, 10**6),
)
def test_a_flip_does_what_it_says_and_nothing_smaller_does(
    name: str, kind: type[Judged], number: int
) -> None:
    """Its facts bring its verdict; fewer, whatever their values, bring only the present one."""
    decision = drawn(name, kind, number)
    policy, judged = POLICIES[name], decision.facts
    at = judged.get("now")
    space = Space.of(policy, kind, now=at)  # type: ignore[arg-type]
    found = explain(decision, "en").flips
    fewest = len(found[0].changes) if found else 4
    for flip in found:
        assert len(flip.changes) == fewest
        assert flip.verdict is not decision.verdict
        for values in product(*(change.values for change in flip.changes)):
            names = [change.fact for change in flip.changes]
            changed = space.completed({**judged, **dict(zip(names, values, strict=True))})
            assert policy.judge(kind, changed).verdict is flip.verdict
    for count in range(1, min(fewest, 3)):
        assert set(otherwise(policy, space, judged, count)) <= {decision.verdict}
    if found:
        reached = set(otherwise(policy, space, judged, fewest)) - {decision.verdict}
        assert {flip.verdict for flip in found} == reached


@given(
    name=st.sampled_from(sorted(POLICIES)),
    kind=st.sampled_from(JUDGED),
    number=st.integers(0, 10**6),
    lang=st.sampled_from(("ja", "en")),
)
def test_every_decision_can_be_explained(
    name: str, kind: type[Judged], number: int, lang: Lang
) -> None:
    """With a cause for every rule, or for a refusal by none, as a text and for programs."""
    decision = drawn(name, kind, number)
    explained = explain(decision, lang)
    by_none = () if decision.ruling.code is None else (None,)
    assert {each.id for each in explained.causes} == {*decision.rules, *by_none}
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
