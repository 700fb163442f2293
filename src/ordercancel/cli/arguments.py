"""The arguments of ``ordercancel``."""

from __future__ import annotations

import argparse
from typing import Any

from ordercancel import __version__
from ordercancel.cli import bulk_arguments, commands
from ordercancel.cli.codes import run_codes
from ordercancel.cli.completion import add_completion
from ordercancel.cli.lookup import NAMES
from ordercancel.cli.options import (
    FILE,
    LANG,
    POLICIES,
    POLICY,
    Choices,
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
    add(choices, commands.run_demo, DEMO_FILE, LANG, format_of("text"))
    add(choices, commands.run_replay, FILE, DATABASE, POLICIES, ANY_LANG)
    add(choices, commands.run_explain, FILE, LINE, POLICIES, LANG, format_of("text"))
    add(choices, commands.run_quote, FILE)
    add(choices, commands.run_rules, POLICY, LANG, format_of("markdown"))
    add(choices, run_codes, CODES, POLICIES, LANG, format_of("text"))
    add(choices, commands.run_page, POLICY, LANG, LINKED, OUTPUT)
    verified = format_of("text", "html")
    add(choices, commands.run_verify, POLICY, *HOW_TO_VERIFY, LANG, verified, OUTPUT)
    covered = (FAIL_UNDER, MOST_CASES, WRITE_GAPS)
    add(choices, commands.run_coverage, POLICY, SCENARIOS, *covered, LANG, format_of("text"))
    add(choices, commands.run_mutants, POLICY, SCENARIOS, *MUTATED, LANG, format_of("text"))
    made = (MOST_CASES, ANY_LANG, format_of("jsonl"), OUTPUT)
    add(choices, commands.run_scenarios, POLICY, *made)
    add(choices, commands.run_diff, BEFORE, AFTER, BY, WRITE_CHANGES, LANG, format_of("text"))
    add(choices, commands.run_diagram, POLICY, OF_REQUEST, LANG, DRAWN)
    _add_database(choices)
    bulk_arguments.add_all(choices)
    add_completion(root)
    return root


STATUSES = (
    "Exit status: 0 where it is done; 1 where it is done and something was found, such as a "
    "malformed line, a fault of a policy, a difference, tables that lack something; 2 where it "
    "could not be started, and the error says why."
)
A_TIME = "with its zone, such as 2026-04-01T00:00:00+09:00"
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
MOST_CASES = option("--most-cases", type=count, metavar="N", help="default: 100,000")
SCENARIOS = option(
    "scenario", metavar="SCENARIO", nargs="+", help="JSON Lines files as of replay; -: stdin"
)
FAIL_UNDER = option(
    "--fail-under",
    type=percent,
    metavar="N",
    help="exit status 1 where less than N per cent is shown (default: never)",
)
WRITE_GAPS = option(
    "--scenarios", metavar="FOLDER", help="write scenarios that would show the rest there"
)
MUTATED = (
    option(
        "--fail-under",
        type=percent,
        metavar="N",
        default=100,
        help="exit status 1 where less than N per cent is noticed (default: 100)",
    ),
    MOST_CASES,
    option("--scenarios", metavar="FOLDER", help="write scenarios that would notice more there"),
)
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


def _add_database(choices: Choices[Parser]) -> None:
    url: Any = {
        "metavar": "URL",
        "help": "such as sqlite:///shop.db or postgresql://user@host/shop",
    }
    tables = choices.add_parser("db", help="Make, check and upgrade tables; erase and purge")
    actions = tables.add_subparsers(required=True, metavar="ACTION")
    for name, purpose in (
        ("create", "Make the tables that are missing"),
        ("check", "Show what the tables lack; exit status 1 where they lack anything"),
        ("upgrade", "Bring the tables of an earlier release up to date"),
    ):
        action = actions.add_parser(name, help=purpose)
        action.add_argument("url", **url)
        format_of("text")(action)
        action.set_defaults(run=commands.run_database, action=name)
    erase = actions.add_parser("erase", help="Erase a person from all orders")
    erase.add_argument("url", **url)
    erase.add_argument("party", metavar="ROLE:ID", help="whom, such as buyer:b-1")
    erase.add_argument(
        "--replacement",
        metavar="ID",
        required=True,
        help="the id that stands for them from now on; their own to keep it",
    )
    POLICIES(erase)
    purge = actions.add_parser("purge", help="Delete what is older than a moment")
    purge.add_argument("url", **url)
    purge.add_argument("--before", metavar="TIME", type=moment, required=True, help=A_TIME)
    purge.add_argument(
        "--only",
        choices=("messages", "receipts", "cases"),
        action="append",
        help="what may go; may be repeated (default: all of it)",
    )
    for each in (erase, purge):
        each.add_argument("--after", metavar="ORDER", help="go on behind this order")
        each.add_argument("--batch", metavar="N", type=count, default=1000, help="default: 1,000")
        format_of("text")(each)
    erase.set_defaults(run=commands.run_retention, action="erase")
    purge.set_defaults(run=commands.run_retention, action="purge")
    outbox = choices.add_parser("outbox", help="List or retry undelivered messages")
    actions = outbox.add_subparsers(required=True, metavar="ACTION")
    dead = actions.add_parser("list", help="Show what is waiting, and the messages that are dead")
    dead.add_argument("--db", required=True, **url)
    dead.add_argument(
        "--obsolete",
        action="store_true",
        help="list those instead that were not sent because their request had been closed",
    )
    format_of("text")(dead)
    dead.set_defaults(run=commands.run_database, action="list_dead")
    retry = actions.add_parser("retry", help="Put dead messages back")
    retry.add_argument("--db", required=True, **url)
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", metavar="ID", nargs="*", default=[], help="ids, as listed")
    which.add_argument("--all", action="store_true", help="all of them")
    format_of("text")(retry)
    retry.set_defaults(run=commands.run_database, action="retry")
