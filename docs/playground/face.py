"""What the playground's page calls in the reader's browser: words and JSON in, JSON out.

It holds one policy, that of the text which ran last, and runs the lines of a scenario on it.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import datetime
from io import StringIO
from itertools import islice
from types import ModuleType
from typing import Any, cast

from ordercancel.cli.replay import Replay, Why
from ordercancel.domain.actors import Buyer, Party
from ordercancel.domain.errors import InvalidValue, OrderCancelError
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import Text
from ordercancel.engine.decision import Verdict
from ordercancel.engine.handling import fire_due
from ordercancel.engine.options import options
from ordercancel.explain import html_page, pictures
from ordercancel.explain.pictures import plain_svg
from ordercancel.policy import Policy
from ordercancel.rules.facts import Choice, Fact, Moment
from ordercancel.stores.memory import MemoryStore
from ordercancel.verification import verify
from ordercancel.verification.commands_tried import actors_of, parties_of
from ordercancel.verification.conditions import facts_of_the_order
from ordercancel.verification.orders_tried import OrdersTried
from ordercancel.verification.scenario import VERBS, CaseNode, scenario
from ordercancel.verification.time_regions import TimeRegions

FILE = "policy.py"
"""What the text is called in a traceback."""

MOST_ORDERS = 300
"""How many orders are looked at for one to begin with."""

_policy: Policy
_NAIVE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?")
_SHADES = (
    "<style>svg{color:#1d2430;font-family:sans-serif}.halo{paint-order:stroke;stroke:#fff;"
    "stroke-width:4px}@media(prefers-color-scheme:dark){svg{color:#e6e9ee}.halo{stroke:#14171c}}"
    "</style>"
)
"""A picture is shown as a file of its own, on which no colour of the page falls."""


def run(text: str, lang: str) -> str:
    """Run a policy's text: its faults with their lines, or its name, an order, and who acts."""
    global _policy  # noqa: PLW0603 - the page has one
    module = ModuleType("policy")
    sys.modules["policy"] = module  # where classes look for the module that they are of
    printed = StringIO()
    try:
        with redirect_stdout(printed):
            exec(compile(text, FILE, "exec"), module.__dict__)  # noqa: S102 - what it is for
        policies = [each for each in vars(module).values() if isinstance(each, Policy)]
        if not policies:
            raise LookupError(
                _say(lang, "ポリシーがありません。", "There is no Policy in the text.")
            )
    except BaseException as error:
        return _json(faults=list(_faults(error, text)), printed=printed.getvalue())
    _policy = policies[-1]
    return _json(
        title=_policy.text(_policy.title or _policy.name)[lang],
        edition=_policy.edition,
        zone=_policy.zone,
        printed=printed.getvalue(),
        **_beginning(lang),
    )


def drawn(lang: str) -> str:
    """The pictures of the policy, each with its title, and what it shows in words."""
    return _json(
        pictures=[
            {
                "title": chart.title,
                "svg": plain_svg(chart).replace("\n", _SHADES, 1),
                "lines": list(chart.lines),
            }
            for chart in pictures(_policy, lang)
        ]
    )


def check(lang: str) -> str:
    """What `verify` says: a summary, and the faults, each with the lines that show it."""
    try:
        report = verify(_policy)
    except (OrderCancelError, ImportError) as error:
        return _json(ok=False, summary=str(error), faults=[])
    return _json(
        ok=report.ok,
        summary=report.text(lang).partition("\n\n")[0].partition("\n")[2].strip(),
        faults=[
            {"id": each.id, "problem": each.problem[lang], "lines": each.scenario}
            for each in report.faults
        ],
    )


def page(lang: str) -> str:
    """The rule page, as one file of HTML."""
    return _json(html=html_page(_policy, lang))


def walk(asked: str, lang: str) -> str:
    """Run the lines of a scenario, then let time pass: what came of it, and what may be done now.

    Args:
        asked: JSON: `lines`, the moment `at` after them, and the actor `by` who may do something.
            A moment without an offset is one in the policy's zone.
        lang: The language.
    """
    wanted = json.loads(asked, object_hook=_with_offsets)
    lines, at, by = wanted["lines"], wanted["at"], wanted["by"]
    order = [line["order"]["id"] for line in lines if "order" in line][-1]
    happened: list[Why] = []
    replay = Replay([_policy], MemoryStore(), lang, observe=happened.append)
    further = ({"at": at, "do": "tick"}, {"at": at, "do": "options", "order_id": order, "by": by})
    every = [*lines, *further]
    answers = []
    for answer in replay.run(json.dumps(line).encode() for line in every):
        why = [str(explained(lang)) for _, explained in happened]
        answers.append({**_told(every[answer["line"] - 1], answer, lang), "why": why})
        happened.clear()
    *steps, passed, now = answers if len(answers) > 1 else (*answers, {}, {})
    if passed.get("rules") or passed.get("error"):
        steps.append({**passed, "ahead": True})
    return _json(steps=steps, now=now, at=_local(at))


# ---------------------------------------------------------------- an order to begin with


def _beginning(lang: str) -> dict[str, Any]:
    """The order that a walk begins with, what can be told of it, and who can act."""
    order = _order()
    node = CaseNode(_policy.open(order), order.placed_at, known=True)
    (line,) = scenario(_policy, node)
    parties = {"buyer": order.buyer, "seller": order.seller, **parties_of(_policy)}
    actors = {actor.role: actor for actor in reversed([*actors_of(_policy, parties)])}
    return {
        "lines": [{"party": each} for each in _parties(order, lang)] + [line],
        "fields": list(_fields(lang)),
        "actors": [
            {"value": str(actor), "label": _policy.role_text(role)[lang]}
            for role, actor in reversed(actors.items())
        ],
    }


