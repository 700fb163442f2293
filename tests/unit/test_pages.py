"""Policies as people read them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel.domain.commands import ApplyDeadline
from ordercancel.domain.texts import Lang, Text
from ordercancel.explain.pages import rule_table
from ordercancel.policies import CONECT, QOO10, qoo10
from ordercancel.policy import ALWAYS, Condition
from ordercancel.policy.describe import describe
from ordercancel.rules.conditions import Holds, IsIn, Leaf
from ordercancel.rules.facts import (
    affirmed,
    channel,
    days_past_ship_on,
    request,
    role,
    since_placed,
    status,
)

LANGS: tuple[Lang, ...] = ("ja", "en")
LATE = days_past_ship_on > 0

CONDITIONS = [
    (ALWAYS, "常に", "always"),
    (status.is_in("new"), "注文の状態 = 新規注文", "order status is New order"),
    (
        status.is_in("delayed", "new"),
        "注文の状態 = 新規注文・配送遅延",
        "order status is one of New order, Shipping delayed",
    ),
    (~role.is_in("buyer"), "操作者 ≠ 購入者", "actor is not the buyer"),
    (
        ~channel.is_in("mail", "fax"),
        "注文経路 ≠ fax・mail",
        "channel is none of fax, mail",
    ),
    (request.is_in("none"), "最新のリクエスト = なし", "latest request is none"),
    (
        affirmed.holds,
        "「キャンセル不可状態であると確認済み」",
        "the seller affirmed that cancelling is impracticable",
    ),
    (
        ~affirmed.holds,
        "「キャンセル不可状態であると確認済み」でない",
        "not: the seller affirmed that cancelling is impracticable",
    ),
    (LATE, "発送予定日を過ぎた暦日数 > 0", "calendar days past the planned ship date > 0"),
    (
        ~LATE,
        "発送予定日を過ぎた暦日数 <= 0",
        "calendar days past the planned ship date <= 0",
    ),
    (
        since_placed < timedelta(days=2),
        "注文からの時間 < 2日",
        "time since the order was placed < 2 d",
    ),
    (
        since_placed <= timedelta(hours=36),
        "注文からの時間 <= 36時間",
        "time since the order was placed <= 36 h",
    ),
    (
        since_placed >= timedelta(seconds=90),
        "注文からの時間 >= 90秒",
        "time since the order was placed >= 90 s",
    ),
    (
        since_placed > timedelta(milliseconds=1),
        "注文からの時間 > 0:00:00.001000",
        "time since the order was placed > 0:00:00.001000",
    ),
    (channel.is_known, "「注文経路」が分かっている", "channel is known"),
    (~channel.is_known, "「注文経路」が不明", "channel is not known"),
    (
        status.is_in("new") & (LATE | affirmed.holds),
        (
            "注文の状態 = 新規注文 かつ (発送予定日を過ぎた暦日数 > 0 または "
            "「キャンセル不可状態であると確認済み」)"
        ),
        (
            "order status is New order and (calendar days past the planned ship date > 0 or "
            "the seller affirmed that cancelling is impracticable)"
        ),
    ),
    (
        ~(LATE & status.is_in("new")),
        "次でない: (発送予定日を過ぎた暦日数 > 0 かつ 注文の状態 = 新規注文)",
        "not (calendar days past the planned ship date > 0 and order status is New order)",
    ),
    (IsIn("mystery", frozenset({"x"})), "mystery = x", "mystery is x"),
]


@pytest.mark.parametrize(("condition", "ja", "en"), CONDITIONS)
def test_every_kind_of_condition_has_words(condition: Condition, ja: str, en: str) -> None:
    assert (describe(condition, QOO10, "ja"), describe(condition, QOO10, "en")) == (ja, en)


def test_a_condition_of_a_foreign_kind_is_not_described() -> None:
    class Mystery(Condition):
        pass

    class MysteryLeaf(Leaf):
        pass

    for strange in (Mystery(), MysteryLeaf("status")):
        with pytest.raises(TypeError, match="cannot be described"):
            describe(strange, QOO10, "en")


def test_the_table_tells_reasons_deadlines_and_what_follows() -> None:
    table = rule_table(SHOP, "en")
    assert "| `changed_mind` | Changed mind | none | ours: our terms of sale, 2026 |" in table
    assert "required, 1 to 100 characters (ours: our terms of sale, 2026)" in table
    assert "| a request is referred to the seller | 2 d later |" in table
    assert "`ship` supersedes an open request" in table
    assert "Source:" not in table


def test_the_table_of_a_policy_without_deadlines_has_no_such_heading() -> None:
    assert "期限" in rule_table(QOO10, "ja")
    assert "## Deadlines" not in rule_table(CONECT, "en")


def test_a_table_has_no_heading_over_nothing() -> None:
    """Without a rule for a command, and with nothing that follows of itself."""
    rules = tuple(rule for rule in QOO10.rules if ApplyDeadline not in rule.on)
    bare = attrs.evolve(QOO10, rules=rules, going_back=None)
    table = rule_table(bare, "en")
    assert "(`ApplyDeadline`)" not in table
    assert "What follows of itself" not in table


def test_the_end_of_the_ship_day_has_words() -> None:
    table = rule_table(qoo10(edition="x", delay_approves=True), "en")
    assert "at the end of the planned ship date | the request is approved |" in table


def test_a_bar_in_a_text_does_not_break_the_table() -> None:
    statuses = {**QOO10.wording.statuses, "new": Text("新|規", "n|ew")}
    policy = qoo10(wording=attrs.evolve(QOO10.wording, statuses=statuses))
    assert "| 操作者 = 購入者 かつ 注文の状態 = 新&#124;規 |" in rule_table(policy, "ja")


def test_the_generated_pages_are_current() -> None:
    """The pages in docs/ are what the policies say today; `make docs` writes them anew."""
    root = Path(__file__).parent.parent.parent
    for policy in (CONECT, QOO10):
        for lang in LANGS:
            page = root / "docs" / "policies" / f"{policy.name}.{lang}.md"
            assert page.read_text(encoding="utf-8").startswith(rule_table(policy, lang))


def test_a_flag_condition_is_made_of_one_fact() -> None:
    assert list(affirmed.holds.leaves()) == [Holds("affirmed")]
