"""A decision is explained in words: what determined it, and what would have to be different."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercancel import (
    AdvanceOrder,
    Buyer,
    InvalidValue,
    Party,
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
from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.events import DeadlineFired
from ordercancel.domain.texts import Lang
from ordercancel.engine.handling import fire_due
from ordercancel.engine.inputs import check_input
from ordercancel.explain.explain import explain, explain_faults, explain_firing
from ordercancel.explain.explanation import Cause, Quote
from ordercancel.policies import CONECT, QOO10, conect
from ordercancel.policy import (
    ALWAYS,
    CANCEL,
    WORDING,
    Clause,
    Condition,
    Deadline,
    Decision,
    Document,
    Forbid,
    Gap,
    If,
    Named,
    Reason,
    Refer,
    Rule,
    advance,
    answerer,
    approve,
    buyer,
    cancel,
    clause,
    decided,
    expire,
    hours,
    is_open,
    mark,
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
    ship_on,
    shipped_at,
    status,
)
from readings import READINGS, drawn
from samples import PERMITTING, jst, message
from samples import opened as sample
from unit.tiny import BUYER, OURS, SELLER, SYSTEM, asks, opened, tiny, utc

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


def text(decision: Decision, lang: Lang) -> list[str]:
    """An explanation line by line, without the conditions of its rules."""
    told = str(explain(decision, lang, parties={"b-1": Party("b-1", name="山田")})).splitlines()
    return [line for line in told if not line.strip().startswith(("条件：", "when: "))]


def test_a_referral_is_explained_in_japanese() -> None:
    """What was asked of which policy, the rule, the document, what follows, what changes it."""
    ask = RequestCancellation("762544202", by=BUYER, reason="changed_mind")
    decision = QOO10.assess(ask, sample(QOO10), jst(16, 9, 30))
    assert text(decision, "ja") == [
        "内容：キャンセル要請（注文 762544202、お客様 b-1、2022年8月16日 09:30）",
        "ポリシー：Qoo10（マーケットプレイス） 第1版",
        "結果：キャンセルを受けるかどうかは、ショップが判断します。",
        "理由：",
        "  - ショップの判断へ [qoo10.refer]",
        "    事実：操作者：お客様、注文の状態：配送要請、発送予定日：2022年8月17日",
        (
            "    原文（qoo10.1.may-reject）：既に発送の手配を行っているご注文において、"
            "発送処理を行う前にお客様より入れ違いでキャンセル要請が入ってしまった場合等、"
            "キャンセルを受けることが難しいご注文に対し"
            "ショップ側でキャンセルを拒否することができます。"
        ),
        (
            "    原文（qoo10.3.queue）：お客様よりキャンセル要請が入るとJ・QSMトップのリストに"
            "表示がされます。"
        ),
        "これにより：",
        "  - キャンセル要請の状態は「キャンセル要請中」となります。",
        "  - お客様の画面の表示：「キャンセル要請中」〔独自〕",
        "  - ショップの画面の表示：「キャンセル・処理要請」〔解釈〕",
        (
            "  - ショップへの通知（アプリ）：「【Qoo10】キャンセル要請がありました"
            "（注文番号：762544202）」〔送付：原文に定めなし、件名：独自、本文：独自〕"
        ),
        "  - キャンセル要請への回答の期限は2022年8月20日 24:00です。",
        "結果が変わるのは：",
        *text(decision, "ja")[15:],
    ]
    assert [line.partition("→ ")[2] for line in text(decision, "ja")[15:]] == [
        "すでにキャンセル要請中です。ショップの回答をお待ちください。",
        "ショップの回答を待たず、即時キャンセル完了となります。",
        "発送処理が完了しているため、キャンセルできません。",
        "ショップの回答を待たず、即時キャンセル完了となります。",
    ]


def test_a_refusal_is_explained_in_english() -> None:
    """What is the policy's own is told apart from the document's; nothing can change it."""
    decision = QOO10.assess(
        RequestCancellation("762544202", by=BUYER), sample(QOO10, status="shipped"), jst(16, 9, 30)
    )
    assert text(decision, "en") == [
        "Asked: Requesting cancellation (order 762544202, the buyer b-1, 2022-08-16 09:30)",
        "Policy: Qoo10 (marketplace), edition 1",
        "Verdict: refuse [already_shipped]",
        "Because:",
        "  - The order has been shipped and can no longer be cancelled. [qoo10.shipped]",
        "    facts: actor: the buyer; order status: Shipped",
        (
            "    our own rule: what has been shipped is returned, not cancelled; "
            "the document speaks of requests before the shipping"
        ),
        "No move of the order, no passing of time and no input changes the outcome.",
    ]


@pytest.mark.parametrize(
    ("command", "ja"),
    [
        (
            AdvanceOrder("o-7", by=SELLER, move="send"),
            "注文の進行「send」（注文 o-7、販売者 s-1、2024年3月2日 09:00）",
        ),
        (
            RequestCancellation("o-7", by=SYSTEM),
            "キャンセルのリクエスト（注文 o-7、system、2024年3月2日 09:00）",
        ),
        (
            RequestCancellation("o-7", by=Buyer("b-1", via="agent:x")),
            "キャンセルのリクエスト（注文 o-7、購入者 b-1（代理：agent:x）、2024年3月2日 09:00）",
        ),
    ],
)
def test_what_was_asked_says_of_what_by_whom_and_when(command: Any, ja: str) -> None:
    policy = tiny()
    assert explain(policy.assess(command, opened(policy), utc(2)), "ja").asked == ja


def test_grants_that_disagree_and_codes_of_the_lifecycle_are_told() -> None:
    """With what each rule grants; of the lifecycle its sentence alone."""
    either = If(buyer, CANCEL, Forbid("closed"))
    rules = (says(CANCEL, name="t.a"), says(REFER, name="t.b"), says(either, name="t.c"))
    explained = explain(asked(*rules), "en")
    assert explained.codes == ("permits_disagree",)
    trouble = "The rules contradict each other here, so nothing was done."
    assert [each.effect for each in explained.causes] == [
        f"{trouble} (cancel at once)",
        f"{trouble} (refer to the seller)",
        f"{trouble} (cancel at once if by the buyer, else closed: It is closed.)",
    ]
    sent = explain(asked(says(CANCEL), status="sent"), "ja")
    assert [(each.id, each.effect) for each in sent.causes] == [
        (None, "現在の状態の注文は、キャンセルできません。")
    ]


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


def test_facts_without_a_case_are_explained_by_the_kind_alone() -> None:
    """Nobody has asked, at no time and of no order; the rest is the same."""
    facts = {"status": "new", "request": "none", "role": "buyer", "is_initiator": False}
    decision = tiny(rules=(REFER_BUYERS,)).judge(RequestCancellation, facts)
    explained = explain(decision, "ja")
    assert explained.asked == "キャンセルのリクエスト"
    assert explain(decision, "en").asked == "Requesting cancellation"
    real = explain(asked(REFER_BUYERS), "ja")
    assert attrs.evolve(explained, asked=real.asked, follows=real.follows) == real


def test_rules_by_themselves_are_explained_without_a_command() -> None:
    """Where no kind of command is known, nothing is said of what was asked or could be."""
    policy = tiny(rules=(REFER_BUYERS,))
    ruling = asked(REFER_BUYERS).ruling
    decision = ruling.decision(policy, None, {"role": "buyer"})
    explained = explain(decision, "en")
    assert (explained.asked, explained.flips) == ("", ())
    assert str(explained).splitlines() == [
        "Policy: Tiny, edition 1",
        "Verdict: Whether it is cancelled is for the seller to decide.",
        "Because:",
        "  - refer to the seller [t.refer]",
        "    when: by the buyer",
        "    facts: actor: the buyer",
        "    our own rule: for tests",
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
        (None, "An order is cancelled by a request, and stays so.")
    ]


def test_another_language_is_explained_in_english() -> None:
    """But for what the policy says in it."""
    closed = says(Forbid("closed"), Named("late", Text(en="late", fr="tard"), ALWAYS))
    explained = explain(asked(closed), "fr")
    assert [(each.effect, each.when) for each in explained.causes] == [("It is closed.", "tard")]
    assert str(explained).splitlines()[2] == "Verdict: refuse [closed]"


# ---------------------------------------------------------------------- as data


def test_an_explanation_is_told_to_programs_as_json() -> None:
    """The same as strings, lists and dictionaries."""
    policy = tiny(rules=(REFER_BUYERS, ONLY_BUYERS, LATE))
    decision = policy.assess(asks(by=SELLER), opened(policy), utc(2))
    told = json.loads(json.dumps(explain(decision, "en").as_dict()))
    assert {name: told[name] for name in ("asked", "policy", "verdict", "codes", "follows")} == {
        "asked": "Requesting cancellation (order o-7, the seller s-1, 2024-03-02 09:00)",
        "policy": "Tiny, edition 1",
        "verdict": "refuse",
        "codes": ["undetermined", "wrong_actor"],
        "follows": [],
    }
    assert told["sentence"].startswith("This cannot be decided")
    late, buyers = told["causes"]
    assert (late["id"], late["facts"]) == ("t.late", ["the planned ship date: not known"])
    assert late["source"] == [
        {
            "clause": "tiny.1",
            "basis": "says",
            "words": "Ask, and be answered.",
            "note": "Whoever ordered may ask.",
            "parameter": None,
            "value": None,
        }
    ]
    assert (buyers["effect"], buyers["note"]) == (
        "This is not for this actor to do.",
        "only buyers ask",
    )
    told = explain(asked(says(REFER, now < placed_at + hours(24))), "en").as_dict()
    assert told["follows"][0] == {
        "sentence": "The cancellation request becomes: cancellation requested.",
        "basis": {},
    }
    assert json.loads(json.dumps(told))["flips"][1:] == [
        {
            "verdict": "refuse",
            "sentence": "This is not permitted at present.",
            "changes": [{"fact": "placed_at", "told": "once 2024-03-02 12:00 is past"}],
        },
        {
            "verdict": "refuse",
            "sentence": "The order cannot be cancelled in its present status.",
            "changes": [{"fact": "status", "told": "once order status is Sent"}],
        },
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
            ("the order: 2024-03-01 12:00",),
        ),
        # Of what does not hold, that by which it does not.
        (~(seller | status.is_in("sent")), ("actor: the buyer", "order status: New")),
        (~(buyer & status.is_in("sent")), ("order status: New",)),
        (~(buyer & AFTER_A_DAY), ("the order: 2024-03-01 12:00",)),
        # Each fact once, and what is missing where a rule says so.
        (
            (now < placed_at + hours(24)) & (now >= placed_at + hours(9)),
            ("the order: 2024-03-01 12:00",),
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
            decided=(Gap("twice is no news", "ask_twice"), Gap("by mail")),
        ),
    ),
)


@pytest.mark.parametrize(
    ("source", "quote", "ja", "en"),
    [
        (
            clause("g.1"),
            Quote("g.1", "says", "尋ねよ", "Whoever ordered may ask."),
            ["    原文（g.1）：尋ねよ", "      当方の解釈：誰でも尋ねてよい"],
            [
                "    the document says (g.1): 尋ねよ",
                "      we read it so: Whoever ordered may ask.",
            ],
        ),
        (
            reading("g.1"),
            Quote("g.1", "reads", "尋ねよ", "Whoever ordered may ask."),
            ["    当方の解釈：誰でも尋ねてよい", "      原文（g.1）：尋ねよ"],
            [
                "    we read it so: Whoever ordered may ask.",
                "      the document says (g.1): 尋ねよ",
            ],
        ),
        (
            decided("g.1", parameter="ask_twice"),
            Quote("g.1", "decided", "尋ねよ", "twice is no news", "ask_twice"),
            ["    原文（g.1）に定めがなく、当方で決めたこと：twice is no news (ask_twice)"],
            ["    we decided, the document is silent (g.1): twice is no news (ask_twice)"],
        ),
        (
            decided("g.1"),
            Quote("g.1", "decided", "尋ねよ", "by mail"),
            ["    原文（g.1）に定めがなく、当方で決めたこと：by mail"],
            ["    we decided, the document is silent (g.1): by mail"],
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
    assert str(explain(decision, "ja")).splitlines()[6 : 6 + len(ja)] == ja
    assert str(explain(decision, "en")).splitlines()[6 : 6 + len(en)] == en


def test_what_nobody_is_granted_names_the_decision_that_left_it_out() -> None:
    """That a buyer cannot withdraw is our word, with the parameter that decides otherwise.

    And its value that is in force.
    """
    case = sample(CONECT)
    ask = RequestCancellation("762544202", by=BUYER, reason="wrong_item")
    for event in decide(ask, case, CONECT, jst(15, 10), seller=PERMITTING):
        case = evolve(case, event)
    decision = CONECT.assess(Withdraw("762544202", by=BUYER, request=1), case, jst(15, 11))
    assert decision.codes == ("not_permitted",)
    (quote,) = cause(decision, "ja").source
    assert (quote.clause, quote.basis, quote.note, quote.parameter) == (
        "conect.1-1.not-until-approved",
        "decided",
        "発注側はリクエストを取り消せない",
        "may_withdraw",
    )
    assert "(may_withdraw=False)\n" in str(explain(decision, "ja"))


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
        "ポリシー：CO-NECT（卸売の受発注） 第1版",
        "入力に誤りがあります [text_too_long]",
        "理由：",
        "  - 20文字以内で入力してください。（現在21文字）",
        f"    原文（conect.1-1.other-20）：{words}",
        "      当方の解釈：「その他」の場合は入力が必須で、1文字以上20文字以内。",
    )
    assert str(explain_faults(error.value, CONECT, "en")).splitlines()[1:5] == [
        "Invalid input [text_too_long]",
        "Because:",
        "  - Please enter up to 20 characters. You typed 21.",
        (
            "    facts: RequestCancellation.text: has 21 visible characters; "
            "expected 1 to 20 visible characters"
        ),
    ]


def test_a_bound_that_was_decided_is_not_the_documents() -> None:
    """The guide says 30 characters or more; that there are 500 at most is our word."""
    command = Reject("762544202", by=SELLER, request=1, reason="other", text="短い")
    with pytest.raises(InvalidValue) as error:
        check_input(command, attrs.evolve(sample(QOO10), version=1), QOO10, jst(16, 9), None)
    (only,) = explain_faults(error.value, QOO10, "ja").causes
    assert [(each.clause, each.basis, each.parameter) for each in only.source] == [
        ("qoo10.3.reasons", "says", None),
        ("qoo10.3.other-30", "says", None),
        ("qoo10.3.other-30", "decided", "other_maximum"),
    ]


def test_what_is_worded_or_settled_for_good_is_no_bound() -> None:
    """Of the gaps of a clause that sets bounds, those with a parameter of their own are told."""
    gaps = (Gap("by mail"), Gap("the note", WORDING), Gap("five at most", "most", "5"))
    guide = Document("Guide", (Clause("g.1", section="1", text="短く", decided=gaps),))
    other = Reason("other", Text("他", "Other"), text=(2, 5), source=clause("g.1"))
    policy = tiny(rules=(says(REFER),), reasons=(other,), documents=(guide,))
    with pytest.raises(InvalidValue) as error:
        decide(asks(reason="other", text="a"), opened(policy), policy, utc(2))
    (only,) = explain_faults(error.value, policy, "en").causes
    assert [(each.basis, each.note) for each in only.source] == [
        ("says", ""),
        ("decided", "five at most"),
    ]


@pytest.mark.parametrize(
    ("policy", "mark"),
    [
        pytest.param(CONECT, "(shipping_supersedes=True)", id="default"),
        pytest.param(
            conect(edition="2", shipping_supersedes=False), "(shipping_supersedes=False)", id="own"
        ),
    ],
)
def test_a_decision_has_the_value_that_is_in_force(policy: Policy, mark: str) -> None:
    """Of a parameter that is left alone its default, else what the policy was built with."""
    (gap,) = (
        gap
        for clause in policy.documents[0].clauses
        for gap in clause.decided
        if gap.parameter == "shipping_supersedes"
    )
    assert f"({gap.parameter}={gap.in_force})" == mark


def test_every_fault_of_an_input_is_explained() -> None:
    """Those that nobody typed by their place, what was there, and what would be right."""
    command = Reject("762544202", by=SELLER, request=1, data={"sure": True}, reason="boredom")
    case = attrs.evolve(sample(QOO10), version=1)
    with pytest.raises(InvalidValue) as error:
        check_input(command, case, QOO10, jst(16, 9), None)
    told = explain_faults(error.value, QOO10, "en").as_dict()
    assert (told["verdict"], told["codes"]) == (None, ["unknown_fact", "reason_not_offered"])
    assert [each["effect"] for each in told["causes"]] == [
        "There is no fact “sure”.",
        (
            "That reason is not offered here. Those that are: “Already shipped” (shipped), "
            "“Ready to ship” (ready_to_ship), “Made to order” (made_to_order), “Other” (other)."
        ),
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
        "注文をキャンセル（理由：間違い）",
        "the order is cancelled: Mistake",
    ),
    "moves the order on": (
        Deadline("t.d", **SILENT, then=advance("send"), source=OURS),
        "注文を進める：send",
        "the order makes the move send",
    ),
    "marks": (
        Deadline("t.d", **SILENT, then=mark("late_answer"), met=shipped_at, source=OURS),
        "「late answer」として記録（期限までに発送が済んでいる場合を除く）",
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
    assert told.facts == ("d: due by 2024-03-03 09:00 (1 d after the request)",)
    (told,) = explain_firing(event, policy, "ja").causes
    assert told.effect == ja
    assert told.facts == ("dの期限：2024年3月3日 09:00（リクエストの1日後）",)


def test_a_deadline_is_explained_as_a_text_with_its_source_and_who_was_told() -> None:
    """Nothing was asked, and there is no verdict."""
    event, policy = fired(DEADLINES["approves"][0])
    mail = message(subject="Cancelled")
    told = str(explain_firing(event, policy, "en", messages=[mail])).splitlines()
    assert [line for line in told if not line.startswith("    when: ")] == [
        "Policy: Tiny, edition 1",
        "Because:",
        "  - the request is approved [t.d]",
        "    facts: d: due by 2024-03-03 09:00 (1 d after the request)",
        "    the document says (tiny.1): Ask, and be answered.",
        "      we read it so: Whoever ordered may ask.",
        "What follows:",
        "  - Message to the buyer (mail): “Cancelled”",
    ]


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


@given(
    name=st.sampled_from(sorted(READINGS)),
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
