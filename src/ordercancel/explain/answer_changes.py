"""What two policies answer differently: to each role and command the same, less, more or neither.

Answers have an order. To refuse is less than to refer, and to refer is less than to cancel, or to
permit, at once. What cannot be determined is refused. Referring to somebody else is neither more
nor less. A policy is stricter than another one where it never answers more and somewhere answers
less. Which code refuses, which rule decides and which fee is due change nothing of that order:
they are told for themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import attrs

from ordercancel.domain.commands import Judged, RequestCancellation
from ordercancel.engine.decision import Ruling, Verdict
from ordercancel.engine.evaluation import charge
from ordercancel.explain.residue import may_be_granted
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import IsIn, Value
from ordercancel.rules.deadlines import Do
from ordercancel.rules.effects import OTHER_SIDE, Forbid, Refer
from ordercancel.rules.facts import OF_THE_ACTOR, seller_permits
from ordercancel.rules.refunding import Fee
from ordercancel.rules.roles import other_side_of
from ordercancel.verification.enumeration import FactValues, Space
from ordercancel.verification.scenario import Line

PRICED = "has_prices"
"""Whether the order has prices, in a combination of facts; without any no fee is asked."""


class Relation(StrEnum):
    """What the other policy is, beside the one, to a role that gives a command."""

    EQUAL = "equal"
    STRICTER = "stricter"
    LOOSER = "looser"
    INCOMPARABLE = "incomparable"
    UNDECIDED = "undecided"


class Difference(StrEnum):
    """In what two answers differ; of several the first one counts."""

    STRICTER = "stricter"
    LOOSER = "looser"
    ELSEWHERE = "referred_elsewhere"
    CODE = "other_code"
    FEE = "other_fee"
    RULE = "other_rule"


@attrs.frozen
class PolicyAnswer:
    """What a policy answers.

    Args:
        verdict: The verdict.
        codes: The codes of its refusals.
        rules: The ids of the rules behind it.
        to: The roles that may answer, where it refers.
        fee: The fee that is due, where it grants a request.
    """

    verdict: Verdict
    codes: tuple[str, ...]
    rules: tuple[str, ...]
    to: tuple[str, ...] = ()
    fee: Fee | None = None

    def as_dict(self) -> dict[str, Any]:
        """The answer for programs."""
        return {
            "verdict": str(self.verdict),
            "codes": list(self.codes),
            "rules": list(self.rules),
            "to": list(self.to),
            "fee": None if self.fee is None else self.fee.id,
        }


@attrs.frozen(kw_only=True)
class AnswerChange:
    """Combinations of facts whose answers differ in the same way.

    Args:
        difference: In what they differ.
        code: The code that refuses under one of the policies alone, where one does.
        example: The facts of one of them, with as few other codes as possible.
        before: The answer of the one policy to the example.
        after: The answer of the other.
        count: How many combinations there are; None where they were not tried one by one.
        scenario: The lines of a scenario that shows the example, to replay under either policy;
            none where no order is registered like that.
    """

    difference: Difference
    code: str | None
    example: Mapping[str, Value | None]
    before: PolicyAnswer
    after: PolicyAnswer
    count: int | None = None
    scenario: tuple[Line, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What is the same for all of them."""
        one, other = ((each.verdict, each.to) for each in (self.before, self.after))
        return self.difference, one, other, self.code

    @property
    def jsonl(self) -> str:
        """The scenario as the text of a file for ``ordercancel replay``."""
        lines = (json.dumps(line, ensure_ascii=False) for line in self.scenario)
        return "".join(f"{line}\n" for line in lines)

    def as_dict(self) -> dict[str, Any]:
        """The difference for programs."""
        return {
            "difference": str(self.difference),
            "code": self.code,
            "count": self.count,
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
            "example": {name: _plain(value) for name, value in self.example.items()},
            "scenario": list(self.scenario),
        }


