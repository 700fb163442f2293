"""The built-in policies, and each as its document can be read otherwise; and their answers."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import assume

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.engine.decision import Decision
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import Policy
from ordercancel.verification.enumeration import Space

READINGS: Mapping[str, Policy] = {
    "conect": CONECT,
    "qoo10": QOO10,
    "conect, every other reading": conect(
        edition="2",
        recheck_permission=True,
        shipping_supersedes=False,
        may_ask_again=False,
        may_withdraw=True,
    ),
    "qoo10, approved by delay": qoo10(edition="2", late_while_open="approved", may_withdraw=True),
    "qoo10, every other reading": qoo10(
        edition="3",
        late_while_open="approve_only",
        shipping_supersedes=True,
        withdrawal_bars=True,
        ask_again_while_open=True,
    ),
}
_SPACES = {(name, kind): Space.of(READINGS[name], kind) for name in READINGS for kind in JUDGED}


def drawn(name: str, kind: type[Judged], number: int) -> Decision:
    """One of the combinations of facts of a policy, judged."""
    space = _SPACES[name, kind]
    assume(space.size)
    facts = space.at(number % space.size)
    assume(facts is not None)
    assert facts is not None
    return READINGS[name].judge(kind, facts)
