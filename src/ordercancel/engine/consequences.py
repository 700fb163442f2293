"""Consequences: what follows from a command before it is given, for a screen or an explanation.

The command is decided and its events are folded into the case, and nothing is kept of it. Words
that only a person can type are left to stand for themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial, reduce

import attrs

from ordercancel.domain.actors import Party
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AdvanceOrder,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
)
from ordercancel.domain.errors import InvalidValue
from ordercancel.domain.events import DeadlineFired, Event, UnitsCancelled, UnitsShipped
from ordercancel.domain.frozenmap import EMPTY
from ordercancel.domain.quotes import Amounts, Quote
from ordercancel.domain.requests import RequestStatus
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.bases import Bases, label_bases, message_bases
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.compilation import evaluate
from ordercancel.engine.decide import decide_admitted
from ordercancel.engine.decision import Decision, Verdict
from ordercancel.engine.evolve import evolve
from ordercancel.engine.inputs import offered_reasons
from ordercancel.engine.labels import label, label_of
from ordercancel.engine.messages import notified, party_of
from ordercancel.engine.quoting import quote_if_approved, quote_in
from ordercancel.engine.ruleset import RuleSet
from ordercancel.engine.timers import Timer, running
from ordercancel.engine.words import Words, shown_due, units_text
from ordercancel.rules.facts import Day, Moment
from ordercancel.rules.notifications import Medium
from ordercancel.rules.standard_texts import CONSEQUENCE_TEXTS, MEDIUM_TEXTS

_READERS = ("buyer", "seller")


_OF_UNITS = {UnitsCancelled: "cancels", UnitsShipped: "ships"}


@attrs.frozen(kw_only=True)
class Notice:
    """Somebody who is told: their role, by which media, the subject that they read, whose word."""

    to: str
    media: tuple[Medium, ...]
    subject: Text
    bases: Bases


@attrs.frozen(kw_only=True)
class Consequences:
    """What follows from a command. `sentences` puts all of it in words.

    Args:
        order_status: The status that the order gets; None where it keeps the one that it has.
        request_status: The status that the request gets; None where nothing happens to one.
        units: The units that are cancelled (``cancels``) and shipped (``ships``).
        quote: What is given back, or would be by approving the request that is made; None where
            nothing is.
        told: Who is told what.
        reads: What the buyer and the seller read then, by role; where it changes.
        starts: The deadlines that begin to run, with the moments that they are due.
        stops: What the deadlines are called that no longer run.
        again: Whether whoever made a request that is closed now may request again, as the rules
            say at that moment; None where none is closed.
        sentences: The same for people.
        bases: Whose word the label or the message of each sentence is; empty for the others.
    """

    order_status: str | None
    request_status: str | None
    units: Mapping[str, Amounts]
    quote: Quote | None
    told: tuple[Notice, ...]
    reads: Mapping[str, Text]
    starts: tuple[Timer, ...]
    stops: tuple[Text, ...]
    again: Decision | None
    sentences: tuple[Text, ...]
    bases: tuple[Bases, ...]


def consequences(
    decision: Decision, parties: Mapping[str, Party | None] | None = None
) -> Consequences | None:
    """What follows where the decision is a grant on a case; else None.

    Args:
        decision: The decision on a command.
        parties: What is known of the parties, by id, as messages name them.
    """
    if decision.is_refused or decision.about is None:
        return None
    command, case, at, seller = decision.about
    policy = decision.policy
    try:
        completed = _completed(command, case, policy, at, seller)
        events, _ = decide_admitted(completed, case, policy, at, seller)
    except InvalidValue:
        return None  # something else is wrong with it, and says so when it is given
    known = {**(parties or {}), **({} if seller is None else {seller.id: seller})}
    return consequences_of(events, case, policy, known)


def consequences_of(
    events: tuple[Event, ...],
    case: Case,
    policy: RuleSet,
    parties: Mapping[str, Party | None] | None = None,
) -> Consequences:
    """What follows from events that happen to a case."""
    after = reduce(evolve, events, case)
    at = events[-1].at
    told = tuple(_told(events, after, policy, parties or {}))
    before_run = {(each.deadline.id, each.due_at): each for each in running(policy, case)}
    after_run = {(each.deadline.id, each.due_at): each for each in running(policy, after)}
    reads = {
        role: text
        for role in _READERS
        if (text := _label(after, policy, role)) != _label(case, policy, role)
    }
    status = after.order.status if after.order.status != case.order.status else None
    request = after.latest
    changed = request is not None and request != case.latest
    starts = tuple(timer for key, timer in after_run.items() if key not in before_run)
    still = {deadline for deadline, _ in after_run}
    stops = tuple(
        policy.deadline_text(timer.deadline)
        for (deadline, _), timer in before_run.items()
        if deadline not in still
    )
    again = None
    if changed and request is not None and not request.is_open:
        asks = RequestCancellation(after.order.id, by=request.by)
        seller = (parties or {}).get(after.order.seller)
        ruling = evaluate(asks, after, policy, at, seller)
        if request.status is not RequestStatus.APPROVED:
            again = ruling.decision(policy, RequestCancellation, (asks, after, at, seller))
    quote = quote_in(events)
    if len(after.requests) > len(case.requests):
        quote = quote or quote_if_approved(after, policy)
    found = Consequences(
        order_status=status,
        request_status=str(request.status) if changed and request is not None else None,
        units={
            _OF_UNITS[type(event)]: event.lines
            for event in events
            if isinstance(event, UnitsCancelled | UnitsShipped)
        },
        quote=quote,
        told=told,
        reads=reads,
        starts=starts,
        stops=stops,
        again=again,
        sentences=(),
        bases=(),
    )
    worded = tuple(_sentences(found, case, after, policy))
    return attrs.evolve(
        found,
        sentences=tuple(sentence for sentence, _ in worded),
        bases=tuple(bases for _, bases in worded),
    )


def _completed(
    command: Command, case: Case, policy: RuleSet, at: datetime, seller: Party | None
) -> Command:
    """The command with what a person has still to type or to choose: the first reason will do."""
    if isinstance(command, RequestCancellation | Reject) and command.reason is None:
        asked = Facts(command, case, policy, at, seller)
        offered = offered_reasons(policy, type(command), asked)
        if offered:
            command = attrs.evolve(command, reason=offered[0].code)
    day = at.astimezone(policy.tzinfo).date()
    if isinstance(command, AdvanceOrder):
        facts = {
            name: day if isinstance(policy.fact(name), Day) else at
            for name in policy.orders.facts.get(command.move, ())
            if name not in command.facts and isinstance(policy.fact(name), Day | Moment)
        }
        return attrs.evolve(command, facts={**command.facts, **facts})
    if isinstance(command, RequestCancellation | Reject | AskWithdrawal) and command.text is None:
        code = None if isinstance(command, AskWithdrawal) else command.reason
        reason = policy.reason(type(command), code)
        if reason is not None and reason.text is not None and reason.text.required:
            return attrs.evolve(command, text="…" * reason.text.minimum)
    return command


def _told(
    events: tuple[Event, ...],
    after: Case,
    policy: RuleSet,
    parties: Mapping[str, Party | None],
) -> Iterator[Notice]:
    for _, event, each, role in notified(events, after, policy):
        due_at = event.due_at if isinstance(event, DeadlineFired) else None
        reader, titled = party_of(role, after.order, policy), policy.text(each.subject)
        if reader is not None:
            words = partial(Words, after, policy, parties=parties, reader=reader, due_at=due_at)
            yield Notice(
                to=role,
                media=each.media,
                subject=Text.of({lang: titled.fill(lang, words(lang)) for lang in policy.spoken}),
                bases=message_bases(each, policy),
            )


def _label(case: Case, policy: RuleSet, role: str) -> Text:
    """The first line of what a side reads."""
    return Text.in_each(
        policy.spoken, lambda lang: label(case, policy, role, lang).partition("\n")[0]
    )


def _sentences(
    found: Consequences, case: Case, after: Case, policy: RuleSet
) -> Iterator[tuple[Text, Bases]]:
    langs = policy.spoken

    def say(name: str, bases: Bases = EMPTY, /, **parts: Text) -> tuple[Text, Bases]:
        def words(lang: Lang) -> str:
            values = {key: text[lang] for key, text in parts.items()}
            return CONSEQUENCE_TEXTS[name].fill(lang, values)

        return Text.in_each(langs, words), bases

    asking = policy.command_text(RequestCancellation)
    if found.order_status is not None:
        before, now = policy.status_text(case.order.status), policy.status_text(after.order.status)
        yield say("order", before=before, after=now)
    if found.request_status is not None:
        yield say("request", request=asking, after=policy.request_text(found.request_status))
    for name, units in found.units.items():
        counted = Text.in_each(langs, partial(units_text, units, after.order))
        yield say(name, units=counted)
    if found.quote is not None:
        words = {lang: Words(after, policy, lang, {}, quote=found.quote) for lang in langs}
        refund, fee = (
            Text.of({lang: of[name] for lang, of in words.items()}) for name in ("refund", "fee")
        )
        is_asked = after.open_request is not None
        yield say("would_refund" if is_asked else "refund", refund=refund, fee=fee)
    for role, text in found.reads.items():
        bases = label_bases(label_of(after, policy, role), policy)
        yield say("reads", bases, who=policy.role_text(role), label=text)
    for notice in found.told:
        named = [MEDIUM_TEXTS[medium] for medium in notice.media]
        media = Text(
            "・".join(each["ja"] for each in named), ", ".join(each["en"] for each in named)
        )
        who = policy.role_text(notice.to)
        yield say("told", notice.bases, who=who, media=media, subject=notice.subject)
    for timer in found.starts:
        due = Text.in_each(langs, partial(shown_due, timer.due_at, policy.tzinfo))
        yield say("starts", deadline=policy.deadline_text(timer.deadline), due=due)
    for stopped in found.stops:
        yield say("stops", deadline=stopped)
    if found.again is not None and after.latest is not None:
        who = policy.role_text(after.latest.by.role)
        if found.again.verdict is Verdict.REFUSE:
            why = Text.in_each(langs, found.again.message)
            yield say("never", who=who, request=asking, why=why)
        else:
            yield say("again", who=who, request=asking)
