"""The rules of cancelling an order, as data that can be run, proved, explained and rendered.

Hand commands to a `CancellationDesk`, or ask a policy alone with `Policy.assess`. The built-in
policies are in `ordercancel.policies`, what policies are made of in `ordercancel.policy`, the
adapters in `ordercancel.adapters`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ordercancel.announcing import InboxRow, Message, announce, inbox_row, label
    from ordercancel.case import Case, Duty, DutyStatus
    from ordercancel.commands import (
        AdvanceOrder,
        AnswerWithdrawal,
        ApplyDeadline,
        Approve,
        AskWithdrawal,
        Command,
        Reject,
        RequestCancellation,
        Withdraw,
    )
    from ordercancel.decider import decide
    from ordercancel.desk import AsyncCancellationDesk, CancellationDesk, Outcome
    from ordercancel.errors import (
        Conflict,
        Fault,
        InvalidPolicy,
        InvalidValue,
        NotDelivered,
        OrderCancelError,
        OutdatedTables,
        PartlyDelivered,
        Refused,
        StoreUnavailable,
        TooLarge,
        UnknownOrder,
        UnknownPolicy,
        Untranslatable,
    )
    from ordercancel.events import Event
    from ordercancel.folding import evolve, fold
    from ordercancel.order import Actor, Buyer, Operator, Order, Party, Role, Seller, System
    from ordercancel.policy import Decision, Policy, PolicyBook, Refusal, Rule, Verdict
    from ordercancel.request import Answer, CancellationRequest, RequestStatus
    from ordercancel.text import Lang, Text
    from ordercancel.verification import Report, verify

__all__ = [
    "Actor",
    "AdvanceOrder",
    "Answer",
    "AnswerWithdrawal",
    "ApplyDeadline",
    "Approve",
    "AskWithdrawal",
    "AsyncCancellationDesk",
    "Buyer",
    "CancellationDesk",
    "CancellationRequest",
    "Case",
    "Command",
    "Conflict",
    "Decision",
    "Duty",
    "DutyStatus",
    "Event",
    "Fault",
    "InboxRow",
    "InvalidPolicy",
    "InvalidValue",
    "Lang",
    "Message",
    "NotDelivered",
    "Operator",
    "Order",
    "OrderCancelError",
    "Outcome",
    "OutdatedTables",
    "PartlyDelivered",
    "Party",
    "Policy",
    "PolicyBook",
    "Refusal",
    "Refused",
    "Reject",
    "Report",
    "RequestCancellation",
    "RequestStatus",
    "Role",
    "Rule",
    "Seller",
    "StoreUnavailable",
    "System",
    "Text",
    "TooLarge",
    "UnknownOrder",
    "UnknownPolicy",
    "Untranslatable",
    "Verdict",
    "Withdraw",
    "announce",
    "decide",
    "evolve",
    "fold",
    "inbox_row",
    "label",
    "verify",
]

_NAMES_OF = {
    "announcing": (
        "InboxRow",
        "Message",
        "announce",
        "inbox_row",
        "label",
    ),
    "case": (
        "Case",
        "Duty",
        "DutyStatus",
    ),
    "commands": (
        "AdvanceOrder",
        "AnswerWithdrawal",
        "ApplyDeadline",
        "Approve",
        "AskWithdrawal",
        "Command",
        "Reject",
        "RequestCancellation",
        "Withdraw",
    ),
    "decider": ("decide",),
    "desk": (
        "AsyncCancellationDesk",
        "CancellationDesk",
        "Outcome",
    ),
    "errors": (
        "Conflict",
        "Fault",
        "InvalidPolicy",
        "InvalidValue",
        "NotDelivered",
        "OrderCancelError",
        "OutdatedTables",
        "PartlyDelivered",
        "Refused",
        "StoreUnavailable",
        "TooLarge",
        "UnknownOrder",
        "UnknownPolicy",
        "Untranslatable",
    ),
    "events": ("Event",),
    "folding": (
        "evolve",
        "fold",
    ),
    "order": (
        "Actor",
        "Buyer",
        "Operator",
        "Order",
        "Party",
        "Role",
        "Seller",
        "System",
    ),
    "policy": (
        "Decision",
        "Policy",
        "PolicyBook",
        "Refusal",
        "Rule",
        "Verdict",
    ),
    "request": (
        "Answer",
        "CancellationRequest",
        "RequestStatus",
    ),
    "text": (
        "Lang",
        "Text",
    ),
    "verification": (
        "Report",
        "verify",
    ),
}
_HOMES = {name: module for module, names in _NAMES_OF.items() for name in names}


def __getattr__(name: str) -> Any:
    """What is asked for first, with the modules that it needs, and no others."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
