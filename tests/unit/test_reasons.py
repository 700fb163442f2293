"""The words typed with a reason keep inclusive bounds, counted by what people see."""

from __future__ import annotations

import pytest

from ordercancel.domain.commands import Reject, RequestCancellation
from ordercancel.domain.errors import Fault
from ordercancel.domain.faults import Faults
from ordercancel.policy import ALWAYS, Reason, TextBounds
from ordercancel.rules.reasons import as_bounds


def checked(bounds: TextBounds, raw: str | None) -> tuple[str | None, list[Fault]]:
    faults = Faults("C")
    text = bounds.check(raw, "text", faults, ("tiny.1",))
    assert all(fault.where == "C.text" for fault in faults.found)
    return text, faults.found


def told(bounds: TextBounds, raw: str | None) -> list[tuple[str, str, str]]:
    return [(fault.code, fault.problem, fault.expected) for fault in checked(bounds, raw)[1]]


BOUNDS = TextBounds(2, 5)
TWO_TO_FIVE = "2 to 5 visible characters"


@pytest.mark.parametrize(
    ("raw", "text"),
    [("ab", "ab"), ("abcde", "abcde"), (" a\u3000b ", "a b"), ("か\u3099い", "がい")],
)
def test_bounds_are_inclusive_and_judge_the_cleaned_text(raw: str, text: str) -> None:
    assert checked(BOUNDS, raw) == (text, [])


@pytest.mark.parametrize(
    ("raw", "code", "length"),
    [
        ("a", "text_too_short", 1),
        ("abcdef", "text_too_long", 6),
        ("a\u200b\u200b", "text_too_short", 1),
        ("が\u3164\u0301", "text_too_short", 1),
    ],
)
def test_too_short_and_too_long_are_named_by_what_shows(raw: str, code: str, length: int) -> None:
    assert told(BOUNDS, raw) == [(code, f"has {length} visible characters", TWO_TO_FIVE)]


@pytest.mark.parametrize("raw", [None, "", " \u3000\n", "\u200b\u2060", "\u3164"])
def test_a_required_text_must_show(raw: str | None) -> None:
    assert told(BOUNDS, raw) == [("text_missing", "is missing or blank", TWO_TO_FIVE)]


@pytest.mark.parametrize("raw", [None, "", " ", "\u200b"])
def test_an_optional_text_may_be_blank(raw: str | None) -> None:
    assert checked(TextBounds(2, 5, required=False), raw) == (None, [])


def test_an_optional_text_that_is_typed_keeps_the_bounds() -> None:
    assert told(TextBounds(2, 5, required=False), "a")[0][0] == "text_too_short"


def test_every_fault_of_a_text_is_named() -> None:
    assert told(BOUNDS, "\u202eabc\x00def") == [
        (
            "text_unsafe",
            "contains U+202E RIGHT-TO-LEFT OVERRIDE, U+0000",
            "no such characters",
        ),
        ("text_too_long", "has 6 visible characters", TWO_TO_FIVE),
    ]


def test_the_raw_length_is_bounded() -> None:
    assert (TextBounds(1, 32).raw_maximum, TextBounds(1, 33).raw_maximum) == (256, 264)
    assert checked(BOUNDS, "ab" + "\u200b" * 254) == ("ab" + "\u200b" * 254, [])
    assert told(BOUNDS, "ab" + "\u200b" * 255) == [
        ("text_too_long", "has 257 code points", TWO_TO_FIVE)
    ]


@pytest.mark.parametrize(
    ("bounds", "raw", "ja", "en"),
    [
        (
            BOUNDS,
            "a",
            "2文字以上5文字以内で入力してください。（現在1文字）",
            "Please enter 2 to 5 characters. You typed 1.",
        ),
        (
            TextBounds(1, 20),
            "あ" * 21,
            "20文字以内で入力してください。（現在21文字）",
            "Please enter up to 20 characters. You typed 21.",
        ),
        (
            TextBounds(1, 20),
            "",
            "理由を入力してください。（20文字以内）",
            "Please enter up to 20 characters.",
        ),
    ],
)
def test_who_typed_it_reads_the_bounds_and_the_clause_that_sets_them(
    bounds: TextBounds, raw: str, ja: str, en: str
) -> None:
    (fault,) = checked(bounds, raw)[1]
    assert fault.sentences == {"ja": ja, "en": en}
    assert fault.clauses == ("tiny.1",)


def test_a_pair_stands_for_bounds() -> None:
    """From 0 on the text is optional, else it is required."""
    assert as_bounds((0, 20)) == TextBounds(0, 20, required=False)
    assert as_bounds((1, 20)) == TextBounds(1, 20)
    assert as_bounds(BOUNDS) is BOUNDS
    assert as_bounds(None) is None


def test_a_reason_is_for_a_request_and_for_everybody_by_default() -> None:
    reason = Reason("mistake", source="our terms")
    assert (reason.on, reason.when, reason.text) == (RequestCancellation, ALWAYS, None)
    assert Reason(None, on=Reject, text=(0, 20)).text == TextBounds(0, 20, required=False)
