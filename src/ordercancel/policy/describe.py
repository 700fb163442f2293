"""The parts of a policy in words, in one language: conditions, times, facts, effects, fees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import attrs

from ordercancel.domain.commands import Command, RequestCancellation
from ordercancel.domain.requests import OPEN
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Verdict
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.words import NO, YES, shown
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
from ordercancel.rules.deadlines import Deadline, Do
from ordercancel.rules.effects import Effect, Forbid, If, Refer
from ordercancel.rules.facts import NO_REQUEST, Day, Moment
from ordercancel.rules.reasons import Reason
from ordercancel.rules.refunding import Fee, FeeBase, rate_text
from ordercancel.rules.standard_texts import ROLE_TEXTS, STATUS_TEXTS
from ordercancel.rules.texts import Worded
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

VERDICT_NAMES: Mapping[Verdict, Text] = {
    Verdict.CANCEL: Text("即時キャンセル", "cancel at once"),
    Verdict.REFER: Text("回答する側の判断へ", "refer to the answerer"),
    Verdict.PERMIT: Text("許可", "permit"),
    Verdict.REFUSE: Text("不可", "refuse"),
}


@attrs.frozen
class Spoken:
    """What the parts of a policy are called and do, in the words of one language.

    Args:
        policy: The policy.
        lang: The language. What the library itself says is in English where it is not in that.
    """

    policy: RuleSet
    lang: Lang

    def say(self, ja: str, en: str, /, **values: str) -> str:
        """A sentence of the library's own, with its variables filled in."""
        return Text(ja, en)[self.lang].format_map(values)

    def listed(self, words: Iterable[str]) -> str:
        """Words one after the other."""
        return self.say("、", ", ").join(dict.fromkeys(words))

    def text(self, value: Worded) -> str:
        """A text of the policy."""
        return self.policy.text(value)[self.lang]

    def status(self, status: str) -> str:
        return self.policy.status_text(status)[self.lang]

    def request(self, status: str) -> str:
        return self.policy.request_text(status)[self.lang]

    def role(self, role: str) -> str:
        return self.policy.role_text(role)[self.lang]

    def command(self, kind: type[Command]) -> str:
        return self.policy.command_text(kind)[self.lang]

    def move(self, move: str) -> str:
        return self.policy.move_text(move)[self.lang]

    def mark(self, code: str) -> str:
        return self.policy.mark_text(code)[self.lang]

    def reason(self, reason: Reason) -> str:
        return self.policy.reason_text(reason)[self.lang]

    def deadline(self, deadline: Deadline) -> str:
        return self.policy.deadline_text(deadline)[self.lang]

    def refusal(self, code: str, missing: Iterable[str] = ()) -> str:
        """What is read where something is refused, with the facts that were missing."""
        return self.policy.refusal_text(code, missing)[self.lang]

    def fact(self, name: str) -> str:
        return self.policy.fact_text(name)[self.lang]

    def value(self, name: str, value: Value | None) -> str:
        """What people call a value of the fact `name`."""
        match value:
            case None:
                return self.say("不明", "not known")
            case bool():
                return (YES if value else NO)[self.lang]
            case str():
                return self._words(name, frozenset({value}))[0]
            case datetime() | date():
                return shown(value, self.policy.tzinfo, self.lang)
            case _:
                return str(value)

    def effect(self, effect: Effect) -> str:
        """What a rule does."""
        match effect:
            case Forbid(code):
                return f"{code}: {self.refusal(code)}"
            case Refer(to):
                return self.say("{who}の判断へ", "refer to {who}", who=self.role(to))
            case If(when, then, otherwise) if then is not None and otherwise is not None:
                return self.say(
                    "{when}：{then}、それ以外：{else_}",
                    "{then} if {when}, else {else_}",
                    when=self.condition(when),
                    then=self.effect(then),
                    else_=self.effect(otherwise),
                )
            case _:
                return VERDICT_NAMES[Verdict(str(effect))][self.lang]

    def action(self, deadline: Deadline) -> str:
        """What a deadline does."""
        does = self._action(deadline)
        if deadline.met is None:
            return does
        return does + self.say(
            "（期限までに{met}が済んでいる場合を除く）",
            " (unless {met} was before)",
            met=self.fact(deadline.met.name),
        )

    def _action(self, deadline: Deadline) -> str:
        argument = deadline.then.argument or ""
        match deadline.then.do:
            case Do.APPROVE:
                return self.say("リクエストを承認", "the request is approved")
            case Do.REJECT:
                return self.say("リクエストを拒否", "the request is rejected")
            case Do.EXPIRE:
                return self.say("リクエストは期限切れ", "the request expires")
            case Do.CANCEL:
                reason = self.policy.reason(RequestCancellation, argument)
                it = argument if reason is None else self.reason(reason)
                ja = "注文をキャンセル（理由：{it}）"
                return self.say(ja, "the order is cancelled: {it}", it=it)
            case Do.ADVANCE:
                move = self.move(argument)
                return self.say("注文を進める：{it}", "the order makes the move {it}", it=move)
            case Do.REFER:
                who = self.role(argument)
                return self.say("{who}の判断へ", "the request is for {who} to answer", who=who)
            case Do.MARK:
                return self.say("「{it}」として記録", "it is marked {it}", it=self.mark(argument))
            case _:
                return self.say("通知", "a message goes out")

    def fee(self, fee: Fee) -> str:
        """How much a fee is; amounts are in minor units, as an order has them."""
        of = self.say("返金対象の全額", "all that comes back")
        if fee.of == FeeBase.GOODS:
            of = self.say("商品の代金", "the goods")
        parts = []
        if fee.rate[0]:
            rate = rate_text(fee.rate)
            parts.append(self.say("{of}の{rate}", "{rate} of {of}", of=of, rate=rate))
        if fee.minimum:
            parts.append(self.say("最低{it}", "at least {it}", it=f"{fee.minimum:,}"))
        if fee.maximum is not None:
            parts.append(self.say("最高{it}", "at most {it}", it=f"{fee.maximum:,}"))
        return self.listed(parts) or self.say("手数料なし", "no fee")

    def condition(self, condition: Condition) -> str:
        """A condition in words."""
        match condition:
            case All(()):
                return self.say("常に", "always")
            case All(conditions):
                return self.say("、かつ", ", and ").join(map(self._part, conditions))
            case AnyOf(conditions):
                return self.say("、または", " or ").join(map(self._part, conditions))
            case Not(Named(label=label)):
                return self._is_not(self.text(label))
            case Not(Leaf() as leaf):
                return self._leaf(leaf, negated=True)
            case Not(inner):
                it = self.condition(inner)
                return self.say("次に当てはまらない（{it}）", "not ({it})", it=it)
            case Named(label=label):
                return self.text(label)
            case Leaf():
                return self._leaf(condition, negated=False)
            case _:
                raise TypeError(f"a {type(condition).__name__} cannot be described")

    def _part(self, condition: Condition) -> str:
        """A condition among others; in brackets where it is made of several itself."""
        words = self.condition(condition)
        if isinstance(condition, All | AnyOf):
            return self.say("（{it}）", "({it})", it=words)
        return words

    def _is_not(self, words: str) -> str:
        return self.say("「{it}」に当てはまらない", "not: {it}", it=words)

    def _leaf(self, leaf: Leaf, *, negated: bool) -> str:
        name = self.fact(leaf.fact)
        match leaf:
            case IsIn("answerer", values) if values == {NO_REQUEST}:
                ja, en = "回答する人がいない", "nobody has to answer"
                if negated:
                    ja, en = "回答する人がいる", "somebody has to answer"
                return self.say(ja, en)
            case IsIn("request", values) if values == OPEN:
                ja, en = "回答待ちの{it}がある", "a request waits for an answer"
                if negated:
                    ja, en = "回答待ちの{it}がない", "no request waits for an answer"
                return self.say(ja, en, it=self.command(RequestCancellation))
            case IsIn(fact, values):
                ja, en = ("以外", "not ") if negated else ("", "")
                them = self._any(fact, values)
                if fact == "role":
                    return self.say(f"{{it}}{ja}による操作", f"{en}by {{it}}", it=them)
                return self.say(f"{{of}}が{{it}}{ja}", f"{{of}} is {en}{{it}}", of=name, it=them)
            case Holds(fact):
                own = self.policy.flag_text(fact, is_so=not negated)
                if own is not None:
                    return own[self.lang]
                return self._is_not(name) if negated else name
            case Compare(_, how, bound):
                template = _RELATIONS[_OPPOSITE[how] if negated else how]
                return template[self.lang].format(it=name, bound=bound)
            case Before(_, time):
                return self._before(time, negated=negated)
            case Listed(_, values):
                ja, en = "{it}が{them}、それ以外は不明", "{it} is {them}, else not known"
                return self.say(ja, en, it=name, them=self._any(leaf.fact, values))
            case Known():
                if negated:
                    return self.say("{it}が不明", "{it} is not known", it=name)
                return self.say("{it}が分かっている", "{it} is known", it=name)
            case _:
                raise TypeError(f"a {type(leaf).__name__} cannot be described")

    def _before(self, time: Time, *, negated: bool) -> str:
        """That a time is not over yet, or is."""
        match time:
            case Shift(Moment() as anchor, length) if length > timedelta():
                ja, en = "{it}から{length}未満", "less than {length} after {it}"
                if negated:
                    ja, en = "{it}から{length}以上", "{length} or more after {it}"
                return self.say(ja, en, it=self.fact(anchor.name), length=self.length(length))
            case EndOfDay() if self.lang == "ja":
                day = self._chain(time).removesuffix("24時").removesuffix("の")
                return f"{day}を過ぎている" if negated else f"{day}を過ぎていない"
            case EndOfDay():
                day = self._chain(time).removeprefix("the end of ")
                return f"{day} is over" if negated else f"{day} is not over"
            case _:
                it = self.time(time)
                if negated:
                    return self.say("{it}以降", "from {it} on", it=it)
                return self.say("{it}より前", "before {it}", it=it)

    def _any(self, fact: str, values: frozenset[str]) -> str:
        """The words of a choice of which one is meant."""
        words = self._words(fact, values)
        if self.lang == "ja":
            return "・".join(words)
        *others, last = words
        return f"{', '.join(others)} or {last}" if others else last

    def _words(self, fact: str, values: frozenset[str]) -> list[str]:
        """The words of a choice as people call them, in the order of their domain."""
        named: dict[str, Text] = {}
        policy = self.policy
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
        known = [each for each in (*named, *sorted(values - set(named))) if each in values]
        return [named[each][self.lang] if each in named else each for each in known]

    def time(self, time: Time) -> str:
        """A time in words."""
        match spread(time):
            case Earliest(times):
                them = self.listed(map(self.time, times))
                return self.say("{them}のうち最も早い時点", "the earliest of: {them}", them=them)
            case Latest(times):
                them = self.listed(map(self.time, times))
                return self.say("{them}のうち最も遅い時点", "the latest of: {them}", them=them)
            case By(choice, by_word):
                them = self.listed(
                    self.say("{word}の場合は{it}", "{it} where it is {word}", word=word, it=it)
                    for name, each in by_word
                    for it in [self.time(each)]
                    for word in self._words(choice, frozenset({name}))
                )
                of = self.fact(choice)
                return self.say("{of}により、{them}", "by {of}, {them}", of=of, them=them)
            case chain:
                return self._chain(chain)

    def _chain(self, time: Time) -> str:
        """A time that is reckoned from one fact."""
        words = self.fact(time.anchor_name)
        for step in reversed(tuple(time.steps())):
            words = self._step(step, words)
        return words

    def _step(self, step: Time, it: str) -> str:
        """What a step makes of the time `it`."""
        match step:
            case Shift(_, length):
                ja, en = "{it}の{length}前", "{length} before {it}"
                if length >= timedelta():
                    ja, en = "{it}の{length}後", "{length} after {it}"
                return self.say(ja, en, it=it, length=self.length(abs(length)))
            case EndOfDay(Day(), 0):
                return self.say("{it}の24時", "the end of {it}", it=it)
            case EndOfDay(_, 0):
                return self.say("{it}の当日24時", "the end of the day of {it}", it=it)
            case EndOfDay(_, later):
                ja, en = "{it}の{n}日前の24時", "the end of the day {n} d before {it}"
                if later > 0:
                    ja, en = "{it}の{n}日後の24時", "the end of the day {n} d after {it}"
                return self.say(ja, en, it=it, n=str(abs(later)))
            case NextClock(_, clock):
                at = clock.isoformat("minutes" if not clock.second else "auto")
                return self.say("{it}の次の{at}", "the next {at} after {it}", it=it, at=at)
            case BusinessDays(_, count):
                en = "the end of working day {n} after {it}"
                return self.say("{it}から{n}営業日後の24時", en, it=it, n=str(count))
            case _:
                return it

    def length(self, length: timedelta) -> str:
        """A length of time in all its units, down to the second."""
        rest, parts = length, []
        for unit, name in _UNITS:
            count, rest = divmod(rest, unit)
            if count:
                parts.append(f"{count}{name[self.lang]}")
        return self.say("", " ").join(parts) or f"0{_UNITS[-1][1][self.lang]}"


_OPPOSITE: Mapping[Relation, Relation] = {
    Relation.LESS: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.MORE,
    Relation.AT_LEAST: Relation.LESS,
    Relation.MORE: Relation.AT_MOST,
}

_RELATIONS: Mapping[Relation, Text] = {
    Relation.LESS: Text("{it}が{bound}未満", "{it} is less than {bound}"),
    Relation.AT_MOST: Text("{it}が{bound}以下", "{it} is at most {bound}"),
    Relation.AT_LEAST: Text("{it}が{bound}以上", "{it} is at least {bound}"),
    Relation.MORE: Text("{it}が{bound}を超える", "{it} is more than {bound}"),
}

_UNITS = (
    (timedelta(days=1), Text("日", " d")),
    (timedelta(hours=1), Text("時間", " h")),
    (timedelta(minutes=1), Text("分", " min")),
    (timedelta(seconds=1), Text("秒", " s")),
)
