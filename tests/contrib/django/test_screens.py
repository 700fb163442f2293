"""Forms, buttons and the admin: what people see and press."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.http import Http404
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone, translation

from django_host import emptied
from ordercancel import (
    Actor,
    AdvanceOrder,
    Buyer,
    CancellationService,
    Conflict,
    FailRefund,
    NotDelivered,
    Operator,
    Order,
    RecordRefund,
    Reject,
    RequestCancellation,
    Seller,
    SettleRefund,
)
from ordercancel.contrib.django import service
from ordercancel.contrib.django.conf import on_behalf
from ordercancel.contrib.django.forms import ActionForm, action_form
from ordercancel.contrib.django.models import Case, Message
from ordercancel.domain.money import Money, OrderLine
from ordercancel.domain.obligations import Obligation
from ordercancel.policies import QOO10
from ordercancel.policy import (
    PERMIT,
    Choice,
    Day,
    Fee,
    Flag,
    Lifecycle,
    Moment,
    Number,
    Policy,
    Refer,
    Refunding,
    Rule,
    buyer,
    operator,
    seller,
)
from samples import BUYER, SELLER, order

pytestmark = pytest.mark.parametrize("using", ["sqlite"], indirect=True)
TOO_SHORT = "説明" * 14 + "。"
CLERK = Operator("7")
LONG_ENOUGH = "説明" * 15

FACTS = (
    Flag("gift", "A gift", of=RequestCancellation),
    Choice("size", "Size", of=RequestCancellation, values=("s", "l"), required=True),
    Number("boxes", "Boxes", of=RequestCancellation, required=True),
    Moment("noticed_at", "Noticed", of=RequestCancellation, required=True),
    Day("wanted_on", "Wanted on", of=RequestCancellation, required=True),
)
OFFICE = Policy(
    name="office",
    zone="Asia/Tokyo",
    source="for the tests",
    languages=("en",),
    orders=Lifecycle(
        moves={"pack": ("placed", "packed")}, cancellable="placed", facts={"pack": ("ship_on",)}
    ),
    facts=FACTS,
    rules=[
        Rule("o.buyer", on=RequestCancellation, when=buyer, effect=Refer(operator)),
        Rule("o.seller", on=RequestCancellation, when=seller, effect=Refer(buyer)),
        Rule("o.pack", on=AdvanceOrder, effect=PERMIT),
    ],
    refunding=Refunding(fees=(Fee(id="o.fee", when=buyer, rate=(1, 10)),)),
)
MONEY = Money(currency="USD", digits=2, lines=(OrderLine(id="cup", quantity=3, amount=10_000),))


@pytest.fixture(autouse=True)
def shop(using: str) -> Iterator[None]:
    """Two policies, one with facts of all kinds; the tables are emptied afterwards."""
    with override_settings(ORDERCANCEL={"POLICIES": [QOO10, OFFICE]}):
        yield


def placed(order_id: str = "762544202", **more: Any) -> None:
    """An order of today."""
    now = timezone.now()
    values = {"placed_at": now, "ship_on": (now + timezone.timedelta(days=9)).date()} | more
    service().register(order(id=order_id, **values))


def asked(order_id: str = "762544202", **more: Any) -> None:
    """The same, with a request for the seller."""
    placed(order_id, **more)
    by = Buyer(more.get("buyer", "b-1"))
    service().handle(RequestCancellation(order_id, by=by, reason="changed_mind"))


def of_office(**more: Any) -> None:
    service().register(
        Order(
            "o-1",
            policy="office",
            status="placed",
            buyer="b-1",
            seller="s-1",
            placed_at=timezone.now(),
            **more,
        )
    )


def asks_office(by: Actor = BUYER) -> None:
    now = timezone.now()
    facts = {"size": "s", "boxes": 1, "noticed_at": now, "wanted_on": now.date()}
    service().handle(RequestCancellation("o-1", by=by, data=facts))


def filled(form: ActionForm, **values: Any) -> ActionForm:
    """The same form, sent with what a browser would send."""
    sent = {
        name: form[name].value()
        for name in ("command_id", "request", "expects")
        if name in form.fields
    }
    data = {name: "" if value is None else value for name, value in (sent | values).items()}
    return action_form(
        form.order_id, form.option.action, by=form.by, move=form.option.move, data=data
    )


# ---------------------------------------------------------------- forms


def test_a_form_has_the_reasons_and_their_bounds_in_the_requests_language() -> None:
    asked()
    with translation.override("ja"):
        form = action_form("762544202", "reject", by=SELLER)
        html = form.as_p()
        assert form.label == "キャンセル拒否"
    assert [label for _, label in form.fields["reason"].choices] == [
        "商品発送完了",
        "発送準備完了",
        "注文制作商品",
        "その他",
    ]
    assert "その他: 30～500文字" in html
    with translation.override("en-gb"):
        assert (
            "Other: 30 to 500 characters" in action_form("762544202", "reject", by=SELLER).as_p()
        )
    with translation.override("fr"):
        assert "30～500文字" in action_form("762544202", "reject", by=SELLER).as_p()


def test_a_text_that_is_too_short_is_refused_beside_it_with_the_clause() -> None:
    """29 characters are one too few; 30 will do."""
    asked()
    form = action_form("762544202", "reject", by=SELLER)
    values = {"reason": "other", "confirmed": "on"}
    with translation.override("ja"):
        short = filled(form, text=TOO_SHORT, **values)
        assert short.is_valid()
        assert short.handle() is None
    (sentence,) = short.errors["text"]
    assert sentence.startswith("30文字以上500文字以内で入力してください。（現在29文字）")
    assert sentence.endswith(" [qoo10.3.reasons, qoo10.3.other-30]")
    enough = filled(form, text=LONG_ENOUGH, **values)
    assert enough.is_valid()
    outcome = enough.handle()
    assert outcome is not None
    assert [str(each.status) for each in outcome.case.requests] == ["rejected"]


def test_a_box_that_is_not_ticked_is_refused_in_the_words_of_the_rules() -> None:
    asked()
    form = filled(action_form("762544202", "reject", by=SELLER), reason="shipped")
    assert form.is_valid()
    assert form.handle() is None
    (sentence,) = form.non_field_errors()
    assert sentence == (
        "Reject a cancellation only where cancelling is impossible. Do you reject it? "
        "[qoo10.3.confirm, qoo10.1.only-if-impracticable]"
    )


def test_a_button_that_is_pressed_twice_acts_once() -> None:
    """The form has an id of its own."""
    asked()
    form = action_form("762544202", "approve", by=SELLER)
    for repeated in (False, True):
        again = filled(form)
        assert again.is_valid()
        outcome = again.handle()
        assert outcome is not None
        assert outcome.repeated is repeated


def test_a_form_answers_the_request_that_it_was_shown_for() -> None:
    """Not a later one, which nobody has read."""
    of_office()
    asks_office()
    old = action_form("o-1", "approve", by=CLERK)
    service().handle(Reject("o-1", by=CLERK, request=1))
    asks_office()
    late = filled(old)
    assert late.is_valid()
    assert late.handle() is None
    assert len(late.non_field_errors()) == 1
    assert service().case("o-1", by=BUYER).open_request is not None


def test_whoever_comes_second_is_asked_to_look_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(self: CancellationService, command: object) -> None:
        raise Conflict("762544202", 8)

    asked()
    form = filled(action_form("762544202", "approve", by=SELLER))
    assert form.is_valid()
    monkeypatch.setattr(CancellationService, "handle", lose)
    assert form.handle() is None
    assert form.non_field_errors()[0].startswith("Somebody else was faster.")


def test_facts_are_asked_for_in_fields_of_their_kind() -> None:
    """And a move takes what belongs to it."""
    of_office()
    form = action_form("o-1", "request", by=BUYER)
    kinds = {name: type(form.fields[name]).__name__ for name in form.fields}
    assert kinds == {
        "command_id": "CharField",
        "size": "ChoiceField",
        "boxes": "IntegerField",
        "noticed_at": "DateTimeField",
        "wanted_on": "DateField",
    }
    values = {"size": "l", "boxes": "0", "noticed_at": "2026-01-02 03:04"}
    sent = filled(form, wanted_on="2026-01-05", **values)
    assert sent.is_valid()
    outcome = sent.handle()
    assert outcome is not None
    (request,) = outcome.case.requests
    assert request.data["boxes"] == 0
    assert request.data["wanted_on"].isoformat() == "2026-01-05"
    pack = action_form("o-1", "advance", move="pack", by=SELLER)
    assert (pack.label, list(pack.fields)) == ("pack", ["command_id", "ship_on"])
    packed = filled(pack, ship_on="2030-01-05")
    assert packed.is_valid()
    outcome = packed.handle()
    assert outcome is not None
    assert f"{outcome.case.order.ship_on}" == "2030-01-05"


def test_an_ask_for_a_withdrawal_is_accepted_by_a_form() -> None:
    """Which says that it is, or that it is declined."""
    asked()
    ask = filled(action_form("762544202", "ask_withdrawal", by=SELLER), text="")
    assert ask.is_valid()
    assert ask.handle() is not None
    accepts = filled(action_form("762544202", "accept", by=BUYER))
    assert accepts.is_valid()
    outcome = accepts.handle()
    assert outcome is not None
    assert [str(each.status) for each in outcome.case.requests] == ["withdrawn"]


def test_the_form_of_what_is_not_offered_says_why() -> None:
    asked()
    assert action_form("762544202", "approve", by=SELLER).why == ""
    form = action_form("762544202", "accept", by=BUYER)
    assert not form.option.is_offered
    assert form.why == "No withdrawal was asked for."


@pytest.mark.parametrize("ask", [("o-9", "reject"), ("762544202", "fly")])
def test_what_is_not_there_is_not_found(ask: tuple[str, str]) -> None:
    """An order of somebody else's is not there either."""
    placed()
    with pytest.raises(Http404):
        action_form(*ask, by=SELLER)
    with pytest.raises(Http404):
        action_form("762544202", "request", by=Seller("s-2"))


