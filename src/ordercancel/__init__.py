"""The rules of cancelling an order, as data that can be run, proved, explained and rendered.

Hand commands to a `CancellationService`, or ask a policy alone with `Policy.assess`. The built-in
policies are in `ordercancel.policies`, everything that a policy is written with in
`ordercancel.policy`, adapters in `ordercancel.stores` and `ordercancel.notifiers`.
"""

from ordercancel.domain.actors import Actor as Actor
from ordercancel.domain.actors import Buyer as Buyer
from ordercancel.domain.actors import Operator as Operator
from ordercancel.domain.actors import Party as Party
from ordercancel.domain.actors import Seller as Seller
from ordercancel.domain.actors import System as System
from ordercancel.domain.cases import Case as Case
from ordercancel.domain.commands import AdvanceOrder as AdvanceOrder
from ordercancel.domain.commands import AnswerWithdrawal as AnswerWithdrawal
from ordercancel.domain.commands import Approve as Approve
from ordercancel.domain.commands import AskWithdrawal as AskWithdrawal
from ordercancel.domain.commands import Command as Command
from ordercancel.domain.commands import FailRefund as FailRefund
from ordercancel.domain.commands import FireDeadline as FireDeadline
from ordercancel.domain.commands import RecordRefund as RecordRefund
from ordercancel.domain.commands import Reject as Reject
from ordercancel.domain.commands import RequestCancellation as RequestCancellation
from ordercancel.domain.commands import RetryRefund as RetryRefund
from ordercancel.domain.commands import SettleRefund as SettleRefund
from ordercancel.domain.commands import UpdateOrder as UpdateOrder
from ordercancel.domain.commands import Withdraw as Withdraw
from ordercancel.domain.errors import Conflict as Conflict
from ordercancel.domain.errors import Fault as Fault
from ordercancel.domain.errors import InvalidPolicy as InvalidPolicy
from ordercancel.domain.errors import InvalidValue as InvalidValue
from ordercancel.domain.errors import NotAll as NotAll
from ordercancel.domain.errors import NotDelivered as NotDelivered
from ordercancel.domain.errors import OrderCancelError as OrderCancelError
from ordercancel.domain.errors import OrderUnavailable as OrderUnavailable
from ordercancel.domain.errors import OutdatedTables as OutdatedTables
from ordercancel.domain.errors import PartlyDelivered as PartlyDelivered
from ordercancel.domain.errors import StoreUnavailable as StoreUnavailable
from ordercancel.domain.errors import TooLarge as TooLarge
from ordercancel.domain.errors import TransactionLost as TransactionLost
from ordercancel.domain.errors import UnknownOrder as UnknownOrder
from ordercancel.domain.errors import UnknownPolicy as UnknownPolicy
from ordercancel.domain.errors import Untranslatable as Untranslatable
from ordercancel.domain.events import Event as Event
from ordercancel.domain.orders import Order as Order
from ordercancel.domain.orders import PastRequest as PastRequest
from ordercancel.domain.requests import CancellationRequest as CancellationRequest
from ordercancel.domain.requests import RequestStatus as RequestStatus
from ordercancel.domain.texts import Text as Text
from ordercancel.engine.decide import decide as decide
from ordercancel.engine.decision import Refused as Refused
from ordercancel.engine.evolve import evolve as evolve
from ordercancel.engine.evolve import fold as fold
from ordercancel.engine.labels import label as label
from ordercancel.engine.labels import queue_row as queue_row
from ordercancel.engine.messages import Message as Message
from ordercancel.engine.messages import messages_for as messages_for
from ordercancel.engine.options import options as options
from ordercancel.engine.timers import timers as timers
from ordercancel.policy import Policy as Policy
from ordercancel.policy import Verdict as Verdict
from ordercancel.service.results import Outcome as Outcome
from ordercancel.service.service import CancellationService as CancellationService
from ordercancel.service.service_async import AsyncCancellationService as AsyncCancellationService

__version__ = "0.2.0"
