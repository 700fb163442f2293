"""Whose word the texts are that people read of messages, labels and buttons.

They are told by part, as `basis_of` names them. A text without a source of its own is the policy's
own wording, although a document may say that there is such a message.
"""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.notifications import Notification
from ordercancel.rules.sources import Source, Sourced, basis_of
from ordercancel.rules.texts import Label, Worded

Bases = Mapping[str, str]
"""Whose word each part of something is."""


def text_basis(text: Worded) -> str:
    """Whose words a text is in."""
    return basis_of(text.source if isinstance(text, Sourced) else None)


def message_bases(sent: Notification, policy: RuleSet) -> Bases:
    """On whose word a message is sent, and whose words its subject and its body are."""
    return {
        "sent": _basis(sent.source, policy),
        "subject": text_basis(sent.subject),
        "body": text_basis(sent.body),
    }


def label_bases(read: Label | None, policy: RuleSet) -> Bases:
    """On whose word a label is read; without one the name of a status is, which says nothing."""
    return {} if read is None else {"label": _basis(read.source, policy)}


def _basis(source: Source | None, policy: RuleSet) -> str:
    return basis_of(policy.source if source is None else source)
