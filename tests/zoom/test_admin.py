"""1-on-1 sessions in the admin: staff can find, view and stop them, but not edit them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from notifications.models import Notification
from zoom import services
from zoom.models import AuditEntry, JoinToken, OneOnOneSession

pytestmark = pytest.mark.django_db

SESSIONS = "/admin/zoom/oneononesession/"


@pytest.fixture
def token(active, ben, now):
    services.mark_ready(active, by=ben, now=now)
    return services.issue(active, by=ben, now=now)


def stop(desk, *sessions):
    chosen = {"action": "stop_selected", "_selected_action": [each.pk for each in sessions]}
    return desk.post(SESSIONS, chosen, follow=True).content.decode()


def test_a_session_is_shown_with_its_tokens_and_its_log(desk, active, token):
    page = desk.get(f"{SESSIONS}{active.pk}/change/").content.decode()

    assert "Ada Byron started the session." in page
    assert "Ben Okri is ready to join." in page
    assert "ben" in page


@pytest.mark.parametrize(
    "page",
    [
        SESSIONS,
        f"{SESSIONS}{{session}}/change/",
        "/admin/zoom/jointoken/",
        "/admin/zoom/jointoken/{token}/change/",
        "/admin/zoom/auditentry/",
        "/admin/zoom/auditentry/{entry}/change/",
        "/admin/zoom/pendingmeetingend/",
    ],
)
def test_no_page_shows_a_token_or_the_address_of_a_meeting(desk, active, token, page):
    entry = AuditEntry.objects.last()
    path = page.format(session=active.pk, token=token.row.pk, entry=entry.pk)

    answer = desk.get(path)

    assert answer.status_code == 200
    text = answer.content.decode()
    for secret in (
        token.text,
        token.row.digest,
        active.zoom_meeting_url,
        active.zoom_meeting_password,
    ):
        assert secret not in text


@pytest.mark.parametrize("query", ["q=ben", "q=ada@example.com", "status__exact=active"])
def test_sessions_are_found_by_their_people_and_status(desk, active, query):
    page = desk.get(f"{SESSIONS}?{query}").content.decode()

    assert f"{SESSIONS}{active.pk}/change/" in page


def test_other_sessions_are_not_found(desk, active):
    for query in ("q=zoe", "status__exact=pending"):
        assert (
            f"{SESSIONS}{active.pk}/change/" not in desk.get(f"{SESSIONS}?{query}").content.decode()
        )


@pytest.mark.parametrize(
    "model", ["oneononesession", "jointoken", "auditentry", "pendingmeetingend"]
)
def test_nothing_can_be_added(desk, model):
    assert desk.get(f"/admin/zoom/{model}/add/").status_code == 403


def test_nothing_can_be_changed_or_deleted(desk, active, token):
    entry = AuditEntry.objects.first()
    rows = [("oneononesession", active), ("jointoken", token.row), ("auditentry", entry)]

    for model, row in rows:
        path = f"/admin/zoom/{model}/{row.pk}"
        assert desk.post(f"{path}/change/", {"message": "Nothing happened."}).status_code == 403
        assert desk.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
        everything = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        desk.post(f"/admin/zoom/{model}/", everything)

    entry.refresh_from_db()
    assert entry.message == "Ada Byron created the session."
    assert JoinToken.objects.count() == 1


def test_staff_end_an_active_session_and_both_people_are_notified(desk, active, ada, ben):
    page = stop(desk, active)

    assert "1 stopped." in page
    active.refresh_from_db()
    assert active.status == "completed"
    last = active.audit_entries.last()
    assert (last.event_type, last.user.username) == ("ended", "root")
    notified = Notification.objects.filter(event="one_on_one_ended")
    assert {each.user for each in notified} == {ada, ben}
    assert LogEntry.objects.get().change_message == "Stopped"


def test_staff_cancel_a_pending_session(desk, pending):
    assert "1 stopped." in stop(desk, pending)

    pending.refresh_from_db()
    assert pending.status == "cancelled"


def test_stopping_a_completed_session_changes_nothing(desk, active, ben, now):
    services.end(active, by=ben, now=now)

    page = stop(desk, active)

    assert "A session that is completed can&#x27;t become cancelled." in page
    assert "0 stopped." in page
    assert LogEntry.objects.count() == 0


def test_staff_who_may_only_view_sessions_cannot_stop_them(client, person, active):
    viewer = person("lou", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_oneononesession"))
    client.force_login(viewer)

    assert client.get(SESSIONS).status_code == 200
    stop(client, active)

    active.refresh_from_db()
    assert active.status == "active"


def test_tokens_are_not_exported(desk, token):
    tokens = "/admin/zoom/jointoken/"
    chosen = {"action": "export_csv", "_selected_action": [token.row.pk]}

    answer = desk.post(tokens, chosen, follow=True)

    assert answer["Content-Type"].startswith("text/html")
    assert token.row.digest not in answer.content.decode()
    assert LogEntry.objects.count() == 0


def test_deactivating_a_user_stops_their_sessions_if_staff_choose_so(desk, active, pending, ben):
    chosen = {"action": "deactivate_selected", "_selected_action": [ben.pk]}

    page = desk.post(
        "/admin/accounts/user/", chosen | {"reason": "Spam", "clear": "on"}, follow=True
    )

    assert "1-on-1 sessions stopped: " in page.content.decode()
    active.refresh_from_db()
    assert active.status == "completed"
    stopped = LogEntry.objects.filter(change_message="Stopped. The reason: Spam")
    assert stopped.filter(object_id=str(active.pk)).count() == 1


@pytest.mark.parametrize(
    ("codes", "sentence", "status"),
    [
        (["change_oneononesession"], "1-on-1 sessions stopped: 1.", "completed"),
        ([], "Their 1-on-1 sessions stay: you may not change those.", "active"),
    ],
)
def test_deactivation_stops_only_sessions_that_the_staff_member_may_change(
    active, ben, person, now, codes, sentence, status
):
    staff = person("lou", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=codes))

    assert services.clear_away(ben, by=staff, now=now, reason="Spam") == sentence

    active.refresh_from_db()
    assert active.status == status


@pytest.mark.parametrize("query", ["q={meeting}", "q={id}", "situation=stuck"])
def test_sessions_are_found_by_meeting_id_own_id_and_situation(desk, active, query, now):
    OneOnOneSession.objects.filter(pk=active.pk).update(started_at=now - timedelta(days=2))

    query = query.format(meeting=active.zoom_meeting_id, id=active.pk)

    assert list(desk.get(f"{SESSIONS}?{query}").context["cl"].result_list) == [active]
