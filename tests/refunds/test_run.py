"""What was paid is given back once, whatever dies; and where it is not, that is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from refunds.race import race
from refunds.run import refunds

pytestmark = pytest.mark.slow


def test_each_refund_is_paid_once_to_the_yen() -> None:
    """Answers are lost, late and told twice, keys are forgotten; relays and the database die."""
    report = refunds(150)
    assert report.faults == ()
    assert (report.kills, report.restarts) == (2, 1)
    assert report.lost > report.calls / 6
    assert report.retried > 5
    assert {"declined", "returned"} <= report.payments.keys()


def test_a_shop_that_makes_up_keys_is_found_to_pay_twice() -> None:
    """The check can fail: each call under a key of its own, and nobody looks first."""
    report = refunds(60, heeds_keys=False, kills=0, restarts=0)
    assert any("were given back of" in fault for fault in report.faults)


def test_racing_processes_give_back_no_more_than_was_paid(url: str, tmp_path: Path) -> None:
    """Units are cancelled, shipped, refunded, failed and retried at once, on either database.

    No unit is both cancelled and shipped, no obligation is lost, and what is due is given once.
    """
    report = race(url, tmp_path, 800)
    assert report.faults == ()
    assert report.outcomes["done"] > 50
    assert report.refunds > 20


def test_a_race_of_a_shop_that_makes_up_keys_is_lost(postgres: str, tmp_path: Path) -> None:
    """The check can fail: more is given back than was due."""
    report = race(postgres, tmp_path, 400, heeds_keys=False, patience=10.0)
    assert any("was given back" in fault for fault in report.faults)
