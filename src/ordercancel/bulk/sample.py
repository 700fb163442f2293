"""Made-up orders, as many as are wanted, written to a file: the same ones for the same seed.

DuckDB draws them, and Python sees none of them, so that ten million take seconds and little
memory. They are meant to look like a marketplace's: a few sellers have most of the orders, most
orders are over, requests stand where their orders let them. About one order in eight lies at a
boundary: a second or a day before, at or after where the policy begins to answer differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

import duckdb

from ordercancel.bulk.columns import COLUMN_OF
from ordercancel.bulk.files import ORDERS, expected_ending, whole
from ordercancel.bulk.quotes import quoted, quoted_name
from ordercancel.domain.commands import AnswerWithdrawal, AskWithdrawal, Command, Reject, Withdraw
from ordercancel.domain.errors import Fault, InvalidValue, StoreUnavailable
from ordercancel.domain.faults import moment
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Compare
from ordercancel.rules.deadlines import (
    After,
    Consequence,
    Deadline,
    Due,
    EndOfDay,
    midnight,
)
from ordercancel.rules.effects import PERMIT
from ordercancel.rules.facts import Choice, Fact, Flag
from ordercancel.verification.enumeration import all_leaves

__all__ = ["MOST_ORDERS", "SAMPLED_AT", "sample", "sampled"]

SAMPLED_AT = datetime(2026, 4, 1, 3, tzinfo=UTC)
"""The moment that the orders are made up for, unless another one is given: noon in Tokyo."""

MOST_ORDERS = 1_000_000_000
"""How many orders are made up at most."""

_FORMATS: Mapping[str, str] = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'",
}
"""How each kind of file is written, by its ending, of `ORDERS`."""

_DAY = timedelta(days=1)
_YOUNG, _OLD = timedelta(days=10), timedelta(days=60)
"""How long ago orders were placed at most: those that still go on, and those that are over."""

_WAITS = timedelta(days=7)
"""How long a request waits at most where no deadline answers it."""

_FAR = timedelta(days=36_500)
"""Bounds that are farther away have no orders beside them."""

_DRAWS = 256
"""How many numbers can be drawn for one order."""


def sample(
    policy: Policy,
    orders: int,
    file: Path | str,
    *,
    at: datetime = SAMPLED_AT,
    seed: int = 0,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> None:
    """Write made-up orders of `policy` to `file`, with all columns that `outcomes` may ask for.

    Args:
        policy: The policy.
        orders: How many, from 1 to `MOST_ORDERS`.
        file: Where to; the name ends with ``.parquet`` or ``.csv``. It is replaced when all is
            written, and left as it is if anything fails.
        at: The moment that they are made up for: judge them at this one.
        seed: Another one gives other orders.
        connection: The connection that does the work, whose time zone becomes UTC; one of its
            own, unless given.

    Raises:
        InvalidValue: The number or the ending is none of those above.
        StoreUnavailable: The file could not be written, such as for want of room.
    """
    file = Path(file)
    faults = []
    if not 1 <= orders <= MOST_ORDERS:
        faults.append(
            Fault("sample.orders", f"is {orders:,}", f"a whole number from 1 to {MOST_ORDERS:,}")
        )
    if file.suffix not in ORDERS:
        faults.append(Fault("sample.file", f"is {str(file)!r:.200}", expected_ending(ORDERS)))
    if faults:
        raise InvalidValue(faults)
    query = sampled(policy, orders, at=at, seed=seed)
    with whole(file) as part:
        engine = duckdb.connect() if connection is None else connection
        try:
            engine.execute("SET TimeZone = 'UTC'")
            engine.execute(f"COPY ({query}) TO {_text(str(part))} ({_FORMATS[file.suffix]})")
        except duckdb.Error as error:
            told = str(error).partition("\n")[0]
            raise StoreUnavailable(f"{file} can't be written: {told}") from error
        finally:
            if connection is None:
                engine.close()


def sampled(policy: Policy, orders: int, *, at: datetime = SAMPLED_AT, seed: int = 0) -> str:
    """The query of DuckDB that makes up the orders that `sample` writes."""
    return _Maker(policy, moment("sample.at", at), seed).query(orders)


class _Maker:
    """Writes the query. Moments are kept in UTC, without a zone, until the end."""

    def __init__(self, policy: Policy, at: datetime, seed: int) -> None:
        self._policy = policy
        self._moment = at.replace(microsecond=0)
        self._at = _literal(self._moment)
        digest = sha256(str(seed).encode()).digest()
        self._start = int.from_bytes(digest[:6], "big") * _DRAWS  # leaves room in 64 bits
        self._drawn = 0
        self._cancellable = [
            status for status in policy.orders.state_ids if policy.can_cancel(status)
        ]
        self._initial = next(state.id for state in policy.orders.states if state.initial)
        self._edges = _edges(policy, self._moment)

    def query(self, orders: int) -> str:
        sellers = max(1, min(100_000, orders // 50))
        status = self._chosen(self._statuses())
        # A number of edges that is drawn, and how far from it the order lies.
        edges = [(column, value) for column, values in self._edges.items() for value in values]
        at_edge = f"CASE WHEN {self._number(8)} = 0 THEN {self._number(len(edges))} END"
        first = (
            f"floor(pow({sellers + 1}, {self._share()}))::BIGINT AS seller_number",
            f"{status} AS status",
            f"{at_edge} AS edge",
            f"{self._number(3)} - 1 AS step",
        )
        steps = (
            ("i", *first),
            ("*", *self._near(edges)),
            ("*", f"{self._requests()} AS request_status"),
            ("*", f"{self._placed()} AS placed_at"),
            ("*", *self._times()),
            ("*", f"{self._requested()} AS requested_at"),
            ("*", *self._dues()),
        )
        last = f"range({orders}) AS numbers(i)"
        written = []
        for number, columns in enumerate(steps):
            written.append(f"step_{number} AS (FROM {last} SELECT {', '.join(columns)})")
            last = f"step_{number}"
        answer = ",\n".join(f"{value} AS {quoted_name(name)}" for name, value in self._columns())
        return f"WITH {', '.join(written)}\nFROM {last} SELECT {answer}"

    def _columns(self) -> Iterator[tuple[str, str]]:
        """The columns of the answer."""
        yield "order_id", "lpad((i + 1)::VARCHAR, 10, '0')"
        yield "status", "status"
        yield "channel", self._channels()
        yield "seller", "'s-' || seller_number"
        for name in ("placed_at", "paid_at", "status_since"):
            yield name, _zoned(name)
        yield "ship_on", "ship_on"
        yield "seller_permits", self._permits()
        yield "request_status", "request_status"
        yield "requested_at", _zoned("requested_at")
        for before, ended in (
            ("rejected_before", RequestStatus.REJECTED),
            ("withdrawn_before", RequestStatus.WITHDRAWN),
        ):
            again = f"{self._may(ended)} AND {self._number(12)} = 0"
            value = f"request_status = {_text(ended)} OR (request_status IS NOT NULL AND {again})"
            yield before, f"coalesce({value}, false)"
        for name in ("answer_due_at", "overdue_at", "due_at"):
            yield name, _zoned(name)
        for fact in self._policy.facts:
            yield fact.name, self._own(fact)

    # ------------------------------------------------------------------ drawing

    def _hash(self) -> str:
        """A whole number that is another one for each order and each call."""
        self._drawn += 1
        return f"hash(i * {_DRAWS} + {self._start + self._drawn})"

    def _number(self, below: int) -> str:
        return f"({self._hash()} % {below})::INTEGER"

    def _share(self) -> str:
        """A share from 0 to 1, exclusive."""
        return f"(({self._hash()} >> 11)::DOUBLE / 9007199254740992)"

    def _chosen(self, weights: Mapping[str | None, int]) -> str:
        """One of the words, as often as its weight has it."""
        draw = self._number(sum(weights.values()))
        *others, last = weights
        if not others:
            return _text(last)
        bounds = accumulate(weights.values())
        told = " ".join(
            f"WHEN {draw} < {bound} THEN {_text(word)}"
            for word, bound in zip(others, bounds, strict=False)
        )
        return f"CASE {told} ELSE {_text(last)} END"

    def _between(self, start: str, end: str, *, power: int = 1) -> str:
        """A moment from `start` to `end`; the higher the power, the nearer to the start."""
        share = self._share() if power == 1 else f"pow({self._share()}, {power})"
        return f"({start} + to_seconds(floor({share} * epoch({end} - {start}))))"

    # ------------------------------------------------------------------ the parts of an order

    def _statuses(self) -> dict[str | None, int]:
        policy = self._policy
        final = {state.id for state in policy.orders.states if state.final}
        return {
            status: 1 if status == policy.cancelled_status else 6 if status in final else 3
            for status in policy.orders.state_ids
        }

    def _channels(self) -> str:
        known = self._policy.channels
        weights: dict[str | None, int] = {
            channel: 3 * (len(known) - number) for number, channel in enumerate(known)
        }
        return f"{self._chosen({**weights, None: 1})}::VARCHAR"

    def _permits(self) -> str:
        """The same for all orders of a seller."""
        drawn = f"hash(seller_number * {_DRAWS} + {self._start}) % 10"
        return f"CASE WHEN {drawn} < 8 THEN true WHEN {drawn} = 8 THEN false END"

    def _own(self, fact: Fact) -> str:
        match fact:
            case Choice():
                words: dict[str | None, int] = dict.fromkeys(self._policy.domain(fact), 3)
                return f"{self._chosen({**words, None: 1})}::VARCHAR"
            case Flag():
                return f"[true, true, false, false, NULL][{self._number(5)} + 1]"
            case _:
                near = quoted_name(f"near {fact.name}")
                free = f"CASE WHEN {self._number(8)} > 0 THEN {self._number(100)} END"
                return f"coalesce({near}, {free})::BIGINT"

    def _near(self, edges: Sequence[tuple[str, Edge]]) -> Iterator[str]:
        """For each column that has edges, what it is where the order lies at one of them."""
        for name, values in self._edges.items():
            whens = " ".join(
                f"WHEN {number} THEN {_literal(value)}"
                for number, (column, value) in enumerate(edges)
                if column == name
            )
            is_moment = isinstance(values[0], datetime)
            step = "to_seconds(step)" if is_moment else "step"
            yield f"CASE edge {whens} END + {step} AS {quoted_name(f'near {name}')}"

    def _placed(self) -> str:
        others = ", ".join(quoted_name(f"near {name}") for name in _MOMENTS if name != "placed_at")
        initial = _text(self._initial)
        drawn = f"pow({self._share()}, 2)"
        free = (
            f"{self._at} - to_seconds(floor(CASE WHEN {self._goes_on} "
            f"THEN {drawn} * {_seconds(_YOUNG)} "
            f"ELSE {_seconds(_DAY)} + {drawn} * {_seconds(_OLD)} END))"
        )
        return (
            f'CASE WHEN "near placed_at" IS NOT NULL THEN "near placed_at" '
            f'WHEN status = {initial} AND "near status_since" IS NOT NULL '
            f'THEN "near status_since" ELSE least({free}, {others}) END'
        )

    @property
    def _goes_on(self) -> str:
        return _among("status", self._cancellable)

    def _requests(self) -> str:
        """Where the latest request stands, as far as the order and the policy let it."""
        going: dict[str | None, int] = {
            None: 68,
            RequestStatus.AWAITING_SELLER: 14,
            RequestStatus.WITHDRAWAL_ASKED: 3,
            RequestStatus.WITHDRAWAL_HELD: 2,
            RequestStatus.REJECTED: 8,
            RequestStatus.WITHDRAWN: 4,
            RequestStatus.LAPSED: 1,
        }
        gone: dict[str | None, int] = {
            None: 90,
            RequestStatus.REJECTED: 4,
            RequestStatus.WITHDRAWN: 2,
            RequestStatus.SUPERSEDED: 3,
            RequestStatus.AWAITING_SELLER: 1,
        }
        if self._policy.superseding is None:
            del gone[RequestStatus.SUPERSEDED]
        else:
            del gone[RequestStatus.AWAITING_SELLER]
        asked, over = (
            self._chosen(
                {word: weight for word, weight in weights.items() if self._may(word) == "true"}
            )
            for weights in (going, gone)
        )
        cancelled = _text(self._policy.cancelled_status)
        return (
            f"CASE WHEN status = {cancelled} THEN {_text(RequestStatus.GRANTED)} "
            f'WHEN {self._goes_on} AND "near requested_at" IS NOT NULL '
            f"THEN {_text(RequestStatus.AWAITING_SELLER)} "
            f"WHEN {self._goes_on} THEN {asked} ELSE {over} END"
        )

    def _may(self, status: str | None) -> str:
        """Whether requests of this policy get there: ``true`` or ``false``."""
        permits = self._permitted
        does = {deadline.does for deadline in self._policy.deadlines}
        match status:
            case RequestStatus.WITHDRAWAL_ASKED | RequestStatus.WITHDRAWAL_HELD:
                may = permits(AskWithdrawal)
            case RequestStatus.WITHDRAWN:
                may = permits(Withdraw) or (permits(AskWithdrawal) and permits(AnswerWithdrawal))
            case RequestStatus.REJECTED:
                may = permits(Reject) or Consequence.REJECT in does
            case RequestStatus.LAPSED:
                may = Consequence.LAPSE in does
            case _:
                may = True
        return "true" if may else "false"

    def _permitted(self, kind: type[Command]) -> bool:
        return any(rule.effect == PERMIT for rule in self._policy.rules_for(kind))

    def _times(self) -> Iterator[str]:
        paid = self._between(
            "placed_at", f"least(placed_at + INTERVAL 1 DAY, {self._at})", power=3
        )
        paid = f"CASE WHEN {self._number(10)} > 0 THEN {paid} END"
        yield f'coalesce("near paid_at", {paid}) AS paid_at'
        initial = _text(self._initial)
        moved = self._between("placed_at", self._at)
        since = f"CASE WHEN status = {initial} THEN placed_at ELSE {moved} END"
        yield f'coalesce("near status_since", {since}) AS status_since'
        yield f"{self._ship_on()} AS ship_on"

    def _requested(self) -> str:
        """Before the order was over; what waits for an answer has not waited for long."""
        waits = f"to_seconds({_seconds(self._waits())})"
        lately = f"greatest(placed_at, {self._at} - {waits})"
        since = f"CASE WHEN {_open()} THEN {lately} ELSE placed_at END"
        return (
            "CASE WHEN request_status IS NULL THEN NULL "
            f"WHEN {self._goes_on} "
            f'THEN coalesce("near requested_at", {self._between(since, self._at)}) '
            f"ELSE {self._between('placed_at', 'status_since')} END"
        )

    def _ship_on(self) -> str:
        policy = self._policy
        planned = f"{_day('placed_at', policy.zone)} + 1 + {self._number(10)}"
        sure = _among("status", policy.dated)
        missing = f"{self._number(10)} < {1 if policy.planned_by else 3}"
        unplanned = f"{'status = ' + _text(self._initial) if policy.planned_by else 'false'}"
        return (
            f"CASE WHEN {unplanned} AND NOT {sure} THEN NULL "
            f'WHEN "near ship_on" IS NOT NULL THEN "near ship_on" '
            f"WHEN {missing} AND NOT {sure} THEN NULL ELSE {planned} END"
        )

    def _waits(self) -> timedelta:
        """Up to a little after the first deadline that decides, as clocks are a little late."""
        lengths = [_about(deadline.due) for deadline in self._policy.deadlines if deadline.decides]
        return min(lengths, default=_WAITS) * 1.02

    def _dues(self) -> Iterator[str]:
        policy = self._policy
        deciding = [
            f"CASE WHEN {_open()} AND {_among('status', statuses)} "
            f"THEN {_due(deadline, policy.zone)} END"
            for deadline in policy.deadlines
            if (
                statuses := [
                    each
                    for each in policy.orders.state_ids
                    if policy.can_decide(deadline.id, each)
                ]
            )
        ]
        overdue = [
            f"CASE WHEN {_open()} THEN {_due(deadline, policy.zone)} END"
            for deadline in policy.deadlines
            if deadline.does is Consequence.MARK_OVERDUE
        ]
        breached = [
            f"CASE WHEN request_status = {_text(RequestStatus.REJECTED)} AND {self._goes_on} "
            f"THEN {_due(deadline, policy.zone)} END"
            for deadline in policy.deadlines
            if deadline.does is Consequence.BREACH
        ]
        yield f"{_least(deciding)} AS answer_due_at"
        yield f"{_least(overdue)} AS overdue_at"
        # What was due long ago has acted.
        acting = [
            f"CASE WHEN {each} > {self._at} THEN {each} END" for each in (*overdue, *breached)
        ]
        yield f"{_least([*deciding, *acting])} AS due_at"


_MOMENTS = ("placed_at", "paid_at", "status_since", "requested_at")


Edge = datetime | date | int


def _edges(policy: Policy, at: datetime) -> dict[str, list[Edge]]:
    """Where the policy begins to answer differently, by column; besides, where a day begins."""
    today = at.astimezone(policy.tzinfo).date()
    numbers = {fact.name for fact in policy.facts if not isinstance(fact, Choice | Flag)}
    moments: dict[str, set[datetime]] = {
        name: {midnight(today, policy.tzinfo)} for name in _MOMENTS
    }
    days = {today}
    found: dict[str, set[int]] = {name: {0} for name in numbers}
    for leaf in all_leaves(policy):
        bound = leaf.bound if isinstance(leaf, Compare) else None
        if isinstance(bound, timedelta):
            if abs(bound) <= _FAR:
                moments[COLUMN_OF[leaf.fact]].add(at - bound)
        elif leaf.fact in numbers and bound is not None:
            found[leaf.fact].add(bound)
        elif bound is not None and abs(bound) <= _FAR.days:
            day = today - timedelta(days=bound)
            if leaf.fact == "days_past_ship_on":
                days.add(day)
            else:
                ends = (day, day + _DAY)
                moments[COLUMN_OF[leaf.fact]] |= {midnight(each, policy.tzinfo) for each in ends}
    for deadline in policy.deadlines:
        match deadline.due:
            case After(length):
                moments["requested_at"].add(at - length)
            case EndOfDay(number):
                day = today - timedelta(days=number)
                moments["requested_at"].add(midnight(day, policy.tzinfo))
            case _:  # the end of the planned ship date
                days.add(today - _DAY)
    return {
        # What has happened lies before the moment, also with a second more.
        **{name: sorted(each for each in values if each < at) for name, values in moments.items()},
        "ship_on": sorted(days),
        **{name: sorted(values) for name, values in found.items()},
    }


def _about(due: Due) -> timedelta:
    """How long a deadline is, or the shortest that it can be."""
    match due:
        case After(length):
            return length
        case EndOfDay(days):
            return timedelta(days=days + 1)
        case _:  # it depends on the ship date
            return _WAITS


def _due(deadline: Deadline, zone: str) -> str:
    """When a deadline is over that starts with the request."""
    match deadline.due:
        case After(length):
            return f"requested_at + to_seconds({_seconds(length)})"
        case EndOfDay(days):
            return _midnight(f"{_day('requested_at', zone)} + {days + 1}", zone)
        case _:  # the end of the planned ship date
            return _midnight("ship_on + 1", zone)


def _day(moment: str, zone: str) -> str:
    return f"timezone({_text(zone)}, {_zoned(moment)})::DATE"


def _midnight(day: str, zone: str) -> str:
    return f"timezone('UTC', timezone({_text(zone)}, ({day})::TIMESTAMP))"


def _zoned(moment: str) -> str:
    return f"timezone('UTC', {moment})"


def _least(values: Sequence[str]) -> str:
    return f"least({', '.join(values)})" if values else "NULL::TIMESTAMP"


def _open() -> str:
    return _among("request_status", sorted(OPEN))


def _among(column: str, words: Iterable[str]) -> str:
    told = ", ".join(map(_text, words))
    return f"{column} IN ({told})" if told else "false"


def _literal(value: Edge) -> str:
    match value:
        case datetime():
            return f"TIMESTAMP '{value.astimezone(UTC).replace(tzinfo=None)}'"
        case date():
            return f"DATE '{value}'"
        case _:
            return str(value)


def _seconds(length: timedelta) -> str:
    return str(int(length.total_seconds()))


def _text(word: str | None) -> str:
    return "NULL" if word is None else quoted(word)
