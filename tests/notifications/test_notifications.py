"""A person's own notifications: to list, count and mark as read (contract N1, C6)."""

from __future__ import annotations

import pytest

from notifications.events import JOINED, STARTED
from notifications.models import Notification
from notifications.services import notify
from tests.sessions_app.test_queries import queries

pytestmark = pytest.mark.django_db

PATH = "/api/notifications/"
KEYS = {"id", "user", "title", "message", "type", "session", "read", "created_at"}


@pytest.fixture
def notify_user(now):
    """`notify_user(user, 3)`: make three notifications for this person."""

    def make(user, number=1):
        for index in range(number):
            notify(STARTED, to=[user.pk], now=now, title=f"Session {index}")

    return make


def test_the_list_is_an_array_of_ones_own_notifications_newest_first(
    api, student, person, notify_user
):
    notify_user(student, 2)
    notify_user(person())

    answer = api(student).get(PATH)

    assert [each["title"] for each in answer.json()] == [
        "Session started: Session 1",
        "Session started: Session 0",
    ]
    assert set(answer.json()[0]) == KEYS
    assert answer.json()[0]["user"] == student.pk


def test_the_session_is_an_id(api, instructor, student, session, now):
    row = session()
    notify(JOINED, to=[instructor.pk], now=now, session_id=row.pk, title="X", person=student)

    [shown] = api(instructor).get(PATH).json()

    assert (shown["session"], shown["message"]) == (row.pk, "Sam Reed joined your session.")


def test_unread_filters_and_an_invalid_value_is_refused(api, student, notify_user):
    notify_user(student, 2)
    client = api(student)
    first = client.get(PATH).json()[0]["id"]
    client.post(f"{PATH}{first}/mark_as_read/")

    assert first not in [each["id"] for each in client.get(PATH, {"unread": "true"}).json()]
    assert [each["id"] for each in client.get(PATH, {"unread": "false"}).json()] == [first]
    assert len(client.get(PATH, {"unread": ""}).json()) == 2
    assert client.get(PATH, {"unread": "maybe"}).status_code == 400


def test_each_page_links_to_the_next_one_until_the_last(api, student, notify_user):
    notify_user(student, 5)
    client, url, seen = api(student), f"{PATH}?limit=2&unread=true", []
    while url:
        answer = client.get(url)
        seen += [each["id"] for each in answer.json()]
        link = answer.get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        url = link.removeprefix("<http://testserver").partition(">")[0]

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5


def test_a_list_has_a_hundred_notifications_at_most(api, student, notify_user):
    notify_user(student, 101)

    assert len(api(student).get(PATH).json()) == 100
    assert len(api(student).get(PATH, {"limit": 1000}).json()) == 100


def test_marking_one_as_read_can_be_repeated(api, student, notify_user):
    notify_user(student)
    path = f"{PATH}{Notification.objects.get().pk}/mark_as_read/"

    for _ in range(2):
        answer = api(student).post(path)
        assert (answer.status_code, answer.json()["read"]) == (200, True)


def test_somebody_elses_notification_is_not_found(api, student, person, notify_user):
    notify_user(student)
    path = f"{PATH}{Notification.objects.get().pk}/"

    assert api(person()).post(f"{path}mark_as_read/").status_code == 404
    assert api(person()).get(path).status_code == 404
    assert api(student).get(path).json()["read"] is False


def test_marking_all_as_read_sets_the_count_to_zero(api, student, person, notify_user):
    other = person()
    notify_user(student, 3)
    notify_user(other)

    assert api(student).get(f"{PATH}unread_count/").json() == {"count": 3}
    assert api(student).post(f"{PATH}mark_all_as_read/").json() == {"updated": 3}
    assert api(student).post(f"{PATH}mark_all_as_read/").json() == {"updated": 0}
    assert api(student).get(f"{PATH}unread_count/").json() == {"count": 0}
    assert api(other).get(f"{PATH}unread_count/").json() == {"count": 1}


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_and_the_count_take_two_queries_each(api, student, notify_user, items):
    notify_user(student, items)

    assert len(queries(api(student), PATH)) == 2
    assert len(queries(api(student), f"{PATH}unread_count/")) == 2
