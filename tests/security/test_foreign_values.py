"""What a host has at hand is brought to plain values at the border, or refused with a fault."""

from __future__ import annotations

import enum
import types
import uuid
from collections import Counter, OrderedDict, UserDict, UserString
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock, Mock
from zoneinfo import ZoneInfo

import attrs
import freezegun
import numpy
import pandas
import pendulum
import pytest

from ordercancel import (
    AdvanceOrder,
    Approve,
    Buyer,
    CancellationService,
    InvalidValue,
    Operator,
    Order,
    OrderCancelError,
    Party,
    PastRequest,
    Reject,
    RequestCancellation,
    Seller,
    System,
    UpdateOrder,
    decide,
)
from ordercancel.domain.events import OrderRegistered
from ordercancel.domain.exact import of_kind
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.money import Money, OrderLine
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    Deadline,
    Lifecycle,
    Policy,
    Reason,
    Refer,
    Rule,
    approve,
    buyer,
    cancel,
    hours,
    is_open,
    mark,
    placed_at,
    requested_at,
    seller,
    status,
    system,
)
from ordercancel.service.ports import Store
from ordercancel.service.records import InboxCursor
from ordercancel.stores.codec import decode_events, encode
from ordercancel.stores.memory import MemoryDirectory, MemoryStore
from ordercancel.stores.sql import SqlStore
from samples import BUYING, PERMITTING, jst, order
from security.fuzzing import ROUNDS
from security.test_bounds import VALUES

if TYPE_CHECKING:
    from pathlib import PurePath

TOKYO = "Asia/Tokyo"
PLAIN = (str, int, bool, type(None), datetime, date, timedelta, tuple, FrozenMap, frozenset)


class Word(enum.StrEnum):
    """Codes as a host declares them."""

    ID = "762544202"
    POLICY = "qoo10"
    STATUS = "shipping_requested"
    MIND = "changed_mind"
    SHIPPED = "shipped"
    BUYER = "b-1"
    SELLER = "s-1"


class Weekday(date):
    """A day of a host's own."""

    def __repr__(self) -> str:
        return "a weekday"


class Moody(datetime):
    """A time that tells everybody something else."""

    def isoformat(self, *_: Any, **__: Any) -> str:
        return "sometime"

    def astimezone(self, *_: Any) -> Any:
        return self


class Escaped(str):
    """Marked-up text, as web frameworks have it."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"<{self[:]}>"

    def __repr__(self) -> str:
        return "__import__('os').abort()"


@attrs.frozen
class ShopOrder(Order):
    """An order with something of the shop's own."""

    basket: int = attrs.field(default=3, kw_only=True)


@attrs.frozen
class ShopReject(Reject):
    """A command with something of the shop's own."""

    clerk: str = attrs.field(default="c", kw_only=True)


class Clerk(Operator):
    """An actor of a class of the shop's own."""


