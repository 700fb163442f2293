"""The chapter of a page on situations: who may do what in each, and what they read otherwise.

Situations in which everybody may do the same are one row, and so are roles one column. What
refuses an action in every situation is told once, before the table.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ordercancel.explain.blocks import Block, Bullets, Chapter, Line, Span, Table, note
from ordercancel.explain.survey import ANSWERS, Action, Situation, in_order
from ordercancel.explain.telling import Outcome, Telling, capital, outcomes
from ordercancel.rules.conditions import ALWAYS
from ordercancel.rules.effects import Forbid, Permit
from ordercancel.rules.facts import NO_REQUEST

_UNSAID = frozenset(("no_open_request", "stale_request", "not_asked", "no_such_move"))
"""Refusals of what no screen offers."""


@attrs.frozen
class Entry:
    """What comes of an action, as a line."""

    action: Action
    outcome: Outcome
    line: Line

    @property
    def may_stand_apart(self) -> bool:
        """Whether it is a refusal under a condition, which can be told for all situations."""
        return isinstance(self.outcome.effect, Forbid) and self.outcome.when != ALWAYS


_Cell = tuple[Entry, ...]
_Row = tuple[_Cell, ...]
"""A cell for each role."""


def who_may(tell: Telling) -> Chapter:
    """The chapter."""
    return Chapter(
        "situations",
        tell.say("状況ごとにできること", "What may be done, by situation"),
        _blocks(tell),
    )


def _blocks(tell: Telling) -> Iterator[Block]:
    yield tell.para(
        "できない理由が一つでもあれば、ほかの条件を満たしていてもできません。"
        "表にない操作は、その状況の画面には表示されません。",
        "Whatever forbids an action outweighs whatever permits it. "
        "What is not in the table is not offered there.",
    )
    if not tell.survey.is_complete:
        yield tell.para(
            "場合の数が多いため、一部のみを調べて作成しました。",
            "There are too many cases to look at: this page shows some of them.",
        )
    survey = tell.survey
    roles = [
        role
        for role in tell.policy.roles
        if any(role in survey.roles_that(each) for each in survey.actions)
    ]
    rows = {
        each: tuple(tuple(_entries(tell, each, role)) for role in roles) for each in _ordered(tell)
    }
    apart = [anywhere(tell, role) for role in roles]
    told = dict.fromkeys(each for entries in apart for each in entries)
    if told:
        yield tell.para(
            "注文の状況にかかわらず、次の場合は操作できません。",
            "In any situation this is refused:",
        )
        colon = tell.say("：", ": ")
        yield Bullets((_who(tell, each, roles, apart), colon, *each.line) for each in told)
    left = {
        situation: tuple(
            tuple(_excepted(tell, each, entries) for each in cell if each not in entries)
            for cell, entries in zip(row, apart, strict=True)
        )
        for situation, row in rows.items()
    }
    columns = _merged(roles, left)
    yield Table(
        (
            tell.say("注文", "Order"),
            tell.say("{it}", "Request", it=tell.asking),
            *(capital(tell.roles(same)) for same in columns),
        ),
        [
            (
                tell.either(map(tell.status, statuses)),
                tell.either(_request(tell, each, statuses) for each in requests),
                *([each.line for each in row[roles.index(same[0])]] for same in columns),
            )
            for statuses, requests, row in _grouped(left)
        ],
    )


def _entries(tell: Telling, situation: Situation, role: str) -> Iterator[Entry]:
    """What somebody may do in a situation, and what they read where they may not."""
    survey, status = tell.survey, situation[0]
    for action in survey.actions:
        name, move = action
        if (
            role not in survey.roles_that(action)
            or (action in ANSWERS and not survey.is_open(situation))
            or (name == "advance" and (status, move) not in tell.policy.orders.table)
        ):
            continue
        asked = survey.answers[situation][role, action]
        for each in outcomes(tell.policy, asked):
            if each.effect not in _UNSAID:
                yield Entry(action, each, tuple(_line(tell, action, each)))


def _line(tell: Telling, action: Action, outcome: Outcome) -> Iterator[str | Span]:
    verdict = tell.verdict(outcome.effect)
    yield Span(tell.button(action), verdict.kind)
    if isinstance(outcome.effect, Forbid | str):
        code = outcome.effect.code if isinstance(outcome.effect, Forbid) else outcome.effect
        read = tell.refusal(code, outcome.missing)
        yield tell.say("：「{it}」", ": “{it}”", it=read)
    elif not isinstance(outcome.effect, Permit):
        yield f" → {verdict.text}"
    yield from tell.aside(outcome.when)


def anywhere(tell: Telling, role: str) -> tuple[Entry, ...]:
    """The refusals that a role reads wherever the action is on their screen, of several."""
    shown: dict[Action, list[_Cell]] = {}
    for situation in _ordered(tell):
        cell = tuple(_entries(tell, situation, role))
        for action in dict.fromkeys(each.action for each in cell):
            shown.setdefault(action, []).append(cell)
    return tuple(
        each
        for some in shown.values()
        if len(some) > 1
        for each in some[0]
        if each.may_stand_apart and all(each in cell for cell in some)
    )


def _excepted(tell: Telling, entry: Entry, apart: tuple[Entry, ...]) -> Entry:
    """What may be done, with a note where it was told before the table when it may not."""
    is_refused = isinstance(entry.outcome.effect, Forbid | str)
    if is_refused or all(each.action != entry.action for each in apart):
        return entry
    words = tell.say("（上記の場合を除く）", "(but for the cases above)")
    return attrs.evolve(entry, line=(*entry.line, " ", note(words)))


def _who(tell: Telling, entry: Entry, roles: list[str], apart: list[tuple[Entry, ...]]) -> str:
    read = (role for role, entries in zip(roles, apart, strict=True) if entry in entries)
    return capital(tell.roles(read))


def _ordered(tell: Telling) -> list[Situation]:
    orders = tell.policy.orders.statuses
    requests = (NO_REQUEST, *in_order(request for _, request in tell.survey.answers))
    return sorted(
        tell.survey.answers, key=lambda each: (orders.index(each[0]), requests.index(each[1]))
    )


def _merged(roles: list[str], rows: dict[Situation, _Row]) -> list[list[str]]:
    """The roles, those together that may do the same in every situation."""
    same: dict[tuple[_Cell, ...], list[str]] = {}
    for number, role in enumerate(roles):
        same.setdefault(tuple(row[number] for row in rows.values()), []).append(role)
    return list(same.values())


def _grouped(rows: dict[Situation, _Row]) -> list[tuple[list[str], tuple[str, ...], _Row]]:
    """Situations in which all may do the same as one: of a status first, then of several."""
    by_status: dict[tuple[str, _Row], list[str]] = {}
    for (status, request), row in rows.items():
        by_status.setdefault((status, row), []).append(request)
    joined: dict[tuple[tuple[str, ...], _Row], list[str]] = {}
    for (status, row), requests in by_status.items():
        joined.setdefault((tuple(requests), row), []).append(status)
    return [(statuses, requests, row) for (requests, row), statuses in joined.items()]


def _request(tell: Telling, request: str, statuses: list[str]) -> str:
    """What people call the status of a request; of none, whether closed ones are told apart."""
    if request != NO_REQUEST:
        return tell.request(request)
    if any(
        status in statuses and each != NO_REQUEST and not tell.survey.is_open((status, each))
        for status, each in tell.survey.answers
    ):
        return tell.say("なし", "none yet")
    return tell.say("回答待ちの{it}なし", "none that waits for an answer", it=tell.asking)
