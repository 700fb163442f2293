"""Exactly one reason of the catalogue, with words where it takes any, within inclusive bounds."""

from __future__ import annotations

import pytest

from ordercancel.domain.errors import Fault
from ordercancel.domain.faults import Faults
from ordercancel.domain.texts import Text
from ordercancel.policy import Catalogue, Reason, TextBounds
from unit.tiny import ANSWERS, OURS, REASONS


def checked(bounds: TextBounds, raw: str | None) -> tuple[str | None, list[tuple[str, str]]]:
    faults = Faults("C")
    text = bounds.check(raw, "text", faults)
    assert all(fault.where == "C.text" for fault in faults.found)
    return text, [(fault.problem, fault.expected) for fault in faults.found]


def chosen(
    catalogue: Catalogue, code: str | None, raw: str | None
) -> tuple[str | None, list[Fault]]:
    faults = Faults("C")
    return catalogue.check(code, raw, faults), faults.found


BOUNDS = TextBounds(2, 5)


@pytest.mark.parametrize(
    ("raw", "text"),
    [("ab", "ab"), ("abcde", "abcde"), (" a\u3000b ", "a b"), ("か\u3099い", "がい")],
)
def test_bounds_are_inclusive_and_judge_the_cleaned_text(raw: str, text: str) -> None:
    assert checked(BOUNDS, raw) == (text, [])


@pytest.mark.parametrize(
    ("raw", "length"), [("a", 1), ("abcdef", 6), ("a\u200b\u200b", 1), ("が\u3164\u0301", 1)]
)
def test_too_short_and_too_long_are_named_by_what_shows(raw: str, length: int) -> None:
    _, found = checked(BOUNDS, raw)
    assert found == [(f"has {length} visible characters", "2 to 5 visible characters")]


@pytest.mark.parametrize("raw", [None, "", " \u3000\n", "\u200b\u2060", "\u3164"])
def test_a_required_text_must_show(raw: str | None) -> None:
    assert checked(BOUNDS, raw) == (
        None,
        [("is missing or blank", "2 to 5 visible characters")],
    )


@pytest.mark.parametrize("raw", [None, "", " ", "\u200b"])
def test_an_optional_text_may_be_blank(raw: str | None) -> None:
    assert checked(TextBounds(2, 5, required=False), raw) == (None, [])


def test_an_optional_text_that_is_given_keeps_the_bounds() -> None:
    assert checked(TextBounds(2, 5, required=False), "a")[1] == [
        ("has 1 visible characters", "2 to 5 visible characters")
    ]


def test_every_fault_of_a_text_is_named() -> None:
    assert checked(BOUNDS, "\u202eabc\x00def")[1] == [
        ("contains U+202E RIGHT-TO-LEFT OVERRIDE, U+0000", "no such characters"),
        ("has 6 visible characters", "2 to 5 visible characters"),
    ]


def test_the_raw_length_is_bounded() -> None:
    assert (TextBounds(1, 32).raw_maximum, TextBounds(1, 33).raw_maximum) == (256, 264)
    assert checked(BOUNDS, "ab" + "\u200b" * 254) == ("ab" + "\u200b" * 254, [])
    assert checked(BOUNDS, "ab" + "\u200b" * 255) == (
        None,
        [("has 257 code points", "at most 256")],
    )


def test_a_catalogue_finds_its_reasons() -> None:
    assert REASONS.codes == ("mistake", "other")
    assert REASONS.reason("other") == REASONS.reasons[1]
    assert REASONS.reason("gone") is None
    assert REASONS.reason(None) is None


def test_a_reason_is_needed() -> None:
    assert chosen(REASONS, None, None) == (
        None,
        [Fault("C.reason", "is missing", "one of: mistake, other")],
    )


def test_an_unknown_reason_is_named() -> None:
    assert chosen(REASONS, "gone", "abc") == (
        None,
        [Fault("C.reason", "'gone' is unknown", "one of: mistake, other")],
    )


def test_a_reason_that_takes_words_checks_them() -> None:
    assert chosen(REASONS, "other", " abc ") == ("abc", [])
    assert chosen(REASONS, "other", None)[1] == [
        Fault("C.text", "is missing or blank", "2 to 5 visible characters")
    ]


@pytest.mark.parametrize("raw", [None, "", " \u3000"])
def test_a_reason_without_words_takes_a_blank(raw: str | None) -> None:
    assert chosen(REASONS, "mistake", raw) == (None, [])


def test_words_with_a_reason_that_takes_none_are_named() -> None:
    assert chosen(REASONS, "mistake", "abc") == (
        None,
        [Fault("C.text", "is given with reason 'mistake'", "no text, or one of: other")],
    )


def test_words_where_no_reason_takes_any_are_named() -> None:
    plain = Catalogue(reasons=(Reason("a", Text("あ", "A"), cites=OURS),), cites=OURS)
    assert chosen(plain, "a", "abc")[1] == [Fault("C.text", "is given with reason 'a'", "no text")]


def test_a_catalogue_without_reasons_takes_a_text_alone() -> None:
    assert chosen(ANSWERS, None, "sold out") == ("sold out", [])
    assert chosen(ANSWERS, None, None) == (None, [])
    assert chosen(ANSWERS, "late", "x" * 21) == (
        "x" * 21,
        [
            Fault("C.reason", "is given", "no reason code, only a text"),
            Fault("C.text", "has 21 visible characters", "0 to 20 visible characters"),
        ],
    )


def test_a_catalogue_with_nothing_takes_nothing() -> None:
    nothing = Catalogue(cites=OURS)
    assert chosen(nothing, None, None) == (None, [])
    assert len(chosen(nothing, "a", "b")[1]) == 2
