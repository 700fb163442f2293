"""A policy for people to read: its rules as a table, its charts as diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from ordercancel.domain.commands import COMMANDS, Command
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.charts import REQUEST, Lifecycle
from ordercancel.policy.describe import (
    COMMAND_NAMES,
    GRANT_NAMES,
    REQUEST_STATUSES,
    bound_text,
    describe,
)
from ordercancel.policy.policy import Policy
from ordercancel.rules.deadlines import After, Consequence, Deadline, Due, EndOfDay, EndOfShipDay
from ordercancel.rules.effects import Effect, Forbid
from ordercancel.rules.notifications import Occasion
from ordercancel.rules.provisions import GoingBack, Superseding
from ordercancel.rules.reasons import Catalogue, TextBounds
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, OwnRule


def rule_table(policy: Policy, lang: Lang) -> str:
    """Return the rules, reasons, deadlines and clauses of `policy` as a page in Markdown."""
    edition = Text(
        f"版: {policy.edition} · 暦日の時間帯: {policy.zone}",
        f"Edition: {policy.edition} · Calendar days: {policy.zone}",
    )
    parts = [f"# {policy.title[lang]}", edition[lang]]
    for kind in COMMANDS:
        parts.extend(_command_section(policy, kind, lang))
    parts.extend(_catalogue_section(policy.request_reasons, _REQUEST_REASONS, lang))
    parts.extend(_catalogue_section(policy.rejection_reasons, _REJECTION_REASONS, lang))
    parts.extend(_deadline_section(policy, lang))
    parts.extend(_following_section(policy, lang))
    parts.extend(_queue_section(policy, lang))
    parts.extend(_clause_section(policy, lang))
    return "\n\n".join(parts) + "\n"


def order_diagram(policy: Policy, lang: Lang) -> str:
    """Return the chart of the policy's orders as a Mermaid diagram, its states named in `lang`."""
    return _diagram(policy.orders, policy.wording.statuses, lang)


def request_diagram(lang: Lang) -> str:
    """Return the chart of a request, which all policies share, as a Mermaid diagram."""
    return _diagram(REQUEST, REQUEST_STATUSES, lang)


def _command_section(policy: Policy, kind: type[Command], lang: Lang) -> Iterator[str]:
    rows = [
        (
            _effect(rule.effect, policy, lang),
            describe(rule.when, policy, lang),
            f"`{rule.id}`",
            _cites(rule.cites, lang),
        )
        for rule in sorted(policy.rules, key=_reading_order)
        if kind in rule.on
    ]
    rows += [
        (
            Text("定めなし(不可)", "nothing (refused)")[lang],
            describe(silence.when, policy, lang),
            f"`{silence.id}`",
            _cites(silence.cites, lang),
        )
        for silence in policy.silences
        if kind in silence.on
    ]
    if rows:
        yield f"## {COMMAND_NAMES[kind][lang]} (`{kind.__name__}`)"
        yield _table(
            ("結果", "条件", "ルール", "根拠"), ("Effect", "When", "Rule", "Source"), rows, lang
        )


def _reading_order(rule: Rule) -> tuple[bool, bool]:
    """What is granted before what is forbidden, and the standard rules last."""
    return rule.id.startswith("standard."), isinstance(rule.effect, Forbid)


def _effect(effect: Effect, policy: Policy, lang: Lang) -> str:
    if isinstance(effect, Forbid):
        refused = Text("不可", "refuse")[lang]
        return f"**{refused}** `{effect.code}`: {policy.refusal_text(effect.code)[lang]}"
    return f"**{GRANT_NAMES[effect][lang]}**"


