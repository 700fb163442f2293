"""Reading a row of the outbox: a message, or an obligation of the host's."""

from __future__ import annotations

from ordercancel.domain.obligations import Obligation
from ordercancel.engine.messages import Message
from ordercancel.stores.codec import decode_message, decode_obligation

LANE = "host:"
"""Begins the lanes of obligations, before their kind; those of messages are their medium."""


def party_of(obligation: Obligation) -> str:
    """Return whose an obligation's lane is: a refund by one tender waits for no other."""
    return getattr(obligation, "tender", None) or ""


def read_sent(lane: str, form: int, body: str) -> Message | Obligation:
    """Return what a row holds.

    Raises:
        InvalidValue: It can't be read.
    """
    if lane.startswith(LANE):
        return decode_obligation(body, lane.removeprefix(LANE), form)
    return decode_message(body, form)
