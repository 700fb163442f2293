"""The commands of ``ordercancel``, each of which gives the exit status."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ordercancel.cli.drawing import draw
from ordercancel.cli.lookup import (
    attribute,
    check_language,
    language,
    language_of_both,
    loaded,
    needs,
    of_environment,
    one_policy,
    policies_of,
    stop,
    with_built_in,
)
from ordercancel.cli.progress import busy
from ordercancel.cli.quote import answers
from ordercancel.domain.errors import TooLarge
from ordercancel.domain.texts import Lang, Text
from ordercancel.explain import (
    Explanation,
    diff,
    html_page,
    markdown_page,
    pictures,
    policy_data,
    report_page,
)
from ordercancel.policies import QOO10
from ordercancel.policy.policy import Policy
from ordercancel.verification import Invariant, Report, verify
from ordercancel.verification.coverage import coverage, watching
from ordercancel.verification.covering import covering

if TYPE_CHECKING:
    from ordercancel.cli.replay import Replay, Why
    from ordercancel.service.ports import Store
    from ordercancel.stores.sql import SqlStore
    from ordercancel.verification.coverage_report import Coverage
    from ordercancel.verification.mutation_report import MutationReport


def run_demo(chosen: argparse.Namespace) -> int:
    """Walk through both documents in a new database, and print what happens."""
    demo = loaded("ordercancel.cli.demo", "cli")
    where = chosen.db or str(Path(tempfile.mkdtemp(prefix="ordercancel-")) / "demo.db")
    if chosen.db and Path(where).exists():
        stop(f"{where} exists; the demo needs a file of its own")
    store = _sql_store(where, is_file=True)
    lang = language(chosen.lang, QOO10)
    if chosen.format == "json":
        for step in demo.tell_programs(store, lang):
            print(json.dumps(step, ensure_ascii=False))
        store.close()
        return 0
    for line in demo.tell(store, lang):
        print(line)
    store.close()
    reopened = _sql_store(where, is_file=True)
    print(_READ_BACK.fill(lang, {"file": where}))
    for line in demo.recall(reopened, "A-1"):
        print(line)
    reopened.close()
    for line in demo.next_steps(where, lang):
        print(line)
    return 0


def run_replay(chosen: argparse.Namespace) -> int:
    """Answer each line of a scenario; 1 where one is malformed."""
    store = None if chosen.db is None else _sql_store(chosen.db)
    replay = _replay(chosen, store)
    try:
        with _opened(chosen.file) as lines:
            for answer in replay.read(lines):
                print(json.dumps(answer, ensure_ascii=False), flush=True)
    finally:
        if store is not None:
            store.close()
    return 1 if replay.malformed else 0


def run_explain(chosen: argparse.Namespace) -> int:
    """Explain the answer to each line of a scenario; 1 where a line is malformed."""
    happened: list[Why] = []
    replay = _replay(chosen, observe=happened.append)
    count = 0
    with _opened(chosen.file) as lines:
        for answer in replay.read(lines):
            line, causes = answer["line"], happened.copy()
            happened.clear()
            if chosen.line not in (None, line):
                continue
            count += len(causes)
            for policy, explain in causes:
                _print_explained(line, explain(language(chosen.lang, policy)), chosen)
            if not answer["ok"] and not causes:
                said = {"line": str(line), "message": answer["message"]}
                print(_FAILED.fill(chosen.lang or "en", said), file=sys.stderr)
    if chosen.line is not None and not count:
        stop(_NOT_EXPLAINED.fill(chosen.lang or of_environment(), {"line": str(chosen.line)}))
    return 1 if replay.malformed else 0


_READ_BACK = Text(
    "注文 A-1 の履歴（{file} から読み直したもの）：",
    "The history of order A-1, read back from {file}:",
)

_FAILED = Text("ordercancel: {line}行目：{message}", "ordercancel: line {line}: {message}")

_NOT_EXPLAINED = Text(
    "{line}行目には、説明できる判断がありません。操作、注文情報の更新、または期限が到来した"
    "tickの行を指定してください。",
    "line {line} has nothing to explain; expected a command, an update, or a tick at which a "
    "deadline fires",
)


def _print_explained(line: int, explanation: Explanation, chosen: argparse.Namespace) -> None:
    if chosen.format == "json":
        print(json.dumps({"line": line, **explanation.as_dict()}, ensure_ascii=False))
    else:
        print(f"[{line}] {explanation}\n")


def _replay(
    chosen: argparse.Namespace,
    store: Store | None = None,
    observe: Callable[[Why], None] | None = None,
) -> Replay:
    run: type[Replay] = loaded("ordercancel.cli.replay", "cli").Replay
    policies = with_built_in(chosen.policy)
    check_language(chosen.lang, policies)
    return run(policies, store, chosen.lang, observe=observe)


def _opened(file: str | None) -> BinaryIO:
    return sys.stdin.buffer if file in (None, "-") else Path(str(file)).open("rb")


def run_quote(chosen: argparse.Namespace) -> int:
    """Print what each step of the orders of a file gives back; 1 where one can't be read."""
    malformed = False
    with _opened(chosen.file) as file:
        for answer in answers(file.read().decode("utf-8-sig", "replace")):
            malformed = malformed or answer["step"] == 0
            print(json.dumps(answer, ensure_ascii=False))
    return 1 if malformed else 0


