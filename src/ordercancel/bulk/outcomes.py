"""One policy over a table of orders, and two policies over the same table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs
import narwhals as nw

from ordercancel.bulk.columns import COLUMNS
from ordercancel.bulk.frames import answered
from ordercancel.bulk.plan import USUAL, Plan, Question, plan_for
from ordercancel.bulk.validation import require
from ordercancel.domain.faults import moment
from ordercancel.engine.decision import Verdict
from ordercancel.policy.policy import Policy


def outcomes(
    policy: Policy,
    orders: Any,
    *,
    at: datetime,
    question: Question = USUAL,
    leave_out: bool = False,
    check: bool = True,
) -> Any:
    """Answer each of `orders`: what a buyer gets who asks now, and what the seller may do.

    The orders are judged as the table has them. Deadlines that are due and have not fired change
    what is answered once they do: these orders are told apart by ``is_due``.

    ===============  ==========================================================================
    column           value
    ===============  ==========================================================================
    ``verdict``      ``cancel``, ``refer`` or ``refuse``: what `Policy.assess` says to a buyer
    ``rules``        the ids of the rules that determined it, joined by commas
    ``codes``        the codes of the refusals, joined by commas; empty where nothing is refused
    ``clauses``      the ids of the clauses that the rules cite, joined by commas
    ``may_approve``  whether the seller may approve an open request
    ``may_reject``   whether they may reject it, if they affirm what they must
    ``is_due``       whether a deadline is due; no value where the table has no ``next_due``
    ===============  ==========================================================================

    Args:
        policy: The policy.
        orders: A table with a row for each order, eager or lazy: of DuckDB, Polars, pandas,
            PyArrow, PySpark or Ibis. Of `COLUMNS` it has those that the rules ask for, and those
            of the policy's own facts by their names.
        at: The moment, with a UTC offset.
        question: Who asks and who answers, where it is not the buyer and the seller, and what
            they give with it.
        leave_out: Whether to leave out rules that need what no column holds. Answers that depend
            on them are missing. Default: such rules are an error.
        check: Whether to check the values first: what must not be missing, and words that the
            policy does not know. It reads the table once more.

    Returns:
        A table of the same kind, with the same rows.

    Raises:
        InvalidValue: With every column that is missing, of the wrong type, or has wrong values,
            and some of these; or the question names what the policy does not have. Nothing is
            answered then.
        Untranslatable: A rule needs what no column holds.
    """
    plan = plan_for(policy, moment("outcomes.at", at), question=question, leave_out=leave_out)
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
    ``overdue``         how many of them are overdue at the moment `at`
    ``due``             how many have a deadline that is due and has not fired
    ==================  =====================================================================

    Args:
        policy: The policy.
        orders: A table as for `outcomes`, with ``seller``, ``request_status``, ``overdue_at`` and
            ``next_due``.
        at: The moment, with a UTC offset.
        check: Whether to check the values first. Default: yes.

    Raises:
        InvalidValue: As `outcomes` does.
    """
    at = moment("summary.at", at)
    frame = nw.from_native(orders)
    columns = tuple(
        COLUMNS[name] for name in ("seller", "request_status", "overdue_at", "next_due")
    )
    plan = Plan(policy=policy, at=at, columns=columns)
    require(frame, [plan], check=check)
    counted = frame.with_columns(
        overdue=(nw.col("overdue_at") <= at).fill_null(value=False).cast(nw.Int64),
        due=(nw.col("next_due") <= at).fill_null(value=False).cast(nw.Int64),
    )
    return (
        counted.group_by("seller", "request_status")
        .agg(nw.len().alias("orders"), nw.col("overdue").sum(), nw.col("due").sum())
        .sort("seller", "request_status", nulls_last=True)
        .to_native()
    )


# ---------------------------------------------------------------- two policies


