"""The lifecycle of a group session (contract S5–S9), as data: every action, in which statuses,
by whom and under which rules it is possible, and its new status. Nothing here reads the database.

`docs/states.md` is generated from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db.models import TextChoices

from core.errors import PERMISSION_DENIED, ErrorCode
from core.lifecycle import WRONG_STATE, Action, Rule
from sessions_app.refusals import (
    ALREADY_JOINED,
    ALREADY_REQUESTED,
    ASKED_ENOUGH,
    CANNOT_ADD,
    CANNOT_DECIDE,
    CANNOT_DELETE,
    CANNOT_LEAVE,
    CANNOT_UPDATE,
    NO_PENDING_REQUEST,
    NOT_CREATOR,
    NOT_CREATOR_OR_STAFF,
    NOT_JOINED,
    NOT_MEMBER,
    NOT_MEMBER_OR_STAFF,
    NOT_MODERATOR,
    NOT_OVER,
    NOT_UPLOADER,
    NOT_YET_APPROVED,
    OWN_SESSION,
    SESSION_FULL,
    SESSION_IN_PAST,
    SESSION_NOT_OPEN,
)


class Mode(TextChoices):
    INSTANT = "instant"
    REQUEST = "request"


class Level(TextChoices):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Status(TextChoices):
    UPCOMING = "upcoming"
    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    ONGOING = "ongoing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class RequestStatus(TextChoices):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    # Shown to nobody, but still counts towards `MAX_ATTEMPTS`.
    WITHDRAWN = "withdrawn"


INITIAL = {Mode.INSTANT: Status.UPCOMING, Mode.REQUEST: Status.PENDING_APPROVAL}
OPEN = frozenset({Status.UPCOMING, Status.PENDING_APPROVAL, Status.APPROVED, Status.SCHEDULED})
ENDED = frozenset({Status.COMPLETED, Status.CANCELLED, Status.EXPIRED})
EVERY = frozenset(Status)
IN_MODE = {
    Mode.INSTANT: {Status.UPCOMING, Status.ONGOING, *ENDED},
    Mode.REQUEST: EVERY - {Status.UPCOMING},
}
MAX_ATTEMPTS = 3


class Role(TextChoices):
    """What a user is to a session. One user may have several roles."""

    PERSON = "person", "anybody who is signed in"
    CREATOR = "creator", "the session's creator"
    PARTICIPANT = "participant", "a participant of the session"
    ASKER = "asker", "a user with a pending request"
    UPLOADER = "uploader", "the participant who uploaded the material"
    STAFF = "staff", "a staff member"
    MODERATOR = "moderator", "who may approve sessions: the creator or, by policy, the staff"
    CLOCK = "clock", "the scheduler"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user who views a session or acts on it, and the time.

    Attributes:
        roles: the user's roles; empty if nobody is signed in.
        now: the time.
        asked_enough: whether the user has made `MAX_ATTEMPTS` requests for this session.
    """

    roles: frozenset[Role]
    now: datetime
    asked_enough: bool = False


