"""The quote of a cancellation: the sums of `engine.quote` for a case, under its policy."""

from __future__ import annotations

from collections.abc import Iterable

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command, RecordRefund
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import Event, UnitsCancelled
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.quotes import Amounts, Quote
from ordercancel.engine.quote import Account
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.standard_texts import FAULT_TEXTS


def account_for(case: Case, policy: RuleSet) -> Account | None:
    """What reckons refunds; None where the order has no prices, or the policy refunds nothing."""
    money, refunding = case.order.money, policy.refunding
    return None if money is None or refunding is None else Account(money, refunding)


def check_expects(command: Command, expects: int, case: Case, policy: RuleSet) -> None:
    """Raise `InvalidValue` where nothing is ever quoted, whatever refund `command` expects."""
    if account_for(case, policy) is None:
        where = f"{type(command).__name__}.expects"
        expected = "None: nothing is quoted for this order"
        sentences, code = FAULT_TEXTS["nothing_quoted"].as_dict(), "nothing_quoted"
        raise InvalidValue(
            [Fault(where, f"is {expects}", expected, code=code, sentences=sentences)]
        )


def quote_for(case: Case, policy: RuleSet, lines: Amounts | None, fee: str | None) -> Quote | None:
    """What cancelling these units gives back; None where nothing is refunded.

    Args:
        case: The order, with what has happened to its units.
        policy: The policy that judges it.
        lines: How many units of which lines. Default: all that are open.
        fee: The id of the fee that held when they were asked for.

    Raises:
        InvalidValue: There are not so many open units, or the policy has no such fee.
    """
    account = account_for(case, policy)
    if account is None:
        return None
    quote, _ = account.cancel(case.units, lines or None, fee)
    return quote


def quote_if_approved(case: Case, policy: RuleSet) -> Quote | None:
    """What approving the open request would give back.

    None where that is nothing, or can't be reckoned, since the policy has changed.
    """
    request = case.open_request
    try:
        return None if request is None else quote_for(case, policy, request.lines, request.fee)
    except InvalidValue:
        return None


def quote_in(events: Iterable[Event]) -> Quote | None:
    """What the units give back that were cancelled last; None where nothing is given back."""
    quotes = [each.quote for each in events if isinstance(each, UnitsCancelled)]
    return quotes[-1] if quotes else None


def spread_elsewhere(command: RecordRefund, case: Case, policy: RuleSet) -> FrozenMap[str, int]:
    """What the host has given back by itself, by tender.

    Raises:
        InvalidValue: The order has no prices, its policy refunds nothing, there is no such
            tender, or it is more than was paid and not given back.
    """
    account = account_for(case, policy)
    if account is None:
        problem = "is of an order whose refunds are not reckoned"
        expected = "an order with prices, under a policy with refunding"
        raise InvalidValue([Fault("RecordRefund.amount", problem, expected)])
    before = case.units.elsewhere
    after = account.refund_elsewhere(case.units, command.amount, command.tender).elsewhere
    parts = {name: amount - before.get(name, 0) for name, amount in after.items()}
    return FrozenMap({name: part for name, part in parts.items() if part})
