"""A policy: one marketplace's rule set, one edition. Pure data, immutable, checked when built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import attrs

from ordercancel.case import Case
from ordercancel.commands import Command
from ordercancel.errors import Fault, InvalidValue
from ordercancel.events import Event
from ordercancel.lifecycle import Lifecycle
from ordercancel.order import Order, Party
from ordercancel.policy.charts import demanded
from ordercancel.policy.checks import check_order, check_policy
from ordercancel.policy.clauses import Citation, Clause, Document
from ordercancel.policy.compiling import Judges, compiled
from ordercancel.policy.conditions import Value
from ordercancel.policy.deadlines import Consequence, Deadline
from ordercancel.policy.decision import Decision, Finding, combine
from ordercancel.policy.facts import FACTS, Choice, Fact, Facts, Vocabulary, seller_permits
from ordercancel.policy.provisions import GoingBack, Silence, Superseding
from ordercancel.policy.reasons import Catalogue, TextBounds
from ordercancel.policy.rules import Rule
from ordercancel.policy.wording import (
    EVENT_OF,
    STANDARD_REFUSALS,
    Announcement,
    Occasion,
    Wording,
    occasion_of_event,
)
from ordercancel.text import Text
from ordercancel.validation import moment

__all__ = ["Policy", "Provision"]

T = TypeVar("T")

Provision = Rule | Silence | Deadline | Superseding | GoingBack
"""A part of a policy that has an id and says where it comes from."""


@attrs.frozen(kw_only=True, eq=False)
class Policy:
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
        withdrawal_text: The bounds of what a seller writes when he asks for a withdrawal.
        deadlines: The deadlines.
        wording: Everything that people read.

    Attributes:
        tzinfo: The time zone.
        cancelled_status: The status of a cancelled order.
        minds_seller: Whether a rule wants to know whether the seller permits cancelling.

    Raises:
        InvalidPolicy: When it is built, naming every fault: rule or deadline ids that occur
            twice, facts, values, moves or clauses that do not exist, effects that do not fit
            the command, texts that are missing or use unknown variables.
    """

    name: str
    edition: str
    holds_from: date = date.min
    title: Text
    zone: str
    documents: tuple[Document, ...] = ()
    orders: Lifecycle
    cancel_move: str = "cancel"
    planned_by: frozenset[str] = frozenset()
    dated: frozenset[str] = frozenset()
    shipped_by: frozenset[str] = frozenset()
    superseding: Superseding | None = None
    going_back: GoingBack | None = None
    channels: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    rules: tuple[Rule, ...] = attrs.field(repr=False)
    silences: tuple[Silence, ...] = attrs.field(default=(), repr=False)
    request_reasons: Catalogue = attrs.field(repr=False)
    rejection_reasons: Catalogue = attrs.field(repr=False)
    withdrawal_text: TextBounds | None = None
    deadlines: tuple[Deadline, ...] = attrs.field(default=(), repr=False)
    wording: Wording = attrs.field(repr=False)
    tzinfo: ZoneInfo = attrs.field(init=False, repr=False)
    cancelled_status: str = attrs.field(init=False, repr=False)
    minds_seller: bool = attrs.field(init=False, repr=False)
    _by_command: Mapping[type[Command], tuple[Rule, ...]] = attrs.field(init=False, repr=False)
    _cited: Mapping[str, tuple[str, ...]] = attrs.field(init=False, repr=False)
    _clauses: Mapping[str, Clause] = attrs.field(init=False, repr=False)
    _deadlines: Mapping[str, Deadline] = attrs.field(init=False, repr=False)
    _announced: _ByEvent[Announcement] = attrs.field(init=False, repr=False)
    _started: _ByEvent[Deadline] = attrs.field(init=False, repr=False)
    _judges: Judges = attrs.field(init=False, repr=False, factory=Judges)

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
            "minds_seller": any(
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
            "_announced": _by_event((each.on, each) for each in self.wording.announcements),
            "_started": _by_event((each.starts, each) for each in self.deadlines),
        }
        for name, value in index.items():
            object.__setattr__(self, name, value)

    # ------------------------------------------------------------------ looking things up

    @property
    def provisions(self) -> tuple[Provision, ...]:
        """Everything that has an id and cites: rules, silences, deadlines, what follows."""
        follows = (each for each in (self.superseding, self.going_back) if each is not None)
        return (*self.rules, *self.silences, *self.deadlines, *follows)

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

    def announced_with(self, event: Event) -> tuple[Announcement, ...]:
        """The messages that go out when `event` happens."""
        return _with(self._announced, event)

    def started_with(self, event: Event) -> tuple[Deadline, ...]:
        """The deadlines that start when `event` happens."""
        return _with(self._started, event)

    def fact(self, name: str) -> Fact | None:
        """The fact with this name: one that every policy knows, or one of its own."""
        return FACTS.get(name) or next((each for each in self.facts if each.name == name), None)

    def domain(self, fact: Choice) -> tuple[str, ...]:
        """The words that `fact` is one of, under this policy."""
        match fact.values:
            case Vocabulary.STATUSES:
                return self.orders.state_ids
            case Vocabulary.CHANNELS:
                return self.channels
            case Vocabulary.MOVES:
                return tuple(move for move in self.orders.moves if move != self.cancel_move)
            case Vocabulary.DEADLINES:
                return tuple(deadline.id for deadline in self.deadlines)
            case values:
                return values

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
        """What the rules say to `command` about `case` at the moment `at`. Changes nothing.

        The same answer that the desk gives, with no desk and no store: to show or hide a button,
        and to say why. It judges whether the command may be given; whether its reason and text
        are well-formed is judged when it is.

        Args:
            command: What somebody wants to do; a request may leave out its reason here.
            case: The order with its history, or ``policy.open(order)`` for one without any.
            at: The moment, with a UTC offset.
            seller: What the directory knows of the seller, where a rule wants to know whether he
                permits cancelling.

        Raises:
            InvalidValue: Where `at` has no UTC offset.
        """
        at = moment(type(command), at)
        finding = self.find(command, case, at, seller)
        if finding is None:
            return self.judge(type(command), Facts(command, case, self, at, seller))
        return finding.decision(self, type(command), (command, case, at, seller))

    def find(
        self, command: Command, case: Case, at: datetime, seller: Party | None
    ) -> Finding | None:
        """What the compiled rules come to, at a moment in UTC; `assess` makes a decision of it.

        None where something is unknown or goes wrong: then the rules are judged one by one.
        """
        kind = type(command)
        judge = self._judges.get(kind)
        if judge is None:
            judge = self._judges[kind] = compiled(self, kind)
        try:
            return judge(command, case, self, at, seller)
        except Exception:  # whatever goes wrong, `combine` names the rules that it goes wrong in
            return None

    def judge(self, kind: type[Command], facts: Mapping[str, Value | None]) -> Decision:
        """What the rules and the charts say to a command of this `kind`, in the light of `facts`.

        `assess` reads the facts from a case. Here they may be any, such as those of a case that
        nobody has seen yet: one value for every fact that the rules for this kind, the silences or
        the charts ask for (`ordercancel.policy.space.Space`), None where it is missing.
        """
        return combine(
            self.rules_for(kind),
            facts,
            self,
            kind,
            lambda effect: demanded(self, kind, effect).test(facts) is True,
        )

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
