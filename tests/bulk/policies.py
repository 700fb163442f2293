"""Random policies over every fact that a column tells, and random cases of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel import (
    Approve,
    Case,
    Order,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    RequestStatus,
    Text,
)
from ordercancel.bulk import Question
from ordercancel.domain.actors import Actor
from ordercancel.domain.cases import Mark
from ordercancel.domain.requests import FINAL, CancellationRequest
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    PERMIT,
    By,
    Calendar,
    Choice,
    Day,
    Deadline,
    Earliest,
    Flag,
    Forbid,
    If,
    Latest,
    Moment,
    Named,
    Number,
    Refer,
    Role,
    Rule,
    closed_at,
    delivered_at,
    is_answerer,
    is_initiator,
    is_open,
    mark,
    marked,
    now,
    paid_at,
    placed_at,
    rejected_before,
    request,
    requested_at,
    requests_made,
    role,
    seller_permits,
    ship_on,
    shipped_at,
    status,
    status_since,
    withdrawn_before,
)
from ordercancel.rules.conditions import ALWAYS, All, AnyOf, Condition, Not
from ordercancel.rules.facts import (
    answerer,
    channel,
    initiator,
    is_on_behalf,
    is_own_side,
    is_stale,
    side,
)
from ordercancel.rules.times import Time
from unit.tiny import ORDERS, OURS, tiny

MEMBER = Flag("member", Text("会員", "member"))
SIZE = Choice("size", Text("大きさ", "size"), values=("small", "large"))
COLOUR = Choice("colour", values=())
BOXES = Number("boxes", Text("箱数", "boxes"))
HANDED_AT = Moment("handed_at")
BEST_BEFORE = Day("best_before")
URGENT = Flag("urgent", of=RequestCancellation)
KIND = Choice("kind", values=("gift", "gone"), of=RequestCancellation)
NEEDED_AT = Moment("needed_at", of=RequestCancellation)
NEEDED_ON = Day("needed_on", of=RequestCancellation)
PIECES = Number("pieces", of=RequestCancellation)
SURE = Flag("sure", of=Reject)
FEE = Number("fee", of=Approve)
OF_ORDERS = (MEMBER, SIZE, COLOUR, BOXES, HANDED_AT, BEST_BEFORE)
OF_REQUESTS = (URGENT, KIND, NEEDED_AT, NEEDED_ON, PIECES)
CHANNELS = ("web", "fax")
CARRIER = Role("carrier", side="seller", party="carrier_id", answers=False)
CARRIER_ID = Choice("carrier_id", values=())
ROLES = ("buyer", "seller", "operator", "system", "carrier")
ANSWERERS = ("buyer", "seller", "operator", "buyer_side", "seller_side", "house_side")

HOLIDAYS = {date(2024, 3, 29), date(2024, 4, 1)}
CALENDAR = Calendar(first=date(2024, 3, 27), last=date(2024, 4, 3), holidays=HOLIDAYS)
MOMENTS = (
    placed_at,
    paid_at,
    status_since,
    shipped_at,
    delivered_at,
    requested_at,
    closed_at,
    HANDED_AT,
    NEEDED_AT,
)
DAYS = (ship_on, BEST_BEFORE, NEEDED_ON)
KNOWN = (channel, paid_at, requested_at, ship_on, seller_permits, status, request, answerer)
KNOWN += (requests_made, *OF_ORDERS, *OF_REQUESTS, SURE)  # type: ignore[assignment]
MARKS = Deadline(
    "tiny.overdue", runs=is_open, due=requested_at + timedelta(hours=36), then=mark("overdue")
)
LOST = Deadline(
    "tiny.lost", runs=ALWAYS, due=ship_on.end(2), then=mark("lost", of="order"), met=shipped_at
)


@cache
def plain_times() -> SearchStrategy[Time]:
    """Times that are each reckoned from one fact."""
    of_days = st.builds(
        lambda day, later: day.end(later), st.sampled_from(DAYS), st.integers(-1, 2)
    )
    counted = st.builds(
        lambda day, count: day.business_days(count, CALENDAR),
        st.sampled_from((*DAYS, *MOMENTS)),
        st.integers(0, 2),
    )
    steps = st.one_of(
        st.sampled_from((timedelta(minutes=1), timedelta(hours=36), timedelta(hours=-25))).map(
            lambda length: lambda time: time + length
        ),
        st.integers(-1, 2).map(lambda later: lambda time: time.end_of_day(later)),
        st.sampled_from((time(), time(2, 30), time(20))).map(
            lambda clock: lambda moment: moment.next(clock)
        ),
        st.integers(0, 2).map(lambda n: lambda moment: moment.business_days(n, CALENDAR)),
    )
    start = st.one_of(st.sampled_from(MOMENTS), of_days, counted)
    return st.builds(_stepped, start, st.lists(steps, max_size=2))


def _stepped(first: Any, more: list[Any]) -> Time:
    for step in more:
        first = step(first)
    timed: Time = first
    return timed


@cache
def times() -> SearchStrategy[Time]:
    """Times of any kind."""
    plain = plain_times()
    words = st.sampled_from(("new", "packed", "stopped"))
    return st.one_of(
        plain,
        plain,
        st.builds(Earliest, plain, plain),
        st.builds(Latest, plain, plain),
        st.builds(lambda each: By("status", each), st.dictionaries(words, plain, min_size=1)),
        st.builds(lambda each: By("size", {"small": each}), plain),
    )


@cache
def _words(fact: Choice, words: tuple[str, ...]) -> SearchStrategy[Condition]:
    return st.frozensets(st.sampled_from(words)).map(lambda chosen: fact.is_in(*chosen))


@cache
def leaves() -> SearchStrategy[Condition]:
    """Conditions about one fact each, or about one time."""
    flags = (
        rejected_before,
        withdrawn_before,
        seller_permits,
        is_initiator,
        is_answerer,
        is_own_side,
        is_on_behalf,
        is_stale,
        MEMBER,
        URGENT,
        SURE,
    )
    return st.one_of(
        _words(status, ORDERS.statuses),
        _words(channel, CHANNELS),
        _words(request, ("none", *map(str, RequestStatus))),
        _words(SIZE, ("small", "large")),
        _words(COLOUR, ("red", "blue")),
        _words(KIND, ("gift", "gone")),
        _words(role, ROLES),
        _words(side, ("buyer", "seller", "house")),
        _words(initiator, ("none", *ROLES)),
        _words(answerer, ("none", *ANSWERERS)),
        st.sampled_from([flag.holds for flag in flags]),
        st.sampled_from((marked("overdue"), marked("lost"))),
        st.sampled_from(KNOWN).map(lambda fact: fact.is_known),
        st.builds(
            _compared,
            st.sampled_from((BOXES, PIECES, requests_made, FEE)),
            st.integers(0, 3),
            st.integers(-1, 2),
        ),
        times().map(lambda each: now < each),
        times().map(lambda each: now >= each),
    )


def _compared(fact: Number, how: int, number: int) -> Condition:
    return (fact < number, fact <= number, fact >= number, fact > number)[how]


@cache
def conditions() -> SearchStrategy[Condition]:
    """Conditions of any shape."""

    def grown(inner: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
        several = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(st.builds(All, several), st.builds(AnyOf, several), st.builds(Not, inner))

    return st.recursive(leaves() | st.just(ALWAYS), grown, max_leaves=4)


@st.composite
def policies(draw: DrawFn) -> Policy:
    """Policies with any rules about asking, approving and rejecting."""
    referred = (Refer("seller"), Refer("operator"), Refer(OTHER_SIDE))
    kinds: dict[Any, tuple[Any, ...]] = {
        RequestCancellation: (CANCEL, *referred),
        Approve: (PERMIT,),
        Reject: (PERMIT, Refer("operator")),
    }
    rules = []
    for kind, grants in kinds.items():
        effects = st.sampled_from((*grants, Forbid("closed"), Forbid("wrong_actor")))
        for number in range(draw(st.integers(0, 3))):
            effect: Any = draw(effects)
            when = draw(_fitting(kind))
            if draw(st.booleans()):
                named = Named(f"{kind.__name__} {number}", "a name", draw(_fitting(kind)))
                effect = If(named, effect, draw(effects))
            rules.append(
                Rule(f"{kind.__name__}.{number}", on=kind, effect=effect, when=when, source=OURS)
            )
    return tiny(
        zone=draw(st.sampled_from(("Asia/Tokyo", "America/New_York", "Europe/Berlin", "UTC"))),
        channels=CHANNELS,
        roles=(CARRIER,),
        facts=(*OF_ORDERS, *OF_REQUESTS, SURE, FEE, CARRIER_ID),
        deadlines=(MARKS, LOST),
        rules=rules,
        ask_again_while_open=draw(st.booleans()),
    )


@cache
def _fitting(kind: Any) -> SearchStrategy[Condition]:
    """Conditions that a rule about a kind of command may have."""
    names = {SURE.name: Reject, FEE.name: Approve, is_stale.name: (Approve, Reject)}

    def fits(condition: Condition) -> bool:
        asked = [names[leaf.fact] for leaf in condition.leaves() if leaf.fact in names]
        return all(kind is each or (isinstance(each, tuple) and kind in each) for each in asked)

    return conditions().filter(fits)


AT = datetime(2024, 3, 31, 1, 0, tzinfo=UTC)
"""The moment at which Europe set its clocks forward; in America it is the day before."""

ZONE_AGES = (0, 59, 60, 61, 3_600, 36_000, 90_000, 129_600, 144_000, 259_200)
AGES = tuple(timedelta(seconds=seconds) for seconds in ZONE_AGES)
"""How long ago something was: on either side of each length, and of midnight in each zone."""


@cache
def moments() -> SearchStrategy[datetime]:
    """Moments around those at which times are over, to the microsecond."""
    near = st.integers(-1, 1).map(lambda step: step * timedelta(microseconds=1))
    turns = st.sampled_from(
        [datetime(2024, 3, day, hour, tzinfo=UTC) for day in range(26, 32) for hour in (4, 15, 23)]
    )
    return st.builds(
        lambda moment, step: min(moment + step, AT),
        st.sampled_from(AGES).map(lambda age: AT - age) | turns,
        near,
    )


@cache
def days() -> SearchStrategy[date]:
    """Days around the present one, and beyond both ends of the calendar."""
    return st.integers(-6, 5).map(lambda days: AT.date() + timedelta(days=days))


@st.composite
def questions(draw: DrawFn) -> Question:
    """Who asks and who answers, and what goes with it."""
    data: dict[str, Any] = {}
    if draw(st.booleans()):
        data = {"urgent": True, "sure": False, "fee": 1, "needed_at": draw(moments())}
    return Question(
        asked_by=draw(st.sampled_from(ROLES)),
        answered_by=draw(st.sampled_from(ROLES)),
        data=data,
    )


@cache
def _facts_of_orders() -> dict[str, SearchStrategy[Any]]:
    return {
        "member": st.booleans(),
        "size": st.sampled_from(("small", "large")),
        "colour": st.sampled_from(("red", "green")),
        "boxes": st.integers(-1, 2),
        "handed_at": moments(),
        "best_before": days(),
    }


@cache
def _facts_of_requests() -> dict[str, SearchStrategy[Any]]:
    return {
        "urgent": st.booleans(),
        "kind": st.sampled_from(("gift", "gone")),
        "needed_at": moments(),
        "needed_on": days(),
        "pieces": st.integers(-1, 2),
    }


@cache
def _moments_or_none() -> SearchStrategy[datetime | None]:
    return moments() | st.none()


@st.composite
def judged(draw: DrawFn, policy: Policy) -> tuple[Case, Party | None]:
    """A case with any order and any requests, and what the directory knows of its seller."""

    def some(all_of_them: dict[str, SearchStrategy[Any]]) -> dict[str, Any]:
        return {name: draw(each) for name, each in all_of_them.items() if draw(st.booleans())}

    order = Order(
        "o-1",
        policy=policy.name,
        status=draw(st.sampled_from(policy.orders.statuses)),
        buyer="b-1",
        seller="s-1",
        placed_at=draw(moments()),
        channel=draw(st.sampled_from((*CHANNELS, None))),
        paid_at=draw(_moments_or_none()),
        status_since=draw(moments()),
        shipped_at=draw(_moments_or_none()),
        delivered_at=draw(_moments_or_none()),
        ship_on=draw(st.none() | days()),
        facts={"carrier_id": "carrier", **some(_facts_of_orders())},
    )
    statuses = draw(st.lists(st.sampled_from(sorted(FINAL)), max_size=1))
    statuses += draw(st.lists(st.sampled_from(RequestStatus), max_size=1))
    requests = tuple(
        CancellationRequest(
            number=number,
            by=Actor("b-1", role=draw(st.sampled_from(ROLES[:2]))),
            at=draw(moments()),
            reason="mistake",
            status=status,
            answerer=draw(st.sampled_from((*ANSWERERS, None))),
            closed_at=draw(_moments_or_none()),
            data=some(_facts_of_requests()),
        )
        for number, status in enumerate(statuses, 1)
    )
    marks = [Mark("lost", "tiny.lost", AT)] if draw(st.booleans()) else []
    if requests and draw(st.booleans()):
        marks.append(Mark("overdue", "tiny.overdue", AT, draw(st.integers(1, len(requests)))))
    permits = draw(st.sampled_from((True, False, None)))
    seller = None if permits is None else Party("s-1", name="店", permits_cancellation=permits)
    return Case(order=order, edition="1", requests=requests, marks=tuple(marks)), seller
