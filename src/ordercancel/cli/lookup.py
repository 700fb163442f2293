"""What arguments name: policies, languages, and modules that an extra brings."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from ordercancel.domain.texts import Lang, Text
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy

BUILT_IN = {policy.name: policy for policy in (CONECT, QOO10)}
_LACKS = Text(
    "ordercancel: 「{policy}」には言語「{lang}」の文言がありません。このポリシーの文言は次の言語で"
    "示します：{languages}",
    "ordercancel: {policy} has no texts in {lang!r}; its own words are shown in: {languages}",
)

NAMES = f"one of: {', '.join(BUILT_IN)}; or MODULE:BOOK, a policy, a list of them or a PolicyBook"


def policies_of(name: str) -> tuple[Policy, ...]:
    """The policies that a name stands for: a built-in one, or those of ``module:ATTRIBUTE``.

    Of a `PolicyBook` they are all its editions, the latest of each name first.
    """
    if name in BUILT_IN:
        return (BUILT_IN[name],)
    if ":" not in name:
        stop(f"no policy {name!r}; expected {NAMES}{meant(name, BUILT_IN)}")
    value = attribute(name)
    if isinstance(value, PolicyBook):
        return tuple(each for known in value.names for each in value.editions(known))
    policies = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not policies or not all(isinstance(policy, Policy) for policy in policies):
        kind = f"of type {type(value).__name__}" if policies else "empty"
        stop(f"{name!r} is {kind}; expected a Policy, a list of them or a PolicyBook")
    return policies


def one_policy(name: str) -> Policy:
    """The one policy that a name stands for."""
    policies = policies_of(name)
    if len(policies) > 1:
        editions = ", ".join(f"{policy.name} {policy.edition}" for policy in policies)
        stop(f"{name!r} has {len(policies)} policies: {editions}; expected a name of one of them")
    return policies[0]


def with_built_in(names: Sequence[str]) -> list[Policy]:
    """The policies with these names, and the built-in ones whose names they leave free."""
    own = [policy for name in names for policy in policies_of(name)]
    taken = {policy.name for policy in own}
    return [*(each for name, each in BUILT_IN.items() if name not in taken), *own]


def language(wanted: Lang | None, policy: Policy) -> Lang:
    """The language that people read of a policy in: `wanted`, or that of the environment.

    Where the policy is not in the environment's language, it is English or its first one.
    """
    check_language(wanted, (policy,))
    fitting = (wanted, of_environment(), "en")
    return next((each for each in fitting if each in policy.languages), policy.languages[0])


def language_of_both(wanted: Lang | None, before: Policy, after: Policy) -> Lang:
    """The language that people read two policies in: `wanted`, or one that both are in.

    Where they have none in common it is that of the environment, if either is in it, else the
    first one of the policy `after`. A policy that is not in it is named on standard error: its
    own words are in a language that it has.
    """
    check_language(wanted, (before, after))
    both = [each for each in after.languages if each in before.languages]
    known = both or [*after.languages, *before.languages]
    fitting = (of_environment(), "en") if both else (of_environment(),)
    lang = wanted or next((each for each in fitting if each in known), known[0])
    for policy in (before, after):
        if lang not in policy.languages:
            said = {"lang": lang, "policy": f"{policy.name} {policy.edition}"}
            said["languages"] = ", ".join(policy.languages)
            print(_LACKS.fill(lang, said), file=sys.stderr)
    return lang


def check_language(wanted: Lang | None, policies: Iterable[Policy]) -> None:
    """Stop where none of the policies is in the language `wanted`; None stands for any."""
    known = dict.fromkeys(lang for policy in policies for lang in policy.languages)
    if wanted is not None and wanted not in known:
        stop(f"--lang is {wanted!r}; expected one of: {', '.join(known)}")


def of_environment() -> Lang:
    """The language of the environment: Japanese, else English."""
    settings = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((each for each in settings if each), "")
    return "ja" if locale.startswith("ja") else "en"


_UNUSABLE: Mapping[type[OSError], Text] = {
    FileNotFoundError: Text(
        "{file}：見つかりません。存在するファイルまたはフォルダを指定してください",
        "{file}: does not exist; expected a file or folder that does",
    ),
    IsADirectoryError: Text(
        "{file}：フォルダです。ファイルを指定してください", "{file}: is a folder; expected a file"
    ),
    NotADirectoryError: Text(
        "{file}：途中がフォルダではありません。フォルダの中のパスを指定してください",
        "{file}: a part of it is no folder; expected a path inside of folders",
    ),
    FileExistsError: Text(
        "{file}：ファイルです。フォルダを指定してください", "{file}: is a file; expected a folder"
    ),
    PermissionError: Text(
        "{file}：権限がありません。読み書きできるファイルまたはフォルダを指定してください",
        "{file}: may not be used by you; expected a file or folder that you may read or write",
    ),
}

_NO_FOLDER = Text(
    "{file}：親フォルダがありません。存在するフォルダの中のパスを指定してください",
    "{file}: its folder does not exist; expected a path inside of one that does",
)


def unusable(error: OSError) -> str:
    """Why a file or folder can't be read or written, and what could be, for people.

    It is in the language of the environment. Of what is no trouble with a file it is what the
    system says.
    """
    said = _UNUSABLE.get(type(error))
    if said is None or error.filename is None:
        return str(error)
    file = str(error.filename)
    if isinstance(error, FileNotFoundError) and not Path(file).parent.exists():
        said = _NO_FOLDER  # the file itself may be one that is to be written
    return said.fill(of_environment(), {"file": file})


def attribute(name: str) -> object:
    """What ``module:ATTRIBUTE`` names; modules in the working directory are found, too."""
    module_name, _, attribute = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a user's module may raise anything while it is imported
        stop(f"cannot import {module_name!r}: {type(error).__name__}: {error}")
    finally:
        sys.path.pop(0)
    if not hasattr(module, attribute):
        expected = f"expected MODULE:ATTRIBUTE{meant(attribute, vars(module))}"
        stop(f"{module_name!r} has no {attribute!r}; {expected}")
    return getattr(module, attribute)


def meant(name: str, known: Iterable[str]) -> str:
    """A question that names the one of `known` that `name` looks like; empty without one."""
    close = {each.lower(): each for each in known}
    like = get_close_matches(name.lower(), close, 1)
    return f" (did you mean {close[like[0]]}?)" if like else ""


def loaded(module: str, extra: str) -> Any:
    """A module of the library that needs an extra; stops, naming it, where it is missing."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        stop(needs(extra, error))


def needs(extra: str, error: ImportError) -> str:
    """What is missing, and the extra that brings it."""
    # The library's own error names the extra, too; what is missing is what it comes from.
    return f"{error.__cause__ or error}; expected the extra: pip install 'ordercancel[{extra}]'"


def stop(problem: str) -> NoReturn:
    """Print what is wrong, and exit with 2."""
    print(f"ordercancel: {problem}", file=sys.stderr)
    raise SystemExit(2)
