"""Processes that act on the same orders at once lose nothing and do nothing twice.

Small races, for the ordinary run; `races.run` has those of full size.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from races.market import Market
from races.race import Without, race

COMMANDS = 576
MARKETS = {"hot": Market.hot(seed=1), "spread": Market.spread(2, orders=200, commands=COMMANDS)}


@pytest.mark.parametrize("market", MARKETS.values(), ids=MARKETS)
def test_racing_processes_break_no_promise(url: str, market: Market, tmp_path: Path) -> None:
    """Four processes of two threads: one of them wins each time, and the tables hold together.

    No order is both shipped and cancelled or has two open requests, no event is without its
    message or a message without its event, each command id and each deadline acts once, each
    message arrives once, and what a service said was done is there.
    """
    report = race(url, tmp_path / "race", market, COMMANDS)
    assert report.faults == ()
    assert report.errors == ()
    assert report.commands >= COMMANDS
    assert report.outcomes.keys() <= {"done", "repeated", "refused", "invalid", "conflict"}
    assert report.chores.keys() == {"tick", "relay"}
    assert report.outcomes["done"] > COMMANDS / 10
    assert report.messages > COMMANDS / 20


def test_without_protection_the_same_race_is_lost(postgres: str, tmp_path: Path) -> None:
    """The check would tell: with the version check and the keys behind it taken out, it does."""
    report = race(
        postgres,
        tmp_path / "race",
        MARKETS["hot"],
        COMMANDS,
        without=Without.CHECK_AND_KEYS,
    )
    assert report.rewritten > 0
    broken = {fault.promise for fault in report.faults}
    assert {"one wins", "versions without gaps", "events come to the case"} <= broken
