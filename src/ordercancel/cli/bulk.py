"""``ordercancel bulk``, ``sample`` and ``sql``: one rule set over a file of orders, on DuckDB."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import attrs
import duckdb
import narwhals as nw
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text as Styled

from ordercancel.bulk import compare, outcomes
from ordercancel.bulk.checking import require
from ordercancel.bulk.columns import COLUMNS, Column, Holding, column_of_fact
from ordercancel.bulk.comparing import Shift, WhatIf
from ordercancel.bulk.plan import Plan, plan_for
from ordercancel.bulk.printing import statement
from ordercancel.bulk.sampling import ENDINGS, SAMPLED_AT, whole
from ordercancel.bulk.sampling import sample as made_up
from ordercancel.errors import Fault, InvalidValue
from ordercancel.policy.decision import Verdict
from ordercancel.policy.describe import VERDICT_NAMES
from ordercancel.policy.policy import Policy
from ordercancel.text import Lang, Text

__all__ = ["judge", "sample", "sql"]

T = TypeVar("T")

SHOWN = 20
"""How many rows of a table people are shown."""

SAMPLE = 5
"""How many wrong values of a column are shown."""

_VERDICTS = (Verdict.CANCEL.value, Verdict.REFER.value, Verdict.REFUSE.value)
_UNDECIDED = Text("未定", "undecided")
_NONE = Text("なし", "none")


def sql(chosen: argparse.Namespace) -> int:
    """Print the statement that judges a table of orders."""
    at = chosen.at or datetime.now(UTC)
    told = statement(
        chosen.policy, at, dialect=chosen.dialect, table=chosen.table, leave_out=chosen.leave_out
    )
    print(told, end="")
    return 0


def sample(chosen: argparse.Namespace) -> int:
    """Write made-up orders."""
    at = (chosen.at or SAMPLED_AT).replace(microsecond=0)
    file, policy = Path(chosen.file), chosen.policy
    with _engine() as engine:
        _watched(
            engine,
            file.name,
            lambda: made_up(
                policy, chosen.orders, file, at=at, seed=chosen.seed, connection=engine
            ),
        )
    named = chosen.policy_name
    print(f"{chosen.orders:,} orders of {policy.name} as of {at.isoformat()}: {file}")
    print(f"ordercancel bulk {file} --policy {named} --at {at.isoformat()}")
    return 0


def judge(chosen: argparse.Namespace) -> int:
    """Say what the orders of a file get; 1 where two policies answer them differently."""
    asked = _Asked.of(chosen)
    with _engine() as engine:
        try:
            orders = asked.checked(engine)
            return (
                _compared(asked, engine, orders) if asked.after else _judged(asked, engine, orders)
            )
        except duckdb.Error as error:
            told = " ".join(str(error).partition("Possible")[0].split())
            raise InvalidValue(
                [Fault(str(asked.file), f"can't be read: {told:.500}", "a file of orders")]
            ) from error


@attrs.frozen(kw_only=True)
class _Asked:
    """What the command was given, once it is seen to go together."""

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
    def of(cls, chosen: argparse.Namespace) -> _Asked:
        asked = cls(
            file=Path(chosen.file),
            policy=chosen.policy,
            after=chosen.against,
            at=chosen.at or datetime.now(UTC),
            group_by=chosen.group_by,
            format=chosen.format,
            output=None if chosen.output is None else Path(chosen.output),
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
        if self.file.suffix not in ENDINGS:
            expected = f"a name that ends with {' or '.join(ENDINGS)}"
            yield Fault("FILE", f"is {str(self.file)!r:.200}", expected)
        elif not self.file.is_file():
            yield Fault("FILE", f"there is no file {str(self.file)!r:.200}", "one that exists")
        if self.format == "parquet" and (self.output is None or self.after is not None):
            expected = "--output FILE with --format parquet, and no --against"
            yield Fault("--format", "is parquet", expected)
        if self.after is not None and (self.group_by is not None or self.plot is not None):
            expected = "neither --group-by nor --plot with --against"
            yield Fault("--against", "is given", expected)
        if self.plot is not None and self.plot.suffix not in (".png", ".svg"):
            expected = "a name that ends with .png or .svg"
            yield Fault("--plot", f"is {str(self.plot)!r:.200}", expected)
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
            faults += _watched(engine, self.file.name, lambda: list(_faults(texts, known)))
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
            _watched(engine, self.file.name, lambda: require(frame, plans, check=True))
        except InvalidValue as error:
            faults += [fault for fault in error.faults if fault.where not in named]
        if faults:
            raise InvalidValue(faults)
        return orders

    def moment(self) -> str:
        """The moment that is asked about, as the policy's zone has it."""
        return self.at.astimezone(self.policy.tzinfo).isoformat(" ", "seconds")


