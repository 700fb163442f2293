"""The report of `coverage`: what is shown of a policy, what is not, and what cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ordercancel.domain.texts import LANGS, Lang, Text
from ordercancel.policy.policy import Policy
from ordercancel.verification.goals import Aim, Goal, goal_text
from ordercancel.verification.report_lines import (
    by_scenario,
    heading,
    percent,
    with_scenarios,
    without_scenario,
)
from ordercancel.verification.scenario import Line


def whole(goal: Goal) -> Goal:
    """What counts as one: a condition with both of its values, everything else as it is."""
    return attrs.evolve(goal, value=None)


@attrs.frozen
class Gap:
    """Something that is not shown.

    Args:
        goal: What.
        scenario: The lines of a shortest scenario that shows it; None where none was found.
        why: Why no case that can be reached shows it; None where one does, or where not all of
            them were searched.
    """

    goal: Goal
    scenario: tuple[Line, ...] | None = attrs.field(default=None, repr=False)
    why: Text | None = None


@attrs.frozen(kw_only=True)
class Coverage:
    """What scenarios, or a run of a service, showed of a policy.

    A condition counts as shown where both of its values are; one of which a value cannot be shown
    does not count.

    Args:
        policy: The policy.
        shown: What was shown.
        gaps: What was not, in the order of the policy's parts.
    """

    policy: Policy
    shown: frozenset[Goal]
    gaps: tuple[Gap, ...]

    @property
    def missing(self) -> tuple[Gap, ...]:
        """What is not shown and counts, in the order of the policy's parts."""
        return tuple(each for each in self.gaps if whole(each.goal) not in self._uncounted)

    @property
    def unshowable(self) -> tuple[Gap, ...]:
        """What no case that can be reached shows."""
        return tuple(each for each in self.gaps if each.why is not None)

    @property
    def _uncounted(self) -> frozenset[Goal]:
        return frozenset(whole(each.goal) for each in self.unshowable)

    def counts(self) -> dict[Aim, tuple[int, int]]:
        """How many of each kind are shown, and how many count, where there are any."""
        lacking = {whole(each.goal) for each in self.missing}
        seen = {whole(each) for each in self.shown} - self._uncounted
        counted = {
            aim: (
                sum(each.aim is aim for each in seen - lacking),
                sum(each.aim is aim for each in seen | lacking),
            )
            for aim in Aim
        }
        return {aim: (shown, possible) for aim, (shown, possible) in counted.items() if possible}

    @property
    def percent(self) -> float:
        """How many of 100 are shown, rounded down to a tenth; 100 where nothing counts."""
        counts = self.counts().values()
        return percent(sum(each for each, _ in counts), sum(each for _, each in counts))

    @property
    def scenarios(self) -> dict[str, tuple[Goal, ...]]:
        """Scenarios that show what is missing, each as JSON Lines, with what it shows of that."""
        return by_scenario((gap.scenario, gap.goal) for gap in self.missing)

    def __str__(self) -> str:
        return self.text("en")

    def text(self, lang: Lang) -> str:
        """The report as lines for people, in `lang`."""
        return "\n".join(_lines(self, lang)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """The report for programs: strings, numbers, lists, dictionaries, fit for JSON."""
        return {
            "policy": self.policy.name,
            "edition": self.policy.edition,
            "percent": self.percent,
            "counts": {
                str(aim): {"shown": shown, "possible": possible}
                for aim, (shown, possible) in self.counts().items()
            },
            "missing": [
                {**self._as_dict(each.goal), "scenario": each.scenario and list(each.scenario)}
                for each in self.missing
            ],
            "unshowable": [
                {**self._as_dict(each.goal), "why": each.why and each.why.as_dict()}
                for each in self.unshowable
            ],
        }

    def _as_dict(self, goal: Goal) -> dict[str, Any]:
        said = Text.in_each(LANGS, lambda lang: goal_text(self.policy, goal, lang))
        return {"goal": str(goal), **attrs.asdict(goal), "text": said.as_dict()}


def _lines(report: Coverage, lang: Lang) -> Iterator[str]:
    policy, counts = report.policy, report.counts()

    def text_of(goal: Goal) -> str:
        return goal_text(policy, goal, lang)

    yield heading(policy, lang)
    yield Text(f"網羅率 {report.percent:g} %", f"{report.percent:g} % is shown")[lang]
    for aim, (shown, possible) in counts.items():
        yield f"- {_AIMS[aim][lang]}{Text('：', ': ')[lang]}{shown}/{possible}"
    yield from with_scenarios(report.scenarios, text_of)
    not_found = [text_of(each.goal) for each in report.missing if each.scenario is None]
    yield from without_scenario(_NOT_FOUND[lang], not_found)
    because = Text("。", ": ")[lang]
    unshowable = [
        f"{text_of(gap.goal)}{because}{gap.why[lang]}"
        for gap in report.gaps
        if gap.why is not None
    ]
    yield from without_scenario(_UNSHOWABLE[lang], unshowable)


_AIMS: Mapping[Aim, Text] = {
    Aim.RULE: Text("結果を決めたルール", "rules that decided"),
    Aim.CONDITION: Text("条件（MC/DC）", "conditions (MC/DC)"),
    Aim.FEE: Text("適用された手数料", "fees that were charged"),
    Aim.REASON: Text("使われた理由", "reasons that were given"),
    Aim.DEADLINE: Text("実行された期限", "deadlines that fired"),
}

_UNSHOWABLE = Text("示すことができず、数えないもの：", "What cannot be shown, and does not count:")

_NOT_FOUND = Text(
    "網羅されておらず、調べた案件にも該当がないもの（未調査の案件が残っている）：",
    "Not shown, and by none of the cases that were searched; there are more cases:",
)
