"""Two cancel parts of an order at once: never more units than there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ordercancel import (
    AdvanceOrder,
    CancellationService,
    Command,
    Order,
    Refused,
    RequestCancellation,
)
from ordercancel.domain.money import OrderLine
from ordercancel.service.ports import Store
from ordercancel.service.records import Commit
from ordercancel.stores.memory import MemoryStore
from ordercancel.stores.sql import SqlStore
from unit.test_parts import BUYER, PARTS, SELLER
from unit.tiny import utc


@pytest.fixture
def store(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store in memory, or one on either database."""
    if kind == "memory":
        yield MemoryStore()
        return
    is_file = kind == "sqlite"
    url = f"sqlite:///{tmp_path / 'a.db'}" if is_file else request.getfixturevalue(kind)
    with closing(SqlStore(url)) as opened:
        yield opened


class Interrupted:
    """A store before whose first commit somebody else commits."""

    def __init__(self, store: Store, intrude: Callable[[], object]) -> None:
        self._store = store
        self._intrude: Callable[[], object] | None = intrude

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, commit: Commit) -> None:
        intrude, self._intrude = self._intrude, None
        if intrude is not None:
            intrude()
        self._store.commit(commit)


CANCELS = RequestCancellation("o-7", by=SELLER, lines={"cup": 2})
SHIPS = AdvanceOrder("o-7", by=SELLER, move="ship", lines={"cup": 2})


@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgres"])
@pytest.mark.parametrize("first", [CANCELS, SHIPS], ids=["cancelled", "shipped"])
@pytest.mark.parametrize("second", [CANCELS, SHIPS], ids=["to_cancel", "to_ship"])
def test_what_is_judged_on_a_case_that_has_changed_is_judged_again(
    store: Store, first: Command, second: Command
) -> None:
    """Of three cups two go first; two more are too many, and one that is left may go."""
    quick = CancellationService(policies=[PARTS], store=store)
    cups = (OrderLine(id="cup", quantity=3),)
    quick.register(
        Order(
            "o-7",
            policy="shop",
            status="placed",
            buyer="b-1",
            seller="s-1",
            placed_at=utc(1),
            lines=cups,
        ),
        at=utc(1),
    )
    interrupted: Any = Interrupted(store, lambda: quick.handle(first, at=utc(2)))
    slow = CancellationService(policies=[PARTS], store=interrupted)
    with pytest.raises(Refused) as caught:
        slow.handle(second, at=utc(2))
    assert caught.value.codes == ("more_than_remains",)
    assert quick.case("o-7", by=BUYER).open_units == {"cup": 1}
    quick.handle(RequestCancellation("o-7", by=SELLER), at=utc(3))
    assert quick.case("o-7", by=BUYER).open_units == {}
