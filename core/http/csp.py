"""The Content Security Policies: one for each kind of page.

All other answers get `NOTHING`, so an answer of the API that is opened as a page can't run, load or
send anything, whatever it contains.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from csp.constants import HEADER, NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Arguments = ParamSpec("Arguments")
Response = TypeVar("Response", bound=HttpResponseBase)
Policy = dict[str, Any]

NOTHING: Policy = {
    "default-src": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
}
# An uploaded file, in case a browser shows it instead of saving it.
FILE: Policy = NOTHING | {"sandbox": True}
# A page with its own style and a form that is sent to this server.
FORM: Policy = NOTHING | {"style-src": [NONCE], "form-action": [SELF]}
# Swagger's icons are `data:` URLs in its stylesheet.
SWAGGER: Policy = NOTHING | {
    "script-src": [SELF],
    "style-src": [SELF, NONCE],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
}
# Redoc creates its styles at run time, and searches in a worker made from a blob. Its vendor's
# badge, an image from another site, is blocked.
REDOC: Policy = NOTHING | {
    "script-src": [SELF],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "worker-src": ["blob:"],
}
# The admin uses Alpine.js, which evaluates the text of attributes, and has inline styles for
# colours and widths. No script is inline.
ADMIN: Policy = NOTHING | {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
}
# No page here needs any of these features, so they are off, also for pages in frames.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "usb"),
    )
)


def with_policy(
    policy: Policy,
) -> Callable[[Callable[Arguments, Response]], Callable[Arguments, Response]]:
    """Return a decorator, as in `@with_policy(FORM)`, that sends a view's answer with this
    policy."""

    def decorate(view: Callable[Arguments, Response]) -> Callable[Arguments, Response]:
        @wraps(view)
        def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
            response = view(*args, **kwargs)
            response._csp_config = policy  # type: ignore[attr-defined]  # where the library looks
            return response

        return answer

    return decorate


class PageCSPMiddleware(CSPMiddleware):
    """Sends each answer with its policy, and with the list of forbidden browser features."""

    # Built once, since nearly every answer has it.
    PLAIN = build_policy(NOTHING)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if request.path_info.startswith("/admin/"):
            response._csp_config = ADMIN  # type: ignore[attr-defined]  # as above
        if hasattr(response, "_csp_config"):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.PLAIN)
        return response
