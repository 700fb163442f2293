"""The shop's app: what happens when orders have changed."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps

from ordercancel.contrib.django.signals import committed


class StorefrontConfig(AppConfig):
    name = "storefront"

    def ready(self) -> None:
        committed.connect(follow)


def follow(*, case: Any, using: str, **more: object) -> None:
    """Bring the shop's own rows up to date where a deadline, or the admin, has changed one."""
    rows = apps.get_model("storefront.ShopOrder").objects.using(using).filter(number=case.order.id)
    rows.exclude(state=case.order.status).update(state=case.order.status)
