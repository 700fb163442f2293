"""How commands and their texts are drawn: well-formed by who may give them, or any by anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Role, Seller, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.limits import MAX_TEXT
from ordercancel.domain.orders import Order
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import All, AnyOf, Condition, IsIn, Not
from ordercancel.rules.effects import Forbid
from ordercancel.rules.reasons import Catalogue, TextBounds
from ordercancel.testing.draws import one_of, rarely

_OPERATOR = Operator("op-1")

_CHARACTERS = "理由abc発送前Zé🎁ー9。"
"""Each is one visible character, whatever stands beside it."""

_PADDED = ("{}", " {}\u3000", "\u200b{}", "{}\u0301")
"""What is not counted: white space at the ends, a zero-width space, a combining accent."""

_TRICKS = (
    None,
    "",
    " \u3000 ",
    "短い",
    "\u200b" * 40,
    "見える\u202e逆さ",
    "長" * 501,
    "長" * MAX_TEXT,
)
"""Nothing, too little, padding, a bidirectional override, too much."""


# ---------------------------------------------------------------- texts


@lru_cache(maxsize=64)
def texts(bounds: TextBounds) -> SearchStrategy[str | None]:
    """Texts with as many visible characters as `bounds` want: most of them the fewest or the most.

    Some have white space or invisible characters around them, which are not counted. Where no
    text is required, some are blank and some are None.
    """
    lowest, highest = max(bounds.minimum, 1), min(bounds.maximum, MAX_TEXT)
    lengths = {lowest, lowest + 1, (lowest + highest) // 2, highest - 1, highest}
    fitting = sorted(length for length in lengths if lowest <= length <= highest)
    kinds: list[SearchStrategy[str | None]] = []
    if fitting:
        starts = st.integers(0, len(_CHARACTERS) - 1)
        kinds.append(st.builds(_text, st.sampled_from(fitting), starts, st.sampled_from(_PADDED)))
    if not bounds.required:
        kinds.append(st.sampled_from((None, "", " ")))
    return st.one_of(kinds)


@lru_cache(maxsize=64)
def any_texts(bounds: TextBounds | None) -> SearchStrategy[str | None]:
    """Texts that fit `bounds`, miss them by one, or play tricks; None for where none is taken."""
    tricks = st.sampled_from(_TRICKS)
    if bounds is None:
        return tricks
    beside = {max(bounds.minimum - 1, 0), min(bounds.maximum + 1, MAX_TEXT)}
    missing = st.sampled_from(sorted(beside)).map(lambda length: _text(length, 0, "{}"))
    return st.one_of(texts(bounds), missing, tricks)


def _text(length: int, start: int, padded: str) -> str:
    """A text of `length` visible characters."""
    characters = _CHARACTERS * (length // len(_CHARACTERS) + 2)
    text = characters[start : start + length]
    return padded.format(text) if length + len(padded) <= MAX_TEXT else text


# ---------------------------------------------------------------- commands that somebody may give


def draw_command(
    draw: DrawFn,
    /,
    policy: Policy,
    case: Case,
    at: datetime | None = None,
    seller: Party | None = None,
) -> Command:
    """A well-formed command by somebody who may give it.

    With a moment `at` it is most often one that the rules permit then, if there is any.
    """
    commands = possible_commands(policy, case)
    permitted = (
        permitted_commands(policy, case, at, seller, commands)
        if at is not None and not rarely(draw)
        else []
    )
    day = (at or case.order.placed_at).astimezone(policy.tzinfo).date()
    return draw_completed(draw, policy, permitted or commands, day)


def possible_commands(policy: Policy, case: Case) -> tuple[Command, ...]:
    """The commands about `case` that rules can tell apart, by those who may give them.

    Reasons, texts and ship dates are left out: `draw_completed` adds them. Deadlines that are
    running may be applied; where none is, each may be tried.
    """
    order = case.order
    running = tuple((duty.deadline, duty.request) for duty in case.open_duties)
    duties = running or tuple((deadline.id, 1) for deadline in policy.deadlines)
    return _possible(policy, order.id, order.buyer, order.seller, duties)


def permitted_commands(
    policy: Policy, case: Case, at: datetime, seller: Party | None, commands: Iterable[Command]
) -> list[Command]:
    """Those of `commands` that the rules permit at the moment `at`."""
    return [
        command
        for command in commands
        if _fits_chart(policy, case, command)
        and not policy.assess(command, case, at, seller=seller).is_refused
    ]


def draw_completed(
    draw: DrawFn, policy: Policy, commands: Iterable[Command], today: date
) -> Command:
    """One of `commands` with the values that it takes; each kind is equally likely."""
    by_kind: dict[type[Command], list[Command]] = {}
    for each in commands:
        by_kind.setdefault(type(each), []).append(each)
    command = one_of(draw, one_of(draw, list(by_kind.values())))
    match command:
        case RequestCancellation():
            values = draw(_reasons(policy.request_reasons))
        case Reject():
            values = draw(_reasons(policy.rejection_reasons))
        case AskWithdrawal() if policy.withdrawal_text is not None:
            values = {"text": draw(texts(policy.withdrawal_text))}
        case AdvanceOrder(move=move) if move in policy.planned_by:
            values = {"ship_on": today + timedelta(days=one_of(draw, range(-1, 10)))}
        case _:
            return command
    return attrs.evolve(command, **values)


@lru_cache(maxsize=64)
def permitted_roles(policy: Policy) -> Mapping[type[Command], tuple[Role, ...]]:
    """By kind of command, the roles that some rule permits and that no rule always forbids."""
    return {
        kind: tuple(
            role
            for role in Role
            if any(
                not isinstance(rule.effect, Forbid) and _holds(rule.when, role) is not False
                for rule in policy.rules_for(kind)
            )
            and not any(
                isinstance(rule.effect, Forbid) and _holds(rule.when, role)
                for rule in policy.rules_for(kind)
            )
        )
        for kind in COMMANDS
    }


def _holds(condition: Condition, role: Role) -> bool | None:
    """Whether `condition` holds for a `role`; None where that depends on another fact."""
    match condition:
        case IsIn("role", values):
            return role in values
        case Not(inner):
            holds = _holds(inner, role)
            return None if holds is None else not holds
        case All(parts) | AnyOf(parts):
            results = {_holds(part, role) for part in parts}
            decisive = isinstance(condition, AnyOf)
            return decisive if decisive in results else None if None in results else not decisive
        case _:
            return None


def _fits_chart(policy: Policy, case: Case, command: Command) -> bool:
    """Whether to ask the rules at all: the charts have the last word and are faster to ask."""
    match command:
        case AdvanceOrder():
            return policy.can_advance(case.order.status, command.move)
        case RequestCancellation():
            return case.open_request is None
        case _:
            return case.open_request is not None or isinstance(command, ApplyDeadline)


@lru_cache(maxsize=64)
def _reasons(catalogue: Catalogue) -> SearchStrategy[dict[str, Any]]:
    """A reason of `catalogue` with the text that it takes."""

    def text(bounds: TextBounds | None) -> SearchStrategy[str | None]:
        return st.none() if bounds is None else texts(bounds)

    kinds = [
        st.fixed_dictionaries({"reason": st.just(reason.code), "text": text(reason.text)})
        for reason in catalogue.reasons
    ]
    return st.one_of(kinds or [st.fixed_dictionaries({"text": text(catalogue.text)})])


@lru_cache(maxsize=4_096)
def _possible(
    policy: Policy, order_id: str, buyer: str, seller: str, duties: tuple[tuple[str, int], ...]
) -> tuple[Command, ...]:
    actors: Mapping[Role, Actor] = {
        Role.BUYER: Buyer(buyer),
        Role.SELLER: Seller(seller),
        Role.OPERATOR: _OPERATOR,
        Role.SYSTEM: System(),
    }

    def of(roles: Mapping[type[Command], Iterable[Role]]) -> tuple[Command, ...]:
        return tuple(
            cast(Any, kind)(order_id, by=actors[role], **values)
            for kind in COMMANDS
            for role in roles[kind]
            for values in _told_apart(policy, kind, duties)
        )

    # Where the rules let nobody do anything, anybody may try.
    return of(permitted_roles(policy)) or of(dict.fromkeys(COMMANDS, Role))


def _told_apart(
    policy: Policy, kind: type[Command], duties: Iterable[tuple[str, int]]
) -> Iterator[dict[str, Any]]:
    """The values of a `kind` of command that rules can tell apart."""
    if kind is Reject:
        yield from ({"affirmed": affirmed} for affirmed in (True, False))
    elif kind is AnswerWithdrawal:
        yield from ({"accept": accept} for accept in (True, False))
    elif kind is AdvanceOrder:
        yield from ({"move": move} for move in policy.orders.moves if move != policy.cancel_move)
    elif kind is ApplyDeadline:
        yield from ({"deadline": deadline, "request": number} for deadline, number in duties)
    else:
        yield {}


# ---------------------------------------------------------------- any commands by anybody


def draw_any_command(draw: DrawFn, /, policy: Policy, order: Order) -> Command:
    """A command of any kind by anybody, about `order` or one that nobody knows."""
    kind: Any = one_of(draw, COMMANDS)
    order_id = "no-such-order" if rarely(draw) else order.id
    actors: tuple[Actor, ...] = (
        Buyer(order.buyer),
        Seller(order.seller),
        _OPERATOR,
        System(),
        Buyer("stranger"),
        Seller("stranger"),
        # The parties' ids on the wrong side.
        Buyer(order.seller),
        Seller(order.buyer),
    )
    values = _draw_any_values(draw, policy, kind, order)
    return cast(Command, kind(order_id, by=one_of(draw, actors), **values))


def _draw_any_values(
    draw: DrawFn, policy: Policy, kind: type[Command], order: Order
) -> dict[str, Any]:
    """Values for the fields that only this `kind` of command has."""

    def reason(catalogue: Catalogue) -> dict[str, Any]:
        bounds = dict.fromkeys((catalogue.text, *(each.text for each in catalogue.reasons)))
        return {
            "reason": one_of(draw, (*catalogue.codes, None, "no_such_reason")),
            "text": draw(any_texts(one_of(draw, tuple(bounds)))),
        }

    if kind is RequestCancellation:
        return reason(policy.request_reasons)
    if kind is Reject:
        return {**reason(policy.rejection_reasons), "affirmed": one_of(draw, (True, False))}
    if kind is AskWithdrawal:
        return {"text": draw(any_texts(policy.withdrawal_text))}
    if kind is AnswerWithdrawal:
        return {"accept": one_of(draw, (True, False))}
    if kind is AdvanceOrder:
        day = order.placed_at.astimezone(policy.tzinfo).date()
        later = [day + timedelta(days=days) for days in range(-2, 10)]
        return {
            "move": one_of(draw, (*policy.orders.moves, "no_such_move")),
            "ship_on": one_of(draw, (None, *later)),
        }
    if kind is ApplyDeadline:
        known = [deadline.id for deadline in policy.deadlines]
        return {
            "deadline": one_of(draw, (*known, "no_such_deadline")),
            "request": one_of(draw, range(4)),
        }
    return {}
