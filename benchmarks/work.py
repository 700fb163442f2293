"""The work that is measured: a page of a hundred orders, and commands with their cases.

Everything is made by `decide` and `evolve`, as a shop would have come by it, and is the same in
every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import pairwise
from random import Random

import attrs

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Buyer,
    Case,
    Command,
    Order,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    Seller,
    Text,
    decide,
    evolve,
    fold,
)
from ordercancel.engine.decide import register
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import CANCEL, Forbid, Lifecycle, Refer, Rule, own_rule
from ordercancel.rules.conditions import Condition, now
from ordercancel.rules.facts import (
    Choice,
    Flag,
    Number,
    placed_at,
    request,
    role,
    status,
    status_since,
)

ASKED_AT = datetime(2022, 8, 18, 1, 30, tzinfo=UTC)
"""When everything is asked: on a Thursday, at half past ten in Tokyo."""

EXPLAINED = (
    "ご注文をいただいてから一点ずつお作りしており、すでに制作に入っているため、お受けできません。"
)
"""What a seller writes who rejects for another reason: thirty characters and more."""

IN_TIME, LATE = date(2022, 8, 20), date(2022, 8, 17)
"""Planned ship dates: one that is still to come, one that has passed."""


CONFIRMED = {"confirmed": True}
"""What Qoo10 asks of a seller who says no: that they confirm what they say."""


@attrs.frozen
class Asked:
    """A command with the case that it is about."""

    command: Command
    case: Case


# ---------------------------------------------------------------------- one order


def fresh(number: int, *, status: str = "new", ship_on: date | None = None) -> Case:
    """A case of Qoo10 that nobody has asked anything of yet; every value is an object of its own.

    It was placed three days before it is asked about, at another second each.
    """
    order = Order(
        f"7625{number:08}",
        policy="qoo10",
        status=status,
        buyer=f"b-{number % 997}",
        seller=f"s-{number % 89}",
        placed_at=ASKED_AT - timedelta(days=3, seconds=number % 30_000),
        ship_on=ship_on,
        cart_id=f"2500{number:08}",
        item=f"9312{number % 5_003:04}",
    )
    return fold(register(order, QOO10, order.placed_at))


def ask(case: Case, *, reason: str | None = "changed_mind") -> RequestCancellation:
    """The buyer's request about their order."""
    return RequestCancellation(case.order.id, by=Buyer(case.order.buyer), reason=reason)


def approve(case: Case) -> Approve:
    """The seller's yes."""
    return Approve(case.order.id, by=Seller(case.order.seller), request=len(case.requests) or 1)


def reject(case: Case) -> Reject:
    """The seller's no, for a reason of the list."""
    return Reject(
        case.order.id,
        by=Seller(case.order.seller),
        request=len(case.requests) or 1,
        reason="made_to_order",
        data=CONFIRMED,
    )


def explain(case: Case, text: str = EXPLAINED) -> Reject:
    """The seller's no, in their own words."""
    return attrs.evolve(reject(case), reason="other", text=text)


def ask_withdrawal(case: Case) -> AskWithdrawal:
    """The seller asks the buyer to take the request back."""
    return AskWithdrawal(case.order.id, by=Seller(case.order.seller), request=len(case.requests))


def withdraw(case: Case) -> AnswerWithdrawal:
    """The buyer does so."""
    return AnswerWithdrawal(
        case.order.id, by=Buyer(case.order.buyer), request=len(case.requests), accept=True
    )


def hold(case: Case) -> AnswerWithdrawal:
    """The buyer does not."""
    return AnswerWithdrawal(
        case.order.id, by=Buyer(case.order.buyer), request=len(case.requests), accept=False
    )


def move(name: str) -> Callable[[Case], AdvanceOrder]:
    """The seller moves the order on."""
    return lambda case: AdvanceOrder(case.order.id, by=Seller(case.order.seller), move=name)


def after(
    case: Case,
    commands: Iterable[Callable[[Case], Command]],
    *,
    at: datetime = ASKED_AT,
    policy: Policy = QOO10,
    seller: Party | None = None,
) -> Case:
    """The case after these commands, given at the moment `at`."""
    for command in commands:
        case = reduce(evolve, decide(command(case), case, policy, at, seller=seller), case)
    return case


def answered(number: int) -> Case:
    """A case with one request that was rejected."""
    return after(fresh(number, status="shipping_requested", ship_on=IN_TIME), (ask, reject))


