"""The chapters of a page on the life of an order: five sentences, and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ordercancel.domain.commands import RequestCancellation
from ordercancel.explain.blocks import Bullets, Chapter, Picture, strong
from ordercancel.explain.pictures import Chart
from ordercancel.explain.screens import closed_from_outside
from ordercancel.explain.survey import ASK, Action, Cause, Survey, in_order
from ordercancel.explain.telling import Telling, capital, outcomes
from ordercancel.explain.who_may import anywhere
from ordercancel.rules.effects import Cancel, Refer


def life(tell: Telling) -> Iterator[Chapter]:
    """The first two chapters."""
    yield Chapter("summary", tell.say("要点", "In five sentences"), [_summary(tell)])
    pictures = [Picture(chart) for chart in charts(tell)]
    yield Chapter(
        "life",
        tell.say("注文と{it}の流れ", "The life of an order and of a request", it=tell.asking),
        pictures,
    )


# ---------------------------------------------------------------- five sentences


def _summary(tell: Telling) -> Bullets:
    asking = tell.survey.roles_that(ASK)
    sentences = (
        (tell.say("誰が", "Who"), _who(tell, asking)),
        (tell.say("いつ", "When"), tell.joined(_when(tell, role) for role in asking)),
        (tell.say("いつまで", "Until when"), _until(tell)),
        (tell.say("誰が決めるか", "Who decides"), _decides(tell)),
        (tell.say("その後", "What then"), _afterwards(tell)),
    )
    colon = tell.say("：", ": ")
    return Bullets([(strong(head), colon, words) for head, words in sentences], numbered=True)


def _who(tell: Telling, asking: tuple[str, ...]) -> str:
    if not asking:
        return tell.say(
            "キャンセルを求めることができる人はいません。", "Nobody may ask to cancel an order."
        )
    who = tell.say(
        "注文のキャンセルを求めることができるのは、{who}です。",
        "{who} may ask to cancel an order.",
        who=capital(tell.roles(asking)),
    )
    barred = dict.fromkeys(
        tell.case(each.outcome.when)
        for role in asking
        for each in anywhere(tell, role)
        if each.action == ASK
    )
    if not barred:
        return who
    conditions = tell.say("、または", ", or ").join(barred)
    but = tell.say("ただし、{it}を除きます。", "Not {it}.", it=conditions)
    return tell.joined((who, but))


def _when(tell: Telling, role: str) -> str:
    """When one role may cancel at once, and when they ask somebody."""
    asked = [
        each for answers in tell.survey.answers.values() for each in answers.get((role, ASK), ())
    ]
    parts = []
    came = outcomes(tell.policy, asked)
    for each in came:
        said = {"who": tell.role(role), "when": tell.case(each.when)}
        if isinstance(each.effect, Cancel):
            ja = "{who}が求めると即時にキャンセルとなるのは、{when}です。"
            parts.append(tell.say(ja, "Asked by {who}, it is cancelled at once {when}.", **said))
        elif isinstance(each.effect, Refer):
            ja = "{who}がキャンセルを求め、{to}が判断するのは、{when}です。"
            to = tell.role(each.effect.to)
            parts.append(tell.say(ja, "Asked by {who}, {to} decides {when}.", to=to, **said))
    if not any(isinstance(each.effect, Cancel) for each in came):
        parts.append(
            tell.say("即時にキャンセルとなることはありません。", "Nothing is cancelled at once.")
        )
    return tell.joined(parts)


def _until(tell: Telling) -> str:
    survey = tell.survey
    open_to = {
        status for status, request in survey.answers if survey.roles_that(ASK, [(status, request)])
    }
    closed = [tell.status(each) for each in survey.statuses if each not in open_to]
    still = tell.either(tell.status(each) for each in survey.statuses if each in open_to)
    if not still:
        return tell.say("どの状態の注文でも、求められません。", "In no status of an order.")
    return tell.say(
        "注文が「{still}」の間に限ります。「{closed}」のいずれかになると、以後は求めることができません。",
        "Only while the order is: {still}. Once it is {closed}, nobody can ask any more.",
        still=still,
        closed=tell.either(closed),
    )


def _decides(tell: Telling) -> str:
    policy = tell.policy
    who = tell.roles(tell.survey.roles_that(("approve", None)))
    parts = [tell.say("リクエストに答える人はいません。", "There is nobody who answers requests.")]
    if who:
        parts = [
            tell.say(
                "承認するか拒否するかは、{who}が決めます。",
                "{who} approves or rejects.",
                who=capital(who),
            )
        ]
    acting = [each for each in policy.deadlines if each.then.acts]
    parts += [
        tell.say(
            "{due}になると：{then}。",
            "At {due}: {then}.",
            due=tell.time(each.due),
            then=tell.action(each),
        )
        for each in acting
    ]
    if not acting and policy.deadlines:
        parts.append(
            tell.say(
                "期限を過ぎると{marks}として記録されますが、"
                "自動で承認・拒否されることはありません。",
                "What is late is marked ({marks}), but nothing is approved, rejected or cancelled "
                "by itself.",
                marks=tell.either(
                    tell.say("「{it}」", "“{it}”", it=tell.mark(each))
                    for each in policy.mark_codes
                ),
            )
        )
    elif not acting:
        parts.append(
            tell.say(
                "回答の期限はなく、自動で承認・拒否されることはありません。",
                "There is no deadline: nothing is approved, rejected or cancelled by itself.",
            )
        )
    return tell.joined(parts)


def _afterwards(tell: Telling) -> str:
    policy, survey = tell.policy, tell.survey
    cancelled = tell.status(policy.orders.cancelled)
    parts = [
        tell.say(
            "キャンセルされた注文は「{it}」になり、元に戻すことはできません。",
            "A cancelled order is “{it}”, for good.",
            it=cancelled,
        )
    ]
    for (_, to, _), step in survey.request_changes.items():
        if to != "rejected":
            continue
        request = step.after.latest
        assert request is not None
        asks = RequestCancellation(step.after.order.id, by=request.by)
        again = policy.assess(asks, step.after, step.at, seller=survey.willing_seller)
        ja = "拒否されると注文はそのまま進み、{who}は再度キャンセルを求めることができます。"
        en = "After a rejection the order goes on, and {who} may ask again."
        if again.is_refused:
            ja = "拒否されると注文はそのまま進み、{who}が再度求めることはできません。"
            en = "After a rejection the order goes on, and {who} cannot ask again."
        parts.append(tell.say(ja, en, who=tell.role(request.by.role)))
        break
    return tell.joined(parts)


# ---------------------------------------------------------------- pictures


def charts(tell: Telling) -> tuple[Chart, ...]:
    """The pictures of a policy: of its orders, and of requests where anybody makes one."""
    survey, policy = tell.survey, tell.policy
    targets = {to for _, to, _ in survey.order_changes}
    moves = [
        (source, to, cause)
        for source, to, cause in survey.order_changes
        if to != policy.orders.cancelled
    ]
    cancels = dict.fromkeys(
        (source, to) for source, to, _ in survey.order_changes if to == policy.orders.cancelled
    )
    order = Chart(
        tell.say("注文の状態", "The status of an order"),
        tuple((each, tell.status(each)) for each in survey.statuses),
        (
            *((None, each, "") for each in survey.statuses if each not in targets),
            *_edges(tell, moves, survey),
            *((source, to, tell.say("キャンセル", "cancelled")) for source, to in cancels),
        ),
    )
    outside = closed_from_outside(tell)
    known = dict.fromkeys(
        each
        for source, to, _ in survey.request_changes
        for each in (source, to)
        if each is not None
    )
    known |= dict.fromkeys(["superseded"] if outside else ())
    request = Chart(
        tell.say("{it}の状態", "The status of a request", it=tell.asking),
        tuple((each, tell.request(each)) for each in in_order(known)),
        (
            *_edges(tell, survey.request_changes, survey),
            *((each, "superseded", _reported(tell)) for each in outside),
        ),
    )
    return (order, request) if known else (order,)


def _reported(tell: Telling) -> str:
    """What another system's word on the order is called."""
    closed = tell.either(map(tell.status, tell.policy.orders.closes or ()))
    return tell.say("「{it}」の連絡", "reported as {it}", it=closed)


def _edges(
    tell: Telling, changes: Iterable[tuple[str | None, str, Cause]], survey: Survey
) -> Iterator[tuple[str | None, str, str]]:
    """The changes, each once, with who brings it about where not everybody does."""
    by: dict[tuple[str | None, str, Action], list[str]] = {}
    for source, to, (action, role) in changes:
        by.setdefault((source, to, action), []).append(role)
    for (source, to, action), roles in by.items():
        yield source, to, _cause(tell, action, roles)


def _cause(tell: Telling, action: Action, roles: list[str]) -> str:
    kind, name = action
    if kind == "deadline":
        called = tell.deadline(tell.policy.deadline(str(name)))
        return tell.say("期限「{it}」", "deadline “{it}”", it=called)
    words = tell.button(action)
    return (
        words
        if len(roles) > 1
        else tell.say("{it}（{who}）", "{it} ({who})", it=words, who=tell.role(roles[0]))
    )
