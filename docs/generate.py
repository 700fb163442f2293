"""Writes the pages of `docs/policies/` from the policies themselves.

``python docs/generate.py`` writes them; with ``--check`` it writes nothing, and exits with 1 where
a page is not what the policy says today.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ordercancel.domain.texts import Lang, Text
from ordercancel.explain.export import policy_data
from ordercancel.explain.pages import order_diagram, request_diagram, rule_table
from ordercancel.policies import CONECT, QOO10

PAGES = Path(__file__).parent / "policies"
LANGS: tuple[Lang, ...] = ("en", "ja")


def pages() -> dict[Path, str]:
    """Return the text of every generated page, by its path."""
    texts = {}
    for policy in (CONECT, QOO10):
        for lang in LANGS:
            charts = "\n".join(
                (
                    f"## {Text('注文の状態', 'The order')[lang]}\n",
                    f"```mermaid\n{order_diagram(policy, lang)}```\n",
                    f"## {Text('要請の状態', 'The request')[lang]}\n",
                    f"```mermaid\n{request_diagram(policy, lang)}```",
                )
            )
            page = f"{rule_table(policy, lang)}\n{charts}\n"
            texts[PAGES / f"{policy.name}.{lang}.md"] = page
        data = json.dumps(policy_data(policy), ensure_ascii=False, indent=2)
        texts[PAGES / f"{policy.name}.json"] = f"{data}\n"
    return texts


def main() -> int:
    """Write the pages, or check them; return the exit status."""
    wanted = pages()
    if "--check" not in sys.argv[1:]:
        PAGES.mkdir(exist_ok=True)
        for path, text in wanted.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [
        path.name
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if stale:
        print(f"stale: {', '.join(stale)}; run: make docs", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
