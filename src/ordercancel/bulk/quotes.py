"""Texts and names as they stand in SQL."""

from __future__ import annotations

__all__ = ["quoted", "quoted_name"]


def quoted(text: str) -> str:
    """A text, in quotes.

    >>> quoted("it's")
    "'it''s'"
    """
    told = text.replace("'", "''")
    return f"'{told}'"


def quoted_name(name: str) -> str:
    """The name of a column or table, whatever characters it has."""
    told = name.replace('"', '""')
    return f'"{told}"'
