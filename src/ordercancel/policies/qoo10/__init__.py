"""The policy of Qoo10: its document, its rules and its texts."""

from ordercancel.policies.qoo10.rules import QOO10, qoo10

__all__ = ["QOO10", "qoo10"]
