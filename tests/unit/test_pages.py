"""Policies as people read them."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import Text
from ordercancel.explain import order_diagram, request_diagram, rule_table
from ordercancel.policies import CONECT, QOO10, qoo10
from ordercancel.policies.qoo10.rules import confirmed
from ordercancel.policy import (
    ALWAYS,
    By,
    Calendar,
    Clause,
    Condition,
    Document,
    Earliest,
    Gap,
    Latest,
    Named,
    Rule,
    channel,
    clause,
    closed_at,
    days,
    decided,
    hours,
    minutes,
    now,
    placed_at,
    reading,
    request,
    requests_made,
    role,
    seller,
    ship_on,
    status,
)
from ordercancel.policy.describe import describe, time_text
from ordercancel.rules.conditions import Holds, IsIn, Leaf
from unit.tiny import REFERS, tiny

LATE = now >= ship_on.end()
WORKING = Calendar(first=date(2022, 1, 1), last=date(2023, 12, 31))

CONDITIONS: list[tuple[Any, str, str]] = [
    (ALWAYS, "常に", "always"),
    (status.is_in("new"), "注文の状態 = 新規注文", "order status is New order"),
    (
        status.is_in("delayed", "new"),
        "注文の状態 = 新規注文・配送遅延",
        "order status is one of New order, Shipping delayed",
    ),
    (~role.is_in("buyer"), "操作者 ≠ お客様", "actor is not the buyer"),
    (
        ~channel.is_in("mail", "fax"),
        "注文経路 ≠ fax・mail",
        "channel is none of fax, mail",
    ),
    (request.is_in("none"), "最新のリクエスト = なし", "latest request is none"),
    (
        confirmed.holds,
        "「キャンセル不可状態であると確認済み」",
        "the seller affirms that cancelling is impossible",
    ),
    (
        ~confirmed,
        "「キャンセル不可状態であると確認済み」でない",
        "not: the seller affirms that cancelling is impossible",
    ),
    (requests_made > 1, "これまでのリクエスト数 > 1", "requests made so far > 1"),
    (~(requests_made > 1), "これまでのリクエスト数 <= 1", "requests made so far <= 1"),
    (LATE, "発送予定日の終わり以降", "from the end of the planned ship date on"),
    (~LATE, "発送予定日の終わりより前", "before the end of the planned ship date"),
    (now < placed_at + days(2), "注文の2日後より前", "before 2 d after the order"),
    (now < placed_at + hours(36), "注文の1日12時間後より前", "before 1 d 12 h after the order"),
    (
        now >= placed_at + timedelta(seconds=90),
        "注文の1分30秒後以降",
        "from 1 min 30 s after the order on",
    ),
    (
        now >= ship_on.end() - minutes(30),
        "発送予定日の終わりの30分前以降",
        "from 30 min before the end of the planned ship date on",
    ),
    (
        now >= closed_at.end_of_day(),
        "リクエストの終了の日の終わり以降",
        "from the end of the day of the closing of the request on",
    ),
    (
        now < placed_at.next(time(20)),
        "注文の次の20:00より前",
        "before the next 20:00 after the order",
    ),
    (
        now < placed_at.business_days(2, WORKING),
        "注文から2営業日後の終わりより前",
        "before the end of working day 2 after the order",
    ),
    (channel.is_known, "「注文経路」が分かっている", "channel is known"),
    (~channel.is_known, "「注文経路」が不明", "channel is not known"),
    (
        status.is_in("new") & (LATE | confirmed),
        (
            "注文の状態 = 新規注文 かつ (発送予定日の終わり以降 または "
            "「キャンセル不可状態であると確認済み」)"
        ),
        (
            "order status is New order and (from the end of the planned ship date on or "
            "the seller affirms that cancelling is impossible)"
        ),
    ),
    (
        ~(LATE & status.is_in("new")),
        "次でない: (発送予定日の終わり以降 かつ 注文の状態 = 新規注文)",
        "not (from the end of the planned ship date on and order status is New order)",
    ),
    (Named("late", Text("遅延", "late"), LATE), "遅延", "late"),
    (~Named("late", Text("遅延", "late"), LATE), "「遅延」でない", "not: late"),
    (
        now < By("status", {"new": placed_at + hours(1)}),
        "注文の状態 = 新規注文、それ以外は不明",
        "order status is one of New order, else not known",
    ),
    (IsIn("mystery", frozenset({"x"})), "mystery = x", "mystery is x"),
]


@pytest.mark.parametrize(("condition", "ja", "en"), CONDITIONS, ids=range(len(CONDITIONS)))
def test_every_kind_of_condition_has_words(condition: Condition, ja: str, en: str) -> None:
    assert ja in describe(condition, QOO10, "ja")
    assert en in describe(condition, QOO10, "en")


def test_a_condition_of_a_foreign_kind_is_not_described() -> None:
    class Mystery(Condition):
        pass

    class MysteryLeaf(Leaf):
        pass

    for strange in (Mystery(), MysteryLeaf("status")):
        with pytest.raises(TypeError, match="cannot be described"):
            describe(strange, QOO10, "en")


def test_a_shop_reads_its_rules_reasons_and_deadlines() -> None:
    """A plain `str` is a source for all of it: the shop's own terms."""
    table = rule_table(SHOP, "en")
    assert table.startswith("# shop\n\nEdition: 1 · Zone of days and clock times: Europe/Berlin\n")
    for line in (
        "is the buyer and order status is one of placed, packed | `buyer_asks` |",
        "| `out_of_stock` | out of stock | actor is the seller | none |",
        "| `other` | other | always | required, 1 to 100 characters |",
        "7 d after the planned ship date | the order is cancelled: not shipped | `not_shipped` |",
        "| cancellation requested | cancellation requested |",
    ):
        assert f"{line} own: our terms of sale, §4 |" in table
    assert (
        "| **cancel at once if before 30 min after the order, else refer to the seller** "
        "| actor is the buyer and " in table
    )
    assert "Source:" not in table


