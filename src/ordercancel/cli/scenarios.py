"""Writes the scenarios that show a policy, with its answers as comments for a person to read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ordercancel.cli.replay import Answer, Replay
from ordercancel.domain.texts import Lang, Text
from ordercancel.policy.describe import Spoken
from ordercancel.verification.covering import Covering
from ordercancel.verification.goals import Goal, goal_text

_HEADER = Text(
    "{policy} 第{edition}版：見つかった最小のシナリオ {count} 件。示せるルール、条件、時刻の境界、"
    "手数料、理由、期限をすべて示す。\n"
    "「→」の行は、このポリシー自身の答え。正しいとは限らないので、人が一つずつ読んで確かめること。",
    "{policy} {edition}: {count} scenarios, the smallest set found, show every rule, condition, "
    "boundary of a time,\nfee, reason and deadline that can be shown.\n"
    "The lines with → are the policy's own answers, right or wrong: a person has to read them.",
)
_HEADER_OF_SOME = Text(
    "{policy} 第{edition}版：シナリオ {count} 件。"
    "「見つからなかったもの」として下に挙げるものは示さない。\n"
    "「→」の行は、このポリシー自身の答え。正しいとは限らないので、人が一つずつ読んで確かめること。",
    "{policy} {edition}: {count} scenarios. They do not show what is listed below as not found.\n"
    "The lines with → are the policy's own answers, right or wrong: a person has to read them.",
)
_UNSHOWABLE = Text("示すことができないもの：{goal}。{why}", "Cannot be shown: {goal}: {why}")
_REFUSED = Text("拒否", "refused")
_INVALID = Text("誤り", "invalid")
_NOT_FOUND = Text("見つからなかったもの：{goal}", "Not found: {goal}")


def as_text(covering: Covering, lang: Lang) -> str:
    """The scenarios as JSON Lines, with comments in `lang`."""
    policy, coverage = covering.policy, covering.coverage
    values = {"policy": policy.name, "edition": policy.edition, "count": len(covering.scenarios)}
    missing = not_found(covering)
    lines = (_HEADER_OF_SOME if missing else _HEADER)[lang].format_map(values).split("\n")
    for gap in coverage.unshowable:
        why = "" if gap.why is None else gap.why[lang]
        lines.append(_UNSHOWABLE[lang].format(goal=goal_text(policy, gap.goal, lang), why=why))
    for goal in missing:
        lines.append(_NOT_FOUND[lang].format(goal=goal_text(policy, goal, lang)))
    text = [f"# {line}" for line in lines]
    said = Spoken(policy, lang)
    for scenario in answered(covering, lang):
        text.append("")
        for line, answer in scenario:
            text.append(json.dumps(line, ensure_ascii=False))
            text += [f"# {words}" for words in ([] if answer is None else _words(answer, said))]
    return "\n".join(text) + "\n"


def as_dict(covering: Covering, lang: Lang) -> dict[str, Any]:
    """The scenarios with their answers, for programs; texts of answers are in `lang`."""
    return {
        "policy": covering.policy.name,
        "edition": covering.policy.edition,
        "coverage": covering.coverage.as_dict(),
        "not_found": [str(goal) for goal in not_found(covering)],
        "scenarios": [
            [{"line": line, "answer": answer} for line, answer in scenario]
            for scenario in answered(covering, lang)
        ],
    }


def not_found(covering: Covering) -> tuple[Goal, ...]:
    """What no scenario shows, and may be shown by one: cases were left, or times never met."""
    return (*(gap.goal for gap in covering.coverage.missing), *covering.missing)


def answered(covering: Covering, lang: Lang) -> Iterator[list[tuple[Any, Answer | None]]]:
    """The lines of each scenario, each with its answer if it gets one."""
    for scenario in covering.scenarios:
        replay = Replay([covering.policy], lang=lang)
        raw = [json.dumps(line).encode() for line in scenario]
        answers = {answer.pop("line"): answer for answer in replay.run(raw)}
        yield [(line, answers.get(number)) for number, line in enumerate(scenario, 1)]


def _words(answer: Answer, said: Spoken) -> Iterator[str]:
    """What is decided, and how the one order stands then that it is about."""
    by = f" ({said.listed(answer['rules'])})" if answer["rules"] else ""
    if answer["ok"]:
        yield f"→ {', '.join(answer['events'])}{by}"
    else:
        message = " ".join(answer["message"].split())
        refused = _REFUSED if answer["error"] == "refused" else _INVALID
        yield f"→ {refused[said.lang]} {', '.join(answer['codes'])}{by}: {message}"
    request = answer["request_status"]
    stands = [f"{said.say('注文', 'order')}: {said.status(answer['order_status'])}"]
    if request is not None:
        stands.append(f"{said.say('リクエスト', 'request')}: {said.request(request)}")
    stands += [f"{said.role(side)}: {label}" for side, label in answer["labels"].items()]
    stands += [f"{each['deadline']}: {each['due_at']}" for each in answer["deadlines"]]
    stands += [said.mark(code) for code in answer["marks"]]
    yield f"  {'; '.join(stands)}"
