"""What a policy is made of. Write one of your own with the names below."""

from ordercancel.lifecycle import compile_chart
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.clauses import Citation, Clause, Document, Ours, clause, ours
from ordercancel.policy.conditions import ALWAYS, Condition
from ordercancel.policy.deadlines import (
    After,
    Consequence,
    Deadline,
    EndOfDay,
    EndOfShipDay,
)
from ordercancel.policy.decision import Decision, Refusal, RuleError, Verdict
from ordercancel.policy.policy import Policy
from ordercancel.policy.provisions import GoingBack, Silence, Superseding
from ordercancel.policy.reasons import Catalogue, Reason, TextBounds
from ordercancel.policy.rules import CANCEL, PERMIT, REFER, Forbid, Rule
from ordercancel.policy.standard import STANDARD_RULES
from ordercancel.policy.wording import (
    Announcement,
    Audience,
    Counter,
    Label,
    Medium,
    Occasion,
    Wording,
)

__all__ = [
    "ALWAYS",
    "CANCEL",
    "PERMIT",
    "REFER",
    "STANDARD_RULES",
    "After",
    "Announcement",
    "Audience",
    "Catalogue",
    "Citation",
    "Clause",
    "Condition",
    "Consequence",
    "Counter",
    "Deadline",
    "Decision",
    "Document",
    "EndOfDay",
    "EndOfShipDay",
    "Forbid",
    "GoingBack",
    "Label",
    "Medium",
    "Occasion",
    "Ours",
    "Policy",
    "PolicyBook",
    "Reason",
    "Refusal",
    "Rule",
    "RuleError",
    "Silence",
    "Superseding",
    "TextBounds",
    "Verdict",
    "Wording",
    "clause",
    "compile_chart",
    "ours",
]
