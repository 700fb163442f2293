"""What shells complete: commands and options, built-in policies, files and folders."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module

from ordercancel.cli.lookup import BUILT_IN


def add_completion(root: argparse.ArgumentParser) -> None:
    """Add ``--print-completion`` where `shtab` is installed, which the extra ``cli`` brings."""
    try:
        shtab = import_module("shtab")
    except ImportError:
        return
    shtab.add_argument_to(root)
    named = shtab.cmd(f"echo {' '.join(BUILT_IN)}")
    # A shell that completes a command by its rules offers no files by itself.
    completed = {
        "FILE": shtab.FILE,
        "SCENARIO": shtab.FILE,
        "FOLDER": shtab.DIRECTORY,
        "POLICY": named,
        "POLICY_A": named,
        "POLICY_B": named,
    }
    for parser in parsers(root):
        for action in parser._actions:  # noqa: SLF001 - what argparse offers of them
            if action.metavar in completed:
                setattr(action, "complete", completed[str(action.metavar)])  # noqa: B010 - shtab's


def parsers(one: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser, and those of its commands and theirs."""
    yield one
    for action in one._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for each in dict.fromkeys(action.choices.values()):
                yield from parsers(each)
