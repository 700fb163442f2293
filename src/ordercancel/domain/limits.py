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

MAX_FACTS = 50
"""How many facts of its own a host may put on one order, or on one command."""

MAX_INTEGER = 2**63 - 1
"""The largest whole number of a fact, and but for one the smallest below zero: 64 bits."""

MAX_EMAILS = 100
"""How many addresses a party may have."""

MAX_REQUESTS = 1_000
"""How often one order may be asked to be cancelled; every command reads all its requests."""

MAX_REMEMBERED = 10_000
"""How many fired deadlines, marks and impossible actions one order keeps."""

MAX_RULES = 2_100
"""How many rules an event may name."""

MAX_MESSAGE_ID = 500
"""The longest id of a message: that of an order, with what tells its messages apart."""

MAX_MESSAGE = 100_000
"""The longest subject or body of a message, in code points."""

MAX_PROBLEM = 1_000
"""The longest that is told of one fault, in code points."""

MAX_NESTED_TIMES, MAX_TIMES = 20, 1_000
"""How many times of a policy may be reckoned from each other, and how many one is made of."""

MAX_VERSION = 2**31 - 1
"""The highest version of a case: 32 bits, as databases have them."""

MAX_AMOUNT = 10**15
"""The most money in one place, in minor units."""

MAX_QUANTITY = 1_000_000
"""The most units of a line."""

MAX_ATTEMPTS = 1_000
"""How often a refund may be tried anew."""

MAX_LINES = 1_000
"""The most lines of an order."""

MAX_CHARGES = 100
"""The most charges, and tenders, of an order."""
