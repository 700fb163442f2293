"""The same command with the same id acts once; an id is its actor's, whatever others have."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

import attrs
import pytest

from ordercancel import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Buyer,
    CancellationService,
    Command,
    InvalidValue,
    Reject,
    RequestCancellation,
    Seller,
    System,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.policies import QOO10
from ordercancel.service.receipts import command_key, fingerprint, is_same
from ordercancel.stores.memory import MemoryStore
from samples import jst, order

BUYER, SELLER = Buyer("b-1"), Seller("s-1")
ASK = RequestCancellation("762544202", by=BUYER, reason="changed_mind", command_id="cancel")
SHIP = AdvanceOrder(
    "o-1", by=SELLER, command_id="c-7", move="plan_shipping", facts={"ship_on": date(2022, 8, 17)}
)


class Reason(StrEnum):
    CHANGED_MIND = "changed_mind"


def shop(*ids: str) -> CancellationService:
    """A service that knows these orders, each of a buyer of its own: b-1, b-2, …"""
    service = CancellationService(policies=[QOO10], store=MemoryStore())
    for number, order_id in enumerate(ids, 1):
        service.register(order(id=order_id, buyer=f"b-{number}"), at=jst(15, 9))
    return service


def test_a_code_of_an_enum_makes_no_other_command() -> None:
    """Nor do fields that are left out and fields that have their defaults, such as no facts."""
    service = shop("762544202")
    service.handle(attrs.evolve(ASK, reason=Reason.CHANGED_MIND), at=jst(15, 10))
    assert service.handle(ASK, at=jst(15, 11)).repeated
    assert service.handle(attrs.evolve(ASK, text=None, data={}), at=jst(15, 11)).repeated


def test_an_id_belongs_to_its_actor() -> None:
    """Two buyers who both send the same key don't meet, and neither learns of the other."""
    service = shop("o-1", "o-2")
    for number in (1, 2):
        ask = attrs.evolve(ASK, order_id=f"o-{number}", by=Buyer(f"b-{number}"))
        assert not service.handle(ask, at=jst(15, 10)).repeated
        assert service.handle(ask, at=jst(15, 11)).repeated
    reject = Approve("o-1", by=SELLER, request=1, command_id="cancel")
    assert not service.handle(reject, at=jst(15, 12)).repeated


def test_an_id_that_the_actor_has_given_before_is_refused_for_another_command() -> None:
    """Also where they act by somebody else this time, who may know nothing of the first."""
    service = shop("762544202")
    service.handle(ASK, at=jst(15, 10))
    for other in (
        attrs.evolve(ASK, reason="wrong_option"),
        attrs.evolve(ASK, by=Buyer("b-1", via="agent:x")),
        Withdraw("762544202", by=BUYER, request=1, command_id="cancel"),
    ):
        with pytest.raises(InvalidValue, match="'cancel' belongs to another command"):
            service.handle(other, at=jst(15, 11))


def test_what_a_store_is_given_tells_nobody_who_did_what() -> None:
    """Neither the id, nor the actor, nor any words are in it."""
    key = command_key("buyer", "b-1", "c-1")
    assert key == ("2:608c562cce9ff8368ba7ac339001691341f68e3e2a79e130da8bfd27bb2ec883")
    assert len(key) == 66
    assert command_key("buyer", "b-1:c", "1") != command_key("buyer", "b-1", "c:1")


FINGERPRINTS: list[tuple[Command, str]] = [
    (ASK, "2:4d12b216f70495239699ada89cfd48cc81e002f0130f6e79abc06f9e76585a"),
    (SHIP, "2:c5f2611ca6b514c69efc1b8539fc1203064a097f4a2f10515e667b6b314797"),
    (
        UpdateOrder("o-1", by=System(), facts={"paid_at": datetime(2022, 8, 15, tzinfo=UTC)}),
        "2:9ce014133d8294fa0db08a64a920f186aa7eb9082794a014dbc32ac8ec6c28",
    ),
]


@pytest.mark.parametrize(("command", "kept"), FINGERPRINTS)
def test_fingerprints_stay_what_they_are(command: Command, kept: str) -> None:
    """A later release recognises the receipts of this one."""
    assert fingerprint(command) == kept
    assert len(kept) == 64
    assert is_same(command, kept)


