"""`ordercancel replay` as a person runs it: files in, lines out, exit status."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import pytest
from examples.half_hour_shop import SHOP

from lines import ORDER, REQUEST, SELLER
from ordercancel import Policy
from ordercancel.cli.lines import MAX_LINE_BYTES
from ordercancel.cli.main import main
from ordercancel.cli.replay import Replay
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Choice, Flag, Moment, Reject, RequestCancellation, Role
from ordercancel.stores.memory import MemoryStore

SCENARIOS = Path(__file__).parent.parent / "scenarios"
KEYS = [
    "line",
    "ok",
    "events",
    "order_status",
    "request_status",
    "rules",
    "clauses",
    "messages",
    "labels",
    "label_basis",
    "deadlines",
    "marks",
]


def run(
    *lines: Any,
    store: MemoryStore | None = None,
    policies: Iterable[Policy] = (CONECT, QOO10),
    lang: str | None = None,
) -> list[dict[str, Any]]:
    """The answers to `lines`: objects are written as JSON, strings and bytes as they are."""
    texts = (line if isinstance(line, str | bytes) else json.dumps(line) for line in lines)
    raw = [text.encode() if isinstance(text, str) else text for text in texts]
    return list(Replay(policies, store or MemoryStore(), lang).run(raw))


def replayed(name: str, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    assert main(["replay", str(SCENARIOS / name), *options]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestTheHelpArticlesWalk:
    def test_answers_as_the_document_says(self, capsys: pytest.CaptureFixture[str]) -> None:
        asked, approved, asked_again, rejected = replayed("conect-help.jsonl", capsys)
        assert (asked["rules"], asked["request_status"]) == (["conect.refer"], "pending")
        assert asked["clauses"] == ["conect.1-1.is-a-request", "conect.1-1.not-until-approved"]
        assert asked["label_basis"] == {"buyer": "says", "seller": "says"}
        assert approved["messages"][0]["basis"] == {
            "sent": "says",
            "subject": "says",
            "body": "decided",
        }
        assert asked["labels"] == {
            "buyer": "キャンセルリクエスト中 ※受注側がキャンセルリクエストを承認しなければ、"
            "注文のキャンセルはされません。 "
            "※必ずキャンセルリクエストが承認されたか確認してください。",
            "seller": "発注者がキャンセルを希望しています "
            "キャンセル理由：その他（数量を間違えました）",
        }
        assert [m["subject"] for m in asked["messages"]] == [
            "【受発注システム CO-NECT】キャンセルリクエストがありました(テスト一号店)"
        ]
        assert (approved["order_status"], approved["request_status"]) == (
            "discontinued",
            "approved",
        )
        assert approved["events"] == ["RequestClosed", "OrderCancelled"]
        assert approved["labels"] == {
            "buyer": "キャンセルリクエストが承認され取引停止されました",
            "seller": "取引中止",
        }
        assert [m["subject"] for m in approved["messages"]] == [
            "【受発注システム CO-NECT】オーダーがキャンセルされました"
        ]
        assert asked_again["line"] == 8
        assert (rejected["order_status"], rejected["request_status"]) == ("accepted", "rejected")
        assert rejected["labels"] == {
            "buyer": "キャンセルできませんでした キャンセル却下 製造済みのため",
            "seller": "キャンセルのリクエストを却下しました。 製造済みのため",
        }
        assert [m["subject"] for m in rejected["messages"]] == [
            "【受発注システム CO-NECT】キャンセルできませんでした。"
        ]

    def test_answers_with_the_keys_of_the_format(self, capsys: pytest.CaptureFixture[str]) -> None:
        for answer in replayed("conect-help.jsonl", capsys):
            assert list(answer) == KEYS
            for message in answer["messages"]:
                names = ["audience", "medium", "party", "subject", "body", "basis"]
                assert list(message) == names


class TestTheGuidesExample:
    def test_answers_as_the_document_says(self, capsys: pytest.CaptureFixture[str]) -> None:
        asked, rejected, again, shipped = replayed("qoo10-guide.jsonl", capsys)
        assert asked["request_status"] == "pending"
        assert asked["labels"]["seller"].startswith("キャンセル・処理要請")
        assert asked["deadlines"] == [
            {"deadline": "qoo10.overdue", "due_at": "2022-08-20T00:00:00+09:00"}
        ]
        assert rejected["order_status"] == "shipping_requested"
        assert rejected["labels"] == {
            "buyer": "キャンセル拒否 キャンセル拒否理由：注文制作商品 "
            "一度キャンセルをお断りしたご注文につきましては、"
            "再度キャンセルをご要請いただくことはできません。",
            "seller": "キャンセル拒否完了 キャンセル拒否理由：注文制作商品 "
            "キャンセル拒否後は該当注文の発送処理を速やかに行ってください。 "
            "発送処理の期限：2022年8月15日 24:00",
        }
        assert [(m["audience"], m["medium"]) for m in rejected["messages"]] == [
            ("buyer", "app"),
            ("buyer", "mail"),
            ("seller", "app"),
        ]
        assert all("注文制作商品" in message["body"] for message in rejected["messages"][:2])
        assert rejected["deadlines"] == [
            {"deadline": "qoo10.ship_same_day", "due_at": "2022-08-16T00:00:00+09:00"}
        ]
        assert (again["ok"], again["error"], again["codes"], again["events"]) == (
            False,
            "refused",
            ["rejected_before"],
            [],
        )
        assert again["clauses"] == ["qoo10.4.no-second-request"]
        assert again["message"] == (
            "一度キャンセルをお断りしたご注文につきましては、再度キャンセルをご要請いただくことはできません。"
        )
        assert shipped["events"] == ["OrderAdvanced"]
        assert (shipped["order_status"], shipped["deadlines"]) == ("shipped", [])
        assert shipped["labels"] == {"buyer": "配送中", "seller": "配送中"}

    def test_speaks_the_policys_first_language_in_any_environment(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So that files of what is expected hold everywhere."""
        for locale in ("C", "ja_JP.UTF-8", "de_DE.UTF-8"):
            monkeypatch.setenv("LC_ALL", locale)
            asked = replayed("qoo10-guide.jsonl", capsys)[0]
            assert asked["labels"]["buyer"] == "キャンセル要請中 ショップの回答をお待ちください。"

    def test_speaks_english_when_asked_to(self, capsys: pytest.CaptureFixture[str]) -> None:
        again = replayed("qoo10-guide.jsonl", capsys, "--lang", "en")[2]
        assert again["message"] == "Cancellation cannot be requested again once it was rejected."

    def test_speaks_no_language_that_no_policy_is_in(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as stopped:
            main(["replay", str(SCENARIOS / "qoo10-guide.jsonl"), "--lang", "fr"])
        assert stopped.value.code == 2
        assert capsys.readouterr().err == "ordercancel: --lang is 'fr'; expected one of: ja, en\n"


QOO10_ORDER = {
    "id": "Q-1",
    "policy": "qoo10",
    "status": "shipping_requested",
    "buyer": "b-1",
    "seller": "s-1",
    "placed_at": "2022-08-15T09:00:00+09:00",
    "ship_on": "2022-08-17",
}
AT = {"at": "2022-08-15T10:00:00+09:00", "order_id": "Q-1"}
BUYERS, SELLERS = {**AT, "by": "buyer:b-1"}, {**AT, "by": "seller:s-1"}
ASK = {**BUYERS, "do": "request", "reason": "changed_mind"}
REJECT = {**SELLERS, "do": "reject", "reason": "made_to_order", "affirmed": True}


def asked(count: int) -> list[dict[str, Any]]:
    """Lines that register `count` orders of Qoo10 and ask to cancel each."""
    names = [f"Q-{number}" for number in range(count)]
    return [
        *({"order": {**QOO10_ORDER, "id": name}} for name in names),
        *({**ASK, "order_id": name} for name in names),
    ]


class TestEveryCommand:
    def test_can_be_given_by_a_line(self) -> None:
        answers = run(
            {"order": {**QOO10_ORDER, "status": "new", "ship_on": None}},
            {**SELLERS, "do": "advance", "event": "plan_shipping", "ship_on": "2022-08-17"},
            ASK,
            {**SELLERS, "do": "ask_withdrawal", "text": "発送準備中です"},
            {**BUYERS, "do": "answer_withdrawal", "accept": False},
            {**BUYERS, "do": "withdraw"},
            {**SELLERS, "do": "approve", "by": "operator:o-1"},
            {**SELLERS, "do": "reject", "reason": "ready_to_ship", "affirmed": True},
            {"at": "2022-08-16T00:00:00+09:00", "do": "tick"},
            {**AT, "at": "2022-08-16T00:05:00+09:00", "do": "update", "by": "system"}
            | {"facts": {"shipped_at": "2022-08-15T23:59:00+09:00"}, "status": "shipped"},
        )
        assert [answer["events"] or answer["codes"] for answer in answers] == [
            ["OrderAdvanced"],
            ["CancellationRequested"],
            ["WithdrawalAsked"],
            ["WithdrawalDeclined"],
            ["not_permitted"],
            ["not_permitted"],
            ["RequestClosed"],
            ["DeadlineFired"],
            ["OrderUpdated"],
        ]
        assert [answer["request_status"] for answer in answers] == [
            None,
            "pending",
            "withdrawal_asked",
            *["withdrawal_declined"] * 3,
            *["rejected"] * 3,
        ]
        assert (answers[7]["marks"], answers[8]["marks"]) == (["missed"], [])
        assert answers[7]["clauses"] == ["qoo10.1.ship-same-day"]
        assert answers[8]["order_status"] == "shipped"

    def test_is_carried_out_once_for_one_command_id(self) -> None:
        """The second time shows what happened then, and how things stand now."""
        once = {**REQUEST, "command_id": "c-1"}
        approve = {**once, "do": "approve", "by": "seller:s-1", "command_id": "c-2"}
        del approve["reason"]
        first, _, again = run(SELLER, ORDER, once, approve, once)
        assert again["events"] == first["events"] == ["CancellationRequested"]
        assert again["rules"] == first["rules"]
        assert (first["order_status"], again["order_status"]) == ("placed", "discontinued")
        assert (len(first["messages"]), again["messages"]) == (1, [])

    def test_may_come_at_any_time_but_before_the_last_event(self) -> None:
        """A run has a clock of its own, and days may lie between its lines, ahead and back."""
        late = {**ASK, "at": "2099-01-01T00:00:00+09:00"}
        other = {**QOO10_ORDER, "id": "Q-2", "placed_at": "1999-08-15T09:00:00+09:00"}
        answers = run(
            {"order": {**QOO10_ORDER, "status": "new"}},
            late,
            {"order": {**other, "status": "new"}},
            {**ASK, "order_id": "Q-2", "at": "1999-08-15T09:00:00+09:00"},
            {**REJECT, "at": "2098-12-31T23:59:59+09:00"},
        )
        assert [each["ok"] for each in answers] == [True, True, False]
        assert answers[2]["codes"] == ["at_too_early"]

    def test_may_be_on_behalf_of_somebody(self) -> None:
        store = MemoryStore()
        run({"order": QOO10_ORDER}, {**ASK, "by": "buyer:b-1 via agent:x"}, store=store)
        (_, event) = store.history("Q-1")
        assert str(event.by) == "buyer:b-1 via agent:x"


class TestAnAnswer:
    def test_means_the_latest_request_where_it_names_none(self) -> None:
        """With its number it means that one, and is refused once it is stale."""
        first, _, rejected, _, stale, approved = run(
            SELLER,
            ORDER,
            REQUEST,
            {**REQUEST, "at": "2024-05-01T10:00:01+09:00"},
            {**answer_at("10:01", "reject"), "request": 1},
            {**REQUEST, "at": "2024-05-01T10:02:00+09:00"},
            {**answer_at("10:03", "approve"), "request": 1},
            answer_at("10:03", "approve"),
        )
        assert (first["ok"], rejected["request_status"]) == (True, "rejected")
        assert (stale["ok"], stale["codes"]) == (False, ["stale_request"])
        assert (approved["ok"], approved["request_status"]) == (True, "approved")

    def test_where_nobody_has_asked_is_refused(self) -> None:
        (answer,) = run(SELLER, ORDER, answer_at("10:00", "approve"))
        assert answer["codes"] == ["no_open_request"]

    def test_without_the_confirmation_is_refused_with_the_documents_sentence(self) -> None:
        """Written short, or among the data."""
        plain = {key: value for key, value in REJECT.items() if key != "affirmed"}
        _, bare, denied, said = run(
            {"order": QOO10_ORDER},
            ASK,
            plain,
            {**plain, "affirmed": False},
            {**plain, "data": {"confirmed": True}},
        )
        assert bare["codes"] == denied["codes"] == ["not_affirmed"]
        assert bare["clauses"] == ["qoo10.3.confirm", "qoo10.1.only-if-impracticable"]
        assert bare["message"] == (
            "キャンセル不可状態の場合のみキャンセル拒否処理をしてください。"
            "キャンセル拒否しますか？"
        )
        assert said["request_status"] == "rejected"


def answer_at(time: str, do: str) -> dict[str, Any]:
    return {"at": f"2024-05-01T{time}:00+09:00", "do": do, "order_id": "A-1", "by": "seller:s-1"}


class TestATextThatIsTooLong:
    def test_is_invalid_with_its_code_its_clause_and_a_sentence(self) -> None:
        """In the policy's language, or the one that is asked for."""
        long = {**REQUEST, "reason": "other", "text": "あ" * 21}
        (answer,) = run(SELLER, ORDER, long)
        assert (answer["ok"], answer["error"], answer["codes"], answer["clauses"]) == (
            False,
            "invalid",
            ["text_too_long"],
            ["conect.1-1.other-20"],
        )
        assert answer["message"] == "20文字以内で入力してください。（現在21文字）"
        assert (answer["order_status"], answer["request_status"]) == ("placed", None)
        (answer,) = run(SELLER, ORDER, long, lang="en")
        assert answer["message"] == "Please enter up to 20 characters. You typed 21."


class TestATick:
    def test_says_what_it_could_not_do(self) -> None:
        """Of orders that none of the policies judges it names the first of a kind."""
        store = MemoryStore()
        run(*asked(2), store=store)
        (answer,) = run(
            {"at": "2022-08-20T00:00:00+09:00", "do": "tick"}, store=store, policies=[CONECT]
        )
        assert (answer["ok"], answer["error"], answer["codes"]) == (
            False,
            "unknown_policy",
            ["unknown_policy"],
        )
        assert answer["message"] == "Q-0: no policy 'qoo10'; expected one of: conect"

    def test_of_another_form_of_an_edition_names_both_digests(self) -> None:
        """What decides has changed under the same name: then nothing fires."""
        store = MemoryStore()
        run(*asked(1), store=store)
        changed = attrs.evolve(QOO10, deadlines=QOO10.deadlines[::-1])
        tick = {"at": "2022-08-20T00:00:00+09:00", "do": "tick"}
        (answer,) = run(tick, store=store, policies=[changed])
        assert (answer["ok"], answer["error"], answer["codes"]) == (
            False,
            "invalid",
            ["wrong_digest"],
        )
        assert QOO10.digest in answer["message"]
        assert changed.digest in answer["message"]

    def test_of_several_orders_shows_no_single_state(self) -> None:
        tick = run(*asked(2), {"at": "2022-08-20T00:00:00+09:00", "do": "tick"})[-1]
        assert tick["events"] == ["DeadlineFired", "DeadlineFired"]
        for key in ("order_status", "request_status", "labels", "deadlines", "marks"):
            assert tick[key] is None

    def test_goes_on_until_nothing_is_due(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ordercancel.cli.replay.MAX_COUNT", 3)
        tick = run(*asked(10), {"at": "2022-08-20T00:00:00+09:00", "do": "tick"})[-1]
        assert tick["events"] == ["DeadlineFired"] * 10

    def test_fires_what_is_due_of_an_order_in_its_order(self) -> None:
        """Marked as missed and as overdue long after, each once; then nothing is left."""
        lines = [{"order": QOO10_ORDER}, ASK, REJECT]
        tick = {"at": "2022-09-01T00:00:00+09:00", "do": "tick"}
        *_, first, second = run(*lines, tick, tick)
        assert (first["events"], first["marks"]) == (["DeadlineFired"], ["missed"])
        assert first["deadlines"] == [
            {"deadline": "qoo10.ship_same_day", "due_at": "2022-08-16T00:00:00+09:00"}
        ]
        assert second["events"] == []

    def test_is_not_needed_before_a_command(self) -> None:
        """What is due fires first, and stands although the command is refused."""
        order = {**QOO10_ORDER, "policy": "shop", "status": "placed", "id": "H-1"}
        ask, late = {**ASK, "order_id": "H-1"}, {**SELLERS, "do": "reject", "order_id": "H-1"}
        asked, rejected = run(
            {"order": order},
            ask,
            {**late, "at": "2022-08-16T10:00:00+09:00"},
            policies=[SHOP],
        )
        assert asked["request_status"] == "pending"
        assert (rejected["ok"], rejected["codes"]) == (False, ["no_open_request"])
        assert rejected["events"] == ["DeadlineFired", "RequestClosed", "OrderCancelled"]
        assert rejected["order_status"] == "cancelled"
        assert {message["audience"] for message in rejected["messages"]} == {"buyer", "seller"}


class TestOptions:
    def test_are_every_action_with_what_a_line_needs(self) -> None:
        """What is offered with its reasons and their bounds; else the codes. Nothing changes."""
        store = MemoryStore()
        answer = run({"order": QOO10_ORDER}, ASK, {**SELLERS, "do": "options"}, store=store)[-1]
        assert list(answer) == [*KEYS, "options"]
        assert (answer["ok"], answer["events"], answer["request_status"]) == (True, [], "pending")
        assert len(store.history("Q-1")) == 2
        options = {
            (each["command"], each.get("event"), each.get("accept")): each
            for each in answer["options"]
        }
        assert list(options) == [
            ("request", None, None),
            ("approve", None, None),
            ("reject", None, None),
            ("withdraw", None, None),
            ("ask_withdrawal", None, None),
            ("answer_withdrawal", None, True),
            ("answer_withdrawal", None, False),
            ("advance", "mark_delayed", None),
            ("advance", "ship", None),
        ]
        reject = options["reject", None, None]
        assert (reject["offered"], reject["codes"], reject["request"]) == (True, [], 1)
        assert (reject["label"], reject["data"]) == ("キャンセル拒否", {"confirmed": True})
        assert reject["reasons"][-1] == {
            "code": "other",
            "label": "その他",
            "minimum": 30,
            "maximum": 500,
            "hint": "お客様へ直接説明をお願い致します。（商品遅延・注文制作遅延）",
        }
        assert reject["reasons"][0] == {
            "code": "shipped",
            "label": "商品発送完了",
            "minimum": None,
            "maximum": None,
            "hint": None,
        }
        assert (reject["done"], reject["confirm"]) == ("キャンセル拒否完了", "OK")
        assert reject["confirmation"].endswith("キャンセル拒否しますか？")
        assert "事実と異なる理由が記入されているとクレームの原因となります" in reject["notice"]
        assert reject["follows"][0] == {
            "sentence": "キャンセル要請の状態は「キャンセル拒否完了」となります。",
            "basis": {},
        }
        assert reject["basis"] == {
            "label": "says",
            "confirmation": "says",
            "confirm": "says",
            "done": "says",
            "notice": "says",
        }
        ship = options["advance", "ship", None]
        assert (ship["notice"], ship["confirmation"], ship["done"]) == (None, None, None)
        assert (ship["sentence"], ship["follows"]) == (
            "キャンセル要請中のご注文です。ショップがキャンセル要請に回答するまで、この操作はできません。",
            [],
        )
        assert (ship["offered"], ship["codes"], ship["reasons"]) == (False, ["answer_first"], [])

    def test_name_the_parties_as_their_mails_do(self) -> None:
        """The subject that follows from a request has the name of the directory, not an id."""
        line = {"at": "2024-05-01T10:00:00+09:00", "order_id": "A-1", "by": "buyer:b-1"}
        buying = {"party": {"id": "b-1", "name": "テスト一号店"}}
        (answer,) = run(SELLER, buying, ORDER, {**line, "do": "options"})
        told = "【受発注システム CO-NECT】キャンセルリクエストがありました(テスト一号店)"
        assert any(told in each["sentence"] for each in answer["options"][0]["follows"])

    def test_can_be_taken_as_they_are(self) -> None:
        """The keys of an option make a line."""
        store = MemoryStore()
        lines = [{"order": QOO10_ORDER}, ASK, {**SELLERS, "do": "options"}]
        options = run(*lines, store=store)[-1]["options"]
        (reject,) = (each for each in options if each["command"] == "reject")
        line = {**SELLERS, "do": reject["command"], "reason": reject["reasons"][0]["code"]}
        (answer,) = run({**line, "data": reject["data"], "request": 1}, store=store)
        assert answer["request_status"] == "rejected"

    def test_are_given_as_if_what_is_due_had_fired(self) -> None:
        order = {**QOO10_ORDER, "policy": "shop", "status": "placed", "id": "H-1"}
        late = {"at": "2022-08-16T10:00:00+09:00", "order_id": "H-1", "by": "seller:s-1"}
        store = MemoryStore()
        lines = [{"order": order}, {**ASK, "order_id": "H-1"}, {**late, "do": "options"}]
        answer = run(*lines, store=store, policies=[SHOP])[-1]
        assert answer["order_status"] == "cancelled"
        assert [each["offered"] for each in answer["options"]] == [False] * 7
        case = store.load("H-1")
        assert case is not None
        assert case.order.status == "placed"

    def test_are_not_for_strangers(self) -> None:
        answer = run({"order": QOO10_ORDER}, {**SELLERS, "by": "seller:s-2", "do": "options"})[-1]
        assert (answer["error"], answer["labels"]) == ("unknown_order", None)

    def test_may_carry_moments(self) -> None:
        """A fact that a form must ask for, in an example that would do."""
        agreed = Moment("agreed_at", of=Reject, required=True)
        policy = attrs.evolve(SHOP, facts=(agreed,))
        order = {**QOO10_ORDER, "policy": "shop", "status": "placed", "id": "H-1"}
        seller = {**SELLERS, "order_id": "H-1"}
        lines = [{"order": order}, {**ASK, "order_id": "H-1"}, {**seller, "do": "options"}]
        options = run(*lines, policies=[policy])[-1]["options"]
        (reject,) = (each for each in options if each["command"] == "reject")
        assert reject["data"] == {"agreed_at": "2022-08-15T01:00:00+00:00"}


CARRIED = attrs.evolve(
    SHOP,
    facts=(
        Choice("carrier_id", values=()),
        Moment("handed_over_at"),
        Flag("gift"),
        Flag("fee_accepted", of=RequestCancellation),
    ),
    roles=(Role("carrier", side="seller", party="carrier_id", answers=False),),
)
SHOP_ORDER = {
    **QOO10_ORDER,
    "id": "H-1",
    "policy": "shop",
    "status": "placed",
    "facts": {"carrier_id": "c-9", "handed_over_at": "2022-08-15T09:30:00+09:00", "gift": True},
}


class TestFacts:
    def test_of_an_order_are_what_the_policy_declares(self) -> None:
        """Moments with an offset, kept in UTC; flags and words as they are."""
        store = MemoryStore()
        assert run({"order": SHOP_ORDER}, store=store, policies=[CARRIED]) == []
        case = store.load("H-1")
        assert case is not None
        assert case.order.facts["handed_over_at"].isoformat() == "2022-08-15T00:30:00+00:00"
        assert (case.order.facts["carrier_id"], case.order.facts["gift"]) == ("c-9", True)

    def test_change_by_an_update_and_may_become_unknown_again(self) -> None:
        store = MemoryStore()
        update = {**AT, "order_id": "H-1", "by": "system", "do": "update"}
        facts = {"handed_over_at": None, "ship_on": "2022-08-25", "gift": False}
        run({"order": SHOP_ORDER}, {**update, "facts": facts}, store=store, policies=[CARRIED])
        case = store.load("H-1")
        assert case is not None
        assert str(case.order.ship_on) == "2022-08-25"
        assert case.order.facts.get("handed_over_at") is None
        assert case.order.facts["gift"] is False

    def test_that_do_not_fit_are_named(self) -> None:
        update = {**AT, "order_id": "H-1", "by": "system", "do": "update"}
        facts = {"handed_over_at": "noon", "ship_on": "soon", "colour": "red", "gift": 1}
        (answer,) = run(
            {"order": SHOP_ORDER}, {**update, "facts": facts}, policies=[CARRIED], lang="en"
        )
        assert answer["error"] == "invalid"
        assert set(answer["codes"]) == {"fact_wrong", "unknown_fact"}
        assert answer["message"].splitlines() == [
            "Please enter a moment for: handed over at.",
            "Please enter a day for: the planned ship date.",
            "There is no fact “colour”.",
            "Please enter yes or no for: gift.",
        ]

    def test_go_with_a_request_as_its_data(self) -> None:
        store = MemoryStore()
        ask = {**ASK, "order_id": "H-1", "data": {"fee_accepted": True}}
        run({"order": SHOP_ORDER}, ask, store=store, policies=[CARRIED])
        case = store.load("H-1")
        assert case is not None
        assert case.latest is not None
        assert dict(case.latest.data) == {"fee_accepted": True}

    def test_name_the_party_of_a_role(self) -> None:
        """Another carrier than the order's is a stranger to it."""
        options = {**AT, "order_id": "H-1", "do": "options"}
        ours, theirs = run(
            {"order": SHOP_ORDER},
            {**options, "by": "carrier:c-9"},
            {**options, "by": "carrier:c-8"},
            policies=[CARRIED],
        )
        assert (ours["ok"], theirs["error"]) == (True, "unknown_order")


class TestHistory:
    def test_of_an_order_holds_for_what_comes_after(self) -> None:
        """It was rejected before this library knew it: never again."""
        past = {
            "by": "buyer:b-1",
            "at": "2022-08-15T09:10:00+09:00",
            "reason": "changed_mind",
            "status": "rejected",
        }
        (answer,) = run({"order": {**QOO10_ORDER, "history": [past]}}, ASK)
        assert (answer["codes"], answer["request_status"]) == (["rejected_before"], "rejected")

    def test_may_be_open(self) -> None:
        past = {
            "by": "buyer:b-1",
            "at": "2022-08-15T09:10:00+09:00",
            "status": "pending",
            "answerer": "seller",
        }
        (answer,) = run({"order": {**QOO10_ORDER, "history": [past]}}, REJECT)
        assert answer["request_status"] == "rejected"

    @pytest.mark.parametrize(
        ("past", "error", "problem"),
        [
            ({"by": "buyer:b-1", "status": "rejected"}, "malformed", "history: at is missing"),
            (
                {"by": "buyer:b-1", "at": "2022-08-15T09:10:00+09:00", "status": "granted"},
                "invalid",
                "Order.history[0].status: is 'granted'",
            ),
            (
                {"by": "guest:b-1", "at": "2022-08-15T09:10:00+09:00", "status": "rejected"},
                "invalid",
                "Order.history[0].by: is 'guest:b-1'; expected ROLE:ID",
            ),
            (
                {"by": "buyer:b-1", "at": "noon", "status": "rejected"},
                "invalid",
                "Order.history[0].at: is 'noon'",
            ),
        ],
    )
    def test_that_is_wrong_is_named(self, past: Any, error: str, problem: str) -> None:
        (answer,) = run({"order": {**QOO10_ORDER, "history": [past]}})
        assert answer["error"] == error
        assert problem in answer["message"]


MALFORMED = {
    "{": "not a line of JSON",
    "[]": "not an object",
    "{}": "no party, order or do",
    '{"do": "dance"}': "do is 'dance'",
    '{"do": 5}': "do is 5",
    '{"do": []}': "do is a list",
    '{"do": "tick"}': "at is missing",
    '{"do": "tick", "at": null}': "at is missing",
    '{"do": "tick", "at": "2022-08-15T10:00:00Z", "now": 1}': "'now' is no key of it",
    '{"do": "approve", "at": 5, "order_id": "A-1", "by": "seller:s-1"}': "at: Expected `str`",
    '{"do": "withdraw", "at": "", "order_id": "A-1", "by": "b", "request": true}': "request: ",
    '{"do": "update", "at": "", "order_id": "A-1", "by": "system", "facts": []}': "facts: ",
    '{"party": {"id": "s-1", "emails": "x"}}': "emails: Expected `array",
    '{"party": {"id": "s-1"}, "order": {}}': "'order' is no key of it",
    '{"order": {"id": "A-1"}}': "policy is missing",
    '{"do": "tick", "do": "tick"}': "a key occurs twice",
    '{"do": NaN}': "NaN is no JSON",
    "[" * 100_000: "not a line of JSON",
}


class TestAnArray:
    """The form that editors check by its schema while one types."""

    def test_is_answered_as_its_elements_are_line_by_line(self) -> None:
        """However it is laid out, with the byte order mark of some editors and without."""
        lines = [SELLER, ORDER, REQUEST]
        expected = run(*lines)
        for text in (
            json.dumps(lines),
            json.dumps(lines, indent=2, ensure_ascii=False),
            f"\ufeff  {json.dumps(lines)}\n",
        ):
            stream = io.BytesIO(text.encode())
            assert list(Replay([CONECT, QOO10], MemoryStore()).read(stream)) == expected
        assert [each["line"] for each in expected] == [3]

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (b'[{"do": 1}', "not a line of JSON"),
            (b'["\xff"]', "not a line of JSON"),
            (b"[5]", "not an object"),
            (b"[" + b" " * 2_000_000 + b"]", "is too long; expected at most 1000000 bytes"),
        ],
    )
    def test_that_can_not_be_read_is_malformed(self, text: bytes, problem: str) -> None:
        (answer,) = Replay([CONECT], MemoryStore()).read(io.BytesIO(text))
        assert answer["error"] == "malformed"
        assert problem in answer["message"]


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
        assert "expected" in answer["message"].lower()

    def test_may_not_even_be_text(self) -> None:
        (answer,) = run(b'{"do": "\xff"}')
        assert answer["error"] == "malformed"

    def test_may_be_too_long(self) -> None:
        (answer,) = run(b" " * (MAX_LINE_BYTES + 1))
        assert answer["message"] == "is too long; expected at most 1000000 bytes"

    def test_names_twenty_problems_at_most(self) -> None:
        keys = {f"key_{number}": 1 for number in range(30)}
        (answer,) = run({"party": {"id": "s-1", **keys}})
        assert answer["message"].count("is no key of it") == 20
        assert "; and 10 more; expected the keys id, and maybe name" in answer["message"]

    def test_that_is_too_long_is_read_to_its_end_and_no_further(self) -> None:
        """Whatever its length, no more than a line is kept of it, and the next line is read."""
        long = b'"' + b"x" * (3 * MAX_LINE_BYTES) + b'"\n'
        for last in (b'{"do": 1}', b'{"do": 1}\n'):
            stream = io.BytesIO(long + last)
            answers = list(Replay([CONECT], MemoryStore()).read(stream))
            assert [each["line"] for each in answers] == [1, 2]
            assert answers[0]["message"] == "is too long; expected at most 1000000 bytes"

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
    (invalid({"at": "0001-01-01T00:00:00Z"}), "invalid", "in the year 1"),
    (invalid({"by": "guest:b-1"}), "invalid", "roles buyer, seller, operator, system; or system"),
    (invalid({"by": "buyer:"}), "invalid", "expected ROLE:ID"),
    (invalid({"by": "buyer:b-1 via  "}), "invalid", "expected ROLE:ID"),
    (
        invalid({"reason": "boredom"}),
        "invalid",
        "利用できる理由：「商品の間違い」（wrong_item）、",
    ),
    (invalid({"reason": None}), "invalid", "理由を一つ選択してください。"),
    (invalid({"reason": "other", "text": "あ" * 21}), "invalid", "現在21文字"),
    (invalid({"order_id": "A-9"}), "unknown_order", "A-9"),
    (invalid({"order_id": ""}), "invalid", "RequestCancellation.order_id: is empty"),
    (invalid({"by": "buyer:b-2"}), "unknown_order", "A-1"),
    (invalid({"data": {"confirmed": True}}), "invalid", "「confirmed」という項目は"),
    (
        {**invalid({"reason": ..., "do": "approve", "by": "seller:s-1"}), "request": 0},
        "invalid",
        "Approve.request: is below 1",
    ),
    (
        {**invalid({"reason": ..., "do": "advance", "by": "seller:s-1"}), "event": "fly"},
        "invalid",
        "指定された操作は、",
    ),
    (
        {**invalid({"reason": ..., "do": "advance", "by": "seller:s-1"}), "event": "ship"}
        | {"ship_on": "2024-05-02"},
        "invalid",
        "この操作では「発送予定日」を",
    ),
    (
        {**invalid({"reason": ..., "do": "update", "by": "system"}), "status": "lost"},
        "invalid",
        "指定された状態は、",
    ),
    ({"at": "soon", "do": "tick"}, "invalid", "line.at: is 'soon'"),
    ({"order": {**ORDER["order"], "id": "A-2", "status": "lost"}}, "invalid", "Order.status"),
    ({"order": {**ORDER["order"], "id": "A-2", "placed_at": "noon"}}, "invalid", "placed_at"),
    ({"order": {**ORDER["order"], "id": "A-2", "ship_on": "soon"}}, "invalid", "ship_on"),
    ({"order": {**ORDER["order"], "buyer": "b-3"}}, "invalid", "registered already"),
    ({"order": {**ORDER["order"], "policy": "bazaar"}}, "unknown_policy", "conect, qoo10"),
    ({"party": {"id": "s-1", "emails": [""]}}, "invalid", "Party.emails[0]: is empty"),
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
        assert (answer["events"], answer["messages"]) == ([], [])
        assert (store.load("A-1"), store.history("A-1"), store.load("A-2")) == before

    def test_shows_the_state_to_a_party_and_not_to_a_stranger(self) -> None:
        ours, strangers = run(
            SELLER, ORDER, invalid({"reason": "boredom"}), invalid({"by": "buyer:b-2"})
        )
        assert (ours["order_status"], ours["request_status"]) == ("placed", None)
        assert ours["labels"] == {"buyer": "発注済", "seller": "発注済"}
        assert strangers["order_status"] is strangers["labels"] is None

    def test_of_the_host_is_refused_with_its_code(self) -> None:
        """Cancelling goes through a request, and only the house tells what has changed."""
        update = {**invalid({"reason": ..., "do": "update"}), "status": "discontinued"}
        (answer,) = run(SELLER, ORDER, {**update, "by": "system"})
        assert (answer["error"], answer["codes"]) == ("refused", ["cancelled_is_final"])
        (answer,) = run(SELLER, ORDER, update)
        assert (answer["error"], answer["codes"]) == ("refused", ["wrong_actor"])


class TestTheCommand:
    @pytest.mark.parametrize("file", [[], ["-"]])
    def test_reads_standard_input(
        self,
        file: list[str],
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        raw = "\n".join(json.dumps(each) for each in (SELLER, ORDER, REQUEST)).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        assert main(["replay", *file]) == 0
        assert json.loads(capsys.readouterr().out)["ok"]

    def test_goes_on_with_a_database_file(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        url = f"sqlite:///{tmp_path / 'orders.db'}"
        first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
        first.write_text("\n".join(json.dumps(each) for each in (SELLER, ORDER, REQUEST)))
        second.write_text(json.dumps(answer_at("10:01", "approve")))
        assert main(["replay", str(first), "--db", url]) == 0
        capsys.readouterr()
        assert main(["replay", str(second), "--db", url]) == 0
        assert json.loads(capsys.readouterr().out)["order_status"] == "discontinued"

    def test_says_when_a_stored_edition_is_not_known(self) -> None:
        store = MemoryStore()
        run(SELLER, ORDER, store=store)
        (answer,) = run(REQUEST, store=store, policies=[QOO10])
        assert answer["error"] == "unknown_policy"