# ---------------------------------------------------------------------- reading


def _texts(engine: duckdb.DuckDBPyConnection, file: Path) -> duckdb.DuckDBPyRelation:
    """The lines of a CSV as they are written: nothing is guessed, so that 007 stays 007."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            names = next(csv.reader(lines), [])
    except (ValueError, csv.Error) as error:
        problem = f"can't be read: {error}"
        raise InvalidValue([Fault(str(file), problem, "CSV in UTF-8, with commas")]) from error
    if not names or not all(names) or len({name.lower() for name in names}) < len(names):
        problem = f"begins with {','.join(names)!r:.200}"
        raise InvalidValue(
            [Fault(str(file), problem, "a line with the name of each column, once")]
        )
    columns = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in names)
    return engine.sql(
        f"FROM read_csv({_quoted(_literally(file))}, columns = {{{columns}}}, header = true, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"')"
    )


def _known(policies: Iterable[Policy], names: Sequence[str]) -> dict[str, Column]:
    """The columns among `names` that have a meaning, by name."""
    own = [column_of_fact(fact, policy) for policy in policies for fact in policy.facts]
    known = {**COLUMNS, **{column.name: column for column in own}}
    return {name: known[name] for name in names if name in known}


def _typed(name: str, known: Mapping[str, Column]) -> str:
    """A column with its type; what can't have it is left empty, and found by `_faults`."""
    if name not in known or known[name].holds is Holding.TEXT:
        return _name(name)
    return f"TRY_CAST({_name(name)} AS {_WRITTEN[known[name].holds][0]}) AS {_name(name)}"


def _faults(texts: duckdb.DuckDBPyRelation, known: Mapping[str, Column]) -> Iterator[Fault]:
    """Texts that are not what their columns hold."""
    wrong = {
        name: f"({_name(name)} IS NOT NULL AND (TRY_CAST({_name(name)} AS {kind}) IS NULL "
        f"OR NOT regexp_full_match({_name(name)}, {_quoted(pattern)})))"
        for name, column in known.items()
        if column.holds is not Holding.TEXT
        for kind, pattern, _ in [_WRITTEN[column.holds]]
    }
    if not wrong:
        return
    tests = ", ".join(f"count_if({test})" for test in wrong.values())
    (counts,) = texts.aggregate(tests).fetchall()
    for (name, test), number in zip(wrong.items(), counts, strict=True):
        if not number:
            continue
        shown = [name, "order_id"] if "order_id" in texts.columns else [name]
        rows = texts.filter(test).project(", ".join(map(_name, shown))).limit(SAMPLE).fetchall()
        told = ", ".join(" in ".join(f"{value!r:.80}" for value in row) for row in rows)
        problem = f"is wrong in {number:,} rows, such as {told}"
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


def _quoted(text: str) -> str:
    told = text.replace("'", "''")
    return f"'{told}'"


def _name(name: str) -> str:
    told = name.replace('"', '""')
    return f'"{told}"'


# ---------------------------------------------------------------------- one policy


