"""The playground as a reader uses it: the library runs in the browser, and reaches nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from docs.playground import build
from playwright.sync_api import expect

from chromium import chromium, served

expect.set_options(timeout=90_000)

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("site")
    build.files(folder / "playground")
    for lang in ("en", "ja"):
        page = folder / lang / "playground" / "app.html"
        page.parent.mkdir(parents=True)
        page.write_text(build.page(lang), encoding="utf-8")
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Any, site: str) -> Iterator[Open]:
    """Opens the playground; in the end nothing was asked of anybody else, and nothing failed."""
    asked: list[str] = []
    failed: list[str] = []
    context = browser.new_context()

    def open_page(lang: str = "en", fragment: str = "", width: int = 1280) -> Any:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("console", lambda said: failed.append(said.text) if said.type == "error" else 0)
        page.goto(f"{site}{lang}/playground/app.html{fragment}")
        return page

    yield open_page
    context.close()
    assert [url for url in asked if not url.startswith((site, "data:", "blob:"))] == []
    assert failed == []


def run(page: Any, text: str | None = None) -> None:
    if text is not None:
        page.locator("#text").fill(text)
    page.locator("#run").click()


def verified(page: Any, faults: int) -> None:
    """What stands at the end of a run."""
    done = re.compile(
        f"(Done. Faults found by verify: |完了しました。verifyで見つかった不備：){faults}$"
    )
    expect(page.locator("#state")).to_have_text(done)


EXAMPLES = [("shop", 1), ("conect", 0), ("qoo10", 0)]


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("ja", 390)])
def test_every_example_answers_and_fits_the_screen(opened: Open, lang: str, width: int) -> None:
    """All of it is legible, and axe finds no fault, in light and in dark."""
    page = opened(lang, width=width)
    for name, faults in EXAMPLES:
        page.locator(f"[data-example={name}]").click()
        run(page)
        verified(page, faults)
        assert page.locator("#pictures img").count() == 2
        assert all(page.evaluate("[...document.images].map(each => each.naturalWidth > 100)"))
        assert page.locator("#options form").count() >= 1
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.locator("#page summary").click()
    shown = page.frame_locator("#page iframe")
    expect(shown.locator("h1")).to_have_text(re.compile("Qoo10"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_all_mistakes_are_shown_with_their_lines_and_mended(opened: Open) -> None:
    page = opened()
    good = page.locator("#text").input_value()
    run(page, good.replace('"packed")\n', '"paked")\n').replace("Europe/Berlin", "Europe/Berln"))
    expect(page.locator("#state")).to_have_text(re.compile("The text has faults: [3-9]"))
    faults = page.locator("#faults")
    expect(faults).to_contain_text("Line 7 Policy shop.zone: is 'Europe/Berln'")
    expect(faults).to_contain_text(
        "Line 19 Policy shop.rules['buyer_asks'].when: compares 'status'"
    )
    expect(page.locator("#answers")).to_be_hidden()
    faults.get_by_role("button", name="Line 19").click()
    chosen = "document.activeElement.value.slice(document.activeElement.selectionStart, "
    assert (
        page.evaluate(chosen + "document.activeElement.selectionEnd)").strip() == '"buyer_asks",'
    )
    run(page, good)
    verified(page, 1)
    expect(faults).to_be_empty()


MANY = """
facts = tuple(Number(f"number_{n}") for n in range(9))
above = [fact.is_known & (fact > 5) for fact in facts]
MANY = Policy(
    name="many", zone="UTC", orders=Lifecycle(moves={"ship": ("new", "sent")}), facts=facts,
    rules=[
        Rule(each.name, on=AdvanceOrder, effect=Forbid("closed"), when=when)
        for each, when in zip(facts, above)
    ],
)
"""


def test_what_could_not_be_verified_is_not_told_as_without_fault(opened: Open) -> None:
    page = opened()
    run(page, "from ordercancel.policy import *\n" + MANY)
    expect(page.locator("#state")).to_have_text("Done. Not all of it could be verified.")
    expect(page.locator("#summary")).to_contain_text("combinations of facts are too many")
    expect(page.locator("#found")).to_be_empty()


def test_a_fault_that_verify_finds_is_walked_through_and_mended(opened: Open) -> None:
    page = opened()
    run(page)
    verified(page, 1)
    expect(page.locator("#found")).to_contain_text("no_reason:RequestCancellation by seller")
    page.get_by_role("button", name="Walk through it").click()
    expect(page.locator("#steps li")).to_have_text(
        re.compile("2024-04-01 10:00 · the seller · Requesting cancellation")
    )
    expect(page.locator("#stands")).to_contain_text("cancelled")
    assert page.locator("#by").input_value() == "seller:s-1"
    text = page.locator("#text").input_value()
    run(page, text.replace("when=buyer)],", 'when=buyer), Reason("sold_out", when=seller)],'))
    verified(page, 0)
    expect(page.locator("#found")).to_be_empty()


def test_time_passes_in_an_order_and_what_is_due_fires(opened: Open) -> None:
    """After half an hour the seller decides; after a day without an answer it counts as a yes."""
    page = opened()
    run(page)
    verified(page, 1)
    expect(page.locator("#options")).to_contain_text("The order is cancelled at once.")
    page.locator("#clock").fill("1")
    expect(page.locator("#options")).to_contain_text("for the seller to decide")
    page.get_by_role("button", name="Request cancellation").click()
    expect(page.locator("#steps")).to_contain_text("Message to s-1 (mail)")
    expect(page.locator("#stands")).to_contain_text("silence: 2024-04-02 10:30")
    page.locator("#stands").get_by_role("button", name="Go to").click()
    expect(page.locator("#steps li.dim")).to_contain_text("Deadline: silence")
    expect(page.locator("#stands")).to_contain_text("cancelled")
    page.locator("#lines").evaluate("each => each.parentElement.open = true")
    assert '"do":"request"' in page.locator("#lines").inner_text()
    page.locator("#undo").click()
    expect(page.locator("#steps li")).to_have_count(0)


def test_a_link_carries_the_text_and_runs_nothing(opened: Open) -> None:
    """In the other language too; only the click runs it."""
    page = opened()
    mine = "from ordercancel.policies import CONECT\nprint('mine')\n"
    run(page, mine)
    expect(page.locator("#printed")).to_have_text("mine")
    verified(page, 0)
    page.locator("#share").click()
    expect(page.locator("#state")).to_have_text(re.compile("link"))
    fragment = "#" + page.url.partition("#")[2]
    assert page.locator("#other").get_attribute("href").endswith(fragment)
    other = opened("ja", fragment)
    expect(other.locator("#state")).to_have_text("準備ができました。")
    assert other.locator("#text").input_value() == mine
    expect(other.locator("#shared")).to_be_visible()
    expect(other.locator("#printed")).to_be_hidden()
    expect(other.locator("#answers")).to_be_hidden()
    run(other)
    expect(other.locator("#printed")).to_have_text("mine")


def test_a_link_that_is_broken_says_so(opened: Open) -> None:
    page = opened("en", "#text=broken")
    expect(page.locator("#state")).to_have_text("The text in this link cannot be read.")
    assert "SHOP = Policy(" in page.locator("#text").input_value()


def test_it_is_used_by_the_keyboard_alone(opened: Open) -> None:
    """The editor holds nobody: Tab leaves it."""
    page = opened()

    def tab_to(wanted: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({wanted!r})"):
                return
        raise AssertionError(f"{wanted} is not reached")

    tab_to("#text")
    page.keyboard.press("Control+Home")
    page.keyboard.type("# mine\n")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "run"
    page.keyboard.press("Enter")
    verified(page, 1)
    tab_to("#found button")
    page.keyboard.press("Enter")
    expect(page.locator("#steps li")).to_have_count(1)
    expect(page.locator("#walked")).to_be_focused()
    tab_to("#undo")
    page.keyboard.press("Enter")
    expect(page.locator("#steps li")).to_have_count(0)
    tab_to("#options form button")
    page.keyboard.press("Enter")
    expect(page.locator("#steps li")).to_have_count(1)


def test_what_runs_away_is_stopped(opened: Open) -> None:
    page = opened()
    good = page.locator("#text").input_value()
    expect(page.locator("#state")).to_have_text("Ready.")
    run(page, "while True:\n    pass\n")
    page.locator("#stop").click()
    run(page, good)
    verified(page, 1)


REACHING = """
import js

def tried(name, reach):
    try:
        reach()
    except BaseException as error:
        said = str(error) if "Error:" in str(error) else type(error).__name__
        print(name, said.partition(":")[0])
    else:
        print(name, "IS REACHED")

def asked():
    request = js.XMLHttpRequest.new()
    request.open("GET", "SITE", False)
    request.send()

tried("the site", asked)
tried("a database", lambda: js.indexedDB.open("x"))
tried("the page", lambda: js.document)
"""


def test_a_text_reaches_neither_the_page_nor_the_site(browser: Any, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}en/playground/app.html")
    asked: list[str] = []
    expect(page.locator("#state")).to_have_text("Ready.")
    page.on("response", lambda response: asked.append(response.url))
    run(page, REACHING.replace("SITE", f"{site}en/playground/app.html"))
    expect(page.locator("#printed")).to_have_text(
        "the site NetworkError\na database SecurityError\nthe page AttributeError\n"
    )
    assert asked == []
    page.close()
