"""django-fsm-2: a Django model for each order, without a database, with guarded transitions."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import django
from django.conf import settings
from django.db import models
from django_fsm import FSMField, TransitionNotAllowed, can_proceed, transition

from ordercancel import Approve, Case, Reject, RequestCancellation
from ordercancel.domain.events import Event
from peers.building import (
    INSTANT_DELAYED,
    INSTANT_NEW,
    OPEN,
    Answering,
    NotAllowed,
    approved,
    cancelled_at_once,
    days_past,
    is_confirmed,
    is_the_buyer,
    is_the_seller,
    latest_status,
    referred,
    rejected,
    was_rejected,
)

settings.configure(INSTALLED_APPS=[], DATABASES={}, USE_TZ=True)
django.setup()


def _may_ask(row: OrderRow) -> bool:
    case, command = row.case, row.command
    return (
        isinstance(command, RequestCancellation)
        and is_the_buyer(command, case)
        and latest_status(case) not in OPEN
        and not was_rejected(case)
    )


def _may_answer(row: OrderRow) -> bool:
    case, command = row.case, row.command
    return (
        isinstance(command, Answering)
        and is_the_seller(command, case)
        and latest_status(case) in OPEN
    )


def _confirmed(row: OrderRow) -> bool:
    return isinstance(row.command, Reject) and is_confirmed(row.command)


def _late(row: OrderRow) -> bool:
    return days_past(row.case, row.at) > 0


def _in_time(row: OrderRow) -> bool:
    return not _late(row)


class OrderRow(models.Model):
    """An order. What is asked of it is put beside its columns."""

    id: models.CharField[str, str] = models.CharField(primary_key=True, max_length=200)
    status = FSMField(default="new")

    command: RequestCancellation | Answering
    case: Case
    at: datetime

    class Meta:
        """It belongs to no application."""

        app_label = "benchmarks"
        managed = False

    @transition(field=status, source="new", target="cancelled", conditions=[_may_ask])
    def cancel_new(self) -> tuple[Event, ...]:
        """The buyer cancels an order that is new."""
        command = cast(RequestCancellation, self.command)
        return cancelled_at_once(command, self.case, self.at, INSTANT_NEW)

    @transition(field=status, source="delayed", target="cancelled", conditions=[_may_ask])
    @transition(
        field=status,
        source="shipping_requested",
        target="cancelled",
        conditions=[_may_ask, _late],
    )
    def cancel_delayed(self) -> tuple[Event, ...]:
        """The buyer cancels an order that is late."""
        command = cast(RequestCancellation, self.command)
        return cancelled_at_once(command, self.case, self.at, INSTANT_DELAYED)

    @transition(field=status, source="shipping_requested", conditions=[_may_ask, _in_time])
    def refer(self) -> tuple[Event, ...]:
        """The buyer asks, and the seller is to answer."""
        return referred(cast(RequestCancellation, self.command), self.case, self.at)

    @transition(
        field=status,
        source=["new", "shipping_requested", "delayed"],
        target="cancelled",
        conditions=[_may_answer],
    )
    def approve(self) -> tuple[Event, ...]:
        """The seller says yes."""
        return approved(cast(Approve, self.command), self.case, self.at)

    @transition(
        field=status,
        source=["shipping_requested", "delayed"],
        conditions=[_may_answer, _confirmed],
    )
    def reject(self) -> tuple[Event, ...]:
        """The seller says no."""
        return rejected(cast(Reject, self.command), self.case, self.at)


def assess(command: RequestCancellation, case: Case, at: datetime) -> str:
    """What the transitions would do with a request."""
    row = _restored(command, case, at)
    if can_proceed(row.cancel_new) or can_proceed(row.cancel_delayed):
        return "cancel"
    return "refer" if can_proceed(row.refer) else "refuse"


def decide(
    command: RequestCancellation | Answering, case: Case, at: datetime
) -> tuple[Event, ...]:
    """What happens when a request is made, approved or rejected.

    Raises:
        NotAllowed: The transitions say no, or a reason or a text is wrong.
    """
    row = _restored(command, case, at)
    try:
        return cast(tuple[Event, ...], _chosen(row))
    except TransitionNotAllowed as error:
        raise NotAllowed(str(error)) from error


def _chosen(row: OrderRow) -> object:
    if isinstance(row.command, Approve):
        return row.approve()
    if isinstance(row.command, Reject):
        return row.reject()
    if row.status == "new":
        return row.cancel_new()
    if can_proceed(row.cancel_delayed):
        return row.cancel_delayed()
    return row.refer()


def _restored(command: RequestCancellation | Answering, case: Case, at: datetime) -> OrderRow:
    row = OrderRow(id=case.order.id, status=case.order.status)
    row.command, row.case, row.at = command, case, at
    return row
