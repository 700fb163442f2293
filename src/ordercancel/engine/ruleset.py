"""What the engine asks of a policy.

`ordercancel.policy.Policy` is the one implementation. The engine knows only this protocol, so that
it does not depend on how a policy is put together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Judged
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import Lang, Text
from ordercancel.rules.conditions import Condition
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.effects import Forbid, Grant
from ordercancel.rules.facts import Choice, Fact
from ordercancel.rules.lifecycle import Lifecycle
from ordercancel.rules.notifications import Notification
from ordercancel.rules.reasons import Reason
from ordercancel.rules.roles import Role
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Clause, Source
from ordercancel.rules.texts import Counter, Label

__all__ = ["RuleLeaf", "RuleSet"]

RuleLeaf = tuple[Rule, Condition, Grant | Forbid]
"""A plain effect of a rule, with the whole condition under which it holds."""


class RuleSet(Protocol):
    """The rules of one policy edition, its lifecycle and its texts.

    See `ordercancel.policy.Policy` for what each attribute and method means.
    """

    @property
    def name(self) -> str: ...
    @property
    def edition(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def succeeds(self) -> frozenset[str]: ...
    @property
    def tzinfo(self) -> ZoneInfo: ...
    @property
    def languages(self) -> tuple[Lang, ...]: ...
    @property
    def orders(self) -> Lifecycle: ...
    @property
    def facts(self) -> tuple[Fact, ...]: ...
    @property
    def roles(self) -> Mapping[str, Role]: ...
    @property
    def source(self) -> Source | None: ...
    @property
    def rules(self) -> tuple[Rule, ...]: ...
    @property
    def reasons(self) -> tuple[Reason, ...]: ...
    @property
    def deadlines(self) -> tuple[Deadline, ...]: ...
    @property
    def notifications(self) -> tuple[Notification, ...]: ...
    @property
    def labels(self) -> tuple[Label, ...]: ...
    @property
    def counters(self) -> tuple[Counter, ...]: ...
    @property
    def compiled(self) -> MutableMapping[Any, Callable[..., Any]]:
        """What was compiled, by kind of command; filled by `ordercancel.engine.compilation`."""

    def open(self, order: Order) -> Case: ...
    def rules_for(self, kind: type[Judged]) -> tuple[Rule, ...]:
        """The rules that speak about a kind of command, those of the library included."""

    def leaves_for(self, kind: type[Judged]) -> tuple[RuleLeaf, ...]: ...
    def reasons_for(self, kind: type[Judged]) -> tuple[Reason, ...]: ...
    def reason(self, kind: type[Judged], code: str | None) -> Reason | None: ...
    def fact(self, name: str) -> Fact | None: ...
    def domain(self, fact: Choice) -> tuple[str, ...]: ...
    def deadline(self, deadline_id: str) -> Deadline: ...
    def clause(self, clause_id: str) -> Clause: ...
    def clauses_of(self, ids: Iterable[str]) -> tuple[str, ...]: ...
    def text(self, value: Text | str) -> Text:
        """A plain `str` as a text in the first language of the policy."""

    def status_text(self, status: str) -> Text: ...
    def refusal_text(self, code: str, missing: Iterable[str] = ()) -> Text: ...
    def notifications_on(self, change: str) -> tuple[Notification, ...]: ...
