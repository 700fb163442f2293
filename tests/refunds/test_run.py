"""What was paid is given back once, whatever dies; and where it is not, that is found."""

from __future__ import annotations

import pytest

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
