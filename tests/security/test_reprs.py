"""What people wrote, their names and their addresses stand in no repr, error or log line."""

from __future__ import annotations

import logging
import sqlite3
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest

from ordercancel import (
    AskWithdrawal,
    InvalidValue,
    Message,
    OrderCancelError,
    Party,
    Reject,
    RequestCancellation,
    RequestStatus,
    Seller,
    fold,
    messages_for,
)
from ordercancel.domain.commands import JUDGED
from ordercancel.domain.errors import PartlyDelivered
from ordercancel.engine.labels import queue_row
from ordercancel.explain import explain
from ordercancel.policies import CONECT, QOO10
from ordercancel.service.records import Commit
from ordercancel.service.service import CancellationService
from ordercancel.stores.codec import FORM, decode_case, decode_events, decode_message, encode
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier, MemoryStore
from ordercancel.stores.sql import SqlStore
from samples import BUYER, OPERATOR, SELLER, jst, order
from security.stories import ORDER_ID, POLICIES, every_command, story, told

WORDS = "ひみつの言葉"
"""What people write."""

NAME = "ひみつの名前"
ADDRESS = "himitsu@example.jp"
SECRETS = (WORDS, NAME, ADDRESS, "himitsu", "ひみつ")
PARTIES = (
    Party("s-1", name=NAME, emails=(ADDRESS,), permits_cancellation=True),
    Party("b-1", name=NAME, emails=(ADDRESS, f"2.{ADDRESS}"), locale="en"),
)
LATER = jst(20)


def check(*values: object) -> None:
    """No value shows a secret, nor does anything that it is made of, nor its error's causes."""
    for value in values:
        for shown in (repr(value), str(value), f"{value}", ascii(value)):
            assert not [secret for secret in SECRETS if secret in shown], shown
            assert not [secret for secret in SECRETS if ascii(secret)[1:-1] in shown], shown


def check_error(error: BaseException) -> None:
    """Neither the error shows a secret, nor what it is made of, nor its trace, nor its causes."""
    check(error, *error.args, *vars(error).values())
    check("".join(traceback.format_exception(error)))
    for cause in (error.__cause__, error.__context__):
        if cause is not None:
            check_error(cause)


def parts(value: object) -> Iterator[object]:
    """A value of the library and all that it is made of."""
    yield value
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from parts(each)


def check_whole(*values: object) -> int:
    """No part of the values shows a secret, but for texts themselves; how many parts there are."""
    found = [each for value in values for each in parts(value) if not isinstance(each, str)]
    check(*(each for each in found if not isinstance(each, tuple) or not _of_texts(each)))
    return len(found)


def _of_texts(value: tuple[object, ...]) -> bool:
    return bool(value) and all(isinstance(each, str) for each in value)


def people_wrote(values: Iterable[object]) -> set[str]:
    """Which secrets are in the values' texts, wherever they lie."""
    texts = [each for value in values for each in parts(value) if isinstance(each, str)]
    return {secret for secret in (WORDS, NAME, ADDRESS) for text in texts if secret in text}


