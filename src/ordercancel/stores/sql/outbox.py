"""The outbox: what is leased, delivered, failed, dead, obsolete and put back.

The messages of one order to one party in one ``lane``, which is their medium, go out in the order
in which they were written; so do obligations of one kind. Of a lane only the first is claimed, and
those behind it at most for the addresses that have it already. Nothing here waits for a row that
somebody else has locked.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.obligations import Obligation
from ordercancel.domain.requests import FINAL
from ordercancel.engine.messages import Message
from ordercancel.service.records import Claim, DeadLetter, Sent, Start
from ordercancel.stores.codec import FORM
from ordercancel.stores.sql.executors import Executor, parameters
from ordercancel.stores.sql.queries import listed
from ordercancel.stores.sql.sent import LANE, party_of, read_sent
from ordercancel.stores.sql.tables import DEAD, DELIVERED, OBSOLETE, WAITING, cases, outbox

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when a message is free that was given back or revived."""
_NONE = "[]"
"""No addresses, as JSON."""


def _is_closed(message: FromClause) -> ColumnElement[bool]:
    """Whether the request is closed that a message speaks of as open."""
    return exists(
        select(cases.c.order_id)
        .where(
            cases.c.order_id == message.c.order_id,
            or_(
                cases.c.request_number > message.c.request,
                and_(
                    cases.c.request_number == message.c.request,
                    cases.c.request_status.in_([literal(each.value) for each in sorted(FINAL)]),
                ),
            ),
        )
        .correlate(message)
    )


_free, _earlier = outbox.alias("free"), outbox.alias("earlier")


def _is_before(message: FromClause) -> ColumnElement[bool]:
    """Whether an earlier message of the lane is still to be delivered, or on its way."""
    return and_(
        _earlier.c.order_id == message.c.order_id,
        _earlier.c.party == message.c.party,
        _earlier.c.lane == message.c.lane,
        _earlier.c.number < message.c.number,
        _earlier.c.state == WAITING,
        # One that was begun before its request was closed has no error yet, and may arrive.
        not_(
            and_(
                _is_closed(_earlier), or_(_earlier.c.attempts == 0, _earlier.c.error.is_not(None))
            )
        ),
    )


_now = bindparam("now", type_=outbox.c.free_at.type)
_held_up = exists(
    select(_earlier.c.number)
    .where(
        _is_before(_free),
        or_(
            _earlier.c.form > literal(FORM),
            _earlier.c.reached == literal(_NONE),
            _earlier.c.reached == _free.c.reached,
            _earlier.c.free_at <= _now,  # it is about to be tried
        ),
    )
    .correlate(_free)
)
_picked = (
    select(_free.c.number)
    .where(
        _free.c.state == WAITING,
        _free.c.free_at <= _now,
        _free.c.form <= literal(FORM),  # a later release delivers what it has written
        ~_held_up,
    )
    .order_by(_free.c.free_at, _free.c.number)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True, of=_free)
)
_is_obligation = _free.c.lane.startswith(literal(LANE))


def _claiming(picked: Select[Any]) -> Update:
    return (
        update(outbox)
        .where(outbox.c.number.in_(select(picked.cte("picked").c.number)))
        .values(free_at=bindparam("until", type_=outbox.c.free_at.type))
        .returning(
            outbox.c.number,
            outbox.c.message_id,
            outbox.c.order_id,
            outbox.c.lane,
            outbox.c.form,
            outbox.c.body,
            outbox.c.attempts,
            outbox.c.reached,
        )
    )


