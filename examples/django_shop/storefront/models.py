"""The shop's own orders, with what it calls their state itself, and what it has paid back."""

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


class Payment(models.Model):
    """Money that was paid back; it stands for the payment provider's own list."""

    key = models.CharField(max_length=200, unique=True)
    number = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.key
