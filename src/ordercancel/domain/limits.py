"""Bounds of input values, shared by everything that checks them."""

from __future__ import annotations

FIRST_YEAR, LAST_YEAR = 1900, 9000
"""The years that times and days may lie in, so that reckoning with them never overflows."""

LAST_DUE_YEAR = LAST_YEAR + 101
"""The last year that something can be due in: a deadline lasts a hundred years at most."""

MAX_LINE = 200
"""The longest identifier, code or name, in code points."""

MAX_TEXT = 4_000
"""The longest text that is read at all, in code points, before any policy's own bounds."""

MAX_KEPT_TEXT = 3 * MAX_TEXT
"""The longest text that is kept: in NFC a code point becomes three at most."""

MAX_ATTRIBUTES = 50
"""How many attributes of its own a host may put on one order."""

MAX_INTEGER = 2**63 - 1
"""The largest whole number of an attribute, and but for one the smallest below zero: 64 bits."""

MAX_EMAILS = 100
"""How many addresses a party may have."""

MAX_REQUESTS = 1_000
"""How often one order may be asked to be cancelled; every command reads all its requests."""

MAX_DUTIES = 10 * MAX_REQUESTS
"""How many duties may arise with the requests of one order."""

MAX_RULES = 1_000
"""How many rules an event may name."""

MAX_MESSAGE_ID = 500
"""The longest id of a message: that of an order, with what tells its messages apart."""

MAX_MESSAGE = 100_000
"""The longest subject or body of a message, in code points."""

MAX_PROBLEM = 1_000
"""The longest description of the problem of one fault, in code points."""

MAX_VERSION = 2**31 - 1
"""The highest version of a case: 32 bits, as databases have them."""
