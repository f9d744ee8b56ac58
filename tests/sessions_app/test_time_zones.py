"""Local dates (contract C5) on create and update, in three zones around their clock changes of
2030: with the offset that a browser in the zone has at that date, and with the zone's name."""

from __future__ import annotations

import pytest
import time_machine

from notifications.models import Notification

pytestmark = pytest.mark.django_db

LIST = "/api/sessions/"
NEW_YORK, KOLKATA, BERLIN = "America/New_York", "Asia/Kolkata", "Europe/Berlin"
# Zone, local date, result of getTimezoneOffset() in the zone at that date, UTC.
LOCAL = [
    (NEW_YORK, "2030-01-15T18:30", 300, "2030-01-15T23:30:00Z"),
    (NEW_YORK, "2030-07-15T22:30", 240, "2030-07-16T02:30:00Z"),
    # Forward on 10 March: after 01:59 comes 03:00.
    (NEW_YORK, "2030-03-09T18:30", 300, "2030-03-09T23:30:00Z"),
    (NEW_YORK, "2030-03-10T01:59", 300, "2030-03-10T06:59:00Z"),
    (NEW_YORK, "2030-03-10T03:00", 240, "2030-03-10T07:00:00Z"),
    (NEW_YORK, "2030-03-10T18:30", 240, "2030-03-10T22:30:00Z"),
    # Back on 3 November: after 01:59 comes 01:00 again.
    (NEW_YORK, "2030-11-03T00:59", 240, "2030-11-03T04:59:00Z"),
    (NEW_YORK, "2030-11-03T01:00", 240, "2030-11-03T05:00:00Z"),
    (NEW_YORK, "2030-11-03T01:59", 240, "2030-11-03T05:59:00Z"),
    (NEW_YORK, "2030-11-03T02:00", 300, "2030-11-03T07:00:00Z"),
    (NEW_YORK, "2030-12-31T23:30", 300, "2031-01-01T04:30:00Z"),
    # No clock changes; the offset isn't a whole number of hours.
    (KOLKATA, "2030-01-15T18:30", -330, "2030-01-15T13:00:00Z"),
    (KOLKATA, "2030-03-10T02:30", -330, "2030-03-09T21:00:00Z"),
    (KOLKATA, "2030-03-31T02:30", -330, "2030-03-30T21:00:00Z"),
    (KOLKATA, "2030-10-27T02:30", -330, "2030-10-26T21:00:00Z"),
    (KOLKATA, "2031-01-01T00:15", -330, "2030-12-31T18:45:00Z"),
    (BERLIN, "2030-01-15T18:30", -60, "2030-01-15T17:30:00Z"),
    (BERLIN, "2030-07-15T00:30", -120, "2030-07-14T22:30:00Z"),
    # Forward on 31 March: after 01:59 comes 03:00.
    (BERLIN, "2030-03-30T18:30", -60, "2030-03-30T17:30:00Z"),
    (BERLIN, "2030-03-31T01:59", -60, "2030-03-31T00:59:00Z"),
    (BERLIN, "2030-03-31T03:00", -120, "2030-03-31T01:00:00Z"),
    (BERLIN, "2030-03-31T18:30", -120, "2030-03-31T16:30:00Z"),
    # Back on 27 October: after 02:59 comes 02:00 again.
    (BERLIN, "2030-10-27T01:59", -120, "2030-10-26T23:59:00Z"),
    (BERLIN, "2030-10-27T02:00", -120, "2030-10-27T00:00:00Z"),
    (BERLIN, "2030-10-27T02:59", -120, "2030-10-27T00:59:00Z"),
    (BERLIN, "2030-10-27T03:00", -60, "2030-10-27T02:00:00Z"),
]
# The second occurrence of the repeated hour, which only an offset can select.
SECOND_TIME = [
    (NEW_YORK, "2030-11-03T01:00", 300, "2030-11-03T06:00:00Z"),
    (NEW_YORK, "2030-11-03T01:59", 300, "2030-11-03T06:59:00Z"),
    (BERLIN, "2030-10-27T02:00", -60, "2030-10-27T01:00:00Z"),
    (BERLIN, "2030-10-27T02:59", -60, "2030-10-27T01:59:00Z"),
]
SKIPPED = [
    (NEW_YORK, "2030-03-10T02:00"),
    (NEW_YORK, "2030-03-10T02:59"),
    (BERLIN, "2030-03-31T02:00"),
    (BERLIN, "2030-03-31T02:59"),
]


@pytest.fixture(autouse=True)
def _at_the_start_of_2030():
    with time_machine.travel("2030-01-01T00:00:00Z", tick=False):
        yield


@pytest.fixture
def creator(api, student):
    return api(student)


@pytest.fixture
def offer(creator):
    """`offer(date, timezone_offset=…)`: publish a session, as the form does; returns the answer."""

    def post(date, **others):
        form = {
            "title": "Advanced Python Programming",
            "description": "Learn advanced Python concepts",
            "subject": "Programming",
            "level": "advanced",
            "date": date,
            "duration": 90,
            "max_participants": 15,
        }
        return creator.post(LIST, form | others)

    return post


@pytest.fixture
def change(creator):
    """`change(session, date=…)`: update it as its creator; returns the answer."""

    def send(session, method="put", **body):
        return getattr(creator, method)(f"{LIST}{session['id']}/", body)

    return send


@pytest.fixture
def date_notifications(api, person, creator):
    """`date_notifications(session)`: add a participant; returns a queryset of their notifications
    of new dates."""

    def follow(session):
        asker, path = person(), f"{LIST}{session['id']}/"
        assert api(asker).post(f"{path}join/", {}).status_code == 201
        assert creator.post(f"{path}approve_request/", {"user_id": asker.pk}).status_code == 200
        return Notification.objects.filter(user=asker, event="rescheduled")

    return follow


