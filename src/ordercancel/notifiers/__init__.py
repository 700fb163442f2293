"""Adapters that deliver messages: one module for each way of telling people.

`mail` (SMTP; `mime` composes the mail), `webhook` (`signature` signs it and verifies it for the
receiver), `apprise` (chats and phones; needs ``ordercancel[apprise]``), `log`. `routing` chooses
among several notifiers, `threads` runs one that blocks from async code.
"""
