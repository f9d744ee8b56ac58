"""What the law wants done with a person's data: telling them all of it, and taking it out.

`docs/privacy.md` says what is stored about a person, and what becomes of it.
"""

from __future__ import annotations

import re

from accounts.models import User
from core.fields import MAX_ID


class UnclearError(Exception):
    """It isn't clear who is meant, or it can't be done to them; says so in a sentence."""


def find_person(who: str) -> User:
    """The person with this user name, e-mail address or id.

    Raises:
        UnclearError: there is nobody, or two are meant.
    """
    who = who.encode(errors="replace").decode()  # a terminal may give what is no text
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
