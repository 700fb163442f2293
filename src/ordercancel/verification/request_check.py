"""Faults of requests: nobody can answer, they go round in a circle, nobody is told."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Approve, AskWithdrawal, Reject, Withdraw
from ordercancel.domain.events import CancellationRequested, Event, RequestReferred
from ordercancel.domain.texts import LANGS, Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.messages import audiences_of
from ordercancel.policy.policy import Policy
from ordercancel.rules.notifications import CHANGES, Notification, change_of
from ordercancel.rules.times import unspread
from ordercancel.verification.check import Check
from ordercancel.verification.commands_tried import actors_tried
from ordercancel.verification.explorer import Explorer
from ordercancel.verification.invariants import Step
from ordercancel.verification.report import Kind
from ordercancel.verification.scenario import Attempt, CaseNode, Tick

_CHANGES = frozenset(CHANGES)


class RequestCheck(Check):
    """Follows requests: who is to answer them, who is told, and whether they come to an end."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self._referred: dict[tuple[str, str], dict[str, tuple[CaseNode, Attempt | Tick]]] = {}

    def stepped(self, node: CaseNode, attempt: Attempt | Tick, step: Step) -> None:
        changes = {change_of(event) for event in step.events}
        for event in step.events:
            if isinstance(event, CancellationRequested | RequestReferred) and event.answerer:
                self._look_at_answerer(node, attempt, step, event.answerer)
            change = change_of(event)
            # Whoever is told that another request was approved knows that this one is over.
            over = change == "superseded" and "approved" in changes
            if change in _CHANGES and not over:
                self._look_at_told(node, attempt, step, event, change)

    def finish(self, explorer: Explorer) -> None:
        self.look_for_circles()
        if explorer.seed is None:
            self._look_for_stuck(explorer)

    # ---------------------------------------------------------------- who is to answer

    def _look_at_answerer(
        self, node: CaseNode, attempt: Attempt | Tick, step: Step, answerer: str
    ) -> None:
        request = step.after.latest
        assert request is not None  # somebody has just been named to answer it
        asked = self.policy.roles[request.by.role]
        named = self.policy.roles.get(answerer)
        side = answerer.removesuffix("_side") if named is None else named.side
        if side == asked.side and asked.party is not None:
            asker, who = self.policy.role_text(request.by.role), self.policy.role_text(answerer)
            problem = Text(
                f"{asker['ja']}の側のリクエストが、同じ側"
                f"({who['ja']}、{answerer})の判断に委ねられる。",
                f"A request of {asker['en']} is for their own side to answer "
                f"({who['en']}, {answerer}).",
            )
            self.report(
                Kind.OWN_REQUEST, f"{request.by.role} to {answerer}", problem, node, attempt
            )
        before = step.before.open_request
        if before is not None and before.answerer is not None:
            edges = self._referred.setdefault((request.by.role, before.answerer), {})
            edges.setdefault(answerer, (node, attempt))

    def look_for_circles(self) -> None:
        """Report whoever a request can be referred on from and back to."""
        for (role, start), edges in self._referred.items():
            for target, (node, attempt) in edges.items():
                if self._leads(role, target, start, set()):
                    names, who = " → ".join(sorted({start, target})), self.policy.role_text(role)
                    problem = Text(
                        f"{who['ja']}のリクエストの判断が、{start} から {target} に委ねられ、"
                        "また戻されて、終わらないことがある。",
                        f"A request of {who['en']} can be referred from {start} "
                        f"to {target} and back again, without end.",
                    )
                    self.report(Kind.REFERRED_IN_A_CIRCLE, names, problem, node, attempt)

    def _leads(self, role: str, start: str, goal: str, seen: set[str]) -> bool:
        if start == goal:
            return True
        seen.add(start)
        further = self._referred.get((role, start), {})
        return any(self._leads(role, each, goal, seen) for each in further if each not in seen)

    # ---------------------------------------------------------------- who is told

    def _look_at_told(
        self, node: CaseNode, attempt: Attempt | Tick, step: Step, event: Event, change: str
    ) -> None:
        """Both parties and the answerer are told, but for whoever did it."""
        case, told = step.after, set[str]()
        for each in self.policy.notifications_on(change):
            if self.is_sent(each, event, case):
                told |= set(audiences_of(each, event.by, case, self.policy))
        for role in self._must_be_told(event, case):
            if role not in told:
                doer = event.by.role
                by, who = self.policy.role_text(doer), self.policy.role_text(role)
                problem = Text(
                    f"{by['ja']}によりリクエストが「{change}」となったことが、"
                    f"{who['ja']}に知らされない。",
                    f"{_capital(who['en'])} is not told that {by['en']} "
                    f"made the request {str(change)!r}.",
                )
                self.report(Kind.NOT_TOLD, f"{change} to {role} by {doer}", problem, node, attempt)

    def is_sent(self, each: Notification, event: Event, case: Case) -> bool:
        """Whether a notification on `event` goes out, `case` being as it is after it."""
        return each.when.test(Facts(None, case, self.policy, event.at, by=event.by)) is True

    def _must_be_told(self, event: Event, case: Case) -> Iterator[str]:
        doer = self.policy.roles.get(event.by.role)
        latest = case.latest
        roles = ["buyer", "seller"]
        if latest is not None and latest.answerer is not None:
            roles.append(latest.answerer.removesuffix("_side"))
        for role in dict.fromkeys(roles):
            if role != event.by.role and (doer is None or doer.side != role):
                yield role

    # ---------------------------------------------------------------- the way out

    def _look_for_stuck(self, explorer: Explorer) -> None:
        """Find the open requests from which no way leads to one that is closed."""
        before: dict[Hashable, list[Hashable]] = {}
        for key, following in explorer.following.items():
            for after in following:
                before.setdefault(after, []).append(key)
        ending = [key for key, node in explorer.nodes.items() if node.case.open_request is None]
        can_end = set(ending)
        while ending:
            for key in before.get(ending.pop(), ()):
                if key not in can_end:
                    can_end.add(key)
                    ending.append(key)
        for key, node in explorer.nodes.items():
            request = node.case.open_request
            if key not in can_end and request is not None:
                name = self.policy.request_text(request.status)
                asker = self.policy.role_text(request.by.role)
                missing = tuple(dict.fromkeys(self._unarmed(node)))
                ja, en = "", ""
                if missing:
                    ja, en = (
                        ", ".join(
                            f"{self.policy.fact_text(each)[lang]} ({each})" for each in missing
                        )
                        for lang in LANGS
                    )
                    en = f" A deadline would end it, and is not armed without: {en}."
                    ja = f"期限で終わるはずが、次が不明なため始まらない: {ja}。"
                problem = Text(
                    f"{asker['ja']}のリクエスト({name['ja']})に、誰にも回答できず、"
                    f"期限でも終わらないものがある。{ja}",
                    f"A request ({name['en']}) of {asker['en']} that "
                    f"nobody can ever answer, and that no deadline ends.{en}",
                )
                subject = f"{request.status} in {node.case.order.status} by {request.by.role}"
                self.report(
                    Kind.UNANSWERABLE, subject, problem, node, *_answers(node, self.policy)
                )

    def _unarmed(self, node: CaseNode) -> Iterator[str]:
        """The facts without which deadlines do not run that would end the request."""
        facts = Facts(None, node.case, self.policy, node.at)
        for deadline in self.policy.deadlines:
            runs = deadline.then.acts and deadline.runs.test(facts) is not False
            if runs and deadline.due.at(facts.__getitem__) is None:
                for chain, choice, words in unspread(deadline.due):
                    if facts[chain.anchor_name] is None:
                        yield chain.anchor_name
                    elif choice is not None and facts[choice] not in words:
                        yield choice


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _answers(node: CaseNode, policy: Policy) -> Iterator[Attempt]:
    """What anybody would try to answer a request with."""
    request = node.case.open_request
    assert request is not None
    actors = {actor.role: actor for actor in actors_tried(policy)}
    answerer = (request.answerer or "seller").removesuffix("_side")
    by = actors.get(answerer, actors["seller"])
    number, order_id = request.number, node.case.order.id
    for kind in (Approve, Reject, AskWithdrawal):
        yield Attempt(kind(order_id, by=by, request=number), node.at)
    yield Attempt(Withdraw(order_id, by=request.by, request=number), node.at)
