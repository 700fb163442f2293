"""Texts: everything that people read of a policy beside its notifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ordercancel.domain.commands import Judged
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.texts import Text
from ordercancel.rules.conditions import ALWAYS, Condition, as_condition
from ordercancel.rules.sources import Source, Sourced, as_source

Worded = Text | str | Sourced
"""A text of a policy: in its languages, in its first one, or with whose word it is."""


@attrs.frozen(kw_only=True)
class Label:
    """What somebody reads for an order while its request is read; the first that fits.

    Args:
        on: The status of the request, or the code of a mark that it or the order has.
        to: The role that reads it.
        when: The condition under which it is read. Default: always.
        text: The first line is what a list shows; the others are what the order's page adds.
        source: On whose word. Default: the source of the policy.
    """

    on: str
    to: str
    when: Condition = attrs.field(default=ALWAYS, converter=as_condition)
    text: Text | str
    source: Source | None = attrs.field(default=None, converter=as_source)


ANY_OPEN = "open"
"""What a counter is on that counts all requests that wait for an answer."""


@attrs.frozen(kw_only=True)
class Counter:
    """A number of a queue: how many orders have a request in a status, or a mark.

    Args:
        on: The status of the latest request, ``open`` for all that wait for an answer, or the
            code of a mark.
        label: What the number is called.
        state: What a row of the queue reads for it. Default: `label`.
        source: On whose word. Default: the source of the policy.
    """

    on: str
    label: Text | str
    state: Worded | None = None
    source: Source | None = attrs.field(default=None, converter=as_source)


@attrs.frozen(kw_only=True)
class ActionText:
    """What a screen shows for an action; each part has a default, or is left out.

    Args:
        button: What its button reads.
        notices: What stands beside the button, before anything is done.
        confirmation: The question of a pop-up before it is done.
        confirm: What the button of that pop-up reads.
        done: The sentence after it.
        done_at_once: The sentence after it where the order was cancelled at once.
    """

    button: Worded | None = None
    notices: tuple[Worded, ...] = ()
    confirmation: Worded | None = None
    confirm: Worded | None = None
    done: Worded | None = None
    done_at_once: Worded | None = None

    def parts(self) -> Mapping[str, Worded]:
        """Every part that it has, by name; notices are numbered."""
        named = {each: getattr(self, each) for each in _PARTS}
        notices = {f"notices[{number}]": each for number, each in enumerate(self.notices)}
        return {name: each for name, each in {**named, **notices}.items() if each is not None}


_PARTS = ("button", "confirmation", "confirm", "done", "done_at_once")


def _frozen(texts: Mapping[Any, Any]) -> FrozenMap[Any, Any]:
    return FrozenMap(texts)


_Named = Mapping[str, Worded]


@attrs.frozen(kw_only=True)
class Texts:
    """All texts of a policy. Everything has a default; a plain `str` is in its first language.

    Args:
        statuses: What each status of the order is called. Default: the names of the lifecycle.
        requests: What each status of a request is called.
        roles: What each role is called; of a side, such as ``buyer_side``, as its role.
        commands: What each kind of command is called, as a noun.
        moves: What each move of the order is called. Default: the words of its name.
        marks: What each mark is called. Default: the words of its code.
        facts: What the facts that every policy has are called, such as ``requested_at``.
        words: What the words of a choice are called, by its name and the word:
            ``{"channel.mail": Text("メール", "mail")}``. Default: the words themselves. A flag
            has the words ``yes`` and ``no``: ``{"prepaid.no": Text("後払い", "paid later")}``.
        verdicts: What ``cancel``, ``cancel_parts`` (units, while others stay open), ``refer`` and
            ``permit`` mean for whoever asks, as sentences; ``{answerer}`` is who will answer.
        refusals: The sentence for each refusal code; the library's own codes have theirs
            (`ordercancel.rules.standard_texts.STANDARD_REFUSALS`).
        actions: What a screen shows for each action: ``request``, ``approve``, ``reject``,
            ``withdraw``, ``ask_withdrawal``, ``accept`` and ``decline`` (the ask for a
            withdrawal), or a move of the order.
        labels: What each side reads for a request. Default: its status.
        counters: The numbers of a queue. Default: pending requests, and each mark.
        columns: The headings of a queue, by field of the row.
        signature: What ``{signature}`` at the end of a message reads.
    """

    statuses: _Named = attrs.field(factory=dict, converter=_frozen)
    requests: _Named = attrs.field(factory=dict, converter=_frozen)
    roles: _Named = attrs.field(factory=dict, converter=_frozen)
    commands: Mapping[type[Judged], Worded] = attrs.field(factory=dict, converter=_frozen)
    moves: _Named = attrs.field(factory=dict, converter=_frozen)
    marks: _Named = attrs.field(factory=dict, converter=_frozen)
    facts: _Named = attrs.field(factory=dict, converter=_frozen)
    words: _Named = attrs.field(factory=dict, converter=_frozen)
    verdicts: _Named = attrs.field(factory=dict, converter=_frozen)
    refusals: _Named = attrs.field(factory=dict, converter=_frozen)
    actions: Mapping[str, ActionText] = attrs.field(factory=dict, converter=_frozen)
    labels: tuple[Label, ...] = ()
    counters: tuple[Counter, ...] | None = None
    columns: _Named = attrs.field(factory=dict, converter=_frozen)
    signature: Worded | None = None

    @property
    def others(self) -> tuple[tuple[str, Mapping[Any, Worded]], ...]:
        """The texts by a key, by field, but for those that follow from more than these texts."""
        fields = "requests roles commands moves marks facts words verdicts columns"
        return tuple((field, getattr(self, field)) for field in fields.split())
