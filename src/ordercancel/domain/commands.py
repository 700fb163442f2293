"""Commands: something a buyer, seller, operator or the clock wants done to an order.

Every command names its order and the actor (`by`). With a `command_id` of that actor's, a command
that is delivered twice acts once: the second time gives the first outcome again. Ids, codes and
moves are lines of 1 to 200 printable characters, texts have at most 4,000 code points; a policy
has bounds of its own beside these. `data` are facts that go with a command, as the policy declares
them.

Rules judge what people do. `UpdateOrder` and `FireDeadline` are the host's and the clock's: they
are recorded, and no rule is asked. So are the settlements of refunds, which the host gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, cast, get_args

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.checked import (
    Amount,
    Checked,
    FactValues,
    Key,
    RequestNumber,
    Typed,
    number,
)
from ordercancel.domain.exact import of_kind
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import EMPTY, FrozenMap, as_frozen, as_frozen_or_none
from ordercancel.domain.limits import MAX_AMOUNT


def _check_named(faults: Faults, field: str, value: object) -> None:
    faults.amounts(field, value)
    if isinstance(value, Mapping) and not value:
        faults.add(field, "are none", "units of at least one line")


NamedUnits = Annotated[FrozenMap[str, int], _check_named]
"""Units that a command names, by the id of the line."""


@attrs.frozen
class _Command(Checked):
    order_id: str
    by: Actor = attrs.field(kw_only=True)
    command_id: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class _Judged(_Command):
    data: FactValues = attrs.field(default=EMPTY, converter=as_frozen, kw_only=True)


@attrs.frozen
class _Answer(_Judged):
    request: RequestNumber = attrs.field(kw_only=True)


@attrs.frozen
class _Worded(_Judged):
    reason: str | None = attrs.field(default=None, kw_only=True)
    text: Typed | None = attrs.field(default=None, kw_only=True, repr=False)


@attrs.frozen
class RequestCancellation(_Worded):
    """Ask to cancel the order; whoever asks is the initiator of the request.

    `lines` are the units to cancel, by the id of the line, where the policy cancels parts.
    Default: all that are open. `expects` is the refund that whoever asks was shown, in minor
    units: where it would be another one the command is refused (``quote_changed``).

    `reason` is a code of the policy's reasons for asking, `text` the initiator's own words where
    that reason takes any. The reason may be left out to *assess* whether asking is possible at
    all; to ask in earnest it is needed.
    """

    lines: NamedUnits | None = attrs.field(default=None, converter=as_frozen_or_none, kw_only=True)
    expects: Amount | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class Approve(_Answer):
    """Approve the open request `request`; what it asks for is cancelled in the same step.

    `expects` is the refund that whoever approves was shown, in minor units: where it would be
    another one the command is refused (``quote_changed``).
    """

    expects: Amount | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class Reject(_Answer):
    """Reject the open request `request`, or refer it to somebody else, as the policy says.

    `reason` is a code of the policy's reasons for rejecting, where it has any; `text` the
    answerer's own words.
    """

    reason: str | None = attrs.field(default=None, kw_only=True)
    text: Typed | None = attrs.field(default=None, kw_only=True, repr=False)


@attrs.frozen
class Withdraw(_Answer):
    """Take the open request `request` back of one's own accord."""


@attrs.frozen
class AskWithdrawal(_Answer):
    """Ask the initiator to take `request` back (qoo10.1.otherwise-ask-withdrawal)."""

    text: Typed | None = attrs.field(default=None, kw_only=True, repr=False)


@attrs.frozen
class AnswerWithdrawal(_Answer):
    """Answer that ask: with `accept` the request is withdrawn, else it stays open."""

    accept: bool = attrs.field(kw_only=True)


@attrs.frozen
class AdvanceOrder(_Judged):
    """Make a move of the policy's lifecycle, such as ``ship``.

    `facts` are those that the policy declares for the move, such as the planned ship date. `lines`
    are the units that it ships, by the id of the line, where the policy cancels parts. Default:
    all that are open.
    """

    move: str = attrs.field(kw_only=True)
    facts: FactValues = attrs.field(default=EMPTY, converter=as_frozen, kw_only=True)
    lines: NamedUnits | None = attrs.field(default=None, converter=as_frozen_or_none, kw_only=True)


