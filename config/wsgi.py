"""The application for a WSGI server."""

import os

import django

from core.handlers import WSGIApplication

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
application = WSGIApplication()
