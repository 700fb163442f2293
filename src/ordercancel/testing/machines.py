"""A machine that drives orders through a service at random and checks every step."""

from __future__ import annotations

import sys
import unittest
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import ClassVar, cast

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import DrawFn

from ordercancel.domain.actors import Actor
from ordercancel.domain.commands import Command
from ordercancel.domain.requests import RequestStatus
from ordercancel.policy.policy import Policy
from ordercancel.service.ports import Store
from ordercancel.service.ports_async import AsyncStore
from ordercancel.stores.memory import MemoryStore
from ordercancel.testing.blocking import opened
from ordercancel.testing.checked_service import CheckedService
from ordercancel.testing.commands import draw_command
from ordercancel.testing.draws import draw_moment, one_of, rarely
from ordercancel.testing.strategies import any_commands, commands, moments, orders, parties
from ordercancel.verification.invariants import INVARIANTS, Invariant

_MOST_YOUNG = 3
_WATCHED = 3
_LATE = (timedelta(), timedelta(), timedelta(seconds=1), timedelta(hours=1), timedelta(days=3))
_BUYERS = st.sampled_from(("b-1", "b-2"))
_SELLERS = st.sampled_from(("s-1", "s-2"))


class CaseMachine(RuleBasedStateMachine):
    """Drives orders of one policy through a service by all sorts of commands, ticks and moments.

    After each step it checks that every invariant holds; that the service did what the policy
    says; that a failed command changed nothing, and any other only its own order; that the events
    evolve into the case; that a repeated command id gives the first outcome again; and that the
    messages that go out are those of what happened, each once.

    Set `policy`, override what else differs, and run ``YourMachine.TestCase``.

    Attributes:
        policy: The policy.
        step_invariants: What must be true of every judged step, the refused ones included.
        service: The service, with the cases that its orders must have.
        steps: The number of steps taken.
    """

    policy: ClassVar[Policy]
    step_invariants: ClassVar[Sequence[Invariant]] = INVARIANTS

    def make_store(self) -> Store | AsyncStore | Awaitable[AsyncStore]:
        """A new, empty store. Default: one in memory."""
        return MemoryStore()

    def __init__(self) -> None:
        super().__init__()
        self._closing = ExitStack()
        store = self._closing.enter_context(opened(self.make_store))
        self.service = CheckedService(self.policy, store, self.step_invariants)
        self.steps = 0

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """An order comes in, and people act on it."""
        self._people_act(data)

    @precondition(lambda self: len(self.service.young) < _MOST_YOUNG)
    @rule(data=st.data())
    def place_another(self, data: st.DataObject) -> None:
        """Another order comes in, and people go on."""
        self._place(data)
        self._people_act(data)

    @rule(data=st.data(), times=st.integers(1, 3))
    def act(self, data: st.DataObject, times: int) -> None:
        """People do what they may, one after another."""
        self._people_act(data, times)

    @rule(data=st.data(), anybody=st.booleans(), late=st.sampled_from(_LATE))
    def meddle(self, data: st.DataObject, anybody: bool, late: timedelta) -> None:  # noqa: FBT001
        """People do what they may; then anybody gives any command, or one that comes in late."""
        self._people_act(data)
        order_id = self._some_order(data)
        case, at = self.service.case(order_id), self.service.now - late
        likely = commands(self.policy, case, at=at, seller=self.service.seller(order_id))
        drawn = data.draw(any_commands(self.policy, case) if anybody else likely, label="command")
        self.service.give(drawn, at=at)

    @rule(data=st.data(), same=st.booleans())
    def repeat(self, data: st.DataObject, same: bool) -> None:  # noqa: FBT001
        """People do what they may, and then a command comes again, or another one with its id."""
        self._people_act(data)
        if not self.service.done:
            return
        done = sorted(self.service.done)
        command, _ = self.service.done[data.draw(st.sampled_from(done), label="done")]
        if not same:
            case = self.service.case(self._some_order(data))
            other = data.draw(commands(self.policy, case), label="command")
            command = attrs.evolve(other, command_id=command.command_id)
        self.service.give(command)

    @rule(data=st.data(), budget=st.integers(1, 3))
    def tick(self, data: st.DataObject, budget: int) -> None:
        """People do what they may, and then what is due fires."""
        self._people_act(data)
        case = self.service.case(self._some_order(data))
        self.service.now = data.draw(moments(self.policy, case, self.service.now), label="now")
        self.service.tick(budget)

    @rule(data=st.data(), fails=st.booleans(), limit=st.integers(1, 4))
    def relay(
        self,
        data: st.DataObject,
        fails: bool,  # noqa: FBT001
        limit: int,
    ) -> None:
        """People do what they may, and then some messages go out, or fail to."""
        self._people_act(data)
        self.service.relay(self.service.now, limit, fails=fails)

    @rule(
        data=st.data(),
        statuses=st.frozensets(st.sampled_from(RequestStatus)),
        role=st.sampled_from(("buyer", "seller", "operator")),
    )
    def look(self, data: st.DataObject, statuses: frozenset[RequestStatus], role: str) -> None:
        """People do what they may, and then somebody looks at their queue and its numbers."""
        self._people_act(data)
        order = self.service.case(self._some_order(data)).order
        self.service.look(Actor(getattr(order, role, "operator-1"), role=role), statuses)

    @rule(data=st.data(), role=st.sampled_from(("seller", "buyer")))
    def change(self, data: st.DataObject, role: str) -> None:
        """A party changes their name, or whether they permit cancelling; people go on."""
        order = self.service.case(self._some_order(data)).order
        party_id = order.seller if role == "seller" else order.buyer
        self.service.put(data.draw(parties(party_id), label="party"))
        self._people_act(data)

    @invariant()
    def nothing_else_changed(self) -> None:
        """The orders are as they must be: what failed has changed nothing."""
        self.steps += bool(self.service.known)
        self.service.compare(list(self.service.known)[-_WATCHED:])

    def teardown(self) -> None:
        """All orders are as they must be, the messages that are left go out, the store closes."""
        try:
            # Where a step has failed there is nothing more to be said of what comes after it.
            if self.service.known and sys.exc_info()[0] is None:
                self.service.compare(self.service.known)
                while self.service.relay(self.service.now + timedelta(days=1)):
                    pass
                self.service.compare_messages()
        finally:
            self._closing.close()

    def _place(self, data: st.DataObject) -> None:
        """An order comes in, of the same people as the others or of new ones."""
        settled = {"placed_at": self.service.now} if self.service.known else {}
        number = len(self.service.known) + 1
        another = orders(self.policy, id=f"o-{number}", buyer=_BUYERS, seller=_SELLERS, **settled)
        self.service.place(data.draw(another, label="order"))

    def _people_act(self, data: st.DataObject, times: int = 1) -> None:
        """Those who may do something do so, most of them what the rules permit."""
        for _ in range(times):
            if not self.service.young:
                self._place(data)
            self.service.now, command = data.draw(_acts(self.service), label="act")
            self.service.give(command)

    def _some_order(self, data: st.DataObject) -> str:
        return data.draw(_order_ids(self.service), label="order_id")


