"""The decision on one command: verdict, refusals, and the error that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.errors import OrderCancelError
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import Value
from ordercancel.rules.effects import Forbid
from ordercancel.rules.provisions import Silence
from ordercancel.rules.rules import Rule

NOT_PERMITTED = "not_permitted"
"""The code where no rule permits the command."""

UNDETERMINED = "undetermined"
"""The code where a rule could not be evaluated."""

PERMITS_DISAGREE = "permits_disagree"
"""The code where permits grant different things."""

NO_SUCH_MOVE = "no_such_move"
"""The code where a chart has no such move from the present status."""


class Verdict(StrEnum):
    """The verdict on a command: a grant (`ordercancel.rules.effects.Grant`), or a refusal."""

    CANCEL = "cancel"
    REFER = "refer"
    PERMIT = "permit"
    REFUSE = "refuse"


About = tuple[Command, Case, datetime, Party | None]
"""A command, the case that it is about, when it was given, and what is known of the seller."""


@attrs.frozen
class RuleError:
    """Why a rule could not be evaluated or applied: an error in the data, or in the policy.

    `missing` names the facts that it needed and that were not there.
    """

    code: str
    rule: Rule
    problem: str
    missing: tuple[str, ...] = ()


@attrs.frozen
class Refusal:
    """One reason why something is refused.

    Args:
        code: Stable, for programs.
        rule: The id of the rule; None where no rule permits.
        clauses: The ids of the clauses that the rule cites.
        text: The sentence for people.
    """

    code: str
    rule: str | None
    clauses: tuple[str, ...]
    text: Text


@attrs.frozen
class Ruling:
    """The part of a `Decision` that is the same for many orders, and is cached.

    Args:
        verdict: The grant, or a refusal.
        determined_by: The rules that determined it.
        errors: The rules that could not be evaluated.
        rules: The ids of all of these, each once.
    """

    verdict: Verdict
    determined_by: tuple[Rule, ...]
    errors: tuple[RuleError, ...] = ()
    rules: tuple[str, ...] = attrs.field(init=False)

    @rules.default
    def _named(self) -> tuple[str, ...]:
        named = (*self.determined_by, *(error.rule for error in self.errors))
        return tuple(dict.fromkeys(rule.id for rule in named))

    def decision(
        self,
        policy: RuleSet,
        kind: type[Command] | None,
        facts: Mapping[str, Value | None] | About,
    ) -> Decision:
        """The decision on a command of this `kind`, judged by `facts`."""
        return Decision(self.verdict, self.determined_by, self.errors, policy, kind, facts)


@attrs.frozen
class Decision:
    """The answer of a policy to one command.

    Args:
        verdict: The grant, or a refusal.
        determined_by: The rules that determined it: all satisfied forbids, or else all permits.
            Empty where no rule permits, or an error refused.
        errors: The rules that could not be evaluated.
        policy: The policy that was asked.
        kind: The kind of command that was judged.
        facts: What it was judged by: a mapping of facts, or what they are read from.
    """

    verdict: Verdict
    determined_by: tuple[Rule, ...]
    errors: tuple[RuleError, ...]
    policy: RuleSet = attrs.field(repr=False, eq=False)
    kind: type[Command] | None = attrs.field(default=None, repr=False, eq=False)
    _about: Mapping[str, Value | None] | About = attrs.field(
        factory=dict, alias="facts", repr=False, eq=False
    )

    @property
    def ruling(self) -> Ruling:
        """The verdict and its rules, without the order that it was about."""
        return Ruling(self.verdict, self.determined_by, self.errors)

    @property
    def facts(self) -> Mapping[str, Value | None]:
        """What it was judged by; facts of a case are read when they are looked up."""
        if isinstance(self._about, tuple):
            command, case, at, seller = self._about
            return Facts(command, case, self.policy, at, seller)
        return self._about

    @property
    def is_refused(self) -> bool:
        """Whether the answer is no."""
        return self.verdict is Verdict.REFUSE

    @property
    def is_silent(self) -> bool:
        """Whether it is refused only because no rule permits it."""
        return self.is_refused and not (self.determined_by or self.errors)

    @property
    def silence(self) -> Silence | None:
        """Where no rule permits, the `Silence` that declares it intended, if any."""
        if not self.is_silent:
            return None
        return next(
            (each for each in self.policy.silences if each.covers(self.kind, self.facts)), None
        )

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of all rules that determined the verdict or stood in its way, each once."""
        return self.ruling.rules

    @property
    def clauses(self) -> tuple[str, ...]:
        """The ids of the clauses that those rules cite, each once."""
        return self.policy.clauses_of(self.rules)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every reason why it is refused; none where it is not."""
        if not self.is_refused:
            return ()
        coded = [
            *((error.code, error.rule, error.missing) for error in self.errors),
            *(
                (rule.effect.code, rule, ())
                for rule in self.determined_by
                if isinstance(rule.effect, Forbid)
            ),
        ]
        if not coded:
            return (Refusal(NOT_PERMITTED, None, (), self.policy.refusal_text(NOT_PERMITTED)),)
        return tuple(
            Refusal(
                code,
                rule.id,
                self.policy.clauses_of((rule.id,)),
                self.policy.refusal_text(code, missing),
            )
            for code, rule, missing in coded
        )

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all refusals, each once."""
        return tuple(dict.fromkeys(refusal.code for refusal in self.refusals))

    def message(self, lang: Lang) -> str:
        """The refusals in a sentence or more for people; empty where nothing is refused."""
        texts = dict.fromkeys(refusal.text[lang] for refusal in self.refusals)
        return ("" if lang == "ja" else " ").join(texts)


class Refused(OrderCancelError):
    """Raised when the policy refuses a command; carries the decision, its codes and its clauses.

    Args:
        decision: The decision, with every refusal: its stable code, its rule and its clauses.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(decision)

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable codes of all refusals, each once, sorted by rule."""
        return self.decision.codes

    @property
    def clauses(self) -> tuple[str, ...]:
        """The ids of all clauses that the refusals cite, each once."""
        return self.decision.clauses

    def __str__(self) -> str:
        return f"{self.decision.message('en')} [{', '.join(self.codes)}]"
