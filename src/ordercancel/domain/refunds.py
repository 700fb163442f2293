"""Refunds of an order: what the host was told to give back, and what it has said came of it.

A refund has an attempt or several, each with a key of its own. Whoever repeats a call whose answer
was lost repeats the attempt, under the same key; a new attempt follows on a failure alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import attrs

from ordercancel.domain.checked import Checked, Key, PaidAmount, RequestNumber, entries
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_ATTEMPTS


class RefundStatus(StrEnum):
    """Where a refund, or one attempt at it, stands."""

    DUE = "due"
    """The host has to pay it, and has not said what came of it."""

    SETTLED = "settled"
    FAILED = "failed"

    DISPUTED = "disputed"
    """It was said to have failed, and then to be settled: somebody has to look which is true."""


@attrs.frozen(kw_only=True)
class RefundAttempt(Checked):
    """One attempt at a refund.

    Args:
        key: What the payment provider is to know it by: the same each time it is called.
        status: Where it stands.
        reference: The provider's id of the payment; kept where the payment failed afterwards.
        code: Why it failed; kept where it turned out to be settled.
    """

    key: Key
    status: RefundStatus = RefundStatus.DUE
    reference: str | None = None
    code: str | None = None


@attrs.frozen(kw_only=True)
class Refund(Checked):
    """A refund that is due, or was: for one request, by one tender.

    Args:
        request: The number of the request that it is for.
        tender: The id of the tender that it goes back to; None for an order without money.
        amount: Minor units; None for an order without money: all that was paid.
        currency: The code of its currency; None where there is no amount.
        attempts: At least one; the last is the present one.
    """

    request: RequestNumber
    tender: str | None = None
    amount: PaidAmount | None = None
    currency: str | None = None
    attempts: Annotated[tuple[RefundAttempt, ...], entries(RefundAttempt, MAX_ATTEMPTS)]

    def _check(self, faults: Faults) -> None:
        if isinstance(self.attempts, tuple) and not self.attempts:
            faults.add("attempts", "are none", "at least one")

    @property
    def key(self) -> str:
        """The key of the present attempt."""
        return self.attempts[-1].key

    @property
    def status(self) -> RefundStatus:
        """Settled as soon as any attempt is, however late that was told; else as the last."""
        return RefundStatus.SETTLED if self._settled else self.attempts[-1].status

    @property
    def reference(self) -> str | None:
        """The provider's id of the payment: of the attempt that is settled, or of the last."""
        settled = self._settled
        return (settled[-1] if settled else self.attempts[-1]).reference

    @property
    def code(self) -> str | None:
        """Why it failed; None where it did not."""
        return None if self._settled else self.attempts[-1].code

    @property
    def is_open(self) -> bool:
        """Whether somebody has still to see to it: not just one attempt settled, or one not over.

        A refund that was paid twice stays open, until one of its attempts has failed after all.
        """
        over = RefundStatus.SETTLED, RefundStatus.FAILED
        return len(self._settled) != 1 or any(each.status not in over for each in self.attempts)

    @property
    def _settled(self) -> list[RefundAttempt]:
        return [each for each in self.attempts if each.status is RefundStatus.SETTLED]
