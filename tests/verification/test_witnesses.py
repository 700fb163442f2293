"""What tells a policy from another: the first scenario that shows it, or that nothing does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
from examples.half_hour_shop import SHOP

from ordercancel import AskWithdrawal, Policy, RequestCancellation
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    Fee,
    If,
    Lifecycle,
    Reason,
    Refer,
    Refunding,
    Rule,
    buyer,
    expire,
    hours,
    is_open,
    minutes,
    now,
    operator,
    placed_at,
    requested_at,
    seller,
    status,
)
from ordercancel.verification.enumeration import SECOND
from ordercancel.verification.witnesses import Witnesses, answers_alike, witnesses

Lines = tuple[Mapping[str, Any], ...]

ASKS, *OTHERS = SHOP.rules
SILENT, UNSHIPPED = SHOP.deadlines
*_, OTHER = SHOP.reasons


SMALL = Policy(
    name="small",
    zone="UTC",
    orders=Lifecycle(moves={"send": ("new", "sent")}, cancellable="new", shipped="sent"),
    rules=(Rule("asks", on=RequestCancellation, effect=CANCEL, when=buyer),),
    refunding=Refunding(fees=(Fee(id="fee", minimum=10, rate=(1, 2)),)),
)


def at_once(_: str, lines: Lines) -> bool:
    """Whether a scenario shows a difference: taken for granted."""
    return True


def never(_: str, lines: Lines) -> bool:
    return False


def compared(
    other: Policy,
    shows: Callable[[str, Lines], bool] = at_once,
    policy: Policy = SHOP,
    most_cases: int = 10_000,
) -> Witnesses[str]:
    return witnesses(policy, {"other": other}, shows, most_cases=most_cases)


def found(other: Policy, **options: Any) -> Lines:
    return compared(other, **options).scenarios["other"]


def asking(effect: Any) -> Policy:
    """The shop with another effect of what a buyer asks for."""
    return attrs.evolve(SHOP, rules=(attrs.evolve(ASKS, effect=effect), *OTHERS))


def step(line: Mapping[str, Any]) -> tuple[str, ...]:
    """When somebody did what."""
    return tuple(str(line.get(key)) for key in ("at", "do", "by"))


class TestAScenarioShows:
    def test_who_may_do_what(self) -> None:
        """A rule less: the command that it grants."""
        order, asks = found(attrs.evolve(SHOP, rules=OTHERS))
        assert order["order"]["status"] == "placed"
        assert step(asks) == ("2024-04-01T10:00:00+02:00", "request", "buyer:b-1")

    def test_the_second_by_which_two_times_differ(self) -> None:
        """A second earlier, which the policy itself does not tell from the others before it."""
        earlier = now < placed_at + minutes(30) - SECOND
        _, asks = found(asking(If(earlier, CANCEL, Refer(seller))))
        assert step(asks) == ("2024-04-01T10:29:59+02:00", "request", "buyer:b-1")

    def test_what_comes_to_be_seen_only_later(self) -> None:
        """Whom a request is for, where nothing but the answer to it shows that."""
        other = asking(If(now < placed_at + minutes(30), CANCEL, Refer(operator)))
        *_, asks, answers = found(other, shows=lambda _, lines: lines[-1].get("do") == "approve")
        assert step(asks) == ("2024-04-01T10:30:00+02:00", "request", "buyer:b-1")
        assert answers["do"] == "approve"

    def test_what_runs(self) -> None:
        """A deadline an hour later: the lines after the case show what is due."""
        later = attrs.evolve(SILENT, due=requested_at + hours(25))
        *_, looks = found(attrs.evolve(SHOP, deadlines=(later, UNSHIPPED)))
        assert looks["do"] == "request"
        *_, tick, looks = found(
            attrs.evolve(SHOP, deadlines=(later, UNSHIPPED)),
            shows=lambda _, lines: lines[-1].get("do") == "options",
        )
        assert (step(tick)[1:], step(looks)[1:]) == (("tick", "None"), ("options", "system"))

    def test_what_a_deadline_does(self) -> None:
        """The request expires instead of being approved."""
        other = attrs.evolve(SHOP, deadlines=(attrs.evolve(SILENT, then=expire), UNSHIPPED))
        _, asks, fires = found(other)
        assert step(asks)[0] == "2024-04-01T10:30:00+02:00"
        assert step(fires) == ("2024-04-02T10:30:00+02:00", "tick", "None")

    def test_how_long_a_text_is(self) -> None:
        """A message to one that is missing names the bounds; a longer one shows them, too."""
        reasons = (*SHOP.reasons[:-1], attrs.evolve(OTHER, text=(1, 99)))
        other = attrs.evolve(SHOP, reasons=reasons)
        *_, asks = found(other)
        assert (asks["reason"], asks.get("text")) == ("other", None)
        *_, asks = found(other, shows=lambda _, lines: len(lines[-1].get("text", "")) == 100)
        assert asks["reason"] == "other"

    def test_the_text_of_a_question_back(self) -> None:
        """It has no code."""
        asks_back = Rule("asks_back", on=AskWithdrawal, effect=PERMIT, when=seller & is_open)
        reason = Reason(None, on=AskWithdrawal, text=(0, 5))
        policy = attrs.evolve(
            SHOP, rules=(*SHOP.rules, asks_back), reasons=(*SHOP.reasons, reason)
        )
        shorter = attrs.evolve(policy, reasons=(*SHOP.reasons, attrs.evolve(reason, text=(0, 4))))
        *_, back = found(shorter, policy=policy)
        assert (back["do"], back["text"]) == ("ask_withdrawal", "あああああ")

    def test_what_a_move_brings_along(self) -> None:
        """With it the move is no longer valid."""
        policy = attrs.evolve(SHOP, orders=attrs.evolve(SHOP.orders, facts={"pack": "ship_on"}))
        *_, packs = found(SHOP, policy=policy)
        assert (packs["event"], packs["facts"]) == ("pack", {"ship_on": "2024-03-24"})

    def test_a_status_that_is_no_more(self) -> None:
        """An order in it cannot be registered."""
        moves = {"send": ("new", "gone")}
        gone = attrs.evolve(SMALL.orders, moves=moves, shipped="gone", closes=None)
        (order,) = found(attrs.evolve(SMALL, orders=gone), policy=SMALL)
        assert order["order"]["status"] == "sent"

    def test_what_a_status_needs(self) -> None:
        """An order without it comes to that status, as the host tells."""
        orders = attrs.evolve(
            SHOP.orders, needs={"shipped": ("paid_at",)}, facts={"ship": "paid_at"}
        )
        loose = attrs.evolve(orders, needs={})
        strict, other = attrs.evolve(SHOP, orders=orders), attrs.evolve(SHOP, orders=loose)
        order, told = found(other, policy=strict)
        assert (order["order"]["status"], order["order"].get("paid_at")) == ("placed", None)
        assert (told["do"], told["status"], told.get("facts")) == ("update", "shipped", None)
        # An order that has shipped has it, and shows nothing.
        assert compared(other, never, strict) == Witnesses({}, frozenset({"other"}))

    def test_each_of_several_others(self) -> None:
        """They are looked for in one walk."""
        others = {
            "nobody_asks": attrs.evolve(SHOP, rules=OTHERS),
            "expires": attrs.evolve(
                SHOP, deadlines=(attrs.evolve(SILENT, then=expire), UNSHIPPED)
            ),
        }
        both = witnesses(SHOP, others, at_once, most_cases=10_000)
        lengths = {name: len(lines) for name, lines in both.scenarios.items()}
        assert (lengths, both.same) == ({"nobody_asks": 2, "expires": 3}, frozenset())


class TestNothingShows:
    def test_what_the_rules_say_alike_to_every_combination(self) -> None:
        """A condition twice; it takes no case to see that, where they are few enough."""
        twice = attrs.evolve(ASKS, when=ASKS.when & status.is_in("placed", "packed", "shipped"))
        other = attrs.evolve(SHOP, rules=(twice, *OTHERS))
        assert answers_alike(SHOP, other)
        assert not answers_alike(SHOP, other, most=10)
        assert compared(other, most_cases=1) == Witnesses({}, frozenset({"other"}))

    def test_what_no_case_comes_to(self) -> None:
        """No request is open where an order of the shop can no longer be cancelled."""
        longer = attrs.evolve(SILENT, runs=is_open & status.is_in("placed", "packed"))
        other = attrs.evolve(SHOP, deadlines=(longer, UNSHIPPED))
        assert not answers_alike(SHOP, other)
        assert compared(other) == Witnesses({}, frozenset({"other"}))

    def test_what_no_answer_shows(self) -> None:
        """To the end, with a case of its own for the other policy, refusals and deadlines too."""
        later = attrs.evolve(SILENT, due=requested_at + hours(25))
        other = attrs.evolve(SHOP, rules=OTHERS, deadlines=(later, UNSHIPPED))
        assert compared(other, shows=never) == Witnesses({}, frozenset({"other"}))

    def test_is_not_said_where_cases_are_left(self) -> None:
        """Nor of the amounts of a fee, of which few are tried."""
        other = attrs.evolve(SHOP, deadlines=(attrs.evolve(SILENT, then=expire), UNSHIPPED))
        assert compared(other, most_cases=3) == Witnesses({}, frozenset())
        dearer = Refunding(fees=(Fee(id="fee", minimum=11, rate=(1, 2)),))
        found = compared(attrs.evolve(SMALL, refunding=dearer), policy=SMALL)
        assert found == Witnesses({}, frozenset())
