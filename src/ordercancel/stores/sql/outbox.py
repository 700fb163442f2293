"""The outbox: what is leased, delivered, failed, dead and put back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, exists, or_, select, text, update

from ordercancel.domain.errors import InvalidValue
from ordercancel.engine.messages import Message
from ordercancel.service.records import Claim, DeadLetter
from ordercancel.stores.codec import decode_message
from ordercancel.stores.sql.executors import Executor
from ordercancel.stores.sql.statements import Values, given
from ordercancel.stores.sql.tables import DEAD, DELIVERED, WAITING, outbox

__all__ = ["claim", "dead_letters", "delivered", "failed", "release", "revive"]

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock('ordercancel_outbox'::regclass::oid::bigint)")
"""Claims wait for each other, as all writers do in SQLite: whoever passed over the rows that
another one is claiming would hand out the messages behind them too early."""

_now = bindparam("now", type_=outbox.c.free_at.type)
_earlier = outbox.alias("earlier")
_held_up = exists(
    select(_earlier.c.number)
    .where(
        _earlier.c.order_id == outbox.c.order_id,
        _earlier.c.number < outbox.c.number,
        _earlier.c.state == WAITING,
        _earlier.c.free_at > _now,
        or_(_earlier.c.error.is_(None), _earlier.c.party == outbox.c.party),
    )
    .correlate(outbox)
)
_FREE = (
    select(outbox.c.number, outbox.c.form, outbox.c.body, outbox.c.attempts, outbox.c.reached)
    .where(
        outbox.c.state == WAITING,
        or_(outbox.c.free_at.is_(None), outbox.c.free_at <= _now),
        ~_held_up,
    )
    .order_by(outbox.c.number)
    .limit(bindparam("limit", type_=Integer))
)
_UNREADABLE = (
    update(outbox)
    .where(outbox.c.number == bindparam("of"))
    .values(state=DEAD, free_at=None, **given(outbox, "error"))
)
_DELIVERED = (
    update(outbox)
    .where(outbox.c.message_id == bindparam("id"), outbox.c.state != DELIVERED)
    .values(state=DELIVERED, reached="[]", **given(outbox, "delivered_at"))
)
_LEASED = update(outbox).where(
    outbox.c.message_id == bindparam("id"),
    outbox.c.state == WAITING,
    outbox.c.free_at == bindparam("until", type_=outbox.c.free_at.type),
)
"""Changes a message, where it is still leased to who made the claim."""
_FAILED = _LEASED.values(given(outbox, "state", "free_at", "error", "reached"))
_RELEASED = _LEASED.values(free_at=None, **given(outbox, "attempts"))


def claim(executor: Executor, now: datetime, until: datetime, limit: int) -> tuple[Claim, ...]:
    """See `ordercancel.service.ports.Store.claim`."""
    if executor.is_postgresql:
        executor.rows(_ONE_AT_A_TIME, {})
    rows = executor.rows(_FREE, {"now": now, "limit": limit})
    if rows:
        executor.execute(
            update(outbox)
            .where(outbox.c.number.in_([number for number, *_ in rows]))
            .values(free_at=until, attempts=outbox.c.attempts + 1)
        )
    claims: list[Claim] = []
    unreadable: list[Values] = []
    for number, form, body, attempts, reached in rows:
        try:
            message = decode_message(body, form)
            addresses = tuple(json.loads(reached))
        except (TypeError, ValueError) as error:  # one of them must not stop the others
            unreadable.append({"of": number, "error": str(error)})
        else:
            claims.append(
                Claim(message=message, attempts=attempts + 1, until=until, reached=addresses)
            )
    if unreadable:
        executor.change(_UNREADABLE, unreadable)
    return tuple(claims)


def delivered(executor: Executor, message_id: str, now: datetime) -> None:
    """See `ordercancel.service.ports.Store.delivered`."""
    executor.change(_DELIVERED, [{"id": message_id, "delivered_at": now}])


def failed(
    executor: Executor,
    claim: Claim,
    error: str,
    retry_at: datetime | None,
    reached: tuple[str, ...] = (),
) -> None:
    """See `ordercancel.service.ports.Store.failed`."""
    noted = {
        "state": DEAD if retry_at is None else WAITING,
        "free_at": retry_at,
        "error": error,
        "reached": json.dumps(reached, ensure_ascii=False),
    }
    executor.change(_FAILED, [_lease(claim) | noted])


def release(executor: Executor, claims: Sequence[Claim]) -> None:
    """See `ordercancel.service.ports.Store.release`."""
    if claims:
        back = [_lease(claim) | {"attempts": claim.attempts - 1} for claim in claims]
        executor.change(_RELEASED, back)


def dead_letters(
    executor: Executor, limit: int, after: str | None = None
) -> tuple[DeadLetter, ...]:
    """See `ordercancel.service.ports.Store.dead_letters`."""
    query = (
        select(
            outbox.c.message_id,
            outbox.c.order_id,
            outbox.c.form,
            outbox.c.body,
            outbox.c.attempts,
            outbox.c.error,
        )
        .where(outbox.c.state == DEAD)
        .order_by(outbox.c.number)
        .limit(limit)
    )
    if after is not None:
        last = executor.execute(
            select(outbox.c.number).where(outbox.c.message_id == after)
        ).scalar()
        query = query.where(outbox.c.number > (last or 0))
    return tuple(
        DeadLetter(
            id=row.message_id,
            order_id=row.order_id,
            message=_readable(row.body, row.form),
            attempts=row.attempts,
            error=row.error,
        )
        for row in executor.execute(query)
    )


def revive(executor: Executor, message_ids: Sequence[str] | None = None) -> int:
    """See `ordercancel.service.ports.Store.revive`."""
    back = update(outbox).where(outbox.c.state == DEAD).values(state=WAITING, attempts=0)
    if message_ids is None:
        return executor.execute(back).rowcount
    named = (back.where(outbox.c.message_id == each) for each in dict.fromkeys(message_ids))
    return sum(executor.execute(each).rowcount for each in named)


def _readable(body: str, form: int) -> Message | None:
    try:
        return decode_message(body, form)
    except InvalidValue:
        return None


def _lease(claim: Claim) -> dict[str, Any]:
    """What tells whether a message is still leased to who made this claim."""
    return {"id": claim.message.id, "until": claim.until}
