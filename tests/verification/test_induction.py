"""What is proved of all cases by induction is never what the walk shows to be otherwise."""

from __future__ import annotations

from random import Random

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from ordercancel import AdvanceOrder, Approve, Policy, Reject, RequestCancellation, Text, Withdraw
from ordercancel.domain.commands import UpdateOrder
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    PERMIT,
    Choice,
    Condition,
    Deadline,
    Fee,
    Flag,
    Forbid,
    If,
    Label,
    Lifecycle,
    Notification,
    Reason,
    Refer,
    Refunding,
    Rule,
    TextBounds,
    Texts,
    Waiver,
    advance,
    answerer,
    approve,
    buyer,
    cancel,
    channel,
    expire,
    hours,
    is_answerer,
    is_initiator,
    is_open,
    minutes,
    now,
    operator,
    placed_at,
    reason,
    refer,
    reject,
    rejected_before,
    requested_at,
    seller,
    status,
    system,
)
from ordercancel.verification import Invariant, Kind, Means, Proof, verify
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.scenario import Attempt, CaseNode, Tick
from ordercancel.verification.solver.induction import (
    SETTLED,
    by_cases,
    by_induction,
    possible_faults,
)
from ordercancel.verification.solver.standings import Standing, Standings
from ordercancel.verification.visitor import Visitor
from verification.planted import (
    MORE_FREELY_BEFORE,
    MORE_FREELY_UNPAID,
    UNPACKED,
    forged,
    shop,
)

UNSHIPPED = status.is_in("placed", "packed")
AN_HOUR = requested_at + hours(1)
ASKS = Rule("asks", on=RequestCancellation, when=buyer & UNSHIPPED, effect=Refer(seller))
BACK = Rule("back", on=Reject, when=is_answerer & answerer.is_in("operator"), effect=Refer(seller))
ONWARD = attrs.evolve(FLEA_MARKET.rules[1], effect=Refer(operator))
EVERYBODY = [
    Notification(on=on, to=to, subject="{order_id}", body="{order_id}")
    for on in ("pending", "approved", "rejected", "withdrawn", "superseded", "expired")
    for to in ("buyer", "seller")
]
TO_SYSTEMS_BUYERS = attrs.evolve(EVERYBODY[2], when=system)

PLANTED = {
    "own_request:buyer to buyer": shop(
        without=["buyer_asks"], plus=[attrs.evolve(ASKS, effect=Refer(buyer))]
    ),
    "referred_in_a_circle:operator → seller": attrs.evolve(
        FLEA_MARKET, rules=(FLEA_MARKET.rules[0], ONWARD, FLEA_MARKET.rules[2], BACK)
    ),
    "unanswerable:pending in placed by buyer": shop(
        without=[
            "buyer_asks",
            "buyer_withdraws",
            "seller_silent",
            "seller_cancels",
            "not_shipped",
        ],
        plus=[ASKS, Rule("nobody", on=(Approve, Reject), effect=Forbid("closed"))],
        reasons=[Reason("changed_mind", when=buyer)],
    ),
    "invariant_broken:shipped_is_not_cancelled": shop(
        orders=Lifecycle(
            moves=dict(SHOP.orders.moves),
            cancellable=("placed", "packed", "shipped"),
            shipped="shipped",
        ),
        plus=[
            Rule(
                "recalls",
                on=RequestCancellation,
                when=seller & status.is_in("shipped"),
                effect=CANCEL,
            )
        ],
    ),
    "instant_and_rejectable:buyer": attrs.evolve(QOO10, edition="unwaived", waivers=()),
    "deadline_impossible:late": shop(
        deadlines=[
            Deadline(
                "late",
                runs=status.is_in("shipped"),
                due=placed_at + hours(1),
                then=cancel("not_shipped"),
            )
        ]
    ),
    "deadline_runs_on:on": shop(
        without=["seller_silent"],
        deadlines=[Deadline("on", runs=is_open, due=AN_HOUR, then=refer("operator"))],
    ),
    "deadlines_loop:back, there": shop(
        without=["seller_silent"],
        deadlines=[
            Deadline(
                "there",
                runs=is_open & answerer.is_in("seller"),
                due=AN_HOUR,
                then=refer("operator"),
            ),
            Deadline(
                "back",
                runs=is_open & answerer.is_in("operator"),
                due=AN_HOUR,
                then=refer("seller"),
            ),
        ],
    ),
    "not_told:approved to buyer by seller": shop(
        notifications=[*EVERYBODY[:2], TO_SYSTEMS_BUYERS, *EVERYBODY[3:]]
    ),
    "text_missing:notifications[pending to seller].body": shop(
        notifications=[attrs.evolve(EVERYBODY[1], body="PO {cart_id}"), *EVERYBODY[2:]]
    ),
    "reason_unmeetable:Reject": forged(CONECT, ("reasons", 6, "text"), TextBounds(5, 3)),
}
"""A policy for each kind of faults that induction excludes: what it must not exclude there."""


