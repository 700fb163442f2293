"""What the rules say to one command: a decision, its refusals, and the error that carries one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Approve, Command, Judged, RequestCancellation
from ordercancel.domain.errors import InvalidValue, OrderCancelError
from ordercancel.domain.quotes import Quote
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.quoting import quote_for
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.units import without
from ordercancel.engine.words import refund_text
from ordercancel.rules.conditions import Value
from ordercancel.rules.effects import OTHER_SIDE, Forbid, Grant
from ordercancel.rules.refunding import Fee
from ordercancel.rules.roles import HOUSE, other_side_of
from ordercancel.rules.rules import Rule

NOT_PERMITTED = "not_permitted"
"""The code of a refusal because no rule permits."""

UNDETERMINED = "undetermined"
"""The code of a refusal because a rule could not be evaluated."""

PERMITS_DISAGREE = "permits_disagree"
"""The code of a refusal because two grants want different things."""

FEES_DISAGREE = "fees_disagree"
"""The code of a refusal because more than one fee for cancelling holds."""

QUOTE_CHANGED = "quote_changed"
"""The code of a refusal because another refund was expected than there would be."""


class Verdict(StrEnum):
    """What the rules say: a grant, or a refusal."""

    CANCEL = "cancel"
    REFER = "refer"
    PERMIT = "permit"
    REFUSE = "refuse"

    @property
    def rank(self) -> int:
        """How much is granted: to refuse is less than to refer, and that than to do it at once."""
        return {Verdict.REFUSE: 0, Verdict.REFER: 1}.get(self, 2)


About = tuple[Command, Case, datetime, Party | None]
"""A command, the case that it is about, when it was given, and what is known of the seller."""


@attrs.frozen
class Satisfied:
    """A rule whose condition holds, with the plain effect that it has then."""

    rule: Rule
    effect: Grant | Forbid


@attrs.frozen
class RuleError:
    """Why a rule or a fee could not be followed: an error in the data, or in the policy.

    `missing` names the facts that it needed and that were not there.
    """

    code: str
    rule: Rule | Fee
    problem: str
    missing: tuple[str, ...] = ()


@attrs.frozen
class Refusal:
    """One reason why something is refused.

    Args:
        code: Stable, for programs.
        rule: The id of the rule; None where no rule speaks, or the lifecycle refuses.
        clauses: The ids of the clauses that stand behind the rule.
        text: The sentence for people.
    """

    code: str
    rule: str | None
    clauses: tuple[str, ...]
    text: Text


@attrs.frozen
class Ruling:
    """What rules say: the part of a `Decision` that is the same for many orders.

    Args:
        verdict: The verdict.
        determined_by: The rules that determined it.
        errors: The rules that could not be followed.
        code: The code under which the lifecycle, or the lack of any grant, refused.
        to: Whom the request is referred to.
        fee: The fee that holds for what is asked; None where none does, or nothing is refunded.
        rules: The ids of all these rules and of the fee, each once.
    """

    verdict: Verdict
    determined_by: tuple[Satisfied, ...] = ()
    errors: tuple[RuleError, ...] = ()
    code: str | None = None
    to: str | None = None
    fee: Fee | None = None
    rules: tuple[str, ...] = attrs.field(init=False)

    @rules.default
    def _ids(self) -> tuple[str, ...]:
        rules: tuple[Satisfied | RuleError, ...] = (*self.determined_by, *self.errors)
        fee = () if self.fee is None else (self.fee.id,)
        return tuple(dict.fromkeys((*(each.rule.id for each in rules), *fee)))

    def decision(
        self,
        policy: RuleSet,
        kind: type[Judged] | None,
        facts: Mapping[str, Value | None] | About,
    ) -> Decision:
        """The decision on a command of this `kind`, judged by `facts`."""
        return Decision(self, policy, kind, facts)


@attrs.frozen
class Decision:
    """The answer of the rules to one command.

    Args:
        ruling: What they say.
        policy: The policy that was asked.
        kind: The kind of command that was judged.
        facts: What it was judged by: a mapping of facts, or what they are read from.
    """

    ruling: Ruling
    policy: RuleSet = attrs.field(repr=False, eq=False)
    kind: type[Judged] | None = attrs.field(default=None, repr=False, eq=False)
    _about: Mapping[str, Value | None] | About = attrs.field(
        factory=dict, alias="facts", repr=False, eq=False
    )

    @property
    def verdict(self) -> Verdict:
        """What came out."""
        return self.ruling.verdict

    @property
    def determined_by(self) -> tuple[Satisfied, ...]:
        """The rules that determined it: all forbids that hold, or else all grants."""
        return self.ruling.determined_by

    @property
    def errors(self) -> tuple[RuleError, ...]:
        """The rules that could not be followed."""
        return self.ruling.errors

    @property
    def facts(self) -> Mapping[str, Value | None]:
        """What it was judged by; of a case, read when it is asked for."""
        if isinstance(self._about, tuple):
            command, case, at, seller = self._about
            return Facts(command, case, self.policy, at, seller)
        return self._about

    @property
    def about(self) -> About | None:
        """The command, its case, the moment and the seller; None where facts alone are known."""
        return self._about if isinstance(self._about, tuple) else None

    @property
    def is_refused(self) -> bool:
        """Whether the answer is no."""
        return self.verdict is Verdict.REFUSE

    @property
    def is_silent(self) -> bool:
        """Whether it is refused for no other reason than that no rule permits it."""
        return self.ruling.code == NOT_PERMITTED

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of all rules that determined the verdict or stood in its way, each once.

        The fee that holds is among them.
        """
        fee = self.fee
        if fee is None or fee.id in self.ruling.rules:
            return self.ruling.rules
        return (*self.ruling.rules, fee.id)

    @property
    def fee(self) -> Fee | None:
        """The fee that holds for the units that are cancelled; None where none does.

        Of an approval it is the one that held when they were asked for.
        """
        if self.about is None or not isinstance(self.about[0], Approve) or not self._is_quoted:
            return self.ruling.fee
        request = self.about[1].open_request
        fee = None if request is None else request.fee
        return next((each for each in self.policy.fees if each.id == fee), None)

    @property
    def quote(self) -> Quote | None:
        """What a request that is granted or an approval gives back. Reckoned on each call.

        None for other commands, where it is refused (unless for the quote: then it is the one
        that holds now), and where nothing is refunded: the order has no prices, or the policy no
        `refunding`.
        """
        try:
            return self.reckon()
        except InvalidValue:
            return None

    def reckon(self) -> Quote | None:
        """The same quote.

        Raises:
            InvalidValue: It can't be reckoned: so many units are not open, or the policy has lost
                the fee of the request.
        """
        if self.about is None or not self._is_quoted:
            return None
        command, case, _, _ = self.about
        if isinstance(command, Approve):
            asked = case.open_request
            return None if asked is None else quote_for(case, self.policy, asked.lines, asked.fee)
        if not isinstance(command, RequestCancellation):
            return None
        fee = self.ruling.fee
        return quote_for(case, self.policy, command.lines, None if fee is None else fee.id)

    @property
    def _is_quoted(self) -> bool:
        return not self.is_refused or self.ruling.code == QUOTE_CHANGED

    @property
    def clauses(self) -> tuple[str, ...]:
        """The ids of the clauses behind those rules, each once."""
        return self.policy.clauses_of(self.rules)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every reason why it is refused; none where it is not."""
        if not self.is_refused:
            return ()
        if self.ruling.code is not None:
            code = self.ruling.code
            text = self.policy.refusal_text(code)
            if code == QUOTE_CHANGED:
                text = self._with_refund(text)
            return (Refusal(code, None, (), text),)
        coded = [
            *((error.code, error.rule, error.missing) for error in self.errors),
            *(
                (each.effect.code, each.rule, ())
                for each in self.determined_by
                if isinstance(each.effect, Forbid)
            ),
        ]
        return tuple(
            Refusal(
                code,
                rule.id,
                self.policy.clauses_of((rule.id,)),
                self.policy.refusal_text(code, missing),
            )
            for code, rule, missing in coded
        )

    def _with_refund(self, text: Text) -> Text:
        """A sentence with the refund that holds now behind it."""
        quote, money = self.quote, self.about[1].order.money if self.about else None

        def words(lang: Lang) -> str:
            return f"{text[lang]}{'' if lang == 'ja' else ' '}{refund_text(quote, money, lang)}"

        return Text.in_each(self.policy.spoken, words)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all refusals, each once."""
        return tuple(dict.fromkeys(refusal.code for refusal in self.refusals))

    def message(self, lang: Lang) -> str:
        """The refusals in a sentence or more for people; of a grant, what it means."""
        if not self.is_refused:
            verdict = "cancel_parts" if self._is_of_parts else self.verdict
            return self.policy.verdict_text(verdict, self._answerer)[lang]
        texts = dict.fromkeys(refusal.text[lang] for refusal in self.refusals)
        return ("" if lang == "ja" else " ").join(texts)

    @property
    def _is_of_parts(self) -> bool:
        """Whether units are cancelled at once, and others stay open."""
        if self.verdict is not Verdict.CANCEL or self.about is None:
            return False
        command, case = self.about[:2]
        lines = getattr(command, "lines", None)
        return lines is not None and bool(without(case.open_units, lines))

    @property
    def _answerer(self) -> str | None:
        """Who will answer a request that is referred."""
        if self.ruling.to != OTHER_SIDE or self.about is None:
            return self.ruling.to
        return other_side_of(self.about[0].by.role, self.policy.roles)


