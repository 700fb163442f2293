"""The times of an order in a scenario: when it was paid, entered its status, was shipped."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from examples.half_hour_shop import SHOP, TERMS

from ordercancel import Policy, Rule
from ordercancel.cli.replay import Replay
from ordercancel.domain.commands import RequestCancellation
from ordercancel.policies import CONECT
from ordercancel.policy import Condition, Forbid
from ordercancel.rules.facts import since_paid, since_status
from ordercancel.stores.memory import MemoryStore

ORDER = {
    "id": "A-1",
    "policy": "half-hour-shop",
    "status": "placed",
    "buyer": "b-1",
    "seller": "s-1",
    "placed_at": "2024-05-01T09:00:00+09:00",
}
REQUEST = {
    "at": "2024-05-01T10:00:00+09:00",
    "do": "request",
    "order_id": "A-1",
    "by": "buyer:b-1",
    "reason": "changed_mind",
}


def barred(when: Condition) -> Policy:
    """The shop, where a request is barred under a condition."""
    rule = Rule(
        "shop.barred", on=RequestCancellation, effect=Forbid("closed"), when=when, cites=TERMS
    )
    return attrs.evolve(SHOP, rules=(*SHOP.rules, rule))


def run(policy: Policy, *lines: Any, store: MemoryStore | None = None) -> list[dict[str, Any]]:
    raw = [json.dumps(line).encode() for line in lines]
    return list(Replay([policy], store or MemoryStore()).run(raw))


def asked(policy: Policy, **times: str) -> list[str]:
    """The codes of the refusal to a request at ten o'clock; none where it was not refused."""
    (answer,) = run(policy, {"order": {**ORDER, **times}}, REQUEST)
    return answer.get("codes", [])


def test_are_kept_with_the_order() -> None:
    """Each in UTC; what is not given is not made up, the status apart."""
    store = MemoryStore()
    times = {
        "paid_at": "2024-05-01T09:10:00+09:00",
        "status_since": "2024-05-01T09:20:00+09:00",
        "shipped_at": "2024-05-01T00:30:00Z",
    }
    assert run(SHOP, {"order": {**ORDER, **times}}, store=store) == []
    case = store.load("A-1")
    assert case is not None
    assert case.order.paid_at == datetime(2024, 5, 1, 0, 10, tzinfo=UTC)
    assert case.order.status_since == datetime(2024, 5, 1, 0, 20, tzinfo=UTC)
    assert case.order.shipped_at == datetime(2024, 5, 1, 0, 30, tzinfo=UTC)
    run(SHOP, {"order": {**ORDER, "id": "A-2", "paid_at": None}}, store=store)
    case = store.load("A-2")
    assert case is not None
    assert (case.order.paid_at, case.order.shipped_at) == (None, None)
    assert case.order.status_since == datetime(2024, 5, 1, 0, tzinfo=UTC)


def test_of_payment_is_what_rules_count_from() -> None:
    """Ten o'clock is an hour after nine and not after a quarter past."""
    policy = barred(since_paid.is_known & (since_paid >= timedelta(hours=1)))
    assert asked(policy) == []
    assert asked(policy, paid_at="2024-05-01T09:00:00+09:00") == ["closed"]
    assert asked(policy, paid_at="2024-05-01T09:15:00+09:00") == []


def test_of_the_status_is_what_rules_count_from() -> None:
    """When it was placed, unless another time is given."""
    policy = barred(since_status >= timedelta(hours=1))
    assert asked(policy) == ["closed"]
    assert asked(policy, status_since="2024-05-01T09:30:00+09:00") == []


def test_of_shipping_is_what_people_read_after_a_request() -> None:
    """Who was rejected before it was shipped reads how the order stands, and not the rejection."""
    order = {**ORDER, "policy": "conect", "channel": "mail"}
    ask = {**REQUEST, "reason": "wrong_item"}
    reject = {"at": REQUEST["at"], "do": "reject", "order_id": "A-1", "by": "seller:s-1"}
    seller = {"party": {"id": "s-1", "permits_cancellation": True}}
    _, rejected = run(CONECT, seller, {"order": order}, ask, reject)
    assert rejected["labels"]["buyer"] == "キャンセルできませんでした キャンセル却下"
    order["shipped_at"] = "2024-05-02T09:00:00+09:00"
    _, rejected = run(CONECT, seller, {"order": order}, ask, reject)
    assert rejected["labels"]["buyer"] == "発注済"


def test_that_are_none_are_named_together() -> None:
    """With what would be right; nothing is registered."""
    store = MemoryStore()
    times = {"paid_at": "noon", "status_since": "2024-05-01T09:00:00", "shipped_at": "soon"}
    (answer,) = run(SHOP, {"order": {**ORDER, **times}}, store=store)
    assert (answer["error"], answer["codes"]) == ("invalid", ["invalid"])
    assert answer["message"] == (
        "Order.paid_at: is 'noon'; expected a date and time with a UTC offset; and "
        "Order.status_since: 2024-05-01T09:00:00 has no UTC offset; expected a date and time "
        "with a UTC offset; and "
        "Order.shipped_at: is 'soon'; expected a date and time with a UTC offset"
    )
    assert store.load("A-1") is None


def test_are_strings() -> None:
    """Anything else is malformed, and all of it is named."""
    (answer,) = run(SHOP, {"order": {**ORDER, "paid_at": 5, "status_since": [], "shipped_at": {}}})
    assert answer["error"] == "malformed"
    for key in ("paid_at", "status_since", "shipped_at"):
        assert f"{key}: Expected `str | null`" in answer["message"]
