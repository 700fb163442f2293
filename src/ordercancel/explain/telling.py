"""How a page tells things: in the policy's words, else in the library's, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

import attrs

from ordercancel.domain.commands import RequestCancellation
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import UNDETERMINED, Decision
from ordercancel.explain.blocks import Para, Span, note
from ordercancel.explain.residue import either, residue
from ordercancel.explain.survey import Action, Asked, Survey
from ordercancel.policy.describe import Spoken
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import ALWAYS, AnyOf, Condition, Leaf
from ordercancel.rules.effects import Cancel, Forbid, Grant, Permit, Refer
from ordercancel.rules.sources import Basis, Citation, Source
from ordercancel.rules.texts import Worded


@attrs.frozen
class Outcome:
    """What comes of an action, and the condition under which it does, of those that matter.

    Args:
        effect: What the rules grant or forbid; a code where the lifecycle or nothing speaks.
        when: What has to be so for it, beside what is so anyway.
        missing: The facts that were not known, where that is why.
    """

    effect: Grant | Forbid | str
    when: Condition = ALWAYS
    missing: tuple[str, ...] = ()


def outcomes(policy: Policy, asked: Iterable[Asked]) -> tuple[Outcome, ...]:
    """What came of commands of one kind, grants first; what was so in all cases is left out."""
    asked = tuple(asked)
    leaves = policy.leaves_for(type(asked[0].command)) if asked else ()
    known = _known((leaf for _, when, _ in leaves for leaf in when.leaves()), asked)
    found: dict[Grant | Forbid | str, list[Condition]] = {}
    missing: dict[str, None] = {}
    for each in asked:
        decision = each.decision
        for satisfied in decision.determined_by:
            for rule, when, effect in leaves:
                if rule.id == satisfied.rule.id and effect == satisfied.effect:
                    found.setdefault(effect, []).append(residue(when, known))
        if decision.errors:
            found.setdefault(UNDETERMINED, []).append(ALWAYS)
            missing |= dict.fromkeys(name for error in decision.errors for name in error.missing)
        if decision.ruling.code is not None:
            found.setdefault(decision.ruling.code, []).append(ALWAYS)
    return tuple(
        Outcome(
            effect,
            either(parts),
            tuple(missing) if effect == UNDETERMINED else (),
        )
        for effect, parts in sorted(found.items(), key=lambda each: _weight(each[0]))
    )


def _known(leaves: Iterable[Leaf], asked: Iterable[Asked]) -> Mapping[Leaf, bool]:
    """The conditions about one fact that came out alike in every case."""
    truths = {
        leaf: {leaf.test(each.decision.facts) for each in asked} for leaf in dict.fromkeys(leaves)
    }
    return {leaf: truth == {True} for leaf, truth in truths.items() if truth in ({True}, {False})}


def _weight(effect: Grant | Forbid | str) -> tuple[int, str]:
    """Grants first, the furthest first; then refusals by their codes."""
    kinds = (Cancel, Refer, Permit, Forbid, str)
    return next(n for n, kind in enumerate(kinds) if isinstance(effect, kind)), str(effect)


@attrs.frozen
class Telling(Spoken):
    """The words of one page.

    Args:
        policy: The policy.
        lang: The language.
        survey: What can happen under the policy.
    """

    policy: Policy
    survey: Survey

    def filled(self, value: Worded) -> str:
        """A text of the policy with variables, whose names stand in brackets."""
        return self.policy.text(value).fill(self.lang, _Names(self))

    def para(self, ja: str, en: str, /, **values: str) -> Para:
        """A paragraph of the page's own."""
        return Para(self.say(ja, en, **values))

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences one after the other."""
        return self.say("", " ").join(sentences)

    def either(self, words: Iterable[str]) -> str:
        """Words of which one is meant."""
        return self.say("・", " / ").join(dict.fromkeys(words))

    def roles(self, roles: Iterable[str]) -> str:
        return self.either(map(self.role, roles))

    def button(self, action: Action) -> str:
        """What somebody clicks to do something."""
        button = self.policy.action_text(*action).button
        return "" if button is None else self.text(button)

    @property
    def asking(self) -> str:
        """What people call a request."""
        return self.command(RequestCancellation)

    def section(self, section: str) -> str:
        """Where something stands in a document."""
        if not section.isascii():
            return section
        return self.say("第{it}節", "section {it}", it=section)

    def case(self, when: Condition) -> str:
        """A condition as what follows a sentence: "if ...", or each of several cases."""
        if when == ALWAYS:
            return self.say("すべての場合", "in any case")
        parts = when.conditions if isinstance(when, AnyOf) else (when,)
        texts = (self.condition(each) for each in parts)
        if self.lang == "ja":
            return "、または".join(
                f"{each}{'' if _ENDS_IN_A_VERB.search(each) else 'の'}場合" for each in texts
            )
        return ", or ".join(f"if {each}" for each in texts)

    def moment(self, value: date) -> str:
        """A moment on the clock of the policy's zone, or a day."""
        if isinstance(value, datetime):
            value = value.astimezone(self.policy.tzinfo)
            clock = value.strftime("%H:%M:%S").removesuffix(":00")
            return f"{self.moment(value.date())} {clock}"
        return self.say("{month}月{day}日", "{day} {name}", **_parts(value))

    def answer(self, decision: Decision) -> tuple[Span, str]:
        """What the rules said: the verdict, and what is read where it is a refusal."""
        effect = Forbid("") if decision.is_refused else decision.determined_by[0].effect
        return self.verdict(effect), decision.message(self.lang)

    def verdict(self, effect: Grant | Forbid | str) -> Span:
        """What comes of it: a verdict that a sign and a colour go with."""
        match effect:
            case Cancel():
                return Span(self.say("即時キャンセル", "cancelled at once"), "go")
            case Refer(to):
                return Span(self.say("{who}が判断", "{who} to decide", who=self.role(to)), "wait")
            case Permit():
                return Span(self.say("できる", "possible"), "go")
            case _:
                return Span(self.say("できない", "not possible"), "stop")

    def aside(self, when: Condition) -> Iterator[Span | str]:
        """A condition beside what it is the condition of; nothing where it always holds."""
        if when != ALWAYS:
            yield " "  # Markdown knows an aside by the space before it
            yield note(self.say("（{it}）", "({it})", it=self.case(when)))

    def word(self, source: Source | None) -> str:
        """Whose word something is."""
        return word_of(self, self.source(source))

    def source(self, source: Source | None) -> Source | None:
        """A source; of what has none of its own, that of the policy."""
        return self.policy.source if source is None else source