def _judged(
    asked: _Asked, engine: duckdb.DuckDBPyConnection, orders: duckdb.DuckDBPyRelation
) -> int:
    judged = outcomes(asked.policy, orders, at=asked.at, leave_out=asked.leave_out, check=False)
    if asked.format == "parquet" and asked.output is not None:
        _write_parquet(judged, asked.output, engine)
        if asked.plot is None:
            return 0
    group = "NULL" if asked.group_by is None else _name(asked.group_by)
    status = "NULL" if asked.plot is None else "status"
    counted = judged.aggregate(
        f"{group}::VARCHAR AS grouped, {status}::VARCHAR AS status, verdict, rules, codes, "
        "clauses, count(*) AS orders",
        "ALL",
    )
    _watched(engine, asked.file.name, lambda: counted.create("counts"))
    found = _Found(asked, engine.table("counts"))
    if asked.plot is not None:
        _plot(asked, found)
    match asked.format:
        case "json":
            _write(asked, json.dumps(found.as_dict(), ensure_ascii=False, indent=2) + "\n")
        case "table":
            _show(asked, found.tables())
    return 0


def _write_parquet(
    judged: duckdb.DuckDBPyRelation, file: Path, engine: duckdb.DuckDBPyConnection
) -> None:
    with whole(file) as part:
        _watched(engine, file.name, lambda: judged.write_parquet(str(part), compression="zstd"))


def _plot(asked: _Asked, found: _Found) -> None:
    from ordercancel.bulk.plotting import plot_shares, speaks  # noqa: PLC0415 - an extra

    lang = speaks(asked.lang)
    if lang != asked.lang:
        told = "no Japanese font was found, so that the picture is in English"
        print(f"ordercancel: {told}; expected one such as Noto Sans CJK JP", file=sys.stderr)
    line = f"{asked.moment()} · {_counted(found.orders)[lang]}"
    plot_shares(asked.policy, found.by_status(), str(asked.plot), lang=lang, told=line)


