"""Pictures drawn by Graphviz where it is installed, else without it."""

from __future__ import annotations

import shutil
import subprocess

from ordercancel.explain.pictures import Chart, drawn, plain_svg

PATIENCE = 30
"""How many seconds Graphviz has for one picture."""


def draw(chart: Chart) -> str:
    """Return `chart` as SVG: by ``dot`` where it is on the path and does it, else plainly."""
    dot = shutil.which("dot")
    if dot is None:
        return plain_svg(chart)
    try:
        done = subprocess.run(  # noqa: S603 - the program that the path names, no shell
            [dot, "-Tsvg"],
            input=chart.dot.encode(),
            capture_output=True,
            check=True,
            timeout=PATIENCE,
        )
        return drawn(done.stdout.decode(), chart.title)
    except (OSError, ValueError, subprocess.SubprocessError):
        return plain_svg(chart)
