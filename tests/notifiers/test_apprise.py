"""Apprise delivers to chats and phones; here, by its scheme for web servers."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from notifiers.samples import SHOP, message
from notifiers.servers import WebServer, closed_port
from ordercancel.domain.errors import InvalidValue, NotDelivered
from ordercancel.notifiers.apprise import AppriseNotifier

# Apprise imports a module of Python's that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def url(port: int, path: str = "hooks") -> str:
    return f"json://127.0.0.1:{port}/{path}"


def test_a_message_arrives_with_its_subject_as_title(site: WebServer) -> None:
    AppriseNotifier([url(site.port)]).deliver(message(), SHOP)
    (post,) = site.posts
    assert post.json["title"] == "キャンセル拒否のお知らせ"
    assert post.json["message"] == "注文 o-1 のキャンセルは拒否されました。\n理由: 発送準備済み"


@pytest.mark.parametrize(
    "body",
    [
        "Quotes \"' and <b>tags</b> & {braces} ${x} %s 100%",
        "*stars* _and_ `ticks` [link](https://example.jp) # head",
        r"backslashes \n \t \u3042 \\",
        ":smile: @everyone",
        "絵文字🎁\u200d箱、合字ﬁ、が\u3099",
    ],
)
def test_what_people_typed_is_no_mark_up(site: WebServer, body: str) -> None:
    """Not in the body, and not in the title."""
    AppriseNotifier([url(site.port)]).deliver(message(subject=body, body=body), SHOP)
    (post,) = site.posts
    assert (post.json["title"], post.json["message"]) == (body, body)


@pytest.mark.parametrize(
    ("format_", "shown"),
    [("html", "&lt;b&gt;*stars*"), ("markdown", r"<b\>\*stars\*")],
)
def test_where_a_service_wants_mark_up_it_is_escaped(
    site: WebServer, format_: str, shown: str
) -> None:
    AppriseNotifier([f"{url(site.port)}?format={format_}"]).deliver(
        message(body="<b>*stars*"), SHOP
    )
    assert site.posts[0].json["message"] == shown


def test_every_service_is_told(site: WebServer) -> None:
    AppriseNotifier([url(site.port, "a"), url(site.port, "b")]).deliver(message(), None)
    assert sorted(post.path for post in site.posts) == ["/a", "/b"]


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_service_that_refuses_is_an_error(site: WebServer, status: int) -> None:
    site.status = status
    with pytest.raises(NotDelivered) as caught:
        AppriseNotifier([url(site.port)]).deliver(message(), SHOP)
    assert str(caught.value) == "not all of 1 services took the message; expected all of them"


def test_a_service_that_is_not_there_is_an_error(site: WebServer) -> None:
    """Even where another one took it."""
    with pytest.raises(NotDelivered) as caught:
        AppriseNotifier([url(site.port), url(closed_port())]).deliver(message(), SHOP)
    assert str(caught.value) == "not all of 2 services took the message; expected all of them"
    assert len(site.posts) == 1


def test_urls_hold_tokens_and_are_not_shown() -> None:
    made = AppriseNotifier(["json://user:geheim@127.0.0.1/"])
    assert repr(made) == "AppriseNotifier()"
    assert made.urls == ("json://user:geheim@127.0.0.1/",)


def test_each_url_that_apprise_does_not_know_is_named_and_not_shown() -> None:
    with pytest.raises(InvalidValue) as caught:
        AppriseNotifier(["json://127.0.0.1/", "geheim", "nothing://geheim", None])
    assert [str(fault) for fault in caught.value.faults] == [
        "AppriseNotifier.urls[1]: is no service; expected a URL that Apprise knows",
        "AppriseNotifier.urls[2]: is no service; expected a URL that Apprise knows",
        "AppriseNotifier.urls[3]: is no service; expected a URL that Apprise knows",
    ]


@pytest.mark.parametrize("urls", [[], "json://127.0.0.1/", None])
def test_urls_are_a_list_of_at_least_one(urls) -> None:
    with pytest.raises(InvalidValue) as caught:
        AppriseNotifier(urls)
    assert str(caught.value) == (
        "AppriseNotifier.urls: is no list with a URL; expected a list of one URL or several"
    )


def test_nothing_else_loads_apprise() -> None:
    """It is an extra, and so is what it brings along."""
    code = "import sys; from ordercancel.notifiers import log, mail, routing, threads, webhook"
    loaded = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert {"apprise", "requests", "sqlalchemy"} & set(loaded.stdout.split()) == set()


@pytest.mark.parametrize("url", ["slack://himitsu/x", "tgram://himitsu/", "json://u:himitsu@"])
def test_a_url_that_is_refused_is_not_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Apprise itself logs it as it is, with its token; what others do meanwhile is logged."""
    with caplog.at_level(1), pytest.raises(InvalidValue) as caught:
        AppriseNotifier([url])
    assert "himitsu" not in caplog.text + str(caught.value)
    logging.getLogger("apprise").warning("from others")
    assert "from others" in caplog.messages
