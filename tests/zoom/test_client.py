"""The acts at Zoom when all is well: what is asked, and what becomes of the answers."""

from __future__ import annotations

import pytest

from tests.zoom.acts import code_of, create, end, marked
from tests.zoom.moods import answers
from zoom import client


def test_a_meeting_is_made_as_people_without_a_host_need_it(zoom):
    meeting = create()

    [(number, made)] = zoom.meetings.items()
    assert meeting.id == str(number)
    assert meeting.join_url == f"https://zoom.example/j/{number}?pwd=secret-pwd"
    assert meeting.password == made["password"]
    assert made["start_time"] == "2026-11-21T20:00:05Z"
    assert made["agenda"].startswith("attempt-1 ")


def test_a_meeting_shows_nobody_how_to_get_in(zoom):
    meeting = create()

    assert "secret" not in repr(meeting)
    assert meeting.password not in repr(meeting)
    assert not hasattr(meeting, "start_url")


def test_a_long_topic_is_cut_to_what_zoom_takes(zoom):
    create(topic="Ж" * 500)

    [made] = zoom.meetings.values()
    assert made["topic"] == "Ж" * 200


def test_a_host_is_one_part_of_the_address(zoom):
    zoom.hosts.add("a/b@example.com")

    create(host="a/b@example.com")

    [made] = zoom.meetings.values()
    assert made["host"] == "a/b@example.com"


def test_a_host_that_does_not_exist_is_zooms_failure(zoom):
    assert code_of(lambda: create(host="nobody")) == ("zoom_failed", 502)


def test_hosts_are_those_of_the_settings(settings):
    assert client.hosts() == ["me"]

    settings.ZOOM_HOST_USERS = ["ada@example.com", " sam@example.com", ""]
    assert client.hosts() == ["ada@example.com", "sam@example.com"]


def test_settings_that_the_account_overrides_are_logged_and_taken(zoom, caplog):
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


def test_a_meeting_that_is_gone_needs_no_end(zoom):
    end("85746065001")

    assert [each.reply[0] for each in zoom.requests] == [200, 404, 404]


def test_a_404_that_does_not_speak_of_the_meeting_is_no_end(zoom):
    meeting = create()
    zoom.behave("delete", answers(404, "<h1>No such page</h1>"))

    assert code_of(lambda: end(meeting.id)) == ("zoom_failed", 502)


def test_our_meetings_are_found_on_all_pages_and_no_others(zoom):
    zoom.page_limit = 2
    numbers = [create().id for _ in range(5)]
    zoom.meetings[int(numbers[1])]["agenda"] = "attempt-1 of somebody else's"
    zoom.meetings[int(numbers[2])]["agenda"] = ""

    found = marked()

    assert found == [(number, "attempt-1") for number in (numbers[0], numbers[3], numbers[4])]
    assert len(zoom.asked("list")) == 3


@pytest.mark.parametrize("page", [{}, {"meetings": None}, "<html>", "[]"])
def test_what_is_no_list_of_meetings_is_not_an_empty_one(zoom, page):
    zoom.behave("list", answers(200, page))

    assert code_of(marked) == ("zoom_failed", 502)
