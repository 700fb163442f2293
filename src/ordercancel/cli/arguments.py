"""The arguments of ``ordercancel``."""

from __future__ import annotations

import argparse

from ordercancel import __version__
from ordercancel.cli import commands
from ordercancel.cli.codes import run_codes
from ordercancel.cli.completion import add_completion
from ordercancel.cli.lookup import NAMES
from ordercancel.cli.options import (
    FILE,
    LANG,
    POLICIES,
    POLICY,
    Choices,
    Option,
    Parser,
    add,
    count,
    format_of,
    moment,
    option,
    percent,
)


def parser() -> argparse.ArgumentParser:
    """The parser of the command line; the command to run is the attribute `run`."""
    root = Parser(
        prog="ordercancel", description="The rules of cancelling an order.", epilog=STATUSES
    )
    root.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    choices = root.add_subparsers(required=True, metavar="COMMAND")
    add(choices, commands.run_demo, DEMO_FILE, LANG, TEXT)
    add(choices, commands.run_replay, FILE, DATABASE, POLICIES, ANY_LANG)
    add(choices, commands.run_explain, FILE, LINE, POLICIES, LANG, TEXT)
    add(choices, commands.run_quote, FILE)
    add(choices, commands.run_rules, POLICY, LANG, format_of("markdown"))
    add(choices, run_codes, CODES, POLICIES, LANG, TEXT)
    add(choices, commands.run_page, POLICY, LANG, LINKED, OUTPUT)
    verified = format_of("text", "html")
    add(choices, commands.run_verify, POLICY, *HOW_TO_VERIFY, LANG, verified, OUTPUT)
    add(choices, commands.run_coverage, POLICY, SCENARIOS, *COVERED, LANG, TEXT)
    add(choices, commands.run_mutants, POLICY, SCENARIOS, *MUTATED, LANG, TEXT)
    made = (MOST_CASES, ANY_LANG, format_of("jsonl"), OUTPUT)
    add(choices, commands.run_scenarios, POLICY, *made)
    add(choices, commands.run_diff, BEFORE, AFTER, BY, WRITE_CHANGES, LANG, TEXT)
    add(choices, commands.run_diagram, POLICY, OF_REQUEST, LANG, DRAWN)
    _add_database(choices)
    _add_bulk(choices)
    add_completion(root)
    return root


def _add_database(choices: Choices[Parser]) -> None:
    """Add ``db`` and ``outbox``, with an action each."""
    database = commands.run_database
    tables = choices.add_parser("db", help="Make, check and upgrade tables; erase and purge")
    actions = tables.add_subparsers(required=True, metavar="ACTION")
    add(actions, database, URL, TEXT, name="create", purpose="Make the tables that are missing")
    purpose = "Show what the tables lack; exit status 1 where they lack anything"
    add(actions, database, URL, TEXT, name="check", purpose=purpose)
    purpose = "Bring the tables of an earlier release up to date"
    add(actions, database, URL, TEXT, name="upgrade", purpose=purpose)
    whom, rest = (URL, PARTY, REPLACEMENT, POLICIES), (BEHIND, BATCH, TEXT)
    purpose = "Erase a person from all orders"
    add(actions, database, *whom, *rest, name="erase", purpose=purpose)
    purpose = "Delete what is older than a moment"
    add(actions, database, URL, OLDER, ONLY, *rest, name="purge", purpose=purpose)
    outbox = choices.add_parser("outbox", help="List or retry undelivered messages")
    actions = outbox.add_subparsers(required=True, metavar="ACTION")
    purpose = "Show what is waiting, and the messages that are dead"
    listed = (STORED, OBSOLETE, TEXT)
    add(actions, database, *listed, name="list", purpose=purpose, action="list_dead")
    add(actions, database, STORED, _which, TEXT, name="retry", purpose="Put dead messages back")


