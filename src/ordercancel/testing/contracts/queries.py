"""What a store promises of the orders that are due, of queues and their numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    RequestCancellation,
    UpdateOrder,
)
from ordercancel.domain.requests import RequestStatus
from ordercancel.policies import CONECT
from ordercancel.policy import CANCEL, Lifecycle, Policy, Refer, Rule, buyer, operator, seller
from ordercancel.service.ports import Store
from ordercancel.service.records import (
    DueOrder,
    InboxCursor,
    InboxQuery,
    Indexed,
    Kind,
    Queue,
    Scanned,
    Tally,
)
from ordercancel.testing.contracts.samples import (
    BUYER,
    OPERATOR,
    SELLER,
    SELLERS,
    SYSTEM,
    asked,
    asking,
    carried_out,
    firing,
    jst,
    put,
    registered,
    rejecting,
)

OFFICE = Policy(
    name="office",
    zone="Asia/Tokyo",
    source="for the contracts of stores",
    orders=Lifecycle(moves={"ship": ("placed", "shipped")}, cancellable="placed"),
    rules=[
        Rule("office.buyer", on=RequestCancellation, when=buyer, effect=Refer(operator)),
        Rule("office.seller", on=RequestCancellation, when=seller, effect=CANCEL),
    ],
)
"""A policy under which the marketplace's own office answers buyers."""


