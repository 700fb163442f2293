"""Policies that the kits are tried on: one with everything of its own, and faulty ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import attrs

from ordercancel import (
    AdvanceOrder,
    Approve,
    AskWithdrawal,
    Policy,
    Reject,
    RequestCancellation,
    Text,
    Withdraw,
)
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    PERMIT,
    Choice,
    Condition,
    Day,
    Deadline,
    Flag,
    Forbid,
    If,
    Lifecycle,
    Moment,
    Number,
    Reason,
    Refer,
    Role,
    Rule,
    Texts,
    answerer,
    buyer,
    channel,
    expire,
    is_initiator,
    is_on_behalf,
    is_open,
    mark,
    now,
    operator,
    paid_at,
    placed_at,
    refer,
    rejected_before,
    requested_at,
    role,
    seller,
    shipped_at,
    status,
)
from ordercancel.rules.conditions import Leaf, Value
from ordercancel.rules.facts import reason
from unit.tiny import MAIL, OURS, REFERS, RULES, TEXTS, tiny, worded

UNSENT = status.is_in("new", "packed")

SOUND = tiny(
    rules=(attrs.evolve(REFERS, when=buyer & UNSENT), *RULES[1:]),
    notifications=None,
)
"""The tiny policy, with the messages that everybody has."""

PREORDER = Flag("preorder", Text("予約", "pre-order"), required=True)
LEVEL = Choice("level", Text("会員", "membership"), values=("basic", "gold"))
QUANTITY = Number("quantity", Text("数量", "quantity"))
CARRIER = Choice("carrier_id", Text("運送", "carrier"), values=(), required=True)
PROMISED = Moment("promised_at", Text("約束", "the promise"))
EVENT_ON = Day("event_on", Text("催事", "the event"))
FEE = Flag("fee_accepted", Text("手数料に同意", "the fee is accepted"), of=RequestCancellation)
SURE = Flag("sure", Text("確認済み", "it is affirmed"), of=Reject, required=True)
SEVERAL = PREORDER | (QUANTITY >= 3)
"""What an order is that the other side is asked about."""

OWN = tiny(
    name="own",
    languages=("en",),
    texts=Texts(),
    zone="America/New_York",
    channels=("web", "fax"),
    orders=Lifecycle(
        moves={
            "plan": ("new", "packed"),
            "send": (("new", "packed"), "sent"),
            "hand_over": ("sent", "arrived"),
        },
        cancellable=("new", "packed"),
        shipped=("sent", "arrived"),
        closes=("arrived",),
        cancelled="stopped",
        facts={"plan": ("ship_on", "promised_at")},
        needs={"packed": "ship_on"},
    ),
    facts=(PREORDER, LEVEL, QUANTITY, CARRIER, PROMISED, EVENT_ON, FEE, SURE),
    roles=(
        Role("carrier", side="seller", party="carrier_id", answers=False),
        Role("auditor", side="house", answers=False),
    ),
    rules=(
        Rule(
            "own.few",
            on=RequestCancellation,
            when=(buyer | seller) & UNSENT & ~SEVERAL & (now < placed_at + timedelta(hours=1)),
            effect=CANCEL,
        ),
        Rule(
            "own.several",
            on=RequestCancellation,
            when=(buyer | seller) & UNSENT & (SEVERAL | (now >= placed_at + timedelta(hours=1))),
            effect=If(FEE, CANCEL, Refer(OTHER_SIDE)),
        ),
        Rule(
            "own.fax",
            on=RequestCancellation,
            when=channel.is_known & channel.is_in("fax"),
            effect=Forbid("closed"),
        ),
        Rule(
            "own.late",
            on=RequestCancellation,
            when=PROMISED.is_known & (now >= PROMISED.end_of_day()),
            effect=Forbid("closed"),
        ),
        Rule(
            "own.event",
            on=RequestCancellation,
            when=EVENT_ON.is_known & (now >= EVENT_ON.end(-1)),
            effect=Forbid("closed"),
        ),
        Rule("own.unsure", on=Reject, when=~SURE, effect=Forbid("closed")),
        Rule("own.office", on=Reject, when=~role.is_in("operator"), effect=Refer(operator)),
        Rule("own.asks_back", on=AskWithdrawal, when=seller, effect=PERMIT),
        Rule("own.withdraws", on=Withdraw, when=is_initiator & ~is_on_behalf, effect=PERMIT),
        Rule(
            "own.gold",
            on=AdvanceOrder,
            when=LEVEL.is_known & LEVEL.is_in("gold") & rejected_before,
            effect=Forbid("closed"),
        ),
    ),
    reasons=(
        Reason("mistake", when=buyer),
        Reason("no_stock", when=seller),
        Reason("other", text=(2, 5)),
        Reason("too_late", on=Reject, when=status.is_in("packed")),
        Reason("other", on=Reject, text=(30, 500)),
        Reason(None, on=AskWithdrawal, text=(5, 9)),
    ),
    deadlines=(
        Deadline(
            "own.to_office",
            runs=is_open & ~answerer.is_in("operator"),
            due=requested_at + timedelta(hours=24),
            then=refer("operator"),
        ),
        Deadline("own.lapse", runs=is_open, due=requested_at + timedelta(hours=48), then=expire),
        Deadline(
            "own.missed",
            runs=status.is_in("packed"),
            due=PROMISED.end_of_day(1),
            then=mark("missed", of="order"),
            met=shipped_at,
        ),
    ),
    notifications=None,
    source=OURS,
)
"""Facts of every kind, roles, a zone, channels, reasons by role, and deadlines of its own."""

BY_REASON = tiny(
    rules=(
        Rule("t.mistake", on=RequestCancellation, when=reason.is_in("mistake"), effect=CANCEL),
        Rule(
            "t.other", on=RequestCancellation, when=~reason.is_in("mistake"), effect=Refer(seller)
        ),
        Rule("t.paid", on=Approve, when=now < paid_at, effect=Forbid("closed")),
    ),
    source=OURS,
)
"""What is decided hangs on the reason."""

IN_WORDS = attrs.evolve(
    SOUND,
    reasons=(Reason(None, text=(10, 4_000), source=OURS),),
    rules=tuple(rule for rule in SOUND.rules if rule.id != "tiny.asks_back"),
    holds_from=date(2023, 4, 1),
)
"""Buyers ask in their own words, sellers answer without any; it holds from a day on."""

CLOSED = tiny(rules=())
"""Nobody may ask for anything."""

LATER = attrs.evolve(
    IN_WORDS,
    holds_from=date(2100, 1, 1),
    orders=attrs.evolve(SOUND.orders, needs={"new": "ship_on", "packed": "ship_on"}),
)
"""A policy of another century, under which every order is planned."""

# ---------------------------------------------------------------- faulty ones

REOPENED = attrs.evolve(
    SOUND,
    orders=Lifecycle(
        moves={"plan": ("new", "packed"), "send": (("new", "packed"), "sent")},
        cancellable=("new", "packed", "sent"),
        shipped="sent",
        cancelled="stopped",
        facts={"plan": "ship_on"},
    ),
    rules=(
        *SOUND.rules,
        Rule("t.sent", on=RequestCancellation, when=status.is_in("sent") & buyer, effect=CANCEL),
    ),
    source=OURS,
)
"""An order that was sent is cancelled at once."""

WORDLESS = tiny(
    texts=worded(
        statuses={**TEXTS.statuses, "sent": Text("発送済", " ")},
        refusals={"closed": Text("", "It is closed.")},
    ),
    notifications=(attrs.evolve(MAIL, subject=Text("", "Asked"), body=Text("要請", "{answer}")),),
)
"""A status, a refusal, a subject and a body are blank in one language."""


class Fickle(Condition):
    """A condition that is no data: it changes its mind each time it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        self.asked += 1
        return self.asked % 2 == 0

    def leaves(self) -> Iterator[Leaf]:
        return iter(())


def fickle() -> Policy:
    """A policy whose answers hang on how often it was asked."""
    asks = Rule("t.fickle", on=RequestCancellation, when=Fickle(), effect=Forbid("closed"))
    return attrs.evolve(SOUND, rules=(*SOUND.rules, asks), source=OURS)
