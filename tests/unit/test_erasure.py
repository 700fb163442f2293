"""What is left of an order's events when a person is erased: all but their words and their id."""

from __future__ import annotations

from functools import reduce
from typing import Any

import attrs
import pytest

from ordercancel import (
    Actor,
    Buyer,
    Event,
    Operator,
    Order,
    PastRequest,
    Policy,
    Reject,
    RequestCancellation,
    RequestStatus,
    UpdateOrder,
    evolve,
    fold,
)
from ordercancel.domain.events import CancellationRequested, OrderRegistered, PartyErased
from ordercancel.engine.decide import decide, register
from ordercancel.engine.erasure import ERASED, Person, erased, is_to
from ordercancel.engine.messages import Message
from ordercancel.policy import Choice, Forbid, Medium, Role, Rule
from unit.tiny import OPERATOR, RULES, SELLER, SYSTEM, rejects, tiny, utc
from unit.tiny import asks as tiny_asks
from unit.tiny import order as tiny_order

HER = Person("buyer", "b-1", "gone-1")
COLOUR = Choice("colour", values=())
POLICY = tiny(
    facts=(
        Choice("gift_note", values=()),
        Choice("wish", of=RequestCancellation, values=()),
        Choice("shelf", values=("upper", "lower")),
        COLOUR,
        Choice("carrier_id", values=()),
    ),
    roles=(Role("carrier", side="seller", party="carrier_id", answers=False),),
    rules=(
        *RULES,
        Rule("tiny.red", on=Reject, when=COLOUR.is_in("red"), effect=Forbid("closed")),
    ),
)
FACTS = {"gift_note": "母へ", "shelf": "upper", "colour": "blue", "carrier_id": "c-1"}


def history(*commands: Any, policy: Policy = POLICY, **fields: Any) -> tuple[Event, ...]:
    """The events of an order with facts, after commands, an hour apart."""
    order: Order = tiny_order(**{"facts": FACTS, **fields})
    events = register(order, policy, utc(1, 3))
    for hour, command in enumerate(commands, 4):
        case = fold(events)
        events = (*events, *decide(command, case, policy, utc(1, hour)))
    return events


def asks(**changes: Any) -> RequestCancellation:
    return tiny_asks(**{"reason": "other", "text": "母のこと", **changes})


REJECTS = rejects(text="お母様の件")


def left(events: tuple[Event, ...], person: Person = HER) -> tuple[Event, ...]:
    made = erased(events, person, POLICY)
    assert made is not None
    assert [type(each) for each in made] == [type(each) for each in events]
    assert [(each.at, each.rules) for each in made] == [(each.at, each.rules) for each in events]
    return made


def test_of_a_party_all_texts_go_whoever_wrote_them() -> None:
    """Codes, choices and ids of others stay; that there was a text stays known."""
    case = fold(left(history(asks(data={"wish": "ひとこと"}), REJECTS)))
    (request,) = case.requests
    assert case.order.buyer == "gone-1"
    assert case.order.facts == FACTS | {"gift_note": ERASED, "colour": ERASED}
    assert (request.by, request.reason, request.text) == (Buyer("gone-1"), "other", ERASED)
    assert request.data == {"wish": ERASED}
    assert request.status is RequestStatus.REJECTED
    assert request.answer is not None
    assert (request.answer.by, request.answer.text) == (SELLER, ERASED)
    assert case.order.seller == "s-1"


def test_of_whoever_is_no_party_their_own_texts_go() -> None:
    """An operator's words are theirs, and the buyer's are not."""
    told = UpdateOrder("o-7", by=OPERATOR, facts={"gift_note": "電話で確認"})
    case = fold(left(history(asks(), told), Person("operator", "o-1", "staff")))
    assert case.requests[0].text == "母のこと"
    assert case.order.facts["gift_note"] == ERASED
    assert case.order.buyer == "b-1"


def test_who_acts_on_behalf_of_somebody_is_replaced() -> None:
    """In both ways that `via` may name them; and what they wrote goes."""
    agent = Person("agent", "x", "y")
    for via, after in (("agent:x", "agent:y"), ("x", "y")):
        (_, asked) = left(history(asks(by=Buyer("b-1", via=via))), agent)
        assert isinstance(asked, CancellationRequested)
        assert (asked.by, asked.text) == (Buyer("b-1", via=after), ERASED)


@pytest.mark.parametrize("role", ["buyer", "owner"])
def test_who_has_several_roles_by_one_id_goes_from_all_of_them(role: str) -> None:
    """Whichever of them is named: a role of the policy's own may be the buyer's, too."""
    policy = tiny(roles=(Role("owner", side="buyer", party="buyer"),))
    registered, asked = history(asks(), policy=policy, facts={})
    asked = attrs.evolve(asked, by=Actor("b-1", role="owner", via="owner:b-1"))
    made = erased((registered, asked), Person(role, "b-1", "gone-1"), policy)
    assert made is not None
    assert "b-1" not in f"{made}"
    assert made[1].by == Actor("gone-1", role="owner", via="owner:gone-1")


