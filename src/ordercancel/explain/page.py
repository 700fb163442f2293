"""The page of a policy: what people need to know of it who do not read code."""

from __future__ import annotations

from collections.abc import Iterator

from ordercancel.domain.commands import JUDGED
from ordercancel.domain.money import Rounding
from ordercancel.domain.texts import Lang, Text
from ordercancel.explain.beside import beside
from ordercancel.explain.blocks import (
    Block,
    Bullets,
    Chapter,
    Line,
    Page,
    Span,
    Table,
    code,
    note,
    strong,
)
from ordercancel.explain.html import html
from ordercancel.explain.life import charts, life
from ordercancel.explain.markdown import markdown
from ordercancel.explain.parts import deadline_line, fee_line, named_by, rule_line
from ordercancel.explain.pictures import Chart, Draw, plain_svg
from ordercancel.explain.screens import obligations, request_statuses, screens
from ordercancel.explain.survey import Survey
from ordercancel.explain.telling import Telling
from ordercancel.explain.who_may import who_may
from ordercancel.policy.policy import Policy
from ordercancel.rules.refunding import Refunding, TaxMode, TenderRule, rate_text
from ordercancel.rules.sources import Source


def html_page(
    policy: Policy,
    lang: Lang,
    draw: Draw = plain_svg,
    *,
    survey: Survey | None = None,
    report: str | None = None,
) -> str:
    """Return the page of `policy` as one file of HTML: no request leaves it.

    Args:
        policy: Anybody's policy; its texts are escaped.
        lang: The language.
        draw: Draws its pictures. Default: without any tool.
        survey: What can happen under `policy`, where it was gathered before. Default: it is now.
        report: The address of the report of verification, which the page links to. Default: none.
    """
    return html(_page(policy, lang, survey, report), draw)


def markdown_page(
    policy: Policy, lang: Lang, *, survey: Survey | None = None, report: str | None = None
) -> str:
    """Return the same page as Markdown."""
    return markdown(_page(policy, lang, survey, report))


def pictures(policy: Policy, lang: Lang) -> tuple[Chart, ...]:
    """Return the pictures of the page: of an order, and of a request where one can be made."""
    return charts(Telling(policy=policy, lang=lang, survey=Survey(policy)))


def _page(policy: Policy, lang: Lang, survey: Survey | None, report: str | None) -> Page:
    tell = Telling(policy=policy, lang=lang, survey=survey or Survey(policy))
    edition = tell.say(
        "版：{edition}　日時の基準：{zone}",
        "Edition: {edition} · Zone of days and clock times: {zone}",
        edition=policy.edition,
        zone=policy.zone,
    )
    title = tell.text(policy.title or policy.name)
    titles = tell.listed(each.title for each in policy.documents)
    sources = [tell.say("出典：{it}", "Taken from: {it}", it=titles)] if titles else []
    answered = tell.say(
        "例の結果は、このページの作成時に、実際にルールを適用して得たものです。",
        "The results of examples are what the rules themselves answered as this page was made.",
    )
    signs = tell.say(
        "○ できる（即時キャンセルを含む）　△ ほかの人が判断する　× できない",
        "○ possible, or cancelled at once · △ somebody else decides · × not possible",
    )
    legend = tell.say(
        "根拠：「原文」は文書の言葉、「解釈」は当方による原文の読み方、「原文に定めなし」「決定」は"
        "文書に記載がないため当方で定めた事項（変更できるものは「切り替え」を示す）、「独自」は文書に"
        "よらず当方で定めた事項です。「当方」は、このルールの作成者を指します。",
        "On whose word: “the document” says so itself; “our reading” is how we, the authors of "
        "these rules, understand it; “decided” is what it leaves open and we settled, with a "
        "switch where it can be settled otherwise; “own rule” is ours, whatever the document "
        "says. “The actor” is whoever does something, “the platform” its operators and the "
        "system.",
    )
    legends = [signs, *([legend] if titles else [])]
    proved = tell.say("検査報告", "What was proved of these rules")
    links = [] if report is None else [Span(proved, "link", report)]
    return Page(
        lang,
        tell.say("{it}：キャンセルのルール", "{it}: the rules of cancelling", it=title),
        [
            *map(note, (edition, *sources, answered, *legends)),
            *links,
        ],
        (
            *life(tell),
            who_may(tell),
            *_refunds(tell),
            *screens(tell),
            *obligations(tell),
            *beside(tell),
            _ids(tell),
        ),
        tell.say("目次", "Contents"),
        tell.say("中略", "left out"),
        tell.say("図の内容を文字で読む", "The picture in words"),
    )


# ---------------------------------------------------------------- what is given back


