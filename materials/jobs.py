"""What the clock does for stored files."""

from __future__ import annotations

from datetime import datetime

from core.retries import work_off
from materials.models import StrayFile
from materials.services import remove_stray


def remove_stray_files(now: datetime) -> int:
    """Remove files that no material owns (contract M3); returns how many."""
    return work_off(StrayFile.objects.all(), remove_stray, now=now)
