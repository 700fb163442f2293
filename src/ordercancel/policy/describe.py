"""Conditions, facts and effects in words, in Japanese and in English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from ordercancel.domain.commands import RequestCancellation
from ordercancel.domain.requests import OPEN
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Verdict
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.words import shown
from ordercancel.rules.conditions import (
    All,
    AnyOf,
    Before,
    Compare,
    Condition,
    Holds,
    IsIn,
    Known,
    Leaf,
    Listed,
    Named,
    Not,
    Relation,
    Value,
)
from ordercancel.rules.deadlines import Action, Deadline, Do
from ordercancel.rules.effects import Effect, Forbid, If, Refer
from ordercancel.rules.facts import NO_REQUEST, Day, Moment
from ordercancel.rules.refunding import Fee, FeeBase, Rate
from ordercancel.rules.standard_texts import ROLE_TEXTS, STATUS_TEXTS
from ordercancel.rules.times import (
    BusinessDays,
    By,
    Earliest,
    EndOfDay,
    Latest,
    NextClock,
    Shift,
    Time,
    spread,
)


def effect_text(effect: Effect, policy: RuleSet, lang: Lang) -> str:
    """What a rule does, in words."""
    match effect:
        case Forbid(code):
            return f"{code}: {policy.refusal_text(code)[lang]}"
        case Refer(to):
            template = Text("{who}の判断へ", "refer to {who}")
            return template.fill(lang, {"who": policy.role_text(to)[lang]})
        case If(when, then, otherwise) if then is not None and otherwise is not None:
            template = Text("{when}：{then}、それ以外：{else_}", "{then} if {when}, else {else_}")
            values = {
                "when": describe(when, policy, lang),
                "then": effect_text(then, policy, lang),
                "else_": effect_text(otherwise, policy, lang),
            }
            return template.fill(lang, values)
        case _:
            return VERDICT_NAMES[Verdict(str(effect))][lang]


def action_text(deadline: Deadline, policy: RuleSet, lang: Lang) -> str:
    """What a deadline does, in words."""
    action = deadline.then
    argument = action.argument or ""
    values = {
        "what": _argument(action, policy, lang),
        "who": policy.role_text(argument)[lang],
        "met": "" if deadline.met is None else fact_text(deadline.met.name, policy, lang),
    }
    text = _ACTIONS[action.do].fill(lang, values)
    if deadline.met is None:
        return text
    unless = Text("（期限までに{met}が済んでいる場合を除く）", " (unless {met} was before)")
    return text + unless.fill(lang, values)


def _argument(action: Action, policy: RuleSet, lang: Lang) -> str:
    """What goes with an action, as people call it."""
    argument = action.argument or ""
    match action.do:
        case Do.MARK:
            return policy.mark_text(argument)[lang]
        case Do.ADVANCE:
            return policy.move_text(argument)[lang]
        case Do.CANCEL:
            reason = policy.reason(RequestCancellation, argument)
            return argument if reason is None else policy.reason_text(reason)[lang]
        case _:
            return argument


def fee_text(fee: Fee, lang: Lang) -> str:
    """How much a fee is, in words; amounts are in minor units, as an order has them."""
    of = Text("返金対象の全額", "all that comes back")
    if fee.of == FeeBase.GOODS:
        of = Text("商品の代金", "the goods")
    parts = [Text("{of}の{rate}", "{rate} of {of}")] if fee.rate[0] else []
    if fee.minimum:
        parts.append(Text("最低{minimum}", "at least {minimum}"))
    if fee.maximum is not None:
        parts.append(Text("最高{maximum}", "at most {maximum}"))
    values = {
        "of": of[lang],
        "rate": rate_text(fee.rate),
        "minimum": f"{fee.minimum:,}",
        "maximum": f"{fee.maximum or 0:,}",
    }
    none = Text("手数料なし", "no fee")[lang]
    return Text("、", ", ")[lang].join(part.fill(lang, values) for part in parts) or none


def rate_text(rate: Rate) -> str:
    """A rate in per cent, or as a fraction where that is no whole number of hundredths.

    >>> rate_text((3, 10)), rate_text((7, 80)), rate_text((1, 3))
    ('30%', '8.75%', '1/3')
    """
    hundredths, rest = divmod(rate[0] * 10_000, rate[1])
    if rest:
        return f"{rate[0]}/{rate[1]}"
    return f"{hundredths / 100:g}%"


VERDICT_NAMES: Mapping[Verdict, Text] = {
    Verdict.CANCEL: Text("即時キャンセル", "cancel at once"),
    Verdict.REFER: Text("回答する側の判断へ", "refer to the answerer"),
    Verdict.PERMIT: Text("許可", "permit"),
    Verdict.REFUSE: Text("不可", "refuse"),
}

NOT_KNOWN = Text("不明", "not known")


_OPPOSITE: Mapping[Relation, Relation] = {
    Relation.LESS: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.MORE,
    Relation.AT_LEAST: Relation.LESS,
    Relation.MORE: Relation.AT_MOST,
}

_IS_NOT = Text("「{it}」に当てはまらない", "not: {it}")

_RELATIONS: Mapping[Relation, Text] = {
    Relation.LESS: Text("{it}が{bound}未満", "{it} is less than {bound}"),
    Relation.AT_MOST: Text("{it}が{bound}以下", "{it} is at most {bound}"),
    Relation.AT_LEAST: Text("{it}が{bound}以上", "{it} is at least {bound}"),
    Relation.MORE: Text("{it}が{bound}を超える", "{it} is more than {bound}"),
}


def describe(condition: Condition, policy: RuleSet, lang: Lang) -> str:
    """A condition in words."""
    match condition:
        case All(()):
            return Text("常に", "always")[lang]
        case All(conditions):
            return _joined(conditions, "、かつ" if lang == "ja" else ", and ", policy, lang)
        case AnyOf(conditions):
            return _joined(conditions, "、または" if lang == "ja" else " or ", policy, lang)
        case Not(Named(label=label)):
            template = _IS_NOT
            return template.fill(lang, {"it": policy.text(label)[lang]})
        case Not(Leaf() as leaf):
            return _leaf(leaf, policy, lang, negated=True)
        case Not(inner):
            return Text("次に当てはまらない（{it}）", "not ({it})").fill(
                lang, {"it": describe(inner, policy, lang)}
            )
        case Named(label=label):
            return policy.text(label)[lang]
        case Leaf():
            return _leaf(condition, policy, lang, negated=False)
        case _:
            raise TypeError(f"a {type(condition).__name__} cannot be described")


def fact_text(name: str, policy: RuleSet, lang: Lang) -> str:
    """What people call a fact."""
    return policy.fact_text(name)[lang]


def value_text(name: str, value: Value | None, policy: RuleSet, lang: Lang) -> str:
    """What people call a value of the fact `name`."""
    match value:
        case None:
            return NOT_KNOWN[lang]
        case bool():
            return (Text("はい", "yes") if value else Text("いいえ", "no"))[lang]
        case str():
            return _values(name, frozenset({value}), policy, lang)[0]
        case datetime() | date():
            return shown(value, policy.tzinfo, lang)
        case _:
            return str(value)


def _joined(conditions: Iterable[Condition], word: str, policy: RuleSet, lang: Lang) -> str:
    parts = (
        (f"（{text}）" if lang == "ja" else f"({text})") if isinstance(each, All | AnyOf) else text
        for each in conditions
        for text in [describe(each, policy, lang)]
    )
    return word.join(parts)


def _leaf(leaf: Leaf, policy: RuleSet, lang: Lang, *, negated: bool) -> str:
    name = fact_text(leaf.fact, policy, lang)
    match leaf:
        case IsIn("answerer", values) if values == {NO_REQUEST}:
            nobody = Text("回答する人がいない", "nobody has to answer")
            return (Text("回答する人がいる", "somebody has to answer") if negated else nobody)[
                lang
            ]
        case IsIn("request", values) if values == OPEN:
            waits = Text("回答待ちの{it}がある", "a request waits for an answer")
            none = Text("回答待ちの{it}がない", "no request waits for an answer")
            what = policy.command_text(RequestCancellation)[lang]
            return (none if negated else waits).fill(lang, {"it": what})
        case IsIn(fact, values):
            listed = _values(fact, values, policy, lang)
            if lang == "ja":
                them = "・".join(listed) + ("以外" if negated else "")
                return f"{them}による操作" if fact == "role" else f"{name}が{them}"
            if fact == "role":
                return f"{'not ' if negated else ''}by {_either(listed)}"
            return f"{name} is {'not ' if negated else ''}{_either(listed)}"
        case Holds(fact):
            own = policy.flag_text(fact, is_so=not negated)
            if own is not None:
                return own[lang]
            return _IS_NOT.fill(lang, {"it": name}) if negated else name
        case Compare(_, how, bound):
            template = _RELATIONS[_OPPOSITE[how] if negated else how]
            return template.fill(lang, {"it": name, "bound": str(bound)})
        case Before(_, Shift(Moment() as anchor, length)) if length > timedelta():
            template = (
                Text("{it}から{length}以上", "{length} or more after {it}")
                if negated
                else Text("{it}から{length}未満", "less than {length} after {it}")
            )
            of = fact_text(anchor.name, policy, lang)
            return template.fill(lang, {"it": of, "length": length_text(length, lang)})
        case Before(_, EndOfDay() as time) if lang == "ja":
            day = _chain_text(time, policy, lang).removesuffix("24時").removesuffix("の")
            return f"{day}を過ぎている" if negated else f"{day}を過ぎていない"
        case Before(_, EndOfDay() as time):
            day = _chain_text(time, policy, lang).removeprefix("the end of ")
            return f"{day} is over" if negated else f"{day} is not over"
        case Before(_, time):
            template = (
                Text("{it}以降", "from {it} on") if negated else Text("{it}より前", "before {it}")
            )
            return template.fill(lang, {"it": time_text(time, policy, lang)})
        case Listed(_, values):
            listed = _values(leaf.fact, values, policy, lang)
            template = Text("{it}が{words}、それ以外は不明", "{it} is {words}, else not known")
            them = "・".join(listed) if lang == "ja" else _either(listed)
            return template.fill(lang, {"it": name, "words": them})
        case Known():
            template = (
                Text("{it}が不明", "{it} is not known")
                if negated
                else Text("{it}が分かっている", "{it} is known")
            )
            return template.fill(lang, {"it": name})
        case _:
            raise TypeError(f"a {type(leaf).__name__} cannot be described")


def _either(words: list[str]) -> str:
    """English words of which one is meant."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _values(fact: str, values: frozenset[str], policy: RuleSet, lang: Lang) -> list[str]:
    """The words of a choice as people call them, in the order of their domain."""
    named: dict[str, Text] = {}
    match fact:
        case "status":
            named = {each: policy.status_text(each) for each in policy.orders.statuses}
        case "move":
            named = {each: policy.move_text(each) for each in policy.orders.moves}
        case "request":
            named = {each: policy.request_text(each) for each in map(str, STATUS_TEXTS)}
            named = {NO_REQUEST: ROLE_TEXTS[NO_REQUEST], **named}
        case "initiator" | "answerer" | "side" | "role":
            roles = dict.fromkeys((*ROLE_TEXTS, *policy.roles, *sorted(values)))
            named = {each: policy.role_text(each) for each in roles}
        case _:
            named = {each: policy.word_text(fact, each) for each in sorted(values)}
    listed = [*named, *sorted(values - set(named))]
    return [named[each][lang] if each in named else each for each in listed if each in values]


