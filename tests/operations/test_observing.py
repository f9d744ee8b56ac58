"""What an operator sees of a production server: its log, its metrics, and the events at Sentry; and
what none of these may contain."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from tests.operations.scenario import METRICS_TOKEN, WEBHOOK_SECRET, Scenario
from tests.support.fake_sentry import FakeSentry
from tests.support.fake_zoom import FakeZoom
from tests.support.mail_server import MailServer
from tests.support.server import Server
from tests.support.waiting import until


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The end of the scenario: the server, its log as objects, its metrics, and Sentry's events."""
    with FakeZoom() as zoom, FakeSentry() as sentry, MailServer() as mails:
        environment = zoom.environment | {
            "DEBUG": "0",
            "SECURE_SSL_REDIRECT": "0",
            "SECRET_KEY": "a-key-for-this-test-only-" * 3,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DEMO_DATA": "0",
            "EMBEDDED_SCHEDULER": "0",
            "EMAIL_URL": f"smtp://127.0.0.1:{mails.port}",
            "ZOOM_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "METRICS_TOKEN": METRICS_TOKEN,
            "SENTRY_DSN": sentry.dsn,
            "LOG_LEVEL": "debug",
            "DJANGO_SETTINGS_MODULE": "tests.operations.troubled_settings",
        }
        with Server(tmp_path_factory.mktemp("observed"), environment) as server:
            scenario = Scenario(server, zoom, mails)
            scenario.run()
            until(lambda: len(sentry.events) >= 3)
            metrics = server.call("GET", "/metrics", METRICS_TOKEN).text
            until(lambda: '"event":"socket closed"' in server.log)
            lines = [json.loads(each) for each in server.log.splitlines() if each.startswith("{")]
            yield SimpleNamespace(
                scenario=scenario,
                server=server,
                lines=lines,
                sentry=sentry,
                zoom=zoom,
                metrics=metrics,
            )


def lines_of(seen, request_id: str) -> list[dict[str, Any]]:
    return [each for each in seen.lines if each.get("request_id") == request_id]


def test_no_secret_and_nothing_personal_is_in_any_line(seen):
    assert len(seen.scenario.secrets) > 20
    assert len(seen.lines) > 30
    assert [secret for secret in seen.scenario.secrets if secret in seen.server.log] == []
    assert "?" not in "".join(each.get("route", "") for each in seen.lines)


def test_every_line_after_the_welcome_is_an_object(seen):
    welcome, objects = seen.server.log.split("Ctrl-C stops the server.")

    assert "API" in welcome
    assert [line for line in objects.splitlines() if line and not line.startswith("{")] == []


def test_at_level_debug_only_our_own_code_logs_at_debug(seen):
    """Libraries would log SQL with its values, frames and addresses."""
    loggers = {each["logger"] for each in seen.lines if each["level"] == "debug"}

    assert loggers == {"operations.scheduler", "core.requests"}


def test_each_request_has_one_line_with_its_route_person_time_and_queries(seen):
    mine = {"X-Request-ID": "me-1"}
    assert seen.server.call("GET", "/api/auth/me/", seen.scenario.ada, headers=mine).ok
    [logged] = [json.loads(line) for line in seen.server.log.splitlines() if '"me-1"' in line]

    assert (logged["event"], logged["route"], logged["status"]) == (
        "request",
        "GET /api/auth/me/",
        200,
    )
    assert (logged["queries"], logged["user"], logged["level"]) == (1, 2, "info")
    assert 0 < logged["duration_ms"] < 10_000
    assert logged.keys() == {
        *("timestamp", "level", "logger", "event", "request_id", "user"),
        *("route", "status", "duration_ms", "queries"),
    }


def test_a_line_has_the_route_of_a_request_and_never_its_path(seen):
    routes = {each["route"] for each in seen.lines if each["event"] == "request"}

    assert "POST /v1/sessions/<id:pk>/start/" in routes
    assert "GET -" in routes  # an address that doesn't exist
    assert [route for route in routes if re.search(r"\d", route.replace("v1", ""))] == []


def test_the_line_of_a_request_without_a_token_has_no_user(seen):
    signing_in = [each for each in seen.lines if each.get("route") == "POST /api/auth/token/"]

    assert len(signing_in) >= 2
    assert [each for each in signing_in if "user" in each] == []


def test_an_error_is_logged_with_its_traceback_and_the_id_of_its_request(seen):
    error, request = lines_of(seen, "trouble-1")  # one error: Django doesn't log it again

    assert (error["level"], request["status"]) == ("error", 500)
    assert "RuntimeError: no mail to [redacted]" in error["exception"]
    assert "troubled_urls.py" in error["exception"]
    assert error["route"] == request["route"] == "GET /trouble/<str:token>/"
    assert error["user"] == request["user"] == 2


