"""The rules of cancelling an order, as data that can be run, proved, explained and rendered.

Hand commands to a `CancellationService`, or ask a policy alone with `Policy.assess`. The built-in
policies are in `ordercancel.policies`, everything that a policy is written with in
`ordercancel.policy`, adapters in `ordercancel.stores` and `ordercancel.notifiers`.
"""

from __future__ import annotations

from ordercancel.domain.actors import Actor, Buyer, Operator, Party, Seller, System
from ordercancel.domain.cases import Case, Mark
from ordercancel.domain.commands import (
    AdvanceOrder,
    AnswerWithdrawal,
    Approve,
    AskWithdrawal,
    Command,
    FailRefund,
    FireDeadline,
    RecordRefund,
    Reject,
    RequestCancellation,
    RetryRefund,
    SettleRefund,
    UpdateOrder,
    Withdraw,
)
from ordercancel.domain.errors import (
    Conflict,
    Fault,
    InvalidPolicy,
    InvalidValue,
    NotAll,
    NotDelivered,
    OrderCancelError,
    OrderUnavailable,
    OutdatedTables,
    PartlyDelivered,
    StoreUnavailable,
    TooLarge,
    TransactionLost,
    UnknownOrder,
    UnknownPolicy,
    Untranslatable,
)
from ordercancel.domain.events import Event
from ordercancel.domain.orders import Order, PastRequest
from ordercancel.domain.requests import Answer, CancellationRequest, RequestStatus
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decide import decide
from ordercancel.engine.decision import Refused
from ordercancel.engine.evolve import evolve, fold
from ordercancel.engine.labels import QueueRow, label, queue_row
from ordercancel.engine.messages import Message, messages_for
from ordercancel.engine.options import Option, options
from ordercancel.engine.timers import Timer, timers
from ordercancel.policy import Decision, Policy, PolicyBook, Refusal, Verdict
from ordercancel.service.records import InboxCursor
from ordercancel.service.results import Count, InboxPage, Outcome, Overview
from ordercancel.service.service import CancellationService
from ordercancel.service.service_async import AsyncCancellationService

__version__ = "0.2.0"

__all__ = [
    "Actor",
    "AdvanceOrder",
    "Answer",
    "AnswerWithdrawal",
    "Approve",
    "AskWithdrawal",
    "AsyncCancellationService",
    "Buyer",
    "CancellationRequest",
    "CancellationService",
    "Case",
    "Command",
    "Conflict",
    "Count",
    "Decision",
    "Event",
    "FailRefund",
    "Fault",
    "FireDeadline",
    "InboxCursor",
    "InboxPage",
    "InvalidPolicy",
    "InvalidValue",
    "Lang",
    "Mark",
    "Message",
    "NotAll",
    "NotDelivered",
    "Operator",
    "Option",
    "Order",
    "OrderCancelError",
    "OrderUnavailable",
    "Outcome",
    "OutdatedTables",
    "Overview",
    "PartlyDelivered",
    "Party",
    "PastRequest",
    "Policy",
    "PolicyBook",
    "QueueRow",
    "RecordRefund",
    "Refusal",
    "Refused",
    "Reject",
    "RequestCancellation",
    "RequestStatus",
    "RetryRefund",
    "Seller",
    "SettleRefund",
    "StoreUnavailable",
    "System",
    "Text",
    "Timer",
    "TooLarge",
    "TransactionLost",
    "UnknownOrder",
    "UnknownPolicy",
    "Untranslatable",
    "UpdateOrder",
    "Verdict",
    "Withdraw",
    "decide",
    "evolve",
    "fold",
    "label",
    "messages_for",
    "options",
    "queue_row",
    "timers",
]
