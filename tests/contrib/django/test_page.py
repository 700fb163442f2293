"""What the page on Django says is done from an empty folder, with the wheel; and types hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
LOOK = """
import os
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
django.setup()
import ordercancel
print(ordercancel.__file__)
from django.contrib.auth.models import User
from django.test import Client
client = Client(SERVER_NAME="localhost")
client.force_login(User.objects.create_superuser("ann"))
page = client.get("/admin/ordercancel/case/?queue=seller").content.decode()
print("762544202" in page)
data = {"action": "approve", "_selected_action": ["762544202"], "confirmed": "yes",
        "seen": '{"762544202": 1}'}
page = client.post("/admin/ordercancel/case/?queue=seller", data, follow=True).content.decode()
print("1 done." in page)
"""


@pytest.mark.parametrize("name", ["django.md", "django.ja.md"])
def test_the_first_working_needs_no_more_than_the_page_says(
    name: str, wheel: Path, tmp_path: Path
) -> None:
    """At most 25 lines of one's own, and the seller's queue is in the admin."""
    text = (ROOT / "docs" / "hosts" / name).read_text(encoding="utf-8")
    settings, place = re.findall(r"^```py\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[:2]
    own = [line for line in (settings + place).splitlines() if line.strip()]
    assert len(own) <= 25

    def run(*command: str, typed: str = "") -> str:
        environment = os.environ | {"PYTHONPATH": str(wheel)}
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-m", "django", "startproject", "shop", ".")
    with (tmp_path / "shop" / "settings.py").open("a", encoding="utf-8") as file:
        file.write(settings)
    run("manage.py", "migrate")
    run("manage.py", "shell", typed=place)
    assert run("-c", LOOK).split() == [f"{wheel}/ordercancel/__init__.py", "True", "True"]
    assert "no issues" in run("manage.py", "check", "--database", "default")


def test_the_shop_is_typed_for_mypy_and_pyright(tmp_path: Path) -> None:
    """A user's models, views and forms: mypy --strict with django-stubs' plugin, and pyright."""
    shop = ROOT / "examples" / "django_shop"
    environment = os.environ | {"MYPYPATH": f"{shop}:{ROOT / 'src'}"}
    mypy = ["mypy", "--config-file", "mypy.ini", "--cache-dir", str(tmp_path), "storefront"]
    pyright = ["pyright", "--pythonpath", sys.executable]
    for command, said in ((mypy, "Success: no issues"), (pyright, "0 errors")):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=shop,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert said in done.stdout, done.stdout + done.stderr
