"""The tables of a database: making them, looking whether they are right, bringing them up to date.

A host whose migrations are Alembic's hands it ``METADATA`` and needs nothing of this but `faults`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection, Inspector, Table, bindparam, func, inspect, select, text, update
from sqlalchemy.schema import CreateColumn, CreateIndex, DropIndex, Index

from ordercancel.domain.cases import Case
from ordercancel.domain.errors import Fault, InvalidValue, OutdatedTables
from ordercancel.engine.evolve import fold
from ordercancel.service.receipts import command_key
from ordercancel.stores.codec import FORM, decode_case, decode_events, decode_message, encode
from ordercancel.stores.sql.commit import case_row, index_row
from ordercancel.stores.sql.executors import begin_sqlite, is_postgresql
from ordercancel.stores.sql.tables import (
    COUNT,
    DELIVERED,
    METADATA,
    WAITING,
    cases,
    commands,
    events,
    outbox,
)

LATEST = 3
"""The form of the tables that this release works with."""


class Upgrade(NamedTuple):
    """What an upgrade has done.

    Args:
        before: The form of the tables before; 0 where there were none.
        after: Their form now.
        unread: The ids of orders whose history can't be read; their rows are as they were.
    """

    before: int
    after: int
    unread: tuple[str, ...]


_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('ordercancel tables'))")


def form_of(connection: Connection) -> int:
    """Which form the tables have, 1 to `LATEST`; 0 where there are none."""
    inspector = inspect(connection)
    if not inspector.has_table(outbox.name):
        return 0
    columns = {column["name"] for column in inspector.get_columns(outbox.name)}
    if "state" not in columns:
        return 1
    return 3 if "digest" in {each["name"] for each in inspector.get_columns(cases.name)} else 2


def is_missing(connection: Connection) -> bool:
    """Whether there are no tables.

    Raises:
        OutdatedTables: They are those of an earlier release.
    """
    form = form_of(connection)
    if 0 < form < LATEST:
        raise OutdatedTables(form, LATEST)
    return form == 0


def create(connection: Connection) -> None:
    """Make the tables that are missing; several processes may do so at once.

    Raises:
        OutdatedTables: There are tables of an earlier release.
    """
    _wait_for_others(connection)
    if is_missing(connection):
        METADATA.create_all(connection)


def upgrade(
    connection: Connection, watch: Callable[[str, int, int], object] | None = None
) -> Upgrade:
    """Bring the tables up to date, with all that they hold.

    An order whose history can't be read holds up no other: it stays as it was stored, and another
    upgrade, after its rows have been mended, reads it.

    Args:
        connection: A connection in a transaction.
        watch: Called after each order that is brought up to date, as ``watch("orders", done,
            most)``. Default: None.
    """
    _wait_for_others(connection)
    before = form_of(connection)
    if before == 0:
        METADATA.create_all(connection)
    else:
        _widen(connection)
        for form in range(before, LATEST):
            _STEPS[form](connection)
    return Upgrade(before, LATEST, _fold_cases(connection, watch))


def unread(connection: Connection) -> tuple[str, ...]:
    """Return the ids of orders that are still stored in an earlier form."""
    older = select(cases.c.order_id).where(cases.c.form < FORM).order_by(cases.c.order_id)
    return tuple(connection.execute(older).scalars())


def newer(connection: Connection) -> int:
    """Return how many orders a later release has stored in a form of its own."""
    later = select(func.count(cases.c.order_id)).where(cases.c.form > FORM)
    return int(connection.scalar(later) or 0)


def faults(connection: Connection) -> tuple[str, ...]:
    """What the tables lack that this release needs; each as a line for people."""
    narrow = _narrow(connection)
    return (
        *_faults(inspect(connection)),
        *(f"{table}.{name}: has 32 bits; expected 64" for table, name in narrow),
    )


def _faults(inspector: Inspector) -> Iterator[str]:
    for table in METADATA.sorted_tables:
        if not inspector.has_table(table.name):
            yield f"{table.name}: the table is missing"
            continue
        columns = {column["name"]: column for column in inspector.get_columns(table.name)}
        for column in table.columns:
            found = columns.get(column.name)
            if found is None:
                yield f"{table.name}.{column.name}: the column is missing"
            elif found["nullable"] and not column.nullable:
                yield f"{table.name}.{column.name}: NULL is allowed; expected NOT NULL"
        indexes = {tuple(each["column_names"]) for each in inspector.get_indexes(table.name)}
        # SQLite makes an index for each column that is declared unique.
        unique = {
            tuple(each["column_names"])
            for each in inspector.get_indexes(table.name, include_auto_indexes=True)
        } | {tuple(each["column_names"]) for each in inspector.get_unique_constraints(table.name)}
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            names = tuple(column.name for column in index.columns)
            if names not in indexes:
                yield f"{table.name}: an index on {', '.join(names)} is missing"
        for column in table.columns:
            if column.unique and (column.name,) not in unique:
                yield f"{table.name}.{column.name}: is not unique"


def _wait_for_others(connection: Connection) -> None:
    begin_sqlite(connection)
    if is_postgresql(connection):
        connection.execute(_ONE_AT_A_TIME)


def _from_form_1(connection: Connection) -> None:
    """Form 2: the state of a message is a column, and so is who it is for."""
    _add_columns(connection, outbox, ("party", "state", "reached"))
    connection.execute(
        update(outbox).where(outbox.c.delivered_at.is_not(None)).values(state=DELIVERED)
    )
    connection.execute(DropIndex(Index("ix_ordercancel_outbox_pending"), if_exists=True))


def _from_form_2(connection: Connection) -> None:
    """Form 3: columns of the second edition, which `_fold_cases` fills; lanes; no duties."""
    connection.execute(DropIndex(Index("ix_ordercancel_cases_inbox"), if_exists=True))
    present = {each["name"] for each in inspect(connection).get_columns(cases.name)}
    if "attributes" in present:
        connection.execute(text(f"ALTER TABLE {cases.name} RENAME COLUMN attributes TO facts"))
        present.add("facts")
    added = (column.name for column in cases.columns if column.name not in present)
    _add_columns(connection, cases, tuple(added))
    connection.execute(text("DROP TABLE IF EXISTS ordercancel_duties"))
    _add_indexes(connection, cases)
    _add_indexes(connection, commands)
    _give_ids_to_actors(connection)
    _give_lanes_to_messages(connection)


def _give_ids_to_actors(connection: Connection) -> None:
    """The ids of commands, which were everybody's, become those of who gave the commands."""
    began = (events.c.order_id == commands.c.order_id) & (
        events.c.version == commands.c.expected + 1
    )
    rows = connection.execute(select(commands.c.command_id, events.c.body).join(events, began))
    keys = []
    for command_id, body in rows.all():
        with suppress(ValueError, LookupError, TypeError, RecursionError):  # of a broken record
            by = json.loads(body)["by"]
            key = command_key(by["role"], by["id"], command_id)
            keys.append({"before": command_id, "key": key})
    if keys:
        this = update(commands).where(commands.c.command_id == bindparam("before"))
        connection.execute(this.values(command_id=bindparam("key")), keys)


