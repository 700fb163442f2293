"""Hands each message to the notifier for its medium and audience."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar, cast

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import OrderCancelError
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message
from ordercancel.notifiers.methods import check_method
from ordercancel.rules.notifications import Medium
from ordercancel.service.answers import without_answer
from ordercancel.service.ports import Notifier
from ordercancel.service.ports_async import AsyncNotifier

__all__ = ["AsyncRoutedNotifier", "NoRoute", "Route", "RoutedNotifier"]

N_co = TypeVar("N_co", covariant=True)


class NoRoute(OrderCancelError, LookupError):
    """Raised when no route takes a message; names its medium and audience."""

    def __init__(self, medium: Medium, audience: str) -> None:
        self.medium = medium
        self.audience = audience
        super().__init__(medium, audience)

    def __str__(self) -> str:
        return (
            f"no route for medium {self.medium} and audience {self.audience}; expected one for "
            "every message of the policies"
        )


@attrs.frozen
class Route(Generic[N_co]):
    """A notifier, and which messages it takes.

    Args:
        notifier: Delivers the messages of this route.
        medium: Takes messages of this medium only. Default: any.
        audience: Takes messages to this role only. Default: any.

    Raises:
        InvalidValue: There is no such medium, or the audience is no line.
    """

    notifier: N_co
    medium: Medium | None = attrs.field(default=None, kw_only=True)
    audience: str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Route")
        if self.medium is not None:
            faults.member("medium", self.medium, Medium)
        faults.line("audience", self.audience, optional=True)
        faults.raise_if_any()

    def fits(self, medium: Medium | None, audience: str | None) -> bool:
        """Whether this route takes every message of `medium` to `audience`; None means any."""
        return self.medium in (None, medium) and self.audience in (None, audience)


class _Routes(Generic[N_co]):
    """The routes of a notifier, checked; the first that fits a message takes it."""

    _is_async: ClassVar[bool]

    def __init__(self, routes: Iterable[Route[N_co]]) -> None:
        self.routes = tuple(routes)
        faults = Faults(type(self).__name__)
        if not self.routes:
            faults.add("routes", "is empty", "at least one route")
        for number, route in enumerate(self.routes):
            faults.instance(f"routes[{number}]", route, Route, "a Route")
        faults.raise_if_any()
        for number, route in enumerate(self.routes):
            field = f"routes[{number}]"
            notifier = route.notifier
            check_method(faults, f"{field}.notifier", notifier, "deliver", is_async=self._is_async)
            if any(earlier.fits(route.medium, route.audience) for earlier in self.routes[:number]):
                expected = "a route before those that take its messages"
                faults.add(field, "is never reached", expected)
        faults.raise_if_any()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self.routes)!r})"

    def _notifier_for(self, message: Message) -> N_co:
        for route in self.routes:
            if route.fits(message.medium, message.audience):
                return route.notifier
        raise NoRoute(message.medium, message.audience)


class RoutedNotifier(_Routes[Notifier]):
    """Sends each message by the first route that fits it.

    Args:
        routes: At least one route, in the order in which they are tried.

    Raises:
        InvalidValue: There is no route, a notifier has no plain method ``deliver``, or a route is
            never reached because an earlier one takes all of its messages.
    """

    _is_async = False

    def deliver(self, message: Message, to: Party | None) -> None:
        """Deliver `message` by the first route that fits it.

        Raises:
            NoRoute: No route fits.
        """
        without_answer(cast(Any, self._notifier_for(message)).deliver(message, to))


class AsyncRoutedNotifier(_Routes[AsyncNotifier]):
    """Sends each message by the first route that fits it, as `RoutedNotifier` does.

    The notifiers of its routes have a coroutine method ``deliver``; see `ThreadedNotifier` for
    those that block.
    """

    _is_async = True

    async def deliver(self, message: Message, to: Party | None) -> None:
        """Deliver `message` by the first route that fits it.

        Raises:
            NoRoute: No route fits.
        """
        without_answer(await cast(Any, self._notifier_for(message)).deliver(message, to))
