"""The middleware of every request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware

from core.api.error_handling import BY_STATUS, envelope
from core.api.uploads import refused_unread
from core.errors import BAD_REQUEST, SERVER_ERROR, APIError, declare

HTTPS_REQUIRED = declare(
    "https_required",
    403,
    "Use https:// here. The request that you just sent could be read on its way: change any "
    "password or token in it.",
)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ErrorEnvelopeMiddleware:
    """Turns errors that don't come from the API's views into JSON: Django's 400, 404 and 500
    pages, with `DEBUG` on or off, and refusals of other middleware.

    The admin keeps its HTML pages, since people read them in a browser.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            response.status_code < 400
            or response.get("Content-Type", "").startswith("application/json")
            or request.path_info.startswith("/admin/")
        ):
            return response
        return self.enveloped(request, response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an `APIError` from a page of the admin, such as a password that can't be
        hashed."""
        return envelope(exception) if isinstance(exception, APIError) else None

    def enveloped(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
        others = BAD_REQUEST if response.status_code < 500 else SERVER_ERROR
        code = BY_STATUS.get(response.status_code, others)
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        error = APIError(code, method=request.method, limit=limit, wait=60)
        error.status = response.status_code
        answer = envelope(error)
        for name, value in response.items():
            if not name.lower().startswith("content-"):
                answer[name] = value
        return answer


class HttpsMiddleware:
    """Refuses bodies and tokens over plain HTTP, where Django would redirect them.

    A redirected POST becomes a GET without its body, and a client that follows redirects would
    send its token unencrypted each time, unnoticed. Other requests are redirected by Django.
    """

    SAFE = {"GET", "HEAD", "OPTIONS"}

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.security = SecurityMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        exposed = request.method not in self.SAFE or "Authorization" in request.headers
        if exposed and self.security.process_request(request) is not None:
            return self.security.process_response(request, envelope(APIError(HTTPS_REQUIRED)))
        return self.get_response(request)


class HostMiddleware(CommonMiddleware):
    """Refuses hosts that aren't in `ALLOWED_HOSTS`, except for load balancers and Prometheus: they
    use a server's IP address, and their answers contain no links."""

    ANY_HOST = {"/healthz", "/readyz", "/metrics"}

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        if request.path_info in self.ANY_HOST:
            return None
        return super().process_request(request)


class CookieMiddleware:
    """Removes cookies with a backslash before they are parsed.

    No cookie of this site has one. In Python before 3.11.10 and 3.12.6, parsing takes time that is
    quadratic in their number (CVE-2024-7592).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent = request.META.get("HTTP_COOKIE", "")
        if "\\" in sent:
            kept = [cookie for cookie in sent.split(";") if "\\" not in cookie]
            request.META["HTTP_COOKIE"] = ";".join(kept)
        return self.get_response(request)


class ContentLengthMiddleware:
    """Refuses bodies that are chunked or larger than any limit."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        headers = {name.lower(): value for name, value in request.headers.items()}
        error = refused_unread(headers)
        return envelope(error) if error else self.get_response(request)
