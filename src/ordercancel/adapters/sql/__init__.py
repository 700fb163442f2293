"""The SQL store: SQLite, by SQLAlchemy Core. Needs the extra ``ordercancel[sql]``."""

from ordercancel.adapters.sql.store import SqlStore
from ordercancel.adapters.sql.tables import METADATA

__all__ = ["METADATA", "SqlStore"]
