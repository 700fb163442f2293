"""Statements as a driver takes them, compiled once.

A statement is written in SQLAlchemy Core and kept as a constant. In the host's transactions it is
carried out by SQLAlchemy, like the host's own statements. In ours it goes straight to the driver:
its text is made once, and so is what converts its values and its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import BindParameter, Dialect, Select, Table, bindparam

__all__ = ["Row", "Text", "Values", "compiled", "given"]

Values = Mapping[str, Any]
"""What a statement is given, by name."""
Row = Sequence[Any]
Conversion = Callable[[Any], Any]


def given(table: Table, *names: str) -> dict[str, BindParameter[Any]]:
    """Columns of a table, or all of them, each set to the parameter of its name."""
    return {
        name: bindparam(name, type_=column.type)
        for name, column in table.c.items()
        if not names or name in names
    }


@attrs.frozen
class Text:
    """A statement as a driver takes it.

    Args:
        sql: The statement.
        names: The names of its parameters, where the driver takes them in order; else None.
        converts: Those that are converted, and how.
        fixed: The values that belong to the statement itself.
        gives: How the columns of its rows are converted; empty where none has to be.
    """

    sql: str
    names: tuple[str, ...] | None
    converts: tuple[tuple[str, Conversion], ...]
    fixed: Values
    gives: tuple[Conversion | None, ...]

    def parameters(self, values: Values) -> Any:
        """Values, as the driver takes them."""
        given = {**self.fixed, **values}
        for name, convert in self.converts:
            given[name] = convert(given[name])
        if self.names is None:
            return given
        return [given[name] for name in self.names]

    def rows(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Rows, as the columns of the statement mean them."""
        if not self.gives:
            return rows
        return [
            [
                value if convert is None else convert(value)
                for value, convert in zip(row, self.gives, strict=True)
            ]
            for row in rows
        ]


def compiled(statement: Any, dialect: Dialect) -> Text:
    """The text of a statement of SQLAlchemy Core; it must have no part that grows, as IN has."""
    made = statement.compile(dialect=dialect)
    names = tuple(made.positiontup or made.bind_names.values())
    binds = {name: made.binds[name] for name in names}
    columns = statement.selected_columns if isinstance(statement, Select) else ()
    gives = tuple(
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
    )
    return Text(
        sql=str(made),
        names=names if made.positional else None,
        converts=tuple(
            (name, convert)
            for name, bind in binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect))
        ),
        fixed={name: bind.value for name, bind in binds.items() if not bind.required},
        gives=gives if any(gives) else (),
    )
