"""What tells commands with an id apart: the key that a store knows one by, and its fingerprint.

Both are digests of a canonical form, so that neither the class of a value nor a field that a later
release adds makes one command two. A store sees no more of a command, nor of who gave it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import attrs

from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
)

__all__ = ["command_key", "fingerprint", "fingerprint_of_all", "is_same", "key_of"]

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_FORM = "2:"
"""Begins the fingerprints and keys of today; those of the first edition are bare digests."""


def key_of(command: Command, command_id: str) -> str:
    """What a store knows a command by that was given with `command_id`."""
    return command_key(command.by.role, command.by.id, command_id)


def command_key(role: str, actor_id: str, command_id: str) -> str:
    """What a store knows a command by: an id belongs to whoever gave the command with it.

    Two buyers whose programs both send the key ``cancel`` don't meet, and nobody learns by an id
    what others have done. On whose behalf they act (`Actor.via`) makes no other actor.
    """
    return _FORM + _digest([role, actor_id, command_id])


def fingerprint(command: Command) -> str:
    """A digest of all that a command says: its kind, actor and fields but for their defaults."""
    by = command.by
    said = {
        field.name: _plain(value)
        for field in attrs.fields(type(command))
        if field.name not in ("by", "command_id")
        and (value := getattr(command, field.name)) != field.default
    }
    return (_FORM + _digest([type(command).__name__, [by.role, by.id, by.via], said]))[:64]


def fingerprint_of_all(commands: Iterable[Command]) -> str:
    """A digest of all that commands say which are carried out together."""
    return (_FORM + _digest([*map(fingerprint, commands)]))[:64]


def is_same(command: Command, kept: str) -> bool:
    """Whether `kept`, the fingerprint of a receipt of either edition, is that of `command`.

    That of a command about an order from which somebody was erased is empty, and fits any.
    """
    own = fingerprint(command) if kept.startswith(_FORM) else _of_the_first(command)
    return kept in ("", own)


def _digest(value: Any) -> str:
    return hashlib.sha256(_JSON(value).encode()).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"on": value.isoformat()}
        case Mapping():
            return {name: _plain(each) for name, each in value.items()}
        case _:
            return value


class _Role(str):
    """A role, written as the first edition wrote it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Role.{self.upper()}: {str(self)!r}>"


def _of_the_first(command: Command) -> str:
    """The fingerprint that the first edition gave the same command: of its repr."""
    match command:
        case RequestCancellation():
            own: tuple[object, ...] = (command.reason, command.text)
        case Reject():
            own = (command.reason, command.text, command.data.get("confirmed") is True)
        case AskWithdrawal():
            own = (command.text,)
        case AnswerWithdrawal():
            own = (command.accept,)
        case AdvanceOrder():
            own = (command.move, command.facts.get("ship_on"))
        case _:
            own = ()
    by = (command.by.id, _Role(command.by.role))
    said = (type(command).__name__, command.order_id, by, command.command_id, *own)
    return hashlib.sha256(repr(said).encode()).hexdigest()
