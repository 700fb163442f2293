"""Describes conditions, facts and effects in words, in Japanese and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    Approve,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Verdict
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Leaf,
    Not,
    Relation,
    Value,
)
from ordercancel.rules.effects import CANCEL, PERMIT, REFER, Effect
from ordercancel.rules.facts import NO_REQUEST
from ordercancel.rules.texts import REQUEST_STATUS_TEXTS

REQUEST_STATUSES: Mapping[str, Text] = {
    str(status): text for status, text in REQUEST_STATUS_TEXTS.items()
}

_ROLES: Mapping[str, Text] = {
    "buyer": Text("購入者", "the buyer"),
    "seller": Text("販売者", "the seller"),
    "operator": Text("運営者", "an operator"),
    "system": Text("システム", "the system"),
}


COMMAND_NAMES: Mapping[type[Command], Text] = {
    RequestCancellation: Text("キャンセルの要請", "Requesting cancellation"),
    Approve: Text("承認", "Approving"),
    Reject: Text("拒否", "Rejecting"),
    Withdraw: Text("要請の取り消し", "Withdrawing"),
    AskWithdrawal: Text("撤回の要請", "Asking for withdrawal"),
    AnswerWithdrawal: Text("撤回要請への回答", "Answering the ask for withdrawal"),
    AdvanceOrder: Text("注文の進行", "Moving the order on"),
    ApplyDeadline: Text("期限の適用", "Applying a deadline"),
}

GRANT_NAMES: Mapping[Effect, Text] = {
    CANCEL: Text("即時キャンセル", "cancel at once"),
    REFER: Text("販売者の判断へ", "refer to the seller"),
    PERMIT: Text("許可", "permit"),
}

VERDICT_NAMES: Mapping[Verdict, Text] = {
    **{Verdict(str(grant)): text for grant, text in GRANT_NAMES.items()},
    Verdict.REFUSE: Text("不可", "refuse"),
}

NOT_KNOWN = Text("不明", "not known")


_OPPOSITE: Mapping[Relation, Relation] = {
    Relation.LESS: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.MORE,
    Relation.AT_LEAST: Relation.LESS,
    Relation.MORE: Relation.AT_MOST,
}


def describe(condition: Condition, policy: RuleSet, lang: Lang) -> str:
    """A condition in words."""
    match condition:
        case All(()):
            return Text("常に", "always")[lang]
        case All(conditions):
            return _joined(conditions, " かつ " if lang == "ja" else " and ", policy, lang)
        case AnyOf(conditions):
            return _joined(conditions, " または " if lang == "ja" else " or ", policy, lang)
        case Not(Leaf() as leaf):
            return _leaf(leaf, policy, lang, negated=True)
        case Not(inner):
            return Text("次でない: ({it})", "not ({it})").fill(
                lang, {"it": describe(inner, policy, lang)}
            )
        case Leaf():
            return _leaf(condition, policy, lang, negated=False)
        case _:
            raise TypeError(f"a {type(condition).__name__} cannot be described")


def fact_text(name: str, policy: RuleSet, lang: Lang) -> str:
    """What people call a fact."""
    fact = policy.fact(name)
    return name if fact is None else fact.label[lang]


def value_text(name: str, value: Value | None, policy: RuleSet, lang: Lang) -> str:
    """What people call a value of the fact `name`."""
    match value:
        case None:
            return NOT_KNOWN[lang]
        case bool():
            return (Text("はい", "yes") if value else Text("いいえ", "no"))[lang]
        case str():
            return _values(name, frozenset({value}), policy, lang)[0]
        case timedelta():
            return _length(value, lang)
        case _:
            return str(value)


def _joined(conditions: Iterable[Condition], word: str, policy: RuleSet, lang: Lang) -> str:
    parts = (
        f"({text})" if isinstance(each, All | AnyOf) else text
        for each in conditions
        for text in [describe(each, policy, lang)]
    )
    return word.join(parts)


def _leaf(leaf: Leaf, policy: RuleSet, lang: Lang, *, negated: bool) -> str:
    name = fact_text(leaf.fact, policy, lang)
    match leaf:
        case IsIn(_, values):
            listed = _values(leaf.fact, values, policy, lang)
            if lang == "ja":
                return f"{name} {'≠' if negated else '='} {'・'.join(listed)}"
            verb = ("is not" if negated else "is") if len(listed) == 1 else "is none of"
            verb = "is one of" if len(listed) > 1 and not negated else verb
            return f"{name} {verb} {', '.join(listed)}"
        case Holds():
            if lang == "ja":
                return f"「{name}」でない" if negated else f"「{name}」"
            return f"not: {name}" if negated else name
        case Compare(_, how, bound):
            return f"{name} {_OPPOSITE[how] if negated else how} {bound_text(bound, lang)}"
        case Known():
            template = (
                Text("「{it}」が不明", "{it} is not known")
                if negated
                else Text("「{it}」が分かっている", "{it} is known")
            )
            return template.fill(lang, {"it": name})
        case _:
            raise TypeError(f"a {type(leaf).__name__} cannot be described")


def _values(fact: str, values: frozenset[str], policy: RuleSet, lang: Lang) -> list[str]:
    """The words of a choice as people call them, in the order of their domain."""
    names: Mapping[str, Text] = {
        "status": policy.wording.statuses,
        "request": {NO_REQUEST: Text("なし", "none"), **REQUEST_STATUSES},
        "role": _ROLES,
    }.get(fact, {})
    listed = [*names, *sorted(values - set(names))]
    return [names[each][lang] if each in names else each for each in listed if each in values]


def bound_text(bound: int | timedelta, lang: Lang) -> str:
    """A number, or a length of time in its largest whole unit."""
    if isinstance(bound, int):
        return str(bound)
    for unit, name in _UNITS:
        if bound % unit == timedelta(0):
            return f"{bound // unit}{name[lang]}"
    return str(bound)


def _length(length: timedelta, lang: Lang) -> str:
    """A length of time in all its units, down to the second that has passed."""
    rest, parts = abs(length), []
    for unit, name in _UNITS:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{name[lang]}")
    sign = "-" if length < timedelta(0) else ""
    return sign + (("" if lang == "ja" else " ").join(parts) or f"0{_UNITS[-1][1][lang]}")


_UNITS = (
    (timedelta(days=1), Text("日", " d")),
    (timedelta(hours=1), Text("時間", " h")),
    (timedelta(minutes=1), Text("分", " min")),
    (timedelta(seconds=1), Text("秒", " s")),
)
