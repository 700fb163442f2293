"""Options: every action on an order, whether it is offered to somebody, and what it must ask.

An action is offered where there is a reason, and a set of the facts that its command carries, with
which the rules grant it. So a form can be drawn from an option: the reasons to choose from, with
the bounds of the text beside each, and the facts to ask for. Where it is not offered, its decision
says why, with codes, clauses and sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import combinations, islice, product
from typing import Any

import attrs

from ordercancel.domain.actors import Actor, Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    ANSWERS,
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Judged,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.faults import moment
from ordercancel.domain.frozenmap import EMPTY, FrozenMap
from ordercancel.domain.quotes import Quote
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.compilation import evaluate
from ordercancel.engine.consequences import Consequences, consequences
from ordercancel.engine.decision import Decision, Ruling, Verdict
from ordercancel.engine.inputs import offered_reasons
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.units import shipment
from ordercancel.rules.conditions import Compare
from ordercancel.rules.facts import Choice, Fact, Flag, Moment, Number
from ordercancel.rules.reasons import Reason, TextBounds
from ordercancel.rules.roles import check_party
from ordercancel.rules.texts import ActionText, Worded

MOST_TRIED = 1_000
"""How many sets of a command's facts are tried to find one with which it is granted."""

_LONG_AGO, _FAR_OFF = datetime(1901, 1, 1, tzinfo=UTC), datetime(8999, 1, 1, tzinfo=UTC)

_ACTIONS: tuple[tuple[str, type[Judged], Mapping[str, Any]], ...] = (
    ("request", RequestCancellation, {}),
    ("approve", Approve, {}),
    ("reject", Reject, {}),
    ("withdraw", Withdraw, {}),
    ("ask_withdrawal", AskWithdrawal, {}),
    ("accept", AnswerWithdrawal, {"accept": True}),
    ("decline", AnswerWithdrawal, {"accept": False}),
)
"""Each action beside the moves of the order: its name, its command, and what that carries."""


@attrs.frozen(kw_only=True)
class Choosable:
    """A reason that may be chosen for an action, as a form shows it.

    Args:
        code: Its code; None where there is nothing to choose, and a text alone to type.
        label: What people read; None for a text alone.
        text: The bounds of the words typed with it; None where it takes none.
        hint: What stands beside it.
        verdict: What comes of the action with this reason.
        data: The facts of the command with which the rules grant it: as few as will do.
    """

    code: str | None
    label: Text | None
    text: TextBounds | None
    hint: Text | None
    verdict: Verdict
    data: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Option:
    """An action on an order.

    Args:
        action: ``request``, ``approve``, ``reject``, ``withdraw``, ``ask_withdrawal``,
            ``accept`` or ``decline`` (the ask for a withdrawal), or ``advance``.
        command: The kind of command to give.
        move: The move of the order, for ``advance``.
        request: The number of the open request, for an answer to it; None where none is open.
        decision: What the rules say: of an action that is not offered every refusal that no
            choice of reason or facts avoids.
        reasons: The reasons to choose from; none where the action takes none.
        facts: The facts that go with the command: those that it carries, or that its move takes.
        lines: How many units of each line the command may name; empty where it names none.
        data: The values of these with which the rules grant it: as few as will do, such as
            ``{"confirmed": True}``.
    """

    action: str
    command: type[Judged]
    move: str | None = None
    request: int | None = None
    decision: Decision
    reasons: tuple[Choosable, ...] = ()
    facts: tuple[Fact, ...] = ()
    lines: Mapping[str, int] = EMPTY
    data: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def is_offered(self) -> bool:
        """Whether the rules grant it, with some reason and facts."""
        return not self.decision.is_refused

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the refusals, each once; none where it is offered."""
        return self.decision.codes

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses behind the decision, each once."""
        return self.decision.clauses

    @property
    def button(self) -> Text:
        """What the button reads."""
        return self.decision.policy.text(self._shown.button or self.action)

    @property
    def notices(self) -> tuple[Text, ...]:
        """What stands beside the button."""
        return tuple(map(self.decision.policy.text, self._shown.notices))

    @property
    def confirmation(self) -> Text | None:
        """The question of the pop-up before it is done; None where there is no pop-up."""
        return self._text(self._shown.confirmation)

    @property
    def confirm(self) -> Text | None:
        """What the button reads that ends the pop-up, or the form."""
        return self._text(self._shown.confirm)

    @property
    def done(self) -> Text | None:
        """The sentence after it; None where the rules refuse it, or there is none."""
        shown, verdict = self._shown, self.decision.verdict
        if verdict is Verdict.REFUSE:
            return None
        at_once = verdict is Verdict.CANCEL
        return self._text(shown.done_at_once if at_once else shown.done)

    @property
    def sentence(self) -> Text:
        """What the verdict means: of a refusal why, of a grant what comes of it."""
        return Text.in_each((*self.decision.policy.languages, "en"), self.decision.message)

    @property
    def follows(self) -> Consequences | None:
        """What follows from it; None where the rules refuse it. It is worked out on each call."""
        return consequences(self.decision)

    @property
    def quote(self) -> Quote | None:
        """What it gives back; None where it gives nothing back. It is reckoned on each call."""
        return self.decision.quote

    @property
    def _shown(self) -> ActionText:
        return self.decision.policy.action_text(self.action, self.move)

    def _text(self, part: Worded | None) -> Text | None:
        return None if part is None else self.decision.policy.text(part)

    @property
    def must_ask(self) -> tuple[Fact, ...]:
        """The facts that must be asked for: those required, of the move, and of `data`."""
        return tuple(
            fact
            for fact in self.facts
            if fact.of is None or fact.required or fact.name in self.data
        )


