"""Dates in mails are in the time zone of their reader, before and after clock changes
(contract C5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from mail.jobs import send_mails
from notifications.models import Notification
from sessions_app.jobs import send_reminders

pytestmark = pytest.mark.django_db

BERLIN, NEW_YORK, KOLKATA = "Europe/Berlin", "America/New_York", "Asia/Kolkata"
# The last Sundays of March and October. The clocks of Berlin change at 01:00 UTC on both, those of
# New York on other days, and those of Kolkata never.
CHANGES = [
    (BERLIN, "2030-03-31T01:59", "2030-03-31T00:59:00Z", "31 March 2030 at 01:59 CET"),
    (BERLIN, "2030-03-31T03:00", "2030-03-31T01:00:00Z", "31 March 2030 at 03:00 CEST"),
    (BERLIN, "2030-03-31T10:00", "2030-03-31T08:00:00Z", "31 March 2030 at 10:00 CEST"),
    (BERLIN, "2030-10-27T02:30", "2030-10-27T00:30:00Z", "27 October 2030 at 02:30 CEST"),
    (BERLIN, "2030-10-27T03:00", "2030-10-27T02:00:00Z", "27 October 2030 at 03:00 CET"),
    (BERLIN, "2030-10-27T10:00", "2030-10-27T09:00:00Z", "27 October 2030 at 10:00 CET"),
    (NEW_YORK, "2030-03-31T10:00", "2030-03-31T14:00:00Z", "31 March 2030 at 10:00 EDT"),
    (NEW_YORK, "2030-10-27T10:00", "2030-10-27T14:00:00Z", "27 October 2030 at 10:00 EDT"),
    (KOLKATA, "2030-03-31T10:00", "2030-03-31T04:30:00Z", "31 March 2030 at 10:00 IST"),
    (KOLKATA, "2030-10-27T10:00", "2030-10-27T04:30:00Z", "27 October 2030 at 10:00 IST"),
]


@pytest.mark.parametrize(("zone", "local", "utc", "words"), CHANGES)
def test_a_reader_in_the_zone_of_the_plan_reads_the_planned_time(
    api, subscriber, zone, local, utc, words
):
    ines = subscriber("maria", zone, role="instructor")
    body = {"title": "Algebra", "description": "D", "max_participants": 5}
    answer = api(ines).post("/api/sessions/", body | {"date": local, "timezone": zone})
    assert (answer.status_code, answer.json()["date"]) == (201, utc)

    now = datetime.fromisoformat(utc) - timedelta(hours=1)
    send_reminders(now)
    send_mails(now)

    [sent] = mail.outbox
    assert f"Algebra begins on {words} ({zone})." in sent.body
    assert f"Algebra begins on {words} ({zone})." in sent.alternatives[0].content
    message = Notification.objects.get().message
    assert message == f"Algebra begins on {datetime.fromisoformat(utc):%d %B %Y at %H:%M} UTC."


@pytest.mark.parametrize(
    ("date", "words"),
    [
        (
            datetime(2030, 3, 31, 0, 30, tzinfo=UTC),
            {
                BERLIN: "31 March 2030 at 01:30 CET (Europe/Berlin)",
                NEW_YORK: "30 March 2030 at 20:30 EDT (America/New_York)",
                KOLKATA: "31 March 2030 at 06:00 IST (Asia/Kolkata)",
                "UTC": "31 March 2030 at 00:30 UTC",
            },
        ),
        (
            datetime(2030, 10, 27, 1, 30, tzinfo=UTC),
            {
                BERLIN: "27 October 2030 at 02:30 CET (Europe/Berlin)",
                NEW_YORK: "26 October 2030 at 21:30 EDT (America/New_York)",
                KOLKATA: "27 October 2030 at 07:00 IST (Asia/Kolkata)",
                "UTC": "27 October 2030 at 01:30 UTC",
            },
        ),
    ],
)
def test_each_reader_of_one_session_gets_the_date_in_their_own_zone_only(
    session, subscriber, join, date, words
):
    row = session(title="Algebra", date=date)
    for number, zone in enumerate(words):
        join(row, subscriber(f"reader{number}", zone))

    send_reminders(date - timedelta(hours=1))
    send_mails(date - timedelta(hours=1))

    texts = {message.to[0]: message.message().as_string() for message in mail.outbox}
    for number, zone in enumerate(words):
        text = texts.pop(f"reader{number}@example.com")
        assert [each for each in words.values() if each in text] == [words[zone]]
        assert [n for n in range(len(words)) if f"reader{n}" in text] == [number]
    assert texts == {}
