"""Erasing a person: their identity is removed, and the data of others stays intact.

Every step is small, and repeating it changes nothing: after a crash the command can be run again.
The name is removed from the account last, since the other places are searched for it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

import friendships.erasure
import notifications.erasure
import sessions_app.erasure
import zoom.erasure
from accounts import erasure as accounts_erasure
from accounts.erasure import Renaming
from accounts.models import User
from operations.privacy import UnclearError, traces

Report = Counter[str]
# How long a request that was accepted before the account was closed may still be in progress: its
# body may arrive slowly.
MAX_REQUEST = timedelta(hours=1)


def check_may_be_erased(user: User) -> None:
    """Check that the user isn't the last superuser.

    Raises:
        UnclearError: it is the last superuser.
    """
    others = User.objects.active().filter(is_superuser=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise UnclearError(f"{user.username} is the last superuser: create another one first.")


def erase(user: User, *, now: datetime) -> Report:
    """Remove the person's identity, and the texts they wrote, from the database.

    Returns:
        What was done, with the number of rows.

    Raises:
        UnclearError: it is the last superuser.
    """
    email, renaming = user.email, Renaming(user, accounts_erasure.free_name(user))
    with transaction.atomic():
        # If the last two superusers are erased at the same time, one waits here and is refused.
        list(User.objects.filter(is_superuser=True).select_for_update(no_key=True).order_by("pk"))
        check_may_be_erased(user)
        accounts_erasure.close(user)
    report = retire(user, now=now) + remove(user, email, renaming, now=now)
    with transaction.atomic():
        report += rename(user, email, renaming)
        accounts_erasure.anonymise(user, renaming.new, now=now)
    # Once more, for requests that were in progress when the account was closed.
    return report + retire(user, now=now) + remove(user, email, renaming, now=now)


def erase_late_arrivals(now: datetime) -> int:
    """Erase what was written after recently erased people were erased, and return the number of
    rows. Their accounts have no name any more to search for, but notifications to others record
    whom they name."""
    late = Report()
    for user in User.objects.erased_since(now - MAX_REQUEST):
        unnamed = Renaming(user, user.username)
        late += retire(user, now=now) + delete(user, user.email, unnamed, now=now)
        late["notifications of others"] += notifications.erasure.rename_known(user, unnamed)
        late["entries of sessions' logs"] += zoom.erasure.rename(user, unnamed.new)
    return late.total()


def retire(user: User, *, now: datetime) -> Report:
    """End what the person takes part in, and notify everybody concerned."""
    return Report(
        {
            "1-on-1 sessions ended": zoom.erasure.end_all(user, now=now),
            "friendships and requests ended": friendships.erasure.end_all_friendships(
                user, now=now
            ),
            "sessions cancelled, places given back": sessions_app.erasure.end_all(user, now=now),
            "browsers signed out of the admin": traces.end_sign_ins(user),
        }
    )


def remove(user: User, email: str, renaming: Renaming, *, now: datetime) -> Report:
    """Delete what belongs only to the person, and remove their texts and name from the rest."""
    return delete(user, email, renaming, now=now) + rename(user, email, renaming)


def delete(user: User, email: str, renaming: Renaming, *, now: datetime) -> Report:
    """Delete what belongs only to the person, and remove their texts from the rest."""
    return Report(
        {
            "materials deleted": sessions_app.erasure.delete_materials(user, now=now),
            "booking requests emptied": sessions_app.erasure.erase_requests(user),
            "messages emptied": friendships.erasure.erase_messages(user),
            "sessions deleted or reworded": sessions_app.erasure.erase_sessions(
                user, renaming, now=now
            ),
            "notifications deleted": notifications.erasure.delete_own(user),
            "mails deleted": accounts_erasure.delete_mails(user, email),
            "networks of sign-ins forgotten": accounts_erasure.forget_networks(user),
            "answers kept for a day deleted": accounts_erasure.delete_answers(user),
        }
    )


def rename(user: User, email: str, renaming: Renaming) -> Report:
    """Replace the person's name in notifications to others, and in the logs."""
    zoom.erasure.forget_at_zoom(email, renaming.new)
    return Report(
        {
            "notifications of others reworded": notifications.erasure.rename(user, renaming),
            "answers to others erased": accounts_erasure.erase_answers(renaming),
            "entries of sessions' logs reworded": zoom.erasure.rename(user, renaming.new),
            "entries of the admin's log reworded": traces.rename_in_log(user, renaming),
        }
    )
