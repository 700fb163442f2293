"""Every error says what was wrong, where, and what would be right, and can be sent elsewhere."""

from __future__ import annotations

import copy
import pickle

import pytest

from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidPolicy,
    InvalidValue,
    NotDelivered,
    OrderCancelError,
    OutdatedTables,
    PartlyDelivered,
    StoreUnavailable,
    TooLarge,
    UnknownOrder,
    UnknownPolicy,
    Untranslatable,
)
from ordercancel.engine.decision import Refused
from unit.tiny import SELLER, asks, opened, tiny, utc

PARTLY = PartlyDelivered(["a@example.jp"], {"b@example.jp": "550 5.1.1", "c@example.jp": "450"})
FAULTS = (
    Fault("Order.id", "is empty", "a line of 1 to 200 printable characters"),
    Fault("Order.status", "is 'x'", "one of: new, sent"),
)


def refused() -> Refused:
    policy = tiny()
    return Refused(policy.assess(asks(by=SELLER), opened(policy), utc(2)))


def test_a_fault_says_where_what_and_what_would_be_right() -> None:
    assert str(FAULTS[1]) == "Order.status: is 'x'; expected one of: new, sent"


def test_an_invalid_value_prints_each_fault_on_a_line() -> None:
    assert str(InvalidValue(FAULTS)) == (
        "Order.id: is empty; expected a line of 1 to 200 printable characters\n"
        "Order.status: is 'x'; expected one of: new, sent"
    )


def test_an_invalid_value_keeps_its_faults_of_any_iterable() -> None:
    assert InvalidValue(iter(FAULTS)).faults == FAULTS


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (InvalidValue(FAULTS), ValueError),
        (InvalidPolicy(FAULTS), InvalidValue),
        (UnknownOrder("o-1"), LookupError),
        (UnknownPolicy("x", ()), LookupError),
        (Conflict("o-1"), OrderCancelError),
        (StoreUnavailable("down"), OrderCancelError),
    ],
)
def test_errors_are_one_tree_paired_with_builtins(
    error: Exception, builtin: type[Exception]
) -> None:
    assert isinstance(error, OrderCancelError)
    assert isinstance(error, builtin)


def test_refused_is_no_bad_value() -> None:
    assert not isinstance(refused(), ValueError)


@pytest.mark.parametrize(
    ("error", "printed"),
    [
        (
            UnknownOrder("o-1"),
            "no order 'o-1'; expected the id of a registered order of this actor",
        ),
        (UnknownPolicy("x", ["a", "b"]), "no policy 'x'; expected one of: a, b"),
        (UnknownPolicy("x", []), "no policy 'x'; expected one of: none"),
        (Conflict("o-1", 5), "order 'o-1' was changed by others during 5 attempts"),
        (StoreUnavailable("no answer"), "no answer"),
        (
            OutdatedTables(1, 2),
            "the tables have form 1; expected form 2: run `ordercancel db upgrade URL`",
        ),
        (NotDelivered("no answer", "one", 421), "no answer; expected one"),
        (PARTLY, "2 of 3 addresses missed: 450; 550 5.1.1; expected all of them"),
    ],
)
def test_errors_print_their_fields(error: Exception, printed: str) -> None:
    assert str(error) == printed


def test_no_address_is_shown_of_those_that_were_missed_or_reached() -> None:
    assert repr(PARTLY) == "PartlyDelivered(reached 1, missed 2)"
    assert "@" not in str(PARTLY)


def test_refused_prints_the_sentence_and_the_codes() -> None:
    assert str(refused()) == "This is not permitted at present. [not_permitted]"


def test_refused_gives_the_codes_and_clauses_of_its_decision() -> None:
    error = refused()
    assert error.codes == ("not_permitted",)
    assert error.clauses == ()


@pytest.mark.parametrize(
    "error",
    [
        InvalidValue(FAULTS),
        InvalidPolicy(FAULTS),
        UnknownOrder("o-1"),
        UnknownPolicy("x", ("a",)),
        Conflict("o-1", 3),
        StoreUnavailable("no answer"),
        OutdatedTables(1, 2),
        NotDelivered("no answer", "one", 421),
        PARTLY,
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("sent", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy])
def test_errors_survive_pickle_and_copy(error: Exception, sent) -> None:
    again = sent(error)
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)


def test_refused_survives_pickle() -> None:
    again = pickle.loads(pickle.dumps(refused()))
    assert again.codes == ("not_permitted",)
    assert str(again) == "This is not permitted at present. [not_permitted]"


# ---------------------------------------------------------------------- for who typed it

TOO_LONG = Fault(
    "Reject.text",
    "has 21 visible characters",
    "0 to 20 visible characters",
    code="text_too_long",
    clauses=("tiny.1",),
    sentences={"ja": "20文字以内で入力してください。", "en": "Please enter up to 20 characters."},
)


def test_a_fault_has_a_sentence_in_the_readers_language() -> None:
    """In English where theirs is missing, else in the words for the engineer."""
    assert TOO_LONG.message("ja") == "20文字以内で入力してください。"
    assert TOO_LONG.message("fr") == "Please enter up to 20 characters."
    assert FAULTS[1].message("fr") == "Order.status: is 'x'; expected one of: new, sent"
    told = "値に誤りがあります。（Order.status: is 'x'; expected one of: new, sent）"
    assert FAULTS[1].message("ja") == told


def test_an_invalid_value_gathers_codes_clauses_and_sentences_each_once() -> None:
    error = InvalidValue((TOO_LONG, *FAULTS, TOO_LONG))
    assert error.codes == ("text_too_long", "invalid")
    assert error.clauses == ("tiny.1",)
    assert error.message("ja").splitlines() == [
        "20文字以内で入力してください。",
        (
            "値に誤りがあります。（Order.id: is empty; "
            "expected a line of 1 to 200 printable characters）"
        ),
        "値に誤りがあります。（Order.status: is 'x'; expected one of: new, sent）",
    ]


def test_what_cannot_be_told_by_columns_is_named_with_its_rules() -> None:
    error = Untranslatable("tiny", {"tiny.refer": "a calendar"})
    assert str(error) == (
        "rules of 'tiny' can't be told by columns: tiny.refer: a calendar; expected rules over "
        "facts that have a column, or to leave these out"
    )


def test_too_many_combinations_are_counted_with_what_makes_them_many() -> None:
    error = TooLarge(3_700_000, "Reject", [("reason", 9), ("status", 4)])
    assert str(error) == (
        "3,700,000 combinations of facts are too many to try them all; the most come from the "
        "facts that Reject is judged by, with the number of their values: reason (9), status (4); "
        "expected fewer facts or bounds, or a sample of them; pip install 'ordercancel[prove]' "
        "adds a solver, which need not try them"
    )


def test_too_many_cases_are_told_apart_from_combinations() -> None:
    """Where a solver was asked and could not help, none is recommended."""
    error = TooLarge(100_000, "Reject", [("reason", 9)], "cases", solved=True)
    assert str(error) == (
        "100,000 cases are too many to try them all; the most come from the facts that Reject is "
        "judged by, with the number of their values: reason (9); expected fewer facts or bounds, "
        "or a sample of them"
    )
