"""The report of `verify`: faults, each with the smallest case that shows it, and notes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from importlib.metadata import version
from typing import Any

import attrs

from ordercancel.domain.texts import Lang, Text
from ordercancel.policy.parts import Waiver
from ordercancel.policy.policy import Policy
from ordercancel.rules.sources import source_data
from ordercancel.verification.report_lines import heading


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


class Means(StrEnum):
    """How something was shown of all cases, or tried in some."""

    ENUMERATION = "enumeration"
    """Every combination of facts was judged."""
    SOLVER = "solver"
    """A solver was asked about all combinations of facts, however many there are."""
    WALK = "walk"
    """Every case that can be reached was reached."""
    INDUCTION = "induction"
    """It holds at registration, and every step that the solver lets by keeps it."""
    CASE = "case"
    """Cases were reached that show it."""
    SAMPLE = "sample"
    """Some combinations and some cases were tried, which shows nothing of the others."""


@attrs.frozen
class Proof:
    """What was shown of one kind of faults: that there are no others than those reported.

    Args:
        kind: The kind of faults.
        by: The means.
        left: What was not shown, and why, in sentences. Default: nothing, all was.
    """

    kind: Kind
    by: tuple[Means, ...]
    left: tuple[Text, ...] = ()


_ONLY_SAMPLED = Text(
    "一部を抜き取って試したのみで、残りについては何も示されていない。",
    "Only a sample was tried; nothing is shown of the rest.",
)
_NOT_SAMPLED = Text(
    "抜き取り検査では調べられない。すべての場合を試して初めて分かる。",
    "A sample can't show it: it takes all cases.",
)
_OF_ALL = frozenset(
    {
        Kind.NEVER_DECIDES,
        Kind.NEVER_DETERMINED,
        Kind.UNANSWERABLE,
        Kind.DEADLINE_NEVER_RUNS,
        Kind.DEADLINE_NEVER_FIRES,
        Kind.WAIVES_NOTHING,
    }
)
"""The kinds of faults that show only once all cases were tried."""


def by_trying(
    *, sampled: bool, judged_by: Means = Means.ENUMERATION, undecided: tuple[Text, ...] = ()
) -> Iterator[Proof]:
    """What is shown where all combinations and all cases were tried, or a sample of them.

    Args:
        sampled: Whether it was a sample.
        judged_by: How combinations were judged.
        undecided: What a solver did not decide of them.
    """
    for kind in Kind:
        if not sampled:
            dead = kind is Kind.NEVER_DECIDES
            by = (judged_by, Means.WALK) if dead else (Means.WALK,)
            yield Proof(kind, by, undecided if dead else ())
        elif kind in _OF_ALL:
            yield Proof(kind, (), (_NOT_SAMPLED,))
        else:
            yield Proof(kind, (Means.SAMPLE,), (_ONLY_SAMPLED,))


_BY_SOLVER = (
    Kind.PERMITS_DISAGREE,
    Kind.FEES_DISAGREE,
    Kind.PERMIT_WITHOUT_MOVE,
    Kind.NEVER_DECIDES,
    Kind.NEVER_DETERMINED,
    Kind.HOLE,
    Kind.NO_REASON,
    Kind.DEADLINE_NEVER_RUNS,
)
"""The kinds of faults that a solver can exclude of all combinations of facts."""


def by_solver(left: Mapping[Kind, Iterable[Text]], undecided: tuple[Text, ...]) -> Iterator[Proof]:
    """What is shown of all cases by what a solver was asked about all combinations of facts.

    Args:
        left: What it found and what showed in no case, by kind.
        undecided: What it did not decide of rules that decide nothing.
    """
    for kind in _BY_SOLVER:
        of_rules = undecided if kind is Kind.NEVER_DECIDES else ()
        texts = (*left.get(kind, ()), *of_rules)
        yield Proof(kind, (Means.SOLVER,), tuple(dict.fromkeys(texts)))


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
        proofs: For each kind of faults by which means it was shown that there are no others.
        notes: What is worth knowing and no fault.
        waived: The faults that the policy says are meant.
        undecided: The questions on which a solver gave up, as sentences.
    """

    policy: Policy
    combinations: Mapping[str, int]
    possible: int
    cases: int
    steps: int
    sampled: bool
    faults: tuple[Finding, ...]
    proofs: tuple[Proof, ...]
    notes: tuple[Text, ...]
    waived: tuple[Finding, ...] = ()
    undecided: tuple[Text, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no fault was found, and no question left undecided that was asked."""
        return not self.faults and not self.undecided

    @property
    def is_proved(self) -> bool:
        """Whether it was shown of all cases that there are no other faults."""
        return not any(proof.left for proof in self.proofs)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """The waivers of the faults that are meant, with their sources."""
        waived = {fault.id for fault in self.waived}
        return tuple(each for each in self.policy.waivers if each.fault in waived)

    @property
    def versions(self) -> dict[str, str]:
        """The versions of what the report was made with, by name."""
        python = ".".join(map(str, sys.version_info[:3]))
        made_with = ["ordercancel", "attrs", "python-statemachine"]
        used = {means for proof in self.proofs for means in proof.by}
        if not used.isdisjoint((Means.SOLVER, Means.INDUCTION)):
            made_with.append("z3-solver")
        return {"python": python, **{name: version(name) for name in made_with}}

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
            "digest": self.policy.digest,
            "versions": self.versions,
            "ok": self.ok,
            "proved": self.is_proved,
            "sampled": self.sampled,
            "undecided": [text.as_dict() for text in self.undecided],
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
            "proofs": [
                {
                    "kind": str(proof.kind),
                    "by": [str(means) for means in proof.by],
                    "left": [text.as_dict() for text in proof.left],
                }
                for proof in self.proofs
            ],
            "notes": [note.as_dict() for note in self.notes],
            "waived": [
                {"id": each.fault, **source_data(each.source or self.policy.source)}
                for each in self.waivers
            ],
        }


_COLON = Text("：", ": ")


def _lines(report: Report, lang: Lang) -> Iterator[str]:
    yield heading(report.policy, lang)
    total = sum(report.combinations.values())
    means = {each for proof in report.proofs for each in proof.by}
    if report.sampled:
        yield Text(
            f"抜き取り検査：事実の組み合わせ {report.possible:,} 通りのうち {total:,} 通り、"
            f"案件 {report.cases:,} 件、操作 {report.steps:,} 回",
            f"Sampled: {total:,} of {report.possible:,} combinations of facts, "
            f"{report.cases:,} cases, {report.steps:,} steps",
        )[lang]
    else:
        judged = Text(f"事実の組み合わせ {total:,} 通り", f"{total:,} combinations of facts")
        if Means.SOLVER in means:
            judged = Text(
                f"ソルバーにより事実の組み合わせ {report.possible:,} 通り",
                f"{report.possible:,} combinations of facts by a solver",
            )
        reached = Text("到達しうる案件", "cases that can be reached")
        if Means.WALK not in means:
            reached = Text("ソルバーの選んだ注文の案件", "cases of orders that it picked")
        yield Text(
            f"検査済み：{judged['ja']}、{reached['ja']} {report.cases:,} 件、"
            f"操作 {report.steps:,} 回",
            f"Checked: {judged['en']}, {report.cases:,} {reached['en']}, {report.steps:,} steps",
        )[lang]
    for proof in report.proofs if not report.sampled else ():
        for left in proof.left:
            yield f"{Text('未証明：', 'Not proved: ')[lang]}{proof.kind}{_COLON[lang]}{left[lang]}"
    for note in report.notes:
        yield f"{Text('参考：', 'Note: ')[lang]}{note[lang]}"
    for fault in report.waived:
        yield f"{Text('意図されたもの：', 'Waived: ')[lang]}{fault.id}"
    if not report.faults:
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
