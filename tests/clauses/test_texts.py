"""What people read of both policies is what the tables beside these tests say, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from ordercancel import Policy, Text, label
from ordercancel.policies import CONECT, QOO10
from ordercancel.rules.reasons import Catalogue
from samples import faults_of, opened
from texts import conect, qoo10

BOTH: tuple[tuple[Policy, ModuleType], ...] = ((CONECT, conect), (QOO10, qoo10))
LISTS: Mapping[str, tuple[Catalogue, Mapping[str, Text]]] = {
    "conect's buyer": (CONECT.request_reasons, conect.REQUEST_REASONS),
    "qoo10's buyer": (QOO10.request_reasons, qoo10.REQUEST_REASONS),
    "qoo10's seller": (QOO10.rejection_reasons, qoo10.REJECTION_REASONS),
}

of_both = pytest.mark.parametrize(("policy", "told"), BOTH, ids=[each.name for each, _ in BOTH])
of_each_list = pytest.mark.parametrize(("reasons", "labels"), LISTS.values(), ids=LISTS)


def each_entry(table: str) -> pytest.MarkDecorator:
    """Every entry of the tables of that name: the policy, the key, and what is said of it."""
    entries = [
        pytest.param(policy, key, value, id=f"{policy.name}: {_told(key)}")
        for policy, told in BOTH
        for key, value in getattr(told, table).items()
    ]
    return pytest.mark.parametrize(("policy", "key", "value"), entries)


def _told(key: str | tuple[str, str]) -> str:
    return key if isinstance(key, str) else " to ".join(key)


class TestStatuses:
    @each_entry("STATUSES")
    def test_each_status_is_called_by_its_name(
        self, policy: Policy, key: str, value: Text
    ) -> None:
        """Each status of an order has its name in both languages."""
        assert policy.wording.statuses[key] == value

    @of_both
    def test_the_chart_draws_them_by_the_same_names(
        self, policy: Policy, told: ModuleType
    ) -> None:
        """The names that the chart gives its states are those that people read."""
        drawn = {state.id: state.name for state in policy.orders.states}
        assert drawn == {status: text.ja for status, text in told.STATUSES.items()}

    @pytest.mark.parametrize("audience", ["buyer", "seller"])
    @each_entry("STATUSES")
    def test_both_sides_read_it_where_nobody_asked(
        self, policy: Policy, key: str, value: Text, audience: str
    ) -> None:
        """Where nobody has asked to cancel an order, both sides read the name of its status."""
        case = opened(policy, status=key)
        assert label(case, policy, audience, "ja") == value.ja
        assert label(case, policy, audience, "en") == value.en

    @of_both
    def test_there_is_no_other_status(self, policy: Policy, told: ModuleType) -> None:
        """No name is given to a status that orders do not have."""
        assert set(policy.wording.statuses) == set(told.STATUSES)


class TestRefusals:
    @each_entry("REFUSALS")
    def test_each_refusal_has_its_sentence(self, policy: Policy, key: str, value: Text) -> None:
        """Who is refused reads the sentence of the code, in his language."""
        assert policy.refusal_text(key) == value

    @of_both
    def test_there_is_no_other_sentence(self, policy: Policy, told: ModuleType) -> None:
        """A policy words these refusals, and leaves the standard ones as they are."""
        assert set(policy.wording.refusals) == set(told.REFUSALS)


class TestAnnouncements:
    @each_entry("ANNOUNCEMENTS")
    def test_each_occasion_is_announced(
        self, policy: Policy, key: tuple[str, str], value: tuple[Any, ...]
    ) -> None:
        """On each occasion its reader gets these words, once by each of these media."""
        found = [
            (each.media, each.subject, each.body)
            for each in policy.wording.notifications
            if (each.on, each.to) == key
        ]
        assert found == [value]

    @of_both
    def test_nothing_else_is_announced(self, policy: Policy, told: ModuleType) -> None:
        """Nobody is told of any other occasion, and nobody twice of one."""
        announced = [(each.on, each.to) for each in policy.wording.notifications]
        assert sorted(announced) == sorted(told.ANNOUNCEMENTS)


class TestLabels:
    @each_entry("LABELS")
    def test_each_side_reads_where_the_request_stands(
        self, policy: Policy, key: tuple[str, str], value: Text
    ) -> None:
        """Each side reads for a request what the document, or else we, say of it."""
        found = [each.text for each in policy.wording.labels if (each.on, each.to) == key]
        assert found == [value]

    @of_both
    def test_there_is_no_other_label(self, policy: Policy, told: ModuleType) -> None:
        """For every other occasion the status of the order is read."""
        labelled = [(each.on, each.to) for each in policy.wording.labels]
        assert sorted(labelled) == sorted(told.LABELS)


class TestQueue:
    @of_both
    def test_the_numbers_stand_in_the_order_of_the_document(
        self, policy: Policy, told: ModuleType
    ) -> None:
        """The seller's front page has these numbers about cancelling, and no others."""
        assert [each.status for each in policy.wording.counters] == list(told.COUNTERS)

    @each_entry("COUNTERS")
    def test_each_number_and_its_rows_have_their_names(
        self, policy: Policy, key: str, value: tuple[Text, Text]
    ) -> None:
        """Each number has its name, and a row of the queue the state that it is counted for."""
        counters = policy.wording.counters
        found = [(each.label, each.state) for each in counters if each.status == key]
        assert found == [value]

    @of_both
    def test_the_headings_are_these_in_this_order(self, policy: Policy, told: ModuleType) -> None:
        """Each field of a row stands under its own heading, and there is no other."""
        assert list(policy.wording.columns.items()) == list(told.COLUMNS.items())


class TestReasons:
    @of_each_list
    def test_they_are_these_in_this_order(
        self, reasons: Catalogue, labels: Mapping[str, Text]
    ) -> None:
        """People choose from these reasons, その他 the last, each with its label."""
        assert [(each.code, each.label) for each in reasons.reasons] == list(labels.items())

    @pytest.mark.parametrize("side", ["conect's buyer", "qoo10's buyer"])
    def test_a_buyers_reason_has_no_hint(self, side: str) -> None:
        """Neither document has a word beside a reason that the buyer chooses."""
        assert [each.hint for each in LISTS[side][0].reasons if each.hint is not None] == []

    @of_each_list
    def test_all_but_sonota_stand_alone(
        self, reasons: Catalogue, labels: Mapping[str, Text]
    ) -> None:
        """Every other reason is chosen without a text, and refuses one of any length."""
        for code in labels.keys() - {"other"}:
            assert faults_of(reasons, code, None) == []
            for text in ("あ", "あ" * 20, "あ" * 30):
                problem = f"is given with reason '{code}'"
                fault = ("x.text", problem, "no text, or one of: other")
                assert faults_of(reasons, code, text) == [fault]

    @pytest.mark.parametrize(
        ("code", "problem"), [(None, "is missing"), ("no_reason", "'no_reason' is unknown")]
    )
    @of_each_list
    def test_one_is_required(
        self, reasons: Catalogue, labels: Mapping[str, Text], code: str | None, problem: str
    ) -> None:
        """Exactly one is chosen; who chooses none is told all of them. Words are not enough."""
        fault = ("x.reason", problem, f"one of: {', '.join(labels)}")
        assert faults_of(reasons, code, "あ" * 30) == [fault]
