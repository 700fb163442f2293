"""Work with a service, sync or async, in a transaction of the host's, on behalf of a client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from inspect import isawaitable
from typing import Any, TypeVar

import attrs
from anyio import to_thread

from ordercancel.domain.actors import Actor
from ordercancel.policy.policy import Policy
from ordercancel.service.results import Outcome
from ordercancel.service.service import CancellationService
from ordercancel.service.service_async import AsyncCancellationService

T = TypeVar("T")

Work = Callable[[Any, Any], Coroutine[Any, Any, T]]
"""Something to do with a service and the host's session, which is None without one."""

Transaction = Callable[[], AbstractAsyncContextManager[Any] | AbstractContextManager[Any]]
"""Begins a transaction; the context manager gives its session, and commits at its end."""

Record = Callable[[Any, Outcome], Awaitable[None] | None]
"""Writes the host's own rows for an outcome, with the session."""


@attrs.frozen
class HostWork:
    """Works with the service, in a transaction of the host's where there is one."""

    service: AsyncCancellationService | CancellationService
    transaction: Callable[[], Any] | None

    async def do(self, work: Work[T]) -> T:
        if isinstance(self.service, CancellationService):
            return await to_thread.run_sync(self._in_thread, self.service, work)
        if self.transaction is None:
            return await work(self.service, None)
        from ordercancel.stores.sql import AsyncSqlStore  # noqa: PLC0415 - an extra

        async with self.transaction() as session:
            return await work(self.service.using(AsyncSqlStore.within(session)), session)

    def _in_thread(self, service: CancellationService, work: Work[T]) -> T:
        if self.transaction is None:
            return _driven(work(service, None))
        from ordercancel.stores.sql import SqlStore  # noqa: PLC0415 - an extra

        with self.transaction() as session:
            return _driven(work(service.using(SqlStore.within(session)), session))


def _driven(coroutine: Coroutine[Any, Any, T]) -> T:
    """What comes of work with a sync service, which never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise TypeError("a sync service was used with an async `record`; expected a sync one")


async def got(value: Any) -> Any:
    """What a method of either service returns."""
    return await value if isawaitable(value) else value


async def policy_for(
    service: Any, order_id: str, by: Actor, said: Mapping[str, Any]
) -> Policy | None:
    """The policy of an order, where a command has facts: it says which are moments and days."""
    if not said.get("data") and not said.get("facts"):
        return None
    case = await got(service.case(order_id, by=by))
    policy: Policy = service.policies.get(case.order.policy, case.edition)
    return policy
