"""What both oracles share: who is a stranger, what a passed deadline bars, what silence means.

Nothing of the library is used here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Facts = Mapping[str, str | bool | int | None]
Answer = tuple[str, frozenset[str]]
Ruling = Callable[[Facts], tuple[str | None, set[str]]]


def combined(rule: Ruling, command: str, facts: Facts) -> Answer:
    """The verdict and the refusal codes: what `rule` says, with what holds for every command."""
    granted, codes = rule(facts)
    if not facts["party"]:
        codes.add("not_a_party")
    answers_or_moves = command not in ("RequestCancellation", "ApplyDeadline")
    if answers_or_moves and facts["deadline_passed"]:
        codes.add("deadline_passed")
    if codes:
        return "refuse", frozenset(codes)
    if granted is None:
        return "refuse", frozenset({"not_permitted"})
    return granted, frozenset()
