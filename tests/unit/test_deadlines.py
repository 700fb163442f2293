"""A deadline is a condition, a time and an action; the actions have words."""

from __future__ import annotations

import pytest

from ordercancel.policy import (
    ALWAYS,
    Deadline,
    Flag,
    advance,
    approve,
    cancel,
    expire,
    is_open,
    mark,
    notify,
    operator,
    placed_at,
    refer,
    reject,
    seller,
)
from ordercancel.rules.deadlines import Action, Do


@pytest.mark.parametrize(
    ("action", "do", "argument", "acts"),
    [
        (approve, "approve", None, True),
        (reject, "reject", None, True),
        (expire, "expire", None, True),
        (cancel("not_shipped"), "cancel", "not_shipped", True),
        (advance("send"), "advance", "send", True),
        (refer(operator), "refer", "operator", True),
        (refer("carrier"), "refer", "carrier", True),
        (mark("missed"), "mark", "missed", False),
        (notify, "notify", None, False),
    ],
)
def test_an_action_says_what_is_done(
    action: Action, do: str, argument: str | None, acts: bool
) -> None:
    assert (action.do, action.argument, action.acts) == (Do(do), argument, acts)


def test_a_request_is_marked_by_default() -> None:
    assert (mark("missed").of, mark("missed", of="order").of) == ("request", "order")
    assert approve.of is None


def test_what_names_no_role_is_left_for_the_policy_to_name() -> None:
    two = seller | operator
    assert refer(two).argument is two


def test_a_deadline_of_a_flag_runs_where_it_is_true() -> None:
    gift = Flag("gift")
    deadline = Deadline("d", runs=gift, due=placed_at, then=notify, source="our terms")
    assert deadline.runs == gift.holds
    assert deadline.met is None
    assert Deadline("d", runs=is_open & ALWAYS, due=placed_at, then=notify).source is None
