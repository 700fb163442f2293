"""Runs every mutant of both built-in policies, and tells which are killed, and by what.

``python tests/mutation/run.py [--only TEXT] [--json FILE]``. Exit status 1 where one survives.

A mutant is killed where it can't be built, where it answers some combination of facts otherwise
than the reference oracle of its document, where `verify` finds a fault in it, or where a test of
the clauses, of whole cases or of scenarios fails with it in the place of the policy. The pages
made from the policies count for nothing here: they would tell every mutant from the original.

A mutant that differs in what it decides, and answers alike in every case that can be reached, is
the same policy written otherwise, and no mutant.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

import attrs  # noqa: E402 - the tests are found by the path above
import pytest  # noqa: E402

from mutation.words import worded  # noqa: E402
from oracle import conect as conect_oracle  # noqa: E402
from oracle import qoo10 as qoo10_oracle  # noqa: E402
from ordercancel import policies  # noqa: E402
from ordercancel.domain.commands import JUDGED  # noqa: E402
from ordercancel.domain.errors import OrderCancelError  # noqa: E402
from ordercancel.policies import CONECT, QOO10  # noqa: E402
from ordercancel.policy import Policy  # noqa: E402
from ordercancel.verification import verify  # noqa: E402
from ordercancel.verification.enumeration import FactValues, Space  # noqa: E402
from ordercancel.verification.mutants import mutants  # noqa: E402
from ordercancel.verification.witnesses import witnesses  # noqa: E402

POLICIES = {policy.name: policy for policy in (CONECT, QOO10)}
ORACLES: dict[str, Any] = {"conect": conect_oracle, "qoo10": qoo10_oracle}
CLAUSES = {
    name: tuple(f"tests/clauses/test_{part}.py" for part in (name, "frames", "texts", "documents"))
    for name in POLICIES
}
WHOLE = {
    # The readings of other switches are policies of their own, and no mutants.
    name: ("tests/oracle/test_oracle.py", "-k", f"{name} and not approve")
    for name in POLICIES
}
DECIDING = ("rule", "lifecycle", "policy", "channels", "deadline")
"""What a change of may make a difference to the oracle of whole cases."""
FOUND: list[Planted] = []
KILLERS: Counter[tuple[str, str]] = Counter()
"""How many mutants each test has killed, by what was changed in them: those are run first."""
SURVIVES = "survives"
SAME = "the same policy written otherwise"


@attrs.frozen
class Planted:
    """A policy with one thing changed. Building it may already fail, which kills it, too.

    `field` is what sort of thing was changed; `decides` whether it is more than a word.
    """

    name: str
    field: str
    build: Callable[[], Policy] = attrs.field(repr=False)
    decides: bool


def planted(policy: Policy) -> Iterator[Planted]:
    """Every mutant of `policy`: in what it decides, and in its words."""
    for mutant in mutants(policy):
        yield Planted(f"{policy.name}: {mutant.text('en')}", mutant.part, mutant.build, True)
    seen: Counter[str] = Counter()
    for change, fields in worded(policy):
        seen[change] += 1
        name = f"{policy.name}: {change}{f' #{seen[change]}' if seen[change] > 1 else ''}"
        yield Planted(name, change.split()[0], partial(attrs.evolve, policy, **fields), False)


def combinations(policy: Policy) -> Iterator[tuple[Any, FactValues]]:
    """Every combination of facts that the mutant or its original asks for, with the command."""
    original = POLICIES[policy.name]
    for kind in JUDGED:
        for facts in Space.of(original, kind, policy).combinations():
            yield kind, facts


def shown(fates: Iterable[str], count: int) -> Iterator[str]:
    """The fates as they come, with a sign of life on a terminal."""
    for number, each in enumerate(fates, 1):
        if number % 50 == 0:
            print(f"{number} of {count}", file=sys.stderr)
        yield each


def fate_of(number: int) -> str:
    """The fate of the mutant with this number."""
    return fate(FOUND[number])


def fate(mutant: Planted) -> str:
    """What kills the mutant, or that it survives."""
    try:
        policy = mutant.build()
    except OrderCancelError:
        return "construction"
    field = mutant.field
    if field == "rule" and contradicted(policy):
        return "oracle"
    if fails(policy, CLAUSES[policy.name], field):
        return "tests"
    if not verify(policy).ok:
        return "verify"
    if field in DECIDING and fails(policy, WHOLE[policy.name], field):
        return "oracle"
    return SAME if mutant.decides and is_same(policy) else SURVIVES


def contradicted(policy: Policy) -> bool:
    """Whether the oracle answers some combination of facts otherwise."""
    answer = ORACLES[policy.name].answer
    return any(
        (str(decision.verdict), frozenset(decision.codes)) != answer(kind.__name__, facts)
        for kind, facts in combinations(policy)
        for decision in [policy.judge(kind, facts)]
    )


def is_same(policy: Policy) -> bool:
    """Whether it answers as the policy that it was made from does, in every case."""
    original = POLICIES[policy.name]
    found = witnesses(original, {policy.name: policy}, lambda *_: True, most_cases=100_000)
    return bool(found.same)


class LikeliestFirst:
    """Runs those tests first that have killed such mutants before, and notes which one fails."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.killer = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: -KILLERS[self.field, item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.killer = report.nodeid


