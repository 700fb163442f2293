"""Every engine answers every order as `Policy.assess` does, to the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import attrs
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    literal,
)

from bulk.policies import AT, judged, policies, questions
from bulk.tables import (
    ENGINES,
    Answer,
    answers_in,
    answers_of_rows,
    asked_one_by_one,
    row_of,
    schema_of,
    table_of,
)
from ordercancel import Case, Party, Policy
from ordercancel.bulk import Question, frames, outcomes
from ordercancel.bulk.plan import USUAL
from ordercancel.bulk.sql import outcomes_query
from ordercancel.domain.actors import System
from ordercancel.domain.events import OrderRegistered
from ordercancel.engine.timers import schedule
from ordercancel.policies import CONECT, QOO10, conect, qoo10
from ordercancel.service.records import Commit
from ordercancel.stores.sql import SqlStore
from ordercancel.verification.explorer import Explorer

READINGS = {
    "conect": CONECT,
    "qoo10": QOO10,
    "conect, one ask only": conect(edition="once", may_ask_again=False),
    "qoo10, delay approves": qoo10(edition="delay", late_while_open="approved"),
    "the half-hour shop": SHOP,
    "the half-hour shop, by parts": attrs.evolve(SHOP, whole_orders_only=False),
    "the flea market": FLEA_MARKET,
    "the merchant who must ship": MUST_SHIP,
}
LONG = (
    "qoo10",
    "conect, one ask only",
    "qoo10, delay approves",
    "the half-hour shop, by parts",
)
"""Readings that the slow run alone judges: a long walk, and rules of others with a switch."""
POLICIES = [
    pytest.param(policy, id=name, marks=[pytest.mark.slow] if name in LONG else [])
    for name, policy in READINGS.items()
]
QUESTIONS = (USUAL, Question(asked_by="seller", answered_by="buyer"))


class Book:
    """Cases with their answers, one by one, and the table of them."""

    def __init__(
        self,
        policy: Policy,
        at: datetime,
        known: list[tuple[Case, Party | None]],
        question: Question = USUAL,
    ) -> None:
        self.policy, self.at, self.question = policy, at, question
        self.cases = {f"o-{number}": each for number, each in enumerate(known)}
        self.expected: dict[str, Answer] = {
            name: asked_one_by_one(case, policy, at, seller, question)
            for name, (case, seller) in self.cases.items()
        }
        rows = [row_of(name, case, policy, seller) for name, (case, seller) in self.cases.items()]
        self.table = table_of(policy, rows)

    def differences(self, answers: Mapping[str, Answer]) -> list[tuple[Any, ...]]:
        """The orders that are answered otherwise: with the case, the answer and the expected."""
        assert answers.keys() == self.expected.keys()
        return [
            (self.cases[name], answers[name], expected)
            for name, expected in self.expected.items()
            if answers[name] != expected
        ]


@lru_cache
def walked(policy: Policy) -> dict[datetime, list[tuple[Case, Party | None]]]:
    """Every case that can be reached under `policy`, by the moment; the seller in all ways."""
    explorer = Explorer(policy, limit=100_000)
    explorer.run()
    by_moment: dict[datetime, list[tuple[Case, Party | None]]] = {}
    for node in explorer.nodes.values():
        order = node.case.order
        for permits in (True, False) if policy.needs_seller else ():
            party = Party(order.seller, name="店", permits_cancellation=permits)
            by_moment.setdefault(node.at, []).append((node.case, party))
        by_moment.setdefault(node.at, []).append((node.case, None))
    return by_moment


@lru_cache(maxsize=1)
def largest(policy: Policy) -> Book:
    """The book of the moment at which the most cases of a policy can be reached."""
    at, known = max(walked(policy).items(), key=lambda item: len(item[1]))
    return Book(policy, at, known)


@pytest.fixture(scope="module", params=POLICIES)
def books(request: pytest.FixtureRequest) -> list[Book]:
    """The books of a policy: one for each moment at which its rules tell cases apart."""
    policy: Policy = request.param
    return [
        Book(policy, at, known, question)
        for at, known in walked(policy).items()
        for question in QUESTIONS
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_case_that_can_be_reached_is_answered_alike(books: list[Book], engine: str) -> None:
    """Over the whole space that `verify` walks through."""
    for book in books:
        judged_table = outcomes(
            book.policy, ENGINES[engine](book.table), at=book.at, question=book.question
        )
        assert book.differences(answers_in(judged_table)) == []


# ---------------------------------------------------------------------- random policies


@pytest.mark.parametrize("most", [frames.MOST, 0], ids=["looked up", "written out"])
@settings(
    max_examples=settings.default.max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_policy_over_any_orders_is_answered_alike(
    monkeypatch: pytest.MonkeyPatch, most: int, data: st.DataObject
) -> None:
    """Whatever its rules are, with values missing wherever they may be, by one engine or two."""
    monkeypatch.setattr(frames, "MOST", most)
    policy = data.draw(policies())
    known = data.draw(st.lists(judged(policy), min_size=1, max_size=30))
    book = Book(policy, AT, known, data.draw(questions()))
    for name in data.draw(st.lists(st.sampled_from(sorted(ENGINES)), min_size=1, max_size=2)):
        native = ENGINES[name](book.table)
        judged_table = outcomes(policy, native, at=AT, question=book.question)
        assert (name, book.differences(answers_in(judged_table))) == (name, [])
    engine = create_engine("sqlite://")
    try:
        assert book.differences(in_a_hosts_table(book, engine)) == []
    finally:
        engine.dispose()


# ---------------------------------------------------------------------- SQL


SQL_TYPES = {
    "string": String(200),
    "bool": Boolean(),
    "int64": Integer(),
    "date32[day]": Date(),
    "timestamp[us, tz=UTC]": DateTime(timezone=True),
}


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine of a host's own."""
    if request.param == "sqlite":
        made = create_engine("sqlite://")
    else:
        url: str = request.getfixturevalue("postgres")
        made = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    yield made
    made.dispose()


