"""Given, when, then: examples of what a policy decides, without a service or a store.

::

    Scenario(SHOP).given(order).when(asks, at=noon).then(CancellationRequested)

Each word gives a new value that can be gone on from. Where something is not as it is said to be,
the `AssertionError` says what happened instead, and why.
"""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from typing import Self

import attrs

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import ApplyDeadline, Command
from ordercancel.domain.errors import InvalidValue, OrderCancelError
from ordercancel.domain.events import Event
from ordercancel.domain.orders import Order
from ordercancel.engine.decide import decide, register
from ordercancel.engine.decision import Decision, Refused
from ordercancel.engine.evolve import evolve, fold
from ordercancel.explain import explain
from ordercancel.policy.policy import Policy


@attrs.frozen
class Scenario:
    """The beginning of an example of what a policy says."""

    policy: Policy

    def given(
        self, order: Order, *history: tuple[Command, datetime], seller: Party | None = None
    ) -> Given:
        """An order was registered, and commands were carried out.

        Args:
            order: The order.
            *history: The commands, oldest first, each with its moment.
            seller: What the directory knows of the seller, from the beginning to the end.

        Raises:
            AssertionError: One of the commands was not carried out.
        """
        case = fold(register(order, self.policy, order.placed_at))
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
        """Somebody gives a command at the moment `at`."""
        try:
            events = decide(command, self.case, self.policy, at, seller=self.seller)
        except OrderCancelError as error:
            decision = error.decision if isinstance(error, Refused) else None
            return Then(self.policy, self.case, self.seller, (), decision, error)
        decision = self.policy.assess(command, self.case, at, seller=self.seller)
        after = reduce(evolve, events, self.case)
        return Then(self.policy, after, self.seller, events, decision)

    def when_due(self, *, at: datetime) -> Then:
        """Nobody does anything until `at`, and every deadline that has come due is applied."""
        then = Then(self.policy, self.case, self.seller)
        events: tuple[Event, ...] = ()
        while then.error is None and (
            due := [duty for duty in then.case.open_duties if duty.due_at <= at]
        ):
            duty = min(due, key=lambda duty: duty.due_at)
            command = ApplyDeadline(
                self.case.order.id, by=System(), deadline=duty.deadline, request=duty.request
            )
            then = then.when(command, at=at)
            events += then.events
        return attrs.evolve(then, events=events)


@attrs.frozen
class Then(Given):
    """What came of it; the example may go on from there.

    Args:
        events: What happened.
        decision: What the rules said, where they were asked.
        error: Why nothing happened.
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
        """These rules and deadlines, in whatever order, brought it about or stood in its way."""
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
