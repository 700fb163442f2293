"""Texts and names quoted for SQL."""

from __future__ import annotations


def quoted(text: str) -> str:
    """A text as a literal of SQL.

    >>> quoted("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def quoted_name(name: str) -> str:
    """The name of a column or table, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'
