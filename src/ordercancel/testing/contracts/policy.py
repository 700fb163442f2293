"""What every policy promises, whatever its rules are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import ClassVar, cast

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import COMMANDS
from ordercancel.domain.texts import Lang
from ordercancel.engine.labels import inbox_row, label
from ordercancel.engine.messages import messages_for
from ordercancel.explain import explain
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import Audience
from ordercancel.rules.rules import Rule
from ordercancel.testing.machines import CaseMachine
from ordercancel.testing.strategies import steps
from ordercancel.verification.enumeration import Space
from ordercancel.verification.invariants import INVARIANTS, Invariant, Step

__all__ = ["PolicyContract", "unworded"]

_LANGS: tuple[Lang, ...] = ("ja", "en")


class PolicyContract:
    """The promises of a policy: a test class inherits them and names the policy.

    The properties are tried on as many random examples as the Hypothesis profile says.

    Attributes:
        policy: The policy.
        invariants: What must be true of every step; add those of your own to
        `ordercancel.verification.invariants.INVARIANTS`. sample: How many combinations of facts
        and cases are verified at most; all, unless given.
    """

    policy: ClassVar[Policy]
    invariants: ClassVar[Sequence[Invariant]] = INVARIANTS
    sample: ClassVar[int | None] = None

    def test_every_law_holds(self) -> None:
        """Whoever commands what, in which order, at whatever time."""
        hooks = {"policy": self.policy, "step_invariants": self.invariants, "__module__": __name__}
        machine = cast(type[CaseMachine], type("CaseMachine", (CaseMachine,), hooks))
        run_state_machine_as_test(machine, settings=_profile(share=4))

    def test_the_order_of_its_rules_does_not_matter(self) -> None:
        """With the same rules in another order it decides the same, by the same rules."""
        policy = self.policy
        spaces = {kind: Space.of(policy, kind) for kind in COMMANDS}

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

    def test_everything_is_worded_in_both_languages(self) -> None:
        """Along random ways of orders no label, message or refusal is without words."""

        @_profile()
        @given(steps(self.policy))
        def worded(way: list[Step]) -> None:
            for step in way:
                assert list(unworded(step)) == []

        worded()

    def test_nothing_is_wrong_with_it(self) -> None:
        """Trying it in every way that its rules can tell apart finds no fault."""
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


def unworded(step: Step) -> Iterator[str]:
    """What people would read as a blank, or as a subject of several lines."""
    policy, order = step.policy, step.after.order
    for lang in _LANGS:
        if step.decision.is_refused and not step.decision.message(lang).strip():
            yield f"refusal {step.decision.codes} in {lang}"
        for case, audience in product((step.before, step.after), Audience):
            if not label(case, policy, audience, lang).strip():
                yield f"label of {_standing(case)} to {audience} in {lang}"
        row = inbox_row(step.after, policy, lang)
        if row is not None and not row.state.strip():
            yield f"row of the queue for {_standing(step.after)} in {lang}"
        parties = {
            party_id: Party(party_id, name=party_id, locale=lang)
            for party_id in (order.buyer, order.seller)
        }
        for message in messages_for(step.events, step.after, policy, parties):
            if not message.subject.strip() or len(message.subject.splitlines()) > 1:
                yield f"subject of {message.occasion} to {message.audience} in {lang}"
            if not message.body.strip():
                yield f"body of {message.occasion} to {message.audience} in {lang}"


def _standing(case: Case) -> str:
    request = case.latest
    return case.order.status if request is None else f"{case.order.status}, {request.status}"
