"""The arguments of ``ordercancel``."""

from __future__ import annotations

import argparse
from contextlib import suppress
from datetime import datetime

from ordercancel import __version__
from ordercancel.cli import commands

DIALECTS = ("postgresql", "sqlite", "duckdb", "spark")
_DATABASE = "such as sqlite:///shop.db or postgresql://user@host/shop"


def parser() -> argparse.ArgumentParser:
    """The parser of the command line; the command to run is the attribute `run`."""
    root = argparse.ArgumentParser(
        prog="ordercancel", description="The rules of cancelling an order."
    )
    root.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    choices = root.add_subparsers(required=True, metavar="COMMAND")

    demo = choices.add_parser("demo", help="walk through the cases of both documents")
    demo.add_argument("--db", metavar="FILE", help="the SQLite file to make (default: a new one)")
    demo.set_defaults(run=commands.run_demo)

    replay = choices.add_parser("replay", help="run a scenario and answer line by line")
    replay.add_argument("file", metavar="FILE", nargs="?", help="default: standard input")
    replay.add_argument("--db", metavar="URL", default="sqlite://", help="default: in memory")
    _add_policies(replay)
    _add_lang(replay)
    replay.set_defaults(run=commands.run_replay)

    explain = choices.add_parser(
        "explain", help="run a scenario and explain the answer to each command"
    )
    explain.add_argument("file", metavar="FILE", nargs="?", help="default: standard input")
    explain.add_argument("--line", type=int, help="explain this line alone")
    _add_policies(explain)
    _add_lang(explain)
    _add_format(explain, "text")
    explain.set_defaults(run=commands.run_explain)

    rules = choices.add_parser("rules", help="print the rules of a policy")
    _add_policy(rules)
    _add_lang(rules)
    _add_format(rules, "markdown")
    rules.set_defaults(run=commands.run_rules)

    check = choices.add_parser(
        "verify", help="check a policy in every case that its rules tell apart"
    )
    _add_policy(check)
    check.add_argument(
        "--invariants",
        metavar="MODULE:ATTRIBUTE",
        help="invariants of your own: a list of Invariant that every step must keep",
    )
    check.add_argument(
        "--sample", type=_count, metavar="N", help="try N combinations and cases, not all"
    )
    check.add_argument("--seed", type=int, default=0, help="seed of the sample (default: 0)")
    check.add_argument(
        "--scenarios", metavar="FOLDER", help="write the scenario of each fault there"
    )
    _add_lang(check)
    _add_format(check, "text")
    check.set_defaults(run=commands.run_verify)

    diff = choices.add_parser("diff", help="show what two editions answer differently")
    diff.add_argument("before", metavar="POLICY_A", help=commands.POLICY_NAMES)
    diff.add_argument("after", metavar="POLICY_B", help=commands.POLICY_NAMES)
    _add_lang(diff)
    _add_format(diff, "text")
    diff.set_defaults(run=commands.run_diff)

    diagram = choices.add_parser("diagram", help="print the chart of a policy's orders as Mermaid")
    _add_policy(diagram)
    diagram.add_argument(
        "--request", action="store_true", help="the chart of a request, which all policies share"
    )
    _add_lang(diagram)
    diagram.set_defaults(run=commands.run_diagram)

    tables = choices.add_parser("db", help="make, check and upgrade the tables of a database")
    actions = tables.add_subparsers(required=True, metavar="ACTION")
    for name, purpose in (
        ("create", "make the tables that are missing"),
        ("check", "show what the tables lack; exit status 1 where they lack anything"),
        ("upgrade", "bring the tables of an earlier release up to date"),
    ):
        action = actions.add_parser(name, help=purpose)
        action.add_argument("url", metavar="URL", help=_DATABASE)
        action.set_defaults(run=commands.run_database, action=name)

    outbox = choices.add_parser("outbox", help="list or retry undelivered messages")
    actions = outbox.add_subparsers(required=True, metavar="ACTION")
    dead = actions.add_parser("list", help="show what is waiting, and the messages that are dead")
    dead.add_argument("--db", metavar="URL", required=True, help=_DATABASE)
    _add_format(dead, "text")
    dead.set_defaults(run=commands.run_database, action="list_dead")
    retry = actions.add_parser("retry", help="put dead messages back")
    retry.add_argument("--db", metavar="URL", required=True, help=_DATABASE)
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", metavar="ID", nargs="*", default=[], help="ids, as listed")
    which.add_argument("--all", action="store_true", help="all of them")
    retry.set_defaults(run=commands.run_database, action="retry")
    _add_bulk(choices)
    return root


def _add_bulk(choices: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bulk = choices.add_parser("bulk", help="judge all orders of a file")
    bulk.add_argument("file", metavar="FILE", help="the orders, as .parquet or .csv")
    bulk.add_argument("--policy", metavar="POLICY", required=True, help=commands.POLICY_NAMES)
    bulk.add_argument(
        "--against",
        metavar="POLICY",
        help="another policy, such as the next edition: show what it answers differently",
    )
    _add_at(bulk, "now")
    bulk.add_argument("--group-by", metavar="COLUMN", help="such as seller or status")
    bulk.add_argument("--format", choices=("table", "json", "parquet"), default="table")
    bulk.add_argument(
        "--output",
        metavar="FILE",
        help="the file to write; with --format parquet, the orders with their answers",
    )
    bulk.add_argument("--plot", metavar="FILE", help="draw the shares by status, as .png or .svg")
    _add_leave_out(bulk)
    _add_lang(bulk)
    bulk.set_defaults(run=commands.run_bulk, action="judge")

    sample = choices.add_parser("sample", help="make up orders, to try things out")
    sample.add_argument("orders", metavar="N", type=_count, help="how many")
    sample.add_argument("file", metavar="FILE", help="the file to write, .parquet or .csv")
    sample.add_argument("--policy", metavar="POLICY", required=True, help=commands.POLICY_NAMES)
    sample.add_argument(
        "--seed", type=int, default=0, help="other seed, other orders (default: 0)"
    )
    _add_at(sample, "2026-04-01T12:00:00+09:00")
    sample.set_defaults(run=commands.run_bulk, action="sample")

    sql = choices.add_parser("sql", help="print the rules of a policy as a SQL statement")
    _add_policy(sql)
    sql.add_argument("--dialect", choices=DIALECTS, required=True)
    sql.add_argument("--table", metavar="NAME", default="orders", help="default: orders")
    _add_at(sql, "now")
    _add_leave_out(sql)
    sql.set_defaults(run=commands.run_bulk, action="sql")


def _add_at(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--at",
        metavar="TIME",
        type=_moment,
        help=f"the moment, with its zone (default: {default})",
    )


def _add_leave_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--leave-out",
        action="store_true",
        help="leave out rules that need what no column holds; what depends on them is undecided",
    )


def _moment(text: str) -> datetime:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is not None:
            return moment
    expected = "a time with its zone, such as 2026-04-01T12:00:00+09:00"
    raise argparse.ArgumentTypeError(f"is {text or 'empty'}; expected {expected}")


def _add_policy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policy", metavar="POLICY", help=commands.POLICY_NAMES)


def _add_policies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--policy",
        metavar="MODULE:ATTRIBUTE",
        action="append",
        default=[],
        help="a policy of your own, beside the built-in ones or instead of one with its name; "
        "may be repeated",
    )


def _add_format(parser: argparse.ArgumentParser, first: str) -> None:
    parser.add_argument("--format", choices=(first, "json"), default=first)


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"is {text or 'empty'}; expected a whole number from 1 on")


def _add_lang(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=("ja", "en"), default="ja", help="default: ja")