def hosts_table(policy: Policy) -> Table:
    """A table of a host's own, with other names for some of its columns."""
    columns = [Column(f"my_{each.name}", SQL_TYPES[str(each.type)]) for each in schema_of(policy)]
    return Table("my_orders", MetaData(), *columns)


def in_a_hosts_table(book: Book, engine: Engine) -> dict[str, Answer]:
    """The answers of a query over a table of a host's."""
    table = hosts_table(book.policy)
    columns = {column.name.removeprefix("my_"): column for column in table.c}
    query = outcomes_query(
        book.policy, book.at, table=table, columns=columns, question=book.question
    )
    rows = [{f"my_{key}": each for key, each in row.items()} for row in book.table.to_pylist()]
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), rows)
        found = answers_of_rows(connection.execute(query).mappings())
        table.drop(connection)
    return found


def test_a_hosts_own_table_is_answered_alike(books: list[Book], engine: Engine) -> None:
    """Over the whole space, whatever its columns are called."""
    for book in books:
        assert book.differences(in_a_hosts_table(book, engine)) == []


def in_our_tables(book: Book, url: str, permits: bool | None) -> dict[str, Answer]:
    """The answers of a query over the library's own tables, into which the cases were put."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        store = SqlStore(engine)
        for name, (case, _) in book.cases.items():
            named = attrs.evolve(case, order=attrs.evolve(case.order, id=name))
            put(store, named, book.policy, book.at)
        query = outcomes_query(
            book.policy,
            book.at,
            seller_permits=literal(permits, Boolean()),
            question=book.question,
        )
        with engine.connect() as connection:
            return answers_of_rows(connection.execute(query).mappings())
    finally:
        engine.dispose()


def put(store: SqlStore, case: Case, policy: Policy, at: datetime) -> None:
    """Let `store` keep a case, whatever led to it."""
    registered = OrderRegistered(
        order_id=case.order.id, at=at, by=System(), order=case.order, edition="1", digest=""
    )
    stored = attrs.evolve(case, version=1)
    next_due, marked_from = schedule(policy, stored)
    store.commit(
        Commit(
            case=stored,
            expected=0,
            events=(registered,),
            next_due=next_due,
            marked_from=marked_from,
        )
    )


@pytest.mark.parametrize("permits", [True, None])
def test_our_own_tables_are_answered_alike(
    postgres: str, tmp_path: Any, permits: bool | None
) -> None:
    """What a store keeps is enough to judge by, but for whether the seller permits."""

    def permission(seller: Party | None) -> bool | None:
        return seller and seller.permits_cancellation

    for number, policy in enumerate((QOO10, SHOP, FLEA_MARKET, MUST_SHIP, CONECT)):
        cases_by_moment = walked(policy)
        at = max(cases_by_moment, key=lambda moment: len(cases_by_moment[moment]))
        known = [each for each in cases_by_moment[at] if permission(each[1]) is permits]
        book = Book(policy, at, known)
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        assert book.differences(in_our_tables(book, url, permits)) == []
    assert book.differences(in_our_tables(book, postgres, permits)) == []


@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data())
def test_facts_of_ones_own_are_read_from_our_tables(data: st.DataObject) -> None:
    """A flag, a word, a number, and none of them."""
    policy = data.draw(policies())
    permits = data.draw(st.sampled_from((True, False, None)))
    party = None if permits is None else Party("s-1", name="店", permits_cancellation=permits)
    known = data.draw(st.lists(judged(policy), min_size=1, max_size=10))
    book = Book(policy, AT, [(case, party) for case, _ in known], data.draw(questions()))
    assert book.differences(in_our_tables(book, "sqlite://", permits)) == []


def test_an_order_of_another_policy_is_passed_over() -> None:
    """The library's tables hold the orders of all policies."""
    engine = create_engine("sqlite://")
    at = datetime(2024, 4, 2, tzinfo=UTC)
    (case, _), *_ = next(iter(walked(SHOP).values()))
    put(SqlStore(engine), case, SHOP, at)
    query = outcomes_query(CONECT, at, seller_permits=literal(value=True))
    with engine.connect() as connection:
        assert connection.execute(query).all() == []
    engine.dispose()
