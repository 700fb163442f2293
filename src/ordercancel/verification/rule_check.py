"""Faults of rules: permits that disagree, rules that never decide, silence that nobody meant."""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.domain.actors import Role
from ordercancel.domain.commands import Command
from ordercancel.domain.texts import LANGS, Text
from ordercancel.engine.decision import NO_SUCH_MOVE, PERMITS_DISAGREE, UNDETERMINED, Decision
from ordercancel.policy.describe import COMMAND_NAMES, fact_text, value_text
from ordercancel.policy.policy import Policy
from ordercancel.rules.sources import Citation, OwnRule
from ordercancel.verification.check import Check
from ordercancel.verification.dead_rules import DeadRule, DeadRules
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick


class RuleCheck(Check):
    """Looks at every decision for what is wrong with the rules behind it.

    Args:
        policy: The policy.
        dead: The rules that decide nothing in any combination of facts.
    """

    def __init__(self, policy: Policy, dead: tuple[DeadRule, ...]) -> None:
        super().__init__(policy)
        self._dead = dead
        self._unreached = DeadRules(policy)
        self._first: dict[type[Command], tuple[CaseNode, Attempt]] = {}
        self._holding: dict[tuple[str, type[Command]], tuple[CaseNode, Attempt]] = {}
        self._silent: dict[type[Command], dict[Role, tuple[CaseNode, Attempt]]] = {}
        self._missing: dict[tuple[str, tuple[str, ...]], None] = {}

    def judged(self, node: CaseNode, attempt: Attempt, decision: Decision) -> None:
        kind = type(attempt.command)
        self._first.setdefault(kind, (node, attempt))
        self._unreached.see(decision)
        for error in decision.errors:
            if error.code == UNDETERMINED:
                self._missing[error.rule.id, error.missing] = None
        self._look_at_errors(node, attempt, decision)
        if decision.is_silent and decision.silence is None:
            roles = self._silent.setdefault(kind, {})
            roles.setdefault(attempt.command.by.role, (node, attempt))
        silence = () if decision.silence is None else (decision.silence,)
        for each in (*decision.determined_by, *silence):
            if _is_uncited(each.cites):
                self._uncited(each.id, node, attempt)
        for dead in self._dead:
            if dead.kind is kind and dead.rule.when.test(decision.facts) is True:
                self._holding.setdefault((dead.rule.id, kind), (node, attempt))

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        named = {rule for event in step.events for rule in event.rules}
        for each in self.policy.provisions:
            if each.id in named and _is_uncited(each.cites):
                self._uncited(each.id, node, attempt)

    def finish(self, explorer: Explorer) -> None:
        for kind, roles in self._silent.items():
            self._not_meant(kind, roles)
        if explorer.seed is not None:
            return
        for dead in self._dead:
            self._never(dead, explorer)
        unreached = sorted(set(map(str, self._unreached.dead)) - set(map(str, self._dead)))
        if unreached:
            names = ", ".join(unreached)
            self.notes.append(
                Text(
                    f"到達しうる案件では結果を左右しないルール(万一に備えるもの): {names}",
                    f"Rules that decide in no case that can be reached, and stand by: {names}",
                )
            )
        for rule, missing in self._missing:
            ja = "、".join(fact_text(name, self.policy, "ja") for name in missing)
            en = ", ".join(fact_text(name, self.policy, "en") for name in missing)
            self.notes.append(
                Text(
                    f"{rule} は、次が不明なとき判断できず拒否となる: {ja}",
                    f"{rule} can't be evaluated, and refuses, where this is not known: {en}",
                )
            )

    def _look_at_errors(self, node: CaseNode, attempt: Attempt, decision: Decision) -> None:
        codes = {error.code for error in decision.errors}
        rules = ", ".join(dict.fromkeys(error.rule.id for error in decision.errors))
        if PERMITS_DISAGREE in codes:
            problem = Text(
                "同じ場合に、これらのルールが異なる結果を認めている。",
                "In one and the same case these rules grant different things.",
            )
            self.report(Kind.PERMITS_DISAGREE, rules, problem, node, attempt)
        if NO_SUCH_MOVE in codes:
            problem = Text(
                "ルールは認めるが、状態遷移図にその操作がない。",
                "The rule grants what a chart has no move for.",
            )
            self.report(Kind.PERMIT_WITHOUT_MOVE, rules, problem, node, attempt)

    def _not_meant(
        self, kind: type[Command], roles: Mapping[Role, tuple[CaseNode, Attempt]]
    ) -> None:
        name = COMMAND_NAMES[kind]
        who = {
            lang: [value_text("role", str(role), self.policy, lang) for role in roles]
            for lang in LANGS
        }
        problem = Text(
            f"{'・'.join(who['ja'])}の「{name.ja}」を認めるルールも拒むルールもなく、"
            "それを意図した旨の記載(Silence)もない場合がある。",
            f"In some cases no rule permits or forbids '{name.en}' to {', '.join(who['en'])}, "
            "and no Silence says that this is meant.",
        )
        node, attempt = next(iter(roles.values()))
        self.report(Kind.SILENCE, kind.__name__, problem, node, attempt)

    def _uncited(self, name: str, node: CaseNode, attempt: Attempt | Tick) -> None:
        problem = Text(
            "根拠の条項もなく、独自の定めとも記されていない。",
            "It cites no clause, and does not say that it is ours.",
        )
        self.report(Kind.UNCITED, name, problem, node, attempt)

    def _never(self, dead: DeadRule, explorer: Explorer) -> None:
        name = COMMAND_NAMES[dead.kind]
        if dead.holds:
            problem = Text(
                f"「{name.ja}」の結果を決めることがない。条件が成り立つときは必ず、他のルールが"
                "同じことを定めるか、拒否する。",
                f"It never decides about '{name.en}': whenever its condition holds, another rule "
                "says the same, or forbids.",
            )
        else:
            problem = Text(
                f"「{name.ja}」の結果を決めることがない。条件が成り立つことがない。",
                f"It never decides about '{name.en}': its condition can never hold.",
            )
        shown = self._holding.get((dead.rule.id, dead.kind)) or self._first.get(dead.kind)
        # No case may allow the command at all, such as a deadline's: then any case stands for it.
        self.report(Kind.NEVER_DECIDES, str(dead), problem, *(shown or (explorer.first,)))


def _is_uncited(cites: object) -> bool:
    """Whether something names no source: no policy is built so, but one may be changed later."""
    return not (isinstance(cites, OwnRule) or (isinstance(cites, Citation) and cites.clauses))
