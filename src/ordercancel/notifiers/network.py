"""Talking to other machines: names of hosts, time limits, and words for what failed."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address

from ordercancel.domain.faults import Faults

MAX_TIMEOUT = 120
"""The longest timeout of a notifier, in seconds: connecting and all the rest, each as long, end
before the default lease of a relay, 5 minutes."""

_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[\w-]{1,63}\.)*[\w-]{1,63}")


def is_domain(value: object) -> bool:
    """Whether `value` is a domain name, in letters of any script.

    >>> is_domain("example.jp"), is_domain("例え.jp"), is_domain("a..b")
    (True, True, False)
    """
    return isinstance(value, str) and _DOMAIN.fullmatch(value) is not None


def is_host(value: object) -> bool:
    """Whether `value` is an ASCII host name or an IP address."""
    return isinstance(value, str) and value.isascii() and (is_domain(value) or _is_ip(value))


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def check_timeout(faults: Faults, field: str, value: object) -> None:
    """Add a fault unless `value` is a number of seconds above 0 and at most `MAX_TIMEOUT`."""
    expected = f"a number of seconds, more than 0 and at most {MAX_TIMEOUT}"
    if not isinstance(value, int | float) or isinstance(value, bool):
        faults.add(field, f"is a {type(value).__name__}", expected)
    elif not 0 < value <= MAX_TIMEOUT:
        faults.add(field, f"is {value:g}", expected)


def what_failed(error: OSError) -> str:
    """Say in a few words what the operating system or TLS reports about a connection."""
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
def hung_up_after(seconds: float, connection: socket.socket) -> Iterator[None]:
    """Shut down `connection` if the block takes longer than `seconds` in all.

    A socket's own timeout starts again with every byte that arrives; this one does not.

    Raises:
        TimeoutError: The block failed after the time was over.
    """
    is_over = threading.Event()
    # A duplicate: the block may close the connection, and its number may then name another file.
    with socket.fromfd(connection.fileno(), connection.family, connection.type) as duplicate:

        def hang_up() -> None:
            is_over.set()
            with suppress(OSError):
                duplicate.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception:
            if is_over.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
            timer.join()
