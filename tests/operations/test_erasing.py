"""`manage.py erase_user` erases everything that identifies the person, and nothing of others."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import erasure as accounts_erasure
from accounts import services as accounts
from accounts import staff_acts
from accounts.models import User
from core.errors import APIError
from friendships.models import Friendship, Message
from mail.models import Mail
from materials.models import OrphanedFile
from notifications.models import Notification
from operations.privacy import erasing
from operations.privacy.erasing import erase_late_arrivals
from sessions_app import services
from sessions_app.models import BookingRequest, Participant, Session
from tests.operations.full_life import PASSWORD, SECRETS, publish, seen
from zoom.models import AuditEntry, WebhookEvent
from zoom.services.webhooks import digest_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def erase(django_capture_on_commit_callbacks, life):
    def run(who: str = "zquill") -> str:
        out = io.StringIO()
        with django_capture_on_commit_callbacks(execute=True):
            call_command("erase_user", who, "--yes", stdout=out)
        return out.getvalue()

    return run


def whole_database() -> str:
    """Return every column of every table, also of tables without a model."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        contents = {}
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            contents[table] = cursor.fetchall()
    assert len(contents) > 20
    return str(contents)


def secrets_left(folder) -> list[str]:
    files = [each for each in folder.rglob("*") if each.is_file()]
    everything = (whole_database() + str(files) + "".join(map(read, files))).lower()
    known = [*SECRETS, digest_of("zebedee.q@mail.example")]
    return [secret for secret in known if secret.lower() in everything]


def read(file) -> str:
    return file.read_bytes().decode(errors="replace")


@pytest.mark.database
def test_nothing_that_identifies_the_person_is_left(life, erase, tmp_path):
    assert len(secrets_left(tmp_path)) == len(SECRETS) + 1, "the search must find what is there"

    report = erase()

    assert secrets_left(tmp_path) == []
    assert OrphanedFile.objects.count() == 0
    name = f"erased-{life.person.pk}"
    assert report.endswith(f"Erased: {name}.\n")
    life.person.refresh_from_db()
    assert (life.person.username, life.person.email) == (name, f"{name}@erased.invalid")
    assert life.person.erased_at is not None


def test_the_person_is_signed_out_everywhere_at_once(life, erase, api):
    signed_in = api(life.person)
    assert signed_in.get("/api/auth/me/").status_code == 200

    erase()

    assert signed_in.get("/api/auth/me/").status_code == 401
    for name in ("zquill", f"erased-{life.person.pk}"):
        body = {"username": name, "password": PASSWORD}
        assert api().post("/api/auth/token/", body).status_code == 401
    life.person.refresh_from_db()
    assert not life.person.is_active
    assert not life.person.is_staff
    assert not life.person.has_usable_password()


def test_others_keep_everything_that_is_theirs(life, erase, api):
    erase()

    friend = api(life.friend)
    for session in (life.offered, life.past, life.attended, life.requested):
        answer = friend.get(f"/api/sessions/{session.pk}/")
        assert answer.status_code == 200, answer.json()
    for path in (
        "/api/sessions/", "/api/sessions/my_sessions/", "/api/notifications/", "/v1/friends/",
        "/v1/friends/requests/", "/v1/sessions/", f"/v1/sessions/{life.one_on_one.pk}/",
    ):  # fmt: skip
        assert friend.get(path).status_code == 200, path
    texts = [each["text"] for each in friend.get(f"/v1/friends/{life.person.pk}/messages/").json()]
    assert "I look forward to it" in texts
    assert texts.count("[erased]") == len(texts) - 1
    assert Participant.objects.filter(session=life.past, user=life.friend).count() == 1
    for row in Session.objects.all():
        assert row.participant_count == row.participants.present().count()


def test_future_sessions_are_cancelled_and_others_are_notified(life, erase):
    erase()

    statuses = dict(Session.objects.values_list("pk", "status"))
    assert statuses[life.offered.pk] == "cancelled"
    assert statuses[life.past.pk] == "completed"
    assert not Participant.objects.present().filter(user=life.person, session=life.attended)
    titles = set(Session.objects.filter(creator=life.person).values_list("title", flat=True))
    assert titles == {"Harmony", "Counterpoint", f"Piano with erased-{life.person.pk}"}
    assert not BookingRequest.objects.pending().filter(user=life.person)
    assert not Friendship.objects.of(life.person).filter(status__in=["accepted", "pending"])
    life.one_on_one.refresh_from_db()
    assert life.one_on_one.status == "completed"
    notified = set(Notification.objects.filter(user=life.friend).values_list("title", "message"))
    name = f"erased-{life.person.pk}"
    assert (
        f"Session cancelled: Piano with {name}",
        f"Piano with {name} has been cancelled. The reason: The session's creator has left this "
        "site.",
    ) in notified
    assert ("Participant left Geometry", f"{name} left your session.") in notified
    assert ("New material in Geometry", f"{name} has added [erased].") in notified