# ---------------------------------------------------------------- buttons

LIST = Template(
    "{% load ordercancel %}"
    "{% for each in options|offered %}{{ each|button_label }}. {% endfor %}"
    '{% action_button options "approve" "/a/" %}{% action_button options "fly" "/f/" %}'
)


def test_a_button_is_there_or_the_reason_why_it_is_not() -> None:
    """What nobody ever offers to the reader is not mentioned."""
    asked()
    shown = LIST.render(Context({"options": service().options("762544202", by=SELLER)}))
    assert shown.startswith("Cancel the order. Reject the cancellation. Ask the buyer to")
    assert '<a class="ordercancel-button" href="/a/">Cancel the order</a>' in shown
    service().handle(
        action_form("762544202", "approve", by=SELLER).option.command(
            "762544202", by=SELLER, request=1
        )
    )
    with translation.override("ja"):
        shown = LIST.render(Context({"options": service().options("762544202", by=SELLER)}))
    assert "href" not in shown
    assert re.search(r'<span class="ordercancel-why">.+。</span>', shown)


# ---------------------------------------------------------------- the admin


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ann"))
    return client


def staff(*permissions: str) -> Client:
    """Somebody of the staff with some permissions."""
    user = User.objects.create_user("bob", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, action: str, ids: list[str], page: str = "case/", **more: Any) -> str:
    data = {"action": action, "_selected_action": ids, **more}
    response = client.post(f"/admin/ordercancel/{page}", data, follow=True)
    return response.content.decode()


