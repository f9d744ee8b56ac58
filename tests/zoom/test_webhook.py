"""Zoom's events about a meeting: logged, and processed once, in any order (contract O8)."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from tests.zoom.conftest import MEETING, rewrite
from zoom import services
from zoom.models import PendingMeetingEnd, WebhookEvent

pytestmark = pytest.mark.django_db


ADA = {"participant_uuid": "A", "email": "ADA@example.com", "user_name": "Somebody else"}
BEN = {"participant_uuid": "B", "email": "ben@example.com", "user_name": "Ada Byron"}
GUEST = {"participant_uuid": "C", "email": "", "user_name": "Ben Okri"}


def entries(session):
    """Return the log entries that come from Zoom's events."""
    rows = session.audit_entries.filter(metadata__source="zoom").select_related("user")
    return [(row.event_type, row.user and row.user.username) for row in rows]


def status_of(session):
    session.refresh_from_db()
    return session.status


def test_joining_and_leaving_are_logged_by_email_and_never_by_display_name(send_event, at_zoom):
    for moment, person in enumerate((ADA, GUEST), 1):
        assert send_event("meeting.participant_joined", moment, **person).json() == {}
        send_event("meeting.participant_left", moment, **person)

    assert entries(at_zoom) == [
        ("joined", "ada"),
        ("left", "ada"),
        ("joined", None),
        ("left", None),
    ]
    last = at_zoom.audit_entries.last()
    assert last.message == "Somebody left the session."
    assert last.metadata == {"source": "zoom"}


def test_the_end_of_a_meeting_completes_the_session_if_two_people_were_in_it(send_event, at_zoom):
    send_event("meeting.participant_joined", 1, **ADA)
    send_event("meeting.participant_joined", 2, **GUEST)
    assert status_of(at_zoom) == "active"

    send_event("meeting.ended", 3)

    assert status_of(at_zoom) == "completed"
    last = at_zoom.audit_entries.last()
    assert (last.event_type, last.user, last.message) == ("ended", None, "Zoom ended the session.")
    assert PendingMeetingEnd.objects.get().meeting_id == MEETING  # so that nobody stays in it


def test_the_end_of_a_meeting_with_one_person_completes_nothing(send_event, at_zoom):
    for moment in (1, 3):
        send_event("meeting.participant_joined", moment, **ADA)
        send_event("meeting.participant_left", moment + 1, **ADA)
    send_event("meeting.ended", 5)
    assert status_of(at_zoom) == "active"

    # A second occurrence, again with one person. Zoom gives guests a new id each time.
    send_event("meeting.participant_joined", 6, uuid="second==", **GUEST)
    send_event("meeting.ended", 7, uuid="second==")
    assert status_of(at_zoom) == "active"

    # A third occurrence, with both people.
    send_event("meeting.participant_joined", 8, uuid="third==", **ADA)
    send_event("meeting.participant_joined", 9, uuid="third==", **BEN)
    send_event("meeting.ended", 10, uuid="third==")
    assert status_of(at_zoom) == "completed"


def test_a_guest_who_joins_again_counts_as_one_person(send_event, at_zoom):
    for moment, number in ((1, "16778240"), (3, "16779264")):
        guest = GUEST | {"participant_uuid": f"uuid-{number}", "user_id": number, "id": ""}
        send_event("meeting.participant_joined", moment, **guest)
        send_event("meeting.participant_left", moment + 1, **guest)
    send_event("meeting.ended", 5)
    assert status_of(at_zoom) == "active"

    send_event("meeting.participant_joined", 6, **BEN)
    assert status_of(at_zoom) == "completed"


@pytest.mark.parametrize("known_by", ["registrant_id", "participant_user_id", "id"])
def test_a_visitor_is_recognised_by_their_registration_or_account(send_event, at_zoom, known_by):
    for moment in (1, 2):
        again = GUEST | {"participant_uuid": f"C{moment}", known_by: "one"}
        send_event("meeting.participant_joined", moment, **again)
    send_event("meeting.ended", 3)
    assert status_of(at_zoom) == "active"

    send_event(
        "meeting.participant_joined", 4, **GUEST | {"participant_uuid": "D", known_by: "two"}
    )
    assert status_of(at_zoom) == "completed"


def test_a_person_with_two_devices_counts_as_one_person(send_event, at_zoom):
    send_event("meeting.participant_joined", 1, **ADA)
    send_event("meeting.participant_joined", 2, **ADA | {"participant_uuid": "D"})
    send_event("meeting.ended", 3)

    assert status_of(at_zoom) == "active"


def test_a_repeated_event_is_ignored(send_event, at_zoom):
    answers = [
        send_event(name, moment, **person)
        for _ in range(3)
        for name, moment, person in (
            ("meeting.participant_joined", 1, ADA),
            ("meeting.participant_joined", 2, BEN),
            ("meeting.ended", 3, {}),
        )
    ]

    assert {each.status_code for each in answers} == {200}
    assert entries(at_zoom) == [("joined", "ada"), ("joined", "ben")]
    assert at_zoom.audit_entries.filter(event_type="ended").count() == 1
    assert WebhookEvent.objects.count() == 3


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_events_may_arrive_in_any_order(send_event, at_zoom, order):
    events = [
        ("meeting.participant_joined", 1, ADA),
        ("meeting.participant_joined", 2, BEN),
        ("meeting.ended", 3, {}),
    ]

    for number in order:
        name, moment, person = events[number]
        assert send_event(name, moment, **person).status_code == 200

    assert status_of(at_zoom) == "completed"
    assert at_zoom.audit_entries.filter(event_type="ended").count() == 1


def test_leaving_after_the_end_is_logged_and_changes_nothing(send_event, at_zoom, ada, now):
    services.end(at_zoom, by=ada, now=now)

    assert send_event("meeting.participant_left", 4, **ADA).status_code == 200
    assert send_event("meeting.ended", 5).status_code == 200

    assert entries(at_zoom) == [("left", "ada")]
    assert at_zoom.audit_entries.filter(event_type="ended").count() == 1


@pytest.mark.parametrize("number", ["1", "", "x" * 500])
def test_events_of_unknown_meetings_are_ignored(send_event, at_zoom, pending, number):
    assert send_event("meeting.participant_joined", number=number, **ADA).status_code == 200
    assert send_event("meeting.ended", number=number).status_code == 200

    assert entries(at_zoom) == []
    assert WebhookEvent.objects.count() == 0


def test_the_number_of_a_stand_in_room_is_no_meeting_at_zoom(send_event, at_zoom):
    rewrite(at_zoom, zoom_host="")

    send_event("meeting.participant_joined", **ADA)

    assert entries(at_zoom) == []


def test_unknown_events_are_ignored(send_event, at_zoom):
    assert send_event("meeting.started").status_code == 200
    assert send_event("user.created").status_code == 200
    assert WebhookEvent.objects.count() == 0


@pytest.mark.parametrize(
    "payload",
    [None, [], {"object": []}, {"object": {"id": {}}}, {"object": {"id": MEETING}}],
)
@pytest.mark.parametrize("name", ["meeting.participant_joined", "meeting.ended"])
def test_incomplete_events_are_ignored(send_event, at_zoom, name, payload):
    body = json.dumps({"event": name, "event_ts": "soon", "payload": payload}).encode()

    assert send_event.raw(body).status_code == 200
    assert status_of(at_zoom) == "active"
