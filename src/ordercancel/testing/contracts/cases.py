"""What a store promises of cases, their history and the ids of commands."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    FireDeadline,
    UpdateOrder,
)
from ordercancel.domain.errors import Conflict
from ordercancel.engine.evolve import fold
from ordercancel.service.ports import Store
from ordercancel.service.records import Commit, InboxQuery, Receipt
from ordercancel.testing.contracts.samples import (
    BUYER,
    SELLER,
    SELLERS,
    SYSTEM,
    asked,
    asking,
    carried_out,
    claimed,
    jst,
    put,
    registered,
    rejecting,
)


class CasePromises:
    """Cases, history, receipts and conflicts."""

    def test_an_order_that_nobody_put_in_is_not_there(self, store: Store) -> None:
        """An empty store knows no case, history, receipt, due order, request or message."""
        assert store.load("o-1") is None
        assert store.history("o-1") == ()
        assert store.receipt("c-1") is None
        assert store.due(jst(31), None, 10) == ()
        assert store.scan(None, 10).cases == ()
        page = store.inbox(InboxQuery(queue=SELLERS))
        assert (page.cases, page.next) == ((), None)
        assert store.tally(SELLERS, jst(31)) == ()
        assert store.claim(jst(16), jst(17), 10) == ()

    def test_what_is_committed_is_loaded_again(self, store: Store) -> None:
        """A case is loaded as it was committed, and its events as they happened."""
        first = registered()
        store.commit(first)
        assert store.load("o-1") == first.case
        assert store.history("o-1") == first.events
        second = asking(first.case)
        store.commit(second)
        assert store.load("o-1") == second.case
        assert store.history("o-1") == (*first.events, *second.events)

    def test_orders_are_kept_apart(self, store: Store) -> None:
        """What happens to one order changes no other."""
        other = put(store, registered("o-2"))
        one = asked(store, "o-1")
        assert (store.load("o-1"), store.load("o-2")) == (one, other)
        assert (len(store.history("o-1")), len(store.history("o-2"))) == (2, 1)

    def test_a_whole_life_is_kept(self, store: Store) -> None:
        """Every answer, fact, mark and move comes back, and folds into the same case."""
        case = asked(store)
        steps: list[tuple[Command, datetime]] = [
            (AskWithdrawal("o-1", by=SELLER, request=1, text="出荷準備済みです"), jst(16, 11)),
            (AnswerWithdrawal("o-1", by=BUYER, request=1, accept=False), jst(16, 12)),
            (rejecting(), jst(16, 13)),
            (FireDeadline("o-1", by=SYSTEM, deadline="qoo10.ship_same_day"), jst(17)),
            (UpdateOrder("o-1", by=SYSTEM, facts={"paid_at": jst(15, 10)}), jst(17, 12)),
            (AdvanceOrder("o-1", by=SELLER, move="ship"), jst(17, 13)),
        ]
        for command, at in steps:
            case = put(store, carried_out(case, command, at))
        assert store.load("o-1") == case
        assert fold(store.history("o-1")) == case
        assert [type(event).__name__ for event in store.history("o-1")] == [
            "OrderRegistered",
            "CancellationRequested",
            "WithdrawalAsked",
            "WithdrawalDeclined",
            "RequestClosed",
            "DeadlineFired",
            "OrderUpdated",
            "OrderAdvanced",
        ]

    def test_facts_of_the_hosts_own_are_kept(self, store: Store) -> None:
        """Strings, whole numbers, flags, moments and days come back as what they were."""
        moment, day = datetime(2022, 8, 16, 1, 2, 3, 4, tzinfo=UTC), date(2022, 8, 17)
        facts = {"note": "予約", "count": 1, "flag": True, "moment": moment, "day": day}
        put(store, registered(facts=facts))
        loaded = store.load("o-1")
        assert loaded is not None
        assert dict(loaded.order.facts) == facts
        assert loaded.order.facts["flag"] is True
        assert [type(value) for value in loaded.order.facts.values()] == [
            str,
            int,
            bool,
            datetime,
            date,
        ]

    def test_a_receipt_tells_what_became_of_a_command(self, store: Store) -> None:
        """By its id a command is found: its order, its versions, its messages, its fingerprint."""
        case = put(store, registered(status="new"))
        commit = asking(case, command_id="c-1")
        store.commit(commit)
        assert store.receipt("c-1") == Receipt(
            order_id="o-1",
            expected=1,
            version=4,
            fingerprint="f-1",
            messages=commit.messages,
        )
        assert len(commit.messages) == 4
        assert store.receipt("c-2") is None

    def test_a_receipt_stays_when_the_order_moves_on(self, store: Store) -> None:
        """Later commands, and the delivery of its messages, leave a receipt as it was."""
        commit = asking(put(store, registered()), command_id="c-1")
        case = put(store, commit)
        before = store.receipt("c-1")
        put(store, carried_out(case, Approve("o-1", by=SELLER, request=1, command_id="c-2")))
        for message_id in claimed(store, jst(17)):
            store.delivered(message_id, jst(17))
        assert store.receipt("c-1") == before
        assert before is not None
        assert before.messages == commit.messages

    def test_many_cases_are_loaded_at_once(self, store: Store) -> None:
        """Each as it is loaded alone, whatever its id is made of; unknown ones are left out."""
        odd = "注文'\"%s, 1"
        cases = {asked(store, "o-1"), put(store, registered("o-2")), put(store, registered(odd))}
        page = store.load_many(["o-1", "o-2", odd, "o-9"])
        assert ({*page.cases}, page.unread, page.next) == (cases, (), None)
        assert store.load_many([]).cases == ()

    def test_many_receipts_are_found_at_once(self, store: Store) -> None:
        """Each as it is found alone, with its messages or without any."""
        put(store, asking(put(store, registered(status="new")), command_id="c-1"))
        moved = AdvanceOrder(
            "o-2",
            by=SELLER,
            move="plan_shipping",
            facts={"ship_on": date(2022, 8, 31)},
            command_id="c-2",
        )
        put(store, carried_out(put(store, registered("o-2", status="new")), moved))
        assert store.receipts(["c-1", "c-2", "c-9"]) == {
            "c-1": store.receipt("c-1"),
            "c-2": store.receipt("c-2"),
        }
        assert store.receipts([]) == {}

    def test_several_commits_are_written_together(self, store: Store) -> None:
        commits = [
            asking(put(store, registered(order_id, status="new")), command_id=f"c-{order_id}")
            for order_id in ("o-1", "o-2")
        ]
        store.commit_all(commits)
        assert [store.load(each.case.order.id) for each in commits] == [
            each.case for each in commits
        ]
        assert [*store.receipts(["c-o-1", "c-o-2"])] == ["c-o-1", "c-o-2"]
        assert len(claimed(store, jst(17))) == 8

    @pytest.mark.parametrize("lost", [0, 1])
    def test_of_several_commits_all_are_written_or_none(self, store: Store, lost: int) -> None:
        """One whose case has moved on takes the others with it, whichever comes first."""
        cases = [put(store, registered(each, status="new")) for each in ("o-1", "o-2")]
        commits = [asking(case, command_id=f"c-{case.order.id}") for case in cases]
        put(store, asking(cases[lost]))
        with pytest.raises(Conflict) as caught:
            store.commit_all(commits)
        assert caught.value.order_id == f"o-{lost + 1}"
        assert store.load(f"o-{2 - lost}") == cases[1 - lost]
        assert store.receipts(["c-o-1", "c-o-2"]) == {}
        assert len(store.history(f"o-{2 - lost}")) == 1

    def test_a_command_without_an_id_leaves_no_receipt(self, store: Store) -> None:
        """Any number of commands may come without an id."""
        asked(store, "o-1")
        asked(store, "o-2")
        assert store.receipt("") is None

    def refused_whole(self, store: Store, commit: Commit) -> None:
        """`commit` conflicts, and leaves nothing of itself behind."""
        order_id = commit.case.order.id
        message_ids = {message.id for message in commit.messages}

        def all_there_is() -> tuple[object, ...]:
            return (
                store.load(order_id),
                store.history(order_id),
                store.receipt("c-1"),
                store.receipt("c-2"),
                store.due(jst(31), None, 100),
                store.inbox(InboxQuery(queue=SELLERS)),
                store.tally(SELLERS, jst(31)),
            )

        before = all_there_is()
        with pytest.raises(Conflict) as caught:
            store.commit(commit)
        assert caught.value.order_id == order_id
        assert all_there_is() == before
        assert not message_ids & set(claimed(store, jst(30)))

    def test_a_second_insert_conflicts(self, store: Store) -> None:
        """An order is new once."""
        put(store, registered())
        self.refused_whole(store, registered(item="another"))

    def test_an_outdated_version_conflicts(self, store: Store) -> None:
        """A decision on an older case than the stored one leaves no message, duty or receipt."""
        case = put(store, registered(status="new"))
        lost = asking(case, command_id="c-2")
        command = AdvanceOrder(
            "o-1",
            by=SELLER,
            move="plan_shipping",
            facts={"ship_on": date(2022, 8, 31)},
            command_id="c-1",
        )
        put(store, carried_out(case, command))
        assert len(lost.messages) == 4
        self.refused_whole(store, lost)
        assert store.receipt("c-2") is None

    def test_a_case_that_is_not_there_conflicts(self, store: Store) -> None:
        """A case that was loaded elsewhere can't be written over nothing."""
        self.refused_whole(store, asking(registered().case, command_id="c-1"))
        assert store.load("o-1") is None

    def test_a_taken_command_id_conflicts(self, store: Store) -> None:
        """One id, one command, also across orders."""
        case = put(store, registered("o-2", status="new"))
        first = asking(put(store, registered("o-1")), command_id="c-1")
        put(store, first)
        assert claimed(store, jst(16, 11)) == ["o-1:2:seller:app"]
        self.refused_whole(store, asking(case, command_id="c-1"))
        receipt = store.receipt("c-1")
        assert receipt is not None
        assert receipt.order_id == "o-1"
        # The order itself is free to go on.
        assert put(store, asking(case, command_id="c-2")) == store.load("o-2")

    def test_a_version_ahead_of_the_stored_one_conflicts(self, store: Store) -> None:
        """A commit that skips a version writes nothing, lest the history have a gap."""
        case = put(store, registered())
        middle = asking(case).case
        self.refused_whole(store, carried_out(middle, Approve("o-1", by=SELLER, request=1)))
