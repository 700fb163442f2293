"""Events become messages, each in the language of its reader."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import Any

import attrs
import pytest

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AskWithdrawal,
    Command,
    FireDeadline,
    RequestCancellation,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.texts import Text
from ordercancel.engine.decide import decide
from ordercancel.engine.evolve import evolve
from ordercancel.engine.messages import (
    Message,
    messages_for,
    needs_messages,
    party_of,
    readers_of,
)
from ordercancel.policy import (
    CANCEL,
    OTHER_SIDE,
    Choice,
    Deadline,
    Flag,
    Medium,
    Moment,
    Notification,
    Policy,
    Reason,
    Refer,
    Role,
    Rule,
    days,
    is_open,
    mark,
    notify,
    operator,
    requested_at,
    seller,
    shipped_at,
    status,
)
from ordercancel.rules.conditions import Condition, Leaf
from unit.tiny import (
    BUYER,
    MAIL,
    OPERATOR,
    OURS,
    REASONS,
    REFERS,
    RULES,
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

ALL = Text(
    "{order_id}|{buyer_name}|{seller_name}|{reader_name}\n{item}\n{cart_id}\n{reason}\n{text}\n"
    "{answer}\n{withdrawal_text}\n{placed_at}\n{status}\n{due_at}",
    "{order_id}\n{answer}",
)
REJECTED = Notification(
    on="rejected",
    to="buyer",
    media=(Medium.APP, Medium.MAIL),
    subject=Text("拒否 {order_id}", "Rejected {order_id}"),
    body=ALL,
    source=OURS,
)
TELLS = tiny(notifications=(MAIL, REJECTED))
ENGLISH = Party("s-1", name="Shop", locale="en")
BUYING = Party("b-1", name="一号店", emails=("b@example.jp",))


def told(
    case: Case, command: Command, policy: Policy = TELLS, *parties: Party, day: int = 2
) -> tuple[Case, tuple[Message, ...]]:
    events = decide(command, case, policy, utc(day))
    case = reduce(evolve, events, case)
    assert needs_messages(events, policy) or not messages_for(events, case, policy, {})
    return case, messages_for(events, case, policy, {each.id: each for each in parties})


def readers(case: Case, command: Command, policy: Policy, day: int = 2) -> tuple[Case, list[str]]:
    case, messages = told(case, command, policy, day=day)
    return case, [f"{each.audience}: {each.on}" for each in messages]


def test_a_message_is_in_the_language_of_its_reader() -> None:
    _, (message,) = told(opened(TELLS), asks(), TELLS, ENGLISH)
    assert message == Message(
        id="o-7:1:seller:mail",
        order_id="o-7",
        on="pending",
        at=utc(2),
        audience="seller",
        party="s-1",
        medium=Medium.MAIL,
        locale="en",
        subject="Asked: o-7",
        body="Reason: Mistake",
        request=1,
    )


@pytest.mark.parametrize("party", [(), (Party("s-1", name="店"),)])
def test_who_has_no_language_is_written_to_in_the_policys_first(party: tuple[Party, ...]) -> None:
    _, (message,) = told(opened(TELLS, item="あめ"), asks(), TELLS, *party)
    assert (message.locale, message.subject, message.body) == (
        "ja",
        "要請 o-7",
        "理由: 間違い\nあめ",
    )


def test_a_message_names_the_language_that_it_is_in() -> None:
    """Not that of a reader for whom there is none: what reads it aloud goes by its name."""
    french = Party("s-1", name="Boutique", locale="fr")
    _, (message,) = told(opened(TELLS), asks(), TELLS, french)
    assert (message.locale, message.body) == ("en", "Reason: Mistake")


def test_a_message_goes_out_once_for_each_medium_with_all_its_variables() -> None:
    case, _ = told(opened(TELLS, item="あめ", cart_id="c-3"), asks(reason="other", text="あいう"))
    case, _ = told(case, AskWithdrawal("o-7", by=SELLER, request=1, text="お願い"))
    _, (app, mail) = told(case, rejects(text="発送済み"), TELLS, BUYING)
    assert (app.id, mail.id) == ("o-7:3:buyer:app", "o-7:3:buyer:mail")
    assert (app.party, app.audience) == ("b-1", "buyer")
    assert app.body == mail.body
    assert app.body == (
        "o-7|一号店|s-1|一号店\nあめ\nc-3\nその他（あいう）\nあいう\n発送済み\nお願い\n"
        "2024年3月1日 12:00\n新規"
    )


def test_lines_with_nothing_to_say_are_left_out() -> None:
    case, _ = told(opened(TELLS), asks())
    _, messages = told(case, rejects())
    assert messages[0].body == "o-7|b-1|s-1|b-1\n間違い\n2024年3月1日 12:00\n新規"


def test_facts_of_a_policys_own_may_be_told() -> None:
    """Those of the order, and those that a request brings and keeps."""
    body = Text("{size}|{seen_at}|{gift}|{fits}", "{size}|{seen_at}|{gift}|{fits}")
    policy = tiny(
        notifications=(attrs.evolve(MAIL, body=body),),
        facts=(
            Choice("size", values=("s", "m")),
            Moment("seen_at"),
            Flag("gift"),
            Flag("fits", of=RequestCancellation),
        ),
    )
    case = opened(policy, facts={"size": "m", "seen_at": utc(1), "gift": True})
    _, (message,) = told(case, asks(data={"fits": False}), policy)
    assert message.body == "m|2024年3月1日 09:00|はい|いいえ"
    _, (message,) = told(case, asks(data={"fits": False}), policy, ENGLISH)
    assert message.body == "m|2024-03-01 09:00|yes|no"


LETTER = Text(
    "{addressee}\n\n{item}\n\n{buyer_contact}\n{seller_contact}\n\n{signature}",
    "Dear {addressee},\n\n{item}\n\n{buyer_contact}\n{seller_contact}\n\n{signature}",
)


@pytest.mark.parametrize(
    ("party", "head"),
    [
        (Party("s-1", name="丸正商店", is_business=True, contact="03-1234-5678"), "丸正商店 御中"),
        (Party("s-1", name="佐藤", contact="03-1234-5678"), "佐藤 様"),
        (Party("s-1", name="Shop", locale="en", contact="03-1234-5678"), "Dear Shop,"),
    ],
)
def test_a_letter_addresses_its_reader_and_is_signed(party: Party, head: str) -> None:
    """A business with 御中, a person with 様; blank lines do not pile up where one is left out."""
    policy = tiny(
        notifications=(attrs.evolve(MAIL, body=LETTER),),
        texts=worded(signature=Text("― {status}", "― {status}")),
    )
    _, (message,) = told(opened(policy), asks(), policy, party)
    status = "New" if party.locale == "en" else "新規"
    assert message.body == f"{head}\n\n03-1234-5678\n\n― {status}"


def test_who_is_of_the_house_or_unknown_is_addressed_by_what_is_known() -> None:
    """An operator by their role, a party whom nobody knows by their id; nothing signs unasked."""
    operator = attrs.evolve(MAIL, to="operator", body=LETTER)
    policy = tiny(notifications=(operator, attrs.evolve(MAIL, body=LETTER)))
    _, messages = told(opened(policy), asks(), policy)
    assert [message.body for message in messages] == ["運営者 様", "s-1 様"]


def test_a_subject_is_one_line_whatever_was_typed() -> None:
    mail = attrs.evolve(MAIL, subject=Text("{reason}", "{reason}"))
    policy = tiny(notifications=(mail,))
    command = asks(reason="other", text="a\r\nb\u2028c")
    _, (message,) = told(opened(policy), command, policy, ENGLISH)
    assert message.subject == "Other: a b c"


def test_a_subject_that_is_no_line_is_refused() -> None:
    mail = attrs.evolve(MAIL, subject=Text("{size}", "{size}"))
    policy = tiny(notifications=(mail,), facts=(Choice("size", values=()),))
    with pytest.raises(InvalidValue, match=r"Message\.subject: contains U\+000A"):
        told(opened(policy, facts={"size": "a\nb"}), asks(), policy)


def test_every_fault_of_a_message_is_named() -> None:
    odd: Any = None
    with pytest.raises(InvalidValue) as caught:
        Message(
            id="x" * 501,
            order_id="",
            on="",
            at=odd,
            audience="",
            party="",
            medium=odd,
            locale="",
            subject="a\nb",
            body=odd,
            request=0,
        )
    assert [fault.where.partition(".")[2] for fault in caught.value.faults] == [
        "id",
        "order_id",
        "on",
        "audience",
        "party",
        "locale",
        "at",
        "medium",
        "subject",
        "body",
        "request",
    ]


def test_an_event_that_nobody_is_told_of_is_silent() -> None:
    assert told(opened(TELLS), sends())[1] == ()
    case, _ = told(opened(TELLS), asks())
    assert told(case, approves())[1] == ()


def test_a_condition_sees_who_did_it() -> None:
    mine = attrs.evolve(REJECTED, when=operator, body=Text("x", "x"))
    policy = tiny(notifications=(mine,))
    case, _ = told(opened(policy), asks(), policy)
    assert told(case, rejects(), policy)[1] == ()


def test_ids_count_the_events_of_the_order() -> None:
    """The first event of a decision has the version behind that of the case before it."""
    policy = tiny(notifications=(attrs.evolve(MAIL, on="approved", to="buyer"),))
    case, _ = told(opened(policy), asks(), policy)
    _, (message,) = told(case, approves(), policy)
    assert message.id == "o-7:2:buyer:mail"


def test_the_same_message_goes_out_once_though_two_notifications_ask_for_it() -> None:
    policy = tiny(notifications=(MAIL, attrs.evolve(MAIL, to="answerer")))
    _, (message,) = told(opened(policy), asks(), policy)
    assert message.audience == "seller"


def test_reprs_show_neither_words_nor_bodies() -> None:
    case, (message,) = told(opened(TELLS), asks(reason="other", text="abc"), TELLS, ENGLISH)
    assert "abc" not in repr(message)
    assert "Asked" not in repr(message)
    assert "abc" not in repr(case)


# ---------------------------------------------------------------------- for whom

CARRIER = Role("carrier", side="seller", party="carrier_id")
EVERYBODY = tiny(
    rules=(
        Rule("t.house", on=RequestCancellation, when=operator, effect=Refer("operator")),
        Rule("t.other", on=RequestCancellation, when=~operator, effect=Refer(OTHER_SIDE)),
        *RULES[1:],
    ),
    reasons=(Reason("mistake", "間違い"),),
    languages=("ja",),
    roles=(CARRIER,),
    facts=(Choice("carrier_id", values=()),),
    notifications=None,
)


def everybody(**changes: Any) -> Case:
    return opened(EVERYBODY, facts={"carrier_id": "c-1"}, **changes)


def test_by_default_both_parties_and_the_answerer_are_told_but_for_the_doer() -> None:
    case, heard = readers(everybody(), asks(), EVERYBODY)
    assert heard == ["seller: pending"]
    _, heard = readers(case, approves(by=Actor("c-1", role="carrier")), EVERYBODY)
    assert heard == ["buyer: approved"]
    _, heard = readers(case, rejects(), EVERYBODY)
    assert heard == ["buyer: rejected"]
    _, heard = readers(case, Withdraw("o-7", by=BUYER, request=1), EVERYBODY)
    assert heard == ["seller: withdrawn"]
    _, heard = readers(case, UpdateOrder("o-7", by=SYSTEM, status="sent"), EVERYBODY)
    assert heard == ["buyer: superseded", "seller: superseded"]


def test_what_the_house_asks_both_parties_and_the_answerer_are_told() -> None:
    _, heard = readers(everybody(), asks(by=OPERATOR), EVERYBODY)
    assert heard == ["buyer: pending", "seller: pending"]
    _, heard = readers(everybody(), asks(by=SELLER), EVERYBODY)
    assert heard == ["buyer: pending"]


@pytest.mark.parametrize(
    ("to", "by", "heard"),
    [
        ("initiator", BUYER, ["buyer: pending"]),
        ("answerer", BUYER, ["seller: pending"]),
        ("other_party", BUYER, ["seller: pending"]),
        ("other_party", SELLER, ["buyer: pending"]),
        ("other_party", OPERATOR, ["buyer: pending", "seller: pending"]),
        ("others", BUYER, ["seller: pending"]),
        ("carrier", BUYER, ["carrier: pending"]),
        ("operator", BUYER, ["operator: pending"]),
    ],
)
def test_a_notification_is_for_a_role_or_for_whoever_stands_so_to_the_request(
    to: str, by: Actor, heard: list[str]
) -> None:
    policy = attrs.evolve(
        EVERYBODY, notifications=(attrs.evolve(MAIL, to=to, subject="a", body="b"),)
    )
    assert readers(opened(policy, facts={"carrier_id": "c-1"}), asks(by=by), policy)[1] == heard


def test_a_role_that_nobody_has_for_the_order_is_told_nothing() -> None:
    policy = attrs.evolve(
        EVERYBODY, notifications=(attrs.evolve(MAIL, to="carrier", subject="a", body="b"),)
    )
    case = attrs.evolve(everybody(), order=order())
    assert (
        messages_for(
            decide(asks(), case, policy, utc(2)),
            reduce(evolve, decide(asks(), case, policy, utc(2)), case),
            policy,
            {},
        )
        == ()
    )


def test_a_deadline_of_an_order_that_nobody_asked_about_is_told_the_parties() -> None:
    late = Deadline("d", runs=~is_open, due=shipped_at, then=notify)
    fire = FireDeadline("o-7", by=SYSTEM, deadline="d")
    for to, heard in (
        ("others", ["buyer: d", "seller: d"]),
        ("initiator", []),
        ("answerer", []),
        ("other_party", ["buyer: d", "seller: d"]),
    ):
        mail = attrs.evolve(MAIL, on="d", to=to)
        policy = tiny(deadlines=(late,), notifications=(mail,))
        assert readers(opened(policy, shipped_at=utc(1)), fire, policy)[1] == heard


def test_a_seller_cancels_for_lack_of_stock_and_the_buyer_is_told() -> None:
    """The seller, who did it, is not."""
    policy = tiny(
        rules=(REFERS, Rule("t.sold_out", on=RequestCancellation, when=seller, effect=CANCEL)),
        reasons=(*REASONS, Reason("out_of_stock", "品切れ", when=seller)),
        languages=("ja",),
        notifications=None,
    )
    sold_out = asks(by=SELLER, reason="out_of_stock")
    _, (message,) = told(opened(policy), sold_out, policy)
    assert (message.audience, message.on) == ("buyer", "approved")
    assert message.body == "注文 o-7 はキャンセルされました。\n理由：品切れ"
    case, _ = told(opened(policy), asks(), policy)
    assert readers(case, sold_out, policy)[1] == ["buyer: superseded", "buyer: approved"]


def test_a_referral_tells_whoever_is_to_answer_now() -> None:
    onward = Rule("t.onward", on=type(rejects()), effect=Refer(operator))
    policy = tiny(rules=(*RULES, onward), notifications=None)
    case, _ = told(opened(policy), asks(), policy)
    _, heard = readers(case, rejects(), policy)
    assert heard == ["buyer: referred", "operator: referred"]


LATE = tiny(
    deadlines=(
        Deadline("d", runs=is_open, due=requested_at + days(1), then=mark("late"), met=shipped_at),
    ),
    notifications=None,
)


def test_a_mark_is_told_with_the_moment_that_it_was_due() -> None:
    case, _ = told(opened(LATE), asks(), LATE)
    case, messages = told(case, FireDeadline("o-7", by=SYSTEM, deadline="d"), LATE, day=4)
    assert [(each.audience, each.on) for each in messages] == [
        ("buyer", "late"),
        ("seller", "late"),
    ]
    assert messages[0].body == "注文 o-7 の期限（late）を過ぎました：2024年3月3日 09:00"


def test_a_mark_that_is_taken_off_in_the_same_commit_is_not_told() -> None:
    case, _ = told(opened(LATE), asks(), LATE)
    fired = decide(FireDeadline("o-7", by=SYSTEM, deadline="d"), case, LATE, utc(4))
    marked = reduce(evolve, fired, case)
    early = UpdateOrder("o-7", by=SYSTEM, facts={"shipped_at": utc(2)})
    updated = decide(early, marked, LATE, utc(4))
    both = (*fired, *updated)
    assert messages_for(both, reduce(evolve, both, case), LATE, {}) == ()


# ---------------------------------------------------------------------- readers


def requests(case: Case, command: Command, policy: Policy, day: int = 2) -> list[int | None]:
    """Which request each message speaks of as open."""
    return [each.request for each in told(case, command, policy, day=day)[1]]


def test_a_message_names_the_request_that_it_speaks_of_as_open() -> None:
    """One of its end names none: it is true for ever."""
    policy = tiny(notifications=None)
    assert requests(opened(policy), asks(), policy) == [1]
    case, _ = told(opened(policy), asks(), policy)
    asked = AskWithdrawal("o-7", by=SELLER, request=1, text="why")
    assert requests(case, asked, policy, day=3) == [1]
    assert requests(case, approves(), policy, day=3) == [None]


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        (Deadline("d", runs=is_open, due=requested_at, then=mark("late")), 1),
        (Deadline("d", runs=is_open, due=requested_at, then=mark("late", of="order")), None),
        (Deadline("d", runs=is_open & status.is_in("new"), due=requested_at, then=notify), 1),
        (Deadline("d", runs=status.is_in("new"), due=requested_at, then=notify), None),
    ],
    ids=["mark", "mark of the order", "notice", "notice of the order"],
)
@pytest.mark.parametrize("is_open_yet", [True, False])
def test_what_a_deadline_tells_is_of_a_request_or_of_the_order(
    deadline: Deadline, expected: int | None, is_open_yet: bool
) -> None:
    """A reminder to answer is obsolete with its request; one to ship is not."""
    notification = attrs.evolve(MAIL, on="late" if deadline.then.argument else "d")
    still = {} if is_open_yet else {"runs": status.is_in("new")}
    policy = tiny(deadlines=(attrs.evolve(deadline, **still),), notifications=(notification,))
    case, _ = told(opened(policy), asks(), policy)
    if not is_open_yet:
        case, _ = told(case, rejects(), policy, day=3)
    fire = FireDeadline("o-7", by=SYSTEM, deadline="d")
    assert requests(case, fire, policy, day=4) == [expected if is_open_yet else None]


def test_readers_are_the_parties_the_answerer_and_the_roles_that_are_told() -> None:
    mail = attrs.evolve(MAIL, to="carrier", subject="a", body="b")
    policy = attrs.evolve(EVERYBODY, notifications=(mail,))
    assert readers_of(everybody(), policy) == ("b-1", "s-1", "c-1")
    case, _ = told(opened(tiny()), asks(), tiny())
    assert readers_of(case, tiny()) == ("b-1", "s-1")
    assert party_of("operator", order(), tiny()) == "operator"
    assert party_of("unheard-of", order(), tiny()) == "unheard-of"


class Broken(Condition):
    """A condition that cannot be asked."""

    def test(self, facts: object) -> bool | None:
        raise ZeroDivisionError

    def leaves(self) -> Iterator[Leaf]:
        return iter(())


def test_a_condition_that_cannot_be_asked_is_asked_only_where_nothing_else_decides() -> None:
    def told(when: Condition) -> tuple[Message, ...]:
        policy = tiny(notifications=(MAIL, attrs.evolve(MAIL, to="buyer", when=when)))
        case = opened(policy)
        events = decide(asks(), case, policy, utc(2))
        return messages_for(events, reduce(evolve, events, case), policy, {})

    assert [each.audience for each in told(Broken() & status.is_in("sent"))] == ["seller"]
    with pytest.raises(ZeroDivisionError):
        told(Broken())
