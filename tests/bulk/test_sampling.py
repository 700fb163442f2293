"""Made-up orders are the same for the same seed, agree with themselves, and lie at boundaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs
import duckdb
import pytest
from examples.half_hour_shop import SHOP

from ordercancel import Policy, RequestCancellation, Text
from ordercancel.bulk import outcomes
from ordercancel.bulk.files import whole
from ordercancel.bulk.histories import Histories
from ordercancel.bulk.sample import SAMPLED_AT, sample
from ordercancel.domain.errors import InvalidValue, StoreUnavailable
from ordercancel.policies import CONECT, QOO10
from ordercancel.policies.qoo10.rules import qoo10
from ordercancel.policy import (
    Calendar,
    Choice,
    Day,
    Deadline,
    Flag,
    Forbid,
    Moment,
    Number,
    Rule,
    expire,
    is_open,
    mark,
    now,
    placed_at,
    requested_at,
)

BOXES = Number("boxes", Text("箱数", "boxes"))
SIZE = Choice("size", Text("大きさ", "size"), values=("small", "large"))
GIFT = Flag("it's a gift", Text("贈り物", "gift"))
LONG = Rule(
    "shop.long",
    on=RequestCancellation,
    effect=Forbid("closed"),
    when=(BOXES.is_known & (BOXES > 5))
    | SIZE.is_known
    | GIFT.is_known
    | (now >= placed_at.end_of_day(1))
    | (requested_at.is_known & (now >= requested_at + timedelta(days=3))),
)
OWN = Policy(
    name="own",
    zone="Asia/Tokyo",
    source="tests",
    orders=SHOP.orders,
    facts=(BOXES, SIZE, GIFT),
    rules=(*SHOP.rules, LONG),
    reasons=SHOP.reasons,
    deadlines=(
        Deadline("lapses", runs=is_open, due=requested_at + timedelta(hours=48), then=expire),
        Deadline("missed", runs=is_open, due=requested_at.end_of_day(3), then=mark("missed")),
    ),
)
POLICIES = {
    "conect": CONECT,
    "qoo10": QOO10,
    "qoo10 with a delay that approves": qoo10(edition="2", late_while_open="approved"),
    "shop": SHOP,
    "own": OWN,
}
ORDERS = 20_000


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Gives a number about the made-up orders of a policy, which are written once."""
    folder = tmp_path_factory.mktemp("sampled")
    engine = duckdb.connect(config={"threads": 1})
    engine.execute("SET TimeZone = 'UTC'")

    def about(name: str, what: str, where: str = "true") -> Any:
        file = folder / f"{name}.parquet"
        if not file.exists():
            with pytest.MonkeyPatch.context() as fewer:
                fewer.setattr("ordercancel.bulk.sample.HISTORIES", 300)
                sample(POLICIES[name], ORDERS, file)
        orders = engine.read_parquet(str(file)).filter(where)
        answers = outcomes(POLICIES[name], orders, at=SAMPLED_AT)
        return answers.aggregate(what).fetchall()[0][0]

    return about


