"""A policy for people to read: its rules as a table, its lifecycles as diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ordercancel.domain.commands import JUDGED, AskWithdrawal, Judged, Reject, RequestCancellation
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.request_moves import REQUEST_MOVES
from ordercancel.policy.describe import (
    action_text,
    describe,
    effect_text,
    time_text,
)
from ordercancel.policy.policy import Policy
from ordercancel.rules.effects import Forbid
from ordercancel.rules.reasons import TextBounds
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Basis, Citation, Source


def rule_table(policy: Policy, lang: Lang) -> str:
    """Return the rules, reasons, deadlines and clauses of `policy` as a page in Markdown."""
    edition = Text(
        f"版: {policy.edition} · 時間帯: {policy.zone}",
        f"Edition: {policy.edition} · Zone of days and clock times: {policy.zone}",
    )
    parts = [f"# {policy.text(policy.title or policy.name)[lang]}", edition[lang]]
    for kind in JUDGED:
        parts.extend(_command_section(policy, kind, lang))
    for kind, title in _REASONS.items():
        parts.extend(_reason_section(policy, kind, title, lang))
    parts.extend(_deadline_section(policy, lang))
    parts.extend(_queue_section(policy, lang))
    parts.extend(_waiver_section(policy, lang))
    parts.extend(_clause_section(policy, lang))
    return "\n\n".join(parts) + "\n"


def order_diagram(policy: Policy, lang: Lang) -> str:
    """Return the lifecycle of the policy's orders as a Mermaid diagram, named in `lang`."""
    orders = policy.orders
    names = {status: policy.status_text(status) for status in orders.statuses}
    edges = [(source, move, target) for (source, move), target in orders.table.items()]
    cancel = Text("（キャンセル）", "(cancelled)")[lang]
    edges += [(status, cancel, orders.cancelled) for status in orders.cancellable]
    return _diagram(names, edges, lang)


def request_diagram(policy: Policy, lang: Lang) -> str:
    """Return the life of a request as a Mermaid diagram, in the policy's words."""
    edges = [(str(source), action, str(to)) for (source, action), to in REQUEST_MOVES.items()]
    edges += [
        (str(status), name, str(to))
        for status in RequestStatus
        if status in OPEN
        for name, to in (
            ("supersede", RequestStatus.SUPERSEDED),
            ("expire", RequestStatus.EXPIRED),
        )
    ]
    return _diagram({each: policy.request_text(each) for each in RequestStatus}, edges, lang)


def _command_section(policy: Policy, kind: type[Judged], lang: Lang) -> Iterator[str]:
    rows = [
        (
            f"**{effect_text(rule.effect, policy, lang)}**",
            describe(rule.when, policy, lang),
            f"`{rule.id}`",
            _source(policy, rule.source, lang),
        )
        for rule in sorted(policy.rules_for(kind), key=_reading_order)
    ]
    if rows:
        yield f"## {policy.command_text(kind)[lang]} (`{kind.__name__}`)"
        yield _table(
            ("結果", "条件", "ルール", "根拠"), ("Effect", "When", "Rule", "Source"), rows, lang
        )


def _reading_order(rule: Rule) -> tuple[bool, bool]:
    """What is granted before what is forbidden, and the rules of the library last."""
    return rule.id.startswith("standard."), isinstance(rule.effect, Forbid)


def _reason_section(policy: Policy, kind: type[Judged], title: Text, lang: Lang) -> Iterator[str]:
    rows = [
        (
            "" if reason.code is None else f"`{reason.code}`",
            policy.reason_text(reason)[lang]
            + (f" ({policy.text(reason.hint)[lang]})" if reason.hint else ""),
            describe(reason.when, policy, lang),
            _text_bounds(reason.text, lang),
            _source(policy, reason.source, lang),
        )
        for reason in policy.reasons_for(kind)
    ]
    if rows:
        yield f"## {title[lang]}"
        yield _table(
            ("コード", "理由", "条件", "自由記入", "根拠"),
            ("Code", "Reason", "When", "Text", "Source"),
            rows,
            lang,
        )


def _text_bounds(bounds: TextBounds | None, lang: Lang) -> str:
    if bounds is None:
        return Text("なし", "none")[lang]
    low, high = bounds.minimum, bounds.maximum
    if bounds.required:
        return Text(f"必須、{low}〜{high}文字", f"required, {low} to {high} characters")[lang]
    return Text(f"任意、{high}文字以内", f"optional, up to {high} characters")[lang]


