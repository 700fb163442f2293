"""Builds the documentation site into `site/html`: ``python docs/build_site.py``.

The pages lie as they are read in the repository, ``NAME.md`` in English and ``NAME.ja.md`` in
Japanese; here each language becomes a site of its own. Links into the code lead to a page that
shows the file, so that nothing outside the site is needed. With ``--check`` the pages are put
together and their links are followed, which needs no Zensical.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))  # for the reference, as this is run as a script

from docs.playground import build as playground  # noqa: E402

from docs import reference  # noqa: E402

LANGUAGES = ("en", "ja")
SETTINGS = (DOCS / "site" / "site.toml").read_text(encoding="utf-8")
# The words of a link may go on in the next line.
_LINK = re.compile(r"(!?)\[([^]\n]*(?:\n[^]\n]+)?)(?<!\\)\]\(([^)#\s]*)(#[^)\s]*)?\)")
_MERMAID = re.compile(r"```mermaid\n.*?```\n", re.DOTALL)
_JAPANESE = "[\u3001-\u30ff\u4e00-\u9fff\uff01-\uff5e]"
_BROKEN = re.compile(rf"(?<={_JAPANESE})\n *(?={_JAPANESE})")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def sources(lang: str) -> dict[str, Path]:
    """The file of each page of a language, by the path that it has on the site."""
    found = {}
    for path in sorted(DOCS.rglob("*.md")):
        name = path.relative_to(DOCS).as_posix().removesuffix(".md")
        name, _, suffix = name.rpartition(".") if name[-3:] in (".en", ".ja") else (name, "", "en")
        if suffix == lang:
            found[f"{name}.md"] = path
    return {**found, "changelog.md": ROOT / "CHANGELOG.md"}


def joined(text: str) -> str:
    """Text in which no blank comes of a line that ends within Japanese; code stays as it is."""
    parts = re.split(f"({_FENCED.pattern})", text, flags=_FENCED.flags)
    return "".join(part if part.startswith("```") else _BROKEN.sub("", part) for part in parts)


class Site:
    """The pages of one language, with their links as the site has them.

    Args:
        lang: The language.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.sources = sources(lang)
        self.names = {path: name for name, path in self.sources.items()}
        for other in LANGUAGES:
            for name, path in sources(other).items():
                self.names.setdefault(path, name)
        self.shown: dict[str, str] = {}
        """The pages that show a file of the repository."""
        self.broken: list[str] = []

    def pages(self) -> dict[str, str]:
        """The text of each page by its path; links that lead nowhere are noted in `broken`."""
        texts = {name: self._page(name, path) for name, path in self.sources.items()}
        return {**texts, **self.shown}

    def _page(self, name: str, path: Path) -> str:
        text = reference.filled(joined(path.read_text(encoding="utf-8")), self.lang)
        drawn = path.with_suffix(".html")
        if drawn.exists():
            pictures = re.findall(r"<svg.*?</svg>\n", drawn.read_text(encoding="utf-8"), re.DOTALL)
            each = iter(pictures)
            text = _MERMAID.sub(lambda _: re.sub(r"\n\s*", "", next(each)) + "\n\n", text)
        return _LINK.sub(lambda link: self._link(link, name, path), text)

    def _link(self, link: re.Match[str], name: str, page: Path) -> str:
        words, path = link[2], link[3]
        if not path or ":" in path:
            return link[0]
        target = Path(os.path.normpath(page.parent / path))
        if not target.exists():
            self.broken.append(f"{page.relative_to(ROOT)}: {path}")
            return link[0]
        if target.is_dir() or (target != page and self.names.get(target) == name):
            return words  # a folder, or the same page in another language
        if target.is_relative_to(DOCS) and target.suffix != ".md":
            return self._to(link, os.path.relpath(target, DOCS), name)
        to = self.names.get(target) or self._show(target)
        # The headings of a page in another language are others.
        anchor = (link[4] or "") if self.sources.get(to, target) == target else ""
        return self._to(link, to, name, anchor)

    @staticmethod
    def _to(link: re.Match[str], to: str, name: str, anchor: str = "") -> str:
        """The link, from the page `name` to the page or file `to` of the site."""
        up = os.path.relpath(to, Path(name).parent).replace(os.sep, "/")
        return f"{link[1]}[{link[2]}]({up}{anchor})"

    def _show(self, file: Path) -> str:
        """The path of a page that shows a file of the repository."""
        path = file.relative_to(ROOT).as_posix()
        name = f"files/{path.removesuffix('.md')}.md"
        if name not in self.shown:
            self.shown[name] = ""
            text = file.read_text(encoding="utf-8")
            if file.suffix == ".md":
                text = self._page(name, file)
            else:
                text = f"# {path}\n\n````{file.suffix[1:]}\n{text}````\n"
            self.shown[name] = f"---\nsearch:\n  exclude: true\n---\n\n{text}"
        return name


