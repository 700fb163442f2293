"""Settings, system checks, commands, tasks and mails: what a project of Django's is run by."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import checks, mail
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from django.utils import timezone

from ordercancel import (
    CancellationService,
    NotDelivered,
    OrderCancelError,
    PartlyDelivered,
    Party,
    RequestCancellation,
    StoreUnavailable,
)
from ordercancel.contrib.django import service
from ordercancel.contrib.django.conf import problems
from ordercancel.contrib.django.mail import DjangoMailNotifier
from ordercancel.policies import CONECT, QOO10
from ordercancel.service.observers import LogObserver
from ordercancel.service.results import Relayed, Ticked
from ordercancel.stores.memory import MemoryDirectory, MemoryNotifier
from samples import BUYER, BUYING, PERMITTING, message, order

NOTIFIER = MemoryNotifier()
DIRECTORY = MemoryDirectory([BUYING, PERMITTING])
DAY = timedelta(days=1)
TAGS = ["ordercancel", "database"]


def configured(**more: Any) -> Any:
    return override_settings(ORDERCANCEL={"POLICIES": [QOO10], **more})


sqlite_only = pytest.mark.parametrize("using", ["sqlite"], indirect=True)


def asked(at: Any) -> None:
    """An order whose buyer asked at some time, by the service of the settings."""
    first = order(placed_at=at - DAY, ship_on=(at + 9 * DAY).date())
    service().register(first, at=at)
    service().handle(RequestCancellation(first.id, by=BUYER, reason="changed_mind"), at=at)


# ---------------------------------------------------------------- settings


def test_the_service_is_the_one_of_the_settings() -> None:
    """Made once; other settings, as in a test, make another."""
    with configured(NOTIFIER=NOTIFIER):
        first = service()
        assert first is service()
        assert first._notifier is NOTIFIER
        assert first._book.names == ("qoo10",)
    assert service() is not first
    assert sorted(service()._book.names) == ["conect", "qoo10"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"POLICY": []}, " has 'POLICY'; expected POLICIES"),
        ({"zzz": 1}, " has 'zzz'; expected one of: POLICIES, NOTIFIER"),
        ({"POLICIES": "shop.SHOP"}, "['POLICIES'] is a str; expected a list"),
        (
            {"OBSERVERS": [LogObserver, 7]},
            "['OBSERVERS'] has a int; expected something with `observe`",
        ),
        ({"POLICIES": []}, "['POLICIES'] is empty; expected at least one policy"),
        ({"POLICIES": [7]}, "['POLICIES'] has a int; expected a Policy"),
        (
            {"POLICIES": ["nowhere.SHOP"]},
            "['POLICIES'] can't be loaded: No module named 'nowhere'",
        ),
        ({"NOTIFIER": 7}, "['NOTIFIER'] is a int; expected something with `deliver`"),
        ({"OBLIGATIONS": 7}, "['OBLIGATIONS'] is a int; expected something with `fulfil`"),
        ({"DIRECTORY": 7}, "['DIRECTORY'] is a int; expected something with `find`"),
        ({"ACTOR": 7}, "['ACTOR'] is a int; expected something with `__call__`"),
        ({"DATABASE": "x"}, "['DATABASE'] is 'x'; expected one of: default, postgresql"),
    ],
)
def test_what_is_wrong_with_the_settings_is_said(settings: Any, problem: str) -> None:
    """By ``manage.py check``, with ``--deploy`` too, each with what would be right."""
    with override_settings(ORDERCANCEL={"POLICIES": [QOO10], **settings}):
        (said,) = found(include_deployment_checks=True, databases=["default"], tags=TAGS)
    assert said[0] == "ordercancel.E001"
    assert said[1].startswith(f"ORDERCANCEL{problem}")


def test_settings_that_are_no_dict_are_said() -> None:
    with override_settings(ORDERCANCEL=["shop.SHOP"]):
        assert found(include_deployment_checks=True, databases=["default"], tags=TAGS) == [
            ("ordercancel.E001", "ORDERCANCEL is a list; expected a dict")
        ]


def test_a_database_that_can_not_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one of a kind that there is no store for."""
    monkeypatch.setattr(type(connections["default"]), "vendor", "oracle")
    with configured():
        (said,) = problems()
    assert said.startswith("['DATABASE'] can't be used: DATABASES['default'] is oracle;")


