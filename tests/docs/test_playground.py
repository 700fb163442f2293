"""What the playground answers to its page, and how its page is put together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from docs.playground import build, face

SHOP = json.loads(build.page("en").split('id="examples">')[1].split("</script>")[0])["shop"]


def ran(text: str, lang: str = "en") -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(face.run(text, lang))
    return answer


def walked(lines: list[dict[str, Any]], at: str, by: str = "buyer:b-1") -> dict[str, Any]:
    asked = json.dumps({"lines": lines, "at": at, "by": by})
    answer: dict[str, Any] = json.loads(face.walk(asked, "en"))
    return answer


ASK = {"do": "request", "order_id": "o-1", "by": "buyer:b-1", "reason": "changed_mind"}


def test_a_policy_is_told_with_its_pictures_an_order_and_who_acts() -> None:
    seen = ran(SHOP)
    assert (seen["title"], seen["edition"], seen["zone"]) == ("shop", "1", "Europe/Berlin")
    drawn = json.loads(face.drawn("en"))["pictures"]
    assert [each["title"] for each in drawn] == [
        "The status of an order",
        "The status of a request",
    ]
    assert all(each["svg"].startswith("<svg") for each in drawn)
    assert seen["lines"][-1]["order"]["status"] == "placed"
    assert [each["name"] for each in seen["fields"]] == ["status", "placed_at"]
    assert [each["value"] for each in seen["actors"]] == [
        "buyer:b-1",
        "seller:s-1",
        "operator:operator-1",
        "system",
    ]


def test_an_order_begins_where_somebody_else_decides_if_that_is_possible() -> None:
    """Of Qoo10 that is an order whose goods are being shipped, with a day to ship on."""
    seen = ran("from ordercancel.policies import QOO10")
    assert seen["lines"][-1]["order"]["status"] == "shipping_requested"
    assert [each["name"] for each in seen["fields"]] == [
        "status",
        "placed_at",
        "ship_on",
        "shipped_at",
    ]


def test_an_order_begins_before_anything_of_it_is_due() -> None:
    """Though it might be registered when its day to ship on has long passed."""
    lines = ran((build.ROOT / "examples" / "must_ship.py").read_text(encoding="utf-8"))["lines"]
    asked = walked(lines, lines[-1]["order"]["placed_at"])
    assert (asked["steps"], asked["now"]["status"]) == ([], "placed")


def test_the_policy_that_stands_last_is_shown_and_what_it_prints() -> None:
    seen = ran("from ordercancel.policies import CONECT, QOO10 as Q\nprint('hello')\nC = CONECT")
    assert (seen["title"], seen["printed"]) == ("CO-NECT (wholesale ordering)", "hello\n")


FAULTY = {
    "(": [(1, "SyntaxError: '(' was never closed")],
    "x = 1\n1 / 0": [(2, "ZeroDivisionError: division by zero")],
    "raise SystemExit": [(1, "SystemExit")],
    "x = 1": [(None, "LookupError: There is no Policy in the text.")],
}


@pytest.mark.parametrize("text", FAULTY)
def test_an_error_of_python_is_told_with_its_line(text: str) -> None:
    faults = ran(text)["faults"]
    assert [(each["line"], each["text"]) for each in faults] == FAULTY[text]


def test_all_faults_of_a_policy_are_told_each_with_the_line_of_its_part() -> None:
    """Of a part that has no name it is the line on which the policy begins."""
    mistaken = SHOP.replace("when=buyer & open_order", 'when=buyer & status.is_in("gone")')
    mistaken = mistaken.replace("Europe/Berlin", "Europe/Berln")
    faults = ran(mistaken)["faults"]
    assert [(each["line"], each["text"].partition(";")[0]) for each in faults] == [
        (7, "Policy shop.zone: is 'Europe/Berln'"),
        (19, "Policy shop.rules['buyer_asks'].when: compares 'status' with 'gone'"),
    ]


def test_verify_says_what_is_wrong_with_the_lines_that_show_it() -> None:
    ran(SHOP)
    report = json.loads(face.check("en"))
    assert not report["ok"]
    assert [each["id"] for each in report["faults"]] == ["no_reason:RequestCancellation by seller"]
    assert report["faults"][0]["lines"][-1]["do"] == "request"
    assert "1 fault was found." in report["summary"]


def test_verify_says_so_where_a_policy_has_too_many_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_large(policy: object) -> None:
        raise face.OrderCancelError("too many")

    monkeypatch.setattr(face, "verify", too_large)
    assert json.loads(face.check("en")) == {"ok": False, "summary": "too many", "faults": []}


def test_an_order_is_walked_through() -> None:
    """The steps say what happened and why; then comes how things stand, and what may be done."""
    lines = ran(SHOP)["lines"]
    asked = walked(
        [*lines, {**ASK, "at": "2024-04-01T11:00:00"}], "2024-04-01T11:30:00", "seller:s-1"
    )
    (step,) = asked["steps"]
    assert (step["who"], step["what"], step["at"]) == (
        "the buyer",
        "Requesting cancellation",
        "2024-04-01T11:00:00",
    )
    assert "refer to the seller [buyer_asks]" in step["why"][0]
    assert step["messages"][0]["party"] == "s-1"
    now = asked["now"]
    assert (now["status"], now["labels"]["buyer"]) == ("placed", "cancellation requested")
    assert now["deadlines"] == [{"label": "silence", "due_at": "2024-04-02T11:00:00"}]
    offered = [each["label"] for each in now["options"] if each["offered"]]
    assert offered == ["Request cancellation", "Approve", "Reject", "pack"]


def test_what_has_come_due_by_a_moment_stands_at_the_end_and_ahead() -> None:
    lines = ran(SHOP)["lines"]
    asked = walked([*lines, {**ASK, "at": "2024-04-01T11:00:00"}], "2024-04-03T00:00:00")
    assert [(each["what"], each.get("ahead", False)) for each in asked["steps"]] == [
        ("Requesting cancellation", False),
        ("Time passes", True),
    ]
    assert asked["steps"][-1]["fired"] == ["silence"]
    assert asked["now"]["status"] == "cancelled"


def test_a_move_is_told_by_its_name_and_a_refusal_by_its_sentence() -> None:
    lines = ran(SHOP)["lines"]
    ship = {"at": "2024-04-01T11:00:00", "do": "advance", "order_id": "o-1", "by": "buyer:b-1"}
    (step,) = walked([*lines, {**ship, "event": "ship"}], "2024-04-01T12:00:00")["steps"]
    assert (step["what"], step["error"]) == ("ship", "refused")
    assert step["message"]


def test_an_order_that_cannot_be_registered_says_why() -> None:
    *parties, line = ran(SHOP)["lines"]
    gone = {"order": {**line["order"], "status": "gone"}}
    asked = walked([*parties, gone], "2024-04-01T11:30:00")
    assert [(each["what"], each["error"]) for each in asked["steps"]] == [("The order", "invalid")]
    assert asked["now"]["error"] == "unknown_order"


def test_the_rule_page_is_one_file_of_html() -> None:
    ran(SHOP)
    assert json.loads(face.page("ja"))["html"].startswith("<!doctype html>")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_page_is_in_one_language_with_no_word_left_out(lang: str) -> None:
    page = build.page(lang)
    assert f'<html lang="{lang}">' in page
    words = page.split('id="words">')[1].split("</script>")[0]
    assert all(json.loads(words).values())
    assert "|" not in page.split("<header>")[1]


def test_every_example_is_a_policy() -> None:
    examples = json.loads(build.page("ja").split('id="examples">')[1].split("</script>")[0])
    titles = {name: ran(text, "ja")["title"] for name, text in examples.items()}
    assert titles == {
        "shop": "shop",
        "conect": "CO-NECT（卸売の受発注）",
        "qoo10": "Qoo10（マーケットプレイス）",
    }


def test_what_is_not_what_was_pinned_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def pack(arguments: list[str]) -> int:
        (Path(arguments[-2]) / "pyodide.tgz").write_bytes(b"another")
        return 0

    monkeypatch.setattr(build, "npm", pack)
    with pytest.raises(OSError, match="is not what it was"):
        build._fetch_pyodide(tmp_path, tmp_path)


def test_what_two_fetch_at_once_is_kept_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever is second takes what the first has kept, and leaves nothing else behind."""

    def fetch_pyodide(here: Path, folder: Path) -> None:
        (folder / "mine").touch()
        if here.parent == tmp_path / ".playground" and len([*here.parent.iterdir()]) == 1:
            (build._fetched() / "first").touch()

    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "_fetch_pyodide", fetch_pyodide)
    monkeypatch.setattr(build, "_fetch_wheels", lambda folder: None)
    kept = build._fetched()
    assert sorted(each.name for each in kept.iterdir()) == ["first", "mine"]
    assert [*kept.parent.iterdir()] == [kept]
