"""Many orders at once: lists with buttons, commands each for itself, commands all or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Any

import attrs
import pytest

from both import each_service  # noqa: F401 - each test runs with both services
from ordercancel import (
    AdvanceOrder,
    Approve,
    Command,
    Conflict,
    FireDeadline,
    InvalidValue,
    NotAll,
    Outcome,
    Party,
    Refused,
    Reject,
    RequestCancellation,
    Seller,
    System,
    UnknownOrder,
    UnknownPolicy,
    UpdateOrder,
)
from ordercancel.policies import CONECT, QOO10
from ordercancel.service import InboxCursor
from ordercancel.service.observers import Fields, Observed
from ordercancel.service.records import Kept
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory, MemoryStore
from pytest_ordercancel import FrozenClock
from samples import BUYER, BUYING, PERMITTING, SELLER, SYSTEM, jst, order

AT = jst(15, 10)
PERMITS: Mapping[str, Party] = {"s-1": PERMITTING, "b-1": BUYING}


class Counting(MemoryStore):
    """A store that counts what it is asked, and may be late for a commit."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.before_commit: list[Any] = []

    def __getattribute__(self, name: str) -> Any:
        if name in ("load", "load_many", "receipt", "receipts", "history"):
            super().__getattribute__("asked").append(name)
        return super().__getattribute__(name)

    def commit_all(self, commits: Any) -> None:
        if self.before_commit:
            self.before_commit.pop()()
        super().commit_all(commits)


class ManyDirectory(MemoryDirectory):
    """A directory that counts how often it is asked."""

    def __init__(self, parties: Iterable[Party]) -> None:
        super().__init__(parties)
        self.asked: list[str] = []

    def find(self, party_id: str) -> Party | None:
        self.asked.append("find")
        return super().find(party_id)

    def find_many(self, party_ids: Iterable[str]) -> Mapping[str, Party]:
        self.asked.append("find_many")
        return super().find_many(party_ids)


class SmallDirectory:
    """A directory that can't be asked about many."""

    def find(self, party_id: str) -> Party | None:
        return PERMITS.get(party_id)


class Seen:
    """An observer that keeps the fields of commands."""

    def __init__(self) -> None:
        self.fields: list[Fields] = []

    def observe(self, what: Observed, fields: Fields) -> Any:
        self.fields.append(fields)
        return nullcontext()


def shop(store: MemoryStore | None = None, **more: Any) -> CancellationService:
    """A service with three orders of Qoo10: two asked about, the last one new."""
    service = CancellationService(policies=[QOO10, CONECT], store=store or MemoryStore(), **more)
    for number in range(1, 4):
        status = "new" if number == 3 else "shipping_requested"
        ship_on = None if number == 3 else jst(31).date()
        service.register(order(id=f"o-{number}", status=status, ship_on=ship_on), at=jst(15, 9))
    for number in (1, 2):
        service.handle(asks(f"o-{number}"), at=AT)
    return service


def asks(order_id: str, **more: Any) -> RequestCancellation:
    return RequestCancellation(order_id, by=BUYER, reason="changed_mind", **more)


def approves(order_id: str, **more: Any) -> Approve:
    return Approve(order_id, by=SELLER, request=1, **more)


def rejects(order_id: str) -> Reject:
    return Reject(order_id, by=SELLER, request=1, reason="made_to_order", data={"confirmed": True})


# ---------------------------------------------------------------- lists


def test_an_order_that_can_not_be_read_is_left_out_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A list goes on without it; whoever runs the service learns its id."""

    class Newer(MemoryStore):
        def load_many(self, order_ids: Any) -> Any:
            return attrs.evolve(super().load_many(["o-2"]), unread=("o-1",))

        def inbox(self, query: Any) -> Any:
            page = super().inbox(query)
            cases = tuple(each for each in page.cases if each.order.id != "o-1")
            return attrs.evolve(page, cases=cases, unread=("o-1",))

    service = shop(Newer())
    assert list(service.cases_of(["o-1", "o-2"], by=BUYER)) == ["o-2"]
    assert [row.order_id for row in service.inbox(SELLER, at=AT).rows] == ["o-2"]
    assert [each.getMessage() for each in caplog.records] == [
        "cases_of: 'o-1': can't be read by this release",
        "inbox: 'o-1': can't be read by this release",
    ]


def test_cases_come_in_the_order_of_their_ids_without_strangers() -> None:
    """An order that is unknown, or somebody else's, is left out; an id twice is one."""
    service = shop()
    service.register(order(id="o-9", buyer="b-2"), at=jst(15, 9))
    cases = service.cases_of(["o-3", "o-9", "o-1", "o-0", "o-3"], by=BUYER)
    assert [(name, case.order.id) for name, case in cases.items()] == [
        ("o-3", "o-3"),
        ("o-1", "o-1"),
    ]


