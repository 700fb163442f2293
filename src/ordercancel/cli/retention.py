"""``ordercancel db erase`` and ``db purge``, which go on where they were interrupted."""

from __future__ import annotations

import argparse
import sys

from sqlalchemy import func, select, text

from ordercancel.cli.database import connected, opened_store, show
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
    orders = looked_at = 0
    left: list[tuple[str, str]] = []
    total = _orders(chosen.url)
    after = chosen.after
    with opened_store(chosen.url) as store:
        service = CancellationService(policies=policies, store=store)
        while True:
            erased = service.erase(
                party or System(), replacement=chosen.replacement, after=after, limit=chosen.batch
            )
            orders += len(erased.orders)
            looked_at += erased.looked_at
            left += [(each.order_id, str(each.error)) for each in erased.skipped]
            if erased.next is None:
                break
            after = erased.next
            _tell(f"{looked_at} of {total} orders looked at, erased from {orders}", after)
    busy_log = _overwrite(chosen.url)
    show(
        chosen,
        {"orders": orders, "looked_at": looked_at, "skipped": dict(left), **busy_log},
        [
            *(f"Order {order_id}: {error}" for order_id, error in left),
            f"Erased from {orders} orders of {looked_at}; {len(left)} skipped.",
            *busy_log.values(),
        ],
    )
    return 1 if busy_log or left else 0


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
    busy_log = _overwrite(chosen.url)
    deleted = {"messages": messages, "receipts": receipts, "cases": gone}
    parts = ", ".join(f"{number} {name}" for name, number in deleted.items())
    lines = [f"Deleted of {looked_at} orders: {parts}.", *busy_log.values()]
    show(chosen, {"looked_at": looked_at, **deleted, **busy_log}, lines)
    return 1 if busy_log else 0


def _tell(how_far: str, after: str) -> None:
    """Say how far it is, and how to go on where it is interrupted now."""
    print(f"{how_far}; to go on from here: --after {after}", file=sys.stderr, flush=True)


def _orders(url: str) -> int:
    with connected(url, must_exist=True) as connection:
        return connection.scalar(select(func.count()).select_from(cases)) or 0


def _overwrite(url: str) -> dict[str, str]:
    """Empty SQLite's log of pages, in which what was erased stands still; says where it can't."""
    with connected(url, must_exist=True) as connection:
        if connection.dialect.name != "sqlite":
            return {}
    with connected(url, must_exist=True) as connection:
        busy = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).scalar()
    problem = "Others use the database: their log has the bytes until the last one has left it."
    return {"log": problem} if busy else {}
