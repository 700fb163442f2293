"""Python written by the library itself: one function from its source text.

What is decided for every order anew, such as a rule's condition, is put together once from the
policy's data and then runs as fast as if it had been written by hand. The text is shown where an
error passes through it.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from weakref import finalize

from ordercancel.domain.exact import exact

_NUMBERS = count(1)


def compile_function(name: str, source: str, names: Mapping[str, object]) -> Callable[..., Any]:
    """The function called `name` that `source` defines.

    Args:
        name: What it is called in `source`.
        source: The text of a ``def``. Only the library's own words and what `literal` writes may
            stand in it; everything else goes by `names`.
        names: What the text calls by name.
    """
    place = f"<ordercancel {name} {next(_NUMBERS)}>"
    found: dict[str, Any] = dict(names)
    exec(compile(source, place, "exec"), found)  # noqa: S102 - the text is our own, see above
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    made: Callable[..., Any] = found[name]
    finalize(made, linecache.cache.pop, place, None).atexit = False  # policies come and go
    return made


def literal(value: str | int) -> str:
    """The text of a word or a whole number; of a subclass, whatever it says of itself.

    >>> literal("a")
    "'a'"
    """
    return repr(exact(value))
