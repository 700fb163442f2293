"""The pieces that the arguments of all commands are put together from."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, NoReturn

from ordercancel.cli.lookup import NAMES, meant

Choices = argparse._SubParsersAction  # noqa: SLF001 - it has no public name
Option = Callable[[argparse.ArgumentParser], Any]
"""Adds an argument to the parser of a command."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors suggest what may have been meant."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", message)
        if wrong is not None:
            message += meant(wrong[1], re.findall(r"[\w-]+", wrong[2]))
        super().error(message)


def add(
    choices: Choices[Parser],
    run: Callable[[argparse.Namespace], int],
    *options: Option,
    name: str | None = None,
    purpose: str | None = None,
    action: str | None = None,
) -> None:
    """Add the command that `run` carries out.

    Args:
        choices: Where it is chosen among others.
        run: Gives the exit status of it.
        options: Its arguments.
        name: What it is called. Default: as `run` is.
        purpose: What it does. Default: the first line of the docstring of `run`.
        action: Which of its actions `run` is to take. Default: the one of this name.
    """
    name = name or run.__name__.removeprefix("run_")
    purpose = purpose or (run.__doc__ or "").partition("\n")[0].removesuffix(".")
    parser = choices.add_parser(name, help=purpose)
    for each in options:
        each(parser)
    parser.set_defaults(run=run, action=action or name)


def option(*names: str, **settings: Any) -> Option:
    """An argument, as ``ArgumentParser.add_argument`` takes it."""
    return lambda parser: parser.add_argument(*names, **settings)


def format_of(first: str, *others: str) -> Option:
    """In which form something is printed; the first one by default."""
    return option("--format", choices=(first, *others, "json"), default=first)


def count(text: str) -> int:
    """The whole number from 1 on that a text is."""
    if text.isascii() and text.isdigit() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"is {text or 'empty'}; expected a whole number from 1 on")


def percent(text: str) -> float:
    """The number from 0 to 100 that a text is."""
    with suppress(ValueError):
        if 0 <= float(text) <= 100:
            return float(text)
    raise argparse.ArgumentTypeError(f"is {text or 'empty'}; expected a number from 0 to 100")


def moment(text: str) -> datetime:
    """The moment that a text is, which names its zone."""
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        if at.utcoffset() is not None:
            return at
    expected = "a time with its zone, such as 2026-04-01T12:00:00+09:00"
    raise argparse.ArgumentTypeError(f"is {text or 'empty'}; expected {expected}")


FILE = option("file", metavar="FILE", nargs="?", help="default, and -: standard input")
POLICY = option("policy", metavar="POLICY", help=NAMES)
POLICIES = option(
    "--policy",
    metavar="MODULE:BOOK",
    action="append",
    default=[],
    help="a policy of your own, a list of them or a PolicyBook, beside the built-in ones or "
    "instead of those with their names; may be repeated",
)
LANG = option(
    "--lang",
    metavar="LANG",
    help="a language of the policy (default: that of the environment, ja or en)",
)
