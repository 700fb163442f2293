"""Signatures are those of Standard Webhooks; only what a sender signed just now is believed."""

from __future__ import annotations

import copy
import json
import pickle
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import standardwebhooks
from hypothesis import example, given
from hypothesis import strategies as st

from ordercancel.domain.errors import InvalidValue, OrderCancelError
from ordercancel.notifiers.ids import ascii_id
from ordercancel.notifiers.signature import Unverified, sign, verify

# The example of the specification.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
SIGNED = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
OTHER = "whsec_" + b64encode(b"another secret of 32 bytes, yes.").decode()
MINUTES = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def verified(body: bytes = BODY, headers: Any = SIGNED, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"secrets": [SECRET], "now": AT}
    return verify(body, headers, **values | changes)


def problem(body: bytes = BODY, headers: Any = SIGNED, **changes: Any) -> str:
    with pytest.raises(Unverified) as caught:
        verified(body, headers, **changes)
    return caught.value.problem


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    assert sign(ID, BODY, secrets=[SECRET], at=AT) == SIGNED


def test_the_example_of_the_specification_is_believed() -> None:
    assert verified() == {"test": 2432232314}


def test_each_secret_makes_a_signature() -> None:
    """Whoever knows one of them can verify, while the other is brought in."""
    headers = sign(ID, BODY, secrets=[OTHER, SECRET], at=AT)
    assert headers["webhook-signature"].split(" ")[1] == SIGNED["webhook-signature"]
    for known in ([SECRET], [OTHER], [OTHER, SECRET]):
        assert verified(headers=headers, secrets=known) == {"test": 2432232314}


def test_a_receiver_may_know_more_secrets_than_the_sender() -> None:
    assert verified(secrets=[OTHER, SECRET]) == {"test": 2432232314}


def test_the_time_of_sending_is_told_in_whole_seconds_of_any_zone() -> None:
    jst = AT.astimezone(timezone(timedelta(hours=9))) + timedelta(microseconds=999_999)
    assert sign(ID, BODY, secrets=[SECRET], at=jst) == SIGNED


def test_the_names_of_headers_are_read_in_any_case() -> None:
    assert verified(headers={name.title(): value for name, value in SIGNED.items()})


def test_signatures_of_other_versions_are_passed_over() -> None:
    several = f"v1a,abc v2,{'A' * 44} {SIGNED['webhook-signature']}"
    assert verified(headers=SIGNED | {"webhook-signature": several})


@pytest.mark.parametrize("now", [AT, AT + MINUTES, AT - MINUTES])
def test_five_minutes_late_or_early_is_in_time(now: datetime) -> None:
    assert verified(now=now)


@pytest.mark.parametrize("off", [MINUTES + SECOND, -MINUTES - SECOND])
def test_a_second_more_is_not(off: timedelta) -> None:
    assert problem(now=AT + off) == "webhook-timestamp is 0:05:01 off"


def test_how_late_is_in_time_can_be_said() -> None:
    assert verified(now=AT + SECOND, tolerance=SECOND)
    assert problem(now=AT + 2 * SECOND, tolerance=SECOND) == "webhook-timestamp is 0:00:02 off"


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        (b'{"test": 2432232315}', {}),
        (BODY + b" ", {}),
        (b"", {}),
        (BODY, {"webhook-id": "msg_other"}),
        (BODY, {"webhook-id": "店"}),
        (BODY, {"webhook-timestamp": "1614265331"}),
        (BODY, {"webhook-timestamp": "01614265330"}),
        (BODY, {"webhook-signature": "v1,"}),
        (BODY, {"webhook-signature": "v1"}),
        (BODY, {"webhook-signature": " "}),
        (BODY, {"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}),
        (BODY, {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}),
        (BODY, {"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF="}),
        (BODY, {"webhook-signature": "v1,署名 \ud800"}),
    ],
)
def test_what_was_changed_on_the_way_is_not_believed(body: bytes, changes) -> None:
    assert problem(body, SIGNED | changes) == "no signature fits"


def test_what_somebody_else_signed_is_not_believed() -> None:
    assert problem(secrets=[OTHER]) == "no signature fits"


def test_the_parts_that_are_signed_can_not_be_shifted() -> None:
    """An id has no full stop, so where it ends is certain."""
    headers = sign(ascii_id("o.1"), b"{}", secrets=[SECRET], at=AT)
    assert headers["webhook-id"] == "o%2E1"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("webhook-id", None, "webhook-id missing"),
        ("webhook-id", "", "webhook-id missing"),
        ("webhook-timestamp", None, "webhook-timestamp missing"),
        ("webhook-signature", None, "webhook-signature missing"),
        ("webhook-timestamp", "now", "webhook-timestamp is no number"),
        ("webhook-timestamp", "1614265330.5", "webhook-timestamp is no number"),
        ("webhook-timestamp", "-1614265330", "webhook-timestamp is no number"),
        ("webhook-timestamp", "１６１４２６５３３０", "webhook-timestamp is no number"),
        ("webhook-timestamp", "9" * 12, "webhook-timestamp is no number"),
        ("webhook-timestamp", "0", "webhook-timestamp is 18683 days, 15:02:10 off"),
    ],
)
def test_a_header_that_is_missing_or_malformed_is_named(name: str, value, said: str) -> None:
    headers = {key: each for key, each in SIGNED.items() if key != name}
    if value is not None:
        headers[name] = value
    assert problem(headers=headers) == said


