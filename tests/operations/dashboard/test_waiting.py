"""What waits for somebody: each pile leads to its rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mail.models import Mail
from materials.models import OrphanedFile
from operations.dashboard import waiting
from tests.operations.dashboard.conftest import DAY, PAGE, rewrite
from zoom.models import PendingMeetingEnd

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_each_pile_that_waits_leads_to_the_list_of_what_it_counts(
    desk, session, asked, settings, student, now
):
    settings.SESSION_APPROVAL_POLICY = "staff"
    long_ago = now - DAY
    asked()
    rewrite(session(), status="ongoing", ends_at=long_ago)
    rewrite(session(), status="ongoing", ends_at=now - timedelta(hours=2))
    rewrite(session(), ends_at=long_ago)
    session()
    mail = {"kind": "notification", "user": student, "created_at": long_ago}
    for columns in (
        {"attempts": 6},
        {"sent_at": now},
        {"next_try_at": now},
        {"next_try_at": long_ago},
    ):
        Mail.objects.create(subject=f"Mail {columns}", **mail, **columns)
    PendingMeetingEnd.objects.create(meeting_id="1", next_try_at=now, created_at=long_ago)
    PendingMeetingEnd.objects.create(meeting_id="2", next_try_at=now, created_at=now)
    OrphanedFile.objects.create(name="a", store="local", attempts=5, next_try_at=now)
    OrphanedFile.objects.create(name="b", store="local", attempts=0, next_try_at=now)

    rows = desk.get(PAGE).context["waiting"]

    assert len(rows) == len(waiting.piles(now)) == 7
    for row in rows:
        assert row["number"] == 1, row["label"]
        listed = desk.get(row["link"]).context["cl"]
        assert listed.result_count == 1, row["label"]


def test_approvals_wait_for_the_staff_on_a_moderated_site_only(settings, now):
    names = {pile.name for pile in waiting.piles(now)}
    settings.SESSION_APPROVAL_POLICY = "staff"

    assert {pile.name for pile in waiting.piles(now)} - names == {"approvals"}
