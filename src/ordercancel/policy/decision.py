"""How the rules that speak about one command become one decision.

Four laws hold, whatever the rules are:

- a forbid outweighs every permit, and all satisfied forbids are reported;
- silence refuses: where no rule permits, nothing is permitted;
- neither the order of the rules nor their repetition changes anything;
- a rule that can't be evaluated refuses and is named, and so do permits that disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from ordercancel.case import Case
from ordercancel.commands import Command
from ordercancel.order import Party
from ordercancel.policy.conditions import All, AnyOf, Condition, Leaf, Not, Value
from ordercancel.policy.facts import Facts
from ordercancel.policy.rules import Effect, Forbid, Rule
from ordercancel.text import Lang, Text

if TYPE_CHECKING:
    from ordercancel.policy.explanation import Explanation
    from ordercancel.policy.policy import Policy
    from ordercancel.policy.provisions import Silence

__all__ = [
    "NOT_PERMITTED",
    "NO_SUCH_MOVE",
    "PERMITS_DISAGREE",
    "UNDETERMINED",
    "Decision",
    "Finding",
    "Refusal",
    "RuleError",
    "Verdict",
    "combine",
    "concluded",
    "in_order",
]

NOT_PERMITTED = "not_permitted"
"""The code of a refusal by silence."""

UNDETERMINED = "undetermined"
"""The code of a refusal because a rule could not be evaluated."""

PERMITS_DISAGREE = "permits_disagree"
"""The code of a refusal because two permits want different things."""

NO_SUCH_MOVE = "no_such_move"
"""The code of a refusal because a chart has no such move from where things stand."""


class Verdict(StrEnum):
    """What came out: the grants of `ordercancel.policy.rules.Grant`, or a refusal."""

    CANCEL = "cancel"
    REFER = "refer"
    PERMIT = "permit"
    REFUSE = "refuse"


About = tuple[Command, Case, datetime, Party | None]
"""A command, the case that it is about, when it was given, and what is known of the seller."""


@attrs.frozen
class RuleError:
    """Why a rule could not be followed: an error in the data, or in the policy.

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
        rule: The id of the rule; None for silence.
        clauses: The ids of the clauses that the rule cites.
        text: The sentence for people.
    """

    code: str
    rule: str | None
    clauses: tuple[str, ...]
    text: Text


@attrs.frozen
class Finding:
    """What rules come to: the part of a `Decision` that is the same for many orders.

    Args:
        verdict: What came out.
        determined_by: The rules that determined it.
        errors: The rules that could not be followed.
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
        policy: Policy,
        kind: type[Command] | None,
        facts: Mapping[str, Value | None] | About,
    ) -> Decision:
        """The decision on a command of this `kind`, judged by `facts`."""
        return Decision(self.verdict, self.determined_by, self.errors, policy, kind, facts)


@attrs.frozen
class Decision:
    """The answer of the rules to one command.

    Args:
        verdict: What came out.
        determined_by: The rules that determined it: all satisfied forbids, or else all permits.
            Empty where silence or an error refused.
        errors: The rules that could not be followed.
        policy: The policy that was asked.
        kind: The kind of command that was judged.
        facts: What it was judged by: a mapping of facts, or what they are read from.
    """

    verdict: Verdict
    determined_by: tuple[Rule, ...]
    errors: tuple[RuleError, ...]
    policy: Policy = attrs.field(repr=False, eq=False)
    kind: type[Command] | None = attrs.field(default=None, repr=False, eq=False)
    _about: Mapping[str, Value | None] | About = attrs.field(
        factory=dict, alias="facts", repr=False, eq=False
    )

    @property
    def finding(self) -> Finding:
        """What the rules came to, whatever order it was about."""
        return Finding(self.verdict, self.determined_by, self.errors)

    @property
    def facts(self) -> Mapping[str, Value | None]:
        """What it was judged by; of a case, read when it is asked for."""
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
        """Whether it is refused for no other reason than that no rule permits it."""
        return self.is_refused and not (self.determined_by or self.errors)

    @property
    def silence(self) -> Silence | None:
        """Where silence alone refused, the policy's word that it does so on purpose, if any."""
        if not self.is_silent:
            return None
        return next((each for each in self.policy.silences if each.covers(self)), None)

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of all rules that determined the verdict or stood in its way, each once."""
        return self.finding.rules

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

    def explain(self, lang: Lang) -> Explanation:
        """Why it is so, and what would have to be different; ``str()`` of it is for people."""
        # Explaining judges other facts, and so needs what judging is made of.
        from ordercancel.policy.explain import explain  # noqa: PLC0415

        return explain(self, lang)


def combine(
    rules: Iterable[Rule],
    facts: Mapping[str, Value | None],
    policy: Policy,
    kind: type[Command] | None = None,
    have: Callable[[Effect], bool] = lambda effect: True,
) -> Decision:
    """The decision of `rules`, all about one `kind` of command, in the light of `facts`.

    `have` tells whether the charts have what an effect brings about.
    """
    satisfied: list[Rule] = []
    errors: list[RuleError] = []
    for rule in rules:
        try:
            holds = rule.when.test(facts)
            if holds is None:
                missing = _missing(rule, facts)
                problem = f"missing: {', '.join(missing)}"
                errors.append(RuleError(UNDETERMINED, rule, problem, missing))
        except Exception as error:  # fail closed: whatever goes wrong, the rule is named
            holds = None
            errors.append(RuleError(UNDETERMINED, rule, f"{type(error).__name__}: {error}"))
        if holds:
            satisfied.append(rule)
    return concluded(satisfied, errors, have).decision(policy, kind, facts)


def concluded(
    satisfied: Sequence[Rule], errors: Sequence[RuleError], have: Callable[[Effect], bool]
) -> Finding:
    """What the rules that are satisfied come to, with the errors of those that are neither."""
    forbids = [rule for rule in satisfied if isinstance(rule.effect, Forbid)]
    permits = [rule for rule in satisfied if not isinstance(rule.effect, Forbid)]
    granted = {rule.effect for rule in permits}
    if forbids or errors or not permits:
        return Finding(Verdict.REFUSE, in_order(forbids), _errors_in_order(errors))
    if len(granted) > 1:
        disagreeing = [RuleError(PERMITS_DISAGREE, r, f"grants {r.effect}") for r in permits]
        return Finding(Verdict.REFUSE, (), _errors_in_order(disagreeing))
    effect = permits[0].effect
    if not have(effect):
        problem = f"grants {effect} where a chart has no such move"
        errors = [RuleError(NO_SUCH_MOVE, rule, problem) for rule in permits]
        return Finding(Verdict.REFUSE, (), _errors_in_order(errors))
    return Finding(Verdict(str(effect)), in_order(permits))


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules by their ids, each once."""
    return tuple(sorted(set(rules), key=lambda rule: rule.id))


def _errors_in_order(errors: Iterable[RuleError]) -> tuple[RuleError, ...]:
    return tuple(sorted(set(errors), key=lambda error: error.rule.id))


def _missing(rule: Rule, facts: Mapping[str, Value | None]) -> tuple[str, ...]:
    return tuple(sorted({leaf.fact for leaf in _unknown(rule.when, facts)}))


def _unknown(when: Condition, facts: Mapping[str, Value | None]) -> Iterator[Leaf]:
    """The conditions about one fact each by which `when` is unknown."""
    match when:
        case All(parts) | AnyOf(parts):
            for part in parts:
                if part.test(facts) is None:
                    yield from _unknown(part, facts)
        case Not(inner):
            yield from _unknown(inner, facts)
        case _:
            yield from (leaf for leaf in when.leaves() if facts[leaf.fact] is None)
