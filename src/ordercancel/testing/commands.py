"""How commands and their texts are drawn: well-formed by the parties, or any by anybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Seller, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    ANSWERS,
    COMMANDS,
    JUDGED,
    AdvanceOrder,
    Command,
    FireDeadline,
    Judged,
    RecordRefund,
    RequestCancellation,
    UpdateOrder,
)
from ordercancel.domain.limits import MAX_TEXT
from ordercancel.domain.orders import Order
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.evolve import ORDER_FACTS
from ordercancel.engine.handling import fire_due
from ordercancel.engine.inputs import offered_reasons
from ordercancel.engine.timers import running
from ordercancel.engine.units import shipment
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import Flag
from ordercancel.rules.reasons import TextBounds
from ordercancel.testing.draws import fact_values, one_of, rarely
from ordercancel.verification.commands_tried import actors_of, commands_by
from ordercancel.verification.enumeration import leaves_of

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

_MOMENTS = ("shipped_at", "delivered_at")
"""The facts that may be told with any move."""


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


# ---------------------------------------------------------------- commands by the parties


def draw_command(
    draw: DrawFn,
    /,
    policy: Policy,
    case: Case,
    at: datetime | None = None,
    seller: Party | None = None,
) -> Command:
    """A well-formed command by a party or the house; one in five is of the host or the clock.

    With a moment `at` it is most often one that the rules permit then, if there is any.
    """
    kind = one_of(draw, range(10))
    moment = max(at or case.order.placed_at, case.updated_at or case.order.placed_at)
    if kind == 0 and policy.deadlines:
        deadlines = [timer.deadline for timer in running(policy, case)] or policy.deadlines
        return FireDeadline(case.order.id, by=System(), deadline=deadlines[0].id)
    if kind == 1:
        return _draw_update(draw, policy, case, moment)
    if at is not None:
        fired = fire_due(case, policy, moment)
        case = fired[-1].case if fired else case
    commands = possible_commands(policy, case)
    permitted = (
        permitted_commands(policy, case, moment, seller, commands)
        if at is not None and not rarely(draw)
        else []
    )
    return draw_completed(draw, policy, case, permitted or commands, moment, seller)


def possible_commands(policy: Policy, case: Case) -> tuple[Judged, ...]:
    """The judged commands about `case` that rules can tell apart, by everybody around it.

    Texts, facts of moves and reasons that no rule asks for are left out: `draw_completed` adds
    them.
    """
    order, number = case.order, max(len(case.requests), 1)
    moves = tuple(move for status, move in policy.orders.table if status == order.status)
    moves = moves or tuple(policy.orders.moves)
    return _possible(policy, order.id, _actors(policy, order), moves, number)


def _actors(policy: Policy, order: Order) -> tuple[Actor, ...]:
    parties = {"buyer": order.buyer, "seller": order.seller, **order.facts}
    return tuple(actors_of(policy, parties))


def permitted_commands(
    policy: Policy, case: Case, at: datetime, seller: Party | None, commands: Iterable[Judged]
) -> list[Judged]:
    """Those of `commands` that the rules permit at the moment `at`."""
    is_open = case.open_request is not None
    return [
        command
        for command in commands
        if (is_open or not isinstance(command, ANSWERS))
        and not policy.assess(command, case, at, seller=seller).is_refused
    ]


def draw_completed(
    draw: DrawFn,
    policy: Policy,
    case: Case,
    commands: Iterable[Judged],
    at: datetime,
    seller: Party | None,
) -> Judged:
    """One of `commands` with the values that it takes; each kind is equally likely."""
    by_kind: dict[type[Judged], list[Judged]] = {}
    for each in commands:
        by_kind.setdefault(type(each), []).append(each)
    command = one_of(draw, one_of(draw, list(by_kind.values())))
    # A flag that a command does not carry is false as well.
    flags = (f.name for f in policy.facts if f.of is type(command) and isinstance(f, Flag))
    values: dict[str, Any] = {
        "data": {**{name: False for name in flags if rarely(draw)}, **command.data}
    }
    facts = Facts(command, case, policy, at, seller)
    offered = offered_reasons(policy, type(command), facts)
    if hasattr(command, "reason"):
        fitting = [each for each in offered if each.code == command.reason]
        offered = tuple(fitting) or offered
        values["reason"] = None
    if offered:
        reason = one_of(draw, offered)
        values |= {"reason": reason.code} if hasattr(command, "reason") else {}
        values |= {} if reason.text is None else {"text": draw(texts(reason.text))}
    if isinstance(command, AdvanceOrder):
        values["facts"] = _draw_facts(draw, policy, case, command.move, at)
    if isinstance(command, RequestCancellation | AdvanceOrder) and not policy.whole_orders_only:
        values["lines"] = _draw_lines(draw, policy, case, command)
        if isinstance(command, AdvanceOrder) and values["lines"] is not None:
            values["facts"].pop(_MOMENTS[0], None)  # a part is shipped when it is told
    if rarely(draw):
        values["by"] = attrs.evolve(command.by, via="agent:x")
    return attrs.evolve(command, **values)


def _draw_lines(
    draw: DrawFn, policy: Policy, case: Case, command: RequestCancellation | AdvanceOrder
) -> dict[str, int] | None:
    """Some of the units that can go; None for all of them, or where there are none."""
    if isinstance(command, RequestCancellation):
        units: Mapping[str, int] = case.open_units
    else:
        units = shipment(case, policy, command.move) or {}
    if not units or rarely(draw):
        return None
    name = one_of(draw, sorted(units))
    return {name: one_of(draw, range(1, units[name] + 1))}


def _draw_facts(
    draw: DrawFn, policy: Policy, case: Case, move: str, at: datetime
) -> dict[str, Any]:
    """The facts that go with a move; when it was shipped, where that is told late."""
    names = list(policy.orders.facts.get(move, ()))
    ships = policy.orders.target(case.order.status, move) in policy.orders.shipped
    if ships and rarely(draw):
        names.append(_MOMENTS[0])
    return {name: one_of(draw, fact_values(policy, name, at)) for name in dict.fromkeys(names)}


def _draw_update(draw: DrawFn, policy: Policy, case: Case, at: datetime) -> UpdateOrder:
    """What the host tells: a fact that has changed, a status, another seller's account."""
    order, orders = case.order, policy.orders
    by: Actor = one_of(draw, (System(), Operator("operator-1")))
    if rarely(draw) and order.status != orders.cancelled:
        others = [each for each in orders.statuses if each != orders.cancelled]
        status = one_of(draw, others)
        needed = orders.needs.get(status, ())
        facts = {name: one_of(draw, fact_values(policy, name, at)) for name in needed}
        return UpdateOrder(order.id, by=by, status=status, facts=facts)
    own = {fact.name: fact.required for fact in policy.facts if fact.of is None}
    parties = {role.party for role in policy.roles.values()}
    settled = orders.awaited(order.status) | parties | {"placed_at"}
    names = sorted({*ORDER_FACTS, *own} - settled - {"cart_id", "item"})
    name = one_of(draw, names)
    values = fact_values(policy, name, at)
    is_needed = own.get(name) or name in orders.needs.get(order.status, ())
    known = values if is_needed else (*values, None)
    return UpdateOrder(order.id, by=by, facts={name: one_of(draw, known)})


