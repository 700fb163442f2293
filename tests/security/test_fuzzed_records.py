"""Whatever a stored record has become: it is read as something valid, or refused by its name."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordercancel import (
    AdvanceOrder,
    CancellationService,
    InvalidValue,
    Message,
    Order,
    PastRequest,
    Reject,
    RequestCancellation,
    RequestStatus,
    UpdateOrder,
)
from ordercancel.domain.events import EVENTS
from ordercancel.domain.faults import kept as kept_lines
from ordercancel.stores.codec import FORM, decode_case, decode_events, decode_message, encode
from ordercancel.stores.memory import MemoryStore
from ordercancel.stores.sql import SqlStore
from samples import BUYER, SELLER, SYSTEM, jst
from security.fuzzing import ROUNDS, broken
from security.stories import ORDER_ID, POLICIES, story, told
from strategies import cases, events, messages
from testing.shops import OWN

DECLARED = Order(
    "o-1",
    policy="own",
    status="new",
    channel="web",
    buyer="b-1",
    seller="s-1",
    placed_at=jst(15, 9),
    facts={"preorder": True, "carrier_id": "c-1", "quantity": 3, "event_on": date(2022, 9, 1)},
    history=(PastRequest(by=BUYER, at=jst(15, 9), status=RequestStatus.WITHDRAWN),),
)
"""An order with facts of its own and a history."""

RECORDS = 10_000
"""How many records are broken by seeds, in the ordinary run."""

SEEDS = range(10)
Decode = Callable[[str], Any]


def decode_event(kind: str, stored: str) -> Any:
    """The event of this kind that is stored so."""
    (event,) = decode_events([(kind, FORM, stored)])
    return event


def of_its_own() -> CancellationService:
    """A service with an order that has lived with facts, data, marks and answers by others."""
    service = CancellationService(policies=[OWN], store=MemoryStore())
    service.register(DECLARED, at=jst(15, 10))
    move = {"ship_on": date(2022, 8, 17), "promised_at": jst(16)}
    for command, at in (
        (UpdateOrder("o-1", by=SYSTEM, facts={"paid_at": jst(15, 9)}), jst(15, 10)),
        (AdvanceOrder("o-1", by=SELLER, move="plan", facts=move), jst(15, 11)),
        (
            RequestCancellation("o-1", by=BUYER, reason="mistake", data={"fee_accepted": False}),
            jst(15, 12),
        ),
        (Reject("o-1", by=SELLER, request=2, reason="too_late", data={"sure": True}), jst(15, 13)),
        (UpdateOrder("o-1", by=SYSTEM, facts={"level": "gold"}), jst(30)),
    ):
        service.handle(command, at=at)
    return service


def kept() -> Iterator[tuple[str, Decode, str]]:
    """Every record of both stories: its name, how it is read, and its JSON."""
    for policy in POLICIES:
        store = MemoryStore()
        service, outcomes = told(policy, story(policy), store)
        ticked = service.tick(jst(31))
        for outcome in (*outcomes, *ticked.outcomes):
            yield "stored case", decode_case, encode(outcome.case)
            for message in outcome.messages:
                yield "stored message", decode_message, encode(message)
        for event in store.history(ORDER_ID):
            kind = type(event).__name__
            yield f"stored event {kind}", partial(decode_event, kind), encode(event)
    service = of_its_own()
    case = service.case("o-1", by=SYSTEM)
    assert case.marks
    assert len(case.fired) == 2
    yield "stored case", decode_case, encode(case)
    for event in service.history("o-1", by=SYSTEM):
        kind = type(event).__name__
        yield f"stored event {kind}", partial(decode_event, kind), encode(event)


KEPT = [*kept()]


def read(name: str, decode: Decode, stored: str) -> str:
    """What came of a record: it was valid, or refused by its name and with nothing of it."""
    shown = f"{name}: {stored!r:.300}"
    refused = None
    try:
        value = decode(stored)
    except InvalidValue as error:
        refused = error
    if refused is None:
        assert decode(encode(value)) == value, shown
        check_valid(value)
        return "valid"
    (fault,) = refused.faults
    assert fault.where == name, shown
    assert fault.expected == "the JSON of form 2", shown
    assert 0 < len(str(refused)) < 1_500, shown
    assert "\n" not in str(refused), shown
    assert refused.__cause__ is refused.__context__ is None, shown
    return "refused"


def check_valid(value: Any) -> None:
    """It is one of those that could have been made in the first place, in all its parts."""
    if attrs.has(type(value)):
        fields = {
            field.name: getattr(value, field.name)
            for field in attrs.fields(type(value))
            if field.init
        }
        with kept_lines():  # those that the first edition took are read
            assert type(value)(**fields) == value
        for each in fields.values():
            check_valid(each)
    elif isinstance(value, tuple):
        for each in value:
            check_valid(each)


def damaged(stored: str, random: Random) -> str:
    """A record as a database may give it back: text, in which bytes may be no UTF-8."""
    return broken(json.loads(stored), random).decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("seed", SEEDS)
def test_broken_records_are_valid_or_refused(seed: int) -> None:
    """A thousand records from each seed; no other error, and enough of either outcome."""
    random = Random(seed)
    came: Counter[str] = Counter()
    count = RECORDS // len(SEEDS) * ROUNDS
    for _ in range(count):
        name, decode, stored = random.choice(KEPT)
        came[read(name, decode, damaged(stored, random))] += 1
    assert came.total() == count
    assert min(came["valid"], came["refused"]) > count / 10


def test_the_seeds_make_ten_thousand_records() -> None:
    """Of cases, of messages and of most kinds of events; the same each time."""
    assert RECORDS == 10_000
    assert RECORDS % len(SEEDS) == 0
    names = {name for name, _, _ in KEPT}
    assert {"stored case", "stored message"} < names
    assert len(names) > 8
    stored = KEPT[0][2]
    made = [damaged(stored, Random(seed)) for seed in range(300)]
    assert made == [damaged(stored, Random(seed)) for seed in range(300)]
    assert len(set(made)) > 200


@given(
    st.one_of(
        cases().map(lambda case: ("stored case", decode_case, case)),
        messages().map(lambda message: ("stored message", decode_message, message)),
        events().map(
            lambda event: (
                f"stored event {type(event).__name__}",
                partial(decode_event, type(event).__name__),
                event,
            )
        ),
    ),
    st.integers(0, 2**32),
)
def test_any_record_that_breaks_is_valid_or_refused(
    record: tuple[str, Decode, Any], seed: int
) -> None:
    """Also those of values that no history led to."""
    name, decode, value = record
    stored = encode(value)
    assert read(name, decode, stored) == "valid"
    read(name, decode, damaged(stored, Random(seed)))


@given(st.sampled_from([*EVENTS, "case", "message"]), st.text(st.characters(), max_size=40))
def test_any_text_is_no_record(kind: str, text: str) -> None:
    decoders: dict[str, Decode] = {"case": decode_case, "message": decode_message}
    decode = decoders.get(kind) or partial(decode_event, kind)
    name = f"stored {kind}" if kind in decoders else f"stored event {kind}"
    assert read(name, decode, text) == "refused"


@pytest.mark.parametrize("kind", ["", "orderregistered", "あ" * 100_000, "\ud800", "__class__"])
def test_an_unknown_kind_of_event_is_named_in_part(kind: str) -> None:
    with pytest.raises(InvalidValue, match=r"^stored event: has the unknown kind") as caught:
        decode_event(kind, "{}")
    assert len(str(caught.value)) < 500


EXTREMES: dict[str, tuple[str, Any, str]] = {
    "a naive time": ("at", "2022-08-15T10:00:00", "has no UTC offset"),
    "the year 1": ("at", "0001-01-01T00:00:00Z", "is in the year 1"),
    "the year 9999": ("at", "9999-12-31T23:59:59Z", "is in the year 9999"),
    "request 0": ("number", 0, "is below 1"),
    "request 1001": ("number", 1_001, "is above 1000"),
    "more than 64 bits": ("number", 2**64, ""),
    "a reason without end": ("reason", "x" * 201, "has 201 characters"),
    "a text without end": ("text", "x" * 12_001, "has 12001 code points"),
    "an id without end": ("order_id", "x" * 201, "has 201 characters"),
    "an id with a line break": ("order_id", "x\n", "contains U+000A"),
    "too many rules": ("rules", ["r"] * 2_101, "has 2101 entries"),
    "a rule without a name": ("rules", [""], "rules[0]: is empty"),
    "an actor of no role": ("by", {"id": "b-1"}, ""),
    "an actor of an odd role": ("by", {"id": "b-1", "role": []}, ""),
    "an actor without an id": ("by", {"role": "buyer"}, "missing required field `id`"),
    "an actor with a number": ("by", {"role": "buyer", "id": 7}, ""),
    "an actor in words": ("by", "buyer:b-1", ""),
    "facts that are no map": ("data", [], ""),
    "a fact that is a list": ("data", {"x": [1]}, ""),
    "a fact of more than 64 bits": ("data", {"x": 2**63}, ""),
    "a moment that is none": ("data", {"x": {"at": "yesterday"}}, ""),
    "too many facts": ("data", {str(number): 1 for number in range(51)}, "has 51 entries"),
}


@pytest.mark.parametrize(("key", "value", "problem"), EXTREMES.values(), ids=EXTREMES)
def test_what_no_event_can_hold_is_not_read(key: str, value: Any, problem: str) -> None:
    """Each value that is out of bounds is refused, and named by its field."""
    name, decode, stored = next(each for each in KEPT if each[0].endswith("CancellationRequested"))
    with pytest.raises(InvalidValue) as caught:
        decode(json.dumps({**json.loads(stored), key: value}))
    assert caught.value.faults[0].where == name
    assert problem in str(caught.value)


def test_deep_nesting_is_refused() -> None:
    """Deeper than anybody can follow, where a reader would pass over it and where not."""
    for stored in ("[" * 100_000, '{"order":' * 100_000, '{"x":' + "[" * 100_000):
        with pytest.raises(InvalidValue, match=r"^stored case: ") as caught:
            decode_case(stored)
        assert len(str(caught.value)) < 300


def test_a_service_refuses_a_broken_record_and_changes_nothing(tmp_path: Path) -> None:
    """Whatever is asked about an order whose record is broken, and others are served as before."""
    path = tmp_path / "shop.db"
    with closing(SqlStore(f"sqlite:///{path}")) as store, closing(sqlite3.connect(path)) as file:
        service, _ = told("qoo10", story("qoo10")[:1], store)
        random = Random("a broken row")
        (whole,) = file.execute("SELECT body FROM ordercancel_cases").fetchone()
        refused = 0
        for _ in range(60):
            body = damaged(whole, random).encode("utf-8", "replace").decode().replace("\0", "")
            file.execute("UPDATE ordercancel_cases SET body = ?", (body,))
            file.commit()
            before = list(file.iterdump())
            refused += asked(service, before, file)
        assert refused > 20
        file.execute("UPDATE ordercancel_cases SET body = ?", (whole,))
        file.commit()
        assert service.case(ORDER_ID, by=BUYER).latest


def asked(service: CancellationService, before: list[str], file: sqlite3.Connection) -> bool:
    """Whether the order could not be read; then nobody can do anything, and nothing changes."""
    try:
        service.case(ORDER_ID, by=SYSTEM)
    except InvalidValue:
        for command, at in story("qoo10"):
            with pytest.raises(InvalidValue, match=r"^stored case '762544202': "):
                service.handle(command, at=at)
        assert list(file.iterdump()) == before
        return True
    return False


def test_a_message_is_read_with_nothing_left_out() -> None:
    """Every field of a message is needed to read it, but for one that older ones have not."""
    _, decode, stored = next(each for each in KEPT if each[0] == "stored message")
    for field in (each for each in attrs.fields(Message) if each.name != "request"):
        left = {key: value for key, value in json.loads(stored).items() if key != field.name}
        with pytest.raises(InvalidValue, match=f"missing required field `{field.name}`"):
            decode(json.dumps(left))
