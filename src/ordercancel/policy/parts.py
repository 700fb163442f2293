"""What a policy is made of: its fields, and what is read off them without an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import attrs

from ordercancel.domain.cases import REFUND_OPEN
from ordercancel.domain.exact import exact
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.texts import Lang, Text, as_text, words_of
from ordercancel.rules.deadlines import Action, Deadline, Do
from ordercancel.rules.facts import FACTS, MARKED, NO_REQUEST, Choice, Fact, Flag, Vocabulary
from ordercancel.rules.lifecycle import Lifecycle
from ordercancel.rules.notifications import Notification
from ordercancel.rules.obligations import Obliges
from ordercancel.rules.reasons import Reason
from ordercancel.rules.refunding import Fee, Refunding
from ordercancel.rules.roles import BUILT_IN_ROLES, Role
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Document, Source, Sourced, as_source
from ordercancel.rules.standard_texts import MARK_TEXTS
from ordercancel.rules.texts import Texts, Worded

Provision = Rule | Deadline | Fee
"""A part of a policy that decides, has an id and says where it comes from."""


def _tuple(value: Any) -> Any:
    return tuple(map(exact, value)) if isinstance(value, list | tuple) else value


def _roles(value: Any) -> Any:
    if isinstance(value, Mapping):
        return FrozenMap(value)
    if not isinstance(value, list | tuple):
        return value
    named = {str(getattr(role, "name", role)): role for role in map(exact, value)}
    return FrozenMap({**BUILT_IN_ROLES, **named})


def _digests(value: Any) -> Any:
    if not isinstance(value, list | tuple | set) or not all(isinstance(x, str) for x in value):
        return value
    return frozenset(value)


@attrs.frozen
class Waiver:
    """The word that a fault that verification finds is meant.

    Args:
        fault: The fault, as the report names it: ``kind:subject``.
        source: On whose word.
    """

    fault: str
    source: Source | None = attrs.field(converter=as_source)


@attrs.frozen(kw_only=True, eq=False)
class PolicyParts:
    """The fields of a policy; see `ordercancel.policy.Policy`, which checks them."""

    name: str = attrs.field(converter=exact)
    edition: str = attrs.field(default="1", converter=exact)
    holds_from: date = date.min
    title: Text | str | None = None
    zone: str
    languages: tuple[Lang, ...] = attrs.field(default=("en",), converter=_tuple)
    source: Source | None = attrs.field(default=None, converter=as_source)
    documents: tuple[Document, ...] = attrs.field(default=(), converter=_tuple)
    orders: Lifecycle
    channels: tuple[str, ...] = attrs.field(default=(), converter=_tuple)
    facts: tuple[Fact, ...] = attrs.field(default=(), converter=_tuple)
    roles: Mapping[str, Role] = attrs.field(default=(), converter=_roles, repr=False)
    rules: tuple[Rule, ...] = attrs.field(repr=False, converter=_tuple)
    reasons: tuple[Reason, ...] = attrs.field(default=(), repr=False, converter=_tuple)
    deadlines: tuple[Deadline, ...] = attrs.field(default=(), repr=False, converter=_tuple)
    refunding: Refunding | None = attrs.field(default=None, repr=False)
    texts: Texts = attrs.field(factory=Texts, repr=False)
    own_notifications: tuple[Notification, ...] | None = attrs.field(
        default=None, repr=False, alias="notifications", converter=_tuple
    )
    obligations: tuple[Obliges, ...] = attrs.field(default=(), repr=False, converter=_tuple)
    ask_again_while_open: bool = False
    whole_orders_only: bool = True
    succeeds: frozenset[str] = attrs.field(default=(), converter=_digests)
    waivers: tuple[Waiver, ...] = attrs.field(default=(), repr=False, converter=_tuple)

    @property
    def provisions(self) -> tuple[Provision, ...]:
        """Everything that decides and has an id: the policy's own rules, deadlines and fees."""
        return (*self.rules, *self.deadlines, *self.fees)

    @property
    def fees(self) -> tuple[Fee, ...]:
        """The brackets that units can be cancelled in; none where nothing is refunded."""
        return () if self.refunding is None else self.refunding.fees

    @property
    def mark_codes(self) -> tuple[str, ...]:
        """What its deadlines can mark something as."""
        actions: Iterable[object] = (each.then for each in self.deadlines)
        marks = (each for each in actions if isinstance(each, Action) and each.do is Do.MARK)
        return tuple(dict.fromkeys(mark.argument for mark in marks if mark.argument is not None))

    def text(self, value: Worded) -> Text:
        """A plain `str` as a text in the first language of the policy; a text as it is."""
        if isinstance(value, Text):
            return value
        return as_text(value.text if isinstance(value, Sourced) else value, self.languages[0])

    def fact(self, name: str) -> Fact | None:
        """The fact with this name: one that every policy has, one of its own, or a mark."""
        built_in = FACTS.get(name)
        if built_in is not None:
            return built_in
        own = next((each for each in self.facts if each.name == name), None)
        if own is None and name.startswith(MARKED):
            code = name.removeprefix(MARKED)
            if code in (*self.mark_codes, REFUND_OPEN):
                named = self.texts.marks.get(code) or MARK_TEXTS.get(code)
                called = self.text(named or words_of(code))
                marked = Text(f"「{called['ja']}」の記録", f"marked “{called['en']}”")
                return Flag(name, marked, may_be_missing=False)
        return own

    def domain(self, fact: Choice) -> tuple[str, ...]:
        """The words that `fact` is one of, under this policy."""
        match fact.values:
            case Vocabulary.STATUSES:
                return self.orders.statuses
            case Vocabulary.CHANNELS:
                return self.channels
            case Vocabulary.MOVES:
                return tuple(self.orders.moves)
            case Vocabulary.REASONS:
                codes = (reason.code for reason in self.reasons if reason.code is not None)
                return tuple(dict.fromkeys(codes))
            case Vocabulary.ROLES:
                return tuple(self.roles)
            case Vocabulary.ANSWERERS:
                sides = dict.fromkeys(f"{role.side}_side" for role in self.roles.values())
                return (NO_REQUEST, *self.roles, *sides)
            case values:
                return values
