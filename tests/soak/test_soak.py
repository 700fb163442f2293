"""A day of a shop goes well; and where one does not, the checker finds it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import attrs
import pytest

from ordercancel.rules.notifications import Medium
from ordercancel.stores.sql import SqlStore
from ordercancel.testing.contracts.samples import AT, claims, jst, letter, posted
from races.tables import Tables, read
from soak.checker import Outage, check_day
from soak.day import day
from soak.post import Arrival
from soak.worker import Wall

CLOCK = Wall(0.0)
FIRST, SECOND = (
    Arrival(CLOCK.wall(AT) + number, f"letter-{number}", "shop1@example.jp", f"本文 {number}")
    for number in (1, 2)
)
REFUSED = frozenset({"letter-3"})


@pytest.mark.slow
def test_a_day_of_a_shop_goes_well(tmp_path: Path) -> None:
    """Workers and the database die, the host locks rows, the post misbehaves: for 40 seconds."""
    report = day(tmp_path, 40.0)
    assert report.faults == ()
    assert report.kills > 3
    assert report.locked > 5
    assert report.states.keys() <= {"delivered", "dead", "obsolete"}
    assert report.tries > report.states["delivered"] > 50


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Two letters of a lane that were delivered, and one that was refused for good."""
    url = f"sqlite:///{tmp_path_factory.mktemp('soak') / 'shop.db'}"
    with closing(SqlStore(url)) as store:
        posted(store, letter(1), letter(2), letter(3, medium=Medium.APP))
        for _ in range(2):
            for claim in claims(store, jst(17)).values():
                store.start(claim)
                if claim.id in REFUSED:
                    store.failed(claim, "410", None)
                else:
                    store.delivered(claim.id, jst(17))
    return read(url)


def broken(
    tables: Tables,
    arrivals: Sequence[Arrival],
    refused: frozenset[str] = REFUSED,
    outages: Sequence[Outage] = (),
) -> set[str]:
    return {fault.promise for fault in check_day(tables, arrivals, refused, CLOCK, outages)}


LATE = attrs.evolve(SECOND, at=SECOND.at + 30)


@pytest.mark.parametrize(
    ("arrivals", "promise"),
    [
        ([FIRST], "at least once"),
        ([FIRST, SECOND, attrs.evolve(FIRST, message_id="x")], "no message without its event"),
        ([FIRST, SECOND, attrs.evolve(FIRST, body="y")], "twice by the same id alone"),
        ([SECOND, FIRST], "in their order"),
        ([FIRST, LATE], "in time"),
    ],
    ids=["lost", "twice under another id", "another text", "out of order", "late"],
)
def test_what_the_post_shows_to_be_wrong_is_found(
    tables: Tables, arrivals: Sequence[Arrival], promise: str
) -> None:
    """A loss, a duplicate, a change of order and a delay that were planted."""
    assert broken(tables, arrivals) == {promise}


def test_what_explains_itself_is_no_fault(tables: Tables) -> None:
    """A message that comes twice with its id and text, and one that an outage has kept."""
    assert broken(tables, [FIRST, SECOND, FIRST]) == set()
    outage = FIRST.at, FIRST.at + 30
    assert broken(tables, [FIRST, LATE], outages=[outage]) == set()


def test_a_death_that_nobody_asked_for_is_found(tables: Tables) -> None:
    assert broken(tables, [FIRST, SECOND], frozenset()) == {"dead by a refusal alone"}


def test_a_message_that_still_waits_is_found(tables: Tables) -> None:
    rows = [row | {"state": "waiting"} for row in tables.outbox]
    assert broken(attrs.evolve(tables, outbox=rows), [FIRST, SECOND]) == {"at least once"}
