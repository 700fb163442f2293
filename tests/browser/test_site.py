"""The documentation site as a reader sees it, on a wide screen and on a phone."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from docs.build_site import LANGUAGES, build, sources

from chromium import chromium


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, as it is built now: a dead link on it fails already here."""
    folder: Path = tmp_path_factory.mktemp("site")
    build(folder)
    handler = functools.partial(Quiet, directory=str(folder / "html"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_fits_the_screen_and_asks_nobody_else(
    browser: Any, site: str, lang: str, width: int
) -> None:
    """Nothing is wider than the screen, and no request leaves the site."""
    page, asked, wide = browser.new_page(viewport={"width": width, "height": 900}), [], []
    page.on("request", lambda request: asked.append(request.url))
    for name in sources(lang):
        page.goto(f"{site}{lang}/{name.removesuffix('.md').removesuffix('index')}")
        assert page.locator("article h1").count() == 1, name
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(name)
    page.close()
    assert wide == []
    assert [url for url in asked if not url.startswith((site, "data:"))] == []


FINDS = [
    ("en", "grapheme clusters", "concepts"),
    ("en", "refund once", "tutorial"),
    ("en", "not paid", "questions"),
    ("ja", "営業日", "bulk"),
    ("ja", "ステータス列", "migrating"),
    ("ja", "未払い", "questions"),
]
"""Words, and the page that stands first among those that have them."""


@pytest.mark.parametrize(("lang", "words", "page"), FINDS)
def test_the_search_finds(browser: Any, site: str, lang: str, words: str, page: str) -> None:
    """In Japanese too, where no spaces stand between the words; Enter opens the first result."""
    tab = browser.new_page()
    tab.goto(f"{site}{lang}/")
    tab.wait_for_load_state("networkidle")
    tab.keyboard.press("/")
    tab.wait_for_timeout(500)  # it slides in, in a shadow root that is closed to us
    tab.keyboard.insert_text(words)
    for _ in range(20):  # until the index has been read
        tab.wait_for_timeout(500)
        tab.keyboard.press("Enter")
        if tab.url != f"{site}{lang}/":
            break
    tab.wait_for_url(re.compile(f"^{site}{lang}/{page}/"), timeout=5000)
    tab.close()


@pytest.mark.parametrize(("locale", "lang"), [("ja-JP", "ja"), ("de-DE", "en")])
def test_the_front_door_opens_in_the_readers_language(
    browser: Any, site: str, locale: str, lang: str
) -> None:
    page = browser.new_page(locale=locale)
    page.goto(site)
    page.wait_for_url(f"{site}{lang}/")
    assert page.locator("html").get_attribute("lang") == lang
    page.close()
