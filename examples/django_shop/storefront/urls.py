"""The addresses of the shop."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from storefront import views

urlpatterns = [
    path("", views.orders, name="orders"),
    path("as/<who>/", views.become, name="become"),
    path("queue/", views.queue, name="queue"),
    path("orders/<number>/", views.order, name="order"),
    path("orders/<number>/<action>/", views.act, name="act"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
