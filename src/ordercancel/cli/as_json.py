"""What is offered and what is told, as the lines of ``replay`` have it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.domain.commands import AdvanceOrder, AnswerWithdrawal
from ordercancel.domain.texts import Lang
from ordercancel.engine.bases import message_bases, text_basis
from ordercancel.engine.consequences import consequences
from ordercancel.engine.decision import Verdict
from ordercancel.engine.messages import Message
from ordercancel.engine.options import Choosable, Option
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import Notification
from ordercancel.verification.scenario import VERBS

Answer = dict[str, Any]


def option_json(
    option: Option, policy: Policy, lang: Lang, parties: Mapping[str, Party | None]
) -> Answer:
    """An action as JSON has it, with the keys that a line needs to take it."""
    line: Answer = {"command": VERBS[option.command]}
    if option.command is AdvanceOrder:
        line["event"] = option.move
    if option.command is AnswerWithdrawal:
        line["accept"] = option.action == "accept"
    if option.request is not None:
        line["request"] = option.request
    follows = consequences(option.decision, parties)
    return {
        **line,
        "offered": option.is_offered,
        "codes": list(option.codes),
        "label": option.button[lang],
        "sentence": option.sentence[lang],
        "notice": "\n".join(each[lang] for each in option.notices) or None,
        "confirmation": option.confirmation and option.confirmation[lang],
        "confirm": option.confirm and option.confirm[lang],
        "done": option.done and option.done[lang],
        "follows": [
            {"sentence": sentence[lang], "basis": dict(bases)}
            for sentence, bases in zip(follows.sentences, follows.bases, strict=True)
        ]
        if follows
        else [],
        "basis": _bases(option, policy),
        "data": {name: _plain(value) for name, value in option.data.items()},
        "reasons": [_reason(each, policy, lang) for each in option.reasons],
    }


def _plain(value: Any) -> Any:
    """A fact as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def _reason(reason: Choosable, policy: Policy, lang: Lang) -> Answer:
    return {
        "code": reason.code,
        "label": reason.label and reason.label[lang],
        "minimum": reason.text and reason.text.minimum,
        "maximum": reason.text and reason.text.maximum,
        "hint": reason.hint and reason.hint[lang],
    }


def _bases(option: Option, policy: Policy) -> Answer:
    """Whose words a screen shows for an action, by the keys of the option."""
    shown = policy.action_text(option.action, option.move).parts()
    at_once = option.decision.verdict is Verdict.CANCEL
    done = "done_at_once" if at_once else "done"
    keys = {"button": "label", "confirmation": "confirmation", "confirm": "confirm", done: "done"}
    bases = {key: text_basis(shown[part]) for part, key in keys.items() if part in shown}
    notices = dict.fromkeys(
        text_basis(text) for part, text in shown.items() if part.startswith("notices")
    )
    return {**bases, **({"notice": ", ".join(notices)} if notices else {})}


def message_json(message: Message, sent: Notification | None, policy: Policy) -> Answer:
    """A message as JSON has it, with whose word it is."""
    names = ("audience", "medium", "party", "subject", "body")
    told = {name: str(getattr(message, name)) for name in names}
    return {**told, "basis": {} if sent is None else dict(message_bases(sent, policy))}
