"""The columns of a table of orders: their names, what they hold, and which fact each tells.

The library's own table of cases has them under these names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

import attrs

from ordercancel.domain.cases import REFUND_OPEN
from ordercancel.domain.commands import RequestCancellation
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import RequestStatus
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import (
    FACTS,
    MARKED,
    NO_REQUEST,
    Choice,
    Day,
    Fact,
    Flag,
    Moment,
    answerer,
)
from ordercancel.verification.conditions import every_fact


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


_TEXT, _MOMENT, _FLAG = Holding.TEXT, Holding.MOMENT, Holding.FLAG

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
            _optional("shipped_at", _MOMENT, "when it was shipped"),
            _optional("delivered_at", _MOMENT, "when it was delivered"),
            _optional("ship_on", Holding.DAY, "the planned ship date"),
            _optional(
                "seller_permits",
                _FLAG,
                "whether the seller permits cancellation requests; no value says that they do not",
            ),
            _optional(
                "request_number",
                Holding.NUMBER,
                "how many requests there were; no value where nobody has asked",
            ),
            _optional(
                "request_status",
                _TEXT,
                "where the latest request stands; no value where nobody has asked",
            ),
            _optional("initiator", _TEXT, "the role that made the latest request"),
            _optional(
                "answerer", _TEXT, "the role that answers it, or a side such as seller_side"
            ),
            _optional("requested_at", _MOMENT, "when the latest request was made"),
            _optional("closed_at", _MOMENT, "when it became final"),
            Column("rejected_before", _FLAG, "whether any request was rejected"),
            Column("withdrawn_before", _FLAG, "whether any request was withdrawn"),
            _optional("next_due", _MOMENT, "when the next deadline fires"),
            _optional("overdue_at", _MOMENT, "from when on the order counts as overdue"),
        )
    }
)
"""All columns but those of marks and of facts of a policy's own, by name."""

_COLUMN_OF: Mapping[str, str] = FrozenMap(
    {
        "request": "request_status",
        "requests_made": "request_number",
        "is_initiator": "initiator",
        "is_own_side": "initiator",
        "is_answerer": "answerer",
    }
)


def column_of(fact: str) -> str:
    """The name of the column that tells a fact: most have the name of the fact."""
    return _COLUMN_OF.get(fact, fact)


def may_be_missing(fact: Fact) -> bool:
    """Whether the column of a fact may have no value."""
    column = COLUMNS.get(column_of(fact.name))
    return column is None or column.may_be_missing


def meaning_of_none(fact: Fact) -> str | bool | int | None:
    """The value of a fact whose column has no value; None where it is unknown then."""
    if fact.name in ("request", "initiator", "answerer"):
        return NO_REQUEST
    if fact.name == "requests_made":
        return 0
    # The directory's, a mark, or one that the request could have been made with.
    is_false = isinstance(fact, Flag) and (fact.of is not None or not fact.may_be_missing)
    return False if is_false else None


def marks_of(policy: Policy) -> tuple[str, ...]:
    """The codes of a policy's marks; that of open refunds where something hangs on it."""
    refunds = (REFUND_OPEN,) if f"{MARKED}{REFUND_OPEN}" in every_fact(policy) else ()
    return (*policy.mark_codes, *refunds)


def own_columns(policy: Policy) -> Iterator[Column]:
    """The columns of the facts of a policy's own, by their names, and of its marks.

    Those of an order, and those that the latest request was made with.
    """
    for fact in policy.facts:
        if fact.of in (None, RequestCancellation) and fact.name not in FACTS:
            words = tuple(policy.domain(fact)) if isinstance(fact, Choice) else ()
            meaning = policy.text(fact.label)["en"]
            yield attrs.evolve(_optional(fact.name, _holding(fact), meaning), words=words)
    for code in marks_of(policy):
        yield _optional(f"{MARKED}{code}", _FLAG, f"whether it is marked as {code}")


def _holding(fact: Fact) -> Holding:
    match fact:
        case Choice():
            return Holding.TEXT
        case Flag():
            return Holding.FLAG
        case Moment():
            return Holding.MOMENT
        case Day():
            return Holding.DAY
        case _:
            return Holding.NUMBER


def columns_for(policy: Policy) -> dict[str, Column]:
    """All columns of a table of a policy's orders, by name, with the words that it knows."""
    roles = tuple(policy.roles)
    words = {
        "status": policy.orders.statuses,
        "channel": policy.channels,
        "request_status": tuple(map(str, RequestStatus)),
        "initiator": roles,
        "answerer": tuple(w for w in policy.domain(answerer) if w != NO_REQUEST),
    }
    columns = (
        *(attrs.evolve(each, words=words.get(each.name, ())) for each in COLUMNS.values()),
        *own_columns(policy),
    )
    return {column.name: column for column in columns}
