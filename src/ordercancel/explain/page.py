"""The page of a policy: what people need to know of it who do not read code."""

from __future__ import annotations

from ordercancel.domain.texts import Lang
from ordercancel.explain.beside import beside
from ordercancel.explain.blocks import Page, Span, note
from ordercancel.explain.html import html
from ordercancel.explain.ids import ids
from ordercancel.explain.life import charts, life
from ordercancel.explain.markdown import markdown
from ordercancel.explain.pictures import Chart, Draw, plain_svg
from ordercancel.explain.refunds import refunds
from ordercancel.explain.screens import obligations, screens
from ordercancel.explain.survey import Survey
from ordercancel.explain.telling import Telling
from ordercancel.explain.who_may import who_may
from ordercancel.policy.policy import Policy


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
            *(((note(each),),) for each in (edition, *sources, answered, *legends)),
            *(((link,),) for link in links),
        ],
        (
            *life(tell),
            who_may(tell),
            *refunds(tell),
            *screens(tell),
            *obligations(tell),
            *beside(tell),
            ids(tell),
        ),
        tell.say("目次", "Contents"),
        tell.say("中略", "left out"),
        tell.say("図の内容を文字で読む", "The picture in words"),
    )
