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
from ordercancel.verification.dead_rules import Idle, Idleness
from ordercancel.verification.explorer import Walk
from ordercancel.verification.invariants import Step
from ordercancel.verification.report import Kind
from ordercancel.verification.steps import Attempt, Node, Ticked

__all__ = ["RuleCheck"]


class RuleCheck(Check):
    """Looks at every decision for what is wrong with the rules behind it.

    Args:
        policy: The policy.
        idle: The rules that decide nothing in any combination of facts.
    """

    def __init__(self, policy: Policy, idle: tuple[Idle, ...]) -> None:
        super().__init__(policy)
        self._idle = idle
        self._reached = Idleness(policy)
        self._first: dict[type[Command], tuple[Node, Attempt]] = {}
        self._shown: dict[tuple[str, type[Command]], tuple[Node, Attempt]] = {}
        self._silent: dict[type[Command], dict[Role, tuple[Node, Attempt]]] = {}
        self._missing: dict[tuple[str, tuple[str, ...]], None] = {}

    def judged(self, node: Node, given: Attempt, decision: Decision) -> None:
        kind = type(given.command)
        self._first.setdefault(kind, (node, given))
        self._reached.see(decision)
        for error in decision.errors:
            if error.code == UNDETERMINED:
                self._missing[error.rule.id, error.missing] = None
        self._look_at_errors(node, given, decision)
        if decision.is_silent and decision.silence is None:
            roles = self._silent.setdefault(kind, {})
            roles.setdefault(given.command.by.role, (node, given))
        silence = () if decision.silence is None else (decision.silence,)
        for spoken in (*decision.determined_by, *silence):
            if _is_uncited(spoken.cites):
                self._uncited(spoken.id, node, given)
        for idle in self._idle:
            if idle.kind is kind and idle.spoken.when.test(decision.facts) is True:
                self._shown.setdefault((idle.spoken.id, kind), (node, given))

    def stepped(self, node: Node, given: Attempt | Ticked, step: Step) -> None:
        named = {rule for event in step.events for rule in event.rules}
        for each in self.policy.provisions:
            if each.id in named and _is_uncited(each.cites):
                self._uncited(each.id, node, given)

    def finish(self, walk: Walk) -> None:
        for kind, roles in self._silent.items():
            self._not_meant(kind, roles)
        if walk.seed is not None:
            return
        for idle in self._idle:
            self._never(idle, walk)
        unreached = sorted(
            {_named(each) for each in self._reached.idle} - {_named(each) for each in self._idle}
        )
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

    def _look_at_errors(self, node: Node, given: Attempt, decision: Decision) -> None:
        codes = {error.code for error in decision.errors}
        rules = ", ".join(dict.fromkeys(error.rule.id for error in decision.errors))
        if PERMITS_DISAGREE in codes:
            problem = Text(
                "同じ場合に、これらのルールが異なる結果を認めている。",
                "In one and the same case these rules grant different things.",
            )
            self.fault(Kind.PERMITS_DISAGREE, rules, problem, node, [given])
        if NO_SUCH_MOVE in codes:
            problem = Text(
                "ルールは認めるが、状態遷移図にその操作がない。",
                "The rule grants what a chart has no move for.",
            )
            self.fault(Kind.PERMIT_WITHOUT_MOVE, rules, problem, node, [given])

    def _not_meant(self, kind: type[Command], roles: Mapping[Role, tuple[Node, Attempt]]) -> None:
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
        node, given = next(iter(roles.values()))
        self.fault(Kind.SILENCE, kind.__name__, problem, node, [given])

    def _uncited(self, name: str, node: Node, given: Attempt | Ticked) -> None:
        problem = Text(
            "根拠の条項もなく、独自の定めとも記されていない。",
            "It cites no clause, and does not say that it is ours.",
        )
        self.fault(Kind.UNCITED, name, problem, node, [given])

    def _never(self, idle: Idle, walk: Walk) -> None:
        name = COMMAND_NAMES[idle.kind]
        if idle.holds:
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
        # A command that cannot even be given, such as a deadline's, is shown by nothing.
        shown = self._shown.get((idle.spoken.id, idle.kind)) or self._first.get(idle.kind)
        if shown is None:
            self.fault(Kind.NEVER_DECIDES, _named(idle), problem, next(iter(walk.nodes.values())))
        else:
            self.fault(Kind.NEVER_DECIDES, _named(idle), problem, shown[0], [shown[1]])


def _named(idle: Idle) -> str:
    return f"{idle.spoken.id} on {idle.kind.__name__}"


def _is_uncited(cites: object) -> bool:
    """Whether something names no source: no policy is built so, but one may be changed later."""
    return not (isinstance(cites, OwnRule) or (isinstance(cites, Citation) and cites.clauses))
