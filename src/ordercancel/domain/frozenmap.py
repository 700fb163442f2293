"""A mapping that cannot be changed, and can be hashed, compared, copied and pickled."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class FrozenMap(Mapping[K, V]):
    """A copy of a mapping that stays as it is.

    >>> FrozenMap({"a": 1}) == {"a": 1}
    True
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def get(self, key: K, default: Any = None) -> Any:
        """The value of `key`, or else `default`."""
        return self._items.get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    # As `Mapping` has them, which goes item by item; every step of a case reads and compares maps.
    def items(self) -> ItemsView[K, V]:
        return self._items.items()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenMap):
            return self._items == other._items
        return Mapping.__eq__(self, other)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


EMPTY: FrozenMap[str, Any] = FrozenMap({})
"""Nothing by name."""


def as_frozen(value: Mapping[str, Any]) -> FrozenMap[str, Any]:
    """A copy of a mapping that stays as it is; what is no mapping is left for a check to name."""
    if isinstance(value, FrozenMap) or not isinstance(value, Mapping):
        return value
    return FrozenMap(value)


def as_frozen_or_none(value: Mapping[str, Any] | None) -> FrozenMap[str, Any] | None:
    """The same; None stays None."""
    return None if value is None else as_frozen(value)
