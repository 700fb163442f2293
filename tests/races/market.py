"""The market that the races are run on: policies, parties, orders, and commands by number.

Everything follows from the seed and the number of a command, so that two processes that are given
the same number give the same command. No two numbers have the same moment: by it, the events of
one commit are told from those of another.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import attrs

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Case,
    Command,
    InvalidValue,
    Order,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.policies import CONECT, QOO10, qoo10
from samples import BUYER, BUYING, OPERATOR, PERMITTING, SELLER

SILENT = attrs.evolve(
    qoo10(
        edition="silent",
        late_while_open="approved",
        shipping_supersedes=True,
        may_withdraw=True,
    ),
    name="qoo10-silent",
)
"""Qoo10 read otherwise: a deadline approves, and shipping answers a request."""

POLICIES = (CONECT, QOO10, SILENT)
PARTIES = (PERMITTING, BUYING)

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
LIFE = timedelta(days=10)
"""How long the orders of one generation are acted on."""

TICK, RELAY = "tick", "relay"
"""What is done beside commands."""

MIXES: dict[str, dict[str, int]] = {
    "conect": {
        "request": 36,
        "reject": 30,
        "approve": 2,
        "accept": 2,
        "ship": 2,
        "withdraw": 1,
        "discontinue": 1,
    },
    "qoo10": {
        "request": 28,
        "ask_withdrawal": 24,
        "accept_withdrawal": 14,
        "hold_withdrawal": 8,
        "approve": 2,
        "reject": 2,
        "ship": 2,
        "plan_shipping": 2,
        "mark_delayed": 1,
        "deliver": 1,
        "withdraw": 2,
    },
}
MIXES["qoo10-silent"] = MIXES["qoo10"]
"""How often what is asked for: most of it keeps an order going, little of it ends one."""


@attrs.frozen
class Market:
    """Orders that come and go.

    Args:
        seed: What everything follows from.
        at_once: How many orders are acted on at the same time.
        generation: After how many commands they are replaced by new ones.
        crowd: How many commands in a row are about the same order.
        chores: How likely it is that somebody ticks or relays, too, when they give a command.
    """

    seed: int
    at_once: int
    generation: int
    crowd: int = 1
    chores: float = 0.1

    @classmethod
    def hot(cls, seed: int) -> Market:
        """Ten orders at a time that everybody is after."""
        return cls(seed, at_once=10, generation=120, crowd=4)

    @classmethod
    def spread(cls, seed: int, orders: int, commands: int) -> Market:
        """Many orders that everybody acts on here and there, all along."""
        return cls(seed, at_once=orders, generation=commands)

    def moment(self, number: int, seen: Case | None = None) -> datetime:
        """When the command with this number is given, at the earliest.

        Who has seen the order gives it after what they have seen.
        """
        at = BEGIN + LIFE * (number + 1) / self.generation
        if seen is None or seen.updated_at is None or seen.updated_at < at:
            return at
        return seen.updated_at + timedelta(microseconds=number + 1)

    def order(self, number: int) -> Order:
        """The order that the command with this number is about."""
        chance = random.Random(f"{self.seed} order {number // self.crowd}")
        generation = number // self.generation
        slot = chance.randrange(self.at_once)
        return self._order(generation, slot)

    def chore(self, number: int) -> str | None:
        """What else is done when the command with this number is given: a tick, a relay."""
        chance = random.Random(f"{self.seed} chore {number}")
        return chance.choice((TICK, RELAY)) if chance.random() < self.chores else None

    def command(self, number: int, seen: Case | None = None) -> Command:
        """The command with this number.

        Args:
            number: The number.
            seen: What whoever gives it sees of the order before. They mostly ask for what they
                may; who sees nothing asks for anything, and always for the same.
        """
        chance = random.Random(f"{self.seed} command {number}")
        order = self.order(number)
        mix = MIXES[order.policy]
        command_id = None
        if chance.random() < 0.6:
            command_id = f"c-{number}"
        elif number > 100 and chance.random() < 0.05:
            # Somebody else's id: taken, unless that other command was refused.
            command_id = f"c-{number - chance.randrange(1, 100)}"
        for what in chance.choices(tuple(mix), tuple(mix.values()), k=6):
            latest = None if seen is None else seen.latest
            command = _command(what, order, command_id, 1 if latest is None else latest.number)
            if seen is None or not _is_refused(command, seen, self.moment(number, seen)):
                break
        return command

    def _order(self, generation: int, slot: int) -> Order:
        chance = random.Random(f"{self.seed} slot {generation} {slot}")
        policy = POLICIES[slot % len(POLICIES)]
        is_conect = policy is CONECT
        placed_at = BEGIN + LIFE * generation
        ship_on = (placed_at + timedelta(days=chance.randrange(4, 14))).date()
        is_new = chance.random() < 0.1
        return Order(
            f"o-{generation}-{slot}",
            policy=policy.name,
            status="placed" if is_conect else "new" if is_new else "shipping_requested",
            channel="order_form" if is_conect else None,
            buyer=BUYER.id,
            seller=SELLER.id,
            placed_at=placed_at,
            ship_on=None if is_conect or is_new else ship_on,
            item="931204",
        )


def _is_refused(command: Command, case: Case, at: datetime) -> bool:
    policy = next(each for each in POLICIES if each.name == case.order.policy)
    try:
        return policy.assess(command, case, at, seller=PERMITTING).is_refused
    except InvalidValue:
        return True


def _command(what: str, order: Order, command_id: str | None, request: int) -> Command:
    """The command that is called `what` here; an answer is to the request with this number."""
    is_conect = order.policy == "conect"
    match what:
        case "request":
            reason = "wrong_item" if is_conect else "changed_mind"
            return RequestCancellation(order.id, by=BUYER, command_id=command_id, reason=reason)
        case "approve":
            return Approve(order.id, request=request, by=SELLER, command_id=command_id)
        case "reject" if is_conect:
            return Reject(
                order.id, request=request, by=SELLER, command_id=command_id, text="発送準備済み"
            )
        case "reject":
            return Reject(
                order.id,
                request=request,
                by=SELLER,
                command_id=command_id,
                reason="made_to_order",
                data={"confirmed": True},
            )
        case "withdraw":
            return Withdraw(order.id, request=request, by=BUYER, command_id=command_id)
        case "ask_withdrawal":
            return AskWithdrawal(order.id, request=request, by=SELLER, command_id=command_id)
        case "accept_withdrawal" | "hold_withdrawal":
            accept = what == "accept_withdrawal"
            return AnswerWithdrawal(
                order.id, request=request, by=BUYER, command_id=command_id, accept=accept
            )
        case _:
            planned = (order.placed_at + timedelta(days=8)).date()
            return AdvanceOrder(
                order.id,
                by=OPERATOR,
                command_id=command_id,
                move=what,
                facts={"ship_on": planned} if what == "plan_shipping" else {},
            )
