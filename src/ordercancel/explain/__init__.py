"""Explains decisions, and shows policies: as pages, as diagrams, as data, beside each other."""

from ordercancel.explain.comparison import AnswerChange, PartChange, PolicyAnswer, PolicyDiff, diff
from ordercancel.explain.explain import (
    explain,
    explain_faults,
    explain_firing,
    explain_update,
)
from ordercancel.explain.explanation import Cause, Change, Explanation, Flip, Follow, Quote
from ordercancel.explain.export import policy_data
from ordercancel.explain.page import html_page, markdown_page, pictures

__all__ = [
    "AnswerChange",
    "Cause",
    "Change",
    "Explanation",
    "Flip",
    "Follow",
    "PartChange",
    "PolicyAnswer",
    "PolicyDiff",
    "Quote",
    "diff",
    "explain",
    "explain_faults",
    "explain_firing",
    "explain_update",
    "html_page",
    "markdown_page",
    "pictures",
    "policy_data",
]
