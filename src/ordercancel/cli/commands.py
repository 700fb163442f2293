"""The commands of ``ordercancel``, each of which gives the exit status."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from ordercancel.domain.errors import TooLarge
from ordercancel.explain.comparison import diff
from ordercancel.explain.explain import explain
from ordercancel.explain.export import policy_data
from ordercancel.explain.pages import order_diagram, request_diagram, rule_table
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy.policy import Policy
from ordercancel.stores.memory import MemoryStore
from ordercancel.verification import verify
from ordercancel.verification.invariants import Invariant

if TYPE_CHECKING:
    from ordercancel.cli.replay import Replay
    from ordercancel.engine.decision import Decision
    from ordercancel.service.ports import Store
    from ordercancel.stores.sql import SqlStore

BUILT_IN = {policy.name: policy for policy in (CONECT, QOO10)}
POLICY_NAMES = f"one of: {', '.join(BUILT_IN)}; or MODULE:ATTRIBUTE"


def run_demo(chosen: argparse.Namespace) -> int:
    """Walk through both documents in a new database, and print what happens."""
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


def run_replay(chosen: argparse.Namespace) -> int:
    """Answer each line of a scenario; 1 where one is malformed."""
    store = _sql_store(chosen.db)
    replay = _replay(chosen, store)
    try:
        with _opened(chosen.file) as lines:
            for answer in replay.read(lines):
                print(json.dumps(answer, ensure_ascii=False), flush=True)
    finally:
        store.close()
    return 1 if replay.malformed else 0


def run_explain(chosen: argparse.Namespace) -> int:
    """Explain the answer to each command of a scenario; 1 where a line is malformed."""
    decisions: list[Decision] = []
    replay = _replay(chosen, MemoryStore(), observe=decisions.append)
    explained = 0
    with _opened(chosen.file) as lines:
        for answer in replay.read(lines):
            line = answer["line"]
            decision = decisions.pop() if decisions else None
            if chosen.line not in (None, line):
                continue
            if decision is not None and answer.get("error") in (None, "refused"):
                explained += 1
                explanation = explain(decision, chosen.lang)
                if chosen.format == "json":
                    as_dict = {"line": line, **explanation.as_dict()}
                    print(json.dumps(as_dict, ensure_ascii=False))
                else:
                    print(f"[{line}] {explanation}\n")
            elif not answer["ok"]:
                print(f"ordercancel: line {line}: {answer['message']}", file=sys.stderr)
    if chosen.line is not None and not explained:
        _stop(f"line {chosen.line} is no command that was judged; expected the line of one")
    return 1 if replay.malformed else 0


def _replay(
    chosen: argparse.Namespace,
    store: Store,
    observe: Callable[[Decision], None] | None = None,
) -> Replay:
    try:
        from ordercancel.cli.replay import Replay
    except ImportError as error:
        _stop(_needs("cli", error))
    return Replay(_policies(chosen.policy), store, chosen.lang, observe=observe)


def _opened(file: str | None) -> BinaryIO:
    return Path(file).open("rb") if file else sys.stdin.buffer


def run_rules(chosen: argparse.Namespace) -> int:
    """Print the rules of a policy."""
    policy = _policy(chosen.policy)
    if chosen.format == "json":
        print(json.dumps(policy_data(policy), ensure_ascii=False, indent=2))
    else:
        print(rule_table(policy, chosen.lang), end="")
    return 0


def run_verify(chosen: argparse.Namespace) -> int:
    """Check a policy in every case that can be reached; 1 where it has faults."""
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


def run_diff(chosen: argparse.Namespace) -> int:
    """Print what two policies answer differently; 1 where they differ."""
    differences = diff(_policy(chosen.before), _policy(chosen.after))
    if chosen.format == "json":
        print(json.dumps(differences.as_dict(), ensure_ascii=False, indent=2))
    else:
        print(differences.text(chosen.lang), end="")
    return 0 if differences.same else 1


def run_diagram(chosen: argparse.Namespace) -> int:
    """Print a chart as Mermaid."""
    policy = _policy(chosen.policy)
    text = request_diagram(chosen.lang) if chosen.request else order_diagram(policy, chosen.lang)
    print(text, end="")
    return 0


def run_database(chosen: argparse.Namespace) -> int:
    """Run an action on a database; see `ordercancel.cli.database`."""
    try:
        from ordercancel.cli import database
    except ImportError as error:
        _stop(_needs("sql", error))
    status: int = getattr(database, chosen.action)(chosen)
    return status


def run_bulk(chosen: argparse.Namespace) -> int:
    """Run an action on many orders; see `ordercancel.cli.bulk`."""
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
        _stop(_needs("plot" if "matplotlib" in str(error) else "bulk", error))
    return status


def _policy(name: str) -> Policy:
    """A built-in policy by its name, or another as ``module:ATTRIBUTE``."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    if ":" not in name:
        _stop(f"no policy {name!r}; expected {POLICY_NAMES}")
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
    """What ``module:ATTRIBUTE`` names; modules in the working directory are found, too."""
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
        _stop(_needs("sql", error))
    return SqlStore(URL.create("sqlite", database=where) if is_file else where)


def _needs(extra: str, error: ImportError) -> str:
    return f"{error}; expected the extra: pip install 'ordercancel[{extra}]'"


def _stop(problem: str) -> NoReturn:
    print(f"ordercancel: {problem}", file=sys.stderr)
    raise SystemExit(2)