def collect() -> None:
    """Import all that the tests import, once for all mutants, but the tests themselves.

    Those look at the policy as they are imported, and so each mutant imports them anew.
    """
    before = set(sys.modules)
    every = dict.fromkeys(place for places in CLAUSES.values() for place in places)
    run_tests(("--collect-only", *every, "tests/oracle"))
    for name in sys.modules.keys() - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file is not None and Path(file).is_relative_to(TESTS):
            del sys.modules[name]
    gc.freeze()


def fails(policy: Policy, tests: tuple[str, ...], field: str) -> bool:
    """Whether a test of `tests` fails with `policy` in its place; tried in a process apart."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            put_in_place(policy)
            order = LikeliestFirst(field)
            status = run_tests(tests, order)
            os.write(writes, f"{status} {order.killer}".encode())
        os._exit(0)
    os.close(writes)
    with open(reads, encoding="utf-8") as pipe:  # noqa: PTH123 - no path, but a pipe
        status, _, killer = pipe.read().partition(" ")
    os.waitpid(child, 0)
    KILLERS[field, killer] += bool(killer)
    return status != "0"


def run_tests(arguments: Iterable[str], *plugins: object) -> int:
    """The exit status of pytest, which ends at the first failure and explains nothing."""
    options = ["-x", "-q", "--tb=no", "--assert=plain", "-o", "addopts=--import-mode=importlib"]
    left_out = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"]
    os.chdir(TESTS.parent)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main([*options, *left_out, *arguments], plugins))


def put_in_place(policy: Policy) -> None:
    """Let whoever imports the policy, or makes it as it is, get this one."""
    constant = policy.name.upper()
    make = getattr(policies, policy.name)

    def made(**changes: Any) -> Policy:
        return make(**changes) if changes else policy

    for module in (policies, sys.modules[f"ordercancel.policies.{policy.name}"]):
        setattr(module, constant, policy)
        setattr(module, policy.name, made)


def main() -> int:
    """Run them; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="the mutants whose name has this text in it")
    parser.add_argument("--json", metavar="FILE", help="write the fate of each there")
    parser.add_argument("--processes", type=int, help="at a time; default: one a processor")
    chosen = parser.parse_args()
    found = [
        mutant
        for policy in POLICIES.values()
        for mutant in planted(policy)
        if chosen.only in mutant.name
    ]
    collect()
    for name in sorted({each.name.split(": ")[0] for each in found}):
        if fails(POLICIES[name], CLAUSES[name], ""):
            print(f"{name}: the tests fail with the policy itself, so they kill no mutant")
            return 1
    FOUND.extend(found)  # the workers are forked, and find the mutants there
    with multiprocessing.get_context("fork").Pool(chosen.processes) as pool:
        fate_list = list(shown(pool.imap(fate_of, range(len(found)), 4), len(found)))
    fates = dict(zip((each.name for each in found), fate_list, strict=True))
    if chosen.json:
        text = json.dumps(fates, ensure_ascii=False, indent=1)
        Path(chosen.json).write_text(text, encoding="utf-8")
    for name in POLICIES:
        counted = Counter(how for mutant, how in fates.items() if mutant.startswith(f"{name}: "))
        same, survivors = counted.pop(SAME, 0), counted.pop(SURVIVES, 0)
        killed = counted.total()
        hows = ", ".join(f"{how} {count}" for how, count in counted.most_common())
        print(f"{name}: killed {killed} / {killed + survivors} ({hows}); {SAME}: {same}")
    surviving = [mutant for mutant, how in fates.items() if how == SURVIVES]
    for mutant in surviving:
        print(f"survives: {mutant}")
    return 1 if surviving else 0


if __name__ == "__main__":
    sys.exit(main())
