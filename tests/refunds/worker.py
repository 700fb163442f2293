"""A process that hands obligations over until it is killed."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import timedelta

from ordercancel import Conflict
from ordercancel.domain.errors import StoreUnavailable
from ordercancel.stores.sql import SqlStore
from refunds.provider import Client
from refunds.shop import Payer, service_on

__all__ = ["relay"]

LEASE = timedelta(seconds=3)


def relay(url: str, port: int, heeds_keys: bool) -> None:
    """Hand obligations over to the provider at `port`, whatever the store says."""
    logging.getLogger("ordercancel").setLevel(logging.CRITICAL)
    service = service_on(SqlStore(url, create_tables=False), Payer(Client(port), heeds_keys))
    while True:
        with suppress(StoreUnavailable, Conflict):
            service.relay(limit=20, lease=LEASE)
        time.sleep(0.02)
