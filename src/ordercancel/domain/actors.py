"""The people and systems around an order: actors, their roles, and parties."""

from __future__ import annotations

from enum import StrEnum

import attrs

from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_EMAILS
from ordercancel.domain.texts import LANGS, Lang


class Role(StrEnum):
    """What an actor is to an order."""

    BUYER = "buyer"
    SELLER = "seller"
    OPERATOR = "operator"
    SYSTEM = "system"


class Actor:
    """Who gives a command: `Buyer`, `Seller`, `Operator` or `System`.

    The host has authenticated them. ``str(actor)`` is a short form, such as ``buyer:b-1``.
    """

    __slots__ = ()

    id: str
    role: Role

    def __attrs_post_init__(self) -> None:
        faults = Faults(type(self).__name__)
        faults.line("id", self.id)
        faults.raise_if_any()

    def __str__(self) -> str:
        return f"{self.role}:{self.id}"


@attrs.frozen(str=False)
class Buyer(Actor):
    """A buyer, by their id; a party to the orders that name it as ``buyer``."""

    id: str
    role: Role = attrs.field(default=Role.BUYER, init=False, repr=False)


@attrs.frozen(str=False)
class Seller(Actor):
    """A seller, by their id; a party to the orders that name it as ``seller``."""

    id: str
    role: Role = attrs.field(default=Role.SELLER, init=False, repr=False)


@attrs.frozen(str=False)
class Operator(Actor):
    """A member of the marketplace's staff, who sees every order."""

    id: str
    role: Role = attrs.field(default=Role.OPERATOR, init=False, repr=False)


@attrs.frozen(str=False)
class System(Actor):
    """The host's own machinery, such as the scheduler that fires deadlines."""

    id: str = attrs.field(default="system", init=False, repr=False)
    role: Role = attrs.field(default=Role.SYSTEM, init=False, repr=False)

    def __str__(self) -> str:
        return "system"


@attrs.frozen
class Party:
    """What a directory knows of a buyer or a seller. Its repr shows neither name nor address.

    Args:
        id: The id that orders name them by.
        name: Their name as the other side reads it; one line.
        emails: Every registered address, at most 100. Default: none.
        permits_cancellation: For a seller, whether they accept cancellation requests
            (conect.2-1.enable). Default: False.
        locale: The language of messages to them. Default: ``"ja"``.
    """

    id: str
    name: str = attrs.field(kw_only=True, repr=False)
    emails: tuple[str, ...] = attrs.field(default=(), kw_only=True, repr=False)
    permits_cancellation: bool = attrs.field(default=False, kw_only=True)
    locale: Lang = attrs.field(default="ja", kw_only=True)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Party")
        faults.line("id", self.id)
        faults.line("name", self.name)
        emails: object = self.emails  # one address, not in a list, is easily given
        if isinstance(emails, list | tuple):
            object.__setattr__(self, "emails", tuple(emails))
            for number, email in enumerate(faults.entries("emails", self.emails, MAX_EMAILS)):
                faults.line(f"emails[{number}]", email)
        else:
            faults.add("emails", f"is a {type(emails).__name__}", "a list of addresses")
        faults.flag("permits_cancellation", self.permits_cancellation)
        faults.choice("locale", self.locale, LANGS)
        faults.raise_if_any()
