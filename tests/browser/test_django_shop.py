"""The shop of the examples in a browser, in two languages: ask, reject, approve ten at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from chromium import chromium

SHOP = Path(__file__).parents[2] / "examples" / "django_shop"
WORDS = {
    "en": {
        "request": "Request cancellation",
        "reject": "Reject the cancellation",
        "short": "Please enter 30 to 500 characters. You typed 29.",
        "label": "Cancellation rejected",
        "done": "10 done.",
        "sure": "This can't be undone.",
    },
    "ja": {
        "request": "キャンセルを要請する",
        "reject": "キャンセル拒否",
        "short": "30文字以上500文字以内で入力してください。（現在29文字）",
        "label": "キャンセル拒否",
        "done": "10件を処理しました。",
        "sure": "元に戻せません。",
    },
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The shop, opened anew."""
    environment = os.environ | {"SHOP_DATABASE": str(tmp_path / "shop.sqlite3")}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "open_shop"], cwd=SHOP, env=environment, check=True, timeout=120)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(serve, cwd=SHOP, env=environment, stdout=log, stderr=log)
        try:
            yield answering(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(timeout=30)


def answering(address: str) -> str:
    """The address, as soon as somebody answers there."""
    for _ in range(600):
        try:
            with urlopen(address) as page:
                page.read()
            return address
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {address}")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_request_is_rejected_and_ten_others_approved(
    browser: Any, address: str, lang: str, tmp_path: Path
) -> None:
    """The sentence about 29 characters is read with its clause; 30 will do."""
    words = WORDS[lang]
    page = browser.new_page(locale=lang, viewport={"width": 1100, "height": 800})
    page.set_default_timeout(20_000)
    pictures = Path(os.environ.get("ORDERCANCEL_TEST_PICTURES", tmp_path))

    def look(name: str) -> str:
        page.screenshot(path=pictures / f"{lang}-{name}.png")
        return str(page.inner_text("body"))

    def press(button: str) -> None:
        with page.expect_navigation():
            page.click(button)

    page.goto(f"{address}/orders/762544202/")
    press(f"text={words['request']}")
    page.select_option("[name=reason]", "changed_mind")
    look("request")
    press("form:has(select) button")
    page.goto(f"{address}/as/seller/")
    assert words["reject"] in look("list")
    page.goto(f"{address}/orders/762544202/")
    press(f".ordercancel-button:has-text('{words['reject']}')")
    page.select_option("[name=reason]", "other")
    page.check("[name=confirmed]")
    page.fill("[name=text]", "x" * 29)
    press("form:has(textarea) button")
    said = look("too-short")
    assert f"{words['short']} [qoo10.3.reasons, qoo10.3.other-30]" in said
    page.fill("[name=text]", "x" * 30)
    press("form:has(textarea) button")
    page.wait_for_url(f"{address}/orders/762544202/")
    assert words["label"] in look("rejected")

    page.goto(f"{address}/admin/ordercancel/case/?queue=seller")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", "admin")
    press("[type=submit]")
    page.check("#action-toggle")
    page.select_option("[name=action]", "approve")
    look("admin")
    press("button[name=index]")
    assert words["sure"] in look("confirm")
    press("[name=confirmed]")
    assert words["done"] in look("done")
    page.close()
