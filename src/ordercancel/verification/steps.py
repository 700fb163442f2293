"""The way to a case: what was done and what came of it, and who looks on."""

from __future__ import annotations

from datetime import datetime

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case, Duty
from ordercancel.domain.commands import ApplyDeadline, Command
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.orders import Order
from ordercancel.engine.decision import Decision
from ordercancel.verification.invariants import Step

__all__ = ["Attempt", "Node", "Observer", "Ticked"]


@attrs.frozen
class Attempt:
    """A command that was given; `seller` is what the directory knew of the seller then."""

    command: Command
    at: datetime
    seller: Party | None


@attrs.frozen
class Ticked:
    """What had come due was applied; `command` is the last of it, as the service gives it."""

    at: datetime
    command: ApplyDeadline


@attrs.frozen(eq=False)
class Node:
    """A case at a moment, with the way that led there.

    `known` says whether the directory knows the seller. `parent` and `by` are missing where the
    order was just registered; `by` is missing where time passed and nothing else.
    """

    case: Case
    at: datetime
    known: bool
    parent: Node | None = None
    by: Attempt | Ticked | None = None

    def way(self) -> tuple[Order, tuple[Attempt | Ticked, ...]]:
        """The order as it was registered, and what was done since."""
        done: list[Attempt | Ticked] = []
        node = self
        while node.parent is not None:
            if node.by is not None:
                done.append(node.by)
            node = node.parent
        return node.case.order, tuple(reversed(done))


class Observer:
    """Whoever looks on while a walk is made; each event comes for the shortest way to it first."""

    def judged(self, node: Node, given: Attempt, decision: Decision) -> None:
        """A command was judged: the first of those that nothing in the rules tells apart."""

    def stepped(self, node: Node, given: Attempt | Ticked, step: Step) -> None:
        """A command was carried out; or refused, where the walk shows refusals, too."""

    def overruled(self, node: Node, duty: Duty, decision: Decision) -> None:
        """A deadline came due and could not be applied."""

    def invalid(self, node: Node, given: Attempt, error: InvalidValue) -> None:
        """A command was permitted, and what was given with it was not."""