def time_text(time: Time, policy: RuleSet, lang: Lang) -> str:
    """A time in words."""
    comma = Text("、", ", ")[lang]
    match spread(time):
        case Earliest(times):
            template = Text("{them}のうち最も早い時点", "the earliest of: {them}")
        case Latest(times):
            template = Text("{them}のうち最も遅い時点", "the latest of: {them}")
        case By(choice, by_word):
            worded = Text("{word}の場合は{it}", "{it} where it is {word}")
            them = (
                worded.fill(lang, {"word": word, "it": time_text(each, policy, lang)})
                for name, each in by_word
                for word in _values(choice, frozenset({name}), policy, lang)
            )
            by = Text("{choice}により、{them}", "by {choice}, {them}")
            name = fact_text(choice, policy, lang)
            return by.fill(lang, {"choice": name, "them": comma.join(them)})
        case chain:
            return _chain_text(chain, policy, lang)
    them = (time_text(each, policy, lang) for each in times)
    return template.fill(lang, {"them": comma.join(them)})


def _chain_text(time: Time, policy: RuleSet, lang: Lang) -> str:
    """A time that is reckoned from one fact, in words."""
    anchor = fact_text(time.anchor_name, policy, lang)
    for step in reversed(tuple(time.steps())):
        match step:
            case Shift(_, length):
                of = Text("{it}の{length}前", "{length} before {it}")
                if length >= timedelta():
                    of = Text("{it}の{length}後", "{length} after {it}")
                anchor = of.fill(lang, {"it": anchor, "length": length_text(abs(length), lang)})
            case EndOfDay(Day(), 0):
                anchor = Text("{it}の24時", "the end of {it}").fill(lang, {"it": anchor})
            case EndOfDay(_, 0):
                of = Text("{it}の当日24時", "the end of the day of {it}")
                anchor = of.fill(lang, {"it": anchor})
            case EndOfDay(_, later):
                of = Text("{it}の{n}日前の24時", "the end of the day {n} d before {it}")
                if later > 0:
                    of = Text("{it}の{n}日後の24時", "the end of the day {n} d after {it}")
                anchor = of.fill(lang, {"it": anchor, "n": str(abs(later))})
            case NextClock(_, clock):
                of = Text("{it}の次の{clock}", "the next {clock} after {it}")
                shown = clock.isoformat("minutes" if not clock.second else "auto")
                anchor = of.fill(lang, {"it": anchor, "clock": shown})
            case BusinessDays(_, count):
                of = Text("{it}から{n}営業日後の24時", "the end of working day {n} after {it}")
                anchor = of.fill(lang, {"it": anchor, "n": str(count)})
            case _:
                pass
    return anchor