def test_all_headers_that_are_missing_are_named() -> None:
    assert problem(headers={}) == "webhook-id, webhook-timestamp, webhook-signature missing"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b"{", b"\xff", b"[" * 100_000], ids=lambda body: f"{body[:4]}"
)
def test_what_is_signed_and_no_event_is_not_believed_either(body: bytes) -> None:
    headers = sign(ID, body, secrets=[SECRET], at=AT)
    assert problem(body, headers) == "the body is no JSON object"


def test_the_error_is_of_the_tree_and_says_what_is_expected() -> None:
    error = Unverified("webhook-id missing", "the headers of a signed webhook")
    assert isinstance(error, OrderCancelError)
    assert isinstance(error, ValueError)
    for each in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert str(each) == "webhook-id missing; expected the headers of a signed webhook"


def secret_of(length: int) -> str:
    return "whsec_" + b64encode(bytes(range(length))).decode()


@pytest.mark.parametrize("secret", [secret_of(24), secret_of(64), secret_of(25).rstrip("=")])
def test_a_secret_has_24_to_64_bytes_with_or_without_padding(secret: str) -> None:
    headers = sign(ID, BODY, secrets=[secret], at=AT)
    assert verified(headers=headers, secrets=(secret,))


@pytest.mark.parametrize(
    "secret",
    [
        secret_of(23),
        secret_of(65),
        secret_of(32).removeprefix("whsec_"),
        "whsec_",
        "whsec_" + "A" * 33,
        "whsec_" + "店" * 40,
        "whsec_" + "-_" * 20,
        "whsk_" + "A" * 40,
        b"whsec_" + b"A" * 40,
        None,
    ],
)
def test_anything_else_is_no_secret_and_is_not_shown(secret) -> None:
    for call in (
        lambda: sign(ID, BODY, secrets=[SECRET, secret], at=AT),
        lambda: verified(secrets=[SECRET, secret]),
    ):
        with pytest.raises(InvalidValue) as caught:
            call()
        (fault,) = caught.value.faults
        assert str(fault).partition(".")[2] == (
            "secrets[1]: is no secret; expected whsec_ and base64 of 24 to 64 bytes"
        )


@pytest.mark.parametrize("secrets", [SECRET, [], (), None])
def test_secrets_are_a_list_of_at_least_one(secrets) -> None:
    """One alone, which would be read character by character, is refused."""
    with pytest.raises(InvalidValue) as caught:
        verified(secrets=secrets)
    assert str(caught.value) == (
        "verify.secrets: is no list with a secret; expected a list of one secret or several"
    )


def test_all_arguments_that_are_wrong_are_named_at_once() -> None:
    with pytest.raises(InvalidValue) as caught:
        verify("{}", SIGNED, secrets=[], now=datetime(2022, 8, 16), tolerance=300)  # noqa: DTZ001
    assert [fault.where for fault in caught.value.faults] == [
        "verify.body",
        "verify.now",
        "verify.tolerance",
        "verify.secrets",
    ]


def test_a_time_of_sending_has_an_offset() -> None:
    with pytest.raises(InvalidValue, match=r"sign\.at: .* has no UTC offset"):
        sign(ID, BODY, secrets=[SECRET], at=datetime(2022, 8, 16))  # noqa: DTZ001


# ------------------------------------------------------- the same as the library of the standard

IDS = st.text(min_size=1, max_size=40).map(ascii_id)
EVENTS = st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3)
KEYS = st.binary(min_size=24, max_size=64)


def secret_with(key: bytes) -> str:
    return "whsec_" + b64encode(key).decode()


@given(IDS, EVENTS, KEYS)
@example("o-1%3A3%3Abuyer%3Amail", {"理由": "発送準備済み 🎁"}, b"\x00" * 24)
def test_what_is_signed_here_is_believed_there(name: str, event: dict, key: bytes) -> None:
    body = json.dumps(event, ensure_ascii=False).encode()
    headers = sign(name, body, secrets=[secret_with(key)], at=datetime.now(UTC))
    assert standardwebhooks.Webhook(secret_with(key)).verify(body, headers) == event


@given(IDS, EVENTS, KEYS, st.integers(0, 99_999_999_999))
def test_what_is_signed_there_is_believed_here(
    name: str, event: dict, key: bytes, seconds: int
) -> None:
    body = json.dumps(event, ensure_ascii=False).encode()
    at = datetime.fromtimestamp(seconds, UTC)
    signature = standardwebhooks.Webhook(secret_with(key)).sign(name, at, body.decode())
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature,
    }
    assert verify(body, headers, secrets=[secret_with(key)], now=at) == event
    assert sign(name, body, secrets=[secret_with(key)], at=at) == headers


@given(IDS, EVENTS, KEYS, st.sampled_from(["id", "body", "timestamp", "signature"]))
def test_what_was_changed_is_believed_nowhere(
    name: str, event: dict, key: bytes, changed: str
) -> None:
    body = json.dumps(event).encode()
    now = datetime.now(UTC)
    headers = sign(name, body, secrets=[secret_with(key)], at=now)
    match changed:
        case "id":
            headers["webhook-id"] += "x"
        case "body":
            body += b" "
        case "timestamp":
            headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) - 1)
        case "signature":
            turned = headers["webhook-signature"].swapcase().replace("V1,", "v1,")
            headers["webhook-signature"] = turned
    with pytest.raises(Unverified):
        verify(body, headers, secrets=[secret_with(key)], now=now)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(secret_with(key)).verify(body, headers)
