"""What the adapters of a host answer, looked at before it is believed."""

from __future__ import annotations

from inspect import iscoroutine
from typing import Any

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import Fault, InvalidValue, NotDelivered
from ordercancel.domain.exact import of_kind

__all__ = ["party_of", "without_answer"]


def party_of(party_id: str, answer: object) -> Party | None:
    """Return what a directory answered about `party_id`.

    Raises:
        InvalidValue: It is no party, or another one, or has values that no party can have.
    """
    if answer is None:
        return None
    problem = f"returned {_kind(answer)}"
    if isinstance(answer, Party):
        if answer.id == party_id:
            return of_kind(answer, Party)
        problem = f"returned another party than {party_id!r:.80}"
    raise InvalidValue([Fault("directory.find", problem, "the Party with this id, or None")])


def without_answer(answer: object) -> None:
    """Take it as delivered where a notifier returned None, which is all that it may return.

    Raises:
        NotDelivered: It returned anything else, such as False, the answer of some server, or a
            coroutine that nobody will run.
    """
    if answer is not None:
        raise NotDelivered(f"the notifier returned {_kind(answer)}", "None, or an error raised")


def _kind(answer: Any) -> str:
    if iscoroutine(answer):
        answer.close()  # else Python complains that nobody awaited it
    return f"a {type(answer).__name__}"
