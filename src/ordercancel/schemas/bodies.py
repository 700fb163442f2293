"""Commands as somebody sends them who is known: without who gives them, and about which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Union

from ordercancel.domain.actors import Actor
from ordercancel.domain.commands import AdvanceOrder
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.texts import Text
from ordercancel.policy.policy import Policy
from ordercancel.schemas.codec import plain, read
from ordercancel.schemas.definitions import Definitions, Schema

GIVEN = ("order_id", "by", "command_id")
"""What a command has that whoever sends it leaves out: it is known where they send it."""


def command_schema(kinds: Iterable[type], policies: Iterable[Policy]) -> Schema:
    """The schema of a command of one of these kinds, without what its host knows already."""
    known = tuple(policies)
    return {"oneOf": [_command(kind, known) for kind in kinds]}


def read_command(
    kinds: tuple[Any, ...],
    said: Mapping[str, Any],
    order_id: str,
    by: Actor,
    key: str | None = None,
    policy: Policy | None = None,
) -> Any:
    """The command of one of these kinds that somebody sends, about an order of theirs.

    Args:
        kinds: The classes.
        said: What they say: `do` and what goes with it.
        order_id: The order.
        by: Who they are.
        key: The id of the command.
        policy: The policy of the order, where the command has facts.

    Raises:
        InvalidValue: With everything that is wrong with it.
    """
    faults = [
        Fault(f"command.{name}", "is no key of it", "not to be there", code="unknown_key")
        for name in GIVEN
        if name in said
    ]
    own = {"order_id": order_id, "by": plain(by), "command_id": key}
    try:
        command = read(Union[kinds], {**said, **own}, policy)  # noqa: UP007 - a tuple
    except InvalidValue as error:
        raise InvalidValue([*faults, *error.faults]) from None
    if faults:
        raise InvalidValue(faults)
    return command


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
