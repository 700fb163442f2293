"""``ordercancel replay``: runs a scenario, a JSON Lines file, and answers line by line.

The format is described in ``docs/scenarios.md``. A line that can't be read is malformed; a line
that can be read and says something impossible is invalid, and the rules may refuse one that is
neither. A failing line changes nothing, and the run goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any, BinaryIO, NoReturn, TypeVar

import attrs

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Seller, System
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import Command
from ordercancel.domain.errors import InvalidValue, UnknownOrder, UnknownPolicy
from ordercancel.domain.faults import Faults
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
from ordercancel.verification.scenario import VERBS

__all__ = ["Replay"]

MAX_LINE_BYTES = 1_000_000
"""The longest line that is read."""

MAX_PROBLEMS = 20
"""How many problems of a malformed line are told."""

T = TypeVar("T")


class MalformedError(Exception):
    """A line is not what a scenario is made of; the message says what would be."""


@attrs.frozen
class Shape:
    """Which keys an object has, each with the JSON type of its value."""

    required: Mapping[str, type]
    optional: Mapping[str, type] = attrs.field(factory=dict)


_PARTY = Shape(
    {"id": str},
    {"name": str, "emails": list, "permits_cancellation": bool, "locale": str},
)
_ORDER = Shape(
    {"id": str, "policy": str, "status": str, "buyer": str, "seller": str, "placed_at": str},
    {
        "channel": str,
        "ship_on": str,
        "paid_at": str,
        "status_since": str,
        "shipped_at": str,
        "cart_id": str,
        "item": str,
        "attributes": dict,
    },
)
_SAID = {"at": str, "do": str, "order_id": str, "by": str}
_DO: Mapping[str, Shape] = {
    "request": Shape(_SAID, {"reason": str, "text": str, "command_id": str}),
    "approve": Shape(_SAID, {"command_id": str}),
    "reject": Shape(_SAID, {"reason": str, "text": str, "affirmed": bool, "command_id": str}),
    "withdraw": Shape(_SAID, {"command_id": str}),
    "ask_withdrawal": Shape(_SAID, {"text": str, "command_id": str}),
    "answer_withdrawal": Shape({**_SAID, "accept": bool}, {"command_id": str}),
    "advance": Shape({**_SAID, "event": str}, {"ship_on": str, "command_id": str}),
    "tick": Shape({"at": str, "do": str}, {"command_id": str}),
}
_TYPES = {str: "a string", bool: "true or false", list: "a list", dict: "an object"}


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
        yield from self.run(_lines(stream))

    def run(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """An answer for each command line, and for each line that fails."""
        for number, raw in enumerate(lines, 1):
            answer = self._answer(raw)
            if answer is not None:
                yield {"line": number, **answer}

    def _answer(self, raw: bytes) -> dict[str, Any] | None:
        try:
            line = _read(raw)
            if line is None:
                return None
            match _kind(line):
                case "party":
                    self.directory.put(_party(_checked(line["party"], _PARTY, "party")))
                    return None
                case "order":
                    order = _order(_checked(line["order"], _ORDER, "order"))
                    self.service.register(order, at=order.placed_at)
                    return None
                case "tick":
                    return self._tick(line)
                case _:
                    return self._command(line)
        except MalformedError as error:
            self.malformed += 1
            return self._failure("malformed", str(error))
        except InvalidValue as error:
            return self._failure("invalid", _one_line(error))
        except UnknownPolicy as error:
            return self._failure("unknown_policy", str(error))

    def _command(self, line: dict[str, Any]) -> dict[str, Any]:
        command, at = _command(line)
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

    def _tick(self, line: dict[str, Any]) -> dict[str, Any]:
        faults = Faults("line")
        at = _parsed(line, "at", datetime.fromisoformat, "a time with an offset", faults)
        faults.raise_if_any()
        outcomes: list[Outcome] = []
        more = True
        while more:
            ticked = self.service.tick(at)
            outcomes.extend(ticked.outcomes)
            more = ticked.more
        answer = self._success(outcomes)
        if not ticked.skipped:
            return answer
        told = "; and ".join(f"{each.duty.order_id}: {each.error}" for each in ticked.skipped)
        error = ticked.skipped[0].error
        kind = "unknown_policy" if isinstance(error, UnknownPolicy) else "refused"
        codes = list(error.codes) if isinstance(error, Refused) else [kind]
        return {**answer, "ok": False, "error": kind, "codes": codes, "message": told}

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


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES + 1)
        yield line


def _read(raw: bytes) -> dict[str, Any] | None:
    """The object of a line; None for a line that is blank or a comment."""
    if len(raw) > MAX_LINE_BYTES:
        raise MalformedError(f"is too long; expected at most {MAX_LINE_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig").strip()
        if not text or text.startswith("#"):
            return None
        line = json.loads(text, object_pairs_hook=_unrepeated, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"not a line of JSON: {error}; expected one object") from error
    if not isinstance(line, dict):
        raise MalformedError('not an object; expected an object such as {"do": …}')
    return line


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _kind(line: dict[str, Any]) -> str:
    """What the line is: ``party``, ``order``, or what it does; checks the keys it may have."""
    if "party" in line or "order" in line:
        kind = "party" if "party" in line else "order"
        _checked(line, Shape({kind: dict}), "line")
        return kind
    do = line.get("do")
    if not isinstance(do, str) or do not in _DO:
        shown = _TYPES[type(do)] if isinstance(do, list | dict) else f"{do!r:.80}"
        what = "no party, order or do" if do is None else f"do is {shown}"
        raise MalformedError(f"{what}; expected a party, an order, or do one of: {', '.join(_DO)}")
    _checked(line, _DO[do], do)
    return do


def _checked(value: dict[str, Any], shape: Shape, where: str) -> dict[str, Any]:
    """`value`, once its keys and their JSON types are those of `shape`."""
    wanted = {**shape.required, **shape.optional}
    problems = [f"{key} is missing" for key in shape.required if value.get(key) is None]
    problems += [f"{key!r:.80} is no key of it" for key in value if key not in wanted]
    problems += [
        f"{key} is not {_TYPES[kind]}"
        for key, kind in wanted.items()
        if value.get(key) is not None and not isinstance(value[key], kind)
    ]
    if problems:
        more = len(problems) - MAX_PROBLEMS
        told = [*problems[:MAX_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
        raise MalformedError(f"{where}: {'; '.join(told)}; expected {_keys(shape)}")
    return value


def _keys(shape: Shape) -> str:
    required = ", ".join(shape.required)
    optional = ", ".join(shape.optional)
    return f"the keys {required}" + (f", and maybe {optional}" if optional else "")


def _party(value: dict[str, Any]) -> Party:
    return Party(**{"name": value["id"], **_given(value)})


def _order(value: dict[str, Any]) -> Order:
    given = _given(value)
    for key, parse in _TIMES.items():
        with suppress(KeyError, ValueError):  # what is no time stays text, which Order names
            given[key] = parse(given[key])
    return Order(**given)


def _command(line: dict[str, Any]) -> tuple[Command, datetime | None]:
    faults = Faults(line["do"])
    at = _parsed(line, "at", datetime.fromisoformat, "a time with an offset", faults)
    by = _parsed(line, "by", _actor, "buyer:ID, seller:ID, operator:ID or system", faults)
    given = _given(line)
    if "ship_on" in given:
        given["ship_on"] = _parsed(given, "ship_on", date.fromisoformat, "YYYY-MM-DD", faults)
    faults.raise_if_any()
    fields = {key: value for key, value in given.items() if key not in ("at", "do", "event")}
    fields["by"] = by
    if line["do"] == "advance":
        fields["move"] = line["event"]
    return _COMMANDS[line["do"]](**fields), at


def _given(value: dict[str, Any]) -> dict[str, Any]:
    """The keys that have a value; a null stands for none."""
    return {key: item for key, item in value.items() if item is not None}


def _parsed(
    value: dict[str, Any], key: str, parse: Callable[[str], T], expected: str, faults: Faults
) -> T | None:
    try:
        return parse(value[key])
    except ValueError:
        faults.add(key, f"is {value[key]!r:.80}", expected)
        return None


def _actor(text: str) -> Actor:
    role, _, name = text.partition(":")
    if text == "system":
        return System()
    return _ROLES[role](name) if role in _ROLES else _no_actor()


def _no_actor() -> NoReturn:
    raise ValueError("no such role")


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


_TIMES: Mapping[str, Callable[[str], date]] = {
    "placed_at": datetime.fromisoformat,
    "paid_at": datetime.fromisoformat,
    "status_since": datetime.fromisoformat,
    "shipped_at": datetime.fromisoformat,
    "ship_on": date.fromisoformat,
}
_ROLES: Mapping[str, type[Buyer] | type[Seller] | type[Operator]] = {
    "buyer": Buyer,
    "seller": Seller,
    "operator": Operator,
}
_COMMANDS: Mapping[str, type[Command]] = {verb: kind for kind, verb in VERBS.items()}
