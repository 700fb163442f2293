"""`ordercancel replay` as a person runs it: files in, lines out, exit status."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from lines import ORDER, REQUEST, SELLER
from ordercancel.cli.lines import MAX_LINE_BYTES
from ordercancel.cli.main import main
from ordercancel.cli.replay import Replay
from ordercancel.policies import CONECT, QOO10
from ordercancel.stores.memory import MemoryStore

SCENARIOS = Path(__file__).parent.parent / "scenarios"
KEYS = ["line", "ok", "events", "order_status", "request_status", "labels", "rules", "clauses"]


def run(*lines: Any, store: MemoryStore | None = None) -> list[dict[str, Any]]:
    """The answers to `lines`: objects are written as JSON, strings and bytes as they are."""
    texts = (line if isinstance(line, str | bytes) else json.dumps(line) for line in lines)
    raw = [text.encode() if isinstance(text, str) else text for text in texts]
    return list(Replay([CONECT, QOO10], store or MemoryStore()).run(raw))


def replayed(name: str, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    assert main(["replay", str(SCENARIOS / name), *options]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestTheHelpArticlesWalk:
    def test_answers_as_the_document_says(self, capsys: pytest.CaptureFixture[str]) -> None:
        asked, approved, asked_again, rejected = replayed("conect-help.jsonl", capsys)
        assert asked["labels"]["buyer"] == "キャンセルリクエスト中"
        assert asked["labels"]["seller"] == (
            "発注者がキャンセルを希望しています 理由: その他：数量を間違えました"
        )
        assert [m["subject"] for m in asked["messages"]] == [
            "【受発注システム CO-NECT】キャンセルリクエストがありました(テスト一号店)"
        ]
        assert approved["order_status"] == "discontinued"
        assert approved["events"] == ["RequestGranted", "OrderCancelled"]
        assert approved["labels"] == {
            "buyer": "キャンセルリクエストが承認され取引停止されました",
            "seller": "取引中止",
        }
        assert [m["subject"] for m in approved["messages"]] == [
            "【受発注システム CO-NECT】オーダーがキャンセルされました"
        ]
        assert asked_again["line"] == 8
        assert rejected["order_status"] == "accepted"
        assert rejected["labels"] == {
            "buyer": "キャンセルできませんでした キャンセル却下 製造済みのため",
            "seller": "キャンセルのリクエストを却下しました。 製造済みのため",
        }
        assert [m["subject"] for m in rejected["messages"]] == [
            "【受発注システム CO-NECT】キャンセルできませんでした。"
        ]

    def test_answers_with_the_keys_of_the_format(self, capsys: pytest.CaptureFixture[str]) -> None:
        for answer in replayed("conect-help.jsonl", capsys):
            assert list(answer) == [*KEYS, "messages"]
            for message in answer["messages"]:
                assert list(message) == ["audience", "medium", "party", "subject", "body"]


class TestTheGuidesExample:
    def test_answers_as_the_document_says(self, capsys: pytest.CaptureFixture[str]) -> None:
        asked, rejected, again, shipped = replayed("qoo10-guide.jsonl", capsys)
        assert asked["request_status"] == "awaiting_seller"
        assert asked["labels"]["seller"].startswith("キャンセル・処理要請")
        assert rejected["order_status"] == "shipping_requested"
        assert rejected["labels"] == {
            "buyer": "キャンセル拒否 注文制作商品",
            "seller": "キャンセル拒否完了 注文制作商品",
        }
        assert [(m["audience"], m["medium"]) for m in rejected["messages"]] == [
            ("buyer", "app"),
            ("buyer", "mail"),
        ]
        assert all("注文制作商品" in message["body"] for message in rejected["messages"])
        assert (again["ok"], again["error"], again["codes"]) == (
            False,
            "refused",
            ["rejected_before"],
        )
        assert again["clauses"] == ["qoo10.4.no-second-request"]
        assert again["message"] == (
            "一度キャンセル拒否をしたご注文は、再度お客様側でキャンセル要請を出すことはできません。"
        )
        assert shipped["events"] == ["DutyMet", "OrderAdvanced"]
        assert shipped["order_status"] == "shipped"

    def test_speaks_english_when_asked_to(self, capsys: pytest.CaptureFixture[str]) -> None:
        again = replayed("qoo10-guide.jsonl", capsys, "--lang", "en")[2]
        assert again["message"] == ("Cancellation cannot be requested again once it was rejected.")


QOO10_ORDER = {
    "policy": "qoo10",
    "status": "shipping_requested",
    "buyer": "b-1",
    "seller": "s-1",
    "placed_at": "2022-08-15T09:00:00+09:00",
    "ship_on": "2022-08-17",
}
ASK = {
    "at": "2022-08-15T10:00:00+09:00",
    "do": "request",
    "by": "buyer:b-1",
    "reason": "changed_mind",
}


def asked(count: int) -> list[dict[str, Any]]:
    """Lines that register `count` orders of Qoo10 and ask to cancel each."""
    names = [f"Q-{number}" for number in range(count)]
    return [
        *({"order": {**QOO10_ORDER, "id": name}} for name in names),
        *({**ASK, "order_id": name} for name in names),
    ]


class TestEveryCommand:
    def test_can_be_given_by_a_line(self) -> None:
        at = {"at": "2022-08-15T10:00:00+09:00", "order_id": "Q-1"}
        buyer, seller = {**at, "by": "buyer:b-1"}, {**at, "by": "seller:s-1"}
        answers = run(
            {"order": {**QOO10_ORDER, "id": "Q-1", "status": "new", "ship_on": None}},
            {**seller, "do": "advance", "event": "plan_shipping", "ship_on": "2022-08-17"},
            {**buyer, "do": "request", "reason": "changed_mind"},
            {**seller, "do": "ask_withdrawal", "text": "発送準備中です"},
            {**buyer, "do": "answer_withdrawal", "accept": False},
            {**buyer, "do": "withdraw"},
            {**seller, "do": "approve", "by": "operator:o-1"},
            {**seller, "do": "reject", "reason": "ready_to_ship", "affirmed": True},
            {"at": "2022-08-16T00:00:00+09:00", "do": "tick"},
            {**seller, "do": "advance", "event": "ship", "by": "system"},
        )
        assert [answer["events"] or answer["codes"] for answer in answers] == [
            ["OrderAdvanced"],
            ["CancellationRequested", "DutyArose"],
            ["WithdrawalAsked"],
            ["WithdrawalHeld"],
            ["withdrawal_not_offered"],
            ["wrong_actor"],
            ["RequestRejected", "DutyArose"],
            ["DutyBreached"],
            ["OrderAdvanced"],
        ]
        assert answers[7]["order_status"] == "shipping_requested"
        assert answers[7]["clauses"] == ["qoo10.1.ship-same-day"]

    def test_is_carried_out_once_for_one_command_id(self) -> None:
        """The second time shows what happened then, and how things stand now."""
        given = {**REQUEST, "command_id": "c-1"}
        approve = {**given, "do": "approve", "by": "seller:s-1", "command_id": "c-2"}
        del approve["reason"]
        first, _, again = run(SELLER, ORDER, given, approve, given)
        assert again["events"] == first["events"] == ["CancellationRequested"]
        assert again["rules"] == first["rules"]
        assert (first["order_status"], again["order_status"]) == ("placed", "discontinued")
        assert (len(first["messages"]), again["messages"]) == (1, [])

    def test_a_tick_says_what_it_could_not_do(self) -> None:
        store = MemoryStore()
        run(*asked(2), store=store)
        tick = json.dumps({"at": "2022-08-20T00:00:00+09:00", "do": "tick"}).encode()
        (answer,) = Replay([CONECT], store).run([tick])
        assert (answer["ok"], answer["error"], answer["codes"]) == (
            False,
            "unknown_policy",
            ["unknown_policy"],
        )
        assert answer["message"] == (
            "Q-0: no policy 'qoo10'; expected one of: conect; and "
            "Q-1: no policy 'qoo10'; expected one of: conect"
        )

    def test_a_deadline_that_is_refused_is_told_with_its_codes(self) -> None:
        """An edition whose chart lost the cancel move from where the order stands."""
        stuck = attrs.evolve(
            SHOP,
            superseding=None,
            wording=attrs.evolve(SHOP.wording, notifications=()),
        )
        shop = {**QOO10_ORDER, "policy": "half-hour-shop", "status": "placed", "id": "H-1"}
        lines = [
            {"order": shop},
            {**ASK, "order_id": "H-1"},
            {**ASK, "order_id": "H-1", "do": "advance", "by": "seller:s-1", "event": "ship"},
            {"at": "2022-08-18T00:00:00+09:00", "do": "tick"},
        ]
        del lines[2]["reason"]
        raw = [json.dumps(line).encode() for line in lines]
        answer = list(Replay([stuck], MemoryStore()).run(raw))[-1]
        assert (answer["ok"], answer["error"], answer["codes"]) == (
            False,
            "refused",
            ["no_such_move"],
        )

    def test_a_tick_of_several_orders_shows_no_single_state(self) -> None:
        tick = run(*asked(2), {"at": "2022-08-20T00:00:00+09:00", "do": "tick"})[-1]
        assert tick["events"] == ["DeadlinePassed", "DeadlinePassed"]
        assert tick["order_status"] is tick["request_status"] is tick["labels"] is None

    def test_a_tick_goes_on_until_nothing_is_due(self) -> None:
        tick = run(*asked(101), {"at": "2022-08-20T00:00:00+09:00", "do": "tick"})[-1]
        assert tick["events"] == ["DeadlinePassed"] * 101


MALFORMED = {
    "{": "not a line of JSON",
    "[]": "not an object",
    "{}": "no party, order or do",
    '{"do": "dance"}': "do is 'dance'",
    '{"do": 5}': "do is 5",
    '{"do": "tick"}': "at is missing",
    '{"do": "tick", "at": null}': "at is missing",
    '{"do": "tick", "at": "2022-08-15T10:00:00Z", "now": 1}': "'now' is no key of it",
    '{"do": "approve", "at": 5, "order_id": "A-1", "by": "seller:s-1"}': "at: Expected `str`",
    '{"party": {"id": "s-1", "emails": "x"}}': "emails: Expected `array | null`, got `str`",
    '{"party": {"id": "s-1"}, "order": {}}': "'order' is no key of it",
    '{"order": {"id": "A-1"}}': "policy is missing",
    '{"do": "tick", "do": "tick"}': "a key occurs twice",
    '{"do": NaN}': "NaN is no JSON",
    "[" * 100_000: "not a line of JSON",
}


class TestAMalformedLine:
    @pytest.mark.parametrize(("line", "problem"), MALFORMED.items(), ids=range(len(MALFORMED)))
    def test_is_told_what_is_wrong_and_what_would_be_right(self, line: str, problem: str) -> None:
        (answer,) = run(line)
        assert (answer["ok"], answer["error"], answer["codes"]) == (
            False,
            "malformed",
            ["malformed"],
        )
        assert problem in answer["message"]
        assert "expected" in answer["message"]

    def test_may_not_even_be_text(self) -> None:
        (answer,) = run(b'{"do": "\xff"}')
        assert answer["error"] == "malformed"

    def test_may_be_too_long(self) -> None:
        (answer,) = run(b" " * (MAX_LINE_BYTES + 1))
        assert answer["message"] == "is too long; expected at most 1000000 bytes"

    def test_that_is_too_long_is_read_to_its_end_and_no_further(self) -> None:
        """Whatever its length, no more than a line is kept of it, and the next line is read."""
        long = b'"' + b"x" * (3 * MAX_LINE_BYTES) + b'"\n'
        for last in (b'{"do": 1}', b'{"do": 1}\n'):
            stream = io.BytesIO(long + last)
            found = list(Replay([CONECT], MemoryStore()).read(stream))
            assert [each["line"] for each in found] == [1, 2]
            assert found[0]["message"] == "is too long; expected at most 1000000 bytes"

    def test_does_not_stop_the_run_and_shows_in_the_exit_status(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        file = tmp_path / "scenario.jsonl"
        lines = [json.dumps(each) for each in (SELLER, ORDER, REQUEST)]
        file.write_text("\n".join(["{", "", "# a comment", *lines]), encoding="utf-8")
        assert main(["replay", str(file)]) == 1
        broken, asked = map(json.loads, capsys.readouterr().out.splitlines())
        assert (broken["line"], broken["error"]) == (1, "malformed")
        assert (asked["line"], asked["ok"]) == (6, True)


def invalid(change: dict[str, Any]) -> dict[str, Any]:
    """The sample request with `change`; an ellipsis takes a key away."""
    return {key: value for key, value in {**REQUEST, **change}.items() if value is not ...}


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    (invalid({"at": "2024-05-01T10:00:00"}), "invalid", "no UTC offset"),
    (invalid({"at": "yesterday", "by": "b-1"}), "invalid", "request.by"),
    (invalid({"at": "2024-02-30T10:00:00Z"}), "invalid", "2024-02-30"),
    (invalid({"by": "guest:b-1"}), "invalid", "buyer:ID"),
    (invalid({"reason": "boredom"}), "invalid", "one of: wrong_item"),
    (invalid({"reason": None}), "invalid", "reason: is missing"),
    (invalid({"reason": "other", "text": "あ" * 21}), "invalid", "21 visible characters"),
    (invalid({"order_id": "A-9"}), "unknown_order", "A-9"),
    (invalid({"order_id": "A-9", "at": "2024-05-01T10:00:00"}), "invalid", "no UTC offset"),
    (invalid({"by": "buyer:b-2"}), "unknown_order", "A-1"),
    (invalid({"do": "advance", "event": "fly", "reason": ...}), "invalid", "accept, ship"),
    (
        invalid({"do": "advance", "event": "ship", "ship_on": "soon", "reason": ...}),
        "invalid",
        "YYYY-MM-DD",
    ),
    ({"order": {**ORDER["order"], "id": "A-2", "status": "lost"}}, "invalid", "Order.status"),
    ({"order": {**ORDER["order"], "id": "A-2", "placed_at": "noon"}}, "invalid", "placed_at"),
    ({"order": {**ORDER["order"], "id": "A-2", "ship_on": "soon"}}, "invalid", "ship_on"),
    ({"order": {**ORDER["order"], "buyer": "b-3"}}, "invalid", "registered already"),
    ({"order": {**ORDER["order"], "policy": "bazaar"}}, "unknown_policy", "conect, qoo10"),
    ({"party": {"id": "s-1", "locale": "fr"}}, "invalid", "ja, en"),
]


class TestAMistake:
    @pytest.mark.parametrize(("line", "error", "hint"), MISTAKES, ids=range(len(MISTAKES)))
    def test_is_named_and_changes_nothing(
        self, line: dict[str, Any], error: str, hint: str
    ) -> None:
        store = MemoryStore()
        run(SELLER, ORDER, store=store)
        before = (store.load("A-1"), store.history("A-1"), store.load("A-2"))
        (answer,) = [each for each in run(SELLER, line, store=store) if not each["ok"]]
        assert answer["error"] == error
        assert hint in answer["message"]
        assert (store.load("A-1"), store.history("A-1"), store.load("A-2")) == before

    def test_shows_the_state_to_a_party_and_not_to_a_stranger(self) -> None:
        ours, strangers = run(
            SELLER, ORDER, invalid({"reason": "boredom"}), invalid({"by": "buyer:b-2"})
        )
        assert (ours["order_status"], ours["request_status"]) == ("placed", None)
        assert ours["labels"] == {"buyer": "発注済", "seller": "発注済"}
        assert strangers["order_status"] is strangers["labels"] is None


class TestTheCommand:
    def test_reads_standard_input(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = "\n".join(json.dumps(each) for each in (SELLER, ORDER, REQUEST)).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert main(["replay"]) == 0
        assert json.loads(capsys.readouterr().out)["ok"]

    def test_goes_on_with_a_database_file(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        url = f"sqlite:///{tmp_path / 'orders.db'}"
        first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
        first.write_text("\n".join(json.dumps(each) for each in (SELLER, ORDER, REQUEST)))
        approve = {key: REQUEST[key] for key in ("at", "order_id")} | {
            "do": "approve",
            "by": "seller:s-1",
        }
        second.write_text(json.dumps(approve))
        assert main(["replay", str(first), "--db", url]) == 0
        capsys.readouterr()
        assert main(["replay", str(second), "--db", url]) == 0
        assert json.loads(capsys.readouterr().out)["order_status"] == "discontinued"

    def test_says_when_a_stored_edition_is_not_known(self, tmp_path: Path) -> None:
        store = MemoryStore()
        run(SELLER, ORDER, store=store)
        replay = Replay([QOO10], store)
        (answer,) = replay.run([json.dumps(REQUEST).encode()])
        assert answer["error"] == "unknown_policy"
