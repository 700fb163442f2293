"""In Django: Celery's workers, Django's tasks, and a server that forks, each run for real."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

SHOP = Path(__file__).parents[2] / "examples" / "django_shop"
DUE = 12
OVERDUE = f"""
from datetime import timedelta
from django.utils import timezone
from ordercancel import Buyer, Order, RequestCancellation
from ordercancel.contrib.django import service

asked = timezone.now() - timedelta(days=9)
for number in range({DUE}):
    order = Order(f"o-{{number}}", policy="qoo10", status="shipping_requested", buyer="b-1",
                  seller="s-1", placed_at=asked, ship_on=timezone.now().date())
    service().register(order, at=asked)
    ask = RequestCancellation(order.id, by=Buyer("b-1"), reason="changed_mind")
    service().handle(ask, at=asked)
"""
COUNTED = """
from ordercancel.contrib.django.models import Event, Message
fired = Event.objects.filter(kind="DeadlineFired")
print(fired.count(), fired.values("order_id").distinct().count(),
      Message.objects.exclude(state="delivered").count())
"""
REFUNDED = """
from django.utils import timezone
from ordercancel import Buyer, Order, RequestCancellation, System
from ordercancel.contrib.django import service
from storefront.models import Payment

now = timezone.now()
service().register(Order("new", policy="qoo10", status="new", buyer="b-1", seller="s-1",
                         placed_at=now))
service().handle(RequestCancellation("new", by=Buyer("b-1"), reason="changed_mind"))
while service().relay().more:
    pass
(refund,) = service().case("new", by=System()).refunds
(payment,) = Payment.objects.all()
print(refund.status, refund.key == payment.key, payment.number)
"""
TASKS = """
from ordercancel.contrib.django.tasks import relay, tick
print(tick.enqueue().return_value, relay.enqueue().return_value > 0)
"""


class Shop:
    """The shop of the examples, with a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "SHOP_DATABASE": str(folder / "shop.sqlite3"),
            "SHOP_BROKER": f"sqla+sqlite:///{folder / 'broker.sqlite3'}",
        }
        self.manage("open_shop")

    def manage(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=SHOP,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> list[str]:
        return self.manage("shell", "-v", "0", "-c", code).split()

    @contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[Any]]:
        """A process of the shop's, with all that it forks."""
        with (self.folder / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=SHOP,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=30)
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)

    def log(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def until(true: Callable[[], bool], log: Callable[[], str]) -> None:
    for _ in range(240):
        if true():
            return
        time.sleep(0.5)
    raise AssertionError(log())


def test_celerys_forked_workers_fire_each_deadline_once(shop: Shop) -> None:
    """Two processes of one worker, which are sent more ticks than they need."""
    shop.shell(OVERDUE)
    send = "from storefront.celery import relay, tick\n" + "tick.delay(); relay.delay()\n" * 4
    with shop.running(
        "celery", "-A", "storefront", "worker", "--pool=prefork", "-c", "2", "--without-gossip"
    ):
        shop.shell(send)

        until(lambda: shop.shell(COUNTED)[0] == f"{DUE}", shop.log)
        shop.shell("from storefront.celery import relay\nrelay.delay()")
        until(lambda: shop.shell(COUNTED)[2] == "0", shop.log)
    assert shop.shell(COUNTED) == [f"{DUE}", f"{DUE}", "0"]


def test_djangos_tasks_do_what_is_due(shop: Shop) -> None:
    shop.shell(OVERDUE)
    assert shop.shell(TASKS) == [f"{DUE}", "True"]
    assert shop.shell(COUNTED) == [f"{DUE}", f"{DUE}", "0"]


def test_the_shop_refunds_what_it_cancels(shop: Shop) -> None:
    """By the setting ``OBLIGATIONS`` and the relay; the mails are printed before the answer."""
    assert shop.shell(REFUNDED)[-3:] == ["settled", "True", "new"]


# ---------------------------------------------------------------- a server that forks


def answers(opener: OpenerDirector, address: str, action: str) -> bool:
    """Whether the form of an action, sent as a browser sends it, is carried out."""
    with opener.open(address + action + "/") as page:
        html = page.read().decode()
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))
    fields |= {"reason": "shipped", "confirmed": "on"} if action == "reject" else {}
    with opener.open(address + action + "/", urlencode(fields).encode()) as page:
        return str(page.url) == address


def test_a_server_that_forks_needs_nothing_special(shop: Shop) -> None:
    """Three workers of one parent, in which the service was built: of two answers one wins."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    ids = [f"{762544200 + number}" for number in range(3, 13)]
    won: list[tuple[str, str]] = []
    barrier = threading.Barrier(2)

    def race(action: str) -> None:
        opener = build_opener(HTTPCookieProcessor(CookieJar()))
        opener.open(f"{address}/as/seller/").close()
        for order_id in ids:
            barrier.wait(timeout=60)
            if answers(opener, f"{address}/orders/{order_id}/", action):
                won.append((order_id, action))

    def is_open() -> bool:
        try:
            build_opener().open(address).close()
        except OSError:
            return False
        return True

    with shop.running(
        "gunicorn", "--preload", "-w", "3", "-b", f"127.0.0.1:{port}", "storefront.wsgi"
    ):
        until(is_open, shop.log)
        threads = [threading.Thread(target=race, args=(each,)) for each in ("approve", "reject")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(order_id for order_id, _ in won) == ids
