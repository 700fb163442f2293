"""Whatever a scenario line is: it gets an answer of the documented form, or changes something."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ordercancel.cli.replay import Replay
from ordercancel.policies import CONECT, QOO10
from ordercancel.stores.memory import MemoryStore
from ordercancel.stores.sql import SqlStore
from security.fuzzing import ROUNDS, broken
from security.stories import contents

LINES = 10_000
"""How many lines are broken by seeds, in the ordinary run."""

SEEDS = range(10)
ERRORS = {"refused", "invalid", "unknown_order", "unknown_policy", "malformed"}
KEYS = [
    "ok",
    "events",
    "order_status",
    "request_status",
    "rules",
    "clauses",
    "messages",
    "labels",
    "label_basis",
    "deadlines",
    "marks",
]
FAILED = [*KEYS, "error", "codes", "message"]

PARTIES: list[dict[str, Any]] = [
    {"party": {"id": "s-1", "name": "サンプル卸", "permits_cancellation": True, "locale": "ja"}},
    {"party": {"id": "b-1", "name": "テスト一号店", "emails": ["shop1@example.jp"]}},
]
ORDERS: list[dict[str, Any]] = [
    {
        "order": {
            "id": f"{policy}-{number}",
            "policy": policy,
            "status": status,
            "channel": channel,
            "buyer": "b-1",
            "seller": "s-1",
            "placed_at": "2022-08-15T09:00:00+09:00",
            "ship_on": "2022-08-17",
            "paid_at": "2022-08-15T09:01:00+09:00",
            "cart_id": "250040690",
            "item": "931204",
            "facts": {"gift": True, "weight": 3, "colour": "赤"},
            "history": [
                {
                    "by": "buyer:b-1",
                    "at": "2022-08-15T09:00:00+09:00",
                    "reason": "other",
                    "status": "withdrawn",
                }
            ][:number],
        }
    }
    for policy, status, channel in (
        ("qoo10", "shipping_requested", None),
        ("conect", "placed", "order_form"),
    )
    for number in range(3)
]


def commands(policy: str) -> Iterator[dict[str, Any]]:
    """Likely lines about one of the policy's orders."""
    for number in range(3):
        seller = {
            "at": f"2022-08-15T1{number}:00:00+09:00",
            "do": "approve",
            "order_id": f"{policy}-{number}",
            "by": "seller:s-1",
            "command_id": f"{policy}-{number}-s",
        }
        buyer = {**seller, "by": "buyer:b-1", "command_id": f"{policy}-{number}-b"}
        yield {**buyer, "do": "request", "reason": "other", "text": "まちがえました"}
        yield {**buyer, "do": "withdraw", "request": 1}
        yield {**seller, "do": "request", "reason": "other", "by": "seller:s-1 via agent:x"}
        yield {**buyer, "do": "answer_withdrawal", "accept": bool(number)}
        yield seller
        yield {**seller, "do": "reject", "reason": "other", "text": "製造" * 20, "affirmed": True}
        yield {**seller, "do": "reject", "text": "製造済みのため"}
        yield {**seller, "do": "ask_withdrawal", "text": "撤回をお願いします"}
        yield {**seller, "do": "advance", "event": "ship"}
        yield {**seller, "do": "advance", "event": "plan_shipping", "ship_on": "2022-08-18"}
        yield {**seller, "do": "approve", "request": 1 + number, "data": {}}
        yield {**seller, "do": "options"}
        yield {
            **seller,
            "do": "update",
            "by": "system",
            "facts": {"paid_at": "2022-08-15T09:30:00+09:00", "gift": None},
            "status": ("shipped", None, "cancelled")[number],
        }
        yield {"at": f"2022-08-{20 + number}T00:00:00+09:00", "do": "tick"}


COMMANDS = [*commands("qoo10"), *commands("conect")]
WHOLE = [*PARTIES, *ORDERS, *COMMANDS]


def lines(random: Random, count: int) -> Iterator[bytes]:
    """Lines as they should be, and most of them broken."""
    for _ in range(count):
        line = random.choice(random.choice((PARTIES, ORDERS, ORDERS, *[COMMANDS] * 5)))
        yield json.dumps(line).encode() if random.random() < 0.1 else broken(line, random)


def opened(store: Any, *, asked: bool = False) -> Replay:
    """A run that knows the parties and the orders; with some requests, where `asked`."""
    replay = Replay([CONECT, QOO10], store)
    known = [*PARTIES, *ORDERS]
    if asked:
        known += [line for line in WHOLE if line.get("do") == "request"][::2]
    assert all(each["ok"] for each in replay.run(json.dumps(line).encode() for line in known))
    return replay


