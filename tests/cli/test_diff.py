"""`ordercancel diff` and `ordercancel rules --format json` as a person runs them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from ordercancel.cli.main import main

Written = Callable[[str], str]

SHOP = "examples.half_hour_shop:SHOP"

EDITIONS = """
import attrs
from datetime import timedelta
from examples.half_hour_shop import SHOP
from ordercancel import Text
from ordercancel.policies import conect
from ordercancel.policy import After

NO_SECOND_TIME = conect(edition="2", may_ask_again=False)

(deadline,) = SHOP.deadlines
(reason,) = SHOP.request_reasons.reasons
renamed = attrs.evolve(reason, label=Text("心変わり", "Changed mind"))
LATER = attrs.evolve(
    SHOP,
    edition="2027",
    deadlines=(attrs.evolve(deadline, due=After(timedelta(hours=72))),),
    request_reasons=attrs.evolve(SHOP.request_reasons, reasons=(renamed,)),
    wording=attrs.evolve(SHOP.wording, refusals={"closed": Text("遅すぎます。", "Too late.")}),
)
"""

LARGE = """
import attrs
from examples.half_hour_shop import SHOP, TERMS
from ordercancel import RequestCancellation, Rule, Text
from ordercancel.policy import Forbid
from ordercancel.rules.facts import attribute_number

facts = tuple(attribute_number(f"number_{n}", Text("数", "number")) for n in range(8))
rules = tuple(
    Rule(
        f"shop.{fact.name}",
        on=RequestCancellation,
        effect=Forbid("closed"),
        when=fact.is_known & (fact > 5),
        cites=TERMS,
    )
    for fact in facts
)
LARGE = attrs.evolve(SHOP, facts=facts, rules=(*SHOP.rules, *rules))
"""


class TestDiff:
    def test_of_the_same_is_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Exit status 0."""
        assert main(["diff", "conect", "conect"]) == 0
        assert capsys.readouterr().out == (
            "conect 1 → conect 1\n事実の組み合わせ 4,488 通りのうち、0 通りで答えが異なる。\n"
        )

    def test_of_two_editions_is_what_they_answer_differently(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Exit status 1."""
        name = f"{written(EDITIONS)}:NO_SECOND_TIME"
        assert main(["diff", "conect", name, "--lang", "en"]) == 1
        told = capsys.readouterr().out
        assert "3,456 of 7,512 combinations of facts are answered differently.\n" in told
        assert "  → refuse (rejected_before) — conect.no_second_request\n" in told
        assert main(["diff", "conect", name]) == 1
        assert "\nキャンセルの要請 (RequestCancellation): 20\n" in capsys.readouterr().out

    def test_is_told_to_programs(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = f"{written(EDITIONS)}:NO_SECOND_TIME"
        assert main(["diff", "conect", name, "--format", "json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["before"]["edition"], told["after"]["edition"]) == ("1", "2")
        assert [change["count"] for change in told["changes"]] == [20, 3_436]

    def test_names_deadlines_reasons_and_texts(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What no rule answers differently, and people notice all the same."""
        assert main(["diff", SHOP, f"{written(EDITIONS)}:LATER", "--lang", "en"]) == 1
        assert capsys.readouterr().out == (
            "half-hour-shop 2026 → half-hour-shop 2027\n"
            "0 of 1,230 combinations of facts are answered differently.\n"
            'request_reasons.reasons[changed_mind].label.ja: "気が変わった" → "心変わり"\n'
            "deadlines[shop.silence_approves].due.after_seconds: 172800.0 → 259200.0\n"
            'refusals.closed.ja: "この注文はキャンセルできません。" → "遅すぎます。"\n'
            'refusals.closed.en: "It is too late to cancel." → "Too late."\n'
        )

    def test_of_two_marketplaces_is_told_as_far_as_they_can_be_compared(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["diff", "conect", "qoo10", "--lang", "en"]) == 1
        told = capsys.readouterr().out
        assert "Only conect 1 has order status: placed, accepted, discontinued\n" in told
        assert 'cancel_move: "discontinue" → "cancel"\n' in told
        assert "1,883 of 2,592 combinations of facts are answered differently.\n" in told

    @pytest.mark.parametrize("names", [("bazaar", "conect"), ("conect", "bazaar")])
    def test_of_what_is_no_policy_is_not_started(
        self, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["diff", *names])
        assert stopped.value.code == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "no policy 'bazaar'" in told.err

    def test_of_too_much_is_not_started(
        self, written: Written, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["diff", SHOP, f"{written(LARGE)}:LARGE"]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "combinations or cases are too many" in told.err


class TestRulesForPrograms:
    def test_are_the_whole_policy(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rules", "qoo10", "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["name"], told["zone"]) == ("qoo10", "Asia/Tokyo")
        (instant,) = (rule for rule in told["rules"] if rule["id"] == "qoo10.instant_new")
        assert instant["clauses"] == ["qoo10.1.instant-new"]
        assert instant["effect"] == "cancel"

    def test_are_written_in_japanese_as_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Not in escapes; indented, for people who look at it."""
        assert main(["rules", SHOP, "--format", "json"]) == 0
        told = capsys.readouterr().out
        assert '\n    "ja": "30分の店",\n' in told

    def test_are_markdown_otherwise(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rules", "qoo10", "--format", "markdown", "--lang", "en"]) == 0
        assert "`qoo10.instant_new`" in capsys.readouterr().out