_CLAIM = {
    frozenset(Sent): _claiming(_picked),
    frozenset({Sent.MESSAGES}): _claiming(_picked.where(~_is_obligation)),
    frozenset({Sent.OBLIGATIONS}): _claiming(_picked.where(_is_obligation)),
}
_DELIVERED = (
    update(outbox)
    .where(outbox.c.message_id == bindparam("id"), outbox.c.state != DELIVERED)
    .values(state=DELIVERED, reached=_NONE, **parameters(outbox, "delivered_at"))
)
_LEASED = update(outbox).where(
    outbox.c.message_id == bindparam("id"),
    outbox.c.state == WAITING,
    outbox.c.free_at == bindparam("until", type_=outbox.c.free_at.type),
)
"""Changes a message, where it is still leased to who made the claim."""
_BEGUN = _LEASED.values(attempts=outbox.c.attempts + 1, error=None)
_OBSOLETE = _LEASED.where(_is_closed(outbox)).values(state=OBSOLETE, free_at=None)
_FAILED = _LEASED.values(parameters(outbox, "state", "free_at", "error", "reached"))
_BEHIND = (
    update(outbox)
    .where(
        outbox.c.order_id == bindparam("of_order"),
        outbox.c.party == bindparam("of_party"),
        outbox.c.lane == bindparam("of_lane"),
        outbox.c.number
        > select(_earlier.c.number)
        .where(_earlier.c.message_id == bindparam("id"))
        .scalar_subquery(),
        outbox.c.state == WAITING,
        outbox.c.free_at < bindparam("retry_at", type_=outbox.c.free_at.type),
        or_(
            bindparam("have", type_=String()) == literal(_NONE),
            outbox.c.reached == bindparam("have", type_=String()),
        ),
    )
    .values(free_at=bindparam("retry_at", type_=outbox.c.free_at.type))
)
"""Lets those that a failed message holds up wait with it, so that no claim looks at them."""
_RELEASED = _LEASED.values(free_at=AT_ONCE)


