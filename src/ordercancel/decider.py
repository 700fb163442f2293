"""Deciding: the pure function from a command to what happens.

`decide` asks the policy and says what happens, as events, or why it can't. Time is always an
argument, and nothing here reads a clock, makes an id or logs.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict, assert_never

from ordercancel.case import Case
from ordercancel.commands import (
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
from ordercancel.errors import Fault, InvalidValue, Refused, UnknownOrder
from ordercancel.events import (
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
from ordercancel.folding import evolve
from ordercancel.order import Actor, Order, Party, System
from ordercancel.policy.deadlines import Consequence, Deadline
from ordercancel.policy.decision import Verdict
from ordercancel.policy.policy import Policy
from ordercancel.policy.wording import occasion_of_event
from ordercancel.request import CancellationRequest
from ordercancel.validation import Faults, moment

__all__ = ["decide", "register"]


def register(order: Order, policy: Policy, at: datetime) -> tuple[Event, ...]:
    """The events of making an order known.

    Raises:
        InvalidValue: With everything of the order that the policy does not know, or where `at`
            has no UTC offset.
    """
    at = moment("register.at", at)
    case = policy.open(order)
    return (
        OrderRegistered(order_id=order.id, at=at, by=System(), order=order, edition=case.edition),
    )


def decide(
    command: Command, case: Case, policy: Policy, at: datetime, *, seller: Party | None = None
) -> tuple[Event, ...]:
    """What happens when `command` is given at the moment `at`: one event or several.

    Args:
        command: What somebody asks for.
        case: The order with its history.
        policy: The policy and edition that the case is judged by.
        at: The moment, with a UTC offset.
        seller: What the directory knows of the seller.

    Raises:
        UnknownOrder: The command is about another order, or its actor is no party to this one.
        InvalidValue: The command's reason, text, move or time is wrong; every fault is named.
        Refused: The rules say no.
    """
    if command.order_id != case.order.id or not case.order.knows(command.by):
        raise UnknownOrder(command.order_id)
    if (policy.name, policy.edition) != (case.order.policy, case.edition):
        raise InvalidValue(
            [
                Fault(
                    "decide.policy",
                    f"is {policy.name} {policy.edition}",
                    f"{case.order.policy} {case.edition}, which judges this case",
                )
            ]
        )
    at = moment(f"{type(command).__name__}.at", at)
    text = _check_input(command, policy)
    decision = policy.assess(command, case, at, seller=seller)
    if decision.is_refused:
        raise Refused(decision)
    step = _Step(case, policy, at, command.by, decision.rules)
    match command:
        case RequestCancellation():
            step.request(command.reason or "", text, at_once=decision.verdict is Verdict.CANCEL)
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


class _Stamp(TypedDict):
    order_id: str
    at: datetime
    by: Actor
    rules: tuple[str, ...]


class _Step:
    """Gathers the events of one decision; each is folded in before the next is made."""

    def __init__(
        self, case: Case, policy: Policy, at: datetime, by: Actor, rules: tuple[str, ...]
    ) -> None:
        self.case = case
        self.policy = policy
        self.stamp: _Stamp = {"order_id": case.order.id, "at": at, "by": by, "rules": rules}
        self.events: list[Event] = []

    @property
    def at(self) -> datetime:
        return self.stamp["at"]

    @property
    def latest(self) -> CancellationRequest:
        """The request that the command is about; the charts have made sure that there is one."""
        return self.case.requests[-1]

    def add(self, event: Event) -> None:
        """Take `event` in, and let it start the deadlines that it is an occasion of."""
        self.events.append(event)
        self.case = evolve(self.case, event)
        occasion = occasion_of_event(event)
        for deadline in self.policy.deadlines:
            if deadline.starts is occasion:
                self._start(deadline)

    def request(self, reason: str, text: str | None, *, at_once: bool) -> None:
        number = len(self.case.requests) + 1
        self.add(
            CancellationRequested(
                number=number, reason=reason, text=text, referred=not at_once, **self.stamp
            )
        )
        if at_once:
            self.grant(at_once=True)

    def grant(self, *, at_once: bool = False) -> None:
        number = self.latest.number
        self.add(RequestGranted(number=number, at_once=at_once, **self.stamp))
        self.add(OrderCancelled(number=number, status=self.policy.cancelled_status, **self.stamp))

    def reject(self, reason: str | None, text: str | None) -> None:
        status, ship_on, stamp = self._going_back()
        self.add(
            RequestRejected(
                number=self.latest.number,
                reason=reason,
                text=text,
                order_status=status,
                ship_on=ship_on,
                **stamp,
            )
        )

    def withdraw(self) -> None:
        status, ship_on, stamp = self._going_back()
        self.add(
            RequestWithdrawn(
                number=self.latest.number, order_status=status, ship_on=ship_on, **stamp
            )
        )

    def ask_withdrawal(self, text: str | None) -> None:
        self.add(WithdrawalAsked(number=self.latest.number, text=text, **self.stamp))

    def hold_withdrawal(self) -> None:
        self.add(WithdrawalHeld(number=self.latest.number, **self.stamp))

    def advance(self, command: AdvanceOrder) -> None:
        move, order = command.move, self.case.order
        for duty in self.case.open_duties:
            if move in self.policy.deadline(duty.deadline).met_by:
                settled = DutyMet if self.at < duty.due_at else DutyBreached
                self.add(
                    settled(
                        deadline=duty.deadline, number=duty.request, **self._naming(duty.deadline)
                    )
                )
        self.add(
            OrderAdvanced(
                move=move,
                status=self.policy.orders.table[order.status, move],
                ship_on=command.ship_on,
                ships=move in self.policy.shipped_by,
                **self.stamp,
            )
        )
        superseding = self.policy.superseding
        if superseding and move in superseding.moves and self.case.open_request is not None:
            stamp = self._naming(superseding.id)
            self.add(RequestSuperseded(number=self.latest.number, move=move, **stamp))

    def apply_deadline(self, command: ApplyDeadline) -> None:
        deadline = self.policy.deadline(command.deadline)
        self.stamp = self._naming(deadline.id)
        kind = DutyBreached if deadline.does is Consequence.BREACH else DeadlinePassed
        self.add(kind(deadline=deadline.id, number=command.request, **self.stamp))
        match deadline.does:
            case Consequence.APPROVE:
                self.grant()
            case Consequence.REJECT:
                self.reject(None, None)
            case Consequence.LAPSE:
                self.add(RequestLapsed(number=self.latest.number, **self.stamp))
            case Consequence.MARK_OVERDUE | Consequence.BREACH:
                pass
            case _:  # pragma: no cover - the type checker proves that none is left
                assert_never(deadline.does)

    def _start(self, deadline: Deadline) -> None:
        due_at = deadline.due.due_at(self.at, self.case.order, self.policy.tzinfo)
        if due_at is None or self._is_running(deadline):
            return
        arose = DutyArose(
            deadline=deadline.id,
            number=self.latest.number,
            due_at=due_at,
            follows_order=bool(deadline.met_by),
            **self._naming(deadline.id),
        )
        self.add(arose)

    def _is_running(self, deadline: Deadline) -> bool:
        return any(
            (duty.deadline, duty.request) == (deadline.id, self.latest.number)
            for duty in self.case.open_duties
        )

    def _naming(self, provision: str) -> _Stamp:
        """The stamp, with what follows of itself named beside the rules of the decision."""
        return {**self.stamp, "rules": (*self.stamp["rules"], provision)}

    def _going_back(self) -> tuple[str | None, date | None, _Stamp]:
        """The status and planned ship date to go back to, where the policy goes back."""
        going_back = self.policy.going_back
        if going_back is None:
            return None, None, self.stamp
        return self.latest.order_status, self.latest.ship_on, self._naming(going_back.id)


def _check_input(command: Command, policy: Policy) -> str | None:
    """The cleaned text of the command; raises with every fault of what the policy bounds."""
    faults = Faults(type(command).__name__)
    text: str | None = None
    match command:
        case RequestCancellation():
            text = policy.request_reasons.check(command.reason, command.text, faults)
        case Reject():
            text = policy.rejection_reasons.check(command.reason, command.text, faults)
        case AskWithdrawal():
            if policy.withdrawal_text is not None:
                text = policy.withdrawal_text.check(command.text, "text", faults)
            elif command.text is not None:
                faults.add("text", "is given", "none under this policy")
        case AdvanceOrder():
            moves = [move for move in policy.orders.moves if move != policy.cancel_move]
            if command.move not in moves:
                faults.add("move", f"is {command.move!r}", f"one of: {', '.join(moves)}")
            elif command.move in policy.planned_by and command.ship_on is None:
                faults.add("ship_on", "is missing", "the planned ship date")
            elif command.move not in policy.planned_by and command.ship_on is not None:
                faults.add("ship_on", f"is given with {command.move!r}", "none with this move")
        case ApplyDeadline():
            policy.deadline(command.deadline)
        case _:
            pass
    faults.raise_if_any()
    return text
