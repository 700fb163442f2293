"""What happens by a decision: its events, gathered one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial, reduce
from typing import Any, assert_never

from ordercancel.domain.actors import Actor
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Reject, RequestCancellation
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlineFired,
    Event,
    OrderAdvanced,
    OrderCancelled,
    OrderUpdated,
    RequestClosed,
    RequestReferred,
    UnitsCancelled,
    UnitsReturned,
    UnitsShipped,
)
from ordercancel.domain.frozenmap import EMPTY, FrozenMap
from ordercancel.domain.limits import MAX_REQUESTS
from ordercancel.domain.quotes import Amounts
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.trusted import trusted
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import Ruling, Verdict
from ordercancel.engine.evaluation import charge
from ordercancel.engine.evolve import evolve
from ordercancel.engine.quoting import quote_for
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.timers import Timer, unmarked_by
from ordercancel.engine.units import may_ship, shipment, without
from ordercancel.rules.deadlines import Do
from ordercancel.rules.effects import OTHER_SIDE
from ordercancel.rules.roles import other_side_of


class Happening:
    """Gathers the events of one decision."""

    __slots__ = (
        "at",
        "by",
        "case",
        "events",
        "fee",
        "lines",
        "number",
        "order_id",
        "policy",
        "rules",
    )

    def __init__(
        self, case: Case, policy: RuleSet, at: datetime, by: Actor, rules: tuple[str, ...]
    ) -> None:
        self.case = case
        self.policy = policy
        self.order_id = case.order.id
        self.at = at
        self.by = by
        self.rules = rules
        self.number = len(case.requests)
        # What is asked for, where units count; `open` puts what it asks for in its place.
        request = case.open_request if case.order.lines else None
        self.lines: Amounts = EMPTY if request is None else request.lines
        self.fee = None if request is None else request.fee
        self.events: list[Event] = []

    def add(self, kind: Callable[..., Event], **fields: Any) -> None:
        """Add an event of this kind, stamped with the order, the moment, the actor and the rules.

        Its parts were checked when the command and the case were built.
        """
        event = trusted(kind)(
            order_id=self.order_id, at=self.at, by=self.by, rules=self.rules, **fields
        )
        self.events.append(event)

    # ------------------------------------------------------------------ the request

    def request(self, command: RequestCancellation, text: str | None, ruling: Ruling) -> None:
        answerer = None
        if ruling.verdict is Verdict.REFER:
            answerer = ruling.to
            if answerer == OTHER_SIDE:
                answerer = other_side_of(command.by.role, self.policy.roles)
        else:
            self.supersede()
        fee = None if ruling.fee is None else ruling.fee.id
        self.open(command.reason, text, command.data, answerer, command.lines, fee)
        if answerer is None:
            self.approve()

    def open(
        self,
        reason: str | None,
        text: str | None,
        data: Mapping[str, Any],
        answerer: str | None,
        lines: Amounts | None = None,
        fee: str | None = None,
    ) -> None:
        self.fee = fee
        if self.case.order.lines:
            self.lines = FrozenMap(self.case.open_units if lines is None else lines)
        self.number = len(self.case.requests) + 1
        if self.number > MAX_REQUESTS:
            problem = f"has {MAX_REQUESTS} requests"
            raise InvalidValue([Fault("Case.requests", problem, "fewer, to take another one")])
        self.add(
            CancellationRequested,
            number=self.number,
            reason=reason,
            text=text,
            data=data,
            lines=self.lines,
            fee=self.fee,
            answerer=answerer,
        )

    def approve(self) -> None:
        self.close(RequestStatus.APPROVED)
        if self.case.order.lines:
            quote = quote_for(self.case, self.policy, self.lines, self.fee)
            self.add(
                UnitsCancelled, number=self.number, lines=self.lines, fee=self.fee, quote=quote
            )
            after = reduce(evolve, self.events, self.case)
            if after.open_units:
                return
            if after.units.shipped:
                self.move_with_the_last(after.units.move)
                return
        self.add(OrderCancelled, number=self.number, status=self.policy.orders.cancelled)

    def move_with_the_last(self, move: str | None) -> None:
        """Make the move that units were shipped by, where the last open one was cancelled.

        From whatever status the order was put in since: nothing of it is left to be shipped.
        """
        moves = self.policy.orders.moves
        if move is not None and move in moves:
            event = partial(trusted(OrderAdvanced), move=move, status=moves[move][1])
            self.tell(event, EMPTY, ships=True)

    def reject(self, command: Reject, text: str | None, ruling: Ruling) -> None:
        if ruling.verdict is Verdict.REFER:
            answerer = ruling.to or ""
            self.add(
                RequestReferred,
                number=self.number,
                answerer=answerer,
                reason=command.reason,
                text=text,
            )
        else:
            self.close(RequestStatus.REJECTED, command.reason, text)

    def close(
        self, outcome: RequestStatus, reason: str | None = None, text: str | None = None
    ) -> None:
        self.add(RequestClosed, number=self.number, outcome=outcome, reason=reason, text=text)

    def supersede(self) -> None:
        """Close the request that is open, if one is: something else has settled the matter."""
        if self.case.open_request is not None:
            self.close(RequestStatus.SUPERSEDED)

    def supersede_by_arriving_in(self, status: str) -> None:
        """Close it where the order comes into a status that closes it.

        This comes before the move, so that the request was closed before the order was shipped,
        and both sides read that it was shipped.
        """
        if status in (self.policy.orders.closes or ()):
            self.supersede()

    # ------------------------------------------------------------------ the order

    def advance(self, move: str, facts: Mapping[str, Any], lines: Amounts | None = None) -> None:
        """Make a move; where units stay open that it does not ship, they alone leave."""
        orders, order, case = self.policy.orders, self.case.order, self.case
        status = orders.table[order.status, move]
        units = shipment(case, self.policy, move, lines)
        rest = {} if units is None else without(case.open_units, units)
        if not rest:
            self.supersede_by_arriving_in(status)
        elif any(rest.get(name, 0) < held for name, held in case.held_units.items()):
            self.supersede()
        if units:
            self.add(UnitsShipped, lines=FrozenMap(units), move=move)
        if rest:
            if facts:
                update = partial(trusted(OrderUpdated), status=None, buyer=None, seller=None)
                self.tell(update, facts, ships=False)
            return
        self.tell(
            partial(trusted(OrderAdvanced), move=move, status=status),
            facts,
            ships=status in orders.shipped and order.status not in orders.shipped,
        )

    def correct(self, status: str) -> None:
        """Say what a status that the host knows better makes of units."""
        shipped, case = self.policy.orders.shipped, self.case
        if status in shipped and case.open_units:
            self.add(UnitsShipped, lines=FrozenMap(case.open_units))
        elif status not in shipped and case.order.status in shipped and case.units.shipped:
            self.add(UnitsReturned, lines=case.units.shipped)

    def tell(self, kind: Callable[..., Event], facts: Mapping[str, Any], *, ships: bool) -> None:
        """Add what changes of the order, with the marks that are taken off by it."""
        event = partial(
            kind,
            order_id=self.order_id,
            at=self.at,
            by=self.by,
            rules=self.rules,
            facts=facts,
            ships=ships,
        )
        unmarks: tuple[str, ...] = ()
        if self.case.marks:
            unmarks = unmarked_by(self.policy, evolve(self.case, event(unmarks=())))
        self.events.append(event(unmarks=unmarks))

    # ------------------------------------------------------------------ deadlines

    def fire(self, timer: Timer) -> None:
        deadline, action = timer.deadline, timer.deadline.then
        impossible = not _is_possible(action.do, action.argument, self.case, self.policy)
        charged = self.charged(action.argument) if action.do is Do.CANCEL else None
        if charged is not None and charged.verdict is Verdict.REFUSE:
            impossible = True
        code = action.argument if action.do is Do.MARK else None
        marked = self.number if action.of == "request" and self.number else None
        self.add(
            DeadlineFired,
            deadline=deadline.id,
            due_at=timer.due_at,
            mark=code,
            request=marked if code else None,
            impossible=impossible,
        )
        if impossible:
            return
        match action.do:
            case Do.APPROVE:
                self.approve()
            case Do.REJECT:
                self.close(RequestStatus.REJECTED)
            case Do.EXPIRE:
                self.close(RequestStatus.EXPIRED)
            case Do.CANCEL:
                self.supersede()
                fee = None if charged is None or charged.fee is None else charged.fee.id
                self.open(action.argument, None, FrozenMap({}), None, fee=fee)
                self.approve()
            case Do.ADVANCE:
                self.advance(action.argument or "", FrozenMap({}))
            case Do.REFER:
                self.add(RequestReferred, number=self.number, answerer=action.argument or "")
            case Do.MARK | Do.NOTIFY:
                pass
            case _:  # pragma: no cover - the type checker proves that none is left
                assert_never(action.do)

    def charged(self, reason: str | None) -> Ruling:
        """A cancellation by the clock, with the fee that holds for it; refused where none can."""
        ruling = Ruling(Verdict.CANCEL)
        if self.case.order.money is None or not self.policy.fees:
            return ruling
        command = RequestCancellation(self.order_id, by=self.by, reason=reason)
        return charge(ruling, self.policy, Facts(command, self.case, self.policy, self.at))


def _is_possible(do: Do, argument: str | None, case: Case, policy: RuleSet) -> bool:
    """Whether the lifecycles have what a deadline does."""
    status = case.order.status
    match do:
        case Do.APPROVE:
            if case.open_request is None or status not in policy.orders.cancellable:
                return False
            return without(case.held_units, case.open_units) == {}
        case Do.REJECT | Do.EXPIRE | Do.REFER:
            return case.open_request is not None
        case Do.CANCEL:
            is_left = bool(case.open_units or not case.order.lines)
            return is_left and status in policy.orders.cancellable
        case Do.ADVANCE:
            move = argument or ""
            return (status, move) in policy.orders.table and may_ship(case, policy, move)
        case _:
            return True
