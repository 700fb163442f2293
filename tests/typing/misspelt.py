"""A type checker sees a misspelt name: mypy fails where an ignore below is not needed."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordercancel import RequestCancelation  # type: ignore[attr-defined]  # noqa: F401
    from ordercancel.stores.sql import SqlStor  # type: ignore[attr-defined]  # noqa: F401
