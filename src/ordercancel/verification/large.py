"""Verifies a policy of too many cases to reach: asks a solver, and walks what it finds.

A question about combinations of facts covers all cases, since each of them is one. Where there is
no such combination, there is no such fault. Where there is one, orders with its facts are walked,
and those alone, so that every fault that is reported comes about in a case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from ordercancel.domain.commands import JUDGED
from ordercancel.domain.texts import Text
from ordercancel.policy.policy import Policy
from ordercancel.rules.facts import FACTS, Day, Moment
from ordercancel.verification.check import Check
from ordercancel.verification.conditions import every_leaf
from ordercancel.verification.dead_rules import DeadRule
from ordercancel.verification.deadline_check import DeadlineCheck
from ordercancel.verification.enumeration import Space, too_large, values_of
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.report import Kind
from ordercancel.verification.rule_check import RuleCheck
from ordercancel.verification.solver.encoding import Encoded, Formula, Undecided
from ordercancel.verification.solver.questions import Question, questions
from ordercancel.verification.solver.rulings import Rulings

MOST_TRIES = 3
"""How many sets of facts of orders are walked at most for one question."""

_OF_SEVERAL = (Kind.PERMITS_DISAGREE, Kind.FEES_DISAGREE)
"""What is a fault for itself of each set of rules: that of three says nothing of two alone."""


class LargeWalk:
    """Walks the orders that a solver picks.

    Args:
        policy: The policy.
        rules: The check of rules, which knows those that decide nothing.
        deadlines: The check of deadlines.
        others: All other checks.
        most_cases: How many cases are reached at most from one set of facts.
        most_steps: How many steps the solver takes at most for one question.
        show_refusals: Whether every refusal is a step, too.

    Attributes:
        left: What is not shown, by the kind of the fault.
        undecided: The questions on which the solver gave up.
        cases: How many cases were reached.
        steps: How many commands were carried out.
    """

    def __init__(
        self,
        policy: Policy,
        rules: RuleCheck,
        deadlines: DeadlineCheck,
        *others: Check,
        most_cases: int,
        most_steps: int,
        show_refusals: bool,
    ) -> None:
        self.policy = policy
        self.left: dict[Kind, list[Text]] = {}
        self.undecided: tuple[Text, ...] = ()
        self.cases = 0
        self.steps = 0
        self._rules = rules
        self._deadlines = deadlines
        self._checks = (rules, deadlines, *others)
        self._most_cases = most_cases
        self._most_steps = most_steps
        self._show_refusals = show_refusals
        brought = [*policy.orders.facts.values(), *policy.orders.needs.values()]
        self._own = {
            fact.name: fact
            for fact in policy.facts
            if fact.of is None and fact.name not in FACTS and fact.name not in sum(brought, ())
        }
        self._walked: set[frozenset[tuple[str, Any]]] = set()

    def run(self) -> Explorer:
        """Ask everything, and walk usual orders and those of the answers; return the first walk.

        Raises:
            TooLarge: Even orders that differ in nothing but times lead to too many cases.
        """
        first = self._walk({})
        assert first is not None, "nothing was walked before"
        for question in questions(self.policy, self._most_steps):
            self._settle(question, partial(self._ask, question, first))
        for dead in self._rules.dead:
            if not dead.holds:
                self._look_for_unknown(dead)
        self._rules.report_dead(first)
        self._look_for_unseen()
        return first

    @property
    def fired(self) -> set[str]:
        """The ids of the deadlines that fired in a case that was reached."""
        return self._deadlines.fired

    # ---------------------------------------------------------------- questions

    def _ask(self, question: Question, first: Explorer) -> None:
        found = [self._smallest(question, formula) for formula in question.formulas]
        if question.is_fault:
            if found == [None]:
                self._report(question, first)
            elif question.kind is Kind.DEADLINE_NEVER_RUNS and not self._is_found(question):
                self._show(question, found)
        elif None not in found and not self._is_found(question):
            self._show(question, found)

    def _look_for_unknown(self, dead: DeadRule) -> None:
        """Walk orders of which a fact is missing that the condition of a rule hangs on."""
        encoded = Encoded.of(self.policy, dead.kind, most_steps=self._most_steps)
        unknown = Rulings(encoded).asked, encoded.unknown(dead.when)
        question = Question(
            Kind.NEVER_DETERMINED,
            frozenset({str(dead)}),
            encoded,
            (encoded.all_of(unknown),),
            f"{dead} can't be evaluated",
        )
        self._settle(question, partial(self._walk_answer, question))

    def _walk_answer(self, question: Question) -> None:
        self._walk(self._smallest(question, *question.formulas) or {})

    def _look_for_unseen(self) -> None:
        """Leave the rules that may be unknown, and whose conditions were true in no case."""
        found = {subject for _, subject in self._rules.faults}
        encoded: dict[Any, Encoded] = {}
        for dead in self._rules.unseen:
            if str(dead) in found:
                continue
            if dead.kind not in encoded:
                encoded[dead.kind] = Encoded.of(
                    self.policy, dead.kind, most_steps=self._most_steps
                )
            unknown = encoded[dead.kind].unknown(dead.when)
            if self._may_be(encoded[dead.kind], unknown, f"{dead} can't be evaluated"):
                self._leave(Kind.NEVER_DETERMINED, _unseen(str(dead)))
        for fee in {each.id for each in self.policy.fees} - self._rules.charged - found:
            self._leave(Kind.NEVER_DETERMINED, _unseen(fee))

    def _may_be(self, encoded: Encoded, formula: Formula, query: str) -> bool:
        try:
            return encoded.may(formula, query=query)
        except Undecided:
            return True

    def _show(self, question: Question, found: list[Any]) -> None:
        """Walk orders of the combinations until the fault shows in one."""
        tried: list[list[Formula]] = [[] for _ in found]
        for _ in range(MOST_TRIES):
            for facts, seen in [each for each in zip(found, tried, strict=True) if each[0]]:
                self._walk(facts)
                seen.append(self._same_order(question.encoded, facts))
            if self._is_found(question):
                return
            found = [
                self._smallest(question, formula, question.encoded.none_of(seen))
                for formula, seen in zip(question.formulas, tried, strict=True)
            ]
        self._leave(
            question.kind,
            Text(
                f"次の組み合わせはあるが、それだけを示す案件には到達していない: {question.query}",
                f"There are combinations of facts in which {question.query}; "
                "no case that shows just this was reached.",
            ),
        )

    def _smallest(self, question: Question, *formulas: Formula) -> dict[str, Any] | None:
        """The combination closest to a usual order, of facts with which one can be registered."""
        encoded = question.encoded
        required = (
            encoded.none_of([encoded.is_at(name, None)])
            for name, fact in self._own.items()
            if fact.required and name in encoded.space.free
        )
        return encoded.smallest(*formulas, *required, query=question.query)

    def _same_order(self, encoded: Encoded, facts: Mapping[str, Any]) -> Formula:
        names = self._own.keys() & encoded.space.free.keys()
        return encoded.all_of(encoded.is_at(name, facts[name]) for name in sorted(names))

    def _is_found(self, question: Question) -> bool:
        """Whether a case was reached that answers the question."""
        if question.kind is Kind.DEADLINE_NEVER_RUNS:
            return question.names <= self._deadlines.ran.keys()
        found = (
            set(subject.split(", "))
            for check in self._checks
            for kind, subject in check.faults
            if kind is question.kind
        )
        if question.kind in _OF_SEVERAL:
            return any(question.names == each for each in found)
        return any(question.names <= each for each in found)

    def _report(self, question: Question, first: Explorer) -> None:
        """Report what never is, in no combination."""
        (name,) = question.names
        if question.kind is Kind.NO_REASON:
            (reason,) = (
                each
                for each in self.policy.reasons
                if f"{each.code} on {each.on.__name__}" == name
            )
            self._rules.never_offered(reason, first)
        elif question.kind is Kind.NEVER_DECIDES:
            self._rules.never_charged(name, first)
        else:
            self._deadlines.never_runs(self.policy.deadline(name), first)

    def _settle(self, question: Question, ask: Callable[[], None]) -> None:
        """Ask a question; where the solver gives up, say so."""
        try:
            ask()
        except Undecided as error:
            self.undecided += (error.text,)
            self._leave(question.kind, error.text)

    def _leave(self, kind: Kind, text: Text) -> None:
        texts = self.left.setdefault(kind, [])
        if text not in texts:
            texts.append(text)

    # ---------------------------------------------------------------- walks

    def _walk(self, facts: Mapping[str, Any]) -> Explorer | None:
        """Reach every case of the orders that have these facts, unless that was done before."""
        only = dict(self._only(facts))
        key = frozenset(only.items())
        if key in self._walked:
            return None
        self._walked.add(key)
        explorer = Explorer(
            self.policy,
            self._checks,
            limit=self._most_cases,
            show_refusals=self._show_refusals,
            only=only,
        )
        explorer.run()
        if not explorer.is_complete:
            spaces = [Space.of(self.policy, kind) for kind in JUDGED]
            raise too_large(spaces, len(explorer.nodes), "cases", solved=True)
        self.cases += len(explorer.nodes)
        self.steps += explorer.steps
        for check in self._checks:
            check.finish(explorer)
        return explorer

    def _only(self, facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The one value of each fact that orders have; times that are known may be any."""
        for name, fact in self._own.items():
            value = facts.get(name)
            if not isinstance(fact, Moment | Day):
                if value is None and fact.required:
                    value = values_of(name, every_leaf(self.policy), (self.policy,))[0]
                yield name, value
            elif value is None and not fact.required:
                yield name, None


def _unseen(subject: str) -> Text:
    return Text(
        f"{subject}：到達した案件では条件が成り立っていない。",
        f"{subject}: its condition was true in none of the cases that were reached.",
    )
