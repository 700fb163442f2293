"""The mutants of a policy: each part changed in one thing, and said in the policy's words."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import attrs
import pytest

from ordercancel import AskWithdrawal, Policy, Reject, RequestCancellation, Withdraw
from ordercancel.domain.errors import InvalidPolicy
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Calendar,
    Deadline,
    Earliest,
    Fee,
    Forbid,
    If,
    Latest,
    Lifecycle,
    Named,
    Number,
    Reason,
    Refer,
    Refunding,
    Rule,
    approve,
    buyer,
    hours,
    is_initiator,
    is_open,
    mark,
    now,
    placed_at,
    seller,
    ship_on,
    shipped_at,
    status,
)
from ordercancel.rules.refunding import FeeBase
from ordercancel.rules.times import By
from ordercancel.verification.mutants import mutants

ORDERS = Lifecycle(
    moves={"pack": (("new", "held"), "packed"), "send": ("packed", "sent")},
    cancellable=("new", "packed"),
    shipped="sent",
    facts={"send": ("ship_on", "weight")},
    needs={"sent": ("ship_on", "paid_at")},
    has=("paid_at",),
)
WEIGHT = Number("weight")
ASKS = Rule("asks", on=RequestCancellation, effect=Refer(seller), when=buyer)


def policy(**changes: Any) -> Policy:
    """A policy with one rule that refers what a buyer asks to the seller, with `changes`."""
    fields: dict[str, Any] = {"rules": (ASKS,), "orders": ORDERS, "facts": (WEIGHT,)}
    return Policy(name="small", zone="Asia/Tokyo", **fields | changes)


def said(part: str, id_: str = "", aspect: str | None = None, **changes: Any) -> list[str]:
    """What the mutants of one part of a policy say, without the name of the part."""
    found = (each for each in mutants(policy(**changes)) if (each.part, each.id) == (part, id_))
    texts = (each.text("en") for each in found if aspect in (None, each.aspect))
    return [text.removeprefix(f"{part} {id_}: ").removeprefix(f"{part}: ") for text in texts]


def of_condition(when: Any, **changes: Any) -> list[str]:
    rules = (attrs.evolve(ASKS, when=when),)
    texts = said("rule", "asks", "when", rules=rules, **changes)
    return [each.removeprefix("condition: ") for each in texts]


def of_time(due: Any) -> list[str]:
    deadline = Deadline("late", runs=is_open, due=due, then=approve)
    texts = said("deadline", "late", "due", deadlines=(deadline,))
    return [each.removeprefix("due: ") for each in texts]


class TestRules:
    def test_are_dropped_and_given_other_effects(self) -> None:
        """Each other grant; a code of the policy instead, where it has one."""
        assert said("rule", "asks", rules=(attrs.evolve(ASKS, when=seller),))[:4] == [
            "dropped",
            "effect: refer to the seller → cancel at once",
            "effect: refer to the seller → refer to an operator",
            "effect: refer to the seller → permit",
        ]
        closed = Rule("closed", on=Reject, effect=Forbid("closed"))
        later = Rule("later", on=Reject, effect=Forbid("too_late"))
        rules = (ASKS, closed, later)
        assert "effect: refer to the seller → closed: closed" in said("rule", "asks", rules=rules)
        assert "effect: closed: closed → too_late: too late" in said("rule", "closed", rules=rules)

    def test_of_several_commands_lose_each_of_them(self) -> None:
        rule = Rule("takes_back", on=(Withdraw, AskWithdrawal), effect=PERMIT, when=is_initiator)
        assert said("rule", "takes_back", "on", rules=(rule,)) == [
            "commands: without Withdrawing",
            "commands: without Asking for withdrawal",
        ]

    def test_with_two_branches_are_turned_and_changed_in_each(self) -> None:
        """The condition between them, too."""
        effect = If(now < placed_at + hours(1), CANCEL, Refer(seller))
        rule = attrs.evolve(ASKS, effect=effect)
        at_once, asks = "cancel at once", "refer to the seller"
        early = "less than 1 h after the order"
        assert said("rule", "asks", "effect", rules=(rule,)) == [
            f"effect: {at_once} if {early}, else {asks} → {asks} if {early}, else {at_once}",
            "effect: less than 1 h after the order → 1 h or more after the order",
            "effect: less than 1 h after the order → less than 1 h 1 s after the order",
            "effect: less than 1 h after the order → less than 59 min 59 s after the order",
            "effect: cancel at once → refer to the seller",
            "effect: cancel at once → refer to an operator",
            "effect: cancel at once → permit",
            "effect: refer to the seller → cancel at once",
            "effect: refer to the seller → refer to an operator",
            "effect: refer to the seller → permit",
        ]


class TestConditions:
    def test_lose_parts_and_are_joined_otherwise(self) -> None:
        """Once where there are two: each part, and their parts in turn."""
        waits = "a request waits for an answer"
        assert of_condition(is_open & is_initiator)[-3:] == [
            "without the actor made the request",
            "the actor made the request → not: the actor made the request",
            f"{waits}, and the actor made the request → {waits} or the actor made the request",
        ]
        assert of_condition(WEIGHT.is_known | is_initiator)[0] == "without weight is known"

    def test_about_words_take_other_words(self) -> None:
        """One less, the next one instead, each further one; of one alone none is left."""
        assert of_condition(status.is_in("new")) == [
            "order status is new → not (always)",
            "order status is new → order status is packed",
            "order status is new → order status is new or packed",
            "order status is new → order status is new or held",
            "order status is new → order status is new or sent",
            "order status is new → order status is new or cancelled",
        ]
        assert of_condition(status.is_in("new", "packed"))[0] == (
            "order status is new or packed → order status is packed"
        )

    def test_are_negated_and_no_longer_negated(self) -> None:
        assert of_condition(~(is_initiator & WEIGHT.is_known))[0] == (
            "not (the actor made the request, and weight is known) → "
            "the actor made the request, and weight is known"
        )
        assert of_condition(WEIGHT.is_known) == ["weight is known → weight is not known"]

    def test_with_numbers_have_other_bounds_and_relations(self) -> None:
        assert of_condition(WEIGHT < 5) == [
            "weight is less than 5 → weight is less than 6",
            "weight is less than 5 → weight is less than 4",
            "weight is less than 5 → weight is at most 5",
            "weight is less than 5 → weight is at least 5",
            "weight is less than 5 → weight is more than 5",
        ]

    def test_with_names_are_changed_inside(self) -> None:
        """The mutant has no name for what it is no longer."""
        assert of_condition(Named("theirs", "it is theirs", is_initiator)) == [
            "the actor made the request → not: the actor made the request"
        ]

    def test_of_a_time_by_a_word_keep_the_words_that_have_one(self) -> None:
        """That the time of any other word is unknown is no condition to change."""
        texts = of_condition(now < By("status", {"new": placed_at + hours(1)}))
        assert texts[0] == "without order status is new, else not known"
        assert not [
            each for each in texts if each.startswith("order status is new, else not known →")
        ]

    def test_that_read_alike_are_numbered(self) -> None:
        texts = of_condition((is_open & is_initiator) | (is_open & is_initiator))
        assert "without the actor made the request" in texts
        assert "without the actor made the request #2" in texts


class TestTimes:
    def test_are_a_second_or_a_day_off(self) -> None:
        """Each step of them."""
        calendar = Calendar(first=date(2024, 1, 1), last=date(2027, 1, 1))
        assert of_time(placed_at + hours(2)) == [
            "2 h after the order → 2 h 1 s after the order",
            "2 h after the order → 1 h 59 min 59 s after the order",
        ]
        assert of_time((ship_on.end(3) + hours(1)).next(time(0))) == [
            "the next 00:00 after 1 h after the end of the day 3 d after the planned ship date → "
            f"the next {clock} after 1 h after the end of the day 3 d after the planned ship date"
            for clock in ("00:00:01", "23:59:59")
        ] + [
            f"1 h after {end} → {length} after {end}"
            for end in ["the end of the day 3 d after the planned ship date"]
            for length in ("1 h 1 s", "59 min 59 s")
        ] + [
            "the end of the day 3 d after the planned ship date → "
            f"the end of the day {days} d after the planned ship date"
            for days in (4, 2)
        ]
        assert of_time(placed_at.business_days(2, calendar)) == [
            f"the end of working day 2 {after} → the end of working day {n} {after}"
            for n in (3, 1)
            for after in ["after the order"]
        ]

    def test_of_several_lose_each_and_are_the_other_end(self) -> None:
        one, other = "2 h after the order", "the end of the planned ship date"
        several = Earliest(placed_at + hours(2), ship_on.end())
        assert of_time(several) == [
            f"without {one}",
            f"{one} → 2 h 1 s after the order",
            f"{one} → 1 h 59 min 59 s after the order",
            f"without {other}",
            f"{other} → the end of the day 1 d after the planned ship date",
            f"{other} → the end of the day 1 d before the planned ship date",
            f"the earliest of: {one}, {other} → the latest of: {one}, {other}",
        ]
        assert of_time(Latest(*several.times))[-1] == (
            f"the latest of: {one}, {other} → the earliest of: {one}, {other}"
        )

    def test_by_a_word_lose_each_word(self) -> None:
        assert of_time(By("status", {"new": placed_at + hours(2)})) == [
            "without 2 h after the order",
            "2 h after the order → 2 h 1 s after the order",
            "2 h after the order → 1 h 59 min 59 s after the order",
        ]


class TestOtherParts:
    def test_deadlines_do_something_else(self) -> None:
        """What they run on is changed as any condition is."""
        late = Deadline("late", runs=is_open, due=ship_on.end(), then=mark("late"), met=shipped_at)
        texts = said("deadline", "late", deadlines=(late,))
        assert texts[0] == "dropped"
        assert texts[3:8] == [
            "action: it is marked late (unless the shipment was before) → the request is approved",
            "action: it is marked late (unless the shipment was before) → the request is rejected",
            "action: it is marked late (unless the shipment was before) → the request expires",
            "marks the: request → order",
            "met by: without the shipment",
        ]
        assert texts[8].startswith("runs: a request waits for an answer → latest request is ")
        of_order = attrs.evolve(late, then=mark("late", of="order"), met=None)
        assert said("deadline", "late", "of", deadlines=(of_order,)) == [
            "marks the: order → request"
        ]

    def test_reasons_have_other_codes_bounds_and_conditions(self) -> None:
        """A text where there was none; bounds never fall below nothing."""
        texts = said("reason", "late", reasons=(Reason("late", when=buyer, text=(2, 5)),))
        assert texts[:8] == [
            "dropped",
            "code: late → late_x",
            "text: without 2 to 5 characters, required",
            "text: 2 to 5 characters, required → 1 to 5 characters, required",
            "text: 2 to 5 characters, required → 3 to 5 characters, required",
            "text: 2 to 5 characters, required → 2 to 4 characters, required",
            "text: 2 to 5 characters, required → 2 to 6 characters, required",
            "text: 2 to 5 characters, required → 2 to 5 characters, optional",
        ]
        assert texts[8] == "condition: by the buyer → not (always)"
        optional = Reason(None, on=Reject, text=(0, 9))
        assert said("reason", "Reject", "text", reasons=(optional,)) == [
            "text: without 0 to 9 characters, optional",
            "text: 0 to 9 characters, optional → 2 to 9 characters, optional",
            "text: 0 to 9 characters, optional → 0 to 8 characters, optional",
            "text: 0 to 9 characters, optional → 0 to 10 characters, optional",
            "text: 0 to 9 characters, optional → 0 to 9 characters, required",
        ]
        bare = Reason("late", when=buyer)
        assert said("reason", "late", "text", reasons=(bare,)) == [
            "text: with 1 to 20 characters, optional"
        ]

    def test_fees_have_other_amounts(self) -> None:
        """One of a hundred more, or less where it is all; a unit more at either end."""
        fees = (Fee(id="late", rate=(3, 100), minimum=50, maximum=90, when=buyer),)
        assert said("fee", "late", "amount", refunding=Refunding(fees=fees)) == [
            f"amount: 3% of the goods, at least 50, at most 90 → {amount}"
            for amount in (
                "4% of the goods, at least 50, at most 90",
                "3% of the goods, at least 51, at most 90",
                "3% of all that comes back, at least 50, at most 90",
                "3% of the goods, at least 50, at most 91",
                "3% of the goods, at least 50",
            )
        ]
        all_of_it = (Fee(id="late", rate=(1, 1), of=FeeBase.ALL),)
        assert said("fee", "late", refunding=Refunding(fees=all_of_it)) == [
            "dropped",
            "amount: 100% of all that comes back → no fee",
            "amount: 100% of all that comes back → 100% of all that comes back, at least 1",
            "amount: 100% of all that comes back → 100% of the goods",
        ]
        assert said("fee", "late", "when", refunding=Refunding(fees=fees))[0] == (
            "condition: by the buyer → not (always)"
        )

    def test_lifecycles_lose_moves_statuses_and_facts(self) -> None:
        """What every order has is no fact of a status."""
        assert said("lifecycle", "pack") == [
            "from: without new",
            "to: packed → held",
            "from: without held",
            "to: packed → held #2",
        ]
        assert said("lifecycle", "send") == [
            "from: without packed",
            "to: sent → new",
            "brings along: without ship_on",
            "brings along: without weight",
        ]
        assert said("lifecycle", "sent") == ["needs: without ship_on"]
        assert said("lifecycle", aspect="cancellable") == [
            "cancellable: without new",
            "cancellable: without packed",
            "cancellable: with held",
            "cancellable: with sent",
        ]

    def test_zone_and_asking_again_are_changed(self) -> None:
        """A zone that is UTC already is not."""
        assert said("policy") == [
            "zone: Asia/Tokyo → UTC",
            "asking again while open: no → yes",
        ]
        utc = attrs.evolve(policy(), zone="UTC")
        assert [each.aspect for each in mutants(utc)][-1] == "ask_again_while_open"
        assert "zone" not in {each.aspect for each in mutants(utc)}


class TestAMutant:
    def test_is_the_policy_but_for_one_thing(self) -> None:
        made = next(each for each in mutants(policy()) if each.aspect == "when").build()
        assert made.rules[0].id == "asks"
        assert made.rules[0] != ASKS
        assert (made.orders, made.zone, made.name) == (ORDERS, "Asia/Tokyo", "small")

    def test_that_is_no_policy_is_not_built(self) -> None:
        """A buyer's request has no use for a permission to carry it out."""
        no_way = next(each for each in mutants(policy()) if each.after == PERMIT)
        with pytest.raises(InvalidPolicy, match="asks"):
            no_way.build()
        no_new = next(each for each in mutants(policy()) if each.aspect == "from")
        with pytest.raises(InvalidPolicy, match="names 'new'"):
            no_new.build()

    def test_is_said_in_japanese_as_well(self) -> None:
        texts = [each.text("ja") for each in mutants(policy())]
        assert texts[0] == "ルール asks：削除"
        assert texts[1] == "ルール asks：効果：販売者の判断へ → 即時キャンセル"
        assert "注文の流れ sent：必要な事実：ship_onを除く" in texts
        assert "注文の流れ：キャンセルできる状態：heldを加える" in texts
        assert "ポリシー：回答待ちの間の再リクエスト：いいえ → はい" in texts
