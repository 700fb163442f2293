"""Cases as rows of a table, the engines that judge it, and the answers as they can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb
import ibis
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa

from ordercancel import Approve, Buyer, Case, Party, Policy, Reject, RequestCancellation, Seller
from ordercancel.bulk import COLUMNS, Holding
from ordercancel.bulk.columns import column_of_fact
from ordercancel.domain.requests import RequestStatus
from ordercancel.rules.deadlines import Consequence

Answer = tuple[str | None, tuple[str, ...], frozenset[str], frozenset[str], bool, bool]
"""Verdict, rules in their order, codes, clauses, whether the seller may approve, and reject."""

_TYPES = {
    Holding.TEXT: pa.string(),
    Holding.FLAG: pa.bool_(),
    Holding.NUMBER: pa.int64(),
    Holding.DAY: pa.date32(),
    Holding.MOMENT: pa.timestamp("us", "UTC"),
}


def schema_of(policy: Policy) -> pa.Schema:
    """All columns, and those of the policy's own facts."""
    own = [column_of_fact(fact, policy) for fact in policy.facts]
    return pa.schema([(each.name, _TYPES[each.holds]) for each in (*COLUMNS.values(), *own)])


def row_of(order_id: str, case: Case, policy: Policy, seller: Party | None) -> dict[str, Any]:
    """What a table says of a case."""
    order, latest = case.order, case.latest
    dues = case.open_duties
    deciding = [duty.due_at for duty in dues if policy.can_decide(duty.deadline, order.status)]
    overdue = [
        duty.due_at
        for duty in case.duties
        if policy.deadline(duty.deadline).does is Consequence.MARK_OVERDUE
        and latest is not None
        and duty.request == latest.number
        and duty.status in ("open", "missed")
    ]
    return {
        "order_id": order_id,
        "status": order.status,
        "channel": order.channel,
        "seller": order.seller,
        "placed_at": order.placed_at,
        "paid_at": order.paid_at,
        "status_since": order.status_since,
        "ship_on": order.ship_on,
        "seller_permits": seller and seller.permits_cancellation,
        "request_status": latest and str(latest.status),
        "requested_at": latest and latest.at,
        "rejected_before": case.had(RequestStatus.REJECTED),
        "withdrawn_before": case.had(RequestStatus.WITHDRAWN),
        "answer_due_at": min(deciding, default=None) if case.open_request else None,
        "overdue_at": min(overdue, default=None),
        "due_at": min((duty.due_at for duty in dues), default=None),
        **{fact.name: order.attributes.get(fact.name) for fact in policy.facts},
    }


def asked_one_by_one(case: Case, policy: Policy, at: datetime, seller: Party | None) -> Answer:
    """What `Policy.assess` says to the buyer who asks, and to the seller who answers."""
    order = case.order
    asks = RequestCancellation(order.id, by=Buyer(order.buyer))
    asked = policy.assess(asks, case, at, seller=seller)
    approves = Approve(order.id, by=Seller(order.seller))
    rejects = Reject(order.id, by=Seller(order.seller), affirmed=True)
    may_approve, may_reject = (
        not policy.assess(each, case, at, seller=seller).is_refused for each in (approves, rejects)
    )
    return (
        asked.verdict.value,
        asked.rules,
        frozenset(asked.codes),
        frozenset(asked.clauses),
        may_approve,
        may_reject,
    )


def table_of(policy: Policy, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A table of rows."""
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema_of(policy))


_PANDAS = {
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.int64(): "Int64",
    pa.date32(): "datetime64[us]",
    pa.timestamp("us", "UTC"): "datetime64[us, UTC]",
}


def _pandas_nullable(table: pa.Table) -> pd.DataFrame:
    """The types of pandas' own that know missing values; days as beginnings of days."""
    return pd.DataFrame(
        {
            field.name: pd.Series(table[field.name].to_pylist(), dtype=_PANDAS[field.type])
            for field in table.schema
        }
    )


ENGINES: Mapping[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda table: table,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pandas on arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas": _pandas_nullable,
    "duckdb": duckdb.from_arrow,
    "ibis": ibis.memtable,
}
"""Every kind of table, made of one of Arrow's."""


def answers_in(native: Any) -> dict[str, Answer]:
    """The answers in a table that was judged, by the order's id."""
    frame = nw.from_native(native)
    collected = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return answers_of_rows(collected.iter_rows(named=True))


def answers_of_rows(rows: Iterable[Mapping[str, Any]]) -> dict[str, Answer]:
    """The answers in rows, by the order's id."""
    return {
        row["order_id"]: (
            row["verdict"],
            _words(row["rules"]),
            frozenset(_words(row["codes"])),
            frozenset(_words(row["clauses"])),
            bool(row["may_approve"]),
            bool(row["may_reject"]),
        )
        for row in rows
    }


def _words(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
