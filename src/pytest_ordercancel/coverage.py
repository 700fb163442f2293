"""What a run of tests shows of policies, whatever services the tests use."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, redirect_stderr
from io import StringIO
from typing import Any

import pytest

from ordercancel.cli.lookup import language, policies_of
from ordercancel.policy.policy import Policy
from ordercancel.verification.coverage import coverage, watching
from ordercancel.verification.coverage_report import Coverage
from ordercancel.verification.goals import goals


class PolicyCoverage:
    """Watches the tests of a session, and reports at its end.

    Workers of pytest-xdist send what they saw to the process that reports.

    Args:
        config: The configuration of the session.
        names: The policies, as ``ordercancel coverage`` takes them.
    """

    def __init__(self, config: pytest.Config, names: Iterable[str]) -> None:
        self.config = config
        self.least: float = config.getoption("ordercancel_fail_under")
        if not 0 <= self.least <= 100:
            problem = f"--ordercancel-fail-under is {self.least:g}; expected 0 to 100"
            raise pytest.UsageError(problem)
        self.policies = tuple(policy for name in names for policy in _named(name))
        self.reports: tuple[Coverage, ...] = ()
        self._watch = ExitStack()

    def pytest_sessionstart(self) -> None:
        """Begin to watch."""
        self.shown = self._watch.enter_context(watching(*self.policies))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker saw."""
        by_policy = getattr(node, "workeroutput", {}).get("ordercancel", ())
        for policy, seen in zip(self.policies, by_policy, strict=False):
            self.shown[policy].update(each for each in goals(policy) if str(each) in seen)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Compare what was seen with all there is; too little fails the session."""
        self._watch.close()
        if hasattr(self.config, "workeroutput"):
            seen = [[str(each) for each in self.shown[policy]] for policy in self.policies]
            self.config.workeroutput["ordercancel"] = seen
            return
        self.reports = tuple(coverage(policy, self.shown[policy]) for policy in self.policies)
        is_less = any(each.percent < self.least for each in self.reports)
        if is_less and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the reports, in the language of the environment where a policy has it."""
        for each in self.reports:
            terminalreporter.section("ordercancel coverage")
            terminalreporter.write(each.text(language(None, each.policy)))
            if each.percent < self.least:
                problem = f"FAIL {each.percent:g} % is less than {self.least:g} %\n"
                terminalreporter.write(problem, red=True)


def _named(name: str) -> tuple[Policy, ...]:
    """The policies with a name; what is wrong with it becomes an error of pytest's own."""
    said = StringIO()
    try:
        with redirect_stderr(said):
            return policies_of(name)
    except SystemExit:
        raise pytest.UsageError(said.getvalue().strip()) from None
