"""What the host says of a refund is recorded once; a new key follows on a failure alone."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ordercancel import (
    Case,
    Command,
    FailRefund,
    InvalidValue,
    Refused,
    RetryRefund,
    SettleRefund,
)
from ordercancel.domain.errors import Fault
from ordercancel.domain.events import RefundOpened
from ordercancel.domain.refunds import Refund, RefundAttempt
from ordercancel.engine.evolve import evolve
from ordercancel.engine.handling import handle
from unit.tiny import BUYER, OPERATOR, SELLER, SYSTEM, approves, asks, opened, tiny, utc

TINY = tiny()
FIRST, SECOND, THIRD = (f"o-7:1:refund:all.{number}" for number in (1, 2, 3))


def settle(key: str = FIRST, reference: str = "re-1", **changes: Any) -> SettleRefund:
    return SettleRefund("o-7", **{"by": SYSTEM, "key": key, "reference": reference} | changes)


def fail(key: str = FIRST, code: str = "declined", **changes: Any) -> FailRefund:
    return FailRefund("o-7", **{"by": OPERATOR, "key": key, "code": code} | changes)


def retry(key: str = FIRST, **changes: Any) -> RetryRefund:
    return RetryRefund("o-7", **{"by": SYSTEM, "key": key} | changes)


def given(*commands: Command) -> Case:
    """A cancelled order whose refund was due, after these commands."""
    case = opened(TINY)
    for command in (asks(), approves(), *commands):
        handled = handle(command, case, TINY, utc(2), obliges=True)
        if handled.refused is not None:
            raise handled.refused
        case = handled.case
    return case


def standing(*commands: Command) -> tuple[list[tuple[str, str]], str, bool]:
    """Each attempt and where it stands, where the refund stands, and whether it is open."""
    (refund,) = given(*commands).refunds
    attempts = [(each.key, str(each.status)) for each in refund.attempts]
    return attempts, str(refund.status), refund.is_open


def test_a_cancellation_opens_a_refund() -> None:
    """Of an order without money it names no amount; whoever has no handler opens none."""
    case = given()
    assert case.refunds == (Refund(request=1, attempts=(RefundAttempt(key=FIRST),)),)
    assert case.is_refund_open
    alone = handle(asks(), opened(TINY), TINY, utc(2)).case
    assert handle(approves(), alone, TINY, utc(2)).case.refunds == ()


@pytest.mark.parametrize(
    ("commands", "attempts", "status", "is_open"),
    [
        ((), [(FIRST, "due")], "due", True),
        ((settle(),), [(FIRST, "settled")], "settled", False),
        ((fail(),), [(FIRST, "failed")], "failed", True),
        ((settle(), fail()), [(FIRST, "failed")], "failed", True),
        ((fail(), retry()), [(FIRST, "failed"), (SECOND, "due")], "due", True),
        # The news came in another order, or it was taken for failed: somebody has to look.
        ((fail(), settle()), [(FIRST, "disputed")], "disputed", True),
        ((fail(), settle(by=OPERATOR)), [(FIRST, "settled")], "settled", False),
        ((fail(), settle(), settle(by=OPERATOR)), [(FIRST, "settled")], "settled", False),
        ((fail(), settle(), fail(by=OPERATOR)), [(FIRST, "failed")], "failed", True),
        ((fail(), settle(), fail(code="returned")), [(FIRST, "failed")], "failed", True),
        (
            (fail(), retry(), settle(SECOND)),
            [(FIRST, "failed"), (SECOND, "settled")],
            "settled",
            False,
        ),
        # It was taken for failed, and was paid: the second attempt must come to an end.
        (
            (fail(), retry(), settle(FIRST, by=OPERATOR)),
            [(FIRST, "settled"), (SECOND, "due")],
            "settled",
            True,
        ),
        (
            (fail(), retry(), settle(FIRST, by=OPERATOR), fail(SECOND)),
            [(FIRST, "settled"), (SECOND, "failed")],
            "settled",
            False,
        ),
        (
            (fail(), retry(), settle(FIRST), settle(SECOND, "re-2")),
            [(FIRST, "disputed"), (SECOND, "settled")],
            "settled",
            True,
        ),
        (
            (fail(), retry(), settle(FIRST, by=OPERATOR), settle(SECOND, "re-2")),
            [(FIRST, "settled"), (SECOND, "settled")],
            "settled",
            True,
        ),
        (
            (fail(), retry(), fail(SECOND), retry(SECOND)),
            [(FIRST, "failed"), (SECOND, "failed"), (THIRD, "due")],
            "due",
            True,
        ),
    ],
)
def test_where_a_refund_stands(
    commands: tuple[Command, ...], attempts: list[tuple[str, str]], status: str, is_open: bool
) -> None:
    """A refund that was paid twice stays open until one payment is taken back."""
    assert standing(*commands) == (attempts, status, is_open)


def test_what_the_provider_called_it_is_kept() -> None:
    """The reference of a payment that failed afterwards, and why one failed that was paid."""
    (refund,) = given(settle(), fail()).refunds
    assert (refund.key, refund.reference, refund.code) == (FIRST, "re-1", "declined")
    (refund,) = given(fail(), settle(by=OPERATOR)).refunds
    assert (refund.reference, refund.code) == ("re-1", None)
    assert refund.attempts[0].code == "declined"
    (refund,) = given(fail(), retry()).refunds
    assert (refund.key, refund.reference, refund.code) == (SECOND, None, None)


@pytest.mark.parametrize(
    "commands",
    [
        (settle(), settle()),
        (fail(), fail()),
        (settle(), fail(), settle()),
        (settle(), fail(), fail()),
        (fail(by=SYSTEM), settle(), fail(by=SYSTEM)),
        (fail(), settle(), settle()),
        (fail(), settle(), settle(by=OPERATOR), settle()),
        (fail(), retry(), retry()),
        (fail(), retry(), settle(SECOND), retry()),
    ],
    ids=lambda commands: "-".join(type(each).__name__ for each in commands),
)
def test_what_was_said_before_changes_nothing(commands: tuple[Command, ...]) -> None:
    """Nothing happens, and the case is the same: in whatever order answers come again."""
    before = given(*commands[:-1])
    handled = handle(commands[-1], before, TINY, utc(3), obliges=True)
    assert (handled.steps, handled.case, handled.verdict) == ((), before, None)


def test_another_reason_for_the_same_failure_is_kept() -> None:
    (refund,) = given(fail(), fail(code="account_closed")).refunds
    assert (refund.code, len(refund.attempts)) == ("account_closed", 1)


def test_a_new_attempt_follows_on_a_failure_alone() -> None:
    """An answer that was lost is none: the same key is used again."""
    sentence = "A refund is tried anew only once it is known to have failed. [refund_not_failed]"
    for commands in ((), (settle(),), (fail(), settle()), (fail(), settle(by=OPERATOR))):
        with pytest.raises(Refused) as refused:
            given(*commands, retry())
        assert (refused.value.codes, str(refused.value)) == (("refund_not_failed",), sentence)
    with pytest.raises(Refused):
        given(fail(), retry(), settle(FIRST, by=OPERATOR), fail(SECOND), retry(SECOND))


@pytest.mark.parametrize("by", [BUYER, SELLER])
@pytest.mark.parametrize("say", [settle, fail, retry])
def test_the_house_alone_settles(say: Any, by: Any) -> None:
    with pytest.raises(Refused) as refused:
        given(say(by=by))
    assert refused.value.codes == ("wrong_actor",)


def test_what_contradicts_what_is_known_is_invalid() -> None:
    """An unknown key, an amount that was not due, a second payment under one key."""
    for commands, fault in (
        (
            (settle("o-7:2:refund:all.1"),),
            Fault(
                "SettleRefund.key",
                "'o-7:2:refund:all.1' is unknown",
                f"one of: {FIRST}",
                code="other_key",
            ),
        ),
        (
            (settle(amount=500),),
            Fault(
                "SettleRefund.amount",
                "is 500",
                "none: the order has no amounts",
                code="other_amount",
            ),
        ),
        (
            (settle(), settle(reference="re-2")),
            Fault(
                "SettleRefund.reference",
                "is 're-2'",
                "'re-1', by which it was settled",
                code="other_reference",
            ),
        ),
    ):
        with pytest.raises(InvalidValue) as wrong:
            given(*commands)
        assert wrong.value.faults == (fault,)
    with pytest.raises(InvalidValue, match="expected one of: none"):
        handle(settle(), opened(TINY), TINY, utc(2))


def test_an_amount_that_was_due_is_taken_and_no_other() -> None:
    """To the yen."""
    opening = RefundOpened(
        order_id="o-7",
        at=utc(2),
        by=SYSTEM,
        number=1,
        key="o-7:1:refund:card.1",
        tender="card",
        amount=1980,
        currency="JPY",
    )
    case = evolve(opened(TINY), opening)
    assert case.updated_at == utc(2)
    said = settle("o-7:1:refund:card.1", amount=1980)
    paid = handle(said, case, TINY, utc(3)).case
    assert paid.updated_at == utc(3)
    (refund,) = paid.refunds
    assert (str(refund.status), refund.amount, refund.currency) == ("settled", 1980, "JPY")
    with pytest.raises(InvalidValue, match="is 1979; expected 1980, which is due"):
        handle(settle("o-7:1:refund:card.1", amount=1979), case, TINY, utc(2))


def test_a_refund_is_tried_a_thousand_times_at_most() -> None:
    """Then it has to be given back in another way."""
    failed = attrs.evolve(given(fail()).refunds[0].attempts[0])
    attempts = tuple(attrs.evolve(failed, key=f"k.{number}") for number in range(1, 1_001))
    case = attrs.evolve(given(), refunds=(Refund(request=1, attempts=attempts),))
    with pytest.raises(InvalidValue, match="has had 1000 attempts; expected another way"):
        handle(retry("k.1000"), case, TINY, utc(3))


def test_every_fault_of_a_settlement_is_named() -> None:
    odd: Any = -1
    with pytest.raises(InvalidValue) as wrong:
        settle(odd, "", amount=odd)
    assert [each.where for each in wrong.value.faults] == [
        "SettleRefund.key",
        "SettleRefund.reference",
        "SettleRefund.amount",
    ]
    with pytest.raises(InvalidValue) as wrong:
        fail(code="")
    assert [each.where for each in wrong.value.faults] == ["FailRefund.code"]


def test_every_fault_of_a_refund_is_named() -> None:
    odd: Any = {"request": 0, "tender": "", "amount": 0, "currency": "", "attempts": (1,)}
    with pytest.raises(InvalidValue) as wrong:
        Refund(**odd)
    assert [each.where for each in wrong.value.faults] == [
        "Refund.request",
        "Refund.tender",
        "Refund.amount",
        "Refund.currency",
        "Refund.attempts[0]",
    ]
    with pytest.raises(InvalidValue, match=r"Refund.attempts: are none; expected at least one"):
        Refund(request=1, attempts=())
    odd = {"key": None, "status": "due", "reference": "", "code": ""}
    with pytest.raises(InvalidValue) as wrong:
        RefundAttempt(**odd)
    assert [each.where for each in wrong.value.faults] == [
        "RefundAttempt.key",
        "RefundAttempt.status",
        "RefundAttempt.reference",
        "RefundAttempt.code",
    ]
