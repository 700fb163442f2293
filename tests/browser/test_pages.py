"""The page of a policy as a reader sees it, on a wide screen, a phone and paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from axe_playwright_python.sync_playwright import Axe
from examples.half_hour_shop import SHOP

from chromium import chromium
from ordercancel.cli.drawing import draw
from ordercancel.explain import html_page, report_page
from ordercancel.explain.pictures import plain_svg
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Policy
from ordercancel.verification import verify

PAGES = [(CONECT, "ja"), (CONECT, "en"), (QOO10, "ja"), (QOO10, "en"), (SHOP, "en")]
IDS = [f"{policy.name}-{lang}" for policy, lang in PAGES]
QUIET = attrs.evolve(SHOP, notifications=SHOP.notifications[:2])
WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


REPORTED = ((QUIET, "ja"), (QUIET, "en"))
"""A shop with a fault, of which there is a report."""


@pytest.fixture(scope="module", params=[*PAGES, *REPORTED], ids=[*IDS, "report-ja", "report-en"])
def page_of(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page on the disk, its pictures drawn as this machine draws them."""
    policy: Policy
    policy, lang = request.param
    filed = request.param in REPORTED
    text = report_page(verify(policy), lang) if filed else html_page(policy, lang, draw)
    path: Path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_stands_in_the_way_of_a_reader(
    browser: Any, page_of: str, width: int, scheme: str
) -> None:
    """Nothing is wider than the screen, no request leaves the page, and axe finds no fault."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_of)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wide = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(each => !each.closest('figure')"
        " && each.getBoundingClientRect().right > innerWidth + 1).map(each => each.outerHTML)"
    )
    assert wide == []
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert asked == [page_of]
    context.close()


def test_a_page_that_fails_is_caught(browser: Any) -> None:
    """The checks above see what they are for: pale letters, a heading left out, a wide line."""
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.set_content(
        "<html lang=en><title>x</title><main><h1>x</h1><h3>x</h3>"
        "<p style='color:#ccc;width:600px'>pale</p></main>"
    )
    found = {each["id"] for each in Axe().run(page).response["violations"]}
    assert {"color-contrast", "heading-order"} <= found
    assert page.evaluate("document.documentElement.scrollWidth") > 390


@pytest.mark.parametrize(("policy", "lang"), PAGES, ids=IDS)
def test_the_plain_pictures_hide_nothing(browser: Any, policy: Policy, lang: str) -> None:
    """Where Graphviz is not at hand: no name and no label lies on another, or outside."""
    page = browser.new_page()
    page.set_content(html_page(policy, lang, plain_svg))
    hidden = page.evaluate(
        """[...document.querySelectorAll('svg')].flatMap(svg => {
            const box = svg.getBoundingClientRect(), found = [];
            const texts = [...svg.querySelectorAll('text')];
            const rects = texts.map(each => each.getBoundingClientRect());
            rects.forEach((one, n) => {
                if (one.left < box.left - 1 || one.right > box.right + 1) found.push(n);
                rects.slice(n + 1).forEach(two => {
                    if (one.left < two.right - 1 && two.left < one.right - 1
                        && one.top < two.bottom - 3 && two.top < one.bottom - 3)
                        found.push(texts[n].textContent);
                });
            });
            return found;
        })"""
    )
    assert hidden == []


def test_a_page_can_be_printed(browser: Any, page_of: str) -> None:
    """On A4, with nothing cut off: what is printed is no wider than the paper."""
    page = browser.new_page()
    page.goto(page_of)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins
    assert page.evaluate("document.documentElement.scrollWidth") == 688
    assert page.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"
