"""The app, as ``INSTALLED_APPS`` names it: ``"ordercancel.contrib.django"``."""

from __future__ import annotations

from django.apps import AppConfig

from ordercancel.contrib.django.words import later


class OrderCancelConfig(AppConfig):
    """Order cancellation."""

    name = "ordercancel.contrib.django"
    label = "ordercancel"
    verbose_name = later("app")
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from ordercancel.contrib.django import checks  # noqa: F401, PLC0415 - when apps are there
