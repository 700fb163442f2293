"""Questions and commands over HTTP, with a sync service and with an async one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from examples.furniture import FURNITURE
from fastapi.testclient import TestClient
from tests.contrib.fastapi.conftest import Send, client_of, shop_of

from ordercancel import Conflict, NotAll, Order, Outcome, StoreUnavailable
from ordercancel.contrib.fastapi import problem_response
from ordercancel.schemas import from_json
from ordercancel.stores.memory import MemoryStore
from samples import order

REASON = {"reason": "changed_mind"}
SELLER = {"X-User": "seller:s-1"}


class TestACommand:
    def test_answers_with_the_case_and_what_happened(self, send: Send) -> None:
        answer = send("request", **REASON)
        assert answer.status_code == 200
        said = answer.json()
        assert [each["event"] for each in said["events"]] == ["CancellationRequested"]
        assert said["case"]["requests"][0]["by"] == {"id": "b-1", "role": "buyer", "via": None}
        assert said["case"]["requests"][0]["status"] == "pending"
        assert said["repeated"] is False

    def test_with_the_same_key_of_the_same_actor_is_done_once(self, send: Send) -> None:
        key = {"headers": {"Idempotency-Key": "k-1"}}
        first, again = send("request", **REASON, **key), send("request", **REASON, **key)
        assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
        assert first.json()["events"] == again.json()["events"]
        other = send("request", reason="other", text="Bought twice, sorry for that.", **key)
        assert other.status_code == 422
        assert other.json()["faults"][0]["where"] == "RequestCancellation.command_id"
        assert send("approve", by="seller:s-1", request=1, **key).status_code == 200

    def test_may_carry_moments_and_days_as_texts(self, client: TestClient) -> None:
        """What the policy declares as such is read as such."""
        shop = client_of(shop_of("sync", (order(status="new", ship_on=None),)))
        body = {"do": "advance", "move": "plan_shipping", "facts": {"ship_on": "2022-08-17"}}
        answer = shop.post("/orders/762544202/commands", json=body, headers=SELLER)
        assert answer.json()["case"]["order"]["ship_on"] == "2022-08-17"

    def test_that_is_refused_is_a_problem_with_codes_clauses_and_a_sentence(
        self, send: Send
    ) -> None:
        send("request", **REASON)
        data = {"confirmed": True}
        send("reject", by="seller:s-1", request=1, reason="shipped", data=data)
        answer = send("request", **REASON, headers={"Accept-Language": "ja"})
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == "ja"
        sentence = (
            "一度キャンセルをお断りしたご注文につきましては、"
            "再度キャンセルをご要請いただくことはできません。"
        )
        assert answer.json() == {
            "type": "urn:ordercancel:refused",
            "title": "The rules, or somebody else, are in the way",
            "status": 409,
            "detail": sentence,
            "codes": ["rejected_before"],
            "clauses": ["qoo10.4.no-second-request"],
            "refusals": [
                {
                    "code": "rejected_before",
                    "rule": "qoo10.no_second_request",
                    "clauses": ["qoo10.4.no-second-request"],
                    "sentence": sentence,
                }
            ],
            "faults": [],
        }

    def test_names_every_fault_of_a_body_at_once(self, send: Send) -> None:
        answer = send("reject", by="seller:s-1", request=0, text=5, command_id="c-1", now=True)
        assert answer.status_code == 422
        assert [each["where"] for each in answer.json()["faults"]] == [
            "command.command_id",
            "Reject.now",
            "Reject.request",
            "Reject.text",
        ]

    @pytest.mark.parametrize(
        "own", [{"by": {"role": "seller", "id": "s-1"}}, {"order_id": "A-1"}, {"command_id": "c"}]
    )
    def test_can_not_say_who_gives_it_or_about_what(
        self, client: TestClient, own: dict[str, Any]
    ) -> None:
        body = {"do": "request", **REASON, **own}
        answer = client.post("/orders/762544202/commands", json=body)
        (fault,) = answer.json()["faults"]
        assert (fault["where"], fault["code"]) == (f"command.{next(iter(own))}", "unknown_key")

    def test_about_an_order_of_somebody_else_meets_none(self, send: Send) -> None:
        """As about an order that there is not; whatever is in the body."""
        for order_id in ("762544203", "nothing"):
            answer = send("request", order_id, **REASON)
            assert (answer.status_code, answer.json()["codes"]) == (404, [])
            assert send("advance", order_id, move="ship", facts={"a": 1}).status_code == 404

    @pytest.mark.parametrize("body", ["{", "[]", '{"do": 1, "do": 1}', "x" * 1_500_000])
    def test_that_is_no_object_of_json_is_malformed(self, client: TestClient, body: str) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        answer = client.post("/orders/762544202/commands", content=body, headers=headers)
        assert (answer.status_code, answer.json()["codes"]) == (400, ["malformed"])

    def test_can_not_come_from_a_form_of_another_site(self, client: TestClient) -> None:
        """Which may send plain text with the cookies of whoever looks at it, and no JSON."""
        body = json.dumps({"do": "request", **REASON})
        for headers in ({"Content-Type": "text/plain"}, {}):
            answer = client.post("/orders/762544202/commands", content=body, headers=headers)
            assert (answer.status_code, answer.json()["codes"]) == (415, ["not_json"])
        assert client.get("/orders/762544202/history").json()[1:] == []


class TestQuestions:
    def test_an_assessment_says_what_would_come_of_a_command(self, send: Send) -> None:
        """And nothing changes."""
        for _ in range(2):
            said = send("request", **REASON, to="assessment").json()
            assert (said["verdict"], said["codes"]) == ("refer", [])
        refused = send("approve", request=1, to="assessment")
        assert (refused.status_code, refused.json()["verdict"]) == (200, "refuse")
        assert send("update", status="new", to="assessment").status_code == 422

    def test_options_are_in_the_language_asked_for(self, client: TestClient) -> None:
        path = "/orders/762544202/options"
        for header, lang, label in (
            ("ja", "ja", "キャンセルを要請する"),
            ("de, ja-JP;q=0.5, en;q=0.1", "ja", "キャンセルを要請する"),
            ("ja;q=0.2, en-GB;q=0.9, fr;q=x", "en", "Request cancellation"),
            ("", "ja", "キャンセルを要請する"),
        ):
            answer = client.get(path, headers={"Accept-Language": header})
            assert answer.headers["content-language"] == lang
            assert answer.json()[0]["label"] == label

    def test_a_list_leaves_out_what_is_not_the_actors(self, client: TestClient) -> None:
        said = client.get("/orders?id=A-1&id=762544203&id=762544202").json()
        assert [each["case"]["order"]["id"] for each in said] == ["A-1", "762544202"]
        assert [len(each["options"]) for each in said] == [9, 9]

    def test_a_history_has_every_event_and_is_for_the_parties_alone(
        self, client: TestClient, send: Send
    ) -> None:
        send("request", **REASON)
        events = client.get("/orders/762544202/history", headers=SELLER).json()
        assert [each["event"] for each in events] == ["OrderRegistered", "CancellationRequested"]
        assert client.get("/orders/762544203/history").status_code == 404

    def test_a_queue_goes_on_page_by_page(self, client: TestClient, send: Send) -> None:
        send("request", **REASON)
        send("request", "762544203", by="buyer:b-2", **REASON)
        first = client.get("/queue?limit=1", headers=SELLER).json()
        second = client.get("/queue", params={"after": first["next"]}, headers=SELLER).json()
        rows = [*first["rows"], *second["rows"]]
        assert [each["order_id"] for each in rows] == ["762544202", "762544203"]
        assert second["next"] is None
        assert client.get("/queue?marked=refund_open", headers=SELLER).json()["rows"] == []
        counts = client.get("/queue/counters", headers=SELLER).json()
        assert (counts[0]["policy"], counts[0]["on"], counts[0]["count"]) == ("qoo10", "open", 2)

    @pytest.mark.parametrize(
        ("path", "where"),
        [
            ("/queue?limit=0&status=x&after=y", ["query.status.0", "query.limit"]),
            ("/queue?after=y", ["InboxCursor"]),
            ("/orders", ["query.id"]),
            ("/orders?id=%20", ["service.order_ids[0]"]),
        ],
    )
    def test_that_are_asked_wrongly_name_the_faults(
        self, client: TestClient, path: str, where: list[str]
    ) -> None:
        answer = client.get(path)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert [each["where"] for each in answer.json()["faults"]] == where


class _Broken(MemoryStore):
    error: Any = None

    def load(self, order_id: str) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (Conflict("762544202"), 409, "urn:ordercancel:conflict"),
        (StoreUnavailable("down"), 503, "urn:ordercancel:unavailable"),
    ],
)
def test_what_is_in_the_way_for_a_while_is_a_problem(error: Any, status: int, kind: str) -> None:
    service = shop_of("sync")
    store = _Broken()
    store.error = error
    answer = client_of(service.using(store)).get("/orders/762544202/options")
    assert (answer.status_code, answer.json()["type"]) == (status, kind)
    assert answer.headers.get("retry-after") == ("1" if status == 503 else None)
    assert "down" not in answer.text


def test_a_problem_links_to_what_its_codes_mean_where_the_host_serves_that() -> None:
    """Each code, on the page of codes; a problem without one has no link, nor has another host."""
    docs = "https://shop.example/docs/en/"
    client = client_of(shop_of("sync"), docs=docs)
    body = {"do": "reject", "request": 1, "reason": "shipped", "data": {"confirmed": True}}
    answer = client.post("/orders/762544202/commands", json=body, headers=SELLER)
    assert answer.headers["link"] == (
        '<https://shop.example/docs/en/reference/codes/#no_open_request>; rel="help"'
    )
    assert "link" not in client.get("/orders/none/options").headers
    assert (
        "link"
        not in client_of(shop_of("sync"))
        .post("/orders/762544202/commands", json=body, headers=SELLER)
        .headers
    )


def test_what_is_the_hosts_own_fault_is_no_answer() -> None:
    with pytest.raises(NotAll):
        problem_response(NotAll({}, {}))


def test_a_sync_service_takes_a_sync_record_alone() -> None:
    """Nothing of the command stays: what was asked for can't be done."""

    async def record(session: object, outcome: Outcome) -> None:
        await asyncio.sleep(0)

    shop = client_of(shop_of("sync"), record=record)
    body = {"do": "request", **REASON}
    with pytest.raises(TypeError, match="expected a sync one"):
        shop.post("/orders/762544202/commands", json=body)


def test_the_refund_is_told_before_and_after() -> None:
    """All of it by the options; one chair of four, at no fee, is a quarter of what they cost."""
    lines = (Path(__file__).parents[3] / "examples" / "furniture.jsonl").read_text("utf-8")
    placed = json.loads(next(line for line in lines.splitlines() if line[:1] == "{"))["order"]
    shop = client_of(shop_of("sync", (from_json(Order, json.dumps(placed)),), [FURNITURE]))
    options = shop.get("/orders/F-1/options").json()
    (request,) = (each for each in options if each["command"] == "request")
    assert request["quote"]["refund"] == 79_000
    body = {"do": "request", "reason": "changed_mind", "lines": {"chair": 1}}
    for path in ("assessment", "commands"):
        answer = shop.post(f"/orders/F-1/{path}", json=body)
        assert answer.json()["quote"]["refund"] == 9000
