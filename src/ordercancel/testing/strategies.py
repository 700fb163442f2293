"""Hypothesis strategies for any policy: parties, orders, commands, histories and cases.

What they give is legal, except where their name says otherwise: orders that the policy knows, and
well-formed commands by the parties to them and the house. By default, all are about the order
``o-1`` of the buyer ``b-1`` and the seller ``s-1``, so that an order and a history that were drawn
apart fit together.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command, RequestCancellation
from ordercancel.domain.orders import Order
from ordercancel.engine.decide import register
from ordercancel.engine.evolve import fold
from ordercancel.engine.handling import fire_due
from ordercancel.policy.policy import Policy
from ordercancel.testing.commands import (
    any_texts,
    draw_any_command,
    draw_command,
    draw_completed,
    permitted_commands,
    possible_commands,
    texts,
)
from ordercancel.testing.draws import (
    SELLER,
    draw_moment,
    draw_order,
    first_moment,
    one_of,
    rarely,
    sample_order,
)
from ordercancel.testing.judging import steps_of
from ordercancel.verification.invariants import Step

__all__ = [
    "any_commands",
    "any_texts",
    "cases",
    "commands",
    "histories",
    "moments",
    "orders",
    "parties",
    "steps",
    "texts",
]


def parties(
    party_id: str = SELLER, *, permits_cancellation: bool | None = None
) -> SearchStrategy[Party]:
    """What a directory may know of the party `party_id`.

    Args:
        party_id: The id of the buyer or seller.
        permits_cancellation: Whether they permit cancelling. Default: either.
    """
    return _parties(party_id, permits_cancellation)


def orders(policy: Policy, **fields: Any) -> SearchStrategy[Order]:
    """Orders that `policy` knows: of any status and channel, with any facts, some with a history.

    Orders that can still be cancelled, and words and numbers that rules speak of, are more likely.
    Facts that a move brings along are not known before it.

    Args:
        policy: The policy.
        **fields: Settled fields of the order, each a value or a strategy of values.
    """
    return st.composite(draw_order)(policy, fields)


def commands(
    policy: Policy,
    about: Order | Case | None = None,
    *,
    at: datetime | None = None,
    seller: Party | None = None,
) -> SearchStrategy[Command]:
    """Well-formed commands of every kind, by the parties, the house and the clock.

    Args:
        policy: The policy.
        about: The order or case that they are about. Default: a new order.
        at: A moment: most of the commands are then ones that the rules permit, if there are any.
        seller: What the directory knows of the seller at that moment.
    """
    return st.composite(draw_command)(policy, _case(policy, about), at, seller)


def any_commands(policy: Policy, about: Order | Case | None = None) -> SearchStrategy[Command]:
    """Commands of every kind by anybody, with reasons, texts, moves and facts that fit or do not.

    Strangers and the wrong side give them, some are about an order or a request that there is not,
    and texts are too short, too long, padded or unreadable.
    """
    return st.composite(draw_any_command)(policy, _case(policy, about).order)


def moments(policy: Policy, case: Case, after: datetime) -> SearchStrategy[datetime]:
    """Moments from `after` on: soon after it, or just before, at or after a turning point.

    A turning point is a moment at which what may be done about `case` can change although nobody
    acts: a time that a rule compares the present with, or at which a deadline is due.
    """
    return st.composite(draw_moment)(policy, case, after)


def steps(
    policy: Policy,
    order: Order | None = None,
    *,
    seller: Party | None = None,
    max_size: int = 10,
) -> SearchStrategy[list[Step]]:
    """The life of an order: commands one after another, each with its outcome.

    Most lives begin with a request, most of the commands are permitted, and the moments are those
    around which an answer changes. Deadlines that are due fire before a command is judged; each
    is a step of its own.

    Args:
        policy: The policy.
        order: The order. Default: any one of `orders`.
        seller: What the directory knows of the seller. Default: that they permit cancelling.
        max_size: The most commands; there is at least one.
    """
    return _lives(policy, order, seller, max_size).map(lambda life: life[1])


def histories(
    policy: Policy,
    order: Order | None = None,
    *,
    seller: Party | None = None,
    max_size: int = 10,
) -> SearchStrategy[list[tuple[Command, datetime]]]:
    """The commands of `steps`, each with its moment; the parameters are the same."""
    lives = steps(policy, order, seller=seller, max_size=max_size)
    return lives.map(lambda life: [(step.command, step.at) for step in life])


def cases(
    policy: Policy,
    order: Order | None = None,
    *,
    seller: Party | None = None,
    max_size: int = 10,
) -> SearchStrategy[Case]:
    """The cases that `steps` end with; the parameters are the same."""
    return _lives(policy, order, seller, max_size).map(lambda life: life[0])


@lru_cache(maxsize=64)
def _parties(party_id: str, permits: bool | None) -> SearchStrategy[Party]:  # noqa: FBT001
    return st.builds(
        Party,
        st.just(party_id),
        name=st.sampled_from(("サンプル卸", "Sample & Co.", "<b>卸</b> {x}")),
        emails=st.lists(st.sampled_from(("a@example.jp", "b@example.jp")), max_size=2),
        permits_cancellation=st.booleans() if permits is None else st.just(permits),
        locale=st.sampled_from(("ja", "en")),
    )


@st.composite
def _lives(
    draw: DrawFn, policy: Policy, order: Order | None, seller: Party | None, max_size: int
) -> tuple[Case, list[Step]]:
    """The case that an order's life ends with, and its steps."""
    order = draw_order(draw, policy, {}) if order is None else order
    seller = seller or Party(order.seller, name=order.seller, permits_cancellation=True)
    at = first_moment(order)
    case = fold(register(order, policy, at))
    life: list[Step] = []
    for number in range(draw(st.integers(1, max_size))):
        is_over = case.open_request is None and case.order.status not in policy.orders.cancellable
        if life and is_over and one_of(draw, (True, False)):
            break
        at = draw_moment(draw, policy, case, at)
        command = None if number else _draw_request(draw, policy, case, at, seller)
        command = command or draw_command(draw, policy, case, at, seller)
        life += steps_of(command, case, policy, at, seller=seller)
        case = life[-1].after
    return case, life


def _draw_request(
    draw: DrawFn, policy: Policy, case: Case, at: datetime, seller: Party
) -> Command | None:
    """A request that the rules permit, most of the times; None where they permit none."""
    fired = fire_due(case, policy, at)
    case = fired[-1].case if fired else case
    requests = [
        command
        for command in possible_commands(policy, case)
        if isinstance(command, RequestCancellation)
    ]
    permitted = permitted_commands(policy, case, at, seller, requests)
    if not permitted or rarely(draw):
        return None
    return draw_completed(draw, policy, case, permitted, at, seller)


def _case(policy: Policy, about: Order | Case | None) -> Case:
    return about if isinstance(about, Case) else policy.open(about or sample_order(policy))
