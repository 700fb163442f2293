"""Reasons to choose from, and the check of how long the text typed with one is."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from ordercancel.domain.characters import clean, cleaned, unsafe_characters
from ordercancel.domain.faults import Faults
from ordercancel.domain.texts import Text
from ordercancel.rules.sources import Citation, OwnRule


@attrs.frozen
class TextBounds:
    """How many visible characters a text may have; see `ordercancel.domain.characters`.

    Args:
        minimum: The fewest characters of a text that is there.
        maximum: The most characters, inclusive.
        required: Whether the text must be there. Default: True.
    """

    minimum: int
    maximum: int
    required: bool = attrs.field(default=True, kw_only=True)

    @property
    def raw_maximum(self) -> int:
        """The most code points, visible or not, that are read: 8 per visible one, at least 256."""
        return max(256, 8 * self.maximum)

    def check(self, raw: str | None, field: str, faults: Faults) -> str | None:
        """The cleaned text, None where there is none; what is wrong goes to `faults`."""
        if raw is not None and len(raw) > self.raw_maximum:
            faults.add(field, f"has {len(raw)} code points", f"at most {self.raw_maximum}")
            return None
        text, length = cleaned(raw or "")
        if not length:
            if self.required:
                faults.add(field, "is missing or blank", self._expected)
            return None
        unsafe = unsafe_characters(text)
        if unsafe:
            faults.add(field, f"contains {', '.join(unsafe)}", "no such characters")
        if not self.minimum <= length <= self.maximum:
            faults.add(field, f"has {length} visible characters", self._expected)
        return text

    @property
    def _expected(self) -> str:
        return f"{self.minimum} to {self.maximum} visible characters"


@attrs.frozen
class Reason:
    """A reason of a catalogue.

    Args:
        code: Stable, for programs.
        label: What people read.
        text: The bounds of the text typed with it. Default: None, it takes no text.
        hint: What is shown beside it. Default: nothing.
        cites: The clauses that it comes from, or the rationale of a rule of our own.
    """

    code: str
    label: Text
    text: TextBounds | None = attrs.field(default=None, kw_only=True)
    hint: Text | None = attrs.field(default=None, kw_only=True)
    cites: Citation | OwnRule = attrs.field(kw_only=True)


@attrs.frozen(kw_only=True)
class Catalogue:
    """The reasons to choose from, exactly one; or, without any, a text alone.

    Args:
        reasons: The reasons.
        text: The bounds of the text, where there are no reasons to choose from.
        notice: What is shown before the choice. Default: nothing.
        cites: The clauses that it comes from, or the rationale of a rule of our own.
    """

    reasons: tuple[Reason, ...] = ()
    text: TextBounds | None = None
    notice: Text | None = None
    cites: Citation | OwnRule
    _by_code: Mapping[str, Reason] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        # Of two with one code, which `Policy` does not take, the first.
        by_code = {reason.code: reason for reason in reversed(self.reasons)}
        object.__setattr__(self, "_by_code", by_code)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all reasons."""
        return tuple(reason.code for reason in self.reasons)

    def reason(self, code: str | None) -> Reason | None:
        """The reason with this code, if there is one."""
        return None if code is None else self._by_code.get(code)

    def checked(self, code: str | None, raw: str | None, subject: str) -> str | None:
        """The cleaned text that goes with `code`; `subject` is the input that faults name.

        Raises:
            InvalidValue: Names every fault.
        """
        reason = self.reason(code)
        if reason is not None and reason.text is None and raw is None:
            return None
        faults = Faults(subject)
        text = self.check(code, raw, faults)
        faults.raise_if_any()
        return text

    def check(self, code: str | None, raw: str | None, faults: Faults) -> str | None:
        """The cleaned text that goes with `code`; what is wrong goes to `faults`."""
        bounds = self.text
        if self.reasons:
            reason = self.reason(code)
            if reason is None:
                problem = "is missing" if code is None else f"{code!r} is unknown"
                faults.add("reason", problem, f"one of: {', '.join(self.codes)}")
                return None
            bounds = reason.text
        elif code is not None:
            faults.add("reason", "is given", "no reason code, only a text")
        if bounds is not None:
            return bounds.check(raw, "text", faults)
        if raw is not None and clean(raw):
            others = [each.code for each in self.reasons if each.text]
            fitting = f"no text, or one of: {', '.join(others)}" if others else "no text"
            faults.add("text", f"is given with reason {code!r}", fitting)
        return None
