"""A production server with only the required settings, over real HTTP, with and without a proxy
that terminates TLS."""

from __future__ import annotations

import importlib
import re
import sys

import pytest

from core.http import csp
from tests.support.server import Server

HOST = "learn.example.org"
METRICS_TOKEN = "a-token-for-prometheus-only"
PUBLIC = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "a-key-for-this-test-only-" * 3,
    "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
    "PUBLIC_URL": f"https://{HOST}:8443",
    "NUM_PROXIES": "1",
    "DEMO_DATA": "0",
    "METRICS_TOKEN": METRICS_TOKEN,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("production"), PRODUCTION) as running:
        yield running


def through_proxy(server, method, path, **kwargs):
    headers = PUBLIC | kwargs.pop("headers", {})
    return server.call(method, path, headers=headers, allow_redirects=False, **kwargs)


@pytest.mark.parametrize("path", ["/", "/api/docs/", "/api/sessions/?page=2", "/admin/login/"])
def test_plain_http_is_redirected_to_https(server, path):
    answer = server.call("GET", path, headers={"Host": HOST}, allow_redirects=False)

    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{HOST}{path}"


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {}),
        ("DELETE", {}),
        ("GET", {"Authorization": "Bearer x"}),
        ("POST", {"Origin": "https://app.example.org"}),
    ],
)
def test_tokens_and_bodies_over_plain_http_are_refused_and_not_redirected(server, method, headers):
    answer = server.call(method, "/api/auth/me/", headers=headers, allow_redirects=False)

    assert answer.status_code == 403
    assert answer.json()["code"] == "https_required"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_checks_work_over_plain_http(server, path):
    assert server.call("GET", path, allow_redirects=False).status_code == 200


def test_every_answer_has_the_security_headers(server):
    answer = through_proxy(server, "GET", "/api/sessions/")

    assert answer.status_code == 401
    assert answer.headers["Strict-Transport-Security"] == "max-age=2592000"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Permissions-Policy"] == csp.PERMISSIONS


def policy_of(answer):
    """Return the content security policy as a dict of directives."""
    header = answer.headers["Content-Security-Policy"]
    return dict(part.strip().partition(" ")[::2] for part in header.split(";"))


NOTHING = dict.fromkeys(csp.NOTHING, "'none'")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/sessions/", 401), ("/nowhere/", 404), ("/healthz", 200), ("/api/schema/", 200)],
)
def test_an_answer_that_is_not_a_page_has_the_strictest_policy(server, path, status):
    answer = through_proxy(server, "GET", path)

    assert answer.status_code == status
    assert policy_of(answer) == NOTHING


@pytest.mark.parametrize("path", ["/admin/login/", "/api/docs/", "/api/redoc/"])
def test_a_page_runs_only_scripts_of_this_server_and_no_inline_ones(server, path):
    policy = policy_of(through_proxy(server, "GET", path))

    assert set(policy["script-src"].split()) <= {"'self'", "'unsafe-eval'"}
    assert ("'unsafe-eval'" in policy["script-src"]) is path.startswith("/admin/")
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"


def test_a_forged_host_is_ignored_or_refused(server):
    forged = {"X-Forwarded-Host": "evil.example"}
    answer = through_proxy(server, "GET", "/api/docs", headers=forged)
    assert "evil.example" not in answer.text + str(answer.headers)

    refused = through_proxy(server, "GET", "/api/docs/", headers={"Host": "evil.example"})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [("/healthz", 200), ("/readyz", 200), ("/metrics", 200), ("/api/docs/", 400)],
)
def test_only_health_checks_and_metrics_answer_under_any_host(server, path, status):
    answer = server.call("GET", path, METRICS_TOKEN, headers={"Host": "10.0.0.5:8000"})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [(f"https://{HOST}", 200), (f"https://{HOST}:8443", 200), ("https://evil.example", 403)],
)
def test_the_admins_forms_are_accepted_only_from_its_own_pages(server, origin, status):
    """Behind TLS, and behind a proxy that doesn't pass on the port."""
    page = through_proxy(server, "GET", "/admin/login/")
    cookie = page.headers["Set-Cookie"]
    assert re.match(r"__Host-csrftoken=.*; HttpOnly; .*; Path=/; SameSite=Lax; Secure$", cookie)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text).group(1)

    answer = through_proxy(
        server,
        "POST",
        "/admin/login/",
        headers={"Origin": origin, "Cookie": cookie.split(";")[0]},
        data={"csrfmiddlewaretoken": token, "username": "nobody", "password": "wrong"},
    )

    assert answer.status_code == status


def test_without_proxies_the_forwarded_protocol_is_ignored(monkeypatch):
    settings = read_settings(monkeypatch, PRODUCTION | {"NUM_PROXIES": "0"})

    assert not hasattr(settings, "SECURE_PROXY_SSL_HEADER")
    assert settings.SECURE_SSL_REDIRECT
    assert settings.SESSION_COOKIE_SECURE


def test_the_redirect_can_be_left_to_a_proxy(monkeypatch):
    environment = PRODUCTION | {"SECURE_SSL_REDIRECT": "0", "SECURE_HSTS_SECONDS": "0"}
    settings = read_settings(monkeypatch, environment)

    assert not settings.SECURE_SSL_REDIRECT
    assert settings.SECURE_HSTS_SECONDS == 0


def read_settings(monkeypatch, environment):
    """Return the settings that a process with this environment reads."""
    for module in [name for name in sys.modules if name.startswith("config.settings")]:
        monkeypatch.delitem(sys.modules, module)  # so that it is read again
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return importlib.import_module("config.settings")
