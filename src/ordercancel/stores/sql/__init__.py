"""The SQL store: SQLite and PostgreSQL, sync and async, by SQLAlchemy Core.

Needs the extra ``ordercancel[sql]``; PostgreSQL ``ordercancel[postgresql]``, the async store
``ordercancel[async]``.
"""

try:
    import msgspec as _msgspec  # noqa: F401 - here, for an error that names the extra
    import sqlalchemy as _sqlalchemy  # noqa: F401
except ImportError as error:
    raise ImportError("ordercancel.stores.sql needs the extra ordercancel[sql]") from error

from ordercancel.stores.sql.store import SqlStore
from ordercancel.stores.sql.store_async import AsyncSqlStore
from ordercancel.stores.sql.tables import METADATA

__all__ = ["METADATA", "AsyncSqlStore", "SqlStore"]
