"""Chromium, as Debian packages it, for tests that look at pages as a reader does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""So that it runs as root in a container, and asks for nothing that a page does not ask for."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser, for as long as the context lasts: a Playwright ``Browser``.

    Its loop runs in the thread meanwhile, in which nothing else can call ``asyncio.run``: a
    fixture of it lives no longer than a module.
    """
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path is not None, "Chromium is missing: make test-slow installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