class Failing:
    """A notifier that can't deliver."""

    def deliver(self, message: Message, to: Party | None) -> None:
        raise OSError("the line is dead")


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_that_a_service_takes_or_gives_shows_what_people_wrote(
    policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Commands, parties, outcomes, cases, events, messages, rows, leases, decisions, the log."""
    caplog.set_level(logging.DEBUG)
    store, notifier = MemoryStore(), MemoryNotifier()
    steps = story(policy, WORDS)
    service, outcomes = told(policy, steps, store, parties=PARTIES)
    sending = CancellationService(
        policies=POLICIES.values(),
        store=store,
        directory=MemoryDirectory(PARTIES),
        notifier=notifier,
    )
    claims = store.claim(LATER, LATER + timedelta(hours=1), 1)
    delivered = sending.relay(LATER, limit=100)
    every = frozenset(RequestStatus)
    receipt = store.receipt("b-1:1")
    case = service.case(ORDER_ID, by=OPERATOR)
    commit = Commit(case=case, expected=0, events=case and store.history(ORDER_ID))
    decisions = [
        service.assess(command, at=LATER)
        for command in every_command(ORDER_ID, BUYER)
        if isinstance(command, JUDGED)
    ]
    values = [
        *PARTIES,
        *(command for command, _ in steps),
        *outcomes,
        service.handle(*steps[0][:1], at=steps[0][1]),
        case,
        fold(store.history(ORDER_ID)),
        service.history(ORDER_ID, by=SELLER),
        service.inbox(Seller("s-1"), policy=policy, statuses=every),
        service.counters(Seller("s-1"), policy=policy, at=LATER),
        queue_row(case, POLICIES[policy], "en", LATER),
        service.options(ORDER_ID, by=SELLER, at=LATER),
        receipt,
        commit,
        claims,
        delivered,
        service.tick(LATER),
        service.backlog(LATER),
        *decisions,
        *notifier.delivered,
    ]
    assert check_whole(*values) > 150
    assert people_wrote(values) == {WORDS, NAME, ADDRESS}  # it is all there, and not shown
    check(*(explain(decision, "ja") for decision in decisions))
    check(service, store, notifier, sending, MemoryDirectory(PARTIES), caplog.text)


def test_a_message_that_fails_and_dies_shows_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Neither on the way, nor as a dead letter."""
    caplog.set_level(logging.DEBUG)
    store = MemoryStore()
    told("qoo10", story("qoo10", WORDS), store, parties=PARTIES)
    service = CancellationService(
        policies=POLICIES.values(),
        store=store,
        directory=MemoryDirectory(PARTIES),
        notifier=Failing(),
    )
    now = LATER
    for _ in range(100):
        check_whole(service.relay(now, limit=100))
        now += timedelta(days=1)
    dead = service.dead_letters()
    assert dead
    assert check_whole(dead) > 10
    check(caplog.text)


WRITTEN = {"text", "withdrawal_text", "subject", "body", "name", "emails", "reached"}
"""Fields that hold what people wrote, or how to reach them."""

MODULES = (
    "domain.actors",
    "domain.orders",
    "domain.commands",
    "domain.events",
    "domain.requests",
    "domain.cases",
    "engine.labels",
    "engine.messages",
    "service.records",
    "service.results",
)


def test_every_field_for_such_things_is_left_out_of_its_repr() -> None:
    """Also those of classes that are yet to come, if only the field has one of these names."""
    shown, hidden = [], 0
    for module in MODULES:
        for kind in vars(import_module(f"ordercancel.{module}")).values():
            if getattr(kind, "__module__", "") != f"ordercancel.{module}" or not attrs.has(kind):
                continue
            for field in attrs.fields(kind):
                if field.name in WRITTEN or (kind.__name__, field.name) == ("QueueRow", "reason"):
                    hidden += not field.repr
                    shown += [f"{kind.__name__}.{field.name}"] if field.repr else []
    assert not shown
    assert hidden >= 15


# -------------------------------------------------------------------- errors

TOO_MUCH = WORDS * 1_000
UNSAFE = f"{WORDS}\u202e{WORDS}"


def conect_service() -> CancellationService:
    """A service with an order of CO-NECT on which nothing happened yet."""
    return told("conect", [], parties=PARTIES)[0]


def asked(text: object, reason: str = "other") -> Callable[[], object]:
    """The buyer asks in these words."""
    return lambda: conect_service().handle(
        RequestCancellation(ORDER_ID, by=BUYER, reason=reason, text=text),  # type: ignore[arg-type]
        at=jst(15, 10),
    )


def rejected(policy: str, text: object, **given: Any) -> Callable[[], object]:
    """The seller rejects in these words."""
    return lambda: told(policy, story(policy)[:1])[0].handle(
        Reject(ORDER_ID, by=SELLER, request=1, text=text, **given),  # type: ignore[arg-type]
        at=jst(15, 11),
    )


def asked_back(policy: str, text: object) -> Callable[[], object]:
    """The seller asks in these words for a withdrawal."""
    return lambda: told(policy, story(policy)[:1])[0].handle(
        AskWithdrawal(ORDER_ID, by=SELLER, request=1, text=text),  # type: ignore[arg-type]
        at=jst(15, 11),
    )


REFUSED: dict[str, Callable[[], object]] = {
    "a request, too long to be read": asked(TOO_MUCH),
    "a request, too long for the policy": asked(WORDS * 5),
    "a request, too long to be cleaned": asked(WORDS * 50),
    "a request with unsafe characters": asked(UNSAFE),
    "a request with a reason that takes no text": asked(WORDS, "wrong_item"),
    "a request with an unknown reason": asked(WORDS, "no_such_reason"),
    "a request with text as bytes": asked(WORDS.encode()),
    "a request with a list of texts": asked([WORDS]),
    "a rejection, too short": rejected("qoo10", WORDS, reason="other", data={"confirmed": True}),
    "a rejection, too long": rejected("conect", WORDS * 5),
    "a rejection, too long to be read": rejected("conect", TOO_MUCH),
    "a rejection with unsafe characters": rejected("conect", UNSAFE),
    "a rejection with a code where there are none": rejected("conect", WORDS, reason="other"),
    "a rejection that is not affirmed": rejected("qoo10", WORDS * 30, reason="other"),
    "a request with a fact that there is not": lambda: conect_service().handle(
        RequestCancellation(ORDER_ID, by=BUYER, reason="wrong_item", data={"x": True}),
        at=jst(15, 10),
    ),
    "an ask to withdraw where there is none": asked_back("conect", WORDS),
    "an ask to withdraw, too long": asked_back("qoo10", WORDS * 500),
    "an ask to withdraw with unsafe characters": asked_back("qoo10", UNSAFE),
    "a name with a line break": lambda: Party("b-1", name=f"{NAME}\n"),
    "a name that is too long": lambda: Party("b-1", name=NAME * 100),
    "an address with a line break": lambda: Party("b-1", name="x", emails=(f"{ADDRESS}\n",)),
    "an address that is too long": lambda: Party("b-1", name="x", emails=(ADDRESS * 50,)),
    "an address that is in no list": lambda: Party("b-1", name="x", emails=ADDRESS),  # type: ignore[arg-type]
    "an address in bytes": lambda: Party("b-1", name="x", emails=[ADDRESS.encode()]),  # type: ignore[list-item, arg-type]
    "an address in a list of lists": lambda: Party("b-1", name="x", emails=[[ADDRESS]]),  # type: ignore[list-item, arg-type]
    "too many addresses": lambda: Party("b-1", name="x", emails=(ADDRESS,) * 101),
}


@pytest.mark.parametrize("give", REFUSED.values(), ids=REFUSED)
def test_no_error_quotes_what_it_refuses(
    give: Callable[[], object], caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is wrong with a text, a name or an address: that is told, and not what it says."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(OrderCancelError) as caught:
        give()
    check_error(caught.value)
    check(caplog.text)


def test_who_has_a_message_and_who_has_not_is_counted() -> None:
    """The error of a message that reached some addresses has them, and shows none."""
    error = PartlyDelivered([ADDRESS], {f"2.{ADDRESS}": "550", f"3.{ADDRESS}": "450"})
    assert error.reached == (ADDRESS,)
    check(error)


def test_no_error_of_a_message_quotes_it() -> None:
    """A subject with a line break, a body without end."""
    _, outcomes = told("conect", story("conect", WORDS), parties=PARTIES)
    message = outcomes[1].messages[0]
    for change in ({"subject": f"{WORDS}\n"}, {"body": WORDS * 50_000}, {"subject": [WORDS]}):
        with pytest.raises(InvalidValue) as caught:
            attrs.evolve(message, **change)
        check_error(caught.value)


def decode_event(kind: str, stored: str) -> object:
    """The event that is stored so."""
    return decode_events([(kind, FORM, stored)])


def swapped(stored: str) -> Iterator[str]:
    """A stored record with the words in the place of each other value, one at a time."""
    for pointer in range(stored.count(":")):
        pieces = stored.split(":")
        head, tail = ":".join(pieces[: pointer + 1]), ":".join(pieces[pointer + 1 :])
        for end in (",", "}"):
            _, found, rest = tail.partition(end)
            if found:
                yield f'{head}:"{WORDS}"{end}{rest}'
                yield f'{head}:["{WORDS}"]{end}{rest}'


@pytest.mark.parametrize("policy", POLICIES)
def test_no_error_of_a_record_quotes_it(policy: str) -> None:
    """A record in which words stand where they do not belong is refused without them."""
    store = MemoryStore()
    _, outcomes = told(policy, story(policy, WORDS), store, parties=PARTIES)
    case = outcomes[-1].case
    messages = [message for outcome in outcomes for message in outcome.messages]
    refused = 0
    records: list[tuple[Callable[[str], object], str]] = [(decode_case, encode(case))]
    records += [(decode_message, encode(message)) for message in messages]
    records += [
        (partial(decode_event, type(event).__name__), encode(event))
        for event in store.history(ORDER_ID)
    ]
    for decode, stored in records:
        for broken in swapped(stored):
            try:
                decode(broken)
            except InvalidValue as error:
                check_error(error)
                refused += 1
        for broken in (f"{stored}{WORDS}", stored[:-1], f'"{WORDS}"', f"{WORDS}\ud800"):
            with pytest.raises(InvalidValue) as caught:
                decode(broken)
            check_error(caught.value)
    assert refused > 200


def test_no_error_of_a_database_quotes_what_was_written(tmp_path: Path) -> None:
    """One that breaks while something is written says nothing of what that was."""
    path = tmp_path / "shop.db"
    with closing(SqlStore(f"sqlite:///{path}")) as store:
        service, _ = told("conect", [], store, parties=PARTIES)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TABLE ordercancel_outbox")
        with pytest.raises(OrderCancelError) as caught:
            service.handle(*story("conect", WORDS)[0][:1], at=jst(15, 10))
    check_error(caught.value)


def test_what_is_told_to_people_does_say_it() -> None:
    """Lest the tests above look for what is nowhere: labels, rows and messages have the words."""
    service, outcomes = told("conect", story("conect", WORDS)[:1], parties=PARTIES)
    assert WORDS in service.label(ORDER_ID, by=SELLER)
    (row,) = service.inbox(Seller("s-1"), policy="conect").rows
    assert WORDS in row.reason
    case = outcomes[1].case
    (told_of, *_) = messages_for(outcomes[1].events, case, POLICIES["conect"], {"b-1": PARTIES[1]})
    assert NAME in told_of.subject
    assert WORDS in told_of.body


@pytest.mark.parametrize("policy", [CONECT, QOO10], ids=["conect", "qoo10"])
def test_reprs_still_say_which_it_is(policy: Any) -> None:
    """An order, a party and a message are told apart by their ids."""
    _, outcomes = told(policy.name, story(policy.name, WORDS), parties=PARTIES)
    assert ORDER_ID in repr(outcomes[-1].case)
    assert ORDER_ID in repr(outcomes[1].events[0])
    assert outcomes[1].messages[0].id in repr(outcomes[1].messages[0])
    assert "b-1" in repr(PARTIES[1])
    assert ORDER_ID in repr(order())
