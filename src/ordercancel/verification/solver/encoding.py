"""Combinations of facts as a formula, so that a solver finds one or proves that there is none.

The values are those of `Space`, which stand for all there are, so the solver answers exactly what
trying every combination would. Of a fact with n values, n - 1 variables say whether it is at or
past each but the first. A condition about one fact, or about a moment and the present, is tested
with each of their values, and becomes the runs of values with which it is true, and unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import Any

import attrs

from ordercancel.domain.commands import Judged
from ordercancel.domain.errors import OrderCancelError
from ordercancel.domain.texts import Text
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Condition,
    Leaf,
    Named,
    Not,
    Value,
)
from ordercancel.verification.agreements import agreements
from ordercancel.verification.enumeration import FactValues, Space

MOST_STEPS = 50_000_000
"""How many steps the solver takes at most for one question: about a minute of one processor."""

Formula = Any
"""A formula of the solver."""


def has_solver() -> bool:
    """Whether the extra ``prove`` is installed."""
    return find_spec("z3") is not None


class Undecided(OrderCancelError):
    """The solver gave up on a question: nothing is proved of it.

    Args:
        query: What was asked.
        reason: Why it gave up, in the solver's own words.
    """

    def __init__(self, query: str, reason: str) -> None:
        self.query = query
        self.reason = reason
        super().__init__(query, reason)

    @property
    def text(self) -> Text:
        """What was not decided, for a report."""
        return Text(
            f"ソルバーは次を判定できなかった({self.reason}): {self.query}",
            f"The solver did not decide whether {self.query} ({self.reason}).",
        )

    def __str__(self) -> str:
        return self.text["en"]


class Encoded:
    """The combinations of facts of one kind of command, as formulas.

    Args:
        space: The facts with the values that stand for all there are.
        most_steps: How many steps the solver takes at most for one question. Default: 50,000,000.

    Attributes:
        possible: What holds of the combinations that do not contradict themselves.

    Raises:
        ImportError: The extra ``prove`` is not installed.
    """

    def __init__(self, space: Space, *, most_steps: int = MOST_STEPS) -> None:
        try:
            self._z3 = import_module("z3")
        except ImportError as error:
            raise ImportError(f"{__name__} needs the extra ordercancel[prove]") from error
        self.space = space
        self._context = self._z3.Context()  # of its own, so that threads do not meet
        self._at_least = {
            name: [self._z3.Bool(f"{name}>={place}", self._context) for place in range(1, len(of))]
            for name, of in space.free.items()
        }
        self._known: dict[tuple[Condition, RuleSet], tuple[Formula, Formula]] = {}
        self.possible = tuple(self._possible())
        self._solver = self._z3.SolverFor("QF_FD", ctx=self._context)
        self._solver.set("rlimit", most_steps)
        self._solver.add(*self.possible)

    @classmethod
    def of(
        cls,
        policy: RuleSet,
        kind: type[Judged],
        *others: RuleSet,
        also: Iterable[Condition] = (),
        most_steps: int = MOST_STEPS,
    ) -> Encoded:
        """The combinations that make a difference to a `kind` of command.

        Args:
            policy: The policy.
            kind: The kind of command.
            others: Further policies; see `Space.of`.
            also: Conditions that are asked about besides those of the rules and lifecycles.
            most_steps: How many steps the solver takes at most for one question.
        """
        leaves = tuple(leaf for condition in also for leaf in condition.leaves())
        return cls(Space.of(policy, kind, *others, also=leaves), most_steps=most_steps)

    # ---------------------------------------------------------------- formulas

    def true(self, condition: Condition, policy: RuleSet | None = None) -> Formula:
        """That `condition` is true, by the zone and the moves of `policy`.

        Default: the policy of the space.
        """
        return self._read(condition, policy or self.space.policy)[0]

    def false(self, condition: Condition, policy: RuleSet | None = None) -> Formula:
        """That `condition` is false."""
        return self._read(condition, policy or self.space.policy)[1]

    def unknown(self, condition: Condition, policy: RuleSet | None = None) -> Formula:
        """That `condition` is neither true nor false, because a fact is missing."""
        return self.none_of(self._read(condition, policy or self.space.policy))

    def all_of(self, formulas: Iterable[Formula]) -> Formula:
        """That all of them hold."""
        return self._z3.And([self._constant(truth=True), *formulas])

    def any_of(self, formulas: Iterable[Formula]) -> Formula:
        """That at least one of them holds."""
        return self._z3.Or([self._constant(truth=False), *formulas])

    def none_of(self, formulas: Iterable[Formula]) -> Formula:
        """That none of them holds."""
        return self._z3.Not(self.any_of(formulas))

    def is_at(self, name: str, *values: Value | None) -> Formula:
        """That the fact `name` is one of `values`."""
        return self._runs(name, [value in values for value in self._of(name)])

    def same(self, one: Formula, other: Formula) -> Formula:
        """That both hold, or neither."""
        return one == other

    def apart(self, formulas: Iterable[Formula], name: str, of: Encoded) -> list[Formula]:
        """`formulas` about facts of their own, to be asked of another solver, or of this one.

        Args:
            formulas: Formulas of this solver.
            name: Tells their facts from those of others.
            of: Whose solver it is.
        """
        steps = [each for steps in self._at_least.values() for each in steps]
        own = [(each, self._z3.Bool(f"{name} {each}", self._context)) for each in steps]
        moved = [self._z3.substitute(each, *own) for each in formulas]
        return moved if of is self else [each.translate(of._context) for each in moved]

    # ---------------------------------------------------------------- questions

    def check(self, *formulas: Formula, query: str = "") -> dict[str, Value | None] | None:
        """A combination of facts in which all `formulas` hold; None where there is none.

        Args:
            formulas: What must hold.
            query: What is asked, for people: "rule r ever decides".

        Raises:
            Undecided: The solver gave up.
        """
        holds = self.may(*formulas, query=query)
        return self.facts(self._solver.model()) if holds else None

    def may(self, *formulas: Formula, query: str = "") -> bool:
        """Whether there is a combination as `check` finds one, without asking which: faster.

        Raises:
            Undecided: The solver gave up.
        """
        answer = self._solver.check(*formulas)
        if answer in (self._z3.sat, self._z3.unsat):
            return bool(answer == self._z3.sat)
        raise Undecided(query or " and ".join(map(str, formulas)), self._solver.reason_unknown())

    def smallest(
        self, *formulas: Formula, query: str = "", usual: Mapping[str, Value | None] | None = None
    ) -> dict[str, Value | None] | None:
        """A combination as `check` finds one, with the fewest facts that are not as usual.

        Args:
            formulas: What must hold.
            query: What is asked, for people.
            usual: What facts of the space usually are. Default: missing where they may be, else
                the first of their values.

        Raises:
            Undecided: The solver gave up.
        """
        found = self.check(*formulas, query=query)
        if found is None:
            return None
        usual = {**self.usual, **(usual or {})}
        differ = [self._z3.Not(self.is_at(name, usual[name])) for name in self.space.free]
        count = 0
        while _unlike(found, usual) > count:
            few = self._z3.AtMost(*differ, count)
            try:
                found = self.check(*formulas, few) or found
            except Undecided:
                break  # it is one, if not the smallest
            count += 1
        return found

    @property
    def usual(self) -> dict[str, Value | None]:
        """Each fact as missing where it may be, else at the first of its values."""
        return {
            name: None if None in values else values[0] for name, values in self.space.free.items()
        }

    def facts(self, model: Any) -> dict[str, Value | None]:
        """The combination that a `model` of the solver stands for, fit for `Policy.judge`."""
        facts: dict[str, Value | None] = {}
        for name, values in self.space.free.items():
            past = (self._z3.is_true(model.eval(each)) for each in self._at_least[name])
            facts[name] = values[sum(past)]
        return self.space.completed(facts)

    # ---------------------------------------------------------------- how it is encoded

    def _possible(self) -> Iterator[Formula]:
        for steps in self._at_least.values():
            yield from map(self._z3.Implies, steps[1:], steps)
        kind, names = self.space.kind, frozenset(self.space.free)
        for of, holds in agreements(self.space.policy, kind, names):  # type: ignore[arg-type]
            yield self._table(sorted(of), partial(holds, self.space.policy))

    def _read(self, condition: Condition, policy: RuleSet) -> tuple[Formula, Formula]:
        """That a condition is true, and that it is false."""
        key = condition, policy
        if key not in self._known:
            self._known[key] = self._made(condition, policy)
        return self._known[key]

    def _made(self, condition: Condition, policy: RuleSet) -> tuple[Formula, Formula]:
        match condition:
            case All(parts) | AnyOf(parts):
                true, false = ([each[n] for each in self._each(parts, policy)] for n in (0, 1))
                if isinstance(condition, All):
                    return self.all_of(true), self.any_of(false)
                return self.any_of(true), self.all_of(false)
            case Not(inner):
                true, false = self._read(inner, policy)
                return false, true
            case Named(condition=inner):
                return self._read(inner, policy)
            case Leaf():
                return self._leaf(condition, policy)
            case _:
                raise TypeError(f"{type(condition).__name__} can't be asked of a solver")

    def _each(self, parts: Iterable[Condition], policy: RuleSet) -> list[tuple[Formula, Formula]]:
        return [self._read(part, policy) for part in parts]

    def _leaf(self, leaf: Leaf, policy: RuleSet) -> tuple[Formula, Formula]:
        if leaf.fact == "legal_move":
            names = ["status", "move"]
        else:
            names = ["now", leaf.fact] if isinstance(leaf, Before) else [leaf.fact]
        values = {each: self.space.values[each] for each in {*names, leaf.fact}}
        space = attrs.evolve(self.space, policy=policy, values=values)

        def tested(facts: FactValues) -> bool | None:
            return leaf.test(space.completed(dict(facts)))

        return (
            self._table(names, lambda facts: tested(facts) is True),
            self._table(names, lambda facts: tested(facts) is False),
        )

    def _table(self, names: list[str], holds: Callable[[dict[str, Any]], bool]) -> Formula:
        """That the facts `names` have values with which `holds` is true."""
        *others, last = names
        values = map(self._of, others)
        rows = []
        for row in product(*values):
            facts = dict(zip(others, row, strict=True))
            where = [self.is_at(name, value) for name, value in facts.items()]
            runs = self._runs(last, [holds({**facts, last: value}) for value in self._of(last)])
            rows.append(self.all_of([*where, runs]))
        return self.any_of(rows)

    def _runs(self, name: str, holds: list[bool]) -> Formula:
        """That the fact `name` has a value that `holds`, of each value in turn: one in a run."""
        runs, begin = [], 0
        for end in range(1, len(holds) + 1):
            if end == len(holds) or holds[end] != holds[begin]:
                if holds[begin]:
                    runs.append(self._between(name, begin, end))
                begin = end
        return self.any_of(runs)

    def _of(self, name: str) -> tuple[Value | None, ...]:
        return self.space.free[name]

    def _between(self, name: str, begin: int, end: int) -> Formula:
        """That the fact `name` has one of its values from `begin` to before `end`."""
        steps = self._at_least[name]
        parts = [steps[begin - 1]] if begin else []
        if end <= len(steps):
            parts.append(self._z3.Not(steps[end - 1]))
        return self.all_of(parts)

    def _constant(self, *, truth: bool) -> Formula:
        return self._z3.BoolVal(truth, self._context)


def _unlike(facts: FactValues, usual: FactValues) -> int:
    """How many of the facts are not as usual."""
    return sum(facts[name] != value for name, value in usual.items())
