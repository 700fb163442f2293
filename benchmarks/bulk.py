"""How quickly a policy is answered for many orders at once, beside what is written by hand.

    python benchmarks/bulk.py [--orders N] [--json] [--growth] [--plot FILE]

Each way to the answers is seen to give the same ones before it is timed. The ways take turns, so
that whatever else the machine does troubles all of them, and each is told by its median. Seconds
of processor are told besides: they hang less on what else is going on.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any

import attrs
import duckdb
import polars as pl
from bulk_by_hand import POLARS, SQL

from ordercancel import Approve, Buyer, Case, Order, Party, Policy, Reject, RequestCancellation
from ordercancel import Seller as SellerActor
from ordercancel.bulk import outcomes
from ordercancel.bulk.sample import SAMPLED_AT, sample
from ordercancel.domain.requests import CancellationRequest, RequestStatus
from ordercancel.policies import CONECT, QOO10

THREADS = 2
TURNS = 5
SAMPLED = 20_000
"""How many orders Python is asked about, one by one."""

POLICIES: Mapping[str, Policy] = {policy.name: policy for policy in (QOO10, CONECT)}
AFFIRMED: Mapping[str, Mapping[str, bool]] = {"qoo10": {"confirmed": True}, "conect": {}}
"""What a seller who rejects affirms, by the policy's name."""

GROWTH = (1, 3, 10, 30)
"""Parts of a growing number of orders, in tenths of ``--orders``."""

TEXTS = ("verdict", "rules", "codes", "clauses")
FLAGS = ("may_approve", "may_reject", "is_due")
COUNTED = ", ".join(
    [*(f"sum(strlen({name}))" for name in TEXTS), *(f"sum({name}::INTEGER)" for name in FLAGS)]
)
HASHED = f"bit_xor(hash(order_id, {', '.join((*TEXTS, *FLAGS))}))"


class Wrong(Exception):
    """Two ways do not give the same answers."""


# ---------------------------------------------------------------------- the ways to the answers


