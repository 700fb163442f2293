"""The settings of the app, ``ORDERCANCEL`` in the host's settings, and the service built of them.

::

    ORDERCANCEL = {
        "POLICIES": ["shop.policies.SHOP"],             # default: those that come with the library
        "NOTIFIER": "shop.notifiers.NOTIFIER",          # default: a log record for each message
        "OBLIGATIONS": "shop.refunds.Refunds",          # default: none; nothing is kept of them
        "DIRECTORY": "shop.directory.Parties",          # default: none
        "ACTOR": "shop.staff.actor",                    # default: `on_behalf`
        "OBSERVERS": ["shop.metrics.OBSERVER"],         # default: none
        "DATABASE": "default",
    }

A value is the object itself or a path to it; a class is called without arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from ordercancel.contrib.django.store import DjangoStore
from ordercancel.domain.actors import Actor, Buyer, Operator, Seller
from ordercancel.domain.cases import Case
from ordercancel.domain.texts import Lang
from ordercancel.policy.policy import Policy
from ordercancel.service.service import CancellationService

DEFAULTS: Mapping[str, Any] = {
    "POLICIES": ("ordercancel.policies.CONECT", "ordercancel.policies.QOO10"),
    "NOTIFIER": "ordercancel.notifiers.log.LogNotifier",
    "OBLIGATIONS": None,
    "DIRECTORY": None,
    "ACTOR": "ordercancel.contrib.django.conf.on_behalf",
    "OBSERVERS": (),
    "DATABASE": "default",
}
LISTS = ("POLICIES", "OBSERVERS")


def setting(name: str) -> Any:
    """Return a setting of the app, with the objects that its paths name."""
    value = getattr(settings, "ORDERCANCEL", {}).get(name, DEFAULTS[name])
    if name in LISTS:
        return [_resolved(each) for each in value]
    return value if name == "DATABASE" else _resolved(value)


@cache
def service() -> CancellationService:
    """Return the service that the settings describe, the same one each time.

    It may be shared between threads, and needs nothing in servers that fork: connections are
    Django's.
    """
    return CancellationService(
        policies=setting("POLICIES"),
        store=DjangoStore(setting("DATABASE")),
        notifier=setting("NOTIFIER"),
        obligations=setting("OBLIGATIONS"),
        directory=setting("DIRECTORY"),
        observers=setting("OBSERVERS"),
    )


def on_behalf(request: HttpRequest, case: Case) -> Actor:
    """Return who acts where somebody of the staff answers a request in the admin.

    The answer is that of whoever has to give it, through the staff: ``seller:s-1 via admin:ann``.
    Nobody of the staff is ever taken for the seller.
    """
    via = f"admin:{request.user.get_username()}"
    answerer = "seller" if case.open_request is None else f"{case.open_request.answerer}"
    if answerer.startswith("seller"):
        return Seller(case.order.seller, via=via)
    if answerer.startswith("buyer"):
        return Buyer(case.order.buyer, via=via)
    return Operator(f"{request.user.pk}", via=via)


def language(languages: Collection[Lang]) -> Lang:
    """Return the request's language, or the first of `languages` where it is none of them."""
    active = get_language() or ""
    known = [each for each in (active, active.partition("-")[0]) if each in languages]
    return known[0] if known else next(iter(languages))


def problems() -> Iterator[str]:
    """Yield what is wrong with the settings; each as a line for people."""
    configured = getattr(settings, "ORDERCANCEL", {})
    if not isinstance(configured, Mapping):
        yield f" is a {type(configured).__name__}; expected a dict"
        return
    for name in sorted(map(str, {*configured} - {*DEFAULTS})):
        near = get_close_matches(name, DEFAULTS, n=1)
        yield f" has {name!r}; expected " + (near[0] if near else f"one of: {', '.join(DEFAULTS)}")
    for name in DEFAULTS:
        if name in LISTS and not isinstance(configured.get(name, ()), list | tuple):
            yield f"[{name!r}] is a {type(configured[name]).__name__}; expected a list"
            continue
        try:
            value = setting(name)
        except Exception as error:  # whatever the host's module raises when it is imported
            yield f"[{name!r}] can't be loaded: {error}; expected an object or the path to one"
            continue
        for problem in _mistaken(name, value):
            yield f"[{name!r}] {problem}"


def are_right() -> bool:
    """Return whether nothing is wrong with the settings, so that there is a service."""
    return not any(problems())


def _mistaken(name: str, value: Any) -> Iterator[str]:
    needs = {
        "NOTIFIER": "deliver",
        "OBLIGATIONS": "fulfil",
        "DIRECTORY": "find",
        "ACTOR": "__call__",
    }
    if name == "POLICIES":
        for each in value:
            if not isinstance(each, Policy):
                yield f"has a {type(each).__name__}; expected a Policy"
        if not value:
            yield "is empty; expected at least one policy"
    elif name == "OBSERVERS":
        for each in value:
            if not hasattr(each, "observe"):
                yield f"has a {type(each).__name__}; expected something with `observe`"
    elif name == "DATABASE" and value not in [*settings.DATABASES]:
        yield f"is {value!r}; expected one of: {', '.join(settings.DATABASES)}"
    elif name == "DATABASE":
        try:
            DjangoStore(value)
        except ImproperlyConfigured as error:
            yield f"can't be used: {error}"
    elif value is not None and name in needs and not hasattr(value, needs[name]):
        yield f"is a {type(value).__name__}; expected something with `{needs[name]}`"


def _resolved(value: Any) -> Any:
    if isinstance(value, str):
        value = import_string(value)
    return value() if isinstance(value, type) else value


def _forget(*, setting: str, **more: object) -> None:
    if setting in ("ORDERCANCEL", "DATABASES"):
        service.cache_clear()


setting_changed.connect(_forget)
