"""The application for a WSGI server."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from core.http.handlers import WSGIApplication  # noqa: E402  # the settings must be loaded first

application = WSGIApplication()
