"""The outbox: what is leased, delivered, failed, dead and put back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Integer, bindparam, exists, func, literal, or_, select, text, update

from ordercancel.domain.errors import InvalidValue
from ordercancel.engine.messages import Message
from ordercancel.service.records import Claim, DeadLetter
from ordercancel.stores.codec import FORM, decode_message
from ordercancel.stores.sql.executors import Executor, Values, parameters
from ordercancel.stores.sql.tables import DEAD, DELIVERED, WAITING, outbox

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock('ordercancel_outbox'::regclass::oid::bigint)")
"""Claims wait for each other, as all writers do in SQLite: whoever passed over the rows that
another one is claiming would hand out the messages behind them too early."""

_now = bindparam("now", type_=outbox.c.free_at.type)
_free, _earlier = outbox.alias("free"), outbox.alias("earlier")
_held_up = exists(
    select(_earlier.c.number)
    .where(
        _earlier.c.order_id == _free.c.order_id,
        _earlier.c.number < _free.c.number,
        _earlier.c.state == WAITING,
        or_(_earlier.c.free_at > _now, _earlier.c.form > literal(FORM)),
        or_(_earlier.c.error.is_(None), _earlier.c.party == _free.c.party),
    )
    .correlate(_free)
)
_CLAIM = (
    update(outbox)
    .where(
        outbox.c.number.in_(
            select(_free.c.number)
            .where(
                _free.c.state == WAITING,
                _free.c.form <= literal(FORM),  # a later release delivers what it has written
                or_(_free.c.free_at.is_(None), _free.c.free_at <= _now),
                ~_held_up,
            )
            .order_by(_free.c.number)
            .limit(bindparam("limit", type_=Integer))
        )
    )
    .values(
        free_at=bindparam("until", type_=outbox.c.free_at.type), attempts=outbox.c.attempts + 1
    )
    .returning(outbox.c.number, outbox.c.form, outbox.c.body, outbox.c.attempts, outbox.c.reached)
)
_UNREADABLE = (
    update(outbox)
    .where(outbox.c.number == bindparam("of"))
    .values(state=DEAD, free_at=None, **parameters(outbox, "error"))
)
_DELIVERED = (
    update(outbox)
    .where(outbox.c.message_id == bindparam("id"), outbox.c.state != DELIVERED)
    .values(state=DELIVERED, reached="[]", **parameters(outbox, "delivered_at"))
)
_LEASED = update(outbox).where(
    outbox.c.message_id == bindparam("id"),
    outbox.c.state == WAITING,
    outbox.c.free_at == bindparam("until", type_=outbox.c.free_at.type),
)
"""Changes a message, where it is still leased to who made the claim."""
_FAILED = _LEASED.values(parameters(outbox, "state", "free_at", "error", "reached"))
_RELEASED = _LEASED.values(free_at=None, **parameters(outbox, "attempts"))


_DEAD_LETTERS = (
    select(
        outbox.c.message_id,
        outbox.c.order_id,
        outbox.c.form,
        outbox.c.body,
        outbox.c.attempts,
        outbox.c.error,
    )
    .where(
        outbox.c.state == DEAD,
        outbox.c.number
        > func.coalesce(
            select(_earlier.c.number)
            .where(_earlier.c.message_id == bindparam("after"))
            .scalar_subquery(),
            0,
        ),
    )
    .order_by(outbox.c.number)
    .limit(bindparam("limit", type_=Integer))
)
_REVIVE_ALL = update(outbox).where(outbox.c.state == DEAD).values(state=WAITING, attempts=0)
_REVIVE = _REVIVE_ALL.where(outbox.c.message_id == bindparam("id"))


def claim(executor: Executor, now: datetime, until: datetime, limit: int) -> tuple[Claim, ...]:
    """Lease at most `limit` undelivered messages until `until`, the oldest first."""
    if executor.is_postgresql:
        executor.rows(_ONE_AT_A_TIME, {})
    rows = executor.rows(_CLAIM, {"now": now, "until": until, "limit": limit})
    claims: list[Claim] = []
    unreadable: list[Values] = []
    for number, form, body, attempts, reached in sorted(rows, key=itemgetter(0)):
        try:
            message = decode_message(body, form)
            addresses = tuple(json.loads(reached))
        except (TypeError, ValueError) as error:  # one of them must not stop the others
            unreadable.append({"of": number, "error": str(error)})
        else:
            claims.append(
                Claim(message=message, attempts=attempts, until=until, reached=addresses)
            )
    if unreadable:
        executor.change(_UNREADABLE, unreadable)
    return tuple(claims)


def delivered(executor: Executor, message_id: str, now: datetime) -> None:
    """Note that a message has been delivered."""
    executor.change(_DELIVERED, [{"id": message_id, "delivered_at": now}])


def failed(
    executor: Executor,
    claim: Claim,
    error: str,
    retry_at: datetime | None,
    reached: tuple[str, ...] = (),
) -> None:
    """Note that a message could not be delivered; it is dead where `retry_at` is None."""
    outcome = {
        "state": DEAD if retry_at is None else WAITING,
        "free_at": retry_at,
        "error": error,
        "reached": json.dumps(reached, ensure_ascii=False),
    }
    executor.change(_FAILED, [_lease(claim) | outcome])


def release(executor: Executor, claims: Sequence[Claim]) -> None:
    """Give claims back that have not been tried."""
    if claims:
        back = [_lease(claim) | {"attempts": claim.attempts - 1} for claim in claims]
        executor.change(_RELEASED, back)


def dead_letters(
    executor: Executor, limit: int, after: str | None = None
) -> tuple[DeadLetter, ...]:
    """Return at most `limit` dead messages, the oldest first, behind the one with id `after`."""
    rows = executor.rows(_DEAD_LETTERS, {"limit": limit, "after": after})
    return tuple(
        DeadLetter(
            id=message_id,
            order_id=order_id,
            message=_readable(body, form),
            attempts=attempts,
            error=error,
        )
        for message_id, order_id, form, body, attempts, error in rows
    )


def revive(executor: Executor, message_ids: Sequence[str] | None = None) -> int:
    """Put dead messages back, all or those with these ids, and return how many there were."""
    if message_ids is None:
        return executor.changed(_REVIVE_ALL, {})
    return sum(executor.changed(_REVIVE, {"id": each}) for each in dict.fromkeys(message_ids))


def _readable(body: str, form: int) -> Message | None:
    try:
        return decode_message(body, form)
    except InvalidValue:
        return None


def _lease(claim: Claim) -> dict[str, Any]:
    """Return what a row must say if the message is still leased to whoever made this claim."""
    return {"id": claim.message.id, "until": claim.until}
