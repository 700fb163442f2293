"""Events become messages in the language of their reader; a case becomes labels and rows."""

from __future__ import annotations

import attrs
import pytest

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import AdvanceOrder, Approve, AskWithdrawal, Command, Reject
from ordercancel.domain.texts import Text
from ordercancel.engine.decide import decide
from ordercancel.engine.evolve import evolve
from ordercancel.engine.labels import InboxRow, inbox_row, label
from ordercancel.engine.messages import Message, messages_for
from ordercancel.policy import (
    Audience,
    Catalogue,
    Label,
    Medium,
    Notification,
    Occasion,
    Policy,
    TextBounds,
)
from unit.tiny import (
    COUNTER,
    LABEL,
    MAIL,
    OURS,
    REASONS,
    SELLER,
    asks,
    opened,
    tiny,
    utc,
    worded,
)

ALL = Text(
    "{order_id}|{buyer_name}|{seller_name}\n{item}\n{cart_id}\n{reason}\n{buyer_text}\n{answer}\n"
    "{withdrawal_text}",
    "{order_id}\n{answer}",
)
TELLS = tiny(
    withdrawal_text=TextBounds(1, 20),
    wording=worded(
        notifications=(
            MAIL,
            Notification(
                on=Occasion.REJECTED,
                to=Audience.BUYER,
                media=(Medium.APP, Medium.MAIL),
                subject=Text("拒否 {order_id}", "Rejected {order_id}"),
                body=ALL,
                cites=OURS,
            ),
        ),
        labels=(
            LABEL,
            Label(on=Occasion.REJECTED, to=Audience.BUYER, text=ALL, cites=OURS),
        ),
    ),
)
ENGLISH = Party("s-1", name="Shop", locale="en")
BUYING = Party("b-1", name="一号店", emails=("b@example.jp",))


def told(
    case: Case, command: Command, policy: Policy = TELLS, **parties: Party
) -> tuple[Case, tuple[Message, ...]]:
    events = decide(command, case, policy, utc(2))
    for event in events:
        case = evolve(case, event)
    known = {"b-1": parties.get("buyer"), "s-1": parties.get("seller")}
    return case, messages_for(events, case, policy, known)


def test_a_message_is_in_the_language_of_its_reader() -> None:
    _, (message,) = told(opened(TELLS), asks(), seller=ENGLISH)
    assert message == Message(
        id="o-7:1:seller:mail",
        order_id="o-7",
        occasion=Occasion.REFERRED,
        at=utc(2),
        audience=Audience.SELLER,
        party="s-1",
        medium=Medium.MAIL,
        locale="en",
        subject="Asked: o-7",
        body="Reason: Mistake",
    )


def test_who_is_unknown_is_written_to_in_japanese() -> None:
    _, (message,) = told(opened(TELLS, item="あめ"), asks())
    assert (message.locale, message.subject, message.body) == (
        "ja",
        "要請 o-7",
        "理由: 間違い\nあめ",
    )


def test_parties_may_be_left_out_altogether() -> None:
    case = opened(TELLS)
    events = decide(asks(), case, TELLS, utc(2))
    (message,) = messages_for(events, evolve(case, events[0]), TELLS, {})
    assert message.party == "s-1"


def test_a_message_goes_out_once_for_each_medium_with_all_its_variables() -> None:
    case, _ = told(opened(TELLS, item="あめ", cart_id="c-3"), asks(reason="other", text="あいう"))
    case, _ = told(case, AskWithdrawal("o-7", by=SELLER, text="お願い"))
    _, (app, mail) = told(case, Reject("o-7", by=SELLER, text="発送済み"), buyer=BUYING)
    assert (app.id, mail.id) == ("o-7:3:buyer:app", "o-7:3:buyer:mail")
    assert (app.party, app.audience) == ("b-1", "buyer")
    assert app.body == mail.body
    assert app.body == ("o-7|一号店|s-1\nあめ\nc-3\nその他：あいう\nあいう\n発送済み\nお願い")


def test_lines_with_nothing_to_say_are_left_out() -> None:
    case, _ = told(opened(TELLS), asks())
    _, messages = told(case, Reject("o-7", by=SELLER))
    assert messages[0].body == "o-7|b-1|s-1\n間違い"


def test_a_subject_is_one_line_whatever_was_typed() -> None:
    mail = attrs.evolve(MAIL, subject=Text("{reason}", "{reason}"))
    policy = tiny(wording=worded(notifications=(mail,)))
    command = asks(reason="other", text="a\r\nb\u2028c")
    _, (message,) = told(opened(policy), command, policy, seller=ENGLISH)
    assert message.subject == "Other: a b c"


