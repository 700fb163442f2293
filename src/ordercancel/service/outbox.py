"""How messages are delivered, step by step: at least once each, in order, with patience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import PartlyDelivered
from ordercancel.service.backoff import Backoff
from ordercancel.service.clock import Clock
from ordercancel.service.observers import Fields, Observed, Observer, observing
from ordercancel.service.ports import Notifier, Store
from ordercancel.service.records import Claim
from ordercancel.service.results import Relayed
from ordercancel.service.steps import Steps, call

__all__ = ["Courier", "relay"]

MOST_ERROR = 500
"""The longest text of an error that is kept, in characters."""


@attrs.frozen(kw_only=True)
class Courier:
    """Who delivers messages.

    Args:
        store: Where they wait.
        notifier: Delivers them.
        find: Finds their party.
        clock: Tells when a lease is over.
        retries: How failed ones are tried again.
        chance: Draws a number from 0 to 1.
        observers: Look on.
    """

    store: Store
    notifier: Notifier
    find: Callable[[str], Steps[Party | None]]
    clock: Clock
    retries: Backoff
    chance: Callable[[], float]
    observers: Sequence[Observer]


def relay(courier: Courier, now: datetime, limit: int, lease: timedelta) -> Steps[Relayed]:
    """Claim messages and deliver them one after the other.

    Where one fails, those behind it to the same party wait for it. What can't be tried before the
    lease is over is given back.
    """
    begun = courier.clock.now()
    claims = yield from call(courier.store.claim, now, now + lease, limit)
    fates: dict[str, list[str]] = {"delivered": [], "failed": [], "dead": []}
    held_up: set[tuple[str, str]] = set()
    untried: list[Claim] = []
    for claim in claims:
        lane = claim.message.order_id, claim.message.party
        if lane in held_up or courier.clock.now() - begun >= lease:
            untried.append(claim)
            continue
        fate = yield from _tried(courier, claim, now)
        fates[fate].append(claim.message.id)
        if fate == "failed":
            held_up.add(lane)
    if untried:
        yield from call(courier.store.release, untried)
    told = {fate: tuple(ids) for fate, ids in fates.items()}
    return Relayed(**told, more=len(claims) == limit)


def _tried(courier: Courier, claim: Claim, now: datetime) -> Steps[str]:
    """Try to deliver a message, and note what came of it."""
    fields: Fields = {
        "message_id": claim.message.id,
        "order_id": claim.message.order_id,
        "occasion": claim.message.occasion.value,
        "audience": claim.message.audience.value,
        "medium": claim.message.medium.value,
        "attempts": claim.attempts,
        "lag_seconds": (now - claim.message.at).total_seconds(),
    }
    with observing(courier.observers, Observed.MESSAGE, fields):
        error = yield from _delivered(courier, claim)
        fate = "delivered"
        if error is None:
            yield from call(courier.store.delivered, claim.message.id, now)
        else:
            reached = claim.reached
            if isinstance(error, PartlyDelivered):
                reached += error.reached
            fate = "failed" if claim.attempts < courier.retries.tries else "dead"
            wait = courier.retries.wait(claim.attempts, courier.chance())
            retry_at = now + wait if fate == "failed" else None
            yield from call(courier.store.failed, claim, told(error), retry_at, reached)
            fields["error"] = type(error).__name__
        fields["outcome"] = fate
    return fate


def _delivered(courier: Courier, claim: Claim) -> Steps[Exception | None]:
    """Deliver a message to whomever does not have it yet; gives the error, where there is one."""
    if claim.attempts > courier.retries.tries:
        # Whoever tried it last died of it, or was killed.
        return TimeoutError(f"none of {claim.attempts - 1} tries came to an end")
    try:
        party = yield from courier.find(claim.message.party)
        if claim.reached and party is not None:
            emails = tuple(each for each in party.emails if each not in claim.reached)
            if not emails:
                return None  # the address that failed has left the directory
            party = attrs.evolve(party, emails=emails)
        yield from call(courier.notifier.deliver, claim.message, party)
    except Exception as error:  # whatever goes wrong here must not stop the others
        return error
    return None


def told(error: Exception) -> str:
    """What is kept of an error: its kind and its text, as one short line."""
    try:
        text = str(error)
    except Exception:  # an error that can't even say what it is must not stop the others
        text = "no text"
    line = " ".join(f"{type(error).__name__}: {text}".split())
    return "".join(char for char in line if char.isprintable())[:MOST_ERROR]
