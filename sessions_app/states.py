"""The lifecycle of a group session (contract S5–S9), as data: every action, in which statuses,
by whom, under which rules, and where it leads. Nothing here asks the database.

`docs/states.md` is drawn from this table.
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
    # Shown to nobody, and counted: who takes a request back has asked all the same.
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
    """What somebody is towards a session. One person may hold several."""

    PERSON = "person", "anybody signed in"
    CREATOR = "creator", "the session's creator"
    PARTICIPANT = "participant", "somebody who is in"
    ASKER = "asker", "somebody with a pending request"
    UPLOADER = "uploader", "who uploaded the material, and is in"
    STAFF = "staff", "a member of the staff"
    MODERATOR = "moderator", "who approves sessions here: the creator or, by policy, the staff"
    CLOCK = "clock", "the clock"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a session, and when.

    Attributes:
        roles: empty for somebody who isn't signed in.
        now: the moment.
        asked_enough: has made as many requests for this session as one may.
    """

    roles: frozenset[Role]
    now: datetime
    asked_enough: bool = False


class SessionFacts(Protocol):
    """What the rules read of a session."""

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
    """Open for joining, as far as the status says. On a moderated site a session opens when the
    staff has approved it."""
    waits = session.status == Status.PENDING_APPROVAL and staff_approves()
    return session.status in OPEN and not waits


def can_join(session: SessionFacts, now: datetime) -> bool:
    """Can the session be joined now, whoever the viewer is (contract S4)?"""
    return is_open(session) and session.date > now and not is_full(session)


def staff_approves() -> bool:
    """The approval policy (contract S9)."""
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
clock_waits = Rule(
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
) -> Action:
    """One row of the table."""
    return Action(frozenset(states), frozenset(by), not_yours(by), closed, to, rules)


def not_yours(by: set[Role]) -> ErrorCode:
    """What everybody else is told."""
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
# The table. The names are the last parts of the addresses; `allowed_actions` has their order
# (contract S4).
ACTIONS: dict[str, Action] = {
    "join": action(*OPEN, by=ANYBODY, closed=SESSION_NOT_OPEN,
                rules=(not_own, not_in, not_asking, approved, in_future, has_spot, may_ask)),
    "leave": action(*OPEN, by=ANYBODY, closed=CANNOT_LEAVE, rules=(is_in,)),
    "withdraw_request": action(*EVERY, by=ANYBODY, rules=(is_asking,)),
    "approve_request": action(*EVERY, by=CREATOR,
                           rules=(takes_requests, decidable, approved, has_requests, has_spot)),
    "reject_request": action(*EVERY, by=CREATOR, rules=(takes_requests, decidable, has_requests)),
    "approve": action(Status.PENDING_APPROVAL, by={Role.MODERATOR}, to=Status.APPROVED),
    "start": action(Status.UPCOMING, *PLANNED, by=CREATOR, to=Status.ONGOING),
    "complete": action(Status.ONGOING, by={Role.CREATOR, Role.CLOCK}, to=Status.COMPLETED,
                    rules=(clock_waits,)),
    "cancel": action(*OPEN, Status.ONGOING, by={Role.CREATOR, Role.STAFF}, to=Status.CANCELLED),
    "update": action(*OPEN, Status.ONGOING, by=CREATOR, closed=CANNOT_UPDATE),
    "delete": action(*OPEN, Status.CANCELLED, Status.EXPIRED, by=CREATOR, closed=CANNOT_DELETE),
    # A session's materials: they have addresses of their own.
    "see_materials": action(*EVERY, by={*MEMBERS, Role.STAFF}),
    "add_material": action(*EVERY - {Status.CANCELLED, Status.EXPIRED}, by=MEMBERS,
                        closed=CANNOT_ADD),
    "change_material": action(*EVERY, by={Role.CREATOR, Role.UPLOADER}),
    # No address leads to these: an approved request schedules, time expires; in the admin staff
    # edit, take people and requests out, refuse what waits, and end what is stuck.
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
BUTTONS = tuple(ACTIONS)[: tuple(ACTIONS).index("see_materials")]
