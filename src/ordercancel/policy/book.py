"""The book of policies: which edition judges an order."""

from __future__ import annotations

from collections.abc import Iterable

from ordercancel.domain.errors import InvalidPolicy, UnknownPolicy
from ordercancel.domain.faults import Faults
from ordercancel.domain.orders import Order
from ordercancel.policy.policy import Policy


class PolicyBook:
    """All policies that a service knows, each in one edition or several.

    An order is judged by the edition that held on the day it was placed, in that policy's zone,
    and its case remembers it.

    Raises:
        InvalidPolicy: Where something is no policy, or two policies share a name and an edition,
            or a name and the day from which they hold.
    """

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._editions: dict[str, list[Policy]] = {}
        faults = Faults("PolicyBook")
        every = tuple(policies)
        for number, each in enumerate(every):
            faults.instance(f"policies[{number}]", each, Policy, "a Policy")
        faults.raise_if_any(InvalidPolicy)
        for policy in every:
            editions = self._editions.setdefault(policy.name, [])
            for other in editions:
                if other.edition == policy.edition:
                    faults.add(policy.name, f"has edition {policy.edition!r} twice", "each once")
                elif other.holds_from == policy.holds_from:
                    problem = f"has two editions from {policy.holds_from}"
                    faults.add(policy.name, problem, "a day for each")
            editions.append(policy)
        faults.raise_if_any(InvalidPolicy)
        for editions in self._editions.values():
            editions.sort(key=lambda policy: policy.holds_from, reverse=True)
        self._by_edition = {
            (each.name, each.edition): each
            for editions in self._editions.values()
            for each in editions
        }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all policies."""
        return tuple(self._editions)

    def editions(self, name: str) -> tuple[Policy, ...]:
        """All editions of a policy, the latest first.

        Raises:
            UnknownPolicy: Where no policy has this name.
        """
        return tuple(self._named(name))

    def edition_for(self, order: Order) -> Policy:
        """The edition that judges `order`.

        Raises:
            UnknownPolicy: Where no policy has the order's name, or none held yet.
        """
        editions = self._named(order.policy)
        for policy in editions:
            day = order.placed_at.astimezone(policy.tzinfo).date()
            if policy.holds_from <= day:
                return policy
        known = (f"{each.edition} from {each.holds_from}" for each in editions)
        raise UnknownPolicy(f"{order.policy} on {day}", known)

    def get(self, name: str, edition: str) -> Policy:
        """The policy with this name and edition.

        Raises:
            UnknownPolicy: Where there is none.
        """
        policy = self._by_edition.get((name, edition))
        if policy is None:
            known = (f"{name} {each.edition}" for each in self._named(name))
            raise UnknownPolicy(f"{name} {edition}", known)
        return policy

    def _named(self, name: str) -> list[Policy]:
        if name not in self._editions:
            raise UnknownPolicy(name, self.names)
        return self._editions[name]
