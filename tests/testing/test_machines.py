"""A random machine finds no fault where there is none, and finds it where there is one."""

from __future__ import annotations

from typing import Any

import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ordercancel import Policy, Text
from ordercancel.policies import QOO10
from ordercancel.stores.memory import AsyncMemoryStore, MemoryStore
from ordercancel.testing import CaseMachine, machine_for
from ordercancel.verification.invariants import INVARIANTS, Invariant
from testing.faulty import (
    ForgetsDeadlines,
    ForgetsIds,
    LosesEvents,
    LosesMessages,
    Miscounts,
    MixesQueues,
    NeverDelivers,
    ShowsAnother,
)
from testing.shops import BY_REASON, CLOSED, LATER, OWN, REOPENED

FEW = settings(
    max_examples=15,
    stateful_step_count=30,
    phases=(Phase.generate,),
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


async def a_store() -> AsyncMemoryStore:
    return AsyncMemoryStore()


def few(machine: Any, examples: int = 5) -> Any:
    """The test, with few runs."""
    machine.settings = settings(FEW, max_examples=examples)
    return machine


TestHalfHourShop = few(machine_for(SHOP))
TestTwoSides = few(machine_for(FLEA_MARKET))
TestReasons = few(machine_for(BY_REASON))
TestOwnFacts = few(machine_for(OWN))
TestAsyncStore = few(machine_for(SHOP, make_store=AsyncMemoryStore))
TestAwaitedStore = few(machine_for(LATER, make_store=a_store))
TestNobodyMayDoAnything = few(machine_for(CLOSED), 2)


def broken(
    policy: Policy, store: Any = MemoryStore, invariants: tuple[Invariant, ...] = INVARIANTS
) -> str:
    """What the machine says is broken."""
    machine: Any = type(
        "Machine",
        (CaseMachine,),
        {"policy": policy, "make_store": staticmethod(store), "step_invariants": invariants},
    )
    with pytest.raises(Exception, match=r".") as error:
        run_state_machine_as_test(machine, settings=settings(FEW, max_examples=60))
    return str(error.value)


def test_a_policy_that_breaks_a_law_is_found_and_told() -> None:
    """By the invariant, the command, and the explanation of the decision."""
    broken_by = broken(REOPENED)
    assert broken_by.startswith("shipped_is_not_cancelled: an order that was shipped is not")
    assert "\nhappened: " in broken_by
    assert "OrderCancelled\n" in broken_by
    assert "Because:" in broken_by


def test_an_invariant_of_ones_own_is_held() -> None:
    invariant = Invariant(
        "own.never", Text("無", "nothing is done"), lambda step: step.events == ()
    )
    assert broken(SHOP, invariants=(invariant,)).startswith("own.never: nothing is done")


@pytest.mark.parametrize(
    "store",
    [
        ForgetsIds,
        LosesMessages,
        NeverDelivers,
        LosesEvents,
        ShowsAnother,
        ForgetsDeadlines,
        MixesQueues,
        Miscounts,
    ],
)
def test_a_store_that_breaks_a_promise_is_found(store: Any) -> None:
    """Whichever it is of those that one service alone can notice."""
    assert broken(QOO10, store)


def test_steps_are_counted() -> None:
    """One for each rule of the machine that was followed."""
    taken: list[int] = []

    class Counted(CaseMachine):
        policy = SHOP

        def teardown(self) -> None:
            taken.append(self.steps)
            super().teardown()

    run_state_machine_as_test(Counted, settings=FEW)
    assert max(taken) == 30
    assert len(taken) >= 15
