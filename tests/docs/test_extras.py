"""Whoever imports a module without its extra reads which extra to install."""

from __future__ import annotations

import importlib
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "extra", "library"),
    [
        ("ordercancel.bulk", "bulk", "narwhals"),
        ("ordercancel.contrib.fastapi", "fastapi", "fastapi"),
        ("ordercancel.contrib.mcp", "mcp", "mcp.server.mcpserver"),
        ("ordercancel.contrib.opentelemetry", "opentelemetry", "opentelemetry"),
        ("ordercancel.notifiers.apprise", "apprise", "apprise"),
        ("ordercancel.schemas", "schemas", "msgspec"),
        ("ordercancel.testing", "testing", "hypothesis"),
    ],
)
def test_the_error_names_the_extra(
    module: str, extra: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"{module} needs the extra ordercancel\[{extra}\]"):
        importlib.import_module(module)
