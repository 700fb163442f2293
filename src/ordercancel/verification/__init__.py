"""Proves a policy: tries every combination of facts, and every case that can be reached."""
