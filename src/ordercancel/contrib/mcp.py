"""Tools for agents, by the Model Context Protocol: look at an order, plan, and carry the plan out.

Needs the extra ``ordercancel[mcp]``. An agent acts for somebody, in the scope that the host gives
it. What it wants done it plans first: the plan says what follows, and its token is signed with the
host's key. Carried out is what was planned, once, and only while the plan is still true.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any, cast

try:
    from mcp.server.mcpserver import Context, MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp_types import ToolAnnotations
    from pydantic import WithJsonSchema
except ImportError as error:
    raise ImportError(f"{__name__} needs the extra ordercancel[mcp]") from error

import attrs

from ordercancel.contrib.host_work import HostWork, Record, Transaction, got, policy_for
from ordercancel.domain.actors import Actor, check_actor
from ordercancel.domain.commands import JUDGED, Judged
from ordercancel.domain.errors import Fault, InvalidValue, OrderCancelError
from ordercancel.domain.faults import Faults
from ordercancel.domain.quotes import Quote
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.consequences import Consequences, consequences_of
from ordercancel.engine.decide import decide_admitted
from ordercancel.engine.decision import Decision, Refused, Verdict
from ordercancel.engine.options import Option
from ordercancel.schemas import to_json
from ordercancel.schemas.bodies import command_schema, read_command
from ordercancel.schemas.codec import plain
from ordercancel.schemas.problems import problem_of
from ordercancel.schemas.shapes import TAGS
from ordercancel.service.receipts import key_of
from ordercancel.service.records import Commit
from ordercancel.service.results import Outcome
from ordercancel.service.service import CancellationService
from ordercancel.service.service_async import AsyncCancellationService

__all__ = ["Agent", "cancellation_server"]

LEAST_KEY = 32
"""How many bytes the host's key has at least."""

_DOES = tuple(TAGS[kind][1] for kind in JUDGED)
_INSTRUCTIONS = (
    "Orders and their cancellation. look_at_order says what may be done with an order, and why "
    "not. To do something, plan it, show what follows and the words to confirm to the person you "
    "act for, and carry the plan out when they agree. Errors say what is wrong; do not guess."
)
_TEXTS = {
    "out_of_scope": Text(
        ja="このエージェントには、この操作が許可されていません。",
        en="This agent may not do that.",
    ),
    "plan_invalid": Text(
        ja="この計画は使用できません。もう一度計画してください。",
        en="This is no plan of yours. Please plan again.",
    ),
    "plan_expired": Text(
        ja="計画の有効期限が切れました。もう一度計画してください。",
        en="The plan has expired. Please plan again.",
    ),
    "plan_outdated": Text(
        ja="計画の後に状況が変わりました。もう一度計画してください。",
        en="Something has changed since it was planned. Please plan again.",
    ),
}


def _scope(may: Iterable[str]) -> frozenset[str]:
    return frozenset(may)


@attrs.frozen(kw_only=True)
class Agent:
    """Who calls a tool, as the host has authenticated them.

    Args:
        by: Whom they act for, and who they are: ``Buyer("b-1", via="agent:x")``.
        may: What they may do: the `do` of commands, such as ``request``. Default: nothing, they
            may look.
        lang: The language of what they read. Default: English.
    """

    by: Actor
    may: frozenset[str] = attrs.field(default=frozenset(), converter=_scope)
    lang: Lang = "en"

    def __attrs_post_init__(self) -> None:
        faults = Faults("Agent")
        check_actor(faults, "by", self.by)
        if isinstance(self.by, Actor) and self.by.via is None:
            faults.add("by.via", "is missing", "who acts for them, such as agent:x")
        for each in sorted(map(str, self.may - {*_DOES})):
            faults.add("may", f"has {each!r:.80}", f"some of: {', '.join(_DOES)}")
        faults.line("lang", self.lang)
        faults.settle(self)


@attrs.frozen(kw_only=True)
class PlanView:
    """What would come of a command, and the token that carries it out.

    Args:
        verdict: What the rules say to it.
        follows: All that follows from it, in sentences.
        quote: What is given back, or would be by approving it; None where nothing is.
        confirm: The words to confirm it by: what is asked before, or else what follows.
        token: Carries it out, once.
        expires_at: Until when.
    """

    verdict: str
    follows: tuple[str, ...]
    quote: Quote | None
    confirm: str
    token: str
    expires_at: datetime