def date_of(answer, status):
    assert answer.status_code == status, answer.content
    return answer.json()["date"]


@pytest.mark.parametrize(("zone", "local", "offset", "utc"), LOCAL)
def test_offset_and_zone_give_the_same_date_for_a_new_session(offer, zone, local, offset, utc):
    assert date_of(offer(local, timezone_offset=offset), 201) == utc
    assert date_of(offer(local, timezone=zone), 201) == utc
    assert date_of(offer(local, timezone=zone, timezone_offset=-offset), 201) == utc


@pytest.mark.parametrize(("zone", "local", "offset", "utc"), LOCAL[1::2])
def test_offset_and_zone_give_the_same_date_for_a_changed_session(
    offer, change, zone, local, offset, utc
):
    by_offset, by_zone = (offer("2030-05-05T05:05:00Z").json() for _ in range(2))

    assert date_of(change(by_offset, "put", date=local, timezone_offset=offset), 200) == utc
    assert date_of(change(by_zone, "patch", date=local, timezone=zone), 200) == utc


@pytest.mark.parametrize(("zone", "local", "offset", "utc"), SECOND_TIME)
def test_in_the_repeated_hour_an_offset_can_select_the_second_and_the_zone_selects_the_first(
    offer, change, zone, local, offset, utc
):
    second = offer(local, timezone_offset=offset).json()
    first = date_of(change(second, date=local, timezone=zone), 200)

    assert second["date"] == utc
    assert first < utc
    assert first[14:] == utc[14:]
    assert date_of(change(second, date=local, timezone_offset=offset), 200) == utc


@pytest.mark.parametrize(("zone", "local"), SKIPPED)
def test_a_local_time_skipped_by_a_clock_change_is_refused_and_changes_nothing(
    offer, change, creator, zone, local
):
    session = offer("2030-05-05T05:05:00Z").json()

    for answer in (
        offer(local, timezone=zone),
        change(session, title="New", date=local, timezone=zone),
    ):
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == ["date"]
        assert "doesn't exist" in answer.json()["error"]
    assert creator.get(f"{LIST}{session['id']}/").json() == session


@pytest.mark.parametrize(("zone", "local", "offset", "utc"), LOCAL[::2] + SECOND_TIME)
def test_the_forms_utc_date_sent_back_changes_nothing_in_any_zone(
    offer, change, zone, local, offset, utc
):
    session = offer(local, timezone_offset=offset).json()
    shown = utc[:16]  # toISOString().slice(0, 16)

    for zone_fields in ({"timezone_offset": offset}, {"timezone": zone}, {}):
        assert change(session, date=shown, **zone_fields).json() == session


@pytest.mark.parametrize(("zone", "local"), SKIPPED)
def test_the_forms_utc_date_can_be_a_time_skipped_in_the_zone(offer, change, zone, local):
    session = offer(f"{local}:00Z").json()

    assert change(session, date=local, timezone=zone).json() == session


def test_a_local_date_equal_to_the_stored_utc_date_changes_nothing(offer, change):
    """A drawback of the rule above; a date with its own offset avoids it."""
    session = offer("2030-07-15T18:30:00Z").json()

    kept = change(session, date="2030-07-15T18:30", timezone_offset=240)
    moved = change(session, date="2030-07-15T18:30-04:00")

    assert date_of(kept, 200) == "2030-07-15T18:30:00Z"
    assert date_of(moved, 200) == "2030-07-15T22:30:00Z"


def test_an_offset_is_used_even_if_the_zone_has_another_one_at_that_date(offer):
    """The documented client sends the offset of the day on which the form is saved."""
    sent_in_winter = offer("2030-07-15T18:30", timezone_offset=300)

    assert date_of(sent_in_winter, 201) == "2030-07-15T23:30:00Z"


@pytest.mark.parametrize(
    ("zone_fields", "utc"),
    [
        ({"timezone_offset": 240}, "2030-03-10T22:30:00Z"),
        ({"timezone": NEW_YORK}, "2030-03-10T22:30:00Z"),
        ({"timezone": KOLKATA}, "2030-03-10T13:00:00Z"),
        ({"timezone": BERLIN}, "2030-03-10T17:30:00Z"),
    ],
)
def test_participants_are_notified_of_a_new_local_date_once_and_in_utc(
    offer, change, date_notifications, zone_fields, utc
):
    session = offer("2030-03-09T18:30", **zone_fields).json()
    notifications = date_notifications(session)
    change(session, date=session["date"][:16], **zone_fields)
    assert not notifications.all()

    assert date_of(change(session, date="2030-03-10T18:30", **zone_fields), 200) == utc

    [notification] = notifications.all()
    assert notification.title == f"Session rescheduled: {session['title']}"
    assert f"10 March 2030 at {utc[11:16]} UTC" in notification.message


@pytest.mark.parametrize(
    ("zone", "earlier", "later"),
    [
        (NEW_YORK, "2029-12-31T19:00", "2029-12-31T19:01"),
        (KOLKATA, "2030-01-01T05:30", "2030-01-01T05:31"),
        (BERLIN, "2030-01-01T01:00", "2030-01-01T01:01"),
    ],
)
def test_the_zone_decides_whether_a_local_date_is_in_the_future(
    offer, change, zone, earlier, later
):
    session = offer("2030-05-05T05:05:00Z").json()

    for answer in (offer(earlier, timezone=zone), change(session, date=earlier, timezone=zone)):
        assert answer.status_code == 400
        assert answer.json()["error"] == "Session date must be in the future"
    assert date_of(offer(later, timezone=zone), 201) == "2030-01-01T00:01:00Z"
    assert date_of(change(session, date=later, timezone=zone), 200) == "2030-01-01T00:01:00Z"
