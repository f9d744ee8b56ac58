"""Lists and details (document: 1, 2, 11–14), and who may see them."""

import pytest

from tests.document.conftest import answered, in_days, refused
from tests.document.shapes import DETAIL, PAGE, PARTICIPANT

NOWHERE = 999_999_999


def test_the_list_of_sessions_is_a_page_without_participants(instructor, student):
    instructor.publish()

    page = answered(student.get("/api/sessions/"), 200, PAGE)

    assert page["results"]
    assert not any("participants" in session for session in page["results"])


def test_the_query_selects_the_page_and_its_size(instructor, student):
    for _ in range(3):
        instructor.publish()
    mine = {"creator": instructor.id, "page_size": 2}

    first = answered(student.get("/api/sessions/", mine), 200, PAGE)
    second = answered(student.get("/api/sessions/", mine | {"page": 2}), 200, PAGE)
    followed = answered(student.get(first["next"].removeprefix(student.server.base)), 200, PAGE)

    assert len(first["results"]) == 2
    assert first["previous"] is None
    assert first["count"] == second["count"] >= 3
    assert second["previous"]
    assert followed["results"] == second["results"]


@pytest.mark.parametrize("status", ["upcoming", "ongoing", "completed", "cancelled"])
def test_sessions_are_filtered_by_status(colleague, student, status):
    actions = {"ongoing": ["start"], "completed": ["start", "complete"], "cancelled": ["cancel"]}
    session = colleague.publish()
    colleague.do(session, *actions.get(status, []))

    query = {"status": status, "page_size": 5, "creator": colleague.id}
    page = answered(student.get("/api/sessions/", query), 200, PAGE)

    assert {each["status"] for each in page["results"]} == {status}
    assert session in [each["id"] for each in page["results"]]


def test_sessions_are_filtered_as_in_the_usage_examples(instructor, student):
    instructor.publish()

    upcoming = student.get("/api/sessions/", {"status": "upcoming", "page_size": 5})
    since = student.get("/api/sessions/", {"date_from": "2024-01-01T00:00:00Z"})

    assert len(answered(upcoming, 200, PAGE)["results"]) <= 5
    assert answered(since, 200, PAGE)["count"] >= 1


def test_sessions_are_filtered_by_date_and_creator(newcomer, student):
    creator = newcomer("instructor")
    soon, later = creator.publish(date=in_days(5)), creator.publish(date=in_days(9))

    def found(**filters):
        query = {"creator": creator.id} | filters
        return [
            each["id"]
            for each in answered(student.get("/api/sessions/", query), 200, PAGE)["results"]
        ]

    assert sorted(found()) == [soon, later]
    assert found(date_from=in_days(7)) == [later]
    assert found(date_to=in_days(7)) == [soon]
    assert found(date_from=in_days(5), date_to=in_days(5)) == [soon]


def test_a_detail_has_participants(instructor, student):
    session = instructor.publish()
    student.do(session, "join")

    detail = answered(student.get(f"/api/sessions/{session}/"), 200, DETAIL)

    assert [each["user"]["id"] for each in detail["participants"]] == [student.id]
    assert detail["participants"][0]["role"] == "student"
    assert detail["available_spots"] == 5
    assert detail["creator"]["id"] == instructor.id


def test_an_instructor_among_the_participants_is_a_tutor(instructor, colleague, student):
    session = instructor.publish()
    colleague.do(session, "join")

    detail = answered(student.get(f"/api/sessions/{session}/"), 200, DETAIL)

    assert detail["participants"][0]["role"] == "tutor"


def test_the_participants_are_an_array(instructor, student, friend, third):
    session = instructor.publish()
    student.do(session, "join")
    friend.do(session, "join")

    people = answered(third.get(f"/api/sessions/{session}/participants/"), 200, [PARTICIPANT])

    assert [each["user"]["id"] for each in people] == [student.id, friend.id]


def test_my_sessions_are_those_i_created_or_joined(newcomer):
    creator, joiner = newcomer("instructor"), newcomer("student")
    joined, other = creator.publish(), creator.publish()
    joiner.do(joined, "join")

    def mine(client, name):
        page = answered(client.get(f"/api/sessions/{name}/"), 200, PAGE)
        assert page["count"] == len(page["results"])
        return {each["id"] for each in page["results"]}

    assert mine(creator, "my_sessions") == {joined, other}
    assert mine(creator, "created_sessions") == {joined, other}
    assert mine(creator, "joined_sessions") == set()
    assert mine(joiner, "my_sessions") == {joined}
    assert mine(joiner, "created_sessions") == set()
    assert mine(joiner, "joined_sessions") == {joined}


def test_my_sessions_accept_a_page_and_its_size(newcomer):
    creator = newcomer("instructor")
    for _ in range(3):
        creator.publish()

    query = {"page": 2, "page_size": 2}
    page = answered(creator.get("/api/sessions/my_sessions/", query), 200, PAGE)

    assert page["count"] == 3
    assert len(page["results"]) == 1


@pytest.mark.parametrize("path", ["", "participants/"])
def test_an_unknown_session_is_a_404(student, path):
    refused(student.get(f"/api/sessions/{NOWHERE}/{path}"), 404, "not_found")


@pytest.mark.parametrize("token", ["", "YOUR_JWT_TOKEN"], ids=["missing", "invalid"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "1/"),
        ("PUT", "1/"),
        ("DELETE", "1/"),
        ("POST", "1/join/"),
        ("POST", "1/leave/"),
        ("POST", "1/cancel/"),
        ("POST", "1/start/"),
        ("POST", "1/complete/"),
        ("GET", "1/participants/"),
        ("GET", "my_sessions/"),
        ("GET", "created_sessions/"),
        ("GET", "joined_sessions/"),
    ],
)
def test_without_a_valid_token_every_endpoint_is_a_401(server, method, path, token):
    refused(server.call(method, f"/api/sessions/{path}", token), 401)