class _Found:
    """The answers to all orders, counted."""

    def __init__(self, asked: _Asked, counts: duckdb.DuckDBPyRelation) -> None:
        self._asked = asked
        self._counts = counts
        self.verdicts = self._by_verdict()
        self.orders = sum(self.verdicts.values())

    def _by_verdict(self) -> dict[str | None, int]:
        rows = dict(self._sums("verdict"))
        known: list[str | None] = [*_VERDICTS, *([None] if None in rows else [])]
        return {verdict: rows.get(verdict, 0) for verdict in known}

    def _sums(self, columns: str, *, most: int | None = None) -> list[tuple[Any, ...]]:
        summed = self._counts.aggregate(f"{columns}, sum(orders)::BIGINT AS orders", columns)
        ordered = summed.order(f"orders DESC, {columns}")
        return (ordered if most is None else ordered.limit(most)).fetchall()

    def by_status(self) -> dict[str, dict[str | None, int]]:
        found: dict[str, dict[str | None, int]] = {}
        for status, verdict, number in self._sums("status, verdict"):
            found.setdefault(status, {})[verdict] = number
        return found

    def groups(self, most: int | None = None) -> list[tuple[Any, ...]]:
        """The groups, the largest first: what they have in common, orders, those by verdict."""
        tests = ", ".join(
            f"coalesce(sum(orders) FILTER (WHERE verdict IS NOT DISTINCT FROM {word}), 0)::BIGINT"
            for word in ("NULL" if each is None else _quoted(each) for each in self.verdicts)
        )
        summed = self._counts.aggregate(
            f"grouped, sum(orders)::BIGINT AS orders, {tests}", "grouped"
        )
        ordered = summed.order("orders DESC, grouped")
        return (ordered if most is None else ordered.limit(most)).fetchall()

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        asked = self._asked
        (plan,) = asked.plans()
        told: dict[str, Any] = {
            "policy": {"name": asked.policy.name, "edition": asked.policy.edition},
            "at": asked.at.isoformat(),
            "orders": self.orders,
            "verdicts": {_key(verdict): number for verdict, number in self.verdicts.items()},
            "rules": [
                {
                    "verdict": verdict,
                    "rules": _split(rules),
                    "codes": _split(codes),
                    "clauses": _split(clauses),
                    "orders": number,
                }
                for verdict, rules, codes, clauses, number in self._sums(
                    "verdict, rules, codes, clauses"
                )
            ],
        }
        if asked.group_by is not None:
            told["groups"] = [
                {
                    asked.group_by: group,
                    "orders": number,
                    "verdicts": dict(zip(map(_key, self.verdicts), numbers, strict=True)),
                }
                for group, number, *numbers in self.groups()
            ]
        if plan.left_out:
            told["left_out"] = dict(plan.left_out)
        return told

    def tables(self) -> Iterator[Table | str]:
        """For people."""
        asked, lang = self._asked, self._asked.lang
        policy = asked.policy
        yield f"{policy.title[lang]} · {policy.name} {policy.edition}"
        yield f"{asked.moment()} · {_counted(self.orders)[lang]}"
        (plan,) = asked.plans()
        for rule, reason in plan.left_out.items():
            yield f"{Text('除外したルール', 'left out')[lang]}: {rule}: {reason}"
        answer, orders = Text("回答", "answer")[lang], Text("注文数", "orders")[lang]
        share = Text("割合", "share")[lang]
        yield _table(
            [answer],
            [orders, share],
            (
                [_verdict(verdict, lang), f"{number:,}", _percent(number, self.orders)]
                for verdict, number in self.verdicts.items()
            ),
        )
        if asked.group_by is not None:
            names = [_verdict(verdict, lang).plain for verdict in self.verdicts]
            yield _table(
                [asked.group_by],
                [orders, *names],
                (
                    [self._group(group), *(f"{number:,}" for number in numbers)]
                    for group, *numbers in self.groups(SHOWN)
                ),
            )
            yield from self._more("grouped")
        rows = self._sums("verdict, rules, codes", most=SHOWN)
        yield _table(
            [answer, Text("ルール", "rules")[lang], Text("拒否コード", "codes")[lang]],
            [orders, share],
            (
                [
                    _verdict(verdict, lang),
                    _listed(_split(rules), lang),
                    _listed(_split(codes), lang),
                    f"{number:,}",
                    _percent(number, self.orders),
                ]
                for verdict, rules, codes, number in rows
            ),
        )
        yield from self._more("verdict, rules, codes")

    def _group(self, group: str | None) -> str:
        wording = self._asked.policy.wording
        if group is None:
            return _NONE[self._asked.lang]
        if self._asked.group_by == "status":
            return f"{wording.statuses[group][self._asked.lang]} ({group})"
        return group

    def _more(self, columns: str) -> Iterator[str]:
        ((rows,),) = self._counts.aggregate(columns, columns).aggregate("count(*)").fetchall()
        more = rows - SHOWN
        if more > 0:
            told = Text(f"ほか{more:,}行。全行は", f"and {more:,} more; for all of them, see")
            yield f"… {told[self._asked.lang]} --format json"


# ---------------------------------------------------------------------- two policies


def _compared(
    asked: _Asked, engine: duckdb.DuckDBPyConnection, orders: duckdb.DuckDBPyRelation
) -> int:
    before, after = asked.policies
    told = _watched(
        engine,
        asked.file.name,
        lambda: compare(
            before, after, orders, at=asked.at, leave_out=asked.leave_out, check=False
        ),
    )
    if asked.format == "json":
        _write(asked, json.dumps(_as_dict(asked, told), ensure_ascii=False, indent=2) + "\n")
    else:
        _show(asked, _what_if(asked, told))
    return 1 if told.changed else 0


def _as_dict(asked: _Asked, told: WhatIf) -> dict[str, Any]:
    before, after = asked.policies
    return {
        "before": {"name": before.name, "edition": before.edition},
        "after": {"name": after.name, "edition": after.edition},
        "at": asked.at.isoformat(),
        "orders": told.orders,
        "changed": told.changed,
        "shifts": [attrs.asdict(shift) for shift in told.shifts],
    }


