"""A policy over many orders at once, where the data lies: data frames, query engines, SQL.

Needs the extra ``ordercancel[bulk]``. The rules are the policy's own: what `Policy.assess` answers
for one order is answered here for all of them, to the rule. `ordercancel.bulk.sql` has the same as
SQLAlchemy expressions, and `ordercancel.bulk.sql_text` as a statement to read.
"""

try:
    import narwhals as _narwhals  # noqa: F401 - here, for an error that names the extra
except ImportError as error:
    raise ImportError(f"{__name__} needs the extra ordercancel[bulk]") from error

from ordercancel.bulk.columns import COLUMNS, Column, Holding
from ordercancel.bulk.outcomes import Shift, WhatIf, compare, outcomes, summary
from ordercancel.bulk.plan import Question

__all__ = [
    "COLUMNS",
    "Column",
    "Holding",
    "Question",
    "Shift",
    "WhatIf",
    "compare",
    "outcomes",
    "summary",
]
