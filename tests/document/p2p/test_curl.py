"""The commands of "Testing", run by bash."""

import shutil

import pytest

from tests.document.conftest import Client
from tests.document.p2p.client import in_days
from tests.document.p2p.shapes import DETAIL, PAGE
from tests.document.shapes import problem
from tests.document.test_curl import run_command

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")

GET_ALL = r"""
# Get all sessions
curl -H "Authorization: Bearer <token>" http://localhost:8000/api/sessions/
"""
CREATE = r"""
# Create a session
curl -X POST -H "Authorization: Bearer <token>" -H "Content-Type: application/json" \
  -d '{"title":"Test Session","description":"Test","subject":"Test","level":"beginner","date":"2024-01-15T14:00:00-05:00","duration":60,"max_participants":10,"timezone_offset":-300}' \
  http://localhost:8000/api/sessions/
"""  # noqa: E501  # as in the document


def run(command, browser):
    client = Client(browser.server, browser.access, browser.id)
    return run_command(command.replace("<token>", browser.access), client)


@pytest.mark.usefixtures("offered")
def test_get_all_sessions(john):
    status, body = run(GET_ALL, john)

    assert (status, problem(PAGE, body)) == (200, "")
    assert body["results"]


def test_create_a_session(john):
    status, body = run(CREATE.replace("2024-01-15", in_days(15)), john)

    assert (status, problem(DETAIL, body)) == (201, "")
    assert (body["title"], body["date"]) == ("Test Session", f"{in_days(15)}T19:00:00Z")
    assert body["status"] == "pending_approval"


def test_create_a_session_with_the_documents_own_date_is_refused(john):
    status, body = run(CREATE, john)

    assert (status, body["error"]) == (400, "Session date must be in the future")
