"""``ordercancel replay``: runs a scenario, a JSON Lines file, and answers line by line.

A line may be malformed, invalid, or refused by the rules. A failing line changes nothing but what
had come due before it, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO, cast

from ordercancel.cli.lines import OPTIONS, TICK, MalformedError, Step, lines_of, parsed
from ordercancel.domain.actors import Actor, Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Judged, UpdateOrder
from ordercancel.domain.errors import InvalidValue, UnknownOrder, UnknownPolicy
from ordercancel.domain.events import DeadlineFired, Event
from ordercancel.domain.obligations import Obligation
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.bases import label_bases, message_bases
from ordercancel.engine.decision import Decision, Refused
from ordercancel.engine.handling import fire_due, fired_among
from ordercancel.engine.labels import label, label_of
from ordercancel.engine.messages import Message, notifications_behind, readers_of
from ordercancel.engine.timers import fires, running
from ordercancel.explain import (
    Explanation,
    explain,
    explain_faults,
    explain_firing,
    explain_update,
)
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import Notification, change_of
from ordercancel.schemas.codec import plain
from ordercancel.schemas.views import option_view
from ordercancel.service.ports import ObligationHandler, Store
from ordercancel.service.records import Commit
from ordercancel.service.results import MAX_COUNT, Outcome, Skipped
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory, MemoryStore

Answer = dict[str, Any]

Why = tuple[Policy, Callable[[Lang], Explanation]]
"""The policy that speaks of what determined an answer, and how that is explained in a language."""


class Replay:
    """A run of scenario lines against one service, with a clock of its own.

    Args:
        policies: The rule sets that the lines may name.
        store: Where the cases are kept. Default: in memory.
        lang: The language of labels and messages to the caller. Default: that of each policy.
        observe: Called with what determines the answer to each line, before it is given.
        obligations: Is told nothing here, but has the service write what the host must do.
    """

    def __init__(
        self,
        policies: Iterable[Policy],
        store: Store | None = None,
        lang: Lang | None = None,
        *,
        observe: Callable[[Why], None] | None = None,
        obligations: ObligationHandler | None = None,
    ) -> None:
        known = tuple(policies)
        self.book = PolicyBook(known)
        self.directory = MemoryDirectory()
        self.lang = lang
        self.malformed = 0
        self._observe = observe
        self._clock = _Clock()
        self._store = _Recorder(store or MemoryStore())
        self.service = CancellationService(
            policies=known,
            store=cast(Store, self._store),
            directory=self.directory,
            clock=self._clock,
            obligations=obligations,
        )

    @property
    def owed(self) -> tuple[Obligation, ...]:
        """What the line that was answered last obliges the host to."""
        return tuple(each for commit in self._store.commits for each in commit.obligations)

    def read(self, stream: BinaryIO) -> Iterator[Answer]:
        """The answers to the lines of a file; of a line that is too long no more is kept."""
        yield from self.run(lines_of(stream))

    def run(self, lines: Iterable[bytes]) -> Iterator[Answer]:
        """An answer for each command line, and for each line that fails."""
        for number, raw in enumerate(lines, 1):
            self._store.commits.clear()
            answer = self._answer(raw)
            if answer is not None:
                yield {"line": number, **answer}

    def _answer(self, raw: bytes) -> Answer | None:
        try:
            match parsed(raw, self.book):
                case None:
                    return None
                case Party() as party:
                    self.directory.put(party)
                    return None
                case Order() as order:
                    self._clock.at = order.placed_at
                    self.service.register(order, at=order.placed_at)
                    return None
                case step:
                    self._clock.at = step.at
                    return self._tick(step.at) if step.do == TICK else self._step(step)
        except MalformedError as error:
            self.malformed += 1
            return self._failed("malformed", error)
        except InvalidValue as error:
            return self._invalid(error, None)
        except UnknownPolicy as error:
            return self._failed("unknown_policy", error)
        except UnknownOrder as error:
            return self._failed("unknown_order", error)

    # ------------------------------------------------------------------ lines that do something

    def _step(self, step: Step) -> Answer:
        by = cast(Actor, step.by)
        case = self._known(step.order_id, by)
        policy = None if case is None else self._policy(case)
        try:
            if step.do == OPTIONS:
                return self._options(step.order_id, by, step.at)
            command = step.command(case, policy)
            recorded: Why | None = None
            decided: Why | None = None
            if self._observe is not None and isinstance(command, Judged):
                decided = self._why(self.service.assess(command, at=step.at))
            elif isinstance(command, UpdateOrder) and case is not None and policy is not None:
                parties = self._parties(case, policy)
                why = partial(explain_update, command, case, policy, step.at, parties=parties)
                recorded = policy, why
            outcome = self.service.handle(command, at=step.at)
        except Refused as error:
            self._happened(decided=self._why(error.decision))
            return self._refused(error.decision, self.service.case(step.order_id, by=by))
        except InvalidValue as error:
            return self._invalid(error, case)
        self._happened(*((None, None) if outcome.repeated else (recorded, decided)))
        return self._done([outcome])

    def _options(self, order_id: str, by: Actor, at: datetime) -> Answer:
        """What `by` may do now; the state is shown as if what is due had fired."""
        options = self.service.options(order_id, by=by, at=at)
        case = self.service.case(order_id, by=by)
        policy = self._policy(case)
        for step in fire_due(case, policy, at):
            case = step.case
        lang, parties = self._lang(policy), self._parties(case, policy)
        listed = [plain(option_view(each, lang, parties)) for each in options]
        return self._answered(case, options=listed)

    def _tick(self, at: datetime) -> Answer:
        outcomes: list[Outcome] = []
        skipped: list[Skipped] = []
        more = True
        while more:
            ticked = self.service.tick(at, budget=MAX_COUNT)
            outcomes.extend(ticked.outcomes)
            skipped.extend((*ticked.skipped, *ticked.passed_over))
            more = ticked.more
        self._happened()
        answer = self._done(outcomes)
        if not skipped:
            return answer
        error = skipped[0].error
        kind = "unknown_policy" if isinstance(error, UnknownPolicy) else "invalid"
        return {
            **answer,
            "ok": False,
            "error": kind,
            "codes": list(error.codes) if isinstance(error, InvalidValue) else [kind],
            "message": "\n".join(f"{each.order.order_id}: {each.error}" for each in skipped),
        }

    def _known(self, order_id: str, by: Actor) -> Case | None:
        """The case of an order, where its actor may know of it."""
        try:
            return self.service.case(order_id, by=by)
        except (UnknownOrder, InvalidValue):
            return None

    def _why(self, decision: Decision) -> Why:
        assert decision.about is not None  # the service decides of cases alone
        case = decision.about[1]
        policy = self._policy(case)
        return policy, partial(explain, decision, parties=self._parties(case, policy))

    def _happened(self, recorded: Why | None = None, decided: Why | None = None) -> None:
        """Say what determined the answer: what the host told, what has fired, what was decided."""
        if self._observe is None:
            return
        if recorded is not None:
            self._observe(recorded)
        for commit in self._store.commits:
            policy, behind = self._policy(commit.case), self._behind(commit)
            fired = {change_of(event) for event in fired_among(commit.events)}
            messages = [each for each in commit.messages if each.on in fired]
            for event in commit.events:
                if isinstance(event, DeadlineFired):
                    why = partial(explain_firing, event, policy, messages=messages, behind=behind)
                    self._observe((policy, why))
        if decided is not None:
            self._observe(decided)

    def _parties(self, case: Case, policy: Policy) -> dict[str, Party | None]:
        """What is known of those whom a text about a case may name, by id."""
        return {each: self.directory.find(each) for each in readers_of(case, policy)}

    # ------------------------------------------------------------------ what is answered

    def _done(self, outcomes: list[Outcome]) -> Answer:
        """What `outcomes` came to; a tick has none or several, and then no one order's state."""
        orders = {outcome.case.order.id for outcome in outcomes}
        quotes = [outcome.quote for outcome in outcomes if outcome.quote is not None]
        case = self.service.case(orders.pop(), by=System()) if len(orders) == 1 else None
        return self._answered(
            case,
            events=[event for outcome in outcomes for event in outcome.events],
            rules=[rule for outcome in outcomes for rule in outcome.rules],
            clauses=[
                clause
                for outcome in outcomes
                for clause in self._policy(outcome.case).clauses_of(outcome.rules)
            ],
            **({"quote": plain(quotes[-1])} if case is not None and quotes else {}),
        )

    def _refused(self, decision: Decision, case: Case) -> Answer:
        """Why it is refused; what had come due before stands."""
        return self._answered(
            case,
            events=[event for commit in self._store.commits for event in commit.events],
            rules=decision.rules,
            clauses=decision.clauses,
            error="refused",
            codes=list(decision.codes),
            message=decision.message(self._lang(self._policy(case))),
            **({} if decision.quote is None else {"quote": plain(decision.quote)}),
        )

    def _invalid(self, error: InvalidValue, case: Case | None) -> Answer:
        policy = None if case is None else self._policy(case)
        if policy is not None:
            self._happened(decided=(policy, partial(explain_faults, error, policy)))
        return self._answered(
            case,
            clauses=error.clauses,
            error="invalid",
            codes=list(error.codes),
            message=error.message(self._lang(policy)),
        )

    def _failed(self, kind: str, error: Exception) -> Answer:
        message = _FAILED[kind].fill(self._lang(None), {"problem": str(error)})
        return self._answered(None, error=kind, codes=[kind], message=message)

    def _answered(
        self,
        case: Case | None,
        *,
        events: Iterable[Event] = (),
        rules: Iterable[str] = (),
        clauses: Iterable[str] = (),
        **more: Any,
    ) -> Answer:
        """What an answer says of what happened, and of how things stand after it."""
        messages = [
            _message_json(each, behind.get(each.id), self._policy(commit.case))
            for commit in self._store.commits
            for behind in (self._behind(commit),)
            for each in commit.messages
        ]
        answer: Answer = {
            "ok": "error" not in more,
            "events": [type(event).__name__ for event in events],
            "order_status": None,
            "request_status": None,
            "rules": list(dict.fromkeys(rules)),
            "clauses": list(dict.fromkeys(clauses)),
            "messages": messages,
            **dict.fromkeys(("labels", "label_basis", "deadlines", "marks")),
            **more,
        }
        return answer if case is None else {**answer, **self._state(case)}

    def _behind(self, commit: Commit) -> Mapping[str, Notification]:
        """The notifications behind the messages of a commit, by the ids of these."""
        return notifications_behind(commit.events, commit.case, self._policy(commit.case))

    def _state(self, case: Case) -> Answer:
        policy = self._policy(case)
        lang, known = self._lang(policy), self._parties(case, policy)
        marks = (mark.code for mark in case.marks if mark.request in (None, len(case.requests)))
        # Those that have fired and run on come after those that will.
        run = sorted(running(policy, case), key=lambda timer: not fires(timer, case))
        return {
            "order_status": case.order.status,
            "request_status": case.latest and str(case.latest.status),
            "labels": {
                side: " ".join(label(case, policy, side, lang, parties=known).split("\n"))
                for side in ("buyer", "seller")
            },
            "label_basis": {
                side: label_bases(label_of(case, policy, side), policy).get("label")
                for side in ("buyer", "seller")
            },
            "deadlines": [
                {
                    "deadline": timer.deadline.id,
                    "due_at": timer.due_at.astimezone(policy.tzinfo).isoformat(),
                }
                for timer in run
            ],
            "marks": list(dict.fromkeys(marks)),
        }

    def _lang(self, policy: Policy | None) -> Lang:
        """The language of an answer; of one under no policy that of the library's errors."""
        return self.lang or ("en" if policy is None else policy.languages[0])

    def _policy(self, case: Case) -> Policy:
        return self.book.get(case.order.policy, case.edition)


_FAILED: Mapping[str, Text] = {
    "malformed": Text("この行の形式に誤りがあります。（{problem}）", "{problem}"),
    "unknown_policy": Text("該当するポリシーがありません。（{problem}）", "{problem}"),
    "unknown_order": Text(
        "該当する注文がないか、この操作者の注文ではありません。（{problem}）", "{problem}"
    ),
}
"""What is said of a line about no order that is known; the problem is for whoever wrote it."""


def _message_json(message: Message, sent: Notification | None, policy: Policy) -> Answer:
    """A message as JSON has it, with whose word it is."""
    names = ("audience", "medium", "party", "subject", "body")
    told = {name: str(getattr(message, name)) for name in names}
    return {**told, "basis": {} if sent is None else dict(message_bases(sent, policy))}


class _Clock:
    """The time of the line that is being read."""

    at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class _Recorder:
    """A store that remembers what was committed to it, refused commands' deadlines included."""

    def __init__(self, store: Store) -> None:
        self._inner = store
        self.commits: list[Commit] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def commit(self, commit: Commit) -> None:
        self._inner.commit(commit)
        self.commits.append(commit)