def test_the_audit_log_keeps_its_entries_under_the_new_name(life, erase):
    before = list(AuditEntry.objects.order_by("pk").values_list("event_type", "user"))

    erase()

    after = list(AuditEntry.objects.order_by("pk").values_list("event_type", "user"))
    assert after[: len(before)] == before
    name = f"erased-{life.person.pk}"
    for entry in AuditEntry.objects.filter(user=life.person):
        assert entry.message.startswith(f"{name} ")
    assert WebhookEvent.objects.get().person == digest_of(name)


def test_erasing_again_changes_nothing(life, erase):
    erase()
    before = Notification.objects.count(), Message.objects.count(), Mail.objects.count()

    erase(str(life.person.pk))

    life.person.refresh_from_db()
    assert life.person.username == f"erased-{life.person.pk}"
    assert before == (Notification.objects.count(), Message.objects.count(), Mail.objects.count())


def test_erasing_can_be_repeated_after_a_crash(life, erase, tmp_path, monkeypatch):
    for step in ("retire", "remove", "rename"):
        with monkeypatch.context() as crashing:
            crashing.setattr(erasing, step, crash_after(getattr(erasing, step)))
            with pytest.raises(MemoryError):
                erase()
        assert "zquill" in secrets_left(tmp_path), "the person must still be found by name"

    erase()

    assert secrets_left(tmp_path) == []


def crash_after(act):
    def crash(*args, **kwargs):
        act(*args, **kwargs)
        raise MemoryError

    return crash


def test_rows_written_while_the_account_is_closed_are_erased_too(
    life, erase, tmp_path, now, monkeypatch
):
    """Other requests write rows just after the account has lost its name."""
    done, zed, friend = accounts_erasure.anonymise, User.objects.get(pk=life.person.pk), life.friend

    def late(*args, **kwargs):
        done(*args, **kwargs)
        services.join(seen(life.requested, zed), by=zed, now=now, message="please let me in")
        Message.objects.create(sender=zed, recipient=friend, text="see you on thursday")

    monkeypatch.setattr(accounts_erasure, "anonymise", late)
    erase()

    assert secrets_left(tmp_path) == []
    assert not BookingRequest.objects.pending().filter(user=zed)


def test_rows_written_later_are_erased_by_the_scheduler(life, erase, tmp_path, now):
    """By a request that was authenticated before, whose body arrived slowly."""
    zed = User.objects.get(pk=life.person.pk)
    erase()
    services.join(seen(life.requested, zed), by=zed, now=now, message="please let me in")
    Message.objects.create(sender=zed, recipient=life.friend, text="see you on thursday")
    late = publish(zed, now, title="my offer that nobody took")

    later = now + timedelta(minutes=5)
    assert erase_late_arrivals(later) > 0

    assert secrets_left(tmp_path) == []
    assert not BookingRequest.objects.pending().filter(user=zed)
    assert not Session.objects.filter(pk=late.pk).exists()
    assert erase_late_arrivals(later) == 0, "nothing is left to erase"


def test_an_erased_person_gets_no_name_again(life, erase, api):
    """Neither by their own request that was authenticated before, nor by staff."""
    zed = User.objects.get(pk=life.person.pk)
    admin_client = Client()
    admin_client.force_login(life.staff)
    page = f"/admin/accounts/user/{zed.pk}/change/"
    form = admin_client.get(page).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (None, False, [])}
    erase()
    before = User.objects.values().get(pk=zed.pk)

    with pytest.raises(APIError) as refused:
        accounts.update_profile(
            by=zed, now=timezone.now(), first_name="Zebedee", email="zebedee.q@mail.example"
        )
    assert refused.value.status == 401
    assert admin_client.get(page).status_code == 200, "staff may still view the page"
    assert admin_client.post(page, sent).status_code == 403
    with pytest.raises(APIError, match="erased"):
        staff_acts.reactivate(zed, by=life.staff, now=timezone.now())

    assert User.objects.values().get(pk=zed.pk) == before
