"""The example of the host's own transaction, on both databases."""

from __future__ import annotations

import runpy

import pytest
from examples import own_transaction

SAID = """\
placed:        shop: new, 0 refunds; service: new, 0 messages
shop failed:   shop: new, 0 refunds; service: new, 0 messages
cancelled:     shop: cancelled, 1 refunds; service: cancelled, 4 messages
"""


def test_it_shows_that_both_are_written_or_neither(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it is started without arguments: on SQLite."""
    monkeypatch.setattr("sys.argv", ["own_transaction"])
    runpy.run_path(own_transaction.__file__, run_name="__main__")
    assert capsys.readouterr().out == SAID


def test_it_shows_the_same_on_postgresql(
    postgres: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own_transaction.main(postgres.replace("postgresql://", "postgresql+psycopg://"))
    assert capsys.readouterr().out == SAID