def test_words_that_rules_ask_for_stay() -> None:
    """So that they answer as before."""
    case = fold(left(history(facts=FACTS | {"colour": "red"})))
    assert case.order.facts["colour"] == "red"


def test_who_was_a_party_once_is_erased_too() -> None:
    """The buyer of earlier days, from the registration and from the update."""
    moves = UpdateOrder("o-7", by=SYSTEM, buyer="b-2")
    back = UpdateOrder("o-7", by=SYSTEM, buyer="b-1")
    again = UpdateOrder("o-7", by=SYSTEM, buyer="b-3")
    events = left(history(asks(), moves, back, again))
    assert [getattr(each, "buyer", None) for each in events] == [
        None,
        None,
        "b-2",
        "gone-1",
        "b-3",
    ]
    case = fold(events)
    assert (case.order.buyer, case.requests[0].text) == ("b-3", ERASED)


def test_who_has_a_role_of_the_policy_is_a_party() -> None:
    """By the fact that names them."""
    carrier = Person("carrier", "c-1", "c-0")
    changes = UpdateOrder("o-7", by=SYSTEM, facts={"carrier_id": "c-2"})
    case = fold(left(history(asks(), changes), carrier))
    assert (case.order.facts["carrier_id"], case.requests[0].text) == ("c-2", ERASED)
    assert fold(left(history(asks()), carrier)).order.facts["carrier_id"] == "c-0"


def test_earlier_requests_are_of_a_person_too() -> None:
    past = PastRequest(by=Actor("b-1", role="buyer"), at=utc(1, 3), status=RequestStatus.WITHDRAWN)
    (registered,) = left(history(history=(past,)))
    assert isinstance(registered, OrderRegistered)
    assert [each.by.id for each in registered.order.history] == ["gone-1"]


def test_who_had_no_part_in_an_order_is_not_erased_from_it() -> None:
    """Whoever has the same id in another role is somebody else."""
    events = history(asks())
    assert erased(events, Person("buyer", "b-9", "gone"), POLICY) is None
    assert erased(events, Person("seller", "b-1", "gone"), POLICY) is None
    assert erased(events, Person("auditor", "b-1", "gone"), POLICY) is None


def test_erasing_again_changes_nothing() -> None:
    """With another replacement that one is replaced, in the note of the erasure, too."""
    once = left(history(asks()))
    note = PartyErased(order_id="o-7", at=utc(2), by=SYSTEM, role="buyer", party="gone-1")
    assert left((*once, note), Person("buyer", "gone-1", "gone-1")) == (*once, note)
    *_, noted = left((*once, note), Person("buyer", "gone-1", "gone-2"))
    assert noted == attrs.evolve(note, party="gone-2")
    before = fold(once)
    after = reduce(evolve, (note,), before)
    assert after == attrs.evolve(before, version=before.version + 1, updated_at=utc(2))


def test_whoever_acts_on_behalf_of_another_keeps_that_name() -> None:
    """Neither a name that ends alike nor the same id in another role is the person."""
    operator, events = Person("operator", "o-1", "staff"), history(asks())
    for via in ("robot:do-1", "agent:o-1"):
        acted = attrs.evolve(events[-1], by=Operator("o-1", via=via))
        (_, asked) = left((events[0], acted), operator)
        assert asked.by == Operator("staff", via=via)


def test_an_id_may_have_a_colon() -> None:
    agent = Person("agent", "eu:x", "y")
    (_, asked) = left(history(asks(by=Buyer("b-1", via="agent:eu:x"))), agent)
    assert asked.by == Buyer("b-1", via="agent:y")


def test_who_acted_and_wrote_nothing_had_a_part() -> None:
    """Even if they keep their id: the erasure is noted with the order."""
    told = UpdateOrder("o-7", by=OPERATOR, status="packed")
    events = history(told)
    assert left(events, Person("operator", "o-1", "o-1")) == events


def test_a_word_of_another_fact_is_a_text_here() -> None:
    """The rules ask for red of the colour, not of the note."""
    case = fold(left(history(facts=FACTS | {"gift_note": "red"})))
    assert case.order.facts["gift_note"] == ERASED


@pytest.mark.parametrize(
    ("audience", "party", "hers"),
    [("buyer", "b-1", True), ("buyer", "b-2", False), ("seller", "b-1", False)],
)
def test_a_message_is_to_a_person_by_role_and_id(audience: str, party: str, hers: bool) -> None:
    message = Message(
        id="m-1",
        order_id="o-7",
        on="pending",
        at=utc(2),
        audience=audience,
        party=party,
        medium=Medium.MAIL,
        locale="en",
        subject="Asked",
        body="Asked",
    )
    assert is_to(HER, message) is hers
