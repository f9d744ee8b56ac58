"""The errors that API clients get when Zoom fails (contract C4)."""

from __future__ import annotations

from core.errors import declare

ZOOM_NOT_CONFIGURED = declare(
    "zoom_not_configured", 503, "Video meetings aren't set up on this server: tell its operator."
)
ZOOM_UNREACHABLE = declare("zoom_unreachable", 503, "Zoom can't be reached: try again in a moment.")
ZOOM_BUSY = declare(
    "zoom_busy",
    503,
    "Zoom is refusing requests because there are too many: try again in {wait} seconds.",
)
ZOOM_TIMEOUT = declare("zoom_timeout", 504, "Zoom didn't answer in time: try again in a moment.")
ZOOM_FAILED = declare(
    "zoom_failed",
    502,
    "Zoom reported an error: try again, and tell the operator if it keeps happening.",
)
