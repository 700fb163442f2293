"""Conditions, times and deadlines in words."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from ordercancel import Text
from ordercancel.policies import QOO10
from ordercancel.policies.qoo10.rules import confirmed
from ordercancel.policy import (
    ALWAYS,
    CANCEL,
    By,
    Calendar,
    Condition,
    Deadline,
    Earliest,
    If,
    Latest,
    Named,
    Refer,
    advance,
    answerer,
    approve,
    cancel,
    channel,
    closed_at,
    days,
    expire,
    hours,
    is_open,
    marked,
    minutes,
    notify,
    now,
    placed_at,
    refer,
    reject,
    request,
    requests_made,
    role,
    ship_on,
    status,
)
from ordercancel.policy.describe import Spoken
from ordercancel.rules.conditions import Holds, IsIn, Leaf

LATE = now >= ship_on.end()
WORKING = Calendar(first=date(2022, 1, 1), last=date(2023, 12, 31))

CONDITIONS: list[tuple[Any, str, str]] = [
    (ALWAYS, "常に", "always"),
    (status.is_in("new"), "注文の状態が新規注文", "order status is New order"),
    (
        status.is_in("delayed", "new"),
        "注文の状態が新規注文・配送遅延",
        "order status is New order or Shipping delayed",
    ),
    (~role.is_in("buyer"), "お客様以外による操作", "not by the buyer"),
    (
        ~channel.is_in("mail", "fax"),
        "注文経路がfax・mail以外",
        "channel is not fax or mail",
    ),
    (request.is_in("none"), "最新のキャンセル要請がなし", "latest request is none"),
    (
        confirmed.holds,
        "キャンセル不可状態であることを確認済み",
        "the seller affirms that cancelling is impossible",
    ),
    (
        ~confirmed,
        "キャンセル不可状態であることを確認していない",
        "the seller does not affirm that cancelling is impossible",
    ),
    (~marked("overdue"), "「「対応期日超過」の記録」に当てはまらない", "not: marked “overdue”"),
    (answerer.is_in("none"), "回答する人がいない", "nobody has to answer"),
    (~answerer.is_in("none"), "回答する人がいる", "somebody has to answer"),
    (is_open, "回答待ちのキャンセル要請がある", "a request waits for an answer"),
    (~is_open, "回答待ちのキャンセル要請がない", "no request waits for an answer"),
    (requests_made < 2, "これまでのリクエスト数が2未満", "requests made so far is less than 2"),
    (requests_made >= 2, "これまでのリクエスト数が2以上", "requests made so far is at least 2"),
    (
        requests_made > 1,
        "これまでのリクエスト数が1を超える",
        "requests made so far is more than 1",
    ),
    (~(requests_made > 1), "これまでのリクエスト数が1以下", "requests made so far is at most 1"),
    (LATE, "発送予定日を過ぎている", "the planned ship date is over"),
    (~LATE, "発送予定日を過ぎていない", "the planned ship date is not over"),
    (now < placed_at + days(2), "注文から2日未満", "less than 2 d after the order"),
    (now < placed_at + hours(36), "注文から1日12時間未満", "less than 1 d 12 h after the order"),
    (
        now >= placed_at + timedelta(seconds=90),
        "注文から1分30秒以上",
        "1 min 30 s or more after the order",
    ),
    (
        now >= ship_on.end() - minutes(30),
        "発送予定日の24時の30分前以降",
        "from 30 min before the end of the planned ship date on",
    ),
    (
        now >= closed_at.end_of_day(),
        "要請への回答の当日を過ぎている",
        "the day of the answer to the request is over",
    ),
    (
        now < placed_at.next(time(20)),
        "注文の次の20:00より前",
        "before the next 20:00 after the order",
    ),
    (
        now < placed_at.business_days(2, WORKING),
        "注文から2営業日後の24時より前",
        "before the end of working day 2 after the order",
    ),
    (channel.is_known, "注文経路が分かっている", "channel is known"),
    (~channel.is_known, "注文経路が不明", "channel is not known"),
    (
        status.is_in("new") & (LATE | confirmed),
        (
            "注文の状態が新規注文、かつ（発送予定日を過ぎている、"
            "またはキャンセル不可状態であることを確認済み）"
        ),
        (
            "order status is New order, and (the planned ship date is over or "
            "the seller affirms that cancelling is impossible)"
        ),
    ),
    (
        ~(LATE & status.is_in("new")),
        "次に当てはまらない（発送予定日を過ぎている、かつ注文の状態が新規注文）",
        "not (the planned ship date is over, and order status is New order)",
    ),
    (Named("late", Text("遅延", "late"), LATE), "遅延", "late"),
    (~Named("late", Text("遅延", "late"), LATE), "「遅延」に当てはまらない", "not: late"),
    (
        now < By("status", {"new": placed_at + hours(1)}),
        "注文の状態が新規注文、それ以外は不明",
        "order status is New order, else not known",
    ),
    (IsIn("mystery", frozenset({"x"})), "mysteryがx", "mystery is x"),
]


@pytest.mark.parametrize(("condition", "ja", "en"), CONDITIONS, ids=range(len(CONDITIONS)))
def test_every_kind_of_condition_has_words(condition: Condition, ja: str, en: str) -> None:
    assert ja in Spoken(QOO10, "ja").condition(condition)
    assert en in Spoken(QOO10, "en").condition(condition)


def test_a_condition_of_a_foreign_kind_is_not_described() -> None:
    class Mystery(Condition):
        pass

    class MysteryLeaf(Leaf):
        pass

    for strange in (Mystery(), MysteryLeaf("status")):
        with pytest.raises(TypeError, match="cannot be described"):
            Spoken(QOO10, "en").condition(strange)


def test_a_flag_condition_is_made_of_one_fact() -> None:
    assert list(confirmed.holds.leaves()) == [Holds("confirmed")]


@pytest.mark.parametrize(
    ("several", "ja", "en"),
    [
        (
            Earliest(ship_on.end(), placed_at + hours(1)),
            "発送予定日の24時、注文の1時間後のうち最も早い時点",
            "the earliest of: the end of the planned ship date, 1 h after the order",
        ),
        (
            Latest(ship_on.end(), placed_at) + hours(1),
            "発送予定日の24時の1時間後、注文の1時間後のうち最も遅い時点",
            "the latest of: 1 h after the end of the planned ship date, 1 h after the order",
        ),
        (
            By("status", {"new": placed_at, "delayed": ship_on.end()}),
            "注文の状態により、新規注文の場合は注文、配送遅延の場合は発送予定日の24時",
            (
                "by order status, the order where it is New order, "
                "the end of the planned ship date where it is Shipping delayed"
            ),
        ),
    ],
)
def test_a_time_that_is_one_of_several_has_words(several: Any, ja: str, en: str) -> None:
    """As deadlines have them."""
    assert Spoken(QOO10, "ja").time(several) == ja
    assert Spoken(QOO10, "en").time(several) == en


@pytest.mark.parametrize(
    ("then", "ja", "en"),
    [
        (approve, "リクエストを承認", "the request is approved"),
        (reject, "リクエストを拒否", "the request is rejected"),
        (expire, "リクエストは期限切れ", "the request expires"),
        (notify, "通知", "a message goes out"),
        (
            refer("operator"),
            "Qoo10の担当者の判断へ",
            "the request is for an operator of Qoo10 to answer",
        ),
        (advance("ship"), "注文を進める：発送処理", "the order makes the move Ship"),
        (
            cancel("changed_mind"),
            "注文をキャンセル（理由：お客様のご都合）",
            "the order is cancelled: Changed mind",
        ),
        (
            cancel("unheard"),
            "注文をキャンセル（理由：unheard）",
            "the order is cancelled: unheard",
        ),
    ],
)
def test_whatever_a_deadline_does_has_words(then: Any, ja: str, en: str) -> None:
    deadline = Deadline("d", runs=status.is_in("new"), due=placed_at + days(1), then=then)
    assert Spoken(QOO10, "ja").action(deadline) == ja
    assert Spoken(QOO10, "en").action(deadline) == en


@pytest.mark.parametrize(
    ("effect", "ja", "en"),
    [
        (CANCEL, "即時キャンセル", "cancel at once"),
        (Refer("operator"), "Qoo10の担当者の判断へ", "refer to an operator of Qoo10"),
        (
            If(status.is_in("new"), CANCEL, Refer("seller")),
            "注文の状態が新規注文：即時キャンセル、それ以外：ショップの判断へ",
            "cancel at once if order status is New order, else refer to the seller",
        ),
    ],
)
def test_whatever_a_rule_does_has_words(effect: Any, ja: str, en: str) -> None:
    assert Spoken(QOO10, "ja").effect(effect) == ja
    assert Spoken(QOO10, "en").effect(effect) == en
