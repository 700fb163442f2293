"""The documentation site as a reader sees it, on a wide screen and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from docs.build_site import LANGUAGES, build, sources

from chromium import chromium, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, as it is built now: a dead link on it fails already here."""
    folder: Path = tmp_path_factory.mktemp("site")
    build(folder)
    with served(folder / "html") as address:
        yield address


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


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("policy", ["conect", "qoo10"])
def test_a_rule_page_leads_to_what_was_proved(
    browser: Any, site: str, policy: str, lang: str
) -> None:
    """In the same language."""
    page = browser.new_page()
    page.goto(f"{site}{lang}/policies/{policy}/")
    page.locator(f'a[href$="{policy}.report.{lang}.html"]').click()
    assert page.locator("html").get_attribute("lang") == lang
    assert page.locator("#proofs tbody tr").count() == 21
    page.close()


QUESTIONS = {
    "en": {
        "how do I let the seller cancel?": "questions/#how-do-i-let-the-seller-cancel",
        "what is the time zone of a deadline?": "questions/#what-is-the-time-zone-of-a-deadline",
        "how do I refund once?": "questions/#how-do-i-refund-once-and-never-twice",
        "install": "questions/#how-do-i-install-it",
        "grace period": "questions/#how-do-i-let-the-buyer-cancel-for-half-an-hour",
        "cancel unpaid orders": "questions/#how-do-i-cancel-orders-that-are-not-paid",
        "seller does not answer": "questions/#what-happens-when-the-seller-does-not-answer",
        "business days": "questions/#how-do-i-count-business-days",
        "after a rejection": "questions/#what-happens-after-a-rejection",
        "error code": "questions/#what-does-an-error-code-mean",
        "translate messages": "questions/#how-do-i-change-the-words-that-people-read",
        "partial refund": "questions/#how-much-is-refunded-when-a-part-of-an-order-is-cancelled",
        "webhook": "delivery/#webhooks",
        "cron": "running/#cron",
        "django": "hosts/django/",
        "double click": "questions/#what-happens-when-a-button-is-clicked-twice",
        "migrate status column": "migrating/#3-split-the-column",
        "change the rules": "questions/#how-do-i-change-the-rules-while-orders-are-running",
        "why was it refused": "questions/#why-was-a-command-refused",
        "delete personal data": "questions/#how-do-i-delete-personal-data",
        "CSV of orders": "bulk/",
        "grapheme clusters": "concepts/#texts-that-people-type",
    },
    "ja": {
        "販売者がキャンセルするには": "questions/#販売者がキャンセルできるようにするには",
        "期限のタイムゾーン": "questions/#期限のタイムゾーン時間帯は何か",
        "返金を一度だけ": "questions/#返金を一度だけ行い二重返金を防ぐには",
        "インストール": "questions/#インストールするには",
        "猶予時間": "questions/#購入者が30分以内なら即時にキャンセルできるようにするには",
        "未払い 自動キャンセル": "questions/#未払いの注文を自動でキャンセルするには",
        "販売者が回答しない": "questions/#販売者が回答しないとどうなるか",
        "営業日": "questions/#営業日を数えるには",
        "拒否された後": "questions/#拒否された後の再要請を禁じるには",
        "エラーコード": "questions/#エラーコードの意味を知るには",
        "文言を変える": "questions/#画面や通知の文言を変えるには",
        "一部キャンセル 返金額": "questions/#一部をキャンセルしたときの返金額は",
        "メール 送信": "questions/#メールや-webhook-を送るには",
        "定期実行": "running/",
        "Django": "hosts/django/",
        "二重クリック": "questions/#ボタンが二度押されたらどうなるか",
        "ステータス列": "migrating/#3-列を分ける",
        "ルールの変更": "questions/#注文が進行中のままルールを変更するには",
        "なぜ拒否": "questions/#なぜ拒否されたかを知るには",
        "個人データの削除": "questions/#個人データを消去するには",
        "CSV": "bulk/",
        "キャンセルの取り消し": "questions/#キャンセルの取り消しはできるか",
    },
}
"""What readers type, and where they are answered."""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_search_answers_what_readers_ask(browser: Any, site: str, lang: str) -> None:
    """Each answer is among the first three results, in Japanese too, where no spaces help."""
    tab = browser.new_page()
    # The search lies in a shadow root that is closed; as it opens, so that results can be read.
    tab.add_init_script(
        "const attach = Element.prototype.attachShadow; Element.prototype.attachShadow ="
        " function(init) { return attach.call(this, {...init, mode: 'open'}) }"
    )
    tab.goto(f"{site}{lang}/")
    tab.keyboard.press("/")
    box, status = tab.get_by_role("combobox"), tab.get_by_role("status")
    box.wait_for()
    missed = {}
    for words, answer in QUESTIONS[lang].items():
        box.fill("")
        status.filter(has_text=re.compile(r"^0\b|^$")).wait_for(state="attached")
        box.fill(words)
        found = tab.get_by_role("option")
        found.first.wait_for()
        first = [unquote(each.get_attribute("href")) for each in found.all()[:3]]
        first = [re.sub(r"\?h=[^#]*", "", each).removeprefix(f"{site}{lang}/") for each in first]
        if answer not in first:
            missed[words] = first
    tab.close()
    assert missed == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_answer_is_two_clicks_from_the_front_page(browser: Any, site: str, lang: str) -> None:
    """By the links of what is written there, whatever the menus offer besides."""
    tab = browser.new_page()

    def linked(page: str) -> set[str]:
        tab.goto(f"{site}{lang}/{page}")
        hrefs = tab.eval_on_selector_all("article a[href]", "all => all.map(each => each.href)")
        return {each.partition("#")[0].removeprefix(f"{site}{lang}/") for each in hrefs}

    front = linked("")
    answers = {each.partition("#")[0] for each in QUESTIONS[lang].values()}
    assert answers <= front | linked("questions/")
    assert "questions/" in front
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
