"""The fields of a policy, and what is derived from them without an index."""

from __future__ import annotations

from datetime import date

import attrs

from ordercancel.domain.texts import Text
from ordercancel.engine.charts import Lifecycle
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.facts import FACTS, Choice, Fact, Vocabulary
from ordercancel.rules.provisions import GoingBack, Silence, Superseding
from ordercancel.rules.reasons import Catalogue, TextBounds
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Document
from ordercancel.rules.texts import Wording

Provision = Rule | Silence | Deadline | Superseding | GoingBack
"""A part of a policy that has an id and says where it comes from."""


@attrs.frozen(kw_only=True, eq=False)
class PolicyParts:
    """The fields of a policy; see `ordercancel.policy.Policy`, which checks them."""

    name: str
    edition: str
    holds_from: date = date.min
    title: Text
    zone: str
    documents: tuple[Document, ...] = ()
    orders: Lifecycle
    cancel_move: str = "cancel"
    planned_by: frozenset[str] = frozenset()
    dated: frozenset[str] = frozenset()
    shipped_by: frozenset[str] = frozenset()
    superseding: Superseding | None = None
    going_back: GoingBack | None = None
    channels: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    rules: tuple[Rule, ...] = attrs.field(repr=False)
    silences: tuple[Silence, ...] = attrs.field(default=(), repr=False)
    request_reasons: Catalogue = attrs.field(repr=False)
    rejection_reasons: Catalogue = attrs.field(repr=False)
    withdrawal_text: TextBounds | None = None
    deadlines: tuple[Deadline, ...] = attrs.field(default=(), repr=False)
    wording: Wording = attrs.field(repr=False)

    @property
    def provisions(self) -> tuple[Provision, ...]:
        """Everything that has an id and cites: rules, silences, deadlines, what follows."""
        follows = (each for each in (self.superseding, self.going_back) if each is not None)
        return (*self.rules, *self.silences, *self.deadlines, *follows)

    def fact(self, name: str) -> Fact | None:
        """The fact with this name: one that every policy knows, or one of its own."""
        return FACTS.get(name) or next((each for each in self.facts if each.name == name), None)

    def domain(self, fact: Choice) -> tuple[str, ...]:
        """The words that `fact` is one of, under this policy."""
        match fact.values:
            case Vocabulary.STATUSES:
                return self.orders.state_ids
            case Vocabulary.CHANNELS:
                return self.channels
            case Vocabulary.MOVES:
                return tuple(move for move in self.orders.moves if move != self.cancel_move)
            case Vocabulary.DEADLINES:
                return tuple(deadline.id for deadline in self.deadlines)
            case values:
                return values
