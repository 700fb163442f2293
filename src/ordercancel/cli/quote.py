"""``ordercancel quote``: what is given back, step by step, for orders in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import attrs

from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.faults import Faults
from ordercancel.domain.money import Charge, Money, OrderLine, Tender
from ordercancel.domain.quotes import Quote, State
from ordercancel.engine.quote import Account
from ordercancel.rules.refunding import Fee, Refunding, Tax

T = TypeVar("T")

_CASE = ("currency", "digits", "grain", "lines", "charges", "tenders", "tender_rule", "rounding")
_SAID = ("id", "title", "why", "by_hand", "expected")
"""What is written for people, or for who compares."""
_STEP = ({"cancel", "fee"}, {"cancel"}, {"ship"}, {"refunded_elsewhere", "tender"})


def answers(text: str) -> Iterator[dict[str, Any]]:
    """The answer to each step of each case of a file.

    A case that can't be read has one answer, of step 0, with a message.

    Raises:
        InvalidValue: The text is no JSON, or holds no cases.
    """
    for number, case in enumerate(_cases(text), 1):
        name = str(case.get("id", number)) if isinstance(case, dict) else str(number)
        try:
            account = account_of(case)
            steps = case["steps"]
            if not isinstance(steps, list):
                raise InvalidValue([Fault("case.steps", f"is {steps!r:.80}", "a list of steps")])
        except InvalidValue as error:
            yield _answer(name, 0, error)
        else:
            yield from _steps(name, account, steps)


def account_of(case: object) -> Account:
    """The money of a case, and the provisions that it is under.

    Raises:
        InvalidValue: With what is wrong with it.
    """
    record = _record(case, "case", (*_CASE, *_SAID, "tax", "fees", "steps"))
    for name in ("currency", "digits", "lines", "steps"):
        if name not in record:
            raise InvalidValue([Fault(f"case.{name}", "is missing", "a value")])
    money = Money(
        currency=record["currency"],
        digits=record["digits"],
        lines=_several(OrderLine, record, "lines"),
        charges=_several(Charge, record, "charges"),
        tenders=_several(Tender, record, "tenders"),
        grain=record.get("grain", 1),
    )
    tax = record.get("tax")
    refunding = Refunding(
        rounding=record.get("rounding", "down"),
        tenders=record.get("tender_rule", "in_order"),
        tax=None if tax is None else _tax(tax),
        fees=_several(Fee, record, "fees"),
    )
    return Account(money, refunding)


def _cases(text: str) -> list[Any]:
    try:
        file = json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = f"is no JSON ({error})"
        raise InvalidValue([Fault("file", problem, "an object with cases, or a case")]) from None
    cases = file["cases"] if isinstance(file, dict) and "cases" in file else file
    return cases if isinstance(cases, list) else [cases]


def _steps(name: str, account: Account, steps: list[Any]) -> Iterator[dict[str, Any]]:
    state = State()
    for number, step in enumerate(steps, 1):
        try:
            quote, state = _step(account, state, step)
        except InvalidValue as error:
            yield _answer(name, number, error, account.due(state).remaining)
        else:
            yield _answer(name, number, quote, account.due(state).remaining)


def _step(account: Account, state: State, step: object) -> tuple[Quote | None, State]:
    """The quote of a step, where it has one, and the state after it."""
    record = _record(step, "step", ("cancel", "fee", "ship", "refunded_elsewhere", "tender"))
    kinds = record.keys() & {"cancel", "ship", "refunded_elsewhere"}
    if len(kinds) != 1 or not any(record.keys() <= allowed for allowed in _STEP):
        expected = "one of: cancel (with fee), ship, refunded_elsewhere (with tender)"
        raise InvalidValue([Fault("step", f"is {step!r:.80}", expected)])
    match record:
        case {"cancel": lines}:
            wanted = None if lines == "all" else lines
            return account.cancel(state, wanted, record.get("fee"))
        case {"ship": lines}:
            return None, account.ship(state, lines)
    amount, tender = record["refunded_elsewhere"], record.get("tender")
    return None, account.refund_elsewhere(state, amount, tender)


def _answer(
    name: str, step: int, came: Quote | InvalidValue | None, remaining: int = 0
) -> dict[str, Any]:
    """The answer to a step, by what came of it; or to a case that can't be read."""
    quote = came if isinstance(came, Quote) else None
    error = came if isinstance(came, InvalidValue) else None
    parts = ("goods", "charges", "tax", "tenders")
    return {
        "case": name,
        "step": step,
        "ok": error is None,
        "codes": list(error.codes) if error else [],
        "refund": quote.refund if quote else 0,
        "fee": quote.fee if quote else 0,
        **{part: dict(getattr(quote, part)) if quote else {} for part in parts},
        "remaining": remaining,
        **({"message": str(error)} if error else {}),
    }


def _record(value: object, where: str, known: tuple[str, ...]) -> dict[str, Any]:
    faults = Faults(where)
    if not isinstance(value, dict):
        raise InvalidValue([Fault(where, f"is {value!r:.80}", "an object")])
    for name in value:
        if name not in known:
            faults.add(f"{name:.80}", "is unknown", f"one of: {', '.join(known)}")
    faults.raise_if_any()
    return value


def _several(kind: type[T], record: Mapping[str, Any], field: str) -> tuple[T, ...]:
    entries = record.get(field, [])
    if not isinstance(entries, list):
        raise InvalidValue([Fault(f"case.{field}", f"is {entries!r:.80}", "a list")])
    return tuple(_built(kind, entry, f"{field}[{n}]") for n, entry in enumerate(entries))


def _built(kind: Any, entry: object, where: str) -> Any:
    """A value of the library's of a record that has its fields."""
    fields = [field for field in attrs.fields(kind) if field.name not in ("when", "source")]
    record = _record(entry, where, tuple(field.name for field in fields))
    for field in fields:
        if field.default is attrs.NOTHING and field.name not in record:
            raise InvalidValue([Fault(f"{where}.{field.name}", "is missing", "a value")])
    plain = {
        name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
    }
    return kind(**plain)


def _tax(value: object) -> Tax:
    record = _record(value, "tax", ("mode", "rates", "rounding"))
    rates = record.get("rates")
    if not isinstance(rates, dict):
        raise InvalidValue([Fault("tax.rates", f"is {rates!r:.80}", "rates by class")])
    listed = [
        (name, tuple(rate) if isinstance(rate, list) else rate) for name, rate in rates.items()
    ]
    tax: Tax = _built(Tax, {**record, "rates": listed}, "tax")
    return tax
