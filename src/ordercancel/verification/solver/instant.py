"""Whether asking may cancel at once while a request that is open already can be rejected.

Three moments are asked about together: when the request was made, when it is rejected, and when
its initiator would ask anew. At the last two the order stands alike. Between the first two time
has passed, and when an order was placed never changes: a time that is reckoned from then and was
over when the request was made is over when it is rejected.
"""

from __future__ import annotations

from collections.abc import Iterator

from ordercancel.domain.commands import Reject, RequestCancellation
from ordercancel.domain.requests import OPEN
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Before, IsIn, Leaf
from ordercancel.rules.effects import CANCEL, PERMIT, Refer
from ordercancel.rules.facts import Choice, Flag
from ordercancel.verification.conditions import every_leaf, facts_of_the_order
from ordercancel.verification.solver.encoding import Encoded, Formula
from ordercancel.verification.solver.rulings import Rulings

_LASTING = ("placed_at",)
"""The moments that never change."""


def may_be_rejected(policy: Policy, role: str, most_steps: int) -> bool:
    """Whether a request of `role` may be rejected while their asking cancels at once.

    Raises:
        Undecided: The solver gave up on it.
    """
    leaves = tuple(dict.fromkeys(_of_the_order(policy)))
    who = (IsIn("role", frozenset({role})), IsIn("initiator", frozenset({role})))
    asks, rejects = (
        Encoded.of(policy, kind, also=(*leaves, *who), most_steps=most_steps)
        for kind in (RequestCancellation, Reject)
    )
    asked = Rulings(asks)
    refers = asks.any_of(
        asked.grants_only(each) for each in asked.grants if isinstance(each, Refer)
    )
    by, open_ = asks.is_at("role", role), map(str, OPEN)
    made = asks.all_of([*asks.possible, by, refers])  # one formula is moved faster than many
    rejected = rejects.all_of(
        [
            *rejects.possible,
            rejects.is_at("initiator", role),
            rejects.is_at("request", *open_),
            Rulings(rejects).grants_only(PERMIT),
        ]
    )
    lasting = [leaf for leaf in leaves if isinstance(leaf, Before) and leaf.fact in _LASTING]
    over = asks.apart(map(asks.false, lasting), "made", asks)
    still_over = rejects.apart(map(rejects.false, lasting), "rejected", asks)
    then = rejects.apart(_standing(rejects, policy, leaves), "rejected", asks)
    formulas = [
        *(by, asked.grants_only(CANCEL)),
        *asks.apart([made], "made", asks),
        *rejects.apart([rejected], "rejected", asks),
        *map(asks.same, _standing(asks, policy, leaves), then),
        *(
            asks.any_of([asks.none_of([one]), other])
            for one, other in zip(over, still_over, strict=True)
        ),
    ]
    query = f"a request of {role} is rejected while their asking cancels at once"
    return asks.may(*formulas, query=query)


def _of_the_order(policy: Policy) -> Iterator[Leaf]:
    """The conditions by which two standings of an order are told apart."""
    names = {"status", "placed_at", "status_since", *facts_of_the_order(policy)}
    return (leaf for leaf in every_leaf(policy) if leaf.fact in names)


def _standing(encoded: Encoded, policy: Policy, leaves: tuple[Leaf, ...]) -> Iterator[Formula]:
    """What is equal for two moments at which an order stands alike."""
    for name in dict.fromkeys(leaf.fact for leaf in leaves):
        values = encoded.space.free[name]
        own = [leaf for leaf in leaves if leaf.fact == name]
        if isinstance(policy.fact(name), Choice | Flag):
            yield from (encoded.is_at(name, value) for value in values)
        else:
            yield from (encoded.true(leaf) for leaf in own)
            yield from (encoded.false(leaf) for leaf in own)
