"""What two editions of a policy answer differently."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import (
    AskWithdrawal,
    Policy,
    RequestCancellation,
    Text,
    TooLarge,
    Verdict,
    Withdraw,
)
from ordercancel.explain import Difference, PartChange, Relation, diff
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import (
    CANCEL,
    Choice,
    Forbid,
    If,
    Lifecycle,
    Medium,
    Named,
    Obliges,
    Refer,
    Rule,
    Texts,
    buyer,
    hours,
    minutes,
    now,
    placed_at,
    requested_at,
    seller,
    status,
)
from unit.tiny import MAIL, RULES, TEXTS, tiny

NO_SECOND_TIME = conect(edition="2", may_ask_again=False)
UNSHIPPED = status.is_in("placed", "packed")


def shop(edition: str, at_once: timedelta, **changes: Any) -> Policy:
    """The shop, in another edition, that cancels at once for so long."""
    asks = Rule(
        "asks",
        on=RequestCancellation,
        when=buyer & UNSHIPPED,
        effect=If(now < placed_at + at_once, CANCEL, Refer(seller)),
    )
    return attrs.evolve(SHOP, edition=edition, rules=(asks, *SHOP.rules[1:]), **changes)


FULL_HOUR = shop("2", hours(1))
compared = cache(partial(diff, by="enumeration"))


class TestTheSame:
    @pytest.mark.parametrize(
        "policy",
        [CONECT, QOO10, SHOP, FLEA_MARKET, MUST_SHIP],
        ids=["conect", "qoo10", "shop", "flea market", "must ship"],
    )
    def test_policy_is_answered_the_same(self, policy: Policy) -> None:
        """Over every combination of facts."""
        difference = diff(policy, attrs.evolve(policy))
        assert difference.same
        assert difference.compared > 500
        assert (
            difference.changes,
            difference.parts,
            difference.only_before,
            difference.only_after,
        ) == ((), (), {}, {})

    def test_rules_in_another_order_or_under_other_names_are_the_same(self) -> None:
        """Nobody can notice: what is answered counts, not which rule answers."""
        renamed = shop("1", minutes(30))
        assert renamed.rules != SHOP.rules
        assert diff(SHOP, renamed).same
        assert diff(SHOP, attrs.evolve(SHOP, rules=SHOP.rules[::-1])).same

    def test_two_rules_are_the_same_as_one_with_two_branches(self) -> None:
        """And a second deadline is told apart from the first one by its moment alone."""
        first = now < placed_at + minutes(30)
        asks = buyer & UNSHIPPED
        two = (
            Rule("at_once", on=RequestCancellation, when=asks & first, effect=CANCEL),
            Rule("later", on=RequestCancellation, when=asks & ~first, effect=Refer(seller)),
        )
        assert diff(SHOP, attrs.evolve(SHOP, rules=(*two, *SHOP.rules[1:]))).same

    def test_is_said_in_a_line(self) -> None:
        """In both languages."""
        difference = compared(SHOP, SHOP)
        assert difference.text("en") == (
            "shop 1 → shop 1\n"
            "All 2,280 combinations of facts were tried; 0 are answered differently.\n"
            "Requesting cancellation, Approving, Rejecting, Withdrawing, Asking for withdrawal, "
            "Answering the ask for withdrawal, Moving the order on: equal\n"
        )
        assert difference.text("ja") == (
            "shop 1 → shop 1\n"
            "事実の組み合わせ 2,280 通りをすべて調べた。0 通りで答えが異なる。\n"
            "キャンセルのリクエスト、承認、拒否、リクエストの取り消し、撤回のお願い、"
            "撤回のお願いへの返事、注文の進行: 同じ\n"
        )


class TestAnswersThatDiffer:
    def test_are_counted_with_an_example(self) -> None:
        """Between half an hour and an hour, for the buyer, while they have no request open."""
        difference = compared(SHOP, FULL_HOUR)
        assert not difference.same
        assert difference.differ == 112
        change, while_another_asks = difference.changes
        assert (while_another_asks.code, while_another_asks.count) == ("request_open", 24)
        assert (change.difference, change.code, change.count) == (Difference.LOOSER, None, 88)
        assert (change.before.verdict, change.before.rules) == (Verdict.REFER, ("buyer_asks",))
        assert (change.after.verdict, change.after.rules) == (Verdict.CANCEL, ("asks",))
        assert change.before.to == ("seller",)
        assert (change.example["role"], change.example["status"]) == ("buyer", "placed")
        judged_at, placed = change.example["now"], change.example["placed_at"]
        assert isinstance(judged_at, datetime)
        assert isinstance(placed, datetime)
        assert timedelta(minutes=30) <= judged_at - placed < timedelta(hours=1)

    def test_are_told_apart_by_their_codes(self) -> None:
        """Refused instead of referred; then refused for one reason more, and for one less.

        Sellers never ask under either: that their refusals have other codes is no difference.
        """
        difference = compared(CONECT, NO_SECOND_TIME)
        assert [
            (
                change.difference.value,
                change.before.verdict.value,
                change.after.verdict.value,
                change.code,
            )
            for change in difference.changes
        ] == [
            ("stricter", "refer", "refuse", "rejected_before"),
            ("other_code", "refuse", "refuse", "rejected_before"),
            ("other_code", "refuse", "refuse", "request_open"),
        ]
        assert {change.example["role"] for change in difference.changes} == {"buyer"}

    def test_are_of_those_who_may_do_it_at_all(self) -> None:
        """Who that is may stand in a condition with a name; the others are never offered it."""
        asks = Rule(
            "asks", on=RequestCancellation, when=Named("a_buyer", "a buyer", buyer), effect=CANCEL
        )
        shut = Rule(
            "shut",
            on=RequestCancellation,
            when=status.is_in("packed"),
            effect=Forbid("answer_first"),
        )
        open_, closed = (attrs.evolve(SHOP, rules=rules) for rules in ((asks,), (asks, shut)))
        changes = diff(open_, closed).changes
        assert {(each.code, each.example["role"]) for each in changes} == {
            ("answer_first", "buyer"),
        }

    def test_are_the_other_way_round_from_the_other_side(self) -> None:
        """What one gains the other loses."""
        there, back = compared(CONECT, NO_SECOND_TIME), compared(NO_SECOND_TIME, CONECT)
        assert [(each.before, each.after, each.code, each.count) for each in there.changes] == [
            (each.after, each.before, each.code, each.count) for each in back.changes
        ]
        assert there.relation("RequestCancellation", "buyer") is Relation.STRICTER
        assert back.relation("RequestCancellation", "buyer") is Relation.LOOSER

    def test_come_with_the_simplest_example(self) -> None:
        """The one with the fewest refusals on both sides."""
        change = compared(CONECT, NO_SECOND_TIME).changes[1]
        assert (change.code, len(change.before.codes)) == ("rejected_before", 1)
        assert set(change.after.codes) == {*change.before.codes, "rejected_before"}

    def test_are_in_the_order_of_their_weight(self) -> None:
        """A changed answer first, though it is rarer; then the most frequent."""
        order = list(Difference)
        for answers in compared(CONECT, QOO10).answers:
            weights = [
                (order.index(each.difference), -(each.count or 0)) for each in answers.changes
            ]
            assert weights == sorted(weights)
        assert len(compared(CONECT, QOO10).changes) > 10

    def test_are_put_in_words(self) -> None:
        """The relations; then the verdicts, the code, the rules behind it, and an example."""
        lines = compared(CONECT, NO_SECOND_TIME).text("en").splitlines()
        assert lines[:7] == [
            "conect 1 → conect 2",
            "All 5,208 combinations of facts were tried; 768 are answered differently.",
            (
                "Requesting cancellation (RequestCancellation): the buyer: stricter; "
                "the seller, an operator of CO-NECT, the system: equal"
            ),
            (
                "Approving the request, Rejecting the request, Withdrawing the request, "
                "Asking for withdrawal, Answering the ask for withdrawal, "
                "Moving the order on: equal"
            ),
            "",
            "Requesting cancellation (RequestCancellation), the buyer: stricter (40)",
            "  refer to the answerer — conect.refer",
        ]
        assert lines[7] == "  → refuse (rejected_before) — conect.no_second_request"
        assert lines[8].startswith("  for example: ")
        assert "a request was rejected before: yes" in lines[8]
        assert lines[10] == (
            "Requesting cancellation (RequestCancellation), the buyer: same answer, other code: "
            "rejected_before (728)"
        )
        lines = compared(SHOP, FULL_HOUR).text("ja").splitlines()
        assert lines[2:4] == [
            (
                "キャンセルのリクエスト (RequestCancellation): 購入者: より緩い; "
                "販売者、運営者、システム: 同じ"
            ),
            (
                "承認、拒否、リクエストの取り消し、撤回のお願い、撤回のお願いへの返事、"
                "注文の進行: 同じ"
            ),
        ]
        assert lines[5:8] == [
            "キャンセルのリクエスト (RequestCancellation), 購入者: 緩くなる (88)",
            "  回答する側の判断へ — buyer_asks",
            "  → 即時キャンセル — asks",
        ]
        assert lines[8].startswith("  例: ")
        assert "操作者: 購入者" in lines[8]
        assert lines[-3:] == [
            (
                "キャンセルのリクエスト (RequestCancellation), 購入者: "
                "答えは同じ、ルールが異なる (44)"
            ),
            "  回答する側の判断へ — buyer_asks",
            "  → 回答する側の判断へ — asks",
        ]

    def test_come_before_what_differs_beside_them(self) -> None:
        """What is answered counts more than how it is worded."""
        changed = shop("2", hours(1), title="Shop, second edition")
        lines = diff(SHOP, changed).text("en").splitlines()
        assert lines[-1] == 'title.en: "shop" → "Shop, second edition"'
        assert lines.index("  → cancel at once — asks") < len(lines) - 1

    def test_of_no_rule_name_none(self) -> None:
        """Where no rule grants it, there is only the verdict and its code."""
        answers = next(
            each
            for each in compared(CONECT, QOO10).answers
            if (each.kind, each.role) == (AskWithdrawal, "seller")
        )
        change = answers.changes[0]
        assert answers.relation is Relation.LOOSER
        assert (change.before.codes, change.before.rules) == (("not_permitted",), ())
        assert change.after.rules == ("qoo10.ask_withdrawal",)


class TestWhatOnlyOneHas:
    def test_a_command_that_is_forbidden_always_is_one_that_nobody_may_give(self) -> None:
        """Beside that, it does not matter that another rule permits it."""
        never = Rule("never", on=Withdraw, effect=Forbid("closed"))
        difference = compared(tiny(), tiny(edition="2", rules=(*RULES, never)))
        assert difference.only_before == {"commands": ("Withdraw",)}

    def test_is_named(self) -> None:
        """Statuses, channels, moves and reasons; compared is what both have."""
        difference = compared(CONECT, QOO10)
        assert difference.only_before == {
            "status": ("placed", "accepted", "discontinued"),
            "channel": ("order_form", "mail", "phone", "fax", "seller_entry"),
            "move": ("accept",),
            "reason": (
                "wrong_item",
                "wrong_quantity",
                "duplicate_order",
                "delivery_date",
                "no_longer_needed",
            ),
        }
        assert difference.only_after["status"] == (
            "new",
            "shipping_requested",
            "delayed",
            "delivered",
            "cancelled",
        )
        assert "Only conect 1 has move of the order: accept\n" in difference.text("en")
        assert (
            "qoo10 1 のみにあるもの（注文の操作）：plan_shipping, mark_delayed, deliver\n"
            in difference.text("ja")
        )

    @pytest.mark.parametrize("turned", [False, True], ids=["before", "after"])
    def test_is_no_channel_where_the_other_takes_any(self, turned: bool) -> None:
        limited = attrs.evolve(SHOP, edition="2", channels=("web", "app"))
        difference = diff(*((SHOP, limited) if turned else (limited, SHOP)))
        assert "\nshop 2 takes only these of channel, shop 1 any: web, app\n" in difference.text(
            "en"
        )
        assert (
            "\nshop 2 で使える注文経路は次に限られる（shop 1 には制限がない）：web, app\n"
            in difference.text("ja")
        )
        assert "Only" not in difference.text("en")

    def test_may_be_a_fact_of_its_own(self) -> None:
        """A rule about it makes a difference; the other policy is not asked for it."""
        size = Choice("size", values=("s", "l"))
        large = Rule(
            "large",
            on=RequestCancellation,
            effect=Forbid("closed"),
            when=size.is_known & size.is_in("l"),
        )
        sized = attrs.evolve(SHOP, edition="2", facts=(size,), rules=(*SHOP.rules, large))
        difference = diff(SHOP, sized)
        assert {change.example["size"] for change in difference.changes} == {"l"}
        assert difference.changes[0].code == "closed"
        assert difference.only_after == {"facts": ("size",)}


def part(where: str, before: Any, after: Any) -> PartChange:
    return PartChange(where, before, after)


def worded(**changes: Any) -> Policy:
    """The tiny policy, in another edition, whose texts have `changes`."""
    return tiny(edition="2", texts=attrs.evolve(TEXTS, **changes))


class TestPartsThatDiffer:
    def test_may_be_a_deadline(self) -> None:
        """Its length, by its id; the messages about it are the same."""
        silent, late = SHOP.deadlines
        longer = attrs.evolve(silent, due=requested_at + hours(48))
        difference = diff(SHOP, attrs.evolve(SHOP, edition="2", deadlines=(longer, late)))
        assert difference.changes == ()
        assert difference.parts == (
            part("deadlines[seller_silent].due.ja", "リクエストの1日後", "リクエストの2日後"),
            part(
                "deadlines[seller_silent].due.en", "1 d after the request", "2 d after the request"
            ),
        )
        assert not difference.same

    def test_is_not_told_of_a_list_that_only_one_has(self) -> None:
        """What the other has is told, and not that the one has none."""
        parts = {part.where: (part.before, part.after) for part in compared(CONECT, QOO10).parts}
        assert parts["deadlines[qoo10.overdue].id"] == (None, "qoo10.overdue")
        assert "deadlines" not in parts

    def test_may_be_one_that_only_one_has(self) -> None:
        """Then there is nothing on the other side."""
        difference = diff(QOO10, qoo10(edition="2", late_while_open="approved"))
        where = "deadlines[qoo10.approved_by_delay]"
        approve = {"do": "approve", "argument": None, "of": None}
        assert part(f"{where}.then", None, approve) in difference.parts
        assert part(f"{where}.clauses", None, ["qoo10.1.instant-delayed"]) in difference.parts

    def test_may_be_a_reason(self) -> None:
        """By its code and command: its words, or the bounds of what is typed with it."""
        difference = diff(QOO10, qoo10(edition="2", other_maximum=300))
        assert difference.parts == (part("reasons[Reject other].text.maximum", 500, 300),)

    def test_may_be_whether_one_may_ask_again(self) -> None:
        difference = diff(QOO10, qoo10(edition="2", ask_again_while_open=True))
        assert part("ask_again_while_open", False, True) in difference.parts
        assert difference.changes[0].code == "request_open"

    def test_may_be_a_text(self) -> None:
        """Of a status, a refusal, a message."""
        refusals = {"closed": Text("受付終了です。", "Too late.")}
        assert diff(tiny(), worded(refusals=refusals)).parts == (
            part("texts.refusals.closed.text.en", "It is closed.", "Too late."),
        )
        statuses = {**TEXTS.statuses, "sent": Text("出荷済", "Sent")}
        assert diff(tiny(), worded(statuses=statuses)).parts == (
            part("texts.statuses.sent.text.ja", "発送済", "出荷済"),
        )
        silent = attrs.evolve(MAIL, subject=Text("希望 {order_id}", "Asked: {order_id}"))
        assert diff(tiny(), tiny(edition="2", notifications=(silent,))).parts == (
            part(
                "notifications[pending to seller].subject.text.ja",
                "要請 {order_id}",
                "希望 {order_id}",
            ),
        )

    def test_may_be_one_of_two_messages_to_one_reader(self) -> None:
        """By mail in one text, in the app in another: either may change."""
        in_app = attrs.evolve(MAIL, media=(Medium.APP,))
        changed = attrs.evolve(MAIL, body=Text("新しい本文", "A new body"))
        difference = diff(
            tiny(notifications=(MAIL, in_app)), tiny(notifications=(changed, in_app))
        )
        assert [each.after for each in difference.parts] == ["新しい本文", "A new body"]

    def test_may_be_an_obligation(self) -> None:
        """By what it is and what it is on; whether there is one, and its condition."""
        coupon = Obliges("revoke_coupon", on="approved")
        sent = Obliges("revoke_coupon", on="approved", when=status.is_in("sent"))
        assert tiny(obligations=(coupon,)).digest == tiny().digest
        one, other = tiny(obligations=(coupon,)), tiny(edition="2", obligations=(sent,))
        where = "obligations[revoke_coupon on approved]"
        assert diff(one, other).parts == (
            part(f"{where}.when", {"all": []}, {"fact": "status", "in": ["sent"]}),
        )
        assert diff(tiny(), other).parts == (
            part(f"{where}.kind", None, "revoke_coupon"),
            part(f"{where}.on", None, "approved"),
            part(f"{where}.when", None, {"fact": "status", "in": ["sent"]}),
        )


ORDERS = {
    "moves": {"pack": ("placed", "packed"), "ship": ("packed", "shipped")},
    "cancellable": ("placed", "packed"),
    "shipped": "shipped",
}
DROPPING: Any = {**ORDERS["moves"], "drop": ("placed", "packed")}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "changes",
    [
        {"zone": "Europe/Paris"},
        {"title": "The shop"},
        {"orders": Lifecycle(**{**ORDERS, "shipped": ()})},
        {"orders": Lifecycle(**{**ORDERS, "closes": ()})},
        {"orders": Lifecycle(**{**ORDERS, "moves": {**DROPPING, "drop": ("placed", "shipped")}})},
        {"orders": Lifecycle(**ORDERS, needs={"placed": "ship_on"})},
    ],
    ids=["zone", "title", "shipped", "closes", "moves", "needs"],
)
def test_what_anybody_could_notice_is_not_the_same(changes: dict[str, Any]) -> None:
    """When days begin, what leaves the seller, where a move leads, what the policy is called."""
    (field,) = changes
    before = attrs.evolve(SHOP, orders=Lifecycle(**{**ORDERS, "moves": DROPPING}))
    after = {"orders": before.orders, **changes}
    difference = diff(before, attrs.evolve(SHOP, edition="2", **after))
    assert not difference.same
    assert {each.where.partition(".")[0].partition("[")[0] for each in difference.parts} == {field}


class TestTheDictionary:
    def test_has_what_programs_need(self) -> None:
        """Moments are strings, flags are flags."""
        told = compared(SHOP, FULL_HOUR).as_dict()
        (answers,) = (each for each in told.pop("answers") if each["changes"])
        change = answers.pop("changes")[0]
        assert told == {
            "before": {"policy": "shop", "edition": "1"},
            "after": {"policy": "shop", "edition": "2"},
            "by": "enumeration",
            "compared": 3112,
            "differ": 112,
            "only_before": {},
            "only_after": {},
            "parts": [],
        }
        example = change.pop("example")
        order, asking = change.pop("scenario")
        assert (order["order"]["status"], asking["do"]) == ("placed", "request")
        assert answers == {
            "command": "RequestCancellation",
            "role": "buyer",
            "relation": "looser",
            "undecided": [],
        }
        assert change == {
            "difference": "looser",
            "code": None,
            "count": 88,
            "before": {
                "verdict": "refer",
                "codes": [],
                "rules": ["buyer_asks"],
                "to": ["seller"],
                "fee": None,
            },
            "after": {
                "verdict": "cancel",
                "codes": [],
                "rules": ["asks"],
                "to": [],
                "fee": None,
            },
        }
        assert (example["status"], example["is_initiator"]) == ("placed", False)
        datetime.fromisoformat(example["placed_at"])

    def test_can_be_written_as_json(self) -> None:
        """Also between two marketplaces, which share little."""
        difference = compared(CONECT, QOO10).as_dict()
        assert json.loads(json.dumps(difference)) == difference


def test_what_is_too_much_is_not_compared() -> None:
    """The error names the facts, as that of verifying does."""
    traits = tuple(
        Choice(f"trait_{number}", values=("a", "b", "c", "d", "e")) for number in range(6)
    )
    rules = tuple(
        Rule(
            f"t.{fact.name}",
            on=RequestCancellation,
            effect=Forbid("closed"),
            when=fact.is_known & fact.is_in("a"),
        )
        for fact in traits
    )
    large = attrs.evolve(
        SHOP, edition="2", facts=traits, rules=(*SHOP.rules, *rules), texts=Texts()
    )
    with pytest.raises(TooLarge) as refused:
        compared(SHOP, large)
    assert refused.value.size > 10_000_000
    assert refused.value.command == "RequestCancellation"
    assert ("trait_0", 6) in refused.value.facts
