"""Which notifications are mailed, and to whom (contract N2, N3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from mail.jobs import send_mails
from mail.models import Mail
from notifications.events import CANCELLED, JOINED, REMINDER
from notifications.models import Notification
from notifications.services import notify
from sessions_app import services
from sessions_app.jobs import expire_sessions, send_reminders
from sessions_app.models import Session

pytestmark = pytest.mark.django_db

REQUEST = {"booking_mode": "request", "subject": "Maths", "level": "beginner"}


@pytest.fixture
def booking(session, subscriber, api):
    """A `request` session on 31 March 2030, and somebody in Berlin who asks to join."""
    row = session(title="Algebra", date=datetime(2030, 3, 31, 8, 0, tzinfo=UTC), **REQUEST)
    asker = subscriber("rosa", "Europe/Berlin")
    api(asker).post(f"/api/sessions/{row.pk}/join/")
    return row, asker


def mailed():
    """Return the waiting messages by recipient."""
    return {row.user.username: row.message for row in Mail.objects.select_related("user")}


# ── Which events, and to whom ────────────────────────────────────────────────────────────────


def test_only_people_who_want_mails_are_mailed(session, student, join, now):
    row = session()
    join(row, student)

    send_reminders(row.date - timedelta(hours=1))

    assert Notification.objects.filter(type="reminder").count() == 2
    assert not Mail.objects.exists()


@pytest.mark.parametrize(("decision", "word"), [("approve", "approved"), ("reject", "rejected")])
def test_a_decision_is_mailed_to_the_asker(api, instructor, booking, decision, word):
    row, asker = booking

    api(instructor).post(f"/api/sessions/{row.pk}/{decision}_request/", {"user_id": asker.pk})

    [waiting] = Mail.objects.all()
    assert (waiting.user, waiting.session) == (asker, row)
    assert waiting.subject == f"Booking request {word} for Algebra"
    assert waiting.message == (
        "Your request to join Algebra, which begins on 31 March 2030 at 10:00 CEST "
        f"(Europe/Berlin), has been {word}."
    )
    notification = Notification.objects.of(asker).get()
    assert notification.message == f"Your request to join Algebra has been {word}."


def test_a_cancellation_is_mailed_with_its_date_and_reason(api, instructor, booking):
    row, _ = booking

    api(instructor).post(f"/api/sessions/{row.pk}/cancel/", {"reason": "I am ill."})

    assert mailed() == {
        "rosa": "Algebra, planned for 31 March 2030 at 10:00 CEST (Europe/Berlin), has been "
        "cancelled. The reason: I am ill."
    }


def test_text_written_by_others_contains_no_link_in_a_mail(api, instructor, session, subscriber):
    row = session(title="Algebra at algebra.example", **REQUEST)
    api(subscriber("rosa")).post(f"/api/sessions/{row.pk}/join/")
    reason = "Pay at https://evil.example/x, www.evil.example or evil.example"

    api(instructor).post(f"/api/sessions/{row.pk}/cancel/", {"reason": reason})
    send_mails(timezone.now())

    [sent] = mail.outbox
    cleaned = "The reason: Pay at [link removed] [link removed] or evil. example"
    assert sent.subject == "Session cancelled: Algebra at algebra. example"
    for text in (sent.body, sent.alternatives[0].content):
        assert cleaned in text
        assert "evil.example" not in text
        assert "algebra.example" not in text
    assert reason in Notification.objects.get(user__username="rosa").message


def test_a_deletion_and_an_expiry_are_mailed(api, instructor, booking, session, subscriber, join):
    row, _ = booking
    api(instructor).delete(f"/api/sessions/{row.pk}/")
    assert "Algebra, planned for 31 March 2030 at 10:00" in mailed()["rosa"]
    assert Mail.objects.get().session is None

    late = session(title="Botany", **REQUEST)
    other = subscriber("otto")
    api(other).post(f"/api/sessions/{late.pk}/join/")
    expire_sessions(late.date + timedelta(days=1))
    assert "was not decided before the session was over" in mailed()["otto"]


def test_a_participant_removed_by_staff_is_mailed(session, subscriber, join, person, now):
    row, rosa = session(title="Algebra"), subscriber("rosa")
    join(row, rosa)

    services.remove_participant(row.participants.get(), by=person(is_staff=True), now=now)

    assert "The staff have removed you from Algebra" in mailed()["rosa"]


def test_only_reminders_decisions_and_cancellations_are_mailed(session, subscriber, join, now):
    creator = subscriber("maria", role="instructor")
    row = session(by=creator)
    join(row, subscriber("rosa"))

    services.start(Session.objects.seen_by(creator).get(), by=creator, now=now)

    assert Notification.objects.count() == 2
    assert not Mail.objects.exists()


@pytest.mark.parametrize(("event", "queries"), [(JOINED, 1), (CANCELLED, 3)])
@pytest.mark.parametrize("people", [1, 3])
def test_mailing_takes_two_more_queries_for_any_number_of_people(
    subscriber, now, event, queries, people
):
    to = [subscriber(f"reader{number}").pk for number in range(people)]
    details = {"title": "Algebra", "person": User(pk=to[0]), "date": now, "reason": ""}

    with CaptureQueriesContext(connection) as captured:
        notify(event, to=to, now=now, **details)

    assert len(captured) == queries


def test_an_act_that_fails_mails_nothing(subscriber, now):
    rosa = subscriber("rosa")
    with transaction.atomic():
        notify(CANCELLED, to=[rosa.pk], now=now, title="Algebra", date=now, reason="")
        transaction.set_rollback(True)

    assert not Notification.objects.exists()
    assert not Mail.objects.exists()


def test_a_subject_is_one_short_line_whatever_the_title(subscriber, now):
    title = "Algebra\r\nBcc: eve@example.com\u2028\x07für Anfänger 🎲 " + "x" * 140
    notify(REMINDER, to=[subscriber("rosa").pk], now=now, title=title, date=now)

    send_mails(now)

    [sent] = mail.outbox
    assert sent.subject.startswith("Reminder: Algebra Bcc: eve at example. com für Anfänger 🎲 x")
    assert len(sent.subject) < 160
    assert sent.recipients() == ["rosa@example.com"]
    assert "\nBcc:" not in sent.message().as_string().partition("\n\n")[0]


# ── Reminders ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def planned(session, subscriber):
    """A session in three days whose creator wants mails."""
    return session(title="Algebra", by=subscriber("maria", role="instructor"))


@pytest.mark.database
def test_a_reminder_is_mailed_once_however_often_the_job_runs(planned):
    send_reminders(planned.date - timedelta(hours=1))
    Session.objects.update(reminded_lead=None)  # as if this had not been saved

    send_reminders(planned.date - timedelta(hours=1))

    assert Mail.objects.count() == Notification.objects.count() == 1


def move(row, by, now):
    services.update(row, by=by, now=now, date=row.date + timedelta(days=9))


@pytest.mark.parametrize("act", [services.cancel, services.start, services.delete, move])
def test_a_reminder_that_is_no_longer_true_is_not_sent(planned, act):
    now = planned.date - timedelta(hours=1)
    send_reminders(now)
    creator = planned.creator
    act(Session.objects.seen_by(creator).get(), by=creator, now=now)

    send_mails(now)

    assert mail.outbox == []


def test_a_waiting_reminder_is_not_sent_to_somebody_who_has_left(planned, subscriber, join):
    now, rosa = planned.date - timedelta(hours=1), subscriber("rosa")
    join(planned, rosa)
    send_reminders(now)
    services.leave(Session.objects.seen_by(rosa).get(), by=rosa, now=now)

    send_mails(now)

    assert [sent.to for sent in mail.outbox] == [["maria@example.com"]]


def test_mails_about_a_session_are_sent_until_it_is_past_and_for_at_least_a_day(
    session, subscriber, join, now
):
    for title, date in [("Soon", now + timedelta(hours=2)), ("Later", now + timedelta(days=3))]:
        row = session(title=title, date=date)
        join(row, subscriber(title))
        seen = Session.objects.seen_by(row.creator).get(pk=row.pk)
        services.cancel(seen, by=row.creator, now=now)

    send_mails(now + timedelta(days=2))

    assert [sent.to for sent in mail.outbox] == [["Later@example.com"]]
