"""Refunds by a payment provider that loses answers, with relays and the database killed.

``python tests/refunds/run.py [--refunds 2000]``. Exit status 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import attrs

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

import postgres  # noqa: E402 - the tests are found by the path above
from ordercancel import (  # noqa: E402
    CancellationService,
    Conflict,
    InvalidValue,
    Refused,
    RetryRefund,
    Seller,
)
from ordercancel.domain.errors import StoreUnavailable  # noqa: E402
from ordercancel.domain.refunds import Refund, RefundStatus  # noqa: E402
from ordercancel.stores.sql import SqlStore  # noqa: E402
from races.launching import launch  # noqa: E402
from refunds.provider import Lost, Payment, Provider, serving  # noqa: E402
from refunds.shop import OPERATOR, SYSTEM, Payer, cancelling, order, paid, say, service_on  # noqa: E402
from refunds.worker import relay  # noqa: E402

RELAYS = 3
PATIENCE = 300.0
"""After how many seconds it counts as stuck."""


@attrs.frozen(kw_only=True)
class Report:
    """What came of it: counts, and what is wrong."""

    refunds: int
    calls: int
    lost: int
    payments: dict[str, int]
    retried: int
    kills: int
    restarts: int
    seconds: float
    faults: tuple[str, ...]


def refunds(number: int, *, heeds_keys: bool = True, kills: int = 2, restarts: int = 1) -> Report:
    """Cancel so many orders, and give back what was paid for them, whatever goes wrong.

    Args:
        number: How many orders.
        heeds_keys: Whether the shop pays under the keys that it is given.
        kills: How many relays are killed.
        restarts: How often the database is restarted.
    """
    server = postgres.Server()
    try:
        with postgres.schema(server.url) as url, serving(provider := Provider()) as port:
            return _Run(server, url, provider, port, heeds_keys).run(number, kills, restarts)
    finally:
        server.remove()


class _Run:
    def __init__(
        self,
        server: postgres.Server,
        url: str,
        provider: Provider,
        port: int,
        heeds_keys: bool,
    ) -> None:
        self._server, self._url, self._provider = server, url, provider
        self._job = url, port, heeds_keys
        self._retried = 0
        self._news: list[Payment] = []
        self._wrong: list[str] = []

    def run(self, number: int, kills: int, restarts: int) -> Report:
        begun = time.monotonic()
        logging.getLogger("ordercancel").setLevel(logging.CRITICAL)
        with closing(SqlStore(self._url)) as store:
            service = service_on(store, Payer(self._provider))
            for each in range(number):
                service.register(order(each))
                service.handle(cancelling(each))
            relays = [launch(relay, *self._job) for _ in range(RELAYS)]
            left, restarts_left = kills, restarts
            try:
                while not self._is_over(service) and time.monotonic() < begun + PATIENCE:
                    done = len(self._provider.payments)
                    if left and done > number * (kills - left + 1) / (kills + 2):
                        relays[0].kill()
                        relays[0].join()
                        relays = [*relays[1:], launch(relay, *self._job)]
                        left -= 1
                    if restarts_left and done > number / 2:
                        self._server.stop()
                        time.sleep(0.5)
                        self._server.start()
                        restarts_left -= 1
                    time.sleep(0.1)
            finally:
                for process in relays:
                    process.kill()
                    process.join()
            faults = tuple(self._faults(service, number))
        return Report(
            refunds=number,
            calls=self._provider.calls,
            lost=self._provider.lost,
            payments=dict(Counter(each.status for each in self._provider.payments)),
            retried=self._retried,
            kills=kills - left,
            restarts=restarts - restarts_left,
            seconds=round(time.monotonic() - begun, 1),
            faults=faults,
        )

    def _is_over(self, service: CancellationService) -> bool:
        """Tell the shop what the provider says, try failed refunds anew; whether all is done."""
        self._news += self._provider.news()
        with suppress(StoreUnavailable, Conflict):
            while self._news:
                payment = self._news[-1]
                key, _, _ = payment.key.partition("/")
                try:
                    say(service, attrs.evolve(payment, key=key))
                except InvalidValue as wrong:
                    self._wrong.append(f"{payment.order_id}: {wrong}")
                self._news.pop()
            rows = service.inbox(Seller("s-1"), marked="refund_open", limit=1_000).rows
            for row in rows:
                for refund in row.refunds:
                    self._see_to(service, row.order_id, refund)
            return not rows and not service.backlog().messages
        return False

    def _see_to(self, service: CancellationService, order_id: str, refund: Refund) -> None:
        """An operator tries failed refunds anew, and looks what is true of those in dispute."""
        with suppress(Refused, Lost):  # it may have been settled since it was listed
            if refund.status is RefundStatus.FAILED:
                service.handle(RetryRefund(order_id, by=OPERATOR, key=refund.key))
                self._retried += 1
            for attempt in refund.attempts:
                if attempt.status is RefundStatus.DISPUTED:
                    payment = self._provider.find(attempt.key)
                    if payment is not None:
                        say(service, payment, by=OPERATOR)

    def _faults(self, service: CancellationService, number: int) -> Iterator[str]:
        """What is not as it must be: at the provider, in the case, of the other obligations."""
        yield from self._wrong
        given: dict[str, list[Payment]] = defaultdict(list)
        for payment in self._provider.payments:
            if payment.status == "paid":
                given[payment.order_id].append(payment)
        for each in range(number):
            name, tenders = f"o-{each}", paid(each)
            amounts = sorted(payment.amount for payment in given[name])
            if amounts not in (sorted(tenders.values()), [sum(tenders.values())]):
                yield f"{name}: {amounts} were given back of {tenders}"
            case = service.case(name, by=SYSTEM)
            known = sorted(f"{refund.reference}" for refund in case.refunds)
            if case.is_refund_open or known != sorted(one.reference for one in given[name]):
                yield f"{name}: the case knows of {known}"
            for kind in ("restock", "stop_shipment"):
                if not self._provider.done[f"{name}:1:{kind}:host"]:
                    yield f"{name}: {kind} was never done"


def main() -> int:
    """Run it, and print what came of it; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refunds", type=int, default=2_000, help="how many orders")
    chosen = parser.parse_args()
    report = refunds(chosen.refunds)
    for name, value in attrs.asdict(report, recurse=False).items():
        if name != "faults":
            print(f"{name}: {value}")
    print(f"faults: {len(report.faults)}")
    for fault in report.faults[:50]:
        print(f"  {fault}")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
