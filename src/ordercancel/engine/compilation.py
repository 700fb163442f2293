"""Rules compiled: all that speak about one kind of command, as one function of Python.

The function looks at each fact once, at the dear ones only where a rule comes to depend on them,
and gives the number of what it found: a bit for each rule that is satisfied, and one for each
thing that the charts demand and have. What follows from a number is worked out when it is found
first, by the laws of `ordercancel.engine.decision`, and kept.

Nothing is decided here that the conditions do not say themselves (`Condition.test`). Where a
condition is unknown, or something goes wrong, the function gives None, and the rules are judged
one by one, so that each that could not be followed is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.codegen import compile_function
from ordercancel.domain.commands import Command
from ordercancel.engine.case_facts import DAY_ANCHORS, DEAR, READ, READ_WITH, SPAN_ANCHORS, Facts
from ordercancel.engine.chart_conditions import demanded
from ordercancel.engine.decision import Ruling
from ordercancel.engine.evaluation import concluded, in_order, judge
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import All, AnyOf, Compare, Condition, Holds, IsIn, Known, Not
from ordercancel.rules.effects import Effect, Forbid
from ordercancel.rules.rules import Rule

__all__ = ["Judge", "Judges", "compiled", "evaluate"]

Judge = Callable[..., Ruling | None]
"""Judges a command, given with its case, the policy, the moment and the seller."""

MOST_RULINGS = 10_000
"""How many rulings are kept for one kind of command; of rules like ours there are some dozens."""


class Judges(dict[type[Command], Judge]):
    """The functions of a policy by kind of command, each made when it is asked for first.

    A copy has none: functions that were written here can't be pickled, and are soon made again.
    """

    def __reduce__(self) -> tuple[type[Judges], tuple[()]]:
        return Judges, ()


def evaluate(
    command: Command, case: Case, rules: RuleSet, at: datetime, seller: Party | None
) -> Ruling:
    """What `rules` come to on `command`, given at the moment `at`, in UTC.

    By the compiled rules; where something is unknown or goes wrong, by judging the rules one by
    one, so that each rule that could not be followed is named.
    """
    kind = type(command)
    judged = rules.compiled_rules.get(kind)
    if judged is None:
        judged = rules.compiled_rules[kind] = compiled(rules, kind)
    try:
        ruling: Ruling | None = judged(command, case, rules, at, seller)
    except Exception:  # whatever goes wrong, `judge` names the rules that it goes wrong in
        ruling = None
    if ruling is None:
        return judge(rules, kind, Facts(command, case, rules, at, seller)).ruling
    return ruling


def compiled(policy: RuleSet, kind: type[Command]) -> Judge:
    """The function that judges commands of this `kind` under `policy`."""
    try:
        return _Writer(policy, kind).judge()
    except (SyntaxError, RecursionError, MemoryError):
        return _one_by_one  # conditions that are nested deeper than Python's compiler goes


def _one_by_one(*asked: object) -> Ruling | None:
    return None


class _Rulings(dict[int, Ruling]):
    """What follows from each number that was found."""

    def __init__(self, rules: tuple[Rule, ...], charts: Mapping[Effect, int]) -> None:
        super().__init__()
        self._rules = rules
        self._charts = charts

    def __missing__(self, found: int) -> Ruling:
        satisfied = [rule for place, rule in enumerate(self._rules) if found >> place & 1]
        ruling = concluded(satisfied, (), lambda effect: bool(found & self._charts[effect]))
        if len(self) >= MOST_RULINGS:
            self.clear()
        self[found] = ruling
        return ruling


class _Writer:
    """Writes the function for one kind of command."""

    def __init__(self, policy: RuleSet, kind: type[Command]) -> None:
        self._policy = policy
        self._kind = kind
        self._rules = in_order(policy.rules_for(kind))
        self._facts: dict[str, str] = {}
        self._names: dict[str, object] = {**READ_WITH, "Facts": Facts, "UNREAD": object()}

    def judge(self) -> Judge:
        """The function."""
        place_of = {rule: place for place, rule in enumerate(self._rules)}
        forbids = [rule for rule in self._rules if isinstance(rule.effect, Forbid)]
        permits = [rule for rule in self._rules if not isinstance(rule.effect, Forbid)]
        charts: dict[Effect, int] = {}
        told: list[str] = []
        for rule in forbids:
            told += self._finding(rule.when, place_of[rule])
        told.append("    if found:")
        for rule in permits:
            missing = self._missing(rule.when)
            if missing:
                true, false = self._true(rule.when), self._false(rule.when)
                told.append(f"        if {missing} and not ({true} or {false}): return None")
        told.append("        return rulings[found]")
        for rule in permits:
            told += self._finding(rule.when, place_of[rule])
        effects = dict.fromkeys(rule.effect for rule in permits)
        for place, effect in enumerate(effects, len(self._rules)):
            charts[effect] = 1 << place
            told += self._finding(demanded(self._policy, self._kind, effect), place)
        self._names["rulings"] = _Rulings(self._rules, charts)
        lines = [
            "def judge(command, case, policy, at, seller):",
            "    order = case.order",
            *self._reading(),
            "    found = 0",
            *told,
            "    return rulings[found]",
        ]
        return compile_function("judge", "\n".join(lines), self._names)

    def _finding(self, when: Condition, place: int) -> Iterator[str]:
        """Sets the bit of what is true, and gives up where that is unknown."""
        yield f"    if {self._true(when)}: found |= {1 << place}"
        missing = self._missing(when)
        if missing:
            yield f"    elif {missing} and not {self._false(when)}: return None"

    def _reading(self) -> Iterator[str]:
        for name, variable in self._facts.items():
            yield f"    {variable} = {'UNREAD' if name in DEAR else self._read(name)}"

    def _read(self, name: str) -> str:
        """What reads a fact, as an expression."""
        return READ.get(name) or f"order.attributes.get({name!r})"

    def _fact(self, name: str) -> tuple[str, str]:
        """The value of a fact as an expression: looked at first, and once more behind that."""
        variable = self._facts.setdefault(name, name if name in READ else f"_{len(self._facts)}")
        if name not in DEAR:
            return variable, variable
        first = f"({variable} if {variable} is not UNREAD else ({variable} := {READ[name]}))"
        return first, variable

    def _may_be_missing(self, name: str) -> bool:
        fact = self._policy.fact(name)
        return fact is None or fact.may_be_missing

    def _missing(self, when: Condition) -> str:
        """That a fact is missing that the condition may hang on; empty where none ever is."""
        match when:
            case All(parts) | AnyOf(parts):
                told = dict.fromkeys(filter(None, map(self._missing, parts)))
                return _joined(" or ", iter(told), "")
            case Not(inner):
                return self._missing(inner)
            case Known():
                return ""
            case Holds(name) | IsIn(name) | Compare(name):
                if not self._may_be_missing(name):
                    return ""
                # Of a dear fact, what it is reckoned from tells.
                anchor = SPAN_ANCHORS.get(name) or DAY_ANCHORS.get(name)
                return f"{anchor or self._fact(name)[0]} is None"
            case _:
                return "True"

    def _true(self, when: Condition) -> str:
        """That the condition is true, as an expression."""
        match when:
            case All(parts):
                return _joined(" and ", map(self._true, parts), "True")
            case AnyOf(parts):
                return _joined(" or ", map(self._true, parts), "False")
            case Not(inner):
                return self._false(inner)
            case _:
                return self._told(when)[0]

    def _false(self, when: Condition) -> str:
        """That the condition is false, and not merely unknown, as an expression."""
        match when:
            case All(parts):
                return _joined(" or ", map(self._false, parts), "False")
            case AnyOf(parts):
                return _joined(" and ", map(self._false, parts), "True")
            case Not(inner):
                return self._true(inner)
            case _:
                return self._told(when)[1]

    def _told(self, leaf: Condition) -> tuple[str, str]:
        """That a condition about one fact is true, and that it is false."""
        match leaf:
            case Known(name):
                value, _ = self._fact(name)
                return f"{value} is not None", f"{value} is None"
            case Holds(name):
                return self._if_known(name, str, "not {}".format)
            case IsIn(name, values):
                words = self._words(values)
                return self._if_known(
                    name,
                    lambda value: f"{value} in {words}",
                    lambda value: f"{value} not in {words}",
                )
            case Compare(name, how, bound):
                test = f"{how.value} {self._bound(bound)}"
                return self._if_known(
                    name, lambda value: f"{value} {test}", lambda value: f"not {value} {test}"
                )
            case _:
                test = self._tested(leaf)
                return f"{test} is True", f"{test} is False"

    def _tested(self, condition: Condition) -> str:
        """What a condition of a kind of its own gives, which only its own test knows."""
        return f"{self._named(condition)}.test(Facts(command, case, policy, at, seller))"

    def _if_known(
        self, name: str, true: Callable[[str], str], false: Callable[[str], str]
    ) -> tuple[str, str]:
        """Both tests of a fact, neither of which holds where it is missing."""
        value, again = self._fact(name)
        if self._may_be_missing(name):
            known = f"{value} is not None and "
            return f"({known}{true(again)})", f"({known}{false(again)})"
        return true(value), false(value)

    def _words(self, values: frozenset[str]) -> str:
        if not values:
            return "()"
        return "{" + ", ".join(repr(str(value)) for value in sorted(values)) + "}"

    def _bound(self, bound: Any) -> str:
        if type(bound) is int:
            return repr(bound)
        return self._named(bound)

    def _named(self, value: object) -> str:
        name = f"_named_{len(self._names)}"
        self._names[name] = value
        return name


def _joined(by: str, parts: Iterator[str], empty: str) -> str:
    told = list(parts)
    return told[0] if len(told) == 1 else f"({by.join(told)})" if told else empty