def test_an_event_that_nobody_announces_is_silent() -> None:
    assert told(opened(TELLS), AdvanceOrder("o-7", by=SELLER, move="send"))[1] == ()


def test_ids_count_the_events_of_the_order() -> None:
    """The first event of a decision has the version behind that of the case before it."""
    policy = tiny(
        wording=worded(
            notifications=(attrs.evolve(MAIL, on=Occasion.APPROVED, to=Audience.BUYER),)
        )
    )
    case, _ = told(opened(policy), asks(), policy)
    _, (message,) = told(case, Approve("o-7", by=SELLER), policy)
    assert message.id == "o-7:2:buyer:mail"


@pytest.mark.parametrize("reads", ["buyer", "seller"])
def test_where_nobody_has_asked_the_status_of_the_order_is_read(reads: str) -> None:
    assert label(opened(TELLS), TELLS, reads, "ja") == "新規"
    assert label(opened(TELLS), TELLS, reads, "en") == "New"


def test_each_side_reads_its_own_label() -> None:
    case, _ = told(opened(TELLS), asks(reason="other", text="abc"))
    assert label(case, TELLS, Audience.SELLER, "ja") == "要請中\nその他：abc"
    assert label(case, TELLS, "seller", "en") == "Asked\nOther: abc"


def test_an_open_request_without_words_of_its_own_is_read_by_its_status() -> None:
    case, _ = told(opened(TELLS), asks())
    assert label(case, TELLS, "buyer", "ja") == "キャンセル要請"
    assert label(case, TELLS, "buyer", "en") == "awaiting the seller's answer"


def test_a_closed_request_is_read_until_the_order_moves_on() -> None:
    case, _ = told(opened(TELLS), asks())
    case, _ = told(case, Reject("o-7", by=SELLER, text="no"))
    assert label(case, TELLS, "buyer", "en") == "o-7\nno"
    assert label(case, TELLS, "buyer", "ja", parties={"b-1": BUYING}) == (
        "o-7|一号店|s-1\n間違い\nno"
    )
    assert label(case, TELLS, "seller", "ja") == "新規"
    for event in decide(AdvanceOrder("o-7", by=SELLER, move="send"), case, TELLS, utc(3)):
        case = evolve(case, event)
    assert label(case, TELLS, "buyer", "en") == "Sent"


def test_a_row_of_the_queue_is_worded() -> None:
    case, _ = told(opened(TELLS, item="あめ", cart_id="c-3"), asks(reason="other", text="あいう"))
    assert inbox_row(case, TELLS, "ja") == InboxRow(
        state="処理要請",
        completed_at=None,
        reason="その他：あいう",
        requested_at=utc(2),
        placed_at=utc(1, 3),
        shipped_at=None,
        order_id="o-7",
        cart_id="c-3",
        item="あめ",
    )


def test_a_row_without_a_counter_is_read_by_its_status() -> None:
    assert COUNTER.status == "awaiting_seller"
    case, _ = told(opened(TELLS), asks())
    case, _ = told(case, Reject("o-7", by=SELLER))
    row = inbox_row(case, TELLS, "en")
    assert row is not None
    assert (row.state, row.completed_at, row.reason) == ("rejected", None, "Mistake")


def test_a_row_is_completed_when_its_order_was_cancelled() -> None:
    case, _ = told(opened(TELLS), asks())
    case, _ = told(case, Approve("o-7", by=SELLER))
    row = inbox_row(case, TELLS, "en")
    assert row is not None
    assert (row.state, row.completed_at) == ("granted", utc(2))


def test_a_case_that_nobody_asked_about_has_no_row() -> None:
    assert inbox_row(opened(TELLS), TELLS, "ja") is None


def test_a_reason_that_a_catalogue_lost_is_read_by_its_code() -> None:
    case, _ = told(opened(TELLS), asks())
    bare = tiny(request_reasons=Catalogue(cites=OURS))
    row = inbox_row(case, bare, "ja")
    assert row is not None
    assert row.reason == "mistake"
    assert REASONS.codes == ("mistake", "other")


def test_reprs_show_neither_words_nor_bodies() -> None:
    case, (message,) = told(opened(TELLS), asks(reason="other", text="abc"), seller=ENGLISH)
    assert "abc" not in repr(message)
    assert "Asked" not in repr(message)
    assert "abc" not in repr(inbox_row(case, TELLS, "ja"))
    assert "abc" not in repr(case)
