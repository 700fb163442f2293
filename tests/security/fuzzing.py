"""Breaking lines and records at random, again the same way from the same seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import settings

ROUNDS = max(1, settings().max_examples // 60)
"""How many times more is tried than in the ordinary run: by the profile of the properties."""

HUGE = "あ" * 5_000
_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1_000,
    1_001,
    2**31,
    2**53,
    2**63,
    -(2**63) - 1,
    2**64,
    10**30,
    10**4_000,
    0.5,
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "null",
    "0",
    "あ",
    HUGE,
    "a" * 200,
    "a" * 201,
    "\0",
    "\r\nBcc: x",
    "\u2028",
    "\u202e",
    "\ud800",
    "\udfff\ud800",
    "🎁" * 200,
    "e" + "\u0301" * 3_000,
    "'; DROP TABLE ordercancel_cases; --",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999-23:59",
    "9999-12-31",
    "9000-12-31T23:59:59Z",
    "1900-01-01T00:00:00Z",
    "2022-08-15T09:00:00",
    "2022-02-30T09:00:00Z",
    "2022-08-15T24:00:00Z",
    "2022-08-15T09:00:60Z",
    "2022-08-15T09:00:00+99:00",
    "+12022-08-15T09:00:00Z",
    "2022-W33-1",
    "system",
    "system:x",
    "buyer:",
    "buyer:b-1",
    "buyer:b-2",
    "seller:s-1",
    "operator:o-1",
    "carrier:c-1",
    "buyer:b-1 via agent:x",
    "buyer:b-1 via ",
    "pending",
    "rejected",
    "shipping_requested",
    "qoo10",
    "conect",
    "bazaar",
    "other",
    [],
    {},
    [[]],
    [{}],
    {"": ""},
    {"role": "buyer", "id": ""},
    {"role": "system"},
    {"role": []},
    {"a": {"a": {"a": 1}}},
    {"at": "2022-08-15T09:00:00Z"},
    {"at": "9999-12-31T23:59:59Z"},
    {"on": "2022-08-15"},
    {"on": "0001-01-01"},
    {"on": 1},
)
_TOKENS = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e999",
    b"-0",
    b"01",
    b"0x1",
    b"9" * 5_000,
    b"[" * 200,
    b'{"a":' * 200,
    b"[" * 100_000,
    b'{"order":' * 50_000,
    b"\\u0000",
    b"\\ud800",
    b"\\udc00\\ud800",
    b"\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"\0",
    b"\n",
    b"//",
    b"'",
    b'"',
    b"\\",
    b",",
    b":",
    b"}",
    b"null",
)


def _nasty(random: Random) -> Any:
    """Something that a value may be, and most often should not."""
    return deepcopy(random.choice(_VALUES))


def _like(value: Any, random: Random) -> Any:
    """The same of the type that the value has, so that it is not refused for that alone."""
    alike = [each for each in _VALUES if type(each) is type(value)]
    return deepcopy(random.choice(alike or _VALUES))


def _places(value: Any, random: Random) -> list[tuple[Any, Any]]:
    """Where something stands in a JSON value: each container with a key or an index, shuffled."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        each = waiting.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each))
        for key in keys:
            found.append((each, key))
            if isinstance(each[key], dict | list):
                waiting.append(each[key])
    random.shuffle(found)
    return found


def broken(value: Any, random: Random) -> bytes:
    """The JSON of `value` after one to three mishaps, to its parts or to its bytes."""
    value = deepcopy(value)
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        _change(value, random)
    raw = json.dumps(value, ensure_ascii=random.random() < 0.7).encode("utf-8", "surrogatepass")
    if random.random() < 0.25:
        raw = random.choice(_DAMAGES)(raw, random)
    return raw


def _change(value: Any, random: Random) -> None:
    """One mishap to a part: lost, doubled under another name, another value or another place."""
    places = _places(value, random)
    if not places:
        return
    (holder, key), (other, its_key) = places[0], places[-1]
    match random.randrange(10):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[f"{key}{random.choice(('', 's', '_', HUGE, chr(0xD800)))}"] = _nasty(random)
        case 2 if isinstance(holder, list):
            holder.extend([holder[key]] * random.choice((1, 2, 50)))
        case 3:
            holder[key] = deepcopy(other[its_key])
        case 4:
            holder[key] = [holder[key]]
        case 5:
            holder[key] = str(holder[key])
        case 6:
            holder[key] = _nasty(random)
        case _:
            holder[key] = _like(holder[key], random)


def _flip(raw: bytes, random: Random) -> bytes:
    damaged = bytearray(raw)
    for _ in range(random.choice((1, 1, 2, 8))):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def _cut(raw: bytes, random: Random) -> bytes:
    first, last = sorted((random.randrange(len(raw) + 1), random.randrange(len(raw) + 1)))
    return random.choice((raw[:first], raw[last:], raw[:first] + raw[last:]))


def _insert(raw: bytes, random: Random) -> bytes:
    at = random.randrange(len(raw) + 1)
    return raw[:at] + random.choice(_TOKENS) + raw[at:]


def _put(raw: bytes, random: Random) -> bytes:
    """A token in the place of a value."""
    head, colon, tail = raw.partition(random.choice((b": ", b": ", b'"at": ', b'"id": ')))
    _, comma, rest = tail.partition(b",")
    return head + colon + random.choice(_TOKENS) + comma + rest


def _double(raw: bytes, random: Random) -> bytes:
    """A key that occurs twice."""
    first, comma, rest = raw.partition(b",")
    return first + comma + first.lstrip(b"{") + comma + rest


def _twice(raw: bytes, random: Random) -> bytes:
    return raw + random.choice((b"", b" ", b",")) + raw


_DAMAGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip,
    _flip,
    _cut,
    _insert,
    _put,
    _double,
    _twice,
)
