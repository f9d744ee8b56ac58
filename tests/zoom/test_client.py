"""The client of Zoom without failures: its requests, and how it reads the responses."""

from __future__ import annotations

import pytest

from tests.support.zoom_behaviours import answers
from tests.zoom.client_calls import code_of, create, end, marked
from zoom import client


def test_people_can_join_a_created_meeting_without_a_host(zoom):
    meeting = create()

    [(number, made)] = zoom.meetings.items()
    assert meeting.id == str(number)
    assert meeting.join_url == f"https://zoom.example/j/{number}?pwd=secret-pwd"
    assert meeting.password == made["password"]
    assert made["start_time"] == "2026-11-21T20:00:05Z"
    assert made["agenda"].startswith("attempt-1 ")


def test_the_repr_of_a_meeting_has_no_secrets(zoom):
    meeting = create()

    assert "secret" not in repr(meeting)
    assert meeting.password not in repr(meeting)
    assert not hasattr(meeting, "start_url")


def test_a_long_topic_is_shortened_to_zooms_limit(zoom):
    create(topic="Ж" * 500)

    [made] = zoom.meetings.values()
    assert made["topic"] == "Ж" * 200


def test_a_slash_in_a_host_is_escaped_in_the_url(zoom):
    zoom.hosts.add("a/b@example.com")

    create(host="a/b@example.com")

    [made] = zoom.meetings.values()
    assert made["host"] == "a/b@example.com"


def test_an_unknown_host_is_zoom_failed(zoom):
    assert code_of(lambda: create(host="nobody")) == ("zoom_failed", 502)


def test_hosts_come_from_the_settings(settings):
    assert client.hosts() == ["me"]

    settings.ZOOM_HOST_USERS = ["ada@example.com", " sam@example.com", ""]
    assert client.hosts() == ["ada@example.com", "sam@example.com"]


def test_settings_that_the_account_overrides_are_logged_and_accepted(zoom, caplog):
    zoom.overrides = {"waiting_room": True, "jbh_time": 5}

    assert create().id
    assert "overrides settings: jbh_time, waiting_room." in caplog.text


def test_a_meeting_is_ended_and_deleted(zoom):
    meeting = create()
    zoom.running.add(int(meeting.id))

    end(meeting.id)

    assert zoom.running == set()
    assert zoom.meetings == {}


def test_a_meeting_that_never_began_is_deleted(zoom):
    meeting = create()

    end(meeting.id)

    assert zoom.meetings == {}


def test_ending_a_meeting_that_is_gone_is_no_error(zoom):
    end("85746065001")

    assert [each.reply[0] for each in zoom.requests] == [200, 404, 404]


def test_a_404_that_is_not_about_the_meeting_is_an_error(zoom):
    meeting = create()
    zoom.behave("delete", answers(404, "<h1>No such page</h1>"))

    assert code_of(lambda: end(meeting.id)) == ("zoom_failed", 502)


def test_all_pages_are_searched_and_only_our_meetings_are_returned(zoom):
    zoom.page_limit = 2
    numbers = [create().id for _ in range(5)]
    zoom.meetings[int(numbers[1])]["agenda"] = "attempt-1 of somebody else's"
    zoom.meetings[int(numbers[2])]["agenda"] = ""

    found = marked()

    assert found == [(number, "attempt-1") for number in (numbers[0], numbers[3], numbers[4])]
    assert len(zoom.asked("list")) == 3


@pytest.mark.parametrize("page", [{}, {"meetings": None}, "<html>", "[]"])
def test_an_invalid_list_of_meetings_is_an_error(zoom, page):
    zoom.behave("list", answers(200, page))

    assert code_of(marked) == ("zoom_failed", 502)
