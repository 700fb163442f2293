"""Finitely many combinations of facts stand for all there are, and none contradicts itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from statemachine import State, StateMachine

from ordercancel import Case, Command, Order, OrderCancelError, Party, Policy, decide, evolve
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import (
    CANCEL,
    PERMIT,
    REFER,
    Condition,
    Consequence,
    Deadline,
    EndOfDay,
    Forbid,
    Occasion,
    Rule,
    Silence,
    compile_chart,
)
from ordercancel.rules.conditions import Known, Value
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
    legal_move,
    party,
    rejected_before,
    role,
    seller_permits,
    since_paid,
    since_placed,
    since_requested,
    withdrawn_before,
)
from ordercancel.verification.enumeration import (
    FactRegions,
    FactValues,
    Space,
    leaves_of,
    too_large,
)
from samples import NOT_PERMITTING, PERMITTING
from strategies import histories, young_orders
from unit.tiny import OURS, RULES, tiny, worded

NAME = Text("名", "name")
STATUSES = ("new", "packed", "sent", "stopped")
REQUESTS = (
    "none",
    "awaiting_seller",
    "withdrawal_asked",
    "withdrawal_held",
    "granted",
    "rejected",
    "withdrawn",
    "superseded",
    "lapsed",
)
OPEN = {"awaiting_seller", "withdrawal_asked", "withdrawal_held"}
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def only(*spoken: Condition, on: type[Command] = RequestCancellation, **changes: Any) -> Policy:
    """A tiny policy that says nothing but what it says of these conditions."""
    rules = tuple(
        Rule(f"r{number}", on=on, effect=Forbid("closed"), when=when, cites=OURS)
        for number, when in enumerate(spoken)
    )
    return tiny(rules=rules, **changes)


def values(fact: str, *spoken: Condition, **changes: Any) -> tuple[Value | None, ...]:
    return Space.of(only(*spoken, **changes), RequestCancellation).values[fact]


def together(one: str, other: str, *spoken: Condition) -> set[tuple[Value | None, Value | None]]:
    """Which values of two facts come together in any combination."""
    space = Space.of(only(*spoken), RequestCancellation)
    return {(given[one], given[other]) for given in space.combinations()}


# ---------------------------------------------------------------------- the facts


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (RequestCancellation, {"status": STATUSES, "request": REQUESTS}),
        (Approve, {"status": STATUSES, "request": REQUESTS}),
        (Reject, {"request": REQUESTS}),
        (Withdraw, {"request": REQUESTS}),
        (AskWithdrawal, {"request": REQUESTS}),
        (AnswerWithdrawal, {"request": REQUESTS, "accept": (True, False)}),
        (AdvanceOrder, {"status": STATUSES, "move": ("plan", "send")}),
        (ApplyDeadline, {"status": STATUSES, "request": REQUESTS, "deadline": ("d",)}),
    ],
)
def test_what_the_charts_ask_for_is_always_there(
    kind: type[Command], facts: dict[str, tuple[str, ...]]
) -> None:
    """Of each kind of command, where no rule asks for anything."""
    ends = Deadline(
        "d", starts=Occasion.REFERRED, due=EndOfDay(), does=Consequence.LAPSE, cites=OURS
    )
    policy = tiny(rules=(), deadlines=(ends,))
    assert dict(Space.of(policy, kind).values) == facts


def test_what_rules_and_silences_of_the_kind_ask_for_is_there() -> None:
    """And nothing that they ask for about another kind of command."""
    policy = tiny(
        rules=(
            Rule("a", on=(Approve, Reject), effect=PERMIT, when=role.is_in("seller"), cites=OURS),
            Rule("b", on=Withdraw, effect=PERMIT, when=deadline_passed.holds, cites=OURS),
        ),
        silences=(
            Silence("c", on=(Reject,), when=affirmed.holds & ~party.holds, cites=OURS),
            Silence("d", on=Withdraw, when=since_paid.is_known, cites=OURS),
        ),
    )
    assert set(Space.of(policy, Reject).values) == {"request", "role", "affirmed", "party"}
    assert list(leaves_of(policy, Reject)) == [role.is_in("seller"), affirmed.holds, party.holds]
    assert list(leaves_of(policy, Withdraw)) == [deadline_passed.holds, Known("since_paid")]
    assert list(leaves_of(policy, AdvanceOrder)) == []


# ---------------------------------------------------------------------- their values


@pytest.mark.parametrize(
    ("fact", "spoken", "expected"),
    [
        ("days_since_placed", (days_since_placed > 3,), (2, 3, 4)),
        ("days_since_placed", (days_since_placed <= 3, days_since_placed > 3), (2, 3, 4)),
        ("days_since_placed", (days_since_placed < 5, days_since_placed >= 3), (2, 3, 4, 5, 6)),
        (
            "days_since_placed",
            ((days_since_placed < 9) & ~(days_since_placed < 3),),
            (2, 3, 4, 8, 9, 10),
        ),
        ("days_past_ship_on", (days_past_ship_on > 0,), (-1, 0, 1, None)),
        ("days_past_ship_on", (days_past_ship_on.is_known,), (0, None)),
        (
            "since_placed",
            (since_placed < 30 * MINUTE,),
            (30 * MINUTE - SECOND, 30 * MINUTE, 30 * MINUTE + SECOND),
        ),
        (
            "since_paid",
            (since_paid >= HOUR, since_paid > 2 * HOUR),
            (
                HOUR - SECOND,
                HOUR,
                HOUR + SECOND,
                2 * HOUR - SECOND,
                2 * HOUR,
                2 * HOUR + SECOND,
                None,
            ),
        ),
        ("since_paid", (since_paid.is_known,), (timedelta(), None)),
    ],
)
def test_a_bound_is_met_before_at_and_after_it(
    fact: str, spoken: tuple[Condition, ...], expected: tuple[Value | None, ...]
) -> None:
    """Each bound once, in order; nothing where the fact may be missing, which comes last."""
    assert values(fact, *spoken) == expected


@pytest.mark.parametrize(
    ("fact", "spoken", "expected"),
    [
        ("party", party.holds, (True, False)),
        ("seller_permits", seller_permits.holds, (True, False, None)),
        ("role", role.is_in("buyer"), ("buyer", "seller", "operator", "system")),
        ("channel", channel.is_in("mail"), ("shop", "mail", None)),
        ("vip", attribute_flag("vip", NAME).holds, (True, False, None)),
        (
            "rank",
            attribute_choice("rank", NAME, ("gold", "silver")).is_in("gold"),
            ("gold", "silver", None),
        ),
        ("weight", attribute_number("weight", NAME) > 7, (6, 7, 8, None)),
    ],
)
def test_words_and_flags_are_all_there(
    fact: str, spoken: Condition, expected: tuple[Value | None, ...]
) -> None:
    """Every word of a choice, whichever are spoken of, and both values of a flag."""
    own = (
        attribute_flag("vip", NAME),
        attribute_choice("rank", NAME, ("gold", "silver")),
        attribute_number("weight", NAME),
    )
    assert values(fact, spoken, channels=("shop", "mail"), facts=own) == expected


# ---------------------------------------------------------------------- contradictions


@pytest.mark.parametrize(
    ("ended", "before", "spoken"),
    [
        ("rejected", "rejected_before", rejected_before.holds),
        ("withdrawn", "withdrawn_before", withdrawn_before.holds),
    ],
)
def test_what_was_before_agrees_with_the_latest_request(
    ended: str, before: str, spoken: Condition
) -> None:
    """Without a request nothing was rejected before; where the latest was, something was."""
    impossible = {("none", True), (ended, False)}
    every = {(each, flag) for each in REQUESTS for flag in (True, False)}
    assert together("request", before, spoken) == every - impossible


def test_the_time_for_an_answer_is_over_only_where_one_is_awaited() -> None:
    """A deadline has not passed where no request is open."""
    pairs = together("request", "deadline_passed", deadline_passed.holds)
    assert {request for request, passed in pairs if passed} == OPEN
    assert {request for request, passed in pairs if not passed} == set(REQUESTS)


@pytest.mark.parametrize(
    ("fact", "spoken", "near"),
    [
        ("since_requested", since_requested > HOUR, {HOUR - SECOND, HOUR, HOUR + SECOND}),
        ("days_since_requested", days_since_requested > 2, {1, 2, 3}),
    ],
)
def test_time_since_a_request_is_known_where_there_is_one(
    fact: str, spoken: Condition, near: set[Value]
) -> None:
    """It is missing where nobody has asked, and only there."""
    assert together("request", fact, spoken) == {
        ("none", None),
        *((request, value) for request in REQUESTS[1:] for value in near),
    }


def test_the_house_is_a_party_to_every_order() -> None:
    """A buyer or a seller may be a stranger; operators and the system are none."""
    assert together("role", "party", role.is_in("buyer"), party.holds) == {
        ("buyer", True),
        ("buyer", False),
        ("seller", True),
        ("seller", False),
        ("operator", True),
        ("system", True),
    }


def test_days_and_hours_are_counted_from_one_moment() -> None:
    """A day after the order was placed, it is the same day (of 25 hours) or the next one."""
    pairs = together(
        "since_placed",
        "days_since_placed",
        since_placed < 24 * HOUR,
        (days_since_placed > 0) & (days_since_placed < 9),
    )
    exactly = {days for since, days in pairs if since == 24 * HOUR}
    assert {0, 1} <= exactly <= {0, 1, 2}
    assert 9 not in {days for since, days in pairs if since in (24 * HOUR, 24 * HOUR + SECOND)}


def test_days_and_hours_since_a_request_are_missing_together() -> None:
    """Both are known or neither is, also where nothing asks how the request stands."""
    since, days = since_requested < 24 * HOUR, days_since_requested > 0
    space = Space.of(only(since, days, on=AdvanceOrder), AdvanceOrder)
    assert "request" not in space.values
    pairs = {
        (given["since_requested"], given["days_since_requested"]) for given in space.combinations()
    }
    assert (None, None) in pairs
    assert all((since is None) is (days is None) for since, days in pairs)
    assert {(24 * HOUR, 0), (24 * HOUR, 1)} <= pairs
    assert (24 * HOUR, -1) not in pairs


def test_a_space_without_such_facts_holds_every_combination() -> None:
    """Facts that have nothing to do with each other are combined freely."""
    assert together("status", "request") == {
        (status, request) for status in STATUSES for request in REQUESTS
    }


# ---------------------------------------------------------------------- what follows


def test_whether_the_chart_has_a_move_follows_from_the_chart() -> None:
    """It is no fact that could be otherwise, and adds no combinations."""
    policy = only(legal_move.holds, on=AdvanceOrder)
    space = Space.of(policy, AdvanceOrder)
    assert space.values["legal_move"] == (True, False)
    assert space.size == 8
    assert list(space.combinations()) == [
        {"status": "new", "move": "plan", "legal_move": True},
        {"status": "new", "move": "send", "legal_move": True},
        {"status": "packed", "move": "plan", "legal_move": False},
        {"status": "packed", "move": "send", "legal_move": True},
        {"status": "sent", "move": "plan", "legal_move": False},
        {"status": "sent", "move": "send", "legal_move": False},
        {"status": "stopped", "move": "plan", "legal_move": False},
        {"status": "stopped", "move": "send", "legal_move": False},
    ]
    assert space.completed({"status": "packed", "move": "plan", "legal_move": True}) == {
        "status": "packed",
        "move": "plan",
        "legal_move": False,
    }


def test_nothing_follows_where_no_rule_asks_for_it() -> None:
    """A policy that does not ask whether the chart has a move gets no answer to it."""
    space = Space.of(only(on=AdvanceOrder), AdvanceOrder)
    assert "legal_move" not in space.values
    assert space.completed({"status": "new", "move": "send"}) == {"status": "new", "move": "send"}


# ---------------------------------------------------------------------- by number


@pytest.mark.parametrize(
    ("policy", "kind", "size", "possible"),
    [
        # 6 statuses, 4 values of the ship date, 6 of role and party, 16 of what was asked before
        (QOO10, RequestCancellation, 3456, 2304),
        # 12 = 9 requests where no time is over, and 3 open ones where it is; 6 of role and party
        (CONECT, Withdraw, 144, 72),
        (CONECT, AskWithdrawal, 36, 24),
        # 4 statuses, 2 moves, 2 of the time for an answer, 6 of role and party
        (CONECT, AdvanceOrder, 128, 96),
        # no deadlines, and so nothing to apply
        (CONECT, ApplyDeadline, 0, 0),
    ],
)
def test_every_combination_has_a_number(
    policy: Policy, kind: type[Command], size: int, possible: int
) -> None:
    """The numbers below the size give each combination once; the others contradict themselves."""
    space = Space.of(policy, kind)
    numbered = [space.at(index) for index in range(space.size)]
    found = [given for given in numbered if given is not None]
    assert (len(numbered), len(found)) == (size, possible)
    names = tuple(space.values)

    def facts(given: dict[str, Value | None]) -> tuple[Value | None, ...]:
        return tuple(given[name] for name in names)

    assert {facts(given) for given in found} == {facts(each) for each in space.combinations()}
    assert len({facts(given) for given in found}) == possible
    assert sum(1 for _ in space.combinations()) == possible


# ---------------------------------------------------------------------- several policies


class LaterChart(StateMachine):
    """The order chart of a later edition: nothing is packed, orders come back."""

    new = State("新規", initial=True)
    sent = State("発送済")
    returned = State("返品", final=True)
    stopped = State("中止", final=True)

    send = new.to(sent)
    give_back = sent.to(returned)
    cancel = new.to(stopped)


def test_a_space_of_several_policies_holds_every_bound_of_any() -> None:
    """And every fact that any of them speaks of, also one of its own."""
    vip = attribute_flag("vip", NAME)
    older = only(days_since_placed > 3)
    newer = only(days_since_placed > 5, vip.holds, facts=(vip,))
    silent = only(silences=(Silence("s", on=RequestCancellation, when=party.holds, cites=OURS),))
    space = Space.of(older, RequestCancellation, newer, silent)
    assert space.policy is older
    assert set(space.values) == {"status", "request", "days_since_placed", "vip", "party"}
    assert space.values["days_since_placed"] == (2, 3, 4, 5, 6)
    assert space.values["vip"] == (True, False, None)


def test_a_space_of_several_policies_holds_the_words_that_all_of_them_have() -> None:
    """Statuses, channels, moves and deadlines, in the order of the first."""

    def ends(name: str) -> Deadline:
        return Deadline(
            name, starts=Occasion.REFERRED, due=EndOfDay(), does=Consequence.LAPSE, cites=OURS
        )

    texts = dict.fromkeys(("new", "sent", "returned", "stopped"), NAME)
    older = only(
        channel.is_in("mail"),
        on=AdvanceOrder,
        channels=("shop", "mail"),
        deadlines=(ends("d"), ends("e")),
    )
    newer = only(
        channel.is_in("mail"),
        on=AdvanceOrder,
        channels=("mail", "web"),
        deadlines=(ends("e"), ends("f")),
        orders=compile_chart(LaterChart),
        planned_by=frozenset(),
        wording=worded(statuses=texts),
    )
    moving = Space.of(older, AdvanceOrder, newer)
    assert moving.values["status"] == ("new", "sent", "stopped")
    assert moving.values["move"] == ("send",)
    assert moving.values["channel"] == ("mail", None)
    assert Space.of(newer, ApplyDeadline, older).values["deadline"] == ("e",)


# ---------------------------------------------------------------------- what no rule tells apart


@pytest.mark.parametrize(
    ("fact", "alike", "apart"),
    [
        (
            "days_since_placed",
            [(-9, 2), (4, 6), (8, 99)],
            [(2, 3), (3, 4), (6, 7), (7, 8), (3, 7)],
        ),
        (
            "since_placed",
            [(-HOUR, HOUR - SECOND), (HOUR + SECOND, 99 * HOUR)],
            [(HOUR - SECOND, HOUR), (HOUR, HOUR + SECOND)],
        ),
        ("since_paid", [(timedelta(), 9 * HOUR)], [(timedelta(), None)]),
        ("days_past_ship_on", [(1, 7)], [(1, None)]),
        ("status", [("new", "new")], [("new", "packed"), ("sent", "stopped")]),
        ("party", [(True, True)], [(True, False)]),
        ("seller_permits", [(None, None)], [(False, None)]),
    ],
)
def test_values_that_no_rule_tells_apart_are_alike(
    fact: str, alike: list[Any], apart: list[Any]
) -> None:
    """Numbers between the same bounds, of any command's rules; of all else nothing but itself."""
    policy = tiny(
        rules=(
            Rule("a", on=Approve, effect=PERMIT, when=days_since_placed > 7, cites=OURS),
            Rule("b", on=Reject, effect=PERMIT, when=days_since_placed <= 3, cites=OURS),
            Rule("c", on=Withdraw, effect=PERMIT, when=since_placed < HOUR, cites=OURS),
            Rule("d", on=Withdraw, effect=PERMIT, when=since_paid.is_known, cites=OURS),
        )
    )
    regions = FactRegions(policy)
    assert regions.facts == {"days_since_placed", "since_placed", "since_paid"}
    for one, other in alike:
        assert regions.region(fact, one) == regions.region(fact, other)
    for one, other in apart:
        assert regions.region(fact, one) != regions.region(fact, other)