def seen(page: str) -> str:
    (found,) = re.findall(r'name="seen" value="([^"]*)"', page)
    return str(found.replace("&quot;", '"'))


def test_an_order_is_shown_with_all_that_happened(admin: Client) -> None:
    """In the reader's language, with what runs."""
    asked()
    page = admin.get(
        "/admin/ordercancel/case/762544202/change/", headers={"accept-language": "ja"}
    )
    text = page.content.decode()
    assert page.status_code == 200
    assert "CancellationRequested (buyer:b-1)" in text
    assert "履歴" in text
    assert "_save" not in text


@pytest.mark.parametrize(
    ("queue", "count"), [("", 3), ("seller", 1), ("others", 1), ("overdue", 0)]
)
def test_queues_are_filters(admin: Client, queue: str, count: int) -> None:
    """The seller's, everybody else's, and what is overdue."""
    asked()
    placed("762544203")
    of_office()
    asks_office()
    page = admin.get("/admin/ordercancel/case/", {"queue": queue} if queue else {})
    assert page.context["cl"].result_count == count


def test_two_hundred_are_approved_at_once_and_each_says_by_whom(admin: Client) -> None:
    """Ten of them have been answered in the meantime: those are named, the others are done."""
    ids = [f"o-{number:03}" for number in range(200)]
    for order_id in ids:
        asked(order_id)
    page = act(admin, "approve", ids)
    assert "The orders are cancelled and those concerned are told." in page
    assert "As: seller:s-1 via admin:ann" in page
    for order_id in ids[::20]:
        form = filled(action_form(order_id, "reject", by=SELLER), reason="shipped", confirmed="on")
        assert form.is_valid()
        assert form.handle() is not None
    done = act(admin, "approve", ids, seen=seen(page), confirmed="yes")
    assert "190 done." in done
    assert Case.objects.filter(status="cancelled").count() == 190
    event = service().history("o-001", by=SELLER)[-1]
    assert f"{event.by}" == "seller:s-1 via admin:ann"
    assert LogEntry.objects.count() == 190
    assert LogEntry.objects.first().change_message == "Cancel the order: seller:s-1 via admin:ann"


