"""The router: every question and every command about orders, as the host's actor."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import attrs
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from ordercancel.contrib.fastapi.problems import answers, language, problem_response
from ordercancel.contrib.host_work import HostWork, Record, Transaction, got, policy_for
from ordercancel.domain.actors import Actor
from ordercancel.domain.cases import Case
from ordercancel.domain.commands import JUDGED
from ordercancel.domain.errors import Fault, InvalidValue, OrderCancelError
from ordercancel.domain.events import Event
from ordercancel.domain.quotes import Quote
from ordercancel.domain.requests import RequestStatus
from ordercancel.engine.labels import QueueRow
from ordercancel.schemas import to_json
from ordercancel.schemas.bodies import command_schema, read_command
from ordercancel.schemas.codec import MAX_BYTES, parsed
from ordercancel.schemas.definitions import Definitions
from ordercancel.schemas.problems import NOT_JSON
from ordercancel.schemas.shapes import WIRED
from ordercancel.schemas.views import DecisionView, OptionView, OverviewView
from ordercancel.service.results import Count
from ordercancel.service.service import CancellationService
from ordercancel.service.service_async import AsyncCancellationService

OrderId = Annotated[str, Path(min_length=1, max_length=200)]
Key = Annotated[str | None, Header(min_length=1, max_length=200)]


@attrs.frozen(kw_only=True)
class HandledView:
    """What a command came to: the case after it, what happened, and what is given back.

    `repeated` tells that it was done before.
    """

    case: Case
    events: tuple[Event, ...]
    quote: Quote | None
    repeated: bool


@attrs.frozen(kw_only=True)
class QueueView:
    """A page of a queue; `next` is the `after` of the page behind it."""

    rows: tuple[QueueRow, ...]
    next: str | None


def cancellation_router(
    service: AsyncCancellationService | CancellationService,
    *,
    actor: Callable[..., Any],
    transaction: Transaction | None = None,
    record: Record | None = None,
    docs: str | None = None,
) -> APIRouter:
    """A router to include: ``app.include_router(cancellation_router(…), prefix="/…")``.

    Args:
        service: The service; a sync one works in a thread.
        actor: A dependency that returns the `Actor` whom a request comes from, as the host has
            authenticated them. Nothing in a body makes anybody somebody else.
        transaction: Begins a transaction of the host's and returns a context manager of its
            session or connection, which commits where nothing is raised, such as
            ``async_sessionmaker(engine).begin``. Default: None, the service's own store commits.
        record: Called in the transaction with the session and the outcome of each command that
            changed something, for the host's own rows. Default: None.
        docs: Where you serve the site of the documentation, for links to what codes mean; see
            `problem_response`. Default: None, no links.
    """
    desk = HostWork(service, transaction)
    book = service.policies
    policies = [policy for name in book.names for policy in book.editions(name)]
    shared = [
        lang
        for lang in policies[0].languages
        if all(lang in policy.languages for policy in policies)
    ] or [policies[0].languages[0]]

    class ProblemRoute(APIRoute):
        """A route whose errors are problem details in the language of the request."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handler(request: Request) -> Response:
                try:
                    return await handle(request)
                except (OrderCancelError, RequestValidationError) as error:
                    return problem_response(error, language(request, shared), docs=docs)

            return handler

    router = APIRouter(route_class=ProblemRoute, tags=["order cancellation"])
    who = Depends(actor)

    def answer(request: Request, value: object) -> Response:
        lang = language(request, shared)
        headers = {"Content-Language": lang, "Vary": "Accept-Language"}
        return Response(to_json(value, lang), media_type="application/json", headers=headers)

    @router.post(
        "/orders/{order_id}/commands",
        summary="Carry out a command",
        responses=answers(Definitions().of(HandledView), 400, 404, 409, 415, 422),
        openapi_extra=_body(command_schema(WIRED, policies)),
    )
    async def command(
        request: Request, order_id: OrderId, idempotency_key: Key = None, by: Actor = who
    ) -> Response:
        """Do what the body says, all of it or nothing.

        With the same `Idempotency-Key` of the same actor it is done once, however often it comes.
        """
        said = await _json(request)

        async def work(service: Any, session: Any) -> HandledView:
            policy = await policy_for(service, order_id, by, said)
            outcome = await got(
                service.handle(read_command(WIRED, said, order_id, by, idempotency_key, policy))
            )
            if record is not None and not outcome.repeated:
                await got(record(session, outcome))
            return HandledView(
                case=outcome.case,
                events=outcome.events,
                quote=outcome.quote,
                repeated=outcome.repeated,
            )

        return answer(request, await desk.do(work))

    @router.post(
        "/orders/{order_id}/assessment",
        summary="Ask what would come of a command",
        responses=answers(Definitions().of(DecisionView), 400, 404, 415, 422),
        openapi_extra=_body(command_schema(JUDGED, policies)),
    )
    async def assessment(request: Request, order_id: OrderId, by: Actor = who) -> Response:
        """Say what the rules say to the command in the body. Nothing changes."""
        said = await _json(request)

        async def work(service: Any, session: Any) -> Any:
            policy = await policy_for(service, order_id, by, said)
            return await got(
                service.assess(read_command(JUDGED, said, order_id, by, policy=policy))
            )

        return answer(request, await desk.do(work))

    @router.get(
        "/orders",
        summary="Show a list of orders",
        responses=answers(_list(OverviewView), 422),
    )
    async def overview(
        request: Request,
        ids: Annotated[list[str], Query(alias="id", max_length=200)],
        by: Actor = who,
    ) -> Response:
        """Show label, case and options of many orders; those that nobody may know are left out."""

        async def work(service: Any, session: Any) -> Any:
            lang = language(request, shared)
            return await got(service.overview(ids, by=by, lang=lang))

        return answer(request, [*(await desk.do(work)).values()])

    @router.get(
        "/orders/{order_id}/options",
        summary="List every action",
        responses=answers(_list(OptionView), 404, 422),
    )
    async def options(request: Request, order_id: OrderId, by: Actor = who) -> Response:
        """List every action: whether it is offered, its texts, and what its command must say."""
        return answer(request, await desk.do(lambda it, _: got(it.options(order_id, by=by))))

    @router.get(
        "/orders/{order_id}/history",
        summary="Tell what happened",
        responses=answers(_list(Event), 404, 422),
    )
    async def history(request: Request, order_id: OrderId, by: Actor = who) -> Response:
        """Tell everything that happened to an order, oldest first."""
        return answer(request, await desk.do(lambda it, _: got(it.history(order_id, by=by))))

    @router.get(
        "/queue",
        summary="Show what waits",
        responses=answers(Definitions().of(QueueView), 422),
    )
    async def queue(
        request: Request,
        status: Annotated[list[RequestStatus] | None, Query()] = None,
        marked: Annotated[str | None, Query(max_length=200)] = None,
        after: Annotated[str | None, Query(max_length=300)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        by: Actor = who,
    ) -> Response:
        """Show a page of the actor's queue, oldest request first; by default what is open."""

        async def work(service: Any, session: Any) -> QueueView:
            lang = language(request, shared)
            narrowed = {"statuses": status, "marked": marked, "after": after}
            page = await got(service.inbox(by, **narrowed, limit=limit, lang=lang))
            return QueueView(rows=page.rows, next=None if page.next is None else str(page.next))

        return answer(request, await desk.do(work))

    @router.get(
        "/queue/counters",
        summary="Count what waits",
        responses=answers(_list(Count), 422),
    )
    async def counters(request: Request, by: Actor = who) -> Response:
        """Count what is in the actor's queue, and how much of it is overdue."""
        return answer(request, await desk.do(lambda it, _: got(it.counters(by))))

    return router


def _body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _list(kind: Any) -> dict[str, Any]:
    return {"type": "array", "items": Definitions().of(kind)}


async def _json(request: Request) -> dict[str, Any]:
    """The object that a body holds. As JSON alone: a form of another site can't send that."""
    sent_as = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent_as != "application/json":
        fault = Fault("Content-Type", f"is {sent_as!r:.80}", "application/json", code=NOT_JSON)
        raise InvalidValue([fault])
    text = b""
    async for piece in request.stream():
        text += piece
        if len(text) > MAX_BYTES:
            break
    said = parsed(text)
    if not isinstance(said, dict):
        raise InvalidValue([Fault("JSON", "is no object", "a command", code="malformed")])
    return said
