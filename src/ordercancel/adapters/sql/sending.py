"""The outbox: what is leased, delivered, failed, dead and put back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, text, update

from ordercancel.adapters.codec import decode_message
from ordercancel.adapters.sql.engine import is_postgresql
from ordercancel.adapters.sql.tables import DEAD, DELIVERED, WAITING, outbox
from ordercancel.announcing import Message
from ordercancel.errors import InvalidValue
from ordercancel.ports import Claim, DeadLetter

__all__ = ["claim", "dead_letters", "delivered", "failed", "release", "revive"]

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock('ordercancel_outbox'::regclass::oid::bigint)")
"""Claims wait for each other, as all writers do in SQLite: whoever passed over the rows that
another one is claiming would hand out the messages behind them too early."""


def claim(connection: Connection, now: datetime, until: datetime, limit: int) -> tuple[Claim, ...]:
    """See `ordercancel.ports.Store.claim`."""
    if is_postgresql(connection):
        connection.execute(_ONE_AT_A_TIME)
    earlier = outbox.alias("earlier")
    held_up = exists(
        select(earlier.c.number)
        .where(
            earlier.c.order_id == outbox.c.order_id,
            earlier.c.number < outbox.c.number,
            earlier.c.state == WAITING,
            earlier.c.free_at > now,
            or_(earlier.c.error.is_(None), earlier.c.party == outbox.c.party),
        )
        .correlate(outbox)
    )
    query = (
        select(
            outbox.c.number,
            outbox.c.form,
            outbox.c.body,
            outbox.c.attempts,
            outbox.c.reached,
        )
        .where(
            outbox.c.state == WAITING,
            or_(outbox.c.free_at.is_(None), outbox.c.free_at <= now),
            ~held_up,
        )
        .order_by(outbox.c.number)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    if rows:
        connection.execute(
            update(outbox)
            .where(outbox.c.number.in_([row.number for row in rows]))
            .values(free_at=until, attempts=outbox.c.attempts + 1)
        )
    claims: list[Claim] = []
    for row in rows:
        try:
            message = decode_message(row.body, row.form)
            reached = tuple(json.loads(row.reached))
        except (
            TypeError,
            ValueError,
        ) as error:  # a row that can't be read must not stop the others
            unread = update(outbox).where(outbox.c.number == row.number)
            connection.execute(unread.values(state=DEAD, free_at=None, error=str(error)))
        else:
            attempts = row.attempts + 1
            claims.append(Claim(message=message, attempts=attempts, until=until, reached=reached))
    return tuple(claims)


def delivered(connection: Connection, message_id: str, now: datetime) -> None:
    """See `ordercancel.ports.Store.delivered`."""
    arrived = (
        update(outbox)
        .where(outbox.c.message_id == message_id, outbox.c.state != DELIVERED)
        .values(state=DELIVERED, delivered_at=now, reached="[]")
    )
    connection.execute(arrived)


def failed(
    connection: Connection,
    claim: Claim,
    error: str,
    retry_at: datetime | None,
    reached: tuple[str, ...] = (),
) -> None:
    """See `ordercancel.ports.Store.failed`."""
    noted = (
        update(outbox)
        .where(_leased(claim))
        .values(
            state=DEAD if retry_at is None else WAITING,
            free_at=retry_at,
            error=error,
            reached=json.dumps(reached, ensure_ascii=False),
        )
    )
    connection.execute(noted)


def release(connection: Connection, claims: Sequence[Claim]) -> None:
    """See `ordercancel.ports.Store.release`."""
    for claim in claims:
        connection.execute(
            update(outbox).where(_leased(claim)).values(free_at=None, attempts=claim.attempts - 1)
        )


def dead_letters(
    connection: Connection, limit: int, after: str | None = None
) -> tuple[DeadLetter, ...]:
    """See `ordercancel.ports.Store.dead_letters`."""
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
        last = connection.scalar(select(outbox.c.number).where(outbox.c.message_id == after))
        query = query.where(outbox.c.number > (last or 0))
    return tuple(
        DeadLetter(
            id=row.message_id,
            order_id=row.order_id,
            message=_readable(row.body, row.form),
            attempts=row.attempts,
            error=row.error,
        )
        for row in connection.execute(query)
    )


def revive(connection: Connection, message_ids: Sequence[str] | None = None) -> int:
    """See `ordercancel.ports.Store.revive`."""
    back = update(outbox).where(outbox.c.state == DEAD).values(state=WAITING, attempts=0)
    if message_ids is None:
        return connection.execute(back).rowcount
    named = (back.where(outbox.c.message_id == each) for each in dict.fromkeys(message_ids))
    return sum(connection.execute(each).rowcount for each in named)


def _readable(body: str, form: int) -> Message | None:
    try:
        return decode_message(body, form)
    except InvalidValue:
        return None


def _leased(claim: Claim) -> ColumnElement[bool]:
    """Whether a message is still leased to who made this claim."""
    return and_(
        outbox.c.message_id == claim.message.id,
        outbox.c.state == WAITING,
        outbox.c.free_at == claim.until,
    )
