"""At home in Django: an app for ``INSTALLED_APPS``, and a store on Django's own connection.

Needs the extra ``ordercancel[django]``. What is done with `DjangoStore` commits with the host's
``transaction.atomic()``, and Django sees every query.
"""

try:
    import django as _django  # noqa: F401 - here, for an error that names the extra
except ImportError as error:  # pragma: no cover - tested in a process without Django
    raise ImportError("ordercancel.contrib.django needs the extra ordercancel[django]") from error

from ordercancel.contrib.django.conf import service
from ordercancel.contrib.django.store import DjangoStore

__all__ = ["DjangoStore", "service"]
