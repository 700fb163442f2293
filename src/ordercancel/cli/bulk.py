"""``ordercancel bulk``, ``sample`` and ``sql``: one rule set over a file of orders, on DuckDB."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from ordercancel.bulk import compare, outcomes
from ordercancel.bulk.files import whole
from ordercancel.bulk.quoting import quoted_name
from ordercancel.bulk.sample import SAMPLED_AT
from ordercancel.bulk.sample import sample as made_up
from ordercancel.bulk.sql_text import statement
from ordercancel.cli.answers import Counts, counted, shifts_as_dict, what_if
from ordercancel.cli.engine import an_engine, watched
from ordercancel.cli.orders import Asked
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.policy.policy import Policy


def sql(chosen: argparse.Namespace) -> int:
    """Print the statement that judges a table of orders."""
    at = chosen.at or datetime.now(UTC)
    text = statement(
        chosen.policy, at, dialect=chosen.dialect, table=chosen.table, leave_out=chosen.leave_out
    )
    if chosen.format == "json":
        said = {"policy": _named(chosen.policy), "at": at.isoformat(), "dialect": chosen.dialect}
        print(json.dumps({**said, "statement": text}, ensure_ascii=False))
    else:
        print(text, end="")
    return 0


def sample(chosen: argparse.Namespace) -> int:
    """Write made-up orders."""
    at = (chosen.at or SAMPLED_AT).replace(microsecond=0)
    file, policy = Path(chosen.file), chosen.policy
    with an_engine() as engine:
        watched(
            engine,
            file.name,
            lambda: made_up(
                policy, chosen.orders, file, at=at, seed=chosen.seed, connection=engine
            ),
        )
    if chosen.format == "json":
        said = {"policy": _named(policy), "at": at.isoformat(), "orders": chosen.orders}
        print(json.dumps({**said, "seed": chosen.seed, "file": str(file)}, ensure_ascii=False))
        return 0
    named = chosen.policy_name
    print(f"{chosen.orders:,} orders of {policy.name} as of {at.isoformat()}: {file}")
    print(f"ordercancel bulk {file} --policy {named} --at {at.isoformat()}")
    return 0


def _named(policy: Policy) -> dict[str, str]:
    return {"name": policy.name, "edition": policy.edition}


def judge(chosen: argparse.Namespace) -> int:
    """Say what the orders of a file get; 1 where two policies answer them differently."""
    with _on_disk(chosen), an_engine() as engine:
        asked = Asked.of(chosen)
        try:
            orders = asked.checked(engine)
            return (
                _compared(asked, engine, orders) if asked.after else _judged(asked, engine, orders)
            )
        except duckdb.Error as error:
            reason = " ".join(str(error).partition("Possible")[0].split())
            raise InvalidValue(
                [Fault(str(asked.file), f"can't be read: {reason:.500}", "a file of orders")]
            ) from error


@contextmanager
def _on_disk(chosen: argparse.Namespace) -> Iterator[None]:
    """Put a CSV of standard input, which is read more than once, into a file."""
    if chosen.file != "-":
        yield
        return
    with tempfile.TemporaryDirectory(prefix="ordercancel-") as folder:
        chosen.file = str(Path(folder) / "stdin.csv")
        with Path(chosen.file).open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield


def _judged(
    asked: Asked, engine: duckdb.DuckDBPyConnection, orders: duckdb.DuckDBPyRelation
) -> int:
    judged = outcomes(asked.policy, orders, at=asked.at, leave_out=asked.leave_out, check=False)
    if asked.format == "parquet" and asked.output is not None:
        _write_parquet(judged, asked.output, engine)
        if asked.plot is None:
            return 0
    group = "NULL" if asked.group_by is None else quoted_name(asked.group_by)
    status = "NULL" if asked.plot is None else "status"
    counted = judged.aggregate(
        f"{group}::VARCHAR AS grouped, {status}::VARCHAR AS status, verdict, rules, codes, "
        "clauses, is_due, count(*) AS orders",
        "ALL",
    )
    watched(engine, asked.file.name, lambda: counted.create("counts"))
    answers = Counts(asked, engine.table("counts"))
    if asked.plot is not None:
        _plot(asked, answers)
    match asked.format:
        case "json":
            _write(asked, json.dumps(answers.as_dict(), ensure_ascii=False, indent=2) + "\n")
        case "table":
            _show(asked, answers.tables())
    return 0


def _write_parquet(
    judged: duckdb.DuckDBPyRelation, file: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    with whole(file) as part:
        watched(engine, file.name, lambda: judged.write_parquet(str(part), compression="zstd"))


def _plot(asked: Asked, answers: Counts) -> None:
    from ordercancel.bulk.plot import plot_shares, speaks  # noqa: PLC0415 - an extra

    lang = speaks(asked.lang)
    if lang != asked.lang:
        missing = "no Japanese font was found, so that the picture is in English"
        print(f"ordercancel: {missing}; expected one such as Noto Sans CJK JP", file=sys.stderr)
    line = f"{asked.moment()} · {counted(answers.orders)[lang]}"
    plot_shares(asked.policy, answers.by_status(), str(asked.plot), lang=lang, subtitle=line)


def _compared(
    asked: Asked, engine: duckdb.DuckDBPyConnection, orders: duckdb.DuckDBPyRelation
) -> int:
    before, after = asked.policies
    shifts = watched(
        engine,
        asked.file.name,
        lambda: compare(
            before, after, orders, at=asked.at, leave_out=asked.leave_out, check=False
        ),
    )
    if asked.format == "json":
        _write(
            asked, json.dumps(shifts_as_dict(asked, shifts), ensure_ascii=False, indent=2) + "\n"
        )
    else:
        _show(asked, what_if(asked, shifts))
    return 1 if shifts.changed else 0


def _show(asked: Asked, parts: Iterable[Table | str]) -> None:
    """Print tables: with rules and colours on a terminal, plain anywhere else."""
    if asked.output is None and sys.stdout.isatty():
        console = Console()
        for part in parts:
            console.print(part, markup=False, highlight=False)
        return
    # As wide as needed: readers of a file or a pipe cut lines as they like.
    plain = Console(width=10_000, color_system=None, force_terminal=False)
    with plain.capture() as captured:
        for part in parts:
            if isinstance(part, Table):
                part.box = None
                part.padding = (0, 2, 0, 0)
                plain.print()
            plain.print(part, markup=False, highlight=False)
    _write(asked, "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def _write(asked: Asked, text: str) -> None:
    if asked.output is None:
        print(text, end="")
        return
    with whole(asked.output) as part:
        part.write_text(text, encoding="utf-8")
