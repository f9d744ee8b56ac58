"""The only HTTP to Zoom: meetings that are made, ended and listed, each act within one deadline.

Never called inside a transaction. Nothing here logs or raises a secret: neither the app's, nor a
token, nor a meeting's address or passcode.
"""

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
from zoom.client.transport import Deadline

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