def possible(policy: Policy) -> set[str]:
    """What induction does not exclude, as a waiver names it."""
    found = possible_faults(policy)
    return {f"{kind}:{subject}" for kind, faults in found.items() for subject in faults}


def excluded_wrongly(policy: Policy) -> set[str]:
    """What the walk finds and induction excludes; of deadlines that loop it names one of them."""
    report, found = verify(policy), possible(policy)
    shown = {each.id for each in (*report.faults, *report.waived) if each.kind in SETTLED}
    if any(each.startswith("deadlines_loop:") for each in found):
        shown = {each for each in shown if not each.startswith("deadlines_loop:")}
    return shown - found


Edge = tuple[Standing, str, str, Standing]


def edge(step: Step) -> Edge:
    """From where to where a step leads, by whose command."""
    command = step.command
    before, after = Standing.of(step.before), Standing.of(step.after)
    return before, type(command).__name__, command.by.role, after


class Edges(Visitor):
    """Gathers the steps that the walk takes; what the host tells of facts changes no standing."""

    def __init__(self) -> None:
        self.seen: set[Edge] = set()

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        found = edge(step)
        if not isinstance(step.command, UpdateOrder) or found[0] != found[3]:
            self.seen.add(found)


def passed_over(policy: Policy, limit: int = 10_000) -> set[Edge]:
    """The steps of the walk that are none between standings: there must not be any."""
    standings, edges = Standings(policy), Edges()
    standings.explore()
    Explorer(policy, [edges], limit=limit).run()
    assert edges.seen
    return edges.seen - {edge(step) for _, step in standings.all_steps()}


class TestStepsBetweenStandings:
    @pytest.mark.parametrize("policy", [SHOP, MUST_SHIP], ids=["shop", "must_ship"])
    def test_are_all_that_the_walk_takes(self, policy: Policy) -> None:
        """Nothing that can be reached is passed over."""
        assert passed_over(policy) == set()

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "policy", [FLEA_MARKET, CONECT, QOO10, *PLANTED.values()], ids=lambda each: each.name
    )
    def test_are_all_that_it_takes_under_larger_policies(self, policy: Policy) -> None:
        """The same of the built-in ones, and where faults are planted."""
        assert passed_over(policy) == set()

    def test_are_named_for_people(self) -> None:
        standings = Standings(SHOP)
        standings.explore()
        named = {str(each) for each in standings.steps}
        assert {
            "placed",
            "packed, pending by buyer to seller",
            "cancelled, approved by system",
        } <= (named)


