"""Given, when, then: examples of what a policy decides, without a service or a store.

::

    Scenario(SHOP).given(order).when(asks, at=noon).then(CancellationRequested)

Each word gives a new value that can be gone on from. Where something is not as it is said to be,
the `AssertionError` says what happened instead, and why.
"""

from __future__ import annotations

from datetime import datetime
from typing import Self

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.errors import InvalidValue, OrderCancelError
from ordercancel.domain.events import Event
from ordercancel.domain.orders import Order
from ordercancel.engine.decide import register
from ordercancel.engine.decision import Decision, Refused
from ordercancel.engine.evolve import fold
from ordercancel.engine.handling import fire_due
from ordercancel.explain import explain
from ordercancel.policy.policy import Policy
from ordercancel.testing.draws import first_moment
from ordercancel.testing.judging import steps_of


@attrs.frozen
class Scenario:
    """The beginning of an example of what a policy says."""

    policy: Policy

    def given(
        self, order: Order, *history: tuple[Command, datetime], seller: Party | None = None
    ) -> Given:
        """An order was registered when it was placed, and commands were carried out.

        Args:
            order: The order.
            *history: The commands, oldest first, each with its moment.
            seller: What the directory knows of the seller, from the beginning to the end.

        Raises:
            AssertionError: One of the commands was not carried out.
        """
        case = fold(register(order, self.policy, first_moment(order)))
        standing = Given(self.policy, case, seller)
        for command, at in history:
            standing = then = standing.when(command, at=at)
            if then.error is not None:
                raise _unexpected(f"{type(command).__name__} to be carried out", then)
        return standing


@attrs.frozen
class Given:
    """A case to which something may be done.

    Args:
        policy: The policy.
        case: The case as it stands.
        seller: What the directory knows of the seller.
    """

    policy: Policy = attrs.field(repr=False)
    case: Case
    seller: Party | None

    def when(self, command: Command, *, at: datetime) -> Then:
        """Somebody gives a command at the moment `at`, before which what is due has fired."""
        try:
            steps = steps_of(command, self.case, self.policy, at, seller=self.seller)
        except OrderCancelError as invalid:
            return Then(self.policy, self.case, self.seller, error=invalid)
        events = tuple(event for step in steps for event in step.events)
        decision = next((step.decision for step in steps if step.decision is not None), None)
        error = Refused(decision) if decision is not None and decision.is_refused else None
        return Then(self.policy, steps[-1].after, self.seller, events, decision, error)

    def when_due(self, *, at: datetime) -> Then:
        """Nobody does anything until `at`, and every deadline that is due fires."""
        steps = fire_due(self.case, self.policy, at)
        events = tuple(event for step in steps for event in step.events)
        case = steps[-1].case if steps else self.case
        return Then(self.policy, case, self.seller, events)


@attrs.frozen
class Then(Given):
    """What came of it; the example may go on from there.

    Args:
        events: What happened, by deadlines and by the command.
        decision: What the rules said, where they were asked.
        error: Why the command was not carried out.
    """

    events: tuple[Event, ...] = ()
    decision: Decision | None = None
    error: OrderCancelError | None = None

    def then(self, *expected: type[Event]) -> Self:
        """Events of these kinds happened, in this order, and no others."""
        happened = tuple(type(event) for event in self.events)
        if self.error is not None or happened != expected:
            named = ", ".join(kind.__name__ for kind in expected)
            raise _unexpected(named or "nothing to happen", self)
        return self

    def because(self, *rules: str) -> Self:
        """These rules and deadlines, in whatever order, brought it about or stood in its way.

        The library's own rules are named as well, such as ``standard.answer``.
        """
        named = {rule for event in self.events for rule in event.rules}
        if self.error is not None and self.decision is not None:
            named.update(self.decision.rules)
        if named != set(rules):
            raise _unexpected(f"the rules {', '.join(rules)}", self)
        return self

    def refused(self, *codes: str) -> Self:
        """The rules said no, with these codes, in whatever order; none: with any."""
        if not isinstance(self.error, Refused) or (codes and set(codes) != {*self.error.codes}):
            raise _unexpected(" ".join(("a refusal", ", ".join(codes))).strip(), self)
        return self

    def invalid(self, *where: str) -> Self:
        """The values of the command were wrong in these places, such as ``Reject.text``."""
        faults = self.error.faults if isinstance(self.error, InvalidValue) else ()
        if not faults or {fault.where for fault in faults} != set(where):
            raise _unexpected(f"invalid values in {', '.join(where)}", self)
        return self


def _unexpected(expected: str, then: Then) -> AssertionError:
    kinds = ", ".join(type(event).__name__ for event in then.events) or "nothing"
    lines = [f"expected: {expected}", f"happened: {kinds}"]
    if then.error is not None:
        lines.append(f"{type(then.error).__name__}: {then.error}")
    if then.decision is not None:
        lines.append(str(explain(then.decision, "en")))
    return AssertionError("\n".join(lines))
