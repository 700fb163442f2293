"""A plan as a statement that people can read: laid out, with the rules beside their conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Integer, String, column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.compiler import IdentifierPreparer

from ordercancel.bulk.columns import COLUMNS, Holding
from ordercancel.bulk.conditions import NEVER, AllOf, AnyOf, Bounded, Test
from ordercancel.bulk.plan import USUAL, Join, Pick, Piece, Plan, Question, plan_for
from ordercancel.bulk.quoting import quoted
from ordercancel.bulk.sql import test_of
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.faults import moment
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Relation
from ordercancel.rules.effects import Forbid, Grant, Refer
from ordercancel.rules.sources import Basis, Citation, OwnRule, Source
from ordercancel.stores.sql.tables import UtcDateTime

__all__ = ["DIALECTS", "statement"]


class _Spark(DefaultDialect):
    """The standard's SQL, but that double quotes enclose a text."""

    supports_native_boolean = True

    def __init__(self) -> None:
        super().__init__()
        self.identifier_preparer = IdentifierPreparer(self, initial_quote="`")


DIALECTS: Mapping[str, type[Dialect]] = {
    "postgresql": postgresql.dialect,
    "sqlite": sqlite.dialect,
    # Both read the literals of PostgreSQL and of the standard.
    "duckdb": postgresql.dialect,
    "spark": _Spark,
}
"""The dialects that a statement can be written in."""

_TYPES: Mapping[Holding, Any] = {
    Holding.TEXT: String(),
    Holding.FLAG: Boolean(),
    Holding.NUMBER: Integer(),
    Holding.DAY: Date(),
    Holding.MOMENT: UtcDateTime(),
}
_STEP = "    "


def statement(
    policy: Policy,
    at: datetime,
    *,
    dialect: str,
    table: str = "orders",
    question: Question = USUAL,
    leave_out: bool = False,
) -> str:
    """A SELECT over `table`, which has the columns of `ordercancel.bulk.COLUMNS` by their names.

    Args:
        policy: The policy.
        at: The moment, with a UTC offset.
        dialect: One of `DIALECTS`.
        table: The name of the table or view, which is written as it is. Default: orders.
        question: Who asks and who answers. Default: the buyer, and the seller.
        leave_out: Whether to leave out rules that need what no column holds. Default: no.

    Raises:
        InvalidValue: The dialect is not known, or the question names what the policy does not
            have.
        Untranslatable: A rule needs what no column holds.
    """
    if dialect not in DIALECTS:
        fault = Fault("statement.dialect", f"is {dialect!r:.80}", f"one of: {', '.join(DIALECTS)}")
        raise InvalidValue([fault])
    at = moment("statement.at", at)
    plan = plan_for(policy, at, question=question, leave_out=leave_out)
    printer = _Printer(plan, DIALECTS[dialect](), question.asked_by)
    return "\n".join(printer.lines(table)) + "\n"


