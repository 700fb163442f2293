"""The differences between two policies, found or ruled out by a solver, of however many facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TypeVar

import attrs

from ordercancel.engine.decision import Verdict
from ordercancel.explain.answer_changes import (
    PRICED,
    AnswerChange,
    RoleAnswers,
    answer,
    answerers,
    change_at,
    is_offered,
    never,
    ordered,
    terms,
)
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Holds
from ordercancel.rules.effects import Refer
from ordercancel.rules.facts import OF_THE_ACTOR
from ordercancel.verification.enumeration import Space
from ordercancel.verification.solver.answers import Answers
from ordercancel.verification.solver.encoding import Encoded, Formula, Undecided

Name = TypeVar("Name")

_Answer = tuple[Verdict, tuple[str, ...]]
"""A verdict, and the roles that may answer where it refers."""


class Proved:
    """What a solver says of a space of facts under its policy and the `other` one.

    Args:
        space: The combinations of facts.
        policy: Its policy.
        other: The other policy.
        most_steps: How many steps the solver takes at most for one question.

    Raises:
        ImportError: The extra ``prove`` is not installed.
    """

    def __init__(self, space: Space, policy: Policy, other: Policy, most_steps: int) -> None:
        self._policies = policy, other
        self._kind = space.kind
        self._of_other = attrs.evolve(space, policy=other)
        self._encoded = encoded = Encoded(space, most_steps=most_steps)
        self._usual = {  # orders that can be registered, as far as that goes
            name: False if False in values else next((v for v in values if v is not None), None)
            for name, values in space.free.items()
        }
        priced = encoded.true(Holds(PRICED)) if PRICED in space.values else encoded.any_of(())
        self._one, self._two = (Answers(encoded, each, priced) for each in self._policies)
        self._codes = self._apart(self._one.codes, self._two.codes)
        self._rules = encoded.any_of(self._apart(self._one.rules, self._two.rules).values())
        fees = (self._by_terms(each) for each in (self._one, self._two))
        self._fees = encoded.any_of(self._apart(*fees).values())
        self._other = encoded.any_of((*self._codes.values(), self._rules, self._fees))

    def answers(self, role: str) -> RoleAnswers:
        """What the policies answer to a role: no difference that there is goes unnoticed.

        Where the solver gives up on a question, the rest is not asked, and the question is kept.
        """
        changes: list[AnswerChange] = []
        undecided: tuple[str, ...] = ()
        try:
            changes += self._changes(role)
        except Undecided as error:
            undecided = (error.query,)
        return RoleAnswers(
            kind=self._kind, role=role, changes=ordered(changes), undecided=undecided
        )

    def _changes(self, role: str) -> Iterator[AnswerChange]:
        says = [
            self._says(answers_of, policy, role)
            for answers_of, policy in zip((self._one, self._two), self._policies, strict=True)
        ]
        encoded = self._encoded
        names = encoded.space.values.keys() & never(self._policies, role)
        false = (encoded.true(Holds(name)) for name in sorted(names))
        is_role = encoded.all_of((encoded.is_at("role", role), encoded.none_of(false)))
        for (before, one), (after, two) in product(says[0].items(), says[1].items()):
            query = f"{self._kind.__name__} by the {role}: {_named(before)} → {_named(after)}"
            both = (is_role, one, two, *((self._other,) if before == after else ()))
            if encoded.check(*both, query=query) is None:
                continue
            if before == after:
                yield from self._alike(role, before, both, query)
            elif Verdict.REFUSE in (before[0], after[0]):
                yield from self._by_code(both, query)
            else:
                yield from self._found(None, both, query)

    def _alike(
        self, role: str, same: _Answer, both: tuple[Formula, ...], query: str
    ) -> Iterator[AnswerChange]:
        """The same answer by another code, with another fee, by another rule."""
        encoded = self._encoded
        if same[0] is Verdict.REFUSE:
            yield from self._by_code((*both, self._offered(role)), query)
            apart = encoded.any_of(self._codes.values())
        else:
            apart = self._fees
            yield from self._found(None, (*both, apart), f"{query}, with another fee")
        others = (*both, self._rules, encoded.none_of((apart,)))
        yield from self._found(None, others, f"{query}, by another rule")

    def _by_code(self, both: tuple[Formula, ...], query: str) -> Iterator[AnswerChange]:
        """A difference for each code that refuses under one policy alone."""
        for code, apart in self._codes.items():
            others = (each for name, each in self._codes.items() if name != code)
            alone = (*both, apart, self._encoded.none_of(others))
            asked = f"{query} ({code})"
            found = tuple(self._found(code, alone, asked))
            yield from found or self._found(code, (*both, apart), asked)

    def _found(
        self, code: str | None, formulas: tuple[Formula, ...], query: str
    ) -> Iterator[AnswerChange]:
        """The difference where `formulas` hold, if they ever do, with a usual example."""
        facts = self._encoded.smallest(*formulas, query=query, usual=self._usual)
        if facts is not None:
            one, other = self._policies
            yield change_at(
                facts,
                answer(one, self._kind, facts),
                answer(other, self._kind, self._of_other.completed(facts)),
                code,
            )

    def _says(self, answers_of: Answers, policy: Policy, role: str) -> dict[_Answer, Formula]:
        """Each answer that there may be, with where it is given to a role."""
        says: dict[_Answer, Formula] = {(Verdict.REFUSE, ()): answers_of.refused}
        for grant, where in answers_of.granted.items():
            to = answerers(policy, grant.to, role) if isinstance(grant, Refer) else ()
            said = Verdict(str(grant)), tuple(sorted(to))
            known = (says[said],) if said in says else ()
            says[said] = self._encoded.any_of((*known, where))
        return says

    def _offered(self, role: str) -> Formula:
        """Where one of the policies lets somebody of a role give the command at all."""
        encoded, values = self._encoded, {**self._encoded.space.free, "role": (role,)}
        names = [name for name in values if name in OF_THE_ACTOR]
        return encoded.any_of(
            encoded.all_of(encoded.is_at(*each) for each in zip(names, who, strict=True))
            for who in product(*(values[name] for name in names))
            if is_offered(self._kind, self._policies, dict(zip(names, who, strict=True)))
        )

    def _by_terms(self, answers_of: Answers) -> dict[object, Formula]:
        """Where a fee of these terms is due."""
        known: dict[object, Formula] = {}
        for fee, due in answers_of.fees.items():
            same = (known[terms(fee)],) if terms(fee) in known else ()
            known[terms(fee)] = self._encoded.any_of((*same, due))
        return known

    def _apart(
        self, one: Mapping[Name, Formula], other: Mapping[Name, Formula]
    ) -> dict[Name, Formula]:
        """Where what has this name holds under one policy alone."""
        encoded, never = self._encoded, self._encoded.any_of(())
        apart = {}
        for name in dict.fromkeys((*one, *other)):
            first, second = one.get(name, never), other.get(name, never)
            if first.eq(second):  # the same formula: nothing to ask
                continue
            apart[name] = encoded.any_of(
                (
                    encoded.all_of((first, encoded.none_of((second,)))),
                    encoded.all_of((second, encoded.none_of((first,)))),
                )
            )
        return apart


def _named(answer: _Answer) -> str:
    verdict, to = answer
    return f"{verdict} to {' or '.join(to)}" if to else str(verdict)
