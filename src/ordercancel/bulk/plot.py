"""A picture of what a policy answers to many orders: the shares of the verdicts by status.

Needs the extra ``ordercancel[plot]``. It draws without a screen, into a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from ordercancel.bulk.files import PICTURES, expected_ending, whole
from ordercancel.bulk.plan import verdict_text
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Verdict
from ordercancel.policy.policy import Policy

__all__ = ["plot_shares"]

JAPANESE_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans JP",
    "IPAexGothic",
    "IPAGothic",
    "BIZ UDGothic",
    "Hiragino Sans",
    "Yu Gothic",
    "Meiryo",
    "MS Gothic",
    "TakaoPGothic",
    "VL Gothic",
)
"""Fonts that have the Japanese characters; the first that is there is taken."""

_FONT = "DejaVu Sans"
"""Comes with matplotlib."""

# Told apart by those who can't tell red from green, and on paper without colours.
_COLORS: Mapping[str | None, tuple[str, str]] = {
    Verdict.CANCEL: ("#1b6ca8", "white"),
    Verdict.REFER: ("#f2b134", "black"),
    Verdict.REFUSE: ("#c9ced6", "black"),
    None: ("#ffffff", "black"),
}
_ROOM = 0.06
"""The smallest share that has room for its number."""


def speaks(lang: Lang) -> Lang:
    """The language that a picture can be written in: English, where no Japanese font is there."""
    return "en" if lang == "ja" and _japanese_font() is None else lang


def plot_shares(
    policy: Policy,
    counts: Mapping[str, Mapping[str | None, int]],
    file: Path | str,
    *,
    lang: Lang = "en",
    subtitle: str = "",
) -> None:
    """Draw, for each status that has orders, which share of them gets which verdict.

    Args:
        policy: The policy that gave the verdicts.
        counts: How many orders of a status get a verdict; None stands for undecided.
        file: Where to; the name ends with ``.png`` or ``.svg``. It is replaced when all is drawn.
        lang: The language; see `speaks`.
        subtitle: A line below the title, such as the moment that was asked about.

    Raises:
        InvalidValue: The name ends otherwise.
    """
    file = Path(file)
    if file.suffix not in PICTURES:
        fault = Fault("plot_shares.file", f"is {str(file)!r:.200}", expected_ending(PICTURES))
        raise InvalidValue([fault])
    font = _japanese_font() if lang == "ja" else None
    settings: Any = {
        "font.family": [font or _FONT],
        "font.size": 10,
        "svg.hashsalt": "ordercancel",  # the same picture, the same file
        "svg.fonttype": "path",
    }
    with rc_context(settings), whole(file) as part:
        figure = _figure(policy, counts, lang, subtitle)
        kind = file.suffix[1:]
        metadata = {"Date": None} if kind == "svg" else None
        figure.savefig(str(part), format=kind, dpi=150, metadata=metadata)


def _figure(
    policy: Policy, counts: Mapping[str, Mapping[str | None, int]], lang: Lang, subtitle: str
) -> Figure:
    statuses = [
        status for status in policy.orders.statuses if sum(counts.get(status, {}).values())
    ]
    height = 1.9 + 0.5 * max(1, len(statuses))
    figure = Figure(figsize=(9, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places = range(len(statuses))
    starts = [0.0] * len(statuses)
    for verdict, (color, ink) in _COLORS.items():
        shares = [_share(counts[status], verdict) for status in statuses]
        if not any(shares):
            continue
        bars = axes.barh(
            places,
            shares,
            left=starts,
            color=color,
            edgecolor="#5b6470",
            linewidth=0.6,
            height=0.72,
            label=verdict_text(verdict)[lang],
        )
        numbers = [_percent(share) if share >= _ROOM else "" for share in shares]
        axes.bar_label(bars, numbers, label_type="center", color=ink)
        starts = [start + share for start, share in zip(starts, shares, strict=True)]
    for place, status in enumerate(statuses):
        number = f"{sum(counts[status].values()):,}"
        axes.text(1.01, place, number, ha="left", va="center", color="#5b6470")
    axes.set_yticks(places, [policy.status_text(status)[lang] for status in statuses])
    _dress(axes, lang)
    figure.suptitle(
        f"{policy.text(policy.title or policy.name)[lang]}\n{subtitle}".strip(),
        ha="left",
        x=0.01,
        fontsize=12,
    )
    return figure


def _dress(axes: Axes, lang: Lang) -> None:
    """Axes without what says nothing; the first status on top."""
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(xmax=1))
    axes.set_xlabel(
        Text("注文の割合（右は注文数）", "share of the orders (their number at the right)")[lang]
    )
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        axes.legend(
            handles,
            labels,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(handles),
            frameon=False,
            borderaxespad=0.2,
        )


def _share(counts: Mapping[str | None, int], verdict: str | None) -> float:
    return counts.get(verdict, 0) / sum(counts.values())


def _percent(share: float) -> str:
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def _japanese_font() -> str | None:
    there = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in JAPANESE_FONTS if name in there), None)
