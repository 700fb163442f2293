"""Policies that the kits are tried on: one with everything of its own, and faulty ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import attrs

from ordercancel import Rule, Text
from ordercancel.domain.commands import (
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.requests import OPEN
from ordercancel.policy import (
    ALWAYS,
    CANCEL,
    REFER,
    STANDARD_RULES,
    After,
    Audience,
    Catalogue,
    Condition,
    Consequence,
    Deadline,
    Forbid,
    GoingBack,
    Notification,
    Occasion,
    TextBounds,
)
from ordercancel.rules.conditions import Leaf, Value
from ordercancel.rules.effects import Grant
from ordercancel.rules.facts import (
    attribute_choice,
    attribute_flag,
    attribute_number,
    channel,
    request,
    role,
    since_placed,
    status,
)
from unit.tiny import BUYER_ANSWERS, COUNTER, MAIL, OURS, SELLER_ANSWERS, tiny, worded

PREORDER = attribute_flag("preorder", Text("予約", "pre-order"))
LEVEL = attribute_choice("level", Text("会員", "membership"), ("basic", "gold"))
QUANTITY = attribute_number("quantity", Text("数量", "quantity"))

TOLD = {
    Occasion.REFERRED: Audience.SELLER,
    Occasion.GRANTED_AT_ONCE: Audience.SELLER,
    Occasion.APPROVED: Audience.BUYER,
    Occasion.REJECTED: Audience.BUYER,
    Occasion.WITHDRAWAL_ASKED: Audience.BUYER,
    Occasion.WITHDRAWAL_HELD: Audience.SELLER,
    Occasion.WITHDRAWN: Audience.SELLER,
    Occasion.SUPERSEDED: Audience.BUYER,
    Occasion.LAPSED: Audience.BUYER,
}
SEVERAL = PREORDER.holds | (QUANTITY >= 3)
"""What an order is that the seller is asked about."""


def forbid(name: str, on: tuple[type, ...], code: str, when: Condition) -> Rule:
    return Rule(f"own.{name}", on=on, effect=Forbid(code), when=when, cites=OURS)


SOUND_RULES = (
    *STANDARD_RULES,
    forbid("closed", (RequestCancellation, Approve), "closed", status.is_in("sent", "stopped")),
    forbid("once", (RequestCancellation,), "request_open", request.is_in(*OPEN)),
    forbid(
        "buyer",
        (RequestCancellation, Withdraw, AnswerWithdrawal),
        "wrong_actor",
        ~role.is_in("buyer"),
    ),
    forbid("seller", (Approve, Reject, AskWithdrawal), "wrong_actor", ~role.is_in("seller")),
    SELLER_ANSWERS,
    BUYER_ANSWERS,
)
OPEN_TO_BUYERS = role.is_in("buyer") & status.is_in("new", "packed")
WORDING = worded(
    notifications=tuple(
        Notification(on=on, to=to, subject=MAIL.subject, body=MAIL.body, cites=OURS)
        for on, to in TOLD.items()
    )
)


def asks(name: str, effect: Grant, when: Condition) -> Rule:
    when = OPEN_TO_BUYERS & when
    return Rule(f"own.{name}", on=RequestCancellation, effect=effect, when=when, cites=OURS)


SOUND = tiny(rules=(*SOUND_RULES, asks("refer", REFER, ALWAYS)), wording=WORDING)
"""The tiny policy, with all that it takes to be sound."""

OWN = tiny(
    name="own",
    zone="America/New_York",
    channels=("web", "fax"),
    dated=frozenset({"packed"}),
    facts=(PREORDER, LEVEL, QUANTITY),
    rules=(
        *SOUND_RULES,
        asks("few", CANCEL, ~SEVERAL),
        asks("several", REFER, SEVERAL & (since_placed < timedelta(days=30))),
        forbid("fax", (RequestCancellation,), "closed", channel.is_known & channel.is_in("fax")),
        forbid("gold", (Reject,), "closed", LEVEL.is_known & LEVEL.is_in("gold")),
    ),
    withdrawal_text=TextBounds(5, 9),
    deadlines=(
        Deadline(
            "own.lapse",
            starts=Occasion.REFERRED,
            due=After(timedelta(hours=48)),
            does=Consequence.LAPSE,
            cites=OURS,
        ),
    ),
    wording=WORDING,
)
"""Facts, channels, a zone, a planned move, dated statuses and a deadline of its own."""

IN_WORDS = attrs.evolve(
    SOUND,
    request_reasons=Catalogue(text=TextBounds(10, 4_000), cites=OURS),
    rejection_reasons=Catalogue(cites=OURS),
    holds_from=date(2023, 4, 1),
)
"""Buyers ask in their own words, sellers answer without any; it holds from a day on."""

CLOSED = tiny(rules=())
"""Nobody may do anything."""

LATER = attrs.evolve(IN_WORDS, holds_from=date(2100, 1, 1), dated=frozenset({"new", "packed"}))
"""A policy of another century, under which every order is planned."""

# ---------------------------------------------------------------- faulty ones

GOES_BACK = attrs.evolve(SOUND, superseding=None, going_back=GoingBack("own.back", cites=OURS))
"""An order that was sent goes back to what it was when its request is rejected."""

WORDLESS = attrs.evolve(
    SOUND,
    wording=attrs.evolve(
        WORDING,
        statuses={**WORDING.statuses, "sent": Text("発送済", " ")},
        refusals={"closed": Text("", "It is closed.")},
        counters=(attrs.evolve(COUNTER, state=Text("処理要請", "")),),
        notifications=(
            attrs.evolve(MAIL, subject=Text("", "Asked"), body=Text("要請", "{answer}")),
            *WORDING.notifications[1:],
        ),
    ),
)
"""A status, a refusal, a row, a subject and a body are blank in one language."""


class Fickle(Condition):
    """A condition that is no data: it changes its mind each time it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def test(self, facts: Mapping[str, Value | None]) -> bool | None:
        self.asked += 1
        return self.asked % 2 == 0

    def leaves(self) -> Iterator[Leaf]:
        return iter(())


FICKLE = attrs.evolve(SOUND, rules=(*SOUND.rules, asks("fickle", REFER, Fickle())))
"""What it decides depends on how often it was asked."""
