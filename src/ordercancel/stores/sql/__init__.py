"""The SQL store: SQLite and PostgreSQL, sync and async, by SQLAlchemy Core.

Needs the extra ``ordercancel[sql]``; PostgreSQL ``ordercancel[postgresql]``, the async store
``ordercancel[async]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordercancel.stores.sql.store import SqlStore
from ordercancel.stores.sql.tables import METADATA

if TYPE_CHECKING:
    from ordercancel.stores.sql.async_store import AsyncSqlStore

__all__ = ["METADATA", "AsyncSqlStore", "SqlStore"]


def __getattr__(name: str) -> Any:
    """The async store when it is asked for: it needs what the other does without."""
    if name != "AsyncSqlStore":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from ordercancel.stores.sql.async_store import AsyncSqlStore  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ImportError("AsyncSqlStore needs the extra ordercancel[async]") from error
    return AsyncSqlStore
