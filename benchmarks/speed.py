"""How quickly one order is answered, beside what is written by hand or with other tools.

    python benchmarks/speed.py [--json] [--plot FILE] [--quick] [--only GROUP ...]

Every answer of every way is seen to be equal to ours before anything is timed. The ways take
turns, and each is told by its median.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import attrs
from measuring import Bound, Row, Wrong, in_turns, side_by_side
from work import (
    APPROVALS,
    ASKED_AT,
    CONECT_PAGE,
    IN_TIME,
    PAGE,
    PERMITTING,
    REFUSED,
    REJECTIONS,
    REQUESTS,
    TYPED,
    Asked,
    after,
    answered,
    approve,
    ask,
    ask_shop,
    explain,
    fresh,
    many_rejected,
    many_rules,
    many_withdrawn,
    page_apart,
    reject,
    rules_apart,
    shop_page,
)

import ordercancel
from ordercancel import (
    CancellationService,
    Case,
    Command,
    Operator,
    OrderCancelError,
    RequestCancellation,
    Seller,
)
from ordercancel.domain.events import Event
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Decision
from ordercancel.stores.memory import MemoryStore

OURS, BY_HAND = "ordercancel", "by hand"
HEARD = "ordercancel, with listeners"
UNCHECKED = "by hand, events built trusted"
IN_DICTIONARIES = "by hand, events as dictionaries"

PEERS: Mapping[str, tuple[str, str]] = {
    BY_HAND: ("by_hand", ""),
    UNCHECKED: ("by_hand", "_unchecked"),
    IN_DICTIONARIES: ("by_hand", "_in_dictionaries"),
    "decision table": ("table", ""),
    "django-fsm-2": ("with_django_fsm", ""),
    "transitions": ("with_transitions", ""),
    "transitions, a model each": ("with_transitions", "_attached"),
    "zen-engine": ("with_zen", ""),
    "zen-engine, create_decision": ("with_zen", "_created"),
    "cedarpy": ("with_cedar", ""),
    "cedarpy, policies as text": ("with_cedar", "_from_text"),
    "python-statemachine": ("statemachine_direct", ""),
}
"""The module of each peer, and what is behind the names of its two functions."""

LIBRARIES = (
    "ordercancel",
    "attrs",
    "python-statemachine",
    "transitions",
    "Django",
    "django-fsm-2",
    "zen-engine",
    "cedarpy",
    "SQLAlchemy",
    "msgspec",
    "psycopg",
)

BOUNDS = (
    Bound("assess", OURS, BY_HAND, 2),
    Bound("decide", OURS, BY_HAND, 0.75),
    Bound("decide", OURS, UNCHECKED, 2),
    Bound("decide", OURS, "python-statemachine", 1 / 30),
    Bound("decide", OURS, "zen-engine", 1 / 15),
    Bound("decide", OURS, "cedarpy", 1 / 10),
    Bound("decide", OURS, "transitions", 1),
    Bound("decide", OURS, "django-fsm-2", 1),
    Bound("handle", "handle", "decide", 5.5),
    Bound("SQLite", OURS, "raw sqlite3", 1.8),
    Bound("SQLite", HEARD, "raw sqlite3", 2.5),
    Bound("PostgreSQL, 1 thread", OURS, "raw psycopg", 0.9),
    Bound("PostgreSQL, 1 thread", HEARD, "raw psycopg", 1.4),
    Bound("PostgreSQL, 8 threads", OURS, "raw psycopg", 1.5),
    Bound("import", "import ordercancel", "import attrs, statemachine", 2.5),
    Bound("rules", "100 rules", "10 rules", 8),
    Bound("rules apart", "1,000 rules", "10 rules", 3),
    Bound("history", "Qoo10, assess, 100 requests", "Qoo10, assess, 1 request", 1.2),
    Bound("history", "CO-NECT, assess, 100 requests", "CO-NECT, assess, 1 request", 1.2),
)

DATABASES = ("SQLite", "PostgreSQL, 1 thread", "PostgreSQL, 8 threads", "growth of tables")
"""What `stores.rows` measures."""


@attrs.frozen
class Effort:
    """How thoroughly it is measured."""

    quick: bool

    @property
    def turns(self) -> int:
        """How many turns each way has."""
        return 5 if self.quick else 15

    @property
    def least(self) -> float:
        """About how many seconds a turn lasts."""
        return 0.005 if self.quick else 0.02


# ---------------------------------------------------------------------- the peers


@attrs.frozen
class Peer:
    """The functions of a peer; None for one that it has under another name."""

    name: str
    assess: Callable[[Any, Case, Any], object] | None
    decide: Callable[[Any, Case, Any], tuple[object, ...]]
    refusal: type[Exception]


def peers() -> tuple[Peer, ...]:
    """Those whose library is installed; it is said who is left out."""
    found = []
    building = import_module("peers.building")
    for name, (module, suffix) in PEERS.items():
        try:
            peer = import_module(f"peers.{module}")
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in ("peers", "ordercancel"):
                raise
            print(f"left out: {name} ({error})", file=sys.stderr)
            continue
        assess = getattr(peer, f"assess{suffix}", None)
        decide = getattr(peer, f"decide{suffix}")
        found.append(Peer(name, assess, decide, building.NotAllowed))
    return tuple(found)


def see_that_they_agree(every: Iterable[Peer]) -> None:
    """See that each peer answers as ordercancel does: every order of the page, every command.

    Raises:
        Wrong: One does not.
    """
    commands = [*REQUESTS, *APPROVALS, *REJECTIONS, *REFUSED]
    for asked in PAGE:
        case = asked.case
        commands += [Asked(make(case), case) for make in (ask, approve, reject, explain)]
    planned, opened = REQUESTS[1].case, REJECTIONS[0].case
    for text in TYPED:
        commands.append(Asked(attrs.evolve(ask(planned, reason="other"), text=text), planned))
        commands.append(Asked(explain(opened, text), opened))
    expected = [_events(asked) for asked in commands]
    for peer in every:
        if peer.assess is not None:
            for asked in _asked_by_anybody():
                request = cast(RequestCancellation, asked.command)
                ours = QOO10.assess(request, asked.case, ASKED_AT)
                theirs = peer.assess(asked.command, asked.case, ASKED_AT)
                if isinstance(theirs, Decision):  # by hand; the others give a verdict
                    _agree(peer, asked, ours.ruling, theirs.ruling)
                else:
                    _agree(peer, asked, ours.verdict.value, theirs)
        for asked, events in zip(commands, expected, strict=True):
            try:
                told = peer.decide(asked.command, asked.case, ASKED_AT)
            except peer.refusal:
                told = ()
            if peer.name == IN_DICTIONARIES:
                _agree(peer, asked, tuple(map(_in_dictionary, events)), told)
            else:
                _agree(peer, asked, events, told)


def _events(asked: Asked) -> tuple[Event, ...]:
    """The events of a command; none where it is turned down."""
    try:
        return ordercancel.decide(asked.command, asked.case, QOO10, ASKED_AT)
    except OrderCancelError:
        return ()


def _in_dictionary(event: Event) -> dict[str, object]:
    return {"event": type(event).__name__, **attrs.asdict(event, recurse=False)}


def _asked_by_anybody() -> Iterator[Asked]:
    for asked in PAGE:
        order = asked.case.order
        yield asked
        for by in (Seller(order.seller), Operator("o-1"), ordercancel.System()):
            yield Asked(RequestCancellation(order.id, by=by), asked.case)


def _agree(peer: Peer, asked: Asked, ours: object, theirs: object) -> None:
    if ours != theirs:
        raise Wrong(f"{peer.name} differs: {theirs}\nours: {ours}\nasked: {asked}")


# ---------------------------------------------------------------------- the pure core


def over(
    answer: Callable[..., object], asked: Sequence[Asked], *besides: object, **named: object
) -> Callable[[], None]:
    """A way that gives each command to `answer`, with what it is given besides."""
    pairs = [(each.command, each.case) for each in asked]
    if named:

        def run_named() -> None:
            for command, case in pairs:
                answer(command, case, *besides, **named)

        return run_named

    def run() -> None:
        for command, case in pairs:
            answer(command, case, *besides)

    return run


def rows_of(
    group: str, seconds: Mapping[str, float], *, beside: str | None, pieces: int = 1
) -> list[Row]:
    """A row for each way, per piece of work; nothing is told beside itself."""
    return [
        Row(group, way, value / pieces, beside=None if way == beside else beside)
        for way, value in seconds.items()
    ]


def assess_rows(effort: Effort) -> list[Row]:
    """Whether the buyers of a page of a hundred orders may ask to cancel."""
    every = peers()
    see_that_they_agree(every)
    ways = {OURS: over(QOO10.assess, PAGE, ASKED_AT)}
    ways |= {peer.name: over(peer.assess, PAGE, ASKED_AT) for peer in every if peer.assess}
    wholesale = f"{OURS}, CO-NECT"
    ways[wholesale] = over(CONECT.assess, CONECT_PAGE, ASKED_AT, seller=PERMITTING)
    seconds = side_by_side(ways, turns=effort.turns, least=effort.least)
    rows = rows_of("assess", seconds, beside=BY_HAND, pieces=len(PAGE))
    # That is another page.
    return [attrs.evolve(row, beside=None) if row.way == wholesale else row for row in rows]


def decide_rows(effort: Effort) -> list[Row]:
    """The events of a request, of an approval and of a rejection."""
    every = peers()
    see_that_they_agree(every)
    rows = []
    for group, asked in (
        ("decide: request", REQUESTS),
        ("decide: approve", APPROVALS),
        ("decide: reject", REJECTIONS),
        ("decide", (*REQUESTS, *APPROVALS, *REJECTIONS)),
    ):
        ways = {OURS: over(ordercancel.decide, asked, QOO10, ASKED_AT)}
        ways |= {peer.name: over(peer.decide, asked, ASKED_AT) for peer in every}
        seconds = side_by_side(ways, turns=effort.turns, least=effort.least)
        rows += rows_of(group, seconds, beside=BY_HAND, pieces=len(asked))
    return rows


def rules_rows(effort: Effort) -> list[Row]:
    """The page under a growing number of rules that speak about a request."""
    page = shop_page()
    ways = {
        f"{count:,} rules": over(many_rules(count).assess, page, ASKED_AT)
        for count in (10, 100, 800)
    }
    seconds = side_by_side(ways, turns=effort.turns, least=effort.least)
    return rows_of("rules", seconds, beside="10 rules", pieces=len(page))


def rules_apart_rows(effort: Effort) -> list[Row]:
    """A request under a growing number of rules, of which ten are about its role and status."""
    ways = {
        f"{count:,} rules": over(rules_apart(count).assess, page_apart(), ASKED_AT)
        for count in (10, 100, 1_000)
    }
    seconds = side_by_side(ways, turns=effort.turns, least=effort.least)
    return rows_of("rules apart", seconds, beside="10 rules", pieces=len(page_apart()))


def history_rows(effort: Effort) -> list[Row]:
    """One more request about an order that had a growing number of them.

    At Qoo10 each was taken back, at CO-NECT each was rejected; both let the buyer ask again. What
    a case keeps of its history it finds when events are folded in, and so that is measured, too.
    """
    ways: dict[str, Callable[[], object]] = {}
    numbers = {1: "1 request", 10: "10 requests", 100: "100 requests"}
    withdrawn = {told: many_withdrawn(count) for count, told in numbers.items()}
    rejected = {told: many_rejected(count) for count, told in numbers.items()}
    for told, case in withdrawn.items():
        asked = (Asked(ask(case), case),)
        ways[f"Qoo10, assess, {told}"] = over(QOO10.assess, asked, ASKED_AT)
        ways[f"Qoo10, decide, {told}"] = over(ordercancel.decide, asked, QOO10, ASKED_AT)
        events = ordercancel.decide(asked[0].command, case, QOO10, ASKED_AT)
        ways[f"Qoo10, evolve, {told}"] = partial(reduce, ordercancel.evolve, events, case)
    for told, case in rejected.items():
        asked = (Asked(ask_shop(case), case),)
        seller = {"seller": PERMITTING}
        ways[f"CO-NECT, assess, {told}"] = over(CONECT.assess, asked, ASKED_AT, **seller)
        ways[f"CO-NECT, decide, {told}"] = over(
            ordercancel.decide, asked, CONECT, ASKED_AT, **seller
        )
    seconds = side_by_side(ways, turns=effort.turns, least=effort.least)
    rows = []
    kinds = ("Qoo10, assess", "Qoo10, decide", "Qoo10, evolve")
    for kind in (*kinds, "CO-NECT, assess", "CO-NECT, decide"):
        few = {f"{kind}, {told}": seconds[f"{kind}, {told}"] for told in numbers.values()}
        rows += rows_of("history", few, beside=f"{kind}, 1 request")
    return rows


# ---------------------------------------------------------------------- the service


def handle_rows(effort: Effort) -> list[Row]:
    """The same commands carried out by a service, whose store is in memory, and decided alone.

    Five commands about three orders, again and again: an order that cancels at once, one whose
    request is approved, one whose request is rejected. Registering them is not timed.
    """
    cases: list[Case] = []
    asked: list[Asked] = []
    for number in range(0, 30 if effort.quick else 300, 3):
        new = fresh(number)
        first, second = (
            fresh(number + each, status="shipping_requested", ship_on=IN_TIME) for each in (1, 2)
        )
        cases += (new, first, second)
        for case in (new, first, second):
            asked.append(Asked(ask(case), case))
        first, second = (after(case, (ask,)) for case in (first, second))
        asked.append(Asked(approve(first), first))
        asked.append(Asked(explain(second) if number % 2 else reject(second), second))
    commands = [each.command for each in asked]
    with_ids = [
        attrs.evolve(command, command_id=f"command-{number}")
        for number, command in enumerate(commands)
    ]

    def handled(commands: Sequence[Command]) -> float:
        service = CancellationService(policies=[QOO10], store=MemoryStore())
        for case in cases:
            service.register(case.order, at=case.order.placed_at)
        began = perf_counter()
        for command in commands:
            service.handle(command, at=ASKED_AT)
        return perf_counter() - began

    def decided() -> float:
        began = perf_counter()
        for each in asked:
            ordercancel.decide(each.command, each.case, QOO10, ASKED_AT)
        return perf_counter() - began

    seconds = in_turns(
        {
            "handle": lambda: handled(commands),
            "handle, with command ids": lambda: handled(with_ids),
            "decide": decided,
        },
        turns=effort.turns,
    )
    return rows_of("handle", seconds, beside="decide", pieces=len(asked))


# ---------------------------------------------------------------------- processes of their own


def import_rows(effort: Effort) -> list[Row]:
    """From the start of an interpreter to its end."""
    dependencies = "import attrs, statemachine"
    statements = {
        "empty interpreter": "pass",
        **{
            statement: statement
            for statement in (
                dependencies,
                "import ordercancel",
                "from ordercancel import CancellationService",
                "import ordercancel.policies",
            )
        },
    }
    # What is compiled once is kept, as it is where the library is installed.
    environment = {name: value for name, value in os.environ.items() if name not in _UNCOMPILED}

    def run(statement: str) -> float:
        began = perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True, env=environment)  # noqa: S603
        return perf_counter() - began

    for statement in statements.values():
        run(statement)
    ways = {name: partial(run, statement) for name, statement in statements.items()}
    return rows_of("import", in_turns(ways, turns=effort.turns), beside=dependencies)


_UNCOMPILED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")

KEPT: Mapping[str, tuple[Callable[[int], Case], bool]] = {
    "fresh": (fresh, False),
    "fresh, in dictionaries": (fresh, True),
    "one request answered": (answered, False),
    "one request answered, in dictionaries": (answered, True),
}
"""What is kept in memory: cases as a store in memory has them, and the same in dictionaries."""


def memory_rows(effort: Effort) -> list[Row]:
    """The bytes that a case takes, among very many of them."""
    count = 20_000 if effort.quick else 1_000_000
    rows = []
    for way in KEPT:
        told = subprocess.run(  # noqa: S603
            [sys.executable, __file__, "--alone", way, str(count)],
            capture_output=True,
            check=True,
            text=True,
        )
        beside = None if "dictionaries" in way else f"{way}, in dictionaries"
        rows.append(Row("memory", way, float(told.stdout), "bytes", beside))
    return rows


def alone(way: str, count: int) -> float:
    """What `memory_rows` runs: the bytes of each of `count` cases."""
    make, in_dictionaries = KEPT[way]
    keep: Callable[[Any], object] = plain if in_dictionaries else lambda case: case
    for number in range(100):
        keep(make(number))
    gc.collect()
    gc.disable()  # nothing of it is garbage
    before = resident()
    kept = {}
    for number in range(count):
        case = make(number)
        kept[case.order.id] = keep(case)
    gc.collect()
    return (resident() - before) / len(kept)


def plain(value: object) -> object:
    """A value of ours as dictionaries and lists of the very same texts, times and numbers."""
    kind: Any = type(value)
    if attrs.has(kind):
        return {
            field.name: plain(getattr(value, field.name))
            for field in attrs.fields(kind)
            if not field.name.startswith("_")
        }
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return dict(value) if isinstance(value, Mapping) else value


def resident() -> int:
    """The memory that this process has now, in bytes."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text().split()[1]) * resource.getpagesize()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1_024


