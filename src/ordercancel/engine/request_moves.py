"""The life of a request, as one table.

The initiator's request waits for its answerer (*pending*). The answerer approves or rejects it, or
asks the initiator to take it back (*withdrawal asked*). The initiator then withdraws, or declines
(*withdrawal declined*): the request stays open, may still be approved or rejected, and the
answerer may ask again, as often as they like, but never while they have asked. After declining the
initiator may still change their mind and accept.

Whatever is approved, rejected, withdrawn, superseded or expired stays so for ever.
"""

from __future__ import annotations

from collections.abc import Mapping

from ordercancel.domain.frozenmap import FrozenMap
from ordercancel.domain.requests import RequestStatus

_PENDING, _ASKED, _DECLINED = (
    RequestStatus.PENDING,
    RequestStatus.WITHDRAWAL_ASKED,
    RequestStatus.WITHDRAWAL_DECLINED,
)
_APPROVED, _REJECTED, _WITHDRAWN = (
    RequestStatus.APPROVED,
    RequestStatus.REJECTED,
    RequestStatus.WITHDRAWN,
)

REQUEST_MOVES: Mapping[tuple[RequestStatus, str], RequestStatus] = FrozenMap(
    {
        (_PENDING, "approve"): _APPROVED,
        (_PENDING, "reject"): _REJECTED,
        (_PENDING, "withdraw"): _WITHDRAWN,
        (_PENDING, "ask_withdrawal"): _ASKED,
        (_ASKED, "approve"): _APPROVED,
        (_ASKED, "reject"): _REJECTED,
        (_ASKED, "withdraw"): _WITHDRAWN,
        (_ASKED, "accept"): _WITHDRAWN,
        (_ASKED, "decline"): _DECLINED,
        (_DECLINED, "approve"): _APPROVED,
        (_DECLINED, "reject"): _REJECTED,
        (_DECLINED, "withdraw"): _WITHDRAWN,
        (_DECLINED, "ask_withdrawal"): _ASKED,
        (_DECLINED, "accept"): _WITHDRAWN,
    }
)
"""Where each action leads from each open status. What is missing is refused (`WRONG_MOVE`)."""

WRONG_MOVE: Mapping[str, str] = FrozenMap(
    {"ask_withdrawal": "asked_already", "accept": "not_asked", "decline": "not_asked"}
)
"""The code under which an action is refused that does not lead on from an open status."""


def sources_of(action: str) -> tuple[RequestStatus, ...]:
    """The statuses from which `action` leads on."""
    return tuple(status for status, name in REQUEST_MOVES if name == action)
