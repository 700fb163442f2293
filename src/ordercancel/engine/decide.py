"""Deciding: the pure function from a command to what happens.

`decide` asks the policy and says what happens, as events, or why it can't. Time is always an
argument, and nothing here reads a clock, makes an id or logs.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import assert_never

from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    ANSWERS,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    FireDeadline,
    Judged,
    RecordRefund,
    Reject,
    RequestCancellation,
    UpdateOrder,
    Withdraw,
    exact_command,
)
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import (
    Event,
    OrderRegistered,
    OrderUpdated,
    RefundRecorded,
    WithdrawalAsked,
    WithdrawalDeclined,
)
from ordercancel.domain.exact import of_kind
from ordercancel.domain.faults import moment
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.trusted import trusted
from ordercancel.engine.compilation import evaluate
from ordercancel.engine.decision import Refused, Ruling, Verdict, as_expected, check_house, refused
from ordercancel.engine.happening import Happening
from ordercancel.engine.inputs import check_input, check_update
from ordercancel.engine.quoting import check_expects, spread_elsewhere
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.settlement import settle
from ordercancel.engine.timers import first_timer
from ordercancel.rules.roles import check_party


def register(order: Order, policy: RuleSet, at: datetime) -> tuple[Event, ...]:
    """The events of making an order known.

    Raises:
        InvalidValue: With everything of the order that the policy does not know, or where `at`
            has no UTC offset.
    """
    at, order = moment("register.at", at), of_kind(order, Order)
    case = policy.open(order)
    return (
        OrderRegistered(
            order_id=order.id,
            at=at,
            by=System(),
            order=order,
            edition=case.edition,
            digest=case.digest,
            units=case.units,
        ),
    )


def decide(
    command: Command, case: Case, policy: RuleSet, at: datetime, *, seller: Party | None = None
) -> tuple[Event, ...]:
    """What happens when `command` is given at the moment `at`: one event or several.

    Args:
        command: The command.
        case: The order with its history.
        policy: The policy and edition that the case is judged by.
        at: The moment, with a UTC offset; not before the last event of the case.
        seller: What the directory knows of the seller.

    Raises:
        UnknownOrder: The command is about another order, or its actor is no party to this one.
        InvalidValue: The command's reason, text, facts, move or time is wrong; every fault is
            named.
        Refused: The policy refuses the command.
    """
    command = exact_command(command)
    return decide_admitted(command, case, policy, admit(command, case, policy, at), seller)[0]


def decide_admitted(
    command: Command, case: Case, policy: RuleSet, at: datetime, seller: Party | None = None
) -> tuple[tuple[Event, ...], Verdict | None]:
    """The same as `decide`, for a command that `admit` has let through; with the rules' verdict.

    There is none where no rule judges.
    """
    if isinstance(command, Judged):
        return _judged(command, case, policy, at, seller)
    match command:
        case UpdateOrder():
            return _update(command, case, policy, at), None
        case RecordRefund():
            return _record_refund(command, case, policy, at), None
        case FireDeadline():
            return _fire(command, case, policy, at), None
        case _:
            return settle(command, case, policy, at), None


def admit(command: Command, case: Case, policy: RuleSet, at: datetime) -> datetime:
    """The moment `at` in UTC, where `command` may be judged at all: what `decide` sees to first.

    Raises:
        UnknownOrder: The command is about another order, or its actor is no party to this one.
        InvalidValue: The policy is not the one that judges the case, or `at` is before the last
            event of the case.
    """
    order = case.order
    # First of all, so that a stranger learns nothing of the order, not even its edition.
    check_party(command.by, command.order_id, order, policy.roles)
    check_edition(policy, order.policy, case.edition, case.digest)
    at = moment(type(command), at)
    if case.updated_at is not None and at < case.updated_at:
        where = f"{type(command).__name__}.at"
        expected = f"{case.updated_at.isoformat()} or later, when the last event happened"
        raise InvalidValue([Fault(where, f"is {at.isoformat()}", expected, code="at_too_early")])
    return at


def check_edition(policy: RuleSet, name: str, edition: str, digest: str) -> None:
    """Raise `InvalidValue` where `policy` does not judge the cases of this edition and digest."""
    if policy.name != name or policy.edition != edition:
        problem = f"is {policy.name} {policy.edition}"
        expected = f"{name} {edition}, which judges this case"
        raise InvalidValue([Fault("decide.policy", problem, expected, code="wrong_edition")])
    if digest and digest != policy.digest and digest not in policy.succeeds:
        problem = f"edition {policy.edition} has the digest {policy.digest}"
        expected = f"{digest}, or a policy that says that it succeeds it"
        raise InvalidValue([Fault("decide.policy", problem, expected, code="wrong_digest")])


def _judged(
    command: Judged, case: Case, policy: RuleSet, at: datetime, seller: Party | None
) -> tuple[tuple[Event, ...], Verdict]:
    """What happens by a command that the rules judge, and their verdict."""
    expects = getattr(command, "expects", None)  # quicker than to ask of which kind it is
    if expects is not None:
        check_expects(command, expects, case, policy)
    if isinstance(command, ANSWERS):
        # Whoever answers a request that is closed is told so, not what is wrong with their words.
        latest = case.latest
        if latest is None or not latest.is_open or latest.number != command.request:
            ruling = evaluate(command, case, policy, at, seller)
            raise Refused(ruling.decision(policy, type(command), (command, case, at, seller)))
    # What was typed wrongly comes before what the rules refuse: whoever typed it can mend it.
    text = check_input(command, case, policy, at, seller)
    ruling = evaluate(command, case, policy, at, seller)
    if ruling.verdict is Verdict.REFUSE:
        raise Refused(ruling.decision(policy, type(command), (command, case, at, seller)))
    if expects is not None:
        decision = ruling.decision(policy, type(command), (command, case, at, seller))
        if (expected := as_expected(decision, expects)).is_refused:
            raise Refused(expected)
    step = Happening(case, policy, at, command.by, ruling.rules)
    carry_out(step, command, text, ruling)
    return tuple(step.events), ruling.verdict


def carry_out(step: Happening, command: Judged, text: str | None, ruling: Ruling) -> None:
    """Add what happens by a command that was granted what `ruling` says; `text` is cleaned."""
    match command:
        case RequestCancellation():
            step.request(command, text, ruling)
        case Approve():
            step.approve()
        case Reject():
            step.reject(command, text, ruling)
        case Withdraw():
            step.close(RequestStatus.WITHDRAWN)
        case AskWithdrawal():
            step.add(WithdrawalAsked, number=step.number, text=text)
        case AnswerWithdrawal():
            if command.accept:
                step.close(RequestStatus.WITHDRAWN)
            else:
                step.add(WithdrawalDeclined, number=step.number)
        case AdvanceOrder():
            step.advance(command.move, command.facts, command.lines)
        case _:  # pragma: no cover - the type checker proves that no command is left
            assert_never(command)


def _update(command: UpdateOrder, case: Case, policy: RuleSet, at: datetime) -> tuple[Event, ...]:
    """What the host tells is recorded, and nothing that was decided is judged again."""
    check_house(command, case, policy, at)
    check_update(command, case, policy)
    step, orders = Happening(case, policy, at, command.by, ()), policy.orders
    status = command.status if command.status != case.order.status else None
    if status is not None and orders.cancelled in (status, case.order.status):
        raise refused(command, "cancelled_is_final", case, policy, at)
    if status is not None:
        step.supersede_by_arriving_in(status)
        step.correct(status)
    step.tell(
        partial(trusted(OrderUpdated), status=status, buyer=command.buyer, seller=command.seller),
        command.facts,
        ships=status in orders.shipped and case.order.status not in orders.shipped,
    )
    return tuple(step.events)


def _record_refund(
    command: RecordRefund, case: Case, policy: RuleSet, at: datetime
) -> tuple[Event, ...]:
    """What the host has given back by itself lowers what may still be given."""
    check_house(command, case, policy, at)
    step = Happening(case, policy, at, command.by, ())
    step.add(RefundRecorded, tenders=spread_elsewhere(command, case, policy))
    return tuple(step.events)


def _fire(command: FireDeadline, case: Case, policy: RuleSet, at: datetime) -> tuple[Event, ...]:
    """What happens by the first deadline that is due; the lifecycle is asked, and no rule."""
    if command.by.role != "system":
        raise refused(command, "wrong_actor", case, policy, at)
    policy.deadline(command.deadline)  # raises where there is none
    # The first one alone, whatever else is due: what it does may stop the others.
    first = first_timer(policy, case)
    if first is None or first.due_at > at or first.deadline.id != command.deadline:
        raise refused(command, "not_due", case, policy, at)
    step = Happening(case, policy, at, command.by, (first.deadline.id,))
    step.fire(first)
    return tuple(step.events)
