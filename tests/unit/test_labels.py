"""Labels and rows: what people read for the state of a case, by versions and never by clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce

import attrs
import pytest

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import AskWithdrawal, Command, FireDeadline, UpdateOrder
from ordercancel.domain.texts import Text
from ordercancel.engine.decide import decide, register
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.labels import label, queue_row
from ordercancel.engine.words import reason_words
from ordercancel.policy import (
    CANCEL,
    Deadline,
    Label,
    Policy,
    Reason,
    RequestCancellation,
    days,
    is_open,
    mark,
    placed_at,
    requested_at,
    status,
)
from ordercancel.rules.conditions import Condition, Leaf
from unit.tiny import (
    BUYER,
    LABEL,
    OURS,
    REFERS,
    SELLER,
    SYSTEM,
    approves,
    asks,
    opened,
    order,
    rejects,
    sends,
    tiny,
    utc,
    worded,
)

WORDS = Text("{order_id}|{buyer_name}\n{answer}", "{order_id}\n{answer}")
OVERDUE = Deadline("d", runs=is_open, due=requested_at + days(1), then=mark("overdue"))
READS = tiny(
    deadlines=(OVERDUE,),
    texts=worded(
        labels=(
            LABEL,
            Label(on="rejected", to="buyer", text=WORDS, source=OURS),
            Label(
                on="overdue",
                to="operator",
                when=status.is_in("new"),
                text=Text("期限超過", "Overdue"),
                source=OURS,
            ),
        )
    ),
)
BUYING = Party("b-1", name="一号店")


def after(*commands: Command, policy: Policy = READS, at: datetime | None = None) -> Case:
    case = fold(register(order(policy=policy.name), policy, utc(1, 4)))
    for command in commands:
        case = reduce(evolve, decide(command, case, policy, at or utc(2)), case)
    return case


@pytest.mark.parametrize("reader", ["buyer", "seller"])
def test_where_nobody_has_asked_the_status_of_the_order_is_read(reader: str) -> None:
    assert label(opened(READS), READS, reader, "ja") == "新規"
    assert label(opened(READS), READS, reader, "en") == "New"


def test_each_side_reads_its_own_label() -> None:
    case = after(asks(reason="other", text="abc"))
    assert label(case, READS, "seller", "ja") == "要請中\nその他（abc）"
    assert label(case, READS, "seller", "en") == "Asked\nOther: abc"


def test_an_open_request_without_words_of_its_own_is_read_by_its_status() -> None:
    case = after(asks(), AskWithdrawal("o-7", by=SELLER, request=1))
    assert label(case, READS, "buyer", "ja") == "撤回要請"
    assert label(case, READS, "buyer", "en") == "withdrawal asked for"


def test_a_closed_request_is_read_until_the_order_ships() -> None:
    case = after(asks(), rejects(text="no"))
    assert label(case, READS, "buyer", "en") == "o-7\nno"
    assert label(case, READS, "buyer", "ja", parties={"b-1": BUYING}) == "o-7|一号店\nno"
    assert label(case, READS, "seller", "ja") == "新規"
    planned = after(
        asks(), rejects(text="no"), sends(move="plan", facts={"ship_on": utc(9).date()})
    )
    assert label(planned, READS, "buyer", "en") == "o-7\nno"
    sent = after(asks(), rejects(text="no"), sends())
    assert label(sent, READS, "buyer", "en") == "Sent"


@pytest.mark.parametrize("reader", ["buyer", "seller"])
def test_rejected_and_shipped_in_the_same_second_is_read_as_shipped(reader: str) -> None:
    """By the versions of the case, whatever the clocks of two servers say."""
    case = after(asks(), rejects(), sends())
    assert label(case, READS, reader, "en") == "Sent"
    told = after(asks(), rejects(), UpdateOrder("o-7", by=SYSTEM, status="sent"))
    assert label(told, READS, reader, "en") == "Sent"


def test_a_request_that_was_closed_after_the_order_was_shipped_is_read() -> None:
    """A host may tell that the order came back, and it was asked about again."""
    came_back = UpdateOrder("o-7", by=SYSTEM, status="new")
    case = after(sends(), came_back, asks(), rejects(text="no"))
    assert label(case, READS, "buyer", "en") == "o-7\nno"


def test_a_mark_is_read_where_its_label_holds() -> None:
    case = after(asks())
    assert label(case, READS, "operator", "en") == "cancellation requested"
    fire = FireDeadline("o-7", by=SYSTEM, deadline="d")
    late = reduce(evolve, decide(fire, case, READS, utc(3)), case)
    assert label(late, READS, "operator", "en") == "Overdue"
    packed = attrs.evolve(late, order=attrs.evolve(late.order, status="packed"))
    assert label(packed, READS, "operator", "en") == "cancellation requested"


# ---------------------------------------------------------------------- rows


def test_a_row_of_the_queue_is_worded_in_the_policys_zone() -> None:
    case = after(asks(reason="other", text="あいう"))
    case = attrs.evolve(case, order=attrs.evolve(case.order, item="あめ", cart_id="c-3"))
    row = queue_row(case, READS, "ja", utc(2))
    assert row is not None
    assert (row.order_id, row.order_status, row.request, row.state) == (
        "o-7",
        "new",
        1,
        "処理要請",
    )
    assert (row.asked_by, row.answerer, row.reason) == (BUYER, "seller", "その他（あいう）")
    assert row.requested_at.isoformat() == "2024-03-02T09:00:00+09:00"
    assert row.placed_at.isoformat() == "2024-03-01T12:00:00+09:00"
    assert (row.completed_at, row.shipped_at) == (None, None)
    assert (row.cart_id, row.item) == ("c-3", "あめ")
    assert (row.deadlines, row.marks, row.is_overdue) == ((("d", utc(3)),), (), False)
    assert row.notes == ("dの期限：2024年3月3日 09:00",)
    assert "あいう" not in repr(row)


@pytest.mark.parametrize(
    ("now", "overdue", "note"),
    [
        (datetime(2024, 3, 2, 23, 59, 59, tzinfo=UTC), False, "d: due by 2024-03-03 09:00"),
        (utc(3), True, "overdue"),
    ],
)
def test_a_row_is_overdue_when_its_deadline_is_past_tick_or_no_tick(
    now: datetime, overdue: bool, note: str
) -> None:
    case = after(asks())
    row = queue_row(case, READS, "en", now)
    assert row is not None
    assert (row.is_overdue, row.notes) == (overdue, (note,))
    fire = FireDeadline("o-7", by=SYSTEM, deadline="d")
    fired = queue_row(reduce(evolve, decide(fire, case, READS, utc(3)), case), READS, "ja", utc(3))
    assert fired is not None
    assert (fired.is_overdue, fired.marks) == (True, ("overdue",))
    assert (fired.deadlines, fired.notes) == ((("d", utc(3)),), ("overdue",))
    case = reduce(evolve, decide(fire, case, READS, utc(3)), case)
    answered = queue_row(
        reduce(evolve, decide(rejects(), case, READS, utc(4)), case), READS, "en", utc(4)
    )
    assert answered is not None
    assert (answered.is_overdue, answered.notes) == (False, ())


def test_another_mark_makes_no_row_overdue() -> None:
    policy = tiny(deadlines=(attrs.evolve(OVERDUE, then=mark("late")),))
    row = queue_row(after(asks(), policy=policy), policy, "ja", utc(9))
    assert row is not None
    assert not row.is_overdue


def test_a_row_without_a_counter_is_read_by_its_status() -> None:
    row = queue_row(after(asks(), rejects()), READS, "en", utc(2))
    assert row is not None
    assert (row.state, row.completed_at, row.reason) == ("rejected", None, "Mistake")


def test_a_row_is_completed_when_its_order_was_cancelled() -> None:
    row = queue_row(after(asks(), approves()), READS, "en", utc(2))
    assert row is not None
    assert (row.state, row.completed_at) == ("approved", utc(2))


def test_what_was_cancelled_at_once_does_not_read_approved() -> None:
    policy = tiny(rules=(attrs.evolve(REFERS, effect=CANCEL),))
    row = queue_row(after(asks(), policy=policy), policy, "en", utc(2))
    assert row is not None
    assert (row.state, row.answerer) == ("Stopped", None)


def test_a_shipped_row_says_when() -> None:
    row = queue_row(after(asks(), rejects(), sends()), READS, "en", utc(2))
    assert row is not None
    assert row.shipped_at == utc(2)


def test_a_case_that_nobody_asked_about_has_no_row() -> None:
    assert queue_row(opened(READS), READS, "ja", utc(2)) is None


# ---------------------------------------------------------------------- reasons in words


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("mistake", None, "間違い"),
        ("other", "あ", "その他（あ）"),
        ("gone", None, "gone"),
        ("gone", "あ", "gone（あ）"),
        (None, "あ", "あ"),
        (None, None, ""),
    ],
)
def test_a_reason_is_read_by_its_label_and_its_text(
    code: str | None, text: str | None, words: str
) -> None:
    """One that a policy has lost is read by its code."""
    assert reason_words(READS, RequestCancellation, code, text, "ja") == words


def test_a_reason_without_a_label_is_read_by_the_words_of_its_code() -> None:
    policy = tiny(reasons=(Reason("changed_mind"),), languages=("en",))
    assert reason_words(policy, RequestCancellation, "changed_mind", None, "en") == "changed mind"


def test_an_open_request_has_no_answer_to_be_read() -> None:
    asked = Label(on="pending", to="buyer", text=WORDS, source=OURS)
    policy = tiny(texts=worded(labels=(asked,)))
    assert label(after(asks(), policy=policy), policy, "buyer", "en") == "o-7"
    nobody = Label(on="stale", to="buyer", text=Text("{answer}{reason}{text}x", "x"), source=OURS)
    stale = Deadline("d", runs=status.is_in("new"), due=placed_at, then=mark("stale", of="order"))
    policy = tiny(texts=worded(labels=(nobody,)), deadlines=(stale,))
    fire = FireDeadline("o-7", by=SYSTEM, deadline="d")
    case = reduce(evolve, decide(fire, after(policy=policy), policy, utc(2)), after(policy=policy))
    assert label(case, policy, "buyer", "ja") == ""


def test_a_condition_that_cannot_be_asked_hides_its_label() -> None:
    broken = Label(on="pending", to="buyer", when=Broken(), text=WORDS, source=OURS)
    policy = tiny(texts=worded(labels=(broken,)))
    with pytest.raises(ZeroDivisionError):
        label(after(asks(), policy=policy), policy, "buyer", "en")


class Broken(Condition):
    """A condition that cannot be asked."""

    def test(self, facts: object) -> bool | None:
        raise ZeroDivisionError

    def leaves(self) -> Iterator[Leaf]:
        return iter(())
