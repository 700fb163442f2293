"""The orders of a file: what is asked about them, and whether they can be judged."""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import duckdb
import narwhals as nw

from ordercancel.bulk.columns import Column, Holding, columns_for
from ordercancel.bulk.files import ORDERS, PICTURES, expected_ending
from ordercancel.bulk.plan import Plan, plan_for
from ordercancel.bulk.quoting import quoted, quoted_name
from ordercancel.bulk.validation import SAMPLE, require
from ordercancel.cli.engine import watched
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.texts import Lang
from ordercancel.policy.policy import Policy


@attrs.frozen(kw_only=True)
class Asked:
    """The arguments of the command, once they are seen to fit together."""

    file: Path
    policy: Policy
    after: Policy | None
    at: datetime
    group_by: str | None
    format: str
    output: Path | None
    plot: Path | None
    leave_out: bool
    lang: Lang

    @classmethod
    def of(cls, chosen: argparse.Namespace) -> Asked:
        asked = cls(
            file=Path(chosen.file),
            policy=chosen.policy,
            after=chosen.against,
            at=chosen.at or datetime.now(UTC),
            group_by=chosen.group_by,
            format=chosen.format,
            output=None if chosen.output in (None, "-") else Path(chosen.output),
            plot=None if chosen.plot is None else Path(chosen.plot),
            leave_out=chosen.leave_out,
            lang=chosen.lang,
        )
        faults = list(asked.faults())
        if faults:
            raise InvalidValue(faults)
        return asked

    def faults(self) -> Iterator[Fault]:
        """What can be seen to be wrong before the file is opened."""
        if self.file.suffix not in ORDERS:
            yield Fault("FILE", f"is {str(self.file)!r:.200}", expected_ending(ORDERS))
        elif not self.file.is_file():
            yield Fault("FILE", f"there is no file {str(self.file)!r:.200}", "one that exists")
        if self.format == "parquet" and (self.output is None or self.after is not None):
            expected = "--output FILE with --format parquet, and no --against"
            yield Fault("--format", "is parquet", expected)
        if self.after is not None and (self.group_by is not None or self.plot is not None):
            expected = "neither --group-by nor --plot with --against"
            yield Fault("--against", "is given", expected)
        if self.plot is not None and self.plot.suffix not in PICTURES:
            yield Fault("--plot", f"is {str(self.plot)!r:.200}", expected_ending(PICTURES))
        for option, file in (("--output", self.output), ("--plot", self.plot)):
            if file is not None and not file.absolute().parent.is_dir():
                yield Fault(option, f"is {str(file)!r:.200}", "a file in a folder that exists")

    @property
    def policies(self) -> tuple[Policy, ...]:
        return (self.policy,) if self.after is None else (self.policy, self.after)

    def plans(self) -> list[Plan]:
        return [plan_for(each, self.at, leave_out=self.leave_out) for each in self.policies]

    def checked(self, engine: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """The orders of the file.

        Raises:
            InvalidValue: With all that is wrong with its columns and their values.
        """
        plans = self.plans()
        faults: list[Fault] = []
        if self.file.suffix == ".csv":
            texts = _texts(engine, self.file)
            known = _known(self.policies, texts.columns)
            orders = texts.project(", ".join(_typed(name, known) for name in texts.columns))
            faults += watched(engine, self.file.name, lambda: list(_faults(texts, known)))
        else:
            orders = engine.read_parquet(_literally(self.file))
        wanted = {"order_id": self.after is not None, "status": self.plot is not None}
        if self.group_by is not None:
            wanted[self.group_by] = True
        for name in (name for name, is_wanted in wanted.items() if is_wanted):
            if name not in orders.columns:
                expected = f"one of: {', '.join(orders.columns)}"
                faults.append(Fault(f"orders.{name}", "is missing", f"{expected:.500}"))
        named = {fault.where for fault in faults}
        try:
            frame: Any = nw.from_native(orders)
            watched(engine, self.file.name, lambda: require(frame, plans, check=True))
        except InvalidValue as error:
            faults += [fault for fault in error.faults if fault.where not in named]
        if faults:
            raise InvalidValue(faults)
        return orders

    def moment(self) -> str:
        """The moment that is asked about, as the policy's zone has it."""
        return self.at.astimezone(self.policy.tzinfo).isoformat(" ", "seconds")


def _texts(engine: duckdb.DuckDBPyConnection, file: Path) -> duckdb.DuckDBPyRelation:
    """The lines of a CSV as they are written: nothing is guessed, so that 007 stays 007."""
    named = file
    try:
        file = _in_utf8(engine, file)
        with file.open(encoding="utf-8-sig", newline="") as lines:
            names = next(csv.reader(lines), [])
    except (ValueError, csv.Error) as error:
        expected = "CSV in UTF-8 or cp932 (Shift JIS), with commas"
        raise InvalidValue([Fault(str(named), f"can't be read: {error}", expected)]) from error
    if not names or not all(names) or len({name.lower() for name in names}) < len(names):
        problem = f"begins with {','.join(names)!r:.200}"
        raise InvalidValue(
            [Fault(str(named), problem, "a line with the name of each column, once")]
        )
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in names)
    return engine.sql(
        f"FROM read_csv({quoted(_literally(file))}, columns = {{{columns}}}, header = true, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"')"
    )


