"""What Zoom tells: signed or refused, logged, and taken once, in whatever order it comes (O8)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from itertools import permutations

import pytest

from tests.core.envelope import refused
from tests.zoom.conftest import rewrite
from zoom import services
from zoom.models import MeetingToEnd, WebhookEvent

pytestmark = pytest.mark.django_db

WEBHOOK = "/v1/zoom/webhook/"
SECRET = "webhook-secret-token"
MEETING = "85112345678"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.ZOOM_WEBHOOK_SECRET = SECRET


@pytest.fixture
def zoom_says(api):
    """`zoom_says("meeting.ended")`: the answer to an event with Zoom's signature."""
    client = api()

    def send(name, moment=1, age=0, signature=None, uuid="uuid==", number=MEETING, **participant):
        meeting = {"id": number, "uuid": uuid, "topic": "Ada and Ben", "host_id": "h"}
        if participant:
            meeting["participant"] = participant
        document = {"event": name, "event_ts": moment, "payload": {"object": meeting}}
        return raw(json.dumps(document).encode(), age, signature)

    def raw(body, age=0, signature=None):
        timestamp = str(int(time.time()) - age)
        message = b"v0:" + timestamp.encode() + b":" + body
        good = "v0=" + hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
        return client.generic(
            "POST",
            WEBHOOK,
            body,
            content_type="application/json",
            HTTP_X_ZM_REQUEST_TIMESTAMP=timestamp,
            HTTP_X_ZM_SIGNATURE=good if signature is None else signature,
        )

    send.raw = raw
    return send


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


def test_its_check_of_the_address_is_answered(zoom_says):
    body = {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}

    answer = zoom_says.raw(json.dumps(body).encode())

    assert answer.status_code == 200
    assert answer.json() == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": hmac.new(
            SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256
        ).hexdigest(),
    }


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
    assert MeetingToEnd.objects.get().meeting_id == MEETING  # nobody can go on meeting there


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


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "0" * 64, "é", "v1=abc"])
def test_what_zoom_has_not_signed_is_refused(zoom_says, at_zoom, signature):
    answer = zoom_says("meeting.participant_joined", signature=signature, **ADA)

    refused(answer, 401, "zoom_signature_invalid")
    assert entries(at_zoom) == []


@pytest.mark.parametrize("age", [3 * 3600, -3600])
def test_what_was_signed_at_another_time_is_refused(zoom_says, at_zoom, age):
    refused(zoom_says("meeting.ended", age=age), 401, "zoom_signature_invalid")


def test_without_a_secret_nobody_is_believed(zoom_says, settings):
    settings.ZOOM_WEBHOOK_SECRET = ""

    refused(zoom_says("meeting.ended"), 503, "zoom_not_configured")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 9000])
def test_a_signed_body_that_is_not_json_is_a_400(zoom_says, body):
    refused(zoom_says.raw(body), 400, "malformed_body")


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'"text"', b"{}", b'{"event": "endpoint.url_validation"}']
)
def test_a_signed_body_that_is_no_event_is_another_400(zoom_says, body):
    refused(zoom_says.raw(body), 400, "validation_error")


def test_zoom_is_never_told_to_slow_down_and_who_signs_wrongly_is(zoom_says, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"anonymous": "2/day"}

    wrong = [zoom_says("meeting.started", signature="v0=").status_code for _ in range(3)]
    good = [zoom_says("meeting.started").status_code for _ in range(3)]

    assert wrong == [401, 401, 429]
    assert good == [200, 200, 200]


def test_a_body_without_end_is_refused_before_it_is_read(zoom_says):
    refused(zoom_says.raw(b" " * (1024 * 1024 + 1)), 413, "body_too_large")


@pytest.mark.parametrize(
    "payload",
    [None, [], {"object": []}, {"object": {"id": {}}}, {"object": {"id": MEETING}}],
)
@pytest.mark.parametrize("name", ["meeting.participant_joined", "meeting.ended"])
def test_an_event_with_holes_does_no_harm(zoom_says, at_zoom, name, payload):
    body = json.dumps({"event": name, "event_ts": "soon", "payload": payload}).encode()

    assert zoom_says.raw(body).status_code == 200
    assert status_of(at_zoom) == "active"
