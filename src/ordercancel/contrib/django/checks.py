"""System checks: the settings, the tables, and with ``--deploy`` whether all is well at work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.db import connections
from django.utils import timezone

from ordercancel.contrib.django.conf import are_right, problems, service, setting
from ordercancel.contrib.django.schema import faults
from ordercancel.domain.errors import StoreUnavailable

LATE = timedelta(minutes=10)
"""How long something may be due, or wait to be delivered, before it is a warning."""


@register("ordercancel")
def settings_are_right(app_configs: Any = None, **more: Any) -> list[CheckMessage]:
    """E001: ``ORDERCANCEL`` has a name or a value that is wrong."""
    return [Error(f"ORDERCANCEL{each}", id="ordercancel.E001") for each in problems()]


@register(Tags.database)
def tables_are_right(
    app_configs: Any = None, databases: Sequence[str] | None = None, **more: Any
) -> list[CheckMessage]:
    """W001: the tables lack something. W002: SQLite may fail as locked.

    No errors, for they must not keep ``migrate`` from mending it.
    """
    if not are_right() or setting("DATABASE") not in (databases or ()):
        return []
    alias = setting("DATABASE")
    host = connections[alias]
    warnings: list[CheckMessage] = [
        Warning(each, hint="manage.py migrate ordercancel", id="ordercancel.W001")
        for each in _faults(alias)
    ]
    options = host.settings_dict.get("OPTIONS", {})
    if host.vendor == "sqlite" and options.get("transaction_mode", "").upper() != "IMMEDIATE":
        text = f"In DATABASES[{alias!r}] a transaction that reads before it writes fails as locked"
        hint = "'OPTIONS': {'transaction_mode': 'IMMEDIATE'}"
        warnings.append(Warning(text, hint=hint, id="ordercancel.W002"))
    return warnings


def _faults(alias: str) -> Sequence[str]:
    """Return what tables lack that are there; where there are none, Django says so itself."""
    host = connections[alias]
    tables = host.introspection.table_names()
    return faults(host) if "ordercancel_cases" in tables else ()


@register("ordercancel", deploy=True)
def policies_are_sound(app_configs: Any = None, **more: Any) -> list[CheckMessage]:
    """W003: ``ordercancel verify`` finds faults in a policy."""
    from ordercancel.verification import verify  # noqa: PLC0415 - needed here alone

    policies = setting("POLICIES") if are_right() else ()
    reports = {policy.name: verify(policy) for policy in policies}
    return [
        Warning(f"policy {name}: {report}", id="ordercancel.W003")
        for name, report in reports.items()
        if not report.ok
    ]


@register("ordercancel", deploy=True)
def nothing_is_late(app_configs: Any = None, **more: Any) -> list[CheckMessage]:
    """W004: deadlines wait to be fired. W005: messages wait, or are dead. W006: no database."""
    return list(_late()) if are_right() else []


def _late() -> Iterator[CheckMessage]:
    now = timezone.now()
    try:
        backlog = service().backlog(now)
    except StoreUnavailable as error:
        yield Warning(f"the tables can't be read: {error}", id="ordercancel.W006")
        return
    if backlog.earliest is not None and backlog.earliest < now - LATE:
        text = f"{backlog.due} orders are due, the first since {backlog.earliest.isoformat()}"
        yield Warning(text, hint="manage.py ordercancel_tick --loop", id="ordercancel.W004")
    if backlog.oldest is not None and backlog.oldest < now - LATE:
        text = f"{backlog.messages} messages wait, the oldest of {backlog.oldest.isoformat()}"
        yield Warning(text, hint="manage.py ordercancel_relay --loop", id="ordercancel.W005")
    if backlog.dead:
        text = f"{backlog.dead} messages could not be delivered"
        yield Warning(text, hint="see the dead letters in the admin", id="ordercancel.W005")
