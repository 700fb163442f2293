"""The tables, in a `MetaData` of their own, which a host can hand to its migrations.

A case is stored whole, as JSON, in ``cases.body``; the other columns repeat what is searched for.
Every time is stored in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
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
    false,
)

WAITING, DELIVERED, DEAD, OBSOLETE = "waiting", "delivered", "dead", "obsolete"
"""The states of a message."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, in UTC in the database, also where that knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """How a moment is given to a driver; to SQLite's as SQLAlchemy writes it, but sooner."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """How a moment comes from a driver; SQLite's may have been told to read moments itself."""
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return _read(value)


def moment_text(value: datetime) -> str:
    """A moment as text in JSON: in UTC, of one length, so that it is compared as text."""
    return value.astimezone(UTC).isoformat(" ", "microseconds")[: -len("+00:00")]


def _written(value: datetime | None) -> str | None:
    return None if value is None else moment_text(value)


def _read(value: str | datetime | None) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


ID = String(200).with_variant(String(200, collation="C"), "postgresql")
"""An id. It sorts by its code points everywhere, whatever language a database was set up for."""


COUNT = BigInteger().with_variant(Integer(), "sqlite")
"""A number that counts up: of 64 bits everywhere, as every whole number of SQLite's is."""


def _order_id() -> ForeignKey:
    """A reference to a case; it is checked at COMMIT, so that whole tables can be emptied."""
    return ForeignKey("ordercancel_cases.order_id", deferrable=True, initially="DEFERRED")


METADATA = MetaData()
"""The metadata of all tables."""

cases = Table(
    "ordercancel_cases",
    METADATA,
    Column("order_id", ID, primary_key=True),
    Column("policy", ID, nullable=False),
    Column("edition", ID, nullable=False),
    Column("digest", String(64), nullable=False, server_default=""),
    Column("version", COUNT, nullable=False),
    Column("form", Integer, nullable=False),
    Column("status", String(200), nullable=False),
    Column("channel", String(200)),
    Column("buyer", ID, nullable=False),
    Column("seller", ID, nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("paid_at", UtcDateTime),
    Column("status_since", UtcDateTime),
    Column("shipped_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("ship_on", Date),
    # The latest request; its number is how many there were.
    Column("request_number", COUNT),
    Column("request_status", String(40)),
    Column("initiator", String(200)),
    Column("answerer", String(200)),
    Column("requested_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("request_data", JSON, nullable=False, server_default="{}"),
    Column("rejected_before", Boolean, nullable=False, server_default=false()),
    Column("withdrawn_before", Boolean, nullable=False, server_default=false()),
    Column("facts", JSON, nullable=False, server_default="{}"),
    Column("marks", JSON, nullable=False, server_default="[]"),
    # What follows from the policy: when the first deadline fires, and from when queues count a
    # mark, by its code; of the mark "overdue" once more, since it is asked for most.
    Column("next_due", UtcDateTime),
    Column("marked_from", JSON, nullable=False, server_default="{}"),
    Column("overdue_at", UtcDateTime),
    # The order's id while a request is open, else NULL; unique. Where one row is one order, as
    # here, it says no more than the primary key: it is for whoever splits the requests off.
    Column("open_key", ID, unique=True),
    Column("body", Text, nullable=False),
    Index("ix_ordercancel_cases_due", "next_due", "order_id"),
    *(
        Index(f"ix_ordercancel_cases_{who}", who, "request_status", "requested_at", "order_id")
        for who in ("buyer", "seller", "answerer")
    ),
)

events = Table(
    "ordercancel_events",
    METADATA,
    Column("order_id", _order_id(), primary_key=True),
    Column("version", COUNT, primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("form", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

outbox = Table(
    "ordercancel_outbox",
    METADATA,
    Column("number", COUNT, primary_key=True, autoincrement=True),
    Column("message_id", String(500), nullable=False, unique=True),
    Column("party", ID, nullable=False, server_default=""),
    # Those of one order and party in one lane go out in the order of their numbers: the medium, or
    # of an obligation its kind; its party is the tender, or empty.
    Column("lane", String(40), nullable=False, server_default=""),
    Column("order_id", _order_id(), nullable=False),
    # The version of the case that its commit made.
    Column("version", COUNT, nullable=False),
    # The number of the request that it speaks of as open; once that is closed, it is obsolete.
    Column("request", COUNT),
    Column("form", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(20), nullable=False, server_default=WAITING),
    # Since or from when it may be claimed: when it was written, after its lease, for its next
    # try; NULL where it is tried no more.
    Column("free_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("attempts", COUNT, nullable=False, server_default="0"),
    Column("error", Text),
    # The addresses that have it already, as JSON.
    Column("reached", Text, nullable=False, server_default="[]"),
    Index("ix_ordercancel_outbox_free", "state", "free_at", "number"),
    Index("ix_ordercancel_outbox_order", "order_id", "number"),
    Index("ix_ordercancel_outbox_commit", "order_id", "version"),
)

commands = Table(
    "ordercancel_commands",
    METADATA,
    Column("command_id", ID, primary_key=True),
    Column("order_id", _order_id(), nullable=False),
    Column("expected", COUNT, nullable=False),
    Column("version", COUNT, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Index("ix_ordercancel_commands_order", "order_id", "version"),
)
