"""What is wrong with a table is told at once, by column and with samples, before any work."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from bulk.policies import BOXES, COLOUR, MEMBER, SIZE
from ordercancel import (
    InvalidValue,
    Policy,
    RequestCancellation,
    Untranslatable,
)
from ordercancel.bulk import Question, compare, outcomes, summary
from ordercancel.policies import QOO10
from ordercancel.policy import (
    By,
    Calendar,
    Forbid,
    Named,
    Refer,
    Rule,
    now,
    placed_at,
    request,
    requests_made,
    units_shipped,
)
from ordercancel.rules.conditions import Condition
from unit.tiny import OURS, RULES, tiny

AT = datetime(2024, 5, 1, 3, tzinfo=UTC)
NAIVE = datetime(2024, 5, 1)  # noqa: DTZ001 - what is refused


def orders(**changes: Any) -> dict[str, list[Any]]:
    """Two orders of Qoo10, with other columns."""
    columns: dict[str, list[Any]] = {
        "order_id": ["A-1", "A-2"],
        "status": ["new", "shipped"],
        "ship_on": [None, date(2024, 5, 2)],
        "request_status": [None, "rejected"],
        "rejected_before": [False, True],
        "initiator": [None, "buyer"],
        "answerer": [None, "seller"],
        "next_due": [None, AT],
    }
    return {name: values for name, values in (columns | changes).items() if values is not None}


def faults(frame: Any, policy: Policy = QOO10) -> list[str]:
    with pytest.raises(InvalidValue) as caught:
        outcomes(policy, frame, at=AT)
    return [str(fault) for fault in caught.value.faults]


def test_an_order_that_is_sound_is_answered() -> None:
    found = outcomes(QOO10, pl.DataFrame(orders()), at=AT)
    assert found["verdict"].to_list() == ["cancel", "refuse"]
    assert found["rules"].to_list() == [
        "qoo10.instant_new",
        "qoo10.no_second_request,qoo10.shipped",
    ]
    assert found["codes"].to_list() == ["", "rejected_before,already_shipped"]


def test_every_column_that_is_missing_or_wrong_is_told_at_once() -> None:
    """With what it means, and what it should hold."""
    wrong = orders(status=None, ship_on=["soon", "late"], rejected_before=[0, 1])
    assert faults(pl.DataFrame(wrong)) == [
        (
            "orders.rejected_before: is Int64; expected whether any request was rejected: "
            "true or false"
        ),
        (
            "orders.ship_on: is String; expected the planned ship date: a date, or a time "
            "without a zone at the beginning of a day"
        ),
        "orders.status: is missing; expected its status: text",
    ]


def test_a_time_without_a_zone_is_refused() -> None:
    """Nobody knows which moment it is."""
    naive = orders(next_due=[None, NAIVE])
    assert faults(pl.DataFrame(naive)) == [
        (
            "orders.next_due: has no time zone; expected when the next deadline fires: a time "
            "with a zone"
        )
    ]


def test_a_time_that_is_text_is_refused() -> None:
    """However well it is written."""
    (fault,) = faults(pl.DataFrame(orders(next_due=["2024-05-01T00:00:00Z"] * 2)))
    assert fault.startswith("orders.next_due: is String; expected when the next deadline fires")


def test_a_zone_of_ones_own_will_do() -> None:
    """A moment is the same one in every zone."""
    frame = pl.DataFrame(orders()).with_columns(
        pl.col("next_due").dt.convert_time_zone("America/New_York")
    )
    assert outcomes(QOO10, frame, at=AT)["verdict"].to_list() == ["cancel", "refuse"]


@pytest.mark.parametrize("engine", [pl.DataFrame, lambda data: duckdb.from_arrow(pa.table(data))])
def test_words_that_the_policy_does_not_know_are_told_with_some_rows(engine: Any) -> None:
    wrong = orders(
        order_id=[f"A-{number}" for number in range(8)],
        status=["eaten"] * 7 + ["new"],
        ship_on=[date(2024, 5, 2)] * 8,
        request_status=["asleep"] + ["rejected"] * 7,
        rejected_before=[True] * 8,
        initiator=["buyer"] * 8,
        answerer=["seller"] * 8,
        next_due=[AT] * 8,
    )
    status, request = faults(engine(wrong))
    assert status.startswith(
        "orders.status: is wrong in 7 rows, such as 'eaten' in 'A-0', 'eaten' in 'A-1', "
    )
    assert status.endswith(
        "; expected one of: new, shipping_requested, delayed, shipped, delivered, cancelled, "
        "under the policy 'qoo10'"
    )
    assert "is wrong in 1 rows, such as 'asleep' in 'A-0'; expected one of: " in request


def test_values_that_are_missing_are_told() -> None:
    """A flag that nobody set is neither true nor false."""
    wrong = orders(status=[None, "new"], rejected_before=[None, None])
    frame = pl.DataFrame(wrong, schema_overrides={"rejected_before": pl.Boolean}).drop("order_id")
    status, before = sorted(faults(frame), reverse=True)
    assert status.startswith("orders.status: is wrong in 1 rows, such as None; expected one of: ")
    assert before == (
        "orders.rejected_before: is wrong in 2 rows, such as None, None; expected true or false, "
        "under the policy 'qoo10'"
    )


def test_looking_at_the_values_can_be_left_out() -> None:
    """For a table that was looked at before."""
    found = outcomes(QOO10, pl.DataFrame(orders(status=["eaten", "new"])), at=AT, check=False)
    assert found["verdict"].to_list() == ["refuse", "refuse"]


def test_a_column_of_the_answer_must_not_be_there() -> None:
    assert faults(pl.DataFrame(orders(verdict=["cancel", "cancel"]))) == [
        "orders.verdict: is taken; expected a name that no column of the answer has"
    ]


def test_facts_of_ones_own_have_columns() -> None:
    """By their names; a word that the fact does not have is told."""
    when = SIZE.is_in("small") | MEMBER.holds | (BOXES > 2)
    rule = Rule("r.refer", on=RequestCancellation, effect=Refer("seller"), when=when, source=OURS)
    policy = tiny(facts=(MEMBER, SIZE, BOXES), rules=(*RULES, rule))
    columns = {
        "status": ["new"],
        "request_status": ["rejected"],
        "initiator": ["buyer"],
        "answerer": ["seller"],
    }
    own = {"size": ["huge"], "member": [True], "boxes": [3]}
    (fault,) = faults(pl.DataFrame(columns | own), policy)
    assert fault.startswith(
        "orders.size: is wrong in 1 rows, such as 'huge'; expected one of: small"
    )
    missing = faults(pl.DataFrame(columns | {"boxes": [0.5], "size": ["small"]}), policy)
    assert missing == [
        "orders.boxes: is Float64; expected boxes: a whole number",
        "orders.member: is missing; expected member: true or false",
    ]


YEAR = Calendar(first=date(2023, 3, 1), last=date(2023, 4, 28))
LONG = Calendar(first=date(2023, 6, 1), last=date(2025, 12, 31))
NO_DAY = Calendar(first=date(2023, 3, 4), last=date(2023, 3, 5))
YES, NO, UNKNOWN = "closed", "", "undetermined"


@pytest.mark.parametrize(
    ("when", "codes"),
    [
        (BOXES > 2, (NO, YES, UNKNOWN)),
        (BOXES <= 2, (YES, NO, UNKNOWN)),
        (requests_made >= 1, (NO, NO, YES)),
        (BOXES.is_known, (YES, YES, NO)),
        (placed_at.is_known, (YES, YES, YES)),
        (MEMBER.holds, (YES, NO, UNKNOWN)),
        (Named("a_member", "a member", MEMBER.holds), (YES, NO, UNKNOWN)),
        (SIZE.is_in("small"), (YES, UNKNOWN, NO)),
        (~SIZE.is_in("small"), (NO, UNKNOWN, YES)),
        (~SIZE.is_in("small", "large"), (NO, UNKNOWN, NO)),
        (~COLOUR.is_in("red"), (NO, YES, UNKNOWN)),
        (request.is_in("none", "rejected"), (YES, YES, YES)),
        (~request.is_in("none", "pending"), (NO, NO, YES)),
        (now < placed_at + timedelta(days=450), (NO, YES, YES)),
        (now < placed_at.business_days(300, LONG), (UNKNOWN, UNKNOWN, YES)),
        (now >= By("size", {"small": placed_at}), (YES, UNKNOWN, UNKNOWN)),
        (now >= placed_at.business_days(5, YEAR), (UNKNOWN, YES, UNKNOWN)),
        (now >= placed_at.business_days(5, NO_DAY), (UNKNOWN, UNKNOWN, UNKNOWN)),
    ],
)
def test_a_condition_is_told_by_its_columns(when: Condition, codes: tuple[str, ...]) -> None:
    """Whether it is true, false, or unknown where a value is missing or out of a calendar."""
    rule = Rule(
        "r.closed", on=RequestCancellation, effect=Forbid("closed"), when=when, source=OURS
    )
    policy = tiny(facts=(MEMBER, SIZE, COLOUR, BOXES), rules=(*RULES, rule))
    columns = {
        "status": ["new"] * 3,
        "request_status": [None, None, "rejected"],
        "request_number": [None, None, 1],
        "initiator": [None, None, "buyer"],
        "answerer": [None, None, "seller"],
        "placed_at": [datetime(2023, month, 10, tzinfo=UTC) for month in (1, 3, 6)],
        "boxes": [2, 3, None],
        "member": [True, False, None],
        "size": ["small", None, "large"],
        "colour": ["red", "blue", None],
    }
    answers = outcomes(policy, pl.DataFrame(columns), at=AT)
    assert tuple(answers["codes"]) == codes


def test_a_moment_needs_its_offset() -> None:
    for call in (
        lambda: outcomes(QOO10, pl.DataFrame(orders()), at=NAIVE),
        lambda: summary(QOO10, pl.DataFrame(orders()), at=NAIVE),
        lambda: compare(QOO10, QOO10, pl.DataFrame(orders()), at=NAIVE),
    ):
        with pytest.raises(InvalidValue, match="has no UTC offset"):
            call()


# ---------------------------------------------------------------------- what no column tells


class Moon(Condition):
    """A condition that exists in Python alone."""

    def test(self, facts: object) -> bool | None:
        return True

    def leaves(self) -> Any:
        return iter(())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moon)

    def __hash__(self) -> int:
        return 7


def moody() -> Policy:
    """A policy with a rule that hangs on the moon."""
    rule = Rule("r.moon", on=RequestCancellation, effect=Refer("seller"), when=Moon(), source=OURS)
    return tiny(rules=(*RULES, rule))


def table() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "order_id": ["A-1", "A-2"],
            "status": ["new", "new"],
            "request_status": [None, "pending"],
            "initiator": [None, "buyer"],
            "answerer": [None, "seller"],
        }
    )


def test_a_rule_that_no_column_tells_is_named() -> None:
    """With what stands in the way."""
    with pytest.raises(Untranslatable) as caught:
        outcomes(moody(), table(), at=AT)
    assert (caught.value.policy, caught.value.rules) == (
        "tiny",
        {"r.moon": "its condition is a Moon"},
    )
    assert str(caught.value) == (
        "rules of 'tiny' can't be told by columns: r.moon: its condition is a Moon; expected "
        "rules over facts that have a column, or to leave these out"
    )


def test_a_rule_that_hangs_on_shipped_units_is_judged_in_python_alone() -> None:
    gone = units_shipped.is_in("some", "all")
    rule = Rule("r.gone", on=RequestCancellation, effect=Forbid("closed"), when=gone, source=OURS)
    with pytest.raises(Untranslatable) as caught:
        outcomes(tiny(rules=(*RULES, rule)), table(), at=AT)
    assert caught.value.rules == {
        "r.gone": "it hangs on `units_shipped`, which is judged in Python alone"
    }


def test_the_rest_is_evaluated_where_that_is_asked_for() -> None:
    """What hangs on the rule has no value; who is refused in any case is refused."""
    found = outcomes(moody(), table(), at=AT, leave_out=True)
    assert found["verdict"].to_list() == [None, "refuse"]
    assert found["may_approve"].to_list() == [False, True]
    closed = tiny(
        rules=(
            *moody().rules,
            Rule(
                "r.open",
                on=RequestCancellation,
                effect=Forbid("closed"),
                when=request.is_in("pending"),
                source=OURS,
            ),
        )
    )
    found = outcomes(closed, table(), at=AT, leave_out=True)
    assert found["verdict"].to_list() == [None, "refuse"]
    assert found["rules"].to_list() == [None, "r.open,standard.one_open_request"]


def test_whoever_asks_is_a_role_and_brings_facts_that_go_with_commands() -> None:
    question = Question(asked_by="nobody", answered_by="nobody else", data={"status": "new"})
    with pytest.raises(InvalidValue) as caught:
        outcomes(QOO10, pl.DataFrame(orders()), at=AT, question=question)
    assert [str(fault) for fault in caught.value.faults] == [
        "Question.asked_by: is 'nobody'; expected one of: buyer, seller, operator, system",
        "Question.answered_by: is 'nobody else'; expected one of: buyer, seller, operator, system",
        "Question.data: has the unknown fact 'status'; expected one of: confirmed",
    ]