def run_rules(chosen: argparse.Namespace) -> int:
    """Print the rules of a policy."""
    if chosen.format == "json":
        _print_json(policy_data(policy) for policy in policies_of(chosen.policy))
    else:
        print("\n".join(markdown_page(*each) for each in _worded(chosen)), end="")
    return 0


def run_page(chosen: argparse.Namespace) -> int:
    """Write the page of a policy as one file of HTML."""
    policy = one_policy(chosen.policy)
    page = html_page(policy, language(chosen.lang, policy), draw, report=chosen.report)
    _write(page, chosen.output)
    return 0


def run_verify(chosen: argparse.Namespace) -> int:
    """Check a policy in every case that can be reached; 1 where not all of it is proved."""
    invariants = () if chosen.invariants is None else _invariants(chosen.invariants)
    names = ("sample", "seed", "most_combinations", "most_cases", "by", "most_steps")
    limits = {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}
    if chosen.format == "html":
        one_policy(chosen.policy)  # a page is of one
    reports: list[Report] = []
    texts = []
    for policy, lang in _worded(chosen):
        try:
            with busy(f"verify {policy.name} {policy.edition}") as watch:
                report = verify(policy, invariants=invariants, watch=watch, **limits)
        except TooLarge as error:
            stop(f"{error}: --sample N, or more by --most-combinations N and --most-cases N")
        except ImportError as error:
            stop(needs("prove", error))
        reports.append(report)
        texts.append(report_page(report, lang) if chosen.format == "html" else report.text(lang))
    if chosen.format == "json":
        texts = [_json(report.as_dict() for report in reports)]
    _write("".join(texts), chosen.output)
    if chosen.scenarios is not None:
        faults = (fault for report in reports for fault in report.faults)
        _write_scenarios(chosen.scenarios, ((fault.kind, fault.jsonl) for fault in faults))
    return 0 if all(each.ok and (each.sampled or each.is_proved) for each in reports) else 1


def run_coverage(chosen: argparse.Namespace) -> int:
    """Show what scenarios leave untested of a policy; 1 where it is more than they may."""
    files = loaded("ordercancel.cli.scenario_files", "cli")
    policies = policies_of(chosen.policy)
    with watching(*policies) as shown:
        files.run_files(policies, chosen.scenario)
    return _measured(
        chosen,
        "coverage",
        lambda policy: coverage(policy, shown[policy], most_cases=chosen.most_cases),
        lacking="gap",
    )


def run_mutants(chosen: argparse.Namespace) -> int:
    """Show which changes of a policy scenarios overlook; 1 where it is more than they may."""
    files = loaded("ordercancel.cli.scenario_files", "cli")
    policies = policies_of(chosen.policy)
    runs = files.run_files(policies, chosen.scenario)
    return _measured(
        chosen,
        "mutants",
        lambda policy: files.mutation(policy, policies, runs, most_cases=chosen.most_cases),
        lacking="mutant",
    )


def _measured(
    chosen: argparse.Namespace,
    what: str,
    report_of: Callable[[Policy], Coverage | MutationReport],
    *,
    lacking: str,
) -> int:
    """Report how much of each policy scenarios show; 1 where it is less than they must.

    Args:
        chosen: The arguments.
        what: What is being done.
        report_of: Gives the report on a policy.
        lacking: What a scenario that is written would show, in the names of files.
    """
    reports = []
    for policy, lang in _worded(chosen):
        with busy(f"{what} {policy.name} {policy.edition}"):
            report = report_of(policy)
        reports.append(report)
        if chosen.format != "json":
            print(report.text(lang), end="")
    if chosen.format == "json":
        _print_json(report.as_dict() for report in reports)
    if chosen.scenarios is not None:
        written = (f"{lines}\n" for report in reports for lines in report.scenarios)
        _write_scenarios(chosen.scenarios, ((lacking, text) for text in written))
    return 0 if all(report.percent >= chosen.fail_under for report in reports) else 1


def run_scenarios(chosen: argparse.Namespace) -> int:
    """Write scenarios that show all of a policy, with its answers; 1 where some may be missing."""
    policy = one_policy(chosen.policy)
    check_language(chosen.lang, (policy,))
    lang = chosen.lang or policy.languages[0]
    page = loaded("ordercancel.cli.scenarios", "cli")
    with busy(f"scenarios {policy.name} {policy.edition}"):
        found = covering(policy, most_cases=chosen.most_cases)
    as_json = [page.as_dict(found, lang)] if chosen.format == "json" else None
    _write(page.as_text(found, lang) if as_json is None else _json(as_json), chosen.output)
    return 1 if page.not_found(found) else 0