def _give_lanes_to_messages(connection: Connection) -> None:
    """Each message keeps its order with those of one medium, and says since when it is free."""
    _add_columns(connection, outbox, ("lane", "request"))
    undelivered = select(outbox.c.number, outbox.c.form, outbox.c.body).where(
        outbox.c.state != DELIVERED
    )
    for row in connection.execute(undelivered).all():
        with suppress(InvalidValue):  # whoever claims it puts it among the dead
            message = decode_message(row.body, row.form)
            this = update(outbox).where(outbox.c.number == row.number)
            connection.execute(this.values(party=message.party, lane=message.medium.value))
    at_once = update(outbox).where(outbox.c.state == WAITING, outbox.c.free_at.is_(None))
    connection.execute(at_once.values(free_at=_LONG_AGO))
    connection.execute(DropIndex(Index("ix_ordercancel_outbox_waiting"), if_exists=True))
    _add_indexes(connection, outbox)


def _fold_cases(
    connection: Connection, watch: Callable[[str, int, int], object] | None
) -> tuple[str, ...]:
    """Fold the cases of earlier forms from their events; gives the orders that can't be read.

    What their deadlines are is not known here: each case is due at once, so that the first tick
    reckons it.
    """
    older = unread(connection)
    for done, order_id in enumerate(older, 1):
        this = cases.c.order_id == order_id
        with suppress(InvalidValue, LookupError):
            values = case_row(_folded(connection, order_id)) | index_row(_LONG_AGO, {})
            connection.execute(update(cases).where(this).values(values))
        if watch is not None:
            watch("orders", done, len(older))
    return unread(connection)


