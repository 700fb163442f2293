"""The tables of the shop's own orders, and of what it has paid back."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="ShopOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, serialize=False, verbose_name="ID", auto_created=True
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True)),
                ("item", models.CharField(max_length=100)),
                ("buyer", models.CharField(max_length=40)),
                ("seller", models.CharField(max_length=40)),
                ("state", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, serialize=False, verbose_name="ID", auto_created=True
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                ("number", models.CharField(max_length=40)),
            ],
        ),
    ]
