"""Whether a table can be judged: its columns, their types, and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any

import narwhals as nw

from ordercancel.bulk.columns import COLUMNS, Column, Holding
from ordercancel.bulk.plan import Plan
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.policy.policy import Policy

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

SAMPLE = 5
"""How many wrong values of a column are shown."""

_COUNT = "ordercancel count"


def require(frame: Frame, plans: Sequence[Plan], *, check: bool) -> None:
    """See that `frame` can be judged by `plans`; its values are looked at where `check` says so.

    Raises:
        InvalidValue: With every column that is missing, of the wrong type, or has wrong values.
    """
    schema = dict(frame.collect_schema())
    faults = list(_faults_of_schema(schema, {each for plan in plans for each in plan.columns}))
    if not faults and check:
        faults = list(_faults_of_values(frame, plans))
    if faults:
        raise InvalidValue(dict.fromkeys(faults))


def _faults_of_schema(schema: Mapping[str, Any], columns: Collection[Column]) -> Iterator[Fault]:
    """Columns that are missing or have the wrong type; nothing of the rows is looked at."""
    due = COLUMNS["next_due"]
    wanted = {*columns, due} if due.name in schema else columns
    for column in sorted(wanted, key=lambda column: column.name):
        kind = schema.get(column.name)
        expected = f"{column.meaning}: {_ACCEPTED[column.holds]}"
        if kind is None:
            yield Fault(f"orders.{column.name}", "is missing", expected)
        elif not _fits(kind, column.holds):
            yield Fault(f"orders.{column.name}", f"is {kind}", expected)
        elif column.holds is Holding.MOMENT and kind.time_zone is None:
            yield Fault(f"orders.{column.name}", "has no time zone", expected)
    for name in (name for name in schema if name in ANSWERS):
        yield Fault(f"orders.{name}", "is taken", "a name that no column of the answer has")


ANSWERS = ("verdict", "rules", "codes", "clauses", "may_approve", "may_reject", "is_due")
"""The columns of the answer."""


def _faults_of_values(frame: Frame, plans: Sequence[Plan]) -> Iterator[Fault]:
    """Values that are missing where they must not be, and words that a policy does not know.

    All are counted in one pass, also where several plans look at a column.
    """
    columns = dict.fromkeys(column for plan in plans for column in plan.columns)
    # There are some: who is to answer is asked for every policy, and is one of some words.
    wrong = {column: test for column in columns if (test := _wrong(column)) is not None}
    names = {column: f"{_COUNT} {number}" for number, column in enumerate(wrong)}
    (counts,) = _rows(
        frame.select(**{names[each]: test.cast(nw.Int64).sum() for each, test in wrong.items()})
    )
    for plan in plans:
        for column in plan.columns:
            number = counts[names[column]] if column in wrong else 0
            if number:
                yield _fault(frame, column, wrong[column], int(number), plan.policy)


def _fault(frame: Frame, column: Column, test: nw.Expr, number: int, policy: Policy) -> Fault:
    names = list(dict.fromkeys(["order_id", column.name]))
    has_ids = "order_id" in frame.collect_schema().names()
    rows = _rows(frame.filter(test).select(*(names if has_ids else [column.name])).head(SAMPLE))
    shown = ", ".join(
        f"{row[column.name]!r:.80}" + (f" in {row['order_id']!r:.80}" if has_ids else "")
        for row in rows
    )
    expected = f"one of: {', '.join(column.words)}" if column.words else _ACCEPTED[column.holds]
    return Fault(
        f"orders.{column.name}",
        f"is wrong in {number:,} rows, such as {shown}",
        f"{expected}, under the policy {policy.name!r}",
    )


def _wrong(column: Column) -> nw.Expr | None:
    """Where a value is wrong; None where none can be."""
    value = nw.col(column.name)
    tests = []
    if not column.may_be_missing:
        tests.append(value.is_null())
    if column.words:
        # One by one: some engines search a list of words much more slowly.
        others = reduce(and_, [value != word for word in column.words])
        tests.append(others & ~value.is_null())
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else tests[0] | tests[1]


def _rows(frame: Frame) -> list[dict[str, Any]]:
    collected = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return list(collected.iter_rows(named=True))


def _fits(kind: Any, holds: Holding) -> bool:
    match holds:
        case Holding.TEXT:
            return isinstance(kind, nw.String | nw.Categorical | nw.Enum)
        case Holding.FLAG:
            return isinstance(kind, nw.Boolean)
        case Holding.NUMBER:
            return bool(kind.is_integer())
        case Holding.DAY:
            naive = isinstance(kind, nw.Datetime) and kind.time_zone is None
            return naive or isinstance(kind, nw.Date)
        case _:
            return isinstance(kind, nw.Datetime)


_ACCEPTED: Mapping[Holding, str] = {
    Holding.TEXT: "text",
    Holding.FLAG: "true or false",
    Holding.NUMBER: "a whole number",
    Holding.DAY: "a date, or a time without a zone at the beginning of a day",
    Holding.MOMENT: "a time with a zone",
}
