"""The lifecycle of a friendship (contract F1, F2), as data: from a request to its end, and to a new
request. Nothing here queries the database."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices

from core.errors import PERMISSION_DENIED, ErrorCode, declare
from core.lifecycle import WRONG_STATE, Action, Rule

MAX_ASKS = 3


class Status(TextChoices):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    # Never shown: there is neither a friendship nor a request to answer.
    CLOSED = "closed"


class Role(TextChoices):
    """The role of one of the two in the request between them."""

    ASKER = "asker", "the sender"
    ASKED = "asked", "the recipient"


@dataclass(frozen=True, slots=True)
class Viewer:
    """One of the two."""

    roles: frozenset[Role]


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────
NOT_ASKED = declare("not_asked", 403, "Only the recipient can answer a friend request.")
NOT_ASKER = declare("not_asker", 403, "Only the sender can withdraw a friend request.")
ALREADY_ASKED_FRIEND = declare(
    "already_asked_friend", 400, "You have already asked this person: wait for their answer."
)
ASKED_ENOUGH_FRIEND = declare(
    "asked_enough_friend",
    400,
    "You have asked this person three times. Only they can ask you now.",
)
NO_FRIEND = declare("no_friend", 404, "This person is not your friend.")

# ── Rules ────────────────────────────────────────────────────────────────────────────────────
may_ask = Rule(
    ASKED_ENOUGH_FRIEND,
    lambda pair, viewer: Role.ASKER in viewer.roles and pair.asks >= MAX_ASKS,
)


def action(
    *states: Status,
    by: set[Role],
    to: Status,
    not_yours: ErrorCode = PERMISSION_DENIED,
    closed: ErrorCode = WRONG_STATE,
    rules: tuple[Rule, ...] = (),
) -> Action:
    """Return one row of the table."""
    return Action(frozenset(states), frozenset(by), not_yours, closed, to, rules)


ASKER, ASKED = {Role.ASKER}, {Role.ASKED}
EITHER = ASKER | ASKED
# fmt: off
ACTIONS: dict[str, Action] = {
    "ask": action(Status.CLOSED, Status.DECLINED, by=EITHER, to=Status.PENDING,
               closed=ALREADY_ASKED_FRIEND, rules=(may_ask,)),
    "accept": action(Status.PENDING, by=ASKED, to=Status.ACCEPTED, not_yours=NOT_ASKED),
    "decline": action(Status.PENDING, by=ASKED, to=Status.DECLINED, not_yours=NOT_ASKED),
    "withdraw": action(Status.PENDING, by=ASKER, to=Status.CLOSED, not_yours=NOT_ASKER),
    "unfriend": action(Status.ACCEPTED, by=EITHER, to=Status.CLOSED, closed=NO_FRIEND),
    # A block ends a request or a friendship.
    "block": action(Status.PENDING, Status.ACCEPTED, by=EITHER, to=Status.CLOSED),
}
# fmt: on
