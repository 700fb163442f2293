"""The chapters of a page on whose word the rules are: the document's, and what was decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ordercancel.explain.blocks import (
    Block,
    Bullets,
    Chapter,
    Line,
    Para,
    Passage,
    Span,
    Table,
    code,
    note,
    strong,
)
from ordercancel.explain.parts import Part, parts_of
from ordercancel.explain.situations import Row
from ordercancel.explain.telling import Telling
from ordercancel.rules.sources import (
    Basis,
    Citation,
    Clause,
    Document,
    Gap,
    OwnRule,
    Remark,
)

_FATES = ("rule", "text", "reading", "decision", "remark", "nothing")
"""What can become of a sentence, the most first."""


def beside(tell: Telling) -> Iterator[Chapter]:
    """The documents with what follows from them, the rules beside them, and what was decided."""
    parts = tuple(parts_of(tell))
    documents = tell.policy.documents
    if documents:
        each_document = (
            Chapter(f"document-{number}", document.title, _passages(tell, document, parts))
            for number, document in enumerate(documents, 1)
        )
        yield Chapter(
            "document",
            tell.say("原文との対照", "Side by side with the document"),
            [*_counted(tell, parts), *each_document],
        )
    own = [each for each in parts if each.kind == "rule" and not each.cited]
    if own:
        title = tell.say("定めとその境目", "The rules, and situations at their boundaries")
        if documents:
            title = tell.say("原文に根拠のない定め", "Rules that no sentence stands behind")
        yield Chapter("own", title, _own(tell, own))
    gaps = [
        (clause, gap) for each in documents for clause in each.clauses for gap in clause.decided
    ]
    if gaps:
        title = tell.say(
            "原文に定めがないため、当方で決めた事項",
            "What the document does not say, and was decided",
        )
        yield Chapter("decided", title, [_decided(tell, gaps)])


def _behind(clause: Clause, parts: Iterable[Part]) -> list[Part]:
    """What rests on a clause: what it says, and what it is read to say."""
    return [each for each in parts if clause.id in each.cited]


# ---------------------------------------------------------------- sentences, counted


def _fate(clause: Clause, behind: Iterable[Part]) -> str:
    """The most that becomes of a clause."""
    fates = {each.kind for each in behind}
    if clause.reading is not None:
        fates.add("reading")
    if clause.decided:
        fates.add("decision")
    return next((each for each in _FATES if each in fates), "nothing")


def _sentences(clause: Clause) -> int:
    """How many sentences, headings and fields a clause quotes; what is left out ends one."""
    pieces = re.split(r" … |(?<=。)|(?<=[.!?])\s+", clause.text)
    return sum(re.search(r"\w", each) is not None for each in pieces)


def _stands_apart(document: Document, remark: Remark) -> bool:
    """Whether it is not a part of a sentence that a clause quotes."""
    return not any(remark.words in clause.text for clause in document.clauses)


def _counted(tell: Telling, parts: Iterable[Part]) -> Iterator[Block]:
    """How many sentences of the documents become what."""
    counts = dict.fromkeys(_FATES, 0)
    unseen = 0
    for document in tell.policy.documents:
        for clause in document.clauses:
            counts[_fate(clause, _behind(clause, parts))] += _sentences(clause)
        for remark in document.remarks:
            apart = _stands_apart(document, remark)
            counts["remark"] += len(remark.lines) if apart else 0
            unseen += not apart
    total = sum(counts.values())
    all_of_it = "原文{total}件（文・見出し・画面の項目）すべての扱いを示します。"
    a_part = "原文{total}件（文・見出し・画面の項目）のうち{told}件の扱いを示します。"
    yield tell.para(
        a_part if counts["nothing"] else all_of_it,
        "Of {total} sentences, headings and fields of the document, {told} are accounted for.",
        total=str(total),
        told=str(total - counts["nothing"]),
    )
    names = _names(tell)
    lines = [
        tell.say("{name}：{n}件", "{name}: {n}", name=names[fate], n=str(n))
        for fate, n in counts.items()
        if n
    ]
    if unseen:
        lines.append(
            tell.say(
                "このうち、一部を本システムでは確認できない文：{n}件",
                "of these, a part is not checked by this system: {n}",
                n=str(unseen),
            )
        )
    yield Bullets(lines)


def _names(tell: Telling) -> Mapping[str, str]:
    return {
        "rule": tell.say("ルールとした文", "becomes a rule"),
        "text": tell.say("画面・通知の文言とした文", "becomes words that people read"),
        "reading": tell.say("解釈を定めた文", "is read in a certain way"),
        "decision": tell.say("定めのない点を補った文", "leaves something open that was decided"),
        "remark": tell.say("キャンセルの判断に関わらない文", "has nothing to do with deciding"),
        "nothing": tell.say("何も導かれない文", "nothing follows from it"),
    }


# ---------------------------------------------------------------- passages


def _passages(tell: Telling, document: Document, parts: tuple[Part, ...]) -> Iterator[Block]:
    for clause in document.clauses:
        behind = _behind(clause, parts)
        yield Passage(
            clause.id,
            tell.section(clause.section),
            tuple(clause.text.split(" … ")),
            tell.policy.languages[0],
            _names(tell)[_fate(clause, behind)],
            _follows(tell, document, clause, behind),
        )
    for remark in document.remarks:
        if _stands_apart(document, remark):
            yield Para(strong(tell.text(remark.why)))
            yield Bullets(remark.lines)


def _follows(
    tell: Telling, document: Document, clause: Clause, behind: list[Part]
) -> Iterator[Block]:
    """What follows from a clause, how it is read, what was decided of it, what is not checked."""
    read = Span(tell.say("解釈", "our reading"), "badge")
    decided = Span(tell.say("決定", "decided"), "badge")
    unseen = Span(tell.say("確認しない", "not checked"), "badge")
    lines: list[Line] = []
    for each in behind:
        is_read = isinstance(each.source, Citation) and each.source.basis is Basis.READS
        lines.append((read, *each.line) if is_read else each.line)
    if clause.reading is not None:
        lines.append((read, _without_ids(tell, tell.text(clause.reading))))
    lines += [(decided, _without_ids(tell, tell.text(gap.settled))) for gap in clause.decided]
    lines += [
        (
            unseen,
            tell.say("「{it}」：{why}", "“{it}”: {why}", it=each.words, why=tell.text(each.why)),
        )
        for each in document.remarks
        if each.words in clause.text
    ]
    if lines:
        yield Bullets(dict.fromkeys(lines))
    else:
        yield Para(_names(tell)["nothing"])
    rows = [row for each in behind if each.beside == clause.id for row in each.rows]
    if rows:
        yield _answers(tell, rows)
    elif any(each.rows for each in behind):
        words = tell.say(
            "境界となる例は、同じ定めを扱う別の文の箇所に示します。",
            "Situations at the boundaries are shown beside another sentence that says the same.",
        )
        yield Para(note(words))


def _answers(tell: Telling, rows: Iterable[Row]) -> Table:
    head = tell.say("状況 | 結果 | 表示される文", "Situation | Result | What is read")
    return Table(head, dict.fromkeys(rows))


def _without_ids(tell: Telling, text: str) -> str:
    """A reading in which other clauses are called by where they stand."""
    for document in tell.policy.documents:
        for clause in sorted(document.clauses, key=lambda each: -len(each.id)):
            where = tell.section(clause.section)
            if tell.lang == "ja":  # which puts no space around it
                text = text.replace(f"{clause.id} ", where)
            text = text.replace(clause.id, where)
    return text


# ---------------------------------------------------------------- without a document behind it


def _own(tell: Telling, parts: Iterable[Part]) -> Iterator[Block]:
    plain: list[Line] = []
    for each in parts:
        line: Line = (Span(tell.word(each.source), "badge"), *each.line)
        if isinstance(each.source, OwnRule):
            why = tell.text(each.source.rationale)
            line = (*line, tell.say("（{why}）", " ({why})", why=why))
        if each.rows:
            yield Para(line)
            yield _answers(tell, each.rows)
        else:
            plain.append(line)
    if plain:
        yield Bullets(plain)


def _decided(tell: Telling, gaps: Iterable[tuple[Clause, Gap]]) -> Table:
    head = tell.say(
        "節 | 決めた事項 | 切り替え（初期の設定）",
        "Section | What was decided | Switch, as it stands by default",
    )
    return Table(
        head,
        [
            (
                tell.section(clause.section),
                _without_ids(tell, tell.text(gap.settled)),
                _switch(tell, gap),
            )
            for clause, gap in gaps
        ],
    )


def _switch(tell: Telling, gap: Gap) -> Span | str:
    if gap.parameter is None:
        return tell.say("なし", "none")
    return code(gap.parameter if gap.default is None else f"{gap.parameter}={gap.default}")
