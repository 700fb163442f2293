"""What people type stays data: in the subject of a mail, in SQL, in whatever shows it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ordercancel import (
    AskWithdrawal,
    Buyer,
    CancellationService,
    InvalidPolicy,
    InvalidValue,
    Message,
    Order,
    Party,
    Policy,
    Reject,
    RequestCancellation,
    RequestStatus,
    Seller,
    Text,
)
from ordercancel.policy import Notification, Reason, TextBounds, own_rule
from ordercancel.rules.notifications import PLACEHOLDERS, Medium
from ordercancel.service.ports import Store
from ordercancel.service.records import InboxQuery, Queue
from ordercancel.stores.memory import MemoryDirectory, MemoryStore
from ordercancel.stores.sql import SqlStore
from samples import SELLER, jst
from security.stories import ORDER_ID, story, told
from unit.tiny import OURS, REASONS, tiny

NASTY = (
    "\r\n",
    "\r",
    "\n",
    "\0",
    "\t",
    "\v",
    "\f",
    "\x1b[31m",
    "\x1c",
    "\x7f",
    "\x85",
    "\x9b",
    "\u2028",
    "\u2029",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
    "\u206a",
    "\ufff9",
    "\ufffe",
    "\ufdd0",
    "\ud800",
    "\udfff",
    "\U000e0041",
    "\U0010ffff",
)
"""Line breaks, controls, bidirectional overrides and isolates, surrogates, tags, no characters."""

BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
EVERYTHING = " ".join(f"{name}={{{name}}}" for name in sorted(PLACEHOLDERS - {"answer", "due_at"}))
WORDS = TextBounds(1, 100)


def talkative() -> Policy:
    """A policy whose subjects say everything that there is to say."""
    notifications = tuple(
        Notification(
            on=on,
            to=to,
            media=(Medium.MAIL, Medium.APP),
            subject=Text(subject, subject),
            body=Text(subject.replace(" ", "\n"), subject),
            source=own_rule("to say everything"),
        )
        for on, subject in (
            ("pending", EVERYTHING.replace("withdrawal_text={withdrawal_text}", "")),
            ("withdrawal_asked", EVERYTHING),
            ("rejected", f"{EVERYTHING} answer={{answer}}"),
        )
        for to in ("buyer", "seller")
    )
    return tiny(
        reasons=(
            Reason("other", Text("その他", "Other"), text=WORDS, source=OURS),
            Reason(None, on=Reject, text=WORDS, source=OURS),
            Reason(None, on=AskWithdrawal, text=WORDS, source=OURS),
        ),
        notifications=notifications,
    )


TALKATIVE = talkative()
PLACES = (
    "order_id",
    "item",
    "cart_id",
    "buyer",
    "seller",
    "buyer_name",
    "seller_name",
    "asked",
    "asked_back",
    "rejected",
)
"""Where somebody's words can come from."""


def said(words: dict[str, str], store: Store | None = None) -> tuple[Message, ...]:
    """All messages of an order with these words in it, or the error that refuses them."""
    given = {place: place for place in PLACES} | words
    buyer, seller = Buyer(given["buyer"]), Seller(given["seller"])
    parties = [
        Party(buyer.id, name=given["buyer_name"], locale="en"),
        Party(seller.id, name=given["seller_name"]),
    ]
    service = CancellationService(
        policies=[TALKATIVE], store=store or MemoryStore(), directory=MemoryDirectory(parties)
    )
    order_id = given["order_id"]
    service.register(
        Order(
            order_id,
            policy="tiny",
            status="new",
            buyer=buyer.id,
            seller=seller.id,
            placed_at=jst(15),
            item=given["item"],
            cart_id=given["cart_id"],
        ),
        at=jst(15),
    )
    steps = (
        RequestCancellation(order_id, by=buyer, reason="other", text=given["asked"]),
        AskWithdrawal(order_id, by=seller, request=1, text=given["asked_back"]),
        Reject(order_id, by=seller, request=1, text=given["rejected"]),
    )
    return tuple(each for step in steps for each in service.handle(step, at=jst(16)).messages)


def check_subject(subject: str) -> None:
    """It is one line of characters that do what they look like, and fits into a header."""
    assert len(f"{subject}.".splitlines()) == 1
    for char in subject:
        assert unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp"), hex(ord(char))
        assert char not in BIDIRECTIONAL
    subject.encode()
    EmailMessage()["Subject"] = subject


@pytest.mark.parametrize("place", PLACES)
def test_every_place_for_words_is_told_in_a_subject(place: str) -> None:
    """Lest the tests below look at nothing: each place reaches the subject of some message."""
    messages = said({place: "まるで見える"})
    assert len(messages) == 12
    assert any("まるで見える" in message.subject for message in messages) is (
        place not in ("buyer", "seller")  # their names stand for them
    )


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
@pytest.mark.parametrize("place", PLACES)
def test_nothing_that_breaks_a_line_gets_into_a_subject(place: str, nasty: str) -> None:
    """An id or name with it is refused; in a text white space is folded, the rest refused."""
    try:
        messages = said({place: f"見積{nasty}書"})
    except InvalidValue:
        assert place not in ("asked", "asked_back", "rejected") or not nasty.isspace()
        return
    assert place in ("asked", "asked_back", "rejected")
    for message in messages:
        check_subject(message.subject)
        assert nasty not in message.subject


