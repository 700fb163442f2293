"""What a store promises of the outbox."""

from __future__ import annotations

from datetime import timedelta

from ordercancel.service.ports import Store
from ordercancel.service.records import Backlog, Claim, DeadLetter
from ordercancel.testing.contracts.samples import (
    AT,
    asked,
    asking,
    cancelled_at_once,
    claimed,
    claims,
    jst,
    put,
    registered,
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
        assert [claim.message.id for claim in leased] == [
            "o-2:3:buyer:app",
            "o-2:3:buyer:mail",
            "o-2:3:seller:app",
            "o-2:3:seller:mail",
            "o-1:2:seller:app",
        ]
        assert second.version == 4
        (message,) = first_asked.messages
        assert leased[4] == Claim(message=message, attempts=1, until=jst(18))

    def test_a_leased_message_is_not_handed_out_again(self, store: Store) -> None:
        """Not before its lease is over, and again from that moment on."""
        asked(store)
        lease = jst(17, 0, 5)
        assert len(store.claim(jst(17), lease, 10)) == 1
        assert store.claim(jst(17), lease, 10) == ()
        assert store.claim(lease - timedelta(microseconds=1), jst(18), 10) == ()
        (again,) = store.claim(lease, jst(18), 10)
        assert (again.message.id, again.until) == ("o-1:2:seller:app", jst(18))
        assert store.claim(jst(17, 23), jst(19), 10) == ()

    def test_no_more_messages_are_leased_than_asked_for(self, store: Store) -> None:
        """The others are free for the next one who asks."""
        for order_id in ("o-1", "o-2", "o-3"):
            asked(store, order_id)
        assert claimed(store, jst(17), 2) == ["o-1:2:seller:app", "o-2:2:seller:app"]
        assert claimed(store, jst(17), 2) == ["o-3:2:seller:app"]
        assert claimed(store, jst(17), 2) == []

    def test_the_messages_of_one_order_keep_their_order(self, store: Store) -> None:
        """None goes out, to whomever, while one that was written before it is on its way."""
        cancelled_at_once(store)
        assert claimed(store, jst(17), 1) == ["o-1:3:buyer:app"]
        assert claimed(store, jst(17)) == []
        store.delivered("o-1:3:buyer:app", jst(17))
        assert claimed(store, jst(17), 1) == ["o-1:3:buyer:mail"]
        # Whoever had it has died: it comes again first, and those behind it with it.
        assert claimed(store, jst(17, 0, 5)) == [
            "o-1:3:buyer:mail",
            "o-1:3:seller:app",
            "o-1:3:seller:mail",
        ]

    def test_a_failed_message_holds_up_those_to_the_same_party_only(self, store: Store) -> None:
        """The seller learns of a cancellation although the buyer's mailbox is full."""
        cancelled_at_once(store)
        store.failed(claims(store, jst(17), 1)["o-1:3:buyer:app"], _DOWN, jst(17, 1))
        leased = claims(store, jst(17))
        assert list(leased) == ["o-1:3:seller:app", "o-1:3:seller:mail"]
        store.release(list(leased.values()))
        assert claimed(store, jst(17, 1), 1) == ["o-1:3:buyer:app"]
        assert claimed(store, jst(17, 1)) == ["o-1:3:seller:app", "o-1:3:seller:mail"]
        store.delivered("o-1:3:buyer:app", jst(17, 1))
        assert claimed(store, jst(17, 1)) == ["o-1:3:buyer:mail"]

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

    def test_every_lease_counts_as_a_try(self, store: Store) -> None:
        """Also where no outcome was recorded, as of a message that kills who delivers it."""
        asked(store)
        first = claims(store, jst(17))["o-1:2:seller:app"]
        second = claims(store, jst(18))["o-1:2:seller:app"]
        store.failed(second, _DOWN, jst(19))
        third = claims(store, jst(19))["o-1:2:seller:app"]
        assert [first.attempts, second.attempts, third.attempts] == [1, 2, 3]

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
        """It is free at once, and that was no try."""
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
                attempts=1,
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
        assert (claim.message.id, claim.attempts) == ("o-1:3:seller:app", 1)
        assert claim.reached == ("one@example.jp",)
        assert store.revive([]) == 0
        assert store.revive() == 3
        assert store.revive() == 0
        assert store.dead_letters(10) == ()
        assert claimed(store, jst(17)) == ["o-1:3:buyer:app", "o-1:3:buyer:mail"]

    def test_a_dead_message_that_arrived_after_all_is_dead_no_more(self, store: Store) -> None:
        """The slow relay delivered it when the others had given up."""
        asked(store)
        (claim,) = claims(store, jst(17)).values()
        store.failed(claim, _DOWN, None)
        store.delivered(claim.message.id, jst(17))
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
