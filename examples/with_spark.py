"""One rule set over many orders on Spark: the same call, and the same answers as on one machine.

    pip install 'ordercancel[bulk]' pyspark
    ordercancel sample 1000000 orders.parquet --policy qoo10
    python examples/with_spark.py orders.parquet

It runs Spark in local mode, which needs Java 17 or newer. On a cluster, read the orders from where
they are stored and leave the rest as it is: `outcomes` adds columns to a plan, and Spark runs it.
"""

import sys
from time import perf_counter
from typing import Any

import duckdb
from pyspark.sql import SparkSession  # type: ignore[import-not-found]  # installed by hand

from ordercancel.bulk import outcomes
from ordercancel.bulk.sample import SAMPLED_AT
from ordercancel.policies import QOO10

ANSWERS = ("order_id", "verdict", "rules", "codes", "clauses", "may_approve", "may_reject")


def session(cores: int = 2) -> Any:
    """Spark on this machine."""
    return (
        SparkSession.builder.master(f"local[{cores}]")
        .appName("ordercancel")
        # Without this, Spark shows times in the time zone of the machine.
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", cores)
        .getOrCreate()
    )


def main(file: str) -> None:
    spark = session()
    spark.sparkContext.setLogLevel("ERROR")
    spark.range(1).count()  # start Spark before the clock runs

    started = perf_counter()
    judged = outcomes(QOO10, spark.read.parquet(file), at=SAMPLED_AT)
    by_spark = {
        row["verdict"]: row["count"] for row in judged.groupBy("verdict").count().collect()
    }
    took = perf_counter() - started

    started = perf_counter()
    with duckdb.connect() as engine:
        orders = outcomes(QOO10, engine.read_parquet(file), at=SAMPLED_AT)
        by_duckdb = dict(orders.aggregate("verdict, count(*)").fetchall())
    took_duckdb = perf_counter() - started

    number = sum(by_spark.values())
    print(f"{number:,} orders, of which Spark says: {by_spark}")
    print(f"Spark took {took:.1f} s, DuckDB {took_duckdb:.1f} s.")
    print("Both say the same." if by_spark == by_duckdb else f"DuckDB says: {by_duckdb}")
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1])
