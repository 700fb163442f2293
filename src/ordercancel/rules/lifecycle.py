"""The lifecycle of an order: its statuses, and the moves between them, as one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ordercancel.domain.errors import InvalidPolicy
from ordercancel.domain.exact import exact
from ordercancel.domain.faults import Faults
from ordercancel.domain.frozenmap import FrozenMap


def _names(value: Any) -> Any:
    """A tuple of names, where one alone or another collection was given."""
    if isinstance(value, str):
        return (exact(value),)
    return tuple(map(exact, value)) if isinstance(value, Iterable) else value


def _lists(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return FrozenMap({exact(name): _names(each) for name, each in value.items()})


def _by_name(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return FrozenMap({exact(name): each for name, each in value.items()})


@attrs.frozen(kw_only=True)
class Lifecycle:
    """The statuses of an order and its moves, without the cancelling one.

    An order is cancelled by a request, out of any of the statuses `cancellable`, so that who and
    why are kept; no move leads into `cancelled` or out of it.

    >>> orders = Lifecycle(moves={"ship": (("placed", "packed"), "shipped")}, shipped="shipped")
    >>> orders.target("packed", "ship"), orders.statuses
    ('shipped', ('placed', 'shipped', 'packed', 'cancelled'))

    Args:
        moves: Of each move the status that it leads from, or several, and the one it leads to.
        cancellable: The statuses of orders that can be cancelled.
        shipped: The statuses in which the order has left the seller. Default: none.
        closes: The statuses that close an open request as superseded. Default: `shipped`.
        cancelled: The status of a cancelled order. Default: ``"cancelled"``.
        facts: The facts that a move brings along, by move; all of them are needed.
        needs: The facts that an order in a status must have, by status.
        has: The facts that every order has from the beginning, such as ``cart_id``: what texts may
            count on.
        names: What people call a status, by status. Default: its words.

    Attributes:
        table: Where each move leads, by status and move.
        statuses: All statuses, in the order in which the moves name them.

    Raises:
        InvalidPolicy: With every fault: moves that are no pair, statuses that no move names, moves
            into or out of the cancelled status.
    """

    moves: Mapping[str, tuple[str | tuple[str, ...], str]] = attrs.field(converter=_by_name)
    cancellable: tuple[str, ...] = attrs.field(default=(), converter=_names)
    shipped: tuple[str, ...] = attrs.field(default=(), converter=_names)
    closes: tuple[str, ...] | None = attrs.field(default=None, converter=_names)
    cancelled: str = attrs.field(default="cancelled", converter=exact)
    facts: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_lists)
    needs: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=_lists)
    has: tuple[str, ...] = attrs.field(default=(), converter=_names)
    names: Mapping[str, Any] = attrs.field(factory=dict, converter=_by_name)
    table: Mapping[tuple[str, str], str] = attrs.field(init=False, repr=False)
    statuses: tuple[str, ...] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        faults = Faults("Lifecycle")
        for field in ("moves", "facts", "needs", "names"):
            faults.instance(field, getattr(self, field), Mapping, "a mapping by name")
        for field in ("cancellable", "shipped", "closes", "has"):
            faults.instance(field, getattr(self, field), tuple | None, "names of statuses")
        faults.raise_if_any(InvalidPolicy)
        table: dict[tuple[str, str], str] = {}
        for move, pair in self.moves.items():
            faults.line(f"moves {move!r:.50}", move)
            for source, target in self._edges(move, pair, faults):
                table[source, move] = target
        closes = self.shipped if self.closes is None else self.closes
        statuses = tuple(
            dict.fromkeys(
                [
                    *(each for (source, _), to in table.items() for each in (source, to)),
                    *self.names,
                    self.cancelled,
                ]
            )
        )
        for field, named in (
            ("cancellable", self.cancellable),
            ("shipped", self.shipped),
            ("closes", closes),
            ("needs", tuple(self.needs)),
        ):
            for status in (each for each in named if each not in statuses):
                faults.add(field, f"names {status!r}", f"one of: {', '.join(statuses)}")
        for move in (each for each in self.facts if each not in self.moves):
            faults.add("facts", f"names the move {move!r}", f"one of: {', '.join(self.moves)}")
        for (source, move), target in table.items():
            known = (*self.has, *self.facts.get(move, ()), *self.needs.get(source, ()))
            for name in (each for each in self.needs.get(target, ()) if each not in known):
                problem = f"leads from {source!r} to {target!r}, which needs {name!r}"
                faults.add(f"moves[{move!r}]", problem, "a move that brings it along, in facts")
        if self.cancelled in self.cancellable:
            faults.add("cancellable", f"names {self.cancelled!r}", "other statuses")
        faults.raise_if_any(InvalidPolicy)
        if self.has:
            every = {each: (*self.has, *self.needs.get(each, ())) for each in statuses}
            needs = {each: tuple(dict.fromkeys(names)) for each, names in every.items()}
            object.__setattr__(self, "needs", FrozenMap(needs))
        object.__setattr__(self, "closes", closes)
        object.__setattr__(self, "table", FrozenMap(table))
        object.__setattr__(self, "statuses", statuses)

    def _edges(self, move: str, pair: object, faults: Faults) -> Iterable[tuple[str, str]]:
        """Each pair of statuses that a move leads between."""
        where = f"moves[{move!r:.50}]"
        expected = "('from', 'to') or (('from', 'or from'), 'to')"
        sources: Any = ()
        target: object = None
        if isinstance(pair, tuple | list) and len(pair) == 2:
            sources, target = _names(pair[0]), exact(pair[1])
        if not isinstance(sources, tuple) or not sources or not isinstance(target, str):
            faults.add(where, f"is {pair!r:.80}", expected)
            return
        for source in sources:
            if not isinstance(source, str) or not source:
                faults.add(where, f"leads from {source!r:.80}", expected)
            elif self.cancelled in (source, target):
                problem = f"leads from {source!r} to {target!r}"
                faults.add(where, problem, "no move: orders are cancelled by requests, for good")
            else:
                yield source, target

    def target(self, status: str, move: str) -> str | None:
        """Where `move` leads from `status`; None where there is no such move."""
        return self.table.get((status, move))

    def awaited(self, status: str) -> frozenset[str]:
        """The facts that moves out of `status` bring along, but for those that it needs itself."""
        needed = self.needs.get(status, ())
        return frozenset(
            name
            for move, names in self.facts.items()
            if (status, move) in self.table
            for name in names
            if name not in needed
        )

    def sources(self, move: str) -> tuple[str, ...]:
        """The statuses that `move` leads from."""
        return tuple(status for status in self.statuses if (status, move) in self.table)
