"""The tables by Django's migrations: made, brought up to date and looked at on its connection."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from ordercancel.stores.sql import schema
from ordercancel.stores.sql.tables import METADATA

_LOGGER = logging.getLogger("ordercancel.django")
_URLS = {"postgresql": "postgresql+psycopg://", "sqlite": "sqlite://"}


class _Lent:
    """What SQLAlchemy takes for a connection of the driver's: cursors of Django's, and no more.

    Transactions are Django's to begin and to end.
    """

    def __init__(self, host: BaseDatabaseWrapper) -> None:
        # Without Django's log of queries, which can't read the placeholders of SQLAlchemy's own.
        self.cursor = host.create_cursor
        self.in_transaction = True
        self.commit = self.rollback = self.close = _nothing
        # What SQLAlchemy sets up on a connection of its own.
        self.create_function = self.add_notice_handler = _nothing
        self._host = host

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host.connection, name)


def _nothing(*args: object, **options: object) -> None:
    """Leave it to Django."""


@contextmanager
def lent(host: BaseDatabaseWrapper) -> Iterator[Connection]:
    """Lend Django's connection to SQLAlchemy, for what the library does with whole tables."""
    host.ensure_connection()
    options: dict[str, Any] = {"use_native_hstore": False} if host.vendor == "postgresql" else {}
    engine = create_engine(
        _URLS[host.vendor],
        creator=lambda: _Lent(host),
        poolclass=StaticPool,
        paramstyle="pyformat",
        **options,
    )
    with engine.connect() as connection:
        yield connection


def bring_up_to_date(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the tables, or bring those of an earlier release up to date; in a migration.

    It is the same in every migration of this app: whichever runs first does all there is to do.
    """
    with lent(editor.connection) as connection:
        upgrade = schema.upgrade(connection)
    if upgrade.unread:
        ids = ", ".join(upgrade.unread)
        _LOGGER.warning("orders whose history can't be read are left as they were: %s", ids)


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the tables; in a migration that is taken back."""
    with lent(editor.connection) as connection:
        METADATA.drop_all(connection)


def faults(host: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return what the tables lack that this release needs; each as a line for people."""
    with lent(host) as connection:
        return schema.faults(connection)
