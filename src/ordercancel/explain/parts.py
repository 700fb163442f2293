"""The parts of a policy that rest on somebody's word, each as a line of words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from ordercancel.explain.blocks import Line, Span, strong
from ordercancel.explain.screens import bounds, happening
from ordercancel.explain.situations import Row, of_deadline, of_reason, of_rule
from ordercancel.explain.telling import Telling
from ordercancel.rules.conditions import ALWAYS, Condition
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.effects import Forbid, leaves_of
from ordercancel.rules.reasons import Reason
from ordercancel.rules.refunding import Fee
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, Source, Sourced
from ordercancel.rules.texts import Worded


@attrs.frozen
class Part:
    """Something of a policy that rests on somebody's word.

    Args:
        kind: ``rule`` for what decides, ``text`` for what people read.
        source: On whose word.
        line: What it is, in words.
        rows: Situations at its boundaries.
        beside: The clause beside which these are shown: once.
    """

    kind: str
    source: Source | None
    line: Line
    rows: tuple[Row, ...] = ()
    beside: str | None = None

    @property
    def cited(self) -> tuple[str, ...]:
        """The clauses that it rests on."""
        return self.source.cited if isinstance(self.source, Citation) else ()


def named_by(source: Source | None) -> tuple[str, ...]:
    """The clauses that a source names, those that are silent among them."""
    return source.clauses if isinstance(source, Citation) else ()


def parts_of(tell: Telling) -> Iterator[Part]:
    """The rules, deadlines, reasons and texts of a policy."""
    policy = tell.policy
    for rule in policy.rules:
        source = tell.source(rule.source)
        rows = of_rule(tell, rule)
        yield Part("rule", source, rule_line(tell, rule), rows, *named_by(source)[:1])
    for deadline in policy.deadlines:
        source = tell.source(deadline.source)
        line, rows = deadline_line(tell, deadline), tuple(of_deadline(tell, deadline))
        yield Part("rule", source, line, rows, *named_by(source)[:1])
    for fee in policy.fees:
        yield Part("rule", tell.source(fee.source), fee_line(tell, fee))
    for reason in policy.reasons:
        source = tell.source(reason.source)
        line, rows = _reason_line(tell, reason), tuple(of_reason(tell, reason))
        yield Part("rule", source, line, rows, *named_by(source)[-1:])
    for text_source, head, words in _texts(tell):
        said = tell.say("：「{it}」", ": “{it}”", it=words)
        yield Part("text", tell.source(text_source), (strong(head), said))


def rule_line(tell: Telling, rule: Rule) -> Line:
    """What a rule is about, and under which condition it does what."""
    words: list[str | Span] = [
        strong(tell.either(map(tell.command, rule.on))),
        tell.say("：", ": "),
    ]
    for number, (when, effect) in enumerate(leaves_of(rule.effect, rule.when)):
        condition = condition_of(tell, when)
        words += [tell.say("／", "; ") if number else "", f"{condition} → ", tell.verdict(effect)]
        if isinstance(effect, Forbid):
            words.append(tell.say("「{it}」", " “{it}”", it=tell.refusal(effect.code)))
    return tuple(words)


def deadline_line(tell: Telling, deadline: Deadline) -> Line:
    """While what a deadline runs, when it is due, and what it does."""
    return (
        strong(tell.say("期限「{it}」", "Deadline “{it}”", it=tell.deadline(deadline))),
        tell.say(
            "：対象は「{runs}」、期限は{due}、超過した場合は{then}",
            ": while {runs}; at {due}: {then}",
            runs=tell.condition(deadline.runs),
            due=tell.time(deadline.due),
            then=tell.action(deadline),
        ),
    )


def fee_line(tell: Telling, fee: Fee) -> Line:
    """Under which condition a fee holds, and how much it is."""
    when, colon = condition_of(tell, fee.when), tell.say("：", ": ")
    return strong(tell.say("手数料", "Fee")), f"{colon}{when} → {tell.fee(fee)}"


def condition_of(tell: Telling, when: Condition) -> str:
    """A condition in words, where it is one."""
    return tell.say("常に", "always") if when == ALWAYS else tell.condition(when)


def _reason_line(tell: Telling, reason: Reason) -> Line:
    name, what = tell.reason(reason), tell.command(reason.on)
    head = tell.say("{what}の理由「{it}」", "{what}: reason “{it}”", what=what, it=name)
    if not name:
        head = tell.say("{what}に添える自由記入", "{what}: words of one's own", what=what)
    return (
        strong(head),
        tell.say("：自由記入は{it}", ": text {it}", it=bounds(tell, reason.text)),
    )


_Text = tuple[Source | None, str, str]
"""On whose word a text is there, what it is, and the text."""


def _texts(tell: Telling) -> Iterator[_Text]:
    """Every text that people read and that says whose word it is."""
    policy = tell.policy
    for label in policy.labels:
        who, on = tell.role(label.to), happening(tell, label.on)
        head = tell.say("{who}が見る表示（{on}）", "{who} reads ({on})", who=who, on=on)
        yield label.source, head, tell.filled(label.text)
    for sent in policy.notifications:
        on = happening(tell, sent.on)
        head = tell.say("通知（{on}）", "Message ({on})", on=on)
        yield sent.source, head, tell.filled(sent.subject)
        yield from _sourced(
            tell, tell.say("件名（{on}）", "Subject ({on})", on=on), [sent.subject]
        )
        yield from _sourced(tell, tell.say("本文（{on}）", "Body ({on})", on=on), [sent.body])
    for counter in policy.counters:
        yield counter.source, tell.say("件数", "Number of a queue"), tell.text(counter.label)
        state = tell.say("一覧での処理状態", "State in the queue")
        yield from _sourced(tell, state, [counter.state])
    for action in tell.survey.actions:
        button = tell.button(action)
        for name, worded in policy.action_text(*action).parts().items():
            ja, en = _SHOWN[name.partition("[")[0]]
            yield from _sourced(tell, tell.say(ja, en, it=button), [worded])
    for ja, en, texts in (
        ("理由に添える注記", "Note beside a reason", [each.hint for each in policy.reasons]),
        ("注文の状態の名称", "Name of a status", policy.texts.statuses.values()),
        ("{it}の状態の名称", "Name of a status of a request", policy.texts.requests.values()),
        ("お断りの文言", "Sentence of a refusal", policy.texts.refusals.values()),
        ("一覧の列", "Column of the queue", policy.texts.columns.values()),
        ("操作の名称", "Name of a move", policy.texts.moves.values()),
        ("記録の名称", "Name of a mark", policy.texts.marks.values()),
    ):
        yield from _sourced(tell, tell.say(ja, en, it=tell.asking), texts)


def _sourced(tell: Telling, head: str, texts: Iterable[Worded | None]) -> Iterator[_Text]:
    for each in texts:
        if isinstance(each, Sourced):
            yield each.source, head, tell.filled(each)


_SHOWN: Mapping[str, tuple[str, str]] = {
    "button": ("ボタン", "Button"),
    "notices": ("「{it}」に添える案内", "Notice beside “{it}”"),
    "confirmation": ("「{it}」の確認画面の文言", "Confirmation of “{it}”"),
    "confirm": ("「{it}」の確認のボタン", "Button of the confirmation of “{it}”"),
    "done": ("「{it}」の完了後のメッセージ", "Sentence after “{it}”"),
    "done_at_once": ("「{it}」の完了後のメッセージ", "Sentence after “{it}”"),
}
"""What each part of an `ActionText` is called."""
