"""Each message goes by the first route that fits, and by no other."""

from __future__ import annotations

import copy
import pickle

import pytest

from notifiers.samples import SHOP, message
from notifiers.servers import run
from ordercancel.domain.errors import InvalidValue, OrderCancelError
from ordercancel.notifiers.routing import AsyncRoutedNotifier, NoRoute, Route, RoutedNotifier
from ordercancel.rules.notifications import Medium
from ordercancel.stores.memory import AsyncMemoryNotifier, MemoryNotifier
from ordercancel.testing import Arrived, NotifierContract


def arrived(*notifiers: MemoryNotifier) -> list[Arrived]:
    """What several notifiers have delivered."""
    sent = [each for notifier in notifiers for each, _ in notifier.delivered]
    return [Arrived(each.id, each.subject, each.body) for each in sent]


class TestRoutedNotifier(NotifierContract):
    """The promises of a notifier, kept by two others."""

    def make_notifier(self):
        mail, rest = MemoryNotifier(), MemoryNotifier()
        routed = RoutedNotifier([Route(mail, medium=Medium.MAIL), Route(rest)])
        return routed, lambda: arrived(mail, rest)


class TestAsyncRoutedNotifier(NotifierContract):
    """The same promises, awaited."""

    def make_notifier(self):
        mail, rest = AsyncMemoryNotifier(), AsyncMemoryNotifier()
        routed = AsyncRoutedNotifier([Route(mail, medium=Medium.MAIL), Route(rest)])
        return routed, lambda: arrived(mail.notifier, rest.notifier)


ROUTES = [
    ({"medium": Medium.MAIL, "audience": "buyer"}, "mail to buyers"),
    ({"medium": Medium.MAIL}, "mail"),
    ({"audience": "seller"}, "sellers"),
    ({}, "rest"),
]


@pytest.mark.parametrize(
    ("medium", "audience", "route"),
    [
        (Medium.MAIL, "buyer", "mail to buyers"),
        (Medium.MAIL, "seller", "mail"),
        (Medium.APP, "seller", "sellers"),
        (Medium.APP, "buyer", "rest"),
    ],
)
def test_the_first_route_that_fits_is_taken(medium: Medium, audience: str, route: str) -> None:
    sample = message(medium=medium, audience=audience)
    notifiers = {name: MemoryNotifier() for _, name in ROUTES}
    RoutedNotifier(Route(notifiers[name], **only) for only, name in ROUTES).deliver(sample, SHOP)
    assert [name for name, each in notifiers.items() if each.delivered] == [route]
    assert notifiers[route].delivered == [(sample, SHOP)]
    twins = {name: AsyncMemoryNotifier() for _, name in ROUTES}
    routed = AsyncRoutedNotifier(Route(twins[name], **only) for only, name in ROUTES)
    run(routed.deliver(sample, SHOP))
    assert [name for name, each in twins.items() if each.notifier.delivered] == [route]


def test_a_message_that_no_route_is_for_is_an_error() -> None:
    sample = message(medium=Medium.APP, audience="seller")
    with pytest.raises(NoRoute) as caught:
        RoutedNotifier([Route(MemoryNotifier(), medium=Medium.MAIL)]).deliver(sample, SHOP)
    assert str(caught.value) == (
        "no route for medium app and audience seller; "
        "expected one for every message of the policies"
    )
    assert (caught.value.medium, caught.value.audience) == (Medium.APP, "seller")
    with pytest.raises(NoRoute):
        run(
            AsyncRoutedNotifier([Route(AsyncMemoryNotifier(), medium=Medium.MAIL)]).deliver(
                sample, SHOP
            )
        )


def test_the_error_is_of_the_tree_and_can_be_sent_elsewhere() -> None:
    error = NoRoute(Medium.APP, "seller")
    assert isinstance(error, OrderCancelError)
    assert isinstance(error, LookupError)
    for again in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert vars(again) == vars(error)


