"""One policy over a table of orders, and two policies over the same table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import narwhals as nw

from ordercancel.bulk.columns import COLUMNS
from ordercancel.bulk.frames import answered
from ordercancel.bulk.plan import Plan, plan_for
from ordercancel.bulk.validation import require
from ordercancel.domain.faults import moment
from ordercancel.policy.policy import Policy


def outcomes(
    policy: Policy, orders: Any, *, at: datetime, leave_out: bool = False, check: bool = True
) -> Any:
    """Answer each of `orders`: what a buyer gets who asks now, and what the seller may do.

    ===============  ==========================================================================
    column           value
    ===============  ==========================================================================
    ``verdict``      ``cancel``, ``refer`` or ``refuse``: what `Policy.assess` says to a buyer
    ``rules``        the ids of the rules that determined it, joined by commas
    ``codes``        the codes of the refusals, joined by commas; empty where nothing is refused
    ``clauses``      the ids of the clauses that the rules cite, joined by commas
    ``may_approve``  whether the seller may approve an open request
    ``may_reject``   whether they may reject it, if they affirm what they must
    ===============  ==========================================================================

    Args:
        policy: The policy.
        orders: A table with a row for each order, eager or lazy: of DuckDB, Polars, pandas,
            PyArrow, PySpark or Ibis. Of `COLUMNS` it has those that the rules ask for, and those
            of the policy's own facts by their names.
        at: The moment, with a UTC offset.
        leave_out: Whether to leave out rules that need what no column holds. Answers that depend
            on them are missing. Default: such rules are an error.
        check: Whether to check the values first: what must not be missing, and words that the
            policy does not know. It reads the table once more.

    Returns:
        A table of the same kind, with the same rows.

    Raises:
        InvalidValue: With every column that is missing, of the wrong type, or has wrong values,
            and some of these. Nothing is answered then.
        Untranslatable: A rule needs what no column holds.
    """
    plan = plan_for(policy, moment("outcomes.at", at), leave_out=leave_out)
    frame = nw.from_native(orders)
    require(frame, [plan], check=check)
    return answered(frame, plan).to_native()


def summary(policy: Policy, orders: Any, *, at: datetime, check: bool = True) -> Any:
    """Count the orders of each seller by where their requests stand: the counters of an inbox.

    ==================  =====================================================================
    column              value
    ==================  =====================================================================
    ``seller``          the seller's id
    ``request_status``  where the latest request stands; no value where nobody has asked
    ``orders``          how many orders
    ``overdue``         how many of them have an answer that is overdue at the moment `at`
    ``due``             how many have a deadline that is due and has not acted
    ==================  =====================================================================

    Args:
        policy: The policy.
        orders: A table as for `outcomes`, with ``seller``, ``request_status``, ``overdue_at`` and
            ``due_at``.
        at: The moment, with a UTC offset.
        check: Whether to check the values first. Default: yes.

    Raises:
        InvalidValue: As `outcomes` does.
    """
    at = moment("summary.at", at)
    frame = nw.from_native(orders)
    columns = tuple(COLUMNS[name] for name in ("seller", "request_status", "overdue_at", "due_at"))
    plan = Plan(policy=policy, at=at, columns=columns)
    require(frame, [plan], check=check)
    counted = frame.with_columns(
        overdue=(nw.col("overdue_at") <= at).fill_null(value=False).cast(nw.Int64),
        due=(nw.col("due_at") <= at).fill_null(value=False).cast(nw.Int64),
    )
    return (
        counted.group_by("seller", "request_status")
        .agg(nw.len().alias("orders"), nw.col("overdue").sum(), nw.col("due").sum())
        .sort("seller", "request_status", nulls_last=True)
        .to_native()
    )