def _refunds(tell: Telling) -> Iterator[Chapter]:
    """What a cancellation costs, and how refunds are reckoned; none where nothing is refunded."""
    refunding = tell.policy.refunding
    if refunding is not None:
        title = tell.say("返金と手数料", "What is given back")
        yield Chapter("refunds", title, [Bullets(_lines(tell, refunding))])


def _lines(tell: Telling, refunding: Refunding) -> Iterator[Line]:
    colon = tell.say("：", ": ")
    yield (
        strong(tell.say("返金額", "Refund")),
        colon,
        tell.say(
            "キャンセル後に返すべき総額から、それまでに返した額を引いた差",
            "what is owed after a cancellation, less what was given back before",
        ),
    )
    rounding = {
        Rounding.DOWN: tell.say("切り捨て", "down"),
        Rounding.UP: tell.say("切り上げ", "up"),
        Rounding.HALF_UP: tell.say("四捨五入", "half up"),
        Rounding.HALF_EVEN: tell.say("偶数への丸め", "half to even"),
    }
    shares = tell.say("一部の数量の端数処理", "Shares of a line are rounded")
    yield strong(shares), colon, rounding[Rounding(refunding.rounding)]
    tenders = {
        TenderRule.IN_ORDER: tell.say(
            "決済の順に、使い切るまで（手数料は最後の決済手段が負担）",
            "one tender after the other, so that the last one bears the fee",
        ),
        TenderRule.PRO_RATA: tell.say("支払額に比例", "to all tenders, in proportion"),
    }
    given_back = tell.say("返金先", "Given back to")
    yield strong(given_back), colon, tenders[TenderRule(refunding.tenders)]
    if refunding.tax is not None:
        mode = {
            TaxMode.INCLUDED: tell.say("内税", "within the prices"),
            TaxMode.ADDED: tell.say("外税", "added to the prices"),
        }
        rates = tell.listed(f"{name} ({rate_text(rate)})" for name, rate in refunding.tax.rates)
        yield strong(tell.say("税", "Tax")), colon, mode[TaxMode(refunding.tax.mode)], colon, rates
    for fee in refunding.fees:
        yield fee_line(tell, fee)


# ---------------------------------------------------------------- for engineers


def _ids(tell: Telling) -> Chapter:
    """The ids of rules, and the codes of everything else."""
    title = tell.say("技術者向け：識別子", "For engineers: ids and codes")
    return Chapter("ids", title, [_provisions(tell), *_codes(tell)])


def _provisions(tell: Telling) -> Table:
    policy = tell.policy
    own = {rule.id for rule in policy.rules}
    meant = tell.say("検査で検出されるが、意図した仕様である", "found by verifying, and meant")
    rules = (*policy.rules, *(each for each in policy.all_rules if each.id not in own))
    parts: list[tuple[str, Line, Source | None]] = [
        *((each.id, rule_line(tell, each), each.source) for each in rules),
        *((each.id, deadline_line(tell, each), each.source) for each in policy.deadlines),
        *((each.id, fee_line(tell, each), each.source) for each in policy.fees),
        *((each.fault, (meant,), each.source) for each in policy.waivers),
    ]
    return Table(
        tell.say("識別子 | 内容 | 根拠 | 条項", "Id | What it does | On whose word | Clauses"),
        [
            (code(name), line, tell.word(source), [*map(code, named_by(tell.source(source)))])
            for name, line, source in parts
        ],
    )


def _codes(tell: Telling) -> Iterator[Block]:
    policy = tell.policy
    named: list[tuple[str, dict[str, Text]]] = [
        (
            tell.say("注文の状態", "Statuses of an order"),
            {each: policy.status_text(each) for each in policy.orders.statuses},
        ),
        (
            tell.say("{it}の状態", "Statuses of a request", it=tell.asking),
            {each: policy.request_text(each) for each in request_statuses(tell)},
        ),
        (
            tell.say("注文の操作", "Moves of an order"),
            {each: policy.move_text(each) for each in policy.orders.moves},
        ),
        *(
            (
                tell.say("{it}の理由", "{it}: reasons", it=tell.command(kind)),
                {
                    each.code: policy.reason_text(each)
                    for each in policy.reasons_for(kind)
                    if each.code is not None
                },
            )
            for kind in JUDGED
        ),
        (
            tell.say("記録", "Marks"),
            {each: policy.mark_text(each) for each in policy.mark_codes},
        ),
    ]
    yield Bullets(
        (
            strong(title),
            *(
                word
                for name, text in codes.items()
                for word in (" ", code(name), f" {_both(tell, text)}")
            ),
        )
        for title, codes in named
        if codes
    )


def _both(tell: Telling, text: Text) -> str:
    """In the language of the page, and as the document has it."""
    words, own = text[tell.lang], text[tell.policy.languages[0]]
    return words if words == own else f"{words} ({own})"