class TestPossibleFaults:
    @pytest.mark.parametrize(
        "policy", [SHOP, MUST_SHIP, FLEA_MARKET, CONECT], ids=lambda each: each.name
    )
    def test_of_a_sound_policy_are_none(self, policy: Policy) -> None:
        """Everything that induction can exclude, it does."""
        assert possible(policy) == set()

    def test_of_qoo10_are_the_one_that_is_meant(self) -> None:
        assert possible(QOO10) == {"instant_and_rejectable:buyer"}

    def test_leave_out_what_only_a_status_that_is_put_back_leads_to(self) -> None:
        """As the walk does; where a move leads back, it is not excluded."""
        assert possible(MORE_FREELY_BEFORE) == set()
        assert possible(UNPACKED) == {"instant_and_rejectable:buyer"}

    def test_may_hang_on_a_fact_that_is_taken_back(self) -> None:
        """A standing has no facts: what only comes of one untold is not proved to be no fault."""
        assert possible(MORE_FREELY_UNPAID) == {"instant_and_rejectable:buyer"}

    def test_of_texts_are_those_that_are_not_in_a_language(self) -> None:
        """Of every code and message, and labels that may be empty."""
        found = possible(shop(languages=["de"]))
        assert "text_missing:texts.refusals['no_open_request']" in found
        assert "text_missing:notifications[approved to others].subject" in found
        label = Label(on="rejected", to="buyer", text="{answer}")
        assert "text_missing:texts.labels[rejected to buyer]" in possible(
            shop(texts=Texts(labels=(label,)))
        )

    def test_of_reasons_are_those_whose_offer_hangs_on_the_choice(self) -> None:
        """Such a reason may be offered, and refused once it is chosen."""
        late = Reason("late", when=reason.is_in("late"))
        found = possible(shop(reasons=[*SHOP.reasons, late]))
        assert found == {"reason_unmeetable:RequestCancellation for late"}

    def test_of_deadlines_may_hang_on_the_reason_of_the_request(self) -> None:
        """What was asked for is known as long as there is a request, whoever asks next."""
        again = Deadline(
            "again",
            runs=is_open & reason.is_in("changed_mind"),
            due=AN_HOUR,
            then=refer("operator"),
        )
        found = possible(shop(without=["seller_silent"], deadlines=[again]))
        assert {"deadline_runs_on:again", "unanswerable:pending in placed by buyer"} <= found

    def test_of_deadlines_name_each_that_follows_on_itself(self) -> None:
        """A loop that was found, and is meant, hides no other."""
        deadlines = [
            Deadline(name, runs=is_open & status.is_in(at), due=AN_HOUR, then=refer("operator"))
            for name, at in (("one", "placed"), ("other", "packed"))
        ]
        found = possible(shop(without=["seller_silent"], deadlines=deadlines))
        assert {"deadlines_loop:one", "deadlines_loop:other"} <= found

    @pytest.mark.parametrize("fault", PLANTED, ids=lambda each: each.partition(":")[0])
    def test_have_what_was_planted(self, fault: str) -> None:
        assert fault in possible(PLANTED[fault])

    def test_are_planted_for_every_kind(self) -> None:
        assert [fault.partition(":")[0] for fault in PLANTED] == [*SETTLED]

    @pytest.mark.slow
    @pytest.mark.parametrize("fault", PLANTED, ids=lambda each: each.partition(":")[0])
    def test_have_all_that_the_walk_finds(self, fault: str) -> None:
        """What was planted may bring other faults along."""
        assert excluded_wrongly(PLANTED[fault]) == set()


GUARDS: tuple[Condition, ...] = (
    now < placed_at + minutes(30),
    now >= placed_at + hours(2),
    rejected_before,
    channel.is_in("shop"),
    answerer.is_in("operator"),
    is_initiator,
    is_open,
    UNSHIPPED,
)
RUNS: tuple[Condition, ...] = (is_open, UNSHIPPED, is_open & ~answerer.is_in("operator"))


