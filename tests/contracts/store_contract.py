"""What every store promises; each adapter's tests inherit it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any

import attrs
import pytest

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Case,
    Command,
    Conflict,
    Policy,
    Reject,
    RequestCancellation,
    RequestStatus,
    announce,
    decide,
    evolve,
)
from ordercancel.commands import ApplyDeadline
from ordercancel.decider import register
from ordercancel.folding import fold
from ordercancel.policies import CONECT, QOO10
from ordercancel.ports import Commit, DueDuty, InboxCursor, InboxQuery, Receipt, Store, Tally
from samples import BUYER, PERMITTING, SELLER, SYSTEM, jst, order

OVERDUE = frozenset({"qoo10.overdue"})
AT = jst(16, 10)


def registered(order_id: str = "o-1", policy: Policy = QOO10, **changes: Any) -> Commit:
    """A new order, planned to be shipped at the end of the month."""
    values = {"id": order_id, "ship_on": date(2022, 8, 31)} | changes
    events = register(order(policy.name, **values), policy, jst(16, 9))
    return Commit(case=fold(events), expected=0, events=events)


def carried_out(
    case: Case,
    command: Command,
    at: datetime = AT,
    *,
    policy: Policy = QOO10,
    fingerprint: str = "f-1",
) -> Commit:
    """What a command makes of a case."""
    events = decide(command, case, policy, at, seller=PERMITTING)
    after = reduce(evolve, events, case)
    return Commit(
        case=after,
        expected=case.version,
        events=events,
        messages=announce(events, after, policy, {}),
        command_id=command.command_id,
        fingerprint=fingerprint if command.command_id else "",
    )


def asking(case: Case, at: datetime = AT, *, command_id: str | None = None) -> Commit:
    """The buyer asks to cancel an order of Qoo10."""
    command = RequestCancellation(
        case.order.id, by=BUYER, reason="changed_mind", command_id=command_id
    )
    return carried_out(case, command, at)


def put(store: Store, commit: Commit) -> Case:
    """Commit, and give the case on."""
    store.commit(commit)
    return commit.case


def asked(store: Store, order_id: str = "o-1", at: datetime = AT, **changes: Any) -> Case:
    """An order in the store whose buyer has asked to cancel it; the seller is told in the app."""
    return put(store, asking(put(store, registered(order_id, **changes)), at))


def cancelled_at_once(store: Store, order_id: str = "o-1") -> Case:
    """A new order in the store, cancelled at once: two messages each to buyer and seller."""
    return put(store, asking(put(store, registered(order_id, status="new"))))


def claimed(store: Store, now: datetime, limit: int = 100) -> list[str]:
    """The ids of the messages that are leased for five minutes from `now`."""
    return [message.id for message in store.claim(now, now + timedelta(minutes=5), limit)]


class StoreContract:
    """The promises of `ordercancel.ports.Store`; a subclass says what store is meant."""

    def make_store(self) -> Any:
        """A new, empty store."""
        raise NotImplementedError

    @pytest.fixture
    def store(self) -> Iterator[Store]:
        made = self.make_store()
        yield made
        if hasattr(made, "close"):
            made.close()

    # ------------------------------------------------------------ cases and their history

    def test_an_order_that_nobody_put_in_is_not_there(self, store: Store) -> None:
        """An empty store knows no case, history, receipt, duty, request, number or message."""
        assert store.load("o-1") is None
        assert store.history("o-1") == ()
        assert store.receipt("c-1") is None
        assert store.due(jst(31), None, 10) == ()
        page = store.inbox(InboxQuery(seller="s-1", policy="qoo10"))
        assert (page.cases, page.next) == ((), None)
        assert store.tally("s-1", "qoo10", OVERDUE, jst(31)) == ()
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
        asked(store, "o-1")
        assert store.load("o-2") == other
        assert len(store.history("o-2")) == 1

    def test_a_whole_life_is_kept(self, store: Store) -> None:
        """Every answer, duty and move of an order comes back, and folds into the same case."""
        case = asked(store)
        steps: list[tuple[Command, datetime]] = [
            (AskWithdrawal("o-1", by=SELLER, text="出荷準備済みです"), jst(16, 11)),
            (AnswerWithdrawal("o-1", by=BUYER, accept=False), jst(16, 12)),
            (Reject("o-1", by=SELLER, reason="made_to_order", affirmed=True), jst(16, 13)),
            (AdvanceOrder("o-1", by=SELLER, move="ship"), jst(17, 13)),
        ]
        for command, at in steps:
            case = put(store, carried_out(case, command, at))
        assert store.load("o-1") == case
        assert fold(store.history("o-1")) == case
        assert [type(event).__name__ for event in store.history("o-1")] == [
            "OrderRegistered",
            "CancellationRequested",
            "DutyArose",
            "WithdrawalAsked",
            "WithdrawalHeld",
            "RequestRejected",
            "DutyArose",
            "DutyBreached",
            "OrderAdvanced",
        ]

    def test_attributes_of_the_hosts_own_are_kept(self, store: Store) -> None:
        """Strings, whole numbers and flags come back as what they were."""
        attributes = {"note": "予約", "count": 1, "flag": True}
        put(store, registered(attributes=attributes))
        loaded = store.load("o-1")
        assert loaded is not None
        assert dict(loaded.order.attributes) == attributes
        assert loaded.order.attributes["flag"] is True
        assert type(loaded.order.attributes["count"]) is int

    # ------------------------------------------------------------ receipts

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
        put(store, carried_out(case, Approve("o-1", by=SELLER, command_id="c-2")))
        for message_id in claimed(store, jst(17)):
            store.delivered(message_id, jst(17))
        assert store.receipt("c-1") == before
        assert before is not None
        assert before.messages == commit.messages

    def test_a_command_without_an_id_leaves_no_receipt(self, store: Store) -> None:
        """Any number of commands may come without an id."""
        asked(store, "o-1")
        asked(store, "o-2")
        assert store.receipt("") is None

    # ------------------------------------------------------------ conflicts

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
                store.inbox(InboxQuery(seller="s-1", policy="qoo10")),
                store.tally("s-1", "qoo10", OVERDUE, jst(31)),
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
        """Who decided on an older case than the stored one writes nothing."""
        case = put(store, registered())
        stale = carried_out(
            case,
            AdvanceOrder("o-1", by=SELLER, move="mark_delayed"),
            datetime(2022, 9, 1, tzinfo=UTC),
        )
        current = put(store, asking(case))
        assert claimed(store, jst(16, 11)) == ["o-1:2:seller:app"]
        self.refused_whole(store, stale)
        assert store.load("o-1") == current

    def test_an_outdated_version_conflicts_with_its_messages_and_id(self, store: Store) -> None:
        """No message, duty or receipt of a lost race is left."""
        case = put(store, registered(status="new"))
        lost = asking(case, command_id="c-2")
        command = AdvanceOrder(
            "o-1", by=SELLER, move="plan_shipping", ship_on=date(2022, 8, 31), command_id="c-1"
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
        self.refused_whole(store, carried_out(middle, Approve("o-1", by=SELLER)))

    # ------------------------------------------------------------ duties

    def test_a_duty_is_due_from_its_moment_on(self, store: Store) -> None:
        """Not a microsecond earlier, and in UTC whatever the zone of the question."""
        asked(store)
        due_at = datetime(2022, 8, 20, 15, tzinfo=UTC)
        assert store.due(due_at - timedelta(microseconds=1), None, 10) == ()
        expected = DueDuty(due_at=due_at, order_id="o-1", deadline="qoo10.overdue", request=1)
        assert store.due(due_at, None, 10) == (expected,)
        assert store.due(jst(21), None, 10) == (expected,)
        assert store.due(jst(31), None, 10) == (expected,)

    def test_duties_come_earliest_first(self, store: Store) -> None:
        """By when they came due, then by order."""
        for order_id, day in (("o-3", 17), ("o-1", 18), ("o-2", 17), ("o-4", 16)):
            asked(store, order_id, jst(day, 10))
        found = store.due(jst(31), None, 10)
        assert [(duty.order_id, duty.due_at) for duty in found] == [
            ("o-4", jst(21)),
            ("o-2", jst(22)),
            ("o-3", jst(22)),
            ("o-1", jst(23)),
        ]

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
    def test_duties_are_paged(self, store: Store, limit: int) -> None:
        """Page by page `after` the last one, every duty comes once."""
        for number, day in ((1, 17), (2, 17), (3, 16), (4, 18), (5, 17)):
            asked(store, f"o-{number}", jst(day, 10))
        pages: list[str] = []
        last: DueDuty | None = None
        while page := store.due(jst(31), last, limit):
            assert len(page) <= limit
            pages.extend(duty.order_id for duty in page)
            last = page[-1]
        assert pages == ["o-3", "o-1", "o-2", "o-5", "o-4"]

    def test_duties_are_paged_whatever_the_zone_of_the_cursor(self, store: Store) -> None:
        """The same moment in another offset is the same place."""
        asked(store, "o-1")
        asked(store, "o-2")
        first, second = store.due(jst(31), None, 10)
        here = attrs.evolve(first, due_at=jst(21))
        assert here == first
        assert store.due(jst(31), here, 10) == (second,)

    def test_a_duty_that_ended_is_due_no_more(self, store: Store) -> None:
        """Released, met and missed duties are not handed out."""
        case = asked(store, "o-1")
        put(store, carried_out(case, Approve("o-1", by=SELLER)))
        rejected = carried_out(
            asked(store, "o-2"), Reject("o-2", by=SELLER, reason="shipped", affirmed=True)
        )
        put(store, rejected)
        found = store.due(jst(31), None, 10)
        assert [(duty.order_id, duty.deadline) for duty in found] == [
            ("o-2", "qoo10.ship_same_day")
        ]
        ship = AdvanceOrder("o-2", by=SELLER, move="ship")
        put(store, carried_out(rejected.case, ship, jst(16, 12)))
        assert store.due(jst(31), None, 10) == ()
        overdue = ApplyDeadline("o-3", by=SYSTEM, deadline="qoo10.overdue", request=1)
        put(store, carried_out(asked(store, "o-3"), overdue, jst(21)))
        assert store.due(jst(31), None, 10) == ()

    # ------------------------------------------------------------ the seller's queue

    def test_the_queue_is_oldest_first(self, store: Store) -> None:
        """By when the request came, then by order, whole cases."""
        put(store, registered("o-5"))
        made = {
            order_id: asked(store, order_id, jst(16, hour))
            for order_id, hour in (("o-3", 12), ("o-1", 13), ("o-4", 11), ("o-2", 12))
        }
        page = store.inbox(InboxQuery(seller="s-1", policy="qoo10"))
        assert page.cases == (made["o-4"], made["o-2"], made["o-3"], made["o-1"])
        assert page.next is None

    def test_the_queue_is_one_sellers_under_one_policy(self, store: Store) -> None:
        """Other sellers' requests, and those under other policies, are not in it."""
        asked(store, "o-1")
        asked(store, "o-2", seller="s-2")
        conect = put(store, registered("o-3", CONECT, status="placed", channel="mail"))
        wrong = RequestCancellation("o-3", by=BUYER, reason="wrong_item")
        put(store, carried_out(conect, wrong, policy=CONECT))

        def queue(seller: str, policy: str) -> list[str]:
            page = store.inbox(InboxQuery(seller=seller, policy=policy))
            return [case.order.id for case in page.cases]

        assert queue("s-1", "qoo10") == ["o-1"]
        assert queue("s-2", "qoo10") == ["o-2"]
        assert queue("s-1", "conect") == ["o-3"]
        assert queue("s-2", "conect") == []

    def test_the_queue_is_filtered_by_the_latest_request(self, store: Store) -> None:
        """Only orders whose latest request is in one of the statuses are in it."""
        asked(store, "o-1")
        asking_back = AskWithdrawal("o-2", by=SELLER)
        case = put(store, carried_out(asked(store, "o-2"), asking_back))
        put(store, carried_out(asked(store, "o-3"), Approve("o-3", by=SELLER)))

        def queue(*statuses: RequestStatus) -> list[str]:
            query = InboxQuery(seller="s-1", policy="qoo10", statuses=frozenset(statuses))
            return [case.order.id for case in store.inbox(query).cases]

        assert queue(*RequestStatus) == ["o-1", "o-2", "o-3"]
        assert queue(RequestStatus.AWAITING_SELLER) == ["o-1"]
        assert queue(RequestStatus.GRANTED, RequestStatus.WITHDRAWAL_ASKED) == ["o-2", "o-3"]
        assert queue(RequestStatus.LAPSED) == []
        assert queue() == []
        # Withdrawn and asked again: the latest request counts, with its own time.
        case = put(store, carried_out(case, AnswerWithdrawal("o-2", by=BUYER, accept=True)))
        assert queue(RequestStatus.WITHDRAWN) == ["o-2"]
        put(store, asking(case, jst(16, 9, 30)))
        assert queue(RequestStatus.WITHDRAWN) == []
        assert queue(RequestStatus.AWAITING_SELLER) == ["o-2", "o-1"]

    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7])
    def test_the_queue_is_paged(self, store: Store, limit: int) -> None:
        """Page by page after `next` every request comes once, and the last page says so."""
        for number, hour in ((1, 12), (2, 12), (3, 11), (4, 13), (5, 12), (6, 14)):
            asked(store, f"o-{number}", jst(16, hour))
        seen: list[str] = []
        sizes: list[int] = []
        after: InboxCursor | None = None
        while True:
            query = InboxQuery(seller="s-1", policy="qoo10", after=after, limit=limit)
            page = store.inbox(query)
            seen.extend(case.order.id for case in page.cases)
            sizes.append(len(page.cases))
            after = page.next
            if after is None:
                break
        assert seen == ["o-3", "o-1", "o-2", "o-5", "o-4", "o-6"]
        # No page is empty, and all but the last are full.
        assert sizes[:-1] == [limit] * (len(sizes) - 1)
        assert 1 <= sizes[-1] <= limit

    def test_a_page_goes_on_where_the_last_one_ended(self, store: Store) -> None:
        """What is answered or asked between two pages makes nothing come twice or be left out."""
        cases = {n: asked(store, f"o-{n}", jst(16, 10 + n)) for n in (1, 2, 3)}
        open_ones = frozenset({RequestStatus.AWAITING_SELLER})
        query = InboxQuery(seller="s-1", policy="qoo10", statuses=open_ones, limit=2)
        first = store.inbox(query)
        assert [case.order.id for case in first.cases] == ["o-1", "o-2"]
        assert first.next == InboxCursor(requested_at=jst(16, 12), order_id="o-2")
        put(store, carried_out(cases[1], Approve("o-1", by=SELLER), jst(16, 20)))
        put(store, carried_out(cases[2], Approve("o-2", by=SELLER), jst(16, 20)))
        asked(store, "o-4", jst(16, 21))
        second = store.inbox(attrs.evolve(query, after=first.next))
        assert [case.order.id for case in second.cases] == ["o-3", "o-4"]
        in_utc = InboxCursor(requested_at=datetime(2022, 8, 16, 3, tzinfo=UTC), order_id="o-2")
        assert store.inbox(attrs.evolve(query, after=in_utc)) == second

    # ------------------------------------------------------------ the numbers

    def test_requests_are_counted_by_status(self, store: Store) -> None:
        """Each order counts once, by its latest request; statuses with none are left out."""
        put(store, registered("o-0"))
        asked(store, "o-1")
        asked(store, "o-2")
        put(store, carried_out(asked(store, "o-3"), Approve("o-3", by=SELLER)))
        asked(store, "o-4", seller="s-2")
        assert store.tally("s-1", "qoo10", OVERDUE, jst(17)) == (
            Tally(status=RequestStatus.AWAITING_SELLER, count=2, overdue=0),
            Tally(status=RequestStatus.GRANTED, count=1, overdue=0),
        )
        assert store.tally("s-2", "qoo10", OVERDUE, jst(17)) == (
            Tally(status=RequestStatus.AWAITING_SELLER, count=1, overdue=0),
        )
        assert store.tally("s-1", "conect", OVERDUE, jst(17)) == ()

    def test_an_open_request_is_overdue_from_its_deadline_on(self, store: Store) -> None:
        """Whether or not anybody has marked it, and not a moment earlier."""
        asked(store, "o-1", jst(16, 10))
        asked(store, "o-2", jst(17, 10))

        def overdue(at: datetime, deadlines: frozenset[str] = OVERDUE) -> int:
            (tally,) = store.tally("s-1", "qoo10", deadlines, at)
            assert tally.count == 2
            return tally.overdue

        assert overdue(jst(21) - timedelta(microseconds=1)) == 0
        assert overdue(jst(21)) == 1
        assert overdue(jst(22)) == 2
        assert overdue(jst(22), frozenset()) == 0
        assert overdue(jst(22), frozenset({"qoo10.ship_same_day"})) == 0
        assert overdue(jst(22), OVERDUE | {"qoo10.ship_same_day"}) == 2

    def test_an_overdue_request_stays_so_once_it_is_marked(self, store: Store) -> None:
        """A missed duty counts like one that is due and open."""
        mark = ApplyDeadline("o-1", by=SYSTEM, deadline="qoo10.overdue", request=1)
        case = put(store, carried_out(asked(store), mark, jst(21, 1)))
        assert store.tally("s-1", "qoo10", OVERDUE, jst(21, 2)) == (
            Tally(status=RequestStatus.AWAITING_SELLER, count=1, overdue=1),
        )
        put(store, carried_out(case, AskWithdrawal("o-1", by=SELLER), jst(21, 3)))
        assert store.tally("s-1", "qoo10", OVERDUE, jst(21, 4)) == (
            Tally(status=RequestStatus.WITHDRAWAL_ASKED, count=1, overdue=1),
        )

    def test_an_answered_request_is_not_overdue(self, store: Store) -> None:
        """However late the answer came."""
        mark = ApplyDeadline("o-1", by=SYSTEM, deadline="qoo10.overdue", request=1)
        case = put(store, carried_out(asked(store), mark, jst(21, 1)))
        put(store, carried_out(case, Approve("o-1", by=SELLER), jst(21, 2)))
        assert store.tally("s-1", "qoo10", OVERDUE, jst(31)) == (
            Tally(status=RequestStatus.GRANTED, count=1, overdue=0),
        )

    def test_the_lateness_of_an_earlier_request_does_not_count(self, store: Store) -> None:
        """A second request is overdue by its own deadline, not by that of the first."""
        mark = ApplyDeadline("o-1", by=SYSTEM, deadline="qoo10.overdue", request=1)
        case = put(store, carried_out(asked(store), mark, jst(21, 1)))
        case = put(store, carried_out(case, AskWithdrawal("o-1", by=SELLER), jst(21, 2)))
        back = AnswerWithdrawal("o-1", by=BUYER, accept=True)
        case = put(store, carried_out(case, back, jst(21, 3)))
        put(store, asking(case, jst(22, 10)))
        for now, late in ((jst(26, 23), 0), (jst(27), 1)):
            assert store.tally("s-1", "qoo10", OVERDUE, now) == (
                Tally(status=RequestStatus.AWAITING_SELLER, count=1, overdue=late),
            )

    # ------------------------------------------------------------ the outbox

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
