"""Obligations of a policy's own: what its host must do when something happens."""

from __future__ import annotations

import attrs

from ordercancel.domain.exact import exact
from ordercancel.rules.conditions import ALWAYS, Condition, as_condition


@attrs.frozen
class Obliges:
    """Something that the host must do, handed to its obligation handler as an `OwnObligation`.

    Args:
        kind: What: up to 35 lower-case letters, digits and ``_``, such as ``revoke_coupon``.
        on: When: as for notifications, a status that a request gets (``approved`` …),
            ``referred``, the code of a mark, or the id of a deadline that notifies.
        when: The condition under which it must be done. Default: always.
    """

    kind: str = attrs.field(converter=exact)
    on: str = attrs.field(kw_only=True, converter=exact)
    when: Condition = attrs.field(default=ALWAYS, kw_only=True, converter=as_condition)
