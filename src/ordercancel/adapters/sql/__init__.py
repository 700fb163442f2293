"""The SQL store: SQLite and PostgreSQL, sync and async, by SQLAlchemy Core.

Needs the extra ``ordercancel[sql]``; PostgreSQL ``ordercancel[postgresql]``, the async store
``ordercancel[async]``.
"""

from ordercancel.adapters.sql.async_store import AsyncSqlStore
from ordercancel.adapters.sql.store import SqlStore
from ordercancel.adapters.sql.tables import METADATA

__all__ = ["METADATA", "AsyncSqlStore", "SqlStore"]
