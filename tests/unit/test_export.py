"""A policy as plain data."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Policy
from ordercancel.domain.texts import Text
from ordercancel.explain.export import policy_data
from ordercancel.policies import CONECT, QOO10, qoo10
from ordercancel.policy import ALWAYS, Condition, Silence
from ordercancel.rules.facts import (
    affirmed,
    attribute_choice,
    attribute_number,
    channel,
    days_past_ship_on,
    role,
    since_placed,
    status,
)
from unit.tiny import LABEL, OURS, REFERS, SUPERSEDING, tiny

EVERY_READING = qoo10(edition="2", delay_approves=True, shipping_supersedes=True)
OF_TERMS = {
    "clauses": [],
    "ours": {"ja": "販売規約(2026年)", "en": "our terms of sale, 2026"},
}


def named(parts: list[dict[str, Any]], part_id: str) -> dict[str, Any]:
    (only,) = (part for part in parts if part["id"] == part_id)
    return only


class TestTheWhole:
    @pytest.mark.parametrize(
        "policy",
        [CONECT, QOO10, SHOP, EVERY_READING, tiny()],
        ids=["conect", "qoo10", "shop", "qoo10-2", "tiny"],
    )
    def test_can_be_written_as_json(self, policy: Policy) -> None:
        """Strings, numbers, flags, lists and dictionaries; nothing changes on the way."""
        told = policy_data(policy)
        assert json.loads(json.dumps(told)) == told

    def test_begins_with_what_the_policy_is(self) -> None:
        """Its name and edition, from when it holds, its title and its zone."""
        told = policy_data(attrs.evolve(SHOP, holds_from=date(2026, 4, 1)))
        assert {key: told[key] for key in list(told)[:6]} == {
            "name": "half-hour-shop",
            "edition": "2026",
            "holds_from": "2026-04-01",
            "title": {"ja": "30分の店", "en": "The half-hour shop"},
            "zone": "Asia/Tokyo",
            "channels": [],
        }
        assert policy_data(CONECT)["channels"] == [
            "order_form",
            "mail",
            "phone",
            "fax",
            "seller_entry",
        ]

    def test_has_the_chart_of_the_orders(self) -> None:
        """Its states and moves, and which of them cancels."""
        told = policy_data(SHOP)
        assert told["orders"] == {
            "states": [
                {"id": "placed", "name": "受付済み", "initial": True, "final": False},
                {"id": "shipped", "name": "発送済み", "initial": False, "final": True},
                {"id": "cancelled", "name": "キャンセル済み", "initial": False, "final": True},
            ],
            "moves": [
                {"from": "placed", "move": "ship", "to": "shipped"},
                {"from": "placed", "move": "cancel", "to": "cancelled"},
            ],
        }
        assert told["cancel_move"] == "cancel"

    def test_has_what_the_moves_do(self) -> None:
        """Which of them plan and which ship, and where an order has its planned date."""
        told = policy_data(QOO10)
        assert told["planned_by"] == ["plan_shipping"]
        assert told["shipped_by"] == ["ship"]
        assert told["dated"] == ["shipping_requested"]

    def test_has_the_facts_of_its_own(self) -> None:
        """With what people call them, and the words that they are."""
        size = attribute_choice("size", Text("大きさ", "size of the parcel"), ("small", "large"))
        weight = attribute_number("weight", Text("重さ", "weight in grams"))
        told = json.dumps(policy_data(tiny(facts=(size, weight))), ensure_ascii=False)
        for word in ("size", "size of the parcel", "small", "large", "重さ", "weight in grams"):
            assert f'"{word}"' in told

    def test_has_the_documents_with_every_clause(self) -> None:
        """Their own lines, and how they are read."""
        (document,) = policy_data(CONECT)["documents"]
        shipped = named(document["clauses"], "conect.1-1.shipped")
        assert list(shipped) == ["id", "section", "text", "reading"]
        assert "出荷済" in shipped["text"]
        (document,) = policy_data(tiny())["documents"]
        assert document == {
            "title": "Guide",
            "clauses": [
                {"id": "tiny.1", "section": "1", "text": "Ask, and be answered.", "reading": None}
            ],
        }


CONDITIONS: list[tuple[Condition, dict[str, Any]]] = [
    (ALWAYS, {"all": []}),
    (role.is_in("seller", "buyer"), {"fact": "role", "in": ["buyer", "seller"]}),
    (affirmed.holds, {"fact": "affirmed", "is": True}),
    (~affirmed.holds, {"not": {"fact": "affirmed", "is": True}}),
    (channel.is_known, {"fact": "channel", "known": True}),
    (since_placed < timedelta(minutes=30), {"fact": "since_placed", "<": 1_800.0}),
    (since_placed <= timedelta(days=1), {"fact": "since_placed", "<=": 86_400.0}),
    (days_past_ship_on > 0, {"fact": "days_past_ship_on", ">": 0}),
    (days_past_ship_on >= -2, {"fact": "days_past_ship_on", ">=": -2}),
    (
        status.is_in("new") & (affirmed.holds | ~channel.is_known),
        {
            "all": [
                {"fact": "status", "in": ["new"]},
                {
                    "any": [
                        {"fact": "affirmed", "is": True},
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
        assert named(policy_data(SHOP)["rules"], "shop.first_half_hour") == {
            "id": "shop.first_half_hour",
            "on": ["RequestCancellation"],
            "when": {
                "ja": "操作者 = 購入者 かつ 注文の状態 = 受付済み かつ 注文からの時間 < 30分",
                "en": (
                    "actor is the buyer and order status is Placed and time since the order was "
                    "placed < 30 min"
                ),
            },
            "condition": {
                "all": [
                    {"fact": "role", "in": ["buyer"]},
                    {"fact": "status", "in": ["placed"]},
                    {"fact": "since_placed", "<": 1_800.0},
                ]
            },
            **OF_TERMS,
            "effect": "cancel",
        }

    def test_that_forbids_has_its_code_and_sentence(self) -> None:
        """One of the policy's own, or one that is standard."""
        told = policy_data(CONECT)["rules"]
        shipped = named(told, "conect.shipped")
        assert shipped["on"] == ["RequestCancellation", "Approve"]
        assert (shipped["effect"], shipped["code"]) == ("forbid", "already_shipped")
        assert shipped["refusal"] == {
            "ja": "出荷済のため、キャンセルできません。",
            "en": "The order has been shipped and can no longer be cancelled.",
        }
        assert (shipped["clauses"], shipped["ours"]) == (["conect.1-1.shipped"], None)
        assert named(told, "standard.party")["refusal"]["en"] == "There is no such order."

    @pytest.mark.parametrize(("when", "tree"), CONDITIONS, ids=range(len(CONDITIONS)))
    def test_may_have_any_condition(self, when: Condition, tree: dict[str, Any]) -> None:
        """Each kind has a form of its own; lengths of time are in seconds."""
        silence = Silence("qoo10.silence", on=REFERS.on, when=ALWAYS, cites=OURS)
        policy = attrs.evolve(QOO10, silences=(silence,))
        object.__setattr__(silence, "when", when)
        (told,) = policy_data(policy)["silences"]
        assert told["condition"] == tree

    def test_with_a_condition_of_a_foreign_kind_is_not_exported(self) -> None:
        """Rather than half of it."""

        class Mystery(Condition):
            pass

        silence = Silence("tiny.silence", on=REFERS.on, cites=OURS)
        policy = tiny(silences=(silence,))
        object.__setattr__(silence, "when", Mystery())
        with pytest.raises(TypeError, match="a Mystery cannot be"):
            policy_data(policy)


