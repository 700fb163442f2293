"""What is checked of a policy's own obligations when it is built."""

from __future__ import annotations

import re

from ordercancel.domain.faults import Faults
from ordercancel.domain.obligations import RefundDue, Restock, StopShipment
from ordercancel.policy.check_conditions import check_case_condition, one_of
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.notifications import CHANGES, Medium
from ordercancel.rules.obligations import Obliges

# Their kinds are a part of the keys, where media stand in the ids of messages.
_TAKEN = frozenset({"refund", RefundDue.kind, Restock.kind, StopShipment.kind, *Medium})
_KIND = re.compile("[a-z][a-z0-9_]{0,34}")


def check_obligations(policy: PolicyParts, faults: Faults) -> None:
    """Check that each is of a host's kind, is on something that can happen, and is there once."""
    changes = (*CHANGES, *policy.mark_codes, *(each.id for each in policy.deadlines))
    before: list[tuple[object, object]] = []
    for number, each in enumerate(faults.entries("obligations", policy.obligations, 100)):
        where = f"obligations[{number}]"
        if not isinstance(each, Obliges):
            faults.instance(where, each, Obliges, "an Obliges")
            continue
        if not isinstance(each.kind, str) or not _KIND.fullmatch(each.kind) or each.kind in _TAKEN:
            expected = (
                f"lower-case letters, digits and _, and none of: {', '.join(sorted(_TAKEN))}"
            )
            faults.add(f"{where}.kind", f"is {each.kind!r:.80}", expected)
        if each.on not in changes:
            faults.add(f"{where}.on", f"is {each.on!r:.80}", one_of(changes))
        if (each.kind, each.on) in before:  # both would have one key
            problem = f"are {each.kind!r:.80} on {each.on!r:.80} again"
            faults.add(where, problem, "one, with a condition that says when")
        before.append((each.kind, each.on))
        check_case_condition(policy, each.when, f"{where}.when", faults)
