"""The picture says what it is about, in the language that its fonts can write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ordercancel.bulk import plot
from ordercancel.bulk.plot import plot_shares, speaks
from ordercancel.domain.errors import InvalidValue
from ordercancel.policies import QOO10

COUNTS: Mapping[str, Mapping[str | None, int]] = {
    "new": {"cancel": 1_999, "refer": 0, "refuse": 1},
    "shipping_requested": {"refer": 30, "cancel": 10, None: 10},
    "delayed": {"refuse": 0},
}


@pytest.fixture
def no_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "JAPANESE_FONTS", ("No Such Font",))


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    """A font that is said to have the Japanese characters."""
    monkeypatch.setattr(plot, "JAPANESE_FONTS", ("No Such Font", "DejaVu Sans"))


class TestAPicture:
    def test_shows_the_shares_of_each_status_that_has_orders(self, tmp_path: Path) -> None:
        """In the order of the chart; what is nearly all is not said to be all."""
        file = tmp_path / "shares.svg"
        plot_shares(QOO10, COUNTS, file, subtitle="as of noon")
        drawn = file.read_text(encoding="utf-8")
        for text in (
            "Qoo10 (marketplace)",
            "as of noon",
            "New order",
            "Shipping requested",
            "cancel at once",
            "refer to the answerer",
            "refuse",
            "undecided",
            "&gt;99%",
            "60%",
            "20%",
            "2,000",
            "share of the orders (their number at the right)",
        ):
            assert f"<!-- {text} -->" in drawn
        assert "Shipping delayed" not in drawn
        assert drawn.index("<!-- New order") < drawn.index("<!-- Shipping requested")

    def test_leaves_out_verdicts_that_no_order_gets(self, tmp_path: Path) -> None:
        file = tmp_path / "shares.svg"
        plot_shares(QOO10, {"new": {"cancel": 3}}, file)
        drawn = file.read_text(encoding="utf-8")
        assert "<!-- cancel at once -->" in drawn
        assert "<!-- refuse -->" not in drawn

    def test_of_no_orders_is_empty(self, tmp_path: Path) -> None:
        plot_shares(QOO10, {}, tmp_path / "shares.png")
        assert (tmp_path / "shares.png").read_bytes().startswith(b"\x89PNG")

    def test_is_the_same_file_for_the_same_counts(self, tmp_path: Path) -> None:
        for name in ("one.svg", "two.svg"):
            plot_shares(QOO10, COUNTS, tmp_path / name)
        assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()

    def test_with_another_ending_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidValue, match=r"plot_shares\.file: is .*shares\.gif"):
            plot_shares(QOO10, COUNTS, tmp_path / "shares.gif")
        assert list(tmp_path.iterdir()) == []


class TestJapanese:
    @pytest.mark.usefixtures("no_japanese")
    def test_is_not_spoken_without_a_font(self) -> None:
        assert (speaks("ja"), speaks("en")) == ("en", "en")

    @pytest.mark.usefixtures("japanese")
    def test_is_spoken_with_a_font(self) -> None:
        assert (speaks("ja"), speaks("en")) == ("ja", "en")

    @pytest.mark.usefixtures("japanese")
    @pytest.mark.filterwarnings("ignore:Glyph")  # it is only said to have them
    def test_has_the_words_of_the_policy(self, tmp_path: Path) -> None:
        file = tmp_path / "shares.svg"
        plot_shares(QOO10, COUNTS, file, lang="ja")
        drawn = file.read_text(encoding="utf-8")
        for text in ("新規注文", "即時キャンセル", "未定", "注文の割合（右は注文数）"):
            assert f"<!-- {text} -->" in drawn
