"""The refusals of the table of actions (`states.py`): each with its code, status and sentence."""

from __future__ import annotations

from core.errors import declare

NOT_CREATOR = declare("not_creator", 403, "Only the session's creator can do this.")
NOT_CREATOR_OR_STAFF = declare(
    "not_creator_or_staff", 403, "Only the session's creator or the staff can do this."
)
NOT_MEMBER = declare(
    "not_member", 403, "Only the session's creator and its participants can do this."
)
NOT_MEMBER_OR_STAFF = declare(
    "not_member_or_staff",
    403,
    "Only the session's creator, its participants and the staff can see this.",
)
NOT_UPLOADER = declare(
    "not_uploader", 403, "Only the session's creator or the uploader can do this."
)
NOT_MODERATOR = declare("not_moderator", 403, "Only people who may approve sessions can do this.")
OWN_SESSION = declare("own_session", 400, "You can't join your own session.")
ALREADY_JOINED = declare("already_joined", 400, "You have already joined this session.")
ALREADY_REQUESTED = declare(
    "already_requested", 400, "You have already asked to join this session."
)
ASKED_ENOUGH = declare(
    "asked_enough", 400, "You have already asked to join this session three times, the maximum."
)
SESSION_NOT_OPEN = declare(
    "session_not_open", 400, "This session is {status}: it is not open for joining."
)
NOT_YET_APPROVED = declare(
    "not_yet_approved", 400, "This session hasn't been approved by the staff: nobody can join yet."
)
SESSION_IN_PAST = declare("session_in_past", 400, "This session's date is in the past.")
SESSION_FULL = declare("session_full", 400, "This session is full.")
NOT_JOINED = declare("not_joined", 400, "Not in this session.")
CANNOT_LEAVE = declare("cannot_leave", 400, "Nobody can leave a session that is {status}.")
CANNOT_DECIDE = declare(
    "cannot_decide", 400, "This session is {status}: its requests can no longer be decided."
)
CANNOT_UPDATE = declare("cannot_update", 400, "A session that is {status} can't be changed.")
CANNOT_ADD = declare("cannot_add", 400, "A session that is {status} takes no more materials.")
CANNOT_DELETE = declare("cannot_delete", 400, "A session that is {status} can't be deleted.")
NO_PENDING_REQUEST = declare("no_pending_request", 404, "No pending request was found.")
NOT_OVER = declare("not_over", 400, "This session's time isn't over yet.")