def test_answers_are_given_from_a_queue_that_they_take_the_orders_out_of(admin: Client) -> None:
    asked()
    page = act(admin, "approve", ["762544202"], page="case/?queue=seller")
    more = {"seen": seen(page), "confirmed": "yes"}
    done = act(admin, "approve", ["762544202"], page="case/?queue=seller", **more)
    assert "1 done." in done
    assert LogEntry.objects.get().object_id == "762544202"


def test_a_request_that_came_later_is_not_answered(admin: Client) -> None:
    """What was confirmed is what was seen."""
    of_office()
    asks_office()
    page = act(admin, "approve", ["o-1"])
    service().handle(Reject("o-1", by=CLERK, request=1))
    asks_office()
    done = act(admin, "approve", ["o-1"], seen=seen(page), confirmed="yes")
    assert 'class="error">Order o-1: That request is closed already' in done
    assert service().case("o-1", by=BUYER).open_request is not None


def test_the_refund_stands_before_the_button_and_no_other_one_is_given(admin: Client) -> None:
    """Some of it was given back in the meantime: that is said, and nothing happens."""
    of_office(money=MONEY)
    asks_office()
    page = act(admin, "approve", ["o-1"])
    assert "Refund: USD 90.00, fee: USD 10.00." in page
    sent = {"seen": seen(page), "refunds": '{"o-1": 9000}', "confirmed": "yes"}
    assert 'name="refunds" value="{&quot;o-1&quot;: 9000}"' in page
    service().handle(RecordRefund("o-1", by=CLERK, amount=1_000))
    done = act(admin, "approve", ["o-1"], **sent)
    assert "The refund is another one by now." in done
    assert service().case("o-1", by=BUYER).open_request is not None
    done = act(admin, "approve", ["o-1"], **sent | {"refunds": '{"o-1": 8000}'})
    assert "1 done." in done
    assert service().case("o-1", by=BUYER).units.given == {"card": 8_000}


def test_a_form_expects_the_refund_that_it_shows() -> None:
    of_office(money=MONEY)
    asks_office()
    form = filled(action_form("o-1", "approve", by=CLERK))
    assert form.refund == "Refund: USD 90.00, fee: USD 10.00."
    service().handle(RecordRefund("o-1", by=CLERK, amount=1_000))
    assert form.is_valid()
    assert form.handle() is None
    assert "The refund is another one by now." in form.errors["__all__"][0]
    again = filled(action_form("o-1", "approve", by=CLERK))
    assert again.is_valid()
    assert again.handle() is not None
    request = action_form("o-1", "request", by=BUYER)
    assert (request.refund, "expects" in request.fields) == ("", False)


