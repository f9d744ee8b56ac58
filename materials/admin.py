"""Materials in the admin, read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from core.admin import DateRangeFilter, PersonFilter, ReadOnlyAdmin
from core.admin.people_search import PersonSearchAdmin
from core.admin.unfold_classes import ChoicesDropdownFilter
from materials.models import Material, OrphanedFile
from materials.signed_urls import file_address


@admin.register(Material)
class MaterialAdmin(PersonSearchAdmin, ReadOnlyAdmin):
    list_display = ("title", "type", "session", "uploaded_by", "file_name", "uploaded_at")
    list_filter = (
        ("type", ChoicesDropdownFilter),
        ("uploaded_by", PersonFilter),
        ("uploaded_at", DateRangeFilter),
    )
    list_select_related = ("session", "uploaded_by")
    people_fields = ("uploaded_by",)
    search_fields = ("title", "file_name")
    search_help_text = (
        "An id, words of title or file name, or the start of the uploader's username or address."
    )
    date_hierarchy = "uploaded_at"
    fields = ("title", "type", "session", "uploaded_by", "uploaded_at", "url", "content", "file")
    export_fields = {
        "Id": "pk",
        "Title": "title",
        "Type": "type",
        "Session": "session_id",
        "Uploaded by": "uploaded_by__username",
        "File": "file_name",
        "Address": "url",
        "Uploaded": "uploaded_at",
    }

    @admin.display(description="file")
    def file(self, material: Material) -> str:
        if not material.stored_name:
            return "-"
        address = reverse("admin:materials_material_file", args=[material.pk])
        return format_html('<a href="{}" class="underline">{}</a>', address, material.file_name)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.open_file)
        return [
            path("<int:pk>/file/", view, name="materials_material_file"),
            *super().get_urls(),
        ]

    def open_file(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Redirect to the file at an address that expires soon; staff may read any file."""
        material: Any = Material.objects.with_file().filter(pk=pk).first()
        if material is None or not self.has_view_permission(request, material):
            raise Http404
        now, link = timezone.now(), request.build_absolute_uri
        return HttpResponseRedirect(file_address(material, now=now, link=link))


@admin.register(OrphanedFile)
class OrphanedFileAdmin(ReadOnlyAdmin):
    """Stored files that still have to be removed; normally there are none."""

    list_display = ("name", "store", "attempts", "next_try_at")
    list_filter = ("store",)
    extra_lookups = ("attempts__gte",)
    search_fields = ("name",)
