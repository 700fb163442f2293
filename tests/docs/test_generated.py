"""The pages that are generated: stale where a policy says something else, however it is drawn."""

from __future__ import annotations

from docs.generate import undrawn
from examples.half_hour_shop import SHOP

from ordercancel.explain import html_page


def test_a_page_is_not_stale_because_it_is_drawn_otherwise() -> None:
    """Two Graphvizes draw two pictures of one chart; what is on it stands beside it as DOT."""
    page = html_page(SHOP, "en")
    other = html_page(SHOP, "en", lambda _: "<svg>\n<text>other</text></svg>\n")
    assert page != other
    assert undrawn(page) == undrawn(other)


def test_a_page_is_stale_where_a_picture_shows_something_else() -> None:
    page = html_page(SHOP, "en")
    assert undrawn(page) != undrawn(page.replace("n0 [label=&quot;placed", "n0 [label=&quot;put"))
