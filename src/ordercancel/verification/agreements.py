"""Which facts can be true at once: what a combination must not contradict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ordercancel.domain.cases import REFUND_OPEN
from ordercancel.domain.commands import Judged, RequestCancellation
from ordercancel.domain.requests import OPEN
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.facts import MARKED, NO_REQUEST
from ordercancel.rules.roles import HOUSE

HAPPENED = frozenset(
    {
        "placed_at",
        "paid_at",
        "status_since",
        "shipped_at",
        "delivered_at",
        "requested_at",
        "closed_at",
    }
)
"""The moments at which something has happened, so that they are never ahead."""

_Facts = Mapping[str, Any]


def agree(policy: RuleSet, kind: type[Judged], facts: _Facts) -> bool:
    """Whether `facts` of a `kind` of command do not contradict each other."""
    names = frozenset(facts)
    return all(holds(policy, facts) for _, holds in agreements(policy, kind, names))  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def agreements(
    policy: RuleSet, kind: type[Judged], names: frozenset[str]
) -> tuple[Agreement, ...]:
    """What combinations of the facts with these `names` must not contradict.

    Args:
        policy: The policy whose roles, deadlines and facts are meant.
        kind: The kind of command that the facts are of.
        names: The names of the facts.
    """
    happened = (_is_past(name) for name in HAPPENED)
    asked = (_needs_request(name) for name in _of_a_request(policy, kind))
    return tuple(each for each in (*_AGREEMENTS, *happened, *asked) if names >= each[0])


def _is_past(name: str) -> Agreement:
    """What has happened is not later than the moment that it is judged at."""
    return frozenset(
        {name, "now"}
    ), lambda policy, facts: facts[name] is None or facts[name] <= facts["now"]


def _needs_request(name: str) -> Agreement:
    """What only a request has is not known where there is none."""
    return frozenset(
        {"request", name}
    ), lambda policy, facts: facts["request"] != NO_REQUEST or not facts[name]


def _of_a_request(policy: RuleSet, kind: type[Judged]) -> set[str]:
    """The facts that only a request has."""
    names = {"is_initiator", "is_answerer", "is_own_side", "requested_at"}
    names.add(f"{MARKED}{REFUND_OPEN}")
    names |= {
        f"{MARKED}{each.then.argument}" for each in policy.deadlines if each.then.of == "request"
    }
    if kind is not RequestCancellation:
        names |= {fact.name for fact in policy.facts if fact.of is RequestCancellation}
    return names


def _remembers(ended: str, before: str) -> Agreement:
    """What is known of earlier requests goes with the latest one."""

    def holds(policy: RuleSet, facts: _Facts) -> bool:
        if facts["request"] == NO_REQUEST:
            return not facts[before]
        return facts["request"] != ended or bool(facts[before])

    return frozenset({"request", before}), holds


def _known_where(fact: str, *without: str) -> Agreement:
    """A fact is known exactly where the request is in none of the statuses `without`."""
    return frozenset(
        {"request", fact}
    ), lambda policy, facts: (facts["request"] in without) == (facts[fact] in (None, NO_REQUEST))


def _has_side(policy: RuleSet, facts: _Facts) -> bool:
    role = policy.roles.get(facts["role"])
    return role is not None and role.side == facts["side"]


def _made(policy: RuleSet, facts: _Facts) -> bool:
    """A party made the request by their role, somebody of the house by their id."""
    if facts["role"] != facts["initiator"]:
        return not facts["is_initiator"]
    return bool(facts["is_initiator"]) or policy.roles[facts["role"]].party is None


def _same_side(policy: RuleSet, facts: _Facts) -> bool:
    asked = policy.roles.get(facts["initiator"])
    if asked is None or asked.side != facts["side"]:
        return not facts["is_own_side"]
    return bool(facts["is_own_side"]) or facts["side"] == HOUSE


def _answers(policy: RuleSet, facts: _Facts) -> bool:
    role = policy.roles[facts["role"]]
    for_side = role.answers and facts["answerer"] == f"{role.side}_side"
    return bool(facts["is_answerer"]) == (facts["answerer"] == facts["role"] or for_side)


Agreement = tuple[frozenset[str], Callable[[RuleSet, _Facts], bool]]
"""The names of facts, and whether their values can be true at once under a policy."""

_AGREEMENTS: tuple[Agreement, ...] = (
    _remembers("rejected", "rejected_before"),
    _remembers("withdrawn", "withdrawn_before"),
    _known_where("requested_at", NO_REQUEST),
    _known_where("closed_at", NO_REQUEST, *OPEN),
    _known_where("initiator", NO_REQUEST),
    (
        frozenset({"initiator"}),
        lambda policy, facts: facts["initiator"] in (NO_REQUEST, *policy.roles),
    ),
    (
        frozenset({"request", "answerer"}),
        lambda policy, facts: (
            facts["answerer"] == NO_REQUEST
            if facts["request"] == NO_REQUEST
            else facts["answerer"] != NO_REQUEST or facts["request"] not in OPEN
        ),
    ),
    (
        frozenset({"request", "requests_made"}),
        lambda policy, facts: (facts["request"] == NO_REQUEST) == (facts["requests_made"] == 0),
    ),
    (frozenset({"role", "side"}), _has_side),
    (frozenset({"role", "initiator", "is_initiator"}), _made),
    (frozenset({"side", "initiator", "is_own_side"}), _same_side),
    (frozenset({"role", "answerer", "is_answerer"}), _answers),
    (
        frozenset({"is_initiator", "is_own_side"}),
        lambda policy, facts: bool(facts["is_own_side"]) or not facts["is_initiator"],
    ),
)