def test_an_order_that_others_keep_changing_is_named(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the error itself: no rule has a sentence for it."""
    asked()
    page = act(admin, "approve", ["762544202"])
    monkeypatch.setattr(
        CancellationService, "handle_many", lambda self, commands: (Conflict("762544202", 8),)
    )
    done = act(admin, "approve", ["762544202"], seen=seen(page), confirmed="yes")
    assert 'class="error">Order 762544202: ' in done


def test_a_rejection_asks_for_its_reason(admin: Client) -> None:
    """And says beside the text what is wrong with it; nothing is done before that is right."""
    asked()
    page = act(admin, "reject", ["762544202"])
    assert "Other: 30 to 500 characters" in page
    values = {
        "seen": seen(page),
        "confirmed": "yes",
        "answer-reason": "other",
        "answer-confirmed": "on",
    }
    short = act(admin, "reject", ["762544202"], **values, **{"answer-text": TOO_SHORT})
    assert "You typed 29." in short
    none = act(admin, "reject", ["762544202"], seen=seen(page), confirmed="yes")
    assert "This field is required." in none
    done = act(admin, "reject", ["762544202"], **values, **{"answer-text": LONG_ENOUGH})
    assert "1 done." in done
    case = service().case("762544202", by=BUYER)
    assert [str(each.status) for each in case.requests] == ["rejected"]


def test_where_nothing_can_be_answered_that_is_said(admin: Client) -> None:
    placed()
    page = act(admin, "approve", ["762544202"])
    assert "Nothing selected can be answered." in page


def test_more_than_a_form_can_take_are_not_answered(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second page would be refused by Django."""
    monkeypatch.setattr("ordercancel.contrib.django.admin.MOST_ANSWERED", 1)
    asked()
    asked("762544203")
    page = act(admin, "approve", ["762544202", "762544203"])
    assert "At most 1 can be selected at a time." in page
    assert "_selected_action" in page


@pytest.mark.parametrize("sent", [None, "[", "[1]", "[" * 100_000])
def test_a_page_that_nobody_was_shown_is_a_bad_request(admin: Client, sent: str | None) -> None:
    asked()
    data = {"action": "approve", "_selected_action": ["762544202"], "confirmed": "yes"}
    more = {} if sent is None else {"seen": sent}
    assert admin.post("/admin/ordercancel/case/", data | more).status_code == 400
    assert service().case("762544202", by=BUYER).open_request is not None


def test_a_value_that_no_command_takes_is_said_in_the_form(admin: Client) -> None:
    asked()
    page = act(admin, "approve", ["762544202"], seen='{"762544202": "x"}', confirmed="yes")
    assert "errorlist" in page
    assert service().case("762544202", by=BUYER).open_request is not None


def test_the_history_says_of_each_event_how_many_of_what(admin: Client) -> None:
    of_office(lines=MONEY.lines)
    asks_office()
    page = admin.get("/admin/ordercancel/case/o-1/change/").content.decode()
    assert "CancellationRequested (buyer:b-1) o.buyer 3 × cup<br>" in page


def test_orders_of_a_policy_that_is_not_there_hold_up_no_others(admin: Client) -> None:
    """They are shown as far as they can be."""
    asked()
    of_office()
    asks_office()
    with override_settings(ORDERCANCEL={"POLICIES": [QOO10]}):
        page = act(admin, "approve", ["762544202", "o-1"])
        assert "762544202" in page
        assert "o-1" not in page
        shown = admin.get("/admin/ordercancel/case/o-1/change/")
    assert shown.status_code == 200
    assert "CancellationRequested (buyer:b-1)" in shown.content.decode()


def test_the_admin_shows_the_database_of_the_settings(admin: Client, pg: str) -> None:
    """Not the default one, which may have such tables as well."""
    with override_settings(ORDERCANCEL={"POLICIES": [QOO10], "DATABASE": pg}):
        asked()
        page = act(admin, "approve", ["762544202"])
        done = act(admin, "approve", ["762544202"], seen=seen(page), confirmed="yes")
    emptied(pg)
    assert "1 done." in done


def test_whoever_may_only_look_answers_nothing(using: str) -> None:
    asked()
    client = staff("view_case")
    page = client.get("/admin/ordercancel/case/").content.decode()
    assert "762544202" in page
    assert 'value="approve"' not in page
    act(client, "approve", ["762544202"], seen='{"762544202": 1}', confirmed="yes")
    assert service().case("762544202", by=BUYER).open_request is not None


def test_dead_letters_are_listed_and_put_back(admin: Client) -> None:
    """Only those; and the log says who did it."""
    asked()
    asked("762544203")
    first = Message.objects.first()
    Message.objects.filter(number=first.number).update(state="dead", error="no line")
    page = admin.get("/admin/ordercancel/message/")
    assert page.context["cl"].result_count == 1
    done = act(admin, "retry", [str(first.pk)], page="message/")
    assert "1 will be delivered again." in done
    assert Message.objects.filter(state="dead").count() == 0
    assert LogEntry.objects.count() == 1


class Refunds:
    """A handler that has no account to pay to."""

    def fulfil(self, obligation: Obligation) -> None:
        raise NotDelivered("no account", "an account", permanent=True)


def test_obligations_are_shown_and_put_back(admin: Client) -> None:
    """An order whose refund is open stands in a queue of its own; what is dead is listed."""
    with override_settings(ORDERCANCEL={"POLICIES": [QOO10], "OBLIGATIONS": Refunds()}):
        first = order(status="new")
        service().register(first)
        service().handle(RequestCancellation(first.id, by=BUYER, reason="changed_mind"))
        page = admin.get("/admin/ordercancel/case/?queue=refund_open")
        assert page.context["cl"].result_count == 1
        key = f"{first.id}:1:refund:all.1"
        shown = admin.get(f"/admin/ordercancel/case/{first.id}/change/").content.decode()
        assert f"{key}   due" in shown
        assert key in service().relay().dead
        row = Message.objects.get(message_id=key)
        assert key in admin.get("/admin/ordercancel/message/").content.decode()
        assert "1 will be delivered again." in act(admin, "retry", [str(row.pk)], page="message/")
        service().handle(FailRefund(first.id, by=Operator("o-1"), key=key, code="closed"))
        shown = admin.get(f"/admin/ordercancel/case/{first.id}/change/").content.decode()
        assert f"{key}   failed closed" in shown
        settled = SettleRefund(first.id, by=Operator("o-1"), key=key, reference="re-1")
        service().handle(settled)
        shown = admin.get(f"/admin/ordercancel/case/{first.id}/change/").content.decode()
        assert f"{key}   settled re-1" in shown
        page = admin.get("/admin/ordercancel/case/?queue=refund_open")
        assert page.context["cl"].result_count == 0


@pytest.mark.parametrize(
    ("asker", "answerer"),
    [
        (BUYER, Operator("7", via="admin:ann")),
        (SELLER, Buyer("b-1", via="admin:ann")),
        (None, Seller("s-1", via="admin:ann")),
    ],
)
def test_whoever_has_to_answer_is_who_acts_through_the_staff(
    asker: Actor | None, answerer: Actor
) -> None:
    """Nobody of the staff is taken for the seller, and of the house they answer as themselves."""
    of_office()
    if asker is not None:
        asks_office(asker)
    request = RequestFactory().get("/")
    request.user = User(pk=7, username="ann")
    assert on_behalf(request, service().case("o-1", by=BUYER)) == answerer


def test_who_acts_is_a_setting(admin: Client) -> None:
    def head(request: Any, case: Any) -> Actor:
        return Seller(case.order.seller, via=f"head-office:{request.user.pk}")

    asked()
    with override_settings(ORDERCANCEL={"POLICIES": [QOO10], "ACTOR": head}):
        page = act(admin, "approve", ["762544202"])
    assert "As: seller:s-1 via head-office:" in page
