"""The plugin for pytest, as a project that has the library installed meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import Distribution
from pathlib import Path

import pytest

USE = """
import pytest
from examples.half_hour_shop import SHOP
from hypothesis import settings
from ordercancel import Buyer, Order, RequestCancellation

settings.register_profile("few", max_examples=4)
settings.load_profile("few")


@pytest.fixture
def order_policies():
    return [SHOP]


def asks():
    return RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")


def placed(service, clock):
    order = Order(
        "o-1", policy="shop", status="placed", buyer="b-1", seller="s-1", placed_at=clock.now()
    )
    service.register(order)


def test_within_half_an_hour(order_service, order_clock):
    placed(order_service, order_clock)
    order_clock.advance(minutes=29)
    assert order_service.handle(asks()).case.order.status == "cancelled"


def test_twice(order_service, order_clock, assert_refused):
    placed(order_service, order_clock)
    order_clock.advance(minutes=31)
    order_service.handle(asks())
    with assert_refused("request_open") as refused:
        order_service.handle(asks())
    assert refused.value.codes == ("request_open",)


@pytest.mark.xfail(strict=True)
def test_other_codes(order_service, order_clock, assert_refused):
    placed(order_service, order_clock)
    order_service.handle(asks())
    with assert_refused("request_open"):
        order_service.handle(asks())


@pytest.mark.xfail(strict=True)
def test_nothing_refused(order_service, order_clock, assert_refused):
    placed(order_service, order_clock)
    with assert_refused("request_open"):
        order_service.handle(asks())


def test_the_policy(policy_contract):
    policy_contract(SHOP, sample=2_000)
"""
BUILT_IN = """
def test_the_policies_of_the_library(order_service):
    assert sorted(order_service._book.names) == ["conect", "qoo10"]
"""
REFUSED = """
from ordercancel import Approve, Order, Seller


def test_other_codes(order_service, order_clock, assert_refused):
    order = Order(
        "o-1", policy="qoo10", status="new", buyer="b-1", seller="s-1", placed_at=order_clock.now()
    )
    order_service.register(order)
    with assert_refused("already_shipped"):
        order_service.handle(Approve("o-1", by=Seller("s-1"), request=1))
"""
OTHER = '''
import sys


def test_nothing_heavy_is_imported():
    """A project that has the library installed, and tests something else."""
    assert not [each for each in sys.modules if each.partition(".")[0] == "ordercancel"]
'''


def completed(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest's run of a file of tests, with the plugin loaded."""
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments]
    command = [sys.executable, "-m", "pytest", *options, "--rootdir", str(folder), str(folder)]
    root = Path(__file__).parents[2]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, cwd=root
    )


def run(folder: Path, text: str) -> str:
    """The last line of what pytest says of a file of tests."""
    return completed(folder, text).stdout.strip().splitlines()[-1]


@pytest.mark.slow
def test_the_wheel_brings_the_plugin_along(wheel: Path, tmp_path: Path) -> None:
    """By an entry point, with its types; pytest rewrites its assertions, which say the codes."""
    (installed,) = Distribution.discover(path=[str(wheel)])
    (entry,) = installed.entry_points.select(group="pytest11")
    assert (entry.name, entry.value) == ("ordercancel", "pytest_ordercancel")
    assert (wheel / "pytest_ordercancel" / "py.typed").exists()
    (tmp_path / "test_it.py").write_text(REFUSED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(wheel)},
    )
    assert "assert ['no_open_request'] == ['already_shipped']" in done.stdout


@pytest.mark.slow
def test_a_service_refusals_and_a_policy_are_at_hand(tmp_path: Path) -> None:
    """Codes other than those that are named fail, and so does what is not refused."""
    assert run(tmp_path, USE).startswith("3 passed, 2 xfailed")


@pytest.mark.slow
def test_the_policies_of_the_library_are_the_default(tmp_path: Path) -> None:
    assert run(tmp_path, BUILT_IN).startswith("1 passed")


@pytest.mark.slow
def test_the_plugin_alone_loads_nothing_of_the_library(tmp_path: Path) -> None:
    assert run(tmp_path, OTHER).startswith("1 passed")


SHOWN = """
from examples.half_hour_shop import SHOP
from ordercancel import Buyer, CancellationService, Order, RequestCancellation
from ordercancel.stores.memory import MemoryStore


def service(clock):
    made = CancellationService(policies=[SHOP], store=MemoryStore(), clock=clock)
    order = Order(
        "o-1", policy="shop", status="placed", buyer="b-1", seller="s-1", placed_at=clock.now()
    )
    made.register(order)
    return made


def asks():
    return RequestCancellation("o-1", by=Buyer("b-1"), reason="changed_mind")


def test_at_once(order_clock):
    service(order_clock).handle(asks())


def test_silence(order_clock):
    used = service(order_clock)
    order_clock.advance(minutes=30)
    used.handle(asks())
    order_clock.advance(hours=24)
    used.tick()
"""
COUNTS = [
    "- rules that decided: 2/5",
    "- conditions (MC/DC): 2/11",
    "- reasons that were given: 1/4",
    "- deadlines that fired: 1/2",
]
SHOP = "--ordercancel-coverage=examples.half_hour_shop:SHOP"


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist", "load")], ids=["one", "two"])
def test_a_run_of_a_service_shows_a_policy(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """What both tests show together, in one process or in two, with scenarios for the rest."""
    done = completed(tmp_path, SHOWN, SHOP, *workers)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    at = lines.index("shop (shop, edition 1)")
    assert lines[at + 1] == "27.2 % is shown"
    assert lines[at + 2 : at + 6] == COUNTS
    assert '{"at": "2024-04-01T10:00:00+02:00", "do": "request"' in done.stdout


@pytest.mark.slow
def test_too_little_fails_the_session(tmp_path: Path) -> None:
    """By the bound that is asked for, although every test passes."""
    done = completed(tmp_path, SHOWN, SHOP, "--ordercancel-fail-under=90")
    assert done.returncode == 1
    assert "FAIL 27.2 % is less than 90 %" in done.stdout
    assert "2 passed" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ordercancel-coverage=conectt",), "did you mean conect?"),
        ((SHOP, "--ordercancel-fail-under=101"), "fail-under is 101; expected 0 to 100"),
    ],
    ids=["policy", "bound"],
)
def test_what_is_wrong_with_the_options_is_said(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """As pytest's own errors of usage are, with its status for them."""
    done = completed(tmp_path, SHOWN, *arguments)
    assert done.returncode == 4
    assert said in done.stderr
