"""Spark answers every order as `Policy.assess` and DuckDB do, to the rule."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb
import pytest
from examples.flea_market import FLEA_MARKET
from examples.half_hour_shop import SHOP
from examples.must_ship import MUST_SHIP

from bulk.tables import Answer, answers_in, asked_one_by_one, row_of, table_of
from ordercancel import Party, Policy
from ordercancel.bulk import compare, outcomes, summary
from ordercancel.bulk.plan import USUAL
from ordercancel.bulk.sample import SAMPLED_AT, sample
from ordercancel.bulk.sql_text import statement
from ordercancel.domain.errors import InvalidValue
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.qoo10.rules import qoo10
from ordercancel.verification.explorer import Explorer

# PySpark warns of pandas 3, and leaves sockets open.
pytestmark = pytest.mark.filterwarnings("ignore")

POLICIES = {
    "conect": CONECT,
    "qoo10": QOO10,
    "qoo10, delay approves": qoo10(edition="delay", late_while_open="approved"),
    "the half-hour shop": SHOP,
    "the flea market": FLEA_MARKET,
    "the merchant who must ship": MUST_SHIP,
}
ANSWERS = (
    "order_id",
    "verdict",
    "rules",
    "codes",
    "clauses",
    "may_approve",
    "may_reject",
    "is_due",
)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Spark in local mode."""
    with warnings.catch_warnings(action="ignore"):
        from examples.with_spark import session

        running = session()
        running.sparkContext.setLogLevel("ERROR")
        yield running
        running.stop()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_every_case_that_can_be_reached_is_answered_alike(spark: Any, policy: Policy) -> None:
    """Over the whole space that `verify` walks through, with a seller who permits, or not, or ?"""
    explorer = Explorer(policy, limit=100_000)
    explorer.run()
    rows: dict[Any, list[dict[str, Any]]] = {}
    expected: dict[str, Answer] = {}
    for number, node in enumerate(explorer.nodes.values()):
        for permits in (True, False, None) if policy.needs_seller else (None,):
            seller = None
            if permits is not None:
                name = node.case.order.seller
                seller = Party(name, name="店", permits_cancellation=permits)
            name = f"o-{number}-{permits}"
            rows.setdefault(node.at, []).append(row_of(name, node.case, policy, seller))
            expected[name] = asked_one_by_one(node.case, policy, node.at, seller, USUAL)
    judged = [
        outcomes(policy, spark.createDataFrame(table_of(policy, known)), at=at, check=False)
        for at, known in rows.items()
    ]
    found = answers_in(reduce(lambda one, other: one.union(other), judged))
    assert len(found) == len(expected)
    assert {name for name in expected if found[name] != expected[name]} == set()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_sample_is_answered_as_by_duckdb(spark: Any, policy: Policy, tmp_path: Path) -> None:
    """With missing values, and orders at the boundaries; by the call and by the statement."""
    file = str(tmp_path / "orders.parquet")
    sample(policy, 30_000, file)
    with duckdb.connect() as engine:
        judged = outcomes(policy, engine.read_parquet(file), at=SAMPLED_AT)
        expected = judged.project(", ".join(ANSWERS)).order("order_id").fetchall()
    orders = spark.read.parquet(file)
    called = outcomes(policy, orders, at=SAMPLED_AT).select(*ANSWERS)
    orders.createOrReplaceTempView("orders")
    stated = spark.sql(statement(policy, SAMPLED_AT, dialect="spark"))
    for found in (called, stated):
        assert [tuple(row) for row in found.orderBy("order_id").collect()] == expected


def test_a_summary_is_that_of_duckdb(spark: Any, tmp_path: Path) -> None:
    file = str(tmp_path / "orders.parquet")
    sample(QOO10, 5_000, file)
    with duckdb.connect() as engine:
        expected = summary(QOO10, engine.read_parquet(file), at=SAMPLED_AT).fetchall()
    found = summary(QOO10, spark.read.parquet(file), at=SAMPLED_AT).collect()
    assert [tuple(row) for row in found] == expected


def test_a_what_if_is_that_of_duckdb(spark: Any, tmp_path: Path) -> None:
    file = str(tmp_path / "orders.parquet")
    sample(QOO10, 5_000, file)
    after = qoo10(edition="2", withdrawal_bars=True)
    with duckdb.connect() as engine:
        expected = compare(QOO10, after, engine.read_parquet(file), at=SAMPLED_AT)
    assert expected.changed > 0
    assert compare(QOO10, after, spark.read.parquet(file), at=SAMPLED_AT) == expected


def test_what_is_wrong_is_told_before_any_work(spark: Any) -> None:
    orders = spark.createDataFrame([("o-1", "lost")], "order_id string, status string")
    with pytest.raises(InvalidValue, match=r"orders\.rejected_before: is missing"):
        outcomes(QOO10, orders, at=SAMPLED_AT)
