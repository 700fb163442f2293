"""Problem details (RFC 9457): the form that errors take over HTTP and for agents, as data."""

from __future__ import annotations

import attrs

from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidValue,
    OrderCancelError,
    StoreUnavailable,
    UnknownOrder,
    UnknownPolicy,
)
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Refused
from ordercancel.schemas.views import RefusalView, decision_view

NOT_JSON = "not_json"
"""The code of a body that is sent as something else than JSON."""


@attrs.frozen(kw_only=True)
class ProblemView:
    """Why something was not done (RFC 9457).

    Args:
        type: Which kind of problem it is.
        title: What such a problem is called, in English.
        status: The status of the answer.
        detail: What is wrong, in sentences for people.
        codes: The stable codes of all refusals and faults, each once.
        clauses: The ids of all clauses behind them, each once.
        refusals: What the rules refuse, each with its sentence.
        faults: What is wrong with the input, everything at once.
    """

    type: str
    title: str
    status: int
    detail: str
    codes: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    refusals: tuple[RefusalView, ...] = ()
    faults: tuple[Fault, ...] = ()


TITLES = {
    400: ("malformed", "The body can't be read"),
    404: ("unknown_order", "There is no such order"),
    409: ("refused", "The rules, or somebody else, are in the way"),
    415: (NOT_JSON, "The body must be JSON"),
    422: ("invalid", "The input is wrong"),
    503: ("unavailable", "The service can't answer now"),
}
"""What the answers are called that tell of a problem, by their status."""

_AGAIN = Text(
    ja="他の操作と重なりました。もう一度お試しください。",
    en="Somebody else changed the order at the same time. Please try again.",
)
_UNAVAILABLE = Text(
    ja="ただいまご利用いただけません。しばらくしてからもう一度お試しください。",
    en="This can't be answered at the moment. Please try again later.",
)
_UNKNOWN = Text(ja="該当する注文がありません。", en="There is no such order.")


def problem_of(error: OrderCancelError, lang: Lang) -> ProblemView:
    """What tells of an error; raises it again where it is not the caller's to know."""
    match error:
        case InvalidValue(faults=faults, codes=codes, clauses=clauses):
            statuses: dict[tuple[str, ...], int] = {("malformed",): 400, (NOT_JSON,): 415}
            view = _view(statuses.get(codes, 422), error.message(lang))
            return attrs.evolve(view, codes=codes, clauses=clauses, faults=faults)
        case Refused(decision=decision):
            said = decision_view(decision, lang)
            view = _view(409, said.sentence)
            refusals = said.refusals
            return attrs.evolve(view, codes=said.codes, clauses=said.clauses, refusals=refusals)
        case UnknownOrder():
            return _view(404, _UNKNOWN[lang])
        case Conflict():
            return attrs.evolve(_view(409, _AGAIN[lang]), type="urn:ordercancel:conflict")
        case StoreUnavailable() | UnknownPolicy():  # the latter: this server lacks an edition
            return _view(503, _UNAVAILABLE[lang])
    raise error


def _view(status: int, detail: str) -> ProblemView:
    kind, title = TITLES[status]
    return ProblemView(type=f"urn:ordercancel:{kind}", title=title, status=status, detail=detail)
