"""Compilation: all rules about one kind of command, as one function of Python.

Judging rules one by one costs a method call for each condition, and reads facts more than once.
The compiled function looks at each fact once, at costly ones only where a rule depends on them,
and returns the ruling that belongs to the set of rules that hold. Of a policy with one forbid, one
permit and a chart it reads so::

    def judge(command, case, policy, at, seller):
        order = case.order
        role = command.by.role                      # each fact once
        channel = order.channel
        deadline_passed = UNREAD                    # a costly one: read where it is first used
        bits = 0                                    # one for each rule that holds, and each grant
        if <the forbid is true>: bits |= 1
        elif <a fact of it is missing> and not <the forbid is false>: return None
        if bits:                                    # refused: permits need not be evaluated,
            if <the permit is unknown>: return None # but one that is undecided is reported
            return rulings[bits]
        if <the permit is true>: bits |= 2
        elif <a fact of it is missing> and not <the permit is false>: return None
        if <the chart has the move>: bits |= 4
        return rulings[bits]

It decides nothing that the conditions do not say themselves (`Condition.test`). Where one is
unknown, it returns None, and `ordercancel.engine.evaluation` judges the rules one by one, which
names each rule that is undecided. Laws compare the two over all conditions and commands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ordercancel.domain.codegen import compile_function
from ordercancel.domain.commands import Command
from ordercancel.engine.case_facts import COSTLY, DAY_ANCHORS, READ, READ_WITH, SPAN_ANCHORS, Facts
from ordercancel.engine.chart_conditions import chart_condition
from ordercancel.engine.combination import combine, in_order, split
from ordercancel.engine.decision import Ruling
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import All, AnyOf, Compare, Condition, Holds, IsIn, Known, Not
from ordercancel.rules.effects import Effect
from ordercancel.rules.rules import Rule

Judge = Callable[..., Ruling | None]
"""Judges a command by its case, the policy, the moment and the seller; None where undecided."""

MAX_RULINGS = 10_000
"""How many rulings are cached for one kind of command. The built-in policies need some dozens."""


class CompiledRules(dict[type[Command], Judge]):
    """The compiled rules of a policy by kind of command, each compiled on first use.

    A copy or pickle starts empty: generated functions cannot be pickled and are soon made again.
    """

    def __reduce__(self) -> tuple[type[CompiledRules], tuple[()]]:
        return CompiledRules, ()


def compile_rules(policy: RuleSet, kind: type[Command]) -> Judge:
    """Compile the rules of `policy` about commands of this `kind`."""
    try:
        return _Compiler(policy, kind).compile()
    except (SyntaxError, RecursionError, MemoryError):
        return _undecided  # conditions that are nested deeper than Python's compiler goes


def _undecided(*arguments: object) -> Ruling | None:
    return None


class _Rulings(dict[int, Ruling]):
    """The ruling for each set of bits, combined when it first occurs."""

    def __init__(self, rules: tuple[Rule, ...], grant_bits: Mapping[Effect, int]) -> None:
        super().__init__()
        self._rules = rules
        self._grant_bits = grant_bits

    def __missing__(self, bits: int) -> Ruling:
        true_rules = [rule for place, rule in enumerate(self._rules) if bits >> place & 1]
        ruling = combine(true_rules, (), lambda grant: bool(bits & self._grant_bits[grant]))
        if len(self) >= MAX_RULINGS:
            self.clear()
        self[bits] = ruling
        return ruling


class _Compiler:
    """Writes the function for one kind of command.

    Conditions become expressions of Python. A condition can be true, false or unknown, so there
    are two expressions: that it is true, and that it is false; where neither holds it is unknown.
    """

    def __init__(self, policy: RuleSet, kind: type[Command]) -> None:
        self._policy = policy
        self._kind = kind
        # The local variable of each fact that is used, and the globals of the function.
        self._variables: dict[str, str] = {}
        self._names: dict[str, object] = {**READ_WITH, "Facts": Facts, "UNREAD": object()}

    def compile(self) -> Judge:
        """Write the function and compile it."""
        rules = in_order(self._policy.rules_for(self._kind))
        forbids, permits = split(rules)
        rule_bits = {rule: 1 << place for place, rule in enumerate(rules)}
        grants = dict.fromkeys(rule.effect for rule in permits)
        grant_bits = {grant: 1 << place for place, grant in enumerate(grants, len(rules))}
        self._names["rulings"] = _Rulings(rules, grant_bits)
        body: list[str] = []
        for rule in forbids:
            body += self._set_bit(rule_bits[rule], rule.when)
        body.append("    if bits:")
        for rule in permits:
            if a_fact_is_missing := self._missing(rule.when):
                is_true, is_false = self._true(rule.when), self._false(rule.when)
                unknown = f"{a_fact_is_missing} and not ({is_true} or {is_false})"
                body.append(f"        if {unknown}: return None")
        body.append("        return rulings[bits]")
        for rule in permits:
            body += self._set_bit(rule_bits[rule], rule.when)
        for grant, bit in grant_bits.items():
            body += self._set_bit(bit, chart_condition(self._policy, self._kind, grant))
        lines = [
            "def judge(command, case, policy, at, seller):",
            "    order = case.order",
            *(  # only now is it known which facts the conditions use
                f"    {variable} = {'UNREAD' if name in COSTLY else self._read(name)}"
                for name, variable in self._variables.items()
            ),
            "    bits = 0",
            *body,
            "    return rulings[bits]",
        ]
        return compile_function("judge", "\n".join(lines), self._names)

    def _set_bit(self, bit: int, when: Condition) -> Iterator[str]:
        """Statements that set `bit` where `when` is true, and return None where it is unknown."""
        yield f"    if {self._true(when)}: bits |= {bit}"
        if a_fact_is_missing := self._missing(when):
            yield f"    elif {a_fact_is_missing} and not {self._false(when)}: return None"

    def _true(self, when: Condition) -> str:
        return self._test(when, outcome=True)

    def _false(self, when: Condition) -> str:
        return self._test(when, outcome=False)

    def _test(self, when: Condition, *, outcome: bool) -> str:
        """An expression that holds where `when` is known to be `outcome`."""
        match when:
            case All(parts) | AnyOf(parts):
                # "All are true" and "none is true" need every part; the others need one.
                needs_every = isinstance(when, All) is outcome
                tests = [self._test(part, outcome=outcome) for part in parts]
                return _joined("and" if needs_every else "or", tests) or str(needs_every)
            case Not(inner):
                return self._test(inner, outcome=not outcome)
            case Known(name):
                return f"{self._fact(name)[0]} is {'not None' if outcome else 'None'}"
            case Holds(name):
                comparison = ""
            case IsIn(name, values):
                words = ", ".join(repr(str(value)) for value in sorted(values))
                comparison = f" in {{{words}}}" if words else " in ()"
            case Compare(name, relation, bound):
                shown = repr(bound) if type(bound) is int else self._global(bound)
                comparison = f" {relation} {shown}"
            case _:  # a kind of condition that only its own test knows
                facts = "Facts(command, case, policy, at, seller)"
                return f"{self._global(when)}.test({facts}) is {outcome}"
        fact, fact_again = self._fact(name)
        negation = "" if outcome else "not "
        if self._may_be_missing(name):
            return f"({fact} is not None and {negation}{fact_again}{comparison})"
        return f"{negation}{fact}{comparison}"

    def _missing(self, when: Condition) -> str:
        """An expression that holds where a fact of `when` is missing; empty where none can be.

        It is cheaper than testing the condition for true and for false, and mostly settles that
        the condition is not unknown.
        """
        match when:
            case All(parts) | AnyOf(parts):
                return _joined("or", list(dict.fromkeys(filter(None, map(self._missing, parts)))))
            case Not(inner):
                return self._missing(inner)
            case Known():
                return ""
            case Holds(name) | IsIn(name) | Compare(name):
                if not self._may_be_missing(name):
                    return ""
                # A length of time is missing where the moment is that it is counted from.
                anchor = SPAN_ANCHORS.get(name) or DAY_ANCHORS.get(name)
                return f"{anchor or self._fact(name)[0]} is None"
            case _:
                return "True"

    def _fact(self, name: str) -> tuple[str, str]:
        """The value of a fact, as an expression for its first use and one for uses behind that."""
        if name not in self._variables:
            # A policy's own fact may have a name that is no word of Python.
            self._variables[name] = name if name in READ else f"_{len(self._variables)}"
        variable = self._variables[name]
        if name not in COSTLY:
            return variable, variable
        first = f"({variable} if {variable} is not UNREAD else ({variable} := {READ[name]}))"
        return first, variable

    def _read(self, name: str) -> str:
        return READ.get(name) or f"order.attributes.get({name!r})"

    def _may_be_missing(self, name: str) -> bool:
        fact = self._policy.fact(name)
        return fact is None or fact.may_be_missing

    def _global(self, value: object) -> str:
        """A global name for a value that has no literal, such as a `timedelta`."""
        name = f"_named_{len(self._names)}"
        self._names[name] = value
        return name


def _joined(word: str, tests: list[str]) -> str:
    return tests[0] if len(tests) == 1 else f"({f' {word} '.join(tests)})" if tests else ""