def _catalogue_section(catalogue: Catalogue, title: Text, lang: Lang) -> Iterator[str]:
    yield f"## {title[lang]}"
    if catalogue.text is not None:
        yield f"{_text_bounds(catalogue.text, lang)} ({_cites(catalogue.cites, lang)})"
    if catalogue.notice is not None:
        yield f"> {catalogue.notice[lang]}"
    if catalogue.reasons:
        rows = [
            (
                f"`{reason.code}`",
                reason.label[lang] + (f" ({reason.hint[lang]})" if reason.hint else ""),
                _text_bounds(reason.text, lang),
                _cites(reason.cites, lang),
            )
            for reason in catalogue.reasons
        ]
        yield _table(
            ("コード", "理由", "自由記入", "根拠"),
            ("Code", "Reason", "Text", "Source"),
            rows,
            lang,
        )


def _text_bounds(bounds: TextBounds | None, lang: Lang) -> str:
    if bounds is None:
        return Text("なし", "none")[lang]
    low, high = bounds.minimum, bounds.maximum
    if bounds.required:
        return Text(f"必須、{low}~{high}文字", f"required, {low} to {high} characters")[lang]
    return Text(f"任意、{high}文字以内", f"optional, up to {high} characters")[lang]


def _deadline_section(policy: Policy, lang: Lang) -> Iterator[str]:
    rows = [
        (
            _OCCASIONS[deadline.starts][lang],
            _due(deadline.due, lang),
            _consequence(deadline, lang),
            f"`{deadline.id}`",
            _cites(deadline.cites, lang),
        )
        for deadline in policy.deadlines
    ]
    if rows:
        yield f"## {Text('期限', 'Deadlines')[lang]}"
        yield _table(
            ("起点", "期限", "経過すると", "名前", "根拠"),
            ("Starts when", "Over", "Then", "Name", "Source"),
            rows,
            lang,
        )


def _due(due: Due, lang: Lang) -> str:
    match due:
        case After(length):
            return Text("{it}後", "{it} later").fill(lang, {"it": bound_text(length, lang)})
        case EndOfDay(0):
            return Text("当日の終わり", "at the end of that day")[lang]
        case EndOfDay(days):
            return Text(f"{days}日後の終わり", f"at the end of the day {days} days later")[lang]
        case EndOfShipDay():
            return Text("発送予定日の終わり", "at the end of the planned ship date")[lang]
        case _:  # pragma: no cover - the type checker proves that none is left
            assert_never(due)


def _consequence(deadline: Deadline, lang: Lang) -> str:
    text = _CONSEQUENCES[deadline.does][lang]
    if not deadline.met_by:
        return text
    moves = ", ".join(f"`{move}`" for move in sorted(deadline.met_by))
    return text + Text(f" ({moves} がそれまでになければ)", f" (unless {moves} came before)")[lang]


def _following_section(policy: Policy, lang: Lang) -> Iterator[str]:
    rows: list[tuple[str, ...]] = []
    if policy.superseding is not None:
        moves = ", ".join(f"`{move}`" for move in sorted(policy.superseding.moves))
        text = Text(
            f"{moves} により、未回答の要請は無効となる", f"{moves} supersedes an open request"
        )
        rows.append(_provision(text, policy.superseding, lang))
    if policy.going_back is not None:
        text = Text(
            "拒否または撤回の後、注文は要請前の状態と発送予定日に戻る",
            "after a rejection or withdrawal the order has the status and ship date it had before",
        )
        rows.append(_provision(text, policy.going_back, lang))
    if rows:
        yield f"## {Text('自動的な結果', 'What follows of itself')[lang]}"
        yield _table(("内容", "名前", "根拠"), ("What", "Name", "Source"), rows, lang)


def _provision(text: Text, provision: Superseding | GoingBack, lang: Lang) -> tuple[str, ...]:
    return text[lang], f"`{provision.id}`", _cites(provision.cites, lang)


