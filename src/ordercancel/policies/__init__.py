"""The two built-in policies, and the functions that build them with other readings."""

from ordercancel.policies.conect.rules import CONECT, conect
from ordercancel.policies.qoo10.rules import QOO10, qoo10

__all__ = ["CONECT", "QOO10", "conect", "qoo10"]
