"""A policy as plain data."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from typing import Any

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import Policy, RequestCancellation, Text
from ordercancel.explain import policy_data
from ordercancel.policies import CONECT, QOO10, qoo10
from ordercancel.policies.qoo10.rules import confirmed
from ordercancel.policy import (
    ALWAYS,
    By,
    Calendar,
    Choice,
    Condition,
    Day,
    Deadline,
    Earliest,
    Flag,
    Latest,
    Named,
    Number,
    Role,
    Rule,
    Waiver,
    channel,
    clause,
    decided,
    hours,
    mark,
    minutes,
    notify,
    now,
    placed_at,
    reading,
    requests_made,
    role,
    ship_on,
    status,
)
from unit.tiny import OURS, REFERS, tiny

EVERY_READING = qoo10(edition="2", late_while_open="approved", shipping_supersedes=True)
WORKING = Calendar(first=date(2024, 1, 1), last=date(2025, 12, 31))
OF_TERMS = {"basis": "own", "clauses": [], "rationale": {"en": "our terms of sale, §4"}}
FOR_TESTS = {
    "basis": "own",
    "clauses": [],
    "rationale": {"ja": "テストのため", "en": "for tests"},
}


def named(parts: list[dict[str, Any]], part_id: str) -> dict[str, Any]:
    (only,) = (part for part in parts if part["id"] == part_id)
    return only


class TestTheWhole:
    @pytest.mark.parametrize(
        "policy",
        [CONECT, QOO10, SHOP, FLEA_MARKET, MUST_SHIP, EVERY_READING, tiny()],
        ids=["conect", "qoo10", "shop", "flea market", "must ship", "qoo10-2", "tiny"],
    )
    def test_can_be_written_as_json(self, policy: Policy) -> None:
        """Strings, numbers, flags, lists and dictionaries; nothing changes on the way."""
        data = policy_data(policy)
        assert json.loads(json.dumps(data)) == data

    def test_begins_with_what_the_policy_is(self) -> None:
        """Its name and edition, from when it holds, its title, its zone and its languages."""
        data = policy_data(attrs.evolve(SHOP, holds_from=date(2026, 4, 1)))
        assert {key: data[key] for key in list(data)[:8]} == {
            "name": "shop",
            "edition": "1",
            "digest": SHOP.digest,
            "holds_from": "2026-04-01",
            "title": {"en": "shop"},
            "zone": "Europe/Berlin",
            "languages": ["en"],
            "channels": [],
        }
        assert policy_data(CONECT)["channels"] == [
            "order_form",
            "mail",
            "phone",
            "fax",
            "seller_entry",
        ]

    def test_has_the_lifecycle_of_the_orders(self) -> None:
        """Its statuses and moves, and what the statuses mean for a request."""
        assert policy_data(SHOP)["orders"] == {
            "statuses": ["placed", "packed", "shipped", "cancelled"],
            "moves": [
                {"from": "placed", "move": "pack", "to": "packed"},
                {"from": "packed", "move": "ship", "to": "shipped"},
            ],
            "cancellable": ["placed", "packed"],
            "shipped": ["shipped"],
            "closes": ["shipped"],
            "cancelled": "cancelled",
            "facts": {},
            "needs": {},
        }
        orders = policy_data(QOO10)["orders"]
        assert orders["facts"] == {"plan_shipping": ["ship_on"]}
        assert orders["needs"] == {"shipping_requested": ["ship_on"], "delayed": ["ship_on"]}

    def test_has_the_facts_of_its_own(self) -> None:
        """With what people call them, whose they are, and the words that they are."""
        size = Choice("size", Text("大きさ", "size of the parcel"), values=("small", "large"))
        weight = Number("weight", required=True)
        gift = Flag("wrapped", "gift wrapped", of=RequestCancellation)
        assert policy_data(tiny(facts=(size, weight, gift)))["facts"] == [
            {
                "name": "size",
                "label": {"ja": "大きさ", "en": "size of the parcel"},
                "kind": "choice",
                "of": None,
                "required": False,
                "words": ["small", "large"],
            },
            {
                "name": "weight",
                "label": {"ja": "weight"},
                "kind": "number",
                "of": None,
                "required": True,
                "words": None,
            },
            {
                "name": "wrapped",
                "label": {"ja": "gift wrapped"},
                "kind": "flag",
                "of": "RequestCancellation",
                "required": False,
                "words": None,
            },
        ]

    def test_has_its_roles(self) -> None:
        """Those that every policy has, and its own."""
        carrier = Role("carrier", side="seller", party="carrier_id", answers=False)
        roles = policy_data(tiny(roles=(carrier,), facts=(Choice("carrier_id", values=()),)))
        assert [each["name"] for each in roles["roles"]] == [
            "buyer",
            "seller",
            "operator",
            "system",
            "carrier",
        ]
        assert roles["roles"][-1] == {
            "name": "carrier",
            "side": "seller",
            "party": "carrier_id",
            "answers": False,
        }

    def test_has_the_documents_with_every_clause(self) -> None:
        """Their own words, how they are read, and what was decided where they are silent."""
        (document,) = policy_data(CONECT)["documents"]
        again = named(document["clauses"], "conect.1-1.not-until-approved")
        assert list(again) == ["id", "section", "text", "reading", "decided"]
        settled = {each.get("parameter"): each.get("default") for each in again["decided"]}
        assert settled == {"may_ask_again": "True", "may_withdraw": "False", None: None}
        (document,) = policy_data(tiny())["documents"]
        assert document == {
            "title": "Guide",
            "clauses": [
                {
                    "id": "tiny.1",
                    "section": "1",
                    "text": "Ask, and be answered.",
                    "reading": {"ja": "誰でも", "en": "Whoever ordered may ask."},
                    "decided": [
                        {
                            "settled": {"ja": "一度だけ", "en": "once alone"},
                            "parameter": "ask_twice",
                            "default": "False",
                        }
                    ],
                }
            ],
        }

    def test_has_what_verifying_finds_and_is_meant(self) -> None:
        """By the id of the fault, with its source."""
        waiver = Waiver("hole:tiny", source=OURS)
        assert policy_data(tiny(waivers=(waiver,)))["waivers"] == [
            {"id": "hole:tiny", **FOR_TESTS}
        ]
        (told,) = policy_data(QOO10)["waivers"]
        assert (told["id"], told["basis"]) == ("instant_and_rejectable:buyer", "decided")

    def test_says_whether_one_may_ask_again(self) -> None:
        assert policy_data(QOO10)["ask_again_while_open"] is False
        again = qoo10(edition="2", ask_again_while_open=True)
        assert policy_data(again)["ask_again_while_open"] is True


PLACED = {"fact": "placed_at"}
CONDITIONS: list[tuple[Any, dict[str, Any]]] = [
    (ALWAYS, {"all": []}),
    (role.is_in("seller", "buyer"), {"fact": "role", "in": ["buyer", "seller"]}),
    (confirmed.holds, {"fact": "confirmed", "is": True}),
    (~confirmed, {"not": {"fact": "confirmed", "is": True}}),
    (channel.is_known, {"fact": "channel", "known": True}),
    (requests_made > 0, {"fact": "requests_made", ">": 0}),
    (requests_made >= 2, {"fact": "requests_made", ">=": 2}),
    (
        Named("early", "early", requests_made < 2),
        {"named": "early", "is": {"fact": "requests_made", "<": 2}},
    ),
    (
        now < placed_at + minutes(30),
        {"now_before": {"of": PLACED, "after_seconds": 1_800.0}},
    ),
    (
        now >= ship_on.end(),
        {"not": {"now_before": {"of": {"fact": "ship_on"}, "end_of_day": 0}}},
    ),
    (
        now < (placed_at + hours(1)).end_of_day(2),
        {
            "now_before": {
                "of": {"of": PLACED, "after_seconds": 3_600.0},
                "end_of_day": 2,
            }
        },
    ),
    (
        now < placed_at.next(time(20)),
        {"now_before": {"of": PLACED, "next": "20:00:00"}},
    ),
    (
        now < placed_at.business_days(2, WORKING),
        {"now_before": {"of": PLACED, "business_days": 2}},
    ),
    (
        now < By("status", {"new": placed_at}),
        {
            "any": [
                {"not": {"fact": "status", "listed": ["new"]}},
                {"all": [{"fact": "status", "in": ["new"]}, {"now_before": PLACED}]},
            ]
        },
    ),
    (
        status.is_in("new") & (confirmed | ~channel.is_known),
        {
            "all": [
                {"fact": "status", "in": ["new"]},
                {
                    "any": [
                        {"fact": "confirmed", "is": True},
                        {"not": {"fact": "channel", "known": True}},
                    ]
                },
            ]
        },
    ),
]


class TestARule:
    def test_has_its_condition_in_words_and_as_a_tree(self) -> None:
        """With the commands that it is about, its effect and its source."""
        assert named(policy_data(SHOP)["rules"], "buyer_asks") == {
            "id": "buyer_asks",
            "on": ["RequestCancellation"],
            "when": {
                "ja": "購入者による操作、かつ注文の状態がplaced・packed",
                "en": "by the buyer, and order status is placed or packed",
            },
            "condition": {
                "all": [
                    {"fact": "role", "in": ["buyer"]},
                    {"fact": "status", "in": ["packed", "placed"]},
                ]
            },
            "effect": {
                "if": {"now_before": {"of": PLACED, "after_seconds": 1_800.0}},
                "then": "cancel",
                "else": {"refer": "seller"},
            },
            **OF_TERMS,
        }

    def test_that_forbids_has_its_code_and_sentence(self) -> None:
        """One of the policy's own, or one that is standard."""
        rules = policy_data(CONECT)["rules"]
        shipped = named(rules, "conect.shipped")
        assert shipped["effect"] == {
            "forbid": "already_shipped",
            "refusal": {
                "ja": "出荷済のため、キャンセルできません。",
                "en": "The order has been shipped and can no longer be cancelled.",
            },
        }
        own = named(rules, "standard.own_request")
        assert (own["effect"]["forbid"], own["basis"]) == ("own_request", "own")

    @pytest.mark.parametrize(
        ("source", "told"),
        [
            (clause("tiny.1"), {"basis": "says", "clauses": ["tiny.1"], "parameter": None}),
            (reading("tiny.1"), {"basis": "reads", "clauses": ["tiny.1"], "parameter": None}),
            (
                decided("tiny.1", parameter="ask_twice"),
                {"basis": "decided", "clauses": ["tiny.1"], "parameter": "ask_twice"},
            ),
            (OURS, FOR_TESTS),
            (None, {"basis": None, "clauses": []}),
        ],
    )
    def test_tells_on_whose_word_it_is(self, source: Any, told: dict[str, Any]) -> None:
        """The document's, our reading of it, our decision, one's own; or nobody's."""
        (rule,) = (
            each
            for each in policy_data(tiny(rules=(attrs.evolve(REFERS, source=source),)))["rules"]
            if each["id"] == "tiny.refer"
        )
        assert {key: rule[key] for key in told} == told

    @pytest.mark.parametrize(("when", "tree"), CONDITIONS, ids=range(len(CONDITIONS)))
    def test_may_have_any_condition(self, when: Condition, tree: dict[str, Any]) -> None:
        """Each kind has a form of its own; lengths of time are in seconds."""
        rule = Rule("tiny.any", on=REFERS.on, when=ALWAYS, effect=REFERS.effect, source=OURS)
        policy = tiny(rules=(rule,))
        object.__setattr__(rule, "when", when)
        assert named(policy_data(policy)["rules"], "tiny.any")["condition"] == tree

    def test_with_a_condition_of_a_foreign_kind_is_not_exported(self) -> None:
        """Rather than half of it."""

        class Mystery(Condition):
            pass

        rule = Rule("tiny.any", on=REFERS.on, when=ALWAYS, effect=REFERS.effect, source=OURS)
        policy = tiny(rules=(rule,))
        object.__setattr__(rule, "when", Mystery())
        with pytest.raises(TypeError, match="a Mystery cannot be"):
            policy_data(policy)