def _what_if(asked: _Asked, told: WhatIf) -> Iterator[Table | str]:
    lang = asked.lang
    before, after = asked.policies
    yield f"{before.name} {before.edition} → {after.name} {after.edition}"
    yield asked.moment()
    yield Text(
        f"{told.orders:,}件のうち{told.changed:,}件で回答が変わる。",
        f"{told.changed:,} of {told.orders:,} orders are answered differently.",
    )[lang]
    if not told.shifts:
        return
    heads = (
        Text("変更前", "before"),
        Text("変更後", "after"),
        Text("ルール", "rules"),
        Text("例", "such as"),
    )
    yield _table(
        [head[lang] for head in heads],
        [Text("注文数", "orders")[lang], Text("割合", "share")[lang]],
        (
            [
                _verdict(shift.before, lang),
                _verdict(shift.after, lang),
                _rules(shift, lang),
                ", ".join(shift.samples),
                f"{shift.orders:,}",
                _percent(shift.orders, told.orders),
            ]
            for shift in told.shifts[:SHOWN]
        ),
    )
    more = len(told.shifts) - SHOWN
    if more > 0:
        line = Text(f"ほか{more:,}行。全行は", f"and {more:,} more; for all of them, see")
        yield f"… {line[lang]} --format json"


def _rules(shift: Shift, lang: Lang) -> str:
    before, after = (_listed(ids, lang) for ids in (shift.rules_before, shift.rules_after))
    return before if before == after else f"{before} → {after}"


# ---------------------------------------------------------------------- showing


def _table(
    texts: Sequence[str], numbers: Sequence[str], rows: Iterable[Sequence[str | Styled]]
) -> Table:
    """A table whose last columns are numbers."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _show(asked: _Asked, parts: Iterable[Table | str]) -> None:
    """Print tables: with rules and colours on a terminal, plain anywhere else."""
    if asked.output is None and sys.stdout.isatty():
        console = Console()
        for part in parts:
            console.print(part, markup=False, highlight=False)
        return
    # As wide as it takes: whoever reads a file or a pipe cuts lines as he likes.
    plain = Console(width=10_000, color_system=None, force_terminal=False)
    with plain.capture() as captured:
        for part in parts:
            if isinstance(part, Table):
                part.box = None
                part.padding = (0, 2, 0, 0)
                plain.print()
            plain.print(part, markup=False, highlight=False)
    _write(asked, "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def _write(asked: _Asked, text: str) -> None:
    if asked.output is None:
        print(text, end="")
        return
    with whole(asked.output) as part:
        part.write_text(text, encoding="utf-8")


def _verdict(verdict: str | None, lang: Lang) -> Styled:
    if verdict is None:
        return Styled(_UNDECIDED[lang], "dim")
    colors = {Verdict.CANCEL: "green", Verdict.REFER: "yellow", Verdict.REFUSE: "red"}
    return Styled(VERDICT_NAMES[Verdict(verdict)][lang], colors[Verdict(verdict)])


def _listed(words: Sequence[str], lang: Lang) -> str:
    return ", ".join(words) or _NONE[lang]


def _counted(orders: int) -> Text:
    return Text(f"{orders:,}件の注文", f"{orders:,} orders")


def _percent(part: int, of: int) -> str:
    return "<0.1%" if 0 < part < of / 2000 else f"{part / of if of else 0:.1%}"


def _key(verdict: str | None) -> str:
    return "undecided" if verdict is None else verdict


def _split(joined: str | None) -> list[str]:
    return joined.split(",") if joined else []


# ---------------------------------------------------------------------- the engine


@contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory; what does not fit goes to the system's folder for such files."""
    with tempfile.TemporaryDirectory(prefix="ordercancel-") as folder:
        config: Any = {"temp_directory": folder, "autoinstall_known_extensions": "false"}
        engine = duckdb.connect(config=config)
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
        try:
            yield engine
        finally:
            engine.close()


def _watched(engine: duckdb.DuckDBPyConnection, told: str, work: Callable[[], T]) -> T:
    """What `work` gives, with a bar on a terminal that says how far it is."""
    if not sys.stderr.isatty():
        return work()
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    screen = Console(stderr=True)
    with ThreadPoolExecutor(1) as pool, Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(told, total=100)
        running = pool.submit(work)
        try:
            while not running.done():
                bar.update(task, completed=max(0, engine.query_progress()))
                wait([running], timeout=0.1)
        except KeyboardInterrupt:
            engine.interrupt()
            raise
        return running.result()
