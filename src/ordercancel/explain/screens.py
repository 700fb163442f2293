"""The chapters of a page on what people read: messages, labels, buttons, reasons, deadlines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.events import DeadlineFired
from ordercancel.domain.requests import OPEN
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.explain.blocks import (
    Block,
    Bullets,
    Chapter,
    Line,
    Span,
    Table,
    code,
    note,
    strong,
)
from ordercancel.explain.residue import NEVER, residue
from ordercancel.explain.situations import anchors
from ordercancel.explain.survey import in_order
from ordercancel.explain.telling import Telling
from ordercancel.rules.conditions import ALWAYS, Condition, Leaf
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.notifications import REFERRED, Notification
from ordercancel.rules.reasons import Reason, TextBounds
from ordercancel.rules.sources import Sourced
from ordercancel.rules.standard_texts import MEDIUM_TEXTS
from ordercancel.rules.texts import ANY_OPEN, Worded
from ordercancel.verification.scenario import VERBS

_AUDIENCES: Mapping[str, Text] = {
    "initiator": Text("求めた側", "whoever asked"),
    "answerer": Text("回答する側", "whoever answers"),
    "other_party": Text("求めた側の相手", "the other party"),
    "others": Text(
        "操作した本人を除く当事者と回答する側",
        "both parties and the answerer, but for whoever did it",
    ),
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
        return tell.mark(on)
    if any(each.id == on for each in policy.deadlines):
        return tell.deadline(policy.deadline(on))
    return tell.request(on)


def obligations(tell: Telling) -> Iterator[Chapter]:
    """The chapter on what the policy obliges the host to; none where it declares nothing."""
    declared = tell.policy.obligations
    if declared:
        title = tell.say("店舗側で行う処理", "What the host must do")
        colon = tell.say("：", ": ")
        items = Bullets(
            (code(each.kind), colon, happening(tell, each.on), *tell.aside(each.when))
            for each in declared
        )
        yield Chapter("obligations", title, [items])


def closed_from_outside(tell: Telling) -> tuple[str, ...]:
    """The open statuses of a request that another system's word on the order closes."""
    if not tell.policy.orders.closes:
        return ()
    return tuple(each for each in tell.survey.request_statuses if each in OPEN)


def request_statuses(tell: Telling) -> tuple[str, ...]:
    """The statuses that a request can have, if only by another system's word on the order."""
    outside = ("superseded",) if closed_from_outside(tell) else ()
    return in_order((*tell.survey.request_statuses, *outside))


def _can_happen(tell: Telling) -> set[str]:
    """What messages, labels and numbers can be on; another system can call an order shipped."""
    changes = tell.survey.request_changes
    referred = {REFERRED for source, to, _ in changes if source == to}
    fired = {each.id for each in tell.policy.deadlines}
    others = {ANY_OPEN, *tell.policy.mark_codes}
    return {*request_statuses(tell)} | referred | fired | others


def _messages(tell: Telling) -> Iterator[Block]:
    happens = _can_happen(tell)
    sent = {
        each: when
        for each in tell.policy.notifications
        if each.on in happens and (when := _left_of(tell, each)) != NEVER
    }
    if not sent:
        yield tell.para("通知はありません。", "Nobody is told anything.")
        return
    yield tell.para(
        "〔 〕には、送信時に該当の内容が入ります。内容がない場合、その行は省略されます。",
        "What stands in brackets is filled in; a line with nothing to fill in is left out.",
    )
    yield Table(
        tell.say(
            "出来事 | 宛先 | 件名と本文 | 根拠", "When | To | Subject and body | On whose word"
        ),
        [
            (
                [happening(tell, each.on), tuple(tell.aside(when))],
                [
                    _audience(tell, each.to),
                    note(tell.either(MEDIUM_TEXTS[medium][tell.lang] for medium in each.media)),
                ],
                [
                    strong(tell.filled(each.subject)),
                    *_original(tell, each.subject),
                    tell.filled(each.body),
                ],
                [*_words_of(tell, each)],
            )
            for each, when in sent.items()
        ],
    )


def _audience(tell: Telling, to: str) -> str:
    return _AUDIENCES[to][tell.lang] if to in _AUDIENCES else tell.role(to)


def _left_of(tell: Telling, sent: Notification) -> Condition:
    """The condition of a message without what the roles that bring it about decide already."""
    steps = [step for (_, to, _), step in tell.survey.request_changes.items() if to == sent.on]
    facts = [
        Facts(None, each.after, tell.policy, each.at, None, each.command.by) for each in steps
    ]
    known: dict[Leaf, bool] = {}
    for leaf in sent.when.leaves():
        if leaf.fact in ("role", "side", "answerer"):
            truths = {leaf.test(each) for each in facts}
            known |= {leaf: truths == {True}} if len(truths) == 1 else {}
    return residue(sent.when, known)


def _original(tell: Telling, text: Worded) -> Iterator[Span]:
    """A text in the policy's first language, where the page is in another one."""
    first = tell.policy.languages[0]
    if tell.lang != first:
        yield note(attrs.evolve(tell, lang=first).filled(text))


def _words_of(tell: Telling, sent: Notification) -> Iterator[Line]:
    """On whose word a message is sent, and its words are what they are."""
    heads = (tell.say("件名", "Subject"), sent.subject), (tell.say("本文", "Body"), sent.body)
    of_words = [(head, each.source) for head, each in heads if isinstance(each, Sourced)]
    head = tell.say("送付", "Sent") if of_words else ""
    for named, source in ((head, sent.source), *of_words):
        yield (tell.say("{it}：", "{it}: ", it=named) if named else "", tell.word(source))