def test_what_a_notifier_raises_goes_through() -> None:
    class Broken:
        def deliver(self, message: object, to: object) -> None:
            raise ConnectionError("down")

    with pytest.raises(ConnectionError, match="down"):
        RoutedNotifier([Route(Broken())]).deliver(message(), SHOP)


@pytest.mark.parametrize("kind", [RoutedNotifier, AsyncRoutedNotifier])
def test_there_is_at_least_one_route(kind) -> None:
    with pytest.raises(InvalidValue) as caught:
        kind([])
    assert str(caught.value) == f"{kind.__name__}.routes: is empty; expected at least one route"


def test_what_is_no_route_is_named() -> None:
    with pytest.raises(InvalidValue) as caught:
        RoutedNotifier([Route(MemoryNotifier(), medium=Medium.APP), MemoryNotifier()])
    assert str(caught.value) == ("RoutedNotifier.routes[1]: is a MemoryNotifier; expected a Route")


@pytest.mark.parametrize(
    ("kind", "notifier", "text"),
    [
        (
            RoutedNotifier,
            AsyncMemoryNotifier(),
            (
                "RoutedNotifier.routes[0].notifier: has a coroutine method; "
                "expected an adapter with a plain method 'deliver'"
            ),
        ),
        (
            AsyncRoutedNotifier,
            MemoryNotifier(),
            (
                "AsyncRoutedNotifier.routes[0].notifier: has a plain method; "
                "expected an adapter with a coroutine method 'deliver'"
            ),
        ),
        (
            RoutedNotifier,
            None,
            (
                "RoutedNotifier.routes[0].notifier: has no method 'deliver'; "
                "expected an adapter with a plain method 'deliver'"
            ),
        ),
    ],
)
def test_plain_and_async_notifiers_are_kept_apart(kind, notifier, text: str) -> None:
    """An async notifier called without await would lose its messages silently."""
    with pytest.raises(InvalidValue) as caught:
        kind([Route(notifier)])
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {}),
        ({}, {"medium": Medium.MAIL}),
        ({"medium": Medium.MAIL}, {"medium": Medium.MAIL, "audience": "buyer"}),
        ({"audience": "buyer"}, {"medium": Medium.APP, "audience": "buyer"}),
    ],
)
def test_a_route_that_is_never_reached_is_named(first: dict, second: dict) -> None:
    with pytest.raises(InvalidValue) as caught:
        RoutedNotifier([Route(MemoryNotifier(), **first), Route(MemoryNotifier(), **second)])
    assert str(caught.value) == (
        "RoutedNotifier.routes[1]: is never reached; "
        "expected a route before those that take its messages"
    )


def test_a_route_may_be_for_a_role_of_a_policys_own() -> None:
    to_carriers, rest = MemoryNotifier(), MemoryNotifier()
    routed = RoutedNotifier([Route(to_carriers, audience="carrier"), Route(rest)])
    routed.deliver(message(audience="carrier"), None)
    assert (len(to_carriers.delivered), len(rest.delivered)) == (1, 0)


def test_a_route_knows_media_and_takes_a_role() -> None:
    with pytest.raises(InvalidValue) as caught:
        Route(MemoryNotifier(), medium="fax", audience=" ")
    assert [str(fault) for fault in caught.value.faults] == [
        "Route.medium: is 'fax'; expected one of: mail, app",
        "Route.audience: is empty; expected a line of 1 to 200 printable characters",
    ]


def test_it_shows_its_routes() -> None:
    class Shown:
        def deliver(self, message: object, to: object) -> None:
            """Do nothing."""

        def __repr__(self) -> str:
            return "Shown()"

    assert repr(RoutedNotifier([Route(Shown())])) == (
        "RoutedNotifier([Route(notifier=Shown(), medium=None, audience=None)])"
    )
    assert repr(AsyncRoutedNotifier([Route(AsyncMemoryNotifier())])).startswith(
        "AsyncRoutedNotifier([Route(notifier="
    )