class _Printer:
    def __init__(self, plan: Plan, dialect: Dialect, asked_by: str) -> None:
        self._plan = plan
        self._dialect = dialect
        self._asked_by = asked_by
        self._columns: dict[str, ColumnElement[Any]] = {
            each.name: column(each.name, _TYPES[each.holds])
            for each in (*plan.columns, COLUMNS["next_due"])
        }

    def lines(self, table: str) -> Iterator[str]:
        policy, at = self._plan.policy, self._plan.at
        title = policy.text(policy.title or policy.name)["en"]
        yield f"-- {title}: {policy.name}, edition {policy.edition}"
        yield f"-- as of {at.astimezone(policy.tzinfo).isoformat()}"
        yield from self._comments()
        yield "SELECT"
        yield f"{_STEP}order_id,"
        for name, pick in self._plan.answers.items():
            yield from _ending(self._picked(pick), f" AS {name},")
        due = Bounded("next_due", Relation.AT_MOST, at)
        branches = ((due, True),) if policy.deadlines else ()
        yield from _ending(self._picked(Pick(branches, otherwise=False)), " AS is_due")
        yield f"FROM {table}"

    def _comments(self) -> Iterator[str]:
        """The conditions that have names, and what each rule does when, on whose word."""
        policy = self._plan.policy
        if self._plan.named:
            yield "-- Conditions with a name:"
        for named, test in self._plan.named:
            label = self._plan.policy.text(named.label)["en"]
            yield f"--   {named.name}: {label}"
            yield from (f"--     {line}" for line in self._test(test, 0))
        yield f"-- The {self._asked_by} asks. Each rule, what it does, and when:"
        for rule, effect, test in self._plan.rules:
            if test == NEVER:
                continue  # it speaks of somebody else
            yield f"--   {rule.id} ({_effect(effect)})"
            for word in _whose_word(rule.source or policy.source):
                yield f"--     {' '.join(word.split())}"
            yield from (f"--     {line}" for line in self._test(test, 0))
        for rule_id, reason in self._plan.left_out.items():
            yield f"-- left out: {rule_id}: {reason}"

    def _picked(self, pick: Pick) -> Iterator[str]:
        if not pick.branches:
            yield f"{_STEP}{self._literal(pick.otherwise)}"
            return
        yield f"{_STEP}CASE"
        for test, piece in pick.branches:
            yield from self._branch(test, piece)
        yield f"{_STEP * 2}ELSE {self._literal(pick.otherwise)}"
        yield f"{_STEP}END"

    def _branch(self, test: Test, piece: Piece) -> Iterator[str]:
        condition = list(self._test(test, 3))
        condition[0] = f"{_STEP * 2}WHEN {condition[0].strip()}"
        yield from condition
        if not isinstance(piece, Join):
            yield f"{_STEP * 2}THEN {self._literal(piece)}"
            return
        yield f"{_STEP * 2}THEN substr(''"
        for each, word in piece.words:
            inner = list(self._test(each, 4))
            inner[0] = f"{_STEP * 3}|| CASE WHEN {inner[0].strip()}"
            yield from _ending(iter(inner), f" THEN {self._literal(f',{word}')} ELSE '' END")
        yield f"{_STEP * 2}, 2)"

    def _test(self, test: Test, depth: int) -> Iterator[str]:
        """A test in lines, each of its parts in one of its own."""
        if isinstance(test, AllOf | AnyOf) and len(test.tests) > 1:
            joint = "AND" if isinstance(test, AllOf) else "OR"
            for number, part in enumerate(test.tests):
                lines = self._part(part, depth)
                if number:
                    lines[0] = f"{_STEP * depth}{joint} {lines[0].strip()}"
                yield from lines
        else:
            yield f"{_STEP * depth}{self._sql(test)}"

    def _part(self, part: Test, depth: int) -> list[str]:
        lines = list(self._test(part, depth + 1))
        if len(lines) == 1:
            return [f"{_STEP * depth}{lines[0].strip()}"]
        lines[0] = f"{_STEP * depth}({lines[0].strip()}"
        lines[-1] += ")"
        return lines

    def _sql(self, test: Test) -> str:
        return self._compiled(test_of(test, self._columns))

    def _compiled(self, expression: ColumnElement[Any]) -> str:
        compiled = expression.compile(
            dialect=self._dialect, compile_kwargs={"literal_binds": True}
        )
        return str(compiled)

    def _literal(self, piece: Piece) -> str:
        match piece:
            case None:
                return "NULL"
            case bool():
                return "true" if piece else "false"
            case _:
                return quoted(str(piece))


def _whose_word(source: Source | None) -> Iterator[str]:
    """On whose word a rule is there: the document's, a reading of it, a decision, or one's own."""
    match source:
        case Citation(clauses, basis, parameter):
            switch = "" if parameter is None else f" ({parameter}=)"
            yield f"{_BASES[basis]} {', '.join(clauses)}{switch}"
        case OwnRule(rationale):
            yield f"our own rule: {rationale['en']}"


_BASES: Mapping[Basis, str] = {
    Basis.SAYS: "the document says so:",
    Basis.READS: "our reading of",
    Basis.DECIDED: "we decided, the document is silent:",
}


def _effect(effect: Grant | Forbid) -> str:
    match effect:
        case Forbid(code):
            return f"forbid: {code}"
        case Refer(to):
            return f"refer to {to}"
        case _:
            return str(effect)


def _ending(lines: Iterator[str], end: str) -> Sequence[str]:
    """The lines with something at the end of the last one."""
    ended = list(lines)
    ended[-1] += end
    return ended