def test_nothing_is_wrong_with_the_defaults() -> None:
    with override_settings(ORDERCANCEL={}):
        assert list(problems()) == []


# ---------------------------------------------------------------- checks


def found(**how: Any) -> list[tuple[str, str]]:
    return [(each.id or "", each.msg) for each in checks.run_checks(**how)]


@sqlite_only
def test_the_tables_are_looked_over(using: str) -> None:
    """As far as they are there: where none are, Django says that migrations are not applied."""
    databases = {"tags": ["database"], "databases": ["default"]}
    assert found(**databases) == []
    assert found(tags=["database"], databases=["postgresql"]) == []
    with connections[using].cursor() as cursor:
        cursor.execute("DROP INDEX ix_ordercancel_cases_due")
        missing = "ordercancel_cases: an index on next_due, order_id is missing"
        assert found(**databases) == [("ordercancel.W001", missing)]
        cursor.execute(
            "CREATE INDEX ix_ordercancel_cases_due ON ordercancel_cases (next_due, order_id)"
        )


@sqlite_only
def test_a_database_that_may_fail_as_locked_is_named(
    using: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections[using].settings_dict, "OPTIONS", {})
    ((name, text),) = found(tags=["database"], databases=["default"])
    assert name == "ordercancel.W002"
    assert text.endswith("a transaction that reads before it writes fails as locked")


class Sound:
    """What there is to say of a policy without a fault."""

    ok = True


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no policy have a fault, which takes long to show."""
    monkeypatch.setattr("ordercancel.verification.verify", lambda policy: Sound())


def test_whoever_deploys_a_sound_policy_is_told_nothing() -> None:
    with configured(POLICIES=[CONECT]):
        assert found(tags=["ordercancel"], include_deployment_checks=True) == []


@sqlite_only
def test_whoever_deploys_is_told_what_is_late(using: str, verified: None) -> None:
    """Deadlines that nobody fires, messages that nobody delivers."""
    deploying = {"tags": ["ordercancel"], "include_deployment_checks": True}
    with configured():
        asked(timezone.now() - 9 * DAY)
        ids = [name for name, _ in found(**deploying)]
    assert sorted(ids) == ["ordercancel.W004", "ordercancel.W005"]


@sqlite_only
def test_whoever_deploys_is_told_of_dead_letters(using: str, verified: None) -> None:
    with configured():
        asked(timezone.now())
        with connections[using].cursor() as cursor:
            cursor.execute("UPDATE ordercancel_outbox SET state = 'dead'")
        texts = [
            text
            for name, text in found(tags=["ordercancel"], include_deployment_checks=True)
            if name == "ordercancel.W005"
        ]
    assert texts == ["1 messages could not be delivered"]


def test_whoever_deploys_is_told_of_faults_in_a_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of a database that does not answer."""

    class Report:
        ok = False

        def __str__(self) -> str:
            return "a hole"

    def fail(self: CancellationService, now: object) -> None:
        raise StoreUnavailable("no line")

    monkeypatch.setattr("ordercancel.verification.verify", lambda policy: Report())
    monkeypatch.setattr(CancellationService, "backlog", fail)
    with configured():
        assert sorted(found(tags=["ordercancel"], include_deployment_checks=True)) == [
            ("ordercancel.W003", "policy qoo10: a hole"),
            ("ordercancel.W006", "the tables can't be read: no line"),
        ]


# ---------------------------------------------------------------- commands and tasks


