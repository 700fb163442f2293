"""The browser itself: what the tests of pages see through it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


def test_it_has_letters_for_japanese(browser: Any) -> None:
    """Where a font lacks them, every character is the same empty box."""
    page = browser.new_page()
    page.set_content("<span>注文</span><span>、。</span>")
    pictures = [each.screenshot() for each in page.query_selector_all("span")]
    assert pictures[0] != pictures[1]
