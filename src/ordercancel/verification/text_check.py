"""Faults of what people read and write: missing texts and messages, reasons nobody can give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.commands import Reject, RequestCancellation
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.faults import Faults
from ordercancel.domain.texts import LANGS, Text
from ordercancel.engine.decision import Decision
from ordercancel.engine.labels import label
from ordercancel.engine.messages import Message, messages_for
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import Audience, Occasion, occasion_of_event
from ordercancel.rules.reasons import Catalogue, TextBounds
from ordercancel.verification.check import Check
from ordercancel.verification.commands_tried import shortest_text
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick

MUST_BE_TOLD: Mapping[Occasion, tuple[Audience, ...]] = {
    Occasion.REFERRED: (Audience.SELLER,),
    Occasion.GRANTED_AT_ONCE: (Audience.SELLER,),
    Occasion.APPROVED: (Audience.BUYER,),
    Occasion.APPROVED_BY_SILENCE: (Audience.BUYER, Audience.SELLER),
    Occasion.REJECTED: (Audience.BUYER,),
    Occasion.REJECTED_BY_SILENCE: (Audience.BUYER,),
    Occasion.WITHDRAWAL_ASKED: (Audience.BUYER,),
    Occasion.WITHDRAWAL_HELD: (Audience.SELLER,),
    Occasion.WITHDRAWN: (Audience.SELLER,),
    Occasion.SUPERSEDED: (Audience.BUYER,),
    Occasion.LAPSED: (Audience.BUYER,),
}
"""Who waits for an outcome, or would ship a cancelled order, on each occasion."""

_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")


class TextCheck(Check):
    """Looks at what is read on every occasion and in every state, in both languages."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self._codes: set[str] = set()
        self._statuses: set[str] = set()
        self._occasions: set[Occasion] = set()
        self._permitted: dict[type, tuple[CaseNode, Attempt]] = {}

    def judged(self, node: CaseNode, attempt: Attempt, decision: Decision) -> None:
        if not decision.is_refused:
            self._permitted.setdefault(type(attempt.command), (node, attempt))
        for refusal in decision.refusals:
            if refusal.code not in self._codes:
                self._codes.add(refusal.code)
                self._text(f"wording.refusals[{refusal.code!r}]", refusal.text, node, attempt)

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        status = step.after.order.status
        if status not in self._statuses:
            self._statuses.add(status)
            name = self.policy.wording.statuses[status]
            self._text(f"wording.statuses[{status!r}]", name, node, attempt)
        for event in step.events:
            occasion = occasion_of_event(event)
            if occasion is not None and occasion not in self._occasions:
                self._occasions.add(occasion)
                self._notifications(occasion, node, attempt, step)
                self._labels(occasion, node, attempt, step)

    def invalid(self, node: CaseNode, attempt: Attempt, error: InvalidValue) -> None:
        self._unmeetable(type(attempt.command).__name__, str(error), node, attempt)

    def finish(self, explorer: Explorer) -> None:
        for kind, field in _CATALOGUES.items():
            if kind in self._permitted:
                self._reasons(getattr(self.policy, field), field, *self._permitted[kind])
        texts = {"title": self.policy.title}
        for counter in self.policy.wording.counters:
            texts[f"wording.counters[{counter.status}].label"] = counter.label
            texts[f"wording.counters[{counter.status}].state"] = counter.state
        for column, heading in self.policy.wording.columns.items():
            texts[f"wording.columns[{column!r}]"] = heading
        for where, text in texts.items():
            self._text(where, text, explorer.first)

    # ---------------------------------------------------------------- what is read

    def _text(self, where: str, text: Text, node: CaseNode, *further: Attempt | Tick) -> None:
        """`text` is there in both languages, and the English one is in English."""
        for lang in LANGS:
            if not text[lang].strip():
                self._missing(where, f"{lang}: blank", node, *further)
        if _JAPANESE.search(text.en):
            self._missing(where, f"en: in Japanese, {text.en!r:.60}", node, *further)

    def _missing(self, where: str, what: str, node: CaseNode, *further: Attempt | Tick) -> None:
        problem = Text(f"文言が欠けている({what})。", f"A text is missing ({what}).")
        self.report(Kind.TEXT_MISSING, where, problem, node, *further)

    def _notifications(
        self, occasion: Occasion, node: CaseNode, attempt: Attempt | Tick, step: Step
    ) -> None:
        sent = [each for each in self.policy.wording.notifications if each.on is occasion]
        for audience in MUST_BE_TOLD.get(occasion, ()):
            if all(each.to is not audience for each in sent):
                where = f"wording.notifications[{occasion} to {audience}]"
                self._missing(where, "no message", node, attempt)
        for each in sent:
            where = f"wording.notifications[{occasion} to {each.to}]"
            self._text(f"{where}.subject", each.subject, node, attempt)
            self._text(f"{where}.body", each.body, node, attempt)
        for message in self._messages(step):
            where = f"wording.notifications[{message.occasion} to {message.audience}]"
            for part, text in (("subject", message.subject), ("body", message.body)):
                if not text.strip():
                    self._missing(f"{where}.{part}", f"{message.locale}: empty", node, attempt)

    def _messages(self, step: Step) -> Iterator[Message]:
        names = (step.after.order.buyer, step.after.order.seller)
        for lang in LANGS:
            parties = {name: Party(name, name=name, locale=lang) for name in names}
            yield from messages_for(step.events, step.after, self.policy, parties)

    def _labels(
        self, occasion: Occasion, node: CaseNode, attempt: Attempt | Tick, step: Step
    ) -> None:
        for each in self.policy.wording.labels:
            if each.on is occasion:
                where = f"wording.labels[{occasion} to {each.to}]"
                self._text(where, each.text, node, attempt)
        for audience in Audience:
            for lang in LANGS:
                if not label(step.after, self.policy, audience, lang).strip():
                    where = f"wording.labels[{occasion} to {audience}]"
                    self._missing(where, f"{lang}: empty", node, attempt)

    # ---------------------------------------------------------------- what is written

    def _reasons(self, catalogue: Catalogue, field: str, node: CaseNode, attempt: Attempt) -> None:
        """Every reason can be given, and is worded."""
        if catalogue.notice is not None:
            self._text(f"{field}.notice", catalogue.notice, node, attempt)
        choices: list[tuple[str | None, TextBounds | None]]
        choices = [(each.code, each.text) for each in catalogue.reasons]
        for code, bounds in choices or [(None, catalogue.text)]:
            text, where = shortest_text(bounds), field if code is None else f"{field}[{code!r}]"
            faults = Faults(where)
            catalogue.check(code, text, faults)
            command: Any = attempt.command  # a request or a rejection, of which both have a reason
            chosen = attrs.evolve(attempt, command=attrs.evolve(command, reason=code, text=text))
            if faults.found:
                self._unmeetable(where, "; ".join(map(str, faults.found)), node, chosen)
            reason = catalogue.reason(code)
            if reason is not None:
                self._text(where, reason.label, node, chosen)
                if reason.hint is not None:
                    self._text(f"{where}.hint", reason.hint, node, chosen)

    def _unmeetable(self, where: str, error: str, node: CaseNode, attempt: Attempt) -> None:
        problem = Text(
            f"求められる文字数を満たすことができない: {error}",
            f"What it asks for cannot be given: {error}",
        )
        self.report(Kind.REASON_UNMEETABLE, where, problem, node, attempt)


_CATALOGUES: Mapping[type, str] = {
    RequestCancellation: "request_reasons",
    Reject: "rejection_reasons",
}