def test_a_reminder_reads_as_a_message() -> None:
    table = rule_table(MUST_SHIP, "en")
    assert "| the end of the day 3 d after the planned ship date | a message goes out |" in table


def test_a_mark_reads_with_what_meets_it() -> None:
    table = rule_table(QOO10, "en")
    assert (
        "| it is marked missed (unless the shipment was before) | `qoo10.ship_same_day` " in table
    )
    assert "「missed」として記録（発送がそれより前の場合を除く）" in rule_table(QOO10, "ja")


def test_the_rules_of_the_library_come_last() -> None:
    """What is granted comes before what is forbidden."""
    table = rule_table(QOO10, "en")
    section = table.partition("(`RequestCancellation`)")[2].partition("## ")[0]
    ids = [line.split("`")[1] for line in section.splitlines() if line.count("`") >= 2]
    assert ids[0] == "qoo10.instant_new"
    assert ids[-1] == "standard.one_open_request"
    assert ids.index("qoo10.refer") < ids.index("qoo10.no_second_request")


GUIDE = Document(
    "Guide",
    (
        Clause(
            "g.1",
            section="2-1",
            text="尋ねよ",
            reading=Text("誰でも尋ねてよい", "Whoever ordered may ask."),
            decided=(Gap("asking twice is not heard", "ask_twice", "False"), Gap("by mail")),
        ),
        Clause("g.2", section="3", text="答えよ", decided=(Gap("-"),)),
    ),
)


@pytest.mark.parametrize(
    ("source", "ja", "en"),
    [
        (clause("g.1", "g.2"), "`g.1`, `g.2`", "`g.1`, `g.2`"),
        (reading("g.1"), "解釈: `g.1`", "our reading of `g.1`"),
        (decided("g.2"), "原文に定めなし: `g.2`", "decided, `g.2` is silent"),
        (
            decided("g.1", parameter="ask_twice"),
            "原文に定めなし: `g.1` (`ask_twice=`)",
            "decided, `g.1` is silent (`ask_twice=`)",
        ),
    ],
)
def test_a_source_says_on_whose_word_it_is(source: Any, ja: str, en: str) -> None:
    """What the document says, how it is read, and what was decided with its parameter."""
    policy = tiny(rules=(attrs.evolve(REFERS, source=source),), documents=(GUIDE,))
    assert f"| `tiny.refer` | {ja} |" in rule_table(policy, "ja")
    assert f"| `tiny.refer` | {en} |" in rule_table(policy, "en")


def test_clauses_stand_with_their_words_readings_and_what_they_leave_open() -> None:
    policy = tiny(rules=(attrs.evolve(REFERS, source=clause("g.1")),), documents=(GUIDE,))
    table = rule_table(policy, "en")
    assert "## Source: Guide\n" in table
    assert (
        "| `g.1` | 2-1 | 尋ねよ | Whoever ordered may ask. "
        "| asking twice is not heard (`ask_twice=False`); by mail |\n| `g.2` | 3 | 答えよ |  | - |"
        in table
    )


def test_of_a_policy_without_a_source_a_part_names_none() -> None:
    rule = Rule("tiny.asks", on=REFERS.on, when=seller, effect=REFERS.effect)
    assert "| `tiny.asks` |  |" in rule_table(tiny(rules=(rule,)), "en")


def test_reasons_stand_under_the_command_that_they_are_for() -> None:
    """With who may give them, the bounds of the text and the hint; a text alone has no code."""
    table = rule_table(QOO10, "en")
    asking, _, rest = table.partition("## Reasons for rejecting")
    assert "## Reasons for asking" in asking
    assert "| `changed_mind` | Changed mind | actor is the buyer | none |" in asking
    rejecting, _, rest = rest.partition("## The text of an ask to withdraw")
    assert "| required, 30 to 500 characters |" in rejecting
    assert "Please explain to the buyer yourself" in rejecting
    assert "|  |  | always | optional, up to 500 characters |" in rest
    ja = rule_table(QOO10, "ja")
    assert "| 必須、30〜500文字 |" in ja
    assert "| 任意、500文字以内 |" in ja