@attrs.frozen(kw_only=True)
class _Plan:
    """What a token holds: the command, the version of its case, a digest of what comes of it."""

    command: dict[str, Any]
    version: int
    digest: str
    until: str

    @property
    def body(self) -> bytes:
        return json.dumps(attrs.asdict(self), sort_keys=True).encode()

    def signed(self, key: bytes) -> str:
        body = self.body
        return f"{_encoded(body)}.{_encoded(_signature(key, body))}"

    @classmethod
    def read(cls, token: str, key: bytes, by: Actor) -> "_Plan":
        """The plan of a token that was given to this agent for this actor, by this key."""
        try:
            body, signature = (base64.urlsafe_b64decode(each) for each in token.split("."))
        except ValueError:
            raise _wrong("plan_invalid") from None
        if not hmac.compare_digest(signature, _signature(key, body)):
            raise _wrong("plan_invalid")
        plan = cls(**json.loads(body))
        if plan.command["by"] != plain(by):
            raise _wrong("plan_invalid")
        return plan


class _Pinned:
    """A store that takes a commit for one version of a case alone."""

    def __init__(self, store: Any, version: int) -> None:
        self._store = store
        self._version = version

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, commit: Commit) -> Any:
        if commit.expected != self._version:
            raise _wrong("plan_outdated")
        return self._store.commit(commit)


def cancellation_server(
    service: AsyncCancellationService | CancellationService,
    *,
    agent: Callable[[Context[Any, Any]], Agent | Awaitable[Agent]],
    key: bytes | None = None,
    lasts: timedelta = timedelta(minutes=10),
    transaction: Transaction | None = None,
    record: Record | None = None,
    **server: Any,
) -> MCPServer[Any]:
    """A server to run: ``cancellation_server(…).run("stdio")``, or ``"streamable-http"``.

    Args:
        service: The service; a sync one works in a thread.
        agent: Who calls, from the context of the call, such as the headers that it came with.
        key: The host's secret, 32 bytes at least, that signs plans. Default: None, then nothing
            can be planned or carried out.
        lasts: How long a plan can be carried out. Default: ten minutes.
        transaction: Begins a transaction of the host's, as for the router of FastAPI.
        record: Writes the host's own rows in it.
        server: More arguments of `MCPServer`.

    Raises:
        InvalidValue: The key is too short.
    """
    if key is not None and len(key) < LEAST_KEY:
        fault = Fault("server.key", f"has {len(key)} bytes", f"{LEAST_KEY} at least")
        raise InvalidValue([fault])
    work = HostWork(service, transaction)
    book = service.policies
    policies = [policy for name in book.names for policy in book.editions(name)]
    tools = MCPServer[Any](**{"name": "ordercancel", "instructions": _INSTRUCTIONS, **server})

    async def answered(
        ctx: Context[Any, Any], ask: Callable[[Any, Any, Agent], Coroutine[Any, Any, Any]]
    ) -> dict[str, Any]:
        """What comes of asking the service, or the library's own words for what is wrong."""
        who: Agent = await got(agent(ctx))
        try:
            done = await work.do(lambda it, session: ask(it, session, who))
        except OrderCancelError as error:
            raise ToolError(to_json(problem_of(error, who.lang), who.lang)) from error
        answer: dict[str, Any] = plain(done, who.lang)
        return answer

    @tools.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def look_at_order(order_id: str, ctx: Context[Any, Any]) -> dict[str, Any]:
        """Say how an order stands, and of every action whether it is possible, or why not."""

        async def ask(it: Any, session: Any, who: Agent) -> Any:
            options = await got(it.options(order_id, by=who.by))
            label = await got(it.label(order_id, by=who.by, lang=_spoken(options, who.lang)))
            return {"order_id": order_id, "label": label, "options": options}

        return await answered(ctx, ask)

    @tools.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def read_history(order_id: str, ctx: Context[Any, Any]) -> dict[str, Any]:
        """Tell everything that happened to an order, oldest first."""

        async def ask(it: Any, session: Any, who: Agent) -> Any:
            return {"events": await got(it.history(order_id, by=who.by))}

        return await answered(ctx, ask)

    if key is None:
        return tools
    secret = key
    schema = WithJsonSchema(command_schema(JUDGED, policies))

    @tools.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def plan_action(
        order_id: str, command: Annotated[dict[str, Any], schema], ctx: Context[Any, Any]
    ) -> dict[str, Any]:
        """Say what would follow from an action, and give the token that carries it out.

        Nothing changes. Show what follows, and the words to confirm, to the person you act for.
        """

        async def ask(it: Any, session: Any, who: Agent) -> PlanView:
            policy = await policy_for(it, order_id, who.by, command)
            wanted = read_command(JUDGED, command, order_id, who.by, policy=policy)
            _check_scope(wanted, who)
            case = await got(it.case(order_id, by=who.by))
            at = it._time(None, case)  # noqa: SLF001 - as the service itself reckons
            verdict, outlook, digest = await _forecast(it, wanted, at)
            plan = _Plan(
                command=plain(wanted),
                version=case.version,
                digest=digest,
                until=(at + lasts).isoformat(),
            )
            follows = tuple(each[who.lang] for each in outlook.sentences)
            options = await got(it.options(order_id, by=who.by))
            asked = next(each for each in options if _is_of(each, wanted)).confirmation
            return PlanView(
                verdict=verdict,
                follows=follows,
                quote=outlook.quote,
                confirm=" ".join(follows) if asked is None else asked[who.lang],
                token=plan.signed(secret),
                expires_at=at + lasts,
            )

        return await answered(ctx, ask)

    @tools.tool(annotations=ToolAnnotations(read_only_hint=False, idempotent_hint=True))
    async def carry_out(token: str, ctx: Context[Any, Any]) -> dict[str, Any]:
        """Carry out what was planned. The same token a second time does nothing more."""

        async def ask(it: Any, session: Any, who: Agent) -> Any:
            plan = _Plan.read(token, secret, who.by)
            said = {name: each for name, each in plan.command.items() if name not in _OWN}
            order_id = plan.command["order_id"]
            policy = await policy_for(it, order_id, who.by, said)
            command_id = f"plan-{hashlib.sha256(plan.body).hexdigest()[:32]}"
            wanted = read_command(JUDGED, said, order_id, who.by, command_id, policy)
            _check_scope(wanted, who)
            outcome = await _carried_out(it, wanted, plan)
            if record is not None and not outcome.repeated:
                await got(record(session, outcome))
            return {
                "order_status": outcome.case.order.status,
                "request_status": outcome.case.latest and outcome.case.latest.status,
                "events": outcome.events,
                "repeated": outcome.repeated,
            }

        return await answered(ctx, ask)

    return tools


