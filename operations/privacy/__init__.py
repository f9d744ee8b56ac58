"""Exporting and erasing a person's data, as the law requires.

`docs/privacy.md` says what is stored about a person, and what happens to it.
"""

from __future__ import annotations

import re

from accounts.models import User
from core.api.fields import MAX_ID


class UnclearError(Exception):
    """The person can't be identified, or can't be erased. The message says why."""


def find_person(who: str) -> User:
    """Return the user with this user name, e-mail address or id.

    Raises:
        UnclearError: nobody, or more than one user, matches.
    """
    who = who.encode(errors="replace").decode()  # a terminal may pass invalid text
    found: list[User] = list(User.objects.signing_in_as(who))
    if re.fullmatch("[0-9]{1,19}", who) and int(who) <= MAX_ID:
        found += User.objects.filter(pk=int(who)).exclude(pk__in=[each.pk for each in found])
    if not found:
        raise UnclearError(f"There is nobody with the user name, e-mail address or id {who}.")
    if len(found) > 1:
        raise UnclearError(
            f"{who} is one person's user name and another one's id: give the e-mail address."
        )
    return found[0]