def test_a_space_that_is_too_large_says_which_facts_make_it_so() -> None:
    """Of the kind of command with the most combinations, the fact with the most values first."""
    policy = only(days_since_placed > 3, party.holds)
    spaces = [Space.of(policy, kind) for kind in (Withdraw, RequestCancellation, Approve)]
    error = too_large(spaces, 1234)
    assert (error.size, error.command) == (1234, "RequestCancellation")
    assert error.facts == (
        ("request", 9),
        ("status", 4),
        ("days_since_placed", 3),
        ("party", 2),
    )
    assert str(error).startswith("1,234 combinations or cases are too many to try them all; ")
    assert "request (9), status (4), days_since_placed (3), party (2)" in str(error)


# ---------------------------------------------------------------------- real cases

POLICIES = {
    "conect": CONECT,
    "conect, every other reading": conect(edition="2", may_ask_again=False, may_withdraw=True),
    "qoo10": QOO10,
    "qoo10, every other reading": qoo10(
        edition="2",
        delay_approves=True,
        withdrawal_bars=True,
        may_withdraw=True,
        shipping_supersedes=True,
    ),
}
Told = tuple[object, ...]
CHARTED = ("status", "request", "move", "accept", "deadline")


class Judged:
    """Every combination of facts, judged, by all that rules and charts tell of it."""

    def __init__(self, policy: Policy, kind: type[Command]) -> None:
        self.space = Space.of(policy, kind)
        self.leaves = set(leaves_of(policy, kind))
        self.verdicts = {
            self.told(each): policy.judge(kind, each).verdict for each in self.space.combinations()
        }

    def told(self, given: FactValues) -> Told:
        charted = (str(given[name]) for name in CHARTED if name in self.space.values)
        return (*(leaf.test(given) for leaf in self.leaves), *charted)