def own(text: dict[str, str]) -> dict[str, Any]:
    """A text in the policy's own words."""
    return {"text": text, "basis": "own"}


class TestWhatStandsBesideTheRules:
    def test_are_deadlines(self) -> None:
        """While what they run, when they are due, what they do, and what meets them."""
        assert policy_data(SHOP)["deadlines"][1] == {
            "id": "not_shipped",
            "label": {"en": "not shipped"},
            "runs": {
                "ja": "注文の状態がplaced・packed",
                "en": "order status is placed or packed",
            },
            "condition": {"fact": "status", "in": ["packed", "placed"]},
            "due": {
                "ja": "発送予定日の7日後の24時",
                "en": "the end of the day 7 d after the planned ship date",
            },
            "time": {"of": {"fact": "ship_on"}, "end_of_day": 7},
            "then": {"do": "cancel", "argument": "not_shipped", "of": None},
            "met": None,
            **OF_TERMS,
        }
        assert [
            (each["id"], each["time"], each["then"], each["met"])
            for each in policy_data(EVERY_READING)["deadlines"]
        ] == [
            (
                "qoo10.approved_by_delay",
                {
                    "earliest": [
                        {"of": {"fact": "ship_on"}, "end_of_day": 0},
                        {"by": "status", "times": {"delayed": {"fact": "status_since"}}},
                    ]
                },
                {"do": "approve", "argument": None, "of": None},
                None,
            ),
            (
                "qoo10.ship_same_day",
                {"of": {"fact": "closed_at"}, "end_of_day": 0},
                {"do": "mark", "argument": "missed", "of": "request"},
                "shipped_at",
            ),
            (
                "qoo10.overdue",
                {"of": {"fact": "requested_at"}, "end_of_day": 4},
                {"do": "mark", "argument": "overdue", "of": "request"},
                None,
            ),
        ]

    def test_may_be_due_at_the_latest_of_several_times(self) -> None:
        """And a day of the policy's own is one."""
        fair = Day("fair_on", "the fair")
        due = Latest(fair.end(), Earliest(placed_at, ship_on.business_days(1, WORKING)))
        deadline = Deadline("tiny.d", runs=status.is_in("new"), due=due, then=notify)
        (told,) = policy_data(tiny(facts=(fair,), deadlines=(deadline,)))["deadlines"]
        assert told["time"] == {
            "latest": [
                {"of": {"fact": "fair_on"}, "end_of_day": 0},
                {"earliest": [PLACED, {"of": {"fact": "ship_on"}, "business_days": 1}]},
            ]
        }

    def test_are_reasons_with_their_bounds(self) -> None:
        """For what and for whom, to choose from or a text alone, with the hint beside it."""
        reasons = policy_data(QOO10)["reasons"]
        (other,) = (each for each in reasons if (each["on"], each["code"]) == ("Reject", "other"))
        assert other == {
            "code": "other",
            "on": "Reject",
            "label": {"ja": "その他", "en": "Other"},
            "when": {"all": []},
            "text": {"minimum": 30, "maximum": 500, "required": True},
            "hint": {
                "text": {
                    "ja": "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
                    "en": "Please explain to the buyer yourself "
                    "(product delay, production delay).",
                },
                "basis": "says",
                "clauses": ["qoo10.3.other-hint"],
                "parameter": None,
            },
            "basis": "says",
            "clauses": ["qoo10.3.reasons", "qoo10.3.other-30"],
            "parameter": None,
        }
        (text,) = (each for each in policy_data(CONECT)["reasons"] if each["on"] == "Reject")
        assert (text["code"], text["text"]["maximum"], text["hint"]) == (None, 20, None)
        assert policy_data(SHOP)["reasons"][1]["when"] == {"fact": "role", "in": ["seller"]}
        assert policy_data(SHOP)["reasons"][1]["text"] is None

    def test_are_all_texts(self) -> None:
        """Statuses, refusals, messages, labels, counters and columns, in all its languages."""
        data = policy_data(tiny())
        texts = data["texts"]
        assert texts["statuses"]["packed"] == own({"ja": "梱包済", "en": "Packed"})
        assert texts["refusals"]["closed"] == own({"ja": "受付終了です。", "en": "It is closed."})
        assert data["notifications"] == [
            {
                "on": "pending",
                "to": "seller",
                "when": {"all": []},
                "media": ["mail"],
                "subject": own({"ja": "要請 {order_id}", "en": "Asked: {order_id}"}),
                "body": own({"ja": "理由: {reason}\n{item}", "en": "Reason: {reason}\n{item}"}),
                **FOR_TESTS,
            }
        ]
        assert data["labels"] == [
            {
                "on": "pending",
                "to": "seller",
                "when": {"all": []},
                "text": {"ja": "要請中\n{reason}", "en": "Asked\n{reason}"},
                **FOR_TESTS,
            }
        ]
        assert data["counters"] == [
            {
                "on": "pending",
                "label": {"ja": "要請", "en": "Requests"},
                "state": own({"ja": "処理要請", "en": "To process"}),
                **FOR_TESTS,
            }
        ]
        assert texts["columns"] == {}
        assert policy_data(QOO10)["texts"]["columns"]["state"] == {
            "text": {"ja": "処理状態", "en": "State"},
            "basis": "says",
            "clauses": ["qoo10.3.grid"],
            "parameter": None,
        }

    def test_has_the_messages_and_numbers_that_nobody_had_to_write(self) -> None:
        """As they are worded when they go out, in the library's words for them."""
        late = Deadline(
            "late", runs=status.is_in("placed"), due=ship_on.end(), then=mark("late", of="order")
        )
        data = policy_data(attrs.evolve(SHOP, deadlines=(late,)))
        assert {each["on"] for each in data["notifications"]} >= {"pending", "approved", "late"}
        assert [(each["on"], each["label"]["en"]) for each in data["counters"]] == [
            ("pending", "cancellation requested"),
            ("late", "late"),
            ("refund_open", "refund open"),
        ]


def test_a_length_of_time_is_in_seconds() -> None:
    """Before a time, it is below zero."""
    deadline = Deadline(
        "tiny.d", runs=ALWAYS, due=ship_on.end() - timedelta(minutes=1), then=notify, source=OURS
    )
    (told,) = policy_data(tiny(deadlines=(deadline,)))["deadlines"]
    assert told["time"]["after_seconds"] == -60.0
