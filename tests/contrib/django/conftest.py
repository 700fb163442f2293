"""Databases of either kind, with the tables of all apps by their migrations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

import postgres as postgresql
from django_host import FOLDER, emptied


@pytest.fixture(scope="session")
def sqlite() -> Iterator[str]:
    """The alias of a database in a file, with the tables of all apps."""
    FOLDER.mkdir(exist_ok=True)
    call_command("migrate", database="default", verbosity=0)
    yield "default"
    connections["default"].close()
    for path in FOLDER.iterdir():
        path.unlink()
    FOLDER.rmdir()


@pytest.fixture(scope="session")
def pg(postgres_server: str) -> Iterator[str]:
    """The alias of a schema of PostgreSQL, with the tables of all apps."""
    with postgresql.schema(postgres_server) as url:
        names = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
        parts = conninfo_to_dict(url)
        options = {"options": parts.pop("options")}
        given = {names[name]: value for name, value in parts.items() if name in names}
        connections.settings["postgresql"].update(given, OPTIONS=options)
        call_command("migrate", database="postgresql", verbosity=0)
        yield "postgresql"
        connections["postgresql"].close()


@pytest.fixture(params=["sqlite", "postgresql"])
def using(request: pytest.FixtureRequest) -> Iterator[str]:
    """The alias of a database of either kind, whose tables are emptied afterwards."""
    alias: str = request.getfixturevalue({"sqlite": "sqlite", "postgresql": "pg"}[request.param])
    yield alias
    emptied(alias)