# ---------------------------------------------------------------------- the page

Story = Sequence[Callable[[Case], Command]]

STORIES: Sequence[tuple[int, str, date | None, Story]] = (
    (16, "new", None, ()),
    (22, "shipping_requested", IN_TIME, ()),
    (7, "shipping_requested", LATE, ()),
    (5, "delayed", LATE, ()),
    (12, "shipping_requested", IN_TIME, (ask,)),
    (3, "shipping_requested", LATE, (ask,)),
    (4, "shipping_requested", IN_TIME, (ask, ask_withdrawal)),
    (2, "shipping_requested", IN_TIME, (ask, ask_withdrawal, hold)),
    (5, "shipping_requested", IN_TIME, (ask, ask_withdrawal, withdraw)),
    (2, "shipping_requested", LATE, (ask, ask_withdrawal, withdraw)),
    (5, "shipping_requested", IN_TIME, (ask, reject)),
    (2, "shipping_requested", LATE, (ask, explain)),
    (1, "shipping_requested", LATE, (move("mark_delayed"),)),
    (1, "shipping_requested", LATE, (ask, reject, move("mark_delayed"))),
    (3, "shipping_requested", IN_TIME, (move("ship"),)),
    (2, "shipping_requested", IN_TIME, (ask, reject, move("ship"))),
    (3, "shipping_requested", IN_TIME, (move("ship"), move("deliver"))),
    (3, "new", None, (ask,)),
    (2, "shipping_requested", IN_TIME, (ask, approve)),
)
"""How many orders of the page have come which way: what they were, and what was done."""


def page() -> tuple[Asked, ...]:
    """A hundred orders in every status, each with the request that its buyer might make.

    What was done was done the day before, when none was late yet; but late ones move on when they
    are late.
    """
    found: list[Asked] = []
    for count, begun_as, ship_on, story in STORIES:
        for _ in range(count):
            case = fresh(len(found), status=begun_as, ship_on=ship_on)
            for step in story:
                is_late = isinstance(step(case), AdvanceOrder) and ship_on == LATE
                at = ASKED_AT - timedelta(days=0 if is_late else 1, hours=1)
                case = after(case, (step,), at=at)
            found.append(Asked(ask(case, reason=None), case))
    Random(20220818).shuffle(found)  # noqa: S311 - the same in every run
    return tuple(found)


PAGE = page()

# ---------------------------------------------------------------------- what is decided

_NEW = fresh(1)
_PLANNED = fresh(2, status="shipping_requested", ship_on=IN_TIME)
_LATE = fresh(3, status="shipping_requested", ship_on=LATE)
_OPEN = after(_PLANNED, (ask,), at=ASKED_AT - timedelta(hours=5))
_OPEN_AND_LATE = after(_LATE, (ask,), at=ASKED_AT - timedelta(days=1))
_REJECTED = after(_OPEN, (reject,), at=ASKED_AT - timedelta(hours=4))
_SHIPPED = after(_PLANNED, (move("ship"),), at=ASKED_AT - timedelta(hours=3))

REQUESTS = tuple(Asked(ask(case), case) for case in (_NEW, _PLANNED, _LATE))
"""One that cancels at once, one that the seller is to answer, one about an order that is late."""

APPROVALS = (Asked(approve(_OPEN), _OPEN),)
"""The seller's yes."""

REJECTIONS = tuple(Asked(make(_OPEN), _OPEN) for make in (reject, explain))
"""The seller's no, for a reason of the list and in their own words."""

REFUSED = (
    *(Asked(ask(case), case) for case in (_OPEN, _REJECTED, _SHIPPED)),
    Asked(ask(_PLANNED, reason="weather"), _PLANNED),
    Asked(RequestCancellation(_NEW.order.id, by=Buyer("b-0"), reason="changed_mind"), _NEW),
    Asked(
        RequestCancellation(_NEW.order.id, by=Seller(_NEW.order.seller), reason="changed_mind"),
        _NEW,
    ),
    *(Asked(approve(case), case) for case in (_PLANNED, _REJECTED)),
    Asked(Approve(_OPEN.order.id, by=Buyer(_OPEN.order.buyer), request=1), _OPEN),
    Asked(reject(_PLANNED), _PLANNED),
    Asked(attrs.evolve(reject(_OPEN), data={"confirmed": False}), _OPEN),
    Asked(attrs.evolve(reject(_OPEN), reason="weather"), _OPEN),
    Asked(explain(_OPEN, "お作りしているため、お受けできません。"), _OPEN),
    Asked(explain(_OPEN, "お" + "\u200b" * 40), _OPEN),
)
"""Commands that are turned down: by the rules, or because a reason or a text is wrong."""

