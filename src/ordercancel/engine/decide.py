"""Decide: the pure function from a command to the events of its decision, or a refusal.

Time is always an argument: nothing here reads a clock, makes an id or logs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypedDict, assert_never

from ordercancel.domain.actors import Actor, Party, System
from ordercancel.domain.cases import Case, Duty
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.errors import Fault, InvalidValue, UnknownOrder
from ordercancel.domain.events import (
    CancellationRequested,
    DeadlinePassed,
    DutyArose,
    DutyBreached,
    DutyMet,
    Event,
    OrderAdvanced,
    OrderCancelled,
    OrderRegistered,
    RequestGranted,
    RequestLapsed,
    RequestRejected,
    RequestSuperseded,
    RequestWithdrawn,
    WithdrawalAsked,
    WithdrawalHeld,
)
from ordercancel.domain.faults import Faults, moment
from ordercancel.domain.limits import MAX_DUTIES, MAX_REQUESTS
from ordercancel.domain.orders import Order
from ordercancel.domain.trusted import trusted
from ordercancel.engine.decision import Refused, Verdict
from ordercancel.engine.evaluation import evaluate
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.deadlines import Consequence, Deadline


def register(order: Order, policy: RuleSet, at: datetime) -> tuple[Event, ...]:
    """Register `order` at the moment `at`: the one event that its history begins with.

    Raises:
        InvalidValue: The order has values that the policy does not know, or `at` has no UTC
            offset; every fault is named.
    """
    at = moment("register.at", at)
    case = policy.open(order)
    return (
        OrderRegistered(order_id=order.id, at=at, by=System(), order=order, edition=case.edition),
    )


def decide(
    command: Command, case: Case, policy: RuleSet, at: datetime, *, seller: Party | None = None
) -> tuple[Event, ...]:
    """Decide a `command` given at the moment `at`: one event or several, in order.

    Only a party to the order gets past the first lines: to everyone else it does not exist.

    Args:
        command: What the actor wants done.
        case: The order with its history.
        policy: The policy, in the edition that judges the case.
        at: The moment, with a UTC offset.
        seller: What the directory knows of the seller, where a rule needs it. Default: nothing.

    Raises:
        UnknownOrder: The command is about another order, or its actor is no party to this one.
        InvalidValue: The reason, text, move or time is wrong, or the policy is another than the
            case's; every fault is named.
        Refused: The policy refuses; the error carries the decision.
    """
    order = case.order
    # This comes first, so that a stranger cannot tell a wrong command from a missing order.
    if command.order_id != order.id or not order.visible_to(command.by):
        raise UnknownOrder(command.order_id)
    if policy.name != order.policy or policy.edition != case.edition:
        raise InvalidValue(
            [
                Fault(
                    "decide.policy",
                    f"is {policy.name} {policy.edition}",
                    f"{order.policy} {case.edition}, which judges this case",
                )
            ]
        )
    at = moment(type(command), at)
    check = _CHECKS.get(type(command))
    text = check(command, policy) if check else None
    ruling = evaluate(command, case, policy, at, seller)
    if ruling.verdict is Verdict.REFUSE:
        raise Refused(ruling.decision(policy, type(command), (command, case, at, seller)))
    step = _Step(case, policy, at, command.by, ruling.rules)
    match command:
        case RequestCancellation():
            step.request(command.reason or "", text, at_once=ruling.verdict is Verdict.CANCEL)
        case Approve():
            step.grant()
        case Reject():
            step.reject(command.reason, text)
        case Withdraw():
            step.withdraw()
        case AskWithdrawal():
            step.ask_withdrawal(text)
        case AnswerWithdrawal():
            if command.accept:
                step.withdraw()
            else:
                step.hold_withdrawal()
        case AdvanceOrder():
            step.advance(command)
        case ApplyDeadline():
            step.apply_deadline(command)
        case _:  # pragma: no cover - the type checker proves that no command is left
            assert_never(command)
    return tuple(step.events)


_Key = tuple[str, int]
"""Identifies a duty of a case: its deadline, and the number of its request."""


def _key(duty: Duty) -> _Key:
    return duty.deadline, duty.request


class _Stamp(TypedDict):
    """The fields that every event has."""

    order_id: str
    at: datetime
    by: Actor
    rules: tuple[str, ...]


class _Step:
    """The events of one decision, gathered with the deadlines that each of them starts."""

    __slots__ = (
        "at",
        "case",
        "events",
        "number",
        "policy",
        "running",
        "ship_on",
        "stamp",
        "started",
    )

    def __init__(
        self, case: Case, policy: RuleSet, at: datetime, by: Actor, rules: tuple[str, ...]
    ) -> None:
        self.case = case
        self.policy = policy
        self.at = at
        self.stamp: _Stamp = {"order_id": case.order.id, "at": at, "by": by, "rules": rules}
        # The request that it is about, the day the order is to be shipped on, and the duties that
        # are open, as they are after the events gathered so far.
        self.number = case.requests[-1].number if case.requests else 0
        self.ship_on = case.order.ship_on
        self.running: set[_Key] | None = None
        self.started = 0
        self.events: list[Event] = []

    def add(self, event: Event) -> None:
        """Add `event`, and then those of the deadlines that start with it."""
        self.events.append(event)
        for deadline in self.policy.started_with(event):
            self._start(deadline)

    def stamped(self, *more: str) -> _Stamp:
        """The stamp of an event that `more` rules are behind, beside those of the decision."""
        return {**self.stamp, "rules": (*self.stamp["rules"], *more)}

    def request(self, reason: str, text: str | None, *, at_once: bool) -> None:
        self.number = len(self.case.requests) + 1
        if self.number > MAX_REQUESTS:
            problem = f"has {MAX_REQUESTS} requests"
            raise InvalidValue([Fault("Case.requests", problem, "fewer, to take another one")])
        self.add(
            trusted(CancellationRequested)(
                **self.stamp, number=self.number, reason=reason, text=text, referred=not at_once
            )
        )
        if at_once:
            self.grant(at_once=True)

    def grant(self, *, at_once: bool = False) -> None:
        self.add(trusted(RequestGranted)(**self.stamp, number=self.number, at_once=at_once))
        self.add(
            trusted(OrderCancelled)(
                **self.stamp, number=self.number, status=self.policy.cancelled_status
            )
        )

    def reject(self, reason: str | None, text: str | None) -> None:
        status, ship_on, more = self._going_back()
        self.add(
            trusted(RequestRejected)(
                **self.stamped(*more),
                number=self.number,
                reason=reason,
                text=text,
                order_status=status,
                ship_on=ship_on,
            )
        )

    def withdraw(self) -> None:
        status, ship_on, more = self._going_back()
        self.add(
            trusted(RequestWithdrawn)(
                **self.stamped(*more), number=self.number, order_status=status, ship_on=ship_on
            )
        )

    def ask_withdrawal(self, text: str | None) -> None:
        self.add(trusted(WithdrawalAsked)(**self.stamp, number=self.number, text=text))

    def hold_withdrawal(self) -> None:
        self.add(trusted(WithdrawalHeld)(**self.stamp, number=self.number))

    def advance(self, command: AdvanceOrder) -> None:
        move, order = command.move, self.case.order
        for duty in self.case.open_duties:
            if move in self.policy.deadline(duty.deadline).met_by:
                self._settle(DutyMet if self.at < duty.due_at else DutyBreached, _key(duty))
        if command.ship_on is not None:
            self.ship_on = command.ship_on
        self.add(
            trusted(OrderAdvanced)(
                **self.stamp,
                move=move,
                status=self.policy.orders.table[order.status, move],
                ship_on=command.ship_on,
                ships=move in self.policy.shipped_by,
            )
        )
        superseding = self.policy.superseding
        if superseding and move in superseding.moves and self.case.open_request is not None:
            self.add(
                trusted(RequestSuperseded)(
                    **self.stamped(superseding.id), number=self.number, move=move
                )
            )

    def apply_deadline(self, command: ApplyDeadline) -> None:
        deadline = self.policy.deadline(command.deadline)
        kind = DutyBreached if deadline.does is Consequence.BREACH else DeadlinePassed
        self._settle(kind, (deadline.id, command.request))
        self.stamp = self.stamped(deadline.id)
        match deadline.does:
            case Consequence.APPROVE:
                self.grant()
            case Consequence.REJECT:
                self.reject(None, None)
            case Consequence.LAPSE:
                self.add(trusted(RequestLapsed)(**self.stamp, number=self.number))
            case Consequence.MARK_OVERDUE | Consequence.BREACH:
                pass
            case _:  # pragma: no cover - the type checker proves that none is left
                assert_never(deadline.does)

    def _settle(
        self, kind: Callable[..., DutyMet | DutyBreached | DeadlinePassed], key: _Key
    ) -> None:
        """The duty that arose by this deadline with this request is open no more."""
        self._open_duties().discard(key)
        deadline, number = key
        self.add(trusted(kind)(**self.stamped(deadline), deadline=deadline, number=number))

    def _start(self, deadline: Deadline) -> None:
        key = (deadline.id, self.number)
        due_at = deadline.due.due_at(self.at, self.ship_on, self.policy.tzinfo)
        running = self._open_duties()
        if due_at is None or key in running:
            return
        running.add(key)
        self.started += 1
        if len(self.case.duties) + self.started > MAX_DUTIES:
            problem = f"has {MAX_DUTIES} duties"
            raise InvalidValue([Fault("Case.duties", problem, "fewer, to take another one")])
        self.add(
            trusted(DutyArose)(
                **self.stamped(deadline.id),
                deadline=deadline.id,
                number=self.number,
                due_at=due_at,
                follows_order=bool(deadline.met_by),
            )
        )

    def _open_duties(self) -> set[_Key]:
        if self.running is None:
            self.running = set(map(_key, self.case.open_duties))
        return self.running

    def _going_back(self) -> tuple[str | None, date | None, tuple[str, ...]]:
        """The status and planned ship date to go back to, where the policy goes back."""
        going_back = self.policy.going_back
        if going_back is None:
            return None, None, ()
        request = self.case.requests[-1]
        self.ship_on = request.ship_on
        return request.order_status, request.ship_on, (going_back.id,)


def _check_request(command: RequestCancellation, policy: RuleSet) -> str | None:
    reasons = policy.request_reasons
    return reasons.checked(command.reason, command.text, "RequestCancellation")


def _check_rejection(command: Reject, policy: RuleSet) -> str | None:
    return policy.rejection_reasons.checked(command.reason, command.text, "Reject")


def _check_withdrawal(command: AskWithdrawal, policy: RuleSet) -> str | None:
    faults = Faults("AskWithdrawal")
    text: str | None = None
    if policy.withdrawal_text is not None:
        text = policy.withdrawal_text.check(command.text, "text", faults)
    elif command.text is not None:
        faults.add("text", "is given", "none under this policy")
    faults.raise_if_any()
    return text


def _check_advance(command: AdvanceOrder, policy: RuleSet) -> None:
    faults = Faults("AdvanceOrder")
    moves = [move for move in policy.orders.moves if move != policy.cancel_move]
    if command.move not in moves:
        faults.add("move", f"is {command.move!r}", f"one of: {', '.join(moves)}")
    elif command.move in policy.planned_by and command.ship_on is None:
        faults.add("ship_on", "is missing", "the planned ship date")
    elif command.move not in policy.planned_by and command.ship_on is not None:
        faults.add("ship_on", f"is given with {command.move!r}", "none with this move")
    faults.raise_if_any()


def _check_deadline(command: ApplyDeadline, policy: RuleSet) -> None:
    policy.deadline(command.deadline)


_CHECKS: Mapping[type[Command], Callable[[Any, RuleSet], str | None]] = {
    RequestCancellation: _check_request,
    Reject: _check_rejection,
    AskWithdrawal: _check_withdrawal,
    AdvanceOrder: _check_advance,
    ApplyDeadline: _check_deadline,
}
"""The policy's bounds of a command: each check raises every fault, or returns the clean text."""
