"""What the clock does for 1-on-1 sessions, and what ends with a friendship (contract O2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from friendships import services as friendships
from notifications.models import Notification
from tests.zoom.conftest import befriend
from zoom import jobs, services
from zoom.models import JoinToken, OneOnOneSession, WebhookEvent

pytestmark = pytest.mark.django_db

WEEK, DAY, MOMENT = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)


def test_what_nobody_starts_for_a_week_is_cancelled_once_and_both_are_told(pending, ada, ben, now):
    assert jobs.call_off_one_on_ones(now + WEEK - MOMENT) == 0
    assert jobs.call_off_one_on_ones(now + WEEK) == 1
    assert jobs.call_off_one_on_ones(now + WEEK) == 0

    pending.refresh_from_db()
    assert pending.status == "cancelled"
    entry = pending.audit_entries.last()
    assert (entry.event_type, entry.user, entry.message) == (
        *("cancelled", None),
        "The clock cancelled the session.",
    )
    told = Notification.objects.filter(event="one_on_one_cancelled")
    assert {(each.user, each.title) for each in told} == {
        (ada, "Session with Ben Okri cancelled"),
        (ben, "Session with Ada Byron cancelled"),
    }


def test_what_nobody_ends_for_a_day_is_completed(active, now):
    started = active.started_at

    assert jobs.complete_one_on_ones(started + DAY - MOMENT) == 0
    assert jobs.complete_one_on_ones(started + DAY) == 1
    assert jobs.complete_one_on_ones(started + DAY) == 0

    active.refresh_from_db()
    assert (active.status, active.ended_at) == ("completed", started + DAY)


def test_the_clock_leaves_alone_what_moved_since_it_looked(pending, active, now):
    assert services.call_off_overdue(active.pk, now=now + WEEK) is False
    assert services.complete_overdue(active.pk, now=now) is False


def test_an_active_session_is_not_called_off_nor_a_pending_one_completed(active, now):
    assert jobs.call_off_one_on_ones(now + WEEK) == 0
    other = services.create(by=active.initiator, participant_id=active.participant.pk, now=now)

    jobs.complete_one_on_ones(now + WEEK)

    other.refresh_from_db()
    assert other.status == "pending"


def test_marks_of_old_events_are_forgotten(db, now):
    for key, age in (("old", WEEK + MOMENT), ("young", WEEK - MOMENT)):
        WebhookEvent.objects.create(key=key, received_at=now - age)

    assert jobs.forget_webhook_events(now) == 1
    assert WebhookEvent.objects.get().key == "young"


def test_join_tokens_are_forgotten_long_after_they_ended(active, ada, now, settings):
    settings.JOIN_TOKENS_KEPT = WEEK
    for digest, age in (("old", WEEK + MOMENT), ("young", WEEK), ("good", -MOMENT)):
        ends = now - age
        JoinToken.objects.create(session=active, user=ada, digest=digest, expires_at=ends)

    assert jobs.forget_join_tokens(now) == 1
    assert {token.digest for token in JoinToken.objects.all()} == {"young", "good"}


@pytest.mark.parametrize("act", [friendships.unfriend, friendships.block])
@pytest.mark.parametrize("by_ada", [True, False])
def test_with_a_friendship_end_its_sessions_and_no_others(friends, person, now, act, by_ada):
    ada, ben = friends
    zoe = person("zoe")
    befriend(ada, zoe, now)
    pairs = [(ada, ben), (ben, ada), (ada, zoe)]
    waiting, running, others = (
        services.create(by=one, participant_id=other.pk, now=now) for one, other in pairs
    )
    services.start(running, by=ada, now=now)
    by, other = (ada, ben) if by_ada else (ben, ada)

    act(by=by, other=other, now=now)

    statuses = OneOnOneSession.objects.in_bulk()
    assert statuses[waiting.pk].status == "cancelled"
    assert statuses[running.pk].status == "completed"
    assert statuses[others.pk].status == "pending"
    assert {each.user for each in waiting.audit_entries.filter(event_type="cancelled")} == {by}
