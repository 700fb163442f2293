"""A policy: one marketplace's rule set, one edition. Pure data, immutable, checked when built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import JUDGED, Judged, exact_command
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.faults import moment
from ordercancel.domain.orders import Order
from ordercancel.domain.quotes import NOTHING
from ordercancel.engine.compilation import Compiled, evaluate
from ordercancel.engine.decision import Decision, as_expected
from ordercancel.engine.evaluation import judge
from ordercancel.engine.evolve import opened
from ordercancel.engine.quoting import check_expects
from ordercancel.engine.ruleset import RuleLeaf
from ordercancel.policy.defaults import counters_of, notifications_of
from ordercancel.policy.digest import digest_of
from ordercancel.policy.parts import Provision
from ordercancel.policy.standard import standard_rules
from ordercancel.policy.validation import check_order, check_policy
from ordercancel.policy.wording import PolicyWording
from ordercancel.rules.conditions import Value
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.facts import seller_permits
from ordercancel.rules.notifications import Notification
from ordercancel.rules.reasons import Reason
from ordercancel.rules.roles import check_party
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, Clause, Source
from ordercancel.rules.texts import Counter, Label


@attrs.frozen(kw_only=True, eq=False)
class Policy(PolicyWording):
    """One marketplace's rules of cancelling an order.

    Args:
        name: What orders call it.
        edition: Tells the editions of one name apart; a case remembers its own. Default: "1".
        holds_from: The first day, in `zone`, on which orders are placed under this edition.
            Default: from the beginning.
        title: What people call it. Default: `name`.
        zone: The time zone whose days and clock count, by its IANA name.
        languages: The languages that all its texts are in; a plain `str` is in the first one.
            Default: English.
        source: On whose word its parts are there that name no source of their own.
        documents: The documents that it cites.
        orders: The lifecycle of its orders, or what `compile_chart` makes of a chart.
        channels: The channels that its orders come in by. Default: any.
        facts: The facts of its own, of the order or of a command.
        roles: The roles that it adds to buyer, seller, operator and system.
        rules: The rules. Those of the library are added (`ordercancel.policy.standard`).
        reasons: The reasons that may be chosen, each for a command and a condition. Those that
            deadlines give are among them.
        deadlines: The deadlines. Of two that are due at one moment the first one fires first.
        refunding: How refunds are reckoned, and the fees for cancelling. Default: they are not,
            and nothing is quoted.
        texts: What people read. Default: the words of the codes.
        notifications: The messages. Default: on each change of a request both parties and the
            answerer are told, but for whoever did it.
        obligations: What the host must do besides refunding, restocking and stopping shipments.
        ask_again_while_open: Whether somebody who has a request open may ask again, so that a
            cancellation at once supersedes it. Default: False.
        whole_orders_only: Whether an order is cancelled and shipped as a whole, whatever lines it
            has. Default: True.
        succeeds: The digests of earlier forms of this edition whose cases it judges as well.
        waivers: The faults that verification finds and that are meant.

    Attributes:
        tzinfo: The time zone.
        digest: Tells what decides apart: its rules, deadlines, lifecycle, reasons and refunding.
        needs_seller: Whether a rule wants to know whether the seller permits cancelling.
        notifications: All messages.
        labels: What each side reads for a request.
        counters: The numbers of a queue.

    Raises:
        InvalidPolicy: When it is built, naming every fault: ids that occur twice, facts, words,
            moves, roles or clauses that do not exist, effects that do not fit the command, texts
            that are missing or use unknown variables.
    """

    tzinfo: ZoneInfo = attrs.field(init=False, repr=False)
    digest: str = attrs.field(init=False, repr=False)
    needs_seller: bool = attrs.field(init=False, repr=False)
    notifications: tuple[Notification, ...] = attrs.field(init=False, repr=False)
    labels: tuple[Label, ...] = attrs.field(init=False, repr=False)
    counters: tuple[Counter, ...] = attrs.field(init=False, repr=False)
    compiled: Compiled = attrs.field(init=False, repr=False, factory=Compiled)
    _all_rules: tuple[Rule, ...] = attrs.field(init=False, repr=False)
    _rules: Mapping[type[Judged], tuple[Rule, ...]] = attrs.field(init=False, repr=False)
    _leaves: Mapping[type[Judged], tuple[RuleLeaf, ...]] = attrs.field(init=False, repr=False)
    _reasons: Mapping[type[Judged], tuple[Reason, ...]] = attrs.field(init=False, repr=False)
    _by_code: Mapping[tuple[type[Judged], str | None], Reason] = attrs.field(
        init=False, repr=False
    )
    _cited: Mapping[str, tuple[str, ...]] = attrs.field(init=False, repr=False)
    _clauses: Mapping[str, Clause] = attrs.field(init=False, repr=False)
    _deadlines: Mapping[str, Deadline] = attrs.field(init=False, repr=False)
    _notified: Mapping[str, tuple[Notification, ...]] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        check_policy(self)
        every = (*standard_rules(ask_again_while_open=self.ask_again_while_open), *self.rules)
        rules = {kind: tuple(rule for rule in every if kind in rule.on) for kind in JUDGED}
        provisions: tuple[Provision, ...] = (*every, *self.deadlines, *self.fees)
        messages = notifications_of(self)
        index = {
            "tzinfo": ZoneInfo(self.zone),
            "digest": digest_of(
                self.rules,
                self.deadlines,
                self.orders,
                [(each.code, each.on, each.when, each.text) for each in self.reasons],
                self.ask_again_while_open,
                *(() if self.refunding is None else (self.refunding,)),
                *(() if self.whole_orders_only else ("parts",)),
            ),
            "needs_seller": any(
                leaf.fact == seller_permits.name
                for when in (
                    *(when for rule in every for when, _ in rule.leaves()),
                    *(fee.when for fee in self.fees),
                )
                for leaf in when.leaves()
            ),
            "notifications": messages,
            "labels": self.texts.labels,
            "counters": counters_of(self),
            "_all_rules": every,
            "_rules": rules,
            "_leaves": {
                kind: tuple(
                    (rule, when, effect)
                    for rule in sorted(of_kind, key=lambda rule: rule.id)
                    for when, effect in rule.leaves()
                )
                for kind, of_kind in rules.items()
            },
            "_reasons": {
                kind: tuple(reason for reason in self.reasons if reason.on is kind)
                for kind in JUDGED
            },
            "_by_code": {(each.on, each.code): each for each in self.reasons},
            "_cited": {each.id: self._cites(each.source) for each in provisions},
            "_clauses": {
                clause.id: clause for document in self.documents for clause in document.clauses
            },
            "_deadlines": {deadline.id: deadline for deadline in self.deadlines},
            "_notified": {
                on: tuple(each for each in messages if each.on == on)
                for on in dict.fromkeys(each.on for each in messages)
            },
        }
        for name, value in index.items():
            object.__setattr__(self, name, value)

    # ------------------------------------------------------------------ looking things up

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """The rules of the library and those of the policy."""
        return self._all_rules

    def _cites(self, source: Source | None) -> tuple[str, ...]:
        source = self.source if source is None else source
        return source.cited if isinstance(source, Citation) else ()

    def clause(self, clause_id: str) -> Clause:
        """The clause with this id.

        Raises:
            KeyError: None of the policy's documents has it.
        """
        return self._clauses[clause_id]

    def clauses_of(self, ids: Iterable[str]) -> tuple[str, ...]:
        """The ids of the clauses behind these rules and deadlines, each once.

        A clause is behind a rule where it says so or is read so, not where it is silent.
        """
        cited = (clause for each in ids for clause in self._cited.get(each, ()))
        return tuple(dict.fromkeys(cited))

    def deadline(self, deadline_id: str) -> Deadline:
        """The deadline with this id.

        Raises:
            InvalidValue: The policy has no such deadline.
        """
        deadline = self._deadlines.get(deadline_id)
        if deadline is None:
            expected = f"one of: {', '.join(self._deadlines) or 'none'}"
            problem = f"{deadline_id!r} is unknown"
            raise InvalidValue([Fault(f"{self.name}.deadline", problem, expected)])
        return deadline

    def rules_for(self, kind: type[Judged]) -> tuple[Rule, ...]:
        """The rules that speak about commands of this `kind`, those of the library included."""
        return self._rules.get(kind, ())

    def leaves_for(self, kind: type[Judged]) -> tuple[RuleLeaf, ...]:
        """Their plain effects, each with the rule and the whole condition, by id of the rule."""
        return self._leaves.get(kind, ())

    def reasons_for(self, kind: type[Judged]) -> tuple[Reason, ...]:
        """The reasons for commands of this `kind`, whoever may choose them."""
        return self._reasons.get(kind, ())

    def reason(self, kind: type[Judged], code: str | None) -> Reason | None:
        """The reason with this code for a kind of command, or the text alone for None."""
        return self._by_code.get((kind, code))

    def notifications_on(self, change: str) -> tuple[Notification, ...]:
        """The messages that go out when this happens."""
        return self._notified.get(change, ())

    # ------------------------------------------------------------------ asking

    def open(self, order: Order) -> Case:
        """A fresh case of `order`, judged by this edition, with the requests of its history.

        Raises:
            InvalidValue: With every value of the order that this policy does not know.
        """
        check_order(self, order)
        units = NOTHING
        if order.lines and order.status in self.orders.shipped:
            units = units.shipping(order.quantities)
        elif order.lines and order.status == self.orders.cancelled:
            units = units.cancelling(order.quantities)
        return opened(order, self.edition, self.digest, units)

    def assess(
        self, command: Judged, case: Case, at: datetime, *, seller: Party | None = None
    ) -> Decision:
        """What the rules say to `command` about `case` at the moment `at`. Changes nothing.

        The same answer that the service gives, with no service and no store: to show or hide a
        button, and to say why. It judges whether the command may be given, and gives back what it
        expects; whether its reason and text are well-formed is judged when it is.

        Args:
            command: What somebody wants to do; a request may leave out its reason here.
            case: The order with its history, or ``policy.open(order)`` for one without any.
            at: The moment, with a UTC offset.
            seller: What the directory knows of the seller, where a rule wants to know whether
                they permit cancelling.

        Raises:
            UnknownOrder: The command is about another order, or its actor is no party to this
                one.
            InvalidValue: `at` has no UTC offset, or a refund is expected where nothing is quoted,
                or it can't be reckoned any more.
        """
        command = exact_command(command)
        check_party(command.by, command.order_id, case.order, self.roles)
        at = moment(type(command), at)
        expects = getattr(command, "expects", None)
        if expects is not None:
            check_expects(command, expects, case, self)
        ruling = evaluate(command, case, self, at, seller)
        decision = ruling.decision(self, type(command), (command, case, at, seller))
        return decision if expects is None else as_expected(decision, expects)

    def judge(self, kind: type[Judged], facts: Mapping[str, Value | None]) -> Decision:
        """What the rules and the lifecycles say to a command of this `kind`, by `facts`.

        `assess` reads the facts from a case. Here they may be any, such as those of a case that
        nobody has seen yet: one value for every fact that the rules for this kind or the
        lifecycles ask for (`ordercancel.verification.enumeration.Space`), None where it is
        missing.
        """
        return judge(self, kind, facts)