class NamedSeller(Seller):
    """Likewise, of a seller."""


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store of each kind."""
    if request.param == "memory":
        yield MemoryStore()
        return
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres")
    with closing(SqlStore(url)) as opened:
        yield opened


def service_on(store: Store) -> CancellationService:
    directory = MemoryDirectory([PERMITTING, BUYING])
    return CancellationService(policies=[QOO10, CONECT], store=store, directory=directory)


def inexact(value: Any) -> Iterator[Any]:
    """What of a value, in all its parts, is of another type than a plain one."""
    kind = type(value)
    if isinstance(value, datetime) and value.tzinfo is not UTC:
        yield value
    if attrs.has(kind) and kind.__module__.startswith("ordercancel."):
        for field in attrs.fields(kind):
            yield from inexact(getattr(value, field.name))
    elif isinstance(value, FrozenMap):
        for name, each in value.items():
            yield from inexact(name)
            yield from inexact(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from inexact(each)
    elif kind not in PLAIN and not kind.__module__.startswith("ordercancel."):
        yield value


TIMES: dict[str, Any] = {
    "pendulum": pendulum.datetime(2022, 8, 15, 9, tz=TOKYO),
    "pandas": pandas.Timestamp("2022-08-15T09:00", tz=TOKYO),
    "pandas, nanoseconds": pandas.Timestamp("2022-08-15T09:00:00.000000999", tz=TOKYO),
    "freezegun": freezegun.api.FakeDatetime(2022, 8, 15, 9, tzinfo=ZoneInfo(TOKYO)),
    "a subclass": Moody(2022, 8, 15, 9, tzinfo=timezone(timedelta(hours=9))),
}


@pytest.mark.parametrize("time", TIMES)
def test_times_of_any_make_are_kept_alike_by_every_store(time: str, store: Store) -> None:
    """As the plain times that they stand for; and the same order again is the same order."""
    at, service = TIMES[time], service_on(store)
    paid = at + timedelta(minutes=5)
    made = order(placed_at=at, ship_on=Weekday(2022, 8, 17), facts={}, paid_at=paid)
    assert list(inexact(made)) == []
    assert made == order(placed_at=jst(15, 9), paid_at=jst(15, 9, 5))
    service.register(made, at=paid)
    assert service.register(order(placed_at=jst(15, 9), paid_at=jst(15, 9, 5))).repeated
    service.handle(UpdateOrder(made.id, by=System(), facts={"shipped_at": paid}), at=paid)
    case = service.case(made.id, by=Buyer("b-1"))
    assert list(inexact(case)) == []
    assert case.order.shipped_at == jst(15, 9, 5)
    assert list(inexact(service.history(made.id, by=Buyer("b-1")))) == []


def test_codes_of_any_make_are_kept_alike_by_every_store(store: Store) -> None:
    """Members of enums and marked-up text are the words that they hold."""
    service = service_on(store)
    made = order(id=Word.ID, policy=Word.POLICY, status=Word.STATUS, buyer=Escaped("b-1"))
    service.register(made, at=jst(15, 9))
    ask = RequestCancellation(Word.ID, by=Buyer(Word.BUYER), reason=Word.MIND, command_id="c-1")
    asked = service.handle(ask, at=jst(15, 10))
    plain = RequestCancellation("762544202", by=Buyer("b-1"), reason="changed_mind")
    assert ask == attrs.evolve(plain, command_id="c-1")
    assert service.handle(attrs.evolve(plain, command_id="c-1"), at=jst(15, 11)).repeated
    assert list(inexact(asked.case)) == []
    assert service.case("762544202", by=Buyer("b-1")) == asked.case


def test_subclasses_of_orders_commands_and_actors_count_as_what_they_are(store: Store) -> None:
    """They are judged, stored and compared as the library's own; what they add is the host's."""
    service = service_on(store)
    fields = {each.name: getattr(order(), each.name) for each in attrs.fields(Order)}
    service.register(ShopOrder(**fields), at=jst(15, 9))
    assert service.register(order()).repeated
    ask = RequestCancellation("762544202", by=Buyer("b-1"), reason="changed_mind")
    service.handle(ask, at=jst(15, 10))
    reject = ShopReject(
        "762544202", by=NamedSeller("s-1"), request=1, reason="shipped", data={"confirmed": True}
    )
    assert not service.assess(reject, at=jst(15, 11)).is_refused
    case = service.case("762544202", by=Clerk("o-1"))
    assert not QOO10.assess(reject, case, jst(15, 11)).is_refused
    assert decide(reject, case, QOO10, jst(15, 11))
    rejected = service.handle(reject, at=jst(15, 11))
    assert list(inexact(rejected.case)) == []
    assert service.case("762544202", by=Clerk("o-1")) == rejected.case


def test_what_a_subclass_adds_may_be_annotated_with_anything() -> None:
    """With what only a type checker can see, several types, a list of them; it goes unchecked."""

    class LabelledOrder(Order):
        label: PurePath

    @attrs.frozen(kw_only=True)
    class StockedOrder(Order):
        places: list[str] | dict[str, int] = attrs.field(default=7)  # type: ignore[assignment]

    @attrs.frozen(kw_only=True)
    class SignedReject(Reject):
        signed: list[PurePath] = attrs.field(factory=list)

    fields = {each.name: getattr(order(), each.name) for each in attrs.fields(Order)}
    for kind in (LabelledOrder, StockedOrder):
        assert of_kind(kind(**fields), Order) == order()
        with pytest.raises(InvalidValue) as caught:
            kind(**fields | {"status": 3, "lines": numpy.array([]), "money": 4})
        assert [fault.where for fault in caught.value.faults] == [
            f"{kind.__name__}.status",
            f"{kind.__name__}.lines",
            f"{kind.__name__}.money",
        ]
    assert SignedReject("762544202", by=Clerk("o-1"), request=1).signed == []


def test_lines_of_any_make_beside_the_money_are_named_and_never_compared() -> None:
    """An array has no truth; the order is told so, that of a subclass too."""
    money = Money(currency="JPY", digits=0, lines=(OrderLine(id="l-1", quantity=1, amount=100),))
    fields = {each.name: getattr(order(), each.name) for each in attrs.fields(Order)}
    for kind in (Order, ShopOrder):
        with pytest.raises(InvalidValue, match=rf"^{kind.__name__}\.lines: is a ndarray"):
            kind(**fields | {"lines": numpy.array([1, 2]), "money": money})


Name = enum.StrEnum(
    "Name",
    "shop first placed pack packed ship shipped gone mind unpaid late silent unpaid_too_long asks",
)


def test_words_of_a_policy_of_any_make_are_kept_alike_by_every_store(store: Store) -> None:
    """Statuses, moves, reasons, rules, deadlines and marks that a host declares as an enum."""
    policy = Policy(
        name=Name.shop,
        edition=Name.first,
        zone="Europe/Berlin",
        source="our terms",
        orders=Lifecycle(
            moves={
                Name.pack: (Name.placed, Name.packed),
                Name.ship: ((Name.placed, Name.packed), Name.shipped),
            },
            cancellable=(Name.placed, Name.packed),
            shipped=Name.shipped,
            cancelled=Name.gone,
        ),
        rules=[Rule(Name.asks, on=RequestCancellation, when=buyer, effect=Refer(seller))],
        reasons=[Reason(Name.mind, when=buyer), Reason(Name.unpaid, when=system)],
        deadlines=[
            Deadline("late", runs=is_open, due=requested_at + hours(1), then=mark(Name.late)),
            Deadline(Name.silent, runs=is_open, due=requested_at + hours(2), then=approve),
            Deadline(
                Name.unpaid_too_long,
                runs=status.is_in(Name.placed) & ~is_open,
                due=placed_at + hours(9),
                then=cancel(Name.unpaid),
            ),
        ],
    )
    service = CancellationService(policies=[policy], store=store)
    for order_id in ("o-1", "o-2", "o-3"):
        placed = Order(
            order_id, policy="shop", status="placed", buyer="b", seller="s", placed_at=jst(15)
        )
        service.register(placed, at=jst(15))
    service.handle(RequestCancellation("o-1", by=Buyer("b"), reason=Name.mind), at=jst(15, 1))
    service.handle(AdvanceOrder("o-2", by=Seller("s"), move=Name.pack), at=jst(15, 1))
    outcomes = service.tick(jst(16)).outcomes
    assert [each.case.order.status for each in outcomes] == ["gone", "gone"]
    assert [list(inexact((each.case, *each.events))) for each in outcomes] == [[], []]
    assert list(inexact(service.history("o-2", by=System()))) == []


def test_a_frozen_clock_is_a_clock(store: Store) -> None:
    """A whole story under freezegun, with deadlines reckoned meanwhile, is stored and read."""
    with freezegun.freeze_time("2022-08-15T00:00:00Z") as frozen:
        service = service_on(store)
        service.register(order())
        ask = RequestCancellation("762544202", by=Buyer("b-1"), reason="changed_mind")
        asked = service.handle(ask)
        frozen.move_to("2022-09-15T00:00:00Z")
        ticked = service.tick()
        assert asked.case.latest is not None
        assert ticked.outcomes
    case = service.case("762544202", by=Buyer("b-1"))
    assert case == ticked.outcomes[-1].case
    assert case.requests[0].at == datetime(2022, 8, 15, tzinfo=UTC)


def test_past_requests_of_any_make_are_plain_ones() -> None:
    """In the history of an order that is registered late."""

    @attrs.frozen(kw_only=True)
    class ShopRequest(PastRequest):
        ticket: int = 7

    fields = {"by": Buyer("b-1"), "at": jst(15), "status": "rejected", "reason": Word.MIND}
    made = order(history=(ShopRequest(**fields),))
    assert made.history == (PastRequest(**fields),)
    assert list(inexact(made)) == []


def test_a_party_of_any_make_is_a_plain_one() -> None:
    party = Party(Word.SELLER, name=Escaped("店"), emails=[Escaped("a@example.jp")], locale="ja")  # type: ignore[arg-type]
    assert party == Party("s-1", name="店", emails=("a@example.jp",), locale="ja")
    assert list(inexact(party)) == []


# -------------------------------------------------------------------- ten thousand values

FOREIGN: tuple[Any, ...] = (
    *TIMES.values(),
    *Word,
    Weekday(2022, 8, 17),
    freezegun.api.FakeDate(2022, 8, 17),
    pendulum.date(2022, 8, 17),
    pendulum.duration(days=1),
    pandas.NaT,
    pandas.NA,
    pandas.Timestamp.max,
    pandas.Timestamp("2022-08-15"),
    pandas.Timedelta(days=1),
    numpy.int64(7),
    numpy.str_("other"),
    numpy.bool_(True),
    numpy.float64("nan"),
    numpy.array(["a", "b"]),
    numpy.datetime64("2022-08-15T09:00"),
    enum.IntEnum("Count", {"ONE": 1}).ONE,  # type: ignore[attr-defined]
    enum.Enum("Colour", {"RED": "red"}).RED,  # type: ignore[attr-defined]
    Escaped("other"),
    UserString("other"),
    Decimal("1.5"),
    Fraction(1, 3),
    uuid.UUID(int=7),
    1j,
    b"bytes",
    bytearray(b"bytes"),
    range(3),
    object(),
    int,
    len,
    lambda: None,
    (each for each in "abc"),
    MagicMock(),
    Mock(),
    types.SimpleNamespace(id="b-1", role="buyer"),
    OrderedDict(a=1),
    UserDict(a=1),
    types.MappingProxyType({"a": Word.MIND, "b": Weekday(2022, 8, 17)}),
    {Word.MIND: pendulum.datetime(2022, 8, 15), Escaped("e"): pandas.NaT},
    {1: 2},
    {None: None},
    {"a": numpy.array([1, 2])},
    {"a": float("nan")},
    ["b-1"],
    {"b-1"},
    frozenset({"b-1"}),
    ("b-1",),
    NotImplemented,
    ...,
    Exception("x"),
    Clerk("o-1"),
    NamedSeller("s-1"),
    Buyer,
    order(),
    "\ud800",
    "a\0b",
    "",
    "1001\u200b",
    -0.0,
    2**63,
    True,
    None,
)
COUNT = 10_000 * ROUNDS


def test_ten_thousand_foreign_values_are_made_plain_or_refused() -> None:
    """In every field of everything that comes in; what is taken can be stored and is the same."""
    random, came, longest = Random(7), Counter[str](), 0
    for _ in range(COUNT):
        value, foreign = random.choice(VALUES), random.choice(FOREIGN)
        field = random.choice([each for each in attrs.fields(type(value)) if each.init])
        try:
            made = attrs.evolve(value, **{str(field.alias): foreign})
        except InvalidValue as error:
            came["refused"] += 1
            longest = max(longest, len(str(error)))
            continue
        came["taken"] += 1
        assert list(inexact(made)) == [], (field, foreign)
        if isinstance(made, Order):
            event = OrderRegistered(
                order_id=made.id, at=jst(15), by=System(), order=made, edition="1"
            )
            assert decode_events([("OrderRegistered", 2, encode(event))]) == (event,)
    assert came.total() == COUNT
    assert longest < 1_000
    assert min(came.values()) > COUNT / 50


def test_every_question_takes_foreign_values_or_refuses_them() -> None:
    """In each argument of the service; never an error of Python's, and never another order's."""
    service = service_on(MemoryStore())
    service.register(order(), at=jst(15, 9))
    buyer, approve = Buyer("b-1"), Approve("762544202", by=Seller("s-1"), request=1)
    questions = {
        "register": lambda x: service.register(x, at=jst(15, 9)),
        "register at": lambda x: service.register(order(id="o-2"), at=x),
        "handle": service.handle,
        "handle at": lambda x: service.handle(approve, at=x),
        "assess": service.assess,
        "assess at": lambda x: service.assess(approve, at=x),
        "case": lambda x: service.case(x, by=buyer),
        "case by": lambda x: service.case("762544202", by=x),
        "history": lambda x: service.history(x, by=buyer),
        "options": lambda x: service.options(x, by=buyer),
        "options by": lambda x: service.options("762544202", by=x),
        "options at": lambda x: service.options("762544202", by=buyer, at=x),
        "label": lambda x: service.label("762544202", by=buyer, lang=x),
        "inbox": service.inbox,
        "inbox policy": lambda x: service.inbox(buyer, policy=x),
        "inbox statuses": lambda x: service.inbox(buyer, statuses=x),
        "inbox status": lambda x: service.inbox(buyer, statuses=[x]),
        "cursor": lambda x: InboxCursor(requested_at=jst(15), order_id=x),
        "cursor at": lambda x: InboxCursor(requested_at=x, order_id="o-1"),
        "inbox after": lambda x: service.inbox(buyer, after=x),
        "inbox limit": lambda x: service.inbox(buyer, limit=x),
        "inbox lang": lambda x: service.inbox(buyer, lang=x),
        "counters": service.counters,
        "tick": service.tick,
        "tick budget": lambda x: service.tick(budget=x),
        "dead_letters": lambda x: service.dead_letters(after=x),
        "dead_letters limit": lambda x: service.dead_letters(limit=x),
        "revive": lambda x: service.revive([x]),
        "revive all": service.revive,
    }
    for foreign in FOREIGN:
        for name, ask in questions.items():
            with suppress(OrderCancelError):
                answer = ask(foreign)
                assert list(inexact(getattr(answer, "case", None))) == [], (name, foreign)
