"""``manage.py open_shop``: tables, somebody for the admin, and a dozen orders."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from ordercancel import Buyer, Order, RequestCancellation
from ordercancel.contrib.django import service
from storefront.models import ShopOrder

ITEMS = ("茶碗", "風呂敷", "急須", "扇子")


class Command(BaseCommand):
    help = "Make the tables, a user admin with the password admin, and a dozen orders."

    def handle(self, **options: object) -> None:
        call_command("migrate", verbosity=0)
        if not User.objects.filter(username="admin").exists():
            User.objects.create_superuser("admin", password="admin")
        if not ShopOrder.objects.exists():
            for number in range(1, 13):
                place(number)
        self.stdout.write(
            "Open http://127.0.0.1:8000/ as buyer and as seller, in English and Japanese; ask to\n"
            "cancel an order and answer as its seller. In http://127.0.0.1:8000/admin/ (admin,\n"
            "admin) select several orders and approve them at once. Mails are printed here."
        )


@transaction.atomic
def place(number: int) -> None:
    """Place an order of the shop's, and make it known; the buyer has asked about most of them."""
    now = timezone.now()
    name = f"{762544200 + number}"
    status = "new" if number == 1 else "shipping_requested"
    ShopOrder.objects.create(
        number=name, item=ITEMS[number % 4], buyer="b-1", seller="s-1", state=status
    )
    ship_on = None if number == 1 else (now + timedelta(days=5)).date()
    order = Order(
        name,
        policy="qoo10",
        status=status,
        buyer="b-1",
        seller="s-1",
        placed_at=now - timedelta(hours=1),
        ship_on=ship_on,
        item=ITEMS[number % 4],
    )
    service().register(order)
    if number > 2:
        service().handle(RequestCancellation(name, by=Buyer("b-1"), reason="changed_mind"))
