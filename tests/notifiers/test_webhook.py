"""Webhooks go to a real web server on the loopback interface, as signed events."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import standardwebhooks

from notifiers.samples import SHOP, THREE, forged, message
from notifiers.senders import SECRET, webhook_to
from notifiers.servers import WebServer
from ordercancel.domain.obligations import RefundDue, Restock
from ordercancel.notifiers.signature import verify
from ordercancel.testing import Arrived, NotifierContract
from pytest_ordercancel import FrozenClock

OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazZ4vDY3pX0="


NOON = datetime(2022, 8, 20, 12, tzinfo=timezone(timedelta(hours=9)))


class TestWebhookNotifier(NotifierContract):
    """The promises of a notifier, kept by a real web server."""

    @pytest.fixture(autouse=True)
    def _site(self, site: WebServer) -> None:
        self.site = site

    def make_notifier(self):
        def arrived() -> list[Arrived]:
            events = [post.json for post in self.site.posts]
            return [
                Arrived(event["id"], event["data"]["subject"], event["data"]["body"])
                for event in events
            ]

        return webhook_to(self.site.port), arrived


# ---------------------------------------------------------------------------------- what is sent


def test_an_event_is_posted_with_the_attributes_of_cloudevents(site: WebServer) -> None:
    webhook_to(site.port, source="https://shop.example.jp").deliver(message(), SHOP)
    (post,) = site.posts
    assert post.path == "/hooks"
    assert post.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert post.json == {
        "specversion": "1.0",
        "id": "o-1:3:buyer:mail",
        "source": "https://shop.example.jp",
        "type": "ordercancel.rejected",
        "subject": "o-1",
        "time": "2022-08-16T03:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "order_id": "o-1",
            "on": "rejected",
            "audience": "buyer",
            "party": "b-1",
            "medium": "mail",
            "locale": "ja",
            "subject": "キャンセル拒否のお知らせ",
            "body": "注文 o-1 のキャンセルは拒否されました。\n理由: 発送準備済み",
        },
    }


def test_it_is_written_in_utf_8(site: WebServer) -> None:
    webhook_to(site.port).deliver(message(), SHOP)
    assert "キャンセル拒否のお知らせ".encode() in site.posts[0].body


def test_what_utf_8_has_no_word_for_is_replaced(site: WebServer) -> None:
    webhook_to(site.port).deliver(message(body="a\ud800b"), SHOP)
    assert site.posts[0].json["data"]["body"] == "a?b"


def test_the_time_is_when_it_happened_in_utc(site: WebServer) -> None:
    at = datetime(2022, 8, 16, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=9)))
    webhook_to(site.port).deliver(message(at=at), SHOP)
    assert site.posts[0].json["time"] == "2022-08-16T03:00:00.000005Z"


def test_it_is_signed_at_the_time_of_sending(site: WebServer) -> None:
    webhook_to(site.port, clock=FrozenClock(NOON)).deliver(message(), SHOP)
    (post,) = site.posts
    assert post.headers["webhook-id"] == "o-1%3A3%3Abuyer%3Amail"
    assert post.headers["webhook-timestamp"] == "1660964400"
    event = verify(post.body, post.headers, secrets=[SECRET], now=NOON)
    assert event["id"] == "o-1:3:buyer:mail"


def test_the_clock_is_that_of_the_machine_by_default(site: WebServer) -> None:
    webhook_to(site.port).deliver(message(), SHOP)
    (post,) = site.posts
    assert verify(post.body, post.headers, secrets=[SECRET], now=datetime.now(UTC))


def test_the_library_of_the_standard_believes_it(site: WebServer) -> None:
    """By either secret, where there are two."""
    webhook_to(site.port, secrets=(SECRET, OTHER)).deliver(message(), SHOP)
    (post,) = site.posts
    for secret in (SECRET, OTHER):
        event = standardwebhooks.Webhook(secret).verify(post.body, post.headers)
        assert event["data"]["subject"] == "キャンセル拒否のお知らせ"


def test_a_message_that_is_sent_again_has_the_same_id(site: WebServer) -> None:
    for _ in range(2):
        webhook_to(site.port).deliver(message(), SHOP)
    assert [post.headers["webhook-id"] for post in site.posts] == ["o-1%3A3%3Abuyer%3Amail"] * 2


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("店/1?x=1#2", "%E5%BA%97%2F1%3Fx%3D1%232"),
        ("a\r\nx-evil: 1", "a%0D%0Ax-evil%3A%201"),
        ("o.1", "o%2E1"),
    ],
)
def test_an_id_is_written_in_ascii_without_full_stops(
    site: WebServer, name: str, header: str
) -> None:
    webhook_to(site.port).deliver(forged(id=name), SHOP)
    (post,) = site.posts
    assert post.headers["webhook-id"] == header
    assert "x-evil" not in post.headers
    assert post.json["id"] == name


@pytest.mark.parametrize("to", [None, THREE], ids=["nobody", "three addresses"])
def test_addresses_play_no_role_and_are_not_told(site: WebServer, to) -> None:
    webhook_to(site.port).deliver(message(), to)
    (post,) = site.posts
    assert b"example.jp" not in post.body


@pytest.mark.parametrize(
    ("path", "asked"),
    [("", "/"), ("/", "/"), ("/a/b?token=1&x=%E5", "/a/b?token=1&x=%E5"), ("?x=1", "/?x=1")],
)
def test_the_path_is_that_of_the_url(site: WebServer, path: str, asked: str) -> None:
    webhook_to(site.port, path).deliver(message(), SHOP)
    assert site.posts[0].path == asked


def test_the_body_is_plain_json(site: WebServer) -> None:
    """Kinds of our own do not get through to it."""
    webhook_to(site.port).deliver(message(), SHOP)
    assert json.loads(site.posts[0].body.decode("ascii", "ignore"))["data"]["on"] == "rejected"


def test_an_obligation_is_posted_under_its_key(site: WebServer) -> None:
    """The same each time it is tried, so that the receiver does it once."""
    common = {"order_id": "o-1", "at": datetime(2022, 8, 16, 3, tzinfo=UTC), "request": 1}
    webhook = webhook_to(site.port)
    due = RefundDue(
        key="o-1:1:refund:card.1", tender="card", amount=1980, currency="JPY", **common
    )
    webhook.fulfil(due)
    webhook.fulfil(Restock(key="o-1:1:restock:host", lines={"l-1": 2}, **common))
    refund, shelf = site.posts
    assert refund.headers["webhook-id"] == "o-1%3A1%3Arefund%3Acard%2E1"
    assert refund.json == {
        "specversion": "1.0",
        "id": "o-1:1:refund:card.1",
        "source": "ordercancel",
        "type": "ordercancel.refund_due",
        "subject": "o-1",
        "time": "2022-08-16T03:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "kind": "refund_due",
            "key": "o-1:1:refund:card.1",
            "order_id": "o-1",
            "request": 1,
            "tender": "card",
            "amount": 1980,
            "currency": "JPY",
        },
    }
    assert (shelf.json["type"], shelf.json["data"]["lines"]) == ("ordercancel.restock", {"l-1": 2})
