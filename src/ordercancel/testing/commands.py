"""The forms of commands: what each leaves to be filled in, and who may give it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Role, Seller, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    COMMANDS,
    AdvanceOrder,
    AnswerWithdrawal,
    ApplyDeadline,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
)
from ordercancel.policy.policy import Policy
from ordercancel.rules.conditions import All, AnyOf, Condition, IsIn, Not
from ordercancel.rules.effects import Forbid
from ordercancel.rules.reasons import Catalogue, TextBounds
from ordercancel.rules.rules import Rule
from ordercancel.testing.draws import one_of, rarely
from ordercancel.testing.texts import texts

__all__ = ["OPERATOR", "Form", "draw_command", "draw_filled", "forms", "givers", "permitted"]

OPERATOR = Operator("op-1")


@attrs.frozen(eq=False)
class Form:
    """A command as the rules judge it, and the values that it still takes.

    Args:
        command: The command; its reason, text and planned ship date are still to be given.
        values: The fields that are to be given, well-formed.
        planned: Whether it takes a planned ship date.
    """

    command: Command
    values: SearchStrategy[dict[str, Any]] | None = None
    planned: bool = False


@lru_cache(maxsize=64)
def givers(policy: Policy) -> Mapping[type[Command], tuple[Role, ...]]:
    """By kind of command, the roles that some rule lets give it, and that none always forbids."""
    return {
        kind: tuple(role for role in Role if _may_give(policy.rules_for(kind), role))
        for kind in COMMANDS
    }


def _may_give(rules: Iterable[Rule], role: Role) -> bool:
    told = [(isinstance(rule.effect, Forbid), _told(rule.when, role)) for rule in rules]
    return (True, True) not in told and any(
        not forbids and holds is not False for forbids, holds in told
    )


def forms(policy: Policy, case: Case) -> tuple[Form, ...]:
    """The forms of every command about `case`, by those who may give it.

    Deadlines that are running may be applied; where none is, each may be tried.
    """
    order = case.order
    running = tuple((duty.deadline, duty.request) for duty in case.open_duties)
    return _forms_of(policy, order.id, order.buyer, order.seller, running)


def permitted(
    policy: Policy, case: Case, at: datetime, seller: Party | None, known: Iterable[Form]
) -> list[Form]:
    """The forms that the rules permit at the moment `at`."""
    return [
        form
        for form in known
        if _has_move(policy, case, form.command)
        and not policy.assess(form.command, case, at, seller=seller).is_refused
    ]


def _has_move(policy: Policy, case: Case, command: Command) -> bool:
    """Whether it is worth asking: the charts, which have the last word, say no faster."""
    match command:
        case AdvanceOrder():
            return policy.can_advance(case.order.status, command.move)
        case RequestCancellation():
            return case.open_request is None
        case _:
            return case.open_request is not None or isinstance(command, ApplyDeadline)


def draw_command(
    draw: DrawFn, /, policy: Policy, case: Case, at: datetime, seller: Party | None
) -> Command:
    """A command that somebody may give; most often one that the rules permit at that moment."""
    known = forms(policy, case)
    likely = () if rarely(draw) else permitted(policy, case, at, seller, known)
    return draw_filled(draw, likely or known, at.astimezone(policy.tzinfo).date())


def draw_filled(draw: DrawFn, /, known: Iterable[Form], today: date) -> Command:
    """A command of one of the forms, with all that it takes; each kind comes as often."""
    by_kind: dict[type[Command], list[Form]] = {}
    for form in known:
        by_kind.setdefault(type(form.command), []).append(form)
    form = one_of(draw, one_of(draw, list(by_kind.values())))
    values = {} if form.values is None else draw(form.values)
    if form.planned:
        values["ship_on"] = today + timedelta(days=one_of(draw, range(-1, 10)))
    return attrs.evolve(form.command, **values) if values else form.command


def _reasons(catalogue: Catalogue) -> SearchStrategy[dict[str, Any]]:
    """A reason of `catalogue` with the text that it takes."""
    chosen = [
        st.fixed_dictionaries({"reason": st.just(reason.code), "text": _texts(reason.text)})
        for reason in catalogue.reasons
    ]
    return st.one_of(chosen or [st.fixed_dictionaries({"text": _texts(catalogue.text)})])


def _texts(bounds: TextBounds | None) -> SearchStrategy[str | None]:
    return st.none() if bounds is None else texts(bounds)


@lru_cache(maxsize=64)
def _values(policy: Policy) -> Mapping[type[Command], SearchStrategy[dict[str, Any]]]:
    """What commands take of reasons and texts."""
    return {
        RequestCancellation: _reasons(policy.request_reasons),
        Reject: _reasons(policy.rejection_reasons),
        AskWithdrawal: st.fixed_dictionaries({"text": _texts(policy.withdrawal_text)}),
    }


@lru_cache(maxsize=4_096)
def _forms_of(
    policy: Policy, order_id: str, buyer: str, seller: str, running: tuple[tuple[str, int], ...]
) -> tuple[Form, ...]:
    duties = running or tuple((deadline.id, 1) for deadline in policy.deadlines)
    people: Mapping[Role, Actor] = {
        Role.BUYER: Buyer(buyer),
        Role.SELLER: Seller(seller),
        Role.OPERATOR: OPERATOR,
        Role.SYSTEM: System(),
    }

    def given_by(roles: Mapping[type[Command], Iterable[Role]]) -> tuple[Form, ...]:
        return tuple(
            Form(
                command,
                _values(policy).get(kind),
                planned=isinstance(command, AdvanceOrder) and command.move in policy.planned_by,
            )
            for kind in COMMANDS
            for role in roles[kind]
            for command in _judged(policy, order_id, kind, people[role], duties)
        )

    # Where the rules let nobody do anything, anybody may try.
    return given_by(givers(policy)) or given_by(dict.fromkeys(COMMANDS, Role))


def _judged(
    policy: Policy,
    order_id: str,
    kind: type[Command],
    by: Actor,
    duties: tuple[tuple[str, int], ...],
) -> Iterator[Command]:
    """The commands of a `kind` that the rules can tell apart."""
    if kind is Reject:
        for affirmed in (True, False):
            yield Reject(order_id, by=by, affirmed=affirmed)
    elif kind is AnswerWithdrawal:
        for accept in (True, False):
            yield AnswerWithdrawal(order_id, by=by, accept=accept)
    elif kind is AdvanceOrder:
        for move in policy.orders.moves:
            if move != policy.cancel_move:
                yield AdvanceOrder(order_id, by=by, move=move)
    elif kind is ApplyDeadline:
        for deadline, request in duties:
            yield ApplyDeadline(order_id, by=by, deadline=deadline, request=request)
    else:
        plain = cast(Callable[..., Command], kind)
        yield plain(order_id, by=by)


def _told(condition: Condition, role: Role) -> bool | None:
    """Whether `condition` holds of one in this `role`; None where that hangs on something else."""
    match condition:
        case IsIn("role", values):
            return role in values
        case Not(inner):
            told = _told(inner, role)
            return None if told is None else not told
        case All(conditions):
            every = {_told(each, role) for each in conditions}
            return False if False in every else None if None in every else True
        case AnyOf(conditions):
            some = {_told(each, role) for each in conditions}
            return True if True in some else None if None in some else False
        case _:
            return None