@attrs.frozen(kw_only=True)
class RoleAnswers:
    """What two policies answer to a role that gives a command.

    Args:
        kind: The kind of command.
        role: The role.
        changes: The differences, in the order of `Difference`, then the most frequent.
        undecided: What the solver could not decide within its time, where there is such a thing.
    """

    kind: type[Judged]
    role: str
    changes: tuple[AnswerChange, ...]
    undecided: tuple[str, ...] = ()

    @property
    def relation(self) -> Relation:
        """What the other policy is beside the one."""
        ways = {change.difference for change in self.changes}
        down, up = (way in ways for way in (Difference.STRICTER, Difference.LOOSER))
        if Difference.ELSEWHERE in ways or (down and up):
            return Relation.INCOMPARABLE
        if self.undecided:
            return Relation.UNDECIDED
        return Relation.STRICTER if down else Relation.LOOSER if up else Relation.EQUAL

    def as_dict(self) -> dict[str, Any]:
        """The answers for programs."""
        return {
            "command": self.kind.__name__,
            "role": self.role,
            "relation": str(self.relation),
            "undecided": list(self.undecided),
            "changes": [change.as_dict() for change in self.changes],
        }


def _plain(value: Value | None) -> str | int | None:
    return value if value is None or isinstance(value, str | int) else str(value)


def space_of(policy: Policy, kind: type[Judged], other: Policy) -> Space:
    """The combinations that both policies are asked about, for a `kind` of command."""
    fees = (*policy.fees, *other.fees) if kind is RequestCancellation else ()
    of_fees = (leaf for fee in fees for leaf in fee.when.leaves())
    space = Space.of(policy, kind, other, also=(IsIn("role", frozenset()), *of_fees))
    return attrs.evolve(space, values={**space.values, PRICED: (True, False)}) if fees else space


def never(policies: Iterable[Policy], role: str) -> tuple[str, ...]:
    """The flags that are never true of somebody with this role, under any of the `policies`.

    Who may never ask has made no request, and who is never referred to has none to answer.
    """
    policies = tuple(policies)
    side = policies[0].roles[role].side
    asks = is_offered(RequestCancellation, policies, {"role": role, "side": side})
    answers = any(role in _referred_to(policy) for policy in policies)
    return (() if asks else ("is_initiator",)) + (() if answers else ("is_answerer",))


def _referred_to(policy: Policy) -> set[str]:
    """The roles that a rule or a deadline may refer a request to."""
    effects = (effect for rule in policy.all_rules for _, effect in rule.leaves())
    targets = {effect.to for effect in effects if isinstance(effect, Refer)}
    acts = (deadline.then for deadline in policy.deadlines)
    targets |= {str(act.argument) for act in acts if act.do is Do.REFER}
    return {
        name for to in targets for role in policy.roles for name in answerers(policy, to, role)
    }


def answer(policy: Policy, kind: type[Judged], facts: FactValues) -> PolicyAnswer:
    """What `policy` answers to a `kind` of command, by `facts`."""
    ruling = policy.judge(kind, facts).ruling
    if ruling.verdict is not Verdict.REFUSE and facts.get(PRICED):
        ruling = charge(ruling, policy, facts)
    return PolicyAnswer(
        ruling.verdict,
        _codes(ruling),
        ruling.rules,
        () if ruling.to is None else answerers(policy, ruling.to, str(facts["role"])),
        ruling.fee,
    )


def _codes(ruling: Ruling) -> tuple[str, ...]:
    """The codes of the refusals; quicker than a decision, which has their texts, too."""
    if ruling.code is not None:
        return (ruling.code,)
    errors = (error.code for error in ruling.errors)
    effects = (each.effect for each in ruling.determined_by)
    return tuple(dict.fromkeys((*errors, *(e.code for e in effects if isinstance(e, Forbid)))))


def answerers(policy: Policy, to: str, asked_by: str) -> tuple[str, ...]:
    """The roles that may answer a request that is referred `to` a role, or to the other side."""
    if to != OTHER_SIDE:
        return (to,)
    side = other_side_of(asked_by, policy.roles)
    roles = policy.roles.items()
    return tuple(name for name, role in roles if role.answers and f"{role.side}_side" == side)


