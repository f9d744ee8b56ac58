"""Is the process alive, and can it serve? Asked by load balancers, without a token."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import APIError, declare
from core.views import ActionViewSet, Answer

NOT_READY = declare("not_ready", 503, "Not ready to serve: {reason}.")


class HealthObject(TypedDict):
    """A server that is well."""

    status: Literal["ok"]
    checks: NotRequired[Annotated[dict[str, str], "What was looked at, and how it is."]]


class HealthViewSet(ActionViewSet):
    tag = "Health"
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    answers = {"alive": Answer(HealthObject), "ready": Answer(HealthObject)}
    errors = {"ready": [NOT_READY]}

    def alive(self, request: Request) -> Response:
        """Does the process live?"""
        return self.answer({"status": "ok"})

    def ready(self, request: Request) -> Response:
        """Can the server serve?

        The database answers, and every migration is applied.
        """
        try:
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except Error:
            raise APIError(NOT_READY, reason="the database can't be reached") from None
        if waiting:
            raise APIError(NOT_READY, reason=f"{len(waiting)} migrations are not applied")
        return self.answer({"status": "ok", "checks": {"database": "ok", "migrations": "ok"}})