def _labels(tell: Telling) -> Iterator[Block]:
    happens = _can_happen(tell)
    shown = tell.policy.labels
    parties = tell.roles(each for each in tell.policy.roles if any(each == on.to for on in shown))
    ordinary = tell.say("（注文の状態）", "(the status of the order)")
    rows: list[tuple[object, ...]] = [
        (
            [happening(tell, each.on), tuple(tell.aside(each.when))],
            tell.role(each.to),
            tell.filled(each.text),
            tell.word(each.source),
        )
        for each in shown
        if each.on in happens
    ]
    unlabelled = [each for each in in_order(happens) if all(each != on.on for on in shown)]
    rows += [(tell.request(each), parties, ordinary, "") for each in unlabelled if shown]
    yield tell.para(
        "注文の一覧には1行目が、注文のページには2行目以降も表示されます。この表にない場合は、注文の状態が表示されます。",
        "A list of orders shows the first line, the page of the order the others as well. "
        "Otherwise the status of the order is read.",
    )
    if rows:
        yield Table(
            tell.say(
                "状態 | 表示先 | 表示 | 根拠", "While | Who reads it | Label | On whose word"
            ),
            rows,
        )
    yield Table(
        tell.say(
            "件数の名称 | 集計対象 | 一覧での処理状態 | 根拠",
            "Number | Orders that count | State in the queue | On whose word",
        ),
        [
            (
                tell.text(each.label),
                happening(tell, each.on),
                tell.text(each.state or each.label),
                tell.word(each.source),
            )
            for each in tell.policy.counters
            if each.on in happens
        ],
    )
    columns = tell.policy.texts.columns
    if columns:
        headings = tell.listed(tell.text(each) for each in columns.values())
        yield tell.para("一覧の列：{it}", "Columns of the queue: {it}", it=headings)


def _buttons(tell: Telling) -> Table:
    rows = []
    for action in tell.survey.actions:
        shown = tell.policy.action_text(*action)
        asked = [tell.filled(each) for each in (shown.confirmation, shown.confirm) if each]
        after = {
            tell.filled(each): tell.say(ja, en)
            for each, ja, en in (
                (shown.done, "（判断を待つ場合）", "(where somebody decides) "),
                (
                    shown.done_at_once,
                    "（即時キャンセルの場合）",
                    "(where it is cancelled at once) ",
                ),
            )
            if each
        }
        rows.append(
            (
                strong(tell.button(action)),
                tell.roles(tell.survey.roles_that(action)),
                [*map(tell.filled, shown.notices)],
                asked,
                [f"{when}{each}" if len(after) > 1 else each for each, when in after.items()],
            )
        )
    return Table(
        tell.say(
            "ボタン | 操作者 | ボタンに添える案内 | 確認画面の文言とボタン | 完了後のメッセージ",
            "Button | Whose | Notice beside it | Confirmation and its button | "
            "Sentence afterwards",
        ),
        rows,
    )


# ---------------------------------------------------------------- reasons and deadlines


def _reasons(tell: Telling, kind: type[Judged]) -> Table:
    return Table(
        tell.say(
            "理由 | 選択できる人 | 自由記入 | 理由に添える注記 | 根拠",
            "Reason | For whom | Words typed with it | Note beside it | On whose word",
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
    return tell.reason(reason) or tell.say("（理由の選択なし）", "(nothing to choose)")


def _whom(tell: Telling, reason: Reason) -> str:
    """Who may choose it; the condition, where it hangs on more than that."""
    if any(leaf.fact != "role" for leaf in reason.when.leaves()):
        return tell.condition(reason.when)
    able = tell.survey.roles_that((VERBS[reason.on], None))
    chosen = [each for each in tell.policy.roles if reason.when.test({"role": each})]
    return tell.roles(each for each in chosen if each in able or reason.when != ALWAYS)


def bounds(tell: Telling, text: TextBounds | None) -> str:
    """How many characters are typed."""
    if text is None:
        return tell.say("なし", "none")
    values = {"low": str(text.minimum), "high": str(text.maximum)}
    if text.required:
        return tell.say(
            "必須、{low}〜{high}文字", "required, {low} to {high} characters", **values
        )
    return tell.say("任意、{high}文字以内", "optional, up to {high} characters", **values)


def _deadlines(tell: Telling) -> Iterator[Block]:
    if not tell.policy.deadlines:
        yield tell.para(
            "期限はありません。時間の経過のみによって決まることはありません。",
            "There is none: nothing is decided by the passing of time alone.",
        )
        return
    yield Table(
        tell.say(
            "期限 | 対象 | いつまで | 超過した場合 | 例（判定結果） | 根拠",
            "Deadline | Runs while | Due | Then | Example, as the rules answered | On whose word",
        ),
        [
            (
                tell.deadline(each),
                tell.condition(each.runs),
                tell.time(each.due),
                tell.action(each),
                _example(tell, each),
                tell.word(each.source),
            )
            for each in tell.policy.deadlines
        ],
    )


def _example(tell: Telling, deadline: Deadline) -> str:
    """The nearest case in which it fired, with what it is reckoned from."""
    step = tell.survey.fired.get(deadline.id)
    fired = [each for each in step.events if isinstance(each, DeadlineFired)] if step else []
    if step is None or not fired:
        return ""
    start = anchors(tell, deadline, Facts(None, step.before, tell.policy, step.at))
    return f"{start} → {tell.moment(fired[0].due_at)}"
