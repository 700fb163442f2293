"""Why a decision is what it is; policies as pages, as data, and what tells two of them apart."""

from ordercancel.explain.explain import explain
from ordercancel.explain.explanation import Cause, Change, Explanation, Flip, Quote

__all__ = ["Cause", "Change", "Explanation", "Flip", "Quote", "explain"]
