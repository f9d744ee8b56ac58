"""The shapes of the answers in the P2P document: each key with its type."""

from tests.document.shapes import ADDRESS, MOMENT

USER = {
    "id": int,
    "username": str,
    "first_name": str,
    "last_name": str,
    "email": str,
    "date_joined": MOMENT,
}
PARTICIPANT = {
    "id": int,
    "user": USER,
    "role": {"student", "tutor"},
    "status": {"pending", "approved", "rejected"},
    "joined_at": MOMENT,
}
BOOKING_REQUEST = {
    "id": int,
    "user": USER,
    "message": str,
    "status": {"pending", "approved", "rejected"},
    "requested_at": MOMENT,
}
STATUSES = {
    "pending_approval",
    "approved",
    "scheduled",
    "ongoing",
    "completed",
    "cancelled",
    "expired",
}
LISTED = {
    "id": int,
    "title": str,
    "description": str,
    "subject": str,
    "level": {"beginner", "intermediate", "advanced"},
    "date": MOMENT,
    "duration": int,
    "max_participants": int,
    "creator": USER,
    "status": STATUSES,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "participant_count": int,
    "is_full": bool,
    "available_spots": int,
    "can_join": bool,
}
MATERIAL = {
    "id": int,
    "title": str,
    "type": {"file", "link", "note"},
    "url": str,
    "file": str,
    "file_name": str,
    "uploaded_by": USER,
    "uploaded_at": MOMENT,
}
DETAIL = LISTED | {
    "participants": [PARTICIPANT],
    "materials": [MATERIAL],
    "booking_requests": [BOOKING_REQUEST],
}
PAGE = {"count": int, "next": (None, ADDRESS), "previous": (None, ADDRESS), "results": [LISTED]}
MINE = {"created": [DETAIL], "joined": [DETAIL]}
NOTIFICATION = {
    "id": int,
    "user": int,
    "title": str,
    "message": str,
    "type": {"reminder", "booking_request", "session_update", "general"},
    "session": (None, int),
    "read": bool,
    "created_at": MOMENT,
}