_OWN = ("order_id", "by", "command_id")


async def _carried_out(service: Any, command: Judged, plan: _Plan) -> Outcome:
    """Carry out a command that was planned, where the plan is still true; once."""
    store = service.store
    if await got(store.receipt(key_of(command, command.command_id or ""))) is None:
        case = await got(service.case(command.order_id, by=command.by))
        at = service.now(case)
        if at > datetime.fromisoformat(plan.until):
            raise _wrong("plan_expired")
        if case.version != plan.version:
            raise _wrong("plan_outdated")
        if (await _forecast(service, command, at))[2] != plan.digest:
            raise _wrong("plan_outdated")
        # From here on at the same moment and of the same version: nothing comes out differently.
        pinned = service.using(cast(Any, _Pinned(store, plan.version)))
        return cast(Outcome, await got(pinned.handle(command, at=at)))
    return cast(Outcome, await got(service.handle(command)))


async def _forecast(
    service: Any, command: Judged, at: datetime
) -> tuple[Verdict, Consequences, str]:
    """What the rules say to a command at a moment, and what follows; with a digest of these.

    Raises:
        Refused: The rules refuse it.
        InvalidValue: Something is wrong with it.
    """
    decision: Decision = await got(service.assess(command, at=at))
    if decision.is_refused or decision.about is None:
        raise Refused(decision)
    _, case, _, seller = decision.about
    events, verdict = decide_admitted(command, case, decision.policy, at, seller)
    outlook = consequences_of(events, case, decision.policy)
    # Whenever it happens: moments are left out.
    said = [verdict, plain(outlook.quote), *({**plain(each), "at": None} for each in events)]
    digest = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return decision.verdict, outlook, digest


def _is_of(option: Option, command: Judged) -> bool:
    """Whether a command does what an option is about."""
    accepts = getattr(command, "accept", None)
    return (
        option.command is type(command)
        and option.move == getattr(command, "move", None)
        and (accepts is None or (option.action == "accept") is accepts)
    )


def _spoken(options: tuple[Option, ...], lang: Lang) -> Lang | None:
    """The language of a label: that of the agent, where the policy has it."""
    return lang if lang in cast(Any, options[0].decision.policy).languages else None


def _check_scope(command: Judged, who: Agent) -> None:
    if TAGS[type(command)][1] not in who.may:
        raise _wrong("out_of_scope", f"one of: {', '.join(sorted(who.may)) or 'nothing'}")


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _wrong(code: str, expected: str = "a new plan") -> InvalidValue:
    sentences = _TEXTS[code].as_dict()
    return InvalidValue([Fault("plan", sentences["en"], expected, code=code, sentences=sentences)])
