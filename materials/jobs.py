"""The scheduled job for stored files."""

from __future__ import annotations

from datetime import datetime

from core.db.retries import work_off
from materials.models import OrphanedFile
from materials.services import remove_orphan


def remove_orphaned_files(now: datetime) -> int:
    """Remove files that no material owns (contract M3), and return their number."""
    return work_off(OrphanedFile.objects.all(), remove_orphan, now=now)
