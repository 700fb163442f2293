"""Talking to other machines: how long they are waited for, and what is said when they fail."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address

from ordercancel.domain.faults import Faults

__all__ = [
    "MAX_TIMEOUT",
    "check_timeout",
    "hung_up_after",
    "is_domain",
    "is_host",
    "is_loopback",
    "what_failed",
]

MAX_TIMEOUT = 600
"""The longest time that another machine is waited for, in seconds."""

_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[\w-]{1,63}\.)*[\w-]{1,63}")


def is_domain(text: str) -> bool:
    """Whether `text` is the name of a domain, in the letters of any script.

    >>> is_domain("example.jp"), is_domain("例え.jp"), is_domain("a..b")
    (True, True, False)
    """
    return _DOMAIN.fullmatch(text) is not None


def is_host(value: object) -> bool:
    """Whether `value` is the name of a machine in ASCII, or an IP address."""
    if not isinstance(value, str) or not value.isascii():
        return False
    return is_domain(value) or _is_ip(value)


def is_loopback(host: str) -> bool:
    """Whether `host` is this very machine."""
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def check_timeout(faults: Faults, field: str, value: object) -> None:
    """Note a fault where `value` is no number of seconds, more than 0 and up to `MAX_TIMEOUT`."""
    expected = f"a number of seconds, more than 0 and at most {MAX_TIMEOUT}"
    if not isinstance(value, int | float) or isinstance(value, bool):
        faults.add(field, f"is a {type(value).__name__}", expected)
    elif not 0 < value <= MAX_TIMEOUT:
        faults.add(field, f"is {value:g}", expected)


def what_failed(error: OSError) -> str:
    """What the operating system or TLS found wrong with a connection, in a few words."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate was refused: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS failed: {error.reason or type(error).__name__}"
        case TimeoutError():
            return "it did not answer in time"
        case _:
            return error.strerror or type(error).__name__


@contextmanager
def hung_up_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """Shut down `line` where the block takes longer than `seconds`.

    A timeout of a socket begins anew with every byte that comes; this one does not.

    Raises:
        TimeoutError: The block failed after the time was over.
    """
    late = threading.Event()
    # A twin, because the line itself may be closed and its number be in use for something else.
    with socket.fromfd(line.fileno(), line.family, line.type) as twin:

        def hang_up() -> None:
            late.set()
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception:
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            timer.join()
