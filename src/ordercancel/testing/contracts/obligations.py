"""What a store promises of obligations, besides what it promises of everything in the outbox."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command, FailRefund, RequestCancellation, SettleRefund
from ordercancel.domain.obligations import Obligation, OwnObligation, RefundDue, Restock
from ordercancel.engine.erasure import Person, erased
from ordercancel.engine.evolve import fold
from ordercancel.engine.handling import handle
from ordercancel.policies import QOO10
from ordercancel.service.ports import Store
from ordercancel.service.records import Commit, Erasure, InboxQuery, Kept, Sent
from ordercancel.testing.contracts.samples import (
    AT,
    BUYER,
    SELLERS,
    SYSTEM,
    claimed,
    commit_of,
    jst,
    letter,
    put,
    registered,
)

CARD = RefundDue(
    key="o-1:1:refund:card.1",
    order_id="o-1",
    at=AT,
    request=1,
    tender="card",
    amount=1980,
    currency="JPY",
)
POINTS = attrs.evolve(CARD, key="o-1:1:refund:points.1", tender="points", amount=20)
AGAIN = attrs.evolve(CARD, key="o-1:1:refund:card.2")
SHELF = Restock(key="o-1:1:restock:host", order_id="o-1", at=AT, request=1, lines={"l-1": 2})
COUPON = OwnObligation(
    key="o-1:3:coupon:host", order_id="o-1", at=AT, request=1, kind="coupon", on="approved"
)
KEY = "o-1:1:refund:all.1"


def owing(store: Store) -> Case:
    """A cancelled order whose refund is due."""
    case = put(store, registered(status="new"))
    command = RequestCancellation("o-1", by=BUYER, reason="changed_mind")
    return put(store, _obliging(case, command))


def _obliging(case: Case, command: Command) -> Commit:
    handled = handle(command, case, QOO10, AT, obliges=True)
    return commit_of(handled.case, handled.events, case.version, QOO10)


class ObligationPromises:
    """Obligations are written, leased and read as messages are, and refunds stand on the case."""

    @pytest.mark.parametrize("sent", [CARD, SHELF, COUPON])
    def test_an_obligation_is_read_as_it_was_written(self, store: Store, sent: Obligation) -> None:
        """With its key as its id; among the dead, too."""
        store.commit(attrs.evolve(registered(), obligations=(sent,)))
        (claim,) = store.claim(jst(17), jst(18), 10)
        assert (claim.id, claim.message, claim.obligation) == (sent.key, None, sent)
        assert store.backlog(jst(17)).messages == 1
        assert store.backlog(jst(17)).oldest == AT
        store.start(claim)
        store.failed(claim, "OSError: down", None)
        (dead,) = store.dead_letters(10)
        assert (dead.id, dead.message, dead.obligation) == (sent.key, None, sent)
        assert store.revive([sent.key]) == 1
        assert claimed(store, jst(17)) == [sent.key]

    def test_each_kind_and_each_tender_is_a_lane(self, store: Store) -> None:
        """One that is not done holds up those of its kind by the same tender, and no others."""
        owed = (CARD, POINTS, AGAIN, SHELF)
        store.commit(attrs.evolve(registered(), obligations=owed))
        claims = store.claim(jst(17), jst(18), 10)
        assert [each.id for each in claims] == [CARD.key, POINTS.key, SHELF.key]
        store.start(claims[0])
        store.failed(claims[0], "OSError: down", jst(18))
        store.delivered(POINTS.key, jst(17))
        assert claimed(store, jst(17, 1)) == []
        assert claimed(store, jst(18)) == [CARD.key, SHELF.key]
        store.delivered(CARD.key, jst(18))
        assert claimed(store, jst(18)) == [AGAIN.key]

    def test_messages_and_obligations_are_leased_apart(self, store: Store) -> None:
        """Where somebody delivers one of both alone."""
        commit = attrs.evolve(registered(), messages=(letter(1),), obligations=(CARD,))
        store.commit(commit)
        messages, obligations = ({each} for each in (Sent.MESSAGES, Sent.OBLIGATIONS))
        leased = store.claim(jst(17), jst(18), 10, frozenset(obligations))
        assert [each.id for each in leased] == [CARD.key]
        assert store.claim(jst(17), jst(18), 10, frozenset(obligations)) == ()
        leased = store.claim(jst(17), jst(18), 10, frozenset(messages))
        assert [each.id for each in leased] == ["letter-1"]

    def test_a_receipt_has_the_obligations_of_its_commit(self, store: Store) -> None:
        commit = attrs.evolve(registered(), messages=(letter(1),), obligations=(SHELF, CARD))
        store.commit(attrs.evolve(commit, command_id="c-1", fingerprint="f-1"))
        receipt = store.receipt("c-1")
        assert receipt is not None
        assert (receipt.messages, receipt.obligations) == ((letter(1),), (SHELF, CARD))
        assert store.receipts(["c-1"]) == {"c-1": receipt}

    def test_refunds_are_kept_with_the_case(self, store: Store) -> None:
        """What was said of them, too."""
        case = owing(store)
        failed = FailRefund("o-1", by=SYSTEM, key=KEY, code="declined")
        case = put(store, _obliging(case, failed))
        assert store.load("o-1") == case
        (refund,) = case.refunds
        assert (refund.key, str(refund.status), refund.code) == (KEY, "failed", "declined")

    def test_open_refunds_are_counted_and_listed(self, store: Store) -> None:
        """From the moment of the cancellation until they are settled."""
        case = owing(store)

        def shown() -> tuple[list[tuple[str, int]], list[str]]:
            query = InboxQuery(queue=SELLERS, marked=("refund_open", AT))
            listed = [each.order.id for each in store.inbox(query).cases]
            return [(each.on, each.count) for each in store.tally(SELLERS, AT)], listed

        assert shown() == ([("approved", 1), ("refund_open", 1)], ["o-1"])
        early = InboxQuery(queue=SELLERS, marked=("refund_open", AT - timedelta(seconds=1)))
        assert store.inbox(early).cases == ()
        put(store, _obliging(case, SettleRefund("o-1", by=SYSTEM, key=KEY, reference="re-1")))
        assert shown() == ([("approved", 1)], [])

    def test_a_case_is_kept_until_its_refunds_are_settled(self, store: Store) -> None:
        case = owing(store)
        every = frozenset(Kept)
        assert store.purge(jst(31), every, None, 10).cases == 0
        put(store, _obliging(case, SettleRefund("o-1", by=SYSTEM, key=KEY, reference="re-1")))
        assert store.purge(jst(31), every, None, 10).cases == 1

    def test_an_erased_person_leaves_obligations_as_they_are(self, store: Store) -> None:
        """They name nobody, and whoever does them is not disturbed."""
        case = put(store, attrs.evolve(registered(), obligations=(CARD,)))
        assert store.undelivered("o-1") == {}
        (claim,) = store.claim(jst(17), jst(18), 10)
        person = Person("buyer", "b-1", "gone-1")
        events = erased(store.history("o-1"), person, QOO10) or ()
        store.erase(
            Erasure(
                case=fold(events), expected=case.version, events=events, messages=(), person=person
            )
        )
        store.start(claim)
        store.failed(claim, "OSError: down", None)
        (dead,) = store.dead_letters(10)
        assert (dead.obligation, dead.error) == (CARD, "OSError: down")