TYPED = (
    EXPLAINED,
    f"  {EXPLAINED}\n\u3000また　よろしく  ",
    EXPLAINED.replace("で", "て\u3099"),
    "お\u200bつくり" * 8,
    "お\u202eつくり" * 8,
    "x " * 15,
    "x " * 16,
    "\u2066",
    " \u200b ",
    "",
    "👨\u200d👩\u200d👧" * 10,
    "\u3164" * 40,
    "字" * 500,
    "字" * 501,
)
"""What people type, well and badly: of these, too, everybody has to think the same."""

# ---------------------------------------------------------------------- much history

PERMITTING = Party("s-1", name="サンプル卸", permits_cancellation=True)
"""A seller who takes requests, as CO-NECT asks for."""


def many_withdrawn(requests: int) -> Case:
    """A case of Qoo10 with so many requests, each taken back; another may follow."""
    case = fresh(4, status="shipping_requested", ship_on=IN_TIME)
    for number in range(requests):
        at = ASKED_AT - timedelta(days=1, minutes=requests - number)
        case = after(case, (ask, ask_withdrawal, withdraw), at=at)
    return case


def wholesale(number: int, status: str) -> Case:
    """A fresh case of CO-NECT."""
    order = Order(
        f"9{number:06}",
        policy="conect",
        status=status,
        buyer=f"b-{number % 7}",
        seller=PERMITTING.id,
        placed_at=ASKED_AT - timedelta(days=2, minutes=number),
        channel=("order_form", "mail", "order_form", "phone")[number % 4],
    )
    return fold(register(order, CONECT, order.placed_at))


def ask_shop(case: Case) -> RequestCancellation:
    """The request about a case of CO-NECT."""
    return ask(case, reason="wrong_item")


def reject_plainly(case: Case) -> Reject:
    """CO-NECT knows no reasons for a no."""
    return Reject(case.order.id, by=Seller(case.order.seller), request=len(case.requests))


def many_rejected(requests: int) -> Case:
    """A case of CO-NECT with so many requests, each rejected; another may follow."""
    case = wholesale(0, "accepted")
    for number in range(requests):
        at = ASKED_AT - timedelta(days=1, minutes=requests - number)
        case = after(case, (ask_shop, reject_plainly), at=at, policy=CONECT, seller=PERMITTING)
    return case


