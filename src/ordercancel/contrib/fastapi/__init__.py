"""A router for FastAPI: what may be done with an order, and doing it, over HTTP.

Needs the extra ``ordercancel[fastapi]``.
"""

try:
    import fastapi as _fastapi  # noqa: F401 - here, for an error that names the extra
    import msgspec as _msgspec  # noqa: F401
except ImportError as error:
    raise ImportError(
        "ordercancel.contrib.fastapi needs the extra ordercancel[fastapi]"
    ) from error

from ordercancel.contrib.fastapi.problems import language, problem_response
from ordercancel.contrib.fastapi.router import cancellation_router

__all__ = ["cancellation_router", "language", "problem_response"]
