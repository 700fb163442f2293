"""Explains decisions, and shows policies: as pages, as diagrams, as data, beside each other."""

from ordercancel.explain.answer_changes import AnswerChange as AnswerChange
from ordercancel.explain.answer_changes import Difference as Difference
from ordercancel.explain.answer_changes import PolicyAnswer as PolicyAnswer
from ordercancel.explain.answer_changes import Relation as Relation
from ordercancel.explain.answer_changes import RoleAnswers as RoleAnswers
from ordercancel.explain.comparison import PolicyDiff as PolicyDiff
from ordercancel.explain.comparison import diff as diff
from ordercancel.explain.explain import explain as explain
from ordercancel.explain.explain import explain_faults as explain_faults
from ordercancel.explain.explain import explain_firing as explain_firing
from ordercancel.explain.explain import explain_update as explain_update
from ordercancel.explain.explanation import Cause as Cause
from ordercancel.explain.explanation import Change as Change
from ordercancel.explain.explanation import Explanation as Explanation
from ordercancel.explain.explanation import Flip as Flip
from ordercancel.explain.explanation import Follow as Follow
from ordercancel.explain.explanation import Quote as Quote
from ordercancel.explain.export import policy_data as policy_data
from ordercancel.explain.page import html_page as html_page
from ordercancel.explain.page import markdown_page as markdown_page
from ordercancel.explain.page import pictures as pictures
from ordercancel.explain.part_changes import PartChange as PartChange
from ordercancel.explain.report_page import report_page as report_page