def conect_page() -> tuple[Asked, ...]:
    """A hundred orders of CO-NECT, of which some have a request already."""
    found = []
    for number in range(100):
        case = wholesale(number, ("placed", "accepted", "accepted", "shipped")[number // 4 % 4])
        is_open = case.order.channel != "phone" and case.order.status != "shipped"
        if is_open and number % 3 == 0:
            steps: Story = (ask_shop, reject_plainly) if number % 2 else (ask_shop,)
            at = ASKED_AT - timedelta(minutes=10 * number + 10)
            case = after(case, steps, at=at, policy=CONECT, seller=PERMITTING)
        found.append(Asked(ask(case, reason=None), case))
    return tuple(found)


CONECT_PAGE = conect_page()


# ---------------------------------------------------------------------- many rules

CATEGORIES = tuple(f"category_{number}" for number in range(40))
REGIONS = tuple(f"region_{number}" for number in range(47))

category = Choice("category", Text("商品分類", "category"), values=CATEGORIES)
region = Choice("region", Text("配送先", "region"), values=REGIONS)
weight = Number("weight", Text("重量(グラム)", "weight in grams"))
gift = Flag("gift", Text("ギフト", "gift"))

_SHOP = own_rule("a shop that has grown")


def many_rules(count: int) -> Policy:
    """Qoo10 with further rules, so that `count` of them speak about a buyer's request.

    Four of five further ones forbid, the others permit what is permitted anyway. As with rules
    that people add one by one, each is about a few goods sent to a few places.
    """
    draw = Random(count)  # noqa: S311 - the same in every run
    further = count - len(QOO10.rules_for(RequestCancellation))
    return attrs.evolve(
        QOO10,
        edition=f"{count} rules",
        facts=(*QOO10.facts, category, region, weight, gift),
        rules=(*QOO10.rules, *(_further(number, draw) for number in range(further))),
        texts=attrs.evolve(
            QOO10.texts,
            refusals={
                **QOO10.texts.refusals,
                "not_here": Text("この商品はキャンセルできません。", "Not for these goods."),
            },
        ),
    )


def _further(number: int, draw: Random) -> Rule:
    goods = category.is_in(*draw.sample(CATEGORIES, draw.randint(1, 3)))
    places = region.is_in(*draw.sample(REGIONS, draw.randint(1, 5)))
    if number % 5 == 4:
        stands, effect = draw.choice(((status.is_in("new"), CANCEL), (_refers, Refer("seller"))))
        return Rule(
            f"shop.permit_{number}",
            on=RequestCancellation,
            effect=effect,
            when=role.is_in("buyer") & stands & goods & places,
            source=_SHOP,
        )
    besides: Condition = draw.choice(
        (
            weight > draw.randrange(1_000, 20_000),
            gift | (weight > draw.randrange(5_000, 20_000)),
            ~gift & (now >= placed_at + timedelta(days=draw.randint(1, 5))),
            now >= status_since + timedelta(hours=draw.randint(12, 96)),
            ~request.is_in("none"),
            status.is_in(*draw.sample(("new", "shipping_requested", "delayed"), 2)),
        )
    )
    return Rule(
        f"shop.forbid_{number}",
        on=RequestCancellation,
        effect=Forbid("not_here"),
        when=goods & places & besides,
        source=_SHOP,
    )


_refers = next(rule.when for rule in QOO10.rules if rule.id == "qoo10.refer")


def shop_page() -> tuple[Asked, ...]:
    """The page, with what that shop knows of its orders."""
    draw = Random(47)  # noqa: S311 - the same in every run
    found = []
    for asked in PAGE:
        known: dict[str, str | int | bool] = {
            "category": draw.choice(CATEGORIES),
            "region": draw.choice(REGIONS),
            "weight": draw.randrange(100, 25_000),
            "gift": draw.random() < 0.1,
        }
        order = attrs.evolve(asked.case.order, facts=known)
        found.append(Asked(asked.command, attrs.evolve(asked.case, order=order)))
    return tuple(found)


STAGES = tuple(f"stage_{number:02}" for number in range(25))
"""The statuses of orders that go a long way; with each of four roles they make a hundred pairs."""

PEOPLE = ("buyer", "seller", "operator", "system")


def rules_apart(count: int) -> Policy:
    """`count` rules about requests, of which no role meets more than ten in one status.

    The first ten are about a buyer in the first status.
    """
    return Policy(
        name="apart",
        edition=f"{count} rules",
        zone="Asia/Tokyo",
        source="a shop that has grown in every department",
        orders=Lifecycle(
            moves={f"to_{pair[1]}": pair for pair in pairwise(STAGES)},
            cancellable=STAGES[:-1],
            shipped=STAGES[-1],
        ),
        facts=(weight, gift),
        rules=[_apart(number) for number in range(count)],
    )


def _apart(number: int) -> Rule:
    stage, person = divmod(number // 10, len(PEOPLE))
    pair = role.is_in(PEOPLE[person]) & status.is_in(STAGES[stage])
    besides: Condition = (
        weight > 1_000 * (number % 10),
        ~gift & (now >= placed_at + timedelta(days=number % 10)),
        gift | (now >= status_since + timedelta(hours=number % 10)),
    )[number % 3]
    permits = number % 10 == 0
    return Rule(
        f"apart.{number:04}",
        on=RequestCancellation,
        effect=CANCEL if permits else Forbid("not_here"),
        when=pair if permits else pair & besides,
    )


def page_apart() -> tuple[Asked, ...]:
    """Ten orders in the first status that their buyers ask to cancel."""
    policy = rules_apart(10)
    orders = (
        Order(
            f"o-{number}",
            policy="apart",
            status=STAGES[0],
            buyer="b-1",
            seller="s-1",
            placed_at=ASKED_AT,
            status_since=ASKED_AT,
            facts={"weight": 1_000 * number, "gift": False},
        )
        for number in range(10)
    )
    return tuple(
        Asked(RequestCancellation(order.id, by=Buyer("b-1")), policy.open(order))
        for order in orders
    )
