"""The scheduled jobs for 1-on-1 sessions, and the sessions that end with a friendship
(contract O2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from friendships import services as friendships
from notifications.models import Notification
from tests.zoom.conftest import befriend
from zoom import jobs, services
from zoom.models import JoinToken, OneOnOneSession, WebhookEvent

pytestmark = pytest.mark.django_db

WEEK, DAY, SECOND = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)


def test_a_session_pending_for_a_week_is_cancelled_and_both_are_notified(pending, ada, ben, now):
    assert jobs.call_off_one_on_ones(now + WEEK - SECOND) == 0
    assert jobs.call_off_one_on_ones(now + WEEK) == 1
    assert jobs.call_off_one_on_ones(now + WEEK) == 0

    pending.refresh_from_db()
    assert pending.status == "cancelled"
    entry = pending.audit_entries.last()
    assert (entry.event_type, entry.user, entry.message) == (
        *("cancelled", None),
        "The clock cancelled the session.",
    )
    notifications = Notification.objects.filter(event="one_on_one_cancelled")
    assert {(each.user, each.title) for each in notifications} == {
        (ada, "Session with Ben Okri cancelled"),
        (ben, "Session with Ada Byron cancelled"),
    }


def test_a_session_active_for_a_day_is_completed(active, now):
    started = active.started_at

    assert jobs.complete_one_on_ones(started + DAY - SECOND) == 0
    assert jobs.complete_one_on_ones(started + DAY) == 1
    assert jobs.complete_one_on_ones(started + DAY) == 0

    active.refresh_from_db()
    assert (active.status, active.ended_at) == ("completed", started + DAY)


def test_jobs_skip_sessions_that_are_not_overdue(pending, active, now):
    assert services.call_off_overdue(active.pk, now=now + WEEK) is False
    assert services.complete_overdue(active.pk, now=now) is False


def test_jobs_cancel_only_pending_and_complete_only_active_sessions(active, now):
    assert jobs.call_off_one_on_ones(now + WEEK) == 0
    other = services.create(by=active.initiator, participant_id=active.participant.pk, now=now)

    jobs.complete_one_on_ones(now + WEEK)

    other.refresh_from_db()
    assert other.status == "pending"


def test_records_of_old_events_are_deleted(db, now):
    for key, age in (("old", WEEK + SECOND), ("young", WEEK - SECOND)):
        WebhookEvent.objects.create(key=key, received_at=now - age)

    assert jobs.forget_webhook_events(now) == 1
    assert WebhookEvent.objects.get().key == "young"


def test_join_tokens_are_deleted_long_after_they_expired(active, ada, now, settings):
    settings.JOIN_TOKENS_KEPT = WEEK
    for digest, age in (("old", WEEK + SECOND), ("young", WEEK), ("good", -SECOND)):
        ends = now - age
        JoinToken.objects.create(session=active, user=ada, digest=digest, expires_at=ends)

    assert jobs.forget_join_tokens(now) == 1
    assert {token.digest for token in JoinToken.objects.all()} == {"young", "good"}


@pytest.mark.parametrize("separate", [friendships.unfriend, friendships.block])
@pytest.mark.parametrize("by_ada", [True, False])
def test_the_end_of_a_friendship_ends_its_sessions_and_no_others(
    friends, person, now, separate, by_ada
):
    ada, ben = friends
    zoe = person("zoe")
    befriend(ada, zoe, now)
    pairs = [(ada, ben), (ben, ada), (ada, zoe)]
    waiting, running, others = (
        services.create(by=one, participant_id=other.pk, now=now) for one, other in pairs
    )
    services.start(running, by=ada, now=now)
    by, other = (ada, ben) if by_ada else (ben, ada)

    separate(by=by, other=other, now=now)

    statuses = OneOnOneSession.objects.in_bulk()
    assert statuses[waiting.pk].status == "cancelled"
    assert statuses[running.pk].status == "completed"
    assert statuses[others.pk].status == "pending"
    assert {each.user for each in waiting.audit_entries.filter(event_type="cancelled")} == {by}