class QueryPromises:
    """Due orders, queues and numbers."""

    def test_an_order_is_due_from_its_moment_on(self, store: Store) -> None:
        """Not a microsecond earlier, and in UTC whatever the zone of the question."""
        case = asked(store)
        due_at = datetime(2022, 8, 20, 15, tzinfo=UTC)
        assert store.due(due_at - timedelta(microseconds=1), None, 10) == ()
        expected = DueOrder(
            due_at=due_at, order_id="o-1", policy="qoo10", edition="1", digest=case.digest
        )
        assert store.due(due_at, None, 10) == (expected,)
        assert store.due(jst(21), None, 10) == (expected,)
        assert store.due(jst(31), None, 10) == (expected,)

    def test_orders_come_by_when_they_are_due(self, store: Store) -> None:
        """The earliest first, then by order."""
        for order_id, day in (("o-3", 17), ("o-1", 18), ("o-2", 17), ("o-4", 16)):
            asked(store, order_id, jst(day, 10))
        assert [(each.order_id, each.due_at) for each in store.due(jst(31), None, 10)] == [
            ("o-4", jst(21)),
            ("o-2", jst(22)),
            ("o-3", jst(22)),
            ("o-1", jst(23)),
        ]

    @pytest.mark.parametrize("limit", [1, 2, 5, 6])
    def test_due_orders_are_paged(self, store: Store, limit: int) -> None:
        """Page by page `after` the last one, every order comes once."""
        for number, day in ((1, 17), (2, 17), (3, 16), (4, 18), (5, 17)):
            asked(store, f"o-{number}", jst(day, 10))
        pages: list[str] = []
        last: DueOrder | None = None
        while page := store.due(jst(31), last, limit):
            assert len(page) <= limit
            pages.extend(each.order_id for each in page)
            last = page[-1]
        assert pages == ["o-3", "o-1", "o-2", "o-5", "o-4"]

    def test_due_orders_are_paged_whatever_the_zone_of_the_cursor(self, store: Store) -> None:
        """The same moment in another offset is the same place."""
        asked(store, "o-1")
        asked(store, "o-2")
        first, second = store.due(jst(31), None, 10)
        here = attrs.evolve(first, due_at=jst(21))
        assert here == first
        assert store.due(jst(31), here, 10) == (second,)

    def test_due_orders_of_a_kind_can_be_left_out(self, store: Store) -> None:
        """By policy, edition and digest, each of which tells kinds apart; pages go on behind."""
        kinds: tuple[dict[str, Any], ...] = ({}, {"edition": "2"}, {"digest": "d"}, {})
        for number, changes in enumerate(kinds):
            commit = asking(put(store, registered(f"o-{number}")))
            put(store, attrs.evolve(commit, case=attrs.evolve(commit.case, **changes)))
        everything = store.due(jst(31), None, 10)
        own, second, other, _ = (each.kind for each in everything)
        assert second == ("qoo10", "2", own[2], None)

        def left(after: DueOrder | None, *kinds: Kind) -> list[str]:
            due = store.due(jst(31), after, 10, frozenset(kinds))
            return [each.order_id for each in due]

        assert left(None, second) == ["o-0", "o-2", "o-3"]
        assert left(None, second, other) == ["o-0", "o-3"]
        assert left(everything[0], own, second) == ["o-2"]
        assert left(None, own, second, other, ("other", "1", "", 3)) == []

    def test_the_last_commit_says_when_an_order_is_due(self, store: Store) -> None:
        """An order of which nothing will fire any more is due no more."""
        case = asked(store, "o-1")
        put(store, carried_out(case, Approve("o-1", by=SELLER, request=1)))
        rejected = put(store, carried_out(asked(store, "o-2"), rejecting("o-2")))
        due = store.due(jst(31), None, 10)
        assert [(each.order_id, each.due_at) for each in due] == [("o-2", jst(17))]
        ship = AdvanceOrder("o-2", by=SELLER, move="ship")
        put(store, carried_out(rejected, ship, jst(16, 12)))
        put(store, firing(asked(store, "o-3"), "qoo10.overdue", jst(21)))
        assert store.due(jst(31), None, 10) == ()

    def test_what_was_reckoned_anew_is_kept(self, store: Store) -> None:
        """Without a new version, and only for the version that it was reckoned from."""
        case = asked(store, "o-1")
        put(store, registered("o-2"))
        entries = [
            Indexed(order_id="o-1", version=2, next_due=jst(18), marked_from={"late": jst(17)}),
            Indexed(order_id="o-2", version=2, next_due=jst(18)),
            Indexed(order_id="o-9", version=1, next_due=jst(18)),
        ]
        store.index(entries)
        (due,) = store.due(jst(31), None, 10)
        assert (due.order_id, due.due_at, store.load("o-1")) == ("o-1", jst(18), case)
        assert [tally.on for tally in store.tally(SELLERS, jst(31))] == ["late", "pending"]
        store.index([])
        store.index([Indexed(order_id="o-1", version=2, next_due=None)])
        assert store.due(jst(31), None, 10) == ()
        assert [tally.on for tally in store.tally(SELLERS, jst(31))] == ["pending"]

    def test_all_cases_can_be_gone_through(self, store: Store) -> None:
        """By the ids of their orders, page by page."""
        cases = [put(store, registered(f"o-{number}")) for number in (3, 1, 2)]
        first = store.scan(None, 2)
        assert (first.cases, first.unread, first.next) == ((cases[1], cases[2]), (), "o-2")
        assert store.scan("o-2", 2).cases == (cases[0],)
        assert store.scan("o-3", 2) == Scanned(cases=(), unread=(), next=None)

    def test_the_queue_is_oldest_first(self, store: Store) -> None:
        """By when the request came, then by order, whole cases."""
        put(store, registered("o-5"))
        made = {
            order_id: asked(store, order_id, jst(16, hour))
            for order_id, hour in (("o-3", 12), ("o-1", 13), ("o-4", 11), ("o-2", 12))
        }
        page = store.inbox(InboxQuery(queue=SELLERS))
        assert page.cases == (made["o-4"], made["o-2"], made["o-3"], made["o-1"])
        assert page.next is None

    def test_a_queue_is_somebodys(self, store: Store) -> None:
        """A seller's or a buyer's, under some policies or all; whoever asked."""
        asked(store, "o-1")
        asked(store, "o-2", seller="s-2")
        conect = put(store, registered("o-3", CONECT, status="placed", channel="mail"))
        wrong = RequestCancellation("o-3", by=BUYER, reason="wrong_item")
        put(store, carried_out(conect, wrong, policy=CONECT))
        office = put(store, registered("o-4", OFFICE, status="placed", buyer="b-2"))
        stopped = RequestCancellation("o-4", by=SELLER)
        put(store, carried_out(office, stopped, policy=OFFICE))

        def queue(**whose: Any) -> list[str]:
            page = store.inbox(InboxQuery(queue=Queue(**whose)))
            return [case.order.id for case in page.cases]

        assert queue() == ["o-1", "o-2", "o-3", "o-4"]
        assert queue(seller="s-1") == ["o-1", "o-3", "o-4"]
        assert queue(buyer="b-1") == ["o-1", "o-2", "o-3"]
        assert queue(buyer="b-2", seller="s-1") == ["o-4"]
        assert queue(seller="s-1", policies=frozenset({"conect"})) == ["o-3"]
        assert queue(seller="s-1", policies=frozenset({"conect", "qoo10"})) == ["o-1", "o-3"]
        assert queue(seller="s-2", policies=frozenset({"conect"})) == []
        assert queue(seller="s-1", policies=frozenset()) == []

    def test_a_queue_is_of_those_who_answer(self, store: Store) -> None:
        """The requests that a role answers, or any of several, open or closed."""
        asked(store, "o-1")
        for number, by in ((2, BUYER), (3, SELLER)):
            case = put(store, registered(f"o-{number}", OFFICE, status="placed"))
            ask = RequestCancellation(f"o-{number}", by=by)
            put(store, carried_out(case, ask, policy=OFFICE))

        def queue(*answerers: str) -> list[str]:
            query = InboxQuery(queue=Queue(answerers=frozenset(answerers)))
            return [case.order.id for case in store.inbox(query).cases]

        assert queue("operator", "house_side") == ["o-2"]
        assert queue("operator", "seller") == ["o-1", "o-2"]
        assert queue("buyer") == queue() == []
        answered = carried_out(
            store.load("o-2") or case,
            Approve("o-2", by=OPERATOR, request=1),
            policy=OFFICE,
        )
        put(store, answered)
        assert queue("operator") == ["o-2"]

    def test_an_order_is_in_the_queue_of_its_parties_of_today(self, store: Store) -> None:
        """When an account moves, its requests move along."""
        case = asked(store)
        put(store, carried_out(case, UpdateOrder("o-1", by=SYSTEM, buyer="b-2", seller="s-2")))
        assert store.inbox(InboxQuery(queue=Queue(buyer="b-1"))).cases == ()
        assert store.inbox(InboxQuery(queue=SELLERS)).cases == ()
        assert len(store.inbox(InboxQuery(queue=Queue(buyer="b-2", seller="s-2"))).cases) == 1

    def test_the_queue_is_filtered_by_the_latest_request(self, store: Store) -> None:
        """Only orders whose latest request is in one of the statuses are in it."""
        asked(store, "o-1", jst(16, 11))
        asking_back = AskWithdrawal("o-2", by=SELLER, request=1)
        case = put(store, carried_out(asked(store, "o-2"), asking_back))
        put(store, carried_out(asked(store, "o-3"), Approve("o-3", by=SELLER, request=1)))

        def queue(*statuses: RequestStatus) -> list[str]:
            query = InboxQuery(queue=SELLERS, statuses=frozenset(statuses))
            return [case.order.id for case in store.inbox(query).cases]

        assert queue(*RequestStatus) == ["o-2", "o-3", "o-1"]
        assert queue(RequestStatus.PENDING) == ["o-1"]
        assert queue(RequestStatus.APPROVED, RequestStatus.WITHDRAWAL_ASKED) == ["o-2", "o-3"]
        assert queue(RequestStatus.EXPIRED) == []
        assert queue() == []
        # Withdrawn and asked again: the latest request counts, with its own time.
        case = put(
            store, carried_out(case, AnswerWithdrawal("o-2", by=BUYER, request=1, accept=True))
        )
        assert queue(RequestStatus.WITHDRAWN) == ["o-2"]
        put(store, asking(case, jst(16, 12)))
        assert queue(RequestStatus.WITHDRAWN) == []
        assert queue(RequestStatus.PENDING) == ["o-1", "o-2"]

    @pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
    def test_the_queue_is_paged(self, store: Store, limit: int) -> None:
        """Page by page after `next` every request comes once, and the last page says so."""
        for number, hour in ((1, 12), (2, 12), (3, 11), (4, 13), (5, 12), (6, 14)):
            asked(store, f"o-{number}", jst(16, hour))
        seen: list[str] = []
        sizes: list[int] = []
        after: InboxCursor | None = None
        while True:
            query = InboxQuery(queue=SELLERS, after=after, limit=limit)
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
        open_ones = frozenset({RequestStatus.PENDING})
        query = InboxQuery(queue=SELLERS, statuses=open_ones, limit=2)
        first = store.inbox(query)
        assert [case.order.id for case in first.cases] == ["o-1", "o-2"]
        assert first.next == InboxCursor(requested_at=jst(16, 12), order_id="o-2")
        put(store, carried_out(cases[1], Approve("o-1", by=SELLER, request=1), jst(16, 20)))
        put(store, carried_out(cases[2], Approve("o-2", by=SELLER, request=1), jst(16, 20)))
        asked(store, "o-4", jst(16, 21))
        second = store.inbox(attrs.evolve(query, after=first.next))
        assert [case.order.id for case in second.cases] == ["o-3", "o-4"]
        in_utc = InboxCursor(requested_at=datetime(2022, 8, 16, 3, tzinfo=UTC), order_id="o-2")
        assert store.inbox(attrs.evolve(query, after=in_utc)) == second

    def test_requests_are_counted_by_status(self, store: Store) -> None:
        """Each order counts once, by its latest request; statuses with none are left out."""
        put(store, registered("o-0"))
        asked(store, "o-1")
        asked(store, "o-2")
        put(store, carried_out(asked(store, "o-3"), Approve("o-3", by=SELLER, request=1)))
        asked(store, "o-4", seller="s-2")
        assert store.tally(SELLERS, jst(17)) == (
            Tally(policy="qoo10", on="approved", count=1, overdue=0),
            Tally(policy="qoo10", on="pending", count=2, overdue=0),
        )
        assert store.tally(attrs.evolve(SELLERS, seller="s-2"), jst(17)) == (
            Tally(policy="qoo10", on="pending", count=1, overdue=0),
        )
        conect = attrs.evolve(SELLERS, policies=frozenset({"conect"}))
        assert store.tally(conect, jst(17)) == ()

    def test_each_policy_is_counted_apart(self, store: Store) -> None:
        """In a queue across policies; the requests that the house answers likewise."""
        asked(store, "o-1")
        case = put(store, registered("o-2", OFFICE, status="placed"))
        ask = RequestCancellation("o-2", by=BUYER)
        put(store, carried_out(case, ask, policy=OFFICE))
        office = Tally(policy="office", on="pending", count=1, overdue=0)
        assert store.tally(Queue(buyer="b-1"), jst(17)) == (
            office,
            Tally(policy="qoo10", on="pending", count=1, overdue=0),
        )
        assert store.tally(Queue(answerers=frozenset({"operator"})), jst(17)) == (office,)

    def test_a_request_is_overdue_from_its_deadline_on(self, store: Store) -> None:
        """Whether or not the deadline has fired, and not a moment earlier."""
        asked(store, "o-1", jst(16, 10))
        second = asked(store, "o-2", jst(17, 10))

        def overdue(now: datetime) -> list[tuple[str, int, int]]:
            return [(each.on, each.count, each.overdue) for each in store.tally(SELLERS, now)]

        assert overdue(jst(21) - timedelta(microseconds=1)) == [("pending", 2, 0)]
        assert overdue(jst(21)) == [("overdue", 1, 1), ("pending", 2, 1)]
        assert overdue(jst(22)) == [("overdue", 2, 2), ("pending", 2, 2)]
        put(store, firing(second, "qoo10.overdue", jst(22)))
        assert overdue(jst(22)) == [("overdue", 2, 2), ("pending", 2, 2)]

    def test_an_answered_request_is_not_overdue(self, store: Store) -> None:
        """However late the answer came."""
        case = put(store, firing(asked(store), "qoo10.overdue", jst(21, 1)))
        put(store, carried_out(case, Approve("o-1", by=SELLER, request=1), jst(21, 2)))
        assert store.tally(SELLERS, jst(31)) == (
            Tally(policy="qoo10", on="approved", count=1, overdue=0),
        )

    def test_a_mark_is_counted_from_its_due_moment_on(self, store: Store) -> None:
        """Before it has fired and afterwards, until it is taken off."""
        rejected = put(store, carried_out(asked(store), rejecting()))

        def counted(now: datetime) -> list[tuple[str, int]]:
            return [(each.on, each.count) for each in store.tally(SELLERS, now)]

        assert counted(jst(17) - timedelta(microseconds=1)) == [("rejected", 1)]
        assert counted(jst(17)) == [("missed", 1), ("rejected", 1)]
        missed = put(store, firing(rejected, "qoo10.ship_same_day", jst(17)))
        assert counted(jst(17)) == [("missed", 1), ("rejected", 1)]
        shipped = AdvanceOrder(
            "o-1", by=SELLER, move="ship", facts={"shipped_at": jst(16, 23, 59)}
        )
        put(store, carried_out(missed, shipped, jst(17, 0, 5)))
        assert counted(jst(31)) == [("rejected", 1)]

    def test_the_lateness_of_an_earlier_request_does_not_count(self, store: Store) -> None:
        """A second request is overdue by its own deadline, not by that of the first."""
        case = put(store, firing(asked(store), "qoo10.overdue", jst(21, 1)))
        ask = AskWithdrawal("o-1", by=SELLER, request=1)
        case = put(store, carried_out(case, ask, jst(21, 2)))
        back = AnswerWithdrawal("o-1", by=BUYER, request=1, accept=True)
        case = put(store, carried_out(case, back, jst(21, 3)))
        put(store, asking(case, jst(22, 10)))
        for now, late in ((jst(26, 23), 0), (jst(27), 1)):
            assert [each.overdue for each in store.tally(SELLERS, now)] == [late] * (1 + late)
