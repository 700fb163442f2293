"""Faults of texts and reasons are found where they are planted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from examples.half_hour_shop import SHOP

from ordercancel import Buyer, CancellationService, Order, Policy, RequestCancellation, Text
from ordercancel.policies import CONECT
from ordercancel.policy import Notification, TextBounds, Texts
from ordercancel.stores.memory import MemoryStore
from verification.planted import fault, forged, ids, replayed, shop


def test_standard_sentences_in_a_language_that_the_library_has_not() -> None:
    """The policy speaks German, and the codes of the library and its messages do not."""
    policy = shop(languages=["de"])
    found = ids(policy)
    assert "text_missing:texts.refusals['no_open_request']" in found
    assert "text_missing:notifications[approved to others].subject" in found
    assert all(each.startswith("text_missing:") for each in found)
    assert fault(policy, "text_missing:texts.refusals['not_permitted']").problem["en"] == (
        "A text is missing (de)."
    )


def test_a_language_beside_a_base_language() -> None:
    """English as it is spoken elsewhere needs no texts of its own."""
    assert ids(shop(languages=["en-GB"])) == []


def test_japanese_in_an_english_sentence() -> None:
    """A text that nobody has translated."""
    texts = Texts(
        refusals={"answer_first": Text("先に回答してください。", "先に回答してください。")}
    )
    policy = attrs.evolve(
        SHOP,
        languages=("en",),
        texts=texts,
    )
    found = fault(policy, "text_missing:texts.refusals['answer_first']")
    assert "en is in Japanese" in found.problem["en"]
    assert replayed(policy, found)[-1]["codes"] == ["answer_first"]


def test_a_reason_that_nobody_can_give() -> None:
    """Five characters at least and three at most; no policy is built with it."""
    policy = forged(CONECT, ("reasons", 6, "text"), TextBounds(5, 3))
    found = fault(policy, "reason_unmeetable:Reject")
    assert replayed(policy, found)[-1]["error"] == "invalid"


PO = "PO {cart_id}. Reason: {reason}"


def told_of_a_cart(**orders: Any) -> Policy:
    """The shop, whose seller is told of a request by the number of its cart alone."""
    message = Notification(on="pending", to="seller", subject="Request {order_id}", body=PO)
    return shop(notifications=(message,), orders=attrs.evolve(SHOP.orders, **orders))


def test_a_message_that_is_empty_without_a_fact_that_orders_may_lack() -> None:
    """The variable is named; a policy that says that its orders have the fact is sound in this."""
    fault_id = "text_missing:notifications[pending to seller].body"
    found = fault(told_of_a_cart(), fault_id)
    assert found.problem["en"] == "A text is missing (empty without cart_id)."
    assert fault_id not in ids(told_of_a_cart(has="cart_id"))


def test_a_message_is_never_empty() -> None:
    """Where nobody has verified the policy, it goes out with a gap."""
    policy = told_of_a_cart()
    service = CancellationService(policies=[policy], store=MemoryStore())
    at = datetime(2024, 3, 1, 12, tzinfo=UTC)
    order = Order("o-1", policy="shop", status="placed", buyer="b", seller="s", placed_at=at)
    service.register(order, at=at)
    ask = RequestCancellation("o-1", by=Buyer("b"), reason="changed_mind")
    asked = service.handle(ask, at=at + timedelta(hours=1))
    assert [each.body for each in asked.messages] == ["PO . Reason: changed mind"]
