"""Conditions and times written as expressions of Python, for functions that are compiled.

A written condition looks at each fact once, at a costly one only where the answer comes to depend
on it. It means what the condition itself says (`Condition.test`); tests hold both equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from ordercancel.domain.codegen import literal
from ordercancel.domain.commands import Command
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.engine.case_facts import COSTLY, NAMES, READ, Facts, expression
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Listed,
    Named,
    Not,
)
from ordercancel.rules.facts import MARKED, Day, Flag
from ordercancel.rules.times import BusinessDays, EndOfDay, NextClock, Shift, Time, midnight

NOTHING_KNOWN: Mapping[str, str] = FrozenMap({})
"""No fact has a value before the function is called."""


class Writer:
    """Writes what one function looks at.

    Args:
        policy: The policy whose facts are meant.
        kind: The kind of command; None where there is none, as for deadlines.
        known: The facts whose values are known as the function is written. What they decide is
            written as ``True`` or ``False``.

    Attributes:
        names: What the written text calls by name.
    """

    def __init__(
        self,
        policy: RuleSet,
        kind: type[Command] | None,
        known: Mapping[str, str] = NOTHING_KNOWN,
    ) -> None:
        self._policy = policy
        self._kind = kind
        self._known = known
        self._variables: dict[str, str] = {}
        self.names: dict[str, object] = {
            **NAMES,
            "midnight": midnight,
            "Facts": Facts,
            "UNREAD": object(),
        }

    def function(self, name: str, body: Iterable[str]) -> str:
        """The text of a function: the lines that read what its body needs, then the body."""
        reads = {
            "order": "case.order",
            "latest": "case.requests[-1] if case.requests else None",
            "zone": "policy.tzinfo",
        } | {
            variable: "UNREAD" if name in COSTLY else self._read(name)
            for name, variable in self._variables.items()
        }
        text = "\n".join(body)
        for variable, read in reversed(reads.items()):
            if re.search(rf"\b{variable}\b", text):
                text = f"    {variable} = {read}\n{text}"
        return f"def {name}(command, by, case, policy, at, seller):\n{text}\n"

    def true(self, when: Condition) -> str:
        """That the condition is true, as an expression."""
        match when:
            case All(parts):
                return joined(" and ", map(self.true, parts))
            case AnyOf(parts):
                return joined(" or ", map(self.true, parts))
            case Not(inner):
                return self.false(inner)
            case Named(condition=inner):
                return self.true(inner)
            case _:
                return self._leaf(when)[0]

    def false(self, when: Condition) -> str:
        """That the condition is false, and not merely unknown, as an expression."""
        match when:
            case All(parts):
                return joined(" or ", map(self.false, parts))
            case AnyOf(parts):
                return joined(" and ", map(self.false, parts))
            case Not(inner):
                return self.true(inner)
            case Named(condition=inner):
                return self.false(inner)
            case _:
                return self._leaf(when)[1]

    def missing(self, when: Condition) -> str:
        """That a fact is missing that the condition may hang on; empty where none ever is."""
        match when:
            case All(parts) | AnyOf(parts):
                return " or ".join(dict.fromkeys(filter(None, map(self.missing, parts))))
            case Not(inner) | Named(condition=inner):
                return self.missing(inner)
            case Known():
                return ""
            case Before(_, time) if _has_calendar(time):
                return "True"
            case Holds(name) | IsIn(name) | Compare(name) | Before(name):
                return f"{self._fact(name)[0]} is None" if self._may_be_missing(name) else ""
            case _:
                return "True"

    def time(self, time: Time) -> str:
        """A time, as an expression that is None where it is not known."""
        if isinstance(time, BusinessDays) or _has_calendar(time) or not _is_chain(time):
            facts = "Facts(command, case, policy, at, seller)"
            return f"{self.named(time)}.at({facts}.__getitem__)"
        value, again = self._fact(time.anchor_name)
        return f"(None if {value} is None else {self._reckoned(time, again)})"

    def named(self, value: object) -> str:
        """A name for a value that has no text of its own."""
        name = f"_named_{len(self.names)}"
        self.names[name] = value
        return name

    # ------------------------------------------------------------------ facts

    def _read(self, name: str) -> str:
        return expression(name, self._policy.fact(name), self._kind)

    def _fact(self, name: str) -> tuple[str, str]:
        """The value of a fact as an expression: looked at first, and once more behind that."""
        is_plain = name in READ
        variable = self._variables.setdefault(
            name, name if is_plain else f"_{len(self._variables)}"
        )
        if name not in COSTLY:
            return variable, variable
        first = f"({variable} if {variable} is not UNREAD else ({variable} := {self._read(name)}))"
        return first, variable

    def _may_be_missing(self, name: str) -> bool:
        fact = self._policy.fact(name)
        if name.startswith(MARKED) or (
            isinstance(fact, Flag) and fact.of is not None and self._carries(name)
        ):
            return False
        return fact is None or fact.may_be_missing or self._read(name) == "None"

    def _carries(self, name: str) -> bool:
        """Whether a flag that a command carries can be read here: then it is true or false."""
        return self._read(name) != "None"

    # ------------------------------------------------------------------ leaves

    def _leaf(self, leaf: Condition) -> tuple[str, str]:
        """That a condition about one fact is true, and that it is false."""
        match leaf:
            case IsIn(name) | Listed(name) | Known(name) if name in self._known:
                holds = leaf.test(self._known)
                return str(holds is True), str(holds is False)
            case Known(name):
                value, _ = self._fact(name)
                return f"{value} is not None", f"{value} is None"
            case Holds(name):
                return self._if_known(name, str, "not {}".format)
            case IsIn(name, values):
                words = _words(values)
                return self._if_known(
                    name,
                    lambda value: f"{value} in {words}",
                    lambda value: f"{value} not in {words}",
                )
            case Listed(name, values):
                value, _ = self._fact(name)
                return f"{value} in {_words(values)}", "False"
            case Compare(name, how, bound):
                test = f"{how.value} {literal(bound)}"
                return self._if_known(
                    name, lambda value: f"{value} {test}", lambda value: f"not {value} {test}"
                )
            case Before(name, time) if not _has_calendar(time):
                return self._if_known(
                    name,
                    lambda value: f"at < {self._reckoned(time, value)}",
                    lambda value: f"at >= {self._reckoned(time, value)}",
                )
            case _:
                facts = "Facts(command, case, policy, at, seller)"
                test = f"{self.named(leaf)}.test({facts})"
                return f"{test} is True", f"{test} is False"

    def _if_known(
        self, name: str, true: Callable[[str], str], false: Callable[[str], str]
    ) -> tuple[str, str]:
        """Both tests of a fact, neither of which holds where it is missing."""
        value, again = self._fact(name)
        if self._may_be_missing(name):
            known = f"{value} is not None and "
            return f"({known}{true(again)})", f"({known}{false(again)})"
        return true(value), false(value)

    def _reckoned(self, time: Any, anchor: str) -> str:
        """A time that is reckoned from one fact, as an expression; `anchor` is its value."""
        match time:
            case Shift(of, length):
                return f"{self._reckoned(of, anchor)} + {self.named(length)}"
            case EndOfDay(Day(), later):
                return f"midnight({anchor} + {self.named(timedelta(later + 1))}, zone)"
            case EndOfDay(of, later):
                day = f"({self._reckoned(of, anchor)}).astimezone(zone).date()"
                return f"midnight({day} + {self.named(timedelta(later + 1))}, zone)"
            case NextClock(of):
                return f"{self.named(time)}.after({self._reckoned(of, anchor)}, zone)"
            case _:
                return anchor


def _is_chain(time: Time) -> bool:
    """Whether a time is reckoned from one fact, and not the earliest or latest of several."""
    try:
        return bool(time.anchor_name)
    except TypeError:
        return False


def _has_calendar(time: Time) -> bool:
    """Whether a calendar, which covers some years only, has to do with a time."""
    return any(isinstance(step, BusinessDays) for step in time.steps())


def _words(values: Iterable[str]) -> str:
    words = ", ".join(literal(value) for value in sorted(values))
    return "{" + words + "}" if words else "()"


def joined(by: str, parts: Iterable[str]) -> str:
    """Expressions joined by `` and `` or `` or `` to one, without those that change nothing."""
    neutral, decisive = ("True", "False") if by == " and " else ("False", "True")
    written = [part for part in parts if part != neutral]
    if decisive in written:
        return decisive
    return written[0] if len(written) == 1 else f"({by.join(written)})" if written else neutral