@sqlite_only
def test_the_commands_do_what_is_due(using: str) -> None:
    """Whatever there is, in batches; and say how much it was."""
    NOTIFIER.delivered.clear()
    with configured(NOTIFIER=NOTIFIER):
        asked(timezone.now() - 9 * DAY)
        out = io.StringIO()
        call_command("ordercancel_tick", stdout=out)
        call_command("ordercancel_relay", limit=1, stdout=out)
        lines = out.getvalue().splitlines()
    assert lines[0] == "1 orders"
    assert lines[1:] == ["1 delivered, 0 failed, 0 dead"] * (len(lines) - 2) + [
        "0 delivered, 0 failed, 0 dead"
    ]
    assert len(NOTIFIER.delivered) == len(lines) - 2 > 1


@sqlite_only
def test_an_order_that_can_not_be_ticked_is_named(using: str) -> None:
    """On the error output, where cron makes a mail of it."""
    with configured():
        asked(timezone.now() - 9 * DAY)
    err = io.StringIO()
    with configured(POLICIES=[CONECT]):
        call_command("ordercancel_tick", stdout=io.StringIO(), stderr=err)
    assert err.getvalue().startswith("762544202: no policy 'qoo10'")


def test_a_loop_goes_on_while_the_database_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is written to the log; whoever stops the process ends the loop."""
    answers: list[Any] = [
        StoreUnavailable("no line"),
        Ticked(outcomes=(), skipped=(), passed_over=(), more=True),
    ]

    def tick(self: CancellationService, *, budget: int) -> Ticked:
        if answers:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        os.kill(os.getpid(), signal.SIGTERM)
        return Ticked(outcomes=(), skipped=(), passed_over=(), more=False)

    monkeypatch.setattr(CancellationService, "tick", tick)
    before = signal.getsignal(signal.SIGTERM)
    call_command("ordercancel_tick", loop=0.0, stdout=io.StringIO())
    assert signal.getsignal(signal.SIGTERM) is before
    assert caplog.messages == ["the database does not answer"]


def test_a_run_alone_fails_where_the_database_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def tick(self: CancellationService, *, budget: int) -> Ticked:
        raise StoreUnavailable("no line")

    monkeypatch.setattr(CancellationService, "tick", tick)
    with pytest.raises(StoreUnavailable):
        call_command("ordercancel_tick")


def test_a_command_runs_in_any_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where signals can't be heard."""
    ran: list[int] = []

    def tick(self: CancellationService, *, budget: int) -> Ticked:
        ran.append(budget)
        return Ticked(outcomes=(), skipped=(), passed_over=(), more=False)

    monkeypatch.setattr(CancellationService, "tick", tick)
    thread = threading.Thread(
        target=lambda: call_command("ordercancel_tick", limit=7, stdout=io.StringIO())
    )
    thread.start()
    thread.join()
    assert ran == [7]


@sqlite_only
def test_the_tasks_do_what_is_due(using: str) -> None:
    """In one call each, however many batches it takes."""
    from ordercancel.contrib.django import tasks

    NOTIFIER.delivered.clear()
    with configured(NOTIFIER=NOTIFIER):
        asked(timezone.now() - 9 * DAY)
        assert tasks.tick.func() == 1
        assert tasks.relay.func() == len(NOTIFIER.delivered) > 1


def test_a_task_goes_on_while_there_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from ordercancel.contrib.django import tasks

    def done(more: bool) -> Any:
        return Ticked(outcomes=(), skipped=(), passed_over=(), more=more)

    def sent(more: bool) -> Any:
        return Relayed(delivered=("m",), failed=(), dead=(), more=more)

    ticks, relays = [done(False), done(True)], [sent(False), sent(True)]
    monkeypatch.setattr(CancellationService, "tick", lambda self: ticks.pop())
    monkeypatch.setattr(CancellationService, "relay", lambda self: relays.pop())
    assert (tasks.tick.func(), tasks.relay.func()) == (0, 2)


