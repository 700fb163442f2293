"""A project of Django's for the tests: the shop of the examples, with databases of either kind."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.test.utils import setup_test_environment

FOLDER = Path(tempfile.gettempdir()) / f"ordercancel-django-{os.getpid()}"

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "django_shop"))
if not settings.configured:  # pytest imports this module once more, to look for doctests
    settings.configure(
        SECRET_KEY="for the tests",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "ordercancel.contrib.django",
            "storefront",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        LANGUAGES=[("ja", "Japanese"), ("en", "English")],
        LANGUAGE_CODE="en",
        ROOT_URLCONF="storefront.urls",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": FOLDER / "shop.sqlite3",
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 30},
            },
            "postgresql": {"ENGINE": "django.db.backends.postgresql"},
        },
        ORDERCANCEL={"POLICIES": ["ordercancel.policies.QOO10", "ordercancel.policies.CONECT"]},
    )
    django.setup()
    setup_test_environment()


def emptied(alias: str) -> None:
    """Empty the tables that tests write into."""
    labels = ("admin", "ordercancel", "sessions", "storefront")
    users = ("auth_user", "auth_user_user_permissions")
    with transaction.atomic(using=alias):
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in labels or model._meta.db_table in users:
                QuerySet(model, using=alias)._raw_delete(alias)
