"""Evaluation: which rules hold for a command, compiled where possible, else one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.chart_conditions import chart_condition
from ordercancel.engine.combination import combine
from ordercancel.engine.compilation import compile_rules
from ordercancel.engine.decision import UNDETERMINED, Decision, RuleError, Ruling
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import All, AnyOf, Condition, Leaf, Not, Value
from ordercancel.rules.effects import Effect
from ordercancel.rules.rules import Rule


def evaluate(
    command: Command, case: Case, policy: RuleSet, at: datetime, seller: Party | None
) -> Ruling:
    """Judge `command` about `case`, given at the moment `at`, in UTC.

    The compiled rules answer. Where a condition is unknown or something goes wrong, they give
    None; then the rules are judged one by one, so that each rule that is undecided is named.
    """
    kind = type(command)
    judge_compiled = policy.compiled_rules.get(kind)
    if judge_compiled is None:
        judge_compiled = policy.compiled_rules[kind] = compile_rules(policy, kind)
    try:
        ruling: Ruling | None = judge_compiled(command, case, policy, at, seller)
    except Exception:  # whatever goes wrong, `judge` names the rules that it goes wrong in
        ruling = None
    if ruling is None:
        return judge(policy, kind, Facts(command, case, policy, at, seller)).ruling
    return ruling


def judge(policy: RuleSet, kind: type[Command], facts: Mapping[str, Value | None]) -> Decision:
    """Judge a `kind` of command by any `facts`, with the policy's rules and charts."""

    def charts_allow(effect: Effect) -> bool:
        return chart_condition(policy, kind, effect).test(facts) is True

    return judge_rules(policy.rules_for(kind), facts, policy, kind, charts_allow)


def judge_rules(
    rules: Iterable[Rule],
    facts: Mapping[str, Value | None],
    policy: RuleSet,
    kind: type[Command] | None = None,
    charts_allow: Callable[[Effect], bool] = lambda effect: True,
) -> Decision:
    """Judge by `rules` alone, all about one `kind` of command, testing one by one.

    Args:
        rules: The rules; neither their order nor their repetition matters.
        facts: The facts by name; None where one is missing.
        policy: The policy whose texts and clauses the decision shows.
        kind: The kind of command. Default: none in particular.
        charts_allow: Says whether the charts have the move of a grant. Default: they have.
    """
    true_rules: list[Rule] = []
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
            true_rules.append(rule)
    return combine(true_rules, errors, charts_allow).decision(policy, kind, facts)


def _missing(rule: Rule, facts: Mapping[str, Value | None]) -> tuple[str, ...]:
    return tuple(sorted({leaf.fact for leaf in _unknown_leaves(rule.when, facts)}))


def _unknown_leaves(when: Condition, facts: Mapping[str, Value | None]) -> Iterator[Leaf]:
    """The leaves whose missing facts make `when` unknown."""
    match when:
        case All(parts) | AnyOf(parts):
            for part in parts:
                if part.test(facts) is None:
                    yield from _unknown_leaves(part, facts)
        case Not(inner):
            yield from _unknown_leaves(inner, facts)
        case _:
            yield from (leaf for leaf in when.leaves() if facts[leaf.fact] is None)
