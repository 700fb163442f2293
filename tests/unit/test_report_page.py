"""The report of `verify` as a page to file."""

from __future__ import annotations

import re

import attrs
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Text
from ordercancel.domain.texts import Lang
from ordercancel.explain import html_page, markdown_page, report_page
from ordercancel.explain.report_page import KIND_TEXTS, MEANS_TEXTS
from ordercancel.policy import Policy, Waiver, decided, own_rule
from ordercancel.rules.sources import OwnRule
from ordercancel.verification import Kind, Means, verify
from unit.tiny import DOCUMENT

FAULT = "not_told:withdrawn to seller by buyer"
QUIET = attrs.evolve(
    SHOP, notifications=tuple(each for each in SHOP.notifications if each.on != "withdrawn")
)
"""The shop, where the seller is not told of what is withdrawn."""


def words(page: str) -> str:
    """What a reader reads of a page, its blanks made single."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL))


def result(page: str, kind: str) -> str:
    """What stands beside a kind of faults."""
    (row,) = re.findall(rf'<tr role="row">(?:(?!</tr>).)*?>{kind}</code>.*?</tr>', page, re.DOTALL)
    return words(row.rpartition('data-label="')[2].partition(">")[2]).strip()


def test_a_sound_policy_is_proved_by_trying_all_there_is() -> None:
    """With what tells the policy from others, the numbers and the versions."""
    page = report_page(verify(SHOP), "en")
    text = words(page)
    assert "<h1>shop: report of verification</h1>" in page
    assert f"Policy: shop · Edition: 1 · Digest of what decides: {SHOP.digest} " in text
    assert " ○&nbsp; Proved: there is no fault " in text
    assert result(page, "hole") == "○&nbsp; proved: none"
    assert result(page, "never_decides") == "○&nbsp; proved: none"
    assert " every combination of facts judged " in text
    assert " Cases reached 90 " in text
    assert " ordercancel 0.2.0 " in text
    assert " Note" in text
    assert "Faults that are meant" not in text


def test_a_fault_is_shown_with_the_scenario_that_replays_it() -> None:
    """Every line of it, in order."""
    page = report_page(verify(QUIET), "en")
    text = words(page)
    assert " ×&nbsp; Faults: 1 " in text
    assert result(page, "not_told") == "×&nbsp; 1 found"
    assert f" {FAULT} The seller is not told that the buyer made the request" in text
    order, asked, withdrawn = re.findall(r"<li><code>(.*?)</code></li>", page)
    assert order.startswith("{&quot;order&quot;: {&quot;id&quot;: &quot;o-1&quot;")
    assert "&quot;do&quot;: &quot;request&quot;" in asked
    assert "&quot;do&quot;: &quot;withdraw&quot;" in withdrawn


@pytest.mark.parametrize(
    ("source", "of_policy", "why"),
    [
        (own_rule("they see the list"), None, "own rule they see the list "),
        (None, "terms, §4", "own rule terms, §4 "),
        (None, None, "own rule "),
    ],
    ids=["own", "policy", "none"],
)
def test_what_is_meant_is_named_with_its_source(
    source: OwnRule | None, of_policy: str | None, why: str
) -> None:
    """The waiver's own, else the policy's."""
    meant = attrs.evolve(QUIET, waivers=[Waiver(FAULT, source)], source=of_policy)
    text = words(report_page(verify(meant), "en"))
    assert f" Fault On whose word Why {FAULT} {why}" in text
    assert " 1 meant ○&nbsp; proved: no other " in text


def test_a_clause_that_a_waiver_rests_on_is_named() -> None:
    """Of a document of the policy's, which leaves to it what is meant."""
    source = decided("tiny.1", parameter="ask_twice")
    meant = attrs.evolve(QUIET, waivers=[Waiver(FAULT, source)], documents=[DOCUMENT])
    text = words(report_page(verify(meant), "en"))
    assert f"{FAULT} decided tiny.1 " in text


def test_a_sample_proves_nothing() -> None:
    """What it can't show at all, and what it only tried."""
    page = report_page(verify(SHOP, sample=30), "en")
    assert " △&nbsp; No fault was found, and not everything is proved " in words(page)
    assert result(page, "hole") == (
        "△&nbsp; not proved Only a sample was tried; nothing is shown of the rest."
    )
    assert result(page, "unanswerable") == (
        "△&nbsp; not proved A sample can&#x27;t show it: it takes all cases."
    )


def test_a_page_is_in_the_language_that_is_asked_for() -> None:
    page = report_page(verify(QUIET), "ja")
    assert '<html lang="ja">' in page
    assert "<h1>shop：検査報告</h1>" in page
    assert " ×&nbsp; 不備 1 件 " in words(page)
    assert result(page, "hole") == "○&nbsp; ないことを証明"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_kind_of_faults_and_every_means_has_its_words(lang: Lang) -> None:
    assert [*KIND_TEXTS] == [*Kind]
    assert [*MEANS_TEXTS] == [*Means]
    assert all(text[lang].strip() for text in (*KIND_TEXTS.values(), *MEANS_TEXTS.values()))


def test_a_page_asks_for_nothing_and_escapes_what_users_wrote() -> None:
    """No address leads away from it, and no markup comes from a text."""
    evil = attrs.evolve(SHOP, title=Text("<b>店", "<b>shop"))
    page = report_page(verify(evil), "en")
    assert "&lt;b&gt;shop: report of verification" in page
    assert set(re.findall(r'(?:src|href)="([^"#]*)', page)) == {""}
    assert "<script" not in page


@pytest.mark.parametrize("policy", [SHOP, QUIET], ids=["sound", "faulty"])
def test_the_rule_page_links_to_it_where_it_is_filed(policy: Policy) -> None:
    """In both forms; without one there is no link."""
    html = html_page(policy, "en", report="shop.report.html?a=1&b=2")
    assert (
        '<p><a href="shop.report.html?a=1&amp;b=2">What was proved of these rules</a></p>' in html
    )
    mark = markdown_page(policy, "en", report="shop.report.html")
    assert "\n\n[What was proved of these rules](shop.report.html)\n\n" in mark
    assert "What was proved" not in html_page(policy, "en") + markdown_page(policy, "en")
