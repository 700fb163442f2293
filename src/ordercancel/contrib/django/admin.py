"""The admin: orders with their requests, queues to answer, messages that were not delivered.

Whoever may view orders looks at them; whoever has the permission ``answer_case`` approves and
rejects. Who that is to the rules, the setting ``ACTOR`` says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import BadRequest
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html_join

from ordercancel.contrib.django.conf import language, service, setting
from ordercancel.contrib.django.forms import OptionForm
from ordercancel.contrib.django.models import Case, Message
from ordercancel.contrib.django.words import later, refund_text, say
from ordercancel.domain import cases
from ordercancel.domain.actors import System
from ordercancel.domain.errors import InvalidValue, OrderCancelError, UnknownPolicy
from ordercancel.domain.refunds import Refund
from ordercancel.engine.decision import Refused
from ordercancel.engine.options import Option
from ordercancel.engine.timers import timers
from ordercancel.policy.book import PolicyBook
from ordercancel.policy.policy import Policy
from ordercancel.service.results import Outcome
from ordercancel.stores.sql.tables import DEAD

MOST_ANSWERED = 900
"""How many orders are answered at once: Django takes 1,000 fields of a form."""
MOST_SAID = 20
"""How many refusals are listed one by one."""


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows of the database that the service works in."""
        return super().get_queryset(request).using(setting("DATABASE"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class QueueFilter(admin.SimpleListFilter):
    """Requests that wait for an answer."""

    title = later("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return whose answer is waited for, and what is overdue."""
        return [
            ("seller", say("of_seller")),
            ("others", say("of_others")),
            ("overdue", say("overdue")),
            ("refund_open", say("refund_open")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        """Return the orders of the queue."""
        waiting = queryset.filter(open_key__isnull=False)
        match self.value():
            case "seller":
                return waiting.filter(answerer__startswith="seller")
            case "others":
                return waiting.exclude(answerer__startswith="seller")
            case "overdue":
                return waiting.filter(overdue_at__lte=timezone.now())
            case "refund_open":
                return queryset.annotate(codes=Cast("marks", TextField())).filter(
                    codes__contains=f'"{cases.REFUND_OPEN}"'
                )
        return queryset


@admin.register(Case)
class CaseAdmin(_ReadOnly):
    """Orders, with what happened to them, what runs, and the answers to their requests."""

    list_display = (
        "order_id",
        "policy",
        "status",
        "request_status",
        "buyer",
        "seller",
        "requested_at",
        "next_due",
    )
    list_filter = (QueueFilter, "policy", "status", "request_status")
    search_fields = ("order_id", "buyer", "seller")
    ordering = ("-placed_at",)
    list_per_page = 200
    fields = (
        "order_id",
        *list_display[1:],
        "placed_at",
        "label",
        "refunds",
        "deadlines",
        "history",
    )
    readonly_fields = ("label", "refunds", "deadlines", "history")
    actions = ("approve", "reject")

    @admin.action(description=later("approve"), permissions=["answer"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        """Approve the requests of the selected orders, once that is confirmed."""
        return self._answer(request, queryset, "approve")

    @admin.action(description=later("reject"), permissions=["answer"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        """Reject them, with a reason."""
        return self._answer(request, queryset, "reject")

    def has_answer_permission(self, request: HttpRequest) -> bool:
        """Return whether somebody may approve and reject."""
        return _may(request, "ordercancel.answer_case")

    @admin.display(description=later("state"))
    def label(self, row: Case) -> str:
        """Return what the seller reads for the order."""
        policy, _ = _judged(row)
        by, lang = System(), language(policy.languages)
        return service().label(row.order_id, by=by, lang=lang)

    @admin.display(description=later("refunds"))
    def refunds(self, row: Case) -> str:
        """Return each refund: its key, its amount, where it stands, and the reference or code."""
        _, case = _judged(row)
        rows = (
            (each.key, each.amount or "", each.currency or "", each.status, _said(each))
            for each in case.refunds
        )
        return format_html_join("", "{} {} {} {} {}<br>", rows) or "-"

    @admin.display(description=later("deadlines"))
    def deadlines(self, row: Case) -> str:
        """Return what runs, each with its due moment."""
        rows = ((_local(each.due_at), each.deadline.id) for each in timers(*_judged(row)))
        return format_html_join("", "{} {}<br>", rows) or "-"

    @admin.display(description=later("history"))
    def history(self, row: Case) -> str:
        """Return what happened, when, and by whom."""
        events = service().history(row.order_id, by=System())
        rows = (
            (
                _local(each.at),
                type(each).__name__,
                each.by,
                ", ".join(each.rules),
                ", ".join(f"{n} × {name}" for name, n in getattr(each, "lines", {}).items()),
            )
            for each in events
        )
        return format_html_join("", "{} {} ({}) {} {}<br>", rows)

    def _answer(
        self, request: HttpRequest, queryset: QuerySet[Case], action: str
    ) -> HttpResponse | None:
        """Ask for what the answer takes; then give it for every order by itself."""

        def actor(case: cases.Case) -> Any:
            return setting("ACTOR")(request, case)

        ids = list(queryset.values_list("order_id", flat=True)[: MOST_ANSWERED + 1])
        if len(ids) > MOST_ANSWERED:
            self.message_user(request, say("too_many", MOST_ANSWERED), messages.WARNING)
            return None
        offered = {
            order_id: option
            for order_id, options in service().options_many(ids, by=actor).items()
            for option in options
            if option.action == action and option.is_offered
        }
        if not offered:
            self.message_user(request, say("nothing"), messages.WARNING)
            return None
        form = OptionForm(next(iter(offered.values())), data=request.POST, prefix="answer")
        if "confirmed" not in request.POST:
            form = OptionForm(form.option, prefix="answer")
        elif form.is_valid() and self._carry_out(request, queryset, offered, form, actor):
            return None
        return self._confirmation(request, action, offered, form, actor)

    def _carry_out(
        self,
        request: HttpRequest,
        queryset: QuerySet[Case],
        offered: Mapping[str, Option],
        form: OptionForm,
        actor: Any,
    ) -> bool:
        """Give the answers that were confirmed; False where a value is wrong for all of them."""
        seen, refunds = _seen(request, "seen"), _seen(request, "refunds")
        rows = {row.order_id: row for row in queryset}  # now: they leave the queue with the answer
        loaded = service().cases_of([each for each in seen if each in offered], by=actor)
        kind: Any = form.option.command
        try:
            commands = [
                kind(
                    order_id,
                    by=actor(case),
                    request=seen[order_id],
                    **({"expects": refunds[order_id]} if order_id in refunds else {}),
                    **form.values(),
                )
                for order_id, case in loaded.items()
            ]
        except InvalidValue as fault:
            form.add_errors(fault)
            return False
        answers = dict(zip(loaded, service().handle_many(commands), strict=True))
        done = {name: each for name, each in answers.items() if isinstance(each, Outcome)}
        failed = {name: each for name, each in answers.items() if not isinstance(each, Outcome)}
        wrong = [each for each in failed.values() if isinstance(each, InvalidValue)]
        if wrong and not done:
            form.add_errors(wrong[0])
            return False
        for name, outcome in done.items():
            self.log_change(request, rows[name], f"{form.label}: {outcome.events[-1].by}")
        if done:
            self.message_user(request, say("done", len(done)), messages.SUCCESS)
        for name, error in list(failed.items())[:MOST_SAID]:
            self.message_user(
                request, say("failed", name, _sentence(error, form.lang)), messages.ERROR
            )
        return True

    def _confirmation(
        self,
        request: HttpRequest,
        action: str,
        offered: Mapping[str, Option],
        form: OptionForm,
        actor: Any,
    ) -> HttpResponse:
        by = service().cases_of(offered, by=actor)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{form.label}: {say('confirm')}",
            "opts": self.model._meta,  # noqa: SLF001 - as Django's own pages do
            "action": action,
            "form": form,
            "orders": [
                (each, f"{actor(case)}", refund_text(offered[each])) for each, case in by.items()
            ],
            "refunds": json.dumps(
                {each: option.quote.refund for each, option in offered.items() if option.quote}
            ),
            "seen": json.dumps({each: option.request for each, option in offered.items()}),
            "effect": say(f"effect_{action}"),
            "said": {each: say(each) for each in ("as", "back")},
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/ordercancel/answer.html", context)


@admin.register(Message)
class DeadLetterAdmin(_ReadOnly):
    """Messages and obligations that are not tried again, until somebody says so."""

    list_display = ("message_id", "order_id", "party", "attempts", "error")
    search_fields = ("message_id", "order_id", "party")
    fields = list_display
    actions = ("retry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the dead ones."""
        return super().get_queryset(request).filter(state=DEAD)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Return whether somebody may put them back."""
        return _may(request, "ordercancel.retry_message")

    @admin.action(description=later("retry"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Put the selected messages back into the outbox."""
        for row in queryset:
            self.log_change(request, row, say("retry"))
        count = service().revive(list(queryset.values_list("message_id", flat=True)))
        self.message_user(request, say("retried", count), messages.SUCCESS)


def _may(request: HttpRequest, permission: str) -> bool:
    user: Any = request.user  # of whatever class the host has for them
    return bool(user.has_perm(permission))


def _seen(request: HttpRequest, name: str) -> Mapping[str, Any]:
    """Return what the confirmation page has shown for each order: its request, its refund."""
    try:
        return dict(json.loads(request.POST.get(name, "{}" if name == "refunds" else "")))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadRequest(name) from error


def _judged(row: Case) -> tuple[Policy, cases.Case]:
    """Return the policy that judges an order, and its case.

    Raises:
        ValueError: There is no such policy, or the case can't be read; Django shows it as empty.
    """
    case = service().case(row.order_id, by=System())
    try:
        return PolicyBook(setting("POLICIES")).get(case.order.policy, case.edition), case
    except UnknownPolicy as error:
        raise ValueError(f"{error}") from error


def _said(refund: Refund) -> str:
    return refund.code or refund.reference or ""


def _local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _sentence(error: OrderCancelError, lang: str) -> str:
    """Return what went wrong with one order, for people."""
    if isinstance(error, Refused):
        return error.decision.message(lang)
    return error.message(lang) if isinstance(error, InvalidValue) else f"{error}"
