"""The scheduler's jobs. A process that dies in a job leaves rows claimed for five minutes."""

from __future__ import annotations

from datetime import timedelta

from materials.models import OrphanedFile
from sessions_app import services
from tests.faults.acts import Case, act, has, notified, rewrite, status_of, uploaded
from tests.faults.site import approved, joined, now, person, publish, run, seen

LATER = timedelta(minutes=10)


@act()
def remind() -> Case:
    inside = person(email_notifications=True)
    row = joined(publish(date=now() + timedelta(minutes=50)), inside)
    return Case(
        lambda: run("send_reminders"),
        lambda: notified("reminder", inside, row.creator) and has(inside.mails.all()),
    )


@act()
def expire_sessions() -> Case:
    inside, asking = person(), person()
    row = joined(approved(publish("request"), inside), asking)
    rewrite(row, date=now() - timedelta(hours=3), ends_at=now() - timedelta(hours=2))
    return Case(
        lambda: run("expire_sessions"),
        lambda: (
            status_of(row) == "expired"
            and notified("expired", inside)
            and notified("request_closed", asking)
        ),
    )


@act()
def complete_overdue() -> Case:
    inside = person()
    row = joined(publish(), inside)
    services.start(seen(row, row.creator), by=row.creator, now=now())
    rewrite(row, ends_at=now() - timedelta(hours=3))
    return Case(
        lambda: run("complete_sessions"),
        lambda: status_of(row) == "completed" and notified("completed", inside),
    )


@act()
def remove_orphaned_files() -> Case:
    row = publish()
    material = uploaded(row)
    services.delete(seen(row, row.creator), by=row.creator, now=now() - LATER)
    return Case(
        lambda: run("remove_orphaned_files", LATER),
        lambda: (
            True
            if has(OrphanedFile.objects.filter(name=material.stored_name), 0)
            else removed_later()
        ),
    )


def removed_later() -> bool:
    """Whether a job some minutes later takes over the claim of a process that died."""
    return run("remove_orphaned_files", 2 * LATER).ok and has(
        OrphanedFile.objects.filter(next_try_at__lt=now() + LATER), 0
    )


@act()
def send_mails() -> Case:
    inside = person(email_notifications=True)
    row = joined(publish(), inside)
    services.cancel(seen(row, row.creator), by=row.creator, now=now())
    return Case(
        lambda: run("send_mails"),
        lambda: run("send_mails", LATER).ok and has(inside.mails.filter(sent_at__isnull=False)),
    )