class SessionFacts(Protocol):
    """The attributes of a session that the rules read."""

    @property
    def status(self) -> str: ...
    @property
    def booking_mode(self) -> str: ...
    @property
    def date(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def max_participants(self) -> int: ...
    @property
    def participant_count(self) -> int: ...
    @property
    def has_requests(self) -> bool: ...


def is_full(session: SessionFacts) -> bool:
    return session.participant_count >= session.max_participants


def is_open(session: SessionFacts) -> bool:
    """Whether the session's status allows joining. On a moderated site it does so only once the
    staff have approved the session."""
    waits = session.status == Status.PENDING_APPROVAL and staff_approves()
    return session.status in OPEN and not waits


def can_join(session: SessionFacts, now: datetime) -> bool:
    """Whether the session can be joined now, regardless of the viewer (contract S4)."""
    return is_open(session) and session.date > now and not is_full(session)


def staff_approves() -> bool:
    """Whether the staff, not the creators, approve sessions (contract S9)."""
    return bool(settings.SESSION_APPROVAL_POLICY == "staff")


def waits_for_staff(session: SessionFacts) -> bool:
    return staff_approves() and session.status == Status.PENDING_APPROVAL


# ── Rules ────────────────────────────────────────────────────────────────────────────────────
not_own = Rule(OWN_SESSION, lambda session, viewer: Role.CREATOR in viewer.roles)
not_in = Rule(ALREADY_JOINED, lambda session, viewer: Role.PARTICIPANT in viewer.roles)
not_asking = Rule(ALREADY_REQUESTED, lambda session, viewer: Role.ASKER in viewer.roles)
may_ask = Rule(ASKED_ENOUGH, lambda session, viewer: viewer.asked_enough)
approved = Rule(NOT_YET_APPROVED, lambda session, viewer: not is_open(session))
in_future = Rule(SESSION_IN_PAST, lambda session, viewer: session.date <= viewer.now)
has_spot = Rule(SESSION_FULL, lambda session, viewer: is_full(session))
is_in = Rule(NOT_JOINED, lambda session, viewer: Role.PARTICIPANT not in viewer.roles)
is_asking = Rule(NO_PENDING_REQUEST, lambda session, viewer: Role.ASKER not in viewer.roles)
takes_requests = Rule(
    NO_PENDING_REQUEST, lambda session, viewer: session.booking_mode != Mode.REQUEST
)
decidable = Rule(CANNOT_DECIDE, lambda session, viewer: session.status not in OPEN)
has_requests = Rule(NO_PENDING_REQUEST, lambda session, viewer: not session.has_requests)
is_over = Rule(NOT_OVER, lambda session, viewer: session.ends_at >= viewer.now)
grace_is_over = Rule(
    NOT_OVER,
    lambda session, viewer: (
        Role.CLOCK in viewer.roles
        and session.ends_at + settings.SESSION_COMPLETION_GRACE >= viewer.now
    ),
)


def action(
    *states: str,
    by: set[Role],
    to: str | None = None,
    closed: ErrorCode = WRONG_STATE,
    rules: tuple[Rule, ...] = (),
    public: bool = False,
) -> Action:
    """Return a row of the table."""
    return Action(frozenset(states), frozenset(by), not_yours(by), closed, to, rules, public)


def not_yours(by: set[Role]) -> ErrorCode:
    """Return the refusal for everybody without these roles."""
    if Role.MODERATOR in by:
        return NOT_MODERATOR
    if Role.UPLOADER in by:
        return NOT_UPLOADER
    if Role.PARTICIPANT in by:
        return NOT_MEMBER_OR_STAFF if Role.STAFF in by else NOT_MEMBER
    if Role.CREATOR in by:
        return NOT_CREATOR_OR_STAFF if Role.STAFF in by else NOT_CREATOR
    return PERMISSION_DENIED


PLANNED = {Status.APPROVED, Status.SCHEDULED}
ANYBODY = {Role.PERSON}
CREATOR = {Role.CREATOR}
MEMBERS = {Role.CREATOR, Role.PARTICIPANT}
# fmt: off
# The table. An action's name is the last part of its URL; `allowed_actions` keeps this order
# (contract S4).
ACTIONS: dict[str, Action] = {
    "join": action(*OPEN, by=ANYBODY, closed=SESSION_NOT_OPEN,
                rules=(not_own, not_in, not_asking, approved, in_future, has_spot, may_ask),
                public=True),
    "leave": action(*OPEN, by=ANYBODY, closed=CANNOT_LEAVE, rules=(is_in,), public=True),
    "withdraw_request": action(*EVERY, by=ANYBODY, rules=(is_asking,), public=True),
    "approve_request": action(*EVERY, by=CREATOR,
                           rules=(takes_requests, decidable, approved, has_requests, has_spot),
                           public=True),
    "reject_request": action(*EVERY, by=CREATOR,
                           rules=(takes_requests, decidable, has_requests), public=True),
    "approve": action(Status.PENDING_APPROVAL, by={Role.MODERATOR},
                    to=Status.APPROVED, public=True),
    "start": action(Status.UPCOMING, *PLANNED, by=CREATOR, to=Status.ONGOING, public=True),
    "complete": action(Status.ONGOING, by={Role.CREATOR, Role.CLOCK}, to=Status.COMPLETED,
                    rules=(grace_is_over,), public=True),
    "cancel": action(*OPEN, Status.ONGOING, by={Role.CREATOR, Role.STAFF},
                   to=Status.CANCELLED, public=True),
    "update": action(*OPEN, Status.ONGOING, by=CREATOR, closed=CANNOT_UPDATE, public=True),
    "delete": action(*OPEN, Status.CANCELLED, Status.EXPIRED, by=CREATOR,
                   closed=CANNOT_DELETE, public=True),
    # A session's materials: they have addresses of their own.
    "see_materials": action(*EVERY, by={*MEMBERS, Role.STAFF}),
    "add_material": action(*EVERY - {Status.CANCELLED, Status.EXPIRED}, by=MEMBERS,
                        closed=CANNOT_ADD),
    "change_material": action(*EVERY, by={Role.CREATOR, Role.UPLOADER}),
    # These have no URL. Approving a request schedules a session, and the scheduler expires it. The
    # others are for staff in the admin: "remove" is for participants and requests, "refuse" for
    # sessions that wait for approval, "close" for those left running past their end.
    "schedule": action(Status.APPROVED, by=CREATOR, to=Status.SCHEDULED),
    "expire": action(*OPEN, by={Role.CLOCK}, to=Status.EXPIRED, rules=(is_over,)),
    "edit": action(*OPEN, Status.ONGOING, by={Role.STAFF}, closed=CANNOT_UPDATE),
    "remove": action(*OPEN, by={Role.STAFF}, closed=CANNOT_LEAVE),
    "refuse": action(Status.PENDING_APPROVAL, by={Role.STAFF}, to=Status.CANCELLED),
    "close": action(Status.ONGOING, by={Role.STAFF}, to=Status.COMPLETED, rules=(is_over,)),
}
# What becomes of a booking request. Each belongs to an action on its session, which checks more.
REQUEST_ACTIONS: dict[str, Action] = {
    "approve": action(RequestStatus.PENDING, by=CREATOR, to=RequestStatus.APPROVED,
                      closed=NO_PENDING_REQUEST),
    "reject": action(RequestStatus.PENDING, by=CREATOR, to=RequestStatus.REJECTED,
                     closed=NO_PENDING_REQUEST),
    "withdraw": action(RequestStatus.PENDING, by={Role.ASKER, Role.STAFF},
                       to=RequestStatus.WITHDRAWN, closed=NO_PENDING_REQUEST),
    # The session has begun or ended, so that nobody can decide the request any more.
    "close": action(RequestStatus.PENDING, by={Role.CREATOR, Role.STAFF, Role.CLOCK},
                    to=RequestStatus.REJECTED, closed=NO_PENDING_REQUEST),
}
# fmt: on
