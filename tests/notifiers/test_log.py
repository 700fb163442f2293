"""A log tells that there was a message, and never what it said."""

from __future__ import annotations

import logging

import attrs
import pytest

from notifiers.samples import SHOP, THREE, forged, message
from ordercancel.domain.errors import InvalidValue
from ordercancel.notifiers.log import LogNotifier

LOGGER = "ordercancel.messages"
FORMAT = logging.Formatter("%(message)s | %(message_id)s %(order_id)s %(party)s")


@pytest.fixture(autouse=True)
def _everything_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_each_message_is_one_record(caplog: pytest.LogCaptureFixture) -> None:
    LogNotifier().deliver(message(), SHOP)
    assert caplog.record_tuples == [
        (LOGGER, logging.INFO, "message o-1:3:buyer:mail: rejected, to the buyer b-1 by mail")
    ]


def test_what_a_program_looks_for_is_in_fields(caplog: pytest.LogCaptureFixture) -> None:
    LogNotifier().deliver(message(), None)
    (record,) = caplog.records
    assert {name: getattr(record, name) for name in ("message_id", "order_id", "party")} == {
        "message_id": "o-1:3:buyer:mail",
        "order_id": "o-1",
        "party": "b-1",
    }
    assert (record.on, record.audience, record.medium) == ("rejected", "buyer", "mail")


def test_neither_texts_nor_addresses_are_in_a_record(caplog: pytest.LogCaptureFixture) -> None:
    LogNotifier().deliver(message(), THREE)
    (record,) = caplog.records
    assert not any(
        secret in repr(vars(record))
        for secret in ("キャンセル", "発送準備済み", "example.jp", "テスト一号店")
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("店-1", "店-1"),
        ("100% %(x)s {y}", "100% %(x)s {y}"),
        ("a\nERROR forged", "a\\nERROR forged"),
        ("a\r\nb", "a\\r\\nb"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\u2028b\u202e", "a\\u2028b\\u202e"),
    ],
)
def test_an_id_can_not_break_the_line(
    caplog: pytest.LogCaptureFixture, name: str, shown: str
) -> None:
    """Neither in the text, nor in a field that a format writes out."""
    LogNotifier().deliver(forged(id=name, order_id=name, party=name), None)
    (record,) = caplog.records
    assert FORMAT.format(record) == (
        f"message {shown}: rejected, to the buyer {shown} by mail | {shown} {shown} {shown}"
    )


def test_logger_and_level_can_be_given(caplog: pytest.LogCaptureFixture) -> None:
    LogNotifier(logger=logging.getLogger("shop"), level=logging.WARNING).deliver(message(), None)
    assert [(record.name, record.levelno) for record in caplog.records] == [("shop", 30)]


def test_what_is_no_logger_or_level_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        LogNotifier(logger="shop", level="INFO")  # type: ignore[arg-type]
    assert [str(fault) for fault in caught.value.faults] == [
        "LogNotifier.logger: is a str; expected a logging.Logger",
        "LogNotifier.level: is a str; expected a level such as logging.INFO",
    ]


def test_it_is_a_value() -> None:
    assert LogNotifier() == LogNotifier()
    assert attrs.evolve(LogNotifier(), level=10).level == 10
