"""The chapters of a page on what people read: messages, labels, buttons, reasons, deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.events import DeadlineFired
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.explain.blocks import Block, Chapter, Line, Para, Table, note, strong
from ordercancel.explain.situations import anchors
from ordercancel.explain.survey import ACTIONS
from ordercancel.explain.telling import Telling
from ordercancel.policy.describe import action_text, time_text
from ordercancel.rules.conditions import ALWAYS
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.notifications import REFERRED, Medium, Notification
from ordercancel.rules.reasons import Reason, TextBounds
from ordercancel.rules.sources import Sourced
from ordercancel.rules.texts import ANY_OPEN

__all__ = ["bounds", "happening", "screens"]

_AUDIENCES: Mapping[str, Text] = {
    "initiator": Text("求めた側", "whoever asked"),
    "answerer": Text("回答する側", "whoever answers"),
    "other_party": Text("求めた側の相手", "the other party"),
    "others": Text(
        "操作した本人を除く当事者と回答する側",
        "both parties and the answerer, but for whoever did it",
    ),
}
_MEDIA: Mapping[Medium, Text] = {
    Medium.MAIL: Text("メール", "mail"),
    Medium.APP: Text("アプリ", "app"),
}


def screens(tell: Telling) -> Iterator[Chapter]:
    """The chapters four and five."""
    yield Chapter(
        "texts",
        tell.say("通知と画面の表示", "Who is told what, and reads what"),
        [
            Chapter("messages", tell.say("通知", "Messages"), _messages(tell)),
            Chapter("labels", tell.say("画面の表示", "Labels"), _labels(tell)),
            Chapter(
                "buttons",
                tell.say("ボタンと確認", "Buttons and what stands beside them"),
                [_buttons(tell)],
            ),
        ],
    )
    yield Chapter(
        "reasons",
        tell.say("理由と期限", "Reasons and deadlines"),
        [
            *(
                Chapter(f"reasons-{kind.__name__}", tell.command(kind), [_reasons(tell, kind)])
                for kind in JUDGED
                if tell.policy.reasons_for(kind)
            ),
            Chapter("deadlines", tell.say("期限", "Deadlines"), _deadlines(tell)),
        ],
    )


# ---------------------------------------------------------------- what people are told and read


def happening(tell: Telling, on: str) -> str:
    """What a message, a label or a counter is on, as people call it."""
    policy = tell.policy
    if on == ANY_OPEN:
        return tell.say("回答待ち", "waiting for an answer")
    if on == REFERRED:
        return tell.say("判断の引き継ぎ", "passed on to somebody else")
    if on in policy.mark_codes:
        return policy.mark_text(on)[tell.lang]
    if any(each.id == on for each in policy.deadlines):
        return policy.deadline_text(policy.deadline(on))[tell.lang]
    return tell.request(on)


def _can_happen(tell: Telling) -> set[str]:
    changes = tell.survey.request_changes
    referred = {REFERRED for source, to, _ in changes if source == to}
    fired = {each.id for each in tell.policy.deadlines}
    return {to for _, to, _ in changes} | referred | fired | {ANY_OPEN, *tell.policy.mark_codes}


def _messages(tell: Telling) -> Iterator[Block]:
    happens = _can_happen(tell)
    sent = [each for each in tell.policy.notifications if each.on in happens]
    if not sent:
        yield Para(tell.say("通知はありません。", "Nobody is told anything."))
        return
    yield Para(
        tell.say(
            "〔 〕は、送るときに入る言葉です。空の場合、その行は省かれます。",
            "What stands in brackets is filled in; a line with nothing to fill in is left out.",
        )
    )
    yield Table(
        (
            tell.say("出来事", "When"),
            tell.say("宛先", "To"),
            tell.say("件名と本文", "Subject and body"),
            tell.say("根拠", "On whose word"),
        ),
        [
            (
                ((happening(tell, each.on),), tuple(tell.aside(each.when))),
                (
                    (
                        _AUDIENCES[each.to][tell.lang]
                        if each.to in _AUDIENCES
                        else tell.role(each.to),
                    ),
                    (note(tell.either(_MEDIA[medium][tell.lang] for medium in each.media)),),
                ),
                ((strong(tell.filled(each.subject)),), (tell.filled(each.body),)),
                tuple(_words_of(tell, each)),
            )
            for each in sent
        ],
    )


def _words_of(tell: Telling, sent: Notification) -> Iterator[Line]:
    """On whose word a message is sent, and its words are what they are."""
    heads = (tell.say("件名", "Subject"), sent.subject), (tell.say("本文", "Body"), sent.body)
    of_words = [(head, each.source) for head, each in heads if isinstance(each, Sourced)]
    head = tell.say("送付", "Sent") if of_words else ""
    for named, source in ((head, sent.source), *of_words):
        yield (tell.say("{it}：", "{it}: ", it=named) if named else "", tell.word(source))


def _labels(tell: Telling) -> Iterator[Block]:
    happens = _can_happen(tell)
    rows = [
        (
            ((happening(tell, each.on),), tuple(tell.aside(each.when))),
            tell.role(each.to),
            tell.filled(each.text),
            tell.word(each.source),
        )
        for each in tell.policy.labels
        if each.on in happens
    ]
    yield Para(
        tell.say(
            "注文の一覧に出るのは一行目です。二行目からは注文のページに出ます。ほかの場合は、注文の状態が表示されます。",
            "A list of orders shows the first line, the page of the order the others as well. "
            "Otherwise the status of the order is read.",
        )
    )
    if rows:
        yield Table(
            (
                tell.say("状態", "While"),
                tell.say("見る人", "Who reads it"),
                tell.say("表示", "Label"),
                tell.say("根拠", "On whose word"),
            ),
            rows,
        )
    yield Table(
        (
            tell.say("件数の名称", "Number"),
            tell.say("数える注文", "Orders that count"),
            tell.say("一覧での処理状態", "State in the queue"),
            tell.say("根拠", "On whose word"),
        ),
        [
            (
                tell.text(each.label),
                happening(tell, each.on),
                tell.text(each.state or each.label),
                tell.word(each.source),
            )
            for each in tell.policy.counters
        ],
    )
    columns = tell.policy.texts.columns
    if columns:
        headings = tell.listed(tell.text(each) for each in columns.values())
        yield Para(tell.say("一覧の列：{it}", "Columns of the queue: {it}", it=headings))


def _buttons(tell: Telling) -> Table:
    rows = []
    for action in tell.survey.actions:
        shown = tell.policy.action_text(*action)
        asked: list[Line] = [
            (tell.filled(each),) for each in (shown.confirmation, shown.confirm) if each
        ]
        after = [each for each in (shown.done, shown.done_at_once) if each]
        rows.append(
            (
                strong(tell.button(action)),
                tell.roles(tell.survey.roles_that(action)),
                [(tell.filled(each),) for each in shown.notices],
                asked,
                [(each,) for each in dict.fromkeys(map(tell.filled, after))],
            )
        )
    return Table(
        (
            tell.say("ボタン", "Button"),
            tell.say("使う人", "Whose"),
            tell.say("そばに出る案内", "Notice beside it"),
            tell.say("確認の文とボタン", "Confirmation and its button"),
            tell.say("終わった後の文", "Sentence afterwards"),
        ),
        rows,
    )


# ---------------------------------------------------------------- reasons and deadlines


def _reasons(tell: Telling, kind: type[Judged]) -> Table:
    return Table(
        (
            tell.say("理由", "Reason"),
            tell.say("選べる人", "For whom"),
            tell.say("文章", "Words typed with it"),
            tell.say("そばに出る注記", "Note beside it"),
            tell.say("根拠", "On whose word"),
        ),
        [
            (
                _reason(tell, each),
                _whom(tell, each),
                bounds(tell, each.text),
                "" if each.hint is None else tell.text(each.hint),
                tell.word(each.source),
            )
            for each in tell.policy.reasons_for(kind)
        ],
    )


def _reason(tell: Telling, reason: Reason) -> str:
    return tell.policy.reason_text(reason)[tell.lang] or tell.say(
        "（理由の選択なし）", "(nothing to choose)"
    )


def _whom(tell: Telling, reason: Reason) -> str:
    """Who may choose it; the condition, where it hangs on more than that."""
    if any(leaf.fact != "role" for leaf in reason.when.leaves()):
        return tell.condition(reason.when)
    able = tell.survey.roles_that((ACTIONS[reason.on], None))
    chosen = [each for each in tell.policy.roles if reason.when.test({"role": each})]
    return tell.roles(each for each in chosen if each in able or reason.when != ALWAYS)


def bounds(tell: Telling, text: TextBounds | None) -> str:
    """How many characters are typed."""
    if text is None:
        return tell.say("入力しない", "none")
    values = {"low": str(text.minimum), "high": str(text.maximum)}
    if text.required:
        return tell.say(
            "必須、{low}〜{high}文字", "required, {low} to {high} characters", **values
        )
    return tell.say("任意、{high}文字以内", "optional, up to {high} characters", **values)


def _deadlines(tell: Telling) -> Iterator[Block]:
    if not tell.policy.deadlines:
        yield Para(
            tell.say(
                "期限はありません。時間の経過だけで決まることは何もありません。",
                "There is none: nothing is decided by the passing of time alone.",
            )
        )
        return
    yield Table(
        (
            tell.say("期限", "Deadline"),
            tell.say("対象", "Runs while"),
            tell.say("いつまで", "Due"),
            tell.say("過ぎると", "Then"),
            tell.say("例（ルールの答え）", "Example, as the rules answered"),
            tell.say("根拠", "On whose word"),
        ),
        [(*deadline_row(tell, each), tell.word(each.source)) for each in tell.policy.deadlines],
    )


def deadline_row(tell: Telling, deadline: Deadline) -> tuple[object, ...]:
    """What a deadline is called, while what it runs, when it is due, what it does, and a case."""
    policy, lang = tell.policy, tell.lang
    return (
        policy.deadline_text(deadline)[lang],
        tell.condition(deadline.runs),
        time_text(deadline.due, policy, lang),
        action_text(deadline, policy, lang),
        _example(tell, deadline),
    )


def _example(tell: Telling, deadline: Deadline) -> list[Line]:
    """The nearest case in which it fired, with what it is reckoned from."""
    step = tell.survey.fired.get(deadline.id)
    fired = [each for each in step.events if isinstance(each, DeadlineFired)] if step else []
    if step is None or not fired:
        return []
    start = anchors(tell, deadline, Facts(None, step.before, tell.policy, step.at))
    return [(f"{start} → {tell.moment(fired[0].due_at)}",)]
