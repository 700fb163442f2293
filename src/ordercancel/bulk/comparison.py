"""What another policy, or another edition, would answer differently over a table of orders."""

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
from ordercancel.policy.policy import Policy


@attrs.frozen(kw_only=True)
class Shift:
    """Orders that are answered differently in the same way.

    Args:
        before: The verdict of the one policy; None where it depends on a rule that was left out.
        after: The verdict of the other.
        rules_before: The ids of the rules that determined the one.
        rules_after: The ids of the rules that determined the other.
        orders: How many orders there are.
        samples: The ids of some of them: the first and the last in their order.
    """

    before: str | None
    after: str | None
    rules_before: tuple[str, ...]
    rules_after: tuple[str, ...]
    orders: int
    samples: tuple[str, ...]


@attrs.frozen(kw_only=True)
class WhatIf:
    """What changes between two policies over a table of orders.

    Args:
        orders: How many orders there are.
        shifts: Those whose verdict changes, the most frequent first.
    """

    orders: int
    shifts: tuple[Shift, ...]

    @property
    def changed(self) -> int:
        """How many orders have another verdict."""
        return sum(shift.orders for shift in self.shifts)


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
    """Find the orders that get another verdict under `after` than under `before`.

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
    names = [f"{prefix}{name}" for name in ("verdict", "rules") for prefix in _PREFIXES]
    grouped = judged.group_by(*names).agg(
        nw.len().alias("orders"),
        nw.col("order_id").min().alias("first"),
        nw.col("order_id").max().alias("last"),
    )
    counted = grouped.collect() if isinstance(grouped, nw.LazyFrame) else grouped
    rows = list(counted.iter_rows(named=True))
    shifts = [_shift(row) for row in rows if row[names[0]] != row[names[1]]]
    shifts.sort(key=lambda each: (-each.orders, str(each)))
    return WhatIf(orders=sum(row["orders"] for row in rows), shifts=tuple(shifts))


_PREFIXES = ("before ", "after ")


def _shift(row: dict[str, Any]) -> Shift:
    one, other = _PREFIXES
    return Shift(
        before=row[f"{one}verdict"],
        after=row[f"{other}verdict"],
        rules_before=_ids(row[f"{one}rules"]),
        rules_after=_ids(row[f"{other}rules"]),
        orders=row["orders"],
        samples=tuple(dict.fromkeys((row["first"], row["last"]))),
    )


def _ids(joined: str | None) -> tuple[str, ...]:
    return tuple(joined.split(",")) if joined else ()