def _order() -> Order:
    """One with nothing due yet, on which the buyer may ask and somebody else decides, if any."""
    weights = {Verdict.REFER: 0, Verdict.CANCEL: 1, Verdict.PERMIT: 2, Verdict.REFUSE: 3}
    tried = OrdersTried(_policy, TimeRegions(_policy))
    orders = (order for order, _ in tried.registered(limit=MOST_ORDERS, seed=None))
    return min(
        islice(orders, MOST_ORDERS),
        key=lambda order: (_is_due(order), weights[_asked(order)]),
    )


def _is_due(order: Order) -> bool:
    return bool(fire_due(_policy.open(order), _policy, order.placed_at))


def _asked(order: Order) -> Verdict:
    seller = Party(order.seller, name=order.seller, permits_cancellation=True)
    case, buyer = _policy.open(order), Buyer(order.buyer)
    offered = options(case, _policy, buyer, order.placed_at, seller=seller)
    verdict: Verdict = next(each for each in offered if each.action == "request").decision.verdict
    return verdict


def _parties(order: Order, lang: str) -> Iterator[dict[str, Any]]:
    for id_ in (order.buyer, order.seller):
        yield {"id": id_, "name": id_, "locale": lang, "permits_cancellation": True}


def _fields(lang: str) -> Iterator[dict[str, Any]]:
    """What the form asks of an order; those that stand in `facts` are the policy's own."""
    own = {fact.name for fact in _policy.facts}
    needed = (name for needs in _policy.orders.needs.values() for name in needs)
    required = (each.name for each in _policy.facts if each.required and each.of is None)
    names = ("status", "placed_at", *facts_of_the_order(_policy), *needed, *required)
    for name in dict.fromkeys(names):
        fact = cast(Fact, _policy.fact(name))
        choice = fact if isinstance(fact, Choice) else None
        words = () if choice is None else _policy.domain(choice)
        named = _policy.status_text if name == "status" else _word(name)
        yield {
            "name": name,
            "label": _label(fact, lang),
            "kind": type(fact).__name__.lower(),
            "own": name in own,
            "words": [{"value": word, "label": named(word)[lang]} for word in words],
        }


def _label(fact: Fact, lang: str) -> str:
    label = _policy.fact_text(fact.name)[lang]
    return (
        _say(lang, f"{label}の日時", f"moment of {label}") if isinstance(fact, Moment) else label
    )


def _word(name: str) -> Any:
    return lambda word: _policy.word_text(name, word)


# ---------------------------------------------------------------- what happened, in words


def _told(line: dict[str, Any], answer: dict[str, Any], lang: str) -> dict[str, Any]:
    """An answer with what people read of it: who did what, and how the order stands."""
    named = {each.id: _policy.deadline_text(each)[lang] for each in _policy.deadlines}
    if answer["order_status"] is not None:
        answer = {
            **answer,
            "status": _policy.status_text(answer["order_status"])[lang],
            "marks": [_policy.mark_text(code)[lang] for code in answer["marks"]],
            "deadlines": [
                {"label": named[each["deadline"]], "due_at": _local(each["due_at"])}
                for each in answer["deadlines"]
            ],
        }
    return {
        **answer,
        "who": _policy.role_text(line["by"].partition(":")[0])[lang] if "by" in line else "",
        "what": _what(line, lang),
        "at": _local(line["at"]) if "at" in line else "",
        "fired": [named[rule] for rule in answer["rules"] if rule in named],
    }


def _what(line: dict[str, Any], lang: str) -> str:
    kinds = {verb: kind for kind, verb in VERBS.items()}
    if "event" in line:
        return _policy.move_text(line["event"])[lang]
    if line.get("do") in kinds:
        return _policy.command_text(kinds[line["do"]])[lang]
    return (
        _say(lang, "時間の経過", "Time passes")
        if "do" in line
        else _say(lang, "注文", "The order")
    )


def _local(moment: str) -> str:
    """A moment as a clock in the policy's zone shows it."""
    return (
        datetime.fromisoformat(moment).astimezone(_policy.tzinfo).replace(tzinfo=None).isoformat()
    )


def _with_offsets(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value).replace(tzinfo=_policy.tzinfo).isoformat()
        if isinstance(value, str) and _NAIVE.fullmatch(value)
        else value
        for name, value in values.items()
    }


# ---------------------------------------------------------------- what is wrong with a text


def _faults(error: BaseException, text: str) -> Iterator[dict[str, Any]]:
    """Each thing that is wrong, and the line at which it stands, as far as that is known."""
    frames = traceback.extract_tb(error.__traceback__)
    line = next((each.lineno for each in reversed(frames) if each.filename == FILE), None)
    if isinstance(error, SyntaxError) and error.filename == FILE:
        line = error.lineno
    if isinstance(error, InvalidValue):
        for fault in error.faults:
            yield {"line": _line_of(fault.where, text) or line, "text": str(fault)}
    else:
        yield {"line": line, "text": traceback.format_exception_only(error)[-1].strip()}


def _line_of(where: str, text: str) -> int | None:
    """The line of the part that a fault names, such as ``rules['buyer_asks'].when``."""
    named = re.findall(r"\['([^']+)'\]", where)
    calls = (
        each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call) and each.args
    )
    lines = [
        each.args[0].lineno
        for each in calls
        if named and isinstance(each.args[0], ast.Constant) and each.args[0].value == named[-1]
    ]
    return min(lines, default=None)


def _say(lang: str, ja: str, en: str) -> str:
    return Text(ja, en)[lang]


def _json(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=False)
