"""A frozen map stays as it is, and can be hashed, compared, copied and pickled."""

from __future__ import annotations

import copy
import pickle
from types import MappingProxyType

import pytest

from ordercancel.domain.frozenmap import FrozenMap


def test_a_frozen_map_is_a_copy_that_stays_as_it_is() -> None:
    given = {"a": 1}
    frozen = FrozenMap(given)
    given["a"] = 2
    assert frozen["a"] == 1
    with pytest.raises(TypeError):
        frozen["a"] = 2  # type: ignore[index]
    with pytest.raises(KeyError):
        frozen["b"]


def test_a_frozen_map_reads_like_any_mapping() -> None:
    frozen = FrozenMap({"b": 1, "a": 2})
    assert list(frozen) == ["b", "a"]
    assert len(frozen) == 2
    assert frozen.get("c") is None
    assert repr(frozen) == "{'b': 1, 'a': 2}"


def test_frozen_maps_are_equal_by_value_whatever_their_order() -> None:
    first, second = FrozenMap({"a": 1, "b": 2}), FrozenMap({"b": 2, "a": 1})
    assert first == second
    assert hash(first) == hash(second)
    assert first == {"a": 1, "b": 2}
    assert first == MappingProxyType({"a": 1, "b": 2})
    assert first != FrozenMap({"a": 1})


@pytest.mark.parametrize(
    "sent", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))]
)
def test_frozen_maps_are_copied_and_pickled(sent) -> None:
    assert sent(FrozenMap({"a": 1})) == FrozenMap({"a": 1})