GROUPS: Mapping[str, Callable[[Effort], list[Row]]] = {
    "assess": assess_rows,
    "decide": decide_rows,
    "handle": handle_rows,
    "rules": rules_rows,
    "rules apart": rules_apart_rows,
    "history": history_rows,
    "import": import_rows,
    "memory": memory_rows,
}

# ---------------------------------------------------------------------- telling


def measured(wanted: Sequence[str], effort: Effort) -> list[Row]:
    """The rows of the groups that are wanted."""
    rows = []
    for name, group in GROUPS.items():
        if name in wanted:
            print(f"measuring: {name}", file=sys.stderr)
            rows += group(effort)
    databases = [name for name in DATABASES if name in wanted]
    if databases and find_spec("stores"):
        print("measuring: databases", file=sys.stderr)
        stores = import_module("stores")
        rows += [row for row in stores.rows(quick=effort.quick) if row.group in databases]
    return rows


def table(rows: Sequence[Row]) -> str:
    """The figures for people, and what they are bound by."""
    lines = []
    for group, found in groupby(rows, key=lambda row: row.group):
        lines += ["", group]
        for row in found:
            ratio = row.ratio(rows)
            beside = "" if ratio is None else f"{ratio:10.2f} × {row.beside}"
            lines.append(f"    {row.way:40}{told(row):>14}{beside}")
    lines += ["", "bounds"]
    for bound in BOUNDS:
        measure = bound.ratio(rows)
        if measure is not None:
            holds = "holds" if measure <= bound.at_most else "DOES NOT HOLD"
            what = f"{bound.group}: {bound.way} / {bound.beside}"
            lines.append(f"    {what:72}{measure:10.3f}  at most {bound.at_most:<8.3g}{holds}")
    return "\n".join(lines[1:])


