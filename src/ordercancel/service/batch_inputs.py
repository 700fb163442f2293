"""What lists of orders and of commands are checked for, before anything is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from ordercancel.domain.commands import COMMANDS, Command, FireDeadline, exact_command
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.faults import Faults
from ordercancel.service.results import MAX_COUNT, wrong_kind

T = TypeVar("T")


def ids_of(order_ids: Iterable[str]) -> list[str]:
    """Return the ids of orders, each once.

    Raises:
        InvalidValue: One is no id, or there are too many.
    """
    ids = _many("order_ids", order_ids)
    faults = Faults("service")
    for number, order_id in enumerate(ids):
        faults.line(f"order_ids[{number}]", order_id)
    faults.raise_if_any()
    return list(dict.fromkeys(ids))


def commands_of(commands: Iterable[Command]) -> list[Command]:
    """Return the commands as exact values.

    Raises:
        InvalidValue: One is no command, or there are too many.
    """
    wanted = _many("commands", commands)
    for number, command in enumerate(wanted):
        if not isinstance(command, COMMANDS):
            raise wrong_kind(f"commands[{number}]", command, "a command")
    return [exact_command(each) for each in wanted]


def commands_together(commands: Iterable[Command], command_id: str | None) -> list[Command]:
    """Return commands that can be carried out together.

    Raises:
        InvalidValue: With every fault: an order that comes twice, an id, a deadline.
    """
    wanted = commands_of(commands)
    faults = Faults("service")
    faults.line("command_id", command_id, optional=True)
    seen: set[str] = set()
    for number, command in enumerate(wanted):
        where = f"commands[{number}]"
        if command.order_id in seen:
            faults.add(where, f"is about {command.order_id!r:.80} again", "each order once")
        if command.command_id is not None:
            faults.add(where, "has an id of its own", "one command_id for all")
        if isinstance(command, FireDeadline):
            faults.add(where, "is a FireDeadline", "a command that somebody gives")
        seen.add(command.order_id)
    faults.raise_if_any()
    return wanted


def _many(field: str, values: Iterable[T]) -> list[T]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise wrong_kind(field, values, "a list of them")
    many = list(values)
    if len(many) > MAX_COUNT:
        raise InvalidValue([Fault(f"service.{field}", f"are {len(many)}", f"{MAX_COUNT} at most")])
    return many
