"""Acts on a session that has changed since it was read: each race of `test_races.py`, lost on
purpose in one process, to check the answer to each loser (contract S7, C4)."""

from __future__ import annotations

import pytest

from core.errors import APIError
from sessions_app import services
from sessions_app.models import Participant, Session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def read(session):
    """`read(user)`: an instance of one session, read for this user, which may become stale."""
    row = session(max_participants=2)
    return lambda user: Session.objects.seen_by(user).get(pk=row.pk)


def refusal(act, stale, user, now):
    with pytest.raises(APIError) as raised:
        act(stale, by=user, now=now)
    return raised.value.code


def count_is_right():
    row = Session.objects.get()
    return row.participant_count == Participant.objects.present().count()


def test_the_last_place_was_taken_in_the_meantime(read, student, person, join, now):
    stale = read(student)
    for _ in range(2):
        join(stale, person())

    assert refusal(services.join, stale, student, now) == "session_full"
    assert not student.participations.exists()
    assert count_is_right()


def test_the_same_person_joined_in_the_meantime(read, student, join, now):
    stale = read(student)
    join(stale, student)

    assert refusal(services.join, stale, student, now) == "already_joined"
    assert count_is_right()


@pytest.mark.parametrize("act", [services.join, services.leave])
def test_the_session_was_cancelled_in_the_meantime(read, student, instructor, join, now, act):
    if act is services.leave:
        join(read(student), student)
    stale = read(student)
    services.cancel(read(instructor), by=instructor, now=now)

    code = "session_not_open" if act is services.join else "cannot_leave"
    assert refusal(act, stale, student, now) == code
    assert count_is_right()


@pytest.mark.parametrize(
    "act",
    [
        services.join,
        services.update,
        services.start,
        services.complete,
        services.cancel,
        services.delete,
    ],
)
def test_the_session_was_deleted_in_the_meantime(read, student, instructor, now, act):
    user = student if act is services.join else instructor
    stale = read(user)
    Session.objects.all().delete()

    assert refusal(act, stale, user, now) == "not_found"


def test_the_same_person_left_in_the_meantime(read, student, join, now):
    join(read(student), student)
    stale = read(student)
    services.leave(read(student), by=student, now=now)

    assert refusal(services.leave, stale, student, now) == "not_joined"
    assert count_is_right()


def test_the_same_person_asked_in_the_meantime(session, student, now):
    row = session(booking_mode="request", subject="Maths", level="beginner")
    stale = Session.objects.seen_by(student).get(pk=row.pk)
    services.join(stale, by=student, now=now)

    assert refusal(services.join, stale, student, now) == "already_requested"


def test_only_staff_can_remove_participants_and_edit(session, student, now, join):
    row = session()
    join(row, student)
    place = Participant.objects.get()

    with pytest.raises(APIError) as raised:
        services.remove_participant(place, by=student, now=now)
    assert raised.value.code == "permission_denied"
    with pytest.raises(APIError):
        services.edit(row, by=student, now=now, title="Other")
    assert count_is_right()


def test_staff_can_not_edit_a_cancelled_session(session, person, instructor, now):
    row = session()
    services.cancel(Session.objects.seen_by(instructor).get(), by=instructor, now=now)

    with pytest.raises(APIError, match="cancelled can't be changed"):
        services.edit(row, by=person(is_staff=True), now=now, title="Other")


def test_an_old_status_is_refused_after_the_session_has_changed(session, instructor, student, now):
    row = session(booking_mode="request", subject="Maths", level="beginner")
    stale = Session.objects.seen_by(instructor).get(pk=row.pk)
    services.approve(stale, by=instructor, now=now)

    with pytest.raises(APIError) as raised:
        services.update(stale, by=instructor, now=now, status="pending_approval", title="Other")
    assert (raised.value.code, raised.value.status) == ("validation_error", 400)
    assert Session.objects.get().title == row.title


def test_staff_can_not_remove_the_same_person_twice(session, student, person, join, now):
    row, staff = session(), person(is_staff=True)
    join(row, student)
    place = Participant.objects.get()
    services.remove_participant(place, by=staff, now=now)

    with pytest.raises(APIError) as raised:
        services.remove_participant(place, by=staff, now=now)
    assert raised.value.code == "not_joined"
    assert count_is_right()
