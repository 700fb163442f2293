"""Seeing a desk at work: a watcher is told of each command and of each delivery.

What it is told are ids, codes and numbers. It never sees what people wrote, or their addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from enum import StrEnum
from typing import Protocol

from ordercancel.errors import (
    Conflict,
    InvalidValue,
    Refused,
    StoreUnavailable,
    UnknownOrder,
    UnknownPolicy,
)

__all__ = ["Fields", "LogWatcher", "Watched", "Watcher", "watching"]

Fields = dict[str, str | int | float | tuple[str, ...]]
"""What is known of something that is watched, by name. It grows while that is done."""


class Watched(StrEnum):
    """What a desk does that can be watched."""

    COMMAND = "command"
    """A command is handled.

    Fields: ``command`` (its kind), ``order_id``, ``role``, ``command_id`` where it has one,
    ``lag_seconds`` for a deadline that a tick applies; in the end ``outcome``, ``attempts``, and
    ``policy``, ``edition``, ``rules``, ``codes`` as far as they are known. The outcome is one of
    ``done``, ``repeated``, ``refused``, ``invalid``, ``unknown_order``, ``unknown_policy``,
    ``conflict``, ``unavailable`` and ``error``.
    """

    MESSAGE = "message"
    """A message is delivered.

    Fields: ``message_id``, ``order_id``, ``occasion``, ``audience``, ``medium``, ``attempts``,
    ``lag_seconds`` since what it tells of; in the end ``outcome``: ``delivered``, ``failed`` or
    ``dead``, and ``error``, the kind of error.
    """


class Watcher(Protocol):
    """Is told what a desk does."""

    def watch(self, what: Watched, fields: Fields) -> AbstractContextManager[object]:
        """Is entered before it is done, and left after; then `fields` say what came of it.

        What a watcher raises is logged and goes no further.
        """


OUTCOMES: tuple[tuple[type[Exception], str], ...] = (
    (Refused, "refused"),
    (InvalidValue, "invalid"),
    (UnknownOrder, "unknown_order"),
    (UnknownPolicy, "unknown_policy"),
    (Conflict, "conflict"),
    (StoreUnavailable, "unavailable"),
)
"""What it is called when a command ends with an error; with any other it is ``error``."""


def outcome_of(error: Exception) -> str:
    """What it is called when a command ends with `error`."""
    return next((name for kind, name in OUTCOMES if isinstance(error, kind)), "error")


_LEVELS = {
    "failed": logging.WARNING,
    "conflict": logging.WARNING,
    "unavailable": logging.ERROR,
    "unknown_policy": logging.ERROR,
    "error": logging.ERROR,
    "dead": logging.ERROR,
}
_LOGGER = logging.getLogger("ordercancel")


class LogWatcher:
    """Writes a log record for each command and message when it is over.

    The loggers are ``ordercancel.command`` and ``ordercancel.message``. The fields are attributes
    of the record, for formatters that write them out; the text of the record repeats them.
    """

    @contextmanager
    def watch(self, what: Watched, fields: Fields) -> Iterator[None]:
        """See `Watcher.watch`."""
        try:
            yield
        finally:
            logger = _LOGGER.getChild(what)
            level = _LEVELS.get(str(fields.get("outcome")), logging.INFO)
            if logger.isEnabledFor(level):
                text = " ".join(f"{name}={value!r}" for name, value in fields.items())
                logger.log(level, "%s %s", what, text, extra=fields)


@contextmanager
def watching(watchers: Iterable[Watcher], what: Watched, fields: Fields) -> Iterator[None]:
    """Everything inside is watched by all `watchers`."""
    with ExitStack() as stack:
        for watcher in watchers:
            stack.enter_context(_unharmed(watcher, what, fields))
        yield


@contextmanager
def _unharmed(watcher: Watcher, what: Watched, fields: Fields) -> Iterator[None]:
    """What is watched goes on as if nobody looked, whatever the watcher raises or holds back."""
    entered: AbstractContextManager[object] | None = None
    try:
        entered = watcher.watch(what, fields)
        entered.__enter__()
    except Exception:  # whatever is wrong with a watcher must not stop a command
        _LOGGER.exception("a watcher failed")
        entered = None
    try:
        yield
    except BaseException as error:
        _leave(entered, error)
        raise
    _leave(entered, None)


def _leave(entered: AbstractContextManager[object] | None, error: BaseException | None) -> None:
    if entered is None:
        return
    try:
        if error is None:
            entered.__exit__(None, None, None)
        else:
            entered.__exit__(type(error), error, error.__traceback__)
    except Exception as own:  # as above
        if own is not error:
            _LOGGER.exception("a watcher failed")
