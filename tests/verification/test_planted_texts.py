"""Faults of texts and reasons are found where they are planted."""

from __future__ import annotations

import attrs
from examples.half_hour_shop import SHOP

from ordercancel import Text
from ordercancel.policies import CONECT
from ordercancel.policy import TextBounds, Texts
from verification.planted import fault, forged, ids, replayed, shop


def test_standard_sentences_in_a_language_that_the_library_has_not() -> None:
    """The policy speaks German, and the codes of the library and its messages do not."""
    policy = shop(languages=["de"])
    found = ids(policy)
    assert "text_missing:texts.refusals['no_open_request']" in found
    assert "text_missing:notifications[approved to others].subject" in found
    assert all(each.startswith("text_missing:") for each in found)
    assert fault(policy, "text_missing:texts.refusals['not_permitted']").problem["en"] == (
        "A text is missing (de)."
    )


def test_a_language_beside_a_base_language() -> None:
    """English as it is spoken elsewhere needs no texts of its own."""
    assert ids(shop(languages=["en-GB"])) == []


def test_japanese_in_an_english_sentence() -> None:
    """A text that nobody has translated."""
    texts = Texts(
        refusals={"answer_first": Text("先に回答してください。", "先に回答してください。")}
    )
    policy = attrs.evolve(
        SHOP,
        languages=("en",),
        texts=texts,
    )
    found = fault(policy, "text_missing:texts.refusals['answer_first']")
    assert "en is in Japanese" in found.problem["en"]
    assert replayed(policy, found)[-1]["codes"] == ["answer_first"]


def test_a_reason_that_nobody_can_give() -> None:
    """Five characters at least and three at most; no policy is built with it."""
    policy = forged(CONECT, ("reasons", 6, "text"), TextBounds(5, 3))
    found = fault(policy, "reason_unmeetable:Reject")
    assert replayed(policy, found)[-1]["error"] == "invalid"
