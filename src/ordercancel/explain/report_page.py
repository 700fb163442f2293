"""The report of `verify` as a page to file: what was shown, by which means, and what was found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from ordercancel.domain.texts import Lang, Text
from ordercancel.explain.blocks import (
    Block,
    Bullets,
    Chapter,
    Line,
    Page,
    Para,
    Span,
    Table,
    code,
    note,
)
from ordercancel.explain.html import html
from ordercancel.explain.telling import word_of
from ordercancel.policy.describe import Spoken
from ordercancel.policy.parts import Waiver
from ordercancel.rules.sources import Citation, OwnRule
from ordercancel.verification import Finding, Kind, Means, Proof, Report

KIND_TEXTS: Mapping[Kind, Text] = {
    Kind.PERMITS_DISAGREE: Text(
        "同じ場合に、複数のルールが異なる結果を認める",
        "Two rules grant different things in one case",
    ),
    Kind.FEES_DISAGREE: Text("同じ場合に、複数の手数料が適用される", "Two fees hold in one case"),
    Kind.PERMIT_WITHOUT_MOVE: Text(
        "注文の状態が許さない操作を、ルールが認める",
        "A rule grants what the lifecycle has no move for",
    ),
    Kind.NEVER_DECIDES: Text(
        "結果を左右することのないルール", "A rule, or a branch of one, that never decides"
    ),
    Kind.NEVER_DETERMINED: Text(
        "知りえない事実を条件とするルール", "A rule that hangs on what nobody can tell"
    ),
    Kind.HOLE: Text(
        "認められる場合があり、ほかの場合には認めも拒みもされない操作",
        "A command that is granted in one case, and in another neither granted nor forbidden",
    ),
    Kind.NO_REASON: Text(
        "選べる理由がない操作、誰にも選べない理由",
        "A command for which no reason is offered, or a reason that nobody is offered",
    ),
    Kind.OWN_REQUEST: Text(
        "リクエストへの回答が、求めた側自身に委ねられる",
        "A request is for the initiator's own side to answer",
    ),
    Kind.REFERRED_IN_A_CIRCLE: Text(
        "リクエストの判断が、際限なく回される", "A request is referred round in a circle"
    ),
    Kind.UNANSWERABLE: Text(
        "誰にも回答できず、期限でも終わらないリクエスト",
        "An open request that nobody can answer and no deadline ends",
    ),
    Kind.INVARIANT_BROKEN: Text("不変条件が破られる", "An invariant is broken"),
    Kind.INSTANT_AND_REJECTABLE: Text(
        "同じ状態で、即時にキャンセルできる一方、回答待ちのリクエストは拒否できる",
        "In one standing of an order, asking cancels at once and an open request can be rejected",
    ),
    Kind.DEADLINE_NEVER_RUNS: Text("始まることのない期限", "A deadline that never starts"),
    Kind.DEADLINE_NEVER_FIRES: Text(
        "到来する前に必ず終わる期限", "A deadline that always ends before it is due"
    ),
    Kind.DEADLINE_IMPOSSIBLE: Text(
        "状態の上で行えない動作の期限", "A deadline whose action the lifecycle does not have"
    ),
    Kind.DEADLINE_RUNS_ON: Text(
        "働いたあとも条件が成り立ち続ける期限",
        "A deadline whose action leaves its condition true",
    ),
    Kind.DEADLINES_LOOP: Text(
        "同じ時点で際限なく働き続ける期限", "Deadlines that fire without end at one moment"
    ),
    Kind.NOT_TOLD: Text(
        "リクエストの変化が、知るべき人に知らされない",
        "Somebody is not told of a change of a request that they must know of",
    ),
    Kind.TEXT_MISSING: Text("文言が欠けている", "A text is missing"),
    Kind.REASON_UNMEETABLE: Text(
        "求められる内容を満たすことができない", "What is asked for with a command can't be given"
    ),
    Kind.WAIVES_NOTHING: Text("該当する不備のない「意図」の記載", "A waiver that waives nothing"),
}
"""What each kind of faults is, in a few words."""

MEANS_TEXTS: Mapping[Means, Text] = {
    Means.ENUMERATION: Text("事実の全組み合わせを判定", "every combination of facts judged"),
    Means.SOLVER: Text("事実の全組み合わせをソルバーで検証", "all combinations, by a solver"),
    Means.WALK: Text("到達しうる全案件を検査", "every reachable case reached"),
    Means.INDUCTION: Text(
        "帰納法（登録時に成り立ち、どの操作でも保たれる）",
        "induction: true at registration, kept by every step",
    ),
    Means.CASE: Text("実際に到達した案件", "cases that were reached"),
    Means.SAMPLE: Text("抜き取り", "a sample"),
}
"""What each means is, in a few words."""


def report_page(report: Report, lang: Lang) -> str:
    """Return a report as one file of HTML: no request leaves it.

    Args:
        report: The report, of anybody's policy; its texts are escaped.
        lang: The language.
    """
    say = Spoken(report.policy, lang)
    policy = report.policy
    title = say.text(policy.title or policy.name)
    lead = say.say(
        "ポリシー：{name}　版：{edition}　ダイジェスト：{digest}",
        "Policy: {name} · Edition: {edition} · Digest of what decides: {digest}",
        name=policy.name,
        edition=policy.edition,
        digest=policy.digest,
    )
    page = Page(
        lang,
        say.say("{it}：検査報告", "{it}: report of verification", it=title),
        [note(lead), _verdict(say, report)],
        tuple(_chapters(say, report)),
        say.say("目次", "Contents"),
        "",
        "",
    )
    return html(page)


def _verdict(say: Spoken, report: Report) -> Span:
    count = str(len(report.faults))
    if report.faults:
        return Span(say.say("不備 {n} 件", "Faults: {n}", n=count), "stop")
    if report.is_proved:
        return Span(say.say("不備がないことを証明済み", "Proved: there is no fault"), "go")
    unproved = say.say(
        "不備は見つかっていないが、証明されていない事項がある",
        "No fault was found, and not everything is proved",
    )
    return Span(unproved, "wait")


def _chapters(say: Spoken, report: Report) -> Iterator[Chapter]:
    yield Chapter(
        "proofs", say.say("証明の範囲と手段", "What is shown, and how"), [_proofs(say, report)]
    )
    if report.faults:
        blocks = [each for fault in report.faults for each in _fault(say, fault)]
        yield Chapter("faults", say.say("不備", "Faults"), blocks)
    if report.waivers:
        title = say.say("意図した仕様とする不備", "Faults that are meant")
        yield Chapter("waived", title, [_waived(say, report)])
    if report.notes:
        items = [note_[say.lang] for note_ in report.notes]
        yield Chapter("notes", say.say("参考", "Notes"), [Bullets(items)])
    yield Chapter("numbers", say.say("検査した数", "Numbers"), [_numbers(say, report)])
    yield Chapter("versions", say.say("使用したもの", "Versions"), [_versions(say, report)])


def _proofs(say: Spoken, report: Report) -> Table:
    return Table(
        say.say("不備の種類 | 手段 | 結果", "Kind of fault | By | Result"),
        [
            (
                [KIND_TEXTS[proof.kind][say.lang], code(proof.kind)],
                [MEANS_TEXTS[means][say.lang] for means in proof.by],
                list(_result(say, report, proof)),
            )
            for proof in report.proofs
        ],
    )


def _result(say: Spoken, report: Report, proof: Proof) -> Iterator[Line]:
    faults = [each for each in report.faults if each.kind is proof.kind]
    waived = [each for each in report.waived if each.kind is proof.kind]
    if faults:
        yield (Span(say.say("{n} 件", "{n} found", n=str(len(faults))), "stop"),)
    if waived:
        yield (say.say("意図したもの {n} 件", "{n} meant", n=str(len(waived))),)
    if proof.left:
        yield (Span(say.say("証明されていない", "not proved"), "wait"),)
        yield from ((note(each[say.lang]),) for each in proof.left)
    elif not faults:
        none = say.say("ほかにないことを証明", "proved: no other") if waived else ""
        yield (Span(none or say.say("ないことを証明", "proved: none"), "go"),)


def _fault(say: Spoken, fault: Finding) -> Iterator[Block]:
    yield Para([code(fault.id), fault.problem[say.lang]])
    lines = (json.dumps(line, ensure_ascii=False) for line in fault.scenario)
    yield Bullets(map(code, lines), numbered=True)


def _waived(say: Spoken, report: Report) -> Table:
    return Table(
        say.say("不備 | 根拠 | 理由", "Fault | On whose word | Why"),
        [
            (
                code(each.fault),
                word_of(say, each.source or report.policy.source),
                list(_why(say, each, report)),
            )
            for each in report.waivers
        ],
    )


def _why(say: Spoken, waiver: Waiver, report: Report) -> Iterator[Line]:
    match waiver.source or report.policy.source:
        case Citation(clauses):
            yield tuple(code(each) for each in clauses)
        case OwnRule(rationale):
            yield (rationale[say.lang],)
        case _:
            pass


def _numbers(say: Spoken, report: Report) -> Table:
    numbers = [
        (say.say("事実の組み合わせ（{it}）", "Combinations of facts: {it}", it=kind), count)
        for kind, count in report.combinations.items()
    ]
    possible = say.say(
        "組み合わせの総数（矛盾するものを含む）",
        "Combinations there are, with those that contradict themselves",
    )
    numbers += [
        (possible, report.possible),
        (say.say("到達した案件", "Cases reached"), report.cases),
        (say.say("実行した操作", "Steps carried out"), report.steps),
    ]
    head = say.say("項目 | 数", "What | How many")
    return Table(head, [(what, f"{count:,}") for what, count in numbers])


def _versions(say: Spoken, report: Report) -> Table:
    head = say.say("名前 | バージョン", "Name | Version")
    return Table(head, [(code(name), number) for name, number in report.versions.items()])