class TestASample:
    def test_is_the_same_for_the_same_seed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """To the byte, also where several threads write it; another seed gives other orders."""
        monkeypatch.setattr("ordercancel.bulk.sample.HISTORIES", 100)
        for name, seed in (("one", 7), ("again", 7), ("other", 8)):
            sample(QOO10, 150_000, tmp_path / f"{name}.parquet", seed=seed)
        one, again, other = (
            sha256((tmp_path / f"{name}.parquet").read_bytes()).hexdigest()
            for name in ("one", "again", "other")
        )
        assert one == again != other

    def test_is_the_same_in_both_kinds_of_files(self, tmp_path: Path) -> None:
        """Ids keep their zeros, times say that they are in UTC."""
        sample(CONECT, 300, tmp_path / "orders.csv")
        sample(CONECT, 300, str(tmp_path / "orders.parquet"))
        lines = (tmp_path / "orders.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0] == (
            "order_id,status,channel,seller,placed_at,paid_at,status_since,shipped_at,"
            "delivered_at,ship_on,seller_permits,request_number,request_status,initiator,"
            "answerer,requested_at,closed_at,rejected_before,withdrawn_before,next_due,"
            "overdue_at"
        )
        assert [line.partition(",")[0] for line in lines[1:4]] == [
            "0000000001",
            "0000000002",
            "0000000003",
        ]
        placed = lines[1].split(",")[4]
        assert datetime.fromisoformat(placed).tzinfo == UTC
        with duckdb.connect() as engine:
            engine.execute("SET TimeZone = 'UTC'")
            types = {"order_id": "VARCHAR", "placed_at": "TIMESTAMPTZ"}
            read = engine.read_csv(str(tmp_path / "orders.csv"), dtype=types)
            kept = engine.read_parquet(str(tmp_path / "orders.parquet"))
            same = "order_id, status, seller, epoch(placed_at), rejected_before"
            assert read.project(same).fetchall() == kept.project(same).fetchall()

    def test_has_all_columns_with_their_types(self, tmp_path: Path) -> None:
        """Those of the policy's own facts, too."""
        sample(OWN, 10, tmp_path / "orders.parquet")
        orders = duckdb.read_parquet(str(tmp_path / "orders.parquet"))
        moment = "TIMESTAMP WITH TIME ZONE"
        assert dict(zip(orders.columns, map(str, orders.types), strict=True)) == {
            "order_id": "VARCHAR",
            "status": "VARCHAR",
            "channel": "VARCHAR",
            "seller": "VARCHAR",
            "placed_at": moment,
            "paid_at": moment,
            "status_since": moment,
            "shipped_at": moment,
            "delivered_at": moment,
            "ship_on": "DATE",
            "seller_permits": "BOOLEAN",
            "request_number": "BIGINT",
            "request_status": "VARCHAR",
            "initiator": "VARCHAR",
            "answerer": "VARCHAR",
            "requested_at": moment,
            "closed_at": moment,
            "rejected_before": "BOOLEAN",
            "withdrawn_before": "BOOLEAN",
            "next_due": moment,
            "overdue_at": moment,
            "boxes": "BIGINT",
            "size": "VARCHAR",
            "it's a gift": "BOOLEAN",
            "marked.missed": "BOOLEAN",
        }

    @pytest.mark.parametrize("name", POLICIES)
    def test_has_every_status_and_requests(self, name: str, judged: Callable[..., Any]) -> None:
        """All of them can be judged, and nothing lies after the moment for which it is made up."""
        assert judged(name, "count(verdict)") == ORDERS
        assert set(judged(name, "list(DISTINCT status)")) == set(POLICIES[name].orders.statuses)
        requests = set(judged(name, "list(DISTINCT request_status)"))
        assert {None, "pending", "approved"} < requests
        at = "TIMESTAMPTZ '2026-04-01 03:00:00+00'"
        later = f"greatest(placed_at, paid_at, status_since, requested_at) > {at}"
        assert judged(name, "count(*)", later) == 0

    def test_gives_a_few_sellers_most_of_the_orders(self, judged: Callable[..., Any]) -> None:
        """As Zipf has it: the second half of what the first has, the tenth a tenth."""
        first, second, tenth = (
            judged("qoo10", "count(*)", f"seller = '{seller}'")
            for seller in ("s-1", "s-2", "s-10")
        )
        assert 0.08 < first / ORDERS < 0.14
        assert first > second > 4 * tenth
        assert 300 < judged("qoo10", "count(DISTINCT seller)") <= 400
        permits = "count(DISTINCT coalesce(seller_permits::VARCHAR, '?'))"
        assert judged("qoo10", permits, "seller = 's-1'") == 1
        assert judged("qoo10", permits) == 3

    def test_leaves_out_what_may_be_missing(self, judged: Callable[..., Any]) -> None:
        for column in ("channel", "paid_at", "ship_on", "seller_permits", "requested_at"):
            assert 0 < judged("conect", f"count({column})") < ORDERS
        for column in ("boxes", "size", '"it\'s a gift"'):
            assert 0 < judged("own", f"count({column})") < ORDERS


