"""What people read of a policy: its own words, else those of the library."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from ordercancel.domain.commands import Command
from ordercancel.domain.texts import LANGS, Lang, Text, words_of
from ordercancel.policy.parts import PolicyParts
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.reasons import Reason
from ordercancel.rules.standard_texts import (
    ACTION_TEXTS,
    COMMAND_TEXTS,
    MARK_TEXTS,
    ROLE_TEXTS,
    STANDARD_REFUSALS,
    STATUS_TEXTS,
    VERDICT_TEXTS,
    WORD_TEXTS,
)
from ordercancel.rules.texts import ActionText

_NOTHING = ActionText()


@attrs.frozen(kw_only=True, eq=False)
class PolicyWording(PolicyParts):
    """The fields of a policy, and what people call its parts."""

    def status_text(self, status: str) -> Text:
        """What people call a status of the order."""
        named = self.texts.statuses.get(status) or self.orders.names.get(status)
        return self.text(named if named is not None else words_of(status))

    def request_text(self, status: str) -> Text:
        """What people call a status of a request."""
        return self.text(self.texts.requests.get(status) or STATUS_TEXTS[status])

    def role_text(self, role: str) -> Text:
        """What people call a role, or a side."""
        named = self.texts.roles
        own = named.get(role) or named.get(role.removesuffix("_side"))
        return self.text(own or ROLE_TEXTS.get(role) or words_of(role))

    def command_text(self, kind: type[Command]) -> Text:
        """What people call a kind of command, as a noun."""
        own = self.texts.commands
        return self.text(next((own[each] for each in own if each is kind), COMMAND_TEXTS[kind]))

    def move_text(self, move: str) -> Text:
        """What people call a move of the order."""
        return self.text(self.texts.moves.get(move) or words_of(move))

    def mark_text(self, code: str) -> Text:
        """What people call a mark."""
        return self.text(self.texts.marks.get(code) or MARK_TEXTS.get(code) or words_of(code))

    def fact_text(self, name: str) -> Text:
        """What people call a fact."""
        fact = self.fact(name)
        own = self.texts.facts.get(name)
        return self.text(own or (name if fact is None else fact.label))

    def flag_text(self, flag: str, *, is_so: bool) -> Text | None:
        """What people call it that a flag is so, or is not, where the policy has words for it."""
        own = self.texts.words.get(f"{flag}.{'yes' if is_so else 'no'}")
        return None if own is None else self.text(own)

    def word_text(self, fact: str, word: str) -> Text:
        """What people call a word of a choice."""
        name = f"{fact}.{word}"
        return self.text(self.texts.words.get(name) or WORD_TEXTS.get(name) or word)

    def deadline_text(self, deadline: Deadline) -> Text:
        """What people call a deadline."""
        called = deadline.label or words_of(deadline.id.rpartition(".")[2])
        return self.text(called)

    def action_text(self, action: str, move: str | None = None) -> ActionText:
        """What a screen shows for an action, or for a move of the order; its button always."""
        own = self.texts.actions.get(move or action, _NOTHING)
        if move is not None:
            default = ActionText(button=self.move_text(move))
        else:
            default = ACTION_TEXTS[action]
        return ActionText(
            button=own.button or default.button,
            notices=own.notices,
            confirmation=own.confirmation,
            confirm=own.confirm,
            done=own.done or default.done,
            done_at_once=own.done_at_once or own.done or default.done_at_once,
        )

    @property
    def signature(self) -> Text | None:
        """The end of a message; None where the policy has none."""
        return None if self.texts.signature is None else self.text(self.texts.signature)

    def verdict_text(self, verdict: str, answerer: str | None = None) -> Text:
        """What a grant means for whoever asks, with who will answer."""
        sentence = self.text(self.texts.verdicts.get(verdict) or VERDICT_TEXTS[verdict])
        who = self.role_text(answerer or "other_side")
        return Text.in_each(self.spoken, lambda lang: sentence.fill(lang, {"answerer": who[lang]}))

    def reason_text(self, reason: Reason) -> Text:
        """What people read for a reason; nothing for a text alone."""
        return self.text(reason.label if reason.label is not None else words_of(reason.code or ""))

    def refusal_text(self, code: str, missing: Iterable[str] = ()) -> Text:
        """The sentence for a refusal code, with the facts that were missing, if any."""
        sentence = self.text(
            self.texts.refusals.get(code) or STANDARD_REFUSALS.get(code) or words_of(code)
        )
        labels = [self.fact_text(name) for name in missing if self.fact(name) is not None]

        def worded(lang: Lang) -> str:
            if lang == "ja":
                return f"{sentence[lang]}（不明：{'、'.join(label[lang] for label in labels)}）"
            return f"{sentence[lang]} (not known: {', '.join(label[lang] for label in labels)})"

        return Text.in_each(self.spoken, worded) if labels else sentence

    @property
    def spoken(self) -> tuple[Lang, ...]:
        """The languages of the policy, and those of the library."""
        return tuple(dict.fromkeys((*self.languages, *LANGS)))
