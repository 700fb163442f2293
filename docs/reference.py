"""The pages of the reference, generated from the code as the site is built, in each language."""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import ordercancel.policy
from ordercancel.cli.arguments import parser
from ordercancel.domain.texts import Text
from ordercancel.explain.telling import VARIABLES
from ordercancel.policies import CONECT, QOO10
from ordercancel.rules import facts
from ordercancel.rules.standard_texts import FAULT_TEXTS, KIND_TEXTS, STANDARD_REFUSALS

SOURCE = Path(__file__).parents[1] / "src"
_MODULES = (
    *("conditions", "effects", "facts", "times", "deadlines", "rules"),
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
_CODE = re.compile(r'code="(\w+)"')


def pages(lang: str) -> dict[str, str]:
    """The generated pages of a language, by their paths on the site."""
    made = {
        "policy": _policy(lang),
        "codes": _codes(lang),
        "events": _documented(_WORDS["events"][lang], ["ordercancel.domain.events"]),
        "command-line": _command_line(lang),
        "settings": _settings(lang),
    }
    return {f"reference/{name}.md": text for name, text in made.items()}


_WORDS = {
    "policy": Text(
        "# ポリシーの書き方の一覧\n\n`ordercancel.policy` から import する名前です。"
        "[書き方の手引き](../own-policy.md)もあります。",
        "# What a policy is written with\n\nEverything is imported from `ordercancel.policy`; "
        "[the guide](../own-policy.md) shows it at work.",
    ),
    "facts": Text(
        "## 事実\n\nどのポリシーにもある事実です。独自の事実は `Flag`、`Choice`、`Number`、"
        "`Moment`、`Day` で加えます。\n\n| 名前 | 種類 | 画面での呼び名 | 欠けうるか |\n"
        "| --- | --- | --- | --- |",
        "## Facts\n\nThose that every policy has. One of your own is a `Flag`, `Choice`, "
        "`Number`, `Moment` or `Day`.\n\n| name | kind | what people read | may be missing |\n"
        "| --- | --- | --- | --- |",
    ),
    "variables": Text(
        "## メッセージの変数\n\n件名と本文に `{名前}` と書きます。ポリシー独自の事実も使えます。"
        "変数が空の行は省かれます。\n\n| 変数 | 内容 |\n| --- | --- |",
        "## Variables of messages\n\nWritten as `{name}` in a subject or body, like facts of your "
        "own. A line whose variable is empty is left out.\n\n| variable | stands for |\n"
        "| --- | --- |",
    ),
    "codes": Text(
        "# コード\n\nプログラムは文ではなくコードで判断してください。コードは変わりませんが、文は"
        "ポリシーごとに変えられます（`Texts(refusals=…)`）。",
        "# Codes\n\nPrograms go by codes, which are stable; each policy may have sentences of its "
        "own (`Texts(refusals=…)`).",
    ),
    "refusals": Text(
        "## 拒否\n\n`Refused.codes`、`Decision.codes`：ルールが認めない操作。",
        "## Refusals\n\n`Refused.codes` and `Decision.codes`: what the rules do not allow.",
    ),
    "faults": Text(
        "## 誤った入力\n\n`InvalidValue.codes`：ルールが判断する前に、値として誤っているもの。"
        "ここにないものは `invalid` です。",
        "## Wrong inputs\n\n`InvalidValue.codes`: values that are wrong before any rule judges. "
        "Any other is `invalid`.",
    ),
    "others": Text(
        "英語の説明だけが付くもの：", "With no words of a policy, but an English explanation: "
    ),
    "head": Text("\n\n| コード | 文 |\n| --- | --- |", "\n\n| code | sentence |\n| --- | --- |"),
    "events": Text(
        "# イベント\n\n注文の履歴に残る出来事と、その項目です。`service.history(…)` が返します。"
        "説明は英語です。",
        "# Events\n\nWhat the history of an order is made of, with the fields of each; "
        "`service.history(…)` returns them.",
    ),
    "command_line": Text(
        "# コマンドライン\n\nヘルプは英語です。出力の言語は `--lang`、なければ環境変数 `LC_ALL`・"
        "`LC_MESSAGES`・`LANG` で決まります。終了コード：0 は成功、1 は指摘あり（誤った行、"
        "ポリシーの不備、二つの差）、2 は開始できなかったことを示します。\n\n追加機能 `cli` が"
        "あれば、シェルで補完できます。\n\n",
        "# Command line\n\nReports are in the language of `--lang`, else of the variables "
        "`LC_ALL`, `LC_MESSAGES` or `LANG`. With the extra `cli`, shells complete it:\n\n",
    ),
    "settings": Text(
        "# 設定と追加機能\n\nサービスの設定は[コンストラクターの引数](api.md)、ルールの設定は"
        "[`Policy`](policy.md) です。コマンドラインは環境変数 `LC_ALL`、`LC_MESSAGES`、`LANG` から"
        "言語を決めます。\n\n## Django\n\n`settings.py` の `ORDERCANCEL` の項目です"
        "（[説明](../hosts/django.md)）。\n\n| 項目 | 既定値 |\n| --- | --- |\n{django}\n\n"
        "## 追加機能\n\n`pip install 'ordercancel[名前]'` で入るものです。本体の依存は {core} だけ"
        "です。\n\n| 名前 | 入るもの |\n| --- | --- |\n{extras}\n",
        "# Settings and extras\n\nA service is set up by [its arguments](api.md), rules by "
        "[`Policy`](policy.md). The command line takes its language from `LC_ALL`, `LC_MESSAGES` "
        "or `LANG`.\n\n## Django\n\nThe entries of `ORDERCANCEL` in your settings "
        "([what they mean](../hosts/django.md)).\n\n| entry | default |\n| --- | --- |\n{django}"
        "\n\n## Extras\n\nWhat `pip install 'ordercancel[NAME]'` brings along; without one it is "
        "{core}.\n\n| extra | brings |\n| --- | --- |\n{extras}\n",
    ),
}


_COMPLETION = """\
```console
ordercancel --print-completion bash > ~/.local/share/bash-completion/completions/ordercancel
```"""


def _policy(lang: str) -> str:
    named = {name: each for name, each in vars(facts).items() if isinstance(each, facts.Fact)}
    rows = [
        f"| `{name}` | {_kind(each, lang)} | {_said(each.label, lang)} "
        f"| {'○' if each.may_be_missing else ''} |"
        for name, each in named.items()
    ]
    variables = [f"| `{{{name}}}` | {text[lang]} |" for name, text in VARIABLES.items()]
    sides = {"buyer": Text("購入者", "the buyer"), "seller": Text("販売者", "the seller")}
    filled = "\n".join(variables)
    for side, text in sides.items():
        filled = filled.replace(f"{{{side}}}", text[lang])
    parts = [_WORDS["policy"][lang], "\n".join([_WORDS["facts"][lang], *rows])]
    parts += [f"{_WORDS['variables'][lang]}\n{filled}"]
    modules: dict[str, list[str]] = {}
    for each in _MODULES:
        listed = {name for names in modules.values() for name in names}
        public = _public(import_module(f"ordercancel.rules.{each}"))
        modules[f"ordercancel.rules.{each}"] = [name for name in public if name not in listed]
    for each in ("policy.Policy", "book.PolicyBook", "parts.Waiver"):
        parts.append(f"::: ordercancel.policy.{each}")
    parts += [
        f"::: {module}\n    options:\n      inherited_members: false\n"
        f"      members: {json.dumps(names)}"
        for module, names in modules.items()
    ]
    return "\n\n".join(parts) + "\n"


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


def _documented(head: str, names: Iterable[str]) -> str:
    """A page that goes on with the docstrings of modules or classes."""
    return "\n\n".join([head, *(f"::: {name}" for name in names)]) + "\n"


def _codes(lang: str) -> str:
    def table(texts: dict[str, Any]) -> str:
        rows = (f"| `{code}`{{ #{code} }} | {_line(text[lang])} |" for code, text in texts.items())
        return _WORDS["head"][lang] + "\n" + "\n".join(rows)

    parts = [_WORDS["codes"][lang], _WORDS["refusals"][lang] + table(dict(STANDARD_REFUSALS))]
    for policy in (CONECT, QOO10):
        own = {
            code: policy.refusal_text(code)
            for code in policy.texts.refusals
            if code not in STANDARD_REFUSALS
        }
        title = policy.title[lang]
        parts.append(f"### {title}" + table(own).replace("{ #", f"{{ #{policy.name}-"))
    parts.append(_WORDS["faults"][lang] + table(dict(FAULT_TEXTS)))
    others = {c for path in SOURCE.rglob("*.py") for c in _CODE.findall(path.read_text("utf-8"))}
    unsaid = sorted(others - FAULT_TEXTS.keys() - STANDARD_REFUSALS.keys())
    parts.append(_WORDS["others"][lang] + ", ".join(f"`{code}`" for code in unsaid))
    return "\n\n".join(parts) + "\n"


def _line(text: str) -> str:
    return text.replace("\n", "<br>").replace("|", "\\|")


def _command_line(lang: str) -> str:
    os.environ["COLUMNS"] = "98"
    shown = (f"## {each.prog}\n\n```text\n{each.format_help()}```" for each in _parsers(parser()))
    return "\n\n".join([_WORDS["command_line"][lang] + _COMPLETION, *shown]) + "\n"


def _parsers(one: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield one
    for action in one._actions:  # noqa: SLF001 - what argparse offers of its commands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for each in dict.fromkeys(action.choices.values()):
                yield from _parsers(each)


def _settings(lang: str) -> str:
    file = SOURCE.parent / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    extras = [
        f"| `{name}` | {', '.join(f'`{each}`' for each in needs)} |"
        for name, needs in project["optional-dependencies"].items()
    ]
    # Read, not imported: the module belongs to a project of Django's.
    app = ast.parse((SOURCE / "ordercancel/contrib/django/conf.py").read_text(encoding="utf-8"))
    (defaults,) = (
        ast.literal_eval(each.value)
        for each in app.body
        if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == "DEFAULTS"
    )
    values = {
        "django": "\n".join(f"| `{name}` | `{value!r}` |" for name, value in defaults.items()),
        "core": ", ".join(f"`{each.partition(';')[0]}`" for each in project["dependencies"]),
        "extras": "\n".join(extras),
    }
    return _WORDS["settings"].fill(lang, values)
