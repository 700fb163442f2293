"""Answers to requests that fail: their status, headers and language."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError

from ordercancel.domain.errors import Fault, InvalidValue, OrderCancelError
from ordercancel.domain.texts import Lang
from ordercancel.schemas import to_json
from ordercancel.schemas.definitions import Definitions, Schema
from ordercancel.schemas.problems import TITLES, ProblemView, problem_of

PROBLEM_JSON = "application/problem+json"


def problem_response(
    error: OrderCancelError | RequestValidationError,
    lang: Lang = "en",
    *,
    docs: str | None = None,
) -> Response:
    """The answer that tells of an error; raises it again where it is not the caller's to know.

    Args:
        error: What was raised.
        lang: The language of the sentences. Default: English.
        docs: The address at which you serve the site of the documentation, in a language, such as
            ``https://example.org/ordercancel/en/``; a header ``Link`` (RFC 8288) leads to what it
            says of each code. Default: None, no such header.
    """
    if isinstance(error, RequestValidationError):
        wrong = ((".".join(map(str, each["loc"])), each["msg"]) for each in error.errors())
        error = InvalidValue(Fault(where, said, "another value") for where, said in wrong)
    problem = problem_of(error, lang)
    headers = {"Content-Language": lang}
    if problem.status == 503:
        headers["Retry-After"] = "1"
    if docs is not None and problem.codes:
        links = (f'<{docs}reference/codes/#{code}>; rel="help"' for code in problem.codes)
        headers["Link"] = ", ".join(links)
    return Response(
        to_json(problem, lang),
        problem.status,
        media_type=PROBLEM_JSON,
        headers=headers,
    )


def answers(schema: Schema, *problems: int) -> dict[int | str, dict[str, Any]]:
    """An answer of this schema, or one of these problems."""
    good = {"description": "The answer", "content": {"application/json": {"schema": schema}}}
    content = {PROBLEM_JSON: {"schema": Definitions().of(ProblemView)}}
    wrong = ({"description": TITLES[each][1], "content": content} for each in (*problems, 503))
    return {200: good, **dict(zip((*problems, 503), wrong, strict=True))}


def language(request: Request, languages: Sequence[Lang]) -> Lang:
    """The one of `languages` that a request would like best; the first where it likes none."""
    wanted: list[tuple[float, str]] = []
    for each in request.headers.get("accept-language", "").split(","):
        tag, _, quality = each.partition(";q=")
        with suppress(ValueError):
            wanted.append((-float(quality or 1), tag.strip().lower()))
    for _, tag in sorted(wanted, key=lambda each: each[0]):
        for known in languages:
            if known.lower() in (tag, tag.partition("-")[0]):
                return known
    return languages[0]