def test_many_options_are_those_of_each_order() -> None:
    service = shop()
    many = service.options_many(["o-1", "o-3"], by=BUYER, at=AT)
    assert many == {each: service.options(each, by=BUYER, at=AT) for each in ("o-1", "o-3")}


def test_each_order_may_be_looked_at_by_another() -> None:
    """Somebody of the staff sees what each seller may do with their own order."""
    service = shop()
    service.register(order(id="o-9", seller="s-9", ship_on=jst(31).date()), at=jst(15, 9))
    service.handle(asks("o-9"), at=AT)
    many = service.options_many(
        ["o-1", "o-9"], by=lambda case: Seller(case.order.seller, via="admin:ann"), at=AT
    )
    offered = {name: [e.action for e in each if e.is_offered] for name, each in many.items()}
    assert offered == {
        "o-1": ["approve", "reject", "ask_withdrawal"],
        "o-9": ["approve", "reject", "ask_withdrawal"],
    }


def test_an_overview_has_case_label_and_options() -> None:
    """As they are asked for one by one, in the language that is asked for."""
    service = shop(directory=MemoryDirectory(PERMITS.values()))
    shown = service.overview(["o-2", "o-3", "o-0"], by=SELLER, lang="ja", at=AT)
    assert [*shown] == ["o-2", "o-3"]
    for order_id, overview in shown.items():
        assert overview.case == service.case(order_id, by=SELLER)
        assert overview.label == service.label(order_id, by=SELLER, lang="ja", at=AT)
        assert overview.options == service.options(order_id, by=SELLER, at=AT)


