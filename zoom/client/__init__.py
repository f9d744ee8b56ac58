"""The HTTP client for Zoom. It creates, ends and lists meetings, each within one deadline.

Never call it inside a transaction. It puts no secret into logs or errors: no credentials, tokens,
meeting addresses or passcodes.
"""

from core.deadline import Deadline
from zoom.client.errors import (
    ZOOM_BUSY,
    ZOOM_FAILED,
    ZOOM_NOT_CONFIGURED,
    ZOOM_TIMEOUT,
    ZOOM_UNREACHABLE,
)
from zoom.client.meetings import (
    Meeting,
    create_meeting,
    end_meeting,
    hosts,
    marked_meetings,
)
from zoom.client.tokens import is_configured

__all__ = [
    "ZOOM_BUSY",
    "ZOOM_FAILED",
    "ZOOM_NOT_CONFIGURED",
    "ZOOM_TIMEOUT",
    "ZOOM_UNREACHABLE",
    "Deadline",
    "Meeting",
    "create_meeting",
    "end_meeting",
    "hosts",
    "is_configured",
    "marked_meetings",
]
