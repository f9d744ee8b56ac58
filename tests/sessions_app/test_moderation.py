"""A moderated site (contract S9): only the creator and staff see a session that waits for approval.
Staff approve it from a queue, or refuse it with a reason that the creator is notified of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import RequestFactory

from mail.jobs import send_mails
from notifications.models import Notification
from sessions_app import services
from sessions_app.admin import may_see_queue, queue_badge
from sessions_app.models import Session

pytestmark = pytest.mark.django_db

QUEUE = "/admin/sessions_app/waitingsession/"


@pytest.fixture(autouse=True)
def moderated(settings):
    settings.SESSION_APPROVAL_POLICY = "staff"


@pytest.fixture
def waiting(api, instructor, now):
    """A session that waits for approval, published over the API."""
    body = {
        "title": "Proofs",
        "description": "By induction",
        "subject": "Maths",
        "level": "beginner",
        "date": (now + timedelta(days=3)).isoformat(),
        "max_participants": 4,
    }
    answer = api(instructor).post("/api/sessions/", body)
    assert answer.json()["status"] == "pending_approval"
    return Session.objects.get(pk=answer.json()["id"])


def act(desk, action, *sessions, **extra):
    data = {"action": action, "_selected_action": [each.pk for each in sessions]}
    return desk.post(QUEUE, data | extra, follow=True).content.decode()


def statuses(api, user, query="status=pending_approval"):
    return [each["status"] for each in api(user).get(f"/api/sessions/?{query}").json()["results"]]


def test_a_waiting_session_is_in_the_queue_and_hidden_from_others(
    api, desk, staff, student, instructor, waiting
):
    path = f"/api/sessions/{waiting.pk}/"

    assert api(student).get(path).status_code == 404
    assert statuses(api, student) == []
    assert statuses(api, instructor) == statuses(api, staff) == ["pending_approval"]
    assert "approve" in api(staff).get(path).json()["allowed_actions"]
    assert "Proofs" in desk.get(QUEUE).content.decode()


def test_the_creator_is_notified_of_the_reason_for_a_refusal_also_by_mail(
    api, desk, staff, student, instructor, waiting, now
):
    instructor.email_notifications = True
    instructor.save()

    page = act(desk, "refuse_selected", waiting, reason="Please name your sources.")

    assert "1 refused." in page
    waiting.refresh_from_db()
    assert (waiting.status, waiting.cancel_reason) == ("cancelled", "Please name your sources.")
    notification = Notification.objects.get()
    assert (notification.user, notification.event) == (instructor, "not_approved")
    assert notification.title == "Session not approved: Proofs"
    assert "Please name your sources." in notification.message
    send_mails(now + timedelta(minutes=1))
    assert "have not approved Proofs" in mail.outbox[0].body
    assert "Please name your sources." in mail.outbox[0].body
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (staff, str(waiting.pk))
    assert entry.change_message == "Refused. The reason: Please name your sources."
    assert api(student).get(f"/api/sessions/{waiting.pk}/").status_code == 404


def test_refusing_over_the_api_notifies_and_logs_the_same(api, staff, instructor, waiting):
    path = f"/api/sessions/{waiting.pk}/cancel/"

    assert api(staff).post(path, {"reason": "Spam"}).json()["session"]["status"] == "cancelled"

    notification = Notification.objects.get()
    assert (notification.user, notification.event) == (instructor, "not_approved")
    assert LogEntry.objects.get().change_message == "Refused. The reason: Spam"


def test_a_refusal_needs_a_reason(desk, waiting):
    page = act(desk, "refuse_selected", waiting, reason=" ")

    assert "This field is required." in page
    assert Session.objects.get().status == "pending_approval"


@pytest.mark.parametrize("way", ["desk", "api"])
def test_an_approved_session_is_visible_to_all_with_one_notification_and_one_log_entry(
    api, desk, staff, student, instructor, waiting, way
):
    if way == "desk":
        assert "1 approved." in act(desk, "approve_selected", waiting)
    else:
        assert api(staff).post(f"/api/sessions/{waiting.pk}/approve/").status_code == 200

    assert statuses(api, student, "") == ["approved"]
    assert [row.event for row in Notification.objects.of(instructor)] == ["approved"]
    assert LogEntry.objects.get().change_message == "Approved"
    assert "Proofs" not in desk.get(QUEUE).content.decode()


def test_the_longest_wait_comes_first(desk, offered, now):
    late, early, middle = offered(3)
    for row, days in ((late, 1), (early, 3), (middle, 2)):
        row.created_at = now - timedelta(days=days)
        row.save()

    page = desk.get(QUEUE)

    assert [row.title for row in page.context["cl"].result_list] == ["S1", "S2", "S0"]
    assert "3\xa0days" in page.content.decode()


def test_a_session_approved_in_the_meantime_can_not_be_refused(desk, staff, waiting, now):
    row = Session.objects.seen_by(staff).get()
    services.approve(Session.objects.seen_by(staff).get(), by=staff, now=now)

    page = act(desk, "refuse_selected", waiting, reason="Spam")

    assert "1 no longer in this list." in page
    with pytest.raises(Exception, match="approved can't become cancelled"):
        services.refuse(row, by=staff, now=now, reason="Spam")
    assert Session.objects.get().status == "approved"


def test_the_badge_shows_the_number_of_waiting_sessions_to_permitted_staff(staff, person, offered):
    request = RequestFactory().get("/admin/")
    request.user = staff
    assert (may_see_queue(request), queue_badge(request)) == (True, "0")

    offered(2)

    assert queue_badge(request) == "2"
    request.user = person(is_staff=True)
    assert not may_see_queue(request)
    table = {"content_type__app_label": "sessions_app", "content_type__model": "session"}
    request.user = person(is_staff=True)
    request.user.user_permissions.add(Permission.objects.get(codename="change_session", **table))
    assert may_see_queue(request), "permission to change a session includes permission to see it"


@pytest.mark.parametrize("permission", ["view_session", "change_session"])
def test_staff_with_a_permission_for_sessions_see_a_link_to_the_queue(
    client, person, waiting, permission
):
    helper = person(is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(codename=permission, content_type__app_label="sessions_app")
    )
    client.force_login(helper)

    assert f'href="{QUEUE}"' in client.get("/admin/").content.decode()
    assert client.get(QUEUE).status_code == 200


def test_the_queue_is_empty_and_hidden_if_creators_approve(desk, staff, settings, offered):
    settings.SESSION_APPROVAL_POLICY = "creator"
    [row] = offered()

    assert row.title not in desk.get(QUEUE).context["cl"].result_list
    assert QUEUE not in desk.get("/admin/").content.decode()
