"""Ids in addresses, and the answers of addresses that don't exist."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import register_converter, resolve
from django.views.decorators.csrf import csrf_exempt
from rest_framework.routers import SimpleRouter

from core.api.error_handling import envelope
from core.api.fields import MAX_ID
from core.errors import UNKNOWN_ADDRESS, APIError, declare

UPGRADE_REQUIRED = declare(
    "upgrade_required",
    426,
    "Open this address as a WebSocket, with the subprotocols 'bearer' and your access token.",
)


class IdConverter:
    """The id of a row; a number that no database integer can hold doesn't match."""

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
    """Return DRF's router without regular expressions, so that it uses the `id` converter."""
    return SimpleRouter(use_regex_path=False)


@csrf_exempt  # as below
def for_sockets_only(request: HttpRequest) -> HttpResponse:
    """Answer 426 to plain HTTP at the address of the WebSocket."""
    return envelope(APIError(UPGRADE_REQUIRED, headers={"Upgrade": "websocket"}))


@csrf_exempt  # a POST to an unknown address gets a 404, not a message about cookies
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer 404 for every address that no other pattern matches."""
    error = APIError(UNKNOWN_ADDRESS)
    if resolve(slashed := f"{request.path_info}/").func is not nothing_here:
        error.sentence = f"This address doesn't exist; did you mean {slashed} ?"
    return envelope(error)
