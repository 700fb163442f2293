"""`ordercancel db` and `ordercancel outbox` as an operator runs them."""

from __future__ import annotations

import importlib
import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from ordercancel import CancellationService
from ordercancel.cli.main import main
from ordercancel.domain.obligations import RefundDue
from ordercancel.policies import QOO10
from ordercancel.service.backoff import Backoff
from ordercancel.stores.memory import MemoryNotifier
from ordercancel.stores.sql import SqlStore
from ordercancel.testing.contracts.samples import (
    asked,
    cancelled_at_once,
    carried_out,
    claims,
    jst,
    registered,
    rejecting,
)
from samples import execute

DEAD = ("o-1:3:buyer:app", "o-1:3:buyer:mail", "o-1:3:seller:app", "o-1:3:seller:mail")
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs the command; gives its status, what it printed, and what it complained of."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            status = main(arguments)
        except SystemExit as stopped:
            status = int(str(stopped.code))
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture
def dead(url: str) -> str:
    """A database with four dead messages, and one that waits."""
    store = SqlStore(url)
    cancelled_at_once(store)

    class Down(MemoryNotifier):
        def deliver(self, *_: object) -> None:
            raise OSError("no route to host")

    once = Backoff(first=timedelta(), most=timedelta(), tries=1)
    service = CancellationService(policies=[QOO10], store=store, notifier=Down(), retries=once)
    assert service.relay(jst(17)).dead == DEAD
    asked(store, "o-2")
    store.close()
    return url


