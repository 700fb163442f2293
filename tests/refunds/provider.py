"""A small payment provider that loses answers, answers late and twice, and forgets keys."""

from __future__ import annotations

import json
import threading
import zlib
from collections import Counter
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote

import attrs

__all__ = ["Client", "Lost", "Payment", "Provider", "serving"]


class Lost(Exception):
    """The answer did not come: nobody knows whether anything was done."""


@attrs.define
class Payment:
    """A payment: ``pending``, ``paid``, ``declined``, or ``returned`` after it was paid."""

    reference: str
    key: str
    order_id: str
    amount: int
    status: str


class Provider:
    """Pays refunds.

    Every fifth call is lost, in turn before and after anything was done. What becomes of a payment
    follows from its key: most are paid at once; of the first attempts some are declined, some are
    paid later, some are returned after they were paid.

    Args:
        keeps: Of how many calls it remembers the keys. A key that it has forgotten is a new one.
        is_well: Whether nothing is lost, late, declined or returned.
    """

    def __init__(self, *, keeps: int = 50, is_well: bool = False) -> None:
        self.payments: list[Payment] = []
        self.done: Counter[str] = Counter()
        self.calls = self.lost = 0
        self._keeps = keeps
        self.is_well = is_well
        self._keys: dict[str, Payment] = {}
        self._news: list[Payment] = []
        self._lock = threading.Lock()

    def pay(self, key: str, order_id: str, amount: int) -> Payment:
        """Pay, or return what was paid under this key, where that is remembered."""
        return self._answered(lambda: self._keys.get(key) or self._paid(key, order_id, amount))

    def find(self, key: str) -> Payment | None:
        """The last payment that was made with this key in its metadata, however long ago."""
        return self._answered(
            lambda: next((each for each in reversed(self.payments) if each.key == key), None)
        )

    def note(self, key: str) -> None:
        """Note that something else was done for the host under this key."""
        self._answered(lambda: self.done.update([key]))

    @property
    def has_news(self) -> bool:
        """Whether something became of payments that nobody was told."""
        return bool(self._news)

    def news(self) -> list[Payment]:
        """What became of payments since, as it was each time; each is told twice, out of order."""
        with self._lock:
            told, self._news = self._news[::-1], []
            for payment in told:
                if payment.status == "pending":
                    payment.status = "declined" if self._fate(payment.key) == 7 else "paid"
                elif self._fate(payment.key) == 1:
                    payment.status = "returned"
            return [attrs.evolve(each) for each in (*told, *told)]

    def _answered(self, work: Callable[[], Any]) -> Any:
        with self._lock:
            self.calls += 1
            is_lost = self.calls % 5 == 0 and not self.is_well
            self.lost += is_lost
            if is_lost and self.calls % 2:
                raise Lost
            answer = work()
            if is_lost:
                raise Lost
            return attrs.evolve(answer) if isinstance(answer, Payment) else answer

    def _paid(self, key: str, order_id: str, amount: int) -> Payment:
        reference = f"re-{len(self.payments) + 1}"
        fate = self._fate(key)
        status = "declined" if fate == 0 else "pending" if 2 <= fate <= 7 else "paid"
        payment = Payment(reference, key, order_id, amount, status)
        self.payments.append(payment)
        if fate in (1, 2, 3, 4, 5, 6, 7):
            self._news.append(payment)
        self._keys[key] = payment
        while len(self._keys) > self._keeps:
            del self._keys[next(iter(self._keys))]
        return payment

    def _fate(self, key: str) -> int:
        is_first = key.endswith(".1")
        return zlib.crc32(key.encode()) % 20 if is_first and not self.is_well else 20


class Client:
    """A provider behind HTTP, as a relay in another process sees it."""

    def __init__(self, port: int) -> None:
        self._port = port

    def pay(self, key: str, order_id: str, amount: int) -> Payment:
        said = {"key": key, "order_id": order_id, "amount": amount}
        return Payment(**self._call("POST", "/pay", said))

    def find(self, key: str) -> Payment | None:
        found = self._call("GET", f"/find/{quote(key)}")
        return None if found is None else Payment(**found)

    def note(self, key: str) -> None:
        self._call("POST", "/note", {"key": key})

    def _call(self, method: str, path: str, said: object = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request(method, path, json.dumps(said))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


class serving:  # noqa: N801 - read as a verb, as with `closing`
    """A provider behind HTTP, within a block; gives its port. A lost answer is a closed line."""

    def __init__(self, provider: Provider) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(lambda: provider.find(unquote(self.path.removeprefix("/find/"))))

            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["content-length"])))
                do = provider.pay if self.path == "/pay" else provider.note
                self._answer(lambda: do(**said))

            def _answer(self, work: Callable[[], Any]) -> None:
                try:
                    answer = work()
                except Lost:
                    return
                told = attrs.asdict(answer) if isinstance(answer, Payment) else answer
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(told).encode())

            def log_message(self, *args: object) -> None:
                """Nothing is logged."""

        self._web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._web.daemon_threads = True

    def __enter__(self) -> int:
        threading.Thread(target=self._web.serve_forever, args=(0.01,), daemon=True).start()
        return self._web.server_port

    def __exit__(self, *raised: object) -> None:
        self._web.shutdown()
        self._web.server_close()