@attrs.frozen
class Ways:
    """Every way to the answers of one policy about the orders in one file.

    An answer counts when it is worked out for each order: the lengths of the texts and the flags
    are added up, so that no column can be left out and none has to be kept.
    """

    policy: Policy
    file: Path
    connection: duckdb.DuckDBPyConnection = attrs.field(init=False)

    @connection.default
    def _connected(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute(f"SET threads = {THREADS}")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE VIEW orders AS FROM '{self.file}'")
        return connection

    @property
    def today(self) -> date:
        return SAMPLED_AT.astimezone(self.policy.tzinfo).date()

    def in_duckdb(self, *, check: bool = False) -> duckdb.DuckDBPyRelation:
        orders = self.connection.table("orders")
        relation: duckdb.DuckDBPyRelation = outcomes(
            self.policy, orders, at=SAMPLED_AT, check=check
        )
        return relation

    def in_duckdb_by_hand(self) -> duckdb.DuckDBPyRelation:
        statement = SQL[self.policy.name]
        return self.connection.sql(
            statement.format(orders="orders", at=SAMPLED_AT, today=self.today)
        )

    def in_polars(self, *, check: bool = False) -> pl.LazyFrame:
        orders = pl.scan_parquet(self.file)
        frame: pl.LazyFrame = outcomes(self.policy, orders, at=SAMPLED_AT, check=check)
        return frame

    def in_polars_by_hand(self) -> pl.LazyFrame:
        return POLARS[self.policy.name](pl.scan_parquet(self.file), SAMPLED_AT, self.today)

    def timed(self) -> dict[str, Callable[[], object]]:
        """What is timed, by name."""
        return {
            "duckdb": lambda: added_up(self.in_duckdb()),
            "duckdb, checked": lambda: added_up(self.in_duckdb(check=True)),
            "duckdb by hand": lambda: added_up(self.in_duckdb_by_hand()),
            "polars": lambda: added_up(self.in_polars()),
            "polars, checked": lambda: added_up(self.in_polars(check=True)),
            "polars by hand": lambda: added_up(self.in_polars_by_hand()),
        }

    def see_that_they_agree(self) -> None:
        """See that each way gives each order the same answer.

        Raises:
            Wrong: They do not.
        """
        ours, by_hand = (
            relation.aggregate(HASHED).fetchall()
            for relation in (self.in_duckdb(), self.in_duckdb_by_hand())
        )
        agree(f"{self.policy.name}: DuckDB and by hand", ours, by_hand)
        frames = (self.in_polars(), self.in_polars_by_hand())
        hashed = [
            frame.select(pl.struct("order_id", *TEXTS, *FLAGS).hash().sum())
            .collect(engine="streaming")
            .item()
            for frame in frames
        ]
        agree(f"{self.policy.name}: Polars and by hand", *hashed)
        agree(
            f"{self.policy.name}: DuckDB and Polars",
            added_up(self.in_duckdb()),
            added_up(self.in_polars()),
        )


def added_up(answers: duckdb.DuckDBPyRelation | pl.LazyFrame) -> tuple[int, ...]:
    """The lengths of all texts, and the flags, added up."""
    if isinstance(answers, pl.LazyFrame):
        sums = answers.select(
            *(pl.col(name).str.len_bytes().cast(pl.Int64).sum() for name in TEXTS),
            *(pl.col(name).cast(pl.Int64).sum() for name in FLAGS),
        )
        return tuple(sums.collect(engine="streaming").row(0))
    return tuple(map(int, answers.aggregate(COUNTED).fetchall()[0]))


def agree(what: str, one: object, other: object) -> None:
    """Raise `Wrong` unless both are the same."""
    if one != other:
        raise Wrong(f"{what} differ: {one} and {other}")


# ---------------------------------------------------------------------- Python, order by order

Answer = tuple[str, str, frozenset[str], frozenset[str], bool, bool]


def asked_one_by_one(ways: Ways, orders: int) -> tuple[tuple[float, float], int]:
    """How long Python takes for some of the orders, as `Clock` says, and how many they are.

    Their cases are built beforehand and not timed.
    """
    policy = ways.policy
    step = max(1, orders // SAMPLED)
    some = f"order_id::BIGINT % {step} = 0"
    columns = (
        "* REPLACE (epoch_us(placed_at) AS placed_at, epoch_us(requested_at) AS requested_at)"
    )
    found = ways.connection.table("orders").filter(some).project(columns).to_arrow_table()
    told = ways.in_duckdb().filter(some).project(", ".join(("order_id", *TEXTS, *FLAGS)))
    expected = {row["order_id"]: row for row in told.to_arrow_table().to_pylist()}
    cases = [case_of(policy, row) for row in found.to_pylist()]
    clock = Clock()
    answers = [assessed(policy, case, seller) for case, seller in cases]
    took = clock.seconds
    for (case, _), answer in zip(cases, answers, strict=True):
        row = expected[case.order.id]
        one = (
            row["verdict"],
            row["rules"],
            frozenset(filter(None, row["codes"].split(","))),
            frozenset(filter(None, row["clauses"].split(","))),
            row["may_approve"],
            row["may_reject"],
        )
        agree(f"{policy.name}: DuckDB and Policy.assess about {case.order.id}", one, answer)
    return took, len(cases)


def assessed(policy: Policy, case: Case, seller: Party | None) -> Answer:
    """The same answer by `Policy.assess`: to the buyer who asks, to the seller who answers."""
    order = case.order
    asked = policy.assess(
        RequestCancellation(order.id, by=Buyer(order.buyer)), case, SAMPLED_AT, seller=seller
    )
    by, number = SellerActor(order.seller), len(case.requests) or 1
    approves = Approve(order.id, by=by, request=number)
    rejects = Reject(order.id, by=by, request=number, data=AFFIRMED[policy.name])
    may_approve, may_reject = (
        not policy.assess(each, case, SAMPLED_AT, seller=seller).is_refused
        for each in (approves, rejects)
    )
    return (
        asked.verdict.value,
        ",".join(asked.rules),
        frozenset(asked.codes),
        frozenset(asked.clauses),
        may_approve,
        may_reject,
    )


def case_of(policy: Policy, row: Mapping[str, Any]) -> tuple[Case, Party | None]:
    """A row as the service would know it, as far as the rules about it ask."""
    order = Order(
        row["order_id"],
        policy=policy.name,
        status=row["status"],
        buyer="b-1",
        seller=row["seller"],
        placed_at=moment_of(row["placed_at"]),
        channel=row["channel"] if policy.channels else None,
        ship_on=row["ship_on"],
    )
    statuses = [
        RequestStatus.REJECTED if row["rejected_before"] else None,
        RequestStatus.WITHDRAWN if row["withdrawn_before"] else None,
        RequestStatus(row["request_status"]) if row["request_status"] else None,
    ]
    told = [status for status in statuses if status is not None]
    requests = tuple(
        CancellationRequest(
            number=number,
            by=Buyer(order.buyer),
            at=moment_of(row["requested_at"]),
            reason="other",
            answerer=row["answerer"],
            status=status,
        )
        for number, status in enumerate(told, 1)
    )
    permits = row["seller_permits"]
    seller = None
    if permits is not None:
        seller = Party(order.seller, name="Seller", permits_cancellation=permits)
    return Case(order=order, edition=policy.edition, requests=requests), seller


def moment_of(microseconds: int) -> datetime:
    """A moment of DuckDB."""
    return datetime.fromtimestamp(microseconds / 1_000_000, tz=SAMPLED_AT.tzinfo)


# ---------------------------------------------------------------------- measuring


class Clock:
    """Seconds since it was made: those on the wall, and those of all processors together."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    @property
    def seconds(self) -> tuple[float, float]:
        """Both of them."""
        wall, processor = self._began
        return time.perf_counter() - wall, time.process_time() - processor


def measured(policy: Policy, file: Path, orders: int, turns: int) -> dict[str, Any]:
    """The figures of one policy."""
    ways = Ways(policy, file)
    ways.see_that_they_agree()
    timed = ways.timed()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in timed}
    for _ in range(turns):
        for name, way in timed.items():
            clock = Clock()
            way()
            taken[name].append(clock.seconds)
    looped, asked = asked_one_by_one(ways, orders)
    scaled = tuple(each / asked * orders for each in looped)
    seconds = {name: median(each[0] for each in each_turn) for name, each_turn in taken.items()}
    seconds["python, scaled"] = scaled[0]
    processor = {name: median(each[1] for each in each_turn) for name, each_turn in taken.items()}
    processor["python, scaled"] = scaled[1]
    return {
        "equal": True,
        "seconds": rounded(seconds),
        "processor": rounded(processor),
        "ratios": rounded(ratios(seconds)),
        "processor_ratios": rounded(ratios(processor)),
        "asked_in_python": asked,
    }


def ratios(seconds: Mapping[str, float]) -> dict[str, float]:
    """How many times as long as by hand; and how many times as quick as Python."""
    found = {}
    for engine in ("duckdb", "polars"):
        by_hand = seconds[f"{engine} by hand"]
        found[f"{engine} to by hand"] = seconds[engine] / by_hand
        found[f"{engine}, checked, to by hand"] = seconds[f"{engine}, checked"] / by_hand
        found[f"python to {engine}"] = seconds["python, scaled"] / seconds[engine]
    return found


def rounded(figures: Mapping[str, float]) -> dict[str, float]:
    """Three digits after the point say more than enough."""
    return {name: round(figure, 3) for name, figure in figures.items()}


ALONE = ("duckdb", "duckdb by hand", "polars", "polars by hand")
"""What is measured in a process of its own, for its memory."""


def grown(policy: Policy, folder: Path, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Seconds and the most memory for each number of orders, each way in a process of its own."""
    found = []
    for orders in sizes:
        file = folder / f"{policy.name}-{orders}.parquet"
        if not file.exists():
            sample(policy, orders, file)
        for way in ALONE:
            told = subprocess.run(  # noqa: S603
                [sys.executable, __file__, "--alone", way, policy.name, str(file)],
                env={**os.environ, "POLARS_MAX_THREADS": str(THREADS)},
                capture_output=True,
                check=True,
                text=True,
            )
            found.append({"orders": orders, "way": way, **json.loads(told.stdout)})
            print(f"{policy.name}: {found[-1]}", file=sys.stderr)
    return found


def alone(way: str, policy: str, file: str) -> dict[str, float]:
    """What `grown` runs: the median of three, and the most memory that the process ever had."""
    ways = Ways(POLICIES[policy], Path(file))
    before = resident()
    taken = []
    for _ in range(3):
        clock = Clock()
        ways.timed()[way]()
        taken.append(clock.seconds)
    return rounded(
        {
            "seconds": median(wall for wall, _ in taken),
            "processor": median(used for _, used in taken),
            "loaded_mb": before,
            "peak_mb": resident(),
        }
    )


def resident() -> float:
    """The most memory that this process had so far, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # What `getrusage` says includes the process that this one was born of.
        told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(told.split()[1]) / 1_000
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1_000_000 if sys.platform == "darwin" else 1_000)


# ---------------------------------------------------------------------- telling


def table(figures: Mapping[str, Any]) -> str:
    """The figures for people."""
    lines = [f"{figures['orders']:,} orders, {figures['cores']} cores", ""]
    for name, found in figures["policies"].items():
        lines += [f"{name}: all answers are equal", ""]
        lines.append(f"    {'':32}{'seconds':>10}{'processor':>12}")
        for way, seconds in found["seconds"].items():
            lines.append(f"    {way:32}{seconds:10.2f}{found['processor'][way]:12.2f}")
        lines.append("")
        for ratio, value in found["ratios"].items():
            lines.append(f"    {ratio:32}{value:10.2f}{found['processor_ratios'][ratio]:12.2f}")
        lines.append("")
    for name, rows in figures.get("growth", {}).items():
        lines.append(
            f"{name}: {'orders':>11}  {'way':16}{'seconds':>9}{'processor':>11}{'peak MB':>9}"
        )
        lines += [
            f"{'':{len(name)}}  {row['orders']:>11,}  {row['way']:16}"
            f"{row['seconds']:9.2f}{row['processor']:11.2f}{row['peak_mb']:9,.0f}"
            for row in rows
        ]
        lines.append("")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--orders", type=int, default=10_000_000, help="how many (10,000,000)")
    parser.add_argument("--turns", type=int, default=TURNS, help=f"of each way ({TURNS})")
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument(
        "--growth", action="store_true", help="a tenth, three tenths, all and three times as many"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the growth (.png or .svg)")
    parser.add_argument("--folder", type=Path, help="where the orders are written and kept")
    parser.add_argument("--alone", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.alone:
        print(json.dumps(alone(*options.alone)))
        return 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        figures: dict[str, Any] = {"orders": options.orders, "cores": THREADS, "policies": {}}
        for name, policy in POLICIES.items():
            file = folder / f"{name}-{options.orders}.parquet"
            if not file.exists():
                sample(policy, options.orders, file)
            figures["policies"][name] = measured(policy, file, options.orders, options.turns)
        if options.growth or options.plot:
            sizes = [max(1, options.orders * part // 10) for part in GROWTH]
            figures["growth"] = {
                name: grown(policy, folder, sizes) for name, policy in POLICIES.items()
            }
    if options.plot:
        draw(figures["growth"], options.plot)
    print(json.dumps(figures, indent=2) if options.json else table(figures))
    return 0


def draw(growth: Mapping[str, Sequence[Mapping[str, Any]]], file: Path) -> None:
    """Draw the growth; needs ``ordercancel[plot]``."""
    from drawing import drawn  # noqa: PLC0415 - an extra

    drawn(growth, file)


if __name__ == "__main__":
    # Polars reads it once, when it is loaded: the process is begun anew with it.
    if os.environ.get("POLARS_MAX_THREADS") != str(THREADS):
        os.environ["POLARS_MAX_THREADS"] = str(THREADS)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
    sys.exit(main())
