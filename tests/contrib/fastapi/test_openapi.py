"""What OpenAPI says of the router, and that its answers are what it says."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.contrib.fastapi.conftest import client_of, shop_of

POST = "/orders/{order_id}/commands"


def described() -> Any:
    """The document of an app with the router."""
    return client_of(shop_of("sync")).get("/openapi.json").json()


def test_the_reasons_of_each_policy_are_enums() -> None:
    content = described()["paths"][POST]["post"]["requestBody"]["content"]
    commands = content["application/json"]["schema"]["oneOf"]
    by_do = {each["properties"]["do"]["const"]: each for each in commands}
    assert [*by_do][:3] == ["request", "approve", "reject"]
    qoo10, nothing = by_do["reject"]["properties"]["reason"]["anyOf"]
    assert (qoo10["title"], nothing) == ("reasons of qoo10", {"type": "null"})
    assert qoo10["enum"] == ["shipped", "ready_to_ship", "made_to_order", "other"]
    titles = [each.get("title") for each in by_do["request"]["properties"]["reason"]["anyOf"]]
    assert titles == ["reasons of qoo10", "reasons of conect", None]
    moves = by_do["advance"]["properties"]["move"]["anyOf"]
    assert moves[1]["enum"] == ["accept", "ship"]
    assert not {"order_id", "by", "command_id"} & set(by_do["reject"]["properties"])


def test_every_answer_that_is_no_success_is_described_as_a_problem() -> None:
    for path in described()["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                assert [*answer["content"]] == (
                    ["application/json" if status == "200" else "application/problem+json"]
                )


@pytest.mark.slow
def test_a_thousand_malformed_bodies_are_answered_with_every_fault() -> None:
    """Never a success, never a server's error; the answer is a problem as it is described."""
    client = client_of(shop_of("sync"))
    schema = described()["paths"][POST]["post"]["responses"]["422"]["content"]
    problem = Draft202012Validator(schema["application/problem+json"]["schema"])
    random = Random(20)
    good = json.dumps({"do": "reject", "request": 1, "reason": "shipped", "data": {"a": True}})
    wrong = {
        "request": [0, "1", None],
        "reason": [5, ""],
        "text": [7, "x" * 5000],
        "data": [[], 3],
    }
    headers = {"Content-Type": "application/json"}
    for number in range(1000):
        if number % 2:
            picked = {name: random.choice(wrong[name]) for name in random.sample([*wrong], 3)}
            body: Any = json.dumps({**json.loads(good), **picked, f"key_{number}": 1})
        else:
            picked, body = {}, good[: random.randrange(len(good))]
        answer = client.post("/orders/762544202/commands", content=body, headers=headers)
        said = answer.json()
        assert 400 <= answer.status_code < 500
        assert problem.is_valid(said), said
        named = {fault["where"] for fault in said["faults"]}
        expected = (
            {f"Reject.{name}" for name in [*picked, f"key_{number}"]} if picked else {"JSON"}
        )
        assert named == expected
    assert len(client.get("/orders/762544202/history").json()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_whatever_is_sent_the_answer_is_as_described(kind: str) -> None:
    """By schemathesis, from the document alone: good values and bad ones, on every operation."""
    import schemathesis  # takes a second, which the quick tests don't have
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    wanted = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    app = client_of(shop_of(kind)).app
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) == 7
    seen: Counter[int] = Counter()
    for operation in operations:
        values = [operation.as_strategy(mode) for mode in schemathesis.GenerationMode]

        @settings(max_examples=100, suppress_health_check=[*HealthCheck])
        @given(st.one_of(values))
        def check(case: Any) -> None:
            case.headers = {**(case.headers or {}), "X-User": "buyer:b-1"}
            if "order_id" in case.path_parameters:
                case.path_parameters["order_id"] = "762544202"
            answer = case.call_and_validate(checks=wanted)
            seen[answer.status_code] += 1

        check()
    assert {200, 409, 422} <= {*seen}
