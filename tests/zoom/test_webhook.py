"""What Zoom tells of a meeting: logged, and taken once, in whatever order it comes
(contract O8)."""

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
    """What Zoom's word has put into the log."""
    rows = session.audit_entries.filter(metadata__source="zoom").select_related("user")
    return [(row.event_type, row.user and row.user.username) for row in rows]


def status_of(session):
    session.refresh_from_db()
    return session.status


def test_coming_and_going_is_logged_by_address_and_never_by_name(zoom_says, at_zoom):
    for moment, person in enumerate((ADA, GUEST), 1):
        assert zoom_says("meeting.participant_joined", moment, **person).json() == {}
        zoom_says("meeting.participant_left", moment, **person)

    assert entries(at_zoom) == [
        ("joined", "ada"),
        ("left", "ada"),
        ("joined", None),
        ("left", None),
    ]
    last = at_zoom.audit_entries.last()
    assert last.message == "Somebody left the session."
    assert last.metadata == {"source": "zoom"}


def test_the_end_completes_the_session_once_two_have_been_in(zoom_says, at_zoom):
    zoom_says("meeting.participant_joined", 1, **ADA)
    zoom_says("meeting.participant_joined", 2, **GUEST)
    assert status_of(at_zoom) == "active"

    zoom_says("meeting.ended", 3)

    assert status_of(at_zoom) == "completed"
    last = at_zoom.audit_entries.last()
    assert (last.event_type, last.user, last.message) == ("ended", None, "Zoom ended the session.")
    assert PendingMeetingEnd.objects.get().meeting_id == MEETING  # nobody can go on meeting there


def test_one_who_tried_the_room_alone_ends_nothing(zoom_says, at_zoom):
    for moment in (1, 3):
        zoom_says("meeting.participant_joined", moment, **ADA)
        zoom_says("meeting.participant_left", moment + 1, **ADA)
    zoom_says("meeting.ended", 5)
    assert status_of(at_zoom) == "active"

    # They try it once more, and Zoom gives a guest another number every time.
    zoom_says("meeting.participant_joined", 6, uuid="again==", **GUEST)
    zoom_says("meeting.ended", 7, uuid="again==")
    assert status_of(at_zoom) == "active"

    # At last the other one comes, too.
    zoom_says("meeting.participant_joined", 8, uuid="at last==", **ADA)
    zoom_says("meeting.participant_joined", 9, uuid="at last==", **BEN)
    zoom_says("meeting.ended", 10, uuid="at last==")
    assert status_of(at_zoom) == "completed"


def test_a_guest_who_comes_again_is_still_alone(zoom_says, at_zoom):
    for moment, number in ((1, "16778240"), (3, "16779264")):
        guest = GUEST | {"participant_uuid": f"uuid-{number}", "user_id": number, "id": ""}
        zoom_says("meeting.participant_joined", moment, **guest)
        zoom_says("meeting.participant_left", moment + 1, **guest)
    zoom_says("meeting.ended", 5)
    assert status_of(at_zoom) == "active"

    zoom_says("meeting.participant_joined", 6, **BEN)
    assert status_of(at_zoom) == "completed"


@pytest.mark.parametrize("known_by", ["registrant_id", "participant_user_id", "id"])
def test_a_guest_is_told_apart_by_what_zoom_keeps_of_them(zoom_says, at_zoom, known_by):
    for moment in (1, 2):
        again = GUEST | {"participant_uuid": f"C{moment}", known_by: "one"}
        zoom_says("meeting.participant_joined", moment, **again)
    zoom_says("meeting.ended", 3)
    assert status_of(at_zoom) == "active"

    zoom_says("meeting.participant_joined", 4, **GUEST | {"participant_uuid": "D", known_by: "two"})
    assert status_of(at_zoom) == "completed"


def test_one_with_two_devices_is_still_alone(zoom_says, at_zoom):
    zoom_says("meeting.participant_joined", 1, **ADA)
    zoom_says("meeting.participant_joined", 2, **ADA | {"participant_uuid": "D"})
    zoom_says("meeting.ended", 3)

    assert status_of(at_zoom) == "active"


def test_the_same_event_again_does_nothing_more(zoom_says, at_zoom):
    answers = [
        zoom_says(name, moment, **person)
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
def test_events_may_come_in_any_order(zoom_says, at_zoom, order):
    events = [
        ("meeting.participant_joined", 1, ADA),
        ("meeting.participant_joined", 2, BEN),
        ("meeting.ended", 3, {}),
    ]

    for number in order:
        name, moment, person = events[number]
        assert zoom_says(name, moment, **person).status_code == 200

    assert status_of(at_zoom) == "completed"
    assert at_zoom.audit_entries.filter(event_type="ended").count() == 1


def test_who_leaves_after_the_end_is_logged_and_changes_nothing(zoom_says, at_zoom, ada, now):
    services.end(at_zoom, by=ada, now=now)

    assert zoom_says("meeting.participant_left", 4, **ADA).status_code == 200
    assert zoom_says("meeting.ended", 5).status_code == 200

    assert entries(at_zoom) == [("left", "ada")]
    assert at_zoom.audit_entries.filter(event_type="ended").count() == 1


@pytest.mark.parametrize("number", ["1", "", "x" * 500])
def test_a_meeting_that_is_not_ours_is_passed_over(zoom_says, at_zoom, pending, number):
    assert zoom_says("meeting.participant_joined", number=number, **ADA).status_code == 200
    assert zoom_says("meeting.ended", number=number).status_code == 200

    assert entries(at_zoom) == []
    assert WebhookEvent.objects.count() == 0


def test_the_number_of_a_stand_in_room_is_not_a_meetings(zoom_says, at_zoom):
    rewrite(at_zoom, zoom_host="")

    zoom_says("meeting.participant_joined", **ADA)

    assert entries(at_zoom) == []


def test_an_event_that_is_not_known_is_passed_over(zoom_says, at_zoom):
    assert zoom_says("meeting.started").status_code == 200
    assert zoom_says("user.created").status_code == 200
    assert WebhookEvent.objects.count() == 0


@pytest.mark.parametrize(
    "payload",
    [None, [], {"object": []}, {"object": {"id": {}}}, {"object": {"id": MEETING}}],
)
@pytest.mark.parametrize("name", ["meeting.participant_joined", "meeting.ended"])
def test_an_event_with_holes_does_no_harm(zoom_says, at_zoom, name, payload):
    body = json.dumps({"event": name, "event_ts": "soon", "payload": payload}).encode()

    assert zoom_says.raw(body).status_code == 200
    assert status_of(at_zoom) == "active"
