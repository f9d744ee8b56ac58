"""`/api/sessions/{session_id}/materials/`: what people give each other, and its files."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import BearerAuthentication
from core.api.pagination import answer_array
from core.api.parsers import FormParser, JSONParser
from core.api.views import Answer
from core.errors import NOT_FOUND, APIError, declare
from materials import delivery, serializers, signed_urls
from materials.models import Material
from materials.representations import MaterialObject, material_object
from materials.services import MATERIALS_FULL, NOTES_FULL
from materials.storages import STORE_ERRORS, STORE_UNAVAILABLE
from sessions_app import services
from sessions_app.models import Session
from sessions_app.states import Viewer
from sessions_app.views.base import SessionViews

# 404 for whatever is wrong with it, so that a made-up address tells nothing of what there is.
ADDRESS_ENDED = declare(
    "address_ended", 404, "This address of a file has ended: ask for the material again."
)


class MaterialViews(SessionViews):
    """Finds a session, or a material of it, by the two ids in the address."""

    tag = "Materials"

    def fetch_session(self) -> Session:
        session = self.find_named(self.kwargs["session_id"])
        self.admit(session)
        return session

    def fetch_material(self) -> Material:
        """With its session, as the one who asks sees it."""
        materials = self.find_named(self.kwargs["session_id"]).materials.for_list()
        material: Material = self.find(materials, self.kwargs["pk"])
        self.admit(material)
        return material

    def viewer(self, row: Session | Material) -> Viewer:
        if isinstance(row, Session):
            return super().viewer(row)
        viewer: Viewer = row.session.viewer(self.person, timezone.now(), row)
        return viewer


class MaterialViewSet(MaterialViews):
    parser_classes = [JSONParser, FormParser]
    inputs = {
        "create": serializers.MaterialInput,
        "update": serializers.MaterialChangesInput,
        "partial_update": serializers.MaterialChangesInput,
    }
    limits = dict.fromkeys(("create", "update", "partial_update", "destroy"), "upload")
    answers = {
        "list": Answer(MaterialObject, listed="array"),
        "create": Answer(MaterialObject, 201),
        "retrieve": Answer(MaterialObject),
        "update": Answer(MaterialObject),
        "partial_update": Answer(MaterialObject),
        "destroy": Answer(None, 204),
    }
    errors = {
        "create": [MATERIALS_FULL, NOTES_FULL, *STORE_ERRORS],
        "update": [NOTES_FULL, *STORE_ERRORS],
        "partial_update": [NOTES_FULL, *STORE_ERRORS],
    }
    names = {
        "list": "see_materials",
        "retrieve": "see_materials",
        "create": "add_material",
        "update": "change_material",
        "partial_update": "change_material",
        "destroy": "change_material",
    }

    def list(self, request: Request, session_id: int) -> Response:
        """List a session's materials, oldest first."""
        return answer_array(request, self.fetch_session().materials.for_list(), self.shape)

    def create(self, request: Request, session_id: int) -> Response:
        """Add a file, a link or a note.

        A file is sent as a part of a multipart form; the others as a form or as JSON. What a file
        holds must be what its extension says. Files of the older Office (`.doc`, `.xls`, `.ppt`)
        are refused unless the site takes them, since macros in them can't be seen. The others in
        the session are told.
        """
        session, now = self.fetch_session(), timezone.now()
        material = services.add_material(session, by=self.person, now=now, **self.read())
        return self.answer(self.shape(material))

    def retrieve(self, request: Request, session_id: int, pk: int) -> Response:
        """Show a material."""
        return self.answer(self.shape(self.fetch_material()))

    def update(self, request: Request, session_id: int, pk: int) -> Response:
        """Change a material.

        The keys sent are changed, the others stay. A new file takes the place of the old one.
        """
        material, now = self.fetch_material(), timezone.now()
        changes = self.read(material)
        services.change_material(material, by=self.person, now=now, **changes)
        return self.answer(self.shape(self.find(material.session.materials.for_list(), pk)))

    def partial_update(self, request: Request, session_id: int, pk: int) -> Response:
        """Change a material, exactly as PUT does."""
        return self.update(request, session_id, pk)

    def destroy(self, request: Request, session_id: int, pk: int) -> Response:
        """Delete a material, and its file."""
        services.delete_material(self.fetch_material(), by=self.person, now=timezone.now())
        return self.answer()

    def shape(self, material: Material) -> MaterialObject:
        link = self.request.build_absolute_uri
        return material_object(material, now=timezone.now(), link=link)


def is_signed(request: Request) -> bool:
    return "signature" in request.query_params


class TokenUnlessSigned(BearerAuthentication):
    """Looks at no token that comes with a signed address, which needs none (contract C1)."""

    def authenticate(self, request: Request) -> Any:
        return None if is_signed(request) else super().authenticate(request)


class MaterialFileViewSet(MaterialViews):
    """A file's own address, which works without a token while it is signed and hasn't ended."""

    authentication_classes = [TokenUnlessSigned]
    permission_classes = [AllowAny]
    answers = {"file": Answer(bytes, media_type="*/*")}
    errors = {"file": [ADDRESS_ENDED, STORE_UNAVAILABLE]}
    names = {"file": "see_materials"}

    @action(detail=True)
    def file(self, request: Request, session_id: int, pk: int) -> HttpResponseBase:
        """Download a material's file.

        The address in a material's `file` is signed and needs no token until it ends. Without
        `expires` and `signature`, those who may see the material can use their token. A file at
        Cloudinary is answered with a redirect to it, and arrives under a name of its own: its name
        is in the material's `file_name`.
        """
        material = self.signed_for() if is_signed(request) else self.allowed()
        if not material.stored_name:
            raise APIError(NOT_FOUND)
        return delivery.deliver(material)

    def signed_for(self) -> Material:
        """The material, for whoever has an address of it that is good.

        Raises:
            APIError: 404, the same after the same work for an address that has ended, one that
                was forged, and one of a file that doesn't exist (contract S9).
        """
        pk, query = self.kwargs["pk"], self.request.query_params
        rows = Material.objects.with_file().filter(session=self.kwargs["session_id"])
        stored_name = rows.filter(pk=pk).values_list("stored_name", flat=True).first()
        if not signed_urls.is_good(pk, stored_name, query, timezone.now()):
            raise APIError(ADDRESS_ENDED)
        material: Material = self.find(rows.filter(stored_name=stored_name), pk)
        return material

    def allowed(self) -> Material:
        """The material, for somebody signed in who may see it."""
        if not self.person.is_authenticated:
            raise NotAuthenticated
        return self.fetch_material()
