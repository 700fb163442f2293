"""What is proved of all cases, where there are too many to reach them all: by induction.

The checks that follow the explorer follow the steps between standings instead
(`ordercancel.verification.solver.standings`). What they don't find there can't come about. What
they find may hang on facts that never come together in a case: it is no fault yet, and is not
proved to be none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TypeGuard

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    JUDGED,
    AdvanceOrder,
    Approve,
    Command,
    FireDeadline,
    Judged,
    Reject,
    RequestCancellation,
    Withdraw,
)
from ordercancel.domain.events import DeadlineFired, Event
from ordercancel.domain.faults import Faults
from ordercancel.domain.requests import OPEN, RequestStatus
from ordercancel.domain.texts import Text
from ordercancel.engine.inputs import check_text
from ordercancel.policy.policy import Policy
from ordercancel.rules.deadlines import Deadline
from ordercancel.rules.effects import Forbid
from ordercancel.rules.notifications import Notification
from ordercancel.rules.standard_texts import STANDARD_REFUSALS
from ordercancel.verification.commands_tried import SYSTEM, shortest_text
from ordercancel.verification.corrections import Corrections
from ordercancel.verification.deadline_check import DeadlineCheck
from ordercancel.verification.invariants import INVARIANTS, Invariant
from ordercancel.verification.report import Finding, Kind, Means, Proof
from ordercancel.verification.request_check import RequestCheck
from ordercancel.verification.scenario import Attempt, CaseNode, Tick
from ordercancel.verification.solver.encoding import MOST_STEPS, Undecided
from ordercancel.verification.solver.instant import may_be_rejected
from ordercancel.verification.solver.standings import Standing, Standings
from ordercancel.verification.text_check import TextCheck, is_sure

SETTLED = (
    Kind.OWN_REQUEST,
    Kind.REFERRED_IN_A_CIRCLE,
    Kind.UNANSWERABLE,
    Kind.INVARIANT_BROKEN,
    Kind.INSTANT_AND_REJECTABLE,
    Kind.DEADLINE_IMPOSSIBLE,
    Kind.DEADLINE_RUNS_ON,
    Kind.DEADLINES_LOOP,
    Kind.NOT_TOLD,
    Kind.TEXT_MISSING,
    Kind.REASON_UNMEETABLE,
)
"""The kinds of faults that induction can exclude."""

Possible = Mapping[Kind, Mapping[str, Text]]
"""The faults that are not excluded, by kind and subject, each with where it may show."""


def by_induction(
    policy: Policy,
    faults: Iterable[Finding],
    invariants: Iterable[Invariant] = (),
    *,
    most_steps: int = MOST_STEPS,
) -> tuple[tuple[Proof, ...], tuple[Text, ...]]:
    """What is proved of all cases of the kinds of faults `SETTLED`, and what was not decided.

    Args:
        policy: The policy.
        faults: The faults that were found in cases, those that are meant among them.
        invariants: Those of one's own: they may turn on anything, and are not proved.
        most_steps: How many steps the solver takes at most for one question.

    Raises:
        ImportError: The extra ``prove`` is not installed.
    """
    if not policy.whole_orders_only or policy.fees:
        return tuple(Proof(kind, (Means.CASE,), (_WITH_LINES,)) for kind in SETTLED), ()
    try:
        possible = possible_faults(policy, most_steps)
    except Undecided as error:
        return tuple(Proof(kind, (Means.CASE,), (error.text,)) for kind in SETTLED), (error.text,)
    known = {fault.id for fault in faults}
    own = ", ".join(each.id for each in invariants)
    proofs = []
    for kind in SETTLED:
        left = [
            _of(subject, text)
            for subject, text in possible.get(kind, {}).items()
            if f"{kind}:{subject}" not in known
        ]
        if kind is Kind.INVARIANT_BROKEN and own:
            left.append(_of(own, _TRIED))
        proofs.append(Proof(kind, (Means.INDUCTION,), tuple(left)))
    return tuple(proofs), ()


def by_cases(policy: Policy, faults: Iterable[Finding], fired: Collection[str]) -> Iterator[Proof]:
    """What is shown by cases alone, where not all were reached: that something does happen.

    Args:
        policy: The policy.
        faults: The faults that were found in cases, those that are meant among them.
        fired: The ids of the deadlines that fired in one.
    """
    known = {fault.id for fault in faults}
    never = (each.id for each in policy.deadlines if each.id not in fired)
    in_vain = (each.fault for each in policy.waivers if each.fault not in known)
    for kind, left in (
        (Kind.DEADLINE_NEVER_FIRES, [_of(each, _NOT_FIRED) for each in never]),
        (Kind.WAIVES_NOTHING, [_of(each, _NOT_FOUND) for each in in_vain]),
    ):
        yield Proof(kind, (Means.CASE,), tuple(left))


_NOT_FIRED = Text(
    "到達した案件では働いていない。", "it has fired in none of the cases that were reached."
)
_NOT_FOUND = Text(
    "到達した案件では、該当する不備が見つかっていない。",
    "there is no such fault in the cases that were reached.",
)
_TRIED = Text(
    "到達した案件で確かめただけである。", "only looked for in the cases that were reached."
)
_WITH_LINES = Text(
    "明細や手数料のある注文には帰納法を使えない。到達した案件で確かめただけである。",
    "Induction does not cover orders with lines or fees; only the cases that were reached were "
    "looked at.",
)


def _of(subject: str, text: Text) -> Text:
    return Text(f"{subject}：{text['ja']}", f"{subject}: {text['en']}")


def possible_faults(policy: Policy, most_steps: int = MOST_STEPS) -> Possible:
    """The faults of the kinds `SETTLED` that a policy may have: it has no others of them.

    Args:
        policy: A policy whose orders are cancelled whole, and at no fee.
        most_steps: How many steps the solver takes at most for one question.

    Raises:
        Undecided: The solver gave up on a question.
        ImportError: The extra ``prove`` is not installed.
    """
    standings = Standings(policy, most_steps)
    standings.explore()
    found: dict[Kind, dict[str, Text]] = defaultdict(dict)
    requests, deadlines = _Requests(policy, standings), _Deadlines(policy, standings)
    texts = _Texts(policy)
    for standing, step in standings.all_steps():
        command, node = step.command, CaseNode(step.before, step.at, known=False)
        done: Attempt | Tick = Attempt(command, step.at)
        if isinstance(command, FireDeadline):
            done = Tick(step.at, command)
        requests.stepped(node, done, step)
        deadlines.stepped(node, done, step)
        texts.stepped(node, done, step)
        texts.read_at_all(node, done)
        for invariant in INVARIANTS:
            if not invariant.holds(step):
                found[Kind.INVARIANT_BROKEN].setdefault(invariant.id, _from(standing))
    requests.look_for_circles()
    for check in (requests, deadlines, texts):
        for fault in check.faults.values():
            found[fault.kind].setdefault(fault.subject, fault.problem)
    loops = [*_loop(standings)]
    for subject in loops:
        problem = Text("順に働き続けうる。", "They may fire one after the other without end.")
        found[Kind.DEADLINES_LOOP].setdefault(subject, problem)
    # What is due fires before anybody is judged: where that has no end, nobody gets to answer.
    for standing in filter(_is_open, standings.steps) if loops else _stuck(standings):
        found[Kind.UNANSWERABLE].setdefault(standing.subject, _from(standing))
    for subject in _unmeetable(policy):
        problem = Text(
            "入力できないことがありうる。", "What it asks for may be such that nobody can give it."
        )
        found[Kind.REASON_UNMEETABLE].setdefault(subject, problem)
    for role, standing in _instant(standings, most_steps):
        found[Kind.INSTANT_AND_REJECTABLE].setdefault(role, _from(standing))
    return found


def _is_open(standing: Standing) -> bool:
    return standing.is_open


def _from(standing: Standing) -> Text:
    return Text(f"「{standing}」の場合に起こりうる。", f"It may show in: {standing}.")


class _Requests(RequestCheck):
    """The check of requests, where only what goes out whatever else is known is sent."""

    def __init__(self, policy: Policy, standings: Standings) -> None:
        super().__init__(policy)
        self._standings = standings

    def is_sent(self, each: Notification, event: Event, case: Case) -> bool:
        return not self._standings.may_hold(each.when, case, event.by, truth=False)


class _Deadlines(DeadlineCheck):
    """The check of deadlines, where one runs as soon as it does with some facts."""

    def __init__(self, policy: Policy, standings: Standings) -> None:
        super().__init__(policy)
        self._standings = standings

    def runs(self, deadline: Deadline, case: Case) -> bool:
        return self._standings.may_hold(deadline.runs, case, SYSTEM)


class _Texts(TextCheck):
    """The check of texts, where messages and labels are looked at after every step.

    In these cases nothing is known that an order may lack, so that messages are at their emptiest.
    """

    def is_new(self, *what: object) -> bool:
        return super().is_new(*what) or what[0] == "change"

    def read_at_all(self, node: CaseNode, done: Attempt | Tick) -> None:
        """Look at what hangs on more than a standing: refusals, reasons, and labels."""
        if not self.is_new("all"):
            return
        self.read(_codes(self.policy), self.policy.reasons, node, done)
        for each in self.policy.labels:
            where, text = f"texts.labels[{each.on} to {each.to}]", self.policy.text(each.text)
            self.text(where, text, node, done)
            if not all(is_sure(text, lang) for lang in self.policy.languages):
                problem = Text("空になりうる。", "It may be empty.")
                self.report(Kind.TEXT_MISSING, where, problem, node, done)
        for status in OPEN if self.policy.labels else ():
            where = f"texts.requests[{str(status)!r}]"
            self.text(where, self.policy.request_text(status), node, done)


def _codes(policy: Policy) -> Iterator[str]:
    """The codes under which something may be refused."""
    yield from (*STANDARD_REFUSALS, *policy.texts.refusals)
    for kind in JUDGED:
        for _, _, effect in policy.leaves_for(kind):
            if isinstance(effect, Forbid):
                yield effect.code


def _stuck(standings: Standings) -> Iterator[Standing]:
    """The standings with an open request that nobody is sure to be able to close."""
    ways: dict[Standing, list[frozenset[Standing]]] = {}
    for standing, steps in standings.steps.items():
        after: dict[Judged, set[Standing]] = defaultdict(set)
        for step in steps if standing.is_open else ():
            if _closes(step.command, standings.policy):
                after[step.command].add(Standing.of(step.after))
        case = standing.case(standings.policy)
        ways[standing] = [
            frozenset(results)
            for command, results in after.items()
            if standings.is_sure(command, case)
        ]
    can_end = {standing for standing in ways if not standing.is_open}
    while True:
        further = {
            standing
            for standing, each in ways.items()
            if standing not in can_end and any(results <= can_end for results in each)
        }
        if not further:
            break
        can_end |= further
    yield from (standing for standing in ways if standing not in can_end)


def _closes(command: Command, policy: Policy) -> TypeGuard[Judged]:
    """Whether a command can be given whatever else is known: it takes no facts of a move."""
    if isinstance(command, AdvanceOrder):
        return not policy.orders.facts.get(command.move)
    return isinstance(command, Approve | Reject | Withdraw)


def _loop(standings: Standings) -> Iterator[str]:
    """The deadlines that may fire one after the other without end.

    Each that may follow on itself is named alone, as the walk names it; of the others one circle.
    """
    after: dict[Standing, set[Standing]] = {}
    acting: dict[tuple[Standing, Standing], str] = {}
    alone: dict[str, None] = {}
    for standing, step in standings.all_steps():
        fired = step.events[0] if step.events else None
        if isinstance(fired, DeadlineFired) and not fired.impossible:
            deadline = standings.policy.deadline(fired.deadline)
            following = Standing.of(step.after)
            if deadline.then.acts and following == standing:
                alone[deadline.id] = None
            elif deadline.then.acts:
                after.setdefault(standing, set()).add(following)
                acting[standing, following] = deadline.id
    yield from alone
    try:
        TopologicalSorter(after).prepare()
    except CycleError as error:
        way = list(reversed(error.args[1]))
        yield ", ".join(sorted({acting[pair] for pair in pairwise(way)}))


def _unmeetable(policy: Policy) -> Iterator[str]:
    """Whatever takes a reason that does not take the shortest text that it asks for.

    A reason whose condition hangs on which reason is chosen may be offered and not be taken.
    """
    for reason in policy.reasons:
        faults = Faults(reason.on.__name__)
        check_text(reason, shortest_text(reason.text), (), policy, faults)
        if faults.found or any(leaf.fact == "reason" for leaf in reason.when.leaves()):
            code = f" for {reason.code}" if reason.code else ""
            yield f"{reason.on.__name__}{code}"


def _instant(standings: Standings, most_steps: int) -> Iterator[tuple[str, Standing]]:
    """Who may cancel at once while an order stands so that an open request can be rejected.

    What only corrections of the host's lead to is left out, as the walk leaves it out.
    """
    uncorrected = _uncorrected(standings)
    steps = [(standing, step) for standing in uncorrected for step in standings.steps[standing]]
    cancels = {
        (standing.status, step.command.by.role)
        for standing, step in steps
        if isinstance(step.command, RequestCancellation)
        and step.after.order.status == standings.policy.orders.cancelled
    }
    rejected = {
        (standing.status, standing.by.role): standing
        for standing, step in steps
        if isinstance(step.command, Reject)
        and standing.by is not None
        and Standing.of(step.after).request is RequestStatus.REJECTED
    }
    both = {role: rejected[status, role] for status, role in cancels & rejected.keys()}
    for role, standing in both.items():
        if may_be_rejected(standings.policy, role, most_steps):
            yield role, standing


def _uncorrected(standings: Standings) -> tuple[Standing, ...]:
    """The standings that can be come into without a correction of the host's."""
    corrections = Corrections(standings.policy)
    reached = {Standing(status): None for status in standings.policy.orders.statuses}
    waiting = list(reached)
    for standing in waiting:  # grows with what follows
        for step in standings.steps[standing]:
            after = Standing.of(step.after)
            if after not in reached and not corrections.is_one(step.command, step.before):
                reached[after] = None
                waiting.append(after)
    return tuple(reached)
