"""Ids in addresses, and what answers where there is nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import register_converter, resolve
from django.views.decorators.csrf import csrf_exempt
from rest_framework.routers import SimpleRouter

from core.errors import UNKNOWN_ADDRESS, APIError, declare, envelope
from core.fields import MAX_ID

UPGRADE_REQUIRED = declare(
    "upgrade_required",
    426,
    "Open this address as a WebSocket, with the subprotocols 'bearer' and your access token.",
)


class IdConverter:
    """A row's id; what no database integer can hold is an address where there is nothing."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > MAX_ID:
            raise ValueError
        return number

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")


def router() -> SimpleRouter:
    """DRF's router with ids in its addresses, in the order in which actions are declared."""
    return SimpleRouter(use_regex_path=False)


@csrf_exempt  # as below
def for_sockets_only(request: HttpRequest) -> HttpResponse:
    """426 for plain HTTP where a WebSocket is served."""
    return envelope(APIError(UPGRADE_REQUIRED, headers={"Upgrade": "websocket"}))


@csrf_exempt  # a POST to nowhere is a 404, not a lesson about cookies
def nothing_here(request: HttpRequest) -> HttpResponse:
    """404 for every address that no other pattern took."""
    error = APIError(UNKNOWN_ADDRESS)
    if resolve(slashed := f"{request.path_info}/").func is not nothing_here:
        error.sentence = f"There is nothing at this address; did you mean {slashed} ?"
    return envelope(error)
