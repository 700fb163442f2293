"""Policies: everything needed to write one of your own, and the book of all editions."""

from ordercancel.engine.charts import compile_chart
from ordercancel.engine.decision import Decision, Refusal, RuleError, Verdict
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.policy.standard import STANDARD_RULES
from ordercancel.rules.conditions import ALWAYS, Condition
from ordercancel.rules.deadlines import (
    After,
    Consequence,
    Deadline,
    EndOfDay,
    EndOfShipDay,
)
from ordercancel.rules.effects import CANCEL, PERMIT, REFER, Forbid
from ordercancel.rules.notifications import Audience, Medium, Notification, Occasion
from ordercancel.rules.provisions import GoingBack, Silence, Superseding
from ordercancel.rules.reasons import Catalogue, Reason, TextBounds
from ordercancel.rules.rules import Rule
from ordercancel.rules.sources import Citation, Clause, Document, OwnRule, clause, own_rule
from ordercancel.rules.texts import Counter, Label, Wording

__all__ = [
    "ALWAYS",
    "CANCEL",
    "PERMIT",
    "REFER",
    "STANDARD_RULES",
    "After",
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
    "Notification",
    "Occasion",
    "OwnRule",
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
    "own_rule",
]