def check_answer(answer: dict[str, Any], shown: str) -> str:
    """The answer is what `docs/scenarios.md` says, and can be written; gives what came of it."""
    assert answer.pop("line") == 1, shown
    ok = answer["ok"]
    more = ["options"] if "options" in answer else []
    assert list(answer) == ([*KEYS, *more] if ok else FAILED), shown
    assert all(isinstance(each, str) for each in answer["events"]), shown
    written = json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()
    if ok:
        return "ok"
    assert answer["error"] in ERRORS, shown
    if answer["error"] != "refused":  # before a refusal deadlines may have fired
        assert answer["events"] == answer["messages"] == [], shown
    assert answer["codes"], shown
    assert all(isinstance(code, str) for code in answer["codes"]), shown
    sentences = answer["message"].split("\n")  # one for each fault
    assert all(len(f"{each}.".splitlines()) == 1 and each for each in sentences), shown
    assert 0 < len(answer["message"]) < 10_000, shown
    assert len(written) < 60_000, shown
    return str(answer["error"])


def tried(replay: Replay, raw: bytes, before: Any, now: Any) -> str:
    """What came of a line; where it failed, nothing has changed but for deadlines that fired."""
    shown = f"{raw!r:.300}"
    malformed = replay.malformed
    answers = list(replay.run([raw]))
    assert len(answers) <= 1, shown
    came = check_answer(answers[0], shown) if answers else "silence"
    fired = bool(answers) and answers[0]["events"] != []
    if came not in ("ok", "silence"):
        assert fired or now() == before, shown
    assert replay.malformed == malformed + (came == "malformed")
    return came


@pytest.mark.parametrize("seed", SEEDS)
def test_broken_lines_get_clear_errors_and_change_nothing(seed: int) -> None:
    """A thousand lines from each seed: of every kind of error there are some, and none escapes."""
    random = Random(seed)
    came: Counter[str] = Counter()
    count = LINES // len(SEEDS) * ROUNDS
    while came.total() < count:
        store = MemoryStore()
        replay = opened(store, asked=True)

        def now(replay: Replay = replay, store: MemoryStore = store) -> Any:
            return contents(store), dict(vars(replay.directory)["_parties"])

        for raw in lines(random, min(125, count - came.total())):
            came[tried(replay, raw, now(), now)] += 1
    assert came.total() == count
    assert {*came, "unknown_policy"} == {*ERRORS, "ok", "silence"}
    assert came["malformed"] < count * 0.8


def test_the_seeds_make_ten_thousand_lines() -> None:
    """The same each time, and hardly one twice."""
    assert LINES == 10_000
    assert LINES % len(SEEDS) == 0
    random = Random(0)
    made = [*lines(random, 500)]
    assert made == [*lines(Random(0), 500)]
    assert len(set(made)) > 400


def test_a_broken_line_changes_no_table(tmp_path: Path) -> None:
    """The same on a database: every table is what it was, to the byte."""
    path = tmp_path / "orders.db"
    random, came = Random("tables"), Counter[str]()
    with closing(SqlStore(f"sqlite:///{path}")) as store, closing(sqlite3.connect(path)) as reader:
        replay = opened(store, asked=True)

        def now() -> list[str]:
            return list(reader.iterdump())

        assert sum("INSERT" in line for line in now()) > 20
        before = now()
        for raw in lines(random, 400 * ROUNDS):
            kind = tried(replay, raw, before, now)
            came[kind] += 1
            before = now() if kind in ("ok", "silence", "refused") else before
    assert set(came) >= {"refused", "invalid", "malformed", "unknown_order", "ok"}


def json_values() -> st.SearchStrategy[Any]:
    """Anything that JSON can say, and some things that it can't."""
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    )


def likely_lines() -> st.SearchStrategy[Any]:
    """A line of the format, with anything in the place of some values, and odd keys beside."""

    def changed(line: dict[str, Any]) -> st.SearchStrategy[Any]:
        ((kind, inner),) = line.items() if len(line) == 1 else (("", line),)
        mixed = st.fixed_dictionaries(
            {key: st.just(value) | json_values() for key, value in inner.items()},
            optional={"extra": json_values()},
        )
        return mixed.map(lambda made: {kind: made}) if kind else mixed

    return st.sampled_from(WHOLE).flatmap(changed)


@given(st.one_of(likely_lines(), json_values()).map(lambda line: json.dumps(line).encode()))
@example(b'{"order": {"facts": {"\\ud800": 1}}}')
@example(b"\xef\xbb\xbf{}")
@example(b"\x00")
@example(b'{"party": {"id": "x", "emails": [null, 1, "", {}]}}')
def test_any_line_is_answered(raw: bytes) -> None:
    """Whatever can be written down as JSON, and what looks like it."""
    store = MemoryStore()
    replay = opened(store)
    tried(replay, raw, contents(store), lambda: contents(store))


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(raw: bytes) -> None:
    """Whatever a file may hold."""
    store = MemoryStore()
    tried(Replay([QOO10], store), raw, contents(store), lambda: contents(store))
