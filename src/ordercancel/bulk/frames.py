"""A plan carried out by a data frame or a query engine, through narwhals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from functools import reduce
from operator import add, and_, or_
from typing import Any
from zoneinfo import ZoneInfo

import narwhals as nw
from duckdb import (
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
    StarExpression,
)

from ordercancel.bulk.conditions import (
    COMPARED,
    Absent,
    AllOf,
    Among,
    AnyOf,
    Flag,
    Present,
    Test,
)
from ordercancel.bulk.plan import Join, Pick, Piece, Plan, Table, table_of

__all__ = ["answered"]

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]
Values = tuple[str | bool | None, ...]
_STEP = "ordercancel step "
_NUMBER = "ordercancel number"

MOST = 4096
"""The most rows of a table that answers are looked up in."""


def answered(frame: Frame, plan: Plan, *, prefix: str = "") -> Frame:
    """`frame` with a column for each answer of `plan`; its own columns stay as they are.

    Where the engine finds a value by a small number at once, the plan is worked out beforehand
    for every row that its tests tell apart, and an order finds its answers by its row's number.
    Elsewhere, and where there would be too many rows, the answers are written as they stand.
    """
    writer = _Writer(dict(frame.collect_schema()))
    table = table_of(plan, most=MOST) if _finds_by_number(frame) else None
    if table is not None:
        found = {f"{prefix}{name}": values for name, values in table.answers.items()}
        return _found(frame.with_columns(writer.number(table).alias(_NUMBER)), found).drop(_NUMBER)
    answers = {f"{prefix}{name}": writer.picked(pick) for name, pick in plan.answers.items()}
    steps = writer.steps
    stepped = frame.with_columns(**steps) if steps else frame
    return stepped.with_columns(**answers).drop(*steps)


def _finds_by_number(frame: Frame) -> bool:
    """Whether an engine finds a value by a number at once, and does not search a map for it."""
    return isinstance(frame, nw.DataFrame) or frame.implementation in {
        nw.Implementation.DUCKDB,
        nw.Implementation.POLARS,
    }


def _found(frame: Frame, answers: Mapping[str, Values]) -> Frame:
    """`frame` with a column for each of `answers`, whose values are found by a row's number.

    narwhals has `replace_strict` for it. In DuckDB that searches a map for each row; in Polars it
    holds all rows in memory at once: so these two are told in words of their own.
    """
    native = nw.to_native(frame)
    engine: nw.Implementation = frame.implementation
    if engine is nw.Implementation.DUCKDB:
        place = ColumnExpression(_NUMBER) + ConstantExpression(1)
        columns = (
            FunctionExpression("list_extract", _list(values), place).alias(name)
            for name, values in answers.items()
        )
        duckdb: Frame = nw.from_native(native.select(StarExpression(), *columns))
        return duckdb
    if engine is nw.Implementation.POLARS:
        pl: Any = nw.get_native_namespace(frame)
        gathered = {
            name: pl.lit(
                pl.Series(values, dtype=pl.Boolean if _are_flags(values) else pl.String)
            ).gather(pl.col(_NUMBER))
            for name, values in answers.items()
        }
        polars: Frame = nw.from_native(native.with_columns(**gathered))
        return polars
    replaced = {
        name: nw.col(_NUMBER).replace_strict(
            range(len(values)),
            values,
            return_dtype=nw.Boolean if _are_flags(values) else nw.String,
        )
        for name, values in answers.items()
    }
    return frame.with_columns(**replaced)


def _list(values: Values) -> Expression:
    kind = "BOOLEAN" if _are_flags(values) else "VARCHAR"
    return ConstantExpression(list(values)).cast(f"{kind}[]")


def _are_flags(values: Values) -> bool:
    return any(isinstance(value, bool) for value in values)


class _Writer:
    """Writes tests as expressions; those that come up more than once become steps of their own.

    A test that does not hold gives false or no value, which `when` and the narwhals words for
    "and" and "or" take for the same.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema
        self._steps: dict[Test, nw.Expr] = {}

    def number(self, table: Table) -> nw.Expr:
        """The expression of a row's number in `table`."""
        numbers = []
        for adding in table.adding:
            number = _number(adding.otherwise)
            for test, added in reversed(adding.branches):
                number = nw.when(self._written(test)).then(_number(added)).otherwise(number)
            numbers.append(number)
        return reduce(add, numbers) if numbers else _number(0)

    @property
    def steps(self) -> dict[str, nw.Expr]:
        """The tests that the answers hang on, by the names of their columns."""
        return {f"{_STEP}{number}": expr for number, expr in enumerate(self._steps.values())}

    def picked(self, pick: Pick) -> nw.Expr:
        """The expression of an answer."""
        expression = self._piece(pick.otherwise)
        for test, piece in reversed(pick.branches):
            expression = nw.when(self._step(test)).then(self._piece(piece)).otherwise(expression)
        return expression

    def _piece(self, piece: Piece) -> nw.Expr:
        if not isinstance(piece, Join):
            return nw.lit(piece, dtype=nw.Boolean if isinstance(piece, bool) else nw.String)
        words = [nw.when(self._step(test)).then(nw.lit(word)) for test, word in piece.words]
        return nw.concat_str(words, separator=",", ignore_nulls=True)

    def _step(self, test: Test) -> nw.Expr:
        if test not in self._steps:
            self._steps[test] = self._written(test)
        return nw.col(f"{_STEP}{list(self._steps).index(test)}")

    def _written(self, test: Test) -> nw.Expr:
        match test:
            case AllOf(()):
                return nw.lit(value=True)
            case AllOf(tests):
                return reduce(and_, map(self._written, tests))
            case AnyOf(tests):
                return reduce(or_, map(self._written, tests))
        column = nw.col(test.column)
        match test:
            case Present():
                return ~column.is_null()
            case Absent():
                return column.is_null()
            case Among(_, words):
                # Some engines search a list for each row; comparing is quicker for a few words.
                return reduce(or_, (column == word for word in sorted(words)))
            case Flag(_, up):
                return column if up else ~column
            case _:
                bound = self._literal(test.column, test.bound)
                compared: nw.Expr = COMPARED[test.how](column, bound)
                return compared

    def _literal(self, name: str, bound: Any) -> Any:
        """A bound as the engine compares it with the column."""
        kind = self._schema[name]
        if not isinstance(kind, nw.Datetime):
            return bound
        if not isinstance(bound, datetime):
            return datetime.combine(bound, time.min)
        return bound.astimezone(ZoneInfo(kind.time_zone)) if kind.time_zone else bound


def _number(value: int) -> nw.Expr:
    return nw.lit(value, dtype=nw.Int16)
