"""`/api/sessions/{session_id}/materials/`: the materials of a session, and their files."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import BearerAuthentication
from core.api.operations import Answer, operation
from core.api.pagination import answer_array
from core.api.parsers import FormParser, JSONParser
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

# 404 whatever is wrong, so that a made-up address doesn't reveal which files exist.
ADDRESS_ENDED = declare(
    "address_ended",
    404,
    "This file's address is invalid or has expired: request the material again.",
)


class MaterialViews(SessionViews):
    """Finds a session, or one of its materials, by the ids in the address."""

    tag = "Materials"

    def find(self) -> Any:
        """Return the material, with its session, if the address names one; else the session."""
        session = self.find_session(self.kwargs["session_id"])
        if "pk" not in self.kwargs:
            return session
        material: Material = get_object_or_404(session.materials.for_list(), pk=self.kwargs["pk"])
        return material

    def viewer(self, row: Session | Material) -> Viewer:
        if isinstance(row, Session):
            return super().viewer(row)
        viewer: Viewer = row.session.viewer(self.person, timezone.now(), row)
        return viewer


# PUT and PATCH do the same (contract C8).
change = operation(
    action="change_material",
    input=serializers.MaterialChangesInput,
    answer=Answer(MaterialObject),
    errors=[NOTES_FULL, *STORE_ERRORS],
    limit="upload",
)


class MaterialViewSet(MaterialViews):
    parser_classes = [JSONParser, FormParser]

    @operation(action="see_materials", answer=Answer(MaterialObject, listed="array"))
    def list(self, request: Request, session_id: int) -> Response:
        """List a session's materials, oldest first."""
        return answer_array(request, self.fetch().materials.for_list(), self.shape)

    @operation(
        action="add_material",
        input=serializers.MaterialInput,
        answer=Answer(MaterialObject, 201),
        errors=[MATERIALS_FULL, NOTES_FULL, *STORE_ERRORS],
        limit="upload",
    )
    def create(self, request: Request, session_id: int) -> Response:
        """Add a file, a link or a note.

        Send a file as a part of a multipart form, a link or a note as a form or JSON. The content
        of a file must match its extension. Files of older Office versions (`.doc`, `.xls`, `.ppt`)
        are refused by default, since macros in them can't be detected. The creator and the other
        participants are notified.
        """
        session, now = self.fetch(), timezone.now()
        material = services.add_material(session, by=self.person, now=now, **self.read())
        return self.answer(self.shape(material))

    @operation(action="see_materials", answer=Answer(MaterialObject))
    def retrieve(self, request: Request, session_id: int, pk: int) -> Response:
        """Show a material."""
        return self.answer(self.shape(self.fetch()))

    @change
    def update(self, request: Request, session_id: int, pk: int) -> Response:
        """Change a material.

        Only the keys that you send are changed. A new file replaces the old one.
        """
        material, now = self.fetch(), timezone.now()
        changes = self.read(material)
        services.change_material(material, by=self.person, now=now, **changes)
        changed = get_object_or_404(material.session.materials.for_list(), pk=pk)
        return self.answer(self.shape(changed))

    @change
    def partial_update(self, request: Request, session_id: int, pk: int) -> Response:
        """Change a material, exactly as PUT does."""
        return self.update(request, session_id, pk)

    @operation(action="change_material", answer=Answer(None, 204), limit="upload")
    def destroy(self, request: Request, session_id: int, pk: int) -> Response:
        """Delete a material, and its file."""
        services.delete_material(self.fetch(), by=self.person, now=timezone.now())
        return self.answer()

    def shape(self, material: Material) -> MaterialObject:
        link = self.request.build_absolute_uri
        return material_object(material, now=timezone.now(), link=link)


def is_signed(request: Request) -> bool:
    return "signature" in request.query_params


class TokenUnlessSigned(BearerAuthentication):
    """Ignores a token sent to a signed address, which needs none (contract C1)."""

    def authenticate(self, request: Request) -> Any:
        return None if is_signed(request) else super().authenticate(request)


class MaterialFileViewSet(MaterialViews):
    """The address of a file. With a valid signature it needs no token until it expires."""

    authentication_classes = [TokenUnlessSigned]
    permission_classes = [AllowAny]

    @operation(
        "get",
        "file",
        detail=True,
        action="see_materials",
        answer=Answer(bytes, media_type="*/*"),
        errors=[ADDRESS_ENDED, STORE_UNAVAILABLE],
    )
    def file(self, request: Request, session_id: int, pk: int) -> HttpResponseBase:
        """Download a material's file.

        The address in a material's `file` is signed and needs no token until it expires. Without
        `expires` and `signature`, those who may see the material can use their token. For a file
        at Cloudinary the answer is a redirect; the download then has a generated name, and the
        original one is in the material's `file_name`.
        """
        material = self.signed_for() if is_signed(request) else self.allowed()
        if not material.stored_name:
            raise APIError(NOT_FOUND)
        return delivery.deliver(material)

    def signed_for(self) -> Material:
        """Return the material of a valid signed address.

        Raises:
            APIError: 404 if the address has expired or was forged, or the file doesn't exist. The
                answer and the work for it are the same in each case (contract S9).
        """
        pk, query = self.kwargs["pk"], self.request.query_params
        rows = Material.objects.with_file().filter(session=self.kwargs["session_id"])
        stored_name = rows.filter(pk=pk).values_list("stored_name", flat=True).first()
        if not signed_urls.is_good(pk, stored_name, query, timezone.now()):
            raise APIError(ADDRESS_ENDED)
        material: Material = get_object_or_404(rows, pk=pk, stored_name=stored_name)
        return material

    def allowed(self) -> Material:
        """Return the material, for a signed-in user who may see it."""
        if not self.person.is_authenticated:
            raise NotAuthenticated
        material: Material = self.fetch()
        return material
