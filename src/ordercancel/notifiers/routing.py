"""Sends each message on to the notifier for its medium and audience."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.errors import OrderCancelError
from ordercancel.domain.faults import Faults
from ordercancel.engine.messages import Message
from ordercancel.notifiers.methods import check_method
from ordercancel.rules.notifications import Audience, Medium
from ordercancel.service.ports import AsyncNotifier, Notifier

__all__ = ["AsyncRoutedNotifier", "NoRoute", "Route", "RoutedNotifier"]

N_co = TypeVar("N_co", covariant=True)


class NoRoute(OrderCancelError, LookupError):
    """No route is for a message of this medium and audience."""

    def __init__(self, medium: Medium, audience: Audience) -> None:
        self.medium = medium
        self.audience = audience
        super().__init__(medium, audience)

    def __str__(self) -> str:
        return (
            f"no route for medium {self.medium} and audience {self.audience}; expected one for "
            "every message that a policy announces"
        )


@attrs.frozen
class Route(Generic[N_co]):
    """A notifier for the messages of one medium, one audience, or both; for all, unless given.

    Raises:
        InvalidValue: There is no such medium or audience.
    """

    notifier: N_co
    medium: Medium | None = attrs.field(default=None, kw_only=True)
    audience: Audience | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Route")
        if self.medium is not None:
            faults.member("medium", self.medium, Medium)
        if self.audience is not None:
            faults.member("audience", self.audience, Audience)
        faults.raise_if_any()

    def fits(self, medium: Medium | None, audience: Audience | None) -> bool:
        """Whether all messages of this medium and audience go by this route; None is any."""
        return self.medium in (None, medium) and self.audience in (None, audience)


class RoutedNotifier:
    """Sends each message by the first route that fits.

    Args:
        routes: The routes, in the order that they are tried in.

    Raises:
        InvalidValue: There is none; one has no plain method ``deliver``; one is never reached,
            because one before it takes all of its messages.
    """

    def __init__(self, routes: Iterable[Route[Notifier]]) -> None:
        self.routes = _checked("RoutedNotifier", routes, is_async=False)

    def __repr__(self) -> str:
        return f"RoutedNotifier({list(self.routes)!r})"

    def deliver(self, message: Message, to: Party | None) -> None:
        """Deliver `message` by the first route that fits.

        Raises:
            NoRoute: None does.
        """
        _route_of(message, self.routes).notifier.deliver(message, to)


class AsyncRoutedNotifier:
    """The async twin of `RoutedNotifier`: its routes lead to async notifiers."""

    def __init__(self, routes: Iterable[Route[AsyncNotifier]]) -> None:
        self.routes = _checked("AsyncRoutedNotifier", routes, is_async=True)

    def __repr__(self) -> str:
        return f"AsyncRoutedNotifier({list(self.routes)!r})"

    async def deliver(self, message: Message, to: Party | None) -> None:
        """See `RoutedNotifier.deliver`."""
        await _route_of(message, self.routes).notifier.deliver(message, to)


def _checked(
    subject: str, routes: Iterable[Route[N_co]], *, is_async: bool
) -> tuple[Route[N_co], ...]:
    faults = Faults(subject)
    found = tuple(routes)
    if not found:
        faults.add("routes", "is empty", "at least one route")
    for number, route in enumerate(found):
        faults.instance(f"routes[{number}]", route, Route, "a Route")
    faults.raise_if_any()
    for number, route in enumerate(found):
        field = f"routes[{number}]"
        check_method(faults, f"{field}.notifier", route.notifier, "deliver", is_async=is_async)
        if any(earlier.fits(route.medium, route.audience) for earlier in found[:number]):
            faults.add(field, "is never reached", "a route before those that take its messages")
    faults.raise_if_any()
    return found


def _route_of(message: Message, routes: Sequence[Route[N_co]]) -> Route[N_co]:
    for route in routes:
        if route.fits(message.medium, message.audience):
            return route
    raise NoRoute(message.medium, message.audience)
