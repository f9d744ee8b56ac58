"""Log lines: what is redacted in them, and which request and user they name."""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import structlog
from django.db import IntegrityError, transaction

from accounts.models import User
from core.deadline import WatchedPools, Workers
from core.observability import logs
from core.observability.redaction import redact, redacted
from materials.storages.cloud import connections

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoxfQ.c2lnbmF0dXJl-_"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no mail to ada.byron+x@mail.example.org!", "no mail to [redacted]"),
        ("GET /users/ada%40example.org/meetings", "GET /users/[redacted]/meetings"),
        (
            "{'ada@example.org': (550, b'<ada@example.org>')}",
            "{'[redacted]': (550, b'<[redacted]>')}",
        ),
        (f"subprotocols bearer, {JWT}", "subprotocols bearer, [redacted]"),
        ("Authorization: Basic YWRhOnBhc3N3b3Jk", "Authorization: [redacted] [redacted]"),
        ("sent Bearer abcdefghijklmnop to it", "sent Bearer [redacted] to it"),
        ("postgres://ada:pass@db.example/x", "postgres://[redacted]@db.example/x"),
        ("/files/3/?expires=9&signature=abc is gone", "/files/3/?[redacted] is gone"),
        ("https://us05web.zoom.us/j/851?pwd=x in", "[redacted] in"),
        ('{"password": "two words", "n": 1}', '{"password": [redacted], "n": 1}'),
        ("client_secret=abc&grant=x", "client_secret=[redacted]&grant=x"),
        ("Key (email)=(ada) exists", "Key (email)=([redacted]) exists"),
        ("MTI:1tK3xY:Fh4YyPQ2k9vBq0cJw8mXn3sLr5tVu7zA1dEgHiKoPqR", "[redacted]"),
    ],
)
def test_secrets_and_personal_data_are_redacted(text, expected):
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Zoom's answer has no token.",
        "The job send_mails failed.",
        "Try 1 of mail.Mail 7 failed: SMTPRecipientsRefused",
        "GET /api/sessions/<id:pk>/join/",
        "Did it work? Yes: 12:30:05, at http://localhost:8000/api/docs/",
    ],
)
def test_other_text_is_unchanged(text):
    assert redact(text) == text


@pytest.mark.parametrize("part", ["a", "9", "-a", "%", "token", "-token", "a:", "://", "%40", "a="])
def test_redaction_takes_linear_time(part):
    """A `Host` header of the maximum length, 8,000 characters, once took ten seconds."""
    text, started = part * (8_000 // len(part)), time.process_time()
    redact(text)

    assert time.process_time() - started < 0.3


def test_everything_under_secret_keys_is_redacted_at_any_depth():
    assert redacted({"a": [{"refresh_token": "x", "n": 1}], "Cookie": ["y"], "told": ("z",)}) == {
        "a": [{"refresh_token": "[redacted]", "n": 1}],
        "Cookie": ["[redacted]"],
        "told": ["z"],
    }


@pytest.fixture
def lines():
    """`lines()`: the lines logged so far, as parsed JSON objects."""
    out, handler = io.StringIO(), logging.StreamHandler()
    handler.setStream(out)
    handler.setFormatter(logs.json_formatter())
    handler.addFilter(logs.RedactArguments())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_an_exception_is_logged_with_the_first_lines_of_its_chain_and_group(lines):
    row = "some" + "body"  # not literally in the source, which the traceback shows
    try:
        try:
            raise ValueError(f"first\n{row}")
        except ValueError as error:
            raise ExceptionGroup("some", [KeyError("x\ny"), OSError()]) from error
    except ExceptionGroup:
        logging.getLogger("core.x").exception("It broke: %s", RuntimeError("shown\nhidden"))

    [line] = lines()
    assert line["event"] == "It broke: shown"
    shown = [each for each in line["exception"].splitlines() if "File" not in each]
    assert "ValueError: first" in shown
    assert "  | KeyError: 'x\\ny'" in shown
    assert "  | OSError: OSError" in shown
    assert "somebody" not in line["exception"]
    assert line["exception"].index("ValueError") < line["exception"].index("ExceptionGroup")


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_row_in_an_error_of_postgresql_is_not_logged(lines):
    User.objects.create_user("ada", "ada@example.org")
    name = "Augusta"  # not literally in the failing line, which the traceback shows
    with pytest.raises(IntegrityError, match=name) as failure, transaction.atomic():
        User.objects.update(username=None, first_name=name)

    error = failure.value
    logging.getLogger("core.x").error("It broke: %s", error, exc_info=error)

    [line] = lines()
    assert "violates not-null constraint" in line["event"]
    assert "violates not-null constraint" in line["exception"]
    assert [word for word in (name, "ada@example") if word in json.dumps(line)] == []


@pytest.mark.django_db
def test_the_context_of_log_lines_ends_with_the_request(api, student, lines):
    """A thread of a WSGI server serves one person after another."""
    api(student).get("/api/auth/me/")
    api().get("/api/sessions/")

    mine, anonymous = [line for line in lines() if line["event"] == "request"]
    assert mine["user"] == student.pk
    assert "user" not in anonymous
    assert mine["request_id"] != anonymous["request_id"]
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.django_db
def test_requests_to_the_admin_are_logged_with_the_staff_user(client, person, lines):
    staff = person("root", is_staff=True, is_superuser=True)
    client.force_login(staff)

    assert client.get("/admin/").status_code == 200

    assert [line["user"] for line in lines() if line.get("route") == "GET /admin/"] == [staff.pk]


def test_a_line_can_be_formatted_as_text(caplog):
    record = logging.LogRecord(
        "zoom", logging.INFO, "", 0, "mail to %s", ("ada@example.org",), None
    )

    with logs.about(request_id="abc"):
        line = logs.text_formatter().format(record)

    assert "mail to [redacted]" in line
    assert "request_id=abc" in line


def test_values_of_an_inner_block_replace_the_outer_ones_until_it_ends():
    with logs.about(request_id="one", user=1):
        with logs.about(request_id="two"):
            assert structlog.contextvars.get_contextvars() == {"request_id": "two"}
        assert structlog.contextvars.get_contextvars() == {"request_id": "one", "user": 1}
    assert logs.id_header() == {}


def test_a_call_to_the_file_store_is_made_in_another_thread_with_the_requests_id():
    received = []

    class Store(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.headers["X-Request-ID"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    def work():
        connections.pools = WatchedPools()
        name = threading.current_thread().name
        return name, connections.request(method="POST", url=url).status

    with HTTPServer(("127.0.0.1", 0), Store) as store:
        threading.Thread(target=store.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{store.server_port}/"
        with logs.about(request_id="upload-1"):
            thread, status = Workers(1, "store").run(work, 5)

    assert (status, received) == (204, ["upload-1"])
    assert thread == "store"
