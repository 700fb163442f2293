"""``ordercancel replay``: runs a scenario, a JSON Lines file, and answers line by line.

A line may be malformed, invalid, or refused by the rules. A failing line changes nothing, and the
run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

from ordercancel.cli.lines import MalformedError, Tick, lines_of, parsed
from ordercancel.domain.actors import Party, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.errors import InvalidValue, UnknownOrder, UnknownPolicy
from ordercancel.domain.orders import Order
from ordercancel.domain.texts import Lang
from ordercancel.engine.decision import Decision, Refused
from ordercancel.engine.labels import label
from ordercancel.engine.messages import Message
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import Audience
from ordercancel.service.ports import Store
from ordercancel.service.results import Outcome
from ordercancel.service.service import CancellationService
from ordercancel.stores.memory import MemoryDirectory


class Replay:
    """A run of scenario lines against one service.

    Args:
        policies: The rule sets that the lines may name.
        store: Where the cases are kept.
        lang: The language of labels and refusals.
        observe: Is given the decision on each command before it is carried out.
    """

    def __init__(
        self,
        policies: Iterable[Policy],
        store: Store,
        lang: Lang = "ja",
        *,
        observe: Callable[[Decision], None] | None = None,
    ) -> None:
        known = tuple(policies)
        self.book = PolicyBook(known)
        self.directory = MemoryDirectory()
        self.service = CancellationService(policies=known, store=store, directory=self.directory)
        self.lang = lang
        self.observe = observe
        self.malformed = 0

    def read(self, stream: BinaryIO) -> Iterator[dict[str, Any]]:
        """The answers to the lines of a file; of a line that is too long no more is kept."""
        yield from self.run(lines_of(stream))

    def run(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """An answer for each command line, and for each line that fails."""
        for number, raw in enumerate(lines, 1):
            answer = self._answer(raw)
            if answer is not None:
                yield {"line": number, **answer}

    def _answer(self, raw: bytes) -> dict[str, Any] | None:
        try:
            match parsed(raw):
                case None:
                    return None
                case Party() as party:
                    self.directory.put(party)
                    return None
                case Order() as order:
                    self.service.register(order, at=order.placed_at)
                    return None
                case Tick(at):
                    return self._tick(at)
                case line:
                    return self._command(line.command, line.at)
        except MalformedError as error:
            self.malformed += 1
            return self._failure("malformed", str(error))
        except InvalidValue as error:
            return self._failure("invalid", _one_line(error))
        except UnknownPolicy as error:
            return self._failure("unknown_policy", str(error))

    def _command(self, command: Command, at: datetime) -> dict[str, Any]:
        try:
            if self.observe is not None:
                self.observe(self.service.assess(command, at=at))
            outcome = self.service.handle(command, at=at)
        except Refused as error:
            decision = error.decision
            return self._failure(
                "refused",
                decision.message(self.lang),
                codes=list(decision.codes),
                rules=list(decision.rules),
                clauses=list(decision.clauses),
                case=self._known(command),
            )
        except UnknownOrder as error:
            return self._failure("unknown_order", str(error))
        except InvalidValue as error:
            return self._failure("invalid", _one_line(error), case=self._known(command))
        return self._success([outcome])

    def _known(self, command: Command) -> Case | None:
        """The case that `command` is about, where its actor may know of it."""
        try:
            return self.service.case(command.order_id, by=command.by)
        except UnknownOrder:
            return None

    def _tick(self, at: datetime) -> dict[str, Any]:
        outcomes: list[Outcome] = []
        more = True
        while more:
            ticked = self.service.tick(at)
            outcomes.extend(ticked.outcomes)
            more = ticked.more
        answer = self._success(outcomes)
        if not ticked.skipped:
            return answer
        problems = "; and ".join(f"{each.duty.order_id}: {each.error}" for each in ticked.skipped)
        error = ticked.skipped[0].error
        kind = "unknown_policy" if isinstance(error, UnknownPolicy) else "refused"
        codes = list(error.codes) if isinstance(error, Refused) else [kind]
        return {**answer, "ok": False, "error": kind, "codes": codes, "message": problems}

    def _success(self, outcomes: list[Outcome]) -> dict[str, Any]:
        """What `outcomes` came to; a tick has none or several, and then no one order's state."""
        orders = {outcome.case.order.id for outcome in outcomes}
        case = self.service.case(orders.pop(), by=System()) if len(orders) == 1 else None
        clauses = (
            clause
            for outcome in outcomes
            for clause in self._policy(outcome.case).clauses_of(outcome.rules)
        )
        return {
            "ok": True,
            "events": [type(event).__name__ for each in outcomes for event in each.events],
            **self._state(case),
            "rules": list(dict.fromkeys(rule for each in outcomes for rule in each.rules)),
            "clauses": list(dict.fromkeys(clauses)),
            "messages": [
                _message(message)
                for each in outcomes
                for message in each.messages
                if not each.repeated
            ],
        }

    def _failure(
        self,
        error: str,
        message: str,
        *,
        codes: list[str] | None = None,
        rules: list[str] | None = None,
        clauses: list[str] | None = None,
        case: Case | None = None,
    ) -> dict[str, Any]:
        return {
            "ok": False,
            "events": [],
            **self._state(case),
            "rules": rules or [],
            "clauses": clauses or [],
            "messages": [],
            "error": error,
            "codes": codes or [error],
            "message": message,
        }

    def _state(self, case: Case | None) -> dict[str, Any]:
        if case is None:
            return {"order_status": None, "request_status": None, "labels": None}
        policy = self._policy(case)
        names = (case.order.buyer, case.order.seller)
        parties = {name: self.directory.find(name) for name in names}
        return {
            "order_status": case.order.status,
            "request_status": case.latest and case.latest.status.value,
            "labels": {
                audience.value: " ".join(
                    label(case, policy, audience, self.lang, parties=parties).split("\n")
                )
                for audience in Audience
            },
        }

    def _policy(self, case: Case) -> Policy:
        return self.book.get(case.order.policy, case.edition)


def _message(message: Message) -> dict[str, str]:
    return {
        "audience": message.audience.value,
        "medium": message.medium.value,
        "party": message.party,
        "subject": message.subject,
        "body": message.body,
    }


def _one_line(error: InvalidValue) -> str:
    return "; and ".join(str(fault) for fault in error.faults)
