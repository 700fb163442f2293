"""``ordercancel db erase`` and ``db purge``, which go on where they were interrupted."""

from __future__ import annotations

import argparse
import sys

from sqlalchemy import func, select, text

from ordercancel.cli.database import connected, opened_store
from ordercancel.cli.lines import parsed_actor
from ordercancel.cli.lookup import with_built_in
from ordercancel.domain.actors import System
from ordercancel.domain.faults import Faults
from ordercancel.policy.book import PolicyBook
from ordercancel.service.records import Kept
from ordercancel.service.service import CancellationService
from ordercancel.stores.sql.tables import cases


def erase(chosen: argparse.Namespace) -> int:
    """Erase a person from all orders; 1 where one may have them still."""
    policies = with_built_in(chosen.policy)
    faults = Faults("erase")
    party = parsed_actor(chosen.party, PolicyBook(policies), "party", faults)
    faults.raise_if_any()
    orders = skipped = looked_at = 0
    total = _orders(chosen.url)
    after = chosen.after
    with opened_store(chosen.url) as store:
        service = CancellationService(policies=policies, store=store)
        while True:
            erased = service.erase(
                party or System(), replacement=chosen.replacement, after=after, limit=chosen.batch
            )
            orders, skipped = orders + len(erased.orders), skipped + len(erased.skipped)
            looked_at += erased.looked_at
            for each in erased.skipped:
                print(f"Order {each.order_id}: {each.error}")
            if erased.next is None:
                break
            after = erased.next
            _tell(f"{looked_at} of {total} orders looked at, erased from {orders}", after)
    print(f"Erased from {orders} orders of {looked_at}; {skipped} skipped.")
    return max(_overwrite(chosen.url), 1 if skipped else 0)


def purge(chosen: argparse.Namespace) -> int:
    """Delete what is older than a moment; 1 where its bytes are still in a file."""
    kept = tuple(map(Kept, chosen.only or Kept))
    messages = receipts = gone = looked_at = 0
    total = _orders(chosen.url)
    after = chosen.after
    with opened_store(chosen.url) as store:
        service = CancellationService(policies=with_built_in([]), store=store)
        while True:
            purged = service.purge(chosen.before, kept=kept, after=after, limit=chosen.batch)
            messages, receipts = messages + purged.messages, receipts + purged.receipts
            gone, looked_at = gone + purged.cases, looked_at + purged.looked_at
            if purged.next is None:
                break
            after = purged.next
            _tell(f"{looked_at} of {total} orders looked at, {gone} cases deleted", after)
    print(
        f"Deleted of {looked_at} orders: {messages} messages, {receipts} receipts, {gone} cases."
    )
    return _overwrite(chosen.url)


def _tell(how_far: str, after: str) -> None:
    """Say how far it is, and how to go on where it is interrupted now."""
    print(f"{how_far}; to go on from here: --after {after}", file=sys.stderr, flush=True)


def _orders(url: str) -> int:
    with connected(url, must_exist=True) as connection:
        return connection.scalar(select(func.count()).select_from(cases)) or 0


def _overwrite(url: str) -> int:
    """Empty SQLite's log of pages, in which what was erased stands still; 1 where it can't be."""
    with connected(url, must_exist=True) as connection:
        if connection.dialect.name != "sqlite":
            return 0
    with connected(url, must_exist=True) as connection:
        busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
    if busy:
        print("Others use the database: their log has the bytes until the last one has left it.")
    return 1 if busy else 0
