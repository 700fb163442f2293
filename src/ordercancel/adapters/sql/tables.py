"""The tables, in a `MetaData` of their own, which a host can hand to its migrations.

A case is stored whole, as JSON, in ``cases.body``; the other columns repeat what is searched for.
Every time is stored in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

__all__ = ["METADATA", "cases", "commands", "duties", "events", "outbox"]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, in UTC in the database, also where that knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


METADATA = MetaData()
"""The metadata of all tables."""

cases = Table(
    "ordercancel_cases",
    METADATA,
    Column("order_id", String(200), primary_key=True),
    Column("policy", String(200), nullable=False),
    Column("edition", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("form", Integer, nullable=False),
    Column("status", String(200), nullable=False),
    Column("channel", String(200)),
    Column("buyer", String(200), nullable=False),
    Column("seller", String(200), nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("ship_on", Date),
    Column("request_number", Integer),
    Column("request_status", String(40)),
    Column("requested_at", UtcDateTime),
    # The order's id while a request is open, else NULL: unique, so that the database itself
    # allows one open request an order.
    Column("open_key", String(200), unique=True),
    Column("body", Text, nullable=False),
    Index(
        "ix_ordercancel_cases_inbox",
        "seller",
        "policy",
        "request_status",
        "requested_at",
        "order_id",
    ),
)

duties = Table(
    "ordercancel_duties",
    METADATA,
    Column("order_id", ForeignKey("ordercancel_cases.order_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("deadline", String(200), nullable=False),
    Column("request", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("status", String(40), nullable=False),
    Index("ix_ordercancel_duties_due", "status", "due_at", "order_id", "deadline", "request"),
)

events = Table(
    "ordercancel_events",
    METADATA,
    Column("order_id", ForeignKey("ordercancel_cases.order_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("form", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

outbox = Table(
    "ordercancel_outbox",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("message_id", String(500), nullable=False, unique=True),
    Column("order_id", ForeignKey("ordercancel_cases.order_id"), nullable=False),
    # The version of the case that its commit made.
    Column("version", Integer, nullable=False),
    Column("form", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("free_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text),
    Index("ix_ordercancel_outbox_pending", "delivered_at", "number"),
    Index("ix_ordercancel_outbox_commit", "order_id", "version"),
)

commands = Table(
    "ordercancel_commands",
    METADATA,
    Column("command_id", String(200), primary_key=True),
    Column("order_id", ForeignKey("ordercancel_cases.order_id"), nullable=False),
    Column("expected", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("fingerprint", String(64), nullable=False),
)
