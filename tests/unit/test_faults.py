"""Checks name the field, what was found and what would be right; all faults come together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ordercancel.domain.errors import Fault, InvalidPolicy, InvalidValue
from ordercancel.domain.faults import Faults, moment
from ordercancel.domain.requests import RequestStatus

NOT_TEXT = "contains a lone surrogate or U+0000"
LINE = "a line of 1 to 200 printable characters"


def problems(check: str, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
    """What a check of the field ``f`` finds: problem and expectation."""
    faults = Faults("S")
    getattr(faults, check)("f", *args, **kwargs)
    assert all(fault.where.startswith("S.f") for fault in faults.found)
    return [(fault.problem, fault.expected) for fault in faults.found]


@pytest.mark.parametrize("value", ["a", "a" * 200, "注文 1", "か\u3099", "🎁"])
def test_a_line_is_printable_and_not_too_long(value: str) -> None:
    assert problems("line", value) == []


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "is missing"),
        (7, "is an int"),
        ("", "is empty"),
        (" \u3000", "is empty"),
        ("a" * 201, "has 201 characters"),
        ("1001 ", "begins or ends with a blank"),
        (" 1001", "begins or ends with a blank"),
        ("\ufeff1001", "contains U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("1001\u200b", "contains U+200B ZERO WIDTH SPACE"),
        ("10\u00ad01", "contains U+00AD SOFT HYPHEN"),
        ("10\u300001", "contains U+3000 IDEOGRAPHIC SPACE"),
        ("1001\ufe0f", "contains U+FE0F VARIATION SELECTOR-16"),
        ("注文\u3164", "contains U+3164 HANGUL FILLER"),
        ("a\nb", "contains U+000A"),
        ("a\x00", "contains U+0000"),
        ("a\ud800", "contains U+D800"),
        ("a\u2028b", "contains U+2028 LINE SEPARATOR"),
        ("a\u2029b", "contains U+2029 PARAGRAPH SEPARATOR"),
    ],
)
def test_what_is_no_line_is_named(value: object, problem: str) -> None:
    assert problems("line", value) == [(problem, LINE)]


def test_an_optional_line_may_be_missing_but_not_empty() -> None:
    assert problems("line", None, optional=True) == []
    assert problems("line", "", optional=True) == [("is empty", LINE)]


@pytest.mark.parametrize("value", [None, "", "a" * 4000])
def test_a_text_may_be_missing_and_is_bounded(value: str | None) -> None:
    assert problems("text", value) == []


@pytest.mark.parametrize(
    ("value", "problem"), [(b"a", "is a bytes"), ("a" * 4001, "has 4001 code points")]
)
def test_what_is_no_text_is_named(value: object, problem: str) -> None:
    assert problems("text", value) == [(problem, "a text of at most 4000 code points")]


@pytest.mark.parametrize("year", [1900, 9000])
def test_times_of_the_first_and_last_year_are_fine(year: int) -> None:
    assert problems("time", datetime(year, 1, 1, tzinfo=UTC)) == []
    assert problems("day", date(year, 12, 31)) == []


@pytest.mark.parametrize("year", [1899, 9001])
def test_years_out_of_range_are_named(year: int) -> None:
    expected = [(f"is in the year {year}", "a year from 1900 to 9000")]
    assert problems("time", datetime(year, 6, 1, tzinfo=UTC)) == expected
    assert problems("day", date(year, 6, 1)) == expected


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "is missing"),
        ("2024-03-01", "is '2024-03-01'"),
        (date(2024, 3, 1), "is a date"),
        (datetime(2024, 3, 1, 9, 30), "2024-03-01T09:30:00 has no UTC offset"),  # noqa: DTZ001
    ],
)
def test_a_time_needs_an_offset(value: object, problem: str) -> None:
    assert problems("time", value) == [(problem, "a date and time with a UTC offset")]


def test_an_optional_time_may_be_missing() -> None:
    assert problems("time", None, optional=True) == []


@pytest.mark.parametrize(
    ("value", "problem"),
    [("2024-03-01", "is '2024-03-01'"), (datetime(2024, 3, 1, tzinfo=UTC), "is a datetime")],
)
def test_a_day_is_no_moment(value: object, problem: str) -> None:
    assert problems("day", value) == [(problem, "a date without a time")]


def test_a_day_may_be_missing() -> None:
    assert problems("day", None) == []


def test_a_flag_is_true_or_false() -> None:
    assert problems("flag", True) == []
    assert problems("flag", 1) == [("is an int", "true or false")]


def test_an_instance_is_of_its_kind() -> None:
    assert problems("instance", 3, int, "a number") == []
    assert problems("instance", None, int, "a number") == [("is missing", "a number")]


def test_facts_are_a_mapping_of_plain_values() -> None:
    values = {"a": "x" * 200, "b": 3, "c": True, "d": date(2024, 3, 1), "e": None}
    values["f"] = datetime(2024, 3, 1, tzinfo=UTC)
    assert problems("facts", values) == []
    assert problems("facts", [("a", 1)]) == [("is a list", "a mapping of names to values")]


def test_facts_are_few() -> None:
    assert problems("facts", {str(number): number for number in range(50)}) == []
    assert problems("facts", {str(number): number for number in range(51)}) == [
        ("has 51 entries", "at most 50")
    ]


def test_every_wrong_fact_is_named() -> None:
    faults = Faults("Order")
    values: dict[Any, Any] = {
        "": 1,
        3: 4,
        "weight": 1.5,
        "note": "x" * 201,
        "lone": "\ud800",
        "null": "a\0b",
        "large": 2**63,
        "small": -(2**63) - 1,
        "at": datetime(2024, 3, 1),  # noqa: DTZ001
        "on": date(1800, 1, 1),
        "edge": -(2**63),
    }
    faults.facts("facts", values)
    assert faults.found == [
        Fault("Order.facts name ''", "is empty", LINE),
        Fault("Order.facts name an int", "is an int", LINE),
        Fault("Order.facts['weight']", "is a float", "a string, integer, flag, time or day"),
        Fault("Order.facts['note']", "has 201 characters", "at most 200"),
        Fault("Order.facts['lone']", NOT_TEXT, "text that a database can hold"),
        Fault("Order.facts['null']", NOT_TEXT, "text that a database can hold"),
        Fault("Order.facts['large']", "is beyond 64 bits", "a number from -2**63 to 2**63 - 1"),
        Fault("Order.facts['small']", "is beyond 64 bits", "a number from -2**63 to 2**63 - 1"),
        Fault(
            "Order.facts['at']",
            "2024-03-01T00:00:00 has no UTC offset",
            "a date and time with a UTC offset",
        ),
        Fault("Order.facts['on']", "is in the year 1800", "a year from 1900 to 9000"),
    ]


def test_a_header_is_one_printable_line_or_empty() -> None:
    assert problems("header", "") == []
    assert problems("header", "件名") == []
    assert problems("header", "a" + chr(0x200E)) == []
    assert problems("header", "a\nb") == [("contains U+000A", "one printable line")]
    assert problems("header", None) == [("is missing", "a text of at most 100000 code points")]
    assert problems("header", "a" * 100_001) == [
        ("has 100001 code points", "a text of at most 100000 code points")
    ]


def test_entries_are_a_tuple_within_bounds() -> None:
    faults = Faults("S")
    assert faults.entries("f", (1, 2), 2) == (1, 2)
    assert faults.entries("f", (1, 2, 3), 2) == (1, 2)
    assert faults.entries("f", [1], 2) == ()
    assert [str(each) for each in faults.found] == [
        "S.f: has 3 entries; expected at most 2",
        "S.f: is a list; expected a tuple",
    ]


def test_a_whole_number_is_within_bounds() -> None:
    assert problems("number", 1, 1, 3, "a number") == []
    assert problems("number", True, 1, 3, "a number") == [("is a bool", "a number")]
    assert problems("number", 0, 1, 3, "a number") == [("is below 1", "a number")]
    assert problems("number", 4, 1, 3, "a number") == [("is above 3", "a number")]


def test_a_choice_is_one_of_its_words() -> None:
    assert problems("choice", "a", ("a", "b")) == []
    assert problems("choice", "c", ("a", "b")) == [("is 'c'", "one of: a, b")]
    assert problems("member", "lost", RequestStatus)[0][0] == "is 'lost'"


def test_a_long_problem_is_cut_short() -> None:
    faults = Faults("S")
    faults.add("f", "x" * 1001, "less")
    assert faults.found[0].problem == "x" * 999 + "…"


def test_all_faults_are_raised_together_as_the_error_wanted() -> None:
    faults = Faults("S")
    faults.raise_if_any()
    faults.line("a", "")
    faults.flag("b", 0)
    with pytest.raises(InvalidPolicy) as caught:
        faults.raise_if_any(InvalidPolicy)
    assert caught.value.faults == (
        Fault("S.a", "is empty", LINE),
        Fault("S.b", "is an int", "true or false"),
    )


def test_moment_names_the_path_of_a_naive_time() -> None:
    moment("service.at", datetime(2024, 3, 1, tzinfo=UTC))
    with pytest.raises(InvalidValue) as caught:
        moment("service.at", datetime(2024, 3, 1))  # noqa: DTZ001
    assert caught.value.faults == (
        Fault(
            "service.at",
            "2024-03-01T00:00:00 has no UTC offset",
            "a date and time with a UTC offset",
        ),
    )


def test_a_member_is_one_of_the_words() -> None:
    assert problems("member", "approved", RequestStatus) == []
    assert problems("member", RequestStatus.EXPIRED, RequestStatus) == []
    assert problems("member", "gone", RequestStatus) == [
        (
            "is 'gone'",
            (
                "one of: pending, withdrawal_asked, withdrawal_declined, approved, rejected, "
                "withdrawn, superseded, expired"
            ),
        )
    ]


@pytest.mark.parametrize("value", ["", "注文 1", "joined\u200dup", "m" * 100_000])
def test_a_header_is_empty_or_one_line(value: str) -> None:
    """What joins characters is not printed, and does no harm."""
    assert problems("header", value) == []


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, ("is missing", "a text of at most 100000 code points")),
        ("a\nb", ("contains U+000A", "one printable line")),
        ("m" * 100_001, ("has 100001 code points", "a text of at most 100000 code points")),
    ],
    ids=["missing", "two lines", "too long"],
)
def test_what_is_no_header_is_named(value: object, problem: tuple[str, str]) -> None:
    assert problems("header", value) == [problem]


def test_a_word_of_an_enumeration_is_a_line() -> None:
    assert problems("line", RequestStatus.PENDING) == []
