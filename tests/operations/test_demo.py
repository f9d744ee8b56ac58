"""Demo data: realistic, the same every time, and only for an empty database."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from friendships.models import Friendship, Message
from notifications.models import Notification
from operations import demo
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.states import IN_MODE, OPEN, Mode

pytestmark = pytest.mark.django_db


def contents():
    return (
        list(User.objects.values_list("username", "role").order_by("username")),
        list(Session.objects.values_list("title", "status", "date", "participant_count")),
        list(Participant.objects.values_list("session__title", "user__username", "joined_at")),
        list(BookingRequest.objects.values_list("session__title", "user__username", "status")),
        list(Friendship.objects.values_list("from_user__username", "to_user__username", "since")),
        list(Message.objects.values_list("sender__username", "text", "created_at")),
        list(Notification.objects.values_list("user__username", "title", "created_at")),
    )


def test_there_are_a_dozen_people_in_both_roles_and_sessions_in_every_status(now):
    assert demo.load(now) is True

    assert set(Counter(User.objects.values_list("role", flat=True))) == {"student", "instructor"}
    assert User.objects.count() == len(demo.PEOPLE) + 1 == 13
    for mode in Mode:
        rows = Session.objects.filter(booking_mode=mode)
        assert set(rows.values_list("status", flat=True)) == IN_MODE[mode]


def test_there_are_requests_in_every_status_and_their_notifications(now):
    demo.load(now)

    assert set(BookingRequest.objects.values_list("status", flat=True)) == {
        "pending",
        "approved",
        "rejected",
    }
    for request in BookingRequest.objects.filter(status="pending"):
        assert request.session.status in OPEN
    assert set(Notification.objects.values_list("event", flat=True)) >= {
        "request_made", "request_approved", "request_rejected", "request_closed", "joined",
        "started", "completed", "cancelled", "expired",
    }  # fmt: skip


def test_two_pairs_of_friends_have_written_to_each_other(now):
    demo.load(now)

    friendships = Friendship.objects.accepted().for_list()
    assert friendships.count() == 2
    for pair in friendships:
        chat = Message.objects.between(pair.from_user, pair.to_user)
        assert set(chat.values_list("sender", flat=True)) == {pair.from_user_id, pair.to_user_id}


def test_on_a_moderated_site_there_are_sessions_in_every_status_too(now, settings):
    settings.SESSION_APPROVAL_POLICY = "staff"

    demo.load(now)

    for mode in Mode:
        rows = Session.objects.filter(booking_mode=mode)
        assert set(rows.values_list("status", flat=True)) == IN_MODE[mode]


def test_dates_are_within_two_weeks_of_loading(now):
    demo.load(now)

    for date in Session.objects.values_list("date", flat=True):
        assert abs(date - now) < timedelta(days=14)


def test_counts_agree_with_the_rows(now):
    demo.load(now)

    for session in Session.objects.all():
        assert session.participant_count == session.participants.present().count()


def test_loading_again_changes_nothing(now, capsys):
    call_command("load_demo_data")
    before = contents()

    call_command("load_demo_data")

    assert contents() == before
    assert "no change" in capsys.readouterr().out


def test_demo_data_is_the_same_on_another_database(now):
    demo.load(now)
    first = contents()
    for model in (Session, Message, Friendship, User):
        model.objects.all().delete()

    demo.load(now)

    assert contents() == first


def test_a_database_that_has_people_is_not_changed(student, now):
    assert demo.load(now) is False
    assert not demo.is_loaded()
    assert User.objects.count() == 1


def test_in_production_the_demo_staff_can_not_sign_in(api, now):
    demo.load(now)  # the tests run with DEBUG off

    body = {"username": demo.STAFF, "password": demo.PASSWORD}
    assert api().post("/api/auth/token/", body).status_code == 401


def test_demo_people_can_sign_in(api, now, settings):
    settings.DEBUG = True
    demo.load(now)

    for username in (demo.STAFF, demo.PEOPLE[0].username):
        body = {"username": username, "password": demo.PASSWORD}
        assert api().post("/api/auth/token/", body).status_code == 200
