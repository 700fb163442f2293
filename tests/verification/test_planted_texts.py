"""Texts that are missing, blank or in the wrong language, and reasons that nobody can give."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP, TERMS

from ordercancel import Policy
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.policies import QOO10, conect
from ordercancel.policy import (
    Audience,
    Counter,
    Label,
    Occasion,
)
from verification.planted import fault, faults, replayed, reworded

BLANKS = [
    (Text(" ", "Fine"), "ja: blank"),
    (Text("よい", ""), "en: blank"),
    (Text("よい", "キャンセル"), "en: in Japanese, 'キャンセル'"),
]
"""A text with something wrong, and what is said of it."""

LANGUAGES = ["blank-ja", "blank-en", "japanese-en"]


def is_told(policy: Policy, subject: str, what: str) -> list[dict[str, Any]]:
    """One text is missing and nothing else is wrong; gives the answers to its scenario."""
    assert faults(policy) == [("text_missing", subject)]
    found = fault(policy, "text_missing", subject)
    assert found.problem == Text(f"文言が欠けている({what})。", f"A text is missing ({what}).")
    return replayed(policy, found)


TOLD = [
    (SHOP, Occasion.REFERRED, Audience.SELLER, "CancellationRequested"),
    (SHOP, Occasion.GRANTED_AT_ONCE, Audience.SELLER, "OrderCancelled"),
    (SHOP, Occasion.APPROVED, Audience.BUYER, "OrderCancelled"),
    (SHOP, Occasion.APPROVED_BY_SILENCE, Audience.BUYER, "OrderCancelled"),
    (SHOP, Occasion.APPROVED_BY_SILENCE, Audience.SELLER, "OrderCancelled"),
    (SHOP, Occasion.REJECTED, Audience.BUYER, "RequestRejected"),
    (SHOP, Occasion.SUPERSEDED, Audience.BUYER, "RequestSuperseded"),
    (QOO10, Occasion.WITHDRAWAL_ASKED, Audience.BUYER, "WithdrawalAsked"),
    (QOO10, Occasion.WITHDRAWAL_HELD, Audience.SELLER, "WithdrawalHeld"),
    (QOO10, Occasion.WITHDRAWN, Audience.SELLER, "RequestWithdrawn"),
    (conect(may_withdraw=True), Occasion.WITHDRAWN, Audience.SELLER, "RequestWithdrawn"),
]


class TestAMessage:
    @pytest.mark.parametrize(
        ("policy", "on", "to", "event"),
        TOLD,
        ids=[f"{policy.name}-{on}-{to}" for policy, on, to, _ in TOLD],
    )
    def test_that_is_missing_is_found(
        self, policy: Policy, on: Occasion, to: Audience, event: str
    ) -> None:
        """Who waits for the outcome, or would ship a cancelled order, hears nothing of it."""
        others = [each for each in policy.wording.notifications if (each.on, each.to) != (on, to)]
        assert len(others) < len(policy.wording.notifications)
        silent = reworded(policy, notifications=tuple(others))
        subject = f"wording.notifications[{on} to {to}]"
        last = is_told(silent, subject, "no message")[-1]
        assert event in last["events"]
        assert to.value not in {message["audience"] for message in last["messages"]}

    def test_for_an_occasion_that_never_comes_is_not_missed(self) -> None:
        """No request of the shop is withdrawn or lapses, and nobody has to be told so."""
        occasions = {each.on for each in SHOP.wording.notifications}
        assert Occasion.LAPSED not in occasions
        assert Occasion.WITHDRAWN not in occasions
        assert faults(SHOP) == []

    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    @pytest.mark.parametrize("part", ["subject", "body"])
    def test_that_says_nothing_is_found(self, text: Text, what: str, part: str) -> None:
        """In either language, and where Japanese stands for English."""
        first, *others = SHOP.wording.notifications
        changed = attrs.evolve(first, **{part: text})
        policy = reworded(SHOP, notifications=(changed, *others))
        subject = f"wording.notifications[referred to seller].{part}"
        (asked,) = is_told(policy, subject, what)
        assert asked["events"] == ["CancellationRequested", "DutyArose"]

    def test_whose_variables_are_all_empty_is_found(self) -> None:
        """The buyer's own words alone: he has written none, and the line is left out."""
        first, *others = SHOP.wording.notifications
        changed = attrs.evolve(first, body=Text("{buyer_text}", "{buyer_text}"))
        policy = reworded(SHOP, notifications=(changed, *others))
        subject = "wording.notifications[referred to seller].body"
        (asked,) = is_told(policy, subject, "ja: empty")
        assert [message["body"] for message in asked["messages"]] == [""]


def labelled(text: Text) -> Policy:
    """The shop, with a label of its own for the seller who is asked."""
    label = Label(on=Occasion.REFERRED, to=Audience.SELLER, text=text, cites=TERMS)
    return reworded(SHOP, labels=(label,))


