"""The people and systems around an order: actors, and what a directory knows of them."""

from __future__ import annotations

from typing import Annotated, Any

import attrs

from ordercancel.domain.checked import BY_TYPE, Checked, Words
from ordercancel.domain.exact import exact, of_kind
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_EMAILS
from ordercancel.domain.texts import Lang


@attrs.frozen(str=False, eq=False)
class Actor(Checked):
    """Who gives a command. The host has authenticated them; the rules decide what they may do.

    `Buyer`, `Seller`, `Operator` and `System` are there; for a role that a policy declares,
    ``Actor("c-9", role="carrier")``. ``str(actor)`` is the short form: ``buyer:b-1 via agent:x``.

    Args:
        id: Their id.
        role: What they are to the order.
        via: Who acts on their behalf, such as an agent or a clerk: a line like ``agent:x``. It
            is kept in the log and is a fact for rules.
    """

    id: str
    role: str = attrs.field(kw_only=True)
    via: str | None = attrs.field(default=None, kw_only=True)

    def __eq__(self, other: object) -> bool:
        # A `Buyer` is the same as an actor of the role ``buyer``.
        if not isinstance(other, Actor):
            return False
        return (self.id, self.role, self.via) == (other.id, other.role, other.via)

    def __hash__(self) -> int:
        return hash((self.role, self.id, self.via))

    def __str__(self) -> str:
        name = self.role if self.role == self.id else f"{self.role}:{self.id}"
        return name if self.via is None else f"{name} via {self.via}"


@attrs.frozen(str=False, eq=False)
class Buyer(Actor):
    """A buyer, by their id; a party to the orders whose ``buyer`` they are."""

    role: str = attrs.field(default="buyer", init=False, repr=False)


@attrs.frozen(str=False, eq=False)
class Seller(Actor):
    """A seller, by their id; a party to the orders whose ``seller`` they are."""

    role: str = attrs.field(default="seller", init=False, repr=False)


@attrs.frozen(str=False, eq=False)
class Operator(Actor):
    """Somebody of the marketplace's own staff; may know of every order."""

    role: str = attrs.field(default="operator", init=False, repr=False)


@attrs.frozen(str=False, eq=False)
class System(Actor):
    """The host's own machinery, such as the scheduler behind deadlines."""

    id: str = attrs.field(default="system", init=False, repr=False)
    role: str = attrs.field(default="system", init=False, repr=False)


_ACTORS = frozenset({Actor, Buyer, Seller, Operator, System})


def check_actor(faults: Faults, field: str, value: object) -> None:
    """`value` is an actor; of a class of the host's own, it stands for a plain one."""
    if not isinstance(value, Actor):
        faults.instance(field, value, Actor, "a Buyer, Seller, Operator or System")
    elif type(value) not in _ACTORS:
        faults.exact[field] = of_kind(value, Actor)


BY_TYPE[Actor] = check_actor


def _as_addresses(value: Any) -> Any:
    return tuple(map(exact, value)) if isinstance(value, list | tuple) else value


def _check_addresses(faults: Faults, field: str, value: object) -> None:
    if not isinstance(value, tuple):  # one address, not in a list, is easily given
        faults.add(field, f"is a {type(value).__name__}", "a list of addresses")
        return
    for number, email in enumerate(faults.entries(field, value, MAX_EMAILS)):
        faults.line(f"{field}[{number}]", email)


@attrs.frozen
class Party(Checked):
    """What a directory knows of a buyer or a seller. Its repr shows neither name nor address.

    Args:
        id: The id that orders name them by.
        name: Their name as the other side reads it; one line.
        emails: Every address registered for them, a hundred at most.
        permits_cancellation: For a seller, whether they accept cancellation requests
            (conect.2-1.enable). Default: False.
        locale: The language that they are written to in. Default: the policy's first one.
        is_business: Whether they are a business and no person, which Japanese mails address
            otherwise (御中). Default: False.
        contact: Where the other side may turn to about an order, such as a number or an address;
            one line. Default: None, messages name none.
    """

    id: str
    name: Words = attrs.field(kw_only=True, repr=False)
    emails: Annotated[tuple[str, ...], _check_addresses] = attrs.field(
        default=(), converter=_as_addresses, kw_only=True, repr=False
    )
    permits_cancellation: bool = attrs.field(default=False, kw_only=True)
    locale: Lang | None = attrs.field(default=None, kw_only=True)
    is_business: bool = attrs.field(default=False, kw_only=True)
    contact: str | None = attrs.field(default=None, kw_only=True, repr=False)
