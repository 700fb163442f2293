"""``ordercancel``: runs the command that its arguments name."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ordercancel.cli.arguments import parser
from ordercancel.cli.lookup import unusable
from ordercancel.domain.errors import OrderCancelError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``ordercancel`` with `arguments`, by default those of the process.

    Returns:
        The exit status. 0: done. 1: done, and something was found: a malformed line of a scenario,
        a fault of a policy, a difference between two. 2: it could not be started.
    """
    _write_utf8()
    try:
        chosen = parser().parse_args(arguments)
        status: int = chosen.run(chosen)
    except BrokenPipeError:
        # The reader of the output has had enough, as `head` has.
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"ordercancel: {unusable(error)}", file=sys.stderr)
        return 2
    except OrderCancelError as error:
        print(f"ordercancel: {error}", file=sys.stderr)
        return 2
    return status


def _write_utf8() -> None:
    """Write UTF-8 whatever the terminal's locale says: the texts are Japanese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
