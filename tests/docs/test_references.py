"""What the Markdown pages refer to is there: names of the library, and files."""

from __future__ import annotations

import pkgutil
import re
from configparser import ConfigParser
from pathlib import Path

import pytest

import django_host  # noqa: F401 - some names are in an app, which needs a project

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), *ROOT.glob("tests/**/*.md")]
)
LOGGERS = {
    "ordercancel.command",
    "ordercancel.message",
    "ordercancel.messages",
    "ordercancel.passed_over",
}
"""Names of loggers, which look like modules."""
FOLDERS = "benchmarks|docs|examples|src|tests"


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or an attribute that can be reached from one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("page", [page for page in PAGES if page != "CHANGELOG.md"])
def test_every_name_of_the_library_exists(page: str) -> None:
    """The changelog may name what was there before."""
    text = (ROOT / page).read_text(encoding="utf-8")
    names = set(re.findall(r"`(ordercancel(?:\.\w+)+)[`(]", text)) - LOGGERS
    assert [name for name in sorted(names) if not exists(name)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = re.findall(rf"(?<![\w/.])((?:{FOLDERS})/[\w./-]*[\w/])", text)
    assert [path for path in sorted(set(paths)) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_link_that_names_a_file_leads_to_it(page: str) -> None:
    """Such as the one to a page in the other language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\[([\w.-]+\.md)\]\(([^)#]*)\)", text)
    assert [link for link in links if Path(link[1]).name != link[0]] == []


def test_the_packages_stand_in_the_order_of_their_imports() -> None:
    """The table of the page on concepts has the layers of the import contract, top to bottom."""
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = contracts["importlinter:contract:layers"]["layers"].split()
    text = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `ordercancel\.(\w+)` \|", text, re.MULTILINE) == layers[1:]


def test_every_function_stands_in_the_file_that_is_linked() -> None:
    """Where the page on concepts names a function of a file, the file defines it."""
    page = ROOT / "docs" / "concepts.md"
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`(?:\w+\.)?(\w+)` (?:in|of) \[[^]]+\]\(([^)]+)\)", text)
    assert len(named) == 2
    for function, path in named:
        assert f"def {function}(" in (page.parent / path).read_text(encoding="utf-8")
