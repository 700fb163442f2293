"""Observers see each command and each delivery: for logs, traces and metrics.

They get ids, codes and numbers, and never what people wrote, or their addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from types import TracebackType
from typing import Protocol

from ordercancel.domain.errors import (
    Conflict,
    InvalidValue,
    NotAll,
    StoreUnavailable,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.engine.decision import Refused

Fields = dict[str, str | int | float | tuple[str, ...]]
"""What is known of a command or a delivery, by name; filled while it is carried out."""


class Observed(StrEnum):
    """What observers see."""

    COMMAND = "command"
    """A command is handled, or a tick fires what is due of an order.

    Fields: ``command`` (its kind, for a tick ``FireDeadline``), ``order_id``, ``role``,
    ``command_id`` where it has one; in the end ``outcome``, ``attempts``, and ``policy``,
    ``edition``, ``rules``, ``codes`` as far as they are known; of a tick ``lag_seconds`` since
    the first deadline was due. The outcome is one of ``done``, ``repeated``, ``not_due`` (of a
    tick: the order had moved on), ``refused``, ``invalid``, ``unknown_order``,
    ``unknown_policy``, ``conflict``, ``unavailable`` and ``error``.
    """

    MESSAGE = "message"
    """A message is delivered, or an obligation handed over.

    Fields: ``message_id``, ``order_id``, ``attempts``, and of a message that can be read ``on``,
    ``audience``, ``medium``, and ``lag_seconds`` since what it tells of; in the end ``outcome``:
    ``delivered``, ``failed``, ``dead``, ``obsolete`` (its request has been closed) or ``lost``
    (its lease was over, and it is another relay's), and ``error``, the kind of error. Of an
    obligation the id is its key, ``on`` its kind, and ``audience`` and ``medium`` are ``host``.
    """


class Observer(Protocol):
    """Sees what a service does."""

    def observe(self, what: Observed, fields: Fields) -> AbstractContextManager[object]:
        """Return a context that is entered before `what` is done and left afterwards.

        When it is left, `fields` hold the outcome. What it raises is logged and goes no further.
        """


OUTCOMES: tuple[tuple[type[Exception], str], ...] = (
    (Refused, "refused"),
    (NotAll, "refused"),
    (InvalidValue, "invalid"),
    (UnknownOrder, "unknown_order"),
    (UnknownPolicy, "unknown_policy"),
    (Conflict, "conflict"),
    (StoreUnavailable, "unavailable"),
    (Exception, "error"),
)
"""The outcome of a command that ends with an error: that of the first class that fits."""

_LEVELS = {
    "failed": logging.WARNING,
    "conflict": logging.WARNING,
    "unavailable": logging.ERROR,
    "unknown_policy": logging.ERROR,
    "error": logging.ERROR,
    "dead": logging.ERROR,
}
_LOGGER = logging.getLogger("ordercancel")
_LOGGERS = {what: _LOGGER.getChild(what) for what in Observed}


def log_passed_over(call: str, order_ids: Sequence[str], problem: object) -> None:
    """Log that a call has left out orders which it can't read or judge, at most 100 by name."""
    ids = tuple(order_ids[:100])
    text = ", ".join(map(repr, ids))
    fields = {"call": call, "order_ids": ids, "problem": str(problem)}
    _LOGGER.getChild("passed_over").warning("%s: %s: %s", call, text, problem, extra=fields)


class LogObserver:
    """Writes a log record for each command and message when it is over.

    The loggers are ``ordercancel.command`` and ``ordercancel.message``. The fields are attributes
    of the record, for formatters that write them out; the text of the record repeats them.
    """

    def observe(self, what: Observed, fields: Fields) -> AbstractContextManager[None]:
        """Return a context that writes the record when it is left."""
        return _Logged(what, fields)


class _Logged(AbstractContextManager[None]):
    __slots__ = ("_fields", "_what")

    def __init__(self, what: Observed, fields: Fields) -> None:
        self._what = what
        self._fields = fields

    def __exit__(self, *raised: object) -> None:
        level = _LEVELS.get(str(self._fields.get("outcome")), logging.INFO)
        logger = _LOGGERS[self._what]
        if logger.isEnabledFor(level):
            text = " ".join(f"{name}={value!r}" for name, value in self._fields.items())
            logger.log(level, "%s %s", self._what, text, extra=self._fields)


class observing(AbstractContextManager[None]):  # noqa: N801 - read as a verb, as with `closing`
    """A context within which all `observers` see `what` is done, and how it ends.

    The outcome of a command that raises is noted here; that of all else by who does it. It goes
    on as if nobody saw it, whatever an observer raises or suppresses.
    """

    __slots__ = ("_entered", "_fields", "_observers", "_what")

    def __init__(self, observers: Iterable[Observer], what: Observed, fields: Fields) -> None:
        self._observers = observers
        self._what = what
        self._fields = fields
        self._entered: list[AbstractContextManager[object]] = []

    def __enter__(self) -> None:
        for observer in self._observers:
            try:
                context = observer.observe(self._what, self._fields)
                context.__enter__()
            except Exception:  # a broken observer must not stop a command
                _LOGGER.exception("an observer failed")
            else:
                self._entered.append(context)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._what is Observed.COMMAND and isinstance(error, Exception):
            outcome = next(name for known, name in OUTCOMES if isinstance(error, known))
            self._fields["outcome"] = outcome
            if isinstance(error, Refused):
                self._fields |= {"rules": error.decision.rules, "codes": error.codes}
            elif isinstance(error, NotAll):
                self._fields["codes"] = error.codes
        for context in reversed(self._entered):
            try:
                context.__exit__(kind, error, trace)
            except Exception as own:  # as above
                if own is not error:
                    _LOGGER.exception("an observer failed")
