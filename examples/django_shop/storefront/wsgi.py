"""For servers such as gunicorn: ``gunicorn storefront.wsgi``, in the folder of ``manage.py``."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
application = get_wsgi_application()
