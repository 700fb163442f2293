"""What every policy promises, whatever its rules are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordercancel.domain.commands import JUDGED
from ordercancel.explain import explain
from ordercancel.policy.policy import Policy
from ordercancel.rules.rules import Rule
from ordercancel.testing.machines import machine_for
from ordercancel.verification.enumeration import Space
from ordercancel.verification.invariants import INVARIANTS, Invariant


class PolicyContract:
    """The promises of a policy: a test class inherits them and names the policy.

    The number of random examples is that of the Hypothesis profile.

    Attributes:
        policy: The policy.
        invariants: What must be true of every step. Default: all of
            `ordercancel.verification.invariants.INVARIANTS`; add your own to them.
        sample: The most combinations of facts, and cases, to verify. Default: all.
    """

    policy: ClassVar[Policy]
    invariants: ClassVar[Sequence[Invariant]] = INVARIANTS
    sample: ClassVar[int | None] = None

    def test_every_invariant_holds(self) -> None:
        """Whoever commands what, in which order, at whatever time."""
        machine: Any = machine_for(self.policy, invariants=self.invariants)
        machine.settings = _profile(share=4)
        machine().runTest()

    def test_the_order_of_its_rules_does_not_matter(self) -> None:
        """With the same rules in another order it decides the same, by the same rules."""
        policy = self.policy
        spaces = {kind: Space.of(policy, kind) for kind in JUDGED}

        @_profile()
        @given(st.permutations(policy.rules), st.data())
        def agree(rules: list[Rule], data: st.DataObject) -> None:
            other = attrs.evolve(policy, rules=tuple(rules))
            for kind, space in spaces.items():
                index = data.draw(st.integers(0, max(space.size - 1, 0)))
                facts = space.at(index) if space.size else None
                if facts is not None:
                    first, second = policy.judge(kind, facts), other.judge(kind, facts)
                    assert first == second, f"{explain(first, 'en')}\n\n{explain(second, 'en')}"

        agree()

    def test_nothing_is_wrong_with_it(self) -> None:
        """`verify` finds no fault in any case that rules can tell apart, nor a missing text."""
        from ordercancel.verification import verify  # noqa: PLC0415 - loaded where it is used

        own = [invariant for invariant in self.invariants if invariant not in INVARIANTS]
        report = verify(self.policy, invariants=own, sample=self.sample)
        assert report.ok, str(report)


def _profile(share: int = 1) -> settings:
    """The Hypothesis profile, with a share of its examples; that they are big is no fault."""
    return settings(
        max_examples=max(1, settings().max_examples // share),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