def _which(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", metavar="ID", nargs="*", default=[], help="ids, as listed")
    which.add_argument("--all", action="store_true", help="all of them")


def _add_bulk(choices: Choices[Parser]) -> None:
    """Add ``bulk``, ``sample`` and ``sql``."""
    bulk, stated = commands.run_bulk, (POLICY, DIALECT, TABLE, _at("now"), LEAVE_OUT, TEXT)
    judged, purpose = (*HOW_TO_JUDGE, LEAVE_OUT, LANG), "Judge all orders of a file"
    add(choices, bulk, *judged, purpose=purpose, action="judge")
    purpose = "Make up orders, to try things out"
    add(choices, bulk, *HOW_TO_SAMPLE, TEXT, name="sample", purpose=purpose)
    purpose = "Print the rules of a policy as a SQL statement"
    add(choices, bulk, *stated, name="sql", purpose=purpose)


def _at(default: str) -> Option:
    text = f"the moment, with its zone (default: {default})"
    return option("--at", metavar="TIME", type=moment, help=text)


def _measured(least: int, what: str, more: str) -> tuple[Option, ...]:
    """How scenarios are measured: what is enough, and where to write those that are missing."""
    enough = f"exit status 1 where less than N per cent {what}"
    return (
        option("--fail-under", type=percent, metavar="N", default=least, help=enough),
        MOST_CASES,
        option("--scenarios", metavar="FOLDER", help=f"write scenarios that would {more} there"),
    )


STATUSES = (
    "Exit status: 0 where it is done; 1 where it is done and something was found, such as a "
    "malformed line, a fault of a policy, a difference, tables that lack something; 2 where it "
    "could not be started, and the error says why."
)
A_DATABASE = "such as sqlite:///shop.db or postgresql://user@host/shop"

TEXT = format_of("text")
DEMO_FILE = option("--db", metavar="FILE", help="the SQLite file to make (default: a new one)")
DATABASE = option("--db", metavar="URL", help="default: in memory")
ANY_LANG = option("--lang", metavar="LANG", help="default: the first one of each policy")
LINE = option("--line", type=int, help="explain this line alone")
CODES = option("codes", metavar="CODE", nargs="*", help="default: all of them")
BEFORE = option("before", metavar="POLICY_A", help=NAMES)
AFTER = option("after", metavar="POLICY_B", help=NAMES)
BY = option(
    "--by",
    choices=("enumeration", "solver"),
    help="try and count every combination, or prove it of however many "
    "(default: the solver, where ordercancel[prove] is installed)",
)
WRITE_CHANGES = option(
    "--scenarios", metavar="FOLDER", help="write a scenario of each difference there"
)
OUTPUT = option("-o", "--output", metavar="FILE", default="-", help="default: print it")
LINKED = option("--report", metavar="URL", help="link to this report of `verify`")
DRAWN = option("--format", choices=("svg", "dot"), default="svg")
OF_REQUEST = option("--request", action="store_true", help="the chart of a request instead")
MOST_CASES = option(
    "--most-cases", type=count, metavar="N", default=100_000, help="default: 100,000"
)
SCENARIOS = option(
    "scenario", metavar="SCENARIO", nargs="+", help="JSON Lines files as of replay; -: stdin"
)
COVERED = _measured(0, "is shown (default: never)", "show the rest")
MUTATED = _measured(100, "is noticed (default: 100)", "notice more")
HOW_TO_VERIFY = (
    option(
        "--invariants",
        metavar="MODULE:ATTRIBUTE",
        help="invariants of your own: a list of Invariant that every step must keep",
    ),
    option("--sample", type=count, metavar="N", help="try N combinations and cases, not all"),
    option("--seed", type=int, default=0, help="seed of the sample (default: 0)"),
    option("--most-combinations", type=count, metavar="N", help="default: 1,000,000"),
    MOST_CASES,
    option(
        "--by",
        choices=("enumeration", "solver"),
        help="try combinations, or ask a solver (default: where there are too many)",
    ),
    option("--most-steps", type=count, metavar="N", help="of the solver (default: 50,000,000)"),
    option("--scenarios", metavar="FOLDER", help="write the scenario of each fault there"),
)

URL = option("url", metavar="URL", help=A_DATABASE)
STORED = option("--db", metavar="URL", required=True, help=A_DATABASE)
PARTY = option("party", metavar="ROLE:ID", help="whom, such as buyer:b-1")
REPLACEMENT = option(
    "--replacement",
    metavar="ID",
    required=True,
    help="the id that stands for them from now on; their own to keep it",
)
OLDER = option(
    "--before",
    metavar="TIME",
    type=moment,
    required=True,
    help="with its zone, such as 2026-04-01T00:00:00+09:00",
)
ONLY = option(
    "--only",
    choices=("messages", "receipts", "cases"),
    action="append",
    help="what may go; may be repeated (default: all of it)",
)
BEHIND = option("--after", metavar="ORDER", help="go on behind this order")
BATCH = option("--batch", metavar="N", type=count, default=1000, help="default: 1,000")
OBSOLETE = option(
    "--obsolete",
    action="store_true",
    help="list those instead that were not sent because their request had been closed",
)

JUDGED_BY = option("--policy", metavar="POLICY", required=True, help=NAMES)
LEAVE_OUT = option(
    "--leave-out",
    action="store_true",
    help="leave out rules that need what no column holds; what depends on them is undecided",
)
HOW_TO_JUDGE = (
    option(
        "file",
        metavar="FILE",
        help="the orders, as .parquet or .csv; -: a CSV from standard input",
    ),
    JUDGED_BY,
    option(
        "--against",
        metavar="POLICY",
        help="another policy, such as the next edition: show what it answers differently",
    ),
    _at("now"),
    option("--group-by", metavar="COLUMN", help="such as seller or status"),
    format_of("table", "parquet"),
    option(
        "--output",
        metavar="FILE",
        help="the file to write; with --format parquet, the orders with their answers",
    ),
    option("--plot", metavar="FILE", help="draw the shares by status, as .png or .svg"),
)
HOW_TO_SAMPLE = (
    option("orders", metavar="N", type=count, help="how many"),
    option("file", metavar="FILE", help="the file to write, .parquet or .csv"),
    JUDGED_BY,
    option("--seed", type=int, default=0, help="other seed, other orders (default: 0)"),
    _at("2026-04-01T12:00:00+09:00"),
)
DIALECT = option("--dialect", choices=("postgresql", "sqlite", "duckdb", "spark"), required=True)
TABLE = option("--table", metavar="NAME", default="orders", help="default: orders")
