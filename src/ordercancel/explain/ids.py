"""The chapter of a page for engineers: the ids of rules, and the codes of everything else."""

from __future__ import annotations

from collections.abc import Iterator

from ordercancel.domain.commands import JUDGED
from ordercancel.domain.texts import Text
from ordercancel.explain.blocks import Block, Bullets, Chapter, Line, Table, code, strong
from ordercancel.explain.parts import deadline_line, fee_line, named_by, rule_line
from ordercancel.explain.screens import request_statuses
from ordercancel.explain.telling import Telling
from ordercancel.rules.sources import Source


def ids(tell: Telling) -> Chapter:
    """The chapter."""
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
        (
            tell.say("識別子", "Id"),
            tell.say("内容", "What it does"),
            tell.say("根拠", "On whose word"),
            tell.say("条項", "Clauses"),
        ),
        [
            (
                code(name),
                (line,),
                tell.word(source),
                [(code(each),) for each in named_by(tell, source)],
            )
            for name, line, source in parts
        ],
    )


def _codes(tell: Telling) -> Iterator[Block]:
    policy, lang, first = tell.policy, tell.lang, tell.policy.languages[0]

    def both(text: Text) -> str:
        """In the language of the page, and as the document has it."""
        return text[lang] if text[lang] == text[first] else f"{text[lang]} ({text[first]})"

    named: list[tuple[str, list[tuple[str, str]]]] = [
        (
            tell.say("注文の状態", "Statuses of an order"),
            [(each, both(policy.status_text(each))) for each in policy.orders.statuses],
        ),
        (
            tell.say("{it}の状態", "Statuses of a request", it=tell.asking),
            [(each, both(policy.request_text(each))) for each in request_statuses(tell)],
        ),
        (
            tell.say("注文の操作", "Moves of an order"),
            [(each, both(policy.move_text(each))) for each in policy.orders.moves],
        ),
        *(
            (
                tell.say("{it}の理由", "{it}: reasons", it=tell.command(kind)),
                [
                    (each.code, both(policy.reason_text(each)))
                    for each in policy.reasons_for(kind)
                    if each.code is not None
                ],
            )
            for kind in JUDGED
        ),
        (
            tell.say("記録", "Marks"),
            [(each, both(policy.mark_text(each))) for each in policy.mark_codes],
        ),
    ]
    yield Bullets(
        [
            (
                (
                    strong(title),
                    *(word for name, label in codes for word in (" ", code(name), f" {label}")),
                ),
            )
            for title, codes in named
            if codes
        ]
    )
