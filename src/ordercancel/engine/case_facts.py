"""How facts are read: from a command, its case, the moment, and what is known of the seller.

Each fact is read by an expression of Python (`expression`), which compiled rules hold in one
function. `Facts` reads them one by one, as a mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.codegen import compile_function, literal
from ordercancel.domain.commands import Command, RequestCancellation
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.units import OF_UNITS, shipped_among
from ordercancel.rules.conditions import Value
from ordercancel.rules.facts import FACTS, MARKED, NO_REQUEST, OF_THE_ACTOR, Fact, Flag
from ordercancel.rules.roles import Role, same_side

MAX_CACHED = 1_000
"""For how many facts the function that reads it alone is cached."""


def answers(by: Actor, answerer: str | None, roles: Mapping[str, Role]) -> bool:
    """Whether `answerer`, a role or a side, is for `by` to answer."""
    if answerer is None or answerer == by.role:
        return answerer is not None
    role = roles.get(by.role)
    return role is not None and role.answers and answerer == f"{role.side}_side"


def _made(by: Actor, request: CancellationRequest, roles: Mapping[str, Role]) -> bool:
    """Whether `by` made `request`: a party by their role, somebody of the house by their id."""
    if by.role != request.by.role:
        return False
    role = roles.get(by.role)
    return by.id == request.by.id or (role is not None and role.party is not None)


def _side(by: Actor, roles: Mapping[str, Role]) -> str:
    role = roles.get(by.role)
    return NO_REQUEST if role is None else role.side


READ: Mapping[str, str] = FrozenMap(
    {
        "status": "order.status",
        "channel": "order.channel",
        "role": "by.role",
        "side": "side_of(by, policy.roles)",
        "is_on_behalf": "(by.via is not None)",
        "request": "(latest.status if latest is not None else NO_REQUEST)",
        "initiator": "(latest.by.role if latest is not None else NO_REQUEST)",
        "answerer": "(latest is not None and latest.answerer or NO_REQUEST)",
        "is_initiator": "(latest is not None and made(by, latest, policy.roles))",
        "is_answerer": "(latest is not None and answers(by, latest.answerer, policy.roles))",
        "is_own_side": "(latest is not None and same_side(by, latest.by, policy.roles))",
        "is_stale": "(command.request != len(case.requests))",
        "reason": "command.reason",
        "rejected_before": "(REJECTED in case.ended)",
        "withdrawn_before": "(WITHDRAWN in case.ended)",
        "requests_made": "len(case.requests)",
        "placed_at": "order.placed_at",
        "paid_at": "order.paid_at",
        "status_since": "order.status_since",
        "shipped_at": "order.shipped_at",
        "delivered_at": "order.delivered_at",
        "requested_at": "(latest.at if latest is not None else None)",
        "closed_at": "(latest.closed_at if latest is not None else None)",
        "ship_on": "order.ship_on",
        "seller_permits": "(seller is not None and seller.permits_cancellation is True)",
        "move": "command.move",
        "legal_move": "((order.status, command.move) in policy.orders.table)",
        "accept": "command.accept",
        "units_shipped": "(shipped_among(case, case.held_units) if order.lines else NO_REQUEST)",
    }
)
"""How each fact that every policy has is read, as an expression of Python.

It speaks of ``command``, ``by`` (its actor), ``case``, its ``order`` and its ``latest`` request,
``policy``, ``at``, ``seller`` and `NAMES`.
"""

NAMES: Mapping[str, object] = FrozenMap(
    {
        "NO_REQUEST": NO_REQUEST,
        "REJECTED": RequestStatus.REJECTED,
        "WITHDRAWN": RequestStatus.WITHDRAWN,
        "answers": answers,
        "made": _made,
        "same_side": same_side,
        "shipped_among": shipped_among,
        "side_of": _side,
    }
)
"""What those expressions call by name."""

COSTLY = frozenset(
    {"side", "is_initiator", "is_answerer", "is_own_side", "legal_move", "units_shipped"}
)
"""The facts that take more than a look; they are read only where a rule hangs on them."""


def expression(name: str, fact: Fact | None, kind: type[Command] | None) -> str:
    """What reads the fact `name` of a command of this `kind`, as an expression of Python.

    Args:
        name: The name of the fact.
        fact: The fact; None for one that nobody declares.
        kind: The kind of command; None where there is none, as for deadlines.
    """
    if name == "units_shipped" and kind in OF_UNITS:
        return READ[name].replace("case.held_units", "command.lines")
    if name == "reason" and kind is None:
        return "(latest.reason if latest is not None else None)"
    if name in READ:
        commands = FACTS[name].commands
        return READ[name] if commands is None or (kind and kind in commands) else "None"
    if name.startswith(MARKED):
        return f"case.is_marked({literal(name.removeprefix(MARKED))})"
    if fact is None or fact.of is None:
        return f"order.facts.get({literal(name)})"
    if fact.of is kind:
        value = f"command.data.get({literal(name)})"
    elif fact.of is RequestCancellation:
        value = f"(latest.data.get({literal(name)}) if latest is not None else None)"
    else:
        return "None"
    # A flag that a command carries and that is not told is false.
    return f"({value} is True)" if isinstance(fact, Flag) else value


class Facts(Mapping[str, Value | None]):
    """The facts of one command about one case, at one moment. Read when they are asked for.

    Args:
        command: The command; None for what hangs on the case alone, such as a deadline.
        case: The case.
        policy: The policy that judges it.
        at: The moment, in UTC.
        seller: What the directory knows of the seller.
        by: Who did it, where no command tells.
    """

    __slots__ = ("at", "by", "case", "command", "policy", "seller")

    def __init__(
        self,
        command: Command | None,
        case: Case,
        policy: RuleSet,
        at: datetime,
        seller: Party | None = None,
        by: Actor | None = None,
    ) -> None:
        self.command = command
        self.case = case
        self.policy = policy
        self.at = at
        self.seller = seller
        self.by = by if command is None else command.by

    def __getitem__(self, name: str) -> Value | None:
        if name == "now":
            return self.at
        if name == "zone":
            return self.policy.tzinfo
        if self.by is None and name in OF_THE_ACTOR:
            return None
        kind = None if self.command is None else type(self.command)
        read = self.policy.compiled.get((kind, name)) or self._reader(kind, name)
        value: Value | None = read(
            self.command, self.by, self.case, self.policy, self.at, self.seller
        )
        return value

    def _reader(self, kind: type[Command] | None, name: str) -> Callable[..., Any]:
        """What reads a fact; kept with the policy where that knows it."""
        fact = self.policy.fact(name)
        read = _reader(expression(name, fact, kind))
        if fact is not None:
            self.policy.compiled[kind, name] = read
        return read

    def __iter__(self) -> Iterator[str]:
        yield from FACTS
        yield from (fact.name for fact in self.policy.facts)

    def __len__(self) -> int:
        return len(FACTS) + len(self.policy.facts)


@lru_cache(maxsize=MAX_CACHED)
def _reader(expression: str) -> Callable[..., Any]:
    """What reads one fact alone."""
    source = f"""def read(command, by, case, policy, at, seller):
    order = case.order
    latest = case.requests[-1] if case.requests else None
    return {expression}
"""
    return compile_function("read", source, NAMES)
