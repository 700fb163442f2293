"""The pages that are generated: stale where a policy says something else, however it is drawn."""

from __future__ import annotations

import re
import sys

import pytest
from docs.build_site import LANGUAGES, Site, joined
from docs.generate import ARCHITECTURE, printed, shows, undrawn
from examples.half_hour_shop import SHOP

import ordercancel.policy
from ordercancel.explain import html_page, report_page
from ordercancel.verification import verify


def test_a_page_is_not_stale_because_it_is_drawn_otherwise() -> None:
    """Two Graphvizes draw two pictures of one chart; what is on it stands beside it as DOT."""
    page = html_page(SHOP, "en")
    other = html_page(SHOP, "en", lambda _: "<svg>\n<text>other</text></svg>\n")
    assert page != other
    assert undrawn(page) == undrawn(other)


def test_a_page_is_stale_where_a_picture_shows_something_else() -> None:
    page = html_page(SHOP, "en")
    assert undrawn(page) != undrawn(page.replace("n0 [label=&quot;placed", "n0 [label=&quot;put"))


def test_a_report_is_not_stale_because_it_was_made_with_other_versions() -> None:
    """But because of anything else."""
    page = report_page(verify(SHOP), "en")
    python = ".".join(map(str, sys.version_info[:3]))
    assert page.count(python) == 1
    assert undrawn(page) == undrawn(page.replace(python, "4.0"))
    assert undrawn(page) != undrawn(page.replace(SHOP.digest, "0"))


def test_the_picture_of_the_rooms_is_stale_where_its_source_says_something_else() -> None:
    """Other words, another arrow, or one box more."""
    dot = ARCHITECTURE.read_text(encoding="utf-8")
    svg = ARCHITECTURE.with_suffix(".svg").read_text(encoding="utf-8")
    assert shows(svg, dot)
    for other in (
        dot.replace("host: a shop", "host: a market"),
        dot.replace("bulk -> rules;", "bulk -> domain;"),
        dot.replace("host -> service", 'more [label="more"];\n  host -> service'),
    ):
        assert other != dot
        assert not shows(svg, other)


def test_a_page_shows_what_its_command_prints_today() -> None:
    """As many lines as the page asks for, whatever stood there; other blocks stay."""
    command = "$ ordercancel coverage conect tests/scenarios/conect.jsonl --lang en | head -2"
    page = f"```console\n{command}\nstale\n```\n\n```console\n$ ordercancel verify conect\n```\n"
    assert printed(page) == (
        f"```console\n{command}\n"
        "CO-NECT (wholesale ordering) (conect, edition 1)\n"
        "100 % is shown\n"
        "```\n\n```console\n$ ordercancel verify conect\n```\n"
    )


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_reference_lists_all_that_a_policy_is_written_with(lang: str) -> None:
    """Each name of the rules that ``ordercancel.policy`` offers, as a fact or by its docstring."""
    page = Site(lang).pages()["reference/policy.md"]
    names = [
        name
        for name, value in vars(ordercancel.policy).items()
        if str(getattr(value, "__module__", "")).startswith("ordercancel.rules")
    ]
    assert {"Forbid", "minutes", "placed_at", "mark", "is_open"} <= set(names)
    assert [name for name in names if f'"{name}"' not in page and f"`{name}`" not in page] == []


def test_the_reference_has_every_code_in_both_languages() -> None:
    """With the sentence that a person reads."""
    english, japanese = (Site(each).pages()["reference/codes.md"] for each in LANGUAGES)
    assert "| `not_due`{ #not_due } | The deadline has not come due. |" in english
    assert "| `not_due`{ #not_due } | 期限はまだ到来していません。 |" in japanese


def test_every_link_within_the_repository_is_one_of_the_site() -> None:
    """Also where its words are broken over two lines; a link that is left out is dead there."""
    pages = Site("en").pages()
    links = re.findall(r"\]\(((?:docs|\.\./docs)/[^)]*)\)", pages["changelog.md"])
    assert links == []
    assert "](scenarios.md#in-an-editor)" in pages["changelog.md"]


def test_no_blank_stands_in_japanese_where_a_line_ends() -> None:
    """But between other letters, at the ends of paragraphs and items, and in code."""
    text = "一行は、\n次へ続く。\n\n- 項目の\n  続き\n- 次の Python\nは\n\n```text\n一\n二\n```\n"
    assert joined(text) == (
        "一行は、次へ続く。\n\n- 項目の続き\n- 次の Python\nは\n\n```text\n一\n二\n```\n"
    )