class Refused(OrderCancelError):
    """Raised when the policy refuses a command; carries the decision, its codes and its clauses.

    Args:
        decision: The decision, with every refusal: its stable code, its rule and its clauses.

    Attributes:
        fired: The events of the deadlines that were fired before the command was judged, and
            that stand although it is refused.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.fired: tuple[object, ...] = ()
        super().__init__(decision)

    @property
    def codes(self) -> tuple[str, ...]:
        """The stable codes of all refusals, each once, sorted by rule."""
        return self.decision.codes

    @property
    def clauses(self) -> tuple[str, ...]:
        """The ids of all clauses that the refusals cite, each once."""
        return self.decision.clauses

    def __str__(self) -> str:
        return f"{self.decision.message('en')} [{', '.join(self.codes)}]"


def refused(command: Command, code: str, case: Case, policy: RuleSet, at: datetime) -> Refused:
    """What is refused by no rule of the policy, but by what holds for all of them."""
    ruling = Ruling(Verdict.REFUSE, code=code)
    return Refused(ruling.decision(policy, None, (command, case, at, None)))


def check_house(command: Command, case: Case, policy: RuleSet, at: datetime) -> None:
    """Raise `Refused` where a command comes from another side, which the house alone gives."""
    if policy.roles[command.by.role].side != HOUSE:
        raise refused(command, "wrong_actor", case, policy, at)


def as_expected(decision: Decision, expects: int) -> Decision:
    """The decision, or its refusal where another refund is expected than it gives back.

    Raises:
        InvalidValue: What it gives back can't be reckoned.
    """
    if decision.is_refused:
        return decision
    quote = decision.reckon()
    if quote is None or quote.refund == expects:
        return decision
    ruling = attrs.evolve(decision.ruling, verdict=Verdict.REFUSE, code=QUOTE_CHANGED)
    return Decision(ruling, decision.policy, decision.kind, decision.about or {})