def _in_utf8(engine: duckdb.DuckDBPyConnection, file: Path) -> Path:
    """The file, or a copy in UTF-8 of one in cp932, which is what Japanese Windows writes.

    Raises:
        ValueError: It is in neither.
    """
    with suppress(ValueError), file.open(encoding="utf-8", newline="") as lines:
        while lines.read(_CHUNK):
            pass
        return file
    ((folder,),) = engine.execute("SELECT current_setting('temp_directory')").fetchall()
    copy = Path(folder) / "orders.csv"
    with (
        file.open(encoding="cp932", newline="") as lines,
        copy.open("w", encoding="utf-8", newline="") as written,
    ):
        shutil.copyfileobj(lines, written, _CHUNK)
    return copy


_CHUNK = 1_000_000


def _known(policies: Iterable[Policy], names: Sequence[str]) -> dict[str, Column]:
    """The columns among `names` that have a meaning, by name."""
    known = {name: each for policy in policies for name, each in columns_for(policy).items()}
    return {name: known[name] for name in names if name in known}


def _typed(name: str, known: Mapping[str, Column]) -> str:
    """A column with its type; what can't have it is left empty, and found by `_faults`."""
    if name not in known or known[name].holds is Holding.TEXT:
        return quoted_name(name)
    return (
        f"TRY_CAST({quoted_name(name)} AS {_WRITTEN[known[name].holds][0]}) AS {quoted_name(name)}"
    )


def _faults(texts: duckdb.DuckDBPyRelation, known: Mapping[str, Column]) -> Iterator[Fault]:
    """Texts that are not what their columns hold."""
    wrong: dict[str, str] = {}
    for name, column in known.items():
        if column.holds is not Holding.TEXT:
            kind, pattern, _ = _WRITTEN[column.holds]
            value = quoted_name(name)
            misread = f"TRY_CAST({value} AS {kind}) IS NULL"
            miswritten = f"NOT regexp_full_match({value}, {quoted(pattern)})"
            wrong[name] = f"({value} IS NOT NULL AND ({misread} OR {miswritten}))"
    if not wrong:
        return
    tests = ", ".join(f"count_if({test})" for test in wrong.values())
    (counts,) = texts.aggregate(tests).fetchall()
    for (name, test), number in zip(wrong.items(), counts, strict=True):
        if not number:
            continue
        shown = [name, "order_id"] if "order_id" in texts.columns else [name]
        rows = (
            texts.filter(test).project(", ".join(map(quoted_name, shown))).limit(SAMPLE).fetchall()
        )
        examples = ", ".join(" in ".join(f"{value!r:.80}" for value in row) for row in rows)
        problem = f"is wrong in {number:,} rows, such as {examples}"
        yield Fault(f"orders.{name}", problem, _WRITTEN[known[name].holds][2])


_WRITTEN: Mapping[Holding, tuple[str, str, str]] = {
    Holding.FLAG: ("BOOLEAN", "(?i)true|false|t|f|1|0", "true or false"),
    Holding.NUMBER: ("BIGINT", r"[+-]?\d+", "a whole number"),
    Holding.DAY: ("DATE", r"\d{4}-\d\d-\d\d", "a date such as 2026-04-01"),
    Holding.MOMENT: (
        "TIMESTAMPTZ",
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(Z|[+-]\d\d(:?\d\d)?)",
        "a time with its zone, such as 2026-04-01T12:00:00+09:00",
    ),
}
"""What a column is read as, how it is written, and what that is called."""


def _literally(file: Path) -> str:
    """The name of a file, where DuckDB would take some characters for patterns."""
    return "".join(f"[{each}]" if each in "*?[" else each for each in str(file))
