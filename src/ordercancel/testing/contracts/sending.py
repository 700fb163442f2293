"""What a store promises of the outbox."""

from __future__ import annotations

from datetime import timedelta

from ordercancel.ports import Store
from ordercancel.testing.contracts.samples import (
    asked,
    asking,
    cancelled_at_once,
    claimed,
    jst,
    put,
    registered,
)

__all__ = ["Sending"]


class Sending:
    """The outbox."""

    def test_messages_come_oldest_first(self, store: Store) -> None:
        """In the order of the commits, and within one in its own order, whole."""
        second = cancelled_at_once(store, "o-2")
        first_asked = asking(put(store, registered("o-1")))
        store.commit(first_asked)
        found = store.claim(jst(17), jst(18), 100)
        assert [message.id for message in found] == [
            "o-2:3:buyer:app",
            "o-2:3:buyer:mail",
            "o-2:3:seller:app",
            "o-2:3:seller:mail",
            "o-1:2:seller:app",
        ]
        assert second.version == 4
        assert found[4:] == first_asked.messages

    def test_a_leased_message_is_not_handed_out_again(self, store: Store) -> None:
        """Not before its lease is over, and again from that moment on."""
        asked(store)
        lease = jst(17, 0, 5)
        assert len(store.claim(jst(17), lease, 10)) == 1
        assert store.claim(jst(17), lease, 10) == ()
        assert store.claim(lease - timedelta(microseconds=1), jst(18), 10) == ()
        assert [message.id for message in store.claim(lease, jst(18), 10)] == ["o-1:2:seller:app"]
        assert store.claim(jst(17, 23), jst(18), 10) == ()

    def test_no_more_messages_are_leased_than_asked_for(self, store: Store) -> None:
        """The others are free for the next one who asks."""
        cancelled_at_once(store)
        assert claimed(store, jst(17), 3) == [
            "o-1:3:buyer:app",
            "o-1:3:buyer:mail",
            "o-1:3:seller:app",
        ]
        assert claimed(store, jst(17), 3) == ["o-1:3:seller:mail"]
        assert claimed(store, jst(17), 3) == []

    def test_a_delivered_message_never_comes_again(self, store: Store) -> None:
        """However much later; the others do."""
        cancelled_at_once(store)
        for message_id in claimed(store, jst(17), 2):
            store.delivered(message_id, jst(17))
        assert claimed(store, jst(31)) == ["o-1:3:seller:app", "o-1:3:seller:mail"]

    def test_a_failed_message_comes_again_when_it_is_time(self, store: Store) -> None:
        """At `retry_at`, whether the lease is longer or shorter, and in the order of that time."""
        cancelled_at_once(store)
        claimed(store, jst(17))
        store.failed("o-1:3:seller:app", "OSError: down", jst(17, 0, 1))
        store.failed("o-1:3:buyer:mail", "OSError: down", jst(17, 0, 1))
        store.failed("o-1:3:buyer:app", "OSError: down", jst(17, 1))
        assert claimed(store, jst(17) + timedelta(seconds=59)) == []
        assert claimed(store, jst(17, 0, 1)) == ["o-1:3:buyer:mail", "o-1:3:seller:app"]
        store.delivered("o-1:3:buyer:mail", jst(17, 0, 1))
        # The lease of the fourth, five minutes, is over by now.
        assert claimed(store, jst(17, 0, 6)) == ["o-1:3:seller:mail", "o-1:3:seller:app"]
        assert claimed(store, jst(17, 1)) == [
            "o-1:3:seller:app",
            "o-1:3:seller:mail",
            "o-1:3:buyer:app",
        ]

    def test_a_message_that_is_not_known_is_passed_over(self, store: Store) -> None:
        cancelled_at_once(store)
        store.delivered("o-9:1:buyer:mail", jst(17))
        store.failed("o-9:1:buyer:mail", "OSError: down", jst(18))
        assert len(claimed(store, jst(17))) == 4

    def test_a_message_that_failed_before_can_be_delivered(self, store: Store) -> None:
        """And is gone then."""
        asked(store)
        (message_id,) = claimed(store, jst(17))
        store.failed(message_id, "OSError: down", jst(17, 0, 1))
        assert claimed(store, jst(17, 0, 1)) == [message_id]
        store.delivered(message_id, jst(17, 0, 1))
        assert claimed(store, jst(31)) == []

    def test_messages_that_fail_do_not_hold_up_the_others(self, store: Store) -> None:
        """What has not been tried yet comes before what waits for another try."""
        asked(store, "o-1")
        claimed(store, jst(17))
        store.failed("o-1:2:seller:app", "OSError: down", jst(17, 0, 1))
        asked(store, "o-2")
        assert claimed(store, jst(17, 1), 1) == ["o-2:2:seller:app"]
        assert claimed(store, jst(17, 1), 1) == ["o-1:2:seller:app"]

    def test_a_message_that_was_delivered_can_not_fail_any_more(self, store: Store) -> None:
        """A relay whose lease ran out may tell of a failure late."""
        asked(store, "o-1")
        claimed(store, jst(17))
        store.delivered("o-1:2:seller:app", jst(17))
        store.failed("o-1:2:seller:app", "OSError: down", jst(17, 0, 1))
        assert claimed(store, jst(18)) == []