def test_a_table_has_no_heading_over_nothing() -> None:
    """Without reasons, deadlines or counters there is no section for them."""
    assert "期限" in rule_table(QOO10, "ja")
    assert "## Deadlines" not in rule_table(CONECT, "en")
    bare = tiny(rules=(REFERS,), reasons=(), texts=attrs.evolve(tiny().texts, counters=()))
    table = rule_table(bare, "en")
    for title in ("(`AskWithdrawal`)", "Reasons", "The queue", "Columns"):
        assert title not in table
    assert "Columns of the queue: " in rule_table(QOO10, "en")


def test_what_verifying_finds_and_is_meant_has_its_source() -> None:
    table = rule_table(QOO10, "en")
    assert "## What verifying finds and is meant\n" in table
    assert "| `instant_and_rejectable:buyer` | decided, " in table
    assert "## 検査で見つかる、意図された点\n" in rule_table(QOO10, "ja")
    assert "is meant" not in rule_table(CONECT, "en")


def test_another_reading_reads_otherwise() -> None:
    table = rule_table(qoo10(edition="x", late_while_open="approved"), "en")
    line = next(each for each in table.splitlines() if "`qoo10.approved_by_delay`" in each)
    assert line.split(" | ")[1:3] == [
        (
            "the earliest of: the end of the planned ship date, by order status, "
            "the change to the present status where it is Shipping delayed"
        ),
        "the request is approved",
    ]


def test_a_bar_in_a_text_does_not_break_the_table() -> None:
    statuses = {**QOO10.texts.statuses, "new": Text("新|規", "n|ew")}
    policy = qoo10(texts=attrs.evolve(QOO10.texts, statuses=statuses))
    assert "| 操作者 = お客様 かつ 注文の状態 = 新&#124;規 |" in rule_table(policy, "ja")


def test_the_order_is_drawn_with_its_moves_and_how_it_is_cancelled() -> None:
    assert order_diagram(SHOP, "en").splitlines() == [
        "stateDiagram-v2",
        '    state "placed" as placed',
        '    state "packed" as packed',
        '    state "shipped" as shipped',
        '    state "cancelled" as cancelled',
        "    [*] --> placed",
        "    placed --> packed: pack",
        "    packed --> shipped: ship",
        "    placed --> cancelled: (cancelled)",
        "    packed --> cancelled: (cancelled)",
        "    shipped --> [*]",
        "    cancelled --> [*]",
    ]
    assert '    state "配送要請" as shipping_requested' in order_diagram(QOO10, "ja")


def test_the_request_is_drawn_the_same_for_all_policies() -> None:
    drawn = request_diagram(tiny(), "en").splitlines()
    for line in (
        "    [*] --> pending",
        "    pending --> approved: approve",
        "    pending --> withdrawal_asked: ask_withdrawal",
        "    withdrawal_asked --> withdrawal_declined: decline",
        "    withdrawal_declined --> superseded: supersede",
        "    pending --> expired: expire",
        "    approved --> [*]",
    ):
        assert line in drawn


def test_a_flag_condition_is_made_of_one_fact() -> None:
    assert list(confirmed.holds.leaves()) == [Holds("confirmed")]


def test_the_generated_pages_are_current() -> None:
    """The pages in docs/ are what the policies say today; `make docs` writes them anew."""
    root = Path(__file__).parent.parent.parent
    for policy in (CONECT, QOO10):
        for lang in policy.languages:
            page = root / "docs" / "policies" / f"{policy.name}.{lang}.md"
            assert page.read_text(encoding="utf-8").startswith(rule_table(policy, lang))


@pytest.mark.parametrize(
    ("several", "ja", "en"),
    [
        (
            Earliest(ship_on.end(), placed_at + hours(1)),
            "発送予定日の終わり、注文の1時間後のうち最も早い時点",
            "the earliest of: the end of the planned ship date, 1 h after the order",
        ),
        (
            Latest(ship_on.end(), placed_at) + hours(1),
            "発送予定日の終わりの1時間後、注文の1時間後のうち最も遅い時点",
            "the latest of: 1 h after the end of the planned ship date, 1 h after the order",
        ),
        (
            By("status", {"new": placed_at, "delayed": ship_on.end()}),
            "注文の状態により、新規注文の場合は注文、配送遅延の場合は発送予定日の終わり",
            (
                "by order status, the order where it is New order, "
                "the end of the planned ship date where it is Shipping delayed"
            ),
        ),
    ],
)
def test_a_time_that_is_one_of_several_has_words(several: Any, ja: str, en: str) -> None:
    """As deadlines have them."""
    assert time_text(several, QOO10, "ja") == ja
    assert time_text(several, QOO10, "en") == en
