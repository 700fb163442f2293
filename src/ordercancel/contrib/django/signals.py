"""Signals: what has happened to orders, after Django has committed it."""

from __future__ import annotations

from django.dispatch import Signal

committed = Signal()
"""Sent after a commit: an order was registered, or changed by a command or a deadline.

Receivers get ``case`` (the `Case` afterwards), ``events`` (what happened, in order) and ``using``
(the alias of the database). Nothing is sent for what is rolled back. What a receiver raises is
logged by Django and goes no further; what must not be lost belongs into a message of the outbox.
"""
