"""How orders can stand, and every step from one standing to the next that the solver lets by.

A standing leaves out almost everything: it has the status of the order and, of its latest request,
the status, who made it and who is to answer. Where rules hang on anything else, a step is taken as
soon as it is possible with *some* facts, so that no case that can be reached is passed over, and
some may be taken in that can't. What holds of every standing at registration and after every step
is therefore proved of all cases: it is inductive.

What a step does is not told here a second time: the engine does it, to a case that stands so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial, reduce
from typing import Any

import attrs

from ordercancel.domain.actors import Actor
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    JUDGED,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    FireDeadline,
    Judged,
    Reject,
    RequestCancellation,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.events import OrderUpdated
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import OPEN, CancellationRequest, RequestStatus
from ordercancel.domain.trusted import trusted
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import carry_out
from ordercancel.engine.decision import Ruling, Verdict
from ordercancel.engine.evolve import evolve, opened
from ordercancel.engine.happening import Happening
from ordercancel.engine.timers import Timer
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import Condition, Value
from ordercancel.rules.effects import Grant, Refer
from ordercancel.rules.facts import Flag
from ordercancel.rules.reasons import Reason
from ordercancel.verification.commands_tried import (
    BUYER,
    ORDER_ID,
    SELLER,
    SYSTEM,
    actors_of,
    parties_of,
)
from ordercancel.verification.enumeration import Space, values_of
from ordercancel.verification.invariants import Step
from ordercancel.verification.solver.encoding import MOST_STEPS, Encoded, Formula
from ordercancel.verification.solver.rulings import Rulings

AT = datetime(2024, 4, 1, 10, tzinfo=UTC)
"""When everything happens: no step asks for the time."""

_FIXED = (
    "status",
    "request",
    "initiator",
    "answerer",
    "role",
    "side",
    "is_initiator",
    "is_answerer",
    "is_own_side",
)
"""The facts that a standing, and whoever does something, settle."""


@attrs.frozen
class Standing:
    """How an order stands, whatever else is known of it.

    Args:
        status: Its status.
        request: The status of its latest request; None where it has none.
        by: Who made that request.
        answerer: The role or side that is to answer it.
    """

    status: str
    request: RequestStatus | None = None
    by: Actor | None = None
    answerer: str | None = None

    @classmethod
    def of(cls, case: Case) -> Standing:
        """How the order of `case` stands."""
        latest = case.latest
        if latest is None:
            return cls(case.order.status)
        return cls(case.order.status, latest.status, latest.by, latest.answerer)

    def case(self, policy: Policy) -> Case:
        """A case that stands so, of an order without lines and with its one request."""
        order = Order(
            ORDER_ID,
            policy=policy.name,
            status=self.status,
            buyer=BUYER.id,
            seller=SELLER.id,
            placed_at=AT,
            facts=parties_of(policy),
        )
        case = opened(order, policy.edition, policy.digest)
        if self.request is None or self.by is None:
            return attrs.evolve(case, version=1, updated_at=AT)
        request = CancellationRequest(
            number=1,
            by=self.by,
            at=AT,
            status=self.request,
            answerer=self.answerer,
            closed_at=None if self.is_open else AT,
        )
        return attrs.evolve(case, version=1, updated_at=AT, requests=(request,))

    @property
    def is_open(self) -> bool:
        """Whether its request can be answered."""
        return self.request in OPEN

    @property
    def subject(self) -> str:
        """How faults of requests name it."""
        return f"{self.request} in {self.status} by {self.by.role if self.by else None}"

    def __str__(self) -> str:
        if self.request is None or self.by is None:
            return self.status
        to = f" to {self.answerer}" if self.answerer and self.is_open else ""
        return f"{self.status}, {self.request} by {self.by.role}{to}"


class Standings:
    """The standings that orders without lines can come into, with the steps between them.

    Args:
        policy: The policy.
        most_steps: How many steps the solver takes at most for one question.

    Attributes:
        steps: Every step, by the standing that it begins in.
        facts: The facts of orders and requests that deadlines and notifications hang on.
    """

    def __init__(self, policy: Policy, most_steps: int = MOST_STEPS) -> None:
        self.policy = policy
        parties = {"buyer": BUYER.id, "seller": SELLER.id, **parties_of(policy)}
        self.actors = tuple(actors_of(policy, parties))
        self._judged = {kind: Encoded.of(policy, kind, most_steps=most_steps) for kind in JUDGED}
        rulings = {kind: Rulings(each) for kind, each in self._judged.items()}
        self._granted = {
            kind: {grant: each.grants_only(grant) for grant in each.grants}
            for kind, each in rulings.items()
        }
        told = (deadline.runs for deadline in policy.deadlines)
        when = (each.when for each in policy.notifications)
        leaves = [leaf for condition in (*told, *when) for leaf in condition.leaves()]
        space = Space.of(policy, Withdraw, also=leaves)
        if "reason" in space.values:  # of the request, which no command of this kind tells
            reasons = values_of("reason", leaves, (policy,))
            space = attrs.evolve(space, values={**space.values, "reason": reasons})
        self.facts = Encoded(space, most_steps=most_steps)
        self._asked: dict[tuple[object, ...], bool] = {}
        self._formulas: dict[tuple[object, ...], Formula] = {}
        self.steps: dict[Standing, tuple[Step, ...]] = {}

    def explore(self) -> None:
        """Take every step from every standing that can be reached.

        Raises:
            Undecided: The solver gave up on a question.
        """
        waiting = [Standing(status) for status in self.policy.orders.statuses]
        while waiting:
            standing = waiting.pop()
            if standing not in self.steps:
                self.steps[standing] = tuple(self._steps(standing))
                waiting += [Standing.of(step.after) for step in self.steps[standing]]

    def all_steps(self) -> Iterator[tuple[Standing, Step]]:
        """Every step, with the standing that it begins in."""
        return ((standing, step) for standing, steps in self.steps.items() for step in steps)

    # ---------------------------------------------------------------- what may be

    def may_hold(self, condition: Condition, case: Case, by: Actor, *, truth: bool = True) -> bool:
        """Whether a condition is true with some facts of such a case; or else is not true."""
        holds = self.facts.true(condition)
        wanted = holds if truth else self.facts.none_of([holds])
        facts = Facts(None, case, self.policy, AT, by=by)
        key = condition, "holds" if truth else "does not hold"
        return self._may(self.facts, {name: facts[name] for name in _FIXED}, wanted, key)

    def is_sure(self, command: Judged, case: Case) -> bool:
        """Whether a command is carried out for good, whatever else is known of such a case.

        What goes with it is given: its flags, and a reason.
        """
        kind = type(command)
        encoded = self._judged[kind]
        offered = [each for each in self.policy.reasons_for(kind) if _hangs_on_role(each)]
        by = {"role": command.by.role}
        if self.policy.reasons_for(kind) and not any(each.when.test(by) for each in offered):
            return False
        carried = [fact for fact in self.policy.facts if fact.of is kind]
        if any(fact.required and not isinstance(fact, Flag) for fact in carried):
            return False
        given = {fact.name: True for fact in carried if isinstance(fact, Flag)}
        lacking = encoded.none_of(self._granted[kind].values())
        facts = {**self._of(command, case), **given, "is_stale": False}
        return not self._may(encoded, facts, lacking, (kind.__name__, "is refused"))

    def _is_granted(self, command: Judged, case: Case, effect: Grant) -> bool:
        kind = type(command)
        formula = self._granted[kind][effect]
        key = kind.__name__, "is granted", effect
        return self._may(self._judged[kind], self._of(command, case), formula, key)

    def _of(self, command: Judged, case: Case) -> dict[str, Any]:
        facts = Facts(command, case, self.policy, AT)
        names = (*_FIXED, *(name for name in ("move", "accept") if hasattr(command, name)))
        return {name: facts[name] for name in names}

    def _may(
        self, encoded: Encoded, facts: Mapping[str, Any], formula: Formula, key: tuple[object, ...]
    ) -> bool:
        """Whether `formula` holds with some facts, those that are given being as they are."""
        free = encoded.space.free
        given = {name: value for name, value in facts.items() if value in free.get(name, ())}
        asked = (id(encoded), *key, *given.items())
        if asked not in self._asked:
            fixed = (self._is_at(encoded, name, value) for name, value in given.items())
            where = ", ".join(f"{name} {value}" for name, value in given.items())
            query = f"{' '.join(map(str, key))} with {where}"
            self._asked[asked] = encoded.may(formula, *fixed, query=query)
        return self._asked[asked]

    def _is_at(self, encoded: Encoded, name: str, value: Value | None) -> Formula:
        """That a fact has this value; the formula is made once."""
        key = id(encoded), name, value
        if key not in self._formulas:
            self._formulas[key] = encoded.is_at(name, value)
        return self._formulas[key]

    # ---------------------------------------------------------------- steps

    def _steps(self, standing: Standing) -> Iterator[Step]:
        case = standing.case(self.policy)
        for by in self.actors:
            for command in self._commands(case, by):
                for effect in self._granted[type(command)]:
                    if self._is_granted(command, case, effect):
                        step = Happening(case, self.policy, AT, by, ())
                        to = effect.to if isinstance(effect, Refer) else None
                        carry_out(step, command, None, Ruling(Verdict(str(effect)), to=to))
                        yield self._step(case, command, step)
        for deadline in self.policy.deadlines:
            if self.may_hold(deadline.runs, case, SYSTEM):
                step = Happening(case, self.policy, AT, SYSTEM, ())
                step.fire(Timer(deadline, AT))
                fire = FireDeadline(ORDER_ID, by=SYSTEM, deadline=deadline.id)
                yield self._step(case, fire, step)
        yield from self._corrected(case)

    def _commands(self, case: Case, by: Actor) -> Iterator[Judged]:
        yield RequestCancellation(ORDER_ID, by=by)
        for kind in (Approve, Reject, Withdraw, AskWithdrawal):
            yield kind(ORDER_ID, by=by, request=1)
        for accept in (True, False):
            yield AnswerWithdrawal(ORDER_ID, by=by, request=1, accept=accept)
        for status, move in self.policy.orders.table:
            if status == case.order.status:
                yield AdvanceOrder(ORDER_ID, by=by, move=move)

    def _corrected(self, case: Case) -> Iterator[Step]:
        """What the host says of the order's status."""
        orders = self.policy.orders
        for status in orders.statuses:
            if orders.cancelled not in (status, case.order.status) and status != case.order.status:
                step = Happening(case, self.policy, AT, SYSTEM, ())
                step.supersede_by_arriving_in(status)
                kind = partial(trusted(OrderUpdated), status=status, buyer=None, seller=None)
                ships = status in orders.shipped and case.order.status not in orders.shipped
                step.tell(kind, {}, ships=ships)
                yield self._step(case, UpdateOrder(ORDER_ID, by=SYSTEM, status=status), step)

    def _step(self, case: Case, command: Command, happened: Happening) -> Step:
        events = tuple(happened.events)
        after = reduce(evolve, events, case)
        return Step(
            policy=self.policy, before=case, command=command, at=AT, events=events, after=after
        )


def _hangs_on_role(reason: Reason) -> bool:
    return all(leaf.fact == "role" for leaf in reason.when.leaves())
