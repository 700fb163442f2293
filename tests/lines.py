"""Lines of a scenario about one order of CO-NECT, that tests start from."""

from __future__ import annotations

SELLER = {"party": {"id": "s-1", "name": "サンプル卸", "permits_cancellation": True}}
ORDER = {
    "order": {
        "id": "A-1",
        "policy": "conect",
        "status": "placed",
        "channel": "order_form",
        "buyer": "b-1",
        "seller": "s-1",
        "placed_at": "2024-05-01T09:00:00+09:00",
    }
}
REQUEST = {
    "at": "2024-05-01T10:00:00+09:00",
    "do": "request",
    "order_id": "A-1",
    "by": "buyer:b-1",
    "reason": "wrong_item",
}
