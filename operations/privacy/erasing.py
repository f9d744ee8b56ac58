"""Erasing a person: who they were goes, and what concerns others stays whole.

Every step is small, does nothing when it is done again, and leaves the next ones possible: after a
crash the command is run again. The name goes out of the account last, since it is what the other
places are searched for.
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
# For so long a request that was let in before the account was closed may still be on its way: its
# body comes as slowly as its sender likes.
ON_THE_WAY = timedelta(hours=1)


def check_may_be_erased(user: User) -> None:
    """Somebody has to look after the site.

    Raises:
        UnclearError: it is the last superuser.
    """
    others = User.objects.active().filter(is_superuser=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise UnclearError(f"{user.username} is the last superuser: make another one first.")


def erase(user: User, *, now: datetime) -> Report:
    """Take all that says who this is out of the database, and their own words with it.

    Returns:
        What was done, and to how many.

    Raises:
        UnclearError: it is the last superuser.
    """
    email, renaming = user.email, Renaming(user, accounts_erasure.free_name(user))
    with transaction.atomic():
        # Of the last two, erased at once, one waits here and then sees that it is the last.
        list(User.objects.filter(is_superuser=True).select_for_update(no_key=True).order_by("pk"))
        check_may_be_erased(user)
        accounts_erasure.close(user)
    report = retire(user, now=now) + remove(user, email, renaming, now=now)
    with transaction.atomic():
        report += rename(user, email, renaming)
        accounts_erasure.anonymise(user, renaming.new, now=now)
    # Once more, for what was on its way when the account was closed.
    return report + retire(user, now=now) + remove(user, email, renaming, now=now)


def erase_late_arrivals(now: datetime) -> int:
    """Take out what has landed since of people who were erased just now; returns how many things
    that were. Their account has no name any more that could be searched for, but what others were
    told of them says that it was of them."""
    late = Report()
    for user in User.objects.erased_since(now - ON_THE_WAY):
        unnamed = Renaming(user, user.username)
        late += retire(user, now=now) + delete(user, user.email, unnamed, now=now)
        late["notifications of others"] += notifications.erasure.rename_known(user, unnamed)
        late["entries of sessions' logs"] += zoom.erasure.rename(user, unnamed.new)
    return late.total()


def retire(user: User, *, now: datetime) -> Report:
    """End what they take part in, with news for everybody concerned."""
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
    """Delete what is theirs alone, and take their words and name out of the rest."""
    return delete(user, email, renaming, now=now) + rename(user, email, renaming)


def delete(user: User, email: str, renaming: Renaming, *, now: datetime) -> Report:
    """Delete what is theirs alone, and take their words out of the rest."""
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
    """Take their name out of what others were told, and of the logs."""
    zoom.erasure.forget_at_zoom(email, renaming.new)
    return Report(
        {
            "notifications of others reworded": notifications.erasure.rename(user, renaming),
            "answers to others erased": accounts_erasure.erase_answers(renaming),
            "entries of sessions' logs reworded": zoom.erasure.rename(user, renaming.new),
            "entries of the admin's log reworded": traces.rename_in_log(user, renaming),
        }
    )
