"""The policy of CO-NECT: its document, its rules and its texts."""

from ordercancel.policies.conect.rules import CONECT, conect

__all__ = ["CONECT", "conect"]
