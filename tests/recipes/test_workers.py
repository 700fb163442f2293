"""The recipes at work: three worker processes, two of them killed in the midst of it.

``python tests/recipes/run.py`` does the same with as many deadlines as you like.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from examples import with_procrastinate
from procrastinate import PsycopgConnector

from recipes.run import run
from recipes.workers import Crew, database

DUE = 60


@pytest.fixture
def url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database."""
    with database(postgres_server) as url:
        yield url


@pytest.mark.parametrize("sqlite", [True, False], ids=["sqlite", "postgresql"])
def test_the_plain_loop_keeps_its_promises(url: str, sqlite: bool, tmp_path: Path) -> None:
    """On both databases each deadline acts once, and each message is delivered."""
    place = f"sqlite:///{tmp_path / 'shop.db'}" if sqlite else url
    assert run("plain", place, tmp_path, due=DUE).faults == []


def test_procrastinate_keeps_the_promises(url: str, tmp_path: Path) -> None:
    """Each deadline acts once, and each message is delivered.

    The jobs that were in hand when a worker was killed are taken away at night.
    """
    assert run("procrastinate", url, tmp_path, due=DUE).faults == []
    with psycopg.connect(url, autocommit=True) as connection:
        jobs = "SELECT task_name FROM procrastinate_jobs WHERE status = 'doing' ORDER BY 1"
        assert connection.execute(jobs).fetchall() == [("relay",), ("tick",)]
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = 'yesterday'")
        asyncio.run(cleaned_up(url))
        assert connection.execute(jobs).fetchall() == []


async def cleaned_up(url: str) -> None:
    """Do on this database what is done at night."""
    with with_procrastinate.app.replace_connector(PsycopgConnector(conninfo=url)) as app:
        async with app.open_async():
            await with_procrastinate.clean_up()


def test_dbos_keeps_the_promises(url: str, tmp_path: Path) -> None:
    """Each deadline acts once, and each message is delivered.

    The records of what was done are taken away at night, when they are old.
    """
    assert run("dbos", url, tmp_path, due=DUE).faults == []
    with psycopg.connect(url, autocommit=True) as connection:
        records = "SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'SUCCESS'"
        done = set(connection.execute(records))
        assert done
        Crew("dbos", url, tmp_path, fatal=0).finish("recipes.dbos_worker", "clean_up")
        assert done.isdisjoint(connection.execute(records))