_DEAD_LETTERS = (
    select(
        outbox.c.message_id,
        outbox.c.order_id,
        outbox.c.lane,
        outbox.c.form,
        outbox.c.body,
        outbox.c.attempts,
        outbox.c.error,
    )
    .where(
        outbox.c.state == bindparam("state"),
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
_REVIVE_ALL = (
    update(outbox).where(outbox.c.state == DEAD).values(state=WAITING, attempts=0, free_at=AT_ONCE)
)
_REVIVE = _REVIVE_ALL.where(outbox.c.message_id == bindparam("id"))


def claim(
    executor: Executor, now: datetime, until: datetime, limit: int, sent: frozenset[Sent]
) -> tuple[Claim, ...]:
    """Lease at most `limit` undelivered messages until `until`, the longest free first."""
    rows = executor.rows(_CLAIM[sent], {"now": now, "until": until, "limit": limit})
    have: dict[str, list[frozenset[str]]] = defaultdict(list)
    if rows:
        ids = json.dumps([row[1] for row in rows])
        before = _before(is_postgresql=executor.is_postgresql)
        for message_id, reached in executor.rows(before, {"message_ids": ids}):
            have[message_id].append(_known(reached))
    return tuple(_claim(until, have[row[1]], *row) for row in sorted(rows, key=itemgetter(0)))


@cache
def _before(*, is_postgresql: bool) -> Select[Any]:
    """Of messages that are handed out although others are before them, who has those."""
    ids = listed("message_ids", is_postgresql=is_postgresql)
    return select(_free.c.message_id, _earlier.c.reached).where(
        _free.c.message_id.in_(ids), _is_before(_free)
    )


def _claim(
    until: datetime,
    have: Sequence[frozenset[str]],
    _: int,
    message_id: str,
    order_id: str,
    lane: str,
    form: int,
    body: str,
    attempts: int,
    reached: str,
) -> Claim:
    """Return the claim of a row; `have` is who has each message before it."""
    sent, error, addresses = None, "", ()
    try:
        addresses = tuple(json.loads(reached))
        sent = read_sent(lane, form, body)
    except (TypeError, ValueError) as wrong:  # one of them must not stop the others
        error = str(wrong)
    return Claim(
        id=message_id,
        order_id=order_id,
        **_split(sent),
        attempts=attempts,
        until=until,
        reached=addresses,
        open_to=frozenset.intersection(*have) if have else None,
        error=error,
    )


def start(executor: Executor, claim: Claim) -> Start:
    """Note that an attempt begins, or that the message is obsolete."""
    lease = _lease(claim)
    if claim.request and executor.changed(_OBSOLETE, lease):
        return Start.OBSOLETE
    return Start.BEGUN if executor.changed(_BEGUN, lease) else Start.LOST


_OVERTAKEN = select(outbox.c.number).where(
    outbox.c.message_id == bindparam("id"), _is_closed(outbox)
)


def is_closed(executor: Executor, claim: Claim) -> bool:
    """Return whether the request is closed that a claimed message speaks of as open."""
    return bool(executor.rows(_OVERTAKEN, {"id": claim.id}))


def drop(executor: Executor, claim: Claim) -> Start:
    """Note that a message is obsolete whose request was closed while its attempt began.

    To whoever closed it the attempt had not begun, so the next message does not wait for this
    one. Asked when the beginning is committed: who closes it later sees that.
    """
    return Start.OBSOLETE if executor.changed(_OBSOLETE, _lease(claim)) else Start.BEGUN


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
    # Sorted, since they are compared; and in ASCII, for a database takes no lone surrogate.
    have = json.dumps(sorted(set(reached)))
    outcome = {
        "state": DEAD if retry_at is None else WAITING,
        "free_at": retry_at,
        "error": error,
        "reached": have,
    }
    executor.change(_FAILED, [_lease(claim) | outcome])
    lane = _lane(claim)
    if retry_at is not None and lane is not None:
        behind = {"id": claim.id, "retry_at": retry_at, "have": have}
        executor.change(_BEHIND, [{**behind, **lane, "of_order": claim.order_id}])


def _lane(claim: Claim) -> dict[str, str] | None:
    """Return the party and the lane of a claim's row; None for one that can't be read."""
    message, obligation = claim.message, claim.obligation
    if message is not None:
        return {"of_party": message.party, "of_lane": message.medium.value}
    if obligation is not None:
        return {"of_party": party_of(obligation), "of_lane": f"{LANE}{obligation.kind}"}
    return None


def release(executor: Executor, claims: Sequence[Claim]) -> None:
    """Give claims back that have not been tried."""
    if claims:
        executor.change(_RELEASED, [_lease(claim) for claim in claims])


def dead_letters(
    executor: Executor, limit: int, after: str | None, state: str
) -> tuple[DeadLetter, ...]:
    """Return at most `limit` messages in a state, the oldest first, behind the one `after`."""
    rows = executor.rows(_DEAD_LETTERS, {"limit": limit, "after": after, "state": state})
    return tuple(
        DeadLetter(
            id=message_id,
            order_id=order_id,
            **_split(_readable(lane, form, body)),
            attempts=attempts,
            error=error or "",
        )
        for message_id, order_id, lane, form, body, attempts, error in rows
    )


def revive(executor: Executor, message_ids: Sequence[str] | None = None) -> int:
    """Put dead messages back, all or those with these ids, and return how many there were."""
    if message_ids is None:
        return executor.changed(_REVIVE_ALL, {})
    return sum(executor.changed(_REVIVE, {"id": each}) for each in dict.fromkeys(message_ids))


def _known(reached: str) -> frozenset[str]:
    """Return the addresses that a row names; none where they can't be read."""
    try:
        return frozenset(json.loads(reached))
    except (TypeError, ValueError):
        return frozenset()


def _split(sent: Message | Obligation | None) -> dict[str, Any]:
    """Return what a row holds by the field of a record that it belongs in."""
    if sent is None or isinstance(sent, Message):
        return {"message": sent}
    return {"message": None, "obligation": sent}


def _readable(lane: str, form: int, body: str) -> Message | Obligation | None:
    try:
        return read_sent(lane, form, body)
    except InvalidValue:
        return None


def _lease(claim: Claim) -> dict[str, Any]:
    """Return what a row must say if the message is still leased to whoever made this claim."""
    return {"id": claim.id, "until": claim.until}
