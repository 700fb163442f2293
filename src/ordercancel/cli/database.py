"""``ordercancel db`` and ``ordercancel outbox``: the tables, and what of the outbox is dead."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from ordercancel.cli.progress import busy
from ordercancel.domain.errors import StoreUnavailable
from ordercancel.domain.faults import Faults
from ordercancel.domain.limits import MAX_MESSAGE_ID
from ordercancel.service.ports import Store
from ordercancel.service.records import Backlog, DeadLetter
from ordercancel.stores.sql import SqlStore, schema
from ordercancel.stores.sql.engine import open_engine
from ordercancel.stores.sql.errors import translated

PAGE = 100


def create(chosen: argparse.Namespace) -> int:
    """Make the tables that are missing."""
    with connected(chosen.url) as connection:
        missing = schema.is_missing(connection)
        schema.create(connection)
    text = "The tables have been made." if missing else "The tables are there already."
    show(chosen, {"made": missing}, [text])
    return 0


def check(chosen: argparse.Namespace) -> int:
    """Say what the tables lack, and which orders can't be read; 1 where there is anything."""
    with connected(chosen.url, must_exist=True) as connection:
        form = schema.form_of(connection)
        faults = schema.faults(connection)
        unread = () if faults else schema.unread(connection)
        newer = 0 if faults else schema.newer(connection)
    lines = [*map(str, faults), *map(_unread, unread)]
    if newer:
        lines += [f"Stored in a form of a later release, which alone reads them: {newer} orders."]
    if 0 < form < schema.LATEST:
        upgrading = "run `ordercancel db upgrade URL`"
        lines += [f"The tables have form {form} of {schema.LATEST}: {upgrading}."]
    elif not faults:
        lines += [f"The tables are right: form {form}."]
    forms = {"form": form, "latest": schema.LATEST}
    parts = {"faults": [*map(str, faults)], "unread": [*unread], "newer": newer}
    show(chosen, {**forms, **parts}, lines)
    return 1 if faults or unread else 0


def upgrade(chosen: argparse.Namespace) -> int:
    """Bring the tables up to date; 1 where an order's history can't be read."""
    with busy("db upgrade") as watch, connected(chosen.url, must_exist=True) as connection:
        before, after, unread = schema.upgrade(connection, watch)
    if before == after:
        text = f"Nothing to do: the tables have form {after}."
    elif before == 0:
        text = f"The tables have been made: form {after}."
    else:
        text = f"The tables had form {before} and have form {after} now."
    forms = {"before": before, "after": after, "unread": [*unread]}
    show(chosen, forms, [*map(_unread, unread), text])
    return 1 if unread else 0


def show(chosen: argparse.Namespace, value: dict[str, object], lines: Iterable[str]) -> None:
    """Print what an action did: a JSON object, or lines for people."""
    if chosen.format == "json":
        print(json.dumps(value, ensure_ascii=False))
    else:
        print("".join(f"{line}\n" for line in lines), end="")


def _unread(order_id: str) -> str:
    return f"The history of order {order_id} can't be read; it is stored as it was."


def list_dead(chosen: argparse.Namespace) -> int:
    """Show what is waiting, and the ids, tries and errors of those that ended, but no texts."""
    with opened_store(chosen.db) as store:
        backlog = store.backlog(datetime.now(UTC))
        letters = list(_all_ended(store, obsolete=chosen.obsolete))
    if chosen.format == "json":
        for letter in letters:
            print(json.dumps(_as_dict(letter), ensure_ascii=False))
        return 0
    print(_sum(backlog))
    for letter in letters:
        fields = _as_dict(letter)
        print()
        print(fields.pop("id"))
        for name, value in fields.items():
            print(f"  {name}: {value}")
    return 0


def retry(chosen: argparse.Namespace) -> int:
    """Put dead messages back; 1 where one of those named is not dead."""
    faults = Faults("retry")
    for number, message_id in enumerate(chosen.ids):
        faults.key(f"ids[{number}]", message_id, MAX_MESSAGE_ID)
    faults.raise_if_any()
    with opened_store(chosen.db) as store:
        revived = store.revive(None if chosen.all else chosen.ids)
    show(chosen, {"put_back": revived}, [f"{revived} put back."])
    return 0 if chosen.all or revived == len(set(chosen.ids)) else 1


def _all_ended(store: Store, *, obsolete: bool) -> Iterator[DeadLetter]:
    letters = store.dead_letters(PAGE, obsolete=obsolete)
    while letters:
        yield from letters
        letters = store.dead_letters(PAGE, letters[-1].id, obsolete=obsolete)


def _as_dict(letter: DeadLetter) -> dict[str, object]:
    message = letter.message
    fields: dict[str, object] = {"id": letter.id, "order": letter.order_id}
    if message is not None:
        fields |= {
            "on": message.on,
            "at": message.at.isoformat(),
            "party": message.party,
            "audience": message.audience,
            "medium": str(message.medium),
        }
    if letter.obligation is not None:
        fields |= {"kind": letter.obligation.kind, "at": letter.obligation.at.isoformat()}
    return {**fields, "tries": letter.attempts, "error": letter.error}


def _sum(backlog: Backlog) -> str:
    since = f", the oldest since {backlog.oldest.isoformat()}" if backlog.oldest else ""
    newer = f" ({backlog.newer} of a later release)" if backlog.newer else ""
    late = f", the first since {backlog.earliest.isoformat()}" if backlog.earliest else ""
    return (
        f"waiting: {backlog.messages}{newer}{since}\n"
        f"orders with a deadline that is due: {backlog.due}{late}\n"
        f"dead: {backlog.dead}\n"
        f"obsolete: {backlog.obsolete}"
    )


@contextmanager
def connected(url: str, *, must_exist: bool = False) -> Iterator[Connection]:
    """A connection in a transaction, which is committed in the end."""
    if must_exist:
        _require_file(url)
    engine = open_engine(url)
    try:
        with translated(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def opened_store(url: str) -> Iterator[SqlStore]:
    """A store on tables that are there."""
    _require_file(url)
    store = SqlStore(url, create_tables=False)
    try:
        yield store
    finally:
        store.close()


def _require_file(url: str) -> None:
    """SQLite would make a file that is not there, rather than say so."""
    open_engine(url).dispose()
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return
    name = parsed.database
    if name in (None, "", ":memory:") or not Path(str(name)).exists():
        raise StoreUnavailable(f"no database at {name or ':memory:'}; expected one that exists")
