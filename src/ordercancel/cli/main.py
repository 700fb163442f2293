"""The arguments of ``ordercancel``, and which command they call."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ordercancel.errors import OrderCancelError
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy.policy import Policy
from ordercancel.render import order_diagram, request_diagram, rule_table

if TYPE_CHECKING:
    from ordercancel.adapters.sql import SqlStore

__all__ = ["main"]

BUILT_IN = {policy.name: policy for policy in (CONECT, QOO10)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``ordercancel`` with `arguments`; give its exit status.

    0: it was done. 1: a scenario had a malformed line. 2: it could not be started.
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
    replay.add_argument(
        "--policy",
        metavar="MODULE:ATTRIBUTE",
        action="append",
        default=[],
        help="a policy of your own, beside the built-in ones; may be repeated",
    )
    _add_lang(replay)
    replay.set_defaults(run=_replay)

    rules = commands.add_parser("rules", help="print the rules of a policy as Markdown")
    _add_policy(rules)
    _add_lang(rules)
    rules.set_defaults(run=_rules)

    diagram = commands.add_parser(
        "diagram", help="print the chart of a policy's orders as Mermaid"
    )
    _add_policy(diagram)
    diagram.add_argument(
        "--request", action="store_true", help="the chart of a request, which all policies share"
    )
    _add_lang(diagram)
    diagram.set_defaults(run=_diagram)
    return parser


def _add_policy(parser: argparse.ArgumentParser) -> None:
    named = f"one of: {', '.join(BUILT_IN)}; or MODULE:ATTRIBUTE"
    parser.add_argument("policy", metavar="POLICY", help=named)


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

    policies = [*BUILT_IN.values(), *(_policy(name) for name in chosen.policy)]
    store = _sql_store(chosen.db)
    replay = Replay(policies, store, chosen.lang)
    try:
        with Path(chosen.file).open("rb") if chosen.file else sys.stdin.buffer as lines:
            for answer in replay.run(lines):
                print(json.dumps(answer, ensure_ascii=False), flush=True)
    finally:
        store.close()
    return 1 if replay.malformed else 0


def _rules(chosen: argparse.Namespace) -> int:
    print(rule_table(_policy(chosen.policy), chosen.lang), end="")
    return 0


def _diagram(chosen: argparse.Namespace) -> int:
    policy = _policy(chosen.policy)
    text = request_diagram(chosen.lang) if chosen.request else order_diagram(policy, chosen.lang)
    print(text, end="")
    return 0


def _policy(name: str) -> Policy:
    """A built-in policy by its name, or another as ``module:ATTRIBUTE``."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    module_name, colon, attribute = name.partition(":")
    if not colon:
        _stop(f"no policy {name!r}; expected one of: {', '.join(BUILT_IN)}; or MODULE:ATTRIBUTE")
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a user's module may raise anything while it is imported
        _stop(f"cannot import {module_name!r}: {type(error).__name__}: {error}")
    finally:
        sys.path.pop(0)
    policy = getattr(module, attribute, None)
    if not isinstance(policy, Policy):
        _stop(f"{name!r} is a {type(policy).__name__}; expected a Policy")
    return policy


def _sql_store(where: str, *, is_file: bool = False) -> SqlStore:
    """The store at a URL, or on a file, whose name may have any characters."""
    try:
        from sqlalchemy import URL

        from ordercancel.adapters.sql import SqlStore
    except ImportError as error:
        _stop(f"{error}; expected the extra: pip install 'ordercancel[sql]'")
    return SqlStore(URL.create("sqlite", database=where) if is_file else where)


def _stop(problem: str) -> NoReturn:
    print(f"ordercancel: {problem}", file=sys.stderr)
    raise SystemExit(2)


def _write_utf8() -> None:
    """Write UTF-8 whatever the terminal's locale says: the texts are Japanese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
