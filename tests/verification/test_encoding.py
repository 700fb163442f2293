"""A solver answers of combinations of facts what trying each of them would."""

from __future__ import annotations

import re
import sys
from itertools import product

import pytest
from examples.half_hour_shop import SHOP
from hypothesis import given
from hypothesis import strategies as st

from ordercancel import AdvanceOrder, AnswerWithdrawal, Reject, RequestCancellation, Withdraw
from ordercancel.domain.commands import Judged
from ordercancel.policies import QOO10
from ordercancel.policy import (
    Choice,
    Condition,
    Day,
    Flag,
    Forbid,
    Moment,
    Number,
    Rule,
    is_open,
    request,
    status,
)
from ordercancel.rules.facts import legal_move
from ordercancel.verification.solver import encoding
from ordercancel.verification.solver.encoding import Encoded, Undecided, has_solver
from strategies import COLOURS, conditions
from unit.tiny import tiny
from verification.planted import shop

OF_CONDITIONS = (
    Choice("colour", values=COLOURS),
    Flag("ready"),
    Number("days"),
    Moment("seen_at"),
    Day("planned_on"),
)
WORDS = tuple("abcdef")
TRAITS = tuple(Choice(f"trait_{number}", values=WORDS) for number in range(18))
ODD = Rule(
    "odd",
    on=RequestCancellation,
    effect=Forbid("closed"),
    when=is_open & TRAITS[3].is_in("c") & TRAITS[17].is_in("a", "f"),
)


@pytest.mark.parametrize("kind", [Reject, Withdraw, AnswerWithdrawal])
def test_what_is_possible_is_what_does_not_contradict_itself(kind: type[Judged]) -> None:
    """Of every combination of the space."""
    encoded = Encoded.of(SHOP, kind)
    names = encoded.space.free
    for values in product(*names.values()):
        at = (encoded.is_at(*each) for each in zip(names, values, strict=True))
        facts = encoded.space.completed(dict(zip(names, values, strict=True)))
        assert encoded.check(*at) == (facts if encoded.space.is_possible(facts) else None)


@given(condition=conditions(), data=st.data())
def test_a_condition_holds_where_it_is_tested_true(
    condition: Condition, data: st.DataObject
) -> None:
    """Of any condition and any combination: true, false or unknown."""
    policy = tiny(facts=OF_CONDITIONS)
    encoded = Encoded.of(policy, RequestCancellation, also=[condition])
    index = data.draw(st.integers(0, encoded.space.size - 1))
    facts = encoded.space.at(index)
    if facts is not None:
        at = [encoded.is_at(name, facts[name]) for name in encoded.space.free]
        holds = {
            True: encoded.true(condition),
            False: encoded.false(condition),
            None: encoded.unknown(condition),
        }
        answers = {result: encoded.check(*at, formula) for result, formula in holds.items()}
        result = condition.test(facts)
        assert answers == {each: facts if each is result else None for each in holds}


def test_whether_there_is_a_move_follows_from_the_status() -> None:
    """It is no fact of its own."""
    encoded = Encoded.of(QOO10, AdvanceOrder, also=[legal_move.holds])
    moves = QOO10.orders.table
    for source in QOO10.orders.statuses:
        for name in QOO10.orders.moves:
            at = encoded.is_at("status", source), encoded.is_at("move", name)
            facts = encoded.check(*at, encoded.true(legal_move.holds))
            assert (facts is not None) == ((source, name) in moves)


def test_other_facts_are_asked_about_beside_whether_there_is_a_move() -> None:
    """What follows from the status alone is not looked for in them."""
    encoded = Encoded.of(QOO10, AdvanceOrder, also=[legal_move.holds, is_open])
    assert encoded.may(encoded.true(legal_move.holds & is_open))
    assert encoded.may(encoded.false(legal_move.holds | is_open))


def test_a_quadrillion_combinations_are_no_matter() -> None:
    """One in which a rule holds is found, with the fewest facts that are not as usual."""
    encoded = Encoded.of(shop(facts=TRAITS, plus=[ODD]), RequestCancellation)
    assert encoded.space.size > 10**3
    facts = encoded.smallest(encoded.true(ODD.when))
    assert facts is not None
    assert ODD.when.test(facts) is True
    assert {name for name, value in encoded.usual.items() if facts[name] != value} >= {
        "request",
        "trait_3",
        "trait_17",
    }
    assert encoded.check(encoded.true(ODD.when & ~is_open)) is None


def test_what_is_usual_can_be_said() -> None:
    """Then the smallest combination is the one that differs least from it."""
    encoded = Encoded.of(SHOP, RequestCancellation)
    usual = {"status": "shipped", "role": "operator"}
    facts = encoded.smallest(encoded.true(~request.is_in("none")), usual=usual)
    assert facts is not None
    assert (facts["status"], facts["role"]) == ("shipped", "operator")


class TestASolverThatGivesUp:
    def test_keeps_what_it_has(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A combination that it found is one, though it can't say that it is the smallest."""
        encoded = Encoded.of(SHOP, RequestCancellation)
        first = encoded.check(encoded.true(is_open))
        answers = iter([first])

        def tired(*formulas: object, query: str = "") -> object:
            for answer in answers:
                return answer
            raise Undecided(query, "tired")

        monkeypatch.setattr(encoded, "check", tired)
        assert encoded.smallest(encoded.true(is_open)) == first

    def test_says_what_was_asked(self) -> None:
        """One step is too few; nothing is answered then, and not that there is none."""
        encoded = Encoded.of(SHOP, RequestCancellation, most_steps=1)
        with pytest.raises(Undecided) as undecided:
            encoded.check(encoded.true(is_open), query="a request is open")
        assert undecided.value.query == "a request is open"
        assert "did not decide whether a request is open (" in str(undecided.value)

    def test_says_the_formula_where_the_question_has_no_words(self) -> None:
        encoded = Encoded.of(SHOP, RequestCancellation, most_steps=1)
        with pytest.raises(Undecided, match="status"):
            encoded.check(encoded.true(status.is_in("placed")))


class TestWithoutTheSolver:
    def test_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "z3", None)
        with pytest.raises(ImportError, match=re.escape("ordercancel[prove]")):
            Encoded.of(SHOP, RequestCancellation)

    def test_is_known_beforehand(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert has_solver()
        monkeypatch.setattr(encoding, "find_spec", lambda name: None)
        assert not has_solver()


def test_what_is_no_condition_is_refused() -> None:
    """A condition of a kind that nobody knows can't be read."""

    class Odd(Condition):
        pass

    encoded = Encoded.of(SHOP, RequestCancellation)
    with pytest.raises(TypeError, match="Odd can't be asked of a solver"):
        encoded.true(Odd())