def test_a_field_that_is_added_later_changes_no_fingerprint() -> None:
    """As long as it has a default, and the command says nothing in it."""

    @attrs.frozen
    class Later(RequestCancellation):
        urgent: bool = attrs.field(default=False, kw_only=True)

    Later.__name__ = "RequestCancellation"
    fields = {"reason": "changed_mind", "command_id": "cancel"}
    assert fingerprint(Later("762544202", by=BUYER, **fields)) == fingerprint(ASK)
    assert fingerprint(Later("762544202", by=BUYER, urgent=True, **fields)) != fingerprint(ASK)


def test_whatever_a_command_says_makes_it_another_one() -> None:
    """Each field of it, and each fact by its name, value and type."""
    facts = [{}, {"a": 1}, {"a": True}, {"a": "1"}, {"b": 1}, {"a": date(2022, 8, 15)}]
    facts += [{"a": datetime(2022, 8, 15, tzinfo=UTC)}, {"a": None}, {"a": 1, "b": 2}]
    commands = [attrs.evolve(ASK, data=each) for each in facts]
    commands += [attrs.evolve(ASK, text="a"), attrs.evolve(ASK, reason=None)]
    commands += [attrs.evolve(ASK, order_id="o-2"), attrs.evolve(ASK, by=Buyer("b-2"))]
    assert len({fingerprint(each) for each in commands}) == len(commands)
    swapped = FrozenMap({"b": 2, "a": 1})
    assert fingerprint(attrs.evolve(ASK, data=swapped)) == fingerprint(commands[8])


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (
            RequestCancellation("o-1", by=BUYER, command_id="c-1", reason="other", text="不要"),
            "810ba09f9463ef091bdc127ca3e55d01317acc12226286c6886126bdaa7b116e",
        ),
        (
            RequestCancellation("o-1", by=BUYER, command_id="c-1"),
            "000e0a4fcc37c25302a8e58f2211998f88cd3725fdf064fec19a9416f5c387b7",
        ),
        (
            Approve("o-1", by=SELLER, request=1, command_id="c-2"),
            "d2888203ac59813c1bc48d23e9c08cfbfd8b35d6b4b795e819acc78f08991abf",
        ),
        (
            Reject(
                "o-1",
                by=SELLER,
                request=1,
                command_id="c-3",
                reason="shipped",
                text='it\'s "sent"',
                data={"confirmed": True},
            ),
            "27e0d8bf1d5b5f2265786a1a0d8d1d053a79707865dbccd5eb8c8596cde54b70",
        ),
        (
            Reject("o-1", by=SELLER, request=1, command_id="c-3", reason="shipped"),
            "7dc606df4587f7f68df666e22ca1599b6dc78c842a9081c24e2f82b86fc153b6",
        ),
        (
            Withdraw("o-1", by=BUYER, request=1, command_id="c-4"),
            "3b8d1b42b3dd9cd108f561c8733f581d8a1578df1543deba8d04e65801b8205f",
        ),
        (
            AskWithdrawal("o-1", by=SELLER, request=1, command_id="c-5", text="please"),
            "98f962d69a6d16afc0849d45a75a8942ff4da644a9a4e9c8be5627c600423204",
        ),
        (
            AnswerWithdrawal("o-1", by=BUYER, request=1, command_id="c-6", accept=True),
            "c01e9bc34e66c7f8d0de94f070d9a927e30915cf2c77f87e4745f62850c6c848",
        ),
        (SHIP, "fdef50aad02d0a294f6d0698f0d4bcd74faf2ba48a681fbd585b28b750eff035"),
        (
            AdvanceOrder("o-1", by=System(), command_id="c-7", move="ship"),
            "55416a51c085fb4056e5956fc2167c413377da1a6a1cd8aa4dec22ee3dce58d5",
        ),
    ],
)
def test_receipts_of_the_first_edition_are_recognised(command: Command, kept: str) -> None:
    """The digests are those that its release 0.1 made of these commands, and of no other."""
    assert is_same(command, kept)
    assert not is_same(attrs.evolve(command, order_id="o-2"), kept)