@cache
def judged(name: str, kind: type[Command]) -> Judged:
    return Judged(POLICIES[name], kind)


def check_case(
    name: str, command: Command, case: Case, at: datetime, seller: Party | None
) -> None:
    """Some combination stands for the case, unless the command names what no policy knows."""
    policy = POLICIES[name]
    known = judged(name, type(command))
    facts = Facts(command, case, policy, at, seller)
    for word in ("move", "deadline"):
        if word in known.space.values and facts[word] not in known.space.values[word]:
            return
    assert known.space.is_possible(facts)
    decision = policy.assess(command, case, at, seller=seller)
    assert known.verdicts[known.told(facts)] is decision.verdict


@pytest.mark.parametrize("name", POLICIES)
def test_some_combination_stands_for_every_real_case(name: str) -> None:
    """No case contradicts itself, and some combination that no rule tells from it is judged so."""
    policy = POLICIES[name]

    @given(young_orders(policy), histories(policy))
    def hold(registered: Order, steps: list[tuple[Command, datetime]]) -> None:
        case = policy.open(registered)
        for number, (command, at) in enumerate(steps):
            seller = (None, PERMITTING, NOT_PERMITTING, PERMITTING)[number % 4]
            check_case(name, command, case, at, seller)
            try:
                for event in decide(command, case, policy, at, seller=PERMITTING):
                    case = evolve(case, event)
            except OrderCancelError:
                continue

    hold()


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("kind", COMMANDS)
def test_every_combination_has_a_verdict(name: str, kind: type[Command]) -> None:
    """No combination raises, leaves permits in disagreement, or is given what its kind is not."""
    policy = POLICIES[name]
    grants = {CANCEL, REFER} if kind is RequestCancellation else {PERMIT}
    for given_ in Space.of(policy, kind).combinations():
        decision = policy.judge(kind, given_)
        assert "permits_disagree" not in decision.codes
        assert decision.is_refused or str(decision.verdict) in grants


def test_a_length_and_days_of_one_anchor_go_together() -> None:
    """Each has values that go with the bounds of the other, so that no real moment is lost."""
    policy = tiny(
        rules=(
            *RULES,
            Rule("t.young", on=Approve, effect=Forbid("closed"), when=SHORT, cites=OURS),
            Rule("t.old", on=Approve, effect=Forbid("closed"), when=LONG, cites=OURS),
        )
    )
    found = {
        (given["since_placed"], given["days_since_placed"])
        for given in Space.of(policy, Approve).combinations()
    }
    assert (timedelta(minutes=30), 0) in found
    assert (timedelta(minutes=30), 1) in found
    assert (timedelta(days=5), 5) in found
    assert (timedelta(days=6), 6) in found
    assert (timedelta(minutes=30), 6) not in found
    assert (timedelta(days=6), 0) not in found


SHORT = since_placed < timedelta(minutes=30)
LONG = days_since_placed > 5


def test_where_a_policy_names_no_channels_any_may_be_there() -> None:
    """One value stands for whatever channel a host may name."""
    policy = only(channel.is_known)
    assert Space.of(policy, RequestCancellation).values["channel"] == ("*", None)
