"""What a store promises of the outbox."""

from __future__ import annotations

from datetime import timedelta

import attrs

from ordercancel.domain.requests import RequestStatus
from ordercancel.rules.notifications import Medium
from ordercancel.service.ports import Store
from ordercancel.service.records import Backlog, Claim, DeadLetter, Start
from ordercancel.testing.contracts.samples import (
    AT,
    asked,
    asking,
    cancelled_at_once,
    carried_out,
    claimed,
    claims,
    jst,
    letter,
    posted,
    put,
    registered,
    rejecting,
)

_DOWN = "OSError: down"


class OutboxPromises:
    """The outbox."""

    def test_messages_come_oldest_first(self, store: Store) -> None:
        """In the order of the commits, and within one in its own order, whole."""
        second = cancelled_at_once(store, "o-2")
        first_asked = asking(put(store, registered("o-1")))
        store.commit(first_asked)
        leased = store.claim(jst(17), jst(18), 100)
        assert [claim.id for claim in leased] == [
            "o-2:3:buyer:app",
            "o-2:3:buyer:mail",
            "o-2:3:seller:app",
            "o-2:3:seller:mail",
            "o-1:2:seller:app",
        ]
        assert second.version == 4
        (message,) = first_asked.messages
        assert leased[4] == Claim(
            id="o-1:2:seller:app", order_id="o-1", message=message, attempts=0, until=jst(18)
        )

    def test_a_leased_message_is_not_handed_out_again(self, store: Store) -> None:
        """Not before its lease is over, and again from that moment on."""
        asked(store)
        lease = jst(17, 0, 5)
        assert len(store.claim(jst(17), lease, 10)) == 1
        assert store.claim(jst(17), lease, 10) == ()
        assert store.claim(lease - timedelta(microseconds=1), jst(18), 10) == ()
        (again,) = store.claim(lease, jst(18), 10)
        assert (again.id, again.until) == ("o-1:2:seller:app", jst(18))
        assert store.claim(jst(17, 23), jst(19), 10) == ()

    def test_no_more_messages_are_leased_than_asked_for(self, store: Store) -> None:
        """The others are free for the next one who asks."""
        for order_id in ("o-1", "o-2", "o-3"):
            asked(store, order_id)
        assert claimed(store, jst(17), 2) == ["o-1:2:seller:app", "o-2:2:seller:app"]
        assert claimed(store, jst(17), 2) == ["o-3:2:seller:app"]
        assert claimed(store, jst(17), 2) == []

    def test_the_messages_of_a_lane_keep_their_order(self, store: Store) -> None:
        """None goes out while one before it is to be delivered: to a party, by a medium."""
        others = letter(3, medium=Medium.APP), letter(4, party="s-1", audience="seller")
        posted(store, letter(1), letter(2), *others)
        assert claimed(store, jst(17)) == ["letter-1", "letter-3", "letter-4"]
        assert claimed(store, jst(17)) == []
        store.delivered("letter-1", jst(17))
        assert claimed(store, jst(17), 1) == ["letter-2"]
        # Whoever had them has died: they come again.
        assert claimed(store, jst(17, 0, 5)) == ["letter-2", "letter-3", "letter-4"]

    def test_a_failed_message_holds_up_its_lane_only(self, store: Store) -> None:
        """A buyer with a dead mail address is told in the app at once, and so is the seller."""
        others = letter(3, medium=Medium.APP), letter(4, party="s-1", audience="seller")
        posted(store, letter(1))
        store.failed(claims(store, jst(17))["letter-1"], _DOWN, jst(17, 2))
        store.commit(attrs.evolve(registered("o-2"), messages=(letter(2), *others)))
        for message_id in claimed(store, jst(17, 1)):
            assert message_id in ("letter-3", "letter-4")
            store.delivered(message_id, jst(17, 1))
        assert claimed(store, jst(17, 2)) == ["letter-1"]
        store.delivered("letter-1", jst(17, 2))
        assert claimed(store, jst(17, 2), 1) == ["letter-2"]

    def test_a_dead_message_holds_up_nobody(self, store: Store) -> None:
        """The next of its lane goes out at once."""
        posted(store, letter(1), letter(2))
        store.failed(claims(store, jst(17))["letter-1"], _DOWN, None)
        assert claimed(store, jst(17)) == ["letter-2"]

    def test_an_address_that_has_a_message_gets_the_next_at_once(self, store: Store) -> None:
        """The order is kept at each address; one that is dead holds up no other."""
        posted(store, letter(1), letter(2), letter(3))
        good, both = ("good@example.jp",), ("bad@example.jp", "good@example.jp")
        store.failed(claims(store, jst(17))["letter-1"], _DOWN, jst(18), good)
        (second,) = claims(store, jst(17)).values()
        assert (second.id, second.reached, second.open_to) == ("letter-2", (), frozenset(good))
        store.failed(second, _DOWN, jst(17, 1), good)
        (third,) = claims(store, jst(17)).values()
        assert (third.id, third.open_to) == ("letter-3", frozenset(good))
        store.failed(third, _DOWN, jst(17, 1), good)
        assert claimed(store, jst(17, 23)) == []
        (first,) = claims(store, jst(18)).values()
        assert (first.id, first.reached, first.open_to) == ("letter-1", good, None)
        store.failed(first, _DOWN, jst(19), both)
        (second,) = claims(store, jst(18, 1)).values()
        assert (second.id, second.reached) == ("letter-2", good)
        assert second.open_to == frozenset(both)
        store.delivered("letter-1", jst(18))
        store.delivered("letter-2", jst(18))
        (third,) = claims(store, jst(18, 1)).values()
        assert (third.id, third.reached, third.open_to) == ("letter-3", good, None)

    def test_whatever_addresses_were_reached_can_be_kept(self, store: Store) -> None:
        """A notifier may name what is no address, and no text that a database takes."""
        posted(store, letter(1))
        strange = ("\x00", "a\ud800@x", "店@例え.jp")
        store.failed(claims(store, jst(17))["letter-1"], _DOWN, jst(18), strange)
        assert claims(store, jst(18))["letter-1"].reached == strange

    def test_a_message_is_obsolete_once_its_request_is_closed(self, store: Store) -> None:
        """It is not sent as if it were open; it is listed and counted, and holds up nobody."""
        case = asked(store)
        store.failed(claims(store, jst(16, 11))["o-1:2:seller:app"], _DOWN, jst(16, 13))
        closed = carried_out(case, rejecting(), jst(16, 12))
        store.commit(closed)
        told = claims(store, jst(16, 12))
        assert list(told) == ["o-1:3:buyer:app", "o-1:3:buyer:mail", "o-1:3:seller:app"]
        assert [store.start(each) for each in told.values()] == [Start.BEGUN] * 3
        old = claims(store, jst(16, 13))["o-1:2:seller:app"]
        assert store.start(old) is Start.OBSOLETE
        assert store.start(old) is Start.LOST
        assert claimed(store, jst(31)) == list(told)
        assert store.backlog(jst(16)) == Backlog(
            messages=3, oldest=jst(16, 12), dead=0, due=0, earliest=None, obsolete=1
        )
        assert store.dead_letters(9) == ()
        (letter,) = store.dead_letters(9, obsolete=True)
        assert (letter.id, letter.message) == ("o-1:2:seller:app", old.message)
        assert store.revive() == 0

    def test_a_message_on_its_way_goes_before_the_next(self, store: Store) -> None:
        """Though its request has been closed since: who reads both must not read it last."""
        case = asked(store)
        lease = jst(16, 12)
        (old,) = store.claim(jst(16, 11), lease, 10)
        assert (old.id, store.start(old)) == ("o-1:2:seller:app", Start.BEGUN)
        store.commit(carried_out(case, rejecting(), jst(16, 11, 1)))
        to_buyer = ["o-1:3:buyer:app", "o-1:3:buyer:mail"]
        assert claimed(store, jst(16, 11, 1)) == to_buyer
        store.delivered("o-1:2:seller:app", jst(16, 11, 2))
        assert claimed(store, jst(16, 11, 2)) == ["o-1:3:seller:app"]

    def test_a_message_whose_sender_died_waits_no_longer_than_its_lease(
        self, store: Store
    ) -> None:
        """Its request has been closed since, so it is obsolete, and the next goes out."""
        case = asked(store)
        lease = jst(16, 12)
        (old,) = store.claim(jst(16, 11), lease, 10)
        assert store.start(old) is Start.BEGUN
        store.commit(carried_out(case, rejecting(), jst(16, 11, 1)))
        for message_id in claimed(store, jst(16, 11, 1)):
            store.delivered(message_id, jst(16, 11, 1))
        (again,) = store.claim(lease, jst(16, 13), 10)
        assert (again.id, store.start(again)) == ("o-1:2:seller:app", Start.OBSOLETE)
        assert claimed(store, lease) == ["o-1:3:seller:app"]

    def test_a_message_of_an_open_request_is_sent(self, store: Store) -> None:
        """Of two requests, the message of the first is obsolete, and that of the second is not."""
        case = asked(store)
        (first,) = case.requests
        closed = attrs.evolve(first, status=RequestStatus.WITHDRAWN, closed_at=jst(16, 11))
        requests = (closed, attrs.evolve(first, number=2, at=jst(16, 12)))
        letters = letter(1, request=1), letter(2, request=2)
        store.commit(
            attrs.evolve(
                asking(registered().case, jst(16, 12)),
                case=attrs.evolve(case, requests=requests, version=3),
                expected=2,
                messages=letters,
            )
        )
        starts = {key: store.start(each) for key, each in claims(store, jst(17)).items()}
        assert starts == {
            "o-1:2:seller:app": Start.OBSOLETE,
            "letter-1": Start.OBSOLETE,
            "letter-2": Start.BEGUN,
        }

    def test_a_delivered_message_never_comes_again(self, store: Store) -> None:
        """However much later; the others do."""
        cancelled_at_once(store)
        for message_id in claimed(store, jst(17), 2):
            store.delivered(message_id, jst(17))
        assert claimed(store, jst(31)) == ["o-1:3:seller:app", "o-1:3:seller:mail"]

    def test_a_failed_message_comes_again_when_it_is_time(self, store: Store) -> None:
        """At `retry_at`, whether the lease is longer or shorter."""
        asked(store, "o-1")
        asked(store, "o-2")
        leased = claims(store, jst(17))
        store.failed(leased["o-1:2:seller:app"], _DOWN, jst(17, 0, 1))
        store.failed(leased["o-2:2:seller:app"], _DOWN, jst(17, 1))
        assert claimed(store, jst(17) + timedelta(seconds=59)) == []
        assert claimed(store, jst(17, 0, 1)) == ["o-1:2:seller:app"]
        assert claimed(store, jst(17, 0, 59)) == ["o-1:2:seller:app"]
        assert claimed(store, jst(17, 1)) == ["o-2:2:seller:app"]

    def test_a_try_counts_when_it_begins(self, store: Store) -> None:
        """A lease is none; a try is one also where no outcome was noted, as of one that kills."""
        posted(store, letter(1))
        assert claims(store, jst(17))["letter-1"].attempts == 0
        first = claims(store, jst(18))["letter-1"]
        assert (first.attempts, store.start(first)) == (0, Start.BEGUN)
        second = claims(store, jst(19))["letter-1"]
        assert (second.attempts, store.start(second)) == (1, Start.BEGUN)
        store.failed(second, _DOWN, jst(20))
        third = claims(store, jst(20))["letter-1"]
        assert third.attempts == 2

    def test_no_try_begins_under_a_lease_that_is_over(self, store: Store) -> None:
        """Another relay has the message, or it is delivered."""
        posted(store, letter(1))
        slow = claims(store, jst(17))["letter-1"]
        fast = claims(store, jst(17, 1))["letter-1"]
        assert (store.start(slow), store.start(fast)) == (Start.LOST, Start.BEGUN)
        store.delivered("letter-1", jst(17, 1))
        assert store.start(fast) is Start.LOST

    def test_a_retry_comes_before_what_was_written_later(self, store: Store) -> None:
        """What has been free the longest is handed out first, so that no flood hides it."""
        posted(store, letter(1))
        store.failed(claims(store, jst(17))["letter-1"], _DOWN, jst(17, 1))
        late = letter(2, order_id="o-2", at=jst(17, 2))
        store.commit(attrs.evolve(registered("o-2"), messages=(late,)))
        assert claimed(store, jst(18), 1) == ["letter-1"]

    def test_a_message_that_is_not_known_is_passed_over(self, store: Store) -> None:
        cancelled_at_once(store)
        store.delivered("o-9:1:buyer:mail", jst(17))
        assert len(claimed(store, jst(17))) == 4

    def test_a_message_that_failed_before_can_be_delivered(self, store: Store) -> None:
        """And is gone then."""
        asked(store)
        ((message_id, claim),) = claims(store, jst(17)).items()
        store.failed(claim, _DOWN, jst(17, 0, 1))
        assert claimed(store, jst(17, 0, 1)) == [message_id]
        store.delivered(message_id, jst(17, 0, 1))
        assert claimed(store, jst(31)) == []

    def test_who_has_lost_the_lease_can_not_let_it_fail(self, store: Store) -> None:
        """A relay that was slow may tell of a failure when another one has the message."""
        asked(store)
        slow = claims(store, jst(17))["o-1:2:seller:app"]
        assert claimed(store, jst(17, 1)) == ["o-1:2:seller:app"]
        store.failed(slow, _DOWN, None)
        store.failed(slow, _DOWN, jst(17, 1))
        store.release([slow])
        assert claimed(store, jst(17, 1)) == []
        assert store.dead_letters(10) == ()
        store.delivered("o-1:2:seller:app", jst(17, 1))
        store.failed(slow, _DOWN, jst(17, 0, 1))
        assert claimed(store, jst(18)) == []

    def test_a_claim_that_is_given_back_was_never_handed_out(self, store: Store) -> None:
        """It is free at once."""
        cancelled_at_once(store)
        before = claims(store, jst(17), 2)
        store.release(list(before.values()))
        store.release([])
        assert claims(store, jst(17), 2) == before

    def test_it_is_kept_which_addresses_have_a_message(self, store: Store) -> None:
        """So that the next try leaves them out."""
        asked(store)
        (claim,) = claims(store, jst(17)).values()
        store.failed(claim, _DOWN, jst(18), ("one@example.jp", "two@example.jp"))
        (again,) = claims(store, jst(18)).values()
        assert again.reached == ("one@example.jp", "two@example.jp")

    def test_a_dead_message_is_listed_and_tried_no_more(self, store: Store) -> None:
        """It holds nobody up, and says what went wrong."""
        cancelled_at_once(store)
        first = claims(store, jst(17))["o-1:3:buyer:app"]
        store.failed(first, _DOWN, None)
        assert claimed(store, jst(31)) == [
            "o-1:3:buyer:mail",
            "o-1:3:seller:app",
            "o-1:3:seller:mail",
        ]
        assert store.dead_letters(10) == (
            DeadLetter(
                id="o-1:3:buyer:app",
                order_id="o-1",
                message=first.message,
                attempts=0,
                error=_DOWN,
            ),
        )

    def test_dead_messages_are_listed_page_by_page(self, store: Store) -> None:
        """The oldest first; behind one that is not known the list begins anew."""
        cancelled_at_once(store)
        for claim in claims(store, jst(17)).values():
            store.failed(claim, _DOWN, None)
        ids = [letter.id for letter in store.dead_letters(3)]
        assert ids == ["o-1:3:buyer:app", "o-1:3:buyer:mail", "o-1:3:seller:app"]
        (last,) = store.dead_letters(3, after=ids[-1])
        assert last.id == "o-1:3:seller:mail"
        assert store.dead_letters(3, after=last.id) == ()
        assert len(store.dead_letters(9, after="o-9:1:buyer:mail")) == 4

    def test_dead_messages_are_put_back(self, store: Store) -> None:
        """Those that are named, or all; all tries are theirs again, and who has it is kept."""
        cancelled_at_once(store)
        for claim in claims(store, jst(17)).values():
            store.failed(claim, _DOWN, None, ("one@example.jp",))
        assert store.revive(["o-1:3:seller:app", "o-9:1:buyer:mail"]) == 1
        (claim,) = claims(store, jst(17)).values()
        assert (claim.id, claim.attempts) == ("o-1:3:seller:app", 0)
        assert claim.reached == ("one@example.jp",)
        assert store.revive([]) == 0
        assert store.revive() == 3
        assert store.revive() == 0
        assert store.dead_letters(10) == ()
        others = ["o-1:3:buyer:app", "o-1:3:buyer:mail", "o-1:3:seller:mail"]
        assert claimed(store, jst(17)) == others

    def test_a_dead_message_that_arrived_after_all_is_dead_no_more(self, store: Store) -> None:
        """The slow relay delivered it when the others had given up."""
        asked(store)
        (claim,) = claims(store, jst(17)).values()
        store.failed(claim, _DOWN, None)
        store.delivered(claim.id, jst(17))
        assert store.dead_letters(10) == ()
        assert store.revive() == 0

    def test_the_backlog_is_counted(self, store: Store) -> None:
        """What waits, since when, what is dead, and what has come due."""
        nothing = Backlog(messages=0, oldest=None, dead=0, due=0, earliest=None)
        assert store.backlog(jst(17)) == nothing
        asked(store, "o-1")
        asked(store, "o-2", at=AT + timedelta(hours=1))
        assert store.backlog(AT) == Backlog(messages=2, oldest=AT, dead=0, due=0, earliest=None)
        leased = claims(store, jst(17))
        store.failed(leased["o-1:2:seller:app"], _DOWN, None)
        # The seller's answers are overdue after the fourth day.
        assert store.backlog(jst(22)) == Backlog(
            messages=1, oldest=AT + timedelta(hours=1), dead=1, due=2, earliest=jst(21)
        )
        store.delivered("o-2:2:seller:app", jst(17))
        assert store.backlog(jst(20, 23)) == Backlog(
            messages=0, oldest=None, dead=1, due=0, earliest=None
        )
