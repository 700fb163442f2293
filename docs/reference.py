"""What the pages of the reference have of the code: filled in as the site is built."""

from __future__ import annotations

import ast
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType

import ordercancel.policy
from ordercancel.cli.arguments import parser
from ordercancel.cli.completion import parsers
from ordercancel.domain.texts import Text
from ordercancel.explain.codes import CodeOf, codes
from ordercancel.explain.telling import VARIABLES
from ordercancel.policies import CONECT, QOO10
from ordercancel.rules import facts
from ordercancel.rules.standard_texts import KIND_TEXTS

SOURCE = Path(__file__).parents[1] / "src"
_MODULES = (
    *("conditions", "effects", "facts", "times", "calendars", "deadlines", "rules"),
    *(
        "lifecycle",
        "reasons",
        "roles",
        "notifications",
        "texts",
        "sources",
        "refunding",
        "obligations",
    ),
)


_TABLES = {
    "facts": Text(
        "| 名前 | 種類 | 画面での呼び名 | 欠けうるか |\n| --- | --- | --- | --- |",
        "| name | kind | what people read | may be missing |\n| --- | --- | --- | --- |",
    ),
    "variables": Text(
        "| 変数 | 内容 |\n| --- | --- |", "| variable | stands for |\n| --- | --- |"
    ),
    "codes": Text("| コード | 文 |\n| --- | --- |", "| code | sentence |\n| --- | --- |"),
    "django": Text("| 項目 | 既定値 |\n| --- | --- |", "| entry | default |\n| --- | --- |"),
    "extras": Text("| 名前 | 入るもの |\n| --- | --- |", "| extra | brings |\n| --- | --- |"),
}
_PLACE = re.compile(r"^<!-- ([\w-]+) -->\n.*?^<!-- /\1 -->$", re.DOTALL | re.MULTILINE)


def filled(page: str, lang: str) -> str:
    """A page of the reference with what stands between its marks made of the code.

    Elsewhere than on the site, a reader finds there where it comes from.
    """
    return _PLACE.sub(lambda place: _PARTS[place[1]](lang), page)


def _table(name: str, rows: Iterable[str], lang: str) -> str:
    return "\n".join([_TABLES[name][lang], *rows])


def _facts(lang: str) -> str:
    named = {name: each for name, each in vars(facts).items() if isinstance(each, facts.Fact)}
    rows = (
        f"| `{name}` | {_kind(each, lang)} | {_said(each.label, lang)} "
        f"| {'○' if each.may_be_missing else ''} |"
        for name, each in named.items()
    )
    return _table("facts", rows, lang)


def _variables(lang: str) -> str:
    table = _table(
        "variables", (f"| `{{{n}}}` | {text[lang]} |" for n, text in VARIABLES.items()), lang
    )
    sides = {"buyer": Text("購入者", "the buyer"), "seller": Text("販売者", "the seller")}
    for side, text in sides.items():
        table = table.replace(f"{{{side}}}", text[lang])
    return table


def _notation(_lang: str) -> str:
    modules: dict[str, list[str]] = {}
    for each in _MODULES:
        listed = {name for names in modules.values() for name in names}
        public = _public(import_module(f"ordercancel.rules.{each}"))
        modules[f"ordercancel.rules.{each}"] = [name for name in public if name not in listed]
    parts = [
        f"::: ordercancel.policy.{each}"
        for each in ("policy.Policy", "book.PolicyBook", "parts.Waiver")
    ]
    parts += [
        f"::: {module}\n    options:\n      inherited_members: false\n"
        f"      members: {json.dumps(names)}"
        for module, names in modules.items()
    ]
    return "\n\n".join(parts)


def _public(module: ModuleType) -> list[str]:
    """The names that a policy is written with and that a module makes, but for facts."""
    public = vars(ordercancel.policy)
    return [
        name
        for name, value in vars(module).items()
        if name == "Time" or (public.get(name) is value and not isinstance(value, facts.Fact))
        if not name.startswith("_")
        # A class or function of its own; of other values nobody knows who made them, but here.
        if not isinstance(value, type | FunctionType) or value.__module__ == module.__name__
    ]


def _kind(fact: facts.Fact, lang: str) -> str:
    words = next(text for kind, text in KIND_TEXTS.items() if isinstance(fact, kind))
    return f"{type(fact).__name__}: {words[lang]}"


def _said(text: Text | str, lang: str) -> str:
    return text if isinstance(text, str) else text[lang]


def _codes(of: CodeOf, policy: str = "") -> Callable[[str], str]:
    """Makes the table of what has these codes, of all policies or of one."""

    def table(lang: str) -> str:
        anchors: dict[str, str] = {}
        rows = []
        for each in codes((CONECT, QOO10)):
            # Links name the code alone, and lead to the first one.
            anchor = f"{each.policy}-{each.code}" if each.code in anchors else each.code
            anchors[each.code] = anchor
            if (each.of, each.policy) == (of, policy):
                rows.append(f"| `{each.code}`{{ #{anchor} }} | {_line(each.text[lang])} |")
        return _table("codes", rows, lang)

    return table


def _line(text: str) -> str:
    return text.replace("\n", "<br>").replace("|", "\\|")


def _commands(_lang: str) -> str:
    os.environ["COLUMNS"] = "98"
    shown = (f"## {each.prog}\n\n```text\n{each.format_help()}```" for each in parsers(parser()))
    return "\n\n".join(shown)


def _extras(lang: str) -> str:
    file = SOURCE.parent / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    rows = (
        f"| `{name}` | {', '.join(f'`{each}`' for each in needs)} |"
        for name, needs in project["optional-dependencies"].items()
    )
    return _table("extras", rows, lang)


def _django(lang: str) -> str:
    # Read, not imported: the module belongs to a project of Django's.
    app = ast.parse((SOURCE / "ordercancel/contrib/django/conf.py").read_text(encoding="utf-8"))
    (defaults,) = (
        ast.literal_eval(each.value)
        for each in app.body
        if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == "DEFAULTS"
    )
    rows = (f"| `{name}` | `{value!r}` |" for name, value in defaults.items())
    return _table("django", rows, lang)


_PARTS: Mapping[str, Callable[[str], str]] = {
    "facts": _facts,
    "variables": _variables,
    "notation": _notation,
    "refusals": _codes(CodeOf.REFUSAL),
    "conect": _codes(CodeOf.REFUSAL, "conect"),
    "qoo10": _codes(CodeOf.REFUSAL, "qoo10"),
    "inputs": _codes(CodeOf.INPUT),
    "events": lambda _lang: "::: ordercancel.domain.events",
    "commands": _commands,
    "django": _django,
    "extras": _extras,
}
"""What makes each part of the reference, by its mark, in a language."""
