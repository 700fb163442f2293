"""`ordercancel explain` as a person runs it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lines import ORDER, REQUEST, SELLER
from ordercancel.cli.main import main

Written = Callable[[str], str]

WITHDRAW = {
    "at": "2024-05-01T10:00:00+09:00",
    "do": "withdraw",
    "order_id": "A-1",
    "by": "buyer:b-1",
}
OWN = """
from ordercancel.policies import conect

OWN = conect(edition="own", may_withdraw=True)
"""
TICK = {"at": "2024-05-01T10:00:00+09:00", "do": "tick"}


@pytest.fixture
def scenario(tmp_path: Path) -> Any:
    """Writes lines into a scenario, and gives its name."""

    def write(*lines: dict[str, Any] | str) -> str:
        file = tmp_path / "scenario.jsonl"
        texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        file.write_text("\n".join(texts), encoding="utf-8")
        return str(file)

    return write


class TestEveryLine:
    def test_is_explained_in_its_turn(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What was granted and what was refused, each with its rule and its clauses."""
        file = scenario(SELLER, ORDER, REQUEST, REQUEST, WITHDRAW)
        assert main(["explain", file, "--lang", "en"]) == 0
        told = capsys.readouterr()
        assert told.err == ""
        first, second, third = told.out.removesuffix("\n\n").split("\n\n")
        assert first.startswith("[3] ")
        assert (
            "\nVerdict: Whether the cancellation is accepted is for the seller to decide.\n"
            in first
        )
        assert "\n  - refer to the seller [conect.refer]\n" in first
        assert "conect.1-1.is-a-request" in first
        assert second.startswith("[4] ")
        assert "\nVerdict: refuse [request_open]\n" in second
        assert third.startswith("[5] ")
        assert "\nVerdict: refuse [not_permitted]\n" in third

    def test_is_explained_in_japanese_where_the_environment_is(
        self, scenario: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LANG", "ja_JP.UTF-8")
        assert main(["explain", scenario(SELLER, ORDER, REQUEST)]) == 0
        told = capsys.readouterr().out
        assert "\n結果：キャンセルを受け付けるかどうかは、受注側の判断となります。\n" in told
        assert "\n  - 受注側の判断へ [conect.refer]\n" in told

    def test_is_explained_to_programs_on_a_line(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = scenario(SELLER, ORDER, REQUEST, WITHDRAW)
        assert main(["explain", file, "--format", "json"]) == 0
        asked, withdrawn = map(json.loads, capsys.readouterr().out.splitlines())
        assert (asked["line"], asked["verdict"], asked["codes"]) == (3, "refer", [])
        assert [cause["id"] for cause in asked["causes"]] == ["conect.refer"]
        assert (withdrawn["line"], withdrawn["codes"]) == (4, ["not_permitted"])

    def test_that_comes_again_is_not_explained_again(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the id of a command that was carried out, nothing is judged."""
        once = {**REQUEST, "command_id": "c-1"}
        assert main(["explain", scenario(SELLER, ORDER, once, once)]) == 0
        assert capsys.readouterr().out.count("Verdict: ") == 1

    @pytest.mark.parametrize("file", [[], ["-"]])
    def test_may_come_from_standard_input(
        self, file: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = "\n".join(json.dumps(each) for each in (SELLER, ORDER, REQUEST)).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert main(["explain", *file]) == 0
        assert capsys.readouterr().out.startswith("[3] ")

    def test_that_is_no_command_is_passed_over(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Parties, orders, comments, and a tick that nothing was due at."""
        assert main(["explain", scenario("# asked twice", SELLER, ORDER, TICK, REQUEST)]) == 0
        told = capsys.readouterr()
        assert told.out.startswith("[5] ")
        assert told.err == ""


class TestALineThatFails:
    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            ({**REQUEST, "order_id": "A-9"}, "no order 'A-9'"),
            ({**REQUEST, "by": "buyer:b-2"}, "no order 'A-1'"),
            ({**REQUEST, "at": "2024-05-01T10:00:00"}, "has no UTC offset"),
            ({**REQUEST, "by": "guest:b-1"}, "ROLE:ID"),
            ({"order": {**ORDER["order"], "policy": "bazaar"}}, "no policy 'bazaar'"),
        ],
        ids=["order", "stranger", "time", "actor", "policy"],
    )
    def test_is_told_on_standard_error(
        self, line: Any, problem: str, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It could be read, so the exit status is 0, and the lines after it are explained."""
        assert main(["explain", scenario(SELLER, ORDER, line, REQUEST)]) == 0
        told = capsys.readouterr()
        assert told.err.startswith("ordercancel: line 3: ")
        assert problem in told.err
        assert told.out.count("\nVerdict: ") == 1
        assert told.out.startswith("[4] ")

    @pytest.mark.parametrize(
        ("line", "ja"),
        [
            ("{", "3行目：この行の形式に誤りがあります。（not a line of JSON"),
            (
                {**REQUEST, "order_id": "A-9"},
                "3行目：該当する注文がないか、この操作者の注文ではありません。（no order 'A-9'",
            ),
            (
                {"order": {**ORDER["order"], "policy": "bazaar"}},
                "3行目：該当するポリシーがありません。（no policy 'bazaar'",
            ),
            (
                {**REQUEST, "at": "2024-05-01T10:00:00"},
                "3行目：値に誤りがあります。（request.at: ",
            ),
        ],
        ids=["malformed", "order", "policy", "time"],
    )
    def test_is_told_in_the_language_of_the_reader(
        self, line: Any, ja: str, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What a program wrote wrongly stands in brackets, for whoever mends it."""
        main(["explain", scenario(SELLER, ORDER, line, REQUEST), "--lang", "ja"])
        assert capsys.readouterr().err.startswith(f"ordercancel: {ja}")

    def test_and_can_not_even_be_read_shows_in_the_exit_status(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["explain", scenario(SELLER, ORDER, "{", REQUEST)]) == 1
        told = capsys.readouterr()
        assert told.err.startswith("ordercancel: line 3: not a line of JSON")
        assert told.out.startswith("[4] ")

    def test_is_not_told_where_another_was_asked_for(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = scenario(SELLER, ORDER, {**REQUEST, "order_id": "A-9"}, REQUEST)
        assert main(["explain", file, "--line", "4"]) == 0
        assert capsys.readouterr().err == ""


class TestAnInputThatIsWrong:
    def test_is_explained_with_the_clause_that_bounds_it(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Twenty-one characters, in the reader's language and the document's words."""
        long = {**REQUEST, "reason": "other", "text": "あ" * 21}
        file = scenario(SELLER, ORDER, long)
        assert main(["explain", file, "--lang", "ja"]) == 0
        told = capsys.readouterr()
        assert told.err == ""
        assert told.out == (
            "[3] ポリシー：CO-NECT（卸売の受発注） 第1版\n"
            "入力に誤りがあります [text_too_long]\n"
            "理由：\n"
            "  - 20文字以内で入力してください。（現在21文字）\n"
            "    原文（conect.1-1.other-20）：「その他」を選択した場合は"
            "キャンセル理由(20文字以内)を入力してください。\n"
            "      当方の解釈：「その他」の場合は入力が必須で、1文字以上20文字以内。\n\n"
        )

    def test_is_explained_in_japanese_where_it_is_longer_than_anything_is_read(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = scenario(SELLER, ORDER, {**REQUEST, "reason": "other", "text": "あ" * 5001})
        assert main(["explain", file, "--lang", "ja"]) == 0
        assert "\n  - 4,000文字以内で入力してください。\n" in capsys.readouterr().out

    def test_is_explained_to_programs(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = scenario(SELLER, ORDER, {**REQUEST, "reason": "boredom"})
        assert main(["explain", file, "--format", "json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["line"], told["verdict"], told["codes"]) == (3, None, ["reason_not_offered"])
        (cause,) = told["causes"]
        assert cause["effect"].startswith(
            "That reason is not offered here. Those that are: “Wrong item” (wrong_item), "
        )
        assert cause["facts"][0].startswith(
            "RequestCancellation.reason: 'boredom' is not offered; expected one of: wrong_item"
        )

    def test_tells_a_role_without_any_reason_that_it_has_none(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The seller of CO-NECT may not ask at all, with a buyer's reason or any other."""
        file = scenario(SELLER, ORDER, {**REQUEST, "by": "seller:s-1"})
        assert main(["explain", file, "--lang", "ja"]) == 0
        assert (
            "\n  - 選択された理由は、ここでは利用できません。"
            "受注側がこの操作で選択できる理由はありません。\n"
        ) in capsys.readouterr().out


QOO10_ORDER = {
    "order": {
        "id": "A-1",
        "policy": "qoo10",
        "status": "shipping_requested",
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": "2024-05-01T09:00:00+09:00",
        "ship_on": "2024-05-09",
    }
}
ASK = {**REQUEST, "reason": "changed_mind"}


class TestADeadline:
    def test_that_a_tick_fired_is_explained(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """By what it ran, when it was due, and on whose word."""
        tick = {"at": "2024-05-06T10:00:00+09:00", "do": "tick"}
        assert main(["explain", scenario(QOO10_ORDER, ASK, tick), "--line", "3"]) == 0
        told = capsys.readouterr().out
        assert told.startswith(
            "[3] Policy: Qoo10 (marketplace), edition 1\n"
            "Because:\n  - it is marked overdue [qoo10.overdue]\n"
        )
        assert (
            "\n    facts: answering the request: due by 2024-05-05 24:00 "
            "(the end of the day 4 d after the request)\n"
        ) in told
        assert "\n    we decided, the document is silent (qoo10.3.counters): " in told
        assert "Verdict" not in told

    def test_that_fired_before_a_command_is_explained_before_it(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        own = {**ORDER["order"], "policy": "shop"}
        del own["channel"]
        late = {**WITHDRAW, "at": "2024-05-02T10:00:00+09:00"}
        options = ["--policy", "examples.half_hour_shop:SHOP"]
        assert main(["explain", scenario({"order": own}, ASK, late), *options]) == 0
        _, silence, withdrawal, _ = capsys.readouterr().out.split("\n\n")
        assert silence.startswith(
            "[3] Policy: shop, edition 1\nBecause:\n  - the request is approved [seller_silent]\n"
        )
        assert withdrawal.startswith("[3] Asked: Withdrawing (order A-1, the buyer b-1, ")
        assert "\nVerdict: refuse [no_open_request]\n" in withdrawal


class TestOneLine:
    def test_is_explained_alone(self, scenario: Any, capsys: pytest.CaptureFixture[str]) -> None:
        """After all that comes before it."""
        file = scenario(SELLER, ORDER, REQUEST, REQUEST, WITHDRAW)
        assert main(["explain", file, "--line", "4", "--lang", "en"]) == 0
        told = capsys.readouterr().out
        assert told.startswith("[4] ")
        assert told.count("Verdict: ") == 1
        assert "refuse [request_open]" in told

    @pytest.mark.parametrize("line", ["1", "3", "4", "9"])
    @pytest.mark.parametrize(
        ("lang", "told"),
        [
            ("en", "line {} has nothing to explain; expected a command, an update, or a tick"),
            ("ja", "{}行目には、説明できる判断がありません。操作、注文情報の更新、または"),
        ],
    )
    def test_has_to_be_one_that_does_something(
        self, line: str, lang: str, told: str, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A party does nothing, nor do a tick without dues, options, a line that is not there."""
        options = {**WITHDRAW, "do": "options"}
        file = scenario(SELLER, ORDER, TICK, options, REQUEST)
        with pytest.raises(SystemExit) as stopped:
            main(["explain", file, "--line", line, "--lang", lang])
        assert stopped.value.code == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert told.format(line) in printed.err


class TestAnUpdate:
    def test_is_explained_by_what_follows_from_it(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """An order that is told as shipped closes its request, and its buyer is told."""
        shipped = {"do": "update", "order_id": "A-1", "by": "system", "status": "shipped"}
        buyer = {"party": {"id": "b-1", "name": "テスト一号店"}}
        at = {"at": "2024-05-01T11:00:00+09:00"}
        file = scenario(SELLER, buyer, ORDER, REQUEST, {**shipped, **at})
        assert main(["explain", file, "--line", "5", "--lang", "en"]) == 0
        assert capsys.readouterr().out.splitlines()[:7] == [
            "[5] Asked: Updating the order (order A-1, system, 2024-05-01 11:00)",
            "Policy: CO-NECT (wholesale ordering), edition 1",
            "Because:",
            "  - what the host tells is recorded, and no rule is asked",
            "    facts: order status: Shipped",
            "What follows:",
            "  - The order changes from “Placed” to “Shipped”.",
        ]

    def test_tells_whose_word_its_message_is(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """That there is such a mail was decided; its words are the policy's own."""
        update = {"do": "update", "order_id": "A-1", "by": "system", "status": "shipped"}
        at = {"at": "2024-05-01T11:00:00+09:00"}
        file = scenario(SELLER, ORDER, REQUEST, {**update, **at})
        assert main(["explain", file, "--line", "4", "--lang", "ja"]) == 0
        assert (
            "\n  - 発注側への通知（メール）：「【受発注システム CO-NECT】出荷済のため、"
            "キャンセルできませんでした。」〔送付：原文に定めなし、件名：独自、本文：独自〕\n"
        ) in capsys.readouterr().out

    def test_a_message_of_a_deadline_tells_whose_word_it_is(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tick = {"at": "2024-05-10T10:00:00+09:00", "do": "tick"}
        file = scenario(QOO10_ORDER, ASK, tick)
        assert main(["explain", file, "--line", "3", "--format", "json"]) == 0
        fired = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        told = [each["basis"] for block in fired for each in block["follows"]]
        assert told
        assert all(each.keys() == {"sent", "subject", "body"} for each in told)

    def test_is_explained_before_the_deadlines_that_it_lets_fire(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        update = {"do": "update", "order_id": "A-1", "by": "system", "facts": {"item": "別の品"}}
        at = {"at": "2024-05-06T10:00:00+09:00"}
        file = scenario(QOO10_ORDER, ASK, {**update, **at})
        assert main(["explain", file, "--line", "3", "--lang", "ja"]) == 0
        told, fired, _ = capsys.readouterr().out.split("\n\n")
        assert told.startswith("[3] 内容：注文情報の更新（注文 A-1、system、")
        assert "[qoo10.overdue]" in fired

    def test_that_is_refused_says_why(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        update = {"do": "update", "order_id": "A-1", "by": "system", "status": "discontinued"}
        at = {"at": "2024-05-01T11:00:00+09:00"}
        assert main(["explain", scenario(ORDER, {**update, **at}), "--lang", "ja"]) == 0
        told = capsys.readouterr().out
        assert "キャンセル済みの注文の状態は変更できません。" in told


class TestAPolicyOfOnesOwn:
    def test_takes_the_place_of_a_built_in_one_with_its_name(
        self, written: Written, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The other built-in one stays."""
        text = (
            "from ordercancel.policies import conect\nOWN = conect(edition='x', may_withdraw=True)"
        )
        own = f"{written(text)}:OWN"
        other = {**ORDER["order"], "id": "Q-1", "policy": "qoo10", "status": "new"}
        del other["channel"]
        file = scenario(
            SELLER,
            ORDER,
            REQUEST,
            WITHDRAW,
            {"order": other},
            {**REQUEST, "order_id": "Q-1", "reason": "changed_mind"},
        )
        assert main(["explain", file, "--policy", own, "--lang", "en"]) == 0
        told = capsys.readouterr()
        assert told.err == ""
        _, withdrawn, asked, _ = told.out.split("\n\n")
        assert "\nVerdict: This is possible.\n" in withdrawn
        assert "\n  - permit [conect.withdraw]\n" in withdrawn
        assert "\nVerdict: The order is cancelled at once, and nobody is asked.\n" in asked

    def test_stands_beside_the_built_in_ones(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        own = {**ORDER["order"], "policy": "shop"}
        del own["channel"]
        file = scenario({"order": own}, {**REQUEST, "reason": "changed_mind"})
        options = ["--policy", "examples.half_hour_shop:SHOP", "--lang", "en"]
        assert main(["explain", file, *options]) == 0
        assert "\n  - refer to the seller [buyer_asks]\n" in capsys.readouterr().out

    def test_that_is_none_is_named(
        self, scenario: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["explain", scenario(ORDER), "--policy", "json:loads"])
        assert stopped.value.code == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "'json:loads' is of type function; expected a Policy" in told.err


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, as for every command."""
    assert main(["explain", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err
