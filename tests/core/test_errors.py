"""Every kind of error is answered in the envelope (contract C4), with the headers that its status
requires and a request id."""

import json
import re

import pytest
from django.urls import include, path
from rest_framework.test import APIClient
from rest_framework.views import APIView

from core import errors
from core.api import error_handling
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db


class ExplodingView(APIView):
    permission_classes = []

    def get(self, request, where):
        raise ZeroDivisionError("a secret detail")


def exploding_function(request):
    raise ZeroDivisionError("a secret detail")


urlpatterns = [
    path("explodes/<str:where>/", ExplodingView.as_view()),
    path("explodes/", exploding_function),
    path("", include("config.urls")),
]


@pytest.mark.parametrize("debug", [False, True], ids=["DEBUG=0", "DEBUG=1"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "BREW"])
@pytest.mark.parametrize(
    "address",
    [
        "/nowhere",
        "/api/",
        "/api/sessions/x/",
        "/api/sessions/-1/",
        "/api/sessions/٣/",
        f"/api/sessions/{10**40}/",
        "/api/\0/",
        "/api/sessions/1\n/",
        "/api/\\..\\sessions/",
        "/api/../api/sessions/",
        "//api/sessions/",
        "/api//sessions/",
        "/api/%",
        "/api/{0}/",
        "/api/" + "a" * 9000,
        "/static/\0",
        "/static/../manage.py",
        "/static//etc/passwd",
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_an_unknown_address_is_a_404(settings, debug, method, address):
    settings.DEBUG = debug
    client = APIClient(raise_request_exception=False)

    answer = client.generic(method, "/", PATH_INFO=address.encode().decode("latin-1"))

    refused(answer, 404, "unknown_address")


def test_an_escape_that_is_not_utf_8_is_a_404(api):
    refused(api().get("/api/%ff%fe/"), 404, "unknown_address")


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head", "options"])
@pytest.mark.parametrize("address", ["/api/sessions", "/api/sessions/1/join", "/api/auth/token"])
def test_an_address_without_a_trailing_slash_names_the_right_one(api, method, address):
    answer = getattr(api(), method)(address)

    if method == "head":
        assert (answer.status_code, answer.content) == (404, b"")
    else:
        assert f"{address}/ ?" in refused(answer, 404, "unknown_address")["error"]


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("DELETE", "/api/sessions/", {"GET", "POST"}),
        ("POST", "/api/sessions/my_sessions/", {"GET"}),
        ("GET", "/api/sessions/1/join/", {"POST"}),
        ("PUT", "/api/auth/me/", {"GET", "PATCH"}),
        ("BREW", "/api/auth/me/", {"GET", "PATCH"}),
        ("TRACE", "/api/auth/me/", {"GET", "PATCH"}),
        ("POST", "/api/schema/", {"GET"}),
        ("POST", "/healthz", {"GET"}),
    ],
)
def test_a_wrong_method_is_a_405_that_lists_the_allowed_ones(
    api, student, method, address, allowed
):
    answer = api(student).generic(method, address)

    assert method in refused(answer, 405, "method_not_allowed")["error"]
    named = set(answer["Allow"].split(", "))
    assert allowed <= named <= allowed | {"HEAD", "OPTIONS"}


