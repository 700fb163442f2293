"""The pages of the shop: a list, an order, whatever may be done with it, and the queue."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from ordercancel import Actor, Buyer, Seller
from ordercancel.contrib.django import service
from ordercancel.contrib.django.conf import language
from ordercancel.contrib.django.forms import action_form
from ordercancel.policies import QOO10
from storefront.models import ShopOrder

WHO = {"buyer": Buyer("b-1"), "seller": Seller("s-1")}


def actor(request: HttpRequest) -> Actor:
    """Who looks at the page; a real shop asks its log-in."""
    return WHO[request.session.get("who", "buyer")]


def become(request: HttpRequest, who: str) -> HttpResponse:
    request.session["who"] = who if who in WHO else "buyer"
    return redirect("orders")


def orders(request: HttpRequest) -> HttpResponse:
    """Fifty orders, with what can be done: two queries, the shop's own and the library's."""
    by = actor(request)
    mine = ShopOrder.objects.filter(**{by.role: by.id}).order_by("number")[:50]
    shown = service().overview(
        [order.number for order in mine], by=by, lang=language(QOO10.languages)
    )
    rows = [(order, shown[order.number]) for order in mine if order.number in shown]
    return render(request, "storefront/orders.html", {"rows": rows, "by": by})


def order(request: HttpRequest, number: str) -> HttpResponse:
    row = get_object_or_404(ShopOrder, number=number)
    by = actor(request)
    overview = service().overview([number], by=by, lang=language(QOO10.languages)).get(number)
    context = {"order": row, "overview": overview, "by": by}
    return render(request, "storefront/order.html", context)


def act(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """Whatever form the policy wants; the shop's row and the cancellation are one transaction."""
    form = action_form(number, action, by=actor(request), data=request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            outcome = form.handle()
            if outcome is not None:
                row = ShopOrder.objects.filter(number=number)
                row.update(state=outcome.case.order.status)
        if outcome is not None:
            return redirect("order", number)
    return render(request, "storefront/act.html", {"form": form, "number": number})


def queue(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, page by page; the cursor is a part of the link."""
    page = service().inbox(
        actor(request),
        after=request.GET.get("after") or None,
        limit=20,
        lang=language(QOO10.languages),
    )
    return render(request, "storefront/queue.html", {"page": page, "next": str(page.next or "")})
