"""A plugin for pytest, which comes with the library: a service in memory with a clock that stands.

With ``--ordercancel-coverage MODULE:POLICY`` it also says what the tests leave of a policy.

It stands beside the package, so that pytest loads nothing of the library for a project that has it
installed and tests other things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ordercancel import CancellationService, Policy, Refused


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the policies that a run of the tests is to show, and how much of them."""
    group = parser.getgroup("ordercancel")
    group.addoption(
        "--ordercancel-coverage",
        metavar="POLICY",
        action="append",
        default=[],
        help="say what the tests leave of a policy: MODULE:POLICY, conect or qoo10; repeatable",
    )
    group.addoption(
        "--ordercancel-fail-under",
        metavar="N",
        type=float,
        default=0,
        help="fail where less than N per cent of a policy is shown (default: never)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Watch the tests where that is asked for; else load nothing."""
    names = config.getoption("ordercancel_coverage")
    if names:
        from pytest_ordercancel.coverage import PolicyCoverage  # noqa: PLC0415

        config.pluginmanager.register(PolicyCoverage(config, names), "ordercancel_coverage")


class FrozenClock:
    """A clock that shows the same time until it is moved.

    Args:
        time: What it shows, with a UTC offset.
    """

    def __init__(self, time: datetime) -> None:
        self.time = time

    def now(self) -> datetime:
        """Return what it shows."""
        return self.time

    def advance(self, **length: float) -> datetime:
        """Move it by ``days=``, ``hours=``, …, as of a `timedelta`; return what it shows then."""
        self.time += timedelta(**length)
        return self.time


@pytest.fixture
def order_clock() -> FrozenClock:
    """The clock of `order_service`; at first it shows noon of 1 April 2026, UTC."""
    return FrozenClock(datetime(2026, 4, 1, 12, tzinfo=UTC))


@pytest.fixture
def order_policies() -> Sequence[Policy]:
    """The policies of `order_service`; override it in your ``conftest.py``."""
    from ordercancel.policies import CONECT, QOO10  # noqa: PLC0415 - nothing heavy until then

    return (CONECT, QOO10)


@pytest.fixture
def order_service(
    order_policies: Sequence[Policy], order_clock: FrozenClock
) -> CancellationService:
    """A service on a store in memory, with the policies and the clock of the fixtures above."""
    from ordercancel import CancellationService  # noqa: PLC0415
    from ordercancel.stores.memory import MemoryNotifier, MemoryStore  # noqa: PLC0415

    return CancellationService(
        policies=order_policies,
        store=MemoryStore(),
        notifier=MemoryNotifier(),
        clock=order_clock,
    )


@pytest.fixture
def assert_refused() -> Callable[..., Any]:
    """Return a context that expects a refusal with the codes that it names.

    ``with assert_refused("already_shipped") as refused: …`` fails where nothing is refused, or
    with other codes; ``refused.value`` is the error.
    """

    @contextmanager
    def refused(*codes: str) -> Iterator[pytest.ExceptionInfo[Refused]]:
        from ordercancel import Refused  # noqa: PLC0415

        with pytest.raises(Refused) as caught:
            yield caught
        assert sorted(caught.value.codes) == sorted(codes)

    return refused


@pytest.fixture
def policy_contract() -> Callable[..., None]:
    """``policy_contract(SHOP)`` checks what every policy promises; see `PolicyContract`."""

    def check(policy: Policy, *, sample: int | None = None) -> None:
        from ordercancel.testing import PolicyContract  # noqa: PLC0415

        kept = type("Kept", (PolicyContract,), {"policy": policy, "sample": sample})()
        for name in dir(kept):
            if name.startswith("test_"):
                getattr(kept, name)()

    return check
