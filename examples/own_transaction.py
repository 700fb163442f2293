"""The shop's own rows and the cancellation are written together, or not at all.

    python -m examples.own_transaction                                     # a new SQLite file
    python -m examples.own_transaction postgresql+psycopg://shop@db/shop   # an empty database

The shop has orders and refunds in tables of its own. It hands the service its session: what the
service writes takes effect when the shop commits. If the shop fails before, nothing is written.
"""

import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from ordercancel import Buyer, CancellationService, Order, RequestCancellation
from ordercancel.policies import QOO10
from ordercancel.stores.sql import SqlStore

ORDER = "762544202"


class Base(DeclarativeBase):
    pass


class ShopOrder(Base):
    __tablename__ = "shop_orders"
    id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    account: Mapped[str | None]


class Refund(Base):
    __tablename__ = "shop_refunds"
    order_id: Mapped[str] = mapped_column(ForeignKey(ShopOrder.id), primary_key=True)
    account: Mapped[str]


class NoAccount(Exception):
    """Nobody knows where the money should go."""


def place(engine: Engine, service: CancellationService) -> None:
    """An order comes in."""
    with Session(engine) as session, session.begin():
        session.add(ShopOrder(id=ORDER, status="new", account=None))
        service.using(SqlStore.within(session)).register(
            Order(
                ORDER,
                policy="qoo10",
                status="new",
                buyer="b-1",
                seller="s-1",
                placed_at=datetime.now(UTC),
            )
        )


def cancel(engine: Engine, service: CancellationService) -> None:
    """The buyer cancels: in the service, in the shop's order, and with a refund."""
    with Session(engine) as session, session.begin():
        outcome = service.using(SqlStore.within(session)).handle(
            RequestCancellation(ORDER, by=Buyer("b-1"), reason="changed_mind")
        )
        order = session.get_one(ShopOrder, ORDER)
        order.status = outcome.case.order.status
        if order.account is None:
            raise NoAccount(ORDER)
        session.add(Refund(order_id=ORDER, account=order.account))


def show(engine: Engine, service: CancellationService, what: str) -> None:
    """Print what is in the shop's tables, and in the service's."""
    with Session(engine) as session:
        shop = session.get_one(ShopOrder, ORDER).status
        refunds = session.scalar(select(func.count()).select_from(Refund))
    cancellation = service.case(ORDER, by=Buyer("b-1")).order.status
    messages = service.backlog().messages
    print(
        f"{what:14} shop: {shop}, {refunds} refunds; service: {cancellation}, {messages} messages"
    )


def main(url: str) -> None:
    """Let the shop fail and succeed, on the database at `url`."""
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with closing(SqlStore(url)) as store:
        service = CancellationService(policies=[QOO10], store=store)
        place(engine, service)
        show(engine, service, "placed:")
        try:
            cancel(engine, service)
        except NoAccount:
            show(engine, service, "shop failed:")
        with Session(engine) as session, session.begin():
            session.get_one(ShopOrder, ORDER).account = "JP-1"
        cancel(engine, service)
        show(engine, service, "cancelled:")
    engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with TemporaryDirectory() as folder:
            main(f"sqlite:///{Path(folder) / 'shop.db'}")
