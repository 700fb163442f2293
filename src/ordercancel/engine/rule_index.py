"""Which rules can matter, by the role of whoever gives a command and the status of the order.

A rule is left out where its condition is false whatever the other facts are, so that it neither
holds nor is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from ordercancel.domain.commands import Judged
from ordercancel.engine.ruleset import RuleLeaf, RuleSet
from ordercancel.rules.conditions import Condition, Value


def known(policy: RuleSet, role: str, status: str) -> Mapping[str, str]:
    """The facts that follow from a role and a status of the policy; none where both are empty."""
    of_role = {"role": role, "side": policy.roles[role].side} if role else {}
    return of_role | ({"status": status} if status else {})


def relevant(policy: RuleSet, kind: type[Judged], role: str, status: str) -> tuple[RuleLeaf, ...]:
    """The effects on a `kind` of command that can matter; all where role and status are empty."""
    leaves = policy.leaves_for(kind)
    if not role:
        return leaves
    index = policy.compiled.get(("index", kind))
    if index is None:
        index = policy.compiled["index", kind] = _index(policy, leaves)
    return tuple(leaves[place] for place in index(role, status))


def _index(policy: RuleSet, leaves: Sequence[RuleLeaf]) -> Callable[[str, str], list[int]]:
    """Gives the places of the leaves that can matter.

    It looks at roles and statuses apart, so that its making takes as long as there are leaves,
    and not as there are pairs; what a pair of both leaves out is left out by whoever writes it.
    """
    by_role = {each: _places(leaves, known(policy, each, "")) for each in policy.roles}
    by_status = {each: _places(leaves, {"status": each}) for each in policy.orders.statuses}
    return lambda role, status: sorted(by_role[role] & by_status[status])


def _places(leaves: Sequence[RuleLeaf], facts: Mapping[str, str]) -> frozenset[int]:
    only = _Only(facts)
    return frozenset(n for n, (_, when, _) in enumerate(leaves) if not _is_false(when, only))


def _is_false(when: Condition, only: _Only) -> bool:
    try:
        return when.test(only) is False
    except Exception:  # it hangs on other facts; or it fails, and is named where it is judged
        return False


class _Unsettled(Exception):
    """Raised where a fact is looked at that may be anything.

    It is no None, which is a fact that is missing and known to be. As with any error of one part,
    the other parts of a condition may still decide it.
    """


@attrs.frozen
class _Only(Mapping[str, Value | None]):
    """A few facts, of all that a condition may look at."""

    facts: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        if name not in self.facts:
            raise _Unsettled
        return self.facts[name]

    def __iter__(self) -> Iterator[str]:
        raise _Unsettled

    def __len__(self) -> int:
        raise _Unsettled
