"""What two editions of a policy answer differently."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import HALF_AN_HOUR, SHOP, TERMS

from ordercancel import Policy, Rule
from ordercancel.domain.commands import RequestCancellation
from ordercancel.domain.errors import TooLarge
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.texts import Text
from ordercancel.engine.charts import Lifecycle
from ordercancel.engine.decision import Verdict
from ordercancel.explain.comparison import AnswerChange, PartChange, PolicyAnswer, diff
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import (
    CANCEL,
    REFER,
    After,
    Condition,
    Forbid,
    Medium,
)
from ordercancel.rules.facts import attribute_choice, role, since_placed, status

NO_SECOND_TIME = conect(edition="2", may_ask_again=False)


def shop(edition: str, *, instant: timedelta = HALF_AN_HOUR, **changes: Any) -> Policy:
    """The shop, in another edition, that cancels at once for so long."""
    asks = role.is_in("buyer") & status.is_in("placed")
    others = [rule for rule in SHOP.rules if rule.id not in ("shop.first_half_hour", "shop.later")]

    def asking(name: str, effect: Any, when: Condition) -> Rule:
        return Rule(name, on=RequestCancellation, effect=effect, when=asks & when, cites=TERMS)

    rules = (
        *others,
        asking("shop.at_once", CANCEL, since_placed < instant),
        asking("shop.later", REFER, since_placed >= instant),
    )
    return attrs.evolve(SHOP, edition=edition, rules=rules, **changes)


FULL_HOUR = shop("2027", instant=2 * HALF_AN_HOUR)


class TestTheSame:
    @pytest.mark.parametrize(
        ("policy", "compared"),
        [(CONECT, 4_488), (QOO10, 16_344), (SHOP, 1_230)],
        ids=["conect", "qoo10", "shop"],
    )
    def test_policy_is_answered_the_same(self, policy: Policy, compared: int) -> None:
        """Over every combination of facts."""
        difference = diff(policy, attrs.evolve(policy))
        assert difference.same
        assert difference.compared == compared
        assert (
            difference.changes,
            difference.parts,
            difference.only_before,
            difference.only_after,
        ) == ((), (), {}, {})

    def test_rules_in_another_order_or_under_other_names_are_the_same(self) -> None:
        """Nobody can notice: what is answered counts, not which rule answers."""
        renamed = shop("2027")
        assert renamed.rules != SHOP.rules
        turned = attrs.evolve(SHOP, rules=SHOP.rules[::-1], silences=())
        assert diff(SHOP, renamed).same
        assert diff(SHOP, turned).same

    def test_is_said_in_a_line(self) -> None:
        """In both languages."""
        difference = diff(SHOP, SHOP)
        assert difference.text("en") == (
            "half-hour-shop 2026 → half-hour-shop 2026\n"
            "0 of 1,230 combinations of facts are answered differently.\n"
        )
        assert difference.text("ja") == (
            "half-hour-shop 2026 → half-hour-shop 2026\n"
            "事実の組み合わせ 1,230 通りのうち、0 通りで答えが異なる。\n"
        )


class TestAnswersThatDiffer:
    def test_are_counted_with_an_example(self) -> None:
        """Between half an hour and an hour, for the buyer, while no request is open."""
        difference = diff(SHOP, FULL_HOUR)
        assert not difference.same
        assert difference.compared == 1_716
        assert difference.changes == (
            AnswerChange(
                command="RequestCancellation",
                lost=(),
                gained=(),
                count=18,
                example={
                    "status": "placed",
                    "request": "none",
                    "party": True,
                    "role": "buyer",
                    "since_placed": timedelta(minutes=30),
                },
                before=PolicyAnswer(Verdict.REFER, (), ("shop.later",)),
                after=PolicyAnswer(Verdict.CANCEL, (), ("shop.at_once",)),
            ),
        )

    def test_are_told_apart_by_their_codes(self) -> None:
        """Refused instead of referred, and refused for one reason more."""
        difference = diff(CONECT, NO_SECOND_TIME)
        assert difference.compared == 7_512
        assert [
            (
                str(change.before.verdict),
                str(change.after.verdict),
                change.lost,
                change.gained,
                change.count,
            )
            for change in difference.changes
        ] == [
            ("refer", "refuse", (), ("rejected_before",), 20),
            ("refuse", "refuse", (), ("rejected_before",), 3_436),
        ]

    def test_are_the_other_way_round_from_the_other_side(self) -> None:
        """What one gains the other loses."""
        difference = diff(NO_SECOND_TIME, CONECT)
        assert [(change.lost, change.gained, change.count) for change in difference.changes] == [
            (("rejected_before",), (), 20),
            (("rejected_before",), (), 3_436),
        ]

    def test_come_with_the_simplest_example(self) -> None:
        """The one with the fewest refusals on both sides."""
        second = diff(CONECT, NO_SECOND_TIME).changes[1]
        assert second.before.codes == ("request_open",)
        assert second.after.codes == ("rejected_before", "request_open")

    def test_are_in_the_order_of_their_weight(self) -> None:
        """A changed verdict first, though it is rarer; then the most frequent."""
        difference = diff(CONECT, QOO10)
        weights = [
            (change.before.verdict is change.after.verdict, -change.count)
            for change in difference.changes
        ]
        assert weights == sorted(weights)
        assert [(change.command, change.count) for change in difference.changes[:3]] == [
            ("Reject", 12),
            ("AskWithdrawal", 8),
            ("AnswerWithdrawal", 3),
        ]

    def test_are_put_in_words(self) -> None:
        """The verdicts, the codes of each alone, the rules behind it, and an example."""
        lines = diff(CONECT, NO_SECOND_TIME).text("en").splitlines()
        assert lines[:7] == [
            "conect 1 → conect 2",
            "3,456 of 7,512 combinations of facts are answered differently.",
            "",
            "Requesting cancellation (RequestCancellation): 20",
            "  refer to the seller — conect.refer",
            "  → refuse (rejected_before) — conect.no_second_request",
            (
                "  for example: order status: Placed; latest request: granted; the actor is a "
                "party to the order: yes; actor: the buyer; channel: order_form; the seller "
                "permits cancellation requests: yes; a request was rejected before: yes"
            ),
        ]
        lines = diff(SHOP, FULL_HOUR).text("ja").splitlines()
        assert lines == [
            "half-hour-shop 2026 → half-hour-shop 2027",
            "事実の組み合わせ 1,716 通りのうち、18 通りで答えが異なる。",
            "",
            "キャンセルの要請 (RequestCancellation): 18",
            "  販売者の判断へ — shop.later",
            "  → 即時キャンセル — shop.at_once",
            (
                "  例: 注文の状態: 受付済み、最新のリクエスト: なし、操作者が注文の当事者: はい、"
                "操作者: 購入者、注文からの時間: 30分"
            ),
        ]

    def test_of_silence_name_no_rule(self) -> None:
        """Where no rule speaks, there is only the verdict and its code."""
        lines = diff(CONECT, QOO10).text("en").splitlines()
        at = lines.index("Asking for withdrawal (AskWithdrawal): 8")
        assert lines[at + 1 : at + 3] == [
            "  refuse (not_permitted)",
            "  → permit — qoo10.ask_withdrawal",
        ]


class TestWhatOnlyOneHas:
    def test_is_named(self) -> None:
        """Statuses, channels, moves and deadlines; compared is what both have."""
        difference = diff(CONECT, QOO10)
        assert difference.compared == 2_592
        assert difference.only_before == {
            "status": ("placed", "accepted", "discontinued"),
            "channel": ("order_form", "mail", "phone", "fax", "seller_entry"),
            "move": ("accept",),
        }
        assert difference.only_after == {
            "status": ("new", "shipping_requested", "delayed", "delivered", "cancelled"),
            "move": ("plan_shipping", "mark_delayed", "deliver"),
            "deadline": ("qoo10.ship_same_day", "qoo10.overdue"),
        }
        assert "Only conect 1 has move of the order: accept\n" in difference.text("en")
        assert (
            "qoo10 1 のみにあるもの(適用する期限): qoo10.ship_same_day, qoo10.overdue\n"
            in difference.text("ja")
        )

    def test_may_be_a_fact_of_its_own(self) -> None:
        """A rule about it makes a difference; the other policy is not asked for it."""
        size = attribute_choice("size", Text("大きさ", "size"), ("s", "l"))
        large = Rule(
            "shop.large",
            on=RequestCancellation,
            effect=Forbid("closed"),
            when=size.is_known & size.is_in("l"),
            cites=TERMS,
        )
        sized = attrs.evolve(SHOP, edition="2027", facts=(size,), rules=(*SHOP.rules, large))
        difference = diff(SHOP, sized)
        assert difference.compared == 2_202
        assert {change.example["size"] for change in difference.changes} == {"l"}
        assert difference.changes[0].gained == ("closed",)


def part(where: str, before: Any, after: Any) -> PartChange:
    return PartChange(where, before, after)


def worded(**changes: Any) -> Policy:
    """The shop, in another edition, whose wording has `changes`."""
    return attrs.evolve(SHOP, edition="2027", wording=attrs.evolve(SHOP.wording, **changes))


class TestPartsThatDiffer:
    def test_may_be_a_deadline(self) -> None:
        """Its length, by its id."""
        (deadline,) = SHOP.deadlines
        longer = attrs.evolve(deadline, due=After(timedelta(hours=72)))
        difference = diff(SHOP, attrs.evolve(SHOP, edition="2027", deadlines=(longer,)))
        assert difference.changes == ()
        assert difference.parts == (
            part("deadlines[shop.silence_approves].due.after_seconds", 172_800.0, 259_200.0),
        )
        assert not difference.same
        assert (
            "deadlines[shop.silence_approves].due.after_seconds: 172800.0 → 259200.0\n"
            in difference.text("en")
        )

    def test_may_be_one_that_only_one_has(self) -> None:
        """Then there is nothing on the other side."""
        difference = diff(QOO10, qoo10(edition="2", delay_approves=True))
        where = "deadlines[qoo10.approved_by_delay]"
        assert difference.only_after == {"deadline": ("qoo10.approved_by_delay",)}
        assert part(f"{where}.does", None, "approve") in difference.parts
        assert part(f"{where}.due.end_of_ship_date", None, 0) in difference.parts

    def test_may_be_a_reason(self) -> None:
        """By its code: its words, or the bounds of what is typed with it."""
        difference = diff(QOO10, qoo10(edition="2", other_minimum=20))
        assert difference.parts == (part("rejection_reasons.reasons[other].text.minimum", 30, 20),)

    def test_may_be_what_follows_of_itself(self) -> None:
        """Shipping that supersedes, or that does not."""
        difference = diff(SHOP, attrs.evolve(SHOP, edition="2027", superseding=None))
        assert difference.parts[:2] == (
            part("superseding.id", "shop.shipping_answers", None),
            part("superseding.moves", ["ship"], None),
        )

    def test_may_be_a_text(self) -> None:
        """Of a status, a refusal, a message."""
        refusals = {"closed": Text("この注文はキャンセルできません。", "Too late.")}
        assert diff(SHOP, worded(refusals=refusals)).parts == (
            part("refusals.closed.en", "It is too late to cancel.", "Too late."),
        )
        statuses = {**SHOP.wording.statuses, "shipped": Text("出荷済み", "Shipped")}
        assert diff(SHOP, worded(statuses=statuses)).parts == (
            part("statuses.shipped.ja", "発送済み", "出荷済み"),
        )
        first, *others = SHOP.wording.notifications
        silent = attrs.evolve(first, subject=Text("希望", "Cancellation requested"))
        assert diff(SHOP, worded(notifications=(silent, *others))).parts == (
            part("notifications[referred to seller].subject.ja", "キャンセル希望", "希望"),
        )

    def test_may_be_one_of_two_messages_to_one_reader(self) -> None:
        """By mail in one text, in the app in another: either may change."""
        by_mail = SHOP.wording.notifications[0]
        in_app = attrs.evolve(by_mail, media=(Medium.APP,))
        changed = attrs.evolve(by_mail, body=Text("新しい本文", "A new body"))
        difference = diff(
            worded(notifications=(by_mail, in_app)), worded(notifications=(changed, in_app))
        )
        assert [each.after for each in difference.parts] == ["新しい本文", "A new body"]


def dropping(target: str) -> Lifecycle:
    """The chart of the shop with one move more, which leads to `target`."""
    table = FrozenMap({**SHOP.orders.table, ("placed", "drop"): target})
    return attrs.evolve(SHOP.orders, table=table)


DROPPED = attrs.evolve(SHOP, orders=dropping("cancelled"))


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        (SHOP, {"zone": "Europe/Paris"}),
        (SHOP, {"title": Text("店", "The shop")}),
        (SHOP, {"shipped_by": frozenset()}),
        (DROPPED, {"orders": dropping("shipped")}),
        (QOO10, {"planned_by": frozenset()}),
        (QOO10, {"dated": frozenset()}),
    ],
    ids=["zone", "title", "shipped_by", "chart", "planned_by", "dated"],
)
def test_what_anybody_could_notice_is_not_the_same(
    before: Policy, changes: dict[str, Any]
) -> None:
    """When days begin, what leaves the seller, where a move leads, what the policy is called."""
    (field,) = changes
    difference = diff(before, attrs.evolve(before, edition="2027", **changes))
    assert not difference.same
    assert {each.where.partition(".")[0].partition("[")[0] for each in difference.parts} == {field}


class TestTheDictionary:
    def test_has_what_programs_need(self) -> None:
        """Lengths of time are in seconds."""
        assert diff(SHOP, FULL_HOUR).as_dict() == {
            "before": {"policy": "half-hour-shop", "edition": "2026"},
            "after": {"policy": "half-hour-shop", "edition": "2027"},
            "compared": 1_716,
            "only_before": {},
            "only_after": {},
            "parts": [],
            "changes": [
                {
                    "command": "RequestCancellation",
                    "lost": [],
                    "gained": [],
                    "before": {"verdict": "refer", "codes": [], "rules": ["shop.later"]},
                    "after": {"verdict": "cancel", "codes": [], "rules": ["shop.at_once"]},
                    "count": 18,
                    "example": {
                        "status": "placed",
                        "request": "none",
                        "party": True,
                        "role": "buyer",
                        "since_placed": 1_800.0,
                    },
                }
            ],
        }

    def test_can_be_written_as_json(self) -> None:
        """Also between two marketplaces, which share little."""
        difference = diff(CONECT, QOO10).as_dict()
        assert json.loads(json.dumps(difference)) == difference


def test_what_is_too_much_is_not_compared() -> None:
    """The error names the facts, as that of verifying does."""
    traits = tuple(
        attribute_choice(f"trait_{number}", Text("特徴", "trait"), ("a", "b", "c", "d", "e"))
        for number in range(6)
    )
    rules = tuple(
        Rule(
            f"shop.{fact.name}",
            on=RequestCancellation,
            effect=Forbid("closed"),
            when=fact.is_known & fact.is_in("a"),
            cites=TERMS,
        )
        for fact in traits
    )
    large = attrs.evolve(SHOP, edition="2027", facts=traits, rules=(*SHOP.rules, *rules))
    with pytest.raises(TooLarge) as refused:
        diff(SHOP, large)
    assert (refused.value.size, refused.value.command) == (30_234_288, "RequestCancellation")
    assert refused.value.facts[:2] == (("request", 9), ("trait_0", 6))
