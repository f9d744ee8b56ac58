"""`/v1/zoom/webhook/`: receives Zoom's events. Zoom is authenticated by its signature."""

from __future__ import annotations

import orjson
from django.conf import settings
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import throttling
from core.api.operations import Answer, operation
from core.api.views import ActionViewSet
from core.errors import MALFORMED_BODY, VALIDATION_ERROR, APIError, declare, invalid
from zoom import client, services, webhooks
from zoom.representations import ReceivedObject

NOT_SIGNED = declare(
    "zoom_signature_invalid", 401, "Zoom's signature is missing, wrong or too old."
)
URL_VALIDATION = "endpoint.url_validation"


class WebhookViewSet(ActionViewSet):
    tag = "Zoom"
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []  # Zoom doesn't repeat an event that got a 429

    def check_body(self) -> None:
        """Do nothing: the signature of the raw body has to be checked first."""

    @operation(
        "post",
        "webhook",
        detail=False,
        answer=Answer(ReceivedObject),
        errors=[NOT_SIGNED, MALFORMED_BODY, VALIDATION_ERROR, client.ZOOM_NOT_CONFIGURED],
    )
    def webhook(self, request: Request) -> Response:
        """Receive an event from Zoom.

        Zoom signs events with the webhook's secret. Joining and leaving is logged. The end of a
        meeting completes the session if two people have been in it. People are distinguished by
        their e-mail address, registration or Zoom account; guests, who have none of these, count
        as one person. Unknown events are ignored.
        """
        secret = settings.ZOOM_WEBHOOK_SECRET
        event = read_event(request, secret)
        if event.name == URL_VALIDATION:
            if not event.plain_token:
                raise invalid("plainToken", "The payload has no plainToken to sign.")
            return self.answer(webhooks.validation_answer(secret, event.plain_token))
        services.take(event, now=timezone.now())
        return self.answer({})


def read_event(request: Request, secret: str) -> webhooks.Event:
    """Check the signature, and return the event in the body.

    Raises:
        APIError: 503 if no secret is configured, 401 if the signature isn't valid, 400 if the body
            can't be read, 413 if it is too large.
        Throttled: too many unsigned requests from this IP address.
    """
    if not secret:
        raise APIError(client.ZOOM_NOT_CONFIGURED)
    body = request.body  # the signature is of the raw body
    timestamp = request.headers.get("x-zm-request-timestamp", "")
    signature = request.headers.get("x-zm-signature", "")
    if not webhooks.verify(secret, timestamp, body, signature):
        throttling.count_stranger(request)
        raise APIError(NOT_SIGNED)
    try:
        event = webhooks.parse(body)
    except orjson.JSONDecodeError as error:
        raise APIError(MALFORMED_BODY, reason=error) from None
    if event is None:
        raise invalid("event", "This isn't a Zoom event: it has no name in `event`.")
    return event
