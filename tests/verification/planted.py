"""How tests plant a fault in a copy of a good policy, and look at what is found."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from functools import lru_cache
from typing import Any

import attrs
from examples.half_hour_shop import SHOP

from ordercancel import Policy
from ordercancel.cli.replay import Replay
from ordercancel.policy import (
    CANCEL,
    Condition,
    Deadline,
    If,
    Lifecycle,
    Refer,
    RequestCancellation,
    Rule,
    buyer,
    paid_at,
    seller,
    status,
)
from ordercancel.stores.memory import MemoryStore
from ordercancel.verification import Finding, Report, verify
from ordercancel.verification.invariants import Invariant


def shop(
    *,
    without: Collection[str] = (),
    plus: Collection[Rule] = (),
    deadlines: Collection[Deadline] | None = None,
    **changes: Any,
) -> Policy:
    """The half-hour shop without some rules and deadlines, with others more, and `changes`."""
    values: dict[str, Any] = {
        "rules": (*(each for each in SHOP.rules if each.id not in without), *plus),
        "deadlines": (
            *(each for each in SHOP.deadlines if each.id not in without),
            *(deadlines or ()),
        ),
    }
    return attrs.evolve(SHOP, **values | changes)


def _more_freely(when: Condition) -> Policy:
    """The shop in which the buyer's asking cancels at once `when` it says, else is referred."""
    unshipped = status.is_in("placed", "packed")
    effect = If(when, CANCEL, Refer(seller))
    asks = Rule("buyer_asks", on=RequestCancellation, when=buyer & unshipped, effect=effect)
    return shop(without=["buyer_asks"], plus=[asks])


MORE_FREELY_BEFORE = _more_freely(status.is_in("placed"))
"""Sound: a request that is open can only be there once the order is packed."""

MORE_FREELY_UNPAID = _more_freely(~paid_at.is_known)
"""Sound: a request that is open can only be there once the order is paid."""

UNPACKED = attrs.evolve(
    MORE_FREELY_BEFORE,
    orders=Lifecycle(
        moves={**SHOP.orders.moves, "unpack": ("packed", "placed")},
        cancellable=("placed", "packed"),
        shipped="shipped",
    ),
)
"""With a fault: unpacking leads back to where asking cancels at once."""


def forged(policy: Policy, way: tuple[str | int, ...], value: object) -> Policy:
    """A deep copy of `policy` into which `value` got, past every check."""
    copy = deepcopy(policy)
    *steps, last = way
    at: Any = copy
    for step in steps:
        at = at[step] if isinstance(step, int) else getattr(at, step)
    object.__setattr__(at, str(last), value)
    return copy


def ids(policy: Policy, invariants: tuple[Invariant, ...] = ()) -> list[str]:
    """Every fault that is found in `policy`, as a waiver names it."""
    return [fault.id for fault in reported(policy, invariants).faults]


def fault(policy: Policy, fault_id: str, invariants: tuple[Invariant, ...] = ()) -> Finding:
    """The one fault with this id."""
    found = reported(policy, invariants).faults
    (only,) = (each for each in found if each.id == fault_id)
    return only


@lru_cache(maxsize=8)
def reported(policy: Policy, invariants: tuple[Invariant, ...] = ()) -> Report:
    """The report on a policy, which a test asks for several times."""
    return verify(policy, invariants=invariants)


def replayed(policy: Policy, found: Finding) -> list[dict[str, Any]]:
    """The answers to the scenario of a fault, as ``ordercancel replay`` gives them in English."""
    lines = (line.encode() for line in found.jsonl.splitlines())
    return list(Replay([policy], MemoryStore(), "en").run(lines))