def _queue_section(policy: Policy, lang: Lang) -> Iterator[str]:
    wording = policy.wording
    rows = [
        (counter.label[lang], counter.state[lang], _cites(counter.cites, lang))
        for counter in wording.counters
    ]
    if rows:
        yield f"## {Text('販売者の一覧', 'The queue of the seller')[lang]}"
        yield _table(
            ("件数の名称", "一覧での処理状態", "根拠"),
            ("Counter", "State in the queue", "Source"),
            rows,
            lang,
        )
    if wording.columns:
        headings = ", ".join(text[lang] for text in wording.columns.values())
        yield f"{Text('一覧の列', 'Columns of the queue')[lang]}: {headings}"


def _clause_section(policy: Policy, lang: Lang) -> Iterator[str]:
    for document in policy.documents:
        yield f"## {Text('出典', 'Source')[lang]}: {document.title}"
        rows = [
            (f"`{clause.id}`", clause.section, clause.text, clause.reading or "")
            for clause in document.clauses
        ]
        yield _table(
            ("条項", "節", "原文", "解釈 (英語)"),
            ("Clause", "Section", "Line", "Reading"),
            rows,
            lang,
        )


def _cites(cites: Citation | OwnRule, lang: Lang) -> str:
    if isinstance(cites, OwnRule):
        return f"{Text('独自', 'ours')[lang]}: {cites.rationale[lang]}"
    return ", ".join(f"`{each}`" for each in cites.clauses)


def _table(
    ja: tuple[str, ...], en: tuple[str, ...], rows: Iterable[tuple[str, ...]], lang: Lang
) -> str:
    head = ja if lang == "ja" else en
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines
    )


def _diagram(chart: Lifecycle, names: Mapping[str, Text], lang: Lang) -> str:
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{names[state.id][lang]}" as {state.id}' for state in chart.states]
    lines += [f"    [*] --> {state.id}" for state in chart.states if state.initial]
    lines += [
        f"    {source} --> {target}: {move}" for (source, move), target in chart.table.items()
    ]
    lines += [f"    {state.id} --> [*]" for state in chart.states if state.final]
    return "\n".join(lines) + "\n"


_REQUEST_REASONS = Text("購入者の理由", "The buyer's reasons")
_REJECTION_REASONS = Text("拒否の理由", "Reasons for a rejection")

_CONSEQUENCES: Mapping[Consequence, Text] = {
    Consequence.APPROVE: Text("承認とみなす", "the request is approved"),
    Consequence.REJECT: Text("拒否とみなす", "the request is rejected"),
    Consequence.LAPSE: Text("要請は失効", "the request lapses"),
    Consequence.MARK_OVERDUE: Text("期限超過として数える", "it counts as overdue"),
    Consequence.BREACH: Text("違反として記録", "a breach is recorded"),
}

_OCCASIONS: Mapping[Occasion, Text] = {
    Occasion.REFERRED: Text("要請が販売者に回されたとき", "a request is referred to the seller"),
    Occasion.GRANTED_AT_ONCE: Text("即時キャンセルされたとき", "a request is granted at once"),
    Occasion.APPROVED: Text("承認されたとき", "a request is approved"),
    Occasion.APPROVED_BY_SILENCE: Text(
        "期限により承認されたとき", "a request is approved by silence"
    ),
    Occasion.REJECTED: Text("拒否されたとき", "a request is rejected"),
    Occasion.REJECTED_BY_SILENCE: Text(
        "期限により拒否されたとき", "a request is rejected by silence"
    ),
    Occasion.WITHDRAWAL_ASKED: Text("撤回が要請されたとき", "the buyer is asked to withdraw"),
    Occasion.WITHDRAWAL_HELD: Text("撤回が保留されたとき", "the buyer holds on to the request"),
    Occasion.WITHDRAWN: Text("撤回されたとき", "a request is withdrawn"),
    Occasion.SUPERSEDED: Text("無効になったとき", "a request is superseded"),
    Occasion.LAPSED: Text("失効したとき", "a request lapses"),
    Occasion.BREACHED: Text("違反が記録されたとき", "a breach is recorded"),
}
