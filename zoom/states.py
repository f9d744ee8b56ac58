"""The lifecycle of a 1-on-1 session (contract O2–O5), as a table: for each action its statuses,
roles, rules and resulting status. No database access.

`docs/states.md` is generated from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db.models import TextChoices

from core.errors import PERMISSION_DENIED, ErrorCode, declare
from core.lifecycle import WRONG_STATE, Action, Rule

# The longest times that a session may stay pending and stay active.
MAX_PENDING = timedelta(days=7)
MAX_ACTIVE = timedelta(days=1)


class Status(TextChoices):
    PENDING = "pending"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Role(TextChoices):
    """A role in a session. One person may have several."""

    PERSON = "person", "anybody signed in"
    INITIATOR = "initiator", "the person who created the session"
    PARTICIPANT = "participant", "the other person"
    STARTER = "starter", "the person who started the session"
    STAFF = "staff", "a staff member, in the admin"
    CLOCK = "clock", "the scheduler"
    ZOOM = "zoom", "Zoom, when a meeting has ended there"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who acts on a session, and when.

    Attributes:
        roles: empty for somebody who isn't signed in.
        now: the current time.
        marker: the marker of the viewer's own start attempt, if one is in progress.
        two_were_in: whether two different people were in the meeting that has ended.
    """

    roles: frozenset[Role]
    now: datetime
    marker: UUID | None = None
    two_were_in: bool = False


class SessionFacts(Protocol):
    """The fields of a session that the rules read."""

    status: str
    initiator_ready: bool
    participant_ready: bool
    start_marker: UUID | None
    start_until: datetime | None
    created_at: datetime
    started_at: datetime | None


def is_ready(session: SessionFacts, viewer: Viewer) -> bool:
    """Whether the viewer has marked themselves ready."""
    initiates = Role.INITIATOR in viewer.roles
    return session.initiator_ready if initiates else session.participant_ready


def other_is_ready(session: SessionFacts, viewer: Viewer) -> bool:
    initiates = Role.INITIATOR in viewer.roles
    return session.participant_ready if initiates else session.initiator_ready


def is_starting(session: SessionFacts, now: datetime) -> bool:
    """Whether a start is in progress. A crashed start expires."""
    return session.start_until is not None and session.start_until > now


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────
NOT_YOUR_SESSION = declare(
    "not_your_session", 403, "Only the two people of this session can do this."
)
CANNOT_START = declare("cannot_start", 400, "A session that is {status} can't be started.")
ALREADY_STARTED = declare("already_started", 400, "This session has been started already.")
START_IN_PROGRESS = declare(
    "start_in_progress", 400, "This session is being started right now: check again in a moment."
)
START_LOST = declare(
    "start_lost", 400, "Starting took too long: check the session's status before you try again."
)
CANNOT_BE_READY = declare("cannot_be_ready", 400, "This session is {status}: it is over.")
NOT_ACTIVE = declare(
    "not_active", 400, "This session is {status}: it can be joined or left only while it is active."
)
CANNOT_END = declare(
    "cannot_end", 400, "This session is {status}: only one that is active can become {to}."
)
CANNOT_CANCEL = declare(
    "cannot_cancel",
    400,
    "This session is {status}: only one that is pending or active can become {to}.",
)
NOT_READY = declare("not_marked_ready", 403, "Mark yourself ready first; then you can join.")
OTHER_NOT_READY = declare(
    "other_not_ready",
    403,
    "You have started this session: you can join when the other person is ready.",
)
NOT_OVERDUE = declare("not_overdue", 400, "This session's time isn't over yet.")
NOT_BOTH_IN = declare("not_both_in", 400, "The two people haven't both been in the meeting yet.")

# ── Rules ────────────────────────────────────────────────────────────────────────────────────
not_started = Rule(ALREADY_STARTED, lambda session, viewer: session.status == Status.ACTIVE)
not_starting = Rule(START_IN_PROGRESS, lambda session, viewer: is_starting(session, viewer.now))
own_start = Rule(
    START_LOST,
    lambda session, viewer: (
        session.start_marker != viewer.marker or not is_starting(session, viewer.now)
    ),
)
starter_waits = Rule(
    OTHER_NOT_READY,
    lambda session, viewer: Role.STARTER in viewer.roles and not other_is_ready(session, viewer),
)
other_is_prepared = Rule(
    NOT_READY,
    lambda session, viewer: Role.STARTER not in viewer.roles and not is_ready(session, viewer),
)
waited_long = Rule(
    NOT_OVERDUE,
    lambda session, viewer: (
        Role.CLOCK in viewer.roles and session.created_at + MAX_PENDING > viewer.now
    ),
)
lasted_long = Rule(
    NOT_OVERDUE,
    lambda session, viewer: (
        Role.CLOCK in viewer.roles and session.started_at + MAX_ACTIVE > viewer.now
    ),
)
both_were_in = Rule(
    NOT_BOTH_IN, lambda session, viewer: Role.ZOOM in viewer.roles and not viewer.two_were_in
)


def action(
    *states: Status,
    by: set[Role],
    to: Status | None = None,
    closed: ErrorCode = WRONG_STATE,
    rules: tuple[Rule, ...] = (),
    public: bool = False,
) -> Action:
    """Return one row of the table."""
    not_yours = NOT_YOUR_SESSION if by == MEMBERS else PERMISSION_DENIED
    return Action(frozenset(states), frozenset(by), not_yours, closed, to, rules, public)


LIVE = {Status.PENDING, Status.ACTIVE}
MEMBERS = {Role.INITIATOR, Role.PARTICIPANT}
# fmt: off
# The table. The names are the last parts of the URLs, with underscores.
ACTIONS: dict[str, Action] = {
    "start": action(*LIVE, by=MEMBERS, closed=CANNOT_START,
                  rules=(not_started, not_starting), public=True),
    "ready": action(*LIVE, by=MEMBERS, closed=CANNOT_BE_READY, public=True),
    # Checked when a token is issued and again when it is used; `can_join` comes from this row.
    "join_token": action(Status.ACTIVE, by=MEMBERS, closed=NOT_ACTIVE,
                      rules=(starter_waits, other_is_prepared), public=True),
    "leave": action(Status.ACTIVE, by=MEMBERS, closed=NOT_ACTIVE, public=True),
    "end": action(Status.ACTIVE, by=MEMBERS, to=Status.COMPLETED, closed=CANNOT_END, public=True),
    "cancel": action(*LIVE, by=MEMBERS, to=Status.CANCELLED, closed=CANNOT_CANCEL, public=True),
    # These have no URL: viewing, completing a start, and the actions of staff, scheduler and Zoom.
    "look": action(*Status, by=MEMBERS),
    "activate": action(Status.PENDING, by=MEMBERS, to=Status.ACTIVE, closed=CANNOT_START,
                    rules=(own_start,)),
    "call_off": action(Status.PENDING, by={Role.STAFF, Role.CLOCK}, to=Status.CANCELLED,
                    rules=(waited_long,)),
    "complete": action(Status.ACTIVE, by={Role.STAFF, Role.CLOCK, Role.ZOOM}, to=Status.COMPLETED,
                    rules=(lasted_long, both_were_in)),
}
# fmt: on