class TestWhatStandsBesideTheRules:
    def test_are_declared_silences(self) -> None:
        """Like rules, without an effect."""
        assert named(policy_data(SHOP)["silences"], "shop.no_withdrawal") == {
            "id": "shop.no_withdrawal",
            "on": ["Withdraw", "AskWithdrawal", "AnswerWithdrawal"],
            "when": {"ja": "常に", "en": "always"},
            "condition": {"all": []},
            **OF_TERMS,
        }

    def test_are_deadlines(self) -> None:
        """After a length of time, at the end of a day, at the end of the planned ship date."""
        assert policy_data(SHOP)["deadlines"] == [
            {
                "id": "shop.silence_approves",
                "starts": "referred",
                "due": {"after_seconds": 172_800.0},
                "does": "approve",
                "met_by": [],
                **OF_TERMS,
            }
        ]
        assert [
            (each["id"], each["due"], each["does"], each["met_by"])
            for each in policy_data(EVERY_READING)["deadlines"]
        ] == [
            ("qoo10.ship_same_day", {"end_of_day": 0}, "breach", ["ship"]),
            ("qoo10.overdue", {"end_of_day": 4}, "mark_overdue", []),
            ("qoo10.approved_by_delay", {"end_of_ship_date": 0}, "approve", []),
        ]

    def test_is_what_follows_of_itself(self) -> None:
        """Or nothing, where nothing does."""
        told = policy_data(EVERY_READING)
        assert told["superseding"]["id"] == "qoo10.shipping_supersedes"
        assert told["superseding"]["moves"] == ["ship"]
        assert told["going_back"] == {
            "id": "qoo10.back_to_shipping",
            "clauses": ["qoo10.3.back-to-shipping", "qoo10.1.otherwise-ask-withdrawal"],
            "ours": None,
        }
        told = policy_data(tiny(superseding=None))
        assert (told["superseding"], told["going_back"]) == (None, None)
        assert policy_data(tiny())["superseding"]["id"] == SUPERSEDING.id

    def test_are_reasons_with_their_bounds(self) -> None:
        """To choose from, with a hint and a notice; or a text alone."""
        told = policy_data(QOO10)
        assert told["rejection_reasons"]["reasons"][3] == {
            "code": "other",
            "label": {"ja": "その他", "en": "Other"},
            "text": {"minimum": 30, "maximum": 500, "required": True},
            "hint": {
                "ja": "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
                "en": "Please explain to the buyer yourself (product delay, production delay).",
            },
            "clauses": ["qoo10.3.reasons", "qoo10.3.other-30", "qoo10.3.other-hint"],
            "ours": None,
        }
        assert told["rejection_reasons"]["notice"]["en"].endswith("keep to the facts.")
        assert told["rejection_reasons"]["text"] is None
        assert told["withdrawal_text"] == {"minimum": 1, "maximum": 500, "required": False}
        told = policy_data(CONECT)
        assert told["rejection_reasons"] == {
            "reasons": [],
            "text": {"minimum": 0, "maximum": 20, "required": False},
            "notice": None,
            "clauses": ["conect.2-3.reject-20"],
            "ours": None,
        }
        assert told["withdrawal_text"] is None

    def test_are_all_texts(self) -> None:
        """Statuses, refusals, messages, labels, counters and columns, in both languages."""
        told = policy_data(tiny())
        assert told["statuses"]["packed"] == {"ja": "梱包済", "en": "Packed"}
        assert told["refusals"] == {"closed": {"ja": "受付終了です。", "en": "It is closed."}}
        (message,) = told["notifications"]
        assert (message["on"], message["to"], message["media"]) == ("referred", "seller", ["mail"])
        assert message["subject"] == {"ja": "要請 {order_id}", "en": "Asked: {order_id}"}
        assert message["body"]["en"] == "Reason: {reason}\n{item}"
        assert told["labels"] == [
            {
                "on": "referred",
                "to": "seller",
                "text": {"ja": LABEL.text.ja, "en": "Asked\n{reason}"},
                "clauses": [],
                "ours": {"ja": "for tests", "en": "for tests"},
            }
        ]
        assert told["counters"] == [
            {
                "status": "awaiting_seller",
                "label": {"ja": "要請", "en": "Requests"},
                "state": {"ja": "処理要請", "en": "To process"},
                "clauses": [],
                "ours": {"ja": "for tests", "en": "for tests"},
            }
        ]
        assert told["columns"] == {}
        assert policy_data(QOO10)["columns"]["state"] == {"ja": "処理状態", "en": "State"}
