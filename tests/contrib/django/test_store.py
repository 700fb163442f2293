"""The store on Django's connection keeps the promises of a store, in Django's transactions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from ordercancel.contrib.django import DjangoStore
from ordercancel.testing import StoreContract


class OnDjango(StoreContract):
    """The promises of a store, on Django's own connection."""

    @pytest.fixture
    def store(self, using: str) -> DjangoStore:
        return DjangoStore(using)


class TestOnDjango(OnDjango):
    """Outside of any transaction of the host's."""


class TestWithinAtomic(OnDjango):
    """Within one, which is rolled back in the end."""

    @pytest.fixture(autouse=True)
    def _atomic(self, using: str) -> Iterator[None]:
        with transaction.atomic(using=using):
            yield
            transaction.set_rollback(True, using=using)
