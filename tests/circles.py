"""Fails where files of the library import each other in a circle, annotations included.

``python tests/circles.py``: prints the circle, and exits with 1.
"""

from __future__ import annotations

import sys
from graphlib import CycleError, TopologicalSorter

from grimp import build_graph


def circle(package: str) -> list[str]:
    """The files of a circle of imports in `package`, in order; empty where there is none.

    Imports under ``TYPE_CHECKING`` and inside of functions count as all others do.
    """
    graph = build_graph(package, exclude_type_checking_imports=False, cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


if __name__ == "__main__":
    found = circle(sys.argv[1] if len(sys.argv) > 1 else "ordercancel")
    print(" imports\n".join(found) or "no circle of files")
    sys.exit(bool(found))