BOUNDARIES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("shop", "placed_at"): (
        "2026-04-01 02:29:59+00",
        "2026-04-01 02:30:00+00",
        "2026-04-01 02:30:01+00",
    ),
    ("shop", "ship_on"): ("2026-03-24", "2026-03-25", "2026-03-26"),
    ("own", "placed_at"): (
        "2026-03-30 14:59:59+00",
        "2026-03-30 15:00:00+00",
        "2026-03-30 15:00:01+00",
    ),
    ("own", "boxes"): ("4", "5", "6"),
    ("qoo10", "ship_on"): ("2026-03-31", "2026-04-01", "2026-04-02"),
    ("qoo10", "requested_at"): ("2026-03-27 14:59:59+00", "2026-03-27 15:00:00+00"),
    ("conect", "placed_at"): ("2026-03-31 14:59:59+00", "2026-03-31 15:00:00+00"),
}
"""A second, a day or one before, at and after what the rules and deadlines compare with."""


class TestBoundaries:
    @pytest.mark.parametrize(("name", "column"), BOUNDARIES)
    def test_have_orders_on_both_sides(
        self, name: str, column: str, judged: Callable[..., Any]
    ) -> None:
        """At noon of 1 April 2026 in Tokyo; days begin at 15:00 UTC there."""
        expected = BOUNDARIES[name, column]
        values = judged(name, f"list(DISTINCT {column}::VARCHAR)")
        assert set(expected) - set(values) == set()


class TestWriting:
    @pytest.mark.parametrize(
        ("orders", "name", "places"),
        [
            (0, "orders.csv", ["sample.orders"]),
            (1_000_000_001, "orders.csv", ["sample.orders"]),
            (1, "orders.xlsx", ["sample.file"]),
            (-1, "orders", ["sample.orders", "sample.file"]),
        ],
    )
    def test_what_is_wrong_is_told_at_once(
        self, orders: int, name: str, places: list[str], tmp_path: Path
    ) -> None:
        with pytest.raises(InvalidValue) as caught:
            sample(QOO10, orders, tmp_path / name)
        assert [fault.where for fault in caught.value.faults] == places
        assert list(tmp_path.iterdir()) == []

    def test_has_facts_of_every_kind(self) -> None:
        """Those that a move brings along, too; a calendar of other years bounds nothing."""
        years = Calendar(first=date(2020, 1, 1), last=date(2020, 12, 31))
        late = Rule(
            "late",
            on=RequestCancellation,
            effect=Forbid("closed"),
            when=now >= placed_at.business_days(2, years),
        )
        policy = attrs.evolve(
            OWN,
            orders=attrs.evolve(SHOP.orders, facts={"pack": ("item",)}),
            facts=(BOXES, SIZE, GIFT, Moment("handed_at"), Day("best_before")),
            rules=(*OWN.rules, late),
        )
        drawn = Histories(policy, SAMPLED_AT, 1)
        orders = [drawn.case().order for _ in range(200)]
        assert {(name, type(each)) for order in orders for name, each in order.facts.items()} == {
            ("boxes", int),
            ("size", str),
            ("it's a gift", bool),
            ("handed_at", datetime),
            ("best_before", date),
        }
        assert {order.item for order in orders} == {None, "x-1"}

    def test_a_moment_without_a_zone_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidValue, match=r"sample\.at"):
            sample(QOO10, 1, tmp_path / "orders.csv", at=datetime(2026, 4, 1))  # noqa: DTZ001

    def test_that_fails_leaves_the_file_as_it_was(self, tmp_path: Path) -> None:
        file = tmp_path / "orders.csv"
        file.write_text("as it was", encoding="utf-8")
        closed = duckdb.connect()
        closed.close()
        with pytest.raises(StoreUnavailable, match=r"orders\.csv can't be written: "):
            sample(QOO10, 1, file, connection=closed)
        assert file.read_text(encoding="utf-8") == "as it was"
        assert list(tmp_path.iterdir()) == [file]

    def test_replaces_the_file_when_all_is_written(self, tmp_path: Path) -> None:
        file = tmp_path / "orders.csv"
        file.write_text("as it was", encoding="utf-8")
        with whole(file) as part:
            part.write_text("new", encoding="utf-8")
            assert file.read_text(encoding="utf-8") == "as it was"
        assert file.read_text(encoding="utf-8") == "new"
        assert list(tmp_path.iterdir()) == [file]

    def test_into_a_folder_that_is_not_there_names_it(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"its folder does not exist: '.*nowhere"):
            sample(QOO10, 1, tmp_path / "nowhere" / "orders.csv")
