"""What is asked of a solver about all combinations of facts: one question for each fault."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import attrs

from ordercancel.domain.commands import ANSWERS, JUDGED, AdvanceOrder, Judged, Withdraw
from ordercancel.domain.commands import RequestCancellation as Request
from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.engine.lifecycle_checks import checks_after
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import ALWAYS, Condition, Known
from ordercancel.rules.deadlines import Deadline, Do
from ordercancel.rules.effects import PERMIT
from ordercancel.rules.facts import is_open, role, status
from ordercancel.rules.times import unspread
from ordercancel.verification.enumeration import Space, values_of
from ordercancel.verification.report import Kind
from ordercancel.verification.solver.encoding import Encoded, Formula
from ordercancel.verification.solver.rulings import Rulings

_RELATION = ("is_initiator", "is_answerer", "is_own_side")


@attrs.frozen(eq=False)
class Question:
    """Whether there are combinations of facts that show a fault.

    Args:
        kind: The kind of the fault.
        names: What the subject of the fault names.
        encoded: The combinations.
        formulas: What must hold: of several, each in a combination of its own.
        query: What is asked, for people.
        is_fault: Whether it is a fault where there is none, and not where there is one.
    """

    kind: Kind
    names: frozenset[str]
    encoded: Encoded
    formulas: tuple[Formula, ...]
    query: str
    is_fault: bool = False


def questions(policy: Policy, most_steps: int) -> Iterator[Question]:
    """Every question that combinations of facts answer, but for the rules that decide nothing.

    Args:
        policy: The policy.
        most_steps: How many steps the solver takes at most for one question.
    """
    for kind in JUDGED:
        rulings = Rulings(
            Encoded.of(policy, kind, also=_also(policy, kind), most_steps=most_steps)
        )
        yield from _of_grants(policy, rulings)
        yield from _of_holes(policy, rulings)
        yield from _of_reasons(policy, rulings)
        if kind is Request:
            yield from _of_fees(policy, rulings)
    encoded = Encoded(_deadline_space(policy), most_steps=most_steps)
    for deadline in policy.deadlines:
        yield from _of_deadline(policy, encoded, deadline)


def _also(policy: Policy, kind: type[Judged]) -> Iterator[Condition]:
    """What is asked about besides the rules: who it is, reasons and fees."""
    yield Known("role")
    for name in _RELATION if kind in ANSWERS else ():
        yield Known(name)
    if kind is AdvanceOrder:
        yield Known("move")
    for reason in policy.reasons_for(kind):
        yield reason.when
    for fee in policy.fees if kind is Request else ():
        yield fee.when


def _of_grants(policy: Policy, rulings: Rulings) -> Iterator[Question]:
    """Grants that disagree, and those that the lifecycle has no move for."""
    encoded = rulings.encoded
    special = [grant for grant in rulings.grants if grant != PERMIT]
    for one, other in combinations(special, 2):
        for first, second in product(rulings.rules_for(one), rulings.rules_for(other)):
            both = rulings.holds(first, one), rulings.holds(second, other)
            yield Question(
                Kind.PERMITS_DISAGREE,
                frozenset({first, second}),
                encoded,
                (encoded.all_of([rulings.passes(), *both]),),
                f"{first} and {second} ever grant different things",
            )
    own = {rule.id for rule in policy.rules}
    for grant in rulings.grants:
        moves = [
            encoded.true(each)
            for each, code in checks_after(policy, rulings.kind, grant)
            if code in ("not_cancellable", "no_such_move")
        ]
        for rule in own.intersection(rulings.rules_for(grant)):
            fails = encoded.none_of([encoded.all_of(moves)])
            lets = rulings.lets_through(grant), rulings.holds(rule, grant)
            yield Question(
                Kind.PERMIT_WITHOUT_MOVE,
                frozenset({rule}),
                encoded,
                (encoded.all_of([*lets, fails]),),
                f"{rule} ever grants what the lifecycle has no move for",
            )


def _of_holes(policy: Policy, rulings: Rulings) -> Iterator[Question]:
    """What is granted to a role in some combinations, and in others neither that nor forbidden."""
    encoded, kind = rulings.encoded, rulings.kind
    granted, silent = rulings.granted(), rulings.silent()
    about = _RELATION if kind in ANSWERS else ("move",) if kind is AdvanceOrder else ()
    for name in policy.roles:
        by = encoded.true(role.is_in(name))
        for values in product(*(encoded.space.free[each] for each in about)):
            same = [by, *(encoded.is_at(*each) for each in zip(about, values, strict=True))]
            yield Question(
                Kind.HOLE,
                frozenset({f"{kind.__name__} by {name}"}),
                encoded,
                tuple(encoded.all_of([*same, each]) for each in (silent, granted)),
                f"{kind.__name__} by {name} is granted in some cases alone",
            )


def _of_reasons(policy: Policy, rulings: Rulings) -> Iterator[Question]:
    """Reasons that are never offered; and commands that are granted without one."""
    encoded, kind = rulings.encoded, rulings.kind
    reasons = policy.reasons_for(kind)
    offered = [encoded.true(reason.when) for reason in reasons]
    for reason, formula in zip(reasons, offered, strict=True):
        subject = f"{reason.code} on {kind.__name__}"
        yield Question(
            Kind.NO_REASON,
            frozenset({subject}),
            encoded,
            (formula,),
            f"the reason {subject} is ever offered",
            is_fault=True,
        )
    for name in policy.roles if reasons else ():
        by = encoded.true(role.is_in(name))
        yield Question(
            Kind.NO_REASON,
            frozenset({f"{kind.__name__} by {name}"}),
            encoded,
            (encoded.all_of([by, rulings.granted(), encoded.none_of(offered)]),),
            f"{kind.__name__} is ever granted to {name} and has no reason",
        )


def _of_fees(policy: Policy, rulings: Rulings) -> Iterator[Question]:
    """Fees that never hold, and fees that hold together."""
    encoded = rulings.encoded
    charges = any(each.then.do is Do.CANCEL for each in policy.deadlines)
    asked = encoded.true(ALWAYS) if charges else rulings.granted()
    for fee in policy.fees:
        yield Question(
            Kind.NEVER_DECIDES,
            frozenset({fee.id}),
            encoded,
            (encoded.all_of([asked, encoded.true(fee.when)]),),
            f"the fee {fee.id} ever holds",
            is_fault=True,
        )
    for one, other in combinations(policy.fees, 2):
        both = encoded.true(one.when), encoded.true(other.when)
        yield Question(
            Kind.FEES_DISAGREE,
            frozenset({one.id, other.id}),
            encoded,
            (encoded.all_of([rulings.granted(), *both]),),
            f"the fees {one.id} and {other.id} ever hold together",
        )


def _deadline_space(policy: Policy) -> Space:
    """The facts that deadlines hang on, which are of the order and its request alone."""
    leaves = [leaf for deadline in policy.deadlines for leaf in deadline.runs.leaves()]
    names = ["request", "status", *(leaf.fact for leaf in leaves)]
    for deadline in policy.deadlines:
        names += [chain.anchor_name for chain, _, _ in unspread(deadline.due)]
    values = {name: values_of(name, leaves, (policy,)) for name in names}
    return Space(policy, Withdraw, FrozenMap(values))


def _of_deadline(policy: Policy, encoded: Encoded, deadline: Deadline) -> Iterator[Question]:
    """Whether a deadline ever runs, and whether it does where it can't act."""
    anchors = {chain.anchor_name for chain, _, _ in unspread(deadline.due)}
    known = encoded.any_of(encoded.true(Known(name)) for name in anchors)
    # A request that is open has been made in its status, or was not closed by arriving there.
    orders = policy.orders
    closing = {*(orders.closes or ()), orders.cancelled} - {*orders.cancellable}
    open_in = {*orders.statuses} - closing
    closed = encoded.none_of([encoded.true(is_open)])
    may_be = encoded.any_of([closed, encoded.true(status.is_in(*open_in))])
    runs = encoded.all_of([encoded.true(deadline.runs), known, may_be])
    yield Question(
        Kind.DEADLINE_NEVER_RUNS,
        frozenset({deadline.id}),
        encoded,
        (runs,),
        f"the deadline {deadline.id} ever runs",
        is_fault=True,
    )
    cancellable = status.is_in(*policy.orders.cancellable)
    match deadline.then.do:
        case Do.APPROVE:
            acts: Condition = is_open & cancellable
        case Do.CANCEL:
            acts = cancellable
        case Do.REJECT | Do.EXPIRE | Do.REFER:
            acts = is_open
        case Do.ADVANCE:
            table = policy.orders.table
            acts = status.is_in(*(at for at, move in table if move == deadline.then.argument))
        case _:
            acts = ALWAYS
    yield Question(
        Kind.DEADLINE_IMPOSSIBLE,
        frozenset({deadline.id}),
        encoded,
        (encoded.all_of([runs, encoded.none_of([encoded.true(acts)])]),),
        f"the deadline {deadline.id} runs where the lifecycle does not have its action",
    )
