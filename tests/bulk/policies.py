"""Random policies over every fact that a column tells, and random cases of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel import (
    Approve,
    Buyer,
    CancellationRequest,
    Case,
    Duty,
    Order,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    RequestStatus,
    Rule,
    Text,
)
from ordercancel.domain.requests import FINAL
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    REFER,
    After,
    Consequence,
    Deadline,
    Forbid,
    Occasion,
)
from ordercancel.rules.conditions import ALWAYS, All, AnyOf, Condition, Not
from ordercancel.rules.facts import (
    affirmed,
    attribute_choice,
    attribute_flag,
    attribute_number,
    channel,
    days_past_ship_on,
    days_since_placed,
    days_since_requested,
    deadline_passed,
    party,
    rejected_before,
    request,
    role,
    seller_permits,
    since_paid,
    since_placed,
    since_requested,
    since_status,
    status,
    withdrawn_before,
)
from unit.tiny import ORDERS, OURS, tiny

MEMBER = attribute_flag("member", Text("会員", "member"))
SIZE = attribute_choice("size", Text("大きさ", "size"), values=("small", "large"))
BOXES = attribute_number("boxes", Text("箱数", "boxes"))
CHANNELS = ("web", "fax")
LENGTHS = (timedelta(), timedelta(minutes=1), timedelta(hours=36), timedelta.max)
SPANS = (since_placed, since_paid, since_status, since_requested)
DAYS = (days_since_placed, days_past_ship_on, days_since_requested)
KNOWN = (
    channel,
    since_paid,
    since_requested,
    days_past_ship_on,
    seller_permits,
    MEMBER,
    status,
    request,
)
LAPSES = Deadline(
    "tiny.lapse",
    starts=Occasion.REFERRED,
    due=After(timedelta(hours=36)),
    does=Consequence.LAPSE,
    cites=OURS,
)


def leaves() -> SearchStrategy[Condition]:
    """Conditions about one fact each."""
    ordered = st.sampled_from((*SPANS, *DAYS, BOXES))
    return st.one_of(
        st.frozensets(st.sampled_from(ORDERS.state_ids)).map(lambda words: status.is_in(*words)),
        st.frozensets(st.sampled_from(CHANNELS)).map(lambda words: channel.is_in(*words)),
        st.frozensets(st.sampled_from(("none", *RequestStatus))).map(
            lambda words: request.is_in(*words)
        ),
        st.frozensets(st.sampled_from(("small", "large"))).map(lambda words: SIZE.is_in(*words)),
        st.sampled_from(("buyer", "seller")).map(role.is_in),
        st.sampled_from(
            (
                rejected_before.holds,
                withdrawn_before.holds,
                seller_permits.holds,
                deadline_passed.holds,
                party.holds,
                MEMBER.holds,
            )
        ),
        st.sampled_from(KNOWN).map(lambda fact: fact.is_known),
        st.tuples(ordered, st.integers(0, 3), st.integers(-1, 2), st.sampled_from(LENGTHS)).map(
            lambda drawn: _compared(*drawn)
        ),
    )


def _compared(fact: object, how: int, number: int, length: timedelta) -> Condition:
    bound = length if fact in SPANS else number
    compared: Condition = (
        fact < bound,  # type: ignore[operator]
        fact <= bound,  # type: ignore[operator]
        fact >= bound,  # type: ignore[operator]
        fact > bound,  # type: ignore[operator]
    )[how]
    return compared


def conditions() -> SearchStrategy[Condition]:
    """Conditions of any shape."""

    def grown(inner: SearchStrategy[Condition]) -> SearchStrategy[Condition]:
        several = st.lists(inner, max_size=3).map(tuple)
        return st.one_of(st.builds(All, several), st.builds(AnyOf, several), st.builds(Not, inner))

    return st.recursive(leaves() | st.just(ALWAYS), grown, max_leaves=6)


@st.composite
def policies(draw: DrawFn) -> Policy:
    """Policies with any rules about asking, approving and rejecting."""
    kinds = {RequestCancellation: (CANCEL, REFER), Approve: (PERMIT,), Reject: (PERMIT,)}
    rules = []
    for kind, grants in kinds.items():
        codes = (Forbid("closed"), Forbid("wrong_actor"))
        for number in range(draw(st.integers(0, 4))):
            effect = draw(st.sampled_from((*grants, *codes)))
            rule_id = f"{kind.__name__}.{number}"
            rules.append(
                Rule(rule_id, on=kind, effect=effect, when=draw(conditions()), cites=OURS)
            )
    affirms = Rule(
        "r.affirmed", on=Reject, effect=Forbid("closed"), when=~affirmed.holds, cites=OURS
    )
    return tiny(
        zone=draw(st.sampled_from(("Asia/Tokyo", "America/New_York", "UTC"))),
        channels=CHANNELS,
        facts=(MEMBER, SIZE, BOXES),
        deadlines=(LAPSES,),
        rules=(*rules, affirms),
    )


AT = datetime(2024, 3, 31, 1, 0, tzinfo=UTC)
"""A moment on the day on which Europe set its clocks forward; in America it is the day before."""

AGES = (
    timedelta(),
    timedelta(seconds=59),
    timedelta(minutes=1),
    timedelta(minutes=1, seconds=1),
    timedelta(hours=1),
    timedelta(hours=10),
    timedelta(hours=25),
    timedelta(hours=36),
    timedelta(hours=40),
    timedelta(days=3),
)
"""How long ago something was: on either side of each length, and of midnight in each zone."""


@st.composite
def judged(draw: DrawFn, policy: Policy) -> tuple[Case, Party | None]:
    """A case with any order and any requests, and what the directory knows of its seller."""
    placed_at = AT - draw(st.sampled_from(AGES))
    ago = st.sampled_from(AGES).map(lambda age: AT - age)
    attributes: dict[str, bool | int | str | None] = {
        "member": draw(st.sampled_from((True, False, None))),
        "size": draw(st.sampled_from(("small", "large", None))),
        "boxes": draw(st.sampled_from((-1, 0, 1, 2, None))),
    }
    order = Order(
        "o-1",
        policy=policy.name,
        status=draw(st.sampled_from(policy.orders.state_ids)),
        buyer="b-1",
        seller="s-1",
        placed_at=placed_at,
        channel=draw(st.sampled_from((*CHANNELS, None))),
        paid_at=draw(ago | st.none()),
        status_since=draw(ago),
        ship_on=draw(st.none() | st.sampled_from(range(-2, 3)).map(_days_off)),
        attributes={name: value for name, value in attributes.items() if value is not None},
    )
    statuses = draw(st.lists(st.sampled_from(sorted(FINAL)), max_size=1))
    statuses += draw(st.lists(st.sampled_from(RequestStatus), max_size=1))
    requests = tuple(
        CancellationRequest(
            number=number,
            by=Buyer("b-1"),
            at=draw(ago),
            reason="mistake",
            status=status,
            order_status=order.status,
        )
        for number, status in enumerate(statuses, 1)
    )
    duties: tuple[Duty, ...] = ()
    if requests and requests[-1].is_open and draw(st.booleans()):
        due_at = draw(st.sampled_from((-1, 0, 1))) * timedelta(seconds=1) + AT
        number = requests[-1].number
        duties = (Duty(deadline="tiny.lapse", request=number, since=placed_at, due_at=due_at),)
    permits = draw(st.sampled_from((True, False, None)))
    seller = None if permits is None else Party("s-1", name="店", permits_cancellation=permits)
    return Case(order=order, edition="1", requests=requests, duties=duties), seller


def _days_off(days: int) -> date:
    return AT.date() + timedelta(days=days)
