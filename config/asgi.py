"""The application for an ASGI server (`make run`, `make push`): REST and `/ws/`."""

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

# The apps must be loaded first.
from core.http.handlers import ASGIApplication  # noqa: E402
from notifications.consumers import PushConsumer  # noqa: E402

rest = ASGIApplication()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "websocket":
        await rest(scope, receive, send)
    elif scope["path"] == "/ws/":
        await PushConsumer(scope, receive, send).serve()
    else:
        await PushConsumer(scope, receive, send).refuse()
