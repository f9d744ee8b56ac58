"""A status changes only by the table of actions (contract S5), and constraints guarantee the limits
and counts (contract S3, S7, S8): tested on the models alone, without the services."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, models, transaction

from core.errors import APIError
from core.lifecycle import StatusWrittenError
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.states import Role, Viewer

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_an_assigned_status_is_not_saved(session):
    row = session()
    row.status = "completed"

    with pytest.raises(StatusWrittenError):
        row.save()

    assert Session.objects.get().status == "upcoming"


def test_saving_a_stale_instance_does_not_reset_the_status(session, instructor, now):
    stale = Session.objects.get(pk=session().pk)
    fresh = Session.objects.seen_by(instructor).get()
    fresh.transition("cancel", by=fresh.viewer(instructor, now), now=now)

    stale.title = "Other"
    stale.save()

    row = Session.objects.get()
    assert (row.title, row.status) == ("Other", "cancelled")


def test_a_save_of_named_fields_writes_only_these(session):
    row = session()
    row.title, row.description = "Other", "Not to be saved"

    row.save(update_fields=["title"])

    row.refresh_from_db()
    assert (row.title, row.description) == ("Other", "Learn useState, useEffect, and custom hooks")


def test_a_row_read_without_its_status_can_be_saved(session):
    row = Session.objects.only("title").get(pk=session().pk)
    row.title = "Other"

    row.save()

    assert Session.objects.get().title == "Other"


def test_a_new_session_needs_an_initial_status(instructor, session):
    row = session()
    row.pk, row._state.adding, row.status = None, True, "completed"

    with pytest.raises(StatusWrittenError):
        row.save()


def test_a_new_row_with_an_existing_id_changes_nothing(session, instructor, now):
    row = Session.objects.seen_by(instructor).get(pk=session().pk)
    row.transition("cancel", by=row.viewer(instructor, now), now=now)
    values = Session.objects.values().get() | {"status": "upcoming"}

    with pytest.raises(IntegrityError), transaction.atomic():
        Session(**values).save()

    assert Session.objects.get().status == "cancelled"


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.update(status="completed"),
        lambda rows: rows.filter(title="x").update(title="y", status="completed"),
        lambda rows: rows.bulk_update([Session(pk=1, status="completed")], ["status"]),
    ],
)
def test_a_status_can_not_be_written_in_bulk(session, write):
    session()

    with pytest.raises(StatusWrittenError), transaction.atomic():
        write(Session.objects.all())

    assert Session.objects.get().status == "upcoming"


def test_a_transition_that_loses_a_race_names_the_current_status(session, instructor, now):
    first = Session.objects.seen_by(instructor).get(pk=session().pk)
    second = Session.objects.seen_by(instructor).get()
    first.transition("cancel", by=first.viewer(instructor, now), now=now)

    with pytest.raises(APIError) as refusal:
        second.transition("start", by=second.viewer(instructor, now), now=now)

    assert str(refusal.value) == "A session that is cancelled can't become ongoing."
    assert Session.objects.get().status == "cancelled"


def test_a_transition_of_a_deleted_session_is_not_found(session, instructor, now):
    row = Session.objects.seen_by(instructor).get(pk=session().pk)
    Session.objects.all().delete()

    with pytest.raises(APIError) as refusal:
        row.transition("start", by=row.viewer(instructor, now), now=now)

    assert refusal.value.status == 404


def test_a_transition_updates_the_version_and_updated_at(session, instructor, now):
    row = Session.objects.seen_by(instructor).get(pk=session().pk)
    later = now + timedelta(minutes=5)

    row.transition("start", by=row.viewer(instructor, later), now=later)

    row.refresh_from_db()
    assert (row.version, row.updated_at) == (2, later)


@pytest.mark.parametrize(
    "change",
    [
        {"participant_count": 7},
        {"participant_count": -1},
        {"max_participants": 1},
        {"max_participants": 21},
        {"duration": 14},
        {"duration": 481},
        {"level": "expert"},
    ],
)
def test_the_database_refuses_invalid_sessions(session, change):
    row = session(max_participants=6)

    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=row.pk).update(**change)


@pytest.mark.parametrize("status", ["approved", "pending_approval", "over"])
def test_the_database_refuses_a_status_of_another_booking_mode(session, status):
    row = session()

    with pytest.raises(IntegrityError), transaction.atomic():
        models.QuerySet.update(Session.objects.filter(pk=row.pk), status=status)


def test_the_database_allows_a_person_one_current_place(session, student, now):
    row = session()
    Participant.objects.create(session=row, user=student, left_at=now)
    Participant.objects.create(session=row, user=student)

    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.create(session=row, user=student)


def test_the_database_allows_a_person_one_pending_request_and_three_in_all(session, student):
    row = session()
    rejected = {"session": row, "user": student, "status": "rejected"}
    BookingRequest.objects.bulk_create(
        [BookingRequest(attempt=1, **rejected), BookingRequest(attempt=2, **rejected)]
    )
    BookingRequest.objects.create(session=row, user=student, attempt=3)

    for attempt in (2, 4):
        with pytest.raises(IntegrityError), transaction.atomic():
            BookingRequest.objects.bulk_create([BookingRequest(attempt=attempt, **rejected)])


def test_a_request_changes_its_status_by_its_table_only(session, student):
    request = BookingRequest.objects.create(session=session(), user=student)

    request.status = "approved"
    with pytest.raises(StatusWrittenError):
        request.save()
    with pytest.raises(StatusWrittenError):
        BookingRequest.objects.update(status="approved")


@pytest.fixture
def asked(session, person, now):
    """A session, and four requests for it: the third is withdrawn."""
    row = session()
    made = [BookingRequest.objects.create(session=row, user=person()) for _ in range(4)]
    made[2].transition("withdraw", by=Viewer(frozenset({Role.ASKER}), now), now=now)
    return row, made


def statuses(made):
    rows = BookingRequest.objects.in_bulk([each.pk for each in made])
    return [rows[each.pk].status for each in made]


def test_many_rows_change_their_status_together_with_other_columns(asked, now):
    row, made = asked
    clock = Viewer(frozenset({Role.CLOCK}), now)

    with transaction.atomic():
        closed = BookingRequest.transition_many(
            row.booking_requests.pending(), "close", by=clock, now=now, decided_at=now
        )

    assert [each.pk for each in closed] == [made[0].pk, made[1].pk, made[3].pk]
    assert {each.status for each in closed} == {"rejected"}
    assert statuses(made) == ["rejected", "rejected", "withdrawn", "rejected"]
    assert row.booking_requests.filter(decided_at=now).count() == 3


def test_of_many_rows_none_changes_if_one_may_not(asked, now):
    row, made = asked
    clock = Viewer(frozenset({Role.CLOCK}), now)

    with pytest.raises(APIError) as refused, transaction.atomic():
        BookingRequest.transition_many(row.booking_requests.all(), "close", by=clock, now=now)

    assert refused.value.code == "no_pending_request"
    assert statuses(made) == ["pending", "pending", "withdrawn", "pending"]


def test_no_rows_are_changed_by_whom_the_table_does_not_name(asked, now):
    row, made = asked
    stranger = Viewer(frozenset({Role.PERSON}), now)

    with pytest.raises(APIError) as refused, transaction.atomic():
        BookingRequest.transition_many(
            row.booking_requests.pending(), "close", by=stranger, now=now
        )

    assert refused.value.status == 403
    assert statuses(made) == ["pending", "pending", "withdrawn", "pending"]