def machine_for(
    policy: Policy,
    *,
    make_store: Callable[[], Store | AsyncStore | Awaitable[AsyncStore]] = MemoryStore,
    invariants: Sequence[Invariant] = INVARIANTS,
) -> type[unittest.TestCase]:
    """A test of `policy` by a `CaseMachine`, for the test runner to find.

    Args:
        policy: The policy.
        make_store: Makes a new, empty store, sync or async. Default: one in memory.
        invariants: What must be true of every step. Default: what is true under any policy.
    """
    hooks = {
        "policy": policy,
        "make_store": staticmethod(make_store),
        "step_invariants": tuple(invariants),
        "__module__": __name__,
    }
    machine = cast(type[CaseMachine], type("CaseMachine", (CaseMachine,), hooks))
    return machine.TestCase


def _draw_order_id(draw: DrawFn, service: CheckedService) -> str:
    """An order; most often one that can still be cancelled."""
    young = service.young
    return one_of(draw, young if young and not rarely(draw) else list(service.known))


_order_ids = st.composite(_draw_order_id)


@st.composite
def _acts(draw: DrawFn, service: CheckedService) -> tuple[datetime, Command]:
    """A command that somebody may give, and when."""
    order_id = _draw_order_id(draw, service)
    case = service.case(order_id)
    at = draw_moment(draw, service.policy, case, service.now)
    command = draw_command(draw, service.policy, case, at, service.seller(order_id))
    if one_of(draw, (False, True)):
        command = attrs.evolve(command, command_id=f"c-{len(service.done) + 1}")
    return at, command