def _folded(connection: Connection, order_id: str) -> Case:
    """Return the case of an order as its events make it.

    Raises:
        InvalidValue: They can't be read, or there are not as many as there were, or what they
            make is no case.
        LookupError: They speak of a request that was never made.
    """
    stored = connection.execute(
        select(events.c.kind, events.c.form, events.c.body)
        .where(events.c.order_id == order_id)
        .order_by(events.c.version)
    )
    case = decode_case(
        encode(fold(decode_events([(row.kind, row.form, row.body) for row in stored])))
    )
    version = connection.scalar(select(cases.c.version).where(cases.c.order_id == order_id))
    if (case.order.id, case.version) != (order_id, version):
        fault = Fault("stored events", "make another case", f"{order_id!r:.80} at {version}")
        raise InvalidValue([fault])
    return case


_NARROW = text(
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND data_type = 'integer'"
    " UNION SELECT t.relname, a.attname FROM pg_sequence q"
    " JOIN pg_depend d ON d.objid = q.seqrelid AND d.deptype IN ('a', 'i')"
    " JOIN pg_class t ON t.oid = d.refobjid"
    " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
    " WHERE t.relnamespace = current_schema()::regnamespace AND q.seqtypid = 'integer'::regtype"
)
"""Columns of 32 bits, and those whose sequence has 32."""


def _narrow(connection: Connection) -> list[tuple[str, str]]:
    """Return the columns that count up and end at 2,147,483,647, as those of 0.1 do."""
    if not is_postgresql(connection):
        return []
    counts = {
        (table.name, column.name)
        for table in METADATA.sorted_tables
        for column in table.columns
        if column.type is COUNT
    }
    return sorted(counts & {(table, name) for table, name in connection.execute(_NARROW)})


def _widen(connection: Connection) -> None:
    """Give them 64 bits, which rewrites their tables, and the sequence behind one as well."""
    for table, columns in groupby(_narrow(connection), key=itemgetter(0)):
        names = [name for _, name in columns]
        changes = ", ".join(f"ALTER COLUMN {name} TYPE BIGINT" for name in names)
        connection.execute(text(f"ALTER TABLE {table} {changes}"))
        for name in names:
            sequence = connection.scalar(select(func.pg_get_serial_sequence(table, name)))
            if sequence is not None:
                connection.execute(text(f"ALTER SEQUENCE {sequence} AS BIGINT"))


def _add_columns(connection: Connection, table: Table, names: Iterable[str]) -> None:
    for name in names:
        declared = CreateColumn(table.c[name]).compile(connection)
        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {declared}"))


def _add_indexes(connection: Connection, table: Table) -> None:
    present = {each["name"] for each in inspect(connection).get_indexes(table.name)}
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        if index.name not in present:
            connection.execute(CreateIndex(index))


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_STEPS: Mapping[int, Callable[[Connection], None]] = {
    1: _from_form_1,
    2: _from_form_2,
}
"""How tables of a form become those of the next one."""
