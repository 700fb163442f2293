"""The columns of a table of orders: their names, what they hold, and which fact each tells."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import Choice, Fact, Flag


class Holding(StrEnum):
    """What a column holds."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "whole number"
    DAY = "day"
    MOMENT = "moment in UTC, or with a zone"


@attrs.frozen
class Column:
    """A column of a table of orders.

    Args:
        name: Its name.
        holds: The kind of its values.
        meaning: What it means.
        may_be_missing: Whether it may have no value.
        words: The words that are allowed. Default: any.
    """

    name: str
    holds: Holding
    meaning: str
    may_be_missing: bool = attrs.field(default=False, kw_only=True)
    words: tuple[str, ...] = attrs.field(default=(), kw_only=True)


def _optional(name: str, holds: Holding, meaning: str) -> Column:
    return Column(name, holds, meaning, may_be_missing=True)


_TEXT, _MOMENT = Holding.TEXT, Holding.MOMENT

COLUMNS: Mapping[str, Column] = FrozenMap(
    {
        column.name: column
        for column in (
            Column("order_id", _TEXT, "the order's id"),
            Column("status", _TEXT, "its status"),
            _optional("channel", _TEXT, "how it came in"),
            Column("seller", _TEXT, "the seller's id"),
            Column("placed_at", _MOMENT, "when it was placed"),
            _optional("paid_at", _MOMENT, "when it was paid"),
            Column("status_since", _MOMENT, "since when it has its status"),
            _optional("ship_on", Holding.DAY, "the planned ship date"),
            _optional(
                "seller_permits", Holding.FLAG, "whether the seller permits cancellation requests"
            ),
            _optional(
                "request_status",
                _TEXT,
                "where the latest request stands; no value where nobody has asked",
            ),
            _optional("requested_at", _MOMENT, "when the latest request was made"),
            Column("rejected_before", Holding.FLAG, "whether any request was rejected"),
            Column("withdrawn_before", Holding.FLAG, "whether any request was withdrawn"),
            _optional(
                "answer_due_at",
                _MOMENT,
                "when silence decides the open request, if it can in this status",
            ),
            _optional("overdue_at", _MOMENT, "when the answer to the latest request is overdue"),
            _optional("due_at", _MOMENT, "when the next deadline that has not acted is due"),
        )
    }
)
"""All columns but those of facts of a policy's own, by name."""

COLUMN_OF: Mapping[str, str] = FrozenMap(
    {
        "status": "status",
        "channel": "channel",
        "request": "request_status",
        "rejected_before": "rejected_before",
        "withdrawn_before": "withdrawn_before",
        "since_placed": "placed_at",
        "since_paid": "paid_at",
        "since_status": "status_since",
        "since_requested": "requested_at",
        "days_since_placed": "placed_at",
        "days_past_ship_on": "ship_on",
        "days_since_requested": "requested_at",
        "seller_permits": "seller_permits",
        "deadline_passed": "answer_due_at",
    }
)
"""The column of a fact, by the name of the fact; one of a policy's own has its name."""


def column_of_fact(fact: Fact, policy: Policy) -> Column:
    """The column of a fact of the policy's own."""
    match fact:
        case Choice():
            words = tuple(policy.domain(fact))
            return Column(fact.name, Holding.TEXT, fact.label.en, may_be_missing=True, words=words)
        case Flag():
            return Column(fact.name, Holding.FLAG, fact.label.en, may_be_missing=True)
        case _:
            return Column(fact.name, Holding.NUMBER, fact.label.en, may_be_missing=True)
