"""What a webhook is made of is checked at once; neither its URL nor its secrets are shown."""

from __future__ import annotations

import pytest

from notifiers.senders import SECRET, webhook_to
from ordercancel.domain.errors import InvalidValue
from ordercancel.notifiers.webhook import WebhookNotifier


def test_it_shows_neither_its_url_nor_its_secrets() -> None:
    shown = repr(webhook_to(80, "/hooks?token=geheim"))
    assert shown == (
        "WebhookNotifier(source='ordercancel', http_anywhere=False, timeout=5, clock=None)"
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://example.jp/hooks",
        "https://example.jp:8443",
        "HTTPS://EXAMPLE.JP/",
        "https://[2001:db8::1]/",
        "http://localhost/",
        "http://127.0.0.1:8000/",
        "http://127.8.9.1/",
        "http://[::1]:8000/",
    ],
)
def test_https_anywhere_and_http_to_this_machine(url: str) -> None:
    assert WebhookNotifier(url, secrets=[SECRET]).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.jp/",
        "http://localhost.example.jp/",
        "http://192.168.0.1/",
        "http://127.0.0.1.example.jp/",
        "http://0.0.0.0/",
        "http://[2001:db8::1]/",
    ],
)
def test_http_to_other_machines_has_to_be_asked_for(url: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        WebhookNotifier(url, secrets=[SECRET])
    assert str(caught.value) == (
        "WebhookNotifier.url: is in the clear; expected https, or http_anywhere=True"
    )
    assert WebhookNotifier(url, secrets=[SECRET], http_anywhere=True).url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.jp",
        "/hooks",
        "https://",
        "https:///hooks",
        "https://:443/",
        "ftp://example.jp/",
        "file:///etc/passwd",
        "https://example.jp:0/",
        "https://example.jp:65536/",
        "https://example.jp:x/",
        "https://a..b/",
        "https://[::1/",
        "https://例え.jp/",
        "https://example.jp/店",
        "https://example.jp/a b",
        "https://example.jp/\r\nx: y",
        "https://user:geheim@example.jp/",
        "https://user@example.jp/",
        "https://example.jp/#here",
        None,
        b"https://example.jp/",
    ],
)
def test_anything_else_is_no_url_and_is_not_shown(url) -> None:
    with pytest.raises(InvalidValue) as caught:
        WebhookNotifier(url, secrets=[SECRET])
    assert str(caught.value) == (
        "WebhookNotifier.url: names no web server; "
        "expected https://… in ASCII, without user or fragment"
    )


def test_all_wrong_values_are_named_at_once_and_no_secret() -> None:
    with pytest.raises(InvalidValue) as caught:
        WebhookNotifier(
            "x",
            secrets=["geheim"],
            source="a b",
            http_anywhere=1,
            timeout="5",
            context="tls",
        )
    assert [fault.where for fault in caught.value.faults] == [
        "WebhookNotifier.url",
        "WebhookNotifier.secrets[0]",
        "WebhookNotifier.source",
        "WebhookNotifier.http_anywhere",
        "WebhookNotifier.timeout",
        "WebhookNotifier.context",
    ]
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("source", ["", "店", None])
def test_a_source_is_a_uri_or_a_plain_name(source) -> None:
    with pytest.raises(InvalidValue, match=r"source: is no URI and no plain name"):
        WebhookNotifier("https://example.jp", secrets=[SECRET], source=source)


def test_secrets_can_not_be_taken_away_later() -> None:
    secrets = [SECRET]
    made = WebhookNotifier("https://example.jp", secrets=secrets)
    secrets.clear()
    assert made.secrets == (SECRET,)