def told(row: Row) -> str:
    """The value with its unit."""
    if row.unit != "s":
        return f"{row.value:,.0f} {row.unit}"
    if row.value < 0.005:
        return f"{row.value * 1e6:,.2f} µs"
    return f"{row.value * 1e3:,.1f} ms"


def figures(rows: Sequence[Row], effort: Effort) -> dict[str, Any]:
    """The figures for programs."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "quick": effort.quick,
        "versions": dict(_versions()),
        "rows": [{**attrs.asdict(row), "ratio": row.ratio(rows)} for row in rows],
        "bounds": [
            {**attrs.asdict(bound), "ratio": ratio, "holds": ratio <= bound.at_most}
            for bound in BOUNDS
            if (ratio := bound.ratio(rows)) is not None
        ],
    }


def _versions() -> Iterator[tuple[str, str]]:
    for library in LIBRARIES:
        try:
            yield library, version(library)
        except PackageNotFoundError:
            continue


def draw(rows: Sequence[Row], file: Path) -> None:
    """Draw what one order takes; needs ``ordercancel[plot]``."""
    from drawing import bars  # noqa: PLC0415 - an extra

    titles = {
        "assess": "assess: may the buyer ask to cancel?",
        "decide": "decide: the events of a request, an approval, a rejection",
    }
    groups = {
        title: [(row.way, row.value) for row in rows if row.group == group]
        for group, title in titles.items()
    }
    bars({title: ways for title, ways in groups.items() if ways}, OURS, file)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    names = (*GROUPS, *DATABASES)
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="figures for programs")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the bars (.png or .svg)")
    parser.add_argument("--quick", action="store_true", help="roughly, and soon")
    parser.add_argument(
        "--only", nargs="+", choices=names, default=names, metavar="GROUP", help=", ".join(names)
    )
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.alone:
        way, count = options.alone
        print(alone(way, int(count)))
        return 0
    if options.plot and not {"assess", "decide"} & set(options.only):
        parser.error("--plot draws assess and decide")
    effort = Effort(options.quick)
    try:
        rows = measured(options.only, effort)
    except Wrong as error:
        print(error, file=sys.stderr)
        return 1
    if options.plot:
        draw(rows, options.plot)
    print(json.dumps(figures(rows, effort), indent=2) if options.json else table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