@attrs.frozen(kw_only=True)
class Shift:
    """Orders that are answered differently in the same way.

    Args:
        before: The verdict of the one policy; None where it depends on a rule that was left out.
        after: The verdict of the other.
        rules_before: The ids of the rules that determined the one.
        rules_after: The ids of the rules that determined the other.
        codes_before: The codes of the refusals of the one.
        codes_after: The codes of the refusals of the other.
        orders: How many orders there are.
        samples: The ids of some of them: the first and the last in their order.
    """

    before: str | None
    after: str | None
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]
    codes_before: tuple[str, ...] = ()
    codes_after: tuple[str, ...] = ()
    orders: int
    samples: tuple[str, ...]

    @property
    def difference(self) -> str | None:
        """``stricter``, ``looser`` or ``other_code``; None where a verdict is missing.

        To refuse is stricter than to refer, and to refer is than to cancel at once.
        """
        if self.before == self.after:
            return "other_code"
        if self.before is None or self.after is None:
            return None
        less = Verdict(self.after).rank < Verdict(self.before).rank
        return "stricter" if less else "looser"


@attrs.frozen(kw_only=True)
class WhatIf:
    """What changes between two policies over a table of orders.

    Args:
        orders: How many orders there are.
        shifts: Those whose verdict changes, the most frequent first; then those that are refused
            by other codes.
    """

    orders: int
    shifts: tuple[Shift, ...]

    @property
    def changed(self) -> int:
        """How many orders have another verdict."""
        return sum(shift.orders for shift in self.shifts if shift.before != shift.after)

    def orders_by(self, difference: str) -> int:
        """How many orders are answered differently in this way, such as ``stricter``."""
        return sum(each.orders for each in self.shifts if each.difference == difference)


def compare(
    before: Policy,
    after: Policy,
    orders: Any,
    *,
    at: datetime,
    question: Question = USUAL,
    leave_out: bool = False,
    check: bool = True,
) -> WhatIf:
    """Find the orders that get another verdict, or other codes, under `after` than `before`.

    Args:
        before: The one policy.
        after: The other, such as its next edition.
        orders: A table as for `outcomes`, with ``order_id``.
        at: The moment, with a UTC offset.
        question: Who asks. Default: the buyer.
        leave_out: Whether to leave out rules that need what no column holds. Default: no.
        check: Whether to check the values first, under both policies. Default: yes.

    Raises:
        InvalidValue: As `outcomes` does.
        Untranslatable: A rule of either needs what no column holds.
    """
    at = moment("compare.at", at)
    plans = [
        plan_for(policy, at, question=question, leave_out=leave_out) for policy in (before, after)
    ]
    frame = nw.from_native(orders)
    require(
        frame, [*plans, Plan(policy=after, at=at, columns=(COLUMNS["order_id"],))], check=check
    )
    judged = frame
    for plan, prefix in zip(plans, _PREFIXES, strict=True):
        judged = answered(judged, plan, prefix=prefix)
    columns = ("verdict", "rules", "codes")
    names = [f"{prefix}{name}" for name in columns for prefix in _PREFIXES]
    grouped = judged.group_by(*names).agg(
        nw.len().alias("orders"),
        nw.col("order_id").min().alias("first"),
        nw.col("order_id").max().alias("last"),
    )
    counted = grouped.collect() if isinstance(grouped, nw.LazyFrame) else grouped
    rows = list(counted.iter_rows(named=True))
    shifts = [each for each in map(_shift, rows) if _differs(each)]
    shifts.sort(key=lambda each: (each.before == each.after, -each.orders, str(each)))
    return WhatIf(orders=sum(row["orders"] for row in rows), shifts=tuple(shifts))


_PREFIXES = ("before ", "after ")


def _differs(shift: Shift) -> bool:
    before, after = set(shift.codes_before), set(shift.codes_after)
    return shift.before != shift.after or before != after


def _shift(row: dict[str, Any]) -> Shift:
    one, other = _PREFIXES
    return Shift(
        before=row[f"{one}verdict"],
        after=row[f"{other}verdict"],
        rules_before=_ids(row[f"{one}rules"]),
        rules_after=_ids(row[f"{other}rules"]),
        codes_before=_ids(row[f"{one}codes"]),
        codes_after=_ids(row[f"{other}codes"]),
        orders=row["orders"],
        samples=tuple(dict.fromkeys((row["first"], row["last"]))),
    )


def _ids(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
