"""Stores: where cases, their history and the outbox are kept."""
