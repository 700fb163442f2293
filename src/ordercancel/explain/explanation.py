"""An explanation of a decision: its parts, and how it reads as a text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Verdict
from ordercancel.policy.describe import VERDICT_NAMES
from ordercancel.rules.conditions import Value

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
    """

    clause: str
    basis: str
    words: str
    note: str = ""


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
    """Facts that would have to be different together, and the verdict that they would bring."""

    changes: tuple[Change, ...]
    verdict: Verdict


@attrs.frozen(kw_only=True)
class Explanation:
    """Why a decision is what it is. ``str()`` gives it as a text for people.

    Args:
        lang: The language of all words in it.
        asked: What was asked, by whom and when, as far as that is known.
        verdict: What came out; None for an input that is wrong, and for a deadline.
        codes: The codes of the refusals.
        causes: What determined it.
        flips: The nearest other facts, as few as possible, that would change the verdict; none
            where no change of up to three facts does.
    """

    lang: Lang
    asked: str
    verdict: Verdict | None
    codes: tuple[str, ...]
    causes: tuple[Cause, ...]
    flips: tuple[Flip, ...]

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def as_dict(self) -> dict[str, Any]:
        """The same for programs: strings, lists and dictionaries, fit for JSON."""
        return {
            "asked": self.asked,
            "verdict": None if self.verdict is None else str(self.verdict),
            "codes": list(self.codes),
            "causes": [
                {
                    **attrs.asdict(cause),
                    "facts": list(cause.facts),
                    "source": [attrs.asdict(quote) for quote in cause.source],
                }
                for cause in self.causes
            ],
            "flips": [
                {
                    "verdict": str(flip.verdict),
                    "changes": [{"fact": each.fact, "told": each.text} for each in flip.changes],
                }
                for flip in self.flips
            ],
        }


def _lines(explanation: Explanation) -> Iterator[str]:
    lang = explanation.lang
    if explanation.asked:
        yield f"{Text('内容', 'Asked')[lang]}: {explanation.asked}"
    codes = f" ({', '.join(explanation.codes)})" if explanation.codes else ""
    if explanation.verdict is not None:
        verdict = VERDICT_NAMES[explanation.verdict][lang]
        yield f"{Text('結果', 'Verdict')[lang]}: {verdict}{codes}"
    elif explanation.codes:
        codes = ", ".join(explanation.codes)
        yield f"{Text('入力の誤り', 'Invalid input')[lang]}: {codes}"
    yield f"{Text('理由', 'Because')[lang]}:"
    for cause in explanation.causes:
        yield from _cause_lines(cause, lang)
    if explanation.flips:
        yield f"{Text('次の場合、結果が変わる', 'The outcome would change if')[lang]}:"
        for flip in explanation.flips:
            changes = Text("、かつ ", ", and ")[lang].join(each.text for each in flip.changes)
            yield f"  - {changes} ⇒ {VERDICT_NAMES[flip.verdict][lang]}"
    elif explanation.asked:
        yield Text(
            f"事実を{MOST_CHANGES}つまで変えても、結果は変わらない。",
            f"No change of up to {MOST_CHANGES} facts would change the outcome.",
        )[lang]


def _cause_lines(cause: Cause, lang: Lang) -> Iterator[str]:
    yield f"  {cause.id or '-'} — {cause.effect}"
    if cause.when:
        yield f"    {Text('条件', 'when')[lang]}: {cause.when}"
    if cause.facts:
        yield f"    {Text('事実', 'facts')[lang]}: {Text('、', '; ')[lang].join(cause.facts)}"
    for quote in cause.source:
        yield f"    {_BASES[quote.basis][lang]} {quote.clause}: {quote.words}"
        if quote.note:
            yield f"      ⇒ {quote.note}"
    if cause.note:
        yield f"    {Text('独自の定め', 'own rule')[lang]}: {cause.note}"


_BASES = {
    "says": Text("原文", "the document says"),
    "reads": Text("原文の解釈", "we read"),
    "decided": Text("原文に定めなし", "decided; silent is"),
}
