"""Faults of rules: grants that disagree, rules that never decide, holes that nobody meant."""

from __future__ import annotations

from collections.abc import Collection, Hashable

from ordercancel.domain.commands import ANSWERS, AdvanceOrder, Judged, RequestCancellation
from ordercancel.domain.events import CancellationRequested
from ordercancel.domain.texts import LANGS, Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decision import FEES_DISAGREE, PERMITS_DISAGREE, UNDETERMINED, Decision
from ordercancel.policy.policy import Policy
from ordercancel.rules.effects import Forbid
from ordercancel.rules.reasons import Reason
from ordercancel.verification.check import Check
from ordercancel.verification.dead_rules import DeadRule, DeadRules
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick

_Shown = tuple[CaseNode, Attempt]


class RuleCheck(Check):
    """Looks at every decision for what is wrong with the rules behind it.

    `dead` are the rules that decide nothing in any combination of facts.
    """

    def __init__(self, policy: Policy, dead: tuple[DeadRule, ...]) -> None:
        super().__init__(policy)
        self.dead = dead
        self._unreached = DeadRules(policy)
        self._first: dict[type[Judged], _Shown] = {}
        self._holding: dict[str, tuple[_Shown, str]] = {}
        self._granted: set[Hashable] = set()
        self._offered: set[int] = set()
        self._silent: dict[Hashable, tuple[str, _Shown]] = {}
        self._charged: set[tuple[str, str]] = set()
        self._free: dict[str, str] = {}
        self._missing: dict[tuple[str, tuple[str, ...]], _Shown] = {}

    def judged(
        self, node: CaseNode, attempt: Attempt, decision: Decision, offered: tuple[Reason, ...]
    ) -> None:
        kind = type(attempt.command)
        shown = node, attempt
        self._first.setdefault(kind, shown)  # type: ignore[arg-type]
        self._unreached.see(decision)
        for error in decision.errors:
            if error.code == UNDETERMINED:
                self._missing.setdefault((error.rule.id, error.missing), shown)
        self._look_at_grants(node, attempt, decision)
        self._look_at_fees(node, attempt, decision)
        self._look_at_reasons(node, attempt, decision, offered)
        self._offered.update(map(id, offered))
        relation = self._relation(node, attempt)
        if not decision.is_refused:
            self._granted.add(relation)
        elif decision.is_silent:
            name = self.policy.command_text(kind)["en"]
            self._silent.setdefault(relation, (name, shown))
        for dead in self.dead:
            # A case in which other rules decide shows more than one that the lifecycle refuses.
            waits = dead.kind is kind and not self._holding.get(str(dead), (shown, ""))[1]
            if waits and dead.when.test(decision.facts) is True:
                others = ", ".join(each for each in decision.rules if each != dead.rule.id)
                if others or str(dead) not in self._holding:
                    self._holding[str(dead)] = shown, others

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        for event in step.events:
            if isinstance(event, CancellationRequested) and event.fee is not None:
                self._charged.add((event.by.role, event.fee))  # by a deadline, too

    def finish(self, explorer: Explorer) -> None:
        self._look_for_holes()
        if explorer.is_part:
            return
        for reason in self.policy.reasons:
            if id(reason) not in self._offered:
                self.never_offered(reason, explorer)
        self._report_fees(explorer)
        unknown = {str(each) for each in self._unreached.dead if self._is_unknown(each)}
        for each in self._unreached.dead:
            if str(each) in unknown:
                self._never_determined(each)
        self.report_dead(explorer, unknown)
        unreached = {str(each) for each in self._unreached.dead} - unknown
        unreached -= {str(each) for each in self.dead}
        if unreached:
            names = ", ".join(sorted(unreached))
            self.notes.append(
                Text(
                    f"到達しうる案件では結果を左右しないルール(万一に備えるもの): {names}",
                    f"Rules that are never decisive in a reachable case: {names}",
                )
            )
        for rule, missing in self._missing:
            if not any(each.startswith(f"{rule} ") for each in unknown):
                ja, en = (self._facts(missing, lang) for lang in LANGS)
                self.notes.append(
                    Text(
                        f"{rule} は、次が不明なとき判断できず拒否となる: {ja}",
                        f"{rule} cannot be evaluated, and refuses, where this is not known: {en}",
                    )
                )

    def report_dead(self, explorer: Explorer, reported: Collection[str] = ()) -> None:
        """Report the rules that decide nothing in any combination of facts."""
        for each in self.dead:
            if str(each) in reported:
                continue
            if self._is_unknown(each):
                self._never_determined(each)
            else:
                self._never_decides(each, explorer)

    def never_offered(self, reason: Reason, explorer: Explorer) -> None:
        """Report a reason that nobody is ever offered."""
        problem = Text(
            "どの案件でも、誰にも選べない理由である。", "It is offered to nobody, in no case."
        )
        subject = f"{reason.code} on {reason.on.__name__}"
        self.report(Kind.NO_REASON, subject, problem, explorer.first)

    def never_charged(self, fee: str, explorer: Explorer) -> None:
        """Report a fee that never holds."""
        problem = Text("適用される案件がない。", "It holds in no case that can be reached.")
        unknown = [shown for (rule, _), shown in self._missing.items() if rule == fee]
        kind = Kind.NEVER_DETERMINED if unknown else Kind.NEVER_DECIDES
        self.report(kind, fee, problem, *(unknown[0] if unknown else (explorer.first,)))

    def _facts(self, names: tuple[str, ...], lang: str) -> str:
        return ", ".join(self.policy.fact_text(name)[lang] for name in names)

    def _look_at_grants(self, node: CaseNode, attempt: Attempt, decision: Decision) -> None:
        rules = ", ".join(
            dict.fromkeys(
                error.rule.id for error in decision.errors if error.code == PERMITS_DISAGREE
            )
        )
        if rules:
            problem = Text(
                "同じ場合に、これらのルールが異なる結果を認めている。",
                "In one and the same case these rules grant different things.",
            )
            self.report(Kind.PERMITS_DISAGREE, rules, problem, node, attempt)
        if decision.ruling.code in ("not_cancellable", "no_such_move"):
            own = [
                rule.id
                for rule, when, effect in self.policy.leaves_for(type(attempt.command))  # type: ignore[arg-type]
                if not isinstance(effect, Forbid)
                and not rule.id.startswith("standard.")
                and when.test(decision.facts) is True
            ]
            problem = Text(
                f"ルールは認めるが、状態「{node.case.order.status}」の注文にはその操作がない。",
                "The rule grants what the lifecycle has no move for in "
                f"{node.case.order.status!r}.",
            )
            if own:
                self.report(Kind.PERMIT_WITHOUT_MOVE, ", ".join(own), problem, node, attempt)

    def _look_at_reasons(
        self,
        node: CaseNode,
        attempt: Attempt,
        decision: Decision,
        offered: tuple[Reason, ...],
    ) -> None:
        kind = type(attempt.command)
        if decision.is_refused or offered or not self.policy.reasons_for(kind):  # type: ignore[arg-type]
            return
        role = attempt.command.by.role
        who = self.policy.role_text(role)
        problem = Text(
            f"{who['ja']}に認められるが、選べる理由がない。",
            f"It is permitted to {who['en']}, and no reason is offered for it.",
        )
        self.report(Kind.NO_REASON, f"{kind.__name__} by {role}", problem, node, attempt)

    # ---------------------------------------------------------------- fees

    def _look_at_fees(self, node: CaseNode, attempt: Attempt, decision: Decision) -> None:
        role = attempt.command.by.role
        fees = [each.rule.id for each in decision.errors if each.code == FEES_DISAGREE]
        if fees:
            problem = Text(
                "同じ場合に、これらの手数料がともに適用される。",
                "In one and the same case these fees hold together.",
            )
            self.report(Kind.FEES_DISAGREE, ", ".join(fees), problem, node, attempt)
        elif not decision.is_refused and isinstance(attempt.command, RequestCancellation):
            if decision.fee is None:
                self._free.setdefault(role, node.case.order.status)
            else:
                fees = [decision.fee.id]
        self._charged.update((role, fee) for fee in fees)

    def _report_fees(self, explorer: Explorer) -> None:
        """Fees that never hold; and who is charged in some cases, and in others is not."""
        roles, charged = ({each[n] for each in self._charged} for n in (0, 1))
        for fee in (each.id for each in self.policy.fees if each.id not in charged):
            self.never_charged(fee, explorer)
        for role, status in self._free.items():
            who = self.policy.role_text(role)
            if role in roles:
                self.notes.append(
                    Text(
                        f"{who['ja']}が手数料なしでキャンセルできる場合がある"
                        f"(注文の状態「{status}」など)",
                        f"{who['en']} cancels at no fee in some cases, such as in {status!r}",
                    )
                )

    # ---------------------------------------------------------------- holes

    def _relation(self, node: CaseNode, attempt: Attempt) -> Hashable:
        """Who does what to whose request: what may be granted in some cases and not in others."""
        command = attempt.command
        about: tuple[object, ...] = ()
        if isinstance(command, ANSWERS):
            facts = Facts(command, node.case, self.policy, node.at, attempt.seller)
            about = facts["is_initiator"], facts["is_answerer"], facts["is_own_side"]
        elif isinstance(command, AdvanceOrder):
            about = (command.move,)
        return type(command), command.by.role, about

    def _look_for_holes(self) -> None:
        for relation, (name, (node, attempt)) in self._silent.items():
            if relation in self._granted:
                command = attempt.command
                role = command.by.role
                who, status = self.policy.role_text(role), node.case.order.status
                problem = Text(
                    f"「{name}」は{who['ja']}に認められる場合があるのに、この場合"
                    f"(注文の状態「{status}」)には、認めるルールも拒むルールもない。",
                    f"'{name}' is granted to {who['en']} in some cases; in this "
                    f"one, in status {status!r}, no rule grants or forbids it.",
                )
                subject = f"{type(command).__name__} by {role}"
                self.report(Kind.HOLE, subject, problem, node, attempt)

    # ---------------------------------------------------------------- rules that say nothing

    @property
    def charged(self) -> set[str]:
        """The ids of the fees that held in a case that was reached."""
        return {fee for _, fee in self._charged}

    @property
    def unseen(self) -> tuple[DeadRule, ...]:
        """The effects of rules whose conditions were true in no case that was reached."""
        return tuple(each for each in self._unreached.dead if not each.holds)

    def _is_unknown(self, dead: DeadRule) -> bool:
        """Whether its condition never holds in a reachable case, and a fact is missing in some."""
        return not dead.holds and any(rule == dead.rule.id for rule, _ in self._missing)

    def _never_determined(self, dead: DeadRule) -> None:
        (_, missing), shown = next(
            item for item in self._missing.items() if item[0][0] == dead.rule.id
        )
        ja, en = (self._facts(missing, lang) for lang in LANGS)
        names = ", ".join(missing)
        problem = Text(
            f"判断できる場合がない。次を知らせる者がいない: {ja} ({names})",
            f"It can never be evaluated: nobody can tell, in any case, {en} ({names}).",
        )
        self.report(Kind.NEVER_DETERMINED, str(dead), problem, *shown)

    def _never_decides(self, dead: DeadRule, explorer: Explorer) -> None:
        name = self.policy.command_text(dead.kind)
        shown, others = self._holding.get(str(dead), (self._first.get(dead.kind), ""))
        if dead.holds:
            problem = Text(
                f"「{name['ja']}」の結果を決めることがない。条件が成り立つときは必ず、他の"
                "ルールが同じことを定めるか、拒否する。"
                + (f"この案件では {others}。" if others else ""),
                f"It never decides about '{name['en']}': whenever its condition holds, another "
                "rule says the same, or forbids."
                + (f" In this case: {others}." if others else ""),
            )
        else:
            problem = Text(
                f"「{name['ja']}」の結果を決めることがない。条件が成り立つことがない。",
                f"It never decides about '{name['en']}': its condition can never hold.",
            )
        # No case may allow the command at all: then any case stands for it.
        self.report(Kind.NEVER_DECIDES, str(dead), problem, *(shown or (explorer.first,)))
