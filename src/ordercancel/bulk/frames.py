"""A plan carried out by a data frame or a query engine, through narwhals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    Bounded,
    Flag,
    Leaf,
    Outside,
    Present,
    Test,
)
from ordercancel.bulk.lookup import Lookup, Values, lookup_of
from ordercancel.bulk.plan import Join, Pick, Piece, Plan
from ordercancel.rules.conditions import Relation

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]
_STEP = "ordercancel step "
_NUMBER = "ordercancel number"

MOST = 4096
"""The most kinds of rows whose answers are looked up."""


def answered(frame: Frame, plan: Plan, *, prefix: str = "") -> Frame:
    """`frame` with a column for each answer of `plan`; its own columns stay as they are.

    DuckDB, Polars and frames in memory find a value by a small number at once: there the answers
    are looked up. Elsewhere, and where the plan tells too many kinds of rows apart, they are
    branches and joined words.
    """
    writer = _Writer(dict(frame.collect_schema()), frame.implementation)
    is_due = writer.is_due(plan.at).alias(f"{prefix}is_due")
    in_memory = _found_in_memory if isinstance(frame, nw.DataFrame) else None
    find = _FINDERS.get(frame.implementation, in_memory)
    lookup = lookup_of(plan, most=MOST) if find is not None else None
    if find is not None and lookup is not None:
        answers = {f"{prefix}{name}": values for name, values in lookup.answers.items()}
        numbered = frame.with_columns(writer.number(lookup).alias(_NUMBER)).to_native()
        found: Frame = nw.from_native(find(numbered, answers))
        return found.drop(_NUMBER).with_columns(is_due)
    picked = {f"{prefix}{name}": writer.picked(pick) for name, pick in plan.answers.items()}
    steps = writer.steps
    stepped = frame.with_columns(**steps) if steps else frame
    return stepped.with_columns(**picked).drop(*steps).with_columns(is_due)


# DuckDB and Polars have their own way: `replace_strict` searches a map for each row in DuckDB, and
# in Polars holds all rows in memory at once.


def _found_in_memory(orders: Any, answers: Mapping[str, Values]) -> Any:
    replaced = {
        name: nw.col(_NUMBER).replace_strict(
            range(len(values)),
            values,
            return_dtype=nw.Boolean if _are_flags(values) else nw.String,
        )
        for name, values in answers.items()
    }
    return nw.from_native(orders).with_columns(**replaced).to_native()


def _found_by_duckdb(orders: Any, answers: Mapping[str, Values]) -> Any:
    place = ColumnExpression(_NUMBER) + ConstantExpression(1)
    columns = (
        FunctionExpression("list_extract", _list(values), place).alias(name)
        for name, values in answers.items()
    )
    return orders.select(StarExpression(), *columns)


def _list(values: Values) -> Expression:
    kind = "BOOLEAN" if _are_flags(values) else "VARCHAR"
    return ConstantExpression(list(values)).cast(f"{kind}[]")


def _found_by_polars(orders: Any, answers: Mapping[str, Values]) -> Any:
    import polars as pl  # noqa: PLC0415 - present where the orders are its frame

    return orders.with_columns(
        pl.lit(pl.Series(values, dtype=pl.Boolean if _are_flags(values) else pl.String))
        .gather(pl.col(_NUMBER))
        .alias(name)
        for name, values in answers.items()
    )


_FINDERS: Mapping[nw.Implementation, Callable[[Any, Mapping[str, Values]], Any]] = {
    nw.Implementation.DUCKDB: _found_by_duckdb,
    nw.Implementation.POLARS: _found_by_polars,
}


def _are_flags(values: Values) -> bool:
    return any(isinstance(value, bool) for value in values)


class _Writer:
    """Writes tests as expressions; those that come up more than once become steps of their own.

    A test that does not hold gives false or no value, which `when` and the narwhals words for
    "and" and "or" take for the same.
    """

    def __init__(self, schema: Mapping[str, Any], engine: nw.Implementation) -> None:
        self._schema = schema
        self._is_spark = engine is nw.Implementation.PYSPARK
        self._is_pandas = engine is nw.Implementation.PANDAS
        self._steps: dict[Test, nw.Expr] = {}

    def number(self, lookup: Lookup) -> nw.Expr:
        """The expression of a row's number in `lookup`."""
        numbers = []
        for summand in lookup.summands:
            number = _number(summand.otherwise)
            for test, added in reversed(summand.branches):
                number = nw.when(self._written(test)).then(_number(added)).otherwise(number)
            numbers.append(number)
        return reduce(add, numbers) if numbers else _number(0)

    @property
    def steps(self) -> dict[str, nw.Expr]:
        """The tests that the answers hang on, by the names of their columns."""
        return {f"{_STEP}{number}": expr for number, expr in enumerate(self._steps.values())}

    def is_due(self, at: datetime) -> nw.Expr:
        """The expression of whether a deadline is due; no value without its column."""
        if "next_due" not in self._schema:
            return nw.lit(None, dtype=nw.Boolean)
        due = self._written(Bounded("next_due", Relation.AT_MOST, at))
        return nw.when(due).then(nw.lit(value=True)).otherwise(nw.lit(value=False))

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
            case _:
                leaf = self._leaf(test)
                # Its kinds of missing truths are not to be mixed.
                return leaf.fill_null(value=False) if self._is_pandas else leaf

    def _leaf(self, test: Leaf) -> nw.Expr:
        # Spark takes a dot for the way to a part of a value, unless the name is quoted.
        column = nw.col(f"`{test.column}`" if self._is_spark else test.column)
        match test:
            case Present():
                return ~column.is_null()
            case Absent():
                return column.is_null()
            case Among(_, words):
                # Some engines search a list for each row; comparing is quicker for a few words.
                return reduce(or_, (column == word for word in sorted(words)))
            case Outside(_, words):
                return reduce(and_, (column != word for word in sorted(words)), ~column.is_null())
            case Flag(_, up):
                return column if up else ~column
            case _:
                bound = self._literal(test.column, test.bound)
                compared: nw.Expr = COMPARED[test.relation](column, bound)
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
