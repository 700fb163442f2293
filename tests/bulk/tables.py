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

from ordercancel import Approve, Case, Party, Policy, Reject, RequestCancellation
from ordercancel.bulk import Holding, Question
from ordercancel.bulk.columns import columns_for
from ordercancel.bulk.plan import USUAL
from ordercancel.domain.actors import Actor
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.timers import schedule
from ordercancel.rules.facts import Flag

Answer = tuple[str | None, tuple[str, ...], frozenset[str], frozenset[str], bool, bool, bool]
"""Verdict, rules in their order, codes, clauses, whether it may be approved, and rejected, and
whether a deadline is due."""

_TYPES = {
    Holding.TEXT: pa.string(),
    Holding.FLAG: pa.bool_(),
    Holding.NUMBER: pa.int64(),
    Holding.DAY: pa.date32(),
    Holding.MOMENT: pa.timestamp("us", "UTC"),
}


def schema_of(policy: Policy) -> pa.Schema:
    """All columns, those of the policy's own facts and of its marks among them."""
    return pa.schema([(name, _TYPES[each.holds]) for name, each in columns_for(policy).items()])


def row_of(order_id: str, case: Case, policy: Policy, seller: Party | None) -> dict[str, Any]:
    """What a table says of a case."""
    order, latest = case.order, case.latest
    data = {} if latest is None else latest.data
    own = {fact.name: order.facts.get(fact.name) for fact in policy.facts if fact.of is None}
    kept = {f.name: data.get(f.name) for f in policy.facts if f.of is RequestCancellation}
    marks = {f"marked.{code}": case.is_marked(code) or None for code in policy.mark_codes}
    return {
        "order_id": order_id,
        "status": order.status,
        "channel": order.channel,
        "seller": order.seller,
        "placed_at": order.placed_at,
        "paid_at": order.paid_at,
        "status_since": order.status_since,
        "shipped_at": order.shipped_at,
        "delivered_at": order.delivered_at,
        "ship_on": order.ship_on,
        "seller_permits": seller and seller.permits_cancellation,
        "request_number": latest and latest.number,
        "request_status": latest and str(latest.status),
        "initiator": latest and latest.by.role,
        "answerer": latest and latest.answerer,
        "requested_at": latest and latest.at,
        "closed_at": latest and latest.closed_at,
        "rejected_before": case.had(RequestStatus.REJECTED),
        "withdrawn_before": case.had(RequestStatus.WITHDRAWN),
        "next_due": schedule(policy, case)[0],
        **marks,
        **own,
        **kept,
    }


def asked_one_by_one(
    case: Case, policy: Policy, at: datetime, seller: Party | None, question: Question = USUAL
) -> Answer:
    """What `Policy.assess` says to whoever asks, and to whoever answers."""
    order, number = case.order, max(1, len(case.requests))

    def carried(kind: type) -> dict[str, Any]:
        flags = {f.name: True for f in policy.facts if f.of is kind and isinstance(f, Flag)}
        data = {k: v for k, v in question.data.items() if policy.fact(k).of is kind}  # type: ignore[union-attr]
        return ({} if kind is RequestCancellation else flags) | data

    asks = RequestCancellation(
        order.id, by=actor(case, question.asked_by), data=carried(RequestCancellation)
    )
    asked = policy.assess(asks, case, at, seller=seller)
    by = actor(case, question.answered_by)
    approves = Approve(order.id, by=by, request=number, data=carried(Approve))
    rejects = Reject(order.id, by=by, request=number, data=carried(Reject))
    may_approve, may_reject = (
        not policy.assess(each, case, at, seller=seller).is_refused for each in (approves, rejects)
    )
    due = schedule(policy, case)[0]
    return (
        asked.verdict.value,
        asked.rules,
        frozenset(asked.codes),
        frozenset(asked.clauses),
        may_approve,
        may_reject,
        due is not None and due <= at,
    )


def actor(case: Case, role: str) -> Actor:
    """A party to the order, or somebody of the house who has asked for nothing."""
    parties = {"buyer": case.order.buyer, "seller": case.order.seller, "system": "system"}
    return Actor(parties.get(role, role), role=role)


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
            bool(row["is_due"]),
        )
        for row in rows
    }


def _words(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