class TestALabel:
    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    def test_that_says_nothing_is_found(self, text: Text, what: str) -> None:
        """In either language, and where Japanese stands for English."""
        (asked,) = is_told(labelled(text), "wording.labels[referred to seller]", what)
        assert asked["labels"]["seller"].strip() == text.en.strip()

    def test_whose_variables_are_all_empty_is_found(self) -> None:
        """A line of optional variables only is left out, and nothing is left."""
        policy = labelled(Text("{buyer_text}", "{buyer_text}"))
        (asked,) = is_told(policy, "wording.labels[referred to seller]", "ja: empty")
        assert asked["labels"] == {"buyer": "awaiting the seller's answer", "seller": ""}

    def test_that_says_something_with_its_variables_is_none(self) -> None:
        """A line without a variable stays, whatever the buyer wrote."""
        assert faults(labelled(Text("要請中\n{buyer_text}", "Asked\n{buyer_text}"))) == []


class TestAWordOfTheScreen:
    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    def test_for_a_status_is_found(self, text: Text, what: str) -> None:
        """Where an order comes to it."""
        policy = reworded(SHOP, statuses={**SHOP.wording.statuses, "shipped": text})
        assert ("text_missing", "wording.statuses['shipped']") in faults(policy)
        found = fault(policy, "text_missing", "wording.statuses['shipped']")
        assert f"({what})" in found.problem.en
        assert replayed(policy, found)[-1]["order_status"] == "shipped"

    def test_for_a_status_that_is_blank_leaves_a_label_empty(self) -> None:
        """Where the policy has no label of its own, the status is what people read."""
        policy = reworded(SHOP, statuses={**SHOP.wording.statuses, "shipped": Text("済", "")})
        assert faults(policy) == [
            ("text_missing", "wording.statuses['shipped']"),
            ("text_missing", "wording.labels[superseded to buyer]"),
            ("text_missing", "wording.labels[superseded to seller]"),
        ]
        found = fault(policy, "text_missing", "wording.labels[superseded to buyer]")
        assert replayed(policy, found)[-1]["labels"] == {"buyer": "", "seller": ""}

    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    def test_for_a_refusal_is_found(self, text: Text, what: str) -> None:
        """Where somebody is refused with it: one of the shop's own, and one that is standard."""
        policy = reworded(SHOP, refusals={"closed": text})
        (asked,) = is_told(policy, "wording.refusals['closed']", what)
        assert (asked["codes"], asked["message"]) == (["closed"], text.en)
        policy = reworded(SHOP, refusals={**SHOP.wording.refusals, "no_open_request": text})
        (approved,) = is_told(policy, "wording.refusals['no_open_request']", what)
        assert approved["codes"] == ["no_open_request"]

    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    @pytest.mark.parametrize("part", ["label", "state"])
    def test_for_a_counter_is_found(self, text: Text, what: str, part: str) -> None:
        """On the seller's front page; the scenario is an order, which it counts or not."""
        words = {"label": Text("要請", "Requests"), "state": Text("要請中", "Asked"), part: text}
        counter = Counter(status=RequestStatus.AWAITING_SELLER, cites=TERMS, **words)
        policy = reworded(SHOP, counters=(counter,))
        assert is_told(policy, f"wording.counters[awaiting_seller].{part}", what) == []

    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    def test_for_a_column_is_found(self, text: Text, what: str) -> None:
        """Of the seller's queue."""
        policy = reworded(SHOP, columns={"state": text})
        assert is_told(policy, "wording.columns['state']", what) == []

    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    def test_for_the_policy_itself_is_found(self, text: Text, what: str) -> None:
        """Its title."""
        assert is_told(attrs.evolve(SHOP, title=text), "title", what) == []


def asking(**changes: Any) -> Policy:
    """The shop, whose one reason has `changes`."""
    (reason,) = SHOP.request_reasons.reasons
    catalogue = attrs.evolve(SHOP.request_reasons, reasons=(attrs.evolve(reason, **changes),))
    return attrs.evolve(SHOP, request_reasons=catalogue)


class TestAReason:
    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    @pytest.mark.parametrize(("part", "where"), [("label", ""), ("hint", ".hint")])
    def test_that_is_not_worded_is_found(
        self, text: Text, what: str, part: str, where: str
    ) -> None:
        """Its label, and what stands beside it; the scenario chooses it."""
        (asked,) = is_told(asking(**{part: text}), f"request_reasons['changed_mind']{where}", what)
        assert asked["ok"]

    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    def test_is_chosen_after_a_notice_that_says_something(self, text: Text, what: str) -> None:
        """What the seller is told before he rejects."""
        catalogue = attrs.evolve(SHOP.rejection_reasons, notice=text)
        policy = attrs.evolve(SHOP, rejection_reasons=catalogue)
        _, rejected = is_told(policy, "rejection_reasons.notice", what)
        assert rejected["events"] == ["RequestRejected"]

    @pytest.mark.parametrize(("text", "what"), BLANKS, ids=LANGUAGES)
    def test_of_many_is_chosen_in_its_scenario(self, text: Text, what: str) -> None:
        """The third reason of Qoo10's sellers, and not the first that would do."""
        reasons = list(QOO10.rejection_reasons.reasons)
        reasons[2] = attrs.evolve(reasons[2], label=text)
        catalogue = attrs.evolve(QOO10.rejection_reasons, reasons=tuple(reasons))
        policy = attrs.evolve(QOO10, rejection_reasons=catalogue)
        *_, rejected = is_told(policy, "rejection_reasons['made_to_order']", what)
        assert rejected["events"][0] == "RequestRejected"
        found = fault(policy, "text_missing", "rejection_reasons['made_to_order']")
        assert found.scenario[-1]["reason"] == "made_to_order"