def length_text(length: timedelta, lang: Lang) -> str:
    """A length of time in all its units, down to the second."""
    rest, parts = length, []
    for unit, name in _UNITS:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{name[lang]}")
    return ("" if lang == "ja" else " ").join(parts) or f"0{_UNITS[-1][1][lang]}"


_UNITS = (
    (timedelta(days=1), Text("日", " d")),
    (timedelta(hours=1), Text("時間", " h")),
    (timedelta(minutes=1), Text("分", " min")),
    (timedelta(seconds=1), Text("秒", " s")),
)

_ACTIONS: Mapping[Do, Text] = {
    Do.APPROVE: Text("リクエストを承認", "the request is approved"),
    Do.REJECT: Text("リクエストを拒否", "the request is rejected"),
    Do.EXPIRE: Text("リクエストは期限切れ", "the request expires"),
    Do.CANCEL: Text("注文をキャンセル（理由：{what}）", "the order is cancelled: {what}"),
    Do.ADVANCE: Text("注文を進める：{what}", "the order makes the move {what}"),
    Do.REFER: Text("{who}の判断へ", "the request is for {who} to answer"),
    Do.MARK: Text("「{what}」として記録", "it is marked {what}"),
    Do.NOTIFY: Text("通知", "a message goes out"),
}