def options(
    case: Case, policy: RuleSet, by: Actor, at: datetime, *, seller: Party | None = None
) -> tuple[Option, ...]:
    """Every action on an order, offered to `by` at the moment `at` or not. Changes nothing.

    Args:
        case: The order with its history.
        policy: The policy and edition that the case is judged by.
        by: The actor.
        at: The moment, with a UTC offset.
        seller: What the directory knows of the seller.

    Raises:
        UnknownOrder: The actor is no party to the order.
        InvalidValue: `at` has no UTC offset.
    """
    order = case.order
    check_party(by, order.id, order, policy.roles)
    at = moment("options.at", at)
    found = [
        _option(action, kind, fields, case, policy, by, at, seller)
        for action, kind, fields in _ACTIONS
    ]
    for status, move in policy.orders.table:
        if status == order.status:
            fields = {"move": move}
            found.append(_option("advance", AdvanceOrder, fields, case, policy, by, at, seller))
    return tuple(found)


def _option(
    action: str,
    kind: Any,
    fields: Mapping[str, Any],
    case: Case,
    policy: RuleSet,
    by: Actor,
    at: datetime,
    seller: Party | None,
) -> Option:
    if kind in ANSWERS:
        fields = {**fields, "request": max(1, len(case.requests))}
    facts = tuple(fact for fact in policy.facts if fact.of is kind)
    granted: dict[Reason | None, tuple[Judged, Ruling]] = {}
    refused: list[tuple[Judged, Ruling]] = []
    for data in islice(_data(facts, kind, policy, at), MOST_TRIED):
        command = kind(case.order.id, by=by, data=data, **fields)
        offered = offered_reasons(policy, kind, Facts(command, case, policy, at, seller))
        for reason in offered or (None,):
            if reason not in granted:
                chosen = _with(command, reason)
                ruling = evaluate(chosen, case, policy, at, seller)
                if ruling.verdict is Verdict.REFUSE:
                    refused.append((chosen, ruling))
                else:
                    granted[reason] = chosen, ruling
    if len(granted) > 1:
        granted.pop(None, None)  # with some facts there is nothing to choose, with others there is
    if granted:
        command, ruling = next(iter(granted.values()))
    else:
        command, ruling = min(refused, key=_weight)
    move = fields.get("move")
    takes = policy.orders.facts.get(move, ()) if move else ()
    open_request = case.open_request
    return Option(
        action=action,
        command=kind,
        move=move,
        request=open_request.number if kind in ANSWERS and open_request else None,
        decision=ruling.decision(policy, kind, (command, case, at, seller)),
        reasons=tuple(
            _choosable(reason, *verdict, policy)
            for reason, verdict in granted.items()
            if reason is not None
        ),
        facts=(*facts, *(fact for fact in map(policy.fact, takes) if fact is not None)),
        lines=_lines(command, case, policy),
        data=command.data if granted else {},
    )


def _lines(command: Judged, case: Case, policy: RuleSet) -> Mapping[str, int]:
    """The units that a command may name, where the policy takes parts of orders."""
    if policy.whole_orders_only:
        return EMPTY
    match command:
        case RequestCancellation():
            return FrozenMap(case.open_units)
        case AdvanceOrder():
            return FrozenMap(shipment(case, policy, command.move) or {})
        case _:
            return EMPTY


def _weight(refused: tuple[Judged, Ruling]) -> int:
    """How many rules refuse: what a choice can avoid is not what stands in the way."""
    return len(refused[1].rules)


def _with(command: Judged, reason: Reason | None) -> Judged:
    """The command with a reason, where it takes one."""
    if reason is None or not isinstance(command, RequestCancellation | Reject):
        return command
    return attrs.evolve(command, reason=reason.code)


def _choosable(reason: Reason, command: Judged, ruling: Ruling, policy: RuleSet) -> Choosable:
    return Choosable(
        code=reason.code,
        label=None if reason.code is None else policy.reason_text(reason),
        text=reason.text,
        hint=None if reason.hint is None else policy.text(reason.hint),
        verdict=ruling.verdict,
        data=command.data,
    )


def _data(
    facts: tuple[Fact, ...], kind: type[Judged], policy: RuleSet, at: datetime
) -> Iterator[Mapping[str, Any]]:
    """Sets of values for the facts of a command, those with the fewest first."""
    values = {fact.name: tuple(_values(fact, kind, policy, at)) for fact in facts}
    required = tuple(fact.name for fact in facts if fact.required)
    others = tuple(fact.name for fact in facts if not fact.required)
    for count in range(len(others) + 1):
        for chosen in combinations(others, count):
            names = (*required, *chosen)
            for told in product(*(values[name] for name in names)):
                yield dict(zip(names, told, strict=True))


def _values(fact: Fact, kind: type[Judged], policy: RuleSet, at: datetime) -> Iterator[Any]:
    """The values of a fact that may make a difference."""
    match fact:
        case Flag():
            yield from (True, False) if fact.required else (True,)  # left out, it is false
        case Choice():
            yield from policy.domain(fact)
        case Number():
            bounds = {
                leaf.bound + step
                for _, when, _ in policy.leaves_for(kind)
                for leaf in when.leaves()
                if isinstance(leaf, Compare) and leaf.fact == fact.name
                for step in (-1, 0, 1)
            }
            yield from sorted(bounds or {0})
        case Moment():
            yield from (at, _LONG_AGO, _FAR_OFF)
        case _:
            day = at.astimezone(policy.tzinfo).date()
            yield from (day, _LONG_AGO.date(), _FAR_OFF.date())
