"""The arguments of the commands about many orders, and how these are run."""

from __future__ import annotations

import argparse
import importlib

from ordercancel.cli.lookup import NAMES, language, needs, one_policy, stop
from ordercancel.cli.options import (
    LANG,
    POLICY,
    Choices,
    Option,
    Parser,
    add,
    count,
    format_of,
    moment,
    option,
)

DIALECTS = ("postgresql", "sqlite", "duckdb", "spark")
_POLICY = option("--policy", metavar="POLICY", required=True, help=NAMES)
_LEAVE_OUT = option(
    "--leave-out",
    action="store_true",
    help="leave out rules that need what no column holds; what depends on them is undecided",
)


def add_all(choices: Choices[Parser]) -> None:
    """Add ``bulk``, ``sample`` and ``sql``."""
    add(
        choices,
        run_bulk,
        option(
            "file",
            metavar="FILE",
            help="the orders, as .parquet or .csv; -: a CSV from standard input",
        ),
        _POLICY,
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
        _LEAVE_OUT,
        LANG,
    )
    add(
        choices,
        run_sample,
        option("orders", metavar="N", type=count, help="how many"),
        option("file", metavar="FILE", help="the file to write, .parquet or .csv"),
        _POLICY,
        option("--seed", type=int, default=0, help="other seed, other orders (default: 0)"),
        _at("2026-04-01T12:00:00+09:00"),
        format_of("text"),
    )
    add(
        choices,
        run_sql,
        POLICY,
        option("--dialect", choices=DIALECTS, required=True),
        option("--table", metavar="NAME", default="orders", help="default: orders"),
        _at("now"),
        _LEAVE_OUT,
        format_of("text"),
    )


def run_bulk(chosen: argparse.Namespace) -> int:
    """Judge all orders of a file."""
    chosen.against = None if chosen.against is None else one_policy(chosen.against)
    return _run("judge", chosen)


def run_sample(chosen: argparse.Namespace) -> int:
    """Make up orders, to try things out."""
    return _run("sample", chosen)


def run_sql(chosen: argparse.Namespace) -> int:
    """Print the rules of a policy as a SQL statement."""
    return _run("sql", chosen)


def _run(action: str, chosen: argparse.Namespace) -> int:
    """Run an action of `ordercancel.cli.bulk`, which needs extras."""
    chosen.policy_name = chosen.policy
    chosen.policy = one_policy(chosen.policy)
    if "lang" in chosen:
        chosen.lang = language(chosen.lang, chosen.policy)
    try:
        bulk = importlib.import_module("ordercancel.cli.bulk")
        if getattr(chosen, "plot", None) is not None:
            importlib.import_module("ordercancel.bulk.plot")
        # An engine may load what it needs when it is asked for rows.
        status: int = getattr(bulk, action)(chosen)
    except ImportError as error:
        stop(needs("plot" if "matplotlib" in str(error) else "bulk", error))
    return status


def _at(default: str) -> Option:
    text = f"the moment, with its zone (default: {default})"
    return option("--at", metavar="TIME", type=moment, help=text)
