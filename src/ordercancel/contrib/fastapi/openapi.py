"""What OpenAPI says of the router: bodies with the reasons of each policy, answers, problems."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ordercancel.contrib.fastapi.problems import PROBLEM_JSON, TITLES, ProblemView
from ordercancel.domain.commands import AdvanceOrder
from ordercancel.domain.texts import Text
from ordercancel.policy.policy import Policy
from ordercancel.schemas.definitions import Definitions, Schema

GIVEN = ("order_id", "by", "command_id")
"""What a command has that its body leaves out: the path, the log-in and a header tell it."""


def body(kinds: Iterable[type], policies: Iterable[Policy]) -> dict[str, Any]:
    """A body that is a command of one of these kinds."""
    known = tuple(policies)
    schema = {
        "oneOf": [_command(kind, known) for kind in kinds],
        "discriminator": {"propertyName": "do"},
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _command(kind: Any, policies: tuple[Policy, ...]) -> Schema:
    schema = Definitions().of(kind)
    properties = {name: each for name, each in schema["properties"].items() if name not in GIVEN}
    if "reason" in properties:
        codes = [_reasons(kind, each) for each in policies]
        properties["reason"] = {"anyOf": [*filter(None, codes), {"type": "null"}]}
    if kind is AdvanceOrder:
        properties["move"] = {"anyOf": [_moves(each) for each in policies]}
    required = [name for name in schema["required"] if name not in GIVEN]
    return {**schema, "properties": properties, "required": required}


def _reasons(kind: type, policy: Policy) -> Schema | None:
    """The codes of a policy's reasons for a command; None where it has none."""
    labels = {
        each.code: policy.text(each.label or each.code)
        for each in policy.reasons
        if each.on is kind and each.code is not None
    }
    return _enum(policy, "reasons", labels) if labels else None


def _moves(policy: Policy) -> Schema:
    moves = dict.fromkeys(move for _, move in policy.orders.table)
    return _enum(policy, "moves", {each: policy.move_text(each) for each in moves})


def _enum(policy: Policy, what: str, labels: dict[str, Text]) -> Schema:
    return {
        "type": "string",
        "title": f"{what} of {policy.name}",
        "enum": [*labels],
        "description": "; ".join(f"{code}: {label['en']}" for code, label in labels.items()),
    }


def answers(schema: Schema, *problems: int) -> dict[int | str, dict[str, Any]]:
    """An answer of this schema, or one of these problems."""
    good = {"description": "The answer", "content": {"application/json": {"schema": schema}}}
    content = {PROBLEM_JSON: {"schema": Definitions().of(ProblemView)}}
    wrong = ({"description": TITLES[each][1], "content": content} for each in (*problems, 503))
    return {200: good, **dict(zip((*problems, 503), wrong, strict=True))}
