"""The arguments of ``ordercancel``, and which command they call."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ordercancel.domain.errors import OrderCancelError, TooLarge
from ordercancel.explain.comparison import diff
from ordercancel.explain.explain import explain
from ordercancel.explain.export import policy_data
from ordercancel.explain.pages import order_diagram, request_diagram, rule_table
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy.policy import Policy
from ordercancel.verification import verify
from ordercancel.verification.invariants import Invariant

if TYPE_CHECKING:
    from ordercancel.engine.decision import Decision
    from ordercancel.explain.explanation import Explanation
    from ordercancel.stores.sql import SqlStore

__all__ = ["main"]

BUILT_IN = {policy.name: policy for policy in (CONECT, QOO10)}
DIALECTS = ("postgresql", "sqlite", "duckdb", "spark")
_DATABASE = "such as sqlite:///shop.db or postgresql://user@host/shop"
_NAMED = f"one of: {', '.join(BUILT_IN)}; or MODULE:ATTRIBUTE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``ordercancel`` with `arguments`; give its exit status.

    0: it was done. 1: it was done, and what was looked for was found: a malformed line of a
    scenario, a fault of a policy, a difference of two. 2: it could not be started.
    """
    _write_utf8()
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except BrokenPipeError:
        # Whoever read our output has had enough, as `head` does.
        sys.stderr.close()
        return 0
    except (OrderCancelError, OSError) as error:
        print(f"ordercancel: {error}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ordercancel", description="The rules of cancelling an order."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="tell the walks of both documents")
    demo.add_argument("--db", metavar="FILE", help="the SQLite file to make (default: a new one)")
    demo.set_defaults(run=_demo)

    replay = commands.add_parser("replay", help="run a scenario and answer line by line")
    replay.add_argument("file", metavar="FILE", nargs="?", help="default: standard input")
    replay.add_argument("--db", metavar="URL", default="sqlite://", help="default: in memory")
    _add_policies(replay)
    _add_lang(replay)
    replay.set_defaults(run=_replay)

    explain = commands.add_parser(
        "explain", help="run a scenario and say of each command why it was answered so"
    )
    explain.add_argument("file", metavar="FILE", nargs="?", help="default: standard input")
    explain.add_argument("--line", type=int, help="explain this line alone")
    _add_policies(explain)
    _add_lang(explain)
    _add_format(explain, "text")
    explain.set_defaults(run=_explain)

    rules = commands.add_parser("rules", help="print the rules of a policy")
    _add_policy(rules)
    _add_lang(rules)
    _add_format(rules, "markdown")
    rules.set_defaults(run=_rules)

    check = commands.add_parser(
        "verify", help="try a policy in every way that its rules can tell apart"
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
    check.add_argument("--seed", type=int, default=0, help="of the sample (default: 0)")
    check.add_argument(
        "--scenarios", metavar="FOLDER", help="write the scenario of each fault there"
    )
    _add_lang(check)
    _add_format(check, "text")
    check.set_defaults(run=_verify)

    diff = commands.add_parser("diff", help="what two editions answer differently")
    diff.add_argument("before", metavar="POLICY_A", help=_NAMED)
    diff.add_argument("after", metavar="POLICY_B", help=_NAMED)
    _add_lang(diff)
    _add_format(diff, "text")
    diff.set_defaults(run=_diff)

    diagram = commands.add_parser(
        "diagram", help="print the chart of a policy's orders as Mermaid"
    )
    _add_policy(diagram)
    diagram.add_argument(
        "--request", action="store_true", help="the chart of a request, which all policies share"
    )
    _add_lang(diagram)
    diagram.set_defaults(run=_diagram)

    tables = commands.add_parser("db", help="make, check and upgrade the tables of a database")
    actions = tables.add_subparsers(required=True, metavar="ACTION")
    for name, told in (
        ("create", "make the tables that are missing"),
        ("check", "say what the tables lack; 1 where they lack anything"),
        ("upgrade", "bring the tables of an earlier release up to date"),
    ):
        action = actions.add_parser(name, help=told)
        action.add_argument("url", metavar="URL", help=_DATABASE)
        action.set_defaults(run=_database, action=name)

    outbox = commands.add_parser("outbox", help="messages that could not be delivered")
    actions = outbox.add_subparsers(required=True, metavar="ACTION")
    dead = actions.add_parser("list", help="what waits, and which messages are dead")
    dead.add_argument("--db", metavar="URL", required=True, help=_DATABASE)
    _add_format(dead, "text")
    dead.set_defaults(run=_database, action="list_dead")
    retry = actions.add_parser("retry", help="put dead messages back")
    retry.add_argument("--db", metavar="URL", required=True, help=_DATABASE)
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument("ids", metavar="ID", nargs="*", default=[], help="ids, as listed")
    which.add_argument("--all", action="store_true", help="all of them")
    retry.set_defaults(run=_database, action="retry")
    _add_bulk(commands)
    return parser


def _add_bulk(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bulk = commands.add_parser("bulk", help="judge all orders of a file")
    bulk.add_argument("file", metavar="FILE", help="the orders, as .parquet or .csv")
    bulk.add_argument("--policy", metavar="POLICY", required=True, help=_NAMED)
    bulk.add_argument(
        "--against",
        metavar="POLICY",
        help="another one, such as the next edition: what it answers differently",
    )
    _add_at(bulk, "now")
    bulk.add_argument("--group-by", metavar="COLUMN", help="such as seller or status")
    bulk.add_argument("--format", choices=("table", "json", "parquet"), default="table")
    bulk.add_argument(
        "--output",
        metavar="FILE",
        help="where to write it; the orders with their answers, if the format is parquet",
    )
    bulk.add_argument("--plot", metavar="FILE", help="draw the shares by status, as .png or .svg")
    _add_leave_out(bulk)
    _add_lang(bulk)
    bulk.set_defaults(run=_bulk, action="judge")

    sample = commands.add_parser("sample", help="make up orders, to try things out")
    sample.add_argument("orders", metavar="N", type=_count, help="how many")
    sample.add_argument("file", metavar="FILE", help="where to: .parquet or .csv")
    sample.add_argument("--policy", metavar="POLICY", required=True, help=_NAMED)
    sample.add_argument("--seed", type=int, default=0, help="another one: others (default: 0)")
    _add_at(sample, "2026-04-01T12:00:00+09:00")
    sample.set_defaults(run=_bulk, action="sample")

    sql = commands.add_parser("sql", help="print the rules of a policy as a SQL statement")
    _add_policy(sql)
    sql.add_argument("--dialect", choices=DIALECTS, required=True)
    sql.add_argument("--table", metavar="NAME", default="orders", help="default: orders")
    _add_at(sql, "now")
    _add_leave_out(sql)
    sql.set_defaults(run=_bulk, action="sql")


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
        help="leave out rules that no column tells, and what hangs on them undecided",
    )


def _moment(text: str) -> datetime:
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if found.utcoffset() is not None:
            return found
    expected = "a time with its zone, such as 2026-04-01T12:00:00+09:00"
    raise argparse.ArgumentTypeError(f"is {text or 'empty'}; expected {expected}")


def _add_policy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("policy", metavar="POLICY", help=_NAMED)


def _add_policies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--policy",
        metavar="MODULE:ATTRIBUTE",
        action="append",
        default=[],
        help="a policy of your own, beside the built-in ones or in place of one with its name; "
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


def _demo(chosen: argparse.Namespace) -> int:
    from ordercancel.cli.demo import recall, tell

    where = chosen.db or str(Path(tempfile.mkdtemp(prefix="ordercancel-")) / "demo.db")
    if chosen.db and Path(where).exists():
        _stop(f"{where} exists; the demo needs a file of its own")
    store = _sql_store(where, is_file=True)
    for line in tell(store):
        print(line)
    store.close()
    reopened = _sql_store(where, is_file=True)
    print(f"The history of order A-1, read back from {where}:")
    for line in recall(reopened, "A-1"):
        print(line)
    reopened.close()
    return 0


def _replay(chosen: argparse.Namespace) -> int:
    from ordercancel.cli.replay import Replay

    policies = _policies(chosen.policy)
    store = _sql_store(chosen.db)
    replay = Replay(policies, store, chosen.lang)
    try:
        with Path(chosen.file).open("rb") if chosen.file else sys.stdin.buffer as lines:
            for answer in replay.read(lines):
                print(json.dumps(answer, ensure_ascii=False), flush=True)
    finally:
        store.close()
    return 1 if replay.malformed else 0


def _explain(chosen: argparse.Namespace) -> int:
    from ordercancel.cli.replay import Replay
    from ordercancel.stores.memory import MemoryStore

    decisions: list[Decision] = []
    replay = Replay(_policies(chosen.policy), MemoryStore(), chosen.lang, observe=decisions.append)
    explained = 0
    with Path(chosen.file).open("rb") if chosen.file else sys.stdin.buffer as lines:
        for answer in replay.read(lines):
            line = answer["line"]
            decision = decisions.pop() if decisions else None
            if chosen.line not in (None, line):
                continue
            if decision is not None and answer.get("error") in (None, "refused"):
                explained += 1
                _print_explanation(line, explain(decision, chosen.lang), chosen)
            elif not answer["ok"]:
                print(f"ordercancel: line {line}: {answer['message']}", file=sys.stderr)
    if chosen.line is not None and not explained:
        _stop(f"line {chosen.line} is no command that was judged; expected the line of one")
    return 1 if replay.malformed else 0


def _print_explanation(line: int, told: Explanation, chosen: argparse.Namespace) -> None:
    if chosen.format == "json":
        print(json.dumps({"line": line, **told.as_dict()}, ensure_ascii=False))
    else:
        print(f"[{line}] {told}\n")


def _rules(chosen: argparse.Namespace) -> int:
    policy = _policy(chosen.policy)
    if chosen.format == "json":
        print(json.dumps(policy_data(policy), ensure_ascii=False, indent=2))
    else:
        print(rule_table(policy, chosen.lang), end="")
    return 0


def _verify(chosen: argparse.Namespace) -> int:
    policy = _policy(chosen.policy)
    invariants = () if chosen.invariants is None else _invariants(chosen.invariants)
    try:
        report = verify(policy, invariants=invariants, sample=chosen.sample, seed=chosen.seed)
    except TooLarge as error:
        _stop(f"{error}: --sample N")
    if chosen.format == "json":
        print(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        print(report.text(chosen.lang), end="")
    if chosen.scenarios is not None:
        folder = Path(chosen.scenarios)
        folder.mkdir(parents=True, exist_ok=True)
        for number, fault in enumerate(report.faults, 1):
            path = folder / f"{number:02}-{fault.kind}.jsonl"
            path.write_text(fault.jsonl, encoding="utf-8")
    return 0 if report.ok else 1


def _diff(chosen: argparse.Namespace) -> int:
    told = diff(_policy(chosen.before), _policy(chosen.after))
    if chosen.format == "json":
        print(json.dumps(told.as_dict(), ensure_ascii=False, indent=2))
    else:
        print(told.text(chosen.lang), end="")
    return 0 if told.same else 1


def _diagram(chosen: argparse.Namespace) -> int:
    policy = _policy(chosen.policy)
    text = request_diagram(chosen.lang) if chosen.request else order_diagram(policy, chosen.lang)
    print(text, end="")
    return 0


def _database(chosen: argparse.Namespace) -> int:
    try:
        from ordercancel.cli import database
    except ImportError as error:
        _stop(_no_sql(error))
    status: int = getattr(database, chosen.action)(chosen)
    return status


def _bulk(chosen: argparse.Namespace) -> int:
    chosen.policy_name = chosen.policy
    chosen.policy = _policy(chosen.policy)
    if chosen.action == "judge":
        chosen.against = None if chosen.against is None else _policy(chosen.against)
    try:
        from ordercancel.cli import bulk

        if getattr(chosen, "plot", None) is not None:
            importlib.import_module("ordercancel.bulk.plot")
        # An engine may load what it needs when it is asked for rows.
        status: int = getattr(bulk, chosen.action)(chosen)
    except ImportError as error:
        extra = "plot" if "matplotlib" in str(error) else "bulk"
        _stop(f"{error}; expected the extra: pip install 'ordercancel[{extra}]'")
    return status


def _policy(name: str) -> Policy:
    """A built-in policy by its name, or another as ``module:ATTRIBUTE``."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    if ":" not in name:
        _stop(f"no policy {name!r}; expected {_NAMED}")
    policy = _attribute(name)
    if not isinstance(policy, Policy):
        _stop(f"{name!r} is a {type(policy).__name__}; expected a Policy")
    return policy


def _policies(names: Sequence[str]) -> list[Policy]:
    """The policies with these names, and the built-in ones whose names they leave free."""
    own = [_policy(name) for name in names]
    taken = {policy.name for policy in own}
    return [*(each for name, each in BUILT_IN.items() if name not in taken), *own]


def _invariants(name: str) -> tuple[Invariant, ...]:
    invariants = _attribute(name)
    if not isinstance(invariants, list | tuple) or not all(
        isinstance(invariant, Invariant) for invariant in invariants
    ):
        _stop(f"{name!r} is a {type(invariants).__name__}; expected a list of Invariant")
    return tuple(invariants)


def _attribute(name: str) -> object:
    """What ``module:ATTRIBUTE`` names; the module may lie in the working directory."""
    module_name, _, attribute = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a user's module may raise anything while it is imported
        _stop(f"cannot import {module_name!r}: {type(error).__name__}: {error}")
    finally:
        sys.path.pop(0)
    if not hasattr(module, attribute):
        _stop(f"{module_name!r} has no {attribute!r}; expected MODULE:ATTRIBUTE")
    return getattr(module, attribute)


def _sql_store(where: str, *, is_file: bool = False) -> SqlStore:
    """The store at a URL, or on a file, whose name may have any characters."""
    try:
        from sqlalchemy import URL

        from ordercancel.stores.sql import SqlStore
    except ImportError as error:
        _stop(_no_sql(error))
    return SqlStore(URL.create("sqlite", database=where) if is_file else where)


def _no_sql(error: ImportError) -> str:
    return f"{error}; expected the extra: pip install 'ordercancel[sql]'"


def _stop(problem: str) -> NoReturn:
    print(f"ordercancel: {problem}", file=sys.stderr)
    raise SystemExit(2)


def _write_utf8() -> None:
    """Write UTF-8 whatever the terminal's locale says: the texts are Japanese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
