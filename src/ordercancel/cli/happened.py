"""What determines the answers to the lines of a scenario, for whoever explains them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import UpdateOrder
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import DeadlineFired
from ordercancel.domain.texts import Lang
from ordercancel.engine.decision import Decision
from ordercancel.engine.messages import Message
from ordercancel.explain import (
    Explanation,
    explain,
    explain_faults,
    explain_firing,
    explain_update,
)
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import Notification


@attrs.frozen
class Told:
    """What the host tells of an order, and the case before it."""

    command: UpdateOrder
    case: Case
    at: datetime


@attrs.frozen
class Happened:
    """What determined an answer, for whoever explains it, and the policy that speaks."""

    what: Decision | InvalidValue | DeadlineFired | Told
    policy: Policy
    parties: Mapping[str, Party | None] = attrs.field(factory=dict)
    messages: tuple[Message, ...] = ()
    behind: Mapping[str, Notification] = attrs.field(factory=dict)

    def explained(self, lang: Lang) -> Explanation:
        """Why, in the words of `lang`."""
        match self.what:
            case Decision() as decision:
                return explain(decision, lang, parties=self.parties)
            case InvalidValue() as error:
                return explain_faults(error, self.policy, lang)
            case Told(command, case, at):
                return explain_update(command, case, self.policy, at, lang, parties=self.parties)
            case event:
                return explain_firing(
                    event, self.policy, lang, messages=self.messages, behind=self.behind
                )
