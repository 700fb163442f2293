"""Editions compared by a solver: what trying every combination says, and where nobody could."""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import Any, Literal

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.furniture import FURNITURE
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from editions import PAIRS, PLACED, asking, desk, relations
from ordercancel import Policy, RequestCancellation, Verdict
from ordercancel.cli.replay import Replay
from ordercancel.explain import Difference, PolicyDiff, Relation, diff
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import (
    CANCEL,
    Choice,
    Day,
    Flag,
    Forbid,
    Lifecycle,
    Moment,
    Number,
    Reason,
    Rule,
    Texts,
    buyer,
    channel,
    reason,
    requests_made,
    seller,
    ship_on,
)
from ordercancel.stores.memory import MemoryStore


def told(difference: PolicyDiff) -> dict[tuple[str, str], set[tuple[object, ...]]]:
    """What differs by command and role, but for numbers and examples."""
    return {
        (each.kind.__name__, each.role): {change.key for change in each.changes}
        for each in difference.answers
    }


QUICK = (
    "cancels instead of referring",
    "fees no longer disagree",
    "somebody else answers",
    "another code for who may",
    "another rule",
    "another fee",
    "no longer shut for everybody",
)
EACH = [pytest.param(pair, marks=[] if pair in QUICK else pytest.mark.slow) for pair in PAIRS]


class TestTheSolver:
    @pytest.mark.parametrize("pair", EACH)
    def test_says_what_trying_says(self, pair: str) -> None:
        """The word, and every kind of difference."""
        before, after, words = PAIRS[pair]
        proved = diff(before, after, by="solver")
        assert relations(proved) == words
        assert told(proved) == told(diff(before, after, by="enumeration"))

    @pytest.mark.slow  # half a minute
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (SHOP, FLEA_MARKET),
            (FLEA_MARKET, MUST_SHIP),
            (CONECT, QOO10),
            (QOO10, qoo10(edition="2", late_while_open="approve_only", withdrawal_bars=True)),
            (CONECT, conect(edition="2", recheck_permission=True, may_ask_again=False)),
            (FURNITURE, attrs.evolve(FURNITURE, rules=FURNITURE.rules[1:])),
        ],
        ids=["shop", "flea market", "documents", "qoo10", "conect", "furniture"],
    )
    def test_says_what_trying_says_of_whole_policies(self, before: Policy, after: Policy) -> None:
        proved, tried = (diff(before, after, by=by) for by in ("solver", "enumeration"))  # type: ignore[arg-type]
        assert told(proved) == told(tried)
        assert relations(proved) == relations(tried)


SELLER_AND_HOUSE = ("AdvanceOrder seller", "AdvanceOrder operator", "AdvanceOrder system")


