"""The report of `verify`: faults, each with the smallest case that shows it, and notes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

import attrs

from ordercancel.domain.texts import Lang, Text
from ordercancel.policy.policy import Policy


class Kind(StrEnum):
    """What kind of fault it is."""

    PERMITS_DISAGREE = "permits_disagree"
    FEES_DISAGREE = "fees_disagree"
    PERMIT_WITHOUT_MOVE = "permit_without_move"
    NEVER_DECIDES = "never_decides"
    NEVER_DETERMINED = "never_determined"
    HOLE = "hole"
    NO_REASON = "no_reason"
    OWN_REQUEST = "own_request"
    REFERRED_IN_A_CIRCLE = "referred_in_a_circle"
    UNANSWERABLE = "unanswerable"
    INVARIANT_BROKEN = "invariant_broken"
    INSTANT_AND_REJECTABLE = "instant_and_rejectable"
    DEADLINE_NEVER_RUNS = "deadline_never_runs"
    DEADLINE_NEVER_FIRES = "deadline_never_fires"
    DEADLINE_IMPOSSIBLE = "deadline_impossible"
    DEADLINE_RUNS_ON = "deadline_runs_on"
    DEADLINES_LOOP = "deadlines_loop"
    NOT_TOLD = "not_told"
    TEXT_MISSING = "text_missing"
    REASON_UNMEETABLE = "reason_unmeetable"
    WAIVES_NOTHING = "waives_nothing"


@attrs.frozen
class Finding:
    """A fault of a policy.

    Args:
        kind: What kind of fault it is.
        subject: What is at fault: a rule, invariant, deadline, role, fact, or the place of a text.
        problem: What is wrong, in a sentence or two.
        scenario: The lines of the smallest scenario that shows it.
    """

    kind: Kind
    subject: str
    problem: Text
    scenario: tuple[Mapping[str, Any], ...] = attrs.field(repr=False)

    @property
    def id(self) -> str:
        """The fault as a waiver names it: ``kind:subject``."""
        return f"{self.kind}:{self.subject}"

    @property
    def jsonl(self) -> str:
        """The scenario as the text of a file for ``ordercancel replay``."""
        comment = f"# {self.kind} {self.subject}: {self.problem['en']}"
        lines = [json.dumps(line, ensure_ascii=False) for line in self.scenario]
        return "\n".join((comment, *lines)) + "\n"


@attrs.frozen(kw_only=True)
class Report:
    """What `verify` tried, and the faults that it found.

    Args:
        policy: The policy.
        combinations: How many combinations of facts were judged, by kind of command.
        possible: How many there are, including those that contradict themselves.
        cases: How many cases were reached; those that nothing in the policy tells apart are one.
        steps: How many commands were carried out in them.
        sampled: Whether only some were tried; then nothing is said of what can never happen.
        faults: What is wrong, the kinds in the order of `Kind`.
        notes: What is worth knowing and no fault.
        waived: The faults that the policy says are meant.
    """

    policy: Policy
    combinations: Mapping[str, int]
    possible: int
    cases: int
    steps: int
    sampled: bool
    faults: tuple[Finding, ...]
    notes: tuple[Text, ...]
    waived: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no fault was found."""
        return not self.faults

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
            "ok": self.ok,
            "sampled": self.sampled,
            "combinations": sum(self.combinations.values()),
            "combinations_by_command": dict(self.combinations),
            "possible": self.possible,
            "cases": self.cases,
            "steps": self.steps,
            "faults": [
                {
                    "kind": str(fault.kind),
                    "subject": fault.subject,
                    "problem": fault.problem.as_dict(),
                    "scenario": list(fault.scenario),
                }
                for fault in self.faults
            ],
            "notes": [note.as_dict() for note in self.notes],
            "waived": [fault.id for fault in self.waived],
        }


def _lines(report: Report, lang: Lang) -> Iterator[str]:
    policy = report.policy
    title = policy.text(policy.title or policy.name)
    which = Text(
        f"（{policy.name} 第{policy.edition}版）", f" ({policy.name}, edition {policy.edition})"
    )
    yield f"{title[lang]}{which[lang]}"
    total = sum(report.combinations.values())
    if report.sampled:
        yield Text(
            f"抜き取り検査：事実の組み合わせ {report.possible:,} 通りのうち {total:,} 通り、"
            f"案件 {report.cases:,} 件、操作 {report.steps:,} 回",
            f"Sampled: {total:,} of {report.possible:,} combinations of facts, "
            f"{report.cases:,} cases, {report.steps:,} steps",
        )[lang]
    else:
        yield Text(
            f"検査済み：事実の組み合わせ {total:,} 通り、到達しうる案件 {report.cases:,} 件、"
            f"操作 {report.steps:,} 回",
            f"Checked: {total:,} combinations of facts, {report.cases:,} cases that can be "
            f"reached, {report.steps:,} steps",
        )[lang]
    for note in report.notes:
        yield f"{Text('参考：', 'Note: ')[lang]}{note[lang]}"
    for fault in report.waived:
        yield f"{Text('意図されたもの：', 'Waived: ')[lang]}{fault.id}"
    if report.ok:
        yield Text("不備は見つかりませんでした。", "No fault was found.")[lang]
        return
    count = len(report.faults)
    english = "1 fault was found." if count == 1 else f"{count} faults were found."
    yield Text(f"不備が {count} 件見つかりました。", english)[lang]
    for number, fault in enumerate(report.faults, 1):
        yield ""
        yield f"{number}. {fault.kind} — {fault.subject}"
        yield f"   {fault.problem[lang]}"
        for line in fault.scenario:
            yield f"   {json.dumps(line, ensure_ascii=False)}"
