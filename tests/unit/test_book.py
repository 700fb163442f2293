"""The book picks the edition that held when an order was placed."""

from __future__ import annotations

from datetime import date

import pytest

from ordercancel.domain.errors import Fault, InvalidPolicy, UnknownPolicy
from ordercancel.policy import PolicyBook
from unit.tiny import order, tiny, utc

FIRST = tiny(holds_from=date(2024, 1, 1))
SECOND = tiny(edition="2", holds_from=date(2024, 3, 5))
OTHER = tiny(name="other")


def test_the_latest_edition_comes_first() -> None:
    book = PolicyBook([FIRST, OTHER, SECOND])
    assert book.names == ("tiny", "other")
    assert book.editions("tiny") == (SECOND, FIRST)


def test_what_is_no_policy_is_told() -> None:
    with pytest.raises(InvalidPolicy) as caught:
        PolicyBook([FIRST, "tiny", PolicyBook([])])  # type: ignore[list-item]
    assert [(fault.where, fault.problem) for fault in caught.value.faults] == [
        ("PolicyBook.policies[1]", "is a str"),
        ("PolicyBook.policies[2]", "is a PolicyBook"),
    ]


def test_an_edition_holds_from_its_day_on_in_its_own_zone() -> None:
    """Midnight in Tokyo is 15:00 of the day before in UTC."""
    book = PolicyBook([SECOND, FIRST])
    assert book.edition_for(order(placed_at=utc(4, 14, 59))) is FIRST
    assert book.edition_for(order(placed_at=utc(4, 15, 0))) is SECOND


def test_an_order_placed_before_any_edition_has_none() -> None:
    with pytest.raises(UnknownPolicy) as caught:
        PolicyBook([SECOND]).edition_for(order(placed_at=utc(1)))
    assert caught.value.wanted == "tiny on 2024-03-01"
    assert caught.value.known == ("2 from 2024-03-05",)


def test_the_day_that_is_told_is_the_day_that_was_judged() -> None:
    """In Tokyo it is the second already."""
    with pytest.raises(UnknownPolicy) as caught:
        PolicyBook([SECOND]).edition_for(order(placed_at=utc(1, 15)))
    assert caught.value.wanted == "tiny on 2024-03-02"


def test_an_edition_is_found_by_its_name() -> None:
    assert PolicyBook([FIRST, SECOND]).get("tiny", "1") is FIRST


@pytest.mark.parametrize(
    ("name", "edition", "wanted", "known"),
    [("gone", "1", "gone", ("tiny",)), ("tiny", "9", "tiny 9", ("tiny 2", "tiny 1"))],
)
def test_what_is_not_there_is_named_with_what_is(
    name: str, edition: str, wanted: str, known: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownPolicy) as caught:
        PolicyBook([FIRST, SECOND]).get(name, edition)
    assert (caught.value.wanted, caught.value.known) == (wanted, known)


def test_an_order_of_an_unknown_policy_has_no_edition() -> None:
    with pytest.raises(UnknownPolicy, match="expected one of: tiny"):
        PolicyBook([FIRST]).edition_for(order(policy="gone"))


def test_an_empty_book_knows_nothing() -> None:
    with pytest.raises(UnknownPolicy, match="expected one of: none"):
        PolicyBook([]).editions("tiny")


def test_editions_are_told_apart_by_name_and_by_day() -> None:
    same_day = tiny(edition="3", holds_from=date(2024, 1, 1))
    with pytest.raises(InvalidPolicy) as caught:
        PolicyBook([FIRST, tiny(holds_from=date(2025, 1, 1)), same_day])
    assert caught.value.faults == (
        Fault("PolicyBook.tiny", "has edition '1' twice", "each once"),
        Fault("PolicyBook.tiny", "has two editions from 2024-01-01", "a day for each"),
    )
