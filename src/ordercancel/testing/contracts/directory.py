"""What every directory promises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from ordercancel.domain.actors import Party
from ordercancel.service.ports import Directory
from ordercancel.service.ports_async import AsyncDirectory
from ordercancel.testing.blocking import opened

DirectoryOf = Callable[[Sequence[Party]], Directory]
"""Makes a directory of some parties, fit to be called."""

SELLER = Party(
    "s-1",
    name="サンプル卸",
    emails=("wholesale@example.jp", "office@example.jp", "a@example.jp"),
    permits_cancellation=True,
)
BUYER = Party("b-1", name="Store No. 1 & Sons", emails=("shop1@example.jp",), locale="en")
SILENT = Party("s-2", name="無言商店")

LIKE = ("s-1", "s-10", "s-11", "S-1", "s_1", "ｓ-1", "s-", "-1", "1")
"""Ids that a careless comparison takes for one another."""

ODD = (
    "店/1?x=1#2",
    "O'Brien; DROP TABLE--",
    "100%",
    '"q"',
    "a\\b",
    "箱🎁",
    "{id}",
    "x" * 200,
)
"""Ids that an order may have, and that have to be quoted in many places."""


class DirectoryContract:
    """The promises of `ordercancel.service.ports.Directory`, for a test class to inherit.

    Each call of an async directory is awaited.
    """

    def make_directory(
        self, parties: Sequence[Party]
    ) -> Directory | AsyncDirectory | Awaitable[AsyncDirectory]:
        """A directory that knows `parties` and nobody else; it may have to be awaited."""
        raise NotImplementedError

    @pytest.fixture
    def directory_of(self) -> Iterator[DirectoryOf]:
        """Makes the directories that are tested, fit to be called."""
        with ExitStack() as stack:
            yield lambda parties: stack.enter_context(opened(lambda: self.make_directory(parties)))

    def test_a_party_is_found_by_its_id(self, directory_of: DirectoryOf) -> None:
        """With name, addresses in order, permission and language, or without what is absent."""
        directory = directory_of([SELLER, BUYER, SILENT])
        assert directory.find("s-1") == SELLER
        assert directory.find("b-1") == BUYER
        assert directory.find("s-2") == SILENT

    def test_who_is_not_there_is_not_found(self, directory_of: DirectoryOf) -> None:
        """None is the answer, and never somebody with a like id."""
        directory = directory_of([SELLER])
        assert [each for each in LIKE[1:] if directory.find(each) is not None] == []

    def test_an_empty_directory_knows_nobody(self, directory_of: DirectoryOf) -> None:
        """No party at all is no error."""
        assert directory_of([]).find("s-1") is None

    def test_like_ids_are_kept_apart(self, directory_of: DirectoryOf) -> None:
        """Case, width and single characters make another party."""
        known = [Party(party_id, name=f"No. {n}") for n, party_id in enumerate(LIKE)]
        directory = directory_of(known)
        assert [directory.find(party_id) for party_id in LIKE] == known

    def test_any_id_can_be_asked_for(self, directory_of: DirectoryOf) -> None:
        """Whatever characters the id of an order's buyer or seller has."""
        known = [Party(party_id, name=f"No. {n}") for n, party_id in enumerate(ODD)]
        directory = directory_of(known)
        assert [directory.find(party_id) for party_id in ODD] == known
        assert [each for each in ODD if directory_of([SELLER]).find(each) is not None] == []

    def test_asking_changes_nothing(self, directory_of: DirectoryOf) -> None:
        """The same question gives the same answer, whatever was asked in between."""
        directory = directory_of([SELLER, BUYER])
        asked = ["s-1", "nobody", "s-1", "b-1", "nobody", "s-1"]
        assert [directory.find(each) for each in asked] == [
            SELLER,
            None,
            SELLER,
            BUYER,
            None,
            SELLER,
        ]
