"""`/api/auth/unsubscribe/`: turning mails off."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.operations import Answer, operation
from core.api.representations import MessageObject
from core.api.views import ActionViewSet
from core.http import csp
from mail import unsubscribing


class MailViewSet(ActionViewSet):
    """The unsubscribe link in each mail. Its token is the only credential needed."""

    tag = "Accounts"
    authentication_classes = []
    permission_classes = [AllowAny]
    reads_bodies = False  # mail programs and browsers send different forms, some clients nothing

    @operation(
        "get",
        "unsubscribe/<str:token>",
        detail=False,
        answer=Answer(str, media_type="text/html"),
        errors=[unsubscribing.UNSUBSCRIBE_LINK_INVALID],
        url_name="unsubscribe",
    )
    @csp.with_policy(csp.FORM)
    def unsubscribe_page(self, request: Request, token: str) -> HttpResponse:
        """Show a page with a button that turns your mails off.

        Opening the link changes nothing, since some mail programs open every link.
        """
        unsubscribing.subscriber(token)
        return render(request, "mail/unsubscribe.html", {"title": "No more mails?"})

    @unsubscribe_page.mapping.post
    @operation(answer=Answer(MessageObject), errors=[unsubscribing.UNSUBSCRIBE_LINK_INVALID])
    def unsubscribe(self, request: Request, token: str) -> Response:
        """Turn your mails off: the one-click unsubscribe of RFC 8058.

        The token in the address is enough; the body is ignored.
        """
        unsubscribing.turn_mails_off(token)
        return self.answer({"message": "No more mails about sessions will be sent to you."})
