"""Hypothesis strategies for any policy: parties, orders, commands, histories and cases.

What they give is legal unless their name says otherwise: orders that the policy knows, commands
that are well-formed and come from those who may give them. All are about the order ``o-1`` of the
buyer ``b-1`` and the seller ``s-1``, unless told otherwise, so that an order and a history that
were drawn apart fit together.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache, reduce
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command, RequestCancellation
from ordercancel.domain.orders import Order
from ordercancel.engine.decide import decide
from ordercancel.engine.evolve import evolve
from ordercancel.policy.policy import Policy
from ordercancel.testing.commands import draw_command, draw_filled, forms, permitted
from ordercancel.testing.draws import one_of, rarely
from ordercancel.testing.invalid_commands import draw_any_command
from ordercancel.testing.orders import SELLER, draw_order, sample_order
from ordercancel.testing.texts import any_texts, texts
from ordercancel.testing.times import draw_moment
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
        permits_cancellation: Whether he permits cancelling; either, unless given.
    """
    return _parties(party_id, permits_cancellation)


def orders(policy: Policy, **given: Any) -> SearchStrategy[Order]:
    """Orders that `policy` knows: of any status, channel, ship date and attributes.

    Those that can still be cancelled come more often than others, and so do the words and numbers
    that rules speak of.

    Args:
        policy: The policy.
        **given: Fields of the order that are settled, each a value or a strategy of values.
    """
    return _orders(policy, given)


def commands(
    policy: Policy,
    about: Order | Case | None = None,
    *,
    at: datetime | None = None,
    seller: Party | None = None,
) -> SearchStrategy[Command]:
    """Commands of every kind that somebody may give, well-formed, by those who may.

    Args:
        policy: The policy.
        about: The order or case that they are about.
        at: A moment: most of the commands are those that the rules permit then, where any are.
        seller: What the directory knows of the seller at that moment.
    """
    return _commands(policy, _case(policy, about), at, seller)


def any_commands(policy: Policy, about: Order | Case | None = None) -> SearchStrategy[Command]:
    """Commands of every kind by anybody, with reasons, texts, moves and dates that fit or do not.

    Strangers and those on the wrong side give them, some are about an order that nobody knows, and
    texts are too short, too long, padded or unreadable.
    """
    return _any_commands(policy, _case(policy, about).order)


def moments(policy: Policy, case: Case, after: datetime) -> SearchStrategy[datetime]:
    """Moments from `after` on: soon after it, or just before, at or after a turning point.

    A turning point is a moment at which what may be done about `case` can change although nobody
    does anything: a length of time reaches a bound that a rule compares it with, a day begins in
    the policy's zone that a rule counts to, a deadline comes due.
    """
    return _moments(policy, case, after)


def steps(
    policy: Policy,
    order: Order | None = None,
    *,
    seller: Party | None = None,
    max_size: int = 10,
) -> SearchStrategy[list[Step]]:
    """The steps of an order's way: commands that were judged, one after another, and what came.

    Most ways begin with a request, most of the commands are permitted, and the moments are those
    around which an answer changes.

    Args:
        policy: The policy.
        order: The order; any, unless given.
        seller: What the directory knows of the seller: that he permits cancelling, unless given.
        max_size: The most steps; there is one at least.
    """
    return _ways(policy, order, seller, max_size).map(lambda way: way[1])


def histories(
    policy: Policy,
    order: Order | None = None,
    *,
    seller: Party | None = None,
    max_size: int = 10,
) -> SearchStrategy[list[tuple[Command, datetime]]]:
    """What is asked of an order, one thing after another: each command with its moment.

    The same ways as those of `steps`; without an `order` they are about any one of `orders`.
    """
    walked = steps(policy, order, seller=seller, max_size=max_size)
    return walked.map(lambda way: [(step.command, step.at) for step in way])


def cases(
    policy: Policy,
    order: Order | None = None,
    *,
    seller: Party | None = None,
    max_size: int = 10,
) -> SearchStrategy[Case]:
    """Cases that a history led to: the ends of the ways of `steps`."""
    return _ways(policy, order, seller, max_size).map(lambda way: way[0])


# ---------------------------------------------------------------- how they are drawn


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
def _orders(draw: DrawFn, policy: Policy, given: dict[str, Any]) -> Order:
    return draw_order(draw, policy, given)


@st.composite
def _commands(
    draw: DrawFn, policy: Policy, case: Case, at: datetime | None, seller: Party | None
) -> Command:
    if at is not None:
        return draw_command(draw, policy, case, at, seller)
    today = case.order.placed_at.astimezone(policy.tzinfo).date()
    return draw_filled(draw, forms(policy, case), today)


@st.composite
def _any_commands(draw: DrawFn, policy: Policy, order: Order) -> Command:
    return draw_any_command(draw, policy, order)


@st.composite
def _moments(draw: DrawFn, policy: Policy, case: Case, after: datetime) -> datetime:
    return draw_moment(draw, policy, case, after)


@st.composite
def _ways(
    draw: DrawFn, policy: Policy, order: Order | None, seller: Party | None, max_size: int
) -> tuple[Case, list[Step]]:
    """An order's way, after the case that it leads to."""
    order = draw_order(draw, policy, {}) if order is None else order
    seller = seller or Party(order.seller, name=order.seller, permits_cancellation=True)
    case, at = policy.open(order), order.placed_at
    for known in (order.paid_at, order.status_since, order.shipped_at):
        at = max(at, known or at)
    way: list[Step] = []
    for _ in range(draw(st.integers(1, max_size))):
        if way and _is_over(policy, case) and one_of(draw, (True, False)):
            break
        at = draw_moment(draw, policy, case, at)
        command = None if way else _draw_request(draw, policy, case, at, seller)
        command = command or draw_command(draw, policy, case, at, seller)
        decision = policy.assess(command, case, at, seller=seller)
        events = () if decision.is_refused else decide(command, case, policy, at, seller=seller)
        step = Step(
            policy=policy,
            before=case,
            command=command,
            at=at,
            decision=decision,
            events=events,
            after=reduce(evolve, events, case),
        )
        way.append(step)
        case = step.after
    return case, way


def _is_over(policy: Policy, case: Case) -> bool:
    """Whether there is neither anything to cancel nor a request to answer."""
    return case.open_request is None and not policy.can_cancel(case.order.status)


def _draw_request(
    draw: DrawFn, policy: Policy, case: Case, at: datetime, seller: Party
) -> Command | None:
    """A request that the rules permit, where they permit any, most of the times."""
    asking = [
        form for form in forms(policy, case) if isinstance(form.command, RequestCancellation)
    ]
    likely = permitted(policy, case, at, seller, asking)
    if not likely or rarely(draw):
        return None
    return draw_filled(draw, likely, at.astimezone(policy.tzinfo).date())


def _case(policy: Policy, about: Order | Case | None) -> Case:
    return about if isinstance(about, Case) else policy.open(about or sample_order(policy))