@lru_cache(maxsize=4_096)
def _possible(
    policy: Policy, order_id: str, by: tuple[Actor, ...], moves: tuple[str, ...], number: int
) -> tuple[Judged, ...]:
    by_reason = {
        kind: policy.reasons_for(kind)
        for kind in JUDGED
        if any(leaf.fact == "reason" for leaf in leaves_of(policy, kind))
    }
    tried = commands_by(by, policy, order_id, number)
    return tuple(
        command if reason is None else attrs.evolve(cast(Any, command), reason=reason.code)
        for command in tried
        if getattr(command, "move", None) in (None, *moves)
        for reason in by_reason.get(type(command)) or (None,)
    )


# ---------------------------------------------------------------- any commands by anybody

_FACTS: tuple[Mapping[str, Any], ...] = (
    {},
    {},
    {"no_such_fact": True},
    {"paid_at": 1},
    {"ship_on": None, "shipped_at": None},
    {"placed_at": None},
    {"confirmed": "yes"},
)
"""Facts with a command: none, unknown ones, and values of another kind."""


def draw_any_command(draw: DrawFn, /, policy: Policy, order: Order) -> Command:
    """A command of any kind by anybody, about `order` or one that nobody knows."""
    kind: Any = one_of(draw, COMMANDS)
    order_id = "no-such-order" if rarely(draw) else order.id
    everybody = (
        *_actors(policy, order),
        *(Actor("stranger", role=role.name) for role in policy.roles.values() if role.party),
        Actor("stranger", role="no_such_role"),
        # The parties' ids on the wrong side.
        Buyer(order.seller),
        Seller(order.buyer),
    )
    values = _draw_any_values(draw, policy, kind, order)
    return cast(Command, kind(order_id, by=one_of(draw, everybody), **values))


def _draw_any_values(
    draw: DrawFn, policy: Policy, kind: type[Command], order: Order
) -> dict[str, Any]:
    """Values for the fields that only this `kind` of command has."""
    fields = attrs.fields_dict(kind)
    days = [timedelta(days=days) for days in range(-2, 10)]
    day = order.placed_at.astimezone(policy.tzinfo).date() + one_of(draw, days)
    reasons = policy.reasons_for(cast(Any, kind)) if kind in JUDGED else ()
    bounds = tuple(dict.fromkeys(each.text for each in reasons)) or (None,)
    own: Mapping[str, tuple[Any, ...]] = {
        "request": (1, 1, 2, 1_000),
        "reason": (*(each.code for each in reasons), None, "no_such_reason"),
        "accept": (True, False),
        "move": (*policy.orders.moves, "no_such_move"),
        "status": (None, *policy.orders.statuses, "no_such_status"),
        "buyer": (None, None, "b-9"),
        "seller": (None, None, "s-9"),
        "tender": (None, "card", "no_such_tender"),
        "expects": (None, None, 0),
        "deadline": (*(deadline.id for deadline in policy.deadlines), "no_such_deadline"),
        "key": (f"{order.id}:1:refund:all.1", "no_such_key"),
        "reference": ("re-1", "re-2"),
        "code": ("declined", "closed"),
        "amount": (1, 500) if kind is RecordRefund else (None, None, 0, 500),
        "lines": (None, None, {"a": 1}, {"a": 1_000}, {"no_such_line": 1}),
        "data": (*_FACTS, *({"confirmed": True},)),
        "facts": (*_FACTS, {"ship_on": day}),
    }
    values = {name: one_of(draw, known) for name, known in own.items() if name in fields}
    if "text" in fields:
        values["text"] = draw(any_texts(one_of(draw, bounds)))
    return values
