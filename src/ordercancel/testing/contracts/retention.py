"""What a store promises of what it forgets: a person, and what is old."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import AnswerWithdrawal, AskWithdrawal, RequestCancellation
from ordercancel.domain.errors import Conflict
from ordercancel.domain.events import PartyErased
from ordercancel.engine.erasure import ERASED, Person, erased, reworded
from ordercancel.engine.evolve import fold, states
from ordercancel.policies import QOO10
from ordercancel.service.ports import Store
from ordercancel.service.records import Erasure, Kept, Purged, Start
from ordercancel.testing.contracts.samples import BUYER as ASKER
from ordercancel.testing.contracts.samples import (
    SELLER,
    SELLERS,
    SYSTEM,
    asked,
    asking,
    cancelled_at_once,
    carried_out,
    claimed,
    claims,
    jst,
    put,
    registered,
    rejecting,
)

WORDS = "ひみつの言葉"
BUYER = Person("buyer", "b-1", "gone-1")
ALL = frozenset(Kept)
MESSAGES, RECEIPTS, CASES = (frozenset({each}) for each in Kept)


def erasure(store: Store, case: Case, person: Person = BUYER) -> Erasure:
    """What is left of an order without a person, with all that waits in new words."""
    order_id = case.order.id
    left = erased(store.history(order_id), person, QOO10)
    assert left is not None
    told = PartyErased(
        order_id=order_id, at=jst(30), by=SYSTEM, role=person.role, party=person.replacement
    )
    events = (*left, told)
    messages = reworded(store.undelivered(order_id), events, states(events), QOO10, {})
    return Erasure(
        case=fold(events),
        expected=case.version,
        events=events,
        messages=messages,
        person=person,
        acted=frozenset({2}),  # where there are any, the request
    )


def spoken(store: Store, order_id: str = "o-1") -> Case:
    """An order about which both sides have written something."""
    asks = RequestCancellation(order_id, by=ASKER, reason="other", text=WORDS, command_id="c-0")
    asks_back = AskWithdrawal(order_id, by=SELLER, request=1, text=WORDS, command_id="c-1")
    case = put(store, carried_out(put(store, registered(order_id)), asks))
    return put(store, carried_out(case, asks_back, jst(16, 11)))


class RetentionPromises:
    """Erasing and purging."""

    def test_orders_that_name_somebody_are_found_page_by_page(self, store: Store) -> None:
        """At the least those in whose history the id stands, also as a buyer of earlier days."""
        for order_id, buyer in (("o-1", 'b"1'), ("o-2", "b-2"), ("o-3", 'b"1')):
            put(store, registered(order_id, buyer=buyer))
        first = store.naming('b"1', None, 2)
        assert (first.looked_at, first.last) == (2, "o-2")
        assert "o-1" in first.order_ids
        second = store.naming('b"1', "o-2", 2)
        assert (second.looked_at, second.last, second.order_ids) == (1, "o-3", ("o-3",))
        assert store.naming('b"1', "o-3", 2).last is None

    def test_what_is_left_takes_the_place_of_what_was_there(self, store: Store) -> None:
        """The case, the whole history, and the receipts: without fingerprints, or not at all."""
        wanted = erasure(store, spoken(store))
        store.erase(wanted)
        assert store.load("o-1") == wanted.case
        assert store.history("o-1") == wanted.events
        assert fold(store.history("o-1")) == wanted.case
        assert wanted.case.order.buyer == "gone-1"
        assert WORDS not in str([getattr(each, "text", "") for each in store.history("o-1")])
        receipt = store.receipt("c-1")
        assert receipt is not None
        assert (receipt.expected, receipt.version, receipt.fingerprint) == (2, 3, "")
        assert store.receipt("c-0") is None
        assert store.undelivered("o-1") == {"o-1:2:seller:app": 2}

    def test_messages_lose_their_words(self, store: Store) -> None:
        """Delivered ones keep none; to the person none is left; others say what is left."""
        spoken(store)
        sent = [each.message for each in claims(store, jst(17)).values()]
        assert [each is not None and WORDS in each.body for each in sent] == [True] * 3
        store.delivered("o-1:3:buyer:app", jst(17))
        case = store.load("o-1")
        assert case is not None
        store.erase(erasure(store, case))
        receipt = store.receipt("c-1")
        assert receipt is not None
        (told,) = receipt.messages  # the mail is gone
        assert (told.id, told.party) == ("o-1:3:buyer:app", "gone-1")
        assert (told.subject, told.body) == (ERASED, ERASED)
        (claim,) = claims(store, jst(18)).values()
        assert claim.message is not None
        assert (claim.message.id, claim.message.party) == ("o-1:2:seller:app", "s-1")
        assert ERASED in claim.message.body
        assert claim.message.body != ERASED
        assert WORDS not in claim.message.body

    def test_messages_to_the_person_are_not_delivered_any_more(self, store: Store) -> None:
        """Whether they waited or were dead."""
        case = cancelled_at_once(store)
        store.failed(claims(store, jst(17), 1)["o-1:3:buyer:app"], "OSError: b@example.jp", None)
        store.erase(erasure(store, case))
        assert store.dead_letters(10) == ()
        assert claimed(store, jst(31)) == ["o-1:3:seller:app", "o-1:3:seller:mail"]

    def test_who_delivers_meanwhile_tells_nothing_of_it(self, store: Store) -> None:
        """A failure may quote what is erased; whether it was delivered may be told."""
        case = cancelled_at_once(store)
        leased = claims(store, jst(17))
        store.erase(erasure(store, case))
        app, mail = "o-1:3:seller:app", "o-1:3:seller:mail"
        assert store.start(leased[app]) is Start.LOST
        store.failed(leased[app], f"OSError: {WORDS}", None, ("b@example.jp",))
        store.failed(leased["o-1:3:buyer:app"], f"OSError: {WORDS}", None)
        store.release([leased[mail]])
        assert store.dead_letters(10) == ()
        assert claimed(store, jst(17, 0, 5)) == []
        again = claims(store, jst(17, 0, 6))
        assert list(again) == [app, mail]
        assert again[app].reached == ()
        store.delivered(app, jst(17))
        assert list(store.undelivered("o-1")) == [mail]

    def test_of_an_error_its_kind_is_left(self, store: Store) -> None:
        """Its text may quote anything."""
        case = cancelled_at_once(store)
        leased = claims(store, jst(17))
        store.failed(leased["o-1:3:seller:app"], f"OSError: {WORDS}", None)
        store.erase(erasure(store, case))
        (letter,) = store.dead_letters(10)
        assert letter.error == "OSError"
        assert letter.message is not None
        assert letter.message.subject != ERASED

    def test_an_order_that_has_moved_on_is_not_erased_from(self, store: Store) -> None:
        """What was decided meanwhile is not overwritten, and nothing else is."""
        case = spoken(store)
        outdated = erasure(store, case)
        answer = AnswerWithdrawal("o-1", by=ASKER, request=1, accept=False)
        put(store, carried_out(case, answer, jst(16, 12)))
        before = store.load("o-1"), store.history("o-1"), store.receipt("c-1")
        with pytest.raises(Conflict) as caught:
            store.erase(outdated)
        assert caught.value.order_id == "o-1"
        assert (store.load("o-1"), store.history("o-1"), store.receipt("c-1")) == before
        assert set(store.undelivered("o-1")) == {
            "o-1:2:seller:app",
            "o-1:3:buyer:app",
            "o-1:3:buyer:mail",
            "o-1:4:seller:app",
        }

    def test_deadlines_stay_as_they_are(self, store: Store) -> None:
        """What is erased is nothing that a deadline asks for."""
        case = asked(store)
        (due,) = store.due(jst(31), None, 10)
        tally = store.tally(SELLERS, jst(31))
        store.erase(erasure(store, case))
        assert store.due(jst(31), None, 10) == (due,)
        assert store.tally(SELLERS, jst(31)) == tally

    def test_delivered_messages_are_purged(self, store: Store) -> None:
        """By when they were delivered; what waits or is dead stays."""
        cancelled_at_once(store)
        leased = claims(store, jst(17))
        store.delivered("o-1:3:buyer:app", jst(17))
        store.delivered("o-1:3:buyer:mail", jst(18))
        store.failed(leased["o-1:3:seller:app"], "OSError: down", None)
        purged = store.purge(jst(18), MESSAGES, None, 10)
        assert purged == Purged(messages=1, receipts=0, cases=0, looked_at=1, next=None)
        assert store.purge(jst(18), MESSAGES, None, 10).messages == 0
        assert set(store.undelivered("o-1")) == {"o-1:3:seller:app", "o-1:3:seller:mail"}
        assert len(store.history("o-1")) == 4

    def test_obsolete_messages_are_purged(self, store: Store) -> None:
        """By when they were written: nobody will deliver them."""
        case = asked(store)
        claim = claims(store, jst(17))["o-1:2:seller:app"]
        put(store, carried_out(case, rejecting(), jst(18)))
        assert store.start(claim) is Start.OBSOLETE
        assert store.purge(jst(16, 10), MESSAGES, None, 10).messages == 0
        assert store.purge(jst(16, 11), MESSAGES, None, 10).messages == 1

    def test_receipts_are_purged(self, store: Store) -> None:
        """By when their commands were carried out."""
        spoken(store)
        assert store.purge(jst(16, 11), RECEIPTS, None, 10).receipts == 1
        assert (store.receipt("c-0"), store.receipt("c-1") is None) == (None, False)
        later = jst(16, 11) + timedelta(microseconds=1)
        purged = store.purge(later, RECEIPTS, None, 10)
        assert purged == Purged(messages=0, receipts=1, cases=0, looked_at=1, next=None)
        assert store.receipt("c-1") is None
        assert store.load("o-1") is not None

    def test_a_case_about_which_nothing_is_open_is_purged(self, store: Store) -> None:
        """With its history, messages and receipts; then its id is free."""
        case = put(store, registered(status="new"))
        put(store, asking(case, command_id="c-1"))
        for message_id in claimed(store, jst(17)):
            store.delivered(message_id, jst(17))
        assert store.purge(jst(16, 10), CASES, None, 10).cases == 0
        purged = store.purge(jst(16, 11), CASES, None, 10)
        assert purged == Purged(messages=4, receipts=1, cases=1, looked_at=1, next=None)
        assert (store.load("o-1"), store.history("o-1"), store.receipt("c-1")) == (None, (), None)
        assert store.purge(jst(31), ALL, None, 10).looked_at == 0
        assert put(store, registered()) == store.load("o-1")

    def test_a_case_about_which_something_is_open_stays(self, store: Store) -> None:
        """A request, a deadline that runs, or a message that waits, however old they are."""
        asked(store, "o-1")
        put(store, attrs.evolve(registered("o-2"), next_due=jst(20)))
        cancelled_at_once(store, "o-3")
        claimed(store, jst(17))
        purged = store.purge(jst(31), CASES, None, 10)
        assert purged == Purged(messages=0, receipts=0, cases=0, looked_at=3, next=None)
        assert [case.order.id for case in store.scan(None, 10).cases] == ["o-1", "o-2", "o-3"]

    def test_orders_are_purged_page_by_page(self, store: Store) -> None:
        """Each page goes on behind the one before, whatever of it is gone."""
        for order_id in ("o-1", "o-2", "o-3"):
            cancelled_at_once(store, order_id)
        for message_id in claimed(store, jst(17)):
            store.delivered(message_id, jst(17))
        first = store.purge(jst(31), ALL, None, 2)
        assert first == Purged(messages=8, receipts=0, cases=2, looked_at=2, next="o-2")
        second = store.purge(jst(31), ALL, first.next, 2)
        assert second == Purged(messages=4, receipts=0, cases=1, looked_at=1, next=None)
