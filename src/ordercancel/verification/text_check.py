"""Faults of what people read and write: texts missing in a language, reasons nobody can give."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ordercancel.domain.cases import Case
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import Event
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Decision
from ordercancel.engine.labels import label
from ordercancel.engine.words import Words
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import Notification, change_of
from ordercancel.rules.reasons import Reason
from ordercancel.verification.check import Check
from ordercancel.verification.invariants import Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick

_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")


_SURE = frozenset(
    {"order_id", "placed_at", "status", "buyer_name", "seller_name", "reader_name", "addressee"}
)
"""The variables that are never empty."""


class _OnlySure(dict[str, str]):
    """Variables of which only those have a value that always have one."""

    def __missing__(self, name: str) -> str:
        return name if name in _SURE else ""


def is_sure(text: Text, lang: Lang) -> bool:
    """Whether a text is never empty, whatever an order lacks."""
    return bool(text.fill(lang, _OnlySure()).strip())


class TextCheck(Check):
    """Looks at what is read on every change and in every state, in the policy's languages."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self._seen: set[object] = set()
        # Few messages can be empty at all; only those are worded in each case that is reached.
        self._doubtful = frozenset(
            (each, part)
            for each in policy.notifications
            for part in ("subject", "body")
            for lang in policy.languages
            if not is_sure(policy.text(getattr(each, part)), lang)
        )

    def judged(
        self, node: CaseNode, attempt: Attempt, decision: Decision, offered: tuple[Reason, ...]
    ) -> None:
        self.read(decision.codes, offered, node, attempt)

    def read(
        self,
        codes: Iterable[str],
        offered: Iterable[Reason],
        node: CaseNode,
        attempt: Attempt | Tick,
    ) -> None:
        """Look at the sentences of refusals, and at the labels of reasons."""
        for code in codes:
            if self.is_new("refusal", code):
                text = self.policy.refusal_text(code)
                self.text(f"texts.refusals[{code!r}]", text, node, attempt)
        for reason in offered:
            if reason.code is not None and self.is_new("reason", reason.on, reason.code):
                where = f"reasons[{reason.code!r}].label"
                self.text(where, self.policy.reason_text(reason), node, attempt)

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        status = step.after.order.status
        if self.is_new("status", status):
            name = self.policy.status_text(status)
            self.text(f"texts.statuses[{status!r}]", name, node, attempt)
        for event in step.events:
            self._look_at(event, node, attempt, step)

    def _look_at(self, event: Event, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        change = change_of(event)
        if change is None:
            return
        for each, part in self._doubtful:
            if each.on == change:
                self._worded(each, part, event, node, attempt, step.after)
        if not self.is_new("change", change, event.by.role):
            return
        for each in self.policy.notifications_on(change):
            where = f"notifications[{change} to {each.to}]"
            for part in ("subject", "body"):
                text = self.policy.text(getattr(each, part))
                self.text(f"{where}.{part}", text, node, attempt)
        request = step.after.latest
        for reader in ("buyer", "seller"):
            where = f"texts.labels[{change} to {reader}]"
            shown = {
                label(step.after, self.policy, reader, lang) for lang in self.policy.languages
            }
            if not all(each.strip() for each in shown):
                self._missing(where, "empty", node, attempt)
            if request is not None and request.is_open:
                status = self.policy.request_text(request.status)
                if shown & set(status.values):
                    self.text(where, status, node, attempt)

    def _worded(
        self,
        each: Notification,
        part: str,
        event: Event,
        node: CaseNode,
        attempt: Attempt | Tick,
        case: Case,
    ) -> None:
        """A part of a message is not empty for want of what all its lines hang on."""
        text = self.policy.text(getattr(each, part))
        due_at = getattr(event, "due_at", None)
        for lang in self.policy.languages:
            words = Words(case, self.policy, lang, {}, due_at=due_at)
            where = f"notifications[{each.on} to {each.to}].{part}"
            if not text.fill(lang, words) and self.is_new("empty", where):
                empty = ", ".join(sorted(name for name in text.placeholders if not words[name]))
                self._missing(where, f"empty without {empty}", node, attempt)

    def invalid(self, node: CaseNode, attempt: Attempt, error: InvalidValue) -> None:
        problem = Text(
            f"認められるのに、求められる内容を満たすことができない: {error}",
            f"It is permitted, and what it asks for cannot be given: {error}",
        )
        command: Any = attempt.command
        reason = getattr(command, "reason", None)
        subject = type(command).__name__ + (f" for {reason}" if reason else "")
        self.report(Kind.REASON_UNMEETABLE, subject, problem, node, attempt)

    def is_new(self, *what: object) -> bool:
        """Whether something is looked at for the first time."""
        if what in self._seen:
            return False
        self._seen.add(what)
        return True

    def text(self, where: str, text: Text, node: CaseNode, *further: Attempt | Tick) -> None:
        """`text` is there in every language of the policy, and the English one is in English."""
        by_language = text.as_dict()
        for lang in self.policy.languages:
            known = by_language.get(lang, by_language.get(lang.partition("-")[0], ""))
            if not known.strip():
                self._missing(where, lang, node, *further)
        if "en" in self.policy.languages and _JAPANESE.search(text["en"]):
            self._missing(where, f"en is in Japanese: {text['en']!r:.60}", node, *further)

    def _missing(self, where: str, what: str, node: CaseNode, *further: Attempt | Tick) -> None:
        problem = Text(f"文言が欠けている({what})。", f"A text is missing ({what}).")
        self.report(Kind.TEXT_MISSING, where, problem, node, *further)
