"""Deadlines: conditions that run, a time at which they are due, and what happens then.

Nothing of a deadline is stored while it runs: it follows from the case (`engine.timers`).
"""

from __future__ import annotations

from enum import StrEnum

import attrs

from ordercancel.domain.exact import exact
from ordercancel.domain.texts import Text
from ordercancel.rules.conditions import Condition, as_condition
from ordercancel.rules.effects import role_name
from ordercancel.rules.facts import Moment
from ordercancel.rules.sources import Source, as_source
from ordercancel.rules.times import Time


class Do(StrEnum):
    """What a deadline can do."""

    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"
    CANCEL = "cancel"
    ADVANCE = "advance"
    REFER = "refer"
    MARK = "mark"
    NOTIFY = "notify"


@attrs.frozen
class Action:
    """What a deadline does when it is due; write `approve`, ``cancel("code")`` and so on.

    Args:
        do: What.
        argument: The reason, move, role or code that goes with it.
        of: What is marked: ``request`` or ``order``.
    """

    do: Do
    argument: str | None = attrs.field(default=None, converter=exact)
    of: str | None = None

    @property
    def acts(self) -> bool:
        """Whether it changes the request or the order, and does not only tell or mark."""
        return self.do not in (Do.MARK, Do.NOTIFY)


approve = Action(Do.APPROVE)
"""The open request is approved, and the order cancelled."""

reject = Action(Do.REJECT)
"""The open request is rejected."""

expire = Action(Do.EXPIRE)
"""The open request is closed as expired."""

notify = Action(Do.NOTIFY)
"""Nothing but the notifications on this deadline."""


def cancel(reason: str) -> Action:
    """The order is cancelled, by a request of the system with `reason`."""
    return Action(Do.CANCEL, reason)


def advance(move: str) -> Action:
    """The order makes the move `move`."""
    return Action(Do.ADVANCE, move)


def refer(to: str | Condition) -> Action:
    """The open request is for somebody else to answer: a role, by name or condition."""
    return Action(Do.REFER, role_name(to))  # the policy names what is no role


def mark(code: str, *, of: str = "request") -> Action:
    """The latest request, or the order, is marked with `code`, which is a fact from then on."""
    return Action(Do.MARK, code, of)


@attrs.frozen
class Deadline:
    """A deadline of a policy.

    Args:
        id: Unique among the policy's rules and deadlines; events name it.
        runs: The condition under which it runs: about the order and its request alone, neither
            about the present nor about a command.
        due: When it is due; that moment itself is too late. It does not run where this is
            unknown.
        then: What it does.
        met: The moment that meets a mark: nothing is missed where it is before the due moment.
        label: What people call it, as a noun. Default: the words of its id.
        source: On whose word it is there. Default: the source of the policy.
    """

    id: str = attrs.field(converter=exact)
    runs: Condition = attrs.field(kw_only=True, converter=as_condition)
    due: Time = attrs.field(kw_only=True)
    then: Action = attrs.field(kw_only=True)
    met: Moment | None = attrs.field(default=None, kw_only=True)
    label: Text | str | None = attrs.field(default=None, kw_only=True)
    source: Source | None = attrs.field(default=None, kw_only=True, converter=as_source)
