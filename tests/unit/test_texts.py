"""Texts in any language; what people typed is cleaned, counted by what shows, and made safe."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import pytest
from wcwidth import iter_graphemes, wcwidth

from ordercancel.domain.characters import _PLAIN, clean, unsafe_characters, visible_length
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.texts import Text, as_text


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("か\u3099", "が"),
        ("e\u0301", "é"),
        ("  a  ", "a"),
        ("a\u3000\u3000b", "a b"),
        ("a\r\n\n\tb", "a b"),
        ("a\u2028b\u2029c\u0085d", "a b c d"),
        ("a\u00a0b", "a b"),
        ("\u3000\n", ""),
        ("", ""),
    ],
)
def test_cleaning_composes_strips_and_folds(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_compatibility_characters_stay_as_they_were_typed() -> None:
    assert clean("ｱ①Ａ") == "ｱ①Ａ"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("がい", 2),
        ("a b", 3),
        ("😀", 1),
        ("a\u0301\u0302", 1),
        ("\u200b\u200c\u200d\u2060\ufeff", 0),
        ("\u00ad\u061c\u200e\u200f", 0),
        ("\u115f\u1160\u3164\uffa0\u2800", 0),
        ("\ufe0f\u034f\u17b4", 0),
        ("", 0),
    ],
)
def test_only_what_shows_is_counted(text: str, length: int) -> None:
    assert visible_length(text) == length


@pytest.mark.parametrize("padding", [" \u200b", " \u3164", "\u3000\u2800"])
def test_padding_with_blanks_cannot_reach_a_minimum(padding: str) -> None:
    """White space between characters that do not show is no more than a space."""
    assert visible_length(clean("a" + padding * 40)) <= 2


@pytest.mark.parametrize(
    ("char", "named"),
    [
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u202a", "U+202A LEFT-TO-RIGHT EMBEDDING"),
        ("\u2066", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("\u206a", "U+206A INHIBIT SYMMETRIC SWAPPING"),
        ("\x00", "U+0000"),
        ("\x1b", "U+001B"),
        ("\x7f", "U+007F"),
        ("\ud800", "U+D800"),
        ("\ufff9", "U+FFF9 INTERLINEAR ANNOTATION ANCHOR"),
        ("\U000e0041", "U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("\ufdd0", "U+FDD0"),
        ("\uffff", "U+FFFF"),
        ("\U0001fffe", "U+1FFFE"),
    ],
)
def test_unsafe_characters_are_named(char: str, named: str) -> None:
    assert unsafe_characters(f"a{char}b") == (named,)


def test_unsafe_characters_are_named_once_each() -> None:
    assert unsafe_characters("\u202ea\x00\u202e") == ("U+202E RIGHT-TO-LEFT OVERRIDE", "U+0000")


@pytest.mark.parametrize("text", ["", "お客様のご都合", "👨\u200d👩", "a\u200e", "\ufffd", "é!"])
def test_everyday_text_is_safe(text: str) -> None:
    assert unsafe_characters(text) == ()


def test_a_text_is_read_by_language() -> None:
    text = Text(ja="承認", en="Approve")
    assert (text["ja"], text["en"]) == ("承認", "Approve")


def test_placeholders_of_both_languages_are_known() -> None:
    assert Text("{a}と{b}", "{b} and {c} {{d}}").placeholders == frozenset({"a", "b", "c"})


def test_a_line_with_an_empty_variable_is_left_out() -> None:
    text = Text("拒否\n理由: {reason}\n{order_id}", "Rejected\nReason: {reason}\n{order_id}")
    assert text.fill("ja", {"reason": "", "order_id": "7"}) == "拒否\n7"
    assert text.fill("en", {"reason": "late", "order_id": "7"}) == "Rejected\nReason: late\n7"


def test_braces_in_a_value_are_not_filled_again() -> None:
    assert Text("", "{reason}").fill("en", {"reason": "{order_id}"}) == "{order_id}"


def test_a_language_that_a_text_is_not_in_is_answered_by_a_near_one() -> None:
    """Its base language, else English, else the first that there is."""
    text = Text(ja="はい", en="Yes", pt="Sim")
    assert text["pt-BR"] == "Sim"
    assert text["fr"] == "Yes"
    assert Text(de="Ja", nl="Ja.")["ja"] == "Ja"
    assert (text.spoken("pt-BR"), text.spoken("fr"), text.spoken("ja")) == ("pt", "en", "ja")


def test_a_text_tells_its_languages_and_their_words() -> None:
    text = Text.of({"de-AT": "Ja", "en": "Yes"})
    assert text.languages == ("en", "de-AT")
    assert text.values == ("Yes", "Ja")
    assert text.as_dict() == {"en": "Yes", "de-AT": "Ja"}
    assert repr(text) == "Text(en='Yes', de-AT='Ja')"


def test_texts_are_equal_by_their_words_and_are_copied() -> None:
    text = Text("はい", "Yes")
    assert text == Text.of({"en": "Yes", "ja": "はい"})
    assert hash(text) == hash(Text.of({"en": "Yes", "ja": "はい"}))
    assert text != Text("はい", "No")
    assert text != "Yes"
    assert pickle.loads(pickle.dumps(text)) == text


@pytest.mark.parametrize("words", [{}, {"en": 3}])
def test_a_text_is_in_one_language_at_least(words: Any) -> None:
    with pytest.raises(InvalidValue, match="a str in one language at least"):
        Text(**words)


def test_a_plain_str_is_a_text_in_the_language_at_hand() -> None:
    text = Text("はい", "Yes")
    assert as_text("Ja", "de") == Text(de="Ja")
    assert as_text(text, "de") is text


ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("👍🏽" * 11, 11),
        ("🇯🇵" * 11, 11),
        ("👨‍👩‍👧‍👦" * 8, 8),
        (ENGLAND * 3, 3),
        ("ｶﾞ", 1),
        ("葛\U000e0100", 1),
        ("क्षि", 1),
        ("\u1112\u1161\u11ab", 1),
        ("キャンセル\u200bをお願いします\u0301", 12),
        ("👍 \u200b 👍", 3),
    ],
)
def test_what_people_see_as_one_character_is_one(text: str, length: int) -> None:
    """A skin tone, a flag, a family, a voicing mark, a variant, a syllable: grapheme clusters."""
    assert visible_length(text) == length


def test_of_plain_texts_each_character_is_one_that_people_see() -> None:
    """Every one of them, next to any other: what is counted at once is what Unicode would say."""
    plain = [char for char in map(chr, range(0x10000)) if _PLAIN.fullmatch(char)]
    assert len(plain) == 21_472
    assert min(map(wcwidth, plain)) == 1
    for text in (plain, plain[::-1], [*plain[::2], *plain[1::2]]):
        assert len(list(iter_graphemes("".join(text)))) == len(plain)


def test_plain_texts_need_no_other_library() -> None:
    """ASCII, kana and kanji are counted without loading the one that knows all the others."""
    code = (
        "import sys; from ordercancel.domain.characters import cleaned; "
        "assert cleaned(' please  cancel ') == ('please cancel', 13); "
        "assert cleaned('取消です（ﾊﾊ）。') == ('取消です（ﾊﾊ）。', 9); "
        "assert 'wcwidth' not in sys.modules; "
        "assert cleaned('ﾊﾞ')[1] == 1; assert 'wcwidth' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "text",
    [
        f"I live in {ENGLAND}.",
        "see \u2067שלום\u2069, please",
        "\u2068\u2066a\u2069b\u2069",
    ],
)
def test_flags_of_regions_and_closed_isolates_are_safe(text: str) -> None:
    """What turns the direction ends before the text does, and tags spell a region."""
    assert unsafe_characters(text) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("\u2067שלום", "U+2067 RIGHT-TO-LEFT ISOLATE"),
        ("\u2069a\u2066", "U+2069 POP DIRECTIONAL ISOLATE"),
        (ENGLAND[:-1], "U+E0067 TAG LATIN SMALL LETTER G"),
        ("a" + ENGLAND[1:], "U+E0067 TAG LATIN SMALL LETTER G"),
    ],
)
def test_isolates_left_open_and_tags_without_a_flag_are_not(text: str, named: str) -> None:
    assert named in unsafe_characters(text)


def test_a_text_is_made_in_each_of_some_languages() -> None:
    """By what gives its words in one."""
    assert Text.in_each(("ja", "de"), str.upper) == Text(ja="JA", de="DE")
