"""What is tried in a process apart, because it would hurt all that a process does."""

from __future__ import annotations

import json
import logging
import os
import resource
from pathlib import Path

from ordercancel import StoreUnavailable
from outages.shop import Shop, opening
from races.tables import read

NOBODY = 65_534
MOST = 30


def on_a_full_disk(kind: str, url: str, verdict: Path) -> None:
    """Let no file grow any more, ask until that shows, then let them grow again."""
    logging.getLogger("ordercancel").setLevel(logging.CRITICAL)
    with opening(kind) as opened:
        shop = Shop(url, opened(url))
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        wal = Path(f"{url.removeprefix('sqlite:///')}-wal")
        resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size, hard))
        told, order_id, before = "", "", read(url)
        for number in range(1, MOST):
            order_id, before = f"o-{number}", read(url)
            try:
                shop.ask(order_id)
            except StoreUnavailable as error:
                told = str(error)
                break
        unchanged = read(url) == before
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        _tell(verdict, told, unchanged=unchanged, recovered=not shop.ask(order_id))


def in_a_locked_folder(kind: str, url: str, verdict: Path) -> None:
    """As somebody who may write the database, and nothing beside it; then he may."""
    logging.getLogger("ordercancel").setLevel(logging.CRITICAL)
    path = Path(url.removeprefix("sqlite:///"))
    if os.geteuid() == 0:  # to whom no folder is locked
        for each in (path.parent, path):
            os.chown(each, NOBODY, NOBODY)
        os.setuid(NOBODY)
    path.parent.chmod(0o500)
    before = path.read_bytes()
    told = ""
    with opening(kind) as opened:
        shop = Shop(url, opened(url, create_tables=False))
        try:
            shop.ask("o-1")
        except StoreUnavailable as error:
            told = str(error)
        unchanged = path.read_bytes() == before
        path.parent.chmod(0o700)
        _tell(verdict, told, unchanged=unchanged, recovered=not shop.ask("o-1"))


def _tell(verdict: Path, told: str, **found: bool) -> None:
    verdict.write_text(json.dumps({"told": told} | found), encoding="utf-8")
