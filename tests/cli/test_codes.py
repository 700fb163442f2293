"""``ordercancel codes``: what the codes mean that programs go by."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ordercancel.cli.main import main
from ordercancel.explain.codes import CodeOf, codes
from ordercancel.policies import CONECT, QOO10

SOURCE = Path(__file__).parents[2] / "src" / "ordercancel"


def test_says_what_a_code_means_and_whose_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Of all policies that have it, in words of their own."""
    assert main(["codes", "not_due", "rejected_before", "malformed", "hole"]) == 0
    assert capsys.readouterr().out == (
        "not_due: a refusal by the rules\n"
        "  The deadline has not come due.\n"
        "rejected_before: a refusal by the rules (conect)\n"
        "  Cancellation cannot be requested again after a request was rejected.\n"
        "rejected_before: a refusal by the rules (qoo10)\n"
        "  Cancellation cannot be requested again once it was rejected.\n"
        "malformed: a wrong input\n"
        "  It can't be read as JSON.\n"
        "hole: a fault of a policy\n"
        "  A command that is granted in one case, and in another neither granted nor forbidden\n"
    )


def test_says_it_in_japanese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codes", "not_due", "--lang", "ja"]) == 0
    assert capsys.readouterr().out == (
        "not_due: ルールによる拒否\n  期限はまだ到来していません。\n"
    )


def test_gives_them_to_programs_in_every_language(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["codes", "not_due", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "code": "not_due",
            "of": "refusal",
            "text": {
                "ja": "期限はまだ到来していません。",
                "en": "The deadline has not come due.",
            },
            "policy": "",
        }
    ]


def test_knows_the_codes_of_a_policy_of_ones_own(
    written: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    name = written(
        "import attrs\n"
        "from ordercancel.policies import QOO10\n"
        "from ordercancel.policy import Text, Texts\n"
        "shut = {'shut': Text('夜です。', 'We sleep.')}\n"
        "texts = attrs.evolve(QOO10.texts, refusals={**QOO10.texts.refusals, **shut})\n"
        "SHOP = attrs.evolve(QOO10, name='shop', texts=texts)\n"
    )
    assert main(["codes", "shut", "--policy", f"{name}:SHOP"]) == 0
    assert capsys.readouterr().out == "shut: a refusal by the rules (shop)\n  We sleep.\n"


def test_suggests_the_code_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["codes", "not_deu"])
    assert capsys.readouterr().err == (
        "ordercancel: no code 'not_deu'; for all of them: ordercancel codes "
        "(did you mean not_due?)\n"
    )


def test_every_code_of_an_input_that_the_library_makes_is_explained() -> None:
    known = {each.code for each in codes((CONECT, QOO10)) if each.of is CodeOf.INPUT}
    core = [path for path in SOURCE.rglob("*.py") if "testing" not in path.parts]
    named = re.compile(r'\bcode="(\w+)"')
    made = {code for path in core for code in named.findall(path.read_text(encoding="utf-8"))}
    made -= {each.code for each in codes(()) if each.of is CodeOf.REFUSAL}
    assert {"wrong_digest", "unknown_line", "malformed"} <= made
    assert sorted(made - known) == []