def difference_of(one: PolicyAnswer, other: PolicyAnswer) -> Difference | None:
    """In what two answers differ; None where they are the same."""
    if one.verdict.rank != other.verdict.rank:
        less = other.verdict.rank < one.verdict.rank
        return Difference.STRICTER if less else Difference.LOOSER
    if set(one.to) != set(other.to):
        return Difference.ELSEWHERE
    if set(one.codes) != set(other.codes):
        return Difference.CODE
    if terms(one.fee) != terms(other.fee):
        return Difference.FEE
    return Difference.RULE if set(one.rules) != set(other.rules) else None


def terms(fee: Fee | None) -> tuple[object, ...] | None:
    """What is taken as a fee, whatever it is called and whenever it is due."""
    if fee is None:
        return None
    over, under = fee.rate
    return over / under, fee.minimum, fee.maximum, fee.of, fee.rounding


def change_at(
    facts: FactValues, one: PolicyAnswer, other: PolicyAnswer, code: str | None
) -> AnswerChange:
    """The difference of two answers that are not the same, by the `code` of one policy alone."""
    difference = difference_of(one, other)
    assert difference is not None
    return AnswerChange(
        difference=difference,
        code=code,
        example={name: value for name, value in facts.items() if name != "zone"},
        before=one,
        after=other,
    )


def tried(
    space: Space, policy: Policy, other: Policy
) -> tuple[dict[str, tuple[AnswerChange, ...]], int, int]:
    """Ask the `policy` of a space and the `other` one about every combination.

    Returns:
        The differences by role; how many combinations there are, and how many of them differ.
    """
    kind, of_other = space.kind, attrs.evolve(space, policy=other)
    changes: dict[str, dict[object, AnswerChange]] = {}
    asked = differ = 0
    false = {name: never((policy, other), name) for name in map(str, space.values["role"])}
    for facts in space.combinations():
        if any(facts.get(name) for name in false[str(facts["role"])]):
            continue
        asked += 1
        one, two = answer(policy, kind, facts), answer(other, kind, of_other.completed(facts))
        difference = difference_of(one, two)
        if difference is None:
            continue
        if difference is Difference.CODE and not is_offered(kind, (policy, other), facts):
            continue
        differ += difference is not Difference.RULE
        of_role = changes.setdefault(str(facts["role"]), {})
        for code in sorted(set(one.codes) ^ set(two.codes)) or (None,):
            change = attrs.evolve(change_at(facts, one, two, code), count=1)
            of_role[change.key] = _joined(of_role.get(change.key), change)
    return {role: ordered(each.values()) for role, each in changes.items()}, asked, differ


def ordered(changes: Iterable[AnswerChange]) -> tuple[AnswerChange, ...]:
    """Changes in the order of `Difference`, then the most frequent, then by their codes."""
    order = list(Difference)
    return tuple(
        sorted(
            changes,
            key=lambda each: (order.index(each.difference), -(each.count or 0), str(each.code)),
        )
    )


def _joined(known: AnswerChange | None, change: AnswerChange) -> AnswerChange:
    """Both as one, with the simpler example."""
    if known is None or known.count is None:
        return change
    return attrs.evolve(min(known, change, key=_complexity), count=known.count + 1)


def _complexity(change: AnswerChange) -> tuple[int, int]:
    """How many codes refuse under one policy alone, and how many in all."""
    one, other = set(change.before.codes), set(change.after.codes)
    return len(one ^ other), len(one | other)


def is_offered(kind: type[Judged], policies: Iterable[Policy], facts: FactValues) -> bool:
    """Whether a policy ever lets whoever these facts are of give a command of this kind.

    Which codes refuse what somebody may do under neither policy is no difference: nobody offers
    it to them.
    """
    who = {name: facts[name] for name in OF_THE_ACTOR - {seller_permits.name} if name in facts}
    return any(may_be_granted(policy, kind, who) for policy in policies)
