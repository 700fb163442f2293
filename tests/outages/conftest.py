"""Stores whose database is about to fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outages.shop import KINDS, Open, opening


@pytest.fixture(params=KINDS)
def open_store(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens sync stores, or async ones; closes them in the end."""
    with opening(request.param) as opened:
        yield opened
