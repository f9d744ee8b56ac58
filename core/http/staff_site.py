"""The admin site: unfold's, without addresses that end in a server error. It is not in
`core.admin`, because that package registers tables at this site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.db.models.fields.related import RelatedField
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver

if TYPE_CHECKING:  # unfold has no types
    from django.contrib.admin import AdminSite
else:
    from unfold.sites import UnfoldAdminSite as AdminSite


class StaffSite(AdminSite):
    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the admin's addresses without the redirect to a row's public page: no row has one,
        and its answers would reveal which rows exist."""
        return [each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site"]

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Search, and answer 404 for a page that doesn't exist, where unfold fails with a 500."""
        try:
            answer: HttpResponse = super().search(request, extra_context)  # type: ignore[misc]  # unfold's
        except (InvalidPage, ValueError) as error:
            raise Http404 from error
        return answer

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        view: Any = Autocomplete.as_view(admin_site=self)
        answer: HttpResponse = view(request)
        return answer


class Autocomplete(AutocompleteJsonView):
    def process_request(self, request: HttpRequest) -> Any:
        """Refuse reverse relations, at which Django's own method fails with a 500."""
        found = super().process_request(request)
        if not isinstance(found[2], RelatedField):
            raise PermissionDenied
        return found
