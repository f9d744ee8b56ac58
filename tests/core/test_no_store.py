"""No browser or proxy may store an answer that was for one person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = {"username": "new", "email": "new@example.com", "password": PASSWORD}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("post", "/api/auth/register/", NEW, 201),
        ("post", "/api/auth/token/", {"username": "sam", "password": PASSWORD}, 200),
        ("post", "/api/auth/token/", {"username": "sam", "password": "wrong"}, 401),
        ("post", "/api/auth/token/refresh/", {"refresh": "x"}, 401),
        ("get", "/api/auth/me/", None, 200),
        ("patch", "/api/auth/me/", {"timezone": "x"}, 400),
        ("get", "/api/sessions/", None, 200),
        ("get", "/api/sessions/1/", None, 404),
        ("get", "/api/notifications/", None, 200),
        ("get", "/v1/friends/", None, 200),
        ("get", "/v1/sessions/", None, 200),
        ("post", "/v1/sessions/1/join-token/", {}, 404),
        ("put", "/api/auth/me/", {}, 405),
    ],
)
def test_no_answer_of_the_api_may_be_stored(api, student, method, path, body, status):
    answer = getattr(api(student), method)(path, body)

    assert (answer.status_code, answer["Cache-Control"]) == (status, "no-store")


def test_a_replayed_answer_may_not_be_stored_either(api, student, now):
    date = (now + timedelta(days=3)).isoformat()
    body = {"title": "Algebra", "description": "D", "subject": "Maths", "level": "beginner"}
    body |= {"date": date, "booking_mode": "request", "max_participants": 2}
    answers = [
        api(student).post("/api/sessions/", body, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer["Cache-Control"] for answer in answers] == ["no-store"] * 2


def test_pages_of_the_admin_may_not_be_stored(desk):
    assert "no-store" in desk.get("/admin/")["Cache-Control"]
