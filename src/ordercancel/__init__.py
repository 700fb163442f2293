"""The rules of cancelling an order, as data that can be run, proved, explained and rendered.

Hand commands to a `CancellationService`, or ask a policy alone with `Policy.assess`. The built-in
policies are in `ordercancel.policies`, what policies are made of in `ordercancel.policy`, the
adapters in `ordercancel.stores` and `ordercancel.notifiers`.
"""

from __future__ import annotations

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Role, Seller, System
from ordercancel.domain.cases import Case, Duty, DutyStatus
from ordercancel.domain.commands import (
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
from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidPolicy,
    InvalidValue,
    NotDelivered,
    OrderCancelError,
    OutdatedTables,
    PartlyDelivered,
    StoreUnavailable,
    TooLarge,
    UnknownOrder,
    UnknownPolicy,
    Untranslatable,
)
from ordercancel.domain.events import Event
from ordercancel.domain.orders import Order
from ordercancel.domain.requests import Answer, CancellationRequest, RequestStatus
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decide import decide
from ordercancel.engine.decision import Refused
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.labels import InboxRow, inbox_row, label
from ordercancel.engine.messages import Message, messages_for
from ordercancel.policy import Decision, Policy, PolicyBook, Refusal, Rule, Verdict
from ordercancel.service.results import Outcome
from ordercancel.service.service import CancellationService
from ordercancel.service.service_async import AsyncCancellationService
from ordercancel.verification import Report, verify

__version__ = "0.1.0"

__all__ = [
    "Actor",
    "AdvanceOrder",
    "Answer",
    "AnswerWithdrawal",
    "ApplyDeadline",
    "Approve",
    "AskWithdrawal",
    "AsyncCancellationService",
    "Buyer",
    "CancellationRequest",
    "CancellationService",
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
    "decide",
    "evolve",
    "fold",
    "inbox_row",
    "label",
    "messages_for",
    "verify",
]
