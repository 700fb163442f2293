"""Rules as SQL: their plan as expressions over a table of orders, by SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    FromClause,
    Select,
    String,
    Text,
    TypeDecorator,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    type_coerce,
)

from ordercancel.bulk.columns import COLUMNS, Holding, own_columns
from ordercancel.bulk.conditions import (
    COMPARED,
    Absent,
    AllOf,
    Among,
    AnyOf,
    Flag,
    Outside,
    Present,
    Test,
)
from ordercancel.bulk.plan import USUAL, Pick, Piece, Plan, Question, plan_for
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.faults import moment
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import MARKED
from ordercancel.stores.codec import FORM
from ordercancel.stores.sql.tables import cases as stored
from ordercancel.stores.sql.tables import moment_text

__all__ = ["outcomes_query"]

Columns = Mapping[str, ColumnElement[Any]]
"""The columns of `ordercancel.bulk.columns`, by name."""


def outcomes_query(
    policy: Policy,
    at: datetime,
    *,
    table: FromClause | None = None,
    columns: Columns | None = None,
    seller_permits: ColumnElement[bool] | None = None,
    question: Question = USUAL,
    leave_out: bool = False,
) -> Select[Any]:
    """Build the query for the answer to each order of `policy` at the moment `at`.

    Its columns are ``order_id`` and those that `ordercancel.bulk.outcomes` adds. What is stored
    is judged; ``is_due`` says where a deadline is due that has not fired.

    Args:
        policy: The policy that all of them are judged by, whatever edition they came in under.
        at: The moment, with a UTC offset.
        table: The host's own table, or a join. Default: the library's tables.
        columns: Where a column of that table has another name, or is an expression, by the name
            that `ordercancel.bulk.COLUMNS` has for it.
        seller_permits: Whether the seller permits requests, which the library's tables do not
            know: an expression over a table of the host's.
        question: Who asks and who answers. Default: the buyer, and the seller.
        leave_out: Whether to leave out rules that need what no column holds. Default: no.

    Raises:
        InvalidValue: A column that the rules ask for is missing, or the question names what the
            policy does not have.
        Untranslatable: A rule needs what no column holds.
    """
    plan = plan_for(
        policy, moment("outcomes_query.at", at), question=question, leave_out=leave_out
    )
    if table is None:
        known = {**stored_columns(policy), **(columns or {})}
        if seller_permits is not None:
            known["seller_permits"] = seller_permits
    else:
        known = {**table.c, **(columns or {})}
    wanted = ["order_id", *(column.name for column in plan.columns)]
    missing = [name for name in wanted if name not in known]
    if missing:
        expected = f"a column or an expression for each of: {', '.join(wanted)}"
        raise InvalidValue([Fault(f"table.{name}", "is missing", expected) for name in missing])
    query = select(
        known["order_id"].label("order_id"),
        *(each.label(name) for name, each in answers(plan, known).items()),
    )
    if table is None:
        # Columns of a form of another release may hold something else.
        known_form = stored.c.form == FORM
        return query.select_from(stored).where(stored.c.policy == policy.name, known_form)
    return query.select_from(table)


def answers(plan: Plan, columns: Columns) -> dict[str, ColumnElement[Any]]:
    """The answers of `plan` as expressions over `columns`, by name."""
    due = columns.get("next_due")
    is_due = null() if due is None else func.coalesce(due <= plan.at, false())
    picked = {name: _picked(pick, columns) for name, pick in plan.answers.items()}
    return {**picked, "is_due": is_due}


def test_of(test: Test, columns: Columns) -> ColumnElement[bool]:
    """A test as an expression, which is false or NULL where it does not hold."""
    match test:
        case AllOf(()):
            return true()
        case AllOf(tests):
            return and_(*(test_of(each, columns) for each in tests))
        case AnyOf(tests):
            return or_(false(), *(test_of(each, columns) for each in tests))
    column = columns[test.column]
    match test:
        case Among(_, words):
            return column.in_(sorted(words))
        case Outside(_, words):
            return column.not_in(sorted(words))
        case Flag(_, up):
            return column.is_(true() if up else false())
        case Present():
            return column.is_not(None)
        case Absent():
            return column.is_(None)
        case _:
            compared: ColumnElement[bool] = COMPARED[test.relation](column, test.bound)
            return compared


def stored_columns(policy: Policy) -> dict[str, ColumnElement[Any]]:
    """The columns over the library's own table; whether sellers permit is not in it."""
    columns: dict[str, ColumnElement[Any]] = {
        name: stored.c[name] for name in COLUMNS if name in stored.c
    }
    for column in own_columns(policy):
        if column.name.startswith(MARKED):
            marks = cast(stored.c.marks, Text)
            code = json.dumps(column.name.removeprefix(MARKED))
            columns[column.name] = func.replace(marks, code, "") != marks
        else:
            fact = policy.fact(column.name)
            is_of_order = fact is None or fact.of is None
            values = stored.c.facts if is_of_order else stored.c.request_data
            columns[column.name] = _READ[column.holds](values[column.name])
    return columns


_READ: Mapping[Holding, Callable[[Any], ColumnElement[Any]]] = {
    Holding.TEXT: lambda value: value.as_string(),
    Holding.FLAG: lambda value: value.as_boolean(),
    Holding.NUMBER: lambda value: cast(value.as_string(), BigInteger),
    Holding.DAY: lambda value: type_coerce(value.as_string(), _DayText),
    Holding.MOMENT: lambda value: type_coerce(value.as_string(), _MomentText),
}
"""How a fact is read out of JSON; moments and days are texts that are compared as they are."""


class _DayText(TypeDecorator[date]):
    impl = String
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()


class _MomentText(TypeDecorator[datetime]):
    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else moment_text(value)


def _picked(pick: Pick, columns: Columns) -> ColumnElement[Any]:
    otherwise = _piece(pick.otherwise, columns)
    if not pick.branches:
        return otherwise
    return case(
        *((test_of(test, columns), _piece(piece, columns)) for test, piece in pick.branches),
        else_=otherwise,
    )


def _piece(piece: Piece, columns: Columns) -> ColumnElement[Any]:
    match piece:
        case None:
            return null()
        case bool():
            return true() if piece else false()
        case str():
            return literal(piece)
        case _:
            joined: ColumnElement[str] = literal("")
            for test, word in piece.words:
                joined = joined + case((test_of(test, columns), f",{word}"), else_="")
            return func.substr(joined, 2)
