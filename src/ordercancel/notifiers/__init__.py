"""Adapters for the ports.

Stores: `memory`, `sql` (the extra ``ordercancel[sql]``). Notifiers: `mail`, `webhook` with
`signature` for its receiver, `log`, `apprise` (``ordercancel[apprise]``); `routing` chooses
between them, `threads` makes them fit for async code. Observers: `opentelemetry`
(``ordercancel[opentelemetry]``).
"""