# ---------------------------------------------------------------- mails

MESSAGE = message(id="o-1:2:seller:mail", subject="キャンセル要請", body="o-1")


@pytest.fixture
def outbox() -> Iterator[list[Any]]:
    """The mails that Django has sent."""
    mail.outbox = []
    with override_settings(DEFAULT_FROM_EMAIL="Shop <shop@example.jp>"):
        yield mail.outbox


def test_mails_go_out_by_djangos_backend(outbox: list[Any]) -> None:
    """One to each address, with the same id each time."""
    party = Party("s-1", name="Shop", emails=("a@example.jp", "b@example.jp"))
    DjangoMailNotifier().deliver(MESSAGE, party)
    assert [(each.to, each.subject, each.body, each.from_email) for each in outbox] == [
        (["a@example.jp"], "キャンセル要請", "o-1", "Shop <shop@example.jp>"),
        (["b@example.jp"], "キャンセル要請", "o-1", "Shop <shop@example.jp>"),
    ]
    assert {each.extra_headers["Message-ID"] for each in outbox} == {
        "<o-1%3A2%3Aseller%3Amail@example.jp>"
    }


@pytest.mark.parametrize(
    ("emails", "error"),
    [
        ((), NotDelivered),
        (("a@example.jp\nBcc: x",), NotDelivered),
        (("a@example.jp", "no\nway"), PartlyDelivered),
    ],
)
def test_whoever_is_not_reached_is_said(
    outbox: list[Any], emails: tuple[str, ...], error: type[OrderCancelError]
) -> None:
    party = Party("s-1", name="Shop")
    object.__setattr__(party, "emails", emails)
    with pytest.raises(error):
        DjangoMailNotifier().deliver(MESSAGE, party)


@pytest.mark.parametrize(
    ("code", "is_permanent"), [(550, True), (451, False)], ids=["for good", "for now"]
)
def test_an_address_that_is_refused_for_good_is_not_tried_again(
    outbox: list[Any], monkeypatch: pytest.MonkeyPatch, code: int, is_permanent: bool
) -> None:
    """By a code of 5xx; one of 4xx may pass."""

    def send(self: mail.EmailMessage) -> int:
        if self.to == ["good@example.jp"]:
            return 1
        raise SMTPRecipientsRefused({self.to[0]: (code, b"no")})

    monkeypatch.setattr(mail.EmailMessage, "send", send)
    dead = Party("s-1", name="Shop", emails=("dead@example.jp",))
    with pytest.raises(NotDelivered) as caught:
        DjangoMailNotifier().deliver(MESSAGE, dead)
    assert caught.value.permanent is is_permanent
    both = Party("s-1", name="Shop", emails=("good@example.jp", "dead@example.jp"))
    with pytest.raises(PartlyDelivered) as partly:
        DjangoMailNotifier().deliver(MESSAGE, both)
    assert ("dead@example.jp" in partly.value.refused) is is_permanent


def test_what_a_backend_did_not_send_is_not_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so by a count of none, and raises nothing."""
    monkeypatch.setattr(mail.EmailMessage, "send", lambda self: 0)
    party = Party("s-1", name="Shop", emails=("a@example.jp",))
    with pytest.raises(NotDelivered, match="not sent"):
        DjangoMailNotifier(sender="shop@example.jp").deliver(MESSAGE, party)


def test_a_party_that_is_not_known_is_not_written_to() -> None:
    with pytest.raises(NotDelivered, match="not known"):
        DjangoMailNotifier().deliver(MESSAGE, None)


def test_without_django_the_error_names_the_extra() -> None:
    code = """
import sys
sys.modules["django"] = None
try:
    import ordercancel.contrib.django
except ImportError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout == "ordercancel.contrib.django needs the extra ordercancel[django]\n"