@attrs.frozen
class UpdateOrder(_Command):
    """Tell what has changed about the order. By the system or an operator; always recorded.

    Nothing that was decided before is judged again; timers follow by themselves.

    Args:
        facts: Facts of the order by name, such as ``paid_at``; None where one is unknown again.
        status: The status that the order has, where the host knows better.
        buyer: The id of the buyer, when the account has moved.
        seller: The id of the seller, likewise.
    """

    facts: FactValues = attrs.field(default=EMPTY, converter=as_frozen, kw_only=True)
    status: str | None = attrs.field(default=None, kw_only=True)
    buyer: str | None = attrs.field(default=None, kw_only=True)
    seller: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class _Settlement(_Command):
    key: Key = attrs.field(kw_only=True)


@attrs.frozen
class SettleRefund(_Settlement):
    """Say that a refund was paid. By the system or an operator; said again it changes nothing.

    Where the attempt was said to have failed, the system's word leaves it disputed: a provider's
    news may have come in another order. An operator, who has looked, says which is true.

    Args:
        key: The key of the attempt that was paid, an earlier one too.
        reference: The payment provider's id of the payment.
        amount: What was paid, in minor units, to be compared with what was due. Default: as due.
    """

    reference: str = attrs.field(kw_only=True)
    amount: Annotated[int, number(0, MAX_AMOUNT, f"0 to {MAX_AMOUNT}")] | None = attrs.field(
        default=None, kw_only=True
    )


@attrs.frozen
class FailRefund(_Settlement):
    """Say that a refund failed for good, or after all. By the system or an operator.

    Never for an answer that was lost: then nobody knows. Said again it changes nothing.

    Args:
        key: The key of the attempt that failed.
        code: Why: the payment provider's code.
    """

    code: str = attrs.field(kw_only=True)


@attrs.frozen
class RetryRefund(_Settlement):
    """Let a refund that has failed be tried anew, under a new key. By the system or an operator.

    `key` is that of the attempt that failed; with it a second time, nothing changes.
    """


@attrs.frozen
class RecordRefund(_Command):
    """Tell that the host has given money back by itself: what may still be given is lowered.

    `amount` is in minor units, `tender` the id of the tender that it went to. Default: spread as a
    refund of that amount would be.
    """

    amount: Annotated[int, number(1, MAX_AMOUNT, "whole minor units from 1 on")] = attrs.field(
        kw_only=True
    )
    tender: str | None = attrs.field(default=None, kw_only=True)


@attrs.frozen
class FireDeadline(_Command):
    """Let the deadline with the id `deadline`, which has come due, do what it says.

    Given by the service: by its tick, and before it judges a command.
    """

    deadline: str = attrs.field(kw_only=True)


Answering = Approve | Reject | Withdraw | AskWithdrawal | AnswerWithdrawal
"""A command about the open request, which it names by its number."""

Judged = RequestCancellation | Answering | AdvanceOrder
"""A command that the rules judge."""

Settlement = SettleRefund | FailRefund | RetryRefund
"""A command by which the host says what came of a refund."""

Command = Judged | UpdateOrder | Settlement | RecordRefund | FireDeadline
"""Any command."""

ANSWERS: tuple[type[Answering], ...] = get_args(Answering)
"""Every kind of command about an open request."""

JUDGED: tuple[type[Judged], ...] = get_args(Judged)
"""Every kind of command that the rules judge."""

COMMANDS: tuple[type[Command], ...] = get_args(Command)
"""Every kind of command."""


C = TypeVar("C", bound=_Command)


def exact_command(command: C) -> C:
    """A command of a subclass of the host's own, as one of the kind that it is of."""
    if type(command) in COMMANDS:
        return command
    exact: Any = next(of_kind(command, kind) for kind in COMMANDS if isinstance(command, kind))
    return cast(C, exact)
