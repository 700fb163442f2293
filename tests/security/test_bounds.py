"""Everything that can be given has a bound; what is beyond it is refused, all faults at once."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import attrs
import pytest

from ordercancel import (
    Actor,
    AdvanceOrder,
    Approve,
    Buyer,
    Case,
    InvalidValue,
    Operator,
    Order,
    Party,
    PastRequest,
    Reject,
    RequestCancellation,
    RequestStatus,
    Seller,
    System,
    UpdateOrder,
    Withdraw,
)
from ordercancel.cli.lines import MAX_LINE_BYTES
from ordercancel.cli.replay import Replay
from ordercancel.domain.cases import Firing, Mark
from ordercancel.domain.commands import COMMANDS
from ordercancel.domain.events import (
    EVENTS,
    CancellationRequested,
    OrderAdvanced,
    OrderRegistered,
    RequestClosed,
    WithdrawalAsked,
)
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.money import Money, OrderLine
from ordercancel.domain.obligations import OwnObligation, RefundDue, Restock, StopShipment
from ordercancel.domain.quotes import State
from ordercancel.domain.refunds import Refund, RefundAttempt
from ordercancel.domain.requests import Answer, CancellationRequest
from ordercancel.engine.evolve import evolve
from ordercancel.engine.quote import Account
from ordercancel.policies import QOO10
from ordercancel.rules.refunding import Refunding
from ordercancel.stores.memory import MemoryStore
from ordercancel.stores.sql import SqlStore
from samples import BUYER, SELLER, SYSTEM, jst, message, order
from security.stories import ORDER_ID, contents, every_command, story, told

HUGE = "あ" * 1_000_000
ENORMOUS = 10**5_000
"""A whole number that Python does not even write down."""

UNITS = State(
    runs=(("late", FrozenMap({"cup": 1})),),
    shipped={"cup": 1},
    given={"card": 1},
    elsewhere={"card": 1},
    move="ship",
)
MONEY = Money(currency="JPY", digits=0, lines=(OrderLine(id="cup", quantity=3, amount=900),))
QUOTE, _ = Account(MONEY, Refunding()).cancel(State(), {"cup": 1})

STAMP: dict[str, Any] = {"order_id": "o-1", "at": jst(15), "by": BUYER, "rules": ("r-1",)}
FIELDS: dict[str, Any] = {
    "role": "buyer",
    "party": "b-1",
    "number": 1,
    "request": 1,
    "digest": "d",
    "mark": "missed",
    "impossible": True,
    "buyer": "b-1",
    "seller": "s-1",
    "answerer": "seller",
    "outcome": RequestStatus.REJECTED,
    "facts": {"a": 1},
    "data": {"a": 1},
    "unmarks": ("d-1",),
    "deadline": "d-1",
    "due_at": jst(16),
    "order": order(),
    "edition": "1",
    "move": "ship",
    "status": "shipped",
    "order_status": "new",
    "ship_on": date(2022, 8, 17),
    "reason": "other",
    "text": "words",
    "ships": True,
    "lines": {"cup": 1},
    "fee": "late",
    "units": UNITS,
    "quote": QUOTE,
    "tenders": {"card": 1},
    "key": "o-1:1:refund:all.1",
    "next_key": "o-1:1:refund:all.2",
    "tender": "card",
    "amount": 500,
    "currency": "JPY",
    "reference": "re-1",
    "disputed": True,
    "code": "declined",
    "kind": "coupon",
    "on": "approved",
}


def filled(kind: type[Any], *left_out: str) -> Any:
    """A value of a kind, with everything in it that it can have."""
    own = {field.name for field in attrs.fields(kind)} - {*left_out}
    return kind(**{name: value for name, value in {**FIELDS, **STAMP}.items() if name in own})


ATTEMPT = filled(RefundAttempt, "status")
REFUND = Refund(request=1, tender="card", amount=300, currency="JPY", attempts=(ATTEMPT,))
ANSWER = Answer(by=SELLER, at=jst(15), reason="other", text="words")
REQUEST = CancellationRequest(
    number=1,
    by=BUYER,
    at=jst(15),
    reason="other",
    text="words",
    data={"a": 1},
    lines={"cup": 1},
    fee="late",
    answerer="seller",
    withdrawal_text="words",
    answer=ANSWER,
    closed_at=jst(16),
    closed_version=3,
)
FIRING = Firing(due_at=jst(16), request=1, status="new", impossible=True)
MARK = Mark("missed", "d-1", jst(16), 1)
PAST = PastRequest(
    by=BUYER, at=jst(15), status=RequestStatus.REJECTED, reason="other", answerer="seller"
)
MESSAGE = message(request=1)
UNITS_OF: dict[str, Any] = {"lines": {"cup": 1}, "expects": 300, "tender": "card"}
VALUES: list[Any] = [
    *(
        attrs.evolve(
            each, **{name: filled for name, filled in UNITS_OF.items() if hasattr(each, name)}
        )
        for each in every_command("o-1", BUYER, "c-1")
    ),
    AdvanceOrder(
        "o-1",
        by=SELLER,
        move="plan_shipping",
        facts={"ship_on": date(2022, 8, 17)},
        lines={"cup": 1},
    ),
    Reject("o-1", by=SELLER, request=1, reason="other", text="words"),
    UpdateOrder("o-1", by=SYSTEM, status="new", buyer="b-1", seller="s-1", command_id="c-1"),
    order(
        channel="app",
        paid_at=jst(15),
        status_since=jst(15),
        shipped_at=jst(15),
        delivered_at=jst(15),
        facts={"a": 1},
        history=(PAST,),
        money=MONEY,
    ),
    Party("s-1", name="店", emails=("a@example.jp",), locale="ja", contact="a@example.jp"),
    Buyer("b-1", via="agent:x"),
    Seller("s-1", via="agent:x"),
    Operator("o-1", via="agent:x"),
    Actor("c-1", role="carrier", via="agent:x"),
    ANSWER,
    REQUEST,
    FIRING,
    MARK,
    PAST,
    Case(
        order=order(),
        edition="1",
        digest="d",
        requests=(REQUEST,),
        fired={"d-1": FIRING},
        marks=(MARK,),
        version=3,
        updated_at=jst(16),
        shipped_version=2,
        units=UNITS,
        refunds=(REFUND,),
    ),
    REFUND,
    ATTEMPT,
    *map(filled, (RefundDue, Restock, StopShipment, OwnObligation)),
    MESSAGE,
    *map(filled, EVENTS.values()),
]
"""One of everything that a host makes or a store reads back, with no field left out."""


class Overflowing(tzinfo):
    """A zone that reckons with the time that it is asked about, as some zones do."""

    def utcoffset(self, at: datetime | None) -> timedelta:
        assert at is not None
        naive = at.replace(tzinfo=None)
        return naive + timedelta(days=1) - (naive - timedelta(days=1)) - timedelta(days=2)

    def dst(self, at: datetime | None) -> timedelta:
        return timedelta()

    def tzname(self, at: datetime | None) -> str:
        return "overflowing"


FARTHEST = (datetime.min, datetime.max)  # noqa: DTZ901
BEYOND: dict[type, tuple[Any, ...]] = {
    str: (HUGE, ENORMOUS, b"bytes", [HUGE], object()),
    bool: ("yes", HUGE, ENORMOUS, 1),
    int: (ENORMOUS, -ENORMOUS, -1, 2**31, HUGE, 1.5, True),
    datetime: (
        *FARTHEST,
        *(each.replace(tzinfo=Overflowing()) for each in FARTHEST),
        *(each.replace(tzinfo=jst(1).tzinfo) for each in FARTHEST),
        jst(15).replace(year=9_200),
        jst(15).replace(year=1_899),
        date(2022, 8, 15),
        HUGE,
        ENORMOUS,
    ),
    date: (date.min, date.max, date(9_001, 1, 1), datetime(2022, 8, 15), HUGE, ENORMOUS),  # noqa: DTZ001
    FrozenMap: (
        {"a": HUGE},
        {"a": ENORMOUS},
        {"a": 1.5},
        {"a": [1]},
        {HUGE: 1},
        {"": 1},
        {"a": FARTHEST[0]},
        dict.fromkeys(map(str, range(51)), 1),
    ),
    tuple: (("x",) * 100_000, (HUGE,), (ENORMOUS,), HUGE, ENORMOUS, [[]]),
}
"""For a value of a kind, what may never stand in its place."""

NO_AMOUNT: tuple[Any, ...] = (-1, 10**15 + 1, ENORMOUS, 1.5, True, HUGE)
NO_AMOUNTS: tuple[Any, ...] = (
    {"a": 0},
    {"a": True},
    {"a": 1.5},
    {"a": ENORMOUS},
    {HUGE: 1},
    {"": 1},
    dict.fromkeys(map(str, range(1_001)), 1),
    HUGE,
)
SETTLED = {
    *(("Case", name) for name in ("requests", "fired", "marks", "refunds")),
    ("Order", "history"),
}
"""What is not given as it is, or is tried below."""


def places() -> Iterable[Any]:
    """Every field of every value, with what may not be in it."""
    for value in VALUES:
        for field in attrs.fields(type(value)):
            name, given = field.name, getattr(value, field.name)
            if not field.init or (type(value).__name__, name) in SETTLED:
                continue
            kind = next((kind for kind in BEYOND if isinstance(given, kind)), None)
            wrong = (HUGE, ENORMOUS, object()) if kind is None else BEYOND[kind]
            wrong = NO_AMOUNTS if name in ("lines", "tenders") and kind is FrozenMap else wrong
            wrong = NO_AMOUNT if name in ("expects", "amount") else wrong
            yield pytest.param(value, name, wrong, id=f"{type(value).__name__}.{name}")


@pytest.mark.parametrize(("value", "field", "wrong"), [*places()])
def test_no_field_takes_a_value_of_any_size(value: Any, field: str, wrong: Any) -> None:
    """Whatever is too long, too large, too far off or of another kind is named, and briefly."""
    for each in wrong:
        with pytest.raises(InvalidValue) as caught:
            attrs.evolve(value, **{field: each})
        for fault in caught.value.faults:
            assert fault.where.startswith(f"{type(value).__name__}.{field}")
            assert len(str(fault)) < 2_000
        assert len(caught.value.faults) <= 1_001


def test_no_field_is_left_out() -> None:
    """The values above are of every public kind that takes something, with all fields filled."""
    kinds = {type(value).__name__ for value in VALUES}
    assert kinds >= {*EVENTS, "Order", "Party", "Case", "CancellationRequest", "Answer"}
    assert kinds >= {
        *(kind.__name__ for kind in COMMANDS),
        "Firing",
        "Mark",
        "PastRequest",
        "Actor",
    }
    empty = [
        (type(value).__name__, field.name)
        for value in VALUES
        for field in attrs.fields(type(value))
        if getattr(value, field.name) is None
    ]
    assert set(empty) == {
        ("Reject", "reason"),
        ("Reject", "command_id"),
        ("AdvanceOrder", "command_id"),
        *(("UpdateOrder", field) for field in ("status", "buyer", "seller")),
    }


def test_all_faults_come_together() -> None:
    """Of an order that is wrong all over, and of a party and a message, each with every fault."""
    with pytest.raises(InvalidValue) as caught:
        Order(
            HUGE,
            policy=HUGE,
            status=HUGE,
            buyer=HUGE,
            seller=HUGE,
            placed_at=FARTHEST[0],
            channel=HUGE,
            ship_on=date.max,
            paid_at=FARTHEST[1],
            cart_id=HUGE,
            item=HUGE,
            facts={"a": ENORMOUS, "b": HUGE},
        )
    assert [fault.where for fault in caught.value.faults] == [
        *(f"Order.{each}" for each in ("id", "policy", "status", "buyer", "seller")),
        *(f"Order.{each}" for each in ("placed_at", "channel", "ship_on", "paid_at")),
        *(f"Order.{each}" for each in ("cart_id", "item")),
        "Order.facts['a']",
        "Order.facts['b']",
    ]
    with pytest.raises(InvalidValue) as caught:
        Party(HUGE, name=HUGE, emails=[HUGE], permits_cancellation=2, locale=HUGE)  # type: ignore[arg-type]
    assert len(caught.value.faults) == 5


# -------------------------------------------------------------------- the bounds themselves


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
def test_a_whole_number_of_a_fact_has_64_bits(number: int) -> None:
    """The largest and the smallest are taken; one more, or one less, is not."""
    assert order(facts={"a": number}).facts["a"] == number
    with pytest.raises(InvalidValue) as caught:
        order(facts={"a": number + (1 if number > 0 else -1), "b": ENORMOUS})
    assert [str(fault) for fault in caught.value.faults] == [
        f"Order.facts['{name}']: is beyond 64 bits; expected a number from -2**63 to 2**63 - 1"
        for name in "ab"
    ]


def test_of_too_many_facts_only_so_many_are_looked_at() -> None:
    """A hundred thousand wrong ones do not make a hundred thousand faults."""
    with pytest.raises(InvalidValue) as caught:
        order(facts=dict.fromkeys(map(str, range(100_000)), 1.5))
    assert len(caught.value.faults) == 1 + 50
    assert str(caught.value.faults[0]) == "Order.facts: has 100000 entries; expected at most 50"


def test_the_name_of_a_fact_is_shown_in_part_and_only_if_it_is_text() -> None:
    with pytest.raises(InvalidValue) as caught:
        order(facts={HUGE: 1, ENORMOUS: 1})
    assert [fault.where for fault in caught.value.faults] == [
        f"Order.facts name '{'あ' * 49}",
        "Order.facts name an int",
    ]


def test_a_party_has_a_hundred_addresses_at_most() -> None:
    """One more is refused, and of many wrong ones a hundred are named."""
    assert len(Party("s-1", name="店", emails=["a@example.jp"] * 100).emails) == 100
    with pytest.raises(InvalidValue) as caught:
        Party("s-1", name="店", emails=[""] * 101)
    assert len(caught.value.faults) == 1 + 100
    assert str(caught.value.faults[0]) == "Party.emails: has 101 entries; expected at most 100"


@pytest.mark.parametrize("number", [1, 1_000])
def test_an_answer_is_about_one_of_a_thousand_requests(number: int) -> None:
    approve = Approve("o-1", by=SELLER, request=number)
    assert approve.request == number
    beyond = 0 if number == 1 else 1_001
    with pytest.raises(InvalidValue) as caught:
        attrs.evolve(approve, request=beyond)
    problem = "is below 1" if number == 1 else "is above 1000"
    assert [(fault.problem, fault.expected) for fault in caught.value.faults] == [
        (problem, "the number of a request")
    ]


@pytest.mark.parametrize("via", ["", " ", "agent\n", "a" * 201, "a\u202eb", 7])
def test_on_whose_behalf_somebody_acts_is_one_line(via: Any) -> None:
    """For every kind of actor; up to 200 characters."""
    for make in (Buyer, Seller, Operator):
        assert make("x-1", via="a" * 200).via == "a" * 200
        with pytest.raises(InvalidValue, match=r"\.via: "):
            make("x-1", via=via)
    with pytest.raises(InvalidValue, match=r"^System\.via: "):
        System(via=via)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda values: order(facts=values), "Order.facts"),
        (lambda values: UpdateOrder("o-1", by=SYSTEM, facts=values), "UpdateOrder.facts"),
        (
            lambda values: AdvanceOrder("o-1", by=SELLER, move="ship", facts=values),
            "AdvanceOrder.facts",
        ),
        (lambda values: Approve("o-1", by=SELLER, request=1, data=values), "Approve.data"),
        (lambda values: RequestCancellation("o-1", by=BUYER, data=values), "RequestC"),
    ],
)
def test_facts_and_data_are_bounded_wherever_they_go(make: Any, field: str) -> None:
    """Fifty, each with a name of 200 characters; what is wrong of them is told at once."""
    assert make({f"{number:0200}": "a" * 200 for number in range(50)})
    with pytest.raises(InvalidValue) as caught:
        make({"a" * 201: 1, "b": "b" * 201, "c": 2**63, "d": 1.5})
    assert len(caught.value.faults) == 4
    assert all(fault.where.startswith(field) for fault in caught.value.faults)


def test_a_history_has_a_thousand_requests_and_only_the_last_is_open() -> None:
    """Oldest first; one more, or an open one before another, is refused."""
    assert len(order(history=(PAST,) * 1_000).history) == 1_000
    pending = attrs.evolve(PAST, status=RequestStatus.PENDING)
    assert order(history=(PAST, pending)).history[-1] == pending
    with pytest.raises(InvalidValue, match=r"^Order\.history: has 1001 entries"):
        order(history=(PAST,) * 1_001)
    with pytest.raises(InvalidValue, match=r"history\[0\]\.status: is pending and not the last"):
        order(history=(pending, PAST))
    with pytest.raises(InvalidValue, match=r"history\[1\]\.at: is before the one before it"):
        order(history=(PAST, attrs.evolve(PAST, at=jst(14))))
    with pytest.raises(InvalidValue, match=r"history\[0\]: is a str"):
        order(history=("rejected",))


def test_a_fault_is_told_in_a_thousand_characters() -> None:
    """However many unsafe characters a name is made of."""
    faults = Faults("S")
    faults.line("f", "".join(map(chr, range(0xD800, 0xD8C8))))
    (fault,) = faults.found
    assert len(fault.problem) == 1_000
    assert fault.problem.startswith("contains U+D800, U+D801, ")
    assert fault.problem.endswith("…")


def test_the_id_of_a_message_has_room_for_that_of_its_order() -> None:
    """An order with the longest id can be told of."""
    placed = order("conect", id="a" * 200)
    _, outcomes = told("conect", story("conect", about=placed), placed=placed)
    (message, *_) = outcomes[1].messages
    assert message.id.startswith(f"{'a' * 200}:2:seller:")
    assert attrs.evolve(message, id="a" * 500).id == "a" * 500
    with pytest.raises(InvalidValue, match=r"^Message\.id: has 501 characters"):
        attrs.evolve(message, id="a" * 501)


def test_the_longest_texts_are_kept_whole() -> None:
    """A text may grow when it is put into NFC; what was accepted is stored and read back."""
    grows = "\u0344"
    assert len(unicodedata.normalize("NFC", grows)) == 2
    words = "あ" + grows * 3_999
    asks = RequestCancellation(ORDER_ID, by=BUYER, reason="other", text=words)
    with closing(SqlStore("sqlite://")) as store:
        _, outcomes = told("qoo10", [(asks, jst(15, 10))], store)
        assert len(outcomes[-1].case.requests[0].text or "") == 7_999
        assert store.load(ORDER_ID) == outcomes[-1].case
        assert store.history(ORDER_ID)[1:] == outcomes[-1].events


def test_no_code_point_grows_to_more_than_three() -> None:
    """Which is why a text that is kept has three times the bound of one that is read."""
    longest = max(len(unicodedata.normalize("NFC", chr(point))) for point in range(0x110000))
    assert longest == 3


def test_kept_texts_have_a_bound_of_their_own() -> None:
    """12,000 code points, for the request, its answer, and the ask to withdraw."""
    fits, beyond = "a" * 12_000, "a" * 12_001
    for kind, field in (
        (REQUEST, "text"),
        (REQUEST, "withdrawal_text"),
        (ANSWER, "text"),
        (filled(CancellationRequested), "text"),
        (filled(RequestClosed), "text"),
        (filled(WithdrawalAsked), "text"),
    ):
        assert getattr(attrs.evolve(kind, **{field: fits}), field) == fits
        with pytest.raises(InvalidValue, match="has 12001 code points"):
            attrs.evolve(kind, **{field: beyond})


def test_a_body_and_a_subject_have_a_hundred_thousand_code_points_at_most() -> None:
    for field in ("subject", "body"):
        assert attrs.evolve(MESSAGE, **{field: "a" * 100_000})
        with pytest.raises(InvalidValue, match="has 100001 code points"):
            attrs.evolve(MESSAGE, **{field: "a" * 100_001})
        with pytest.raises(InvalidValue, match="is missing"):
            attrs.evolve(MESSAGE, **{field: None})


def test_an_event_names_two_thousand_rules_and_those_of_the_library_at_most() -> None:
    asked = filled(WithdrawalAsked)
    assert attrs.evolve(asked, rules=("r",) * 2_100)
    with pytest.raises(InvalidValue, match="has 2101 entries"):
        attrs.evolve(asked, rules=("r",) * 2_101)


def test_an_event_carries_an_order() -> None:
    with pytest.raises(
        InvalidValue, match=r"^OrderRegistered\.order: is a str; expected an Order$"
    ):
        attrs.evolve(filled(OrderRegistered), order="o-1")


def test_a_version_has_32_bits() -> None:
    case = QOO10.open(order())
    assert attrs.evolve(case, version=2**31 - 1)
    with pytest.raises(InvalidValue, match=r"^Case\.version: is above 2147483647"):
        attrs.evolve(case, version=2**31)


def test_a_case_has_a_thousand_requests_and_ten_thousand_firings_and_marks_at_most() -> None:
    case = QOO10.open(order())
    fired = {f"d-{number}": FIRING for number in range(10_000)}
    assert attrs.evolve(case, requests=(REQUEST,) * 1_000, fired=fired, marks=(MARK,) * 10_000)
    with pytest.raises(InvalidValue) as caught:
        attrs.evolve(
            case,
            requests=(REQUEST,) * 1_001,
            fired={**fired, "d": FIRING},
            marks=(MARK,) * 10_001,
        )
    assert [str(fault) for fault in caught.value.faults] == [
        "Case.requests: has 1001 entries; expected at most 1000",
        "Case.fired: has 10001 entries; expected at most 10000",
        "Case.marks: has 10001 entries; expected at most 10000",
    ]


def test_nobody_asks_more_than_a_thousand_times() -> None:
    """A buyer who asks and takes it back without end comes to one, and changes nothing by it."""
    store = MemoryStore()
    service, _ = told("conect", [], store)
    ask = RequestCancellation(ORDER_ID, by=BUYER, reason="wrong_item")
    service.handle(ask, at=jst(15, 10))
    case = store.load(ORDER_ID)
    assert case is not None
    asked = (case.requests[0],) * 999
    worn = attrs.evolve(case, requests=(*asked, attrs.evolve(case.requests[0], number=1_000)))
    store._cases[ORDER_ID] = worn
    withdrawn = service.handle(Withdraw(ORDER_ID, by=BUYER, request=1_000), at=jst(15, 11))
    assert withdrawn.case.requests[-1].number == 1_000
    before = contents(store)
    with pytest.raises(InvalidValue, match=r"^Case\.requests: has 1000 requests"):
        service.handle(ask, at=jst(15, 12))
    assert contents(store) == before
    service.handle(AdvanceOrder(ORDER_ID, by=SELLER, move="ship"), at=jst(15, 13))


def test_a_history_of_any_length_can_be_folded() -> None:
    """Only what is kept of an order is bounded, not how often it moves."""
    case = QOO10.open(order())
    advanced: OrderAdvanced = filled(OrderAdvanced)
    for _ in range(2_000):
        case = evolve(case, advanced)
    assert case.version == 2_000


# -------------------------------------------------------------------- scenario lines


def answers(*lines: Any) -> list[dict[str, Any]]:
    """What `replay` answers to lines: objects, or bytes as they are."""
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return list(Replay([QOO10], MemoryStore()).run(raw))


def test_a_line_has_a_million_bytes_at_most() -> None:
    """Of a longer one not a byte is parsed; one that is as long is read."""
    fits = b'{"do": "dance"}'.ljust(MAX_LINE_BYTES)
    assert [each["message"][:13] for each in answers(fits, fits + b" ")] == [
        "do is 'dance'",
        "is too long; ",
    ]


def test_a_line_with_many_faults_is_answered_briefly() -> None:
    """Twenty are told, and how many more there are."""
    keys = {str(number): 1 for number in range(50_000)}
    (answer,) = answers({"do": "tick", "at": "2022-08-15T10:00:00Z", **keys})
    assert answer["message"].startswith("tick: '0' is no key of it; '1' is no key")
    assert "'19' is no key of it; and 49980 more; expected" in answer["message"]
    (answer,) = answers({"do": "tick", "at": "2022-08-15T10:00:00Z", **dict.fromkeys("abc", 1)})
    assert "more" not in answer["message"]


@pytest.mark.parametrize(
    ("opens", "closes", "shown"), [("[", "]", "a list"), ('{"a":', "}", "an object")]
)
@pytest.mark.parametrize("depth", [1, 50, 500, 900, 950, 980, 1_000, 5_000, 100_000])
def test_a_line_may_be_nested_as_deeply_as_it_likes(
    opens: str, closes: str, shown: str, depth: int
) -> None:
    """It is malformed, whether or not Python can follow it."""
    nested = f"{opens * depth}1{closes * depth}"
    (answer,) = answers(f'{{"do": {nested}}}'.encode())
    assert answer["error"] == "malformed"
    known = f"do is {shown}; expected", "not a line of JSON: maximum recursion depth"
    assert answer["message"].startswith(known)


@pytest.mark.parametrize("digits", [4_000, 5_000, 500_000])
def test_a_line_may_have_numbers_of_any_length(digits: int) -> None:
    """As what is done, and as an attribute, where more than 64 bits are invalid."""
    huge = "9" * digits
    placed = {
        "id": "o-1",
        "policy": "qoo10",
        "status": "new",
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": "2022-08-15T09:00:00+09:00",
        "facts": {"a": 0},
    }
    line = json.dumps({"order": placed}).replace('"a": 0', f'"a": {huge}')
    done, invalid = answers(f'{{"do": {huge}}}'.encode(), line.encode())
    assert done["error"] == "malformed"
    assert invalid["error"] == ("invalid" if digits == 4_000 else "malformed")
    assert len(done["message"]) < 300
    assert len(invalid["message"]) < 300


def test_the_longest_valid_lines_are_far_below_the_bound() -> None:
    """An order, a party and a request with all that they can hold, each character escaped."""
    gifts = "\U0001f381" * 200
    longest: list[dict[str, Any]] = [
        {"party": {"id": gifts, "name": gifts, "emails": [gifts] * 100}},
        {
            "order": {
                **dict.fromkeys(("id", "buyer", "seller", "channel", "cart_id", "item"), gifts),
                "policy": "qoo10",
                "status": "new",
                "placed_at": "2022-08-15T09:00:00+09:00",
                "facts": {gifts[:-2] + f"{number:02}": gifts for number in range(50)},
            }
        },
        {
            "at": "2022-08-15T10:00:00+09:00",
            "do": "request",
            **dict.fromkeys(("order_id", "command_id"), gifts),
            "by": f"buyer:{gifts}",
            "reason": "other",
            "text": "\U0001f381" + "\ufe0f" * 3_999,
        },
    ]
    assert all(len(json.dumps(line)) < MAX_LINE_BYTES / 2 for line in longest)
    (asked,) = answers(*longest)
    assert asked["ok"]
