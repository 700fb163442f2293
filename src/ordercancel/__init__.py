"""The rules of cancelling an order, as data that can be run, proved, explained and rendered.

Hand commands to a `CancellationDesk`, or ask a policy alone with `Policy.assess`. The built-in
policies are in `ordercancel.policies`, what policies are made of in `ordercancel.policy`, the
adapters in `ordercancel.adapters`.
"""

from ordercancel.announce import InboxRow, Message, announce, inbox_row, label
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