@pytest.mark.parametrize("ask", ["options_many", "overview"])
def test_a_list_leaves_out_what_another_edition_judges(
    ask: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as that of a later release while both are at work; the log names it."""
    store = MemoryStore()
    shop(store)
    both = CancellationService(policies=[QOO10, CONECT], store=store)
    both.register(order("conect", id="o-9"), at=jst(15, 9))
    service = CancellationService(policies=[QOO10], store=store)
    assert [*getattr(service, ask)(["o-9", "o-1"], by=BUYER, at=AT)] == ["o-1"]
    expected = f"{ask}: 'o-9': this service lacks the edition that judges them"
    assert caplog.messages[-1] == expected


@pytest.mark.parametrize("ask", ["options_many", "overview"])
def test_a_list_asks_the_store_once_and_the_directory_once(ask: str) -> None:
    """However many orders it has, each with a rule that depends on its seller."""
    store, directory = Counting(), ManyDirectory(PERMITS.values())
    service = CancellationService(policies=[CONECT], store=store, directory=directory)
    ids = [f"o-{number}" for number in range(50)]
    for order_id in ids:
        service.register(order("conect", id=order_id), at=jst(15, 9))
    store.asked.clear()
    directory.asked.clear()
    listed = getattr(service, ask)(ids, by=BUYER, at=AT)
    assert len(listed) == 50
    assert store.asked == ["load_many"]
    assert directory.asked == ["find_many"]


def test_a_directory_that_knows_one_at_a_time_is_asked_so() -> None:
    """It has no ``find_many``; the answers are the same."""
    small = CancellationService(policies=[CONECT], store=MemoryStore(), directory=SmallDirectory())
    small.register(order("conect", id="o-1"), at=jst(15, 9))
    (options,) = small.options_many(["o-1"], by=BUYER, at=AT).values()
    assert [each.action for each in options if each.is_offered] == ["request"]


@pytest.mark.parametrize("ids", ["o-1", 7, ["o-1", ""], [["o-1"]], ["o-1"] * 10_001])
def test_what_is_no_list_of_ids_is_invalid(ids: Any) -> None:
    with pytest.raises(InvalidValue, match=r"service\.order_ids"):
        shop().cases_of(ids, by=BUYER)


def test_nobody_is_no_reader() -> None:
    with pytest.raises(InvalidValue, match=r"service\.by"):
        shop().cases_of(["o-1"], by="b-1")  # type: ignore[arg-type]


# ---------------------------------------------------------------- cursors


def test_a_cursor_goes_through_a_link_as_text() -> None:
    """Its text is the place behind the page, whatever the id of the order is made of."""
    service = shop()
    service.register(order(id="o~ 注文", ship_on=jst(31).date()), at=jst(15, 9))
    service.handle(asks("o~ 注文"), at=jst(15, 9, 30))
    page = service.inbox(SELLER, limit=1)
    assert str(page.next) == "2022-08-15T00:30:00+00:00~o~ 注文"
    assert InboxCursor.parse(str(page.next)) == page.next
    rows = service.inbox(SELLER, after=str(page.next)).rows
    assert [row.order_id for row in rows] == ["o-1", "o-2"]


@pytest.mark.parametrize(
    "text",
    ["", "~", "o-1", "2022-08-15T00:30:00+00:00~", "2022-08-15~o-1", "today~o-1", "~o-1"],
)
def test_what_is_no_cursor_is_invalid(text: str) -> None:
    with pytest.raises(InvalidValue, match="InboxCursor"):
        shop().inbox(SELLER, after=text)


# ---------------------------------------------------------------- each for itself


def test_of_two_hundred_approvals_ten_are_refused_and_the_others_done() -> None:
    """Each has an answer in its place; nothing that one of them meets stops another."""
    store = Counting()
    service = CancellationService(policies=[QOO10], store=store)
    ids = [f"o-{number:03}" for number in range(200)]
    for order_id in ids:
        service.register(order(id=order_id, ship_on=jst(31).date()), at=jst(15, 9))
        service.handle(asks(order_id), at=AT)
    for order_id in ids[::20]:
        service.handle(rejects(order_id), at=AT)
    store.asked.clear()
    commands = [approves(each, command_id=f"c-{each}") for each in ids]
    answers = service.handle_many(commands, at=jst(15, 11))
    refused = [number for number, each in enumerate(answers) if isinstance(each, Refused)]
    assert refused == [0, 20, 40, 60, 80, 100, 120, 140, 160, 180]
    assert [each.case.order.id for each in answers if isinstance(each, Outcome)] == [
        each for each in ids if each not in ids[::20]
    ]
    assert store.asked == ["load_many", "receipts"]


def test_each_answer_is_that_of_its_command() -> None:
    """A refusal, an unknown order, a wrong value and an outcome stand side by side."""
    service = shop()
    answers = service.handle_many(
        [
            approves("o-1"),
            approves("o-3"),
            approves("o-0"),
            RequestCancellation("o-3", by=BUYER, reason="nonsense"),
            Approve("o-2", by=Seller("s-2"), request=1),
        ],
        at=jst(15, 11),
    )
    kinds = [type(each) for each in answers]
    assert kinds == [Outcome, Refused, UnknownOrder, InvalidValue, UnknownOrder]
    assert service.handle_many([]) == ()


def test_a_second_command_about_an_order_meets_what_the_first_has_made() -> None:
    service = shop()
    first, second = service.handle_many([rejects("o-1"), approves("o-1")], at=jst(15, 11))
    assert isinstance(first, Outcome)
    assert isinstance(second, Refused)
    assert second.codes == ("no_open_request",)


def test_commands_that_were_carried_out_before_are_repeated() -> None:
    """Two presses of one button act once."""
    service = shop()
    commands = [approves("o-1", command_id="c-1"), approves("o-2", command_id="c-2")]
    first = service.handle_many(commands, at=jst(15, 11))
    again = service.handle_many(commands, at=jst(15, 11))
    assert [each.repeated for each in again if isinstance(each, Outcome)] == [True, True]
    assert [each.case for each in again if isinstance(each, Outcome)] == [
        each.case for each in first if isinstance(each, Outcome)
    ]


def test_a_command_that_loses_its_race_is_decided_again_from_fresh_state() -> None:
    """What was read ahead counts once: then the store is asked."""
    store = Counting()
    service = shop(store)
    store.before_commit = [lambda: service.handle(rejects("o-1"), at=jst(15, 11))]
    lost, won = service.handle_many([approves("o-1"), approves("o-2")], at=jst(15, 12))
    assert isinstance(lost, Refused)
    assert lost.codes == ("no_open_request",)
    assert isinstance(won, Outcome)


def test_the_same_command_that_was_first_by_another_way_is_found() -> None:
    """Its receipt was not there when the batch was read, and is looked for again."""
    store = Counting()
    service = shop(store)
    command = approves("o-1", command_id="c-1")
    store.before_commit = [lambda: service.handle(command, at=jst(15, 11))]
    (answer,) = service.handle_many([command], at=jst(15, 11))
    assert isinstance(answer, Outcome)
    assert answer.repeated


def test_a_batch_asks_the_directory_once() -> None:
    """For the names in its messages, too."""
    directory = ManyDirectory(PERMITS.values())
    service = shop(directory=directory)
    directory.asked.clear()
    service.handle_many([approves("o-1"), approves("o-2")], at=jst(15, 11))
    assert directory.asked == ["find_many"]


def test_whoever_is_not_read_ahead_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that moves to another buyer is one whom nobody could foresee."""
    directory = ManyDirectory([*PERMITS.values(), Party("b-9", name="新")])
    service = shop(directory=directory)
    directory.asked.clear()
    moves = UpdateOrder("o-1", by=SYSTEM, buyer="b-9")
    answers = service.handle_many([moves, approves("o-1")], at=jst(15, 11))
    assert [type(each) for each in answers] == [Outcome, Outcome]
    assert directory.asked == ["find_many", "find"]


def test_an_order_without_a_policy_is_an_answer_too() -> None:
    """The directory is asked about the others."""
    store = MemoryStore()
    service = shop(store)
    other = CancellationService(
        policies=[CONECT], store=store, directory=MemoryDirectory(PERMITS.values())
    )
    (answer,) = other.handle_many([UpdateOrder("o-1", by=SYSTEM)], at=jst(15, 11))
    assert isinstance(answer, UnknownPolicy)
    assert service.case("o-1", by=BUYER).version == 2


def test_what_is_no_command_is_invalid() -> None:
    with pytest.raises(InvalidValue, match=r"service\.commands\[1\]: is a str"):
        shop().handle_many([approves("o-1"), "approve"])  # type: ignore[list-item]


# ---------------------------------------------------------------- all or none


def cart(**more: Any) -> list[Command]:
    return [asks(f"o-{number}", **more) for number in (6, 4, 5)]


def with_cart(store: MemoryStore | None = None, **more: Any) -> CancellationService:
    """The shop, with a cart of three new orders."""
    service = shop(store, **more)
    for number in (4, 5, 6):
        new = order(id=f"o-{number}", status="new", ship_on=None)
        service.register(new, at=jst(15, 9))
    return service


def test_a_cart_is_cancelled_as_one() -> None:
    """The outcomes come in the order of the commands."""
    store = Counting()
    service = with_cart(store)
    store.asked.clear()
    outcomes = service.handle_all(cart(), at=AT)
    assert [each.case.order.id for each in outcomes] == ["o-6", "o-4", "o-5"]
    assert {each.case.order.status for each in outcomes} == {"cancelled"}
    assert store.asked == ["load_many"]
    cases = service.cases_of(["o-4", "o-5", "o-6"], by=BUYER)
    assert {case.order.status for case in cases.values()} == {"cancelled"}


def test_of_a_cart_with_one_that_is_shipped_nothing_is_cancelled() -> None:
    """Every refusal is named, and every wrong value; the others are as they were."""
    service = with_cart()
    service.handle(UpdateOrder("o-5", by=SYSTEM, status="shipped"), at=AT)
    before = service.cases_of(["o-4", "o-5", "o-6"], by=BUYER)
    commands = [*cart(), asks("o-0"), RequestCancellation("o-3", by=BUYER, reason="nonsense")]
    with pytest.raises(NotAll) as caught:
        service.handle_all(commands, at=AT)
    assert {name: type(each) for name, each in caught.value.errors.items()} == {
        "o-0": UnknownOrder,
        "o-3": InvalidValue,
        "o-5": Refused,
    }
    assert caught.value.codes == ("reason_not_offered", "already_shipped")
    assert str(caught.value).splitlines()[0].startswith("o-0: no order 'o-0'")
    assert caught.value.message("en") == ""
    assert service.cases_of(["o-4", "o-5", "o-6"], by=BUYER) == before


def test_orders_that_would_come_out_differently_are_not_cancelled_together() -> None:
    """One is cancelled at once, another has to be answered first; the buyer is told so."""
    service = with_cart()
    service.register(order(id="o-7", ship_on=jst(31).date()), at=jst(15, 9))
    with pytest.raises(NotAll) as caught:
        service.handle_all([asks("o-7"), asks("o-4")], at=AT)
    assert caught.value.errors == {}
    assert caught.value.codes == ("not_alike",)
    assert caught.value.verdicts == {"o-7": "refer", "o-4": "cancel"}
    assert caught.value.message("ja") == (
        "すぐにキャンセルできる注文と、相手の回答が必要な注文が含まれています。"
    )
    assert str(caught.value) == (
        "Some of the orders can be cancelled at once, and others need an answer first."
    )
    assert service.case("o-4", by=BUYER).order.status == "new"


def test_what_no_rule_judges_goes_with_what_rules_do() -> None:
    """What the host tells has no verdict that could differ."""
    service = with_cart()
    told, asked = service.handle_all(
        [UpdateOrder("o-5", by=SYSTEM, facts={"paid_at": AT}), asks("o-4")], at=AT
    )
    assert (told.case.order.paid_at, asked.case.order.status) == (AT, "cancelled")


def test_an_order_is_moved_on_together_with_a_cancellation() -> None:
    """Nobody gets half of what they asked for."""
    service = with_cart()
    plans = AdvanceOrder("o-5", by=SELLER, move="plan_shipping", facts={"ship_on": jst(31).date()})
    planned, asked = service.handle_all([plans, asks("o-4")], at=AT)
    assert planned.case.order.ship_on == jst(31).date()
    assert asked.case.order.status == "cancelled"


def test_what_the_host_may_not_tell_is_a_refusal_like_others() -> None:
    service = with_cart()
    with pytest.raises(NotAll) as caught:
        service.handle_all([UpdateOrder("o-5", by=SYSTEM, status="cancelled"), asks("o-4")], at=AT)
    assert caught.value.codes == ("cancelled_is_final",)


def test_a_cart_with_an_id_acts_once() -> None:
    """Given again, in whatever order, it gives the first outcomes."""
    service = with_cart()
    first = service.handle_all(cart(), command_id="c-1", at=AT)
    again = service.handle_all([*reversed(cart())], command_id="c-1", at=jst(15, 11))
    assert [each.repeated for each in again] == [True, True, True]
    assert [each.events for each in again] == [each.events for each in reversed(first)]
    with pytest.raises(InvalidValue, match="'c-1' belongs to other commands"):
        service.handle_all(cart()[:2], command_id="c-1", at=AT)


def test_a_cart_whose_receipts_are_purged_in_part_does_not_act_again() -> None:
    """Some of its outcomes are gone; that is no race that was lost."""
    service = with_cart(clock=FrozenClock(jst(20)))
    tells = [UpdateOrder(each, by=SYSTEM, facts={"paid_at": AT}) for each in ("o-4", "o-5")]
    service.handle_all(tells, command_id="c-1", at=AT)
    assert service.purge(jst(16), kept=[Kept.RECEIPTS], after="o-3", limit=1).receipts == 1
    with pytest.raises(InvalidValue, match="'c-1' is of commands whose receipts are purged"):
        service.handle_all(tells, command_id="c-1", at=jst(15, 11))
    assert service.case("o-4", by=BUYER).version == 2


def test_a_cart_that_loses_a_race_is_decided_again() -> None:
    """Whoever was first may have made it impossible; then nothing is done."""
    store = Counting()
    service = with_cart(store)
    store.before_commit = [
        lambda: service.handle(UpdateOrder("o-4", by=SYSTEM, facts={"paid_at": AT}), at=AT)
    ]
    assert len(service.handle_all(cart(), at=jst(15, 11))) == 3


def test_a_cart_that_loses_every_race_conflicts(monkeypatch: pytest.MonkeyPatch) -> None:
    service = with_cart(Losing(), chance=lambda: 0.0)
    with pytest.raises(Conflict, match="o-4, o-5, o-6"):
        service.handle_all(cart(), at=AT)


class Losing(MemoryStore):
    """A store that loses every race of several commits."""

    def commit_all(self, commits: Any) -> None:
        if len(commits) > 1:
            raise Conflict(commits[0].case.order.id)
        super().commit_all(commits)


def test_every_fault_of_a_cart_is_named() -> None:
    commands = [
        asks("o-4", command_id="c-9"),
        asks("o-4"),
        FireDeadline("o-5", by=System(), deadline="d"),
    ]
    with pytest.raises(InvalidValue) as caught:
        with_cart().handle_all(commands, command_id="c" * 201)
    assert [fault.where for fault in caught.value.faults] == [
        "service.command_id",
        "service.commands[0]",
        "service.commands[1]",
        "service.commands[2]",
    ]


def test_observers_see_each_command_of_a_cart() -> None:
    seen = Seen()
    service = with_cart(observers=[seen])
    seen.fields.clear()
    service.handle_all(cart(), command_id="c-1", at=AT)
    assert {(each["order_id"], each["outcome"]) for each in seen.fields} == {
        ("o-4", "done"),
        ("o-5", "done"),
        ("o-6", "done"),
    }
    seen.fields.clear()
    with pytest.raises(NotAll):
        service.handle_all(cart(), at=AT)
    assert [each["outcome"] for each in seen.fields] == ["refused"] * 3
    assert seen.fields[0]["codes"] == ("already_cancelled",)
