"""The columns of a table of orders: their names, what they hold, and which fact each tells."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import attrs

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import Choice, Fact, Flag

__all__ = ["COLUMNS", "COLUMN_OF", "Column", "Holding", "column_of_fact"]


class Holding(StrEnum):
    """What a column holds."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "whole number"
    DAY = "day"
    MOMENT = "moment in UTC, or with a zone"


@attrs.frozen
class Column:
    """A column.

    Args:
        name: What it is called.
        holds: What it holds.
        told: What it means.
        may_be_missing: Whether it may have no value.
        words: The words that it may hold; empty where any.
    """

    name: str
    holds: Holding
    told: str
    may_be_missing: bool = attrs.field(default=False, kw_only=True)
    words: tuple[str, ...] = attrs.field(default=(), kw_only=True)


COLUMNS: Mapping[str, Column] = FrozenMap(
    {
        column.name: column
        for column in (
            Column("order_id", Holding.TEXT, "the order's id"),
            Column("status", Holding.TEXT, "its status"),
            Column("channel", Holding.TEXT, "how it came in", may_be_missing=True),
            Column("seller", Holding.TEXT, "the seller's id"),
            Column("placed_at", Holding.MOMENT, "when it was placed"),
            Column("paid_at", Holding.MOMENT, "when it was paid", may_be_missing=True),
            Column("status_since", Holding.MOMENT, "since when it has its status"),
            Column("ship_on", Holding.DAY, "the planned ship date", may_be_missing=True),
            Column(
                "seller_permits",
                Holding.FLAG,
                "whether the seller permits cancellation requests",
                may_be_missing=True,
            ),
            Column(
                "request_status",
                Holding.TEXT,
                "where the latest request stands; no value where nobody has asked",
                may_be_missing=True,
            ),
            Column(
                "requested_at",
                Holding.MOMENT,
                "when the latest request was made",
                may_be_missing=True,
            ),
            Column("rejected_before", Holding.FLAG, "whether any request was rejected"),
            Column("withdrawn_before", Holding.FLAG, "whether any request was withdrawn"),
            Column(
                "answer_due_at",
                Holding.MOMENT,
                "when silence decides the open request, if it can in this status",
                may_be_missing=True,
            ),
            Column(
                "overdue_at",
                Holding.MOMENT,
                "when the answer to the latest request is overdue",
                may_be_missing=True,
            ),
            Column(
                "due_at",
                Holding.MOMENT,
                "when the next deadline that has not acted is due",
                may_be_missing=True,
            ),
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
"""The column that tells a fact, by the fact's name; a fact of a policy's own has its name."""


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
