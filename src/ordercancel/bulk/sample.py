"""Made-up orders, as many as wanted, written to a file: the same orders for the same seed.

A few thousand orders live through a random history under the policy, in Python. DuckDB repeats
them with ids and sellers of their own, so that ten million take seconds and little memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw

from ordercancel.bulk.columns import Holding, columns_for
from ordercancel.bulk.files import ORDERS, expected_ending, whole
from ordercancel.bulk.histories import Histories
from ordercancel.bulk.quoting import quoted
from ordercancel.domain.errors import Fault, InvalidValue, StoreUnavailable
from ordercancel.domain.faults import moment
from ordercancel.policy.policy import Policy

SAMPLED_AT = datetime(2026, 4, 1, 3, tzinfo=UTC)
"""The default moment for which orders are made up: noon in Tokyo."""

MOST_ORDERS = 1_000_000_000
"""The largest number of orders in a sample."""

HISTORIES = 2048
"""The number of different orders, but for their ids and sellers; never more than are wanted."""

_FORMATS: Mapping[str, str] = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'",
}
_TYPES: Mapping[Holding, Any] = {
    Holding.TEXT: nw.String(),
    Holding.FLAG: nw.Boolean(),
    Holding.NUMBER: nw.Int64(),
    Holding.DAY: nw.Date(),
    Holding.MOMENT: nw.Datetime("us", "UTC"),
}
_HISTORY = "ordercancel history"


def sample(
    policy: Policy,
    orders: int,
    file: Path | str,
    *,
    at: datetime = SAMPLED_AT,
    seed: int = 0,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> None:
    """Write made-up orders of `policy` to `file`, with every column that `outcomes` may ask for.

    Args:
        policy: The policy.
        orders: How many, from 1 to `MOST_ORDERS`.
        file: The name ends with ``.parquet`` or ``.csv``. The file is replaced once everything is
            written, and stays as it is if anything fails.
        at: The moment for which they are made up: judge them at the same one.
        seed: Another seed gives other orders.
        connection: The DuckDB connection to use, whose time zone becomes UTC. Default: a new one.

    Raises:
        InvalidValue: The number, the ending or the moment is not allowed.
        StoreUnavailable: The file could not be written, such as when the disk is full.
    """
    file = Path(file)
    faults = []
    if not 1 <= orders <= MOST_ORDERS:
        expected = f"a whole number from 1 to {MOST_ORDERS:,}"
        faults.append(Fault("sample.orders", f"is {orders:,}", expected))
    if file.suffix not in ORDERS:
        faults.append(Fault("sample.file", f"is {str(file)!r:.200}", expected_ending(ORDERS)))
    if faults:
        raise InvalidValue(faults)
    drawn = min(HISTORIES, orders)
    rows = _rows(policy, moment("sample.at", at).replace(microsecond=0), seed, drawn)
    with whole(file) as part:
        engine = duckdb.connect() if connection is None else connection
        try:
            engine.execute("SET TimeZone = 'UTC'")
            engine.register("drawn", rows)
            query, options = _repeated(orders, seed, drawn), _FORMATS[file.suffix]
            engine.execute(f"COPY ({query}) TO {quoted(str(part))} ({options})")
            engine.unregister("drawn")
        except duckdb.Error as error:
            problem = str(error).partition("\n")[0]
            raise StoreUnavailable(f"{file} can't be written: {problem}") from error
        finally:
            if connection is None:
                engine.close()


def _repeated(orders: int, seed: int, drawn: int) -> str:
    """The query that gives each order one of the histories, and a few sellers most orders."""
    sellers = max(1, min(100_000, orders // 50))
    by_order, by_seller = (f"hash({quoted(str(seed))}, {key})" for key in ("i", "seller_number"))
    return f"""
        SELECT history.* EXCLUDE ("{_HISTORY}") REPLACE (
            lpad((i + 1)::VARCHAR, 10, '0') AS order_id,
            's-' || seller_number AS seller,
            [true, true, true, false, NULL][({by_seller} % 5)::INTEGER + 1] AS seller_permits)
        FROM (
            FROM range({orders}) AS numbers(i),
                (SELECT list(drawn ORDER BY "{_HISTORY}") AS histories FROM drawn)
            SELECT i, histories[({by_order} % {drawn})::INTEGER + 1] AS history,
                floor(pow({sellers + 1}, ({by_order} >> 20)::DOUBLE / {1 << 44}))::BIGINT
                AS seller_number)
    """  # noqa: S608 - a seed and numbers


def _rows(policy: Policy, at: datetime, seed: int, drawn: int) -> Any:
    """The histories as a table, numbered."""
    columns = [(each.name, _TYPES[each.holds]) for each in columns_for(policy).values()]
    histories = Histories(policy, at, seed)
    rows = [{_HISTORY: number, **histories.row()} for number in range(drawn)]
    schema = {_HISTORY: nw.Int64(), **dict(columns)}
    return nw.from_dicts(rows, schema, backend="pyarrow").to_native()
