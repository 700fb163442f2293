"""Code generation: compiles one function from source that the library wrote itself.

What is evaluated for every order, such as a rule's condition, is generated once from the policy's
data and then runs as fast as handwritten code. Tracebacks show the generated source.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Mapping
from typing import Any


def compile_function(name: str, source: str, names: Mapping[str, object]) -> Callable[..., Any]:
    """Compile `source` and return the function `name` that it defines.

    Args:
        name: What it is called in `source`.
        source: The text of a ``def``. Only the library's own identifiers, numbers and literals
            written by ``repr`` may occur in it; every other value is passed in `names`.
        names: The globals of the function.
    """
    place = f"<ordercancel {name} {hash(source):x}>"
    namespace: dict[str, Any] = dict(names)
    exec(compile(source, place, "exec"), namespace)  # noqa: S102 - the text is our own, see above
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    function: Callable[..., Any] = namespace[name]
    return function
