"""The JSON of what the library takes and answers: its schemas, and a codec for each.

Everything is derived from the classes themselves. What comes in is read strictly, and all that is
wrong with it is named at once. It needs the extra ``ordercancel[schemas]``.

>>> from ordercancel import Buyer, RequestCancellation, Withdraw
>>> asked = RequestCancellation("A-1", by=Buyer("b-1"), reason="changed_mind")
>>> from_json(RequestCancellation, to_json(asked)) == asked
True
>>> from_json(Withdraw, '{"do": "withdraw", "order_id": "", "request": 0}')
Traceback (most recent call last):
ordercancel.domain.errors.InvalidValue: Withdraw.order_id: is empty; expected a line of 1 to 200 \
printable characters
Withdraw.by: is missing; expected a Buyer, Seller, Operator or System
Withdraw.request: is below 1; expected the number of a request
"""

try:
    import msgspec as _msgspec  # noqa: F401 - here, for an error that names the extra
except ImportError as error:
    raise ImportError("ordercancel.schemas needs the extra ordercancel[schemas]") from error

from ordercancel.schemas.codec import from_json, to_json
from ordercancel.schemas.kinds import json_schemas

__all__ = ["from_json", "json_schemas", "to_json"]
