"""Effects: what a rule grants or forbids."""

from __future__ import annotations

from enum import StrEnum

import attrs


class Grant(StrEnum):
    """What a rule grants: to a request `CANCEL` or `REFER`, to every other command `PERMIT`."""

    CANCEL = "cancel"
    REFER = "refer"
    PERMIT = "permit"


CANCEL = Grant.CANCEL
"""The order is cancelled at once."""

REFER = Grant.REFER
"""The seller is to answer the request."""

PERMIT = Grant.PERMIT
"""The command may be carried out."""


@attrs.frozen
class Forbid:
    """The command is refused, under a stable code; the policy's wording has the sentence."""

    code: str


Effect = Grant | Forbid
"""What a rule does when its condition holds."""