def test_options_without_cors_is_a_405(api, student):
    answer = api(student).options("/api/sessions/")

    refused(answer, 405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_head_has_the_headers_of_get_and_no_body(api, student, session):
    session()
    client = api(student)
    got, answer = client.get("/api/sessions/"), client.head("/api/sessions/")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Length"] == got["Content-Length"]


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer x.y.z",
        "Basic c2FtOnBhc3M=",
        "Bearer \xff",
        "Bearer " + "W1tb" * 5000 + ".e30.aa",
    ],
)
def test_a_missing_or_invalid_token_is_a_401_that_names_the_scheme(api, authorization):
    headers = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    answer = api().get("/api/sessions/", **headers)

    refused(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_forbidden_action_is_a_403(api, student):
    body = {"booking_mode": "instant"}
    refused(api(student).post("/api/sessions/", body), 403, "not_instructor")


def test_a_row_that_does_not_exist_is_a_404(api, student):
    refused(api(student).get("/api/sessions/4711/"), 404, "not_found")
    refused(api(student).get(f"/api/sessions/{2**63 - 1}/"), 404, "not_found")


def test_the_api_needs_no_csrf_token():
    client = APIClient(enforce_csrf_checks=True)
    refused(client.post("/api/auth/token/", {}), 400, "validation_error")
    refused(client.post("/api/nowhere/", {}), 404, "unknown_address")


def test_too_many_requests_is_a_429_that_says_when_to_try_again(api, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"anonymous": "1/minute"}
    api().get("/api/schema/")
    answer = api().get("/api/schema/")

    body = refused(answer, 429, "too_many_requests")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["Retry-After"] in body["error"]


@pytest.mark.parametrize("debug", [False, True], ids=["DEBUG=0", "DEBUG=1"])
@pytest.mark.parametrize("address", ["/explodes/", "/explodes/inside-the-api/"])
@pytest.mark.urls(__name__)
def test_an_unexpected_exception_is_a_500_that_reveals_nothing(api, settings, debug, address):
    settings.DEBUG = debug
    answer = api().get(address)

    refused(answer, 500, "server_error")
    assert b"secret" not in answer.content


@pytest.mark.parametrize("debug", [False, True], ids=["DEBUG=0", "DEBUG=1"])
@pytest.mark.parametrize("host", ["evil.example", "a b", "127.0.0.1/x", "[::1", "\xff", "x" * 999])
def test_a_foreign_or_broken_host_is_a_400(api, settings, debug, host):
    settings.DEBUG, settings.ALLOWED_HOSTS = debug, ["testserver"]
    refused(api().get("/api/sessions/", HTTP_HOST=host), 400, "bad_request")


@pytest.mark.parametrize("debug", [False, True], ids=["DEBUG=0", "DEBUG=1"])
def test_too_many_query_parameters_are_a_400(api, student, settings, debug):
    settings.DEBUG = debug
    answer = api(student).get("/api/sessions/?" + "a=1&" * 1001)
    refused(answer, 400, "bad_request")


def test_a_range_beyond_the_end_of_a_static_file_is_a_416(api, settings):
    settings.WHITENOISE_USE_FINDERS = True
    file = "/static/drf_spectacular_sidecar/redoc/bundles/redoc.standalone.js"
    refused(api().get(file, HTTP_RANGE="bytes=999999999-"), 416, "bad_request")


@pytest.mark.parametrize("address", ["/api/sessions/", "/nowhere", "/healthz"])
def test_a_request_id_is_returned_with_every_answer(api, address):
    answer = api().get(address, HTTP_X_REQUEST_ID="trace-4f.2_1")
    assert answer["X-Request-ID"] == "trace-4f.2_1"


@pytest.mark.parametrize("invalid", [None, "", "a b", "é", "<script>", "x" * 129, "a;b", "a\tb"])
def test_a_missing_or_invalid_request_id_is_replaced_by_a_new_one(api, invalid):
    headers = {} if invalid is None else {"HTTP_X_REQUEST_ID": invalid}
    made = {api().get("/api/sessions/", **headers)["X-Request-ID"] for _ in range(2)}

    assert len(made) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in made)


def test_each_code_is_declared_once_with_a_sentence():
    for name, code in errors.REGISTRY.items():
        assert name == code.code
        assert re.fullmatch("[a-z]+(_[a-z]+)*", name)
        assert 400 <= code.status <= 599
        assert code.sentence[0].isupper()
        assert code.sentence.endswith(".")
    with pytest.raises(ValueError, match="twice"):
        errors.declare("not_found", 404, "Again.")


def test_nested_field_errors_become_sentences_of_their_field():
    detail = {"people": [{"name": ["This field is required."]}, {}], "x": "Wrong."}
    flat = error_handling.flatten(detail)

    assert flat == {"people": ["People is required."], "x": ["Wrong."]}
    assert error_handling.flatten(["Wrong."]) == {"non_field_errors": ["Wrong."]}
    assert json.loads(error_handling.envelope(errors.invalid("x", "No.")).content)["fields"] == {
        "x": ["No."]
    }
