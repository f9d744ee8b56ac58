"""What a browser may do with each kind of page (Content Security Policy): one policy for each.

Whatever isn't a page of its own kind gets `NOTHING`, so an answer of the API that is opened as a
page runs, loads and sends nothing, whatever somebody has put into it.
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
# A file that somebody uploaded, should a browser show it instead of saving it.
FILE: Policy = NOTHING | {"sandbox": True}
# A page with a style of its own and a form that comes back here.
FORM: Policy = NOTHING | {"style-src": [NONCE], "form-action": [SELF]}
# Swagger's icons are in its stylesheet, as data.
SWAGGER: Policy = NOTHING | {
    "script-src": [SELF],
    "style-src": [SELF, NONCE],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
}
# Redoc makes its styles as it runs, and searches in a worker that it makes of a text. Its maker's
# badge is an image from elsewhere, and stays out.
REDOC: Policy = NOTHING | {
    "script-src": [SELF],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "worker-src": ["blob:"],
}
# The admin's look is made with Alpine.js, which evaluates what its attributes say, and its colours
# and widths are inline styles. No script is inline.
ADMIN: Policy = NOTHING | {
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
}
# No page here needs any of them, and no page in a frame gets them.
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
    """`@under(FORM)`: the answer is sent with this policy."""

    def decorate(view: Callable[Arguments, Response]) -> Callable[Arguments, Response]:
        @wraps(view)
        def answer(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Response:
            response = view(*args, **kwargs)
            response._csp_config = policy  # type: ignore[attr-defined]  # where the library looks
            return response

        return answer

    return decorate


class PageCSPMiddleware(CSPMiddleware):
    """Sends each answer with its policy, and with what no page here may use."""

    # Made once, since nearly every answer has it.
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
