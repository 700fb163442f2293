"""The table of the shop's own orders."""

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
    ]
