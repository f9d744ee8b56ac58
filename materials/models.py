"""What people share in a session, and the stored files that no material owns."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.db.retries import Retry, RetryQuerySet
from materials import limits
from materials.file_types import Type
from materials.querysets import MaterialQuerySet


class Material(models.Model):
    """A file, a link or a note that belongs to a session. Unused fields are empty."""

    session: Any = models.ForeignKey(
        "sessions_app.Session", on_delete=models.CASCADE, related_name="materials"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="materials"
    )
    type = models.CharField(max_length=10, choices=Type.choices)
    title = models.CharField(max_length=limits.TITLE)
    url = models.CharField(max_length=limits.URL, blank=True, default="")
    content = models.TextField(blank=True, default="")
    file_name = models.CharField(max_length=limits.FILE_NAME, blank=True, default="")
    # Part of the row, so that files stay where they are when a site changes its store.
    store = models.CharField(
        max_length=20, blank=True, default="", editable=False, help_text="An alias of `STORAGES`."
    )
    stored_name = models.CharField(max_length=100, blank=True, default="", editable=False)
    uploaded_at = models.DateTimeField(default=timezone.now)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=Type.values), name="material_type_is_known"
            ),
            models.CheckConstraint(
                condition=Q(type=Type.FILE) ^ Q(stored_name=""), name="material_file_is_stored"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OrphanedFile(Retry):
    """A stored file that no material owns, to be removed: its material is gone, or it is being
    uploaded for a material that doesn't exist yet."""

    store = models.CharField(max_length=20, help_text="An alias of `STORAGES`.")
    name = models.CharField(max_length=100)

    objects = RetryQuerySet.as_manager()

    class Meta:
        db_table = "materials_strayfile"  # its former name

    def __str__(self) -> str:
        return self.name