class TestTables:
    def test_are_made_and_checked(self, url: str, said: Said) -> None:
        assert said("db", "create", url) == (0, "The tables have been made.\n", "")
        assert said("db", "create", url) == (0, "The tables are there already.\n", "")
        assert said("db", "check", url) == (0, "The tables are right: form 3.\n", "")
        assert said("db", "upgrade", url) == (0, "Nothing to do: the tables have form 3.\n", "")

    def test_are_made_and_checked_in_json(self, url: str, said: Said) -> None:
        """For programs: the same, one object each."""
        as_json = ("--format", "json")
        assert said("db", "create", url, *as_json) == (0, '{"made": true}\n', "")
        checked = json.loads(said("db", "check", url, *as_json)[1])
        assert checked == {"form": 3, "latest": 3, "faults": [], "unread": [], "newer": 0}
        upgraded = json.loads(said("db", "upgrade", url, *as_json)[1])
        assert upgraded == {"before": 3, "after": 3, "unread": []}
        put_back = said("outbox", "retry", "--db", url, "--all", *as_json)
        assert put_back == (0, '{"put_back": 0}\n', "")

    def test_are_made_on_postgresql(self, postgres: str, said: Said) -> None:
        assert said("db", "check", postgres)[0] == 1
        assert said("db", "upgrade", postgres) == (0, "The tables have been made: form 3.\n", "")
        assert said("db", "check", postgres)[0] == 0

    def test_that_lack_something_are_a_finding(self, tmp_path: Path, url: str, said: Said) -> None:
        said("db", "create", url)
        execute(tmp_path / "shop.db", "DROP TABLE ordercancel_commands")
        assert said("db", "check", url) == (1, "ordercancel_commands: the table is missing\n", "")

    def test_of_an_earlier_release_are_upgraded(
        self, tmp_path: Path, url: str, said: Said
    ) -> None:
        old = Path(__file__).parent.parent / "contracts" / "form1" / "sqlite.sql"
        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
            connection.executescript(old.read_text(encoding="utf-8"))
        status, told, _ = said("db", "check", url)
        assert status == 1
        assert told.endswith("The tables have form 1 of 3: run `ordercancel db upgrade URL`.\n")
        assert said("db", "create", url)[0] == 2
        expected = "The tables had form 1 and have form 3 now.\n"
        assert said("db", "upgrade", url) == (0, expected, "")
        assert said("db", "check", url)[0] == 0

    def test_of_a_later_release_are_counted(self, tmp_path: Path, url: str, said: Said) -> None:
        """They are no fault: the later release reads them."""
        with closing(SqlStore(url)) as store:
            asked(store)
        execute(tmp_path / "shop.db", "UPDATE ordercancel_cases SET form = 3")
        expected = (
            "Stored in a form of a later release, which alone reads them: 1 orders.\n"
            "The tables are right: form 3.\n"
        )
        assert said("db", "check", url) == (0, expected, "")

    def test_name_the_orders_that_can_not_be_read(
        self, tmp_path: Path, url: str, said: Said, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By each upgrade and check, until their rows have been mended; counted on a terminal."""
        old = Path(__file__).parent.parent / "contracts" / "form1" / "sqlite.sql"
        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
            connection.executescript(old.read_text(encoding="utf-8"))
            connection.execute(
                "INSERT INTO ordercancel_cases (order_id, policy, edition, version, form, status,"
                " buyer, seller, placed_at, body) VALUES ('o-1', 'qoo10', '1', 1, 1, 'new',"
                " 'b-1', 's-1', '2022-08-15 00:00:00.000000', '{}')"
            )
            connection.commit()
        unread = "The history of order o-1 can't be read; it is stored as it was.\n"
        told = f"{unread}The tables had form 1 and have form 3 now.\n"
        assert said("db", "upgrade", url) == (1, told, "")
        told = f"{unread}The tables are right: form 3.\n"
        assert said("db", "check", url) == (1, told, "")
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setenv("TERM", "xterm")
        bar = said("db", "upgrade", url)[2]
        assert "db upgrade: orders 1/1" in bar
        assert "100%" in bar

    @pytest.mark.parametrize("action", ["check", "upgrade"])
    @pytest.mark.parametrize(
        ("where", "name"),
        [("sqlite:///nowhere.db?timeout=5", "nowhere.db"), ("sqlite://", ":memory:")],
    )
    def test_that_are_nowhere_are_not_made_by_looking(
        self,
        action: str,
        where: str,
        name: str,
        said: Said,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        """What is said names the file, and no option of the URL."""
        monkeypatch.chdir(tmp_path)
        expected = f"ordercancel: no database at {name}; expected one that exists\n"
        assert said("db", action, where) == (2, "", expected)
        assert list(tmp_path.iterdir()) == []

    def test_at_what_is_no_url_are_refused(self, said: Said) -> None:
        status, told, complaint = said("db", "create", "shop.db")
        assert (status, told) == (2, "")
        assert complaint.startswith("ordercancel: SqlStore.url: is no URL; expected a URL such as")

    def test_need_the_extra(self, said: Said, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        original = importlib.import_module

        def without(name: str, *args: Any, **kwargs: Any) -> Any:
            if name == "ordercancel.cli.database":
                raise ImportError("No module named 'sqlalchemy'")
            return original(name, *args, **kwargs)

        monkeypatch.setattr(importlib, "import_module", without)
        status, _, complaint = said("db", "create", url)
        assert status == 2
        assert "pip install 'ordercancel[sql]'" in complaint


class TestOutbox:
    def test_with_nothing_in_it_says_so(self, url: str, said: Said) -> None:
        SqlStore(url).close()
        expected = "waiting: 0\norders with a deadline that is due: 0\ndead: 0\nobsolete: 0\n"
        assert said("outbox", "list", "--db", url) == (0, expected, "")

    def test_lists_what_is_dead(self, dead: str, said: Said) -> None:
        """Ids, tries and errors, and none of what people wrote."""
        status, told, _ = said("outbox", "list", "--db", dead)
        assert status == 0
        head, first, *others = told.split("\n\n")
        assert head.splitlines()[0] == "waiting: 1, the oldest since 2022-08-16T01:00:00+00:00"
        due = "orders with a deadline that is due: 1, the first since "
        assert head.splitlines()[1].startswith(due)
        assert head.splitlines()[2] == "dead: 4"
        assert first == (
            "o-1:3:buyer:app\n"
            "  order: o-1\n"
            "  on: approved\n"
            "  at: 2022-08-16T01:00:00+00:00\n"
            "  party: b-1\n"
            "  audience: buyer\n"
            "  medium: app\n"
            "  tries: 1\n"
            "  error: OSError: no route to host"
        )
        assert len(others) == 3

    def test_lists_what_is_obsolete(self, url: str, said: Said) -> None:
        """Also that a message waits which a later release has written."""
        with closing(SqlStore(url)) as store:
            case = asked(store)
            store.commit(carried_out(case, rejecting(), jst(16, 12)))
            service = CancellationService(policies=[QOO10], store=store, notifier=MemoryNotifier())
            assert service.relay(jst(17)).obsolete == ("o-1:2:seller:app",)
            asked(store, "o-2")
        execute(url, "UPDATE ordercancel_outbox SET form = 3 WHERE order_id = 'o-2'")
        status, told, _ = said("outbox", "list", "--db", url, "--obsolete")
        head, only = told.split("\n\n")
        assert status == 0
        assert head.splitlines()[0] == "waiting: 1 (1 of a later release)"
        assert head.splitlines()[-1] == "obsolete: 1"
        assert only.splitlines()[0] == "o-1:2:seller:app"
        assert said("outbox", "list", "--db", url)[1] == f"{head}\n"

    def test_lists_it_for_programs(self, dead: str, said: Said) -> None:
        status, told, _ = said("outbox", "list", "--db", dead, "--format", "json")
        letters = [json.loads(line) for line in told.splitlines()]
        assert status == 0
        assert [letter["id"] for letter in letters] == list(DEAD)
        assert letters[1] == {
            "id": "o-1:3:buyer:mail",
            "order": "o-1",
            "on": "approved",
            "at": "2022-08-16T01:00:00+00:00",
            "party": "b-1",
            "audience": "buyer",
            "medium": "mail",
            "tries": 1,
            "error": "OSError: no route to host",
        }

    def test_lists_obligations_by_their_kind(self, said: Said, tmp_path: Path) -> None:
        """They are put back like messages, by their key."""
        url = f"sqlite:///{tmp_path / 'shop.db'}"
        due = RefundDue(key="o-1:1:refund:all.1", order_id="o-1", at=jst(16), request=1)
        with closing(SqlStore(url)) as store:
            store.commit(attrs.evolve(registered(), obligations=(due,)))
            (claim,) = store.claim(jst(17), jst(18), 1)
            store.start(claim)
            store.failed(claim, "NotDelivered: no account", None)
        _, told, _ = said("outbox", "list", "--db", url, "--format", "json")
        assert json.loads(told) == {
            "id": "o-1:1:refund:all.1",
            "order": "o-1",
            "kind": "refund_due",
            "at": "2022-08-15T15:00:00+00:00",
            "tries": 1,
            "error": "NotDelivered: no account",
        }
        assert said("outbox", "retry", "--db", url, due.key) == (0, "1 put back.\n", "")

    def test_lists_what_can_not_be_read_by_its_id(
        self, dead: str, said: Said, tmp_path: Path
    ) -> None:
        execute(tmp_path / "shop.db", "UPDATE ordercancel_outbox SET body = '{' WHERE number = 1")
        _, told, _ = said("outbox", "list", "--db", dead, "--format", "json")
        assert json.loads(told.splitlines()[0]) == {
            "id": "o-1:3:buyer:app",
            "order": "o-1",
            "tries": 1,
            "error": "OSError: no route to host",
        }

    def test_lists_all_pages(self, dead: str, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ordercancel.cli.database.PAGE", 3)
        _, told, _ = said("outbox", "list", "--db", dead, "--format", "json")
        assert len(told.splitlines()) == 4

    def test_puts_some_back(self, dead: str, said: Said) -> None:
        expected = (0, "2 put back.\n", "")
        assert said("outbox", "retry", "--db", dead, DEAD[0], DEAD[2], DEAD[0]) == expected
        store = SqlStore(dead)
        assert list(claims(store, jst(18))) == [DEAD[0], DEAD[2], "o-2:2:seller:app"]
        store.close()

    def test_puts_all_back(self, dead: str, said: Said) -> None:
        assert said("outbox", "retry", "--db", dead, "--all") == (0, "4 put back.\n", "")
        assert said("outbox", "retry", "--db", dead, "--all") == (0, "0 put back.\n", "")

    def test_says_when_one_was_not_dead(self, dead: str, said: Said) -> None:
        assert said("outbox", "retry", "--db", dead, DEAD[0], "x") == (1, "1 put back.\n", "")

    @pytest.mark.parametrize("arguments", [(), ("--all", "x")])
    def test_wants_to_know_which(self, dead: str, said: Said, arguments: tuple[str, ...]) -> None:
        assert said("outbox", "retry", "--db", dead, *arguments)[0] == 2
        assert said("outbox", "retry", "--db", dead, "--all")[1] == "4 put back.\n"

    def test_of_no_database_is_not_made_by_looking(self, tmp_path: Path, said: Said) -> None:
        status, _, complaint = said("outbox", "list", "--db", f"sqlite:///{tmp_path}/none.db")
        assert status == 2
        assert "no database at" in complaint
        assert list(tmp_path.iterdir()) == []
