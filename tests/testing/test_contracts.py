"""The contracts are kept by what is right, and catch what is not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from _pytest.outcomes import Failed
from examples.half_hour_shop import SHOP
from hypothesis import Phase, settings

from ordercancel import Policy, Text
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from ordercancel.testing import (
    Arrived,
    DirectoryContract,
    NotifierContract,
    PolicyContract,
    StoreContract,
)
from ordercancel.verification.invariants import INVARIANTS, Invariant
from testing.faulty import DIRECTORIES, NOTIFIERS, STORES
from testing.shops import REOPENED, SOUND, WORDLESS, fickle


class TestTheHalfHourShop(PolicyContract):
    """The policy of the example keeps every promise."""

    policy = SHOP


class TestASoundTinyPolicy(PolicyContract):
    """So does a tiny one, with a invariant of its own."""

    policy = SOUND
    invariants = (
        *INVARIANTS,
        Invariant(
            "tiny.operators_only_move",
            Text("運営者は注文を進めるのみ", "operators do nothing but move orders on"),
            lambda step: (
                step.decision is None
                or step.decision.is_refused
                or step.command.by.role != "operator"
                or "standard.advance" in step.decision.rules
            ),
        ),
    )


def run(contract: object, fixtures: Callable[[], dict[str, Any]]) -> Iterator[str]:
    """The names of the contract's tests that fail, each run with fixtures of its own."""
    for name in [each for each in dir(contract) if each.startswith("test_")]:
        test = getattr(contract, name)
        for values in parameters(test):
            try:
                test(**fixtures(), **values)
            except (Exception, Failed):
                yield name


def parameters(test: Any) -> Iterator[dict[str, Any]]:
    """The values that a test is parametrized with."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    for chosen in product(*(mark.args[1] for mark in marks)):
        yield {mark.args[0]: value for mark, value in zip(marks, chosen, strict=True)}


# ---------------------------------------------------------------- stores


@pytest.mark.parametrize(("store", "caught"), [(MemoryStore, 0), *((each, 1) for each in STORES)])
def test_a_store_that_breaks_a_promise_is_caught(store: Callable[[], Any], caught: int) -> None:
    """Whatever the promise; and one that breaks none is not."""
    assert bool(list(run(StoreContract(), lambda: {"store": store()}))) is bool(caught)


def test_a_store_that_forgets_the_version_check_is_caught_by_name() -> None:
    found = set(run(StoreContract(), lambda: {"store": STORES[0]()}))
    assert found == {
        "test_a_second_insert_conflicts",
        "test_an_outdated_version_conflicts",
        "test_a_case_that_is_not_there_conflicts",
        "test_a_version_ahead_of_the_stored_one_conflicts",
    }


# ---------------------------------------------------------------- notifiers and directories


def wire(make: Callable[[], MemoryNotifier]) -> dict[str, Any]:
    notifier = make()

    def arrived() -> list[Arrived]:
        return [Arrived(each.id, each.subject, each.body) for each, _ in notifier.delivered]

    return {"wire": (notifier, arrived)}


@pytest.mark.parametrize(
    ("notifier", "caught"), [(MemoryNotifier, 0), *((each, 1) for each in NOTIFIERS)]
)
def test_a_notifier_that_breaks_a_promise_is_caught(
    notifier: Callable[[], MemoryNotifier], caught: int
) -> None:
    """Losing a message, sending it twice, or spoiling it."""
    assert bool(list(run(NotifierContract(), lambda: wire(notifier)))) is bool(caught)


@pytest.mark.parametrize(
    ("directory", "caught"), [(MemoryDirectory, 0), *((each, 1) for each in DIRECTORIES)]
)
def test_a_directory_that_breaks_a_promise_is_caught(
    directory: Callable[..., Any], caught: int
) -> None:
    """Answering with another party, or with less than is known of him."""
    found = list(run(DirectoryContract(), lambda: {"directory_of": directory}))
    assert bool(found) is bool(caught)


# ---------------------------------------------------------------- policies


@pytest.fixture
def hurried() -> Iterator[None]:
    """Failures are not made small, for here they are only counted."""
    profile = os.environ.get("ORDERCANCEL_TEST_PROFILE", "quick")
    hurry = settings(settings.get_profile(profile), phases=(Phase.generate,))
    settings.register_profile("hurried", hurry, max_examples=32, report_multiple_bugs=False)
    settings.load_profile("hurried")
    yield
    settings.load_profile(profile)


def failing(policy: Policy, **hooks: Any) -> set[str]:
    contract: Any = type("Contract", (PolicyContract,), {"policy": policy, **hooks})
    return set(run(contract(), dict))


@pytest.mark.usefixtures("hurried")
def test_a_policy_that_cancels_what_was_sent_is_caught() -> None:
    """By verification, at the latest."""
    assert "test_nothing_is_wrong_with_it" in failing(REOPENED)


@pytest.mark.usefixtures("hurried")
def test_a_policy_that_changes_its_mind_is_caught() -> None:
    """By the order of its rules, at the latest."""
    assert "test_the_order_of_its_rules_does_not_matter" in failing(fickle())


@pytest.mark.usefixtures("hurried")
def test_a_policy_that_is_without_words_is_caught() -> None:
    assert "test_nothing_is_wrong_with_it" in failing(WORDLESS)


@pytest.mark.usefixtures("hurried")
def test_an_invariant_of_ones_own_is_held_too() -> None:
    invariant = Invariant(
        "own.never", Text("無", "nothing is done"), lambda step: step.events == ()
    )
    assert failing(SOUND, invariants=(*INVARIANTS, invariant)) == {
        "test_every_invariant_holds",
        "test_nothing_is_wrong_with_it",
    }


# ---------------------------------------------------------------- hooks


@pytest.mark.parametrize(
    ("contract", "hook", "arguments"),
    [
        (StoreContract, "make_store", ()),
        (NotifierContract, "make_notifier", ()),
        (DirectoryContract, "make_directory", ((),)),
    ],
)
def test_the_one_hook_of_a_contract_has_to_be_given(
    contract: type[Any], hook: str, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(NotImplementedError):
        getattr(contract(), hook)(*arguments)
