"""The four commands of "Testing with cURL", run by bash."""

import json
import shutil
import subprocess

import pytest

from tests.document.conftest import in_days
from tests.document.shapes import DETAIL, DONE, PAGE, problem

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")

GET_ALL = r"""
curl -X GET \
  http://localhost:8000/api/sessions/ \
  -H 'Authorization: Bearer YOUR_JWT_TOKEN'
"""
CREATE = r"""
curl -X POST \
  http://localhost:8000/api/sessions/ \
  -H 'Authorization: Bearer YOUR_JWT_TOKEN' \
  -H 'Content-Type: application/json' \
  -d '{
    "title": "React Hooks Workshop",
    "description": "Learn useState, useEffect, and custom hooks",
    "date": "2024-01-20T16:00:00Z",
    "max_participants": 6
  }'
"""
JOIN = r"""
curl -X POST \
  http://localhost:8000/api/sessions/1/join/ \
  -H 'Authorization: Bearer YOUR_JWT_TOKEN' \
  -H 'Content-Type: application/json'
"""
CANCEL = r"""
curl -X POST \
  http://localhost:8000/api/sessions/1/cancel/ \
  -H 'Authorization: Bearer YOUR_JWT_TOKEN' \
  -H 'Content-Type: application/json'
"""
# Prints the status, too, without a change to the commands.
PRINT_STATUS = "curl() { command curl --silent --write-out '\\n%{http_code}' \"$@\"; }\n"


def run_command(command, client, session=1):
    """Run a command, and return the status and the JSON of its answer."""
    command = (
        command.replace("http://localhost:8000", client.server.base)
        .replace("YOUR_JWT_TOKEN", client.token)
        .replace("/sessions/1/", f"/sessions/{session}/")
        .replace("2024-01-20T16:00:00Z", in_days(8))
    )
    run = subprocess.run(
        ["bash", "-c", PRINT_STATUS + command],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    body, status = run.stdout.rsplit("\n", 1)
    return int(status), json.loads(body)


def test_get_all_sessions(instructor, student):
    instructor.publish()

    status, body = run_command(GET_ALL, student)

    assert status == 200
    assert problem(PAGE, body) == ""
    assert body["results"]


def test_create_session(instructor):
    status, body = run_command(CREATE, instructor)

    assert status == 201
    assert problem(DETAIL, body) == ""
    assert body["title"] == "React Hooks Workshop"


def test_join_session(instructor, student):
    status, body = run_command(JOIN, student, instructor.publish())

    assert status == 201
    assert problem(DONE, body) == ""
    assert body["message"] == "Successfully joined the session"


def test_cancel_session(instructor):
    status, body = run_command(CANCEL, instructor, instructor.publish())

    assert status == 200
    assert problem(DONE, body) == ""
    assert body["message"] == "Session cancelled successfully"


def test_create_session_with_the_documents_own_date_is_refused(instructor):
    status, body = run_command(CREATE.replace("2024-01-20", "2024-01-19"), instructor)

    assert status == 400
    assert list(body["fields"]) == ["date"]