def random_policy(seed: int) -> Policy:
    """The shop with rules and deadlines that were put together at random."""
    pick = Random(seed)

    def guard() -> Condition:
        one, other = pick.sample(GUARDS, 2)
        return pick.choice((one, ~one, one & other, one | ~other))

    referred = (Refer(seller), Refer(operator), Refer(OTHER_SIDE), Refer(buyer))
    who = (buyer, seller, operator, buyer | seller)
    rules = [
        Rule(
            f"ask.{number}",
            on=RequestCancellation,
            when=pick.choice(who) & guard(),
            effect=pick.choice((CANCEL, *referred, If(guard(), CANCEL, pick.choice(referred)))),
        )
        for number in range(pick.randint(1, 3))
    ]
    rules += [
        Rule(f"reject.{number}", on=Reject, when=guard(), effect=pick.choice(referred[:2]))
        for number in range(pick.randint(0, 2))
    ]
    rules += [
        Rule("bars", on=pick.choice((Approve, Reject)), when=guard(), effect=Forbid("closed")),
        Rule("withdraws", on=Withdraw, when=is_initiator & guard(), effect=PERMIT),
        Rule("ships_not", on=AdvanceOrder, when=is_open & guard(), effect=Forbid("closed")),
    ]
    actions = (approve, reject, expire, cancel("not_shipped"), refer("operator"), advance("pack"))
    deadlines = tuple(
        Deadline(
            f"due.{number}",
            runs=pick.choice(RUNS),
            due=pick.choice((AN_HOUR, placed_at + hours(3))),
            then=pick.choice(actions),
        )
        for number in range(pick.randint(1, 2))
    )
    return attrs.evolve(
        SHOP,
        rules=tuple(rules),
        deadlines=deadlines,
        channels=("shop", "web"),
        notifications=SHOP.notifications[pick.randint(0, 2) :],
        ask_again_while_open=pick.random() < 0.3,
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_random_policies_have_no_fault_that_is_excluded(seed: int) -> None:
    """And take no step that is passed over."""
    policy = random_policy(seed)
    assert excluded_wrongly(policy) == set()
    assert passed_over(policy) == set()


class TestProofs:
    def test_say_what_is_proved(self) -> None:
        """Of each kind, and nothing is left."""
        proofs = tuple(Proof(kind, (Means.INDUCTION,)) for kind in SETTLED)
        assert by_induction(SHOP, ()) == (proofs, ())

    def test_leave_what_was_found_to_the_report(self) -> None:
        """A fault that shows in a case is no more in doubt."""
        fault = "own_request:buyer to buyer"
        doubtful, _ = by_induction(PLANTED[fault], ())
        (left,) = next(each.left for each in doubtful if each.kind is Kind.OWN_REQUEST)
        assert left == Text(
            "buyer to buyer：購入者の側のリクエストが、同じ側(購入者、buyer)の判断に委ねられる。",
            "buyer to buyer: A request of the buyer is for their own side to answer "
            "(the buyer, buyer).",
        )
        faults = verify(PLANTED[fault]).faults
        shown = {each.kind: each.left for each in by_induction(PLANTED[fault], faults)[0]}
        assert shown[Kind.OWN_REQUEST] == ()

    def test_say_that_invariants_of_ones_own_are_not_proved(self) -> None:
        """They may turn on anything."""
        own = Invariant("shop.always", Text("常に", "always"), lambda step: True)
        proofs = {each.kind: each for each in by_induction(SHOP, (), [own])[0]}
        (left,) = proofs[Kind.INVARIANT_BROKEN].left
        assert left["en"] == "shop.always: only looked for in the cases that were reached."
        assert proofs[Kind.NOT_TOLD].left == ()

    def test_say_that_orders_with_lines_are_not_covered(self) -> None:
        """Where parts are cancelled, or fees are charged."""
        fee = Fee(id="late", when=buyer, rate=(1, 10))
        for policy in (
            attrs.evolve(SHOP, whole_orders_only=False),
            attrs.evolve(SHOP, refunding=Refunding(fees=(fee,))),
        ):
            for proof in by_induction(policy, ())[0]:
                assert proof.by == (Means.CASE,)
                (left,) = proof.left
                assert left["en"].startswith("Induction does not cover orders with lines or fees")

    def test_never_count_what_the_solver_gave_up(self) -> None:
        """The question is named, with the solver's reason."""
        proofs, undecided = by_induction(SHOP, (), most_steps=1)
        (question,) = undecided
        asked = (
            "The solver did not decide whether RequestCancellation is granted cancel with status "
        )
        assert question["en"].startswith(asked)
        assert proofs == tuple(Proof(kind, (Means.CASE,), undecided) for kind in SETTLED)

    def test_of_cases_say_what_has_not_shown_in_any(self) -> None:
        """Of what never happens, and of texts, only those that were reached are known."""
        policy = attrs.evolve(SHOP, waivers=[Waiver("hole:x", "meant")])
        left = {each.kind: each.left for each in by_cases(policy, (), ["not_shipped"])}
        assert [text["en"] for texts in left.values() for text in texts] == [
            "seller_silent: it has fired in none of the cases that were reached.",
            "hole:x: there is no such fault in the cases that were reached.",
        ]
        assert {each.by for each in by_cases(policy, (), [])} == {(Means.CASE,)}


CARRIED = Flag("confirmed", of=Reject)
UNCONFIRMED = Rule("unconfirmed", on=Reject, when=~CARRIED, effect=Forbid("closed"))
NEEDED = Choice("depot", of=Reject, values=("north", "south"), required=True)


@pytest.mark.parametrize(
    ("change", "stuck"),
    [
        ({"facts": (CARRIED,), "plus": [UNCONFIRMED]}, False),
        ({"facts": (NEEDED,)}, True),
        ({"reasons": (*SHOP.reasons, Reason("late", on=Reject, when=seller | operator))}, False),
        ({"reasons": (*SHOP.reasons, Reason("late", on=Reject, when=UNSHIPPED))}, True),
    ],
    ids=["flag", "fact", "reason", "doubtful reason"],
)  # fmt: skip
def test_what_goes_with_an_answer_may_keep_it_from_being_sure(
    change: dict[str, object], stuck: bool
) -> None:
    """A flag can be set; other facts, and reasons that hang on the order, may not be at hand."""
    plus = [ASKS, Rule("no", on=Approve, effect=Forbid("closed")), *change.pop("plus", ())]  # type: ignore[misc]
    policy = shop(without=["buyer_asks", "buyer_withdraws", "seller_silent"], plus=plus, **change)
    assert any(each.startswith("unanswerable:") for each in possible(policy)) is stuck
