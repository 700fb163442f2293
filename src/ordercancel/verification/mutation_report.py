"""The report of the mutants of a policy: which ones scenarios notice, and what they overlook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from ordercancel.domain.texts import LANGS, Lang, Text
from ordercancel.policy.policy import Policy
from ordercancel.verification.mutants import Mutant
from ordercancel.verification.report_lines import (
    by_scenario,
    heading,
    percent,
    with_scenarios,
    without_scenario,
)
from ordercancel.verification.scenario import Line


@attrs.frozen
class Survivor:
    """A mutant that no scenario notices.

    Args:
        mutant: The mutant.
        scenario: The lines of a scenario that would notice it; None where none was found among
            the cases that were searched, and not all of them were.
    """

    mutant: Mutant
    scenario: tuple[Line, ...] | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class MutationReport:
    """Which mutants of a policy scenarios notice.

    A mutant is noticed where an answer to a line of a scenario is another one than the policy's.

    Args:
        policy: The policy.
        noticed: Those that are noticed.
        survivors: Those that are not, in the order of the policy's parts.
        same: Those that nothing could notice: in every case that can be reached they answer as
            the policy does. They do not count.
        unbuilt: Those that are no policies. They do not count either.
    """

    policy: Policy
    noticed: tuple[Mutant, ...]
    survivors: tuple[Survivor, ...]
    same: tuple[Mutant, ...]
    unbuilt: tuple[Mutant, ...]

    @property
    def percent(self) -> float:
        """How many of 100 are noticed, rounded down to a tenth; 100 where none counts."""
        counted = len(self.noticed) + len(self.survivors)
        return percent(len(self.noticed), counted)

    @property
    def scenarios(self) -> dict[str, tuple[Mutant, ...]]:
        """Scenarios that notice survivors, each as JSON Lines, with those that it notices."""
        return by_scenario((each.scenario, each.mutant) for each in self.survivors)

    def text(self, lang: Lang) -> str:
        """The report as lines for people, in `lang`."""
        return "\n".join(_lines(self, lang)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """The report for programs: strings, numbers, lists, dictionaries, fit for JSON."""
        return {
            "policy": self.policy.name,
            "edition": self.policy.edition,
            "percent": self.percent,
            "noticed": len(self.noticed),
            "survivors": [
                {**_as_dict(each.mutant), "scenario": each.scenario and list(each.scenario)}
                for each in self.survivors
            ],
            "same": [_as_dict(each) for each in self.same],
            "unbuilt": len(self.unbuilt),
        }


def _as_dict(mutant: Mutant) -> dict[str, Any]:
    text = Text.in_each(LANGS, mutant.text)
    names = ("part", "id", "aspect")
    return {**{name: getattr(mutant, name) for name in names}, "text": text.as_dict()}


def _lines(report: MutationReport, lang: Lang) -> Iterator[str]:
    yield heading(report.policy, lang)
    noticed, counted = len(report.noticed), len(report.noticed) + len(report.survivors)
    yield Text(
        f"変異 {counted} 件のうち {noticed} 件を検出（{report.percent:g} %）",
        f"{noticed} of {counted} mutants are noticed ({report.percent:g} %)",
    )[lang]
    same = len(report.same)
    if same:
        yield Text(
            f"ほかの {same} 件は、到達しうるどの案件でも同じ答えになるため、数えない",
            f"{same} more answer alike in every case that can be reached, and do not count",
        )[lang]
    yield from with_scenarios(report.scenarios, lambda mutant: mutant.text(lang))
    not_found = [each.mutant.text(lang) for each in report.survivors if each.scenario is None]
    yield from without_scenario(_NOT_FOUND[lang], not_found)


_NOT_FOUND = Text(
    "検出されておらず、調べた案件にも検出できるものがない（未調査の案件や金額が残っている）：",
    "Not noticed, and by none of the cases that were searched; there are more cases or amounts:",
)
