"""The request bodies for 1-on-1 sessions."""

from __future__ import annotations

from core.api.fields import IdField, Input, TextField


class OneOnOneInput(Input):
    """The other person of a new session."""

    participant_id = IdField()


class JoinTokenInput(Input):
    """A join token."""

    token = TextField(max_length=200)
