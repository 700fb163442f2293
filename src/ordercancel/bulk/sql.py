"""A plan as SQL: expressions over a table of orders, by SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)

from ordercancel.bulk.columns import COLUMNS
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
from ordercancel.bulk.plan import Pick, Piece, Plan, plan_for
from ordercancel.domain.cases import DutyStatus
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.faults import moment
from ordercancel.policy.policy import Policy
from ordercancel.rules.deadlines import Consequence
from ordercancel.rules.facts import Choice
from ordercancel.rules.facts import Flag as FlagFact
from ordercancel.stores.sql.tables import cases as stored
from ordercancel.stores.sql.tables import duties

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
    leave_out: bool = False,
) -> Select[Any]:
    """Build the query for the answer to each order of `policy` at the moment `at`.

    Its columns are ``order_id``, ``verdict``, ``rules``, ``codes``, ``clauses``, ``may_approve``
    and ``may_reject``, as `ordercancel.bulk.outcomes` has them.

    Args:
        policy: The policy that all of them are judged by, whatever edition they came in under.
        at: The moment, with a UTC offset.
        table: The host's own table, or a join. Default: the library's tables.
        columns: Where a column of that table has another name, or is an expression, by the name
            that `ordercancel.bulk.COLUMNS` has for it.
        seller_permits: Whether the seller permits requests, which the library's tables do not
            know: an expression over a table of the host's.
        leave_out: Whether to leave out rules that need what no column holds. Default: no.

    Raises:
        InvalidValue: A column that the rules ask for is missing.
        Untranslatable: A rule needs what no column holds.
    """
    plan = plan_for(policy, moment("outcomes_query.at", at), leave_out=leave_out)
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
        return query.select_from(stored).where(stored.c.policy == policy.name)
    return query.select_from(table)


def answers(plan: Plan, columns: Columns) -> dict[str, ColumnElement[Any]]:
    """The answers of `plan` as expressions over `columns`, by name."""
    return {name: _picked(pick, columns) for name, pick in plan.answers.items()}


def test_of(test: Test, columns: Columns) -> ColumnElement[bool]:
    """A test as an expression, which is false or NULL where it does not hold."""
    match test:
        case AllOf(()):
            return true()
        case AllOf(tests):
            return and_(*(test_of(each, columns) for each in tests))
        case AnyOf(tests):
            return or_(*(test_of(each, columns) for each in tests))
    column = columns[test.column]
    match test:
        case Among(_, words):
            return column.in_(sorted(words))
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
    """The columns over the library's own tables; whether sellers permit is not in them."""
    columns: dict[str, ColumnElement[Any]] = {
        name: stored.c[name] for name in COLUMNS if name in stored.c
    }
    for fact in policy.facts:
        value = stored.c.attributes[fact.name]
        match fact:
            case Choice():
                columns[fact.name] = value.as_string()
            case FlagFact():
                columns[fact.name] = value.as_boolean()
            case _:
                columns[fact.name] = value.as_integer()
    columns["answer_due_at"] = _first_due(_deciding(policy), duties.c.status == DutyStatus.OPEN)
    overdue = [each.id for each in policy.deadlines if each.does is Consequence.MARK_OVERDUE]
    columns["overdue_at"] = _first_due(
        duties.c.deadline.in_(overdue),
        duties.c.request == stored.c.request_number,
        duties.c.status.in_([DutyStatus.OPEN, DutyStatus.MISSED]),
    )
    columns["due_at"] = _first_due(duties.c.status == DutyStatus.OPEN)
    return columns


def _deciding(policy: Policy) -> ColumnElement[bool]:
    """Whether a duty's deadline closes the request of an order in its present status."""
    deciding = (
        and_(
            duties.c.deadline == deadline.id,
            stored.c.status.in_(
                [each for each in policy.orders.state_ids if policy.can_decide(deadline.id, each)]
            ),
        )
        for deadline in policy.deadlines
        if deadline.decides
    )
    return or_(false(), *deciding)


def _first_due(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    first = select(func.min(duties.c.due_at)).where(
        duties.c.order_id == stored.c.order_id, *conditions
    )
    return first.correlate(stored).scalar_subquery()


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
