"""Mutants of a policy, made mechanically: each differs from it in one thing that decides.

A rule dropped or its effect another, a bound, day or second off, a status or reason left out. Who
tells all of them from the policy has looked at everything that the policy says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import attrs

from ordercancel.domain.commands import Judged
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.words import NO, YES
from ordercancel.policy.describe import Spoken
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Condition
from ordercancel.rules.deadlines import Deadline, approve, expire, reject
from ordercancel.rules.lifecycle import Lifecycle
from ordercancel.rules.reasons import Reason, TextBounds
from ordercancel.rules.refunding import Fee, FeeBase
from ordercancel.rules.rules import Rule
from ordercancel.rules.times import Time
from ordercancel.verification.mutated import bounds, conditions, effects, times

DROPPED = "dropped"
"""The aspect of a part that the mutant lacks altogether."""


@attrs.frozen(eq=False)
class Mutant:
    """A policy with one thing changed.

    Args:
        policy: The policy that it was made from.
        part: What sort of part was changed: ``rule``, ``deadline``, ``reason``, ``fee``,
            ``lifecycle`` or ``policy``.
        id: Which one, by its id; a lifecycle's move; empty where there is but one.
        aspect: What of it, such as ``when``; `DROPPED` for all of it.
        before: What stood there; None where there was nothing.
        after: What stands there; None where there is nothing.
        again: Which of those it is that read alike, from 1.
    """

    policy: Policy = attrs.field(repr=False)
    part: str
    id: str
    aspect: str
    before: Any = attrs.field(repr=False)
    after: Any = attrs.field(repr=False)
    _fields: Mapping[str, Any] = attrs.field(repr=False)
    again: int = 1

    def build(self) -> Policy:
        """The policy with the change in it.

        Raises:
            InvalidPolicy: There is no such policy.
        """
        fields = {name: each() if callable(each) else each for name, each in self._fields.items()}
        return attrs.evolve(self.policy, **fields)

    def text(self, lang: Lang) -> str:
        """What was changed, in the words of the policy."""
        said = Spoken(self.policy, lang)
        change = said.say("削除", "dropped")
        if self.aspect != DROPPED:
            before, after = _words(said, self.before), _words(said, self.after)
            change = said.say(
                "{before} → {after}", "{before} → {after}", before=before, after=after
            )
            if self.after is None:
                change = said.say("{it}を除く", "without {it}", it=before)
            elif self.before is None:
                change = said.say("{it}を加える", "with {it}", it=after)
            change = f"{_WORDS[self.aspect][lang]}{said.say('：', ': ')}{change}"
        again = f" #{self.again}" if self.again > 1 else ""
        where = f"{_WORDS[self.part][lang]} {self.id}".rstrip()
        return f"{where}{said.say('：', ': ')}{change}{again}"


_WORDS: Mapping[str, Text] = {
    "rule": Text("ルール", "rule"),
    "deadline": Text("期限", "deadline"),
    "reason": Text("理由", "reason"),
    "fee": Text("手数料", "fee"),
    "lifecycle": Text("注文の流れ", "lifecycle"),
    "policy": Text("ポリシー", "policy"),
    "effect": Text("効果", "effect"),
    "on": Text("操作", "commands"),
    "when": Text("条件", "condition"),
    "runs": Text("進行する条件", "runs"),
    "due": Text("期日", "due"),
    "then": Text("動作", "action"),
    "met": Text("満たす時点", "met by"),
    "of": Text("印の対象", "marks the"),
    "code": Text("コード", "code"),
    "text": Text("入力文", "text"),
    "amount": Text("金額", "amount"),
    "from": Text("移る前の状態", "from"),
    "to": Text("移った後の状態", "to"),
    "cancellable": Text("キャンセルできる状態", "cancellable"),
    "shipped": Text("発送済みの状態", "shipped"),
    "closes": Text("リクエストを終える状態", "closes requests"),
    "facts": Text("伴う事実", "brings along"),
    "needs": Text("必要な事実", "needs"),
    "zone": Text("タイムゾーン", "zone"),
    "ask_again_while_open": Text("回答待ちの間の再リクエスト", "asking again while open"),
}


def _words(said: Spoken, piece: Any) -> str:
    """A piece of a policy as people read it."""
    match piece:
        case Condition():
            return said.condition(piece)
        case Time():
            return said.time(piece)
        case Deadline():
            return said.action(piece)
        case Fee():
            return said.fee(piece)
        case TextBounds(least, most):
            ja, en = "{least}～{most}文字（任意）", "{least} to {most} characters, optional"
            if piece.required:
                ja, en = "{least}～{most}文字（必須）", "{least} to {most} characters, required"
            return said.say(ja, en, least=str(least), most=str(most))
        case bool():
            return (YES if piece else NO)[said.lang]
        case str():
            return piece
        case type():
            return said.command(piece)
        case _:
            return "" if piece is None else said.effect(piece)


def mutants(policy: Policy) -> Iterator[Mutant]:
    """Every mutant of `policy`, each with words of its own for what was changed."""
    seen: Counter[str] = Counter()
    for made in _mutants(policy):
        words = made.text("en")
        seen[words] += 1
        yield attrs.evolve(made, again=seen[words]) if seen[words] > 1 else made


_Changed = Iterator[tuple[str, Any, Any, Any]]
"""The aspect, what stood there, what stands there, and the part with it; None without one."""


def _mutants(policy: Policy) -> Iterator[Mutant]:
    for field, part, mutate in (
        ("rules", "rule", _rules),
        ("deadlines", "deadline", _deadlines),
        ("reasons", "reason", _reasons),
    ):
        parts: tuple[Any, ...] = getattr(policy, field)
        for number, each in enumerate(parts):
            name = each.code or each.on.__name__ if isinstance(each, Reason) else each.id
            for aspect, before, after, other in mutate(policy, each):
                fields = {field: _replaced(parts, number, other)}
                yield Mutant(policy, part, name, aspect, before, after, fields)
    refunding: Any = policy.refunding
    for number, fee in enumerate(policy.fees):
        for aspect, before, after, other in _fees(policy, fee):
            fees = _replaced(policy.fees, number, other)
            fields = {"refunding": attrs.evolve(refunding, fees=fees)}
            yield Mutant(policy, "fee", fee.id, aspect, before, after, fields)
    for name, aspect, before, after, changes in _lifecycle(policy.orders):
        # Built with the mutant: there may be no such lifecycle.
        orders = partial(attrs.evolve, policy.orders, **changes)
        yield Mutant(policy, "lifecycle", name, aspect, before, after, {"orders": orders})
    for name, value in (
        ("zone", "UTC"),
        ("ask_again_while_open", not policy.ask_again_while_open),
    ):
        if getattr(policy, name) != value:
            before = getattr(policy, name)
            yield Mutant(policy, "policy", "", name, before, value, {name: value})


def _replaced(parts: tuple[Any, ...], number: int, other: Any) -> tuple[Any, ...]:
    instead = () if other is None else (other,)
    return (*parts[:number], *instead, *parts[number + 1 :])


def _rules(policy: Policy, rule: Rule) -> _Changed:
    yield DROPPED, rule.effect, None, None
    for before, after, effect in effects(policy, rule.effect):
        yield "effect", before, after, attrs.evolve(rule, effect=effect)
    for kind in rule.on if len(rule.on) > 1 else ():
        others: tuple[type[Judged], ...] = tuple(each for each in rule.on if each is not kind)
        yield "on", kind, None, attrs.evolve(rule, on=others)
    for before, after, when in conditions(policy, rule.when):
        yield "when", before, after, attrs.evolve(rule, when=when)


def _deadlines(policy: Policy, deadline: Deadline) -> _Changed:
    yield DROPPED, deadline, None, None
    for before, after, due in times(deadline.due):
        yield "due", before, after, attrs.evolve(deadline, due=due)
    for then in (approve, reject, expire):
        if then != deadline.then:
            other = attrs.evolve(deadline, then=then, met=None)
            yield "then", deadline, other, other
    if deadline.then.of is not None:
        of = "order" if deadline.then.of == "request" else "request"
        other = attrs.evolve(deadline, then=attrs.evolve(deadline.then, of=of))
        yield "of", deadline.then.of, of, other
    if deadline.met is not None:
        yield "met", deadline.met, None, attrs.evolve(deadline, met=None)
    for before, after, runs in conditions(policy, deadline.runs):
        yield "runs", before, after, attrs.evolve(deadline, runs=runs)


def _reasons(policy: Policy, reason: Reason) -> _Changed:
    yield DROPPED, reason.code, None, None
    if reason.code is not None:
        code = f"{reason.code}_x"
        yield "code", reason.code, code, attrs.evolve(reason, code=code)
    for text in bounds(reason.text):
        yield "text", reason.text, text, attrs.evolve(reason, text=text)
    for before, after, when in conditions(policy, reason.when):
        yield "when", before, after, attrs.evolve(reason, when=when)


def _fees(policy: Policy, fee: Fee) -> _Changed:
    yield DROPPED, fee, None, None
    over, under = fee.rate
    changes: list[dict[str, Any]] = [
        {"rate": (over + 1 if over < under else over - 1, under)},
        {"minimum": fee.minimum + 1},
        {"of": FeeBase.ALL if fee.of == FeeBase.GOODS else FeeBase.GOODS},
    ]
    if fee.maximum is not None:
        changes += [{"maximum": fee.maximum + 1}, {"maximum": None}]
    for change in changes:
        other = attrs.evolve(fee, **change)
        yield "amount", fee, other, other
    for before, after, when in conditions(policy, fee.when):
        yield "when", before, after, attrs.evolve(fee, when=when)


def _lifecycle(orders: Lifecycle) -> Iterator[tuple[str, str, Any, Any, dict[str, Any]]]:
    """What was changed, as of a part, and the changes themselves; to begin with, the move."""
    for (source, move), target in orders.table.items():
        sources, _ = orders.moves[move]
        named = (sources,) if isinstance(sources, str) else tuple(sources)
        rest = tuple(each for each in named if each != source)
        moves: Mapping[str, Any] = {**orders.moves, move: (rest, target)}
        yield move, "from", source, None, {"moves": moves}
        names = [name for name in orders.statuses if name != orders.cancelled]
        further = names[(names.index(target) + 1) % len(names)]
        yield move, "to", target, further, {"moves": {**orders.moves, move: (named, further)}}
    for field in ("cancellable", "shipped", "closes"):
        values: tuple[str, ...] = getattr(orders, field) or ()
        for status in orders.statuses:
            if status in values:
                fewer = tuple(each for each in values if each != status)
                yield "", field, status, None, {field: fewer}
            elif status != orders.cancelled:
                yield "", field, None, status, {field: (*values, status)}
    for field in ("facts", "needs"):
        needed: Mapping[str, tuple[str, ...]] = getattr(orders, field)
        for name, facts in needed.items():
            for fact in (
                facts if field == "facts" else (each for each in facts if each not in orders.has)
            ):
                left = {**needed, name: tuple(each for each in facts if each != fact)}
                yield name, field, fact, None, {field: left}
