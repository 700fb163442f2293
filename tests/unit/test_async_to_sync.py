"""What the script promises that generates the sync modules."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


def script() -> ModuleType:
    """The script, as a module."""
    path = ROOT / "tools" / "async_to_sync.py"
    spec = importlib.util.spec_from_file_location("async_to_sync", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SOURCE = '''
"""An async thing."""
import asyncio
from shop.ports_async import AsyncStore

class AsyncThing:
    """Keeps its `AsyncStore`."""

    async def __aenter__(self):
        await asyncio.sleep(1)
        async with self.store as store:
            return [row async for row in store]

    @property
    # of no use elsewhere
    def loop(self):  # async only
        return asyncio.get_running_loop()

    async def aclose(self):
        if self.task:  # async only
            await self.task
        await self.store.aclose()
'''

SYNC = '''
"""A sync thing."""
import time
from shop.ports import Store

class Thing:
    """Keeps its `Store`."""

    def __enter__(self):
        time.sleep(1)
        with self.store as store:
            return [row for row in store]


    def close(self):
        self.store.close()
'''


def test_the_sync_text_has_no_await_and_the_sync_names() -> None:
    """Keywords go, names and modules lose their mark, and what is async only is left out."""
    assert script().sync_text(SOURCE) == SYNC


def test_every_generated_module_is_current() -> None:
    """What is checked in is what the script makes of its source today."""
    pytest.importorskip("ruff")
    module = script()
    assert module.twins()
    for source, target in module.twins().items():
        assert target.read_text(encoding="utf-8") == module.generated(source, target), target


def test_no_generated_module_has_anything_async_left() -> None:
    """A word that the script does not know would leave a coroutine that nobody awaits."""
    for target in script().twins().values():
        tree = ast.parse(target.read_text(encoding="utf-8"))
        left = (ast.AsyncFunctionDef, ast.AsyncWith, ast.AsyncFor, ast.Await)
        assert not [node for node in ast.walk(tree) if isinstance(node, left)], target
