"""Explains decisions, and shows policies: as pages, as diagrams, as data, beside each other."""

from ordercancel.explain.comparison import AnswerChange, PartChange, PolicyAnswer, PolicyDiff, diff
from ordercancel.explain.explain import explain, explain_faults, explain_firing
from ordercancel.explain.explanation import Cause, Change, Explanation, Flip, Quote
from ordercancel.explain.export import policy_data
from ordercancel.explain.pages import order_diagram, request_diagram, rule_table

__all__ = [
    "AnswerChange",
    "Cause",
    "Change",
    "Explanation",
    "Flip",
    "PartChange",
    "PolicyAnswer",
    "PolicyDiff",
    "Quote",
    "diff",
    "explain",
    "explain_faults",
    "explain_firing",
    "order_diagram",
    "policy_data",
    "request_diagram",
    "rule_table",
]