def _deadline_section(policy: Policy, lang: Lang) -> Iterator[str]:
    rows = [
        (
            describe(deadline.runs, policy, lang),
            time_text(deadline.due, policy, lang),
            action_text(deadline, policy, lang),
            f"`{deadline.id}`",
            _source(policy, deadline.source, lang),
        )
        for deadline in policy.deadlines
    ]
    if rows:
        yield f"## {Text('期限', 'Deadlines')[lang]}"
        yield _table(
            ("条件", "期限", "経過すると", "名前", "根拠"),
            ("Runs while", "Due", "Then", "Name", "Source"),
            rows,
            lang,
        )


def _queue_section(policy: Policy, lang: Lang) -> Iterator[str]:
    rows = [
        (
            policy.text(counter.label)[lang],
            policy.text(counter.state or counter.label)[lang],
            _source(policy, counter.source, lang),
        )
        for counter in policy.counters
    ]
    if rows:
        yield f"## {Text('一覧', 'The queue')[lang]}"
        yield _table(
            ("件数の名称", "一覧での処理状態", "根拠"),
            ("Counter", "State in the queue", "Source"),
            rows,
            lang,
        )
    if policy.texts.columns:
        headings = ", ".join(policy.text(each)[lang] for each in policy.texts.columns.values())
        yield f"{Text('一覧の列', 'Columns of the queue')[lang]}: {headings}"


def _waiver_section(policy: Policy, lang: Lang) -> Iterator[str]:
    rows = [(f"`{each.fault}`", _source(policy, each.source, lang)) for each in policy.waivers]
    if rows:
        title = Text("検査で見つかる、意図された点", "What verifying finds and is meant")
        yield f"## {title[lang]}"
        yield _table(("不備", "根拠"), ("Fault", "Source"), rows, lang)


def _clause_section(policy: Policy, lang: Lang) -> Iterator[str]:
    for document in policy.documents:
        yield f"## {Text('出典', 'Source')[lang]}: {document.title}"
        rows = [
            (
                f"`{clause.id}`",
                clause.section,
                clause.text,
                "" if clause.reading is None else policy.text(clause.reading)[lang],
                Text("。", "; ")[lang].join(
                    policy.text(gap.settled)[lang]
                    + ("" if gap.parameter is None else f" (`{gap.parameter}={gap.default}`)")
                    for gap in clause.decided
                ),
            )
            for clause in document.clauses
        ]
        yield _table(
            ("条項", "節", "原文", "解釈", "原文に定めがなく決めたこと"),
            ("Clause", "Section", "Words", "Reading", "Decided where it is silent"),
            rows,
            lang,
        )


_BASES: Mapping[Basis, Text] = {
    Basis.SAYS: Text("{it}", "{it}"),
    Basis.READS: Text("解釈: {it}", "our reading of {it}"),
    Basis.DECIDED: Text("原文に定めなし: {it}", "decided, {it} is silent"),
}


def _source(policy: Policy, source: Source | None, lang: Lang) -> str:
    """On whose word something is there."""
    source = policy.source if source is None else source
    if source is None:
        return ""
    if isinstance(source, Citation):
        clauses = ", ".join(f"`{each}`" for each in source.clauses)
        rests = _BASES[source.basis].fill(lang, {"it": clauses})
        return rests if source.parameter is None else f"{rests} (`{source.parameter}=`)"
    return f"{Text('独自', 'own')[lang]}: {source.rationale[lang]}"


def _table(
    ja: tuple[str, ...], en: tuple[str, ...], rows: Iterable[tuple[str, ...]], lang: Lang
) -> str:
    head = ja if lang == "ja" else en
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines
    )


def _diagram(names: Mapping[str, Text], edges: Iterable[tuple[str, str, str]], lang: Lang) -> str:
    edges = tuple(edges)
    targets, sources = {to for _, _, to in edges}, {source for source, _, _ in edges}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{text[lang]}" as {each}' for each, text in names.items()]
    lines += [f"    [*] --> {each}" for each in names if each not in targets]
    lines += [f"    {source} --> {to}: {move}" for source, move, to in edges]
    lines += [f"    {each} --> [*]" for each in names if each not in sources]
    return "\n".join(lines) + "\n"


_REASONS: Mapping[type[Judged], Text] = {
    RequestCancellation: Text("キャンセルの理由", "Reasons for asking"),
    Reject: Text("拒否の理由", "Reasons for rejecting"),
    AskWithdrawal: Text("撤回のお願いの文章", "The text of an ask to withdraw"),
}