def word_of(tell: Spoken, source: Source | None) -> str:
    """Whose word a source is."""
    match source:
        case Citation(basis=Basis.SAYS):
            return tell.say("原文", "the document")
        case Citation(basis=Basis.READS):
            return tell.say("解釈", "our reading")
        case Citation():
            return tell.say("原文に定めなし", "decided")
        case _:
            return tell.say("独自", "own rule")


_ENDS_IN_A_VERB = re.compile("(る|ない|た)）?$")
"""Japanese words that 場合 follows without の."""


def capital(text: str) -> str:
    """The beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _parts(day: date) -> dict[str, str]:
    return {"month": str(day.month), "day": str(day.day), "name": day.strftime("%B")}


class _Names(dict[str, str]):
    """The variables of texts, each as what it stands for."""

    def __init__(self, telling: Telling) -> None:
        super().__init__()
        self._telling = telling

    def __missing__(self, name: str) -> str:
        telling = self._telling
        named = VARIABLES.get(name)
        if named is not None:
            roles = {role: telling.role(role) for role in ("buyer", "seller")}
            words = named.fill(telling.lang, roles)
        else:
            words = telling.fact(name).replace("_", " ")
        return telling.say("〔{it}〕", "[{it}]", it=words)


VARIABLES: Mapping[str, Text] = {
    "order_id": Text("注文番号", "order number"),
    "item": Text("商品名", "item"),
    "cart_id": Text("カート番号", "cart number"),
    "placed_at": Text("注文日", "date of the order"),
    "buyer_name": Text("{buyer}の名前", "name of {buyer}"),
    "seller_name": Text("{seller}の名前", "name of {seller}"),
    "reader_name": Text("受取人の名前", "name of the reader"),
    "addressee": Text("宛名", "addressee"),
    "buyer_contact": Text("{buyer}の連絡先", "where {buyer} is reached"),
    "seller_contact": Text("{seller}の連絡先", "where {seller} is reached"),
    "status": Text("注文の状態", "status of the order"),
    "reason": Text("キャンセルの理由", "reason for cancelling"),
    "text": Text("入力された文章", "words typed with it"),
    "answer": Text("回答の理由", "reason of the answer"),
    "withdrawal_text": Text("撤回のお願いの文章", "words of the ask to withdraw"),
    "due_at": Text("期限", "due moment"),
    "signature": Text("署名", "signature"),
    "refund": Text("返金額", "refund"),
    "fee": Text("キャンセル手数料", "fee for cancelling"),
}
"""What each of `ordercancel.rules.notifications.PLACEHOLDERS` stands for."""
