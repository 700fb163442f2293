"""The recipes at work: three worker processes, two of them killed in the midst of it.

``python tests/recipes/run.py`` does the same with as many deadlines as you like.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from examples import with_procrastinate
from procrastinate import PsycopgConnector

from recipes.run import Run, run
from recipes.workers import Crew, database

DUE = 60


@pytest.fixture
def urls(postgres_server: str) -> Iterator[list[str]]:
    """Two PostgreSQL databases."""
    with ExitStack() as stack:
        yield [stack.enter_context(database(postgres_server)) for _ in range(2)]


def both(engine: str, urls: list[str], tmp_path: Path, *, spread: bool = True) -> list[Run]:
    """Two runs side by side, on two databases; the second one with a job for each deadline."""
    folders = [tmp_path / str(number) for number in range(2)]

    def one(number: int) -> Run:
        folders[number].mkdir()
        return run(engine, urls[number], folders[number], due=DUE, spread=spread and number == 1)

    with ThreadPoolExecutor() as pool:
        return list(pool.map(one, range(2)))


def test_the_plain_loop_keeps_its_promises(postgres_server: str, tmp_path: Path) -> None:
    """On SQLite and on PostgreSQL each deadline acts once, and each message is delivered."""
    with database(postgres_server) as url:
        urls = [f"sqlite:///{tmp_path / 'shop.db'}", url]
        runs = both("plain", urls, tmp_path, spread=False)
    assert [each.faults for each in runs] == [[], []]


def test_procrastinate_keeps_the_promises(urls: list[str], tmp_path: Path) -> None:
    """By ticks and by single jobs each deadline acts once, and each message is delivered.

    The jobs that were in hand when a worker was killed are taken away at night.
    """
    runs = both("procrastinate", urls, tmp_path)
    assert [each.faults for each in runs] == [[], []]
    with psycopg.connect(urls[1], autocommit=True) as connection:
        jobs = "SELECT task_name FROM procrastinate_jobs WHERE status = 'doing' ORDER BY 1"
        assert connection.execute(jobs).fetchall() == [("apply",), ("relay",)]
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = 'yesterday'")
        asyncio.run(cleaned_up(urls[1]))
        assert connection.execute(jobs).fetchall() == []


async def cleaned_up(url: str) -> None:
    """Do on this database what is done at night."""
    with with_procrastinate.app.replace_connector(PsycopgConnector(conninfo=url)) as app:
        async with app.open_async():
            await with_procrastinate.clean_up()


def test_dbos_keeps_the_promises(urls: list[str], tmp_path: Path) -> None:
    """By ticks and by single workflows each deadline acts once, each message is delivered.

    The records of what was done are taken away at night, when they are old.
    """
    runs = both("dbos", urls, tmp_path)
    assert [each.faults for each in runs] == [[], []]
    with psycopg.connect(urls[1], autocommit=True) as connection:
        records = "SELECT workflow_uuid FROM dbos.workflow_status WHERE status = 'SUCCESS'"
        done = set(connection.execute(records))
        assert len(done) > DUE
        Crew("dbos", urls[1], tmp_path, fatal=0).finish("recipes.dbos_worker", "clean_up")
        assert done.isdisjoint(connection.execute(records))
