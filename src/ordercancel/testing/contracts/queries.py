"""What a store promises of the duties that are due, the seller's queue and its numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.requests import RequestStatus
from ordercancel.policies import CONECT
from ordercancel.service.ports import Store
from ordercancel.service.records import DueDuty, InboxCursor, InboxQuery, Tally
from ordercancel.testing.contracts.samples import (
    BUYER,
    OVERDUE,
    SELLER,
    SYSTEM,
    asked,
    asking,
    carried_out,
    jst,
    put,
    registered,
)


class QueryPromises:
    """Duties, queue and numbers."""

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
        due = store.due(jst(31), None, 10)
        assert [(duty.order_id, duty.due_at) for duty in due] == [
            ("o-4", jst(21)),
            ("o-2", jst(22)),
            ("o-3", jst(22)),
            ("o-1", jst(23)),
        ]

    @pytest.mark.parametrize("limit", [1, 2, 5, 6])
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
        due = store.due(jst(31), None, 10)
        assert [(duty.order_id, duty.deadline) for duty in due] == [("o-2", "qoo10.ship_same_day")]
        ship = AdvanceOrder("o-2", by=SELLER, move="ship")
        put(store, carried_out(rejected.case, ship, jst(16, 12)))
        assert store.due(jst(31), None, 10) == ()
        overdue = ApplyDeadline("o-3", by=SYSTEM, deadline="qoo10.overdue", request=1)
        put(store, carried_out(asked(store, "o-3"), overdue, jst(21)))
        assert store.due(jst(31), None, 10) == ()

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

    @pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
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

    def test_an_overdue_request_stays_so_until_it_is_answered(self, store: Store) -> None:
        """A missed duty counts like one that is due and open; an answer ends it, however late."""
        mark = ApplyDeadline("o-1", by=SYSTEM, deadline="qoo10.overdue", request=1)
        case = put(store, carried_out(asked(store), mark, jst(21, 1)))
        assert store.tally("s-1", "qoo10", OVERDUE, jst(21, 2)) == (
            Tally(status=RequestStatus.AWAITING_SELLER, count=1, overdue=1),
        )
        case = put(store, carried_out(case, AskWithdrawal("o-1", by=SELLER), jst(21, 3)))
        assert store.tally("s-1", "qoo10", OVERDUE, jst(21, 4)) == (
            Tally(status=RequestStatus.WITHDRAWAL_ASKED, count=1, overdue=1),
        )
        put(store, carried_out(case, Approve("o-1", by=SELLER), jst(21, 5)))
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
