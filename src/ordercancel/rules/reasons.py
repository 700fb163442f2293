"""Reasons: what a person may give as one, and the bounds of their own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from ordercancel.domain.characters import cleaned, unsafe_characters
from ordercancel.domain.commands import Judged, RequestCancellation
from ordercancel.domain.exact import exact
from ordercancel.domain.faults import Faults
from ordercancel.domain.texts import Text
from ordercancel.rules.conditions import ALWAYS, Condition, as_condition
from ordercancel.rules.sources import Source, Sourced, as_source


@attrs.frozen
class TextBounds:
    """How many visible characters a text has, inclusive; see `ordercancel.domain.characters`.

    With `required` the text must be there. What is typed may be longer than what is visible,
    yet not without end: at most ``raw_maximum`` code points are read.
    """

    minimum: int
    maximum: int
    required: bool = attrs.field(default=True, kw_only=True)

    @property
    def raw_maximum(self) -> int:
        """The most code points that are read: eight for each visible one, and 256 at least."""
        return max(256, 8 * self.maximum)

    def check(
        self, raw: str | None, field: str, faults: Faults, clauses: tuple[str, ...] = ()
    ) -> str | None:
        """The cleaned text, None where there is none; what is wrong goes to `faults`.

        Args:
            raw: What was typed.
            field: The name of the field.
            faults: Gathers what is wrong.
            clauses: The clauses that set these bounds.
        """
        if raw is not None and len(raw) > self.raw_maximum:
            self._add(faults, field, f"has {len(raw)} code points", "text_too_long", clauses)
            return None
        text, length = cleaned(raw or "")
        if not length:
            if self.required:
                self._add(faults, field, "is missing or blank", "text_missing", clauses)
            return None
        unsafe = unsafe_characters(text)
        if unsafe:
            problem = f"contains {', '.join(unsafe)}"
            sentences = {
                "ja": "使用できない文字が含まれています。",
                "en": "The text contains characters that cannot be used.",
            }
            faults.add(
                field, problem, "no such characters", code="text_unsafe", sentences=sentences
            )
        if length < self.minimum:
            problem = f"has {length} visible characters"
            self._add(faults, field, problem, "text_too_short", clauses, length)
        elif length > self.maximum:
            problem = f"has {length} visible characters"
            self._add(faults, field, problem, "text_too_long", clauses, length)
        return text

    def _add(
        self,
        faults: Faults,
        field: str,
        problem: str,
        code: str,
        clauses: tuple[str, ...],
        length: int | None = None,
    ) -> None:
        values = {"minimum": self.minimum, "maximum": self.maximum, "length": length}
        texts = self._sentences(length, missing=code == "text_missing")
        sentences = {lang: text.format(**values) for lang, text in texts.items()}
        faults.add(field, problem, self._expected, code=code, clauses=clauses, sentences=sentences)

    def _sentences(self, length: int | None, *, missing: bool) -> Mapping[str, str]:
        """What the person who typed it reads: the bounds, and how long it is."""
        ja = "{minimum}文字以上{maximum}文字以内で入力してください。"
        en = "Please enter {minimum} to {maximum} characters."
        if self.minimum <= 1:
            ja, en = (
                "{maximum}文字以内で入力してください。",
                "Please enter up to {maximum} characters.",
            )
        if missing:
            ja = f"理由を入力してください。（{ja.removesuffix('で入力してください。')}）"
        if length is None:
            return {"ja": ja, "en": en}
        return {"ja": ja + "（現在{length}文字）", "en": en + " You typed {length}."}

    @property
    def _expected(self) -> str:
        return f"{self.minimum} to {self.maximum} visible characters"


def as_bounds(bounds: Any) -> Any:
    """A pair as bounds: ``(0, n)`` is optional, ``(1, n)`` required; all else as it is."""
    match bounds:
        case (int() as least, int() as most):
            return TextBounds(least, most, required=least > 0)
        case _:
            return bounds


@attrs.frozen
class Reason:
    """A reason that may be chosen, exactly one for a command.

    Args:
        code: Stable, for programs; None for a text alone, without anything to choose.
        label: What people read. Default: the words of the code.
        on: The command that it is for. Default: `RequestCancellation`.
        when: The condition under which it is offered, such as ``seller`` for whom. Default:
            always.
        text: The bounds of the words typed with it, as ``(1, 100)``; None where it takes none.
        hint: What stands beside it on the screen; typed as the text itself, it is refused.
        source: On whose word it is offered. Default: the source of the policy.
    """

    code: str | None = attrs.field(converter=exact)
    label: Text | str | None = None
    on: type[Judged] = attrs.field(default=RequestCancellation, kw_only=True)
    when: Condition = attrs.field(default=ALWAYS, kw_only=True, converter=as_condition)
    text: TextBounds | None = attrs.field(default=None, kw_only=True, converter=as_bounds)
    hint: Text | str | Sourced | None = attrs.field(default=None, kw_only=True)
    source: Source | None = attrs.field(default=None, kw_only=True, converter=as_source)
