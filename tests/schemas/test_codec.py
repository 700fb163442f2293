"""What is written as JSON reads back as it was; what is wrong with a JSON is all said at once."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import strategies
from ordercancel import (
    AdvanceOrder,
    Buyer,
    InvalidValue,
    Operator,
    Order,
    Reject,
    RequestCancellation,
    Seller,
    System,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import COMMANDS, FireDeadline
from ordercancel.domain.errors import Fault
from ordercancel.domain.events import EVENTS, Event
from ordercancel.domain.obligations import OwnObligation, RefundDue, Restock
from ordercancel.domain.quotes import Quote
from ordercancel.engine.messages import Message
from ordercancel.policies import CONECT, QOO10
from ordercancel.schemas import from_json, json_schemas, to_json
from ordercancel.schemas.kinds import KINDS
from ordercancel.schemas.shapes import WIRED
from ordercancel.schemas.views import DecisionView, OptionView, OverviewView
from ordercancel.service.results import Count, InboxPage, Outcome
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryStore
from ordercancel.testing import strategies as kit
from pytest_ordercancel import FrozenClock

AT = datetime(2022, 8, 15, tzinfo=UTC)
ORDER = Order(
    "Q-1",
    policy="qoo10",
    status="shipping_requested",
    buyer="b-1",
    seller="s-1",
    placed_at=AT,
    ship_on=date(2022, 8, 17),
)
ASK = RequestCancellation("Q-1", by=Buyer("b-1", via="agent:x"), reason="changed_mind")
SCHEMAS = json_schemas()


def faults(kind: Any, said: Any) -> dict[str, str]:
    """What is wrong with it, by where; text is JSON already."""
    with pytest.raises(InvalidValue) as caught:
        from_json(kind, said if isinstance(said, str | bytes) else json.dumps(said))
    return {fault.where: f"{fault.problem}; {fault.expected}" for fault in caught.value.faults}


@cache
def validator(name: str) -> Draft202012Validator:
    """What checks by the schema of the name."""
    return Draft202012Validator({"$defs": SCHEMAS["$defs"], "$ref": f"#/$defs/{name}"})


def fits(name: str, said: str) -> bool:
    """Whether it is as the schema of the name says."""
    return validator(name).is_valid(json.loads(said))


def shop() -> CancellationService:
    """The order with a request that its seller has to answer."""

    service = CancellationService(policies=[QOO10], store=MemoryStore(), clock=FrozenClock(AT))
    service.register(ORDER)
    service.handle(ASK)
    return service


class TestWhatIsWritten:
    def test_of_a_command_is_what_a_person_would_write(self) -> None:
        said = json.loads(to_json(ASK))
        assert {name: each for name, each in said.items() if each is not None} == {
            "do": "request",
            "order_id": "Q-1",
            "by": {"id": "b-1", "role": "buyer", "via": "agent:x"},
            "data": {},
            "reason": "changed_mind",
        }

    @given(st.data())
    def test_of_a_command_reads_back_as_the_same_and_fits_its_schema(self, data: Any) -> None:
        policy = data.draw(st.sampled_from((CONECT, QOO10)))
        command = data.draw(kit.any_commands(policy))
        if isinstance(command, FireDeadline):
            return
        said = to_json(command)
        assert from_json(KINDS["Command"], said, policy=policy) == command
        assert from_json(type(command), said, policy=policy) == command
        assert fits("Command", said)

    @pytest.mark.parametrize(
        ("name", "kind", "values"),
        [
            ("Order", Order, strategies.any_orders()),
            ("Event", Event, strategies.events()),
            ("Case", Case, strategies.cases()),
            ("Message", Message, strategies.messages()),
            ("Party", Party, kit.parties()),
        ],
    )
    def test_says_all_of_a_value_and_fits_its_schema(
        self, name: str, kind: Any, values: st.SearchStrategy[Any]
    ) -> None:
        """Facts of no declared kind are compared as the texts that JSON has for them."""

        @given(values)
        def check(value: Any) -> None:
            said = to_json(value)
            assert to_json(from_json(kind, said)) == said
            assert fits(name, said)

        check()

    def test_of_what_the_service_answers_reads_back_as_the_same_and_fits_its_schema(self) -> None:
        service, by = shop(), Seller("s-1")
        refused = service.assess(RequestCancellation("Q-1", by=Buyer("b-1")))
        overview = service.overview(["Q-1"], by=by)["Q-1"]
        outcome = service.handle(Reject("Q-1", by=by, request=1, reason="shipped", data=OK))
        page, (count, *_) = service.inbox(by, statuses=["rejected"]), service.counters(by)
        quote = Quote(
            refund=90,
            fee=10,
            gross=100,
            goods={"a": 100},
            charges={},
            classes={},
            tax={},
            tenders={"card": 90},
            remaining=0,
            remaining_tax={},
            restock={"a": 1},
        )
        for name, kind, value in (
            ("Decision", DecisionView, refused),
            ("Overview", OverviewView, overview),
            ("Option", OptionView, overview.options[2]),
            ("Outcome", Outcome, outcome),
            ("InboxPage", InboxPage, page),
            ("Count", Count, count),
            ("Quote", Quote, quote),
            ("Fault", Fault, Fault("Order.id", "is empty", "a line", sentences={"en": "Empty."})),
        ):
            said = to_json(value, "ja")
            assert to_json(from_json(kind, said), "ja") == said
            assert fits(name, said)

    def test_of_an_obligation_tells_its_kind(self) -> None:
        common: dict[str, Any] = {"key": "k", "order_id": "Q-1", "at": AT, "request": 1}
        for value in (
            RefundDue(**common, tender="card", amount=90, currency="JPY"),
            Restock(**common, lines={"a": 1}),
            OwnObligation(**common, kind="close_mandate", on="approved"),
        ):
            said = to_json(value)
            assert json.loads(said)["kind"] == value.kind
            assert from_json(KINDS["Obligation"], said) == value
            assert fits("Obligation", said)

    def test_is_in_the_language_asked_for(self) -> None:
        (_, _, reject, *_) = shop().options("Q-1", by=Seller("s-1"))
        assert json.loads(to_json(reject, "ja"))["label"] == "キャンセル拒否"
        assert json.loads(to_json(reject))["label"] == "Reject the cancellation"

    def test_of_any_actor_names_the_role(self) -> None:
        for by in (Operator("o-1"), System()):
            command = UpdateOrder("Q-1", by=by, status="new")
            assert from_json(UpdateOrder, to_json(command)).by == by

    def test_of_facts_has_moments_and_days_as_texts(self) -> None:
        """Read back with the policy, which declares them; without it they stay texts."""
        ships = AdvanceOrder("Q-1", by=Seller("s-1"), move="plan_shipping", facts={"ship_on": DAY})
        said = to_json(ships)
        assert json.loads(said)["facts"] == {"ship_on": "2022-08-17"}
        assert from_json(AdvanceOrder, said, policy=QOO10).facts == {"ship_on": DAY}
        assert from_json(AdvanceOrder, said).facts == {"ship_on": "2022-08-17"}


VERBS = (
    "do one of: request, approve, reject, withdraw, ask_withdrawal, answer_withdrawal, "
    "advance, update, settle_refund, fail_refund, retry_refund, record_refund"
)
OK, DAY = {"confirmed": True}, date(2022, 8, 17)


class TestWhatIsRead:
    def test_names_every_fault_at_once(self) -> None:
        said = {"do": "reject", "by": {"role": "x", "name": 1}, "request": 0, "date": 1, "text": 5}
        assert faults(Reject, said) == {
            "Reject.date": "is no key of it; "
            "one of: do, order_id, by, command_id, data, request, reason, text",
            "Reject.by.name": "is no key of it; one of: id, role, via",
            "Reject.by.id": "is missing; a line of 1 to 200 printable characters",
            "Reject.order_id": "is missing; a line of 1 to 200 printable characters",
            "Reject.request": "is below 1; the number of a request",
            "Reject.text": "is an int; a text of at most 4000 code points",
        }

    def test_names_every_fault_of_what_is_nested(self) -> None:
        past = [{"by": {"role": "buyer", "id": ""}, "at": "noon", "status": "rejected"}, 5]
        said = {**json.loads(to_json(ORDER)), "history": past, "status": "", "placed_at": 7}
        assert set(faults(Order, said)) == {
            "Order.history[0].by.id",
            "Order.history[0].at",
            "Order.history[1]",
            "Order.status",
            "Order.placed_at",
        }

    def test_of_a_class_without_checks_of_its_own_has_the_types_of_its_fields(self) -> None:
        said = {"policy": 1, "on": "open", "label": [], "count": "7", "late": 0}
        assert faults(Count, said) == {
            "Count.late": "is no key of it; one of: policy, on, label, count, overdue",
            "Count.policy": "Expected `str`, got `int`; another type",
            "Count.label": "Expected `str`, got `array`; another type",
            "Count.count": "Expected `int`, got `str`; another type",
            "Count.overdue": "is missing; a value",
        }
        page: dict[str, Any] = {"rows": [{"deadlines": [["a"], ["a", 5]]}], "next": None}
        named = faults(InboxPage, page)
        assert named["InboxPage.rows[0].deadlines[0]"] == "has 1 entries; 2 entries"
        assert "InboxPage.rows[0].deadlines[1][1]" in named

    def test_is_of_the_kind_that_was_asked_for(self) -> None:
        withdraw = Withdraw("Q-1", by=Buyer("b-1"), request=1)
        assert faults(Reject, to_json(withdraw)) == {"Reject.do": "is 'withdraw'; reject"}
        said = {key: value for key, value in json.loads(to_json(withdraw)).items() if key != "do"}
        assert faults(Withdraw, said) == {"Withdraw.do": "is missing; withdraw"}
        assert faults(KINDS["Command"], {"do": "fire"})["Command"].startswith(
            "do is 'fire'; do one"
        )
        assert faults(KINDS["Command"], []) == {"Command": "is a list; " + VERBS}
        assert faults(Order, "true") == {"Order": "is a flag; an object"}
        assert faults(Order, "1.5") == {"Order": "is a number; an object"}

    @pytest.mark.parametrize(
        ("said", "problem"),
        [
            ("{", "Expecting property name"),
            ('{"do": 1, "do": 1}', "a key occurs twice"),
            ("[NaN]", "NaN is no JSON"),
            (b'"\xff"', "can't decode byte 0xff"),
            ("[" * 100_000, "recursion"),
            ('"\\ud800"', "surrogates not allowed"),
            (" " * 1_000_001, "it is longer than 1000000 bytes"),
        ],
        ids=["cut", "twice", "NaN", "bytes", "deep", "half", "long"],
    )
    def test_is_strictly_json(self, said: Any, problem: str) -> None:
        assert problem in faults(Order, said)["JSON"]

    @pytest.mark.parametrize("kind", [*WIRED, *EVENTS.values(), Order, Party, Case, Message])
    def test_has_no_field_that_goes_unchecked(self, kind: type) -> None:
        """Whatever stands in a field, a fault names it."""
        for field in SCHEMAS["$defs"][kind.__name__]["properties"]:
            where = f"{kind.__name__}.{field}"
            named = [each for each in faults(kind, {field: [[1.5]]}) if each.startswith(where)]
            assert named, where


class TestTheSchemas:
    def test_are_there_for_every_command_that_may_be_sent_and_every_event(self) -> None:
        """The clock's command is the service's own."""
        assert set(COMMANDS) - set(WIRED) == {FireDeadline}
        commands = [each["$ref"] for each in SCHEMAS["$defs"]["Command"]["oneOf"]]
        assert commands == [f"#/$defs/{kind.__name__}" for kind in WIRED]
        events = [each["$ref"] for each in SCHEMAS["$defs"]["Event"]["oneOf"]]
        assert events == [f"#/$defs/{name}" for name in EVENTS]

    def test_are_schemas(self) -> None:
        Draft202012Validator.check_schema(SCHEMAS)

    def test_have_nothing_that_is_referred_to_and_not_there(self) -> None:
        referred = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(SCHEMAS)))
        assert referred <= {*SCHEMAS["$defs"]}

    @pytest.mark.parametrize("path", sorted(Path("examples").glob("*.jsonl")), ids=str)
    def test_of_lines_fit_the_scenarios_of_the_examples(self, path: Path) -> None:
        lines = [each for each in path.read_text("utf-8").splitlines() if each[:1] == "{"]
        assert lines
        assert [line for line in lines if not fits("Line", line)] == []

    def test_as_a_whole_are_that_of_a_scenario_which_is_an_array(self) -> None:
        """As editors check it, which go by the schema of a whole file."""
        check = Draft202012Validator(SCHEMAS)
        tick = {"at": "2022-08-15T10:00:00+09:00", "do": "tick"}
        assert check.is_valid([tick, tick])
        assert not check.is_valid([tick, {"do": "tick"}])
        assert not check.is_valid(tick)

    def test_of_lines_fit_no_line_that_is_malformed(self) -> None:
        for line in ('{"do": "dance"}', '{"do": "tick"}', '{"party": {}}', "{}"):
            assert not fits("Line", line)
