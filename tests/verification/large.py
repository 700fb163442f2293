"""Policies of more combinations than can be tried, and faults planted in them, by kind."""

from __future__ import annotations

from functools import reduce
from typing import Any

import attrs
from examples.half_hour_shop import SHOP

from ordercancel import AdvanceOrder, Policy, RequestCancellation
from ordercancel.policy import (
    CANCEL,
    Choice,
    Condition,
    Deadline,
    Fee,
    Forbid,
    Reason,
    Refer,
    Refunding,
    Rule,
    buyer,
    cancel,
    expire,
    hours,
    is_open,
    placed_at,
    requested_at,
    seller,
    status,
)

WORDS = ("a", "b", "c", "d", "e", "f")
UNSHIPPED = status.is_in("placed", "packed")


def traits(count: int) -> tuple[Choice, ...]:
    """Facts of a host's own, each one of six words or not known."""
    return tuple(Choice(f"trait_{number}", values=WORDS) for number in range(count))


def all_of(*conditions: Condition) -> Condition:
    return reduce(lambda one, other: one & other, conditions)


def is_(fact: Choice, word: str) -> Condition:
    """That the fact is known to be a word, so that nothing is unknown where it is missing."""
    return fact.is_known & fact.is_in(word)


def large(count: int, *rules: Rule, without: tuple[str, ...] = (), **changes: Any) -> Policy:
    """The half-hour shop with so many traits, of which one odd set is refused; a sound policy."""
    facts = traits(count)
    odd = all_of(buyer, *(is_(fact, "a") for fact in facts))
    kept = tuple(rule for rule in SHOP.rules if rule.id not in without)
    closed = Rule("odd", on=RequestCancellation, effect=Forbid("closed"), when=odd)
    return attrs.evolve(SHOP, facts=facts, rules=(*kept, closed, *rules), **changes)


KINDS = (
    "permits_disagree",
    "permit_without_move",
    "never_holds",
    "covered",
    "hole",
    "granted_without_reason",
    "reason_of_nobody",
    "deadline_never_runs",
    "deadline_impossible",
    "fees_overlap",
)
"""What is planted."""


def planted(number: int) -> tuple[Policy, set[str]]:
    """The policy with this number, 0 to 99, and the ids of the faults that are planted in it.

    Ten of each kind, each behind a condition on two other facts, in policies of 9 to 18 facts:
    of 10^10 to 10^17 combinations.
    """
    kind, turn = KINDS[number % 10], number // 10
    count = 9 + turn
    facts = traits(count)
    one, other = facts[turn % count], facts[(turn + 4) % count]
    hidden = is_(one, WORDS[1 + turn % 5]) & is_(other, WORDS[1 + (turn + 2) % 5])
    match kind:
        case "permits_disagree":
            rule = Rule(
                "rash", on=RequestCancellation, effect=CANCEL, when=buyer & UNSHIPPED & hidden
            )
            return large(count, rule), {
                "permits_disagree:buyer_asks, rash",
                "never_decides:rash on RequestCancellation",
            }
        case "permit_without_move":
            rule = Rule(
                "recall",
                on=RequestCancellation,
                effect=CANCEL,
                when=seller & status.is_in("shipped") & hidden,
            )
            return large(count, rule), {
                "permit_without_move:recall",
                "never_decides:recall on RequestCancellation",
            }
        case "never_holds":
            rule = Rule("never", on=AdvanceOrder, effect=Forbid("no"), when=hidden & ~hidden)
            return large(count, rule), {"never_decides:never on AdvanceOrder"}
        case "covered":
            broad = Rule("broad", on=RequestCancellation, effect=Forbid("no"), when=buyer & hidden)
            narrow = attrs.evolve(broad, id="narrow", when=broad.when & is_open)
            return large(count, broad, narrow), {"never_decides:narrow on RequestCancellation"}
        case "hole":
            when = buyer & UNSHIPPED & ~hidden
            asks = Rule("asks", on=RequestCancellation, effect=Refer(seller), when=when)
            policy = large(count, asks, without=("buyer_asks",))
            return policy, {"hole:RequestCancellation by buyer"}
        case "granted_without_reason":
            mind, stock, not_shipped, _ = SHOP.reasons
            reasons = (attrs.evolve(mind, when=buyer & ~hidden), stock, not_shipped)
            return large(count, reasons=reasons), {"no_reason:RequestCancellation by buyer"}
        case "reason_of_nobody":
            reasons = (*SHOP.reasons, Reason("odd", when=hidden & ~hidden))
            return large(count, reasons=reasons), {"no_reason:odd on RequestCancellation"}
        case "deadline_never_runs":
            never = Deadline(
                "never", runs=is_open & hidden & ~hidden, due=requested_at + hours(1), then=expire
            )
            deadlines = (*SHOP.deadlines, never)
            return large(count, deadlines=deadlines), {"deadline_never_runs:never"}
        case "deadline_impossible":
            late = Deadline(
                "late",
                runs=status.is_in("shipped") & hidden,
                due=placed_at + hours(1),
                then=cancel("not_shipped"),
            )
            deadlines = (*SHOP.deadlines, late)
            return large(count, deadlines=deadlines), {"deadline_impossible:late"}
        case _:
            fees = (
                Fee(id="small", when=buyer & hidden, rate=(1, 10)),
                Fee(id="double", when=buyer & hidden & UNSHIPPED, rate=(2, 10)),
            )
            policy = large(count, refunding=Refunding(fees=fees))
            return policy, {"fees_disagree:double, small"}