def test_only_the_first_line_of_a_database_error_is_logged(seen):
    error, _ = lines_of(seen, "trouble-2")

    assert error["exception"].count("IntegrityError: duplicate key\n") == 1
    assert error["exception"].count("UniqueViolation: duplicate key\n") == 1
    assert "DETAIL" not in error["exception"]


def test_a_request_passes_its_id_to_zoom_and_to_the_lines_of_that_call(seen):
    ids = {each.headers.get("x-request-id") for each in seen.zoom.asked("create")}

    assert ids == {"start-failed", "start-1"}
    assert "Zoom refused a meeting" in lines_of(seen, "start-failed")[0]["event"]


def test_a_socket_has_one_line_when_it_opens_and_one_when_it_closes(seen):
    opened, closed = lines_of(seen, "socket-1")

    assert (opened["event"], closed["event"]) == ("socket opened", "socket closed")
    assert opened["user"] == closed["user"] == 2
    assert closed["code"] is None  # the client closed it


def test_a_job_has_its_own_id_and_logs_what_it_did(seen):
    jobs = {each["job"]: each for each in seen.lines if each["event"] == "job"}
    [failed] = [each for each in seen.lines if each["event"].startswith("Try 1 of mail.Mail")]

    assert jobs["send_mails"]["rows"] >= 1
    assert len({each["request_id"] for each in jobs.values()}) == len(jobs) > 10
    assert failed["request_id"] == jobs["send_mails"]["request_id"]
    assert "SMTPRecipientsRefused" in failed["exception"]


def test_sentry_receives_the_error_and_its_request_and_no_secret(seen):
    labelled = {event["tags"].get("request_id"): event for event in seen.sentry.events}
    received = "".join(seen.sentry.raw)

    event = labelled["trouble-1"]
    assert event["exception"]["values"][-1]["type"] == "RuntimeError"
    assert event["user"] == {"id": 2}
    assert event["tags"]["route"] == "GET /trouble/<str:token>/"
    assert event["environment"] == "production"
    assert labelled["trouble-2"]["exception"]["values"][-1]["value"] == "duplicate key"
    assert [secret for secret in seen.scenario.secrets if secret in received] == []
    assert "127.0.0.1" not in received.replace(seen.sentry.dsn, "")


@pytest.mark.parametrize(
    "metric",
    [
        'http_requests_total{method="POST",route="/api/auth/token/",status="4xx"} 1.0',
        'http_requests_total{method="GET",route="/trouble/<str:token>/",status="5xx"} 1.0',
        'http_request_seconds_count{method="GET",route="/api/auth/me/"} 1.0',
        'http_request_queries_sum{method="GET",route="/api/auth/me/"} 1.0',
        'acts_total{act="start_one_on_one",outcome="done"} 1.0',
        'acts_total{act="start_one_on_one",outcome="zoom_failed"} 1.0',
        'calls_total{operation="create_meeting",outcome="zoom_failed",service="zoom"} 1.0',
        'calls_total{operation="create_meeting",outcome="ok",service="zoom"} 1.0',
        'call_seconds_count{operation="fetch_token",service="zoom"} 1.0',
        'calls_total{operation="send",outcome="failed",service="mail"} 1.0',
        'jobs_total{job="send_mails",outcome="ok"} 1.0',
        'job_seconds_count{job="expire_sessions"} 1.0',
        'pushes_total{outcome="handed_over"}',
        "sockets_open 0.0",
    ],
)
def test_the_metrics_count_what_has_happened(seen, metric):
    assert f"\ntutoring_{metric}" in seen.metrics


def test_the_metrics_need_their_token(seen):
    for token in ("", "a-wrong-one-for-prometheus", seen.scenario.ada):
        answer = seen.server.call("GET", "/metrics", token)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    basic = {"Authorization": f"Basic {METRICS_TOKEN}"}
    assert seen.server.call("GET", "/metrics", headers=basic).status_code == 401
    assert seen.server.call("POST", "/metrics", METRICS_TOKEN).status_code == 405
    assert (
        seen.server.call("GET", "/metrics", METRICS_TOKEN)
        .headers["Content-Type"]
        .startswith("text/plain")
    )


def test_no_metric_has_an_id_or_a_path_in_its_labels(seen):
    labels = set(re.findall(r'(\w+)="([^"]*)"', seen.metrics))

    assert len(labels) > 50
    assert [value for name, value in labels if name == "route" and re.search(r"/\d", value)] == []
    assert [secret for secret in seen.scenario.secrets if secret in seen.metrics] == []
