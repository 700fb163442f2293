"""``ordercancel demo``: the walks of both documents, printed step by step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta, timezone
from importlib.resources import files
from typing import Any

from ordercancel.cli.replay import Answer, Replay
from ordercancel.domain.obligations import Obligation
from ordercancel.domain.texts import Lang, Text
from ordercancel.policies import CONECT, QOO10
from ordercancel.service.ports import Store

_JST = timezone(timedelta(hours=9))

_WALKS = {
    "demo_conect.jsonl": Text(
        "CO-NECT：リクエストと承認、リクエストと拒否、出荷後はリクエスト不可",
        "CO-NECT: request and approval; request and rejection; shipping closes the door",
    ),
    "demo_qoo10.jsonl": Text(
        "Qoo10：発送と行き違いになった要請の拒否、新規注文の即時キャンセル",
        "Qoo10: a request crosses with the shipment and is rejected; a new order cancels at once",
    ),
}
"""The scenarios beside this module, with their titles."""


def tell(store: Store, lang: Lang) -> Iterator[str]:
    """The lines of both walks, while they happen in `store`, with texts in `lang`."""
    replay = _replay(store, lang)
    for name, title in _WALKS.items():
        yield f"═══ {title[lang]} ═══"
        for line, answer in _steps(name, replay, lang):
            yield ""
            yield from _told(line, answer, replay, lang)
        yield ""


def tell_programs(store: Store, lang: Lang) -> Iterator[dict[str, Any]]:
    """The same for programs: each input, the answer of ``replay``, what the host has to do."""
    replay = _replay(store, lang)
    for name in _WALKS:
        for line, answer in _steps(name, replay, lang):
            owed = [{"kind": each.kind, "key": each.key} for each in replay.owed]
            yield {"input": line, "answer": answer, "owed": owed}


def _replay(store: Store, lang: Lang) -> Replay:
    return Replay([CONECT, QOO10], store, lang, obligations=_Host())


def _steps(name: str, replay: Replay, lang: Lang) -> Iterator[tuple[dict[str, Any], Answer]]:
    """Each line of a scenario that comes with the library, with its answer."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    # Mails are in the language of whoever gets them, which here is that of whoever looks on.
    text = text.replace('"party": {', f'"party": {{"locale": "{lang}", ')
    raw = text.encode().splitlines()
    for answer in replay.run(raw):
        yield json.loads(raw[answer["line"] - 1]), answer


def recall(store: Store, order_id: str) -> Iterator[str]:
    """The history of an order, as `store` has it, in Japan's time."""
    for event in store.history(order_id):
        at = event.at.astimezone(_JST)
        yield f"   {at:%Y-%m-%d %H:%M} {type(event).__name__} by {event.by}"


def next_steps(file: str, lang: Lang) -> Iterator[str]:
    """What to do next, in `lang`, with the database of the demo at `file` and without it."""
    ask = {"at": "2022-08-16T09:00:00+09:00", "do": "options", "order_id": "762544202"}
    line = json.dumps({**ask, "by": "seller:s-1"})
    yield ""
    yield Text("次にできること：", "What next:")[lang]
    yield f"  echo '{line}' | ordercancel replay --db sqlite:///{file}"
    for command, why in _NEXT.items():
        yield f"  {command} # {why[lang]}"


_NEXT = {
    "ordercancel rules qoo10           ": Text(
        "ルールの一覧。根拠の条項つき", "its rules, each with the clause behind it"
    ),
    "ordercancel verify qoo10          ": Text(
        "ルールが区別するすべての場合を検証", "tries every case that its rules tell apart"
    ),
    "ordercancel explain FILE          ": Text(
        "シナリオの各行の答えの理由", "why each line of a scenario gets its answer"
    ),
    "ordercancel replay --policy shop:SHOP FILE   ": Text(
        "shop.py に書いた自分のルールで実行", "rules of your own, in shop.py"
    ),
    "docs/tutorial.ja.md, docs/tutorial.md ": Text(
        "15分で作る自分の店", "a shop of your own in fifteen minutes"
    ),
}


class _Host:
    """Owns orders, money and stock; nothing is handed to it here, it is only told of."""

    def fulfil(self, obligation: Obligation) -> None:
        """Do what is to be done."""


def _told(line: dict[str, Any], answer: Answer, replay: Replay, lang: Lang) -> Iterator[str]:
    def say(ja: str, en: str, **values: str) -> str:
        return Text(ja, en).fill(lang, values, whole=True)

    none = say("なし", "none")
    at, do = line["at"][:16].replace("T", " "), line["do"].replace("_", " ")
    words = [do, line.get("order_id", "")]
    words += [f"{key}={line[key]}" for key in ("event", "reason", "text") if key in line]
    words += ["affirmed"] if line.get("affirmed") else []
    by = line.get("by", say("時計", "the clock"))
    yield f"── {at} {by}: {' '.join(filter(None, words))}"
    if answer["ok"]:
        yield say("   イベント：{it}", "   events:  {it}", it=", ".join(answer["events"]) or none)
        yield say("   ルール：{it}", "   rules:   {it}", it=", ".join(answer["rules"]) or none)
    else:
        clauses = f" [{', '.join(answer['clauses'])}]" if answer["clauses"] else ""
        yield f"   {answer['error']}: {', '.join(answer['codes'])}{clauses}"
        yield f"            {answer['message']}"
    for side, text in (answer["labels"] or {}).items():
        yield say("   {side} の画面：{text}", "   {side:6} reads: {text}", side=side, text=text)
    for each in answer["deadlines"] or ():
        due_at = each["due_at"][:16].replace("T", " ")
        yield say(
            "   期限：{deadline}（{due_at}）",
            "   due:     {deadline} at {due_at}",
            deadline=each["deadline"],
            due_at=due_at,
        )
    if answer["marks"]:
        yield say("   記録：{it}", "   marked:  {it}", it=", ".join(answer["marks"]))
    for duty in replay.owed:
        kind = duty.kind.replace("_", " ")
        yield say(
            "   店舗側の処理：{kind} ({key})",
            "   the host has to: {kind} ({key})",
            kind=kind,
            key=duty.key,
        )
    for message in answer["messages"]:
        party = replay.directory.find(message["party"])
        to = ", ".join(party.emails) if party and message["medium"] == "mail" else message["party"]
        yield say(
            "   {medium}（{audience} <{to}> 宛）：{subject}",
            "   {medium} to {audience} <{to}>: {subject}",
            medium=message["medium"],
            audience=message["audience"],
            to=to,
            subject=message["subject"],
        )
        yield from (f"      │ {row}" for row in message["body"].split("\n") if row)
