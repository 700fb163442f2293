"""An explanation of a decision: its parts, and how it reads as a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs
from attr import asdict  # which makes lists of tuples, as JSON has them

from ordercancel.domain.frozenmap import EMPTY
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Verdict
from ordercancel.policy.describe import VERDICT_NAMES
from ordercancel.rules.conditions import Value
from ordercancel.rules.sources import WORDING, Basis

MOST_CHANGES = 3
"""How many facts at once are tried for another answer."""


@attrs.frozen
class Quote:
    """A clause that stands behind something, or is silent where it was decided.

    Args:
        clause: Its id.
        basis: Whether it ``says`` so, is ``read`` so, or is silent and it was ``decided``.
        words: The document's own words.
        note: How they are read, or what was decided.
        parameter: The parameter of the policy that decides otherwise, if there is one.
        value: What that parameter is under this policy, as Python writes it, where it is known.
    """

    clause: str
    basis: str
    words: str
    note: str = ""
    parameter: str | None = None
    value: str | None = None


@attrs.frozen(kw_only=True)
class Cause:
    """One thing that determined a decision, in words.

    Args:
        id: The id of the rule, or of the word that something is left out on purpose; None where
            nothing speaks at all.
        effect: What it does.
        when: Its condition.
        facts: The facts that satisfied it; or the facts that were missing.
        source: The clauses that it cites.
        note: Why it is there, where it is ours.
    """

    id: str | None
    effect: str
    when: str = ""
    facts: tuple[str, ...] = ()
    source: tuple[Quote, ...] = ()
    note: str = ""


@attrs.frozen
class Change:
    """A fact that would have to be different.

    Args:
        fact: Its name.
        text: What it is and what it would be, in words.
        values: The values that would do; of a number, the nearest.
    """

    fact: str
    text: str
    values: tuple[Value | None, ...]


@attrs.frozen
class Flip:
    """Facts that would have to be different together, and what they would bring.

    Args:
        changes: The facts.
        verdict: The verdict that they bring.
        sentence: What that means: of a refusal why.
    """

    changes: tuple[Change, ...]
    verdict: Verdict
    sentence: str = ""


@attrs.frozen
class Follow:
    """Something that follows.

    Args:
        sentence: What.
        basis: Whose word it is, of a message on whose word it is ``sent`` and whose words its
            ``subject`` and ``body`` are: ``says``, ``reads``, ``decided`` or ``own``. Of a label
            on whose word the ``label`` is read. Else empty.
    """

    sentence: str
    basis: Mapping[str, str] = EMPTY

    def shown(self, lang: Lang) -> str:
        """The sentence with a short mark of whose word it is."""
        names = {part: _WORD[basis][lang] for part, basis in self.basis.items()}
        if not names:
            return self.sentence
        if len(set(names.values())) == 1:
            mark = next(iter(names.values()))
        else:
            of = Text("：", ": ")[lang]
            mark = Text("、", ", ")[lang].join(
                f"{_PARTS[part][lang]}{of}{name}" for part, name in names.items()
            )
        return Text("{sentence}〔{mark}〕", "{sentence} [{mark}]").fill(
            lang, {"sentence": self.sentence, "mark": mark}
        )


@attrs.frozen(kw_only=True)
class Explanation:
    """Why a decision is what it is. ``str()`` gives it as a text for people.

    Args:
        lang: The language of all words in it.
        asked: What was asked, by whom and when, as far as that is known.
        policy: Which policy and edition answers.
        verdict: What came out; None for an input that is wrong, and for a deadline.
        sentence: What the verdict means; empty where there is none.
        codes: The codes of the refusals.
        causes: What determined it.
        follows: What follows from it: who is told, what begins to run.
        flips: What somebody can still do, or time will do, that changes the verdict: the nearest
            facts, as few as possible; none where no change of up to three of them does.
        is_final: Whether nothing that can still come about changes it.
    """

    lang: Lang
    asked: str = ""
    policy: str
    verdict: Verdict | None = None
    sentence: str = ""
    codes: tuple[str, ...] = ()
    causes: tuple[Cause, ...]
    follows: tuple[Follow, ...] = ()
    flips: tuple[Flip, ...] = ()
    is_final: bool = False

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def as_dict(self) -> dict[str, Any]:
        """The same for programs: strings, lists and dictionaries, fit for JSON."""
        return {
            "asked": self.asked,
            "policy": self.policy,
            "sentence": self.sentence,
            "verdict": None if self.verdict is None else str(self.verdict),
            "codes": list(self.codes),
            "causes": [asdict(each) for each in self.causes],
            "follows": [
                {"sentence": each.sentence, "basis": dict(each.basis)} for each in self.follows
            ],
            "flips": [
                {
                    "verdict": str(flip.verdict),
                    "sentence": flip.sentence,
                    "changes": [{"fact": each.fact, "told": each.text} for each in flip.changes],
                }
                for flip in self.flips
            ],
            "is_final": self.is_final,
        }


def _lines(explanation: Explanation) -> Iterator[str]:
    lang = explanation.lang
    if explanation.asked:
        yield _said("asked", lang, explanation.asked)
    yield _said("policy", lang, explanation.policy)
    codes = f" [{', '.join(explanation.codes)}]" if explanation.codes else ""
    if explanation.verdict is not None:
        verdict = VERDICT_NAMES[explanation.verdict][lang]
        if explanation.verdict is not Verdict.REFUSE and explanation.sentence:
            verdict = explanation.sentence
        yield f"{_said('verdict', lang, verdict)}{codes}"
    elif explanation.codes:
        yield f"{_TITLES['invalid'][lang]}{codes}"
    yield _TITLES["because"][lang]
    for cause in explanation.causes:
        yield from _cause_lines(cause, lang)
    if explanation.follows:
        yield _TITLES["follows"][lang]
        yield from (f"  - {each.shown(lang)}" for each in explanation.follows)
    if explanation.flips:
        yield _TITLES["flips"][lang]
        for flip in explanation.flips:
            changes = Text("、かつ", ", and ")[lang].join(each.text for each in flip.changes)
            told = flip.sentence or VERDICT_NAMES[flip.verdict][lang]
            yield f"  - {changes} → {told}"
    if explanation.is_final:
        yield _TITLES["none"][lang]


def _said(title: str, lang: Lang, text: str) -> str:
    return f"{_TITLES[title][lang]}{text}"


def _cause_lines(cause: Cause, lang: Lang) -> Iterator[str]:
    yield f"  - {cause.effect}" + (f" [{cause.id}]" if cause.id else "")
    if cause.when:
        yield f"    {_said('when', lang, cause.when)}"
    if cause.facts:
        yield f"    {_said('facts', lang, Text('、', '; ')[lang].join(cause.facts))}"
    for quote in cause.source:
        yield from _quote_lines(quote, lang)
    if cause.note:
        yield f"    {_said('own', lang, cause.note)}"


def _quote_lines(quote: Quote, lang: Lang) -> Iterator[str]:
    """What the document says; how it is read; or what was decided where it is silent.

    What something rests on comes first: the words, with how they are read below them; or the
    reading, with the words that it is of.
    """
    if quote.basis == Basis.DECIDED:
        value = "" if quote.value is None else f"={quote.value}"
        switch = f" ({quote.parameter}{value})" if quote.parameter not in (None, WORDING) else ""
        silent = _BASES["decided"].fill(lang, {"clause": quote.clause})
        yield f"    {silent}{quote.note}{switch}"
        return
    says = f"{_BASES['says'].fill(lang, {'clause': quote.clause})}{quote.words}"
    reads = f"{_BASES['reads'][lang]}{quote.note}"
    first, then = (reads, says) if quote.basis == Basis.READS else (says, reads)
    yield f"    {first}"
    if quote.note:
        yield f"      {then}"


_TITLES: Mapping[str, Text] = {
    "asked": Text("内容：", "Asked: "),
    "policy": Text("ポリシー：", "Policy: "),
    "verdict": Text("結果：", "Verdict: "),
    "invalid": Text("入力に誤りがあります", "Invalid input"),
    "because": Text("理由：", "Because:"),
    "follows": Text("これにより：", "What follows:"),
    "flips": Text("結果が変わるのは：", "The outcome changes when:"),
    "none": Text(
        "注文の進行、時間の経過、入力の追加では、結果は変わりません。",
        "No move of the order, no passing of time and no input changes the outcome.",
    ),
    "when": Text("条件：", "when: "),
    "facts": Text("事実：", "facts: "),
    "own": Text("当方の定め：", "our own rule: "),
}

_WORD: Mapping[str, Text] = {
    "says": Text("原文", "the document"),
    "reads": Text("解釈", "our reading"),
    "decided": Text("原文に定めなし", "decided"),
    "own": Text("独自", "own"),
}

_PARTS: Mapping[str, Text] = {
    "sent": Text("送付", "sent"),
    "subject": Text("件名", "subject"),
    "body": Text("本文", "body"),
}

_BASES: Mapping[str, Text] = {
    "says": Text("原文（{clause}）：", "the document says ({clause}): "),
    "reads": Text("当方の解釈：", "we read it so: "),
    "decided": Text(
        "原文（{clause}）に定めがなく、当方で決めたこと：",
        "we decided, the document is silent ({clause}): ",
    ),
}
