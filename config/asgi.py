"""The application for an ASGI server: what `make run` serves."""

import os

import django

from core.handlers import ASGIApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
application = ASGIApplication()
