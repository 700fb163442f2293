"""Models of the library's tables, to read and to filter by; the service alone writes them.

Their columns come from the one declaration of the tables (`ordercancel.stores.sql.tables`), which
the migrations of this app follow by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ordercancel.contrib.django.words import COLUMNS, later
from ordercancel.stores.sql import tables

__all__ = ["Case", "Event", "Message"]


class IdField(models.CharField):  # type: ignore[type-arg]
    """An id; it sorts by its code points, whatever language a database was set up for."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        plain = super().db_type(connection)
        return f'{plain} COLLATE "C"' if connection.vendor == "postgresql" else f"{plain}"


class JsonField(models.JSONField):
    """JSON, in PostgreSQL as it was written."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        # psycopg reads `json` itself, while Django has told it to leave `jsonb` alone.
        if not isinstance(value, str):
            return value
        return super().from_db_value(value, expression, connection)


def _fields(table: sa.Table) -> Iterator[tuple[str, models.Field[Any, Any]]]:
    """Yield the fields of a table by name; of a key of several columns that comes first."""
    keys = [column.name for column in table.primary_key]
    if len(keys) > 1:
        yield "pk", models.CompositePrimaryKey(*keys)
    for column in table.columns:
        options: dict[str, Any] = {"null": column.nullable, "editable": False}
        if column.name in COLUMNS:
            options["verbose_name"] = later(column.name)
        options |= {"unique": True} if column.unique else {}
        options |= {"primary_key": True} if keys == [column.name] else {}
        if column.foreign_keys:
            yield (
                "order",
                models.ForeignKey(
                    "ordercancel.Case",
                    models.DO_NOTHING,
                    db_column=column.name,
                    db_index=False,
                    related_name="+",
                    **options,
                ),
            )
        else:
            yield column.name, _field(column, options)


def _field(column: sa.Column[Any], options: dict[str, Any]) -> models.Field[Any, Any]:
    default = getattr(column.server_default, "arg", None)
    match column.type:
        case sa.Text():
            field: Any = models.TextField
        case sa.String():
            field = IdField if column.type is tables.ID else models.CharField
            options["max_length"] = column.type.length
        case sa.BigInteger():
            is_key = column.autoincrement is True
            field = models.BigAutoField if is_key else models.BigIntegerField
            default = default and int(default)
        case sa.Integer():
            field = models.IntegerField
        case sa.Boolean():
            field, default = models.BooleanField, None
        case sa.Date():
            field = models.DateField
        case sa.JSON():
            field, default = JsonField, None
        case _:
            field = models.DateTimeField
    if default is not None:
        options["db_default"] = default
    made: models.Field[Any, Any] = field(**options)
    return made


class Mirror(models.Model):
    """A table of the library's."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """The columns are those of the table."""


class Case(Mirror):
    """An order with its requests; ``body`` is all of it, the other columns repeat parts."""

    objects: ClassVar[models.Manager[Case]]
    vars().update(_fields(tables.cases))

    class Meta:
        db_table = tables.cases.name
        verbose_name = later("case")
        verbose_name_plural = later("cases")
        default_permissions = ("view",)
        permissions = (("answer_case", "Can approve and reject requests"),)

    def __str__(self) -> str:
        return f"{self.order_id}"


class Event(Mirror):
    """Something that happened to an order; ``body`` is all of it."""

    objects: ClassVar[models.Manager[Event]]
    vars().update(_fields(tables.events))

    class Meta:
        db_table = tables.events.name
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.order_id} {self.version}: {self.kind}"


class Message(Mirror):
    """A message of the outbox; ``body`` is all of it."""

    objects: ClassVar[models.Manager[Message]]
    vars().update(_fields(tables.outbox))

    class Meta:
        db_table = tables.outbox.name
        verbose_name = later("message")
        verbose_name_plural = later("messages")
        default_permissions = ("view",)
        permissions = (("retry_message", "Can deliver dead letters again"),)

    def __str__(self) -> str:
        return f"{self.message_id}"


class Command(Mirror):
    """The id of a command that was carried out."""

    objects: ClassVar[models.Manager[Command]]
    vars().update(_fields(tables.commands))

    class Meta:
        db_table = tables.commands.name
        default_permissions = ()
