"""A policy that hangs on open refunds is verified with a host that has refunds to give."""

from __future__ import annotations

from ordercancel.policy import Deadline, closed_at, days, mark, refund_open
from ordercancel.verification import verify
from ordercancel.verification.explorer import Explorer
from unit.tiny import OURS, tiny

LATE = Deadline(
    "refund_late", runs=refund_open, due=closed_at + days(7), then=mark("refund_late"), source=OURS
)


def test_a_deadline_of_open_refunds_is_reached_and_ends() -> None:
    """It runs where a refund is open, fires, and runs no more once it is settled."""
    policy = tiny(deadlines=(LATE,))
    assert "deadline_never_runs" not in str(verify(policy))
    explorer = Explorer(policy, limit=1_000)
    explorer.run()
    seen = {
        (node.case.is_refund_open, node.case.is_marked("refund_late"))
        for node in explorer.nodes.values()
    }
    assert seen == {(False, False), (True, False), (True, True), (False, True)}
