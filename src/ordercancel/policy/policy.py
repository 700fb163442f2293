"""A policy: one marketplace's rule set, one edition. Pure data, immutable, checked when built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.events import Event
from ordercancel.domain.faults import moment
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import Text
from ordercancel.engine.compilation import CompiledRules
from ordercancel.engine.decision import Decision
from ordercancel.engine.evaluation import evaluate, judge
from ordercancel.policy.parts import PolicyParts
from ordercancel.policy.validation import check_order, check_policy
from ordercancel.rules.conditions import Value
from ordercancel.rules.deadlines import Consequence, Deadline
from ordercancel.rules.facts import seller_permits
from ordercancel.rules.notifications import EVENT_OF, Notification, Occasion, occasion_of_event
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, Clause
from ordercancel.rules.texts import STANDARD_REFUSALS

T = TypeVar("T")


@attrs.frozen(kw_only=True, eq=False)
class Policy(PolicyParts):
    """One marketplace's rules of cancelling an order.

    Args:
        name: What orders call it.
        edition: Tells the editions of one name apart; a case remembers its own.
        holds_from: The first day, in `zone`, on which orders are placed under this edition.
        title: What people call it.
        zone: The time zone whose calendar days count, by its IANA name.
        documents: The documents that it cites.
        orders: The compiled chart of its orders.
        cancel_move: The move of that chart that only a granted request makes.
        planned_by: The moves that set the planned ship date.
        dated: The statuses in which an order is registered with its planned ship date.
        shipped_by: The moves by which the order leaves the seller.
        superseding: Which moves close an open request as superseded; None where none does.
        going_back: Whether the order goes back to what it was before a request that is rejected
            or withdrawn; None where it stays as it is.
        channels: The channels that its orders come in by.
        facts: The facts of its own, which the host supplies in ``Order.attributes``.
        rules: The rules.
        silences: What no rule permits, on purpose.
        request_reasons: The reasons that a buyer chooses from.
        rejection_reasons: The reasons that a seller chooses from.
        withdrawal_text: The bounds of the text with which a seller asks for a withdrawal.
        deadlines: The deadlines.
        wording: Everything that people read.

    Attributes:
        tzinfo: The time zone.
        cancelled_status: The status of a cancelled order.
        needs_seller: Whether a rule depends on the seller permitting cancellation.

    Raises:
        InvalidPolicy: When it is built, naming every fault: rule or deadline ids that occur
            twice, facts, values, moves or clauses that do not exist, effects that do not fit
            the command, texts that are missing or use unknown variables.
    """

    tzinfo: ZoneInfo = attrs.field(init=False, repr=False)
    cancelled_status: str = attrs.field(init=False, repr=False)
    needs_seller: bool = attrs.field(init=False, repr=False)
    _by_command: Mapping[type[Command], tuple[Rule, ...]] = attrs.field(init=False, repr=False)
    _cited: Mapping[str, tuple[str, ...]] = attrs.field(init=False, repr=False)
    _clauses: Mapping[str, Clause] = attrs.field(init=False, repr=False)
    _deadlines: Mapping[str, Deadline] = attrs.field(init=False, repr=False)
    _announced: _ByEvent[Notification] = attrs.field(init=False, repr=False)
    _started: _ByEvent[Deadline] = attrs.field(init=False, repr=False)
    compiled_rules: CompiledRules = attrs.field(init=False, repr=False, factory=CompiledRules)

    def __attrs_post_init__(self) -> None:
        check_policy(self)
        by_command: dict[type[Command], tuple[Rule, ...]] = {}
        for rule in self.rules:
            for kind in rule.on:
                by_command[kind] = (*by_command.get(kind, ()), rule)
        cancellable = self.orders.sources(self.cancel_move)
        index = {
            "tzinfo": ZoneInfo(self.zone),
            "cancelled_status": self.orders.table[cancellable[0], self.cancel_move],
            "needs_seller": any(
                leaf.fact == seller_permits.name
                for rule in self.rules
                for leaf in rule.when.leaves()
            ),
            "_by_command": by_command,
            "_cited": {
                each.id: each.cites.clauses
                for each in self.provisions
                if isinstance(each.cites, Citation)
            },
            "_clauses": {
                clause.id: clause for document in self.documents for clause in document.clauses
            },
            "_deadlines": {deadline.id: deadline for deadline in self.deadlines},
            "_announced": _by_event((each.on, each) for each in self.wording.notifications),
            "_started": _by_event((each.starts, each) for each in self.deadlines),
        }
        for name, value in index.items():
            object.__setattr__(self, name, value)

    # ------------------------------------------------------------------ looking things up

    def clause(self, clause_id: str) -> Clause:
        """The clause with this id.

        Raises:
            KeyError: Where none of the policy's documents has it.
        """
        return self._clauses[clause_id]

    def clauses_of(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The ids of the clauses that these rules and deadlines cite, each once."""
        cited = (clause for each in ids for clause in self._cited.get(each, ()))
        return tuple(dict.fromkeys(cited))

    def deadline(self, deadline_id: str) -> Deadline:
        """The deadline with this id.

        Raises:
            InvalidValue: Where the policy has no such deadline.
        """
        deadline = self._deadlines.get(deadline_id)
        if deadline is None:
            expected = f"one of: {', '.join(self._deadlines) or 'none'}"
            raise InvalidValue(
                [Fault(f"{self.name}.deadline", f"{deadline_id!r} is unknown", expected)]
            )
        return deadline

    def notifications_for(self, event: Event) -> tuple[Notification, ...]:
        """The messages that go out when `event` happens."""
        return _with(self._announced, event)

    def started_with(self, event: Event) -> tuple[Deadline, ...]:
        """The deadlines that start when `event` happens."""
        return _with(self._started, event)

    def refusal_text(self, code: str, missing: Iterable[str] = ()) -> Text:
        """The sentence for a refusal code, with the facts that were missing, if any."""
        text = self.wording.refusals.get(code) or STANDARD_REFUSALS[code]
        labels = [fact.label for fact in map(self.fact, missing) if fact is not None]
        if not labels:
            return text
        return Text(
            f"{text.ja}(不明: {'、'.join(label.ja for label in labels)})",
            f"{text.en} (not known: {', '.join(label.en for label in labels)})",
        )

    def can_advance(self, status: str, move: str) -> bool:
        """Whether the order chart has `move` from `status`; cancelling is no such move."""
        return move != self.cancel_move and self.orders.target(status, move) is not None

    def can_cancel(self, status: str) -> bool:
        """Whether the order chart has the cancelling move from `status`."""
        return self.orders.target(status, self.cancel_move) is not None

    def can_decide(self, deadline_id: str, status: str) -> bool:
        """Whether a deadline closes the request of an order in `status` when it passes."""
        deadline = self.deadline(deadline_id)
        approves = deadline.does is Consequence.APPROVE
        return deadline.decides and (not approves or self.can_cancel(status))

    # ------------------------------------------------------------------ asking

    def open(self, order: Order) -> Case:
        """A fresh case of `order`, judged by this edition.

        Raises:
            InvalidValue: With every value of the order that this policy does not know.
        """
        check_order(self, order)
        return Case(order=order, edition=self.edition)

    def assess(
        self, command: Command, case: Case, at: datetime, *, seller: Party | None = None
    ) -> Decision:
        """Judge `command` about `case` at the moment `at`, without changing anything.

        The service gives the same answer; this one needs neither service nor store, to show or
        hide a button and to say why. The command's reason and text are not checked here.

        Args:
            command: The command; a request may leave out its reason here.
            case: The order with its history, or ``policy.open(order)`` for one without any.
            at: The moment, with a UTC offset.
            seller: What the directory knows of the seller, where a rule needs it (`needs_seller`).
                Default: nothing.

        Raises:
            InvalidValue: Where `at` has no UTC offset.
        """
        at = moment(type(command), at)
        ruling = evaluate(command, case, self, at, seller)
        return ruling.decision(self, type(command), (command, case, at, seller))

    def judge(self, kind: type[Command], facts: Mapping[str, Value | None]) -> Decision:
        """Judge a command of this `kind` by `facts`, with the rules and the charts.

        `assess` reads the facts from a case. Here they may be any, such as those of a case that
        nobody has seen yet: one value for every fact that the rules for this kind, the silences or
        the charts ask for (`ordercancel.verification.enumeration.Space`), None where it is
        missing.
        """
        return judge(self, kind, facts)

    def rules_for(self, kind: type[Command]) -> tuple[Rule, ...]:
        """The rules that speak about commands of this `kind`."""
        return self._by_command.get(kind, ())


_ByEvent = Mapping[type[Event], Mapping[Occasion, tuple[T, ...]]]
"""What an occasion brings about, by the kind of event that tells of it."""


def _by_event(given: Iterable[tuple[Occasion, T]]) -> _ByEvent[T]:
    by_event: dict[type[Event], dict[Occasion, tuple[T, ...]]] = {}
    for occasion, each in given:
        of_event = by_event.setdefault(EVENT_OF[occasion], {})
        of_event[occasion] = (*of_event.get(occasion, ()), each)
    return by_event


def _with(by_event: _ByEvent[T], event: Event) -> tuple[T, ...]:
    of_event = by_event.get(type(event))
    if of_event is None:
        return ()
    occasion = occasion_of_event(event)
    return () if occasion is None else of_event.get(occasion, ())