def _write_scenarios(where: str, scenarios: Iterable[tuple[str, str]]) -> None:
    """Write scenarios to a folder, each to a file with its number and what it is of."""
    folder = Path(where)
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, text) in enumerate(scenarios, 1):
        (folder / f"{number:02}-{name}.jsonl").write_text(text, encoding="utf-8")


def run_diff(chosen: argparse.Namespace) -> int:
    """Print what two policies answer differently; 1 where they differ."""
    if chosen.by == "solver":
        loaded("z3", "prove")
    with busy(f"diff {chosen.before} {chosen.after}"):
        found = [diff(*pair, by=chosen.by) for pair in _pairs(chosen.before, chosen.after)]
    if chosen.format == "json":
        _print_json(each.as_dict() for each in found)
    else:
        texts = (
            each.text(language_of_both(chosen.lang, each.before, each.after)) for each in found
        )
        print("\n".join(texts), end="")
    if chosen.scenarios is not None:
        changes = (change for each in found for change in each.changes if change.scenario)
        _write_scenarios(chosen.scenarios, ((each.difference, each.jsonl) for each in changes))
    return 0 if all(each.same for each in found) else 1


def _pairs(before: str, after: str) -> Iterator[tuple[Policy, Policy]]:
    """The policies to compare: of two books the latest editions that both have by one name."""
    one, other = policies_of(before), policies_of(after)
    if len(one) == len(other) == 1:
        yield one[0], other[0]
        return
    latest = [_latest(policies) for policies in (one, other)]
    if latest[0].keys() != latest[1].keys():
        names = (", ".join(policies) for policies in latest)
        stop(f"the books have other policies: {' against '.join(names)}; expected the same names")
    yield from ((policy, latest[1][name]) for name, policy in latest[0].items())


def _latest(policies: Iterable[Policy]) -> dict[str, Policy]:
    return {each.name: each for each in sorted(policies, key=lambda each: each.holds_from)}


def run_diagram(chosen: argparse.Namespace) -> int:
    """Print the picture of an order, or of a request, as SVG or DOT."""
    for policy, lang in _worded(chosen):
        charts = pictures(policy, lang)
        if chosen.request and len(charts) < 2:
            stop(f"{policy.name} has no requests to draw")
        chart = charts[chosen.request]
        print(chart.dot if chosen.format == "dot" else draw(chart), end="")
    return 0


def run_database(chosen: argparse.Namespace) -> int:
    """Run an action on a database; see `ordercancel.cli.database`, and `retention` beside it."""
    module = "retention" if chosen.action in ("erase", "purge") else "database"
    action = getattr(loaded(f"ordercancel.cli.{module}", "sql"), chosen.action)
    status: int = action(chosen)
    return status


def run_bulk(chosen: argparse.Namespace) -> int:
    """Run an action about many orders; see `ordercancel.cli.bulk`, which needs extras."""
    if getattr(chosen, "against", None) is not None:
        chosen.against = one_policy(chosen.against)
    chosen.policy_name = chosen.policy
    chosen.policy = one_policy(chosen.policy)
    if "lang" in chosen:
        chosen.lang = language(chosen.lang, chosen.policy)
    try:
        bulk = importlib.import_module("ordercancel.cli.bulk")
        if getattr(chosen, "plot", None) is not None:
            importlib.import_module("ordercancel.bulk.plot")
        # An engine may load what it needs when it is asked for rows.
        status: int = getattr(bulk, chosen.action)(chosen)
    except ImportError as error:
        stop(needs("plot" if "matplotlib" in str(error) else "bulk", error))
    return status


def _worded(chosen: argparse.Namespace) -> list[tuple[Policy, Lang]]:
    """The policies that are meant, each with the language that people read it in."""
    policies = policies_of(chosen.policy)
    return [(policy, language(chosen.lang, policy)) for policy in policies]


def _print_json(values: Iterable[Any]) -> None:
    print(_json(values), end="")


def _json(values: Iterable[Any]) -> str:
    """One value as it is, and several as a list."""
    several = list(values)
    value = several[0] if len(several) == 1 else several
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _write(text: str, output: str) -> None:
    """Write to the file that is meant; ``-`` is standard output."""
    if output == "-":
        print(text, end="")
    else:
        Path(output).write_text(text, encoding="utf-8")


def _invariants(name: str) -> tuple[Invariant, ...]:
    invariants = attribute(name)
    if not isinstance(invariants, list | tuple) or not all(
        isinstance(invariant, Invariant) for invariant in invariants
    ):
        stop(f"{name!r} is a {type(invariants).__name__}; expected a list of Invariant")
    return tuple(invariants)


def _sql_store(where: str, *, is_file: bool = False) -> SqlStore:
    """The store at a URL, or on a file, whose name may have any characters."""
    sql = loaded("ordercancel.stores.sql", "sql")
    url = loaded("sqlalchemy", "sql").URL.create("sqlite", database=where) if is_file else where
    store: SqlStore = sql.SqlStore(url)
    return store
