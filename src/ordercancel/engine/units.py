"""Units of an order's lines: which of them a command may cancel or ship.

An order without lines is one whole, and nothing here is about it.
"""

from __future__ import annotations

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import AdvanceOrder, Approve, Judged, RequestCancellation
from ordercancel.domain.frozenmap import EMPTY
from ordercancel.domain.quotes import Amounts
from ordercancel.engine.ruleset import RuleSet

WHOLE_ORDERS_ONLY = "whole_orders_only"
"""The code of a refusal because the policy knows no parts of orders."""

MORE_THAN_REMAINS = "more_than_remains"
"""The code of a refusal because not so many units are open, or a request holds them."""

OF_UNITS = (RequestCancellation, AdvanceOrder)
"""The kinds of command that may name units."""


def shipped_among(case: Case, asked: Amounts | None) -> str:
    """Whether ``none``, ``some`` or ``all`` of the units that are asked for have shipped.

    Args:
        case: The order with its history.
        asked: The units, by line. Default: all that are not cancelled.
    """
    shipped = case.units.shipped
    if not shipped:
        return "none"
    open_units = case.open_units
    if asked is None:
        asked = {
            line.id: open_units.get(line.id, 0) + shipped.get(line.id, 0)
            for line in case.order.lines
        }
    gone = sum(
        min(units - open_units.get(name, 0), shipped.get(name, 0))
        for name, units in asked.items()
        if units > open_units.get(name, 0)
    )
    if not gone:
        return "none"
    return "all" if gone == sum(asked.values()) else "some"


def shipment(
    case: Case, policy: RuleSet, move: str, lines: Amounts | None = None
) -> Amounts | None:
    """The units that a move ships; None where the order has no lines, or it is no shipment.

    Args:
        case: The order with its history.
        policy: The policy that judges it.
        move: The move.
        lines: The units that are named. Default: all that are open, without those that the open
            request holds, unless shipping closes it.
    """
    orders, order = policy.orders, case.order
    target = orders.table.get((order.status, move))
    if not order.lines or target not in orders.shipped or order.status in orders.shipped:
        return None
    if lines is not None:
        return lines
    if policy.whole_orders_only or target in (orders.closes or ()):
        return case.open_units
    return without(case.open_units, case.held_units)


def refusal(command: Judged, case: Case, policy: RuleSet) -> str | None:
    """The code under which a command is refused for the units that it is about, if it is.

    The rules and the lifecycles have let it through.
    """
    lines = command.lines if isinstance(command, OF_UNITS) else None
    if lines is not None and policy.whole_orders_only:
        return WHOLE_ORDERS_ONLY
    open_units = case.open_units
    match command:
        case RequestCancellation():
            fits = bool(open_units) if lines is None else _fits(lines, open_units)
        case Approve():
            fits = _fits(case.held_units, open_units)
        case AdvanceOrder():
            fits = may_ship(case, policy, command.move, lines)
        case _:
            fits = True
    return None if fits else MORE_THAN_REMAINS


def may_ship(case: Case, policy: RuleSet, move: str, lines: Amounts | None = None) -> bool:
    """Whether a move of the lifecycle may be made as far as its units go (`shipment`)."""
    units = shipment(case, policy, move, lines)
    if units is None or not case.open_units:
        return units is None or lines is None
    free = shipment(case, policy, move) or EMPTY
    return bool(free) and _fits(units, free)


def without(units: Amounts, others: Amounts) -> dict[str, int]:
    """Units less others, those of nothing left out."""
    rest = {name: number - others.get(name, 0) for name, number in units.items()}
    return {name: number for name, number in rest.items() if number > 0}


def _fits(units: Amounts, free: Amounts) -> bool:
    return all(number <= free.get(name, 0) for name, number in units.items())
