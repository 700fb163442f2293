"""Adapters for the ports: `memory`, and `sql` (the extra ``ordercancel[sql]``)."""
