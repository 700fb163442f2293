"""Erasing a person from an order: what becomes of its events, and of messages not yet sent.

Pure, event by event, so that the fold of what is left still makes the case. Who decided what, when
and by which rules stays; what a person wrote and who they are does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import JUDGED
from ordercancel.domain.events import Event, OrderRegistered, OrderUpdated, PartyErased
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.orders import Order
from ordercancel.engine.evolve import ORDER_FACTS, states
from ordercancel.engine.messages import Message, messages_for
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import IsIn
from ordercancel.rules.facts import Choice
from ordercancel.rules.roles import holder_of

ERASED = "[…]"
"""What stands where somebody had written something: that there was a text stays known."""


@attrs.frozen
class Person:
    """Whom to erase, by role and id, and the id that stands for them from then on.

    Args:
        role: Their role, such as ``buyer``.
        id: Their id.
        replacement: An id of the host's that nobody logs in with; their own to keep it.
        roles: All roles that they have by this id in a policy; see `under`. Default: their role.
    """

    role: str
    id: str
    replacement: str
    roles: frozenset[str] = attrs.Factory(lambda self: frozenset({self.role}), takes_self=True)

    def under(self, policy: RuleSet) -> Person:
        """The person with the roles that a policy gives to whoever is this party to an order."""
        role = policy.roles.get(self.role)
        if role is None or role.party is None:
            return self
        same = (name for name, each in policy.roles.items() if each.party == role.party)
        return attrs.evolve(self, roles=frozenset(same))

    def is_actor(self, actor: Actor) -> bool:
        """Whether an actor is this person, whoever acted on their behalf."""
        return actor.role in self.roles and actor.id == self.id

    def acted(self, actor: Actor) -> bool:
        """Whether this person acted: themselves, or on behalf of an actor (``via``)."""
        return self.is_actor(actor) or self._is_via(actor)

    def _is_via(self, actor: Actor) -> bool:
        role, _, name = (actor.via or "").partition(":")
        return actor.via == self.id or (role in self.roles and name == self.id)

    def replaced(self, actor: Actor) -> Actor:
        """The actor with the replacement wherever this person's id stands."""
        if self.is_actor(actor):
            actor = attrs.evolve(actor, id=self.replacement)
        if actor.via is None or not self._is_via(actor):
            return actor
        return attrs.evolve(actor, via=actor.via.removesuffix(self.id) + self.replacement)


def erased(history: Iterable[Event], person: Person, policy: RuleSet) -> tuple[Event, ...] | None:
    """The whole history of an order without this person; None where they had no part in it.

    Where they are or were a party to the order, all texts go, whoever wrote them: those of the
    other side are about them. Elsewhere, as of an operator, their own texts go. A text becomes
    `ERASED`, and so does the word of a fact of the host's that the policy knows nothing of; codes,
    numbers and times stay, and with them all that rules ask.
    """
    person, events = person.under(policy), tuple(history)
    whole = _was_party(events, person, policy)
    left = tuple(_erased(event, person, policy, whole=whole) for event in events)
    had_part = whole or left != events or any(person.acted(event.by) for event in events)
    return left if had_part else None


def is_to(person: Person, message: Message) -> bool:
    """Whether a message is for the person."""
    return message.audience in person.roles and message.party == person.id


def blanked(message: Message, person: Person) -> Message:
    """A message without its words, kept for who was told of what, and when."""
    return attrs.evolve(
        message,
        party=person.replacement if is_to(person, message) else message.party,
        subject=ERASED,
        body=ERASED,
    )


def reworded(
    waiting: Mapping[str, int],
    events: tuple[Event, ...],
    cases: Sequence[Case],
    policy: RuleSet,
    parties: Mapping[str, Party | None],
) -> tuple[Message, ...]:
    """Messages that were not delivered, in the words of what is left of the history.

    Args:
        waiting: Their ids, each with the version that its commit made.
        events: The history without the person.
        cases: The case after each of these.
        policy: The policy that words them.
        parties: Their readers, and whom they name.
    """
    made: dict[str, Message] = {}
    for version in sorted(set(waiting.values())):
        # Where the commit began is not known: what came before it has other ids.
        messages = messages_for(events[:version], cases[version - 1], policy, parties)
        made |= {each.id: each for each in messages if waiting.get(each.id) == version}
    return tuple(made.values())


def _was_party(events: tuple[Event, ...], person: Person, policy: RuleSet) -> bool:
    role = policy.roles.get(person.role)
    if role is None or role.party is None:
        return False
    return any(holder_of(role, case.order) == person.id for case in states(events))


def _erased(event: Event, person: Person, policy: RuleSet, *, whole: bool) -> Event:
    texts = whole or person.acted(event.by)
    changes: dict[str, Any] = {"by": person.replaced(event.by)}
    if texts and getattr(event, "text", None) is not None:
        changes["text"] = ERASED
    for name in ("facts", "data"):
        if hasattr(event, name):
            changes[name] = _facts(getattr(event, name), person, policy, texts=texts)
    match event:
        case OrderRegistered(order=order):
            changes["order"] = _order(order, person, policy, texts=texts)
        case OrderUpdated():
            changes |= _holders(event, person, policy)
        case PartyErased(party=person.id) if event.role in person.roles:
            changes["party"] = person.replacement
    return attrs.evolve(event, **changes)


def _order(order: Order, person: Person, policy: RuleSet, *, texts: bool) -> Order:
    return attrs.evolve(
        order,
        **_holders(order, person, policy),
        facts=_facts(order.facts, person, policy, texts=texts),
        history=tuple(attrs.evolve(past, by=person.replaced(past.by)) for past in order.history),
    )


def _holders(value: Order | OrderUpdated, person: Person, policy: RuleSet) -> dict[str, Any]:
    """The buyer or seller of an order, where they are the person."""
    role = policy.roles.get(person.role)
    party = None if role is None else role.party
    if party in ("buyer", "seller") and getattr(value, party) == person.id:
        return {party: person.replacement}
    return {}


def _facts(
    facts: Mapping[str, Any], person: Person, policy: RuleSet, *, texts: bool
) -> FrozenMap[str, Any]:
    role = policy.roles.get(person.role)
    holds = None if role is None else role.party
    kept = {each.party for each in policy.roles.values()} | ORDER_FACTS

    def left(name: str, value: Any) -> Any:
        if name == holds:
            return person.replacement if value == person.id else value
        is_text = isinstance(value, str) and name not in kept
        return ERASED if texts and is_text and value not in _words_of(policy, name) else value

    return FrozenMap({name: left(name, value) for name, value in facts.items()})


def _words_of(policy: RuleSet, name: str) -> Collection[str]:
    """The words of a fact that a policy declares, or that its conditions compare it with."""
    fact = policy.fact(name)
    declared = policy.domain(fact) if isinstance(fact, Choice) else ()
    if declared:
        return declared
    rules = (rule for kind in JUDGED for rule in policy.rules_for(kind))
    conditions = [when for rule in rules for when, _ in rule.leaves()]
    conditions += [deadline.runs for deadline in policy.deadlines]
    return {
        word
        for condition in conditions
        for leaf in condition.leaves()
        if isinstance(leaf, IsIn) and leaf.fact == name
        for word in leaf.values
    }
