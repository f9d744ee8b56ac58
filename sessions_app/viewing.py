"""A user's roles for a session, from the facts that were read with it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sessions_app.states import Role, Viewer, staff_approves


class Viewed:
    """A session that was read with `seen_by(user)`: a row, or an instance of the model."""

    __slots__ = ()

    def viewer(self: Any, user: Any, now: datetime, material: Any = None) -> Viewer:
        """Return the user's roles for the session, and for this material of it."""
        roles = roles_of(
            creator=self.creator_id == user.pk,
            participant=self.viewer_is_in,
            asker=self.viewer_is_asking,
            uploaded=material is not None and material.uploaded_by_id == user.pk,
            staff=user.is_staff,
            moderated=staff_approves(),
        )
        return Viewer(roles, now, asked_enough=self.viewer_asked_enough)


@cache
def roles_of(
    *, creator: bool, participant: bool, asker: bool, uploaded: bool, staff: bool, moderated: bool
) -> frozenset[Role]:
    """Return the roles that follow from these facts."""
    roles = {
        Role.PERSON: True,
        Role.CREATOR: creator,
        Role.PARTICIPANT: participant,
        Role.ASKER: asker,
        Role.UPLOADER: participant and uploaded,
        Role.STAFF: staff,
        Role.MODERATOR: staff or (creator and not moderated),
    }
    return frozenset(role for role, applies in roles.items() if applies)
