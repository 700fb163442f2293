"""What both oracles share: an answer is about the open request, and silence is a refusal.

Nothing of the library is used here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Facts = Mapping[str, Any]
Answer = tuple[str, frozenset[str]]
Ruling = tuple[str | None, set[str], str | None]
"""What is granted, what forbids it, and what the state of order and request says to it."""

OPEN = ("pending", "withdrawal_asked", "withdrawal_declined")
ANSWERS = ("Approve", "Reject", "Withdraw", "AskWithdrawal", "AnswerWithdrawal")


def combined(
    rulings: Mapping[str, Callable[[Facts], Ruling]], command: str, facts: Facts
) -> Answer:
    """The verdict and the refusal codes: what the ruling says, in the order in which it counts."""
    if command in ANSWERS:
        if facts["request"] not in OPEN:
            return "refuse", frozenset({"no_open_request"})
        if facts["is_stale"]:
            return "refuse", frozenset({"stale_request"})
    granted, codes, state = rulings[command](facts)
    if codes:
        return "refuse", frozenset(codes)
    if state is not None:
        return "refuse", frozenset({state})
    if granted is None:
        return "refuse", frozenset({"not_permitted"})
    return granted, frozenset()


def answered(facts: Facts) -> tuple[str | None, set[str]]:
    """Who may answer at all: whoever is asked, and nobody for their own side's request."""
    codes = {"own_request"} if facts["is_own_side"] else set()
    return "permit" if facts["is_answerer"] else None, codes


def withdrawal_state(facts: Facts) -> str | None:
    """An ask is answered where it was made: accepted even after declining, declined once."""
    asked = (
        ("withdrawal_asked", "withdrawal_declined") if facts["accept"] else ("withdrawal_asked",)
    )
    return None if facts["request"] in asked else "not_asked"


def ask_state(facts: Facts) -> str | None:
    """Nobody is asked twice at a time."""
    return "asked_already" if facts["request"] == "withdrawal_asked" else None
