"""Editions compared by a solver: what trying every combination says, and where nobody could."""

from __future__ import annotations

from functools import reduce
from typing import Any

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.furniture import FURNITURE
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from editions import OPPOSITES, PAIRS, asking, desk, relations
from ordercancel import Policy, RequestCancellation
from ordercancel.explain import Difference, PolicyDiff, Relation, diff
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.policy import CANCEL, Choice, Forbid, Rule


def told(difference: PolicyDiff) -> dict[tuple[str, str], set[tuple[object, ...]]]:
    """What differs by command and role, but for numbers and examples."""
    return {
        (each.kind.__name__, each.role): {change.key for change in each.changes}
        for each in difference.answers
    }


class TestTheSolver:
    @pytest.mark.parametrize("pair", PAIRS)
    def test_says_what_trying_says(self, pair: str) -> None:
        """The word, and every kind of difference."""
        before, after, words = PAIRS[pair]
        proved = diff(before, after, by="solver")
        assert relations(proved) == words
        assert told(proved) == told(diff(before, after, by="enumeration"))
        opposite = {who: OPPOSITES[word] for who, word in words.items()}
        assert relations(diff(after, before, by="solver")) == opposite

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