@given(
    st.dictionaries(
        st.sampled_from(PLACES),
        st.text(
            st.one_of(
                st.sampled_from("見積 a<&>'\"%;{}=?\u200b\u200e\u3000\u0301\ufb2c\u00ad\ufeff🎁"),
                st.sampled_from([char for nasty in NASTY for char in nasty]),
                st.characters(),
            ),
            min_size=1,
            max_size=12,
        ),
        max_size=4,
    )
)
@example({"asked": "{seller_name}{0}%s", "item": "{item.__class__}"})
@example({"order_id": "=?utf-8?q?=0D=0ABcc:x?="})
def test_whatever_people_type_every_subject_is_one_line(words: dict[str, str]) -> None:
    """In every place, in any mixture: it is refused, or the subjects stay whole."""
    try:
        messages = said(words)
    except InvalidValue:
        return
    for message in messages:
        check_subject(message.subject)
        assert len(message.subject) < 3_000


@given(st.text(st.sampled_from("{}[]()!:.0_%$ abc\\'\""), min_size=1, max_size=20))
def test_words_are_no_template(words: str) -> None:
    """Braces and format codes in what people type are shown as they are, and call nothing."""
    try:
        messages = said({"asked": words, "item": words})
    except InvalidValue:
        return
    shown = " ".join(words.split())
    assert f"text={shown} " in f"{messages[0].subject} "
    assert f" item={words} " in messages[0].subject


@pytest.mark.parametrize("subject", [f"a{nasty}b" for nasty in NASTY], ids=ascii)
def test_no_message_has_another_subject(subject: str) -> None:
    """Not even one that a host makes, or that a store reads back."""
    message = said({})[0]
    with pytest.raises(InvalidValue, match=r"^Message\.subject: contains U\+[^\n]*$"):
        attrs.evolve(message, subject=subject)


@pytest.mark.parametrize("label", ["Mistake\n(such as the quantity)", "Mis\u202etake", "\x07"])
def test_a_reason_is_called_by_one_line(label: str) -> None:
    """It may stand in a subject: a policy that words it otherwise is not built."""
    odd = attrs.evolve(REASONS[0], label=Text("間違い", label))
    where = rf"reasons\['{odd.code}'\]\.label: contains U\+"
    with pytest.raises(InvalidPolicy, match=where):
        tiny(reasons=(odd, *REASONS[1:]))


# -------------------------------------------------------------------- SQL

INJECTIONS = (
    "'; DROP TABLE ordercancel_cases; --",
    "' OR '1'='1",
    '" OR ""="',
    "1; DELETE FROM ordercancel_events WHERE 1=1 --",
    "x' UNION SELECT body FROM ordercancel_cases --",
    "\\'; UPDATE ordercancel_cases SET seller='s-2'; --",
    "%",
    "_",
    "%' ESCAPE '%",
    ":order_id",
    "?",
    "$1",
    "%(order_id)s",
    "/**/",
    "NULL",
    "0x27",
    "＇； ＤＲＯＰ ＴＡＢＬＥ",
    "\u02bc OR 1=1",
)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    """A store in an SQLite database, with an order of others in it."""
    with closing(SqlStore("sqlite://")) as kept:
        said({"order_id": "bystander", "seller": "s-9"}, kept)
        yield kept


def check_kept(store: SqlStore, words: dict[str, str]) -> None:
    """All of `words` come back as they were, by every way of asking, and nothing else does."""
    other = (store.load("bystander"), store.history("bystander"))
    messages = said(words, store)
    given = {place: place for place in PLACES} | words
    case = store.load(given["order_id"])
    assert case is not None
    assert [getattr(case.order, each) for each in ("id", "item", "buyer", "seller")] == [
        given[each] for each in ("order_id", "item", "buyer", "seller")
    ]
    request = case.requests[0]
    assert request.answer is not None
    kept = (request.text, request.withdrawal_text, request.answer.text)
    assert kept == (given["asked"], given["asked_back"], given["rejected"])
    queue = Queue(seller=given["seller"], policies=frozenset({"tiny"}))
    query = InboxQuery(queue=queue, statuses=frozenset(RequestStatus), limit=10)
    assert [each.order.id for each in store.inbox(query).cases] == [given["order_id"]]
    assert len(store.history(given["order_id"])) == 4
    waiting = store.claim(jst(17), jst(18), 1_000)
    assert {each.message for each in waiting} >= {*messages[:2]}
    assert (store.load("bystander"), store.history("bystander")) == other


@pytest.mark.parametrize("injected", INJECTIONS)
def test_sql_in_a_text_is_a_text(store: SqlStore, injected: str) -> None:
    """In every place at once it comes back unchanged, finds nothing else and harms nothing."""
    names = {"buyer": f"b{injected}", "seller": f"s{injected}"}
    check_kept(store, dict.fromkeys(PLACES, injected) | names)


@settings(max_examples=settings().max_examples // 4)
@given(
    st.dictionaries(
        st.sampled_from([place for place in PLACES if place != "order_id"]),
        st.text(
            st.sampled_from("'\"`;-/*%_\\?:$()=<>@#&|~^[]{}\u02bc\uff07ABCdropあ1"),
            min_size=1,
            max_size=30,
        ),
    )
)
def test_any_text_is_only_a_text(words: dict[str, str]) -> None:
    """Whatever is in it comes back from the database as it was."""
    with closing(SqlStore("sqlite://")) as kept:
        said({"order_id": "bystander", "seller": "s-9"}, kept)
        check_kept(kept, words)


# -------------------------------------------------------------------- what shows it


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "<b>&amp;", "[x](javascript:1)"])
def test_labels_and_bodies_are_plain_text(typed: str) -> None:
    """What was typed is there letter by letter; nothing is escaped halfway.

    So it is neither shown escaped twice nor taken to be safe: escaping it is the host's.
    """
    service, outcomes = told("qoo10", story("qoo10", typed)[:1])
    assert typed in service.label(ORDER_ID, by=SELLER)
    assert any(typed in message.body for message in outcomes[-1].messages)