def titles(pages: Mapping[str, str]) -> dict[str, str]:
    """The first heading of each page."""
    found = {name: re.search(r"^# (.+)$", text, re.MULTILINE) for name, text in pages.items()}
    return {name: match[1] if match else name for name, match in found.items()}


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCED.sub("", text), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in plain}


def problems(lang: str) -> Iterator[str]:
    """What is wrong with the pages of a language: links, and pages that nobody finds."""
    site = Site(lang)
    if lang == "en":  # beside the site, those that are read in the repository alone
        for path in ROOT.glob("*.md"):
            site.names.get(path) or site._show(path)  # noqa: SLF001 - of this module
    pages = site.pages()
    yield from site.broken
    for name, text in pages.items():
        for _, _, path, anchor in _LINK.findall(_FENCED.sub("", text)):
            to = os.path.normpath(Path(name).parent / path) if path else name
            if anchor and ":" not in path and anchor[1:] not in anchors(pages[to]):
                yield f"{lang}/{name}: {path}{anchor}"
    listed = re.findall(r'"([\w/-]+\.md)"', SETTINGS)
    yield from (
        f"{lang}/{name} is twice in site.toml" for name in set(listed) if listed.count(name) > 1
    )
    for name in sorted(set(listed) ^ site.sources.keys()):
        yield f"{lang}/{name} is missing in " + ("the pages" if name in listed else "site.toml")


def stage(folder: Path) -> None:
    """Write what Zensical builds the site of: settings and pages of both languages."""
    settings, _, words = SETTINGS.partition("[words.ja]")
    for lang in LANGUAGES:
        said = tomllib.loads(words) if lang == "ja" else {}
        site = Site(lang)
        pages = site.pages()
        for name, text in pages.items():
            path = folder / "pages" / lang / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        _write_index_for_machines(folder / "pages" / lang, pages)
        shutil.copytree(DOCS / "img", folder / "pages" / lang / "img")
        for path in (DOCS / "site" / "site.css", *DOCS.glob("*.json")):
            shutil.copy(path, folder / "pages" / lang)
        for path in DOCS.glob(f"policies/*.report.{lang}.html"):
            shutil.copy(path, folder / "pages" / lang / "policies")
        app = folder / "pages" / lang / "playground" / "app.html"
        app.write_text(playground.page(lang), encoding="utf-8")
        text = settings.replace("{lang}", lang)
        for word in re.findall(r"\{([A-Z][^}]*)\}", text):
            text = text.replace(f"{{{word}}}", said.get(word, word))
        (folder / f"{lang}.toml").write_text(text, encoding="utf-8")


def build(folder: Path) -> None:
    """Build both sites, and a front page that chooses between them."""
    if folder.exists():
        shutil.rmtree(folder)
    stage(folder)
    zensical = Path(sys.executable).with_name("zensical")
    html = folder / "html"
    html.mkdir()
    playground.files(html / "playground")
    for lang in LANGUAGES:
        settings = folder / f"{lang}.toml"
        subprocess.run([zensical, "build", "--strict", "-f", settings], check=True)  # noqa: S603 - ours
        pages = folder / "pages" / lang
        shutil.copytree(pages, html / lang, dirs_exist_ok=True)
    shutil.copy(DOCS / "site" / "index.html", html)


def _write_index_for_machines(folder: Path, pages: Mapping[str, str]) -> None:
    """Write ``llms.txt``: the pages of a site, whose Markdown lies beside them."""
    lines = ["# ordercancel", "", "> The rules of cancelling an order, as data.", ""]
    named = titles(pages)
    lines += [f"- [{named[name]}]({name})" for name in pages if not name.startswith("files/")]
    (folder / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Build the site, or check its pages; return the exit status."""
    if "--check" not in sys.argv[1:]:
        build(ROOT / "site")
        return 0
    found = [problem for lang in LANGUAGES for problem in problems(lang)]
    print("".join(f"{each}\n" for each in found), end="", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