@pytest.mark.slow  # five seconds
@pytest.mark.parametrize(
    ("build", "switch", "words"),
    [
        (
            conect,
            {"channels": ("order_form", "mail", "phone")},
            {"RequestCancellation buyer": "looser"},
        ),
        (
            conect,
            {"recheck_permission": True},
            {"Approve seller": "stricter", "Reject seller": "stricter"},
        ),
        (conect, {"shipping_supersedes": False}, dict.fromkeys(SELLER_AND_HOUSE, "stricter")),
        (conect, {"may_ask_again": False}, {"RequestCancellation buyer": "stricter"}),
        (conect, {"may_withdraw": True}, {"Withdraw buyer": "looser"}),
        (
            qoo10,
            {"late_while_open": "approve_only"},
            {"Reject seller": "stricter", "AskWithdrawal seller": "stricter"},
        ),
        (qoo10, {"late_while_open": "approved"}, dict.fromkeys(SELLER_AND_HOUSE, "looser")),
        (qoo10, {"withdrawal_bars": True}, {"RequestCancellation buyer": "stricter"}),
        (qoo10, {"may_withdraw": True}, {"Withdraw buyer": "looser"}),
        (qoo10, {"ask_again_while_open": True}, {"RequestCancellation buyer": "looser"}),
        (qoo10, {"shipping_supersedes": True}, dict.fromkeys(SELLER_AND_HOUSE, "looser")),
        (qoo10, {"overdue_after_days": 5}, {}),
        (qoo10, {"other_maximum": 30}, {}),
        (qoo10, {"withdrawal_text": (1, 100)}, {}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) and value else "",
)
def test_each_switch_of_the_documents_has_its_word(
    build: Any, switch: dict[str, Any], words: dict[str, str]
) -> None:
    """For whom a reading of the document is stricter, and for whom looser."""
    difference = diff(build(), build(edition="2", **switch))
    assert relations(difference) == words
    assert not difference.same


def shown(policy: Policy, lines: str) -> tuple[bool, set[str]]:
    """Whether the last line of a scenario is done under `policy`, and the codes that refuse it."""
    replay = Replay([policy], MemoryStore(), "en")
    *_, answer = replay.run(line.encode() for line in lines.splitlines())
    assert not replay.malformed
    return answer["ok"], set(answer.get("codes", ()))


def check_scenarios(before: Policy, after: Policy) -> int:
    """Replay the scenario of each change under both policies; return how many have none."""
    without = 0
    for change in (each for answers in diff(before, after).answers for each in answers.changes):
        without += not change.scenario
        for policy, answer in ((before, change.before), (after, change.after)):
            if change.scenario:
                expected = (answer.verdict is not Verdict.REFUSE, set(answer.codes))
                assert shown(policy, change.jsonl) == expected
    return without


class TestScenarios:
    @pytest.mark.parametrize("pair", EACH)
    def test_replay_to_the_answers_that_differ(self, pair: str) -> None:
        """Under both editions; every difference has one."""
        before, after, _ = PAIRS[pair]
        assert check_scenarios(before, after) == 0

    @pytest.mark.parametrize(
        ("build", "switch", "without"),
        [
            (conect, {"recheck_permission": True}, 0),
            (conect, {"shipping_supersedes": False}, 0),
            (qoo10, {"withdrawal_bars": True}, 0),
            (qoo10, {"shipping_supersedes": True}, 0),
            pytest.param(qoo10, {"ask_again_while_open": True}, 0, marks=pytest.mark.slow),
            pytest.param(conect, {"may_ask_again": False}, 0, marks=pytest.mark.slow),
            # An order that lacks what its status needs is not registered.
            pytest.param(qoo10, {"late_while_open": "approve_only"}, 4, marks=pytest.mark.slow),
            # The request of a late order is approved before anything can be done.
            pytest.param(qoo10, {"late_while_open": "approved"}, 3, marks=pytest.mark.slow),
        ],
    )
    def test_are_of_the_documents_too(
        self, build: Any, switch: dict[str, Any], without: int
    ) -> None:
        assert check_scenarios(build(), build(edition="2", **switch)) == without

    def test_are_of_orders_that_the_later_edition_judges(self) -> None:
        """Some weeks later, at the same hour of the same day of the week."""
        holds_from = date(2026, 5, 1)
        later = attrs.evolve(qoo10(edition="2", withdrawal_bars=True), holds_from=holds_from)
        (placed,) = {
            change.scenario[0]["order"]["placed_at"][:10] for change in diff(QOO10, later).changes
        }
        assert placed == "2026-05-05"
        assert check_scenarios(QOO10, later) == 0

    def test_are_of_one_name_alone(self) -> None:
        """An order names its policy."""
        other = attrs.evolve(desk(asking(CANCEL)), name="counter")
        (change,) = diff(desk(), other).changes
        assert change.scenario == ()

    def test_have_whatever_an_order_must_have(self) -> None:
        """Of facts that no rule asks for some value, and the parties of further roles."""
        must = {"of": None, "required": True}
        facts = (
            Choice("size", values=("s", "l"), **must),
            Flag("gift", **must),
            Number("weight", **must),
            Moment("packed_at", **must),
            Day("packed_on", **must),
        )
        parts: dict[str, Any] = {"facts": facts}
        assert check_scenarios(desk(**parts), desk(asking(CANCEL), **parts)) == 0

    def test_give_the_reason_that_a_rule_asks_for_or_none_that_fits(self) -> None:
        """And none where no reason fits both: whoever asks has to give one."""
        parts: dict[str, Any] = {"reasons": (Reason("broken"), Reason("late", text=(3, 9)))}
        late = asking(CANCEL, PLACED & reason.is_known & reason.is_in("late"))
        assert check_scenarios(desk(**parts), desk(late, **parts)) == 0
        sellers: dict[str, Any] = {"reasons": (Reason("broken", when=seller),)}
        assert check_scenarios(desk(**parts), desk(asking(CANCEL), **sellers)) == 1

    def test_are_of_orders_that_can_be_registered(self) -> None:
        """One that was placed has a ship date, and nobody asks a thousand times."""
        orders = Lifecycle(
            moves={"ship": ("placed", "shipped")},
            cancellable="placed",
            shipped="shipped",
            needs={"placed": "ship_on"},
        )
        unplanned = asking(CANCEL, PLACED & ~ship_on.is_known)
        assert check_scenarios(desk(orders=orders), desk(unplanned, orders=orders)) == 1
        planned = asking(CANCEL, PLACED & ship_on.is_known)
        assert check_scenarios(desk(orders=orders), desk(planned, orders=orders)) == 0
        often = asking(CANCEL, PLACED & (requests_made > 1000))
        assert check_scenarios(desk(), desk(often)) == 1


WORDS = ("a", "b", "c", "d", "e", "f")
TRAITS = tuple(Choice(f"trait_{number}", values=WORDS) for number in range(10))
"""Ten facts of a host's own, each one of six words or not known."""


def all_traits(word: str) -> Any:
    return reduce(lambda one, other: one & other, (each.is_in(word) for each in TRAITS))


KNOWN = reduce(lambda one, other: one & other, (each.is_known for each in TRAITS))
CANCELS = asking(CANCEL)
ODD = Rule("odd", on=RequestCancellation, effect=Forbid("odd"), when=KNOWN & all_traits("f"))
LARGE = desk(CANCELS, facts=TRAITS)


class TestOverABillionCombinations:
    def test_one_that_differs_is_found(self) -> None:
        """One of 282,475,249 sets of traits, times whatever else there is."""
        difference = diff(LARGE, attrs.evolve(LARGE, rules=(CANCELS, ODD)), by="solver")
        assert difference.compared > 10**10
        assert relations(difference) == {"RequestCancellation buyer": "stricter"}
        change = difference.changes[0]
        assert (change.difference, change.code, change.count) == (
            Difference.STRICTER,
            "odd",
            None,
        )
        assert {change.example[each.name] for each in TRAITS} == {"f"}

    def test_none_is_proved(self) -> None:
        """Two ways to say one thing are equal."""
        either = ~(~KNOWN | ~all_traits("f"))
        other = Rule("odd", on=RequestCancellation, effect=Forbid("odd"), when=either)
        one, two = (attrs.evolve(LARGE, rules=(CANCELS, rule)) for rule in (ODD, other))
        difference = diff(one, two, by="solver")
        assert difference.same
        assert difference.text("ja").splitlines()[1] == (
            f"事実の組み合わせ {difference.compared:,} 通りすべてについて、ソルバーで証明した。"
        )

    def test_what_the_solver_gives_up_on_is_never_equal(self) -> None:
        """It is undecided, with the question; the policies are not said to be the same."""
        difference = diff(
            LARGE, attrs.evolve(LARGE, rules=(CANCELS, ODD)), by="solver", most_steps=1
        )
        assert {each.relation for each in difference.answers} == {Relation.UNDECIDED}
        assert not difference.same
        answers = difference.answers[0]
        assert answers.undecided == ("RequestCancellation by the buyer: refuse → refuse",)
        assert answers.as_dict()["relation"] == "undecided"
        lines = difference.text("en").splitlines()
        assert (
            "Requesting cancellation (RequestCancellation), the buyer: undecided: "
            "RequestCancellation by the buyer: refuse → refuse"
        ) in lines


@pytest.mark.parametrize("channels", [(), ("web", "store")])
@pytest.mark.parametrize("by", ["enumeration", "solver"])
def test_a_channel_that_a_rule_names_is_compared(
    channels: tuple[str, ...], by: Literal["enumeration", "solver"]
) -> None:
    """A policy that lists no channels takes any, those of the other among them."""
    when = buyer & channel.is_known & channel.is_in("web")
    rule = Rule("web", on=RequestCancellation, effect=Forbid("closed"), when=when)
    web = attrs.evolve(
        SHOP, edition="2", channels=channels, rules=(*SHOP.rules, rule), texts=Texts()
    )
    assert diff(SHOP, web, by=by).relation("RequestCancellation", "buyer") is Relation.STRICTER
    assert diff(web, SHOP, by=by).relation("RequestCancellation", "buyer") is Relation.LOOSER
