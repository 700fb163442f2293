"""Commands: what a buyer, seller, operator or the clock wants done to an order.

Every command names its order and the actor (`by`), and is judged before anything happens. With a
`command_id`, a command that is delivered twice acts once: the second time gives the first outcome
again. Ids, codes and moves are lines of 1 to 200 printable characters, texts have at most 4,000
code points; a policy has bounds of its own beside these.
"""

from __future__ import annotations

from datetime import date
from typing import get_args

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_REQUESTS


@attrs.frozen
class _Command:
    order_id: str
    by: Actor = attrs.field(kw_only=True)
    command_id: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults(type(self).__name__)
        faults.line("order_id", self.order_id)
        faults.instance("by", self.by, Actor, "a Buyer, Seller, Operator or System")
        faults.line("command_id", self.command_id, optional=True)
        self._check(faults)
        faults.raise_if_any()

    def _check(self, faults: Faults) -> None:
        """Check the fields that only this command has."""


@attrs.frozen
class RequestCancellation(_Command):
    """The buyer asks to cancel.

    `reason` is a code of the policy's request reasons, `text` the buyer's own words where that
    reason takes any. The reason may be left out to *assess* whether asking is possible at all;
    to ask in earnest it is needed.
    """

    reason: str | None = attrs.field(default=None, kw_only=True)
    text: str | None = attrs.field(default=None, kw_only=True, repr=False)

    def _check(self, faults: Faults) -> None:
        faults.line("reason", self.reason, optional=True)
        faults.text("text", self.text)


@attrs.frozen
class Approve(_Command):
    """The seller grants the open request; the order is cancelled in the same step."""


@attrs.frozen
class Reject(_Command):
    """The seller turns the open request down.

    `reason` is a code of the policy's rejection reasons, where it has any; `text` the seller's
    own words. `affirmed` is their confirmation that cancelling is impracticable
    (qoo10.3.confirm).
    """

    reason: str | None = attrs.field(default=None, kw_only=True)
    text: str | None = attrs.field(default=None, kw_only=True, repr=False)
    affirmed: bool = attrs.field(default=False, kw_only=True)

    def _check(self, faults: Faults) -> None:
        faults.line("reason", self.reason, optional=True)
        faults.text("text", self.text)
        faults.flag("affirmed", self.affirmed)


@attrs.frozen
class Withdraw(_Command):
    """The buyer takes the open request back unasked."""


@attrs.frozen
class AskWithdrawal(_Command):
    """The seller asks the buyer to withdraw (qoo10.1.otherwise-ask-withdrawal)."""

    text: str | None = attrs.field(default=None, kw_only=True, repr=False)

    def _check(self, faults: Faults) -> None:
        faults.text("text", self.text)


@attrs.frozen
class AnswerWithdrawal(_Command):
    """The buyer answers: `accept` withdraws the request, else the buyer holds on to it."""

    accept: bool = attrs.field(kw_only=True)

    def _check(self, faults: Faults) -> None:
        faults.flag("accept", self.accept)


@attrs.frozen
class AdvanceOrder(_Command):
    """The order makes a move of its policy's order chart, such as ``ship``.

    `ship_on` is the planned ship date, for the move that plans one.
    """

    move: str = attrs.field(kw_only=True)
    ship_on: date | None = attrs.field(default=None, kw_only=True)

    def _check(self, faults: Faults) -> None:
        faults.line("move", self.move)
        faults.day("ship_on", self.ship_on)


@attrs.frozen
class ApplyDeadline(_Command):
    """A deadline of the policy that has passed does what it says. Issued by the service's tick.

    `deadline` is its id, `request` the number of the request that it arose with.
    """

    deadline: str = attrs.field(kw_only=True)
    request: int = attrs.field(kw_only=True)

    def _check(self, faults: Faults) -> None:
        faults.line("deadline", self.deadline)
        faults.number("request", self.request, 0, MAX_REQUESTS, "the number of a request")


Command = (
    RequestCancellation
    | Approve
    | Reject
    | Withdraw
    | AskWithdrawal
    | AnswerWithdrawal
    | AdvanceOrder
    | ApplyDeadline
)
"""Any command."""

COMMANDS: tuple[type[Command], ...] = get_args(Command)
"""Every kind of command."""
