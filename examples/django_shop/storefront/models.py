"""The shop's own orders: what was bought, and what the shop itself calls their state."""

from __future__ import annotations

from django.db import models


class ShopOrder(models.Model):
    number = models.CharField(max_length=40, unique=True)
    item = models.CharField(max_length=100)
    buyer = models.CharField(max_length=40)
    seller = models.CharField(max_length=40)
    state = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.number
