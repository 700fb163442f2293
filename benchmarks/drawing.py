"""The figures of the benchmarks, drawn without a screen into a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

# Told apart without colours too: the marks and the lines differ.
_BY_HAND: Mapping[str, Any] = {"linestyle": ":", "markerfacecolor": "white"}
_STYLES: Mapping[str, tuple[str, Any]] = {
    "duckdb": ("DuckDB", {"color": "#1b6ca8", "marker": "o"}),
    "polars": ("Polars", {"color": "#d1495b", "marker": "s"}),
    "duckdb by hand": ("DuckDB by hand", {"color": "#1b6ca8", "marker": "o", **_BY_HAND}),
    "polars by hand": ("Polars by hand", {"color": "#d1495b", "marker": "s", **_BY_HAND}),
}
_MEASURES = (("processor", "seconds of processor"), ("peak_mb", "peak memory of the process, MB"))


def drawn(growth: Mapping[str, Sequence[Mapping[str, Any]]], file: Path) -> None:
    """Draw a row of two pictures for each policy: seconds, and memory."""
    figure = Figure(figsize=(9, 3.4 * len(growth)), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(len(growth), len(_MEASURES), squeeze=False, sharex=True)
    for axes, (policy, rows) in zip(grid, growth.items(), strict=True):
        for each, (measure, label) in zip(axes, _MEASURES, strict=True):
            _draw(each, rows, measure)
            each.set_title(f"{policy}: {label}", loc="left", fontsize=10)
    for each in grid[-1]:
        each.set_xlabel("orders")
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(_STYLES), frameon=False)
    _save(figure, file, "bulk")


def bars(groups: Mapping[str, Sequence[tuple[str, float]]], ours: str, file: Path) -> None:
    """Draw a picture for each group: a bar for each way, as long as its seconds by powers."""
    heights = [len(ways) for ways in groups.values()]
    figure = Figure(figsize=(9, 0.3 * sum(heights) + 0.9 * len(groups)), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(
        len(groups), 1, squeeze=False, sharex=True, gridspec_kw={"height_ratios": heights}
    )
    for (axes,), (group, ways) in zip(grid, groups.items(), strict=True):
        _draw_bars(axes, sorted(ways, key=lambda way: way[1], reverse=True), ours)
        axes.set_title(group, loc="left", fontsize=10)
    grid[-1][0].set_xlabel("microseconds")
    _save(figure, file, "speed")


def _draw_bars(axes: Axes, ways: Sequence[tuple[str, float]], ours: str) -> None:
    names = [name for name, _ in ways]
    micros = [seconds * 1e6 for _, seconds in ways]
    colors = ["#1b6ca8" if name.startswith(ours) else "#b8c0ca" for name in names]
    drawn_bars = axes.barh(names, micros, color=colors, height=0.7)
    axes.bar_label(drawn_bars, [f"{each:,.3g}" for each in micros], padding=4, fontsize=9)
    axes.set_xscale("log")
    axes.margins(x=0.12, y=0.02)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.tick_params(labelbottom=True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="x", color="#e3e6ea", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def _save(figure: Figure, file: Path, salt: str) -> None:
    """Write the picture; the same figures give the same file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with rc_context({"svg.hashsalt": salt}):
        figure.savefig(file, dpi=120, metadata={"Date": None} if file.suffix == ".svg" else None)


def _draw(axes: Axes, rows: Sequence[Mapping[str, Any]], measure: str) -> None:
    for way, (label, style) in _STYLES.items():
        found = [(row["orders"], row[measure]) for row in rows if row["way"] == way]
        axes.plot(*zip(*found, strict=True), label=label, markersize=5, **style)
    sizes = sorted({row["orders"] for row in rows})
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(_shortly))
    axes.tick_params(labelbottom=True)
    axes.grid(visible=True, color="#e3e6ea", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    if measure == "processor":
        # On both scales by powers: twice the orders in twice the time is a straight line.
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        axes.set_ylim(0, 1.15 * max(row[measure] for row in rows))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _shortly(orders: float, _: object) -> str:
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if orders >= unit:
            return f"{orders / unit:g} {name}"
    return f"{orders:g}"
